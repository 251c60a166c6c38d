//! Where in a policy's text a cursor is, and what the grammar would take there: for editors, which offer that.
//!
//! The text is one that is being written. What stands before the cursor decides, and only as much of it as its own declaration
//! has; what is broken elsewhere does not count.

use std::borrow::Cow;
use std::ops::Range;

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::expected::keywords;
use super::tokens::{Token, TokenKind, Tokens};
use super::{Grammar, MAX_POLICY_BYTES, Rule, allow_steps, depth, skip_mark};
use crate::ast::NamedWindow;

/// What no token of a policy is made of: the parser stops at it, wherever it is.
const STOP: &str = "\u{0}";

/// A place where something is being written.
#[derive(Clone, Debug)]
pub struct CursorPlace {
    /// The word that is being written, perhaps empty.
    pub word: Range<usize>,
    /// Where the path begins that the word ends: as `word`, unless a dot stands before that.
    pub path: usize,
    /// The block around it.
    pub block: BlockKind,
    /// Where the declaration begins that it belongs to; where the block goes on, if it would begin one.
    pub decl: usize,
    /// Of a place in a text, where its `{` ends.
    pub interpolation: Option<usize>,
    /// Whether it is the first on its line.
    pub first_on_line: bool,
    /// How what is being written may go on.
    pub next: Vec<NextKind>,
    /// What may begin there, where what is being written may end.
    pub anew: Vec<NextKind>,
}

/// The innermost block around a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    File,
    Policy,
    Gate,
    Rule,
    /// Of `snapshot`, or of a record in it.
    Fields,
    Test,
    /// What a test gives: assignments.
    Series,
    /// Braces within a value.
    Value,
}

/// What may stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextKind {
    /// A word of the language, or a few, as they are written.
    Word(Cow<'static, str>),
    Expression,
    Unit,
    Type,
    /// A name that is new, or one that was declared.
    Name,
    /// A field of a test, a rule that it expects, or a param that it sets.
    Path,
    Value,
    Decision,
    Text,
}

/// The cursor's place in a text; none in a comment, and in a text that people read outside of its `{…}`.
pub fn place_in(text: &str, offset: usize) -> Option<CursorPlace> {
    if text.len() > MAX_POLICY_BYTES {
        return None;
    }
    let word = word_around(text, text.floor_char_boundary(offset));
    let mut tokens: Vec<Token> = Vec::new();
    for token in Tokens::new(text, text.len() - skip_mark(text).len()) {
        if token.range.start >= word.start {
            break;
        }
        let is_open_text = token.kind == TokenKind::Text { closed: false };
        let since = text.get(token.range.start..word.start).unwrap_or("");
        if token.range.end > word.start || is_open_text && !since.contains(['\n', '\r']) {
            return match token.kind {
                TokenKind::Text { .. } => in_text(text, &tokens, &token, word),
                // A letter that names do not have.
                TokenKind::Word | TokenKind::Number | TokenKind::Symbol => None,
            };
        }
        tokens.push(token);
    }
    let gap = text.get(tokens.last().map_or(0, |last| last.range.end)..word.start)?;
    if gap.rfind('#').is_some_and(|mark| !gap.get(mark..).unwrap_or("").contains(['\n', '\r'])) {
        return None;
    }
    let path = path_start(text, &mut tokens, &word)?;
    let opened = opened(text, &tokens);
    let (frame, decl) = opened.decl();
    let before = text.get(..path).unwrap_or("");
    let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let first_on_line = before.get(line..).is_some_and(|before| before.trim().is_empty());
    let rules = decl.map_or_else(Vec::new, |decl| rules_in(text, frame.kind, decl..path));
    let ends = decl.is_none() || rules.contains(&Rule::alone_end);
    let anew = if ends { begins_in(frame.kind) } else { Vec::new() };
    let (block, decl, next) = (opened.block(), decl.unwrap_or(path), next_kinds(&rules));
    Some(CursorPlace { word, path, block, decl, interpolation: None, first_on_line, next, anew })
}

/// The place in a text, if that has expressions and the cursor is in one.
fn in_text(text: &str, tokens: &[Token], token: &Token, word: Range<usize>) -> Option<CursorPlace> {
    let opened = opened(text, tokens);
    let (frame, decl) = opened.decl();
    let decl = decl?;
    let rules = rules_in(text, frame.kind, decl..token.range.start);
    let after_help = tokens.last().is_some_and(|last| last.of(text) == "help");
    // Texts of conditions are part of an expression, which the parser would have named.
    let is_shown = after_help
        || rules.contains(&Rule::string) && tokens.last().is_some_and(|last| last.of(text) != "link");
    if !is_shown || !matches!(word_at(text, decl), "policy" | "gate" | "rule") {
        return None;
    }
    let written = text.get(token.range.start..word.start)?;
    let mut inner = None;
    let mut chars = written.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '{' if inner.is_none() => inner = Some(token.range.start + at + 1),
            '}' => inner = None,
            _ => {}
        }
    }
    let inner = inner?;
    let mut within: Vec<Token> = Tokens::new(text.get(..word.start)?, inner).collect();
    let path = path_start(text, &mut within, &word)?;
    let next = next_kinds(&expression_rules(text, &within, path));
    let (block, interpolation, first_on_line, anew) = (opened.block(), Some(inner), false, Vec::new());
    Some(CursorPlace { word, path, block, decl, interpolation, first_on_line, next, anew })
}

/// The letters, digits and underscores around an offset. Empty where none stand before it, so that what follows stays; digits
/// alone are no word.
fn word_around(text: &str, offset: usize) -> Range<usize> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let before = text.get(..offset).unwrap_or("");
    let start = before.trim_end_matches(is_word).len();
    let written = before.get(start..).unwrap_or("");
    let digits = written.len() - written.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits == written.len() {
        return offset..offset;
    }
    let rest = text.get(offset..).unwrap_or("");
    start + digits..offset + rest.len() - rest.trim_start_matches(is_word).len()
}

/// Where the path begins that a word ends, whose other tokens are taken away; none where a dot follows what is no name, or where
/// a number or date is being written.
fn path_start(text: &str, tokens: &mut Vec<Token>, word: &Range<usize>) -> Option<usize> {
    let mut start = word.start;
    while let Some(dot) = tokens.pop_if(|dot| dot.range.end == start && dot.of(text) == ".") {
        let name = tokens.pop_if(|name| name.range.end == dot.range.start && name.kind == TokenKind::Word)?;
        start = name.range.start;
    }
    if let [.., before, sign, number] = tokens.as_slice()
        && number.kind == TokenKind::Number
        && (number.range.end, sign.range.end) == (word.start, number.range.start)
        && (before.kind, before.range.end, sign.of(text)) == (TokenKind::Number, sign.range.start, "-")
    {
        return None;
    }
    Some(start)
}

fn word_at(text: &str, at: usize) -> &str {
    Tokens::new(text, at).next().map_or("", |token| token.of(text))
}

/// What may begin a declaration in a block.
fn begins_in(block: BlockKind) -> Vec<NextKind> {
    let words: &[&'static str] = match block {
        BlockKind::File => &["policy", "snapshot", "stages", "test", "language"],
        BlockKind::Policy => &["param", "let", "rule", "gate"],
        BlockKind::Gate => &["let", "rule"],
        BlockKind::Test => &["given", "with", "as of", "expect"],
        BlockKind::Series => return vec![NextKind::Path],
        BlockKind::Fields => return vec![NextKind::Name],
        BlockKind::Rule | BlockKind::Value => &[],
    };
    words.iter().map(|word| NextKind::Word(Cow::Borrowed(word))).collect()
}

/// What the grammar would take at the end of a declaration that began in a block.
fn rules_in(text: &str, block: BlockKind, stretch: Range<usize>) -> Vec<Rule> {
    let alone = match block {
        BlockKind::File => Rule::alone_item,
        BlockKind::Policy => Rule::alone_policy_item,
        BlockKind::Gate => Rule::alone_gate_item,
        BlockKind::Fields => Rule::alone_field,
        BlockKind::Test => Rule::alone_test_clause,
        BlockKind::Series => Rule::alone_assign,
        BlockKind::Rule | BlockKind::Value => return Vec::new(),
    };
    let whole = text.get(stretch.clone()).unwrap_or("");
    if let Some(rules) = rules_behind(alone, whole) {
        return rules;
    }
    let tokens: Vec<Token> = Tokens::new(text.get(..stretch.end).unwrap_or(""), stretch.start).collect();
    clause_rules(alone, text, &tokens, stretch.end)
        .unwrap_or_else(|| expression_rules(text, &tokens, stretch.end))
}

/// The clauses of a rule that are tried, the last first: something before them is broken.
const MAX_TRIES: usize = 4;

/// What the last clause of a rule may go on with, where something before that clause is broken.
fn clause_rules(alone: Rule, text: &str, tokens: &[Token], end: usize) -> Option<Vec<Rule>> {
    if tokens.first().is_none_or(|first| first.of(text) != "rule") {
        return None;
    }
    let clauses = tokens.iter().rev().filter_map(|token| {
        let before = match token.of(text) {
            "require" | "when" => "",
            "then" => "when true",
            "else" => "require true",
            "help" | "link" | "undecided" => "require true else hold",
            _ => return None,
        };
        Some(format!("rule a {{ {before} {}", text.get(token.range.start..end)?))
    });
    clauses.take(MAX_TRIES).find_map(|clause| rules_behind(alone, &clause))
}

/// What an expression may go on with, as much of it as is understood.
fn expression_rules(text: &str, tokens: &[Token], end: usize) -> Vec<Rule> {
    readable(text, tokens, end).map(|(_, rules)| rules).unwrap_or_default()
}

/// Where the expression begins that ends at a place, as much of it as is understood, and what it may go on with.
pub(super) fn readable(text: &str, tokens: &[Token], end: usize) -> Option<(usize, Vec<Rule>)> {
    let first = tokens.first().map_or(end, |first| first.range.start);
    let before_values = tokens.iter().rev().filter(|token| goes_before_a_value(token.of(text)));
    let starts = [first].into_iter().chain(before_values.take(MAX_TRIES).map(|token| token.range.end));
    let mut tried =
        starts.filter_map(|start| Some((start, rules_behind(Rule::alone_expr, text.get(start..end)?)?)));
    tried.next()
}

/// Whether a value may stand behind a token.
fn goes_before_a_value(token: &str) -> bool {
    const BEFORE: [&str; 28] = [
        "(", "[", ",", "=", "<", ">", "<=", ">=", "==", "!=", "+", "-", "*", "/", "require", "when", "where",
        "among", "by", "over", "if", "then", "else", "and", "or", "not", "in", "to",
    ];
    BEFORE.contains(&token)
}

/// What the grammar would take behind a stretch; none where it stumbles before that.
fn rules_behind(alone: Rule, stretch: &str) -> Option<Vec<Rule>> {
    let (guarded, too_deep) = depth::blank_too_deep(stretch);
    if !too_deep.is_empty() {
        return None;
    }
    allow_steps();
    let error = Grammar::parse(alone, &format!("{guarded}{STOP}")).err()?;
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    match error.variant {
        ErrorVariant::ParsingError { positives, .. } if at >= stretch.trim_end().len() => Some(positives),
        ErrorVariant::ParsingError { .. } | ErrorVariant::CustomError { .. } => None,
    }
}

/// What the rules of the grammar that would have been taken are to somebody who writes; each once.
fn next_kinds(rules: &[Rule]) -> Vec<NextKind> {
    let mut kinds = Vec::new();
    for kind in rules.iter().flat_map(|rule| kinds_of(*rule, rules)) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// What one of some rules of the grammar is to somebody who writes.
fn kinds_of(rule: Rule, beside: &[Rule]) -> Vec<NextKind> {
    let words =
        |words: &[&'static str]| words.iter().map(|word| NextKind::Word(Cow::Borrowed(word))).collect();
    let kind = match rule {
        Rule::expr | Rule::comparison | Rule::sum | Rule::arg | Rule::alone_expr => NextKind::Expression,
        Rule::test_value | Rule::test_element | Rule::param_value | Rule::signed_literal | Rule::literal => {
            NextKind::Value
        }
        Rule::list_member => NextKind::Value,
        Rule::unit | Rule::percent | Rule::unit_name => NextKind::Unit,
        Rule::type_expr | Rule::type_word => NextKind::Type,
        Rule::name | Rule::scope_name | Rule::computed_name | Rule::table_entry | Rule::member => {
            NextKind::Name
        }
        Rule::path | Rule::path_head | Rule::with_path | Rule::alone_assign => NextKind::Path,
        Rule::decision => NextKind::Decision,
        Rule::string | Rule::title | Rule::doc | Rule::message => NextKind::Text,
        Rule::in_tail => return words(&["in", "not in"]),
        Rule::named_window => {
            return NamedWindow::ALL
                .iter()
                .map(|window| NextKind::Word(Cow::Borrowed(window.as_str())))
                .collect();
        }
        Rule::kw_at if beside.contains(&Rule::named_window) => return words(&["at most"]),
        // For all that the grammar knows it may follow every argument.
        Rule::kw_at if beside.contains(&Rule::kw_where) => return Vec::new(),
        Rule::kw_at | Rule::every_look => return words(&["at every look"]),
        Rule::kw_list | Rule::kw_one | Rule::kw_number if beside.contains(&Rule::type_word) => {
            return Vec::new();
        }
        _ => return keywords(rule).into_iter().map(NextKind::Word).collect(),
    };
    vec![kind]
}

/// A block, bracket or brace that is open.
#[derive(Clone, Copy, Debug)]
struct OpenBlock {
    kind: BlockKind,
    /// Whether a brace opened it, and no parenthesis or square bracket.
    is_brace: bool,
    /// Where the declaration began that is being written in it.
    decl: Option<usize>,
}

/// What is open around a place, the file first.
struct Opened<'a> {
    text: &'a str,
    blocks: Vec<OpenBlock>,
}

impl Opened<'_> {
    fn block(&self) -> BlockKind {
        self.blocks.iter().rev().find(|open| open.is_brace).map_or(BlockKind::File, |open| open.kind)
    }

    /// The block that the declaration began in which is being written, and where.
    fn decl(&self) -> (OpenBlock, Option<usize>) {
        let holds =
            |open: &&OpenBlock| open.is_brace && !matches!(open.kind, BlockKind::Rule | BlockKind::Value);
        let file = OpenBlock { kind: BlockKind::File, is_brace: true, decl: None };
        let open = self.blocks.iter().rev().find(holds).copied().unwrap_or(file);
        (open, open.decl)
    }

    /// Closes what is open above the innermost block of some kinds, if there is one.
    fn close_to(&mut self, kinds: &[BlockKind]) {
        let at = self.blocks.iter().rposition(|open| open.is_brace && kinds.contains(&open.kind));
        if let Some(at) = at {
            self.blocks.truncate(at + 1);
        }
    }

    /// A block forgets the declaration that was written in it.
    fn ended(&mut self) {
        if let Some(top) = self.blocks.last_mut() {
            top.decl = None;
        }
    }

    /// Opens what a brace opens.
    fn open_brace(&mut self) {
        let Some(top) = self.blocks.last() else { return };
        let keyword = top.decl.map_or("", |decl| word_at(self.text, decl));
        let kind = match (top.kind, keyword) {
            _ if !top.is_brace => BlockKind::Value,
            (BlockKind::File, "snapshot") | (BlockKind::Fields, _) => BlockKind::Fields,
            (BlockKind::File, "test") => BlockKind::Test,
            (BlockKind::File, _) => BlockKind::Policy,
            (BlockKind::Policy | BlockKind::Gate, "rule") => BlockKind::Rule,
            (BlockKind::Policy, "gate") => BlockKind::Gate,
            (BlockKind::Test, "given") => BlockKind::Series,
            (
                BlockKind::Policy
                | BlockKind::Gate
                | BlockKind::Rule
                | BlockKind::Test
                | BlockKind::Series
                | BlockKind::Value,
                _,
            ) => BlockKind::Value,
        };
        self.blocks.push(OpenBlock { kind, is_brace: true, decl: None });
    }

    fn close_brace(&mut self) {
        let at = self.blocks.iter().rposition(|open| open.is_brace).filter(|at| *at > 0);
        let closed = at.and_then(|at| self.blocks.drain(at..).next());
        if closed.is_some_and(|closed| closed.kind != BlockKind::Value) {
            self.ended();
        }
    }
}

/// What is open behind some tokens. A declaration that begins on a line of its own closes what it cannot stand in.
fn opened<'a>(text: &'a str, tokens: &[Token]) -> Opened<'a> {
    let file = OpenBlock { kind: BlockKind::File, is_brace: true, decl: None };
    let mut opened = Opened { text, blocks: vec![file] };
    for (at, token) in tokens.iter().enumerate() {
        let word = token.of(text);
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let next = tokens.get(at + 1);
        let gap = text.get(before.map_or(0, |before| before.range.end)..token.range.start).unwrap_or("");
        let starts_line = before.is_none() || gap.contains(['\n', '\r']);
        let home = if starts_line && token.kind == TokenKind::Word {
            home_of(word, next.map(|next| (next.kind, next.of(text))))
        } else {
            &[]
        };
        opened.close_to(home);
        let Some(top) = opened.blocks.last_mut() else { continue };
        let begins = match top.kind {
            _ if !top.is_brace => false,
            BlockKind::File | BlockKind::Test => home.contains(&top.kind),
            BlockKind::Policy => matches!(word, "param" | "let" | "rule" | "gate"),
            BlockKind::Gate => matches!(word, "let" | "rule"),
            BlockKind::Fields => {
                token.kind == TokenKind::Word && next.is_some_and(|next| next.of(text) == ":")
            }
            BlockKind::Series => word == "=",
            BlockKind::Rule | BlockKind::Value => false,
        };
        if top.is_brace && (begins || top.decl.is_none()) {
            let start =
                if word == "=" { start_of_path(text, tokens.get(..at).unwrap_or_default()) } else { None };
            top.decl = Some(start.unwrap_or(token.range.start));
        }
        match word {
            "{" => opened.open_brace(),
            "}" => opened.close_brace(),
            "(" | "[" => {
                let kind = top.kind;
                opened.blocks.push(OpenBlock { kind, is_brace: false, decl: None });
            }
            ")" | "]" => drop(opened.blocks.pop_if(|top| !top.is_brace)),
            "," if top.is_brace && top.kind == BlockKind::Fields => opened.ended(),
            _ => {}
        }
    }
    opened
}

/// The blocks that a declaration stands in which a word begins; none where it begins none.
fn home_of(word: &str, next: Option<(TokenKind, &str)>) -> &'static [BlockKind] {
    let is_name = next.is_none_or(|(_, next)| !matches!(next, ":" | "{" | "=" | "."));
    let next_is = |kind| next.is_none_or(|(next, _)| next == kind);
    match word {
        "policy" if is_name => &[BlockKind::File],
        "stages" if next_is(TokenKind::Word) => &[BlockKind::File],
        "snapshot" if next_is(TokenKind::Word) || next.is_some_and(|(_, next)| next == "{") => {
            &[BlockKind::File]
        }
        "test" if next_is(TokenKind::Text { closed: true }) => &[BlockKind::File],
        "param" | "gate" if is_name => &[BlockKind::Policy],
        "let" | "rule" if is_name => &[BlockKind::Policy, BlockKind::Gate],
        "with" => &[BlockKind::Test],
        "given" | "expect" | "as" if next_is(TokenKind::Word) => &[BlockKind::Test],
        _ => &[],
    }
}

/// Where the path begins that some tokens end with.
fn start_of_path(text: &str, tokens: &[Token]) -> Option<usize> {
    let mut words = tokens.iter().rev();
    let mut start = words.next()?.range.start;
    while let (Some(dot), Some(name)) = (words.next(), words.next()) {
        if dot.of(text) != "." || dot.range.end != start || name.range.end != dot.range.start {
            break;
        }
        start = name.range.start;
    }
    Some(start)
}

/// The words and signs of a stretch of a text.
pub fn words_in(text: &str, stretch: Range<usize>) -> Vec<&str> {
    let before = text.get(..stretch.end).unwrap_or("");
    Tokens::new(before, stretch.start).map(|token| token.of(text)).collect()
}

/// The name of the innermost call that a place lies in, and how many commas stand in it before the place.
pub fn call_around(text: &str, offset: usize) -> Option<(&str, usize)> {
    let place = place_in(text, offset)?;
    let start = place.interpolation.unwrap_or(place.decl);
    let tokens: Vec<Token> = Tokens::new(text.get(..place.path)?, start).collect();
    let mut open: Vec<(Option<&str>, usize)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.of(text) {
            "(" => {
                let before = at.checked_sub(1).and_then(|at| tokens.get(at));
                let name = before
                    .filter(|before| before.kind == TokenKind::Word && before.range.end == token.range.start);
                open.push((name.map(|name| name.of(text)), 0));
            }
            "[" | "{" => open.push((None, 0)),
            ")" | "]" | "}" => drop(open.pop()),
            "," => open.iter_mut().next_back().into_iter().for_each(|(_, commas)| *commas += 1),
            _ => {}
        }
    }
    open.into_iter().rev().find_map(|(name, commas)| Some((name?, commas)))
}
