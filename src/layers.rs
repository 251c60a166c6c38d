//! From a stack of configurations to the settings of each workflow: which value is in force, who set it, within which
//! bounds.
//!
//! A *base* is a file that is extended, the *nearer* file extends it; layers are numbered from the farthest base. First
//! counts what is said of all workflows, from base to nearer, then what overrides say of some, likewise. So a nearer
//! file wins, and what is said of a workflow by its name goes before what is said of all. A setting that breaks a bound is
//! reported and left out: what was in force without it stays so. A setting may have a first day; then all this is so on
//! each day of what has begun.

mod bind;
mod errors;
mod in_force;
mod settling;
mod waivers;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::EffectKind;
use crate::check::{InForce, Unfit};
use crate::config::{Config, Glob, Setting};
use crate::diagnostic::Diagnostic;
use crate::interval::Interval;
use crate::program::{Param, ParamValue, Program};
use crate::settings::{Settings, Waiver, rule_names};
use crate::value::Number;

use bind::BoundBlock;
use settling::Settling;

pub use in_force::{PoliciesInForce, ProjectInForce};
pub use waivers::{BoundWaiver, days_left, no_rollback};

/// A value that somebody has written for a param.
///
/// # Errors
/// Why it does not fit.
pub fn param_value(param: &Param, text: &str) -> Result<ParamValue, Unfit> {
    bind::value_of_text(param, text)
}

/// What is in force, for every workflow.
#[derive(Clone, Debug)]
pub struct Book {
    /// For workflows that no override speaks of.
    pub general: Settings,
    settings: Vec<Settings>,
    /// Index into `settings`, and the waivers, of each workflow.
    workflows: BTreeMap<Arc<str>, (usize, Vec<Waiver>)>,
    /// What overrides say that may speak of workflows which do not exist yet, in the order in which they count.
    pub patterns: Vec<String>,
    /// All that are sound.
    pub waivers: Vec<BoundWaiver>,
    /// Of which workflows the bases say something, and whether it is any of these: they speak to other projects too.
    pub addressed: Vec<(Setting<Glob>, bool)>,
}

impl Book {
    /// What is in force for a workflow.
    pub fn settings(&self, workflow: &str) -> &Settings {
        let index = self.workflows.get(workflow).map(|(index, _)| *index);
        index.and_then(|index| self.settings.get(index)).unwrap_or(&self.general)
    }

    /// Whether a rule does more than note, for any workflow.
    pub fn is_harsh(&self, rule: usize) -> bool {
        let all = self.settings.iter().chain([&self.general]).filter_map(|settings| settings.rules.get(rule));
        all.flat_map(|rule| rule.steps()).any(|(_, rule)| rule.effect > Some(EffectKind::Note))
    }

    /// The waivers that concern a workflow, active or not.
    pub fn waivers(&self, workflow: &str) -> &[Waiver] {
        self.workflows.get(workflow).map_or(&[], |(_, waivers)| waivers)
    }

    /// What the checker has to know of params that declare no range: the values that are in force.
    pub fn in_force(&self, program: &Program) -> InForce {
        let mut found = InForce::new();
        let all =
            || if self.settings.is_empty() { std::slice::from_ref(&self.general) } else { &self.settings };
        for (index, param) in program.params.iter().enumerate().filter(|(_, param)| param.within.is_none()) {
            let settings = || {
                let steps = all().iter().filter_map(|settings| settings.params.get(index));
                steps.flat_map(|steps| steps.steps()).map(|(_, setting)| setting)
            };
            if !settings().any(|setting| setting.configured) {
                continue;
            }
            let points = settings()
                .filter_map(|setting| number_of(&setting.value))
                .map(|n| Interval::point(n.clone()));
            if let Some(hull) = points.reduce(|a, b| a.hull(&b)) {
                found.insert(param.name.clone(), hull);
            }
        }
        found
    }
}

/// The number that a value is compared by.
pub fn number_of(value: &ParamValue) -> Option<Number> {
    match value {
        ParamValue::Calendar(months) => Some(Number::from(*months)),
        ParamValue::Value(value) => value.number().cloned(),
        ParamValue::List(_) => None,
    }
}

/// The numbers that a value is held against a range by: of a list, all of them.
fn numbers_of(value: &ParamValue) -> Vec<Number> {
    match value {
        ParamValue::List(values) => {
            values.iter().filter_map(|value| number_of(&ParamValue::Value(value.clone()))).collect()
        }
        ParamValue::Calendar(_) | ParamValue::Value(_) => number_of(value).into_iter().collect(),
    }
}

/// Rules and params of all settings that differ, and waivers of all workflows, that a project may have.
const MAX_SETTLED: usize = 2_000_000;

/// Gives the tables of a program an entry for each text that configurations set. To be called before [`settle`].
pub fn admit(program: &mut Program, stack: &[Config]) {
    bind::admit(program, stack);
}

/// Settles what is in force for each of `workflows`. `stack` begins with the farthest base. What is wrong for several
/// workflows may be said several times.
pub fn settle(program: &Program, stack: &[Config], workflows: &[Arc<str>]) -> (Book, Vec<Diagnostic>) {
    let (blocks, mut diagnostics) = bind::bind(program, stack);
    let (general, overrides): (Vec<&BoundBlock<'_>>, Vec<&BoundBlock<'_>>) =
        blocks.iter().partition(|block| block.workflows.is_none());
    let mut base = Settling::new(program, rule_names(program).count());
    general.iter().for_each(|block| base.block(block));
    let mut settled = 0;
    // None where it would be too much.
    let mut settle = |chosen: &[usize], diagnostics: &mut Vec<Diagnostic>| {
        let mut settling = base.clone();
        let chosen = chosen.iter().filter_map(|index| overrides.get(*index));
        chosen.for_each(|block| settling.block(block));
        settled += settling.cost();
        if settled > MAX_SETTLED {
            diagnostics.push(errors::too_much_settled());
            return None;
        }
        let is_first = settled == settling.cost();
        Some(settling.finish(if is_first { 0 } else { general.len() }, diagnostics))
    };
    let mut selections: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    let mut book = Book {
        general: settle(&[], &mut diagnostics).unwrap_or_else(|| Settings::declared(program)),
        settings: Vec::new(),
        workflows: BTreeMap::new(),
        patterns: Vec::new(),
        waivers: Vec::new(),
        addressed: Vec::new(),
    };
    for name in workflows {
        let fits = |block: &BoundBlock<'_>| block.fits(name);
        let chosen: Vec<usize> =
            overrides.iter().enumerate().filter(|(_, block)| fits(block)).map(|(index, _)| index).collect();
        if !selections.contains_key(&chosen) {
            let Some(settings) = settle(&chosen, &mut diagnostics) else { return (book, diagnostics) };
            book.settings.push(settings);
            selections.insert(chosen.clone(), book.settings.len() - 1);
        }
        let index = selections.get(&chosen).copied().unwrap_or(0);
        book.workflows.insert(name.clone(), (index, Vec::new()));
    }
    let mut idle = Vec::new();
    for (index, block) in overrides.iter().enumerate() {
        let globs = block.workflows.unwrap_or_default();
        let exists = |glob: &Setting<Glob>| workflows.iter().any(|name| **name == *glob.value.as_str());
        if !globs.iter().all(exists) {
            book.patterns.push(block.shown());
        }
        if !selections.keys().any(|chosen| chosen.contains(&index)) {
            idle.push(index);
        }
        if block.layer + 1 == stack.len() {
            diagnostics.extend(unfitting(globs, workflows));
        } else {
            let fits = |glob: &Setting<Glob>| workflows.iter().any(|name| glob.value.matches(name));
            book.addressed.extend(globs.iter().map(|glob| (glob.clone(), fits(glob))));
        }
    }
    for index in idle {
        if settle(&[index], &mut diagnostics).is_none() {
            return (book, diagnostics);
        }
    }
    book.waivers = waivers::bind(program, stack, workflows, &mut diagnostics);
    waivers::hand_out(&mut book, &mut diagnostics);
    (book, diagnostics)
}

/// What is said of a glob of a base that fits no workflow of any project.
pub fn addresses_nobody(glob: &Setting<Glob>, workflows: &[Arc<str>]) -> Diagnostic {
    let problem = errors::no_such_workflow(glob);
    let close = errors::close_workflow(glob, workflows);
    problem.maybe_help(close)
}

/// Globs of the project's own file that fit none of its workflows. A base speaks to other projects too.
fn unfitting(globs: &[Setting<Glob>], workflows: &[Arc<str>]) -> Vec<Diagnostic> {
    let alone = |glob: &&Setting<Glob>| !workflows.iter().any(|name| glob.value.matches(name));
    let report =
        |glob| errors::unknown_workflow(glob, workflows).unwrap_or_else(|| errors::no_such_workflow(glob));
    if workflows.is_empty() { Vec::new() } else { globs.iter().filter(alone).map(report).collect() }
}

#[cfg(test)]
mod tests;
