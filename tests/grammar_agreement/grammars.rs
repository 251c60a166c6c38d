//! What the two grammars say of a text.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use pest::Parser as _;
use pest::iterators::{Pair, Pairs};
use tollgate::ast::ExprIds;
use tollgate::code::Code;
use tollgate::parse::parse;
use tollgate::source::FileId;
use tree_sitter::{InputEdit, Node, Parser, Point, Tree};

/// The language's own grammar, once more: the library hands out no places of what stands between declarations.
mod own {
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/tollgate.pest"]
    pub(super) struct Grammar;
}
use own::{Grammar, Rule};

/// Something that a grammar sees in a text: by its name in the grammar for editors, and where.
type Seen = (&'static str, (usize, usize));

/// What only one of the two takes or sees.
pub(crate) enum Disagreement {
    PestAloneTakesIt,
    TreeSitterAloneTakesIt,
    PestAloneSees(&'static str, String),
    TreeSitterAloneSees(&'static str, String),
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PestAloneTakesIt => write!(f, "tollgate.pest takes it and tree-sitter does not"),
            Self::TreeSitterAloneTakesIt => write!(f, "tree-sitter takes it and tollgate.pest does not"),
            Self::PestAloneSees(kind, text) => write!(f, "only tollgate.pest sees the {kind} `{text}`"),
            Self::TreeSitterAloneSees(kind, text) => write!(f, "only tree-sitter sees the {kind} `{text}`"),
        }
    }
}

/// What the two grammars do not agree about in a text.
pub(crate) fn disagreement(text: &str) -> Option<Disagreement> {
    let tree = tree(text);
    match (pest_takes(text), !tree.root_node().has_error()) {
        (Takes::No | Takes::Perhaps, false) | (Takes::Unread, _) => return None,
        (Takes::Yes, false) => return Some(Disagreement::PestAloneTakesIt),
        (Takes::No, true) => return Some(Disagreement::TreeSitterAloneTakesIt),
        (Takes::Yes | Takes::Perhaps, true) => {}
    }
    let (own, other) = (seen_by_pest(text, &tree), seen_by_tree_sitter(&tree));
    if let Some((kind, range)) = own.difference(&other).next() {
        return Some(Disagreement::PestAloneSees(kind, text[range.0..range.1].to_owned()));
    }
    let (kind, range) = other.difference(&own).next()?;
    Some(Disagreement::TreeSitterAloneSees(kind, text[range.0..range.1].to_owned()))
}

/// Whether the parser of the library understands a text.
#[derive(PartialEq)]
pub(crate) enum Takes {
    Yes,
    /// It is understood but for a number, or something that is given twice, which is no matter of the grammar. What follows on
    /// that is not reported, even if it is not understood.
    Perhaps,
    No,
    /// The text is beyond a limit.
    Unread,
}

/// What the parser of the library says of a text.
pub(crate) fn pest_takes(text: &str) -> Takes {
    const LIMITS: &[Code] = &[Code::TooDeep, Code::PolicyTooLarge, Code::NameTooLong];
    const REFUSALS: &[Code] = &[
        Code::Syntax,
        Code::UnclosedText,
        Code::ReservedWord,
        Code::ComparisonChain,
        Code::UnmatchedBrace,
        Code::IncompleteRule,
    ];
    let (_, said) = parse(FileId::default(), text, &mut ExprIds::default());
    let says = |codes: &[Code]| said.iter().any(|said| codes.contains(&said.code));
    match said.is_empty() {
        true => Takes::Yes,
        false if says(LIMITS) => Takes::Unread,
        false if says(REFUSALS) => Takes::No,
        false => Takes::Perhaps,
    }
}

/// The tree that an editor gets.
pub(crate) fn tree(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_tollgate::LANGUAGE.into()).unwrap();
    parser.parse(text, None).unwrap()
}

/// The same, as an editor gets it that knows the tree of the text before it was changed.
pub(crate) fn tree_of_change(before: &str, after: &str) -> Tree {
    let (mut start, mut end) = (0, 0);
    while before.as_bytes().get(start).is_some_and(|byte| after.as_bytes().get(start) == Some(byte)) {
        start += 1;
    }
    let least = before.len().min(after.len()) - start;
    while end < least && before.as_bytes()[before.len() - 1 - end] == after.as_bytes()[after.len() - 1 - end]
    {
        end += 1;
    }
    let (old_end_byte, new_end_byte) = (before.len() - end, after.len() - end);
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_tollgate::LANGUAGE.into()).unwrap();
    let mut old = parser.parse(before, None).unwrap();
    old.edit(&InputEdit {
        start_byte: start,
        old_end_byte,
        new_end_byte,
        start_position: point(before, start),
        old_end_position: point(before, old_end_byte),
        new_end_position: point(after, new_end_byte),
    });
    parser.parse(after, Some(&old)).unwrap()
}

fn point(text: &str, at: usize) -> Point {
    let before = &text.as_bytes()[..at];
    let line = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    Point::new(before.iter().filter(|byte| **byte == b'\n').count(), at - line)
}

/// The places of the declarations of a file.
pub(crate) fn declarations(text: &str) -> Vec<Range<usize>> {
    let Ok(pairs) = Grammar::parse(Rule::file, text) else { return Vec::new() };
    let items = pairs.flat_map(Pair::into_inner).filter(|item| item.as_rule() != Rule::EOI);
    items.map(|item| item.as_span().start()..item.as_span().end()).collect()
}

fn seen_by_pest(text: &str, tree: &Tree) -> BTreeSet<Seen> {
    let mut seen = BTreeSet::new();
    // The mark that some editors put first is no part of what the grammar reads.
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    read(Grammar::parse(Rule::file, &text[start..]).unwrap(), start, &mut seen);
    // Texts are one token there: what stands in their braces is parsed alone, as the library does.
    each_node(tree, &mut |node| {
        if node.kind() == "interpolation" {
            let inner = node.start_byte() + 1..node.end_byte() - 1;
            let start = inner.start;
            read(Grammar::parse(Rule::alone_expr, &text[inner]).unwrap(), start, &mut seen);
        }
    });
    seen
}

fn read(pairs: Pairs<'_, Rule>, base: usize, seen: &mut BTreeSet<Seen>) {
    for pair in pairs {
        let (start, end) = (base + pair.as_span().start(), base + pair.as_span().end());
        if pair.as_rule() == Rule::computed_name {
            seen.insert(("path", (start, end)));
            let mut start = start;
            for name in pair.as_str().split('.') {
                seen.insert(("name", (start, start + name.len())));
                start += name.len() + 1;
            }
        } else {
            seen.extend(kind(pair.as_rule()).map(|kind| (kind, (start, end))));
        }
        read(pair.into_inner(), base, seen);
    }
}

/// What the grammar for editors calls it. Left out is what ends with something that may be missing: in pest it reaches over
/// the blanks there.
fn kind(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::name | Rule::scope_name | Rule::path_head | Rule::segment | Rule::member => "name",
        Rule::path => "path",
        Rule::type_word => "type_name",
        Rule::unit | Rule::unit_name => "unit",
        Rule::number | Rule::integer => "number",
        Rule::date => "date",
        Rule::time => "time",
        Rule::boolean => "boolean",
        Rule::string => "text",
        Rule::missing => "missing",
        Rule::decision => "decision",
        Rule::named_window => "named_window",
        Rule::language_version => "version",
        Rule::effect | Rule::undecided_kind => "effect",
        Rule::snapshot_decl => "snapshot",
        Rule::policy_decl => "policy",
        Rule::gate_decl => "gate",
        Rule::rule_decl => "rule",
        Rule::test_decl => "test",
        Rule::call => "call",
        Rule::entry => "entry",
        Rule::paren => "parenthesized",
        Rule::has_expr => "has",
        Rule::at_least => "at_least",
        Rule::param_table => "table",
        Rule::list | Rule::param_list | Rule::test_list => "list",
        Rule::test_record => "record",
        _ => return None,
    })
}

fn seen_by_tree_sitter(tree: &Tree) -> BTreeSet<Seen> {
    let kinds: BTreeSet<&'static str> = Rule::all_rules().iter().filter_map(|rule| kind(*rule)).collect();
    let mut seen = BTreeSet::new();
    each_node(tree, &mut |node| {
        let name = if node.kind() == "template" { "text" } else { node.kind() };
        if let Some(kind) = kinds.get(name).filter(|_| node.is_named()) {
            seen.insert((*kind, (node.start_byte(), node.end_byte())));
        }
    });
    seen
}

/// All that is in a tree.
pub(crate) fn nodes(tree: &Tree) -> Vec<(String, Range<usize>)> {
    let mut nodes = Vec::new();
    each_node(tree, &mut |node| nodes.push((node.kind().to_owned(), node.byte_range())));
    nodes
}

fn each_node<'t>(tree: &'t Tree, see: &mut impl FnMut(Node<'t>)) {
    let mut cursor = tree.walk();
    loop {
        see(cursor.node());
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}
