//! English of what the checks of the record found.

use super::value::{figure, when};
use crate::report::why::RecordFinding;
use crate::settings::{
    BUNCHED, BuiltInRule, COPIED, REGULAR, REUSED, REWRITTEN, SHRUNKEN, SMALLER, VANISHED,
};
use crate::text::quote;

/// Digits that tell a commit from others.
const SHORT: usize = 10;
/// From here on nobody wants to know how seldom it is.
const SELDOM: u64 = 1_000_000_000;

/// What was found, and how much more of the kind.
pub(super) fn finding(found: &RecordFinding, more: usize) -> String {
    let said = said(found);
    if more == 0 { said } else { format!("{said}; {more} more like it") }
}

fn said(found: &RecordFinding) -> String {
    match found {
        RecordFinding::Rewritten { file, commit } => {
            let commit = commit.get(..SHORT).unwrap_or(commit);
            format!(
                "values in `{}` were changed or removed since {commit}, the commit that added it",
                quote(file)
            )
        }
        RecordFinding::Copied { list, key, count, now, before } => {
            let but = key.as_ref().map(|key| format!(", but for `{key}`")).unwrap_or_default();
            let (now, before) = (when(*now), when(*before));
            format!(
                "`{list}` {now} has the same {count} elements as {before}{but}: perhaps it was copied, not measured"
            )
        }
        RecordFinding::Smaller { list, count, now, before } => {
            let (now, before) = (when(*now), counts(before.iter().rev()));
            format!("`{list}` {now} has {count} elements, at most half as many as before: {before}")
        }
        RecordFinding::Shrunken { part, whole, now, before, at } => {
            let of = |[part, whole]: &[_; 2]| format!("{} of {}", figure(part), figure(whole));
            format!(
                "`{part} / {whole}` rose from {} to {} {}, not because `{part}` rose, but because `{whole}` fell",
                of(before),
                of(now),
                when(*at)
            )
        }
        RecordFinding::Vanished { list, keys, more, now, before } => {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{}`", quote(key))).collect();
            let more = if *more > 0 { format!(" and {more} more") } else { String::new() };
            let (now, before) = (when(*now), when(*before));
            format!(
                "`{list}` {now} lacks {}{more}, present {before}, and no `left` names them",
                keys.join(", ")
            )
        }
        RecordFinding::Reused { list, key, field, now, then } => {
            let (now, then) = (when(*now), when(*then));
            format!(
                "in `{list}`, `{}` names a different element {now} than {then}: `{field}` differs",
                quote(key)
            )
        }
        RecordFinding::Bunched { field, condition, good, values, points } => format!(
            "{good} of the {values} newest values of `{field}` within {points} points of the threshold are on the good side \
             of `{condition}`"
        ),
        RecordFinding::Regular { list, condition, size, good, one_in } => {
            let seldom = if *one_in >= SELDOM { "a billion".to_owned() } else { one_in.to_string() };
            let condition = condition.as_ref().map(|asked| format!(" where {asked}")).unwrap_or_default();
            format!(
                "`{list}{condition}` counts {} of {size}: chance makes only 1 in {seldom} series as regular",
                counts(good.iter().rev())
            )
        }
    }
}

fn counts<'n>(all: impl Iterator<Item = &'n usize>) -> String {
    all.map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What can be done about it.
pub(super) fn way_out(found: &RecordFinding) -> String {
    let BuiltInRule { name, .. } = match found {
        RecordFinding::Rewritten { .. } => REWRITTEN,
        RecordFinding::Copied { .. } => COPIED,
        RecordFinding::Smaller { .. } => SMALLER,
        RecordFinding::Shrunken { .. } => SHRUNKEN,
        RecordFinding::Vanished { .. } => VANISHED,
        RecordFinding::Reused { .. } => REUSED,
        RecordFinding::Bunched { .. } => BUNCHED,
        RecordFinding::Regular { .. } => REGULAR,
    };
    format!(
        "a note stops nothing: if the data is right, ignore it. `tollgate explain {name}` says how often that happens, and \
         `{name}: off` under `rules:` switches it off"
    )
}
