//! Words of the language that do not speak for themselves, in one sentence each.

use std::ops::Range;

/// A word, and what it means.
const WORDS: [(&str, &str); 38] = [
    ("among", "Of which elements the condition before it is asked: the others do not count at all."),
    ("at every look", "The claim keeps its confidence although it is asked again at every snapshot."),
    ("by", "Makes one value for each group of elements that have the same key."),
    ("changing", "Later snapshots may say something else of the same element: the newest counts."),
    ("confidence", "How sure the sample has to make it; what the sample cannot tell is undecided."),
    ("decision", "What all rules together say of the workflow."),
    ("else", "What a failed requirement does; in a table, what holds for every other key."),
    ("entered", "The date of the first snapshot of the stay in the present stage."),
    ("every", "How often a snapshot is due: two that are further apart leave a gap in the evidence."),
    ("first_seen", "The date of the first snapshot of the series that has the element's key."),
    ("gate", "The rules that a workflow has to pass to go from one stage to the next."),
    ("given", "The snapshots that the test is about."),
    ("grace", "How much later than due a snapshot may be before there is a gap."),
    ("has", "Whether the snapshot records it at all; that is always known."),
    ("hold", "A failure keeps the workflow where it is."),
    ("it", "The element of the list that the condition is asked about."),
    ("kept", "A key that the next snapshot lacks has to be said to have left."),
    ("key", "Names its element: a key that stands in several snapshots is one element."),
    ("let", "Gives an expression a name; what it is follows from each snapshot."),
    ("matches", "Compares with a pattern, where `*` stands for any characters."),
    ("named", "The key that snapshots have for the field, where it is not its name."),
    ("note", "A failure is noted and stops nothing."),
    ("now", "The instant of judgement, or of the snapshot that is looked at."),
    ("over", "The stretch of the series that is looked at, up to the newest snapshot."),
    ("param", "A value that `tollgate.yaml` may set, within its range."),
    ("require", "The rule fails where this is not so."),
    ("required", "A snapshot without it is an error."),
    ("rollback", "A failure sends the workflow back."),
    (
        "snapshot",
        "What was measured of a workflow up to a date; `snapshot.x` is the `x` of the one that is judged.",
    ),
    ("stages", "The ladder that a workflow climbs, the lowest stage first."),
    ("standing", "A `rollout.yaml` beside the snapshots may record it once for all."),
    ("then", "What the rule does when its condition is met."),
    ("today", "The day of judgement, or of the snapshot that is looked at."),
    ("undecided", "What the rule does where the evidence does not tell: without it, a `hold` rule holds."),
    ("warn", "A failure is warned of and stops nothing."),
    ("when", "Only where this is so does the rule, or the policy, apply."),
    ("within", "The range that nobody may set the param outside of."),
    ("workflows", "All workflows of the project, each by its newest snapshot."),
];

/// What the word at some bytes means; none of one that speaks for itself.
pub(super) fn meaning(text: &str, at: &Range<usize>) -> Option<&'static str> {
    let word = text.get(at.clone())?;
    let mut before = text.get(..at.start).unwrap_or("").split_whitespace().rev();
    let mut behind = text.get(at.end..).unwrap_or("").split_whitespace();
    let is_at = word == "at" && behind.next() == Some("every");
    let is_look = is_at && behind.next().is_some_and(|next| next.starts_with("look"))
        || word == "every" && before.next() == Some("at")
        || word == "look" && before.next() == Some("every");
    let word = if is_look { "at every look" } else { word };
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, said)| *said)
}

/// The word at a byte of a policy, or right before it; none in a comment or in the prose of a text.
pub(super) fn word_at(text: &str, offset: usize) -> Option<(Range<usize>, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let offset = text.floor_char_boundary(offset);
    let before = text.get(..offset)?;
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let (mut in_text, mut braces, mut is_escaped) = (false, 0_usize, false);
    for c in text.get(line..offset)?.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = in_text,
            '"' => (in_text, braces) = (!in_text, 0),
            '{' if in_text => braces += 1,
            '}' if in_text => braces = braces.saturating_sub(1),
            '#' if !in_text => return None,
            _ => {}
        }
    }
    if in_text && braces == 0 {
        return None;
    }
    let first = before.char_indices().rev().take_while(|(_, c)| is_word(*c)).last();
    let start = first.map_or(offset, |(at, _)| at);
    let length = text.get(offset..)?.find(|c| !is_word(c)).unwrap_or(text.len() - offset);
    let word = text.get(start..offset + length).filter(|word| !word.is_empty())?;
    Some((start..offset + length, word))
}
