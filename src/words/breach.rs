//! English of what breaks a built-in rule, and of the way out.

use super::record;
use super::value::{figure, when};
use crate::ast::EffectKind;
use crate::report::why::{Breach, Lack, SetValue};
use crate::report::{Outcome, Place};
use crate::source::SourceMap;

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
        Breach::Owed { step: [from, to], day, lacks, values: _ } => {
            let lacked: Vec<String> = lacks.iter().map(lack).collect();
            let lacked = few(&lacked);
            format!("the step `{from} -> {to}` was not earned: {} {lacked}", when(*day))
        }
        Breach::Stale { newest, age, patience } => {
            let (age, patience) = (age.shown(), patience.shown());
            format!("the newest snapshot is from {newest}, {age} ago; {patience} are allowed")
        }
        Breach::Undeclared { asked, from, to } => {
            format!("the workflow {} from `{from}` to `{to}`, but no gate covers that step", moves(*asked))
        }
        Breach::Record { found, more } => record::finding(found, *more),
    }
}

/// What can be done about it; empty where the message says it.
pub(super) fn way_out(breach: &Breach, sources: &SourceMap) -> String {
    match breach {
        Breach::Owed { step: [from, _], values, .. } => {
            let back = format!("go back to `{from}` and move on when no rule holds it there");
            let Some(value) = values.first() else { return format!("{back}, or waive `ladder.owed`") };
            let all: Vec<String> = values.iter().map(|value| set(value, sources)).collect();
            let (all, param, is) = (few(&all), &value.param, figure(&value.figure));
            format!(
                "{all}; if another value applied on that day, let this one begin later: \
                 `{param}: {{ value: {is}, from: DATE }}`. Else {back}, or waive `ladder.owed`"
            )
        }
        Breach::Stale { .. } => "commit a newer snapshot: things may have changed since".to_owned(),
        Breach::Record { found, .. } => record::way_out(found),
        Breach::Began { .. } | Breach::Skipped { .. } | Breach::Undeclared { .. } => String::new(),
    }
}

fn set(value: &SetValue, sources: &SourceMap) -> String {
    format!("`{}` is {} ({})", value.param, figure(&value.figure), Place::new(value.origin, sources))
}

/// How many things a sentence lists.
const LISTED: usize = 4;

fn few(all: &[String]) -> String {
    let listed = all.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(LISTED) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

fn lack(lack: &Lack) -> String {
    match lack {
        Lack::Rule { rule, outcome: Outcome::Undecided, .. } => format!("`{rule}` was undecided"),
        Lack::Rule { rule, effect: EffectKind::Rollback, .. } => format!("`{rule}` had to roll back"),
        Lack::Rule { rule, .. } => format!("`{rule}` failed"),
        Lack::ClosedGate => "no rule of its gate passed".to_owned(),
        Lack::Undeclared => "no gate covers that step".to_owned(),
        Lack::Skipped { from, to } => format!("it was skipped on the way from `{from}` to `{to}`"),
    }
}
