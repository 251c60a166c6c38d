//! How each part of a file is laid out, as a document of the `pretty` crate, which finds the line breaks.
//!
//! A comment stays between the tokens that it stood between; where one is, the line ends.

use std::slice;

use pretty::{Arena, Doc, DocAllocator, DocBuilder};
use unicode_width::UnicodeWidthStr;

use super::docs::CommentPlace;
use super::{INDENT, WIDTH};
use crate::parse::concrete::{Comment, Concrete, ConcreteToken, ConcreteTokenKind, Node, NodeKind, Part};

pub(super) type Laid<'a> = DocBuilder<'a, Arena<'a>>;

/// The whole file, its lines ended by `\n`.
pub(super) fn lay_out(concrete: &Concrete<'_>) -> String {
    let arena = Arena::new();
    let layout = Layout { arena: &arena, tokens: &concrete.tokens, column: 0, one_line: false };
    let end = concrete.tokens.len().saturating_sub(1);
    let laid = layout.items(&concrete.items).append(layout.comments(end, Blanks::All));
    let mut text = String::new();
    // Empty lines are set in like others until here. No text reaches over the end of its line.
    for line in render(&laid, WIDTH).trim_start_matches('\n').lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Whether a part is something in brackets, perhaps with `x in` or `at least 2 of` before it: it sets in itself what it
/// is broken into.
fn in_brackets(part: &Part) -> bool {
    let is_list = |part: &Part| matches!(part, Part::Node(Node { kind: NodeKind::Bracketed, .. }));
    let Part::Node(node) = part else { return false };
    match (node.kind, &*node.parts) {
        (NodeKind::Bracketed, _) => true,
        (NodeKind::Plain | NodeKind::Comparison, [.., last]) if is_list(last) => true,
        (_, [only]) => in_brackets(only),
        (_, _) => false,
    }
}

fn render(laid: &Laid<'_>, width: usize) -> String {
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = laid.1.clone().render_fmt(width, &mut text);
    text
}

/// What stands between two tokens where no comment does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    Nothing,
    Space,
    /// A line break, or a space where everything fits on the line.
    Line,
    /// A line break, or nothing where everything fits on the line.
    SoftLine,
    /// A line break, and an empty line where one was written.
    Break,
    /// The first line break of a block, where empty lines are dropped.
    FirstBreak,
}

/// Which empty lines are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blanks {
    All,
    AfterFirst,
    None,
}

#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    arena: &'a Arena<'a>,
    tokens: &'a [ConcreteToken<'a>],
    /// Where the lines of the innermost block begin.
    pub(super) column: usize,
    /// Whether blocks stay on the line that they begin on.
    one_line: bool,
}

impl<'a> Layout<'a> {
    pub(super) fn token_at(&self, at: usize) -> Option<&'a ConcreteToken<'a>> {
        self.tokens.get(at)
    }

    fn text_of(&self, part: &Part) -> &'a str {
        match part {
            Part::Token(at) => self.tokens.get(*at).map_or("", |token| &*token.text),
            Part::Node(_) => "",
        }
    }

    fn has_kind(&self, part: &Part, kind: ConcreteTokenKind) -> bool {
        matches!(part, Part::Token(at) if self.tokens.get(*at).is_some_and(|token| token.kind == kind))
    }

    /// The comments before a token, each with the line break before it.
    fn comments(&self, at: usize, blanks: Blanks) -> Laid<'a> {
        let comments = self.tokens.get(at).map_or(&[][..], |token| &token.comments);
        self.arena.concat(comments.iter().enumerate().map(|(nth, comment)| {
            let Comment { text, trails, after_blank } = *comment;
            if trails {
                return self.unmeasured(format!("  {text}"));
            }
            self.line_break(after_blank, blanks, nth == 0).append(self.unmeasured(text.to_owned()))
        }))
    }

    /// A comment counts as having no width: what stands before it is not broken for its sake.
    fn unmeasured(&self, text: String) -> Laid<'a> {
        let text = DocBuilder(self.arena, Doc::OwnedText(text.into()).into()).into_doc();
        DocBuilder(self.arena, Doc::RenderLen(0, text).into())
    }

    fn line_break(&self, after_blank: bool, blanks: Blanks, is_first: bool) -> Laid<'a> {
        let keeps = match blanks {
            Blanks::All => true,
            Blanks::AfterFirst => !is_first,
            Blanks::None => false,
        };
        let line = self.arena.hardline();
        if after_blank && keeps { line.append(self.arena.hardline()) } else { line }
    }

    /// What stands before a token.
    fn gap(&self, at: usize, gap: Gap) -> Laid<'a> {
        let Some(token) = self.tokens.get(at) else { return self.arena.nil() };
        let blanks = match gap {
            Gap::Break => Blanks::All,
            Gap::FirstBreak => Blanks::AfterFirst,
            Gap::Nothing | Gap::Space | Gap::Line | Gap::SoftLine => Blanks::None,
        };
        if !token.comments.is_empty() {
            let last = self.line_break(token.after_blank, blanks, false);
            return self.comments(at, blanks).append(last);
        }
        match gap {
            Gap::Nothing => self.arena.nil(),
            Gap::Space => self.arena.space(),
            Gap::Line => self.arena.line(),
            Gap::SoftLine => self.arena.line_(),
            Gap::Break | Gap::FirstBreak => self.line_break(token.after_blank, blanks, true),
        }
    }

    /// What stands before a closing bracket, from its comments on; they are set in like what they follow.
    fn closing(&self, inner: Laid<'a>, close: usize, gap: Gap) -> Laid<'a> {
        let has_comments = self.tokens.get(close).is_some_and(|token| !token.comments.is_empty());
        let blanks = if gap == Gap::Break { Blanks::All } else { Blanks::None };
        let inner = inner.append(self.comments(close, blanks)).nest(INDENT.cast_signed());
        let last = match gap {
            _ if has_comments => self.arena.hardline(),
            Gap::Nothing => self.arena.nil(),
            Gap::Space => self.arena.space(),
            Gap::Line => self.arena.line(),
            Gap::SoftLine => self.arena.line_(),
            Gap::Break | Gap::FirstBreak => self.arena.hardline(),
        };
        inner.append(last).append(self.part(&Part::Token(close)))
    }

    /// Parts one after the other; `between` says what stands before each but the first, `indent` how far what they are
    /// broken into is set in.
    fn join(&self, parts: &[Part], indent: usize, between: impl Fn(&Part) -> Gap) -> Laid<'a> {
        let mut laid = self.arena.nil();
        let mut previous: Option<&Part> = None;
        for part in parts {
            if let Some(previous) = previous {
                let clings = self.has_kind(previous, ConcreteTokenKind::Sign) || self.text_of(part) == ":";
                let gap = if clings { Gap::Nothing } else { between(part) };
                laid = laid.append(self.gap(part.first(), gap));
            }
            let indent = if parts.len() == 1 || in_brackets(part) { 0 } else { indent };
            laid = laid.append(self.part(part).nest(indent.cast_signed()));
            previous = Some(part);
        }
        laid
    }

    fn flow(&self, parts: &[Part]) -> Laid<'a> {
        self.join(parts, 0, |_| Gap::Space)
    }

    /// Parts with a line break before each of some words, if they do not fit on the line.
    fn broken_before(&self, parts: &[Part], words: &[&str]) -> Laid<'a> {
        self.join(
            parts,
            INDENT,
            |part| if words.contains(&self.text_of(part)) { Gap::Line } else { Gap::Space },
        )
        .group()
    }

    fn part(&self, part: &Part) -> Laid<'a> {
        match part {
            Part::Token(_) => self.arena.text(self.text_of(part)),
            Part::Node(node) => self.node(node),
        }
    }

    fn node(&self, node: &Node) -> Laid<'a> {
        let parts = &*node.parts;
        match node.kind {
            NodeKind::Block | NodeKind::Fields | NodeKind::Given => self.block(node),
            NodeKind::Documented | NodeKind::Plain => self.flow(parts),
            NodeKind::Clause if parts.last().is_some_and(in_brackets) => self.flow(parts),
            NodeKind::Clause => self.flow(parts).nest(INDENT.cast_signed()),
            NodeKind::Ladder => self.broken_before(parts, &["->"]).nest(INDENT.cast_signed()),
            NodeKind::Bracketed => self.bracketed(parts),
            NodeKind::Entry => self.join(parts, 0, |_| Gap::Nothing),
            NodeKind::Arg => self.broken_before(parts, &["where", "among", "by", "over", "at"]),
            NodeKind::If => self.broken_before(parts, &["then", "else"]),
            NodeKind::Logic => self.operands(parts, &[&["or"], &["and"]]),
            NodeKind::Comparison => self.comparison(parts),
            NodeKind::Arithmetic => self.operands(parts, &[&["+", "-"], &["*", "/"]]),
            NodeKind::Assign => self.assign(parts),
            NodeKind::Steps => self.steps(parts),
        }
    }

    /// Operands with a line break before each operator, if they do not fit: the loosest operators first.
    fn operands(&self, parts: &[Part], levels: &[&[&str]]) -> Laid<'a> {
        let Some((operators, tighter)) = levels.split_first() else { return self.flow(parts) };
        // What is broken within an operand is set in further than the operators.
        let within = |operand: &[Part]| {
            let is_set_in = operand.len() == parts.len() || matches!(operand, [only] if in_brackets(only));
            self.operands(operand, tighter).nest(if is_set_in { 0 } else { INDENT.cast_signed() })
        };
        let is_operator = |part: &Part| {
            operators.contains(&self.text_of(part)) && !self.has_kind(part, ConcreteTokenKind::Sign)
        };
        let mut operands = parts.split(is_operator);
        let first = operands.next().map_or(self.arena.nil(), within);
        let signs = parts.iter().filter(|part| is_operator(part));
        let further = signs.zip(operands).map(|(sign, operand)| {
            let operator = self.gap(sign.first(), Gap::Line).append(self.part(sign));
            let gap = operand.first().map_or(self.arena.nil(), |part| self.gap(part.first(), Gap::Space));
            operator.append(gap).append(within(operand))
        });
        let further = self.arena.concat(further);
        first.append(further).group()
    }

    /// A line break before each operator; but a list is broken inside rather than before its `in`.
    fn comparison(&self, parts: &[Part]) -> Laid<'a> {
        let has_list = parts.last().is_some_and(in_brackets);
        let gap = |part: &Part| match self.text_of(part) {
            "in" | "not" if has_list => Gap::Space,
            "<" | "<=" | ">" | ">=" | "==" | "!=" | "not" | "matches" | "with" => Gap::Line,
            "in" if !parts.iter().any(|part| self.text_of(part) == "not") => Gap::Line,
            _ => Gap::Space,
        };
        self.join(parts, INDENT, gap).group()
    }

    /// A head, and elements between brackets: on one line, or one a line.
    fn bracketed(&self, parts: &[Part]) -> Laid<'a> {
        let opens = |part: &Part| ["(", "[", "{"].contains(&self.text_of(part));
        let Some(at) = parts.iter().position(opens) else { return self.flow(parts) };
        let (head, rest) = parts.split_at_checked(at).unwrap_or((parts, &[]));
        let [open, elements @ .., close] = rest else { return self.flow(parts) };
        let mut laid = self.flow(head);
        if at > 0 {
            let gap = if self.text_of(open) == "(" { Gap::Nothing } else { Gap::Space };
            laid = laid.append(self.gap(open.first(), gap));
        }
        laid = laid.append(self.part(open));
        let edge = match (elements, self.text_of(open)) {
            ([], _) => Gap::Nothing,
            (_, "{") => Gap::Line,
            _ => Gap::SoftLine,
        };
        let mut inner = self.arena.nil();
        for (nth, element) in elements.iter().enumerate() {
            let gap = if nth == 0 { edge } else { Gap::Line };
            let comma = if nth == 0 { self.arena.nil() } else { self.arena.text(",") };
            inner = inner.append(comma).append(self.gap(element.first(), gap)).append(self.part(element));
        }
        laid.append(self.closing(inner, close.first(), edge)).group()
    }

    /// `path = a, b, c`, filled line by line.
    fn assign(&self, parts: &[Part]) -> Laid<'a> {
        let [path, equals, first, further @ ..] = parts else { return self.flow(parts) };
        let start = self.flow(&[]).append(self.part(path)).append(self.gap(equals.first(), Gap::Space));
        let start = start.append(self.part(equals)).append(self.gap(first.first(), Gap::Space));
        let further = further.iter().map(|value| {
            let value = self.gap(value.first(), Gap::Line).append(self.part(value)).group();
            self.arena.text(",").append(value)
        });
        start.append(self.part(first)).append(self.arena.concat(further).nest(INDENT.cast_signed()))
    }

    /// `a -> b, b -> c`, filled line by line.
    fn steps(&self, parts: &[Part]) -> Laid<'a> {
        let [first, further @ ..] = parts else { return self.flow(parts) };
        let further = further.iter().map(|step| {
            let step = self.gap(step.first(), Gap::Line).append(self.part(step)).group();
            self.arena.text(",").append(step)
        });
        self.part(first).append(self.arena.concat(further).nest(INDENT.cast_signed()))
    }

    /// A head, and items in braces: one a line, or all on the head's line.
    fn block(&self, node: &Node) -> Laid<'a> {
        let parts = &*node.parts;
        let Some(at) = parts.iter().position(|part| self.text_of(part) == "{") else {
            return self.flow(parts);
        };
        let (head, rest) = parts.split_at_checked(at).unwrap_or((parts, &[]));
        let [open, items @ .., close] = rest else { return self.flow(parts) };
        let mut laid = self.flow(head);
        if at > 0 {
            laid = laid.append(self.gap(open.first(), Gap::Space));
        }
        // Further in than the items, so that a long head is not taken for one of them.
        laid = laid.nest(2 * INDENT.cast_signed()).append(self.part(open));
        if items.is_empty() {
            return laid.append(self.closing(self.arena.nil(), close.first(), Gap::Nothing));
        }
        if self.one_line && node.kind != NodeKind::Block {
            let between = if node.kind == NodeKind::Fields { ", " } else { "  " };
            let items = self.arena.intersperse(items.iter().map(|item| self.part(item)), between);
            return laid.append(" ").append(items).append(" ").append(self.part(close));
        }
        let inner = Self { column: self.column + INDENT, ..*self }.items(items);
        laid.append(self.closing(inner, close.first(), Gap::Break))
    }

    /// One item a line, from the line break before the first on.
    fn items(&self, items: &[Part]) -> Laid<'a> {
        let mut laid = self.arena.nil();
        for (nth, (item, doc)) in items.iter().zip(self.doc_places(items)).enumerate() {
            let gap = if nth == 0 { Gap::FirstBreak } else { Gap::Break };
            if nth > 0 && self.needs_comma_before(item) {
                laid = laid.append(",");
            }
            laid = laid.append(self.gap(item.first(), gap)).append(self.item(item, doc));
        }
        laid
    }

    /// Whether an item is a record that is called like a mark: it would be one of the field before it.
    fn needs_comma_before(&self, item: &Part) -> bool {
        let text = |at: usize| self.tokens.get(at).map_or("", |token| &*token.text);
        let before = item.first().checked_sub(1).map_or("", text);
        let behind = text(item.first() + 1);
        let is_record = ["{", "standing", "named"].contains(&behind) || behind.starts_with('"');
        ["standing", "named"].contains(&text(item.first())) && is_record && !["{", "}"].contains(&before)
    }

    fn item(&self, item: &Part, doc: CommentPlace) -> Laid<'a> {
        let layout = Self { one_line: self.stays_on_one_line(item), ..*self };
        let Part::Node(node) = item else { return self.part(item) };
        let Some((text, head)) = node.parts.split_last() else { return self.arena.nil() };
        match doc {
            CommentPlace::Elsewhere => layout.node(node),
            CommentPlace::Behind(blanks) => {
                layout.flow(head).append(" ".repeat(blanks)).append(self.part(text))
            }
            CommentPlace::Below => {
                let below = self.arena.hardline().append(self.part(text)).nest(INDENT.cast_signed());
                layout.flow(head).append(below)
            }
        }
    }

    /// Whether an item was written on one line, and fits there.
    fn stays_on_one_line(&self, item: &Part) -> bool {
        let tokens = self.tokens.get(item.first()..=item.last()).unwrap_or_default();
        let has_block = matches!(
            item,
            Part::Node(Node { kind: NodeKind::Fields | NodeKind::Given | NodeKind::Documented, .. })
        );
        has_block
            && tokens.iter().skip(1).all(|token| !token.begins_line)
            && self.width_of(slice::from_ref(item)).is_some_and(|width| self.column + width <= WIDTH)
    }

    /// How wide parts are on one line; none where that is wider than a line, or there are comments.
    pub(super) fn width_of(&self, parts: &[Part]) -> Option<usize> {
        let (first, last) = (parts.first()?.first(), parts.last()?.last());
        let tokens = self.tokens.get(first..=last)?;
        let mut at_least = 0;
        for token in tokens {
            at_least += token.text.chars().count();
            if at_least > WIDTH {
                return None;
            }
        }
        let is_bare = tokens.iter().skip(1).all(|token| token.comments.is_empty());
        let text = render(&Self { one_line: true, ..*self }.flow(parts), usize::MAX / 2);
        (is_bare && !text.contains('\n')).then(|| text.width())
    }
}
