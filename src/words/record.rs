//! English of what the checks of the record found.

use super::value::when;
use crate::report::why::RecordFinding;
use crate::settings::COPIED;

/// What was found, and how much more of the kind.
pub(super) fn finding(found: &RecordFinding, more: usize) -> String {
    let said = match found {
        RecordFinding::Copied { list, key, count, now, before } => {
            let but = key.as_ref().map(|key| format!(", but for `{key}`")).unwrap_or_default();
            format!(
                "`{list}` {} has the same {count} elements as {}{but}: was it measured anew?",
                when(*now),
                when(*before)
            )
        }
    };
    match more {
        0 => said,
        more => format!("{said}; {more} more of this kind"),
    }
}

/// What can be done about it.
pub(super) fn way_out(found: &RecordFinding) -> String {
    let rule = match found {
        RecordFinding::Copied { .. } => COPIED,
    };
    let name = rule.name;
    format!(
        "a note stops nothing: if this is right, leave it. `tollgate explain {name}` says how often that happens, and \
         `{name}: off` under `rules:` switches it off"
    )
}
