//! What a pull request changes of the values of params and the effects of rules: on every day, past or to come.
//!
//! Knows no declaration but those of params and rules: what these say in words is compared beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::super::load::Ready;
use super::{Changes, Two};
use crate::ast::EffectKind;
use crate::direction::larger_is_stricter;
use crate::interval::Interval;
use crate::program::{Param, ParamTable, ParamValue, Program};
use crate::report::Place;
use crate::report::against::{Direction, SettingChange};
use crate::settings::{ParamSetting, RuleSetting, Timeline, rule_names, show_range, show_value};
use crate::source::Span;
use crate::value::{Date, Number, day_number};
use crate::words::Told;

/// The param for `else` of the table of another program that has the name of a param's table.
fn of_else(other: &Program, param: &Param) -> Option<usize> {
    let is_entry = |table: &&ParamTable| {
        let rest = param.name.strip_prefix(&*table.name);
        rest.is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    other.tables.iter().find(is_entry)?.otherwise
}

/// What holds by the base and by the branch, from a day on, and what held before that.
struct Period<'s, T> {
    from: Option<Date>,
    now: (&'s T, &'s T),
    before: Option<(&'s T, &'s T)>,
}

impl<'s, T> Period<'s, T> {
    /// All of them: a new one begins with each step of either side.
    fn all(old: &'s Timeline<T>, new: &'s Timeline<T>) -> Vec<Self> {
        let mut periods: Vec<Self> = Vec::new();
        let days: BTreeSet<Date> = old.days().chain(new.days()).collect();
        for from in std::iter::once(None).chain(days.into_iter().map(Some)) {
            let day = from.map_or(i64::MIN, day_number);
            let before = periods.last().map(|period| period.now);
            periods.push(Self { from, now: (old.on(day), new.on(day)), before });
        }
        periods
    }

    /// Whether the sides differ in something, and did not do so in the same way before.
    fn differs<V: PartialEq>(&self, of: impl Fn(&T) -> V) -> bool {
        let both = |(old, new): (&T, &T)| (of(old), of(new));
        let now = both(self.now);
        now.0 != now.1 && self.before.is_none_or(|before| both(before) != now)
    }

    /// What changes, with the day from which on it does.
    fn what(&self, kind: &str, name: &str) -> String {
        let from = self.from.map(|day| format!(" from {day}")).unwrap_or_default();
        format!("{kind} {name}{from}")
    }
}

impl Two<'_> {
    pub(super) fn params(&self, changes: &mut Changes) {
        let known: BTreeMap<&str, usize> =
            self.old.program.params.iter().enumerate().map(|(at, param)| (&*param.name, at)).collect();
        let mut stricter: BTreeMap<usize, Option<bool>> = BTreeMap::new();
        for (workflow, old_settings, new_settings) in self.variants() {
            for (at, param) in self.new.program.params.iter().enumerate() {
                let Some(before) =
                    known.get(&*param.name).copied().or_else(|| of_else(&self.old.program, param))
                else {
                    continue;
                };
                let (Some(old), Some(new)) = (old_settings.params.get(before), new_settings.params.get(at))
                else {
                    continue;
                };
                let larger =
                    || larger_is_stricter(&self.old.program, before, |rule| self.old.book.is_harsh(rule));
                for period in Period::all(old, new) {
                    // What is so because of `else` is said of that.
                    if period.now.0.by_else && period.now.1.by_else {
                        continue;
                    }
                    if period.differs(|setting| setting.value.clone()) {
                        let larger = *stricter.entry(before).or_insert_with(larger);
                        changes.push(self.value_change(param, &period, larger).only(workflow.as_deref()));
                    }
                    if period.differs(|setting| setting.bounds.clone()) {
                        changes.push(self.range_change(param, &period).only(workflow.as_deref()));
                    }
                    if period.differs(|setting| setting.locked.map(|lock| lock.span)) {
                        let locks = (period.now.0.locked, period.now.1.locked);
                        self.lock(changes, period.what("lock of", &param.name), locks, workflow.as_deref());
                    }
                }
            }
        }
        self.gone_entries(changes);
        self.declared_params(changes);
    }

    fn value_change(
        &self,
        param: &Param,
        period: &Period<'_, ParamSetting>,
        larger: Option<bool>,
    ) -> SettingChange {
        let (old, new) = period.now;
        let direction = moved(&old.value, &new.value, larger);
        let (from, to) = (show_value(&param.ty, &old.value), show_value(&param.ty, &new.value));
        let change = SettingChange::new(period.what("param", &param.name), direction).from(from).to(to);
        self.placed(change, old, new)
    }

    fn range_change(&self, param: &Param, period: &Period<'_, ParamSetting>) -> SettingChange {
        let (old, new) = period.now;
        let shown = |within: &Option<Interval>| {
            let range = within.as_ref().and_then(|range| show_range(&param.ty, range));
            range.unwrap_or_else(|| "any".to_owned())
        };
        let narrower = match (&old.bounds, &new.bounds) {
            (Some(old), Some(new)) => old.covers(new),
            (None, Some(_)) => true,
            (Some(_) | None, None) => false,
        };
        let direction = if narrower { Direction::Tighter } else { Direction::Looser };
        let change = SettingChange::new(period.what("range of", &param.name), direction);
        self.placed(change.from(shown(&old.bounds)).to(shown(&new.bounds)), old, new)
    }

    fn placed(&self, change: SettingChange, old: &ParamSetting, new: &ParamSetting) -> SettingChange {
        change.was(Place::new(old.origin, self.sources)).now(Place::new(new.origin, self.sources))
    }

    /// Params that are new, and those that are gone: of an entry of a table, where there is no `else` that held before, or
    /// holds now.
    fn declared_params(&self, changes: &mut Changes) {
        let names = |ready: &Ready<Told>, other: &Program| -> BTreeMap<Arc<str>, Span> {
            let params = ready.program.params.iter().filter(|param| of_else(other, param).is_none());
            params
                .filter(|param| param.follows.is_none())
                .map(|param| (param.name.clone(), param.decl.span))
                .collect()
        };
        let old = names(self.old, &self.new.program);
        let new = names(self.new, &self.old.program);
        for (name, span) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
            let change = SettingChange::new(format!("param {name}"), Direction::Unknown).from("as it was");
            changes.push(change.was(Place::new(*span, self.sources)));
        }
        for (name, span) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            let change = SettingChange::new(format!("param {name}"), Direction::Other).to("new");
            changes.push(change.now(Place::new(*span, self.sources)));
        }
    }

    /// Entries of tables that are gone, for which `else` holds now.
    fn gone_entries(&self, changes: &mut Changes) {
        let known: BTreeSet<&str> = self.new.program.params.iter().map(|param| &*param.name).collect();
        for (at, param) in
            self.old.program.params.iter().enumerate().filter(|(_, param)| !known.contains(&*param.name))
        {
            let Some(after) = of_else(&self.new.program, param) else { continue };
            let larger = larger_is_stricter(&self.old.program, at, |rule| self.old.book.is_harsh(rule));
            for (workflow, old, new) in self.variants() {
                let (Some(old), Some(new)) = (old.params.get(at), new.params.get(after)) else { continue };
                for period in Period::all(old, new) {
                    if !period.now.0.by_else && period.differs(|setting| setting.value.clone()) {
                        changes.push(self.value_change(param, &period, larger).only(workflow.as_deref()));
                    }
                }
            }
        }
    }

    /// The effects in force, and their locks.
    pub(super) fn rules(&self, changes: &mut Changes) {
        let (old_names, new_names): (Vec<&str>, Vec<&str>) =
            (rule_names(&self.old.program).collect(), rule_names(&self.new.program).collect());
        let known: BTreeMap<&str, usize> =
            new_names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let word = |effect: Option<EffectKind>| effect.map_or("off", EffectKind::as_str).to_owned();
        for (workflow, old_settings, new_settings) in self.variants() {
            for (before, name) in old_names.iter().enumerate() {
                let Some(old) = old_settings.rules.get(before) else { continue };
                let now = known.get(name).copied();
                let Some(new) = now.and_then(|now| new_settings.rules.get(now)) else {
                    if workflow.is_none() {
                        let old = old.on(i64::MIN);
                        let change = SettingChange::new(format!("rule {name}"), Direction::Looser);
                        let change = change.from(word(old.effect));
                        changes.push(change.was(Place::new(old.origin, self.sources)));
                    }
                    continue;
                };
                for period in Period::all(old, new) {
                    let (old, new): (&RuleSetting, &RuleSetting) = period.now;
                    if period.differs(|setting| setting.locked.map(|lock| lock.span)) {
                        let what = period.what("lock of", name);
                        self.lock(changes, what, (old.locked, new.locked), workflow.as_deref());
                    }
                    if !period.differs(|setting| setting.effect) {
                        continue;
                    }
                    let harsher = new.effect > old.effect;
                    let direction = if harsher { Direction::Tighter } else { Direction::Looser };
                    let change = SettingChange::new(period.what("rule", name), direction);
                    let change = change.from(word(old.effect)).to(word(new.effect));
                    let change = change.was(Place::new(old.origin, self.sources));
                    let change = change.now(Place::new(new.origin, self.sources));
                    changes.push(change.only(workflow.as_deref()));
                }
            }
        }
    }
}

/// Which way a value moves, where it is known whether a larger one is stricter.
pub(in crate::engine) fn moved(
    old: &ParamValue,
    new: &ParamValue,
    larger_is_stricter: Option<bool>,
) -> Direction {
    let number = |value: &ParamValue| match value {
        ParamValue::Calendar(months) => Some(Number::from(*months)),
        ParamValue::Value(value) => value.number().cloned(),
        ParamValue::List(_) => None,
    };
    // Months and days have no common measure.
    let is_calendar = |value: &ParamValue| matches!(value, ParamValue::Calendar(_));
    let measured = larger_is_stricter.filter(|_| is_calendar(old) == is_calendar(new));
    if let (ParamValue::List(_), _) = (old, new) {
        return Direction::Other;
    }
    match (number(old), number(new), measured) {
        (Some(old), Some(new), Some(larger)) if (new > old) == larger => Direction::Tighter,
        (Some(_), Some(_), Some(_)) => Direction::Looser,
        (_, _, _) => Direction::Unknown,
    }
}
