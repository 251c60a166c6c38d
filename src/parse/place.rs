//! Where in a policy's text a cursor is, and what the grammar would take there: for editors, which offer that.
//!
//! The text is one that is being written. What stands before the cursor decides, and only as much of it as its own declaration
//! has; what is broken elsewhere does not count.

use std::ops::Range;

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::tokens::{Token, TokenKind, Tokens};
use super::{Grammar, MAX_POLICY_BYTES, Rule, allow_steps, depth, skip_mark};

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
    /// What may stand there.
    pub next: Vec<NextKind>,
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
    /// A word of the language, as it is written.
    Word(&'static str),
    Expression,
    /// What an operator may follow.
    Operator,
    Unit,
    Type,
    /// A name that is new, or one that was declared.
    Name,
    /// A field of a test, a rule that it expects, or a param that it sets.
    Path,
    Value,
    Decision,
    Text,
    /// The end of the declaration.
    End,
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
    let next = match decl {
        None => begins_in(frame.kind),
        Some(decl) => next_kinds(&rules_in(text, frame.kind, decl..path)),
    };
    let block = opened.block();
    Some(CursorPlace { word, path, block, decl: decl.unwrap_or(path), interpolation: None, first_on_line, next })
}

/// The place in a text, if that has expressions and the cursor is in one.
fn in_text(text: &str, tokens: &[Token], token: &Token, word: Range<usize>) -> Option<CursorPlace> {
    let opened = opened(text, tokens);
    let (frame, decl) = opened.decl();
    let decl = decl?;
    let rules = rules_in(text, frame.kind, decl..token.range.start);
    let after_help = tokens.last().is_some_and(|last| last.of(text) == "help");
    let is_test = frame.kind == BlockKind::File && word_at(text, decl) == "test";
    if is_test || !(after_help || rules.iter().any(|rule| matches!(rule, Rule::title | Rule::message))) {
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
    let mut next = next_kinds(&expression_rules(text, &within, path));
    next.retain(|next| *next != NextKind::End);
    let (block, interpolation, first_on_line) = (opened.block(), Some(inner), false);
    Some(CursorPlace { word, path, block, decl, interpolation, first_on_line, next })
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
    words.iter().map(|word| NextKind::Word(word)).collect()
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
    let first = tokens.first().map_or(end, |first| first.range.start);
    let later = tokens.iter().rev().filter(|token| goes_before_a_value(token.of(text))).map(|token| token.range.end);
    let starts = [first].into_iter().chain(later.take(MAX_TRIES));
    let mut tried = starts.filter_map(|start| rules_behind(Rule::alone_expr, text.get(start..end)?));
    tried.next().unwrap_or_default()
}

/// Whether a value may stand behind a token.
fn goes_before_a_value(token: &str) -> bool {
    const BEFORE: [&str; 28] = [
        "(", "[", ",", "=", "<", ">", "<=", ">=", "==", "!=", "+", "-", "*", "/", "require", "when", "where", "among", "by",
        "over", "if", "then", "else", "and", "or", "not", "in", "to",
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

fn next_kinds(rules: &[Rule]) -> Vec<NextKind> {
    if std::env::var("DUMP").is_ok() { eprintln!("{rules:?}"); }
    Vec::new()
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
        let holds = |open: &&OpenBlock| open.is_brace && !matches!(open.kind, BlockKind::Rule | BlockKind::Value);
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
                BlockKind::Policy | BlockKind::Gate | BlockKind::Rule | BlockKind::Test | BlockKind::Series | BlockKind::Value,
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
        let home = if starts_line && token.kind == TokenKind::Word { home_of(word, next.map(|next| (next.kind, next.of(text)))) } else { &[] };
        opened.close_to(home);
        let Some(top) = opened.blocks.last_mut() else { continue };
        let begins = match top.kind {
            _ if !top.is_brace => false,
            BlockKind::File | BlockKind::Test => home.contains(&top.kind),
            BlockKind::Policy => matches!(word, "param" | "let" | "rule" | "gate"),
            BlockKind::Gate => matches!(word, "let" | "rule"),
            BlockKind::Fields => token.kind == TokenKind::Word && next.is_some_and(|next| next.of(text) == ":"),
            BlockKind::Series => word == "=",
            BlockKind::Rule | BlockKind::Value => false,
        };
        if top.is_brace && (begins || top.decl.is_none()) {
            let start = if word == "=" { start_of_path(text, tokens.get(..at).unwrap_or_default()) } else { None };
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
        "snapshot" if next_is(TokenKind::Word) || next.is_some_and(|(_, next)| next == "{") => &[BlockKind::File],
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dump() {
        for text in [
            "", "pol|", "policy a {\n |", "policy a |", "policy a \"t\" |", "policy a when |", "policy a when x |",
            "policy a {\n rule x \"t\" {\n |", "policy a {\n rule x \"t\" { when |", "policy a {\n rule x \"t\" { when stage |",
            "policy a {\n rule x \"t\" { when stage == |", "policy a {\n rule x \"t\" { require a > 5 |",  "policy a {\n rule x \"t\" { require a > 5|",
            "policy a {\n rule x \"t\" { require a > 5 else |", "policy a {\n rule x \"t\" { require a > 5 else hold |",
            "policy a {\n rule x \"t\" { require a > 5 else hold \"x\" |", "policy a {\n rule x \"t\" { require a > 5 else hold undecided |",
            "policy a {\n rule x \"t\" { require count(|", "policy a {\n rule x \"t\" { require count(outputs |","policy a {\n rule x \"t\" { require count(outputs over |","policy a {\n rule x \"t\" { require count(outputs over 5 |",
            "policy a {\n rule x \"t\" { require share(outputs where x) >= 50% with |", "policy a {\n rule x \"t\" { require share(outputs where x) >= 50% with 90% |",
            "policy a {\n rule x \"t\" { require a in |", "policy a {\n rule x \"t\" { require a in [|", "policy a {\n rule x \"t\" { require a in 5 |", "policy a {\n rule x \"t\" { require has |",
            "policy a {\n rule x \"t\" { require at |", "policy a {\n rule x \"t\" { require not |",
            "policy a {\n param x = |", "policy a {\n param x = 5 |", "policy a {\n param x = 5% within |", "policy a {\n param x = {|", "policy a {\n param x = { a: |", "policy a {\n param |", "policy a {\n let x = |", "policy a {\n let x = outputs.|", "policy a {\n let x = if a |",
            "policy a {\n gate |", "policy a {\n gate a |", "policy a {\n gate a -> |", "policy a {\n gate a -> b |", "policy a {\n gate a -> b { |",
            "policy a {\n rule x { require a else hold \"x {|", "policy a {\n rule x { require a else hold \"x {a|}\"",
            "stages a |", "stages a -> b |", "snapshot |", "snapshot every |", "snapshot every 1 |", "snapshot every 1 week |", "snapshot { x: |", "snapshot { x: share |", "snapshot { x: share from 0 |", "snapshot { x: list |", "snapshot { x: list of |", "snapshot { x: one |", "snapshot { x |", "snapshot { x: share required\n y |", "snapshot { x: number |",
            "test |", "test \"a\" {\n |", "test \"a\" {\n given |", "test \"a\" {\n given every |", "test \"a\" {\n given every 1 |", "test \"a\" {\n given every 1 week |", "test \"a\" {\n given every 1 week from |", "test \"a\" {\n given every 1 week from 2026-01-01 {\n  |", "test \"a\" {\n given every 1 week from 2026-01-01 {\n  x = |", "test \"a\" {\n given every 1 week from 2026-01-01 {\n  x = 5 |", "test \"a\" {\n given every 1 week from 2026-01-01 {\n  x = 5%\n |",
            "test \"a\" {\n given every 1 week from 2026-01-01 {\n  x = [|","test \"a\" {\n given every 1 week from 2026-01-01 {\n  x = [ 24 |", "test \"a\" {\n given every 1 week from 2026-01-01 {\n  x = [ 24 x {|", "test \"a\" {\n given every 1 week from 2026-01-01 {\n  x = [ 24 x { a: |",
            "test \"a\" {\n with |", "test \"a\" {\n with a.b |","test \"a\" {\n with a.b = |", "test \"a\" {\n as |", "test \"a\" {\n as of |", "test \"a\" {\n expect |", "test \"a\" {\n expect a.b |", "test \"a\" {\n expect decision |", "test \"a\" {\n expect decision hold\n |",
        ] {
            let at = text.find('|').unwrap_or(0);
            let text = text.replacen('|', "", 1);
            eprintln!("--- {}", text.replace('\n', " "));
            eprintln!("{:?}", place_in(&text, at));
        }
    }
}
