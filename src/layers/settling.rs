//! What is in force of each param and rule, by one selection of blocks: on each day what wins of all that has begun.
//!
//! Knows no workflow: which blocks are chosen is decided before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bind::{BoundBlock, BoundParam, BoundRule};
use super::{errors, numbers_of};
use crate::diagnostic::Diagnostic;
use crate::interval::Interval;
use crate::program::{Param, ParamValue, Program};
use crate::settings::{Lock, ParamSetting, RuleSetting, Settings, Timeline};
use crate::source::Span;
use crate::value::Date;
use crate::vocabulary::Cadence;

/// The settings of one selection of blocks, as they come about.
#[derive(Clone)]
pub(super) struct Settling<'p, 'b, 'c> {
    program: &'p Program,
    /// What is said of each param, in the order in which it counts.
    params: Vec<Vec<&'b BoundParam<'c>>>,
    /// Likewise of each rule of the settings.
    rules: Vec<Vec<&'b BoundRule<'c>>>,
    /// The last one that is set.
    cadence: Option<&'b Cadence>,
}

impl<'p, 'b, 'c> Settling<'p, 'b, 'c> {
    pub(super) fn new(program: &'p Program, rules: usize) -> Self {
        let params = vec![Vec::new(); program.params.len()];
        Self { program, params, rules: vec![Vec::new(); rules], cadence: None }
    }

    /// Adds what a block says.
    pub(super) fn block(&mut self, block: &'b BoundBlock<'c>) {
        for set in &block.params {
            if let Some(said) = self.params.get_mut(set.index) {
                said.push(set);
            }
        }
        for set in &block.rules {
            if let Some(said) = self.rules.get_mut(set.index) {
                said.push(set);
            }
        }
        self.cadence = block.cadence.as_ref().or(self.cadence);
    }

    /// How much is to be gone through: what has a first day is gone through on each of these.
    pub(super) fn cost(&self) -> usize {
        let of = |said: usize, dated: usize| 1 + said.saturating_mul(dated);
        let params = self.program.params.iter().enumerate().map(|(at, param)| {
            let said = self.said(at, param);
            of(said.len(), said.iter().filter(|set| set.entry.from.is_some()).count())
        });
        let rules = self
            .rules
            .iter()
            .map(|said| of(said.len(), said.iter().filter(|set| set.entry.from.is_some()).count()));
        params.chain(rules).fold(1, usize::saturating_add)
    }

    /// What is said of a param, in the order in which it counts; of an entry that is not declared, what is said of `else`, too.
    fn said(&self, at: usize, param: &Param) -> Vec<&'b BoundParam<'c>> {
        let of = |at: usize| self.params.get(at).into_iter().flatten().copied();
        let mut said: Vec<&BoundParam<'_>> = param.follows.into_iter().flat_map(of).chain(of(at)).collect();
        said.sort_by_key(|set| (set.block, set.index == at));
        said
    }

    /// What is in force. What is wrong with blocks before the number `from_block` was said before.
    pub(super) fn finish(&self, from_block: usize, diagnostics: &mut Vec<Diagnostic>) -> Settings {
        let mut settings = Settings::declared(self.program);
        let mut problems = SettlingProblems { from_block, found: Vec::new() };
        let params = self.program.params.iter().enumerate().zip(&mut settings.params);
        for ((at, param), line) in params {
            let said = self.said(at, param);
            if said.is_empty() {
                continue;
            }
            *line = on_each_day(
                &said,
                |set: &BoundParam<'_>| set.entry.from,
                |begun| {
                    let mut on_day = ParamOnDay::new((at, param), line.on(i64::MIN).clone());
                    for block in begun.chunk_by(|a, b| (a.block, a.index) == (b.block, b.index)) {
                        on_day.block(block, &mut problems);
                    }
                    on_day.finish()
                },
            );
        }
        for (said, line) in self.rules.iter().zip(&mut settings.rules).filter(|(said, _)| !said.is_empty()) {
            *line = on_each_day(
                said,
                |set| set.entry.from,
                |begun| {
                    let mut on_day = RuleOnDay { setting: line.on(i64::MIN).clone(), locked_from: None };
                    for block in begun.chunk_by(|a, b| a.block == b.block) {
                        on_day.block(block, &mut problems);
                    }
                    on_day.setting
                },
            );
        }
        if let Some(cadence) = self.cadence {
            settings.cadence = Some(cadence.clone());
        }
        diagnostics.append(&mut problems.found);
        settings
    }
}

/// What `in_force` makes of all that has begun, for each day on which something begins.
fn on_each_day<T: Copy, S: PartialEq>(
    said: &[T],
    from: impl Fn(T) -> Option<Date>,
    mut in_force: impl FnMut(&[T]) -> S,
) -> Timeline<S> {
    let mut begun = |day: Option<Date>| {
        let begun: Vec<T> = said.iter().copied().filter(|set| from(*set) <= day).collect();
        in_force(&begun)
    };
    let mut line = Timeline::always(begun(None));
    for day in said.iter().filter_map(|set| from(*set)).collect::<BTreeSet<_>>() {
        line.then(day, begun(Some(day)));
    }
    line
}

/// What is wrong with what is said, each once.
struct SettlingProblems {
    /// The first block of which that was not said before.
    from_block: usize,
    found: Vec<Diagnostic>,
}

impl SettlingProblems {
    fn push(&mut self, block: usize, problem: Diagnostic) {
        // One that stays is found again on the next day on which something begins.
        if block >= self.from_block && !self.found.contains(&problem) {
            self.found.push(problem);
        }
    }
}

/// A range that a file has narrowed.
struct NarrowedRange<'b> {
    layer: usize,
    from: Option<Date>,
    range: &'b Interval,
    span: Span,
}

/// What is in force of a param on one day, as it comes about.
struct ParamOnDay<'p, 'b> {
    index: usize,
    param: &'p Param,
    setting: ParamSetting,
    /// The layer of the value in force; none for the declaration.
    set_by: Option<usize>,
    /// The day on which the value in force began, and that of the lock.
    set_from: Option<Date>,
    locked_from: Option<Date>,
    ranges: Vec<NarrowedRange<'b>>,
}

/// Why something that is said of a param does not count: with the first day of what it does not fit.
type Refused = (Box<Diagnostic>, Option<Date>, Span);

impl<'p, 'b> ParamOnDay<'p, 'b> {
    fn new((index, param): (usize, &'p Param), setting: ParamSetting) -> Self {
        Self { index, param, setting, set_by: None, set_from: None, locked_from: None, ranges: Vec::new() }
    }

    /// What one block says that has begun, the earliest first: of its values the last one counts, its ranges and locks
    /// bind from their own days on. What is said of `else` counts for an entry until that is set itself.
    fn block(&mut self, begun: &[&'b BoundParam<'_>], problems: &mut SettlingProblems) {
        let is_own = begun.first().is_some_and(|set| set.index == self.index);
        if !is_own && !self.setting.by_else {
            return;
        }
        let chosen = begun.iter().rposition(|set| set.value.is_some());
        for (at, set) in begun.iter().enumerate() {
            let superseded = chosen.is_some_and(|chosen| at < chosen);
            let Err((problem, from, there)) = self.apply(set, superseded) else {
                self.setting.by_else &= !is_own;
                continue;
            };
            // What is wrong with `else` is said there.
            if superseded || !is_own {
                continue;
            }
            let problem = match from {
                // What it does not fit has begun later.
                Some(day) if from > set.entry.from => errors::ends(&self.param.name, set.place(), day, there),
                Some(_) | None => *problem,
            };
            problems.push(set.block, problem);
        }
    }

    fn apply(&mut self, set: &'b BoundParam<'_>, superseded: bool) -> Result<(), Refused> {
        let (param, layer) = (self.param, set.layer);
        if let Some(lock) = self.setting.locked.filter(|lock| lock.layer < layer) {
            let problem = errors::locked(&param.name, set.entry.name.span, lock.span);
            return Err((Box::new(problem), self.locked_from, lock.span));
        }
        // What a nearer file narrowed binds only the files that extend it.
        let above = || self.ranges.iter().filter(|narrowed| narrowed.layer <= layer);
        if let Some((range, span)) = &set.within
            && let Some(wider) = above().find(|wider| !wider.range.covers(range))
        {
            let problem = errors::widened(param, *span, wider.range, wider.span);
            return Err((Box::new(problem), wider.from, wider.span));
        }
        if !superseded {
            self.fits(set)?;
            if let Some((value, span)) = &set.value {
                self.set_value(set, value, *span);
            }
        }
        if let Some((range, span)) = &set.within {
            self.ranges.push(NarrowedRange { layer, from: set.entry.from, range, span: *span });
        }
        if let Some(span) = set.entry.locked {
            self.setting.locked = Some(Lock { layer, span });
            self.locked_from = set.entry.from;
        }
        Ok(())
    }

    fn set_value(&mut self, set: &BoundParam<'_>, value: &ParamValue, span: Span) {
        self.setting.value = value.clone();
        self.setting.origin = span;
        self.setting.configured = true;
        self.setting.because = set.entry.because.as_deref().map(Arc::from);
        self.setting.owner = set.entry.owner.as_deref().map(Arc::from);
        self.set_by = Some(set.layer);
        self.set_from = set.entry.from;
    }

    /// Whether a value, or the one in force, lies within all ranges above it and its own.
    fn fits(&self, set: &BoundParam<'_>) -> Result<(), Refused> {
        let value = set.value.as_ref().map_or(&self.setting.value, |(value, _)| value);
        let numbers = numbers_of(value);
        let outside = |range: &Interval| numbers.iter().any(|number| !range.contains(number));
        let own = set.within.iter().map(|(range, span)| (range, *span, set.entry.from));
        let above = self.ranges.iter().filter(|narrowed| narrowed.layer <= set.layer);
        let mut bounds = above.map(|narrowed| (narrowed.range, narrowed.span, narrowed.from)).chain(own);
        let Some((range, there, from)) = bounds.find(|(range, _, _)| outside(range)) else { return Ok(()) };
        Err(match &set.value {
            Some((_, span)) => {
                (Box::new(errors::outside(self.param, value, *span, range, there)), from, there)
            }
            None => {
                let origin = self.setting.origin;
                (Box::new(errors::leaves_out(self.param, value, origin, there)), self.set_from, origin)
            }
        })
    }

    fn finish(self) -> ParamSetting {
        let mut setting = self.setting;
        setting.bounds.clone_from(&setting.within);
        let narrowed = |wider: &Option<Interval>, range: &Interval| match wider {
            Some(wider) => wider.intersection(range),
            None => range.clone(),
        };
        for NarrowedRange { layer, range, .. } in self.ranges {
            setting.bounds = Some(narrowed(&setting.bounds, range));
            if self.set_by.is_none_or(|by| layer <= by) {
                setting.within = Some(narrowed(&setting.within, range));
            }
        }
        setting
    }
}

/// What is in force of a rule on one day, as it comes about.
struct RuleOnDay {
    setting: RuleSetting,
    /// The day on which the lock began.
    locked_from: Option<Date>,
}

impl RuleOnDay {
    /// As [`ParamOnDay::block`].
    fn block(&mut self, begun: &[&BoundRule<'_>], problems: &mut SettlingProblems) {
        let chosen = begun.iter().rposition(|set| set.entry.effect.is_some());
        for (at, set) in begun.iter().enumerate() {
            let superseded = chosen.is_some_and(|chosen| at < chosen);
            let (entry, layer) = (set.entry, set.layer);
            if let Some(lock) = self.setting.locked.filter(|lock| lock.layer < layer) {
                let name = &entry.name;
                let problem = match self.locked_from {
                    Some(day) if self.locked_from > entry.from => {
                        errors::ends(&name.value, set.place(), day, lock.span)
                    }
                    Some(_) | None => errors::locked(&name.value, name.span, lock.span),
                };
                if !superseded {
                    problems.push(set.block, problem);
                }
                continue;
            }
            if let Some(effect) = entry.effect.as_ref().filter(|_| !superseded) {
                self.setting.effect = effect.value;
                self.setting.origin = effect.span;
                self.setting.configured = true;
                self.setting.because = entry.because.as_deref().map(Arc::from);
                self.setting.owner = entry.owner.as_deref().map(Arc::from);
            }
            if let Some(span) = entry.locked {
                self.setting.locked = Some(Lock { layer, span });
                self.locked_from = entry.from;
            }
        }
    }
}
