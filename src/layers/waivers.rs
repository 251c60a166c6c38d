//! Waivers: whose rule and workflow they name, who may grant them, and what is to be said of them afterwards.

use std::sync::Arc;

use super::bind::{MAX_SUGGESTIONS, is_excused};
use super::{Book, MAX_SETTLED, errors};
use crate::config::{Config, Glob, Setting, WaiverEntry};
use crate::diagnostic::Diagnostic;
use crate::program::Program;
use crate::settings::{Settings, Timeline, Waiver, rule_names};
use crate::source::Span;
use crate::value::{Date, day_number};

/// A waiver ends soon if it has fewer days left than these.
const SOON: i64 = 7;

/// A waiver with its place in the stack.
#[derive(Clone, Debug)]
pub struct BoundWaiver {
    pub waiver: Waiver,
    pub workflow: Setting<Glob>,
    /// Where its last day stands.
    pub until: Span,
    /// Its last day as it is written; a base may have it end before.
    written: Date,
    /// Which file grants it: 0 is the farthest base.
    pub layer: usize,
    /// Whether something is to be said if it lifts nothing: a base's may be meant for other projects.
    pub expected: bool,
    /// Index of its rule.
    rule: usize,
}

impl BoundWaiver {
    /// What is to be said of it, once all workflows are judged. One that is over has not expired while a move that was
    /// made under it rests on it.
    pub fn finding(&self, day: Date, used: bool, rests: bool) -> Option<Diagnostic> {
        let waiver = &self.waiver;
        if day > waiver.until {
            return (!rests).then(|| errors::expired(&waiver.rule, waiver.until, self.until));
        }
        if !waiver.is_active(day) {
            return None;
        }
        if !used {
            return self
                .expected
                .then(|| errors::unused(&waiver.rule, self.workflow.value.as_str(), waiver.span));
        }
        let left = days_left(waiver, day);
        (left < SOON).then(|| {
            let cut = (waiver.until < self.written).then_some(waiver.until);
            errors::ends_soon(&waiver.rule, left, cut, self.until)
        })
    }
}

/// The days after `day` on which a waiver still counts.
pub fn days_left(waiver: &Waiver, day: Date) -> i64 {
    day_number(waiver.until) - day_number(day)
}

/// What is said of a waiver that met a rollback that fired.
pub fn no_rollback(waiver: &Waiver, workflow: &str) -> Diagnostic {
    errors::no_rollback(&waiver.rule, workflow, waiver.span)
}

/// The waivers of a stack whose names are known.
pub(super) fn bind(
    program: &Program,
    stack: &[Config],
    workflows: &[Arc<str>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<BoundWaiver> {
    let rules: Vec<&str> = rule_names(program).collect();
    let stages: Vec<&str> = program.vocabulary.stages.iter().map(|stage| &**stage).collect();
    let mut bound = Vec::new();
    let entries = stack
        .iter()
        .enumerate()
        .flat_map(|(layer, config)| config.waivers.iter().map(move |entry| (layer, entry)));
    for (layer, entry) in entries {
        let WaiverEntry { rule, workflow, stage, because, owner, from, until } = entry;
        let Some(index) = rules.iter().position(|name| *name == rule.value) else {
            if !is_excused(program, &rule.value) {
                let names = if diagnostics.len() < MAX_SUGGESTIONS { &*rules } else { &[] };
                diagnostics.push(errors::unknown("rule", rule, names));
            }
            continue;
        };
        let rung = match stage {
            None => None,
            Some(stage) => match stages.iter().position(|name| *name == stage.value) {
                Some(rung) => Some(rung),
                None => {
                    diagnostics.push(errors::unknown_stage(stage, &stages));
                    continue;
                }
            },
        };
        let own = layer + 1 == stack.len();
        let fits = workflows.iter().any(|name| workflow.value.matches(name));
        if own
            && !fits
            && let Some(problem) = errors::unknown_workflow(workflow, workflows)
        {
            diagnostics.push(problem);
            continue;
        }
        let waiver = Waiver {
            rule: rule.value.as_str().into(),
            stage: rung,
            because: because.as_str().into(),
            owner: owner.as_str().into(),
            from: *from,
            until: until.value,
            span: rule.span,
        };
        bound.push(BoundWaiver {
            waiver,
            workflow: workflow.clone(),
            until: until.span,
            written: until.value,
            layer,
            expected: own || fits,
            rule: index,
        });
    }
    bound
}

/// Gives each workflow the waivers that concern it, and refuses those of rules that a base has locked.
pub(super) fn hand_out(book: &mut Book, diagnostics: &mut Vec<Diagnostic>) {
    let Book { general, settings, workflows, waivers, patterns: _, addressed: _ } = book;
    waivers.retain_mut(|bound| match granted(bound, general, diagnostics) {
        Some(until) => {
            bound.waiver.until = until;
            true
        }
        None => false,
    });
    let mut handed_out = 0;
    for (name, (index, own)) in workflows {
        let settings = settings.get(*index).unwrap_or(general);
        let concerns = waivers.iter().filter(|bound| bound.workflow.value.matches(name));
        let granted = concerns.filter_map(|bound| {
            Some(Waiver { until: granted(bound, settings, diagnostics)?, ..bound.waiver.clone() })
        });
        own.extend(granted.take(MAX_SETTLED - handed_out));
        handed_out += own.len();
    }
    if handed_out == MAX_SETTLED {
        diagnostics.push(errors::too_much_settled());
    }
}

/// The last day of a waiver: that which it says, or the last one before a base locks its rule. None where that is locked
/// from the waiver's first day on.
fn granted(bound: &BoundWaiver, settings: &Settings, diagnostics: &mut Vec<Diagnostic>) -> Option<Date> {
    let waiver = &bound.waiver;
    let steps = settings.rules.get(bound.rule).into_iter().flat_map(Timeline::steps);
    let locks = steps.filter_map(|(from, rule)| Some((from, rule.locked?)));
    let lock = locks.into_iter().find(|(_, lock)| lock.layer < bound.layer);
    match lock {
        Some((Some(day), lock)) if Some(day) > waiver.from => {
            if day > waiver.until {
                return Some(waiver.until);
            }
            diagnostics.push(errors::waiver_cut(&waiver.rule, waiver.span, day, lock.span));
            day.yesterday().ok()
        }
        Some((_, lock)) => {
            diagnostics.push(errors::waives_locked(&waiver.rule, waiver.span, lock.span));
            None
        }
        None => Some(waiver.until),
    }
}
