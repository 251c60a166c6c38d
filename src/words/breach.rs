//! English of what breaks a built-in rule, and of the way out.

use crate::report::why::Breach;

/// What breaks a built-in rule.
pub(super) fn breach(breach: &Breach) -> String {
    let moves = |asked: bool| if asked { "asks to move" } else { "moved" };
    match breach {
        Breach::Began { stage, first } => {
            format!("the series begins in `{stage}`; a rollout begins in `{first}`")
        }
        Breach::Skipped { asked, from, to, past } => {
            format!("the workflow {} from `{from}` to `{to}`, past `{past}`", moves(*asked))
        }
        Breach::Stale { newest, days, patience } => {
            format!("the newest snapshot is of {newest}, {days} days ago; {patience} days are allowed")
        }
        Breach::Undeclared { asked, from, to } => {
            format!("the workflow {} from `{from}` to `{to}`, and no gate says when it may", moves(*asked))
        }
    }
}

/// What can be done about it; empty where the message says it.
pub(super) fn way_out(breach: &Breach) -> String {
    match breach {
        Breach::Stale { .. } => {
            "commit a snapshot of the time since: what nobody measures may have changed".to_owned()
        }
        Breach::Began { .. } | Breach::Skipped { .. } | Breach::Undeclared { .. } => String::new(),
    }
}
