//! A field, let or param that is called like a word of the language, which is then not to be had where it is seen.

use super::LintedPolicies;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::point::Axis;
use crate::source::Span;
use crate::vocabulary::{Field, RecordType, Vocabulary};

/// The words that a declaration takes, with what they mean where nothing is called so.
const WORDS: [(&str, &str); 5] = [
    ("workflows", "the list of the project's workflows"),
    ("today", "the day of judgement"),
    ("now", "the time of judgement"),
    ("entered", "the day on which the stage was entered"),
    (FIRST_SEEN, "the day on which an element was first recorded"),
];
/// What asks about the element of a list.
const FIRST_SEEN: &str = "first_seen";

pub(super) fn find(policies: &LintedPolicies<'_>) -> Vec<Diagnostic> {
    let program = policies.program;
    let snapshot = &program.vocabulary.snapshot;
    let mut of_elements = Vec::new();
    find_in_lists(snapshot, &mut of_elements);
    let fields = snapshot.fields.iter().chain(of_elements);
    let fields = fields.filter_map(|field| Some(("field", &*field.name, field.span?)));
    let lets = program.lets.iter().map(|found| ("let", &*found.decl.name.text, found.decl.name.span));
    let params = program.params.iter().map(|found| ("param", &*found.decl.name.text, found.decl.name.span));
    let declared = fields.chain(lets).chain(params).filter(|(.., place)| policies.is_own(*place));
    // Where the series runs by days, `now` means nothing that could be taken.
    let means = |name: &str| name != "now" || program.vocabulary.axis() == Axis::Instants;
    let declared = declared.filter(|(_, name, _)| means(name));
    let taken = declared.filter_map(|(what, name, place)| {
        let (word, meaning) = WORDS.iter().find(|(word, _)| *word == name)?;
        Some(finding(what, word, meaning, place))
    });
    taken.chain(last_day_taken(policies)).chain(left_taken(policies)).collect()
}

/// The field that keeps `retired` from being the last day of a workflow: it has that name or key, and is no date.
fn last_day_taken(policies: &LintedPolicies<'_>) -> Option<Diagnostic> {
    let vocabulary = &policies.program.vocabulary;
    if vocabulary.retired().is_some() {
        return None;
    }
    field_taken(
        policies,
        Vocabulary::RETIRED,
        "the last day of a workflow, after which it is no longer judged",
    )
}

/// The field that keeps `left` from naming who is gone from a kept list: it has that name or key, and is no list of texts.
fn left_taken(policies: &LintedPolicies<'_>) -> Option<Diagnostic> {
    let vocabulary = &policies.program.vocabulary;
    if vocabulary.left().is_some() || !vocabulary.snapshot.lists().iter().any(|list| list.field.kept) {
        return None;
    }
    field_taken(policies, Vocabulary::LEFT, "the keys of kept lists whose elements are gone")
}

fn field_taken(policies: &LintedPolicies<'_>, word: &str, meaning: &str) -> Option<Diagnostic> {
    let is_called = |field: &&Field| [&field.name, field.yaml_key()].iter().any(|name| ***name == *word);
    let place = policies.program.vocabulary.snapshot.fields.iter().find(is_called)?.span?;
    policies.is_own(place).then(|| finding("field", word, meaning, place))
}

fn finding(what: &str, word: &str, meaning: &str, place: Span) -> Diagnostic {
    let message = format!("`{word}` is a {what} here, so it no longer means {meaning}");
    let finding =
        Diagnostic::warning(Code::TakenWord, message).label(place, format!("takes the word `{word}`"));
    finding.help("give it another name, or say so in a comment: `# lint: T712 REASON`")
}

/// The fields of elements of lists that hide what is asked about elements.
fn find_in_lists<'a>(record: &'a RecordType, found: &mut Vec<&'a Field>) {
    for field in &record.fields {
        let Some(inner) = field.ty.element().unwrap_or(&field.ty).record() else { continue };
        let is_list = field.ty.element().is_some();
        found.extend(inner.fields.iter().filter(|inner| is_list && *inner.name == *FIRST_SEEN));
        find_in_lists(inner, found);
    }
}
