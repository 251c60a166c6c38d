//! A policy file as it was written: every token in its place in the grammar, and the comments between them.
//!
//! The tree of [`crate::ast`] says what a file means; this one says how it looks, for a formatter. It is read only from
//! a text that [`super::parse`] has understood: here nothing is reported.

use std::borrow::Cow;

use pest::Parser;
use pest::iterators::Pair;

use super::{Grammar, Rule, allow_steps, skip_mark};

/// The tokens of a file, and their order as a tree.
#[derive(Debug)]
pub struct Concrete<'a> {
    /// Without commas, which separate and mean nothing else. The last one is empty: what stands before the file's end.
    pub tokens: Vec<ConcreteToken<'a>>,
    /// What stands at the top level of the file.
    pub items: Vec<Part>,
}

/// A word, number with its unit, path, text or symbol, and what stands between it and the token before it.
#[derive(Debug)]
pub struct ConcreteToken<'a> {
    pub text: Cow<'a, str>,
    pub kind: ConcreteTokenKind,
    pub comments: Vec<Comment<'a>>,
    /// Whether an empty line stands directly before it.
    pub after_blank: bool,
    /// Whether it begins a line.
    pub begins_line: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConcreteTokenKind {
    Plain,
    /// The sign of a number or expression, which clings to it.
    Sign,
    /// A text that documents a field or param.
    Doc,
}

/// From `#` to the end of its line, without the blanks there.
#[derive(Debug, PartialEq, Eq)]
pub struct Comment<'a> {
    pub text: &'a str,
    /// Whether it stands behind a token, on that token's line.
    pub trails: bool,
    /// Whether an empty line stands directly before it.
    pub after_blank: bool,
}

#[derive(Debug)]
pub enum Part {
    /// By its place among the tokens.
    Token(usize),
    Node(Node),
}

/// What belongs together; never empty.
#[derive(Debug)]
pub struct Node {
    pub kind: NodeKind,
    pub parts: Vec<Part>,
}

/// What differs in how it is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A head, and declarations or clauses in braces.
    Block,
    /// A head, and fields in braces.
    Fields,
    /// What a test is given; most often assignments in braces.
    Given,
    /// A field or param, perhaps with its documentation.
    Documented,
    /// A clause or declaration without braces.
    Clause,
    /// The ladder of stages.
    Ladder,
    /// Parentheses, a call, a list, or a record of a test: a head, perhaps, and elements in brackets.
    Bracketed,
    /// A table and its key in brackets, all without a blank between them.
    Entry,
    /// An argument with its clauses.
    Arg,
    /// Operands of `and` and `or`.
    Logic,
    If,
    Comparison,
    Arithmetic,
    /// An assignment of a test.
    Assign,
    /// The steps of a gate.
    Steps,
    /// Anything else that is one element of something.
    Plain,
}

impl Part {
    /// The place of its first token.
    pub fn first(&self) -> usize {
        match self {
            Self::Token(at) => *at,
            Self::Node(node) => node.parts.first().map_or(0, Self::first),
        }
    }

    /// The place of its last token.
    pub fn last(&self) -> usize {
        match self {
            Self::Token(at) => *at,
            Self::Node(node) => node.parts.last().map_or(0, Self::last),
        }
    }
}

/// Reads a text that was understood; none if it is not even that.
pub fn concrete(text: &str) -> Option<Concrete<'_>> {
    allow_steps();
    let text = skip_mark(text);
    let pairs = Grammar::parse(Rule::file, text).ok()?;
    let mut reader = Reader { text, end: 0, tokens: Vec::new() };
    let items = reader.parts(pairs.flat_map(Pair::into_inner));
    Some(Concrete { tokens: reader.tokens, items })
}

struct Reader<'a> {
    text: &'a str,
    /// Where the last token ends.
    end: usize,
    tokens: Vec<ConcreteToken<'a>>,
}

impl<'a> Reader<'a> {
    fn parts(&mut self, pairs: impl Iterator<Item = Pair<'a, Rule>>) -> Vec<Part> {
        let mut parts = Vec::new();
        for pair in pairs {
            self.read(pair, &mut parts);
        }
        parts
    }

    fn read(&mut self, pair: Pair<'a, Rule>, into: &mut Vec<Part>) {
        let rule = pair.as_rule();
        match rule {
            // Left out: with it, what follows would reach from the comma on.
            Rule::comma => return,
            Rule::path | Rule::computed_name | Rule::with_path | Rule::quantity | Rule::doc | Rule::EOI => {
                return self.token(&pair, into);
            }
            _ => {}
        }
        let kind = kind(&pair);
        let empty = pair.as_str().is_empty();
        let text = pair.clone();
        let mut inner = pair.into_inner().peekable();
        if inner.peek().is_none() {
            if !empty {
                self.token(&text, into);
            }
            return;
        }
        match kind {
            Some(kind) => {
                let parts = self.parts(inner);
                if !parts.is_empty() {
                    into.push(Part::Node(Node { kind, parts }));
                }
            }
            None => inner.for_each(|pair| self.read(pair, into)),
        }
    }

    fn token(&mut self, pair: &Pair<'a, Rule>, into: &mut Vec<Part>) {
        let span = pair.as_span();
        let between = read_between(self.text.get(self.end..span.start()).unwrap_or(""), self.end == 0);
        self.end = span.end();
        let kind = match pair.as_rule() {
            Rule::minus => ConcreteTokenKind::Sign,
            Rule::doc => ConcreteTokenKind::Doc,
            _ => ConcreteTokenKind::Plain,
        };
        let text = match pair.as_rule() {
            Rule::quantity => spaced_quantity(pair),
            _ => Cow::Borrowed(pair.as_str()),
        };
        // The file's end is no part of anything.
        if pair.as_rule() != Rule::EOI {
            into.push(Part::Token(self.tokens.len()));
        }
        let Between { comments, after_blank, begins_line } = between;
        self.tokens.push(ConcreteToken { text, kind, comments, after_blank, begins_line });
    }
}

/// A number, and its unit one blank behind it.
fn spaced_quantity<'a>(pair: &Pair<'a, Rule>) -> Cow<'a, str> {
    let mut inner = pair.clone().into_inner();
    match (inner.next(), inner.next()) {
        (Some(number), Some(unit)) => {
            let between = if unit.as_rule() == Rule::percent { "" } else { " " };
            format!("{}{between}{}", number.as_str(), unit.as_str()).into()
        }
        _ => pair.as_str().into(),
    }
}

struct Between<'a> {
    comments: Vec<Comment<'a>>,
    after_blank: bool,
    begins_line: bool,
}

/// What stands between two tokens: blanks, commas and comments.
fn read_between(text: &str, at_start: bool) -> Between<'_> {
    let mut comments = Vec::new();
    let (mut lines, mut begins_line) = (0, at_start);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find(['\r', '\n']).unwrap_or(rest.len()),
            '\r' if rest.starts_with("\r\n") => 2,
            _ => first.len_utf8(),
        };
        let (this, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        match first {
            '#' => {
                let text = this.trim_end();
                comments.push(Comment { text, trails: !begins_line, after_blank: lines > 1 });
                lines = 0;
            }
            '\r' | '\n' => {
                lines += 1;
                begins_line = true;
            }
            _ => {}
        }
    }
    Between { comments, after_blank: lines > 1, begins_line }
}

/// How a pair is laid out; none where its parts are those of what it stands in.
fn kind(pair: &Pair<'_, Rule>) -> Option<NodeKind> {
    Some(match pair.as_rule() {
        Rule::policy_decl | Rule::gate_decl | Rule::rule_decl | Rule::test_decl => NodeKind::Block,
        Rule::snapshot_decl | Rule::field_record => NodeKind::Fields,
        Rule::given => NodeKind::Given,
        Rule::field_decl | Rule::param_decl => NodeKind::Documented,
        Rule::let_decl
        | Rule::when_clause
        | Rule::require_clause
        | Rule::else_clause
        | Rule::then_clause
        | Rule::help_clause
        | Rule::link_clause
        | Rule::undecided_clause
        | Rule::with_param
        | Rule::as_of
        | Rule::expect => NodeKind::Clause,
        Rule::stages_decl | Rule::language_decl => NodeKind::Ladder,
        Rule::paren
        | Rule::call
        | Rule::list
        | Rule::key_list
        | Rule::one_of_type
        | Rule::test_list
        | Rule::test_record
        | Rule::param_list
        | Rule::param_table => NodeKind::Bracketed,
        Rule::entry => NodeKind::Entry,
        Rule::arg => NodeKind::Arg,
        Rule::expr => NodeKind::Logic,
        Rule::if_expr => NodeKind::If,
        Rule::comparison => NodeKind::Comparison,
        Rule::sum => NodeKind::Arithmetic,
        Rule::assign => NodeKind::Assign,
        Rule::gate_steps => NodeKind::Steps,
        Rule::gate_step => NodeKind::Plain,
        Rule::test_value
        | Rule::two_literals
        | Rule::test_element
        | Rule::record_entry
        | Rule::at_least
        | Rule::has_expr
        | Rule::table_entry
        | Rule::list_member => NodeKind::Plain,
        _ => return None,
    })
}
