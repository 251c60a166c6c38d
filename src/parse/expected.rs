//! What the parser would have taken, as a person writes it, and the error that says so.
//!
//! Parses a stretch that is not understood once more, alone, and turns the parser's furthest failure into one of the
//! messages of [`super::errors`]. Never shows the parser's own words.

use std::borrow::Cow;
use std::ops::Range;

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::slips::{PolicySlip, Stumble};
use super::tokens::{Token, TokenKind, Tokens};
use super::tree::Builder;
use super::{Grammar, Rule, errors};
use crate::ast::EffectKind;
use crate::diagnostic::{Diagnostic, did_you_mean};

/// Alternatives that a message lists at most.
const MAX_LISTED: usize = 5;

/// Words that are listed before others, in this order.
const FIRST_WORDS: [&str; 11] =
    ["rule", "let", "param", "gate", "require", "else", "when", "then", "where", "by", "over"];

/// What is said where a key of the snapshots is no name.
const NAMED: &str = "name the field with letters, digits and `_`, and add the key of the snapshots with `named`, as in \
                     `pass_rate: share named \"pass-rate\"`";

/// No names at all.
const RESERVED: [&str; 28] = [
    "and",
    "or",
    "not",
    "in",
    "if",
    "then",
    "else",
    "where",
    "among",
    "by",
    "over",
    "with",
    "to",
    "has",
    "it",
    "snapshot",
    "true",
    "false",
    "when",
    "require",
    "rule",
    "gate",
    "let",
    "param",
    "policy",
    "undecided",
    "help",
    "link",
];

/// Whether a word is a name only before a dot.
fn is_effect(word: &str) -> bool {
    EffectKind::ALL.iter().any(|effect| effect.as_str() == word)
}

/// Whether a word may not be used as a name that stands alone.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word) || is_effect(word)
}

/// Whether a word begins what a rule of the grammar matches, or was most likely meant to.
pub(super) fn begins(rule: Rule, word: &str) -> bool {
    keywords(rule).iter().any(|keyword| keyword.starts_with(word)) || suggestion(word, &[rule]).is_some()
}

/// Where the parser stopped: the token there, the one before it, and what it would have taken.
struct SyntaxFailure<'a> {
    text: &'a str,
    previous: Option<Token>,
    /// None at the end of the file.
    found: Option<Token>,
    expected: Vec<Rule>,
}

impl Builder<'_> {
    /// Reports why the stretch is no `alone`. Says nothing of a stretch that was too deep, as that was reported.
    pub(super) fn explain(&mut self, alone: Rule, stretch: Range<usize>) {
        if self.holds_too_deep(&stretch) {
            return;
        }
        let diagnostic = self.explanation(alone, stretch);
        self.report(diagnostic);
    }

    fn explanation(&self, alone: Rule, stretch: Range<usize>) -> Diagnostic {
        let text = self.text.get(self.base..).unwrap_or("");
        let Some(Err(error)) = text.get(stretch.clone()).map(|alone_text| Grammar::parse(alone, alone_text))
        else {
            return errors::not_understood(self.span(stretch));
        };
        let offset = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => stretch.start + at,
        };
        let expected = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        let (mut second, mut previous) = (None, None);
        for token in Tokens::new(text.get(..offset).unwrap_or(""), stretch.start) {
            second = previous.replace(token);
        }
        let mut found = Tokens::new(text, offset).next();
        if let Some(word) = previous.as_ref().filter(|token| token.kind == TokenKind::Word) {
            let number = second.as_ref().is_some_and(|token| token.kind == TokenKind::Number);
            if number && suggestion(word.of(text), &expected).is_some() {
                // A misspelt keyword behind a number looks like its unit.
                found = previous;
                previous = second;
            } else if let Some(rest) = &mut found
                && rest.kind == TokenKind::Word
                && rest.range.start == word.range.end
            {
                // A word with a letter that names do not have.
                rest.range.start = word.range.start;
                previous = second;
            }
        }
        let failure = SyntaxFailure { text, previous, found, expected };
        self.text_problem(&failure)
            .or_else(|| self.name_problem(&failure))
            .or_else(|| self.rule_problem(&failure, &stretch))
            .unwrap_or_else(|| self.syntax_problem(&failure, &stretch))
    }

    fn text_problem(&self, failure: &SyntaxFailure<'_>) -> Option<Diagnostic> {
        let found = failure.found.as_ref()?;
        if found.kind == (TokenKind::Text { closed: false }) {
            // An odd quote may be the second of a pair whose first one ended the text before.
            return Some(match &failure.previous {
                Some(previous) if self.ends_in_braces(previous) => {
                    errors::quote_in_interpolation(self.span(previous.range.clone()))
                }
                Some(_) | None => errors::unclosed_text(self.span(found.range.clone())),
            });
        }
        let previous = failure.previous.as_ref()?;
        let touching = previous.range.end == found.range.start;
        (touching && self.ends_in_braces(previous))
            .then(|| errors::quote_in_interpolation(self.span(previous.range.clone())))
    }

    /// Whether a text ends inside its `{…}`.
    fn ends_in_braces(&self, token: &Token) -> bool {
        let text = token.of(self.text.get(self.base..).unwrap_or("")).replace("\\{", "");
        matches!(token.kind, TokenKind::Text { .. }) && text.rfind('{') > text.rfind('}')
    }

    fn name_problem(&self, failure: &SyntaxFailure<'_>) -> Option<Diagnostic> {
        let found = failure.found.as_ref()?;
        let previous = failure.previous.as_ref();
        if let Some(previous) = previous.filter(|previous| is_effect(previous.of(failure.text))) {
            // Records may be called so: the parser went on to look for a record's brace.
            if found.of(failure.text) == ":" {
                let word = previous.of(failure.text);
                return Some(errors::reserved_field(self.span(previous.range.clone()), word));
            }
        }
        let word = failure.found_word()?;
        let names = failure.expected.iter().all(|rule| takes_name(*rule)) && !failure.expected.is_empty();
        let field = failure.expected.iter().any(|rule| matches!(rule, Rule::field_decl | Rule::alone_field));
        let problem = if field { errors::reserved_field } else { errors::reserved_name };
        (names && is_reserved(word)).then(|| problem(self.span(found.range.clone()), word))
    }

    /// A rule that ends before it says everything.
    fn rule_problem(&self, failure: &SyntaxFailure<'_>, stretch: &Range<usize>) -> Option<Diagnostic> {
        let takes = |rules: &[Rule]| failure.expected.iter().any(|rule| rules.contains(rule));
        let requires = takes(&[Rule::require_clause, Rule::kw_require]);
        let whens = takes(&[Rule::when_clause, Rule::kw_when]);
        let thens = takes(&[Rule::then_clause, Rule::kw_then]);
        let elses = takes(&[Rule::else_clause, Rule::kw_else]);
        let ended = match failure.found_text() {
            None | Some("}") => true,
            // The missing part may only be misplaced.
            Some("help" | "link" | "undecided") => {
                !self.tokens_in(stretch).any(|token| matches!(self.token_text(&token), "else" | "then"))
            }
            Some(_) => false,
        };
        if !requires || !ended {
            return None;
        }
        let (missing, help) = match (whens, thens, elses) {
            (_, _, true) => ("`else`", "say what a failed rule does, as in `else hold \"…\"`"),
            (_, true, _) => ("`require` or `then`", "`when` only says where a rule applies"),
            (true, _, _) => ("`require` or `when`", "a rule needs a `require`, or a `when` with `then`"),
            (false, false, false) => return None,
        };
        let mut words =
            Tokens::new(failure.text, stretch.start).skip_while(|token| token.of(failure.text) != "rule");
        let name = words.nth(1)?;
        let at = failure.found.as_ref().or(failure.previous.as_ref())?;
        Some(errors::incomplete_rule(self.span(at.range.clone()), name.of(failure.text), missing, help))
    }

    fn syntax_problem(&self, failure: &SyntaxFailure<'_>, stretch: &Range<usize>) -> Diagnostic {
        let listed: Vec<String> =
            kinds(&failure.expected).iter().take(MAX_LISTED).map(Expected::text).collect();
        let found = failure.found_text().map_or_else(
            || "the end of the file".to_owned(),
            |found| if found.starts_with('"') { "a text".to_owned() } else { format!("`{found}`") },
        );
        let (slip, help) = (self.slip(failure, stretch), failure.help());
        if listed.is_empty() && slip.is_none() {
            return errors::not_understood(self.span(stretch.clone())).maybe_help(help);
        }
        let expected = one_of(&listed);
        let diagnostic = match (&failure.previous, &failure.found) {
            (Some(previous), _) if failure.ends_early() => {
                let span = self.span(previous.range.clone());
                errors::ends_early(span, &expected, previous.of(failure.text), &found)
            }
            (_, Some(token)) => errors::unexpected(self.span(token.range.clone()), &expected, &found),
            (Some(token), None) => errors::unexpected(self.span(token.range.clone()), &expected, &found),
            (None, None) => errors::unexpected(self.span(stretch.clone()), &expected, &found),
        };
        let Some(PolicySlip { help, fix }) = slip else { return diagnostic.maybe_help(help) };
        match fix {
            Some((range, text)) => diagnostic.help(help).choice(self.span(range), text),
            None => diagnostic.help(help),
        }
    }

    /// What people write who come from other languages; a keyword that is misspelt is not looked at.
    fn slip(&self, failure: &SyntaxFailure<'_>, stretch: &Range<usize>) -> Option<PolicySlip> {
        let found = failure.found.as_ref()?;
        if failure.found_word().is_some_and(|word| suggestion(word, &failure.expected).is_some()) {
            return None;
        }
        let end = stretch.end.max(found.range.end);
        let tokens: Vec<Token> = self.tokens_in(&(stretch.start..end)).collect();
        let at = tokens.iter().position(|token| token.range.start == found.range.start)?;
        Stumble { text: failure.text, tokens, at, expected: &failure.expected }.slip()
    }
}

impl<'a> SyntaxFailure<'a> {
    fn found_text(&self) -> Option<&'a str> {
        self.found.as_ref().map(|found| found.of(self.text))
    }

    fn found_word(&self) -> Option<&'a str> {
        self.found.as_ref().filter(|found| found.kind == TokenKind::Word).map(|found| found.of(self.text))
    }

    /// Whether the problem is that something is missing at the end of a line, and not what the next line begins with.
    fn ends_early(&self) -> bool {
        let (Some(previous), next) = (&self.previous, &self.found) else { return false };
        let end = next.as_ref().map_or(self.text.len(), |next| next.range.start);
        if next.is_some() && !self.text.get(previous.range.end..end).unwrap_or("").contains(['\n', '\r']) {
            return false;
        }
        let unfinished = self.unfinished_if()
            || self.expected.iter().any(|rule| matches!(rule, Rule::close_paren | Rule::close_bracket));
        unfinished
            || kinds(&self.expected).iter().all(|kind| match kind {
                Expected::Operator | Expected::End => false,
                Expected::Word(word) => is_effect(word),
                Expected::Expression | Expected::Thing(_) | Expected::Sign(_) => true,
            })
    }

    /// Whether an `if` lacks its `else`.
    fn unfinished_if(&self) -> bool {
        self.expected.contains(&Rule::kw_else) && !self.expected.contains(&Rule::kw_require)
    }

    /// `name not matches "a"`, as `not in` stands.
    fn negated_pattern(&self) -> Option<String> {
        let not = self.previous.as_ref().filter(|token| token.of(self.text) == "not")?;
        let matches = self.found.as_ref().filter(|token| token.of(self.text) == "matches")?;
        let before = self.text.get(..not.range.start)?.trim_end();
        let name = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.')).next();
        let name = name.filter(|name| !name.is_empty()).unwrap_or("…");
        let pattern = Tokens::new(self.text, matches.range.end).next();
        let pattern = pattern.map_or("…", |token| token.of(self.text));
        Some(format!("write `not {name} matches {pattern}`"))
    }

    fn help(&self) -> Option<String> {
        if let Some(word) = self.found_word() {
            if let Some(meant) = suggestion(word, &self.expected) {
                return Some(format!("did you mean `{meant}`?"));
            }
            if !word.is_ascii() {
                return Some("names are written in the letters `a` to `z`, digits and `_`".to_owned());
            }
            if matches!(word, "of" | "where" | "among" | "by" | "over")
                && self.expected.contains(&Rule::close_paren)
            {
                return Some(
                    "the clauses of an argument come in the order `of`, `where`, `among`, `by`, `over`"
                        .to_owned(),
                );
            }
        }
        if self.unfinished_if() {
            return Some("an `if` always has its `else`".to_owned());
        }
        if let Some(help) = self.negated_pattern() {
            return Some(help);
        }
        let at_field = |rules: &[Rule]| self.expected.iter().any(|rule| rules.contains(rule));
        let found_text = self.found_text().filter(|text| text.starts_with('"'));
        if found_text.is_some() && at_field(&[Rule::field_decl, Rule::alone_field]) {
            return Some(NAMED.to_owned());
        }
        match self.found_text() {
            Some("-" | ".") if at_field(&[Rule::kw_standing, Rule::named_mark]) => Some(NAMED.to_owned()),
            Some("=") if self.expected.contains(&Rule::comma) => {
                Some("after a `,`, continue the values on the next line".to_owned())
            }
            Some("snapshot") if self.expected.contains(&Rule::kw_snapshots) => {
                Some("for more than one, write `snapshots`".to_owned())
            }
            Some("(") if self.expected.contains(&Rule::path_head) => {
                Some("`has` takes a field without parentheses".to_owned())
            }
            found => found.and_then(advice).map(str::to_owned),
        }
    }
}

/// The keyword that a word was most likely meant to be.
fn suggestion(word: &str, expected: &[Rule]) -> Option<String> {
    if is_reserved(word) {
        return None;
    }
    let candidates: Vec<Cow<'_, str>> = expected.iter().flat_map(|rule| keywords(*rule)).collect();
    did_you_mean(word, candidates.iter().map(Cow::as_ref)).map(str::to_owned)
}

/// What people write who come from other languages.
fn advice(found: &str) -> Option<&'static str> {
    match found {
        "=" => Some("`==` compares, and `=` gives a `let` or `param` its value"),
        "&&" | "&" => Some("write `and`"),
        "||" | "|" => Some("write `or`"),
        "!" => Some("write `not`"),
        ";" => Some("declarations need no sign at the end"),
        "'" | "`" | "“" | "”" | "„" => Some("write texts between two `\"`"),
        "snapshot" => Some("write a dot and a field after `snapshot`"),
        "note" | "warn" | "hold" | "rollback" => Some("this word is a name only before a dot"),
        "if" => Some("put parentheses around an `if` inside an expression"),
        _ => None,
    }
}

/// A kind of thing that may stand somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expected {
    Expression,
    Thing(&'static str),
    Word(Cow<'static, str>),
    Sign(&'static str),
    Operator,
    End,
}

impl Expected {
    /// What is most likely meant is listed first.
    fn rank(&self) -> (u8, usize) {
        match self {
            Self::Expression => (0, 0),
            Self::Thing(_) => (1, 0),
            Self::Word(word) => {
                (2, FIRST_WORDS.iter().position(|first| first == word).unwrap_or(FIRST_WORDS.len()))
            }
            Self::Sign(sign) => (3, usize::from(*sign == "{")),
            Self::Operator => (4, 0),
            Self::End => (5, 0),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Expression => "an expression".to_owned(),
            Self::Thing(thing) => (*thing).to_owned(),
            Self::Word(word) => format!("`{word}`"),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::Operator => "an operator".to_owned(),
            Self::End => "the end of the line".to_owned(),
        }
    }
}

/// What the parser would have taken, the likeliest first.
fn kinds(rules: &[Rule]) -> Vec<Expected> {
    if rules.contains(&Rule::kw_has) {
        // Everything that an expression may begin with, one by one.
        return vec![Expected::Expression];
    }
    let mut kinds: Vec<Expected> = Vec::new();
    for kind in rules.iter().flat_map(|rule| described(*rule)) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.contains(&Expected::Expression) {
        // `not` and signs begin an expression.
        kinds.retain(|kind| *kind != Expected::Operator);
    }
    if rules.contains(&Rule::colon) && rules.contains(&Rule::kw_standing) {
        // Behind a name that may be a record's: its marks are hardly meant.
        kinds.retain(|kind| !matches!(kind, Expected::Word(_)));
    }
    if kinds.contains(&Expected::Operator) {
        // Behind a name, which might have been a function's.
        kinds.retain(|kind| *kind != Expected::Sign("("));
    }
    kinds.sort_by_key(Expected::rank);
    kinds
}

fn one_of(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// Whether a name would have been taken, or nothing more.
fn takes_name(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::name
            | Rule::computed_name
            | Rule::scope_name
            | Rule::field_decl
            | Rule::alone_field
            | Rule::path
            | Rule::path_head
    )
}

fn described(rule: Rule) -> Vec<Expected> {
    let kind = match rule {
        Rule::expr | Rule::comparison | Rule::sum | Rule::arg | Rule::alone_expr => Expected::Expression,
        Rule::signed_literal
        | Rule::literal
        | Rule::quantity
        | Rule::number
        | Rule::test_value
        | Rule::two_literals
        | Rule::test_element
        | Rule::param_value
        | Rule::list_member => Expected::Thing("a value"),
        Rule::string | Rule::title | Rule::doc | Rule::message => Expected::Thing("a text in quotes"),
        Rule::name
        | Rule::computed_name
        | Rule::scope_name
        | Rule::segment
        | Rule::member
        | Rule::policy_head
        | Rule::gate_head
        | Rule::gate_steps
        | Rule::gate_step
        | Rule::table_entry
        | Rule::with_path => Expected::Thing("a name"),
        Rule::path | Rule::path_head | Rule::field_decl | Rule::alone_field | Rule::alone_assign => {
            Expected::Thing("the name of a field")
        }
        Rule::decision => Expected::Thing("a decision"),
        Rule::type_expr | Rule::type_word | Rule::list_of => Expected::Thing("a type"),
        Rule::integer => Expected::Thing("a whole number"),
        Rule::open_paren => Expected::Sign("("),
        Rule::close_paren => Expected::Sign(")"),
        Rule::open_bracket | Rule::list => Expected::Sign("["),
        Rule::close_bracket => Expected::Sign("]"),
        Rule::open_brace | Rule::field_record => Expected::Sign("{"),
        Rule::close_brace => Expected::Sign("}"),
        Rule::comma => Expected::Sign(","),
        Rule::colon => Expected::Sign(":"),
        Rule::equals => Expected::Sign("="),
        Rule::arrow => Expected::Sign("->"),
        Rule::compare_tail | Rule::compare_op | Rule::in_tail | Rule::matches_tail | Rule::arithmetic_op => {
            Expected::Operator
        }
        Rule::kw_and | Rule::kw_or | Rule::kw_not | Rule::kw_in | Rule::kw_matches | Rule::kw_with => {
            Expected::Operator
        }
        Rule::alone_end => Expected::End,
        // It may follow whatever names a window, and hardly ever is what was meant.
        Rule::kw_snapshots => return Vec::new(),
        // `at every look` may follow every argument, for all that the grammar knows, and belongs to `confidence(…)` alone.
        Rule::kw_at => return Vec::new(),
        Rule::snapshot_head => return vec![Expected::Word(Cow::Borrowed("every")), Expected::Sign("{")],
        _ => return keywords(rule).into_iter().map(Expected::Word).collect(),
    };
    vec![kind]
}

/// The keywords that a rule of the grammar begins with.
pub(super) fn keywords(rule: Rule) -> Vec<Cow<'static, str>> {
    let words: &[&'static str] = match rule {
        Rule::alone_item => &["policy", "snapshot", "stages", "test"],
        Rule::alone_policy_item => &["rule", "let", "param", "gate"],
        Rule::alone_gate_item => &["rule", "let"],
        Rule::alone_test_clause => &["given", "with", "as of", "expect"],
        Rule::effect => &EffectKind::ALL.map(EffectKind::as_str),
        Rule::undecided_kind => &["pass", "warn", "hold"],
        Rule::outcome => &["passes", "fails", "undecided", "not applicable"],
        Rule::given => &["every", "file", "workflow"],
        Rule::snapshot_head => &["every"],
        _ => {
            // Keyword rules are named after their word: `kw_else`.
            let name = format!("{rule:?}");
            return name.strip_prefix("kw_").map(|word| Cow::Owned(word.to_owned())).into_iter().collect();
        }
    };
    words.iter().map(|word| Cow::Borrowed(*word)).collect()
}
