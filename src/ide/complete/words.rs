//! The words of the language, what each is for, and the declarations that some of them begin.

use super::{Completion, CompletionKind};
use crate::report::Decision;

/// What is said of a word.
const DOCS: &[(&str, &str)] = &[
    ("policy", "Params, lets, rules and gates under one name."),
    ("stages", "The ladder of stages, lowest first: `stages testing -> pilot -> full`."),
    ("test", "Snapshots and what the rules must say of them."),
    ("language", "The version of the language that the file is written in, on its first line."),
    ("param", "A value that `tollgate.yaml` may set."),
    ("let", "A name for an expression; `let list.name = …` computes a field of each element."),
    ("rule", "What must hold, and what happens if it does not."),
    ("gate", "Rules for the step from one stage to the next."),
    ("when", "Where a rule or policy applies; with `then`, when a rule fires."),
    ("require", "What must hold; a rule may have several."),
    ("then", "What happens when the condition is yes."),
    ("else", "What happens when a requirement fails; in an `if`, the other value."),
    ("note", "Only says so."),
    ("warn", "Warns, and holds nothing."),
    ("hold", "Keeps the workflow in its stage."),
    ("rollback", "Moves the workflow back."),
    ("help", "What to do when the rule fails."),
    ("link", "Where to read more."),
    ("undecided", "What a rule does when its evidence is not enough: `pass`, `warn` or `hold`."),
    ("pass", "An undecided rule stops nothing."),
    ("within", "The range that a configuration may set the param in."),
    ("and", "Both must hold."),
    ("or", "One must hold."),
    ("not", "The opposite of a condition."),
    ("in", "Between two values, both included, or one of a list: `x in 2 to 5`, `kind in [a, b]`."),
    ("not in", "Not between two values, and none of a list."),
    ("matches", "A text fits a pattern: `model matches \"claude-*\"`."),
    ("with", "How sure a claim must be: `… with 90% confidence`."),
    ("confidence", "Ends the claim: `with 90% confidence`."),
    ("at every look", "Keeps the promise however often the sample is looked at."),
    ("has", "Whether a field was recorded: `has users.active`."),
    ("if", "One of two values: `if c then a else b`."),
    ("at least", "How many of several conditions must hold: `at least 2 of [p, q, r]`."),
    ("it", "The element itself."),
    ("snapshot", "A field of the judged snapshot: `snapshot.adoption`."),
    ("true", "Yes."),
    ("false", "No."),
    ("where", "Which elements count."),
    ("among", "Of which elements the condition is asked."),
    ("by", "One value for each group."),
    ("over", "Over which window: `over 4 weeks`, `over stage`."),
    ("of", "The whole that something is a part of."),
    ("at most", "A window of up to that length."),
    ("snapshots", "A window of so many snapshots."),
    ("every", "How often a snapshot is due."),
    ("grace", "How late a snapshot may be."),
    ("weekday", "A snapshot is due from Monday to Friday."),
    ("from", "The lower end, or where something begins."),
    ("to", "The upper end, included."),
    ("key", "Names its element within the list."),
    ("required", "Every snapshot must have it."),
    ("changing", "Later snapshots may say something else of the same element."),
    ("kept", "A key that the next snapshot lacks must be said to have left."),
    ("standing", "A `rollout.yaml` may hold it."),
    ("named", "The key that snapshots have for the field: `named \"passRate\"`."),
    ("given", "The snapshots of the test."),
    ("file", "Real snapshots: `given file \"…/*.yaml\"`."),
    ("workflow", "Another workflow than the one that is judged."),
    ("as of", "The day of judgement."),
    ("expect", "What a rule or the decision must be."),
    ("decision", "What is decided of the workflow."),
    ("passes", "The rule holds."),
    ("fails", "The rule does not hold."),
    ("not applicable", "The rule's `when` is no."),
    ("x", "So many times: `24 x { … }`."),
    ("stage", "Since the workflow entered its stage."),
    ("all", "The whole series."),
    ("today", "The day of judgement, or the one that is looked at."),
    ("now", "The instant of judgement, or the one that is looked at."),
    ("entered", "The date of the first snapshot of the stay in the stage."),
    ("first_seen", "The date of the first snapshot that has the element's key."),
    ("workflows", "The project's workflows as a list, each by its newest snapshot."),
];

/// A declaration as it is laid out, for editors that know snippets.
const SNIPPETS: &[(&str, &str)] = &[
    ("policy", "policy ${1:name} \"${2:title}\" {\n  $0\n}"),
    ("snapshot", "snapshot every ${1:1 week} grace ${2:3 days} {\n  $0\n}"),
    (
        "test",
        "test \"${1:title}\" {\n  given every ${2:1 week} from ${3:2026-01-05} {\n    $0\n  }\n  expect decision continue\n}",
    ),
    ("param", "param ${1:name} = ${2:value} \"${3:doc}\""),
    ("let", "let ${1:name} = $0"),
    ("rule", "rule ${1:name} \"${2:title}\" {\n  require $0\n  else hold\n}"),
    ("gate", "gate ${1:from} -> ${2:to} \"${3:title}\" {\n  $0\n}"),
];

/// The types of fields.
const TYPES: [(&str, &str); 12] = [
    ("bool", "`true` or `false`"),
    ("count", "a whole number, 0 or more"),
    ("date", "a day: `2026-11-02`"),
    ("duration", "a length of time: `300 ms`, `2 weeks`"),
    ("list of", "several values, or records in braces"),
    ("number", "any number, perhaps with a unit in capitals"),
    ("one of", "one of some words: `one of [ordinary, atypical]`"),
    ("share", "a percentage: `15%`, from 0% to 100% unless it says otherwise"),
    ("stage", "a stage of the ladder"),
    ("text", "any text"),
    ("time", "an instant: `2026-11-02T14:05Z`"),
    ("{", "a record for each element"),
];

fn found(table: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == word).map(|(_, text)| *text)
}

/// What is said of a word of the language.
pub(super) fn doc_of(word: &str) -> Option<&'static str> {
    found(DOCS, word)
}

/// A word of the language.
pub(super) fn word(word: &str, rank: u8) -> Completion {
    Completion::new(word, CompletionKind::Keyword, rank).maybe_doc(doc_of(word))
}

/// A word that begins a declaration.
pub(super) fn declaration(begins: &str, rank: u8) -> Completion {
    let snippet = found(SNIPPETS, begins).map(str::to_owned);
    let doc = (begins == "snapshot").then_some("The fields of snapshots, and how often one is due.");
    let doc = doc.or_else(|| doc_of(begins).filter(|_| begins != "with"));
    Completion { snippet, ..Completion::new(begins, CompletionKind::Keyword, rank) }
        .maybe_doc(doc.or((begins == "with").then_some("A param of the test.")))
}

/// The types that a field can have, or the elements of a list.
pub(super) fn types(in_list: bool) -> Vec<Completion> {
    let all = TYPES.into_iter().filter(|(name, _)| in_list || *name != "{");
    all.map(|(name, doc)| Completion::new(name, CompletionKind::Type, 0).maybe_doc(Some(doc))).collect()
}

/// What can be decided of a workflow.
pub(super) fn decisions() -> Vec<Completion> {
    Decision::ALL
        .map(|decision| Completion::new(decision.as_str(), CompletionKind::Value, 0).detail("decision"))
        .into()
}
