//! What stands over the report of a rule, or of several.

use std::fmt::Write;

use crate::ast::EffectKind;
use crate::render::Style;
use crate::render::entries::{ReportEntry, cause};
use crate::report::Outcome;
use crate::text::paragraph;

/// Workflows that are named of those in which one rule comes out alike.
const MAX_NAMES: usize = 60;

/// The rule, its title, that it is undecided, and its message; of several, which they are, and why.
pub(super) fn headline(entry: &ReportEntry<'_>, applied: EffectKind, style: Style) -> String {
    let dash = if style.unicode { "—" } else { "-" };
    let rule = entry.rule;
    let mut message = if entry.alike.len() > 1 {
        let names: Vec<_> = entry.alike.iter().map(|rule| &*rule.rule).collect();
        let why = cause(rule).map(|cause| format!(": {}", paragraph(cause))).unwrap_or_default();
        let head = format!("{} rules cannot be decided{why}", names.len());
        format!("{head}\nundecided, so they {}\n{}", consequence(applied, true), names.join(", "))
    } else {
        rule.rule.clone()
    };
    let bare_name = rule.rule.rsplit('.').next().unwrap_or("");
    if entry.alike.len() == 1 {
        if !rule.title.is_empty() && rule.title != bare_name {
            let _ = write!(message, " {dash} {}", paragraph(&rule.title));
        }
        if rule.outcome == Outcome::Undecided {
            let _ = write!(message, "\nundecided, so it {}", consequence(applied, false));
        }
        if let Some(text) = &rule.message {
            let _ = write!(message, "\n{}", paragraph(text));
        }
    }
    if !entry.workflows.is_empty() {
        let names = entry.named_workflows();
        let so = if rule.outcome == Outcome::Undecided { "so" } else { "fails" };
        let _ = write!(message, "\n{so} in {} workflows: {}", names.len(), some(&names));
    }
    message
}

/// Names, and how many more there are.
fn some(names: &[String]) -> String {
    let more = names.len().saturating_sub(MAX_NAMES);
    let named = names.iter().take(MAX_NAMES).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

/// What a rule does, behind «so it», or what several do, behind «so they».
fn consequence(applied: EffectKind, several: bool) -> &'static str {
    match (applied, several) {
        (EffectKind::Note, false) => "notes",
        (EffectKind::Warn, false) => "warns",
        (EffectKind::Hold, false) => "holds",
        (EffectKind::Rollback, false) => "rolls back",
        (EffectKind::Note, true) => "note",
        (EffectKind::Warn, true) => "warn",
        (EffectKind::Hold, true) => "hold",
        (EffectKind::Rollback, true) => "roll back",
    }
}
