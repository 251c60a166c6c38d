//! A policy file as it was written, whether it is understood or not: each token with what it is by the grammar, the
//! comments, and what stands in what.
//!
//! For editors, which show what is being typed. Must not know what names mean.

mod loose;

use std::ops::Range;

use pest::Parser;
use pest::iterators::Pair;

use super::{Grammar, MAX_POLICY_BYTES, Rule, allow_steps, depth, skip_mark, too_long};

/// The tokens of a file, and the stretches that they make up.
#[derive(Debug, Default)]
pub struct WrittenFile {
    /// In their order; none overlaps another, and between them is nothing but white space.
    pub tokens: Vec<WrittenToken>,
    /// By where they begin, the larger first; each lies within the one that it stands in.
    pub nodes: Vec<WrittenNode>,
}

/// A token or comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenToken {
    /// The bytes of the file.
    pub range: Range<usize>,
    pub role: TokenRole,
}

impl WrittenToken {
    /// The token as it was written.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.range.clone()).unwrap_or("")
    }
}

/// What a token is by where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRole {
    /// From `#` to the end of the line.
    Comment,
    Keyword,
    Operator,
    /// A bracket, comma, colon or dot.
    Mark,
    /// With its unit.
    Number,
    /// A text, or the part of one between two `{…}`.
    Text,
    /// The word of a type, or a unit as a type says it.
    Type,
    /// A name whose place says what it names.
    Name(NameRole),
    /// The name in the declaration of what it names.
    Declared(NameRole),
    /// A name in an expression: what it means is the checker's business.
    Path,
    /// A word in a stretch that is not understood.
    Unread,
}

/// What something is that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameRole {
    Policy,
    Param,
    Let,
    Rule,
    Field,
    Stage,
    /// A member of a `one of`.
    Member,
    Function,
}

/// What belongs together by the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenNode {
    /// From its first token to its last.
    pub range: Range<usize>,
    /// The smallest node around it, by its place among the nodes.
    pub within: Option<usize>,
}

/// Reads any text.
pub fn written(text: &str) -> WrittenFile {
    let unmarked = skip_mark(text);
    let base = text.len() - unmarked.len();
    let mut reader = GrammarReader { base, tokens: Vec::new(), nodes: Vec::new() };
    if text.len() <= MAX_POLICY_BYTES && too_long(unmarked).is_none() {
        reader.read_as(Rule::file, unmarked, None);
    }
    let mut tokens: Vec<WrittenToken> = Vec::with_capacity(reader.tokens.len());
    let mut at = base;
    for token in reader.tokens {
        loose::read(text, at..token.range.start, &mut tokens);
        at = token.range.end;
        tokens.push(token);
    }
    loose::read(text, at..text.len(), &mut tokens);
    WrittenFile { tokens, nodes: reader.nodes }
}

/// Takes from the parser's pairs what it understood; the rest is read token by token.
struct GrammarReader {
    /// Where in the file the text begins that is being read: the parser counts from there.
    base: usize,
    tokens: Vec<WrittenToken>,
    nodes: Vec<WrittenNode>,
}

impl GrammarReader {
    fn read_as(&mut self, rule: Rule, text: &str, within: Option<usize>) {
        let (guarded, _) = depth::blank_too_deep(text);
        allow_steps();
        for pair in Grammar::parse(rule, &guarded).into_iter().flatten() {
            self.read(&pair, rule, within);
        }
    }

    /// Reads a pair; where its last token ends.
    fn read(&mut self, pair: &Pair<'_, Rule>, parent: Rule, within: Option<usize>) -> Option<usize> {
        let written = pair.as_str().trim_end();
        if written.is_empty() {
            return None;
        }
        let (start, rule) = (self.base + pair.as_span().start(), pair.as_rule());
        let own = self.nodes.len();
        self.nodes.push(WrittenNode { range: start..start + written.len(), within });
        match rule {
            Rule::string if is_template(parent) => self.read_template(start, written, own),
            Rule::path | Rule::computed_name => self.read_names(start, written, rule, parent),
            Rule::quantity => self.push(start..start + written.len(), TokenRole::Number),
            _ => {
                // A test's title is no template, and that of a policy is one.
                let parent_of_inner = if rule == Rule::title { parent } else { rule };
                let mut end = None;
                let mut inner = pair.clone().into_inner().peekable();
                if inner.peek().is_none() {
                    if let Some(role) = role(rule, parent) {
                        self.push(start..start + written.len(), role);
                    }
                    return Some(start + written.len());
                }
                for part in inner {
                    end = self.read(&part, parent_of_inner, Some(own)).or(end);
                }
                if let (Some(node), Some(end)) = (self.nodes.get_mut(own), end) {
                    node.range.end = end;
                }
                return end;
            }
        }
        Some(start + written.len())
    }

    fn push(&mut self, range: Range<usize>, role: TokenRole) {
        self.tokens.push(WrittenToken { range, role });
    }

    /// The names between dots. Those of a test are told apart by their places; so are those of a `let`.
    fn read_names(&mut self, start: usize, written: &str, rule: Rule, parent: Rule) {
        let count = written.split('.').count();
        let mut at = start;
        for (index, name) in written.split('.').enumerate() {
            let is_last = index + 1 == count;
            let role = match (rule, parent) {
                (Rule::computed_name, _) if is_last => TokenRole::Declared(NameRole::Let),
                (Rule::computed_name, _) | (_, Rule::assign) => TokenRole::Name(NameRole::Field),
                (_, Rule::expect) if is_last => TokenRole::Name(NameRole::Rule),
                (_, Rule::expect) => TokenRole::Name(NameRole::Policy),
                (_, Rule::with_path) => TokenRole::Name(match index {
                    0 if !is_last => NameRole::Policy,
                    0 | 1 => NameRole::Param,
                    _ => NameRole::Member,
                }),
                _ if index == 0 && matches!(name, "it" | "snapshot") => TokenRole::Keyword,
                _ => TokenRole::Path,
            };
            self.push(at..at + name.len(), role);
            at += name.len() + 1;
        }
    }

    /// A text that people read, with `{expression}` in it.
    fn read_template(&mut self, start: usize, written: &str, own: usize) {
        let (mut from, mut at) = (0, 1);
        while let Some(c) = written.get(at..).and_then(|rest| rest.chars().next()) {
            at += c.len_utf8();
            match c {
                '\\' => {
                    at += written.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
                }
                '{' => {
                    let Some(inner) = written.get(at..).and_then(|rest| rest.split_once('}')) else { break };
                    let close = at + inner.0.len();
                    self.push(start + from..start + at - 1, TokenRole::Text);
                    self.push(start + at - 1..start + at, TokenRole::Mark);
                    let base = std::mem::replace(&mut self.base, start + at);
                    self.read_as(Rule::alone_expr, inner.0, Some(own));
                    self.base = base;
                    self.push(start + close..start + close + 1, TokenRole::Mark);
                    from = close + 1;
                    at = from;
                }
                _ => {}
            }
        }
        self.push(start + from..start + written.len(), TokenRole::Text);
    }
}

/// Whether a text that stands there may have `{expression}` in it.
fn is_template(parent: Rule) -> bool {
    matches!(
        parent,
        Rule::policy_head | Rule::gate_head | Rule::rule_decl | Rule::message | Rule::help_clause
    )
}

/// What a token is by its rule and the rule that it is part of; none for what was not understood.
fn role(rule: Rule, parent: Rule) -> Option<TokenRole> {
    Some(match rule {
        Rule::bad_head
        | Rule::bad_item
        | Rule::bad_policy_item
        | Rule::bad_gate_item
        | Rule::bad_field
        | Rule::bad_test_clause
        | Rule::bad_assign
        | Rule::wrong_word => return None,
        Rule::name | Rule::scope_name | Rule::member => return name_role(rule, parent),
        Rule::string => TokenRole::Text,
        Rule::date | Rule::time | Rule::number | Rule::integer | Rule::language_version => TokenRole::Number,
        Rule::type_word | Rule::unit_name | Rule::kw_number => TokenRole::Type,
        Rule::compare_op | Rule::arithmetic_op | Rule::minus | Rule::arrow | Rule::equals => {
            TokenRole::Operator
        }
        Rule::comma
        | Rule::colon
        | Rule::open_paren
        | Rule::close_paren
        | Rule::open_bracket
        | Rule::close_bracket
        | Rule::open_brace
        | Rule::close_brace => TokenRole::Mark,
        // All that is left is a word of the language.
        _ => TokenRole::Keyword,
    })
}

/// What a name names by where it stands.
fn name_role(rule: Rule, parent: Rule) -> Option<TokenRole> {
    Some(match (rule, parent) {
        (Rule::member, _) | (_, Rule::list_member | Rule::table_entry) => TokenRole::Name(NameRole::Member),
        (_, Rule::policy_head) => TokenRole::Declared(NameRole::Policy),
        (_, Rule::param_decl) => TokenRole::Declared(NameRole::Param),
        (_, Rule::let_decl) => TokenRole::Declared(NameRole::Let),
        (_, Rule::rule_decl) => TokenRole::Declared(NameRole::Rule),
        (_, Rule::field_decl) => TokenRole::Declared(NameRole::Field),
        (_, Rule::stages_decl) => TokenRole::Declared(NameRole::Stage),
        (_, Rule::one_of_type) => TokenRole::Declared(NameRole::Member),
        (_, Rule::gate_step) => TokenRole::Name(NameRole::Stage),
        (_, Rule::record_entry) => TokenRole::Name(NameRole::Field),
        (_, Rule::call) => TokenRole::Name(NameRole::Function),
        _ => return None,
    })
}
