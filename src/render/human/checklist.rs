//! The human form of what the gate ahead asks: a list with a mark for each rule, and what is missing for it.

use super::{Page, summary};
use crate::ast::EffectKind;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::render::{Style, View};
use crate::report::checklist::{ChecklistItem, ChecklistState, GateChecklist, checklists};
use crate::report::{Decision, Report, WorkflowReport};
use crate::text::{paragraph, visible, wrap};

/// What is wrong, then each workflow with the gate ahead of it, then what it all comes to.
pub fn render_checklists(judgement: &Answer<Report>, style: Style, view: &View) -> String {
    let mut page = Page::new(style, view);
    page.diagnostics(&judgement.diagnostics, &judgement.sources, view);
    let is_broken = judgement.diagnostics.iter().any(|found| found.severity == Severity::Error);
    if is_broken {
        page.line("Not everything could be read, so these may not be all the rules of a gate, and nothing is met for sure.");
    }
    for workflow in &judgement.report.workflows {
        let lists = checklists(workflow);
        for list in &lists {
            page.blank();
            page.checklist(workflow, list, is_broken);
        }
        if lists.is_empty() {
            page.blank();
            page.line(&format!("{}: {}", visible(&workflow.name()), no_gate(workflow)));
        }
    }
    page.blank();
    page.line(&summary::sentence(judgement));
    page.out
}

/// Why there is no list.
fn no_gate(workflow: &WorkflowReport) -> String {
    match (workflow.decision, &workflow.stage) {
        (Decision::Error, _) => "it could not be judged".to_owned(),
        (Decision::Retired, _) => "it is retired".to_owned(),
        (_, Some(stage)) => format!("no gate leads on from `{}`", visible(stage)),
        (_, None) => "there are no stages, and no gates".to_owned(),
    }
}

/// What is said above the rules of a state, and the mark of each.
fn shown(state: ChecklistState, unicode: bool) -> (&'static str, &'static str) {
    match (state, unicode) {
        (ChecklistState::NotMet, true) => ("not met", "✗"),
        (ChecklistState::NotMet, false) => ("not met", "x"),
        (ChecklistState::Undecided, _) => ("undecided", "?"),
        (ChecklistState::Met, true) => ("met", "✓"),
        (ChecklistState::Met, false) => ("met", "+"),
        (ChecklistState::Waived, _) => ("waived", "~"),
        (ChecklistState::NotApplicable, _) => ("does not apply now", "-"),
        (ChecklistState::Off, _) => ("switched off", "-"),
    }
}

impl Page {
    fn checklist(&mut self, workflow: &WorkflowReport, list: &GateChecklist, is_broken: bool) {
        self.line(&format!("{}: {}", visible(&workflow.name()), self.headline_of(list)));
        for state in ChecklistState::ALL {
            let items: Vec<&ChecklistItem> = list.items.iter().filter(|item| item.state == state).collect();
            if items.is_empty() {
                continue;
            }
            self.blank();
            self.line(&format!("  {}:", shown(state, self.style.unicode).0));
            // What would do the same for several rules is said once, below the last of them.
            let mut told: Vec<&Option<String>> = Vec::new();
            for item in &items {
                if told.contains(&&item.missing) {
                    continue;
                }
                told.push(&item.missing);
                let alike = items.iter().filter(|other| other.missing == item.missing);
                alike.for_each(|item| {
                    self.item(item, item.message.as_deref(), is_broken);
                    // Where nothing can be said of what would pass, the rule's own advice is all that there is.
                    let advice =
                        item.help.as_deref().filter(|_| item.missing.is_none() && item.message.is_some());
                    advice
                        .iter()
                        .for_each(|advice| self.hanging("        ", &paragraph(&format!("help: {advice}"))));
                });
                self.missing(item);
            }
        }
        self.blank();
    }

    /// `gate testing → pilot, 2 of 13 met; it does not ask yet`
    fn headline_of(&self, list: &GateChecklist) -> String {
        format!("gate {}: {} of {} met", summary::arrow(&list.gate, self.style), list.met, list.rules)
    }

    /// A rule in a line, as a gate that opens a rollout lists it, and what it says of its failure.
    fn item(&mut self, item: &ChecklistItem, message: Option<&str>, is_broken: bool) {
        // Beside an error there is no tick: it might be taken for consent.
        let is_unsure = is_broken && item.state == ChecklistState::Met;
        let mark = if is_unsure { "-" } else { shown(item.state, self.style.unicode).1 };
        let mild = match item.effect {
            EffectKind::Note => " (it only notes)",
            EffectKind::Warn => " (it only warns)",
            EffectKind::Hold | EffectKind::Rollback => "",
        };
        let dash = if self.style.unicode { "—" } else { "-" };
        let text = format!("{} {dash} {}{mild}", item.rule, paragraph(&item.title));
        self.hanging(&format!("    {mark} "), &text);
        if let Some(message) = message {
            self.hanging("        ", &paragraph(message));
        }
    }

    fn missing(&mut self, item: &ChecklistItem) {
        let word = match item.state {
            ChecklistState::Undecided => "would decide",
            ChecklistState::NotMet => "would pass",
            ChecklistState::Met
            | ChecklistState::Waived
            | ChecklistState::NotApplicable
            | ChecklistState::Off => return,
        };
        if let Some(missing) = &item.missing {
            self.hanging("        ", &paragraph(&format!("{word}: {missing}")));
        }
    }

    /// Text that is broken within the terminal, below its own beginning.
    fn hanging(&mut self, before: &str, text: &str) {
        let indent = before.chars().count();
        for (at, line) in wrap(&visible(text), self.style.width.saturating_sub(indent)).iter().enumerate() {
            let before = if at == 0 { before.to_owned() } else { " ".repeat(indent) };
            self.line(&format!("{before}{line}"));
        }
    }

    /// What the first gate asks of a rollout that begins: its rules by their titles, as nothing else is to be said yet.
    pub(super) fn first_gate(&mut self, workflow: &WorkflowReport) {
        for list in checklists(workflow) {
            self.blank();
            self.line(&format!("  What the gate {} asks:", summary::arrow(&list.gate, self.style)));
            let asked = list.items.iter().filter(|item| item.effect > EffectKind::Note);
            asked
                .filter(|item| item.state < ChecklistState::Waived)
                .for_each(|item| self.item(item, None, false));
            let name = visible(&workflow.name()).into_owned();
            let name = if name.contains(' ') { format!("'{name}'") } else { name };
            self.line(&format!("  `tollgate check --workflow {name} --gate` says what to record for each."));
        }
    }
}
