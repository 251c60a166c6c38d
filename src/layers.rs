//! From a stack of configurations to the settings of each workflow: which value is in force, who set it, within which
//! bounds.
//!
//! A *base* is a file that is extended, the *nearer* file extends it; layers are numbered from the farthest base. First
//! counts what is said of all workflows, from base to nearer, then what overrides say of some, likewise. So a nearer
//! file wins, and what is said of a workflow by its name goes before what is said of all. A setting that breaks a bound is
//! reported and left out: what was in force without it stays so.

mod bind;
mod errors;
mod in_force;
mod waivers;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::EffectKind;
use crate::check::InForce;
use crate::config::{Config, Glob, Setting};
use crate::diagnostic::Diagnostic;
use crate::interval::Interval;
use crate::program::{ParamValue, Program};
use crate::settings::{Lock, ParamSetting, Settings, Waiver};
use crate::source::Span;
use crate::value::{Number, Value};

use bind::{BoundBlock, BoundParam, BoundRule};
pub use in_force::{PoliciesInForce, ProjectInForce};
pub use waivers::{BoundWaiver, days_left, no_rollback};

/// What is in force, for every workflow.
#[derive(Debug)]
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
        let all = self.settings.iter().chain([&self.general]);
        all.filter_map(|settings| settings.rules.get(rule)).any(|rule| rule.effect > Some(EffectKind::Note))
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
            let settings = || all().iter().filter_map(|settings| settings.params.get(index));
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
fn number_of(value: &ParamValue) -> Option<Number> {
    match value {
        ParamValue::Calendar(months) => Some(Number::from(*months)),
        ParamValue::Value(Value::Number(number)) => Some(number.clone()),
        ParamValue::Value(Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Record(_)) => None,
    }
}

/// Rules and params of all settings that differ, and waivers of all workflows, that a project may have.
const MAX_SETTLED: usize = 2_000_000;

/// Settles what is in force for each of `workflows`. `stack` begins with the farthest base. What is wrong for several
/// workflows may be said several times.
pub fn settle(program: &Program, stack: &[Config], workflows: &[Arc<str>]) -> (Book, Vec<Diagnostic>) {
    let (blocks, mut diagnostics) = bind::bind(program, stack);
    let (general, overrides): (Vec<&BoundBlock<'_>>, Vec<&BoundBlock<'_>>) =
        blocks.iter().partition(|block| block.workflows.is_none());
    let mut base = Settling::new(program);
    general.into_iter().for_each(|block| base.block(block));
    diagnostics.append(&mut base.diagnostics);
    let settle = |chosen: &[usize], diagnostics: &mut Vec<Diagnostic>| {
        let mut settling = base.clone();
        let chosen = chosen.iter().filter_map(|index| overrides.get(*index));
        chosen.for_each(|block| settling.block(block));
        diagnostics.append(&mut settling.diagnostics);
        settling.finish()
    };
    let mut selections: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    let mut book = Book {
        general: settle(&[], &mut diagnostics),
        settings: Vec::new(),
        workflows: BTreeMap::new(),
        patterns: Vec::new(),
        waivers: Vec::new(),
        addressed: Vec::new(),
    };
    let mut settled = 0;
    for name in workflows {
        let fits = |block: &BoundBlock<'_>| block.fits(name);
        let chosen: Vec<usize> =
            overrides.iter().enumerate().filter(|(_, block)| fits(block)).map(|(index, _)| index).collect();
        if !selections.contains_key(&chosen) {
            settled += program.rules.len() + program.params.len() + 1;
            if settled > MAX_SETTLED {
                diagnostics.push(errors::too_much_settled());
                return (book, diagnostics);
            }
            book.settings.push(settle(&chosen, &mut diagnostics));
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
        settled += program.rules.len() + program.params.len() + 1;
        if settled > MAX_SETTLED {
            diagnostics.push(errors::too_much_settled());
            return (book, diagnostics);
        }
        settle(&[index], &mut diagnostics);
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

/// The settings of one selection of blocks, as they come about.
#[derive(Clone)]
struct Settling<'p> {
    program: &'p Program,
    settings: Settings,
    /// For each param the narrower ranges: by which layer, and where.
    ranges: Vec<Vec<(usize, Interval, Span)>>,
    /// For each param the layer of the value in force; none for the declaration.
    set_by: Vec<Option<usize>>,
    diagnostics: Vec<Diagnostic>,
}

impl<'p> Settling<'p> {
    fn new(program: &'p Program) -> Self {
        let count = program.params.len();
        Self {
            program,
            settings: Settings::declared(program),
            ranges: vec![Vec::new(); count],
            set_by: vec![None; count],
            diagnostics: Vec::new(),
        }
    }

    fn block(&mut self, block: &BoundBlock<'_>) {
        for param in &block.params {
            if let Err(problem) = self.param(block.layer, param) {
                self.diagnostics.push(*problem);
            }
        }
        for rule in &block.rules {
            if let Err(problem) = self.rule(block.layer, rule) {
                self.diagnostics.push(*problem);
            }
        }
    }

    fn param(&mut self, layer: usize, set: &BoundParam<'_>) -> Result<(), Box<Diagnostic>> {
        let (Some(param), Some(setting), Some(ranges), Some(set_by)) = (
            self.program.params.get(set.index),
            self.settings.params.get_mut(set.index),
            self.ranges.get_mut(set.index),
            self.set_by.get_mut(set.index),
        ) else {
            return Ok(());
        };
        if let Some(lock) = setting.locked.filter(|lock| lock.layer < layer) {
            return Err(Box::new(errors::locked(&param.name, set.entry.name.span, lock.span)));
        }
        // What a nearer file narrowed binds only the files that extend it.
        let above = || ranges.iter().filter(|(by, _, _)| *by <= layer);
        if let Some((range, span)) = &set.within
            && let Some((_, wider, there)) = above().find(|(_, wider, _)| !wider.covers(range))
        {
            return Err(Box::new(errors::widened(param, *span, wider, *there)));
        }
        let value = set.value.as_ref().map_or(&setting.value, |(value, _)| value);
        let number = number_of(value);
        let outside = |range: &Interval| number.as_ref().is_some_and(|number| !range.contains(number));
        let own = set.within.iter().map(|(range, span)| (range, *span));
        let mut bounds = above().map(|(_, range, span)| (range, *span)).chain(own);
        if let Some((range, there)) = bounds.find(|(range, _)| outside(range)) {
            return Err(Box::new(match &set.value {
                Some((_, span)) => errors::outside(param, value, *span, range, there),
                None => errors::leaves_out(param, value, setting.origin, there),
            }));
        }
        if let Some((value, span)) = &set.value {
            *set_by = Some(layer);
            *setting = ParamSetting {
                value: value.clone(),
                origin: *span,
                configured: true,
                because: set.entry.because.as_deref().map(Arc::from),
                ..setting.clone()
            };
        }
        if let Some((range, span)) = &set.within {
            ranges.push((layer, range.clone(), *span));
        }
        if let Some(span) = set.entry.locked {
            setting.locked = Some(Lock { layer, span });
        }
        Ok(())
    }

    fn rule(&mut self, layer: usize, set: &BoundRule<'_>) -> Result<(), Box<Diagnostic>> {
        let Some(setting) = self.settings.rules.get_mut(set.index) else { return Ok(()) };
        if let Some(lock) = setting.locked.filter(|lock| lock.layer < layer) {
            let name = &set.entry.name;
            return Err(Box::new(errors::locked(&name.value, name.span, lock.span)));
        }
        if let Some(effect) = &set.entry.effect {
            setting.effect = effect.value;
            setting.origin = effect.span;
            setting.configured = true;
            setting.because = set.entry.because.as_deref().map(Arc::from);
        }
        if let Some(span) = set.entry.locked {
            setting.locked = Some(Lock { layer, span });
        }
        Ok(())
    }

    fn finish(mut self) -> Settings {
        let narrowed = self.settings.params.iter_mut().zip(self.ranges).zip(self.set_by);
        for ((setting, ranges), set_by) in narrowed {
            setting.bounds.clone_from(&setting.within);
            for (by, range, _) in ranges {
                setting.bounds = Some(match &setting.bounds {
                    Some(wider) => wider.intersection(&range),
                    None => range.clone(),
                });
                if set_by.is_none_or(|layer| by <= layer) {
                    setting.within = Some(match &setting.within {
                        Some(wider) => wider.intersection(&range),
                        None => range,
                    });
                }
            }
        }
        self.settings
    }
}

#[cfg(test)]
mod tests;
