//! What is in force in each project, without judging anything.

use super::load::{Loaded, Ready, load};
use super::total::exit_of;
use super::{Answer, DayOptions, Workspace, in_order};
use crate::ast::EffectKind;
use crate::explain::{filled, filled_text, shown_within};
use crate::layers::BoundWaiver;
use crate::program::{Param, ParamValue, Program};
use crate::project::Inputs;
use crate::report::amount::AmountReport;
use crate::report::overview::{Overview, OwnCadence, ParamRow, RuleRow, SettingStep, Waived};
use crate::report::{Place, VERSION};
use crate::settings::{
    FRESH, ParamSetting, RuleSetting, Settings, Timeline, built_in_rules, show_range, show_value,
};
use crate::source::SourceMap;
use crate::types::Type;
use crate::value::{Date, day_number};

impl Workspace {
    /// Lists all params and rules: as they are for the workflows of `options`, or for all, with what overrides say of some.
    pub fn overview(&mut self, inputs: Inputs, options: &DayOptions) -> Answer<Overview> {
        self.begin();
        let Inputs { mut sources, projects, problems, lint: _ } = inputs;
        let Loaded { projects, as_of, mut diagnostics } =
            load(self, projects, problems, &mut sources, options);
        diagnostics.extend(projects.iter().flat_map(|project| &project.diagnostics).cloned());
        let (params, rules) = rows(&projects, &sources, as_of.date(), options);
        let found = in_order(&mut diagnostics, &sources);
        let exit = exit_of(&diagnostics);
        let report =
            Overview { version: VERSION, as_of: as_of.to_string(), params, rules, diagnostics: found };
        Answer::new(report, diagnostics, sources, exit)
    }
}

/// The params and rules of projects, each with whom it is for.
pub(super) fn rows<T>(
    projects: &[Ready<T>],
    sources: &SourceMap,
    as_of: Date,
    options: &DayOptions,
) -> (Vec<ParamRow>, Vec<RuleRow>) {
    let (mut params, mut rules) = (Vec::new(), Vec::new());
    for project in projects {
        let survey = OverviewSurvey { project, sources, as_of };
        for (settings, workflows) in survey.variants(options) {
            params.extend((0..settings.params.len()).filter_map(|at| survey.param(at, settings, &workflows)));
            rules.extend((0..settings.rules.len()).filter_map(|at| survey.rule(at, settings, &workflows)));
        }
    }
    (merged(params, |row| &mut row.workflows), merged(rules, |row| &mut row.workflows))
}

struct OverviewSurvey<'a, T> {
    project: &'a Ready<T>,
    sources: &'a SourceMap,
    as_of: Date,
}

impl<T> OverviewSurvey<'_, T> {
    /// The settings to be listed, with the workflow that they are for; no workflow means all others.
    fn variants(&self, options: &DayOptions) -> Vec<(&Settings, Vec<String>)> {
        let Ready { book, workflows, .. } = self.project;
        let own =
            workflows.iter().map(|workflow| (book.settings(&workflow.name), vec![workflow.name.to_string()]));
        if !options.workflows.is_empty() {
            return own.map(|(settings, _)| (settings, Vec::new())).collect();
        }
        let differ = own.filter(|(settings, _)| **settings != book.general);
        std::iter::once((&book.general, Vec::new())).chain(differ).collect()
    }

    /// None for one that is the same as for all others.
    fn param(&self, at: usize, settings: &Settings, workflows: &[String]) -> Option<ParamRow> {
        let (param, steps) = (self.project.program.params.get(at)?, settings.params.get(at)?);
        if !workflows.is_empty() && self.project.book.general.params.get(at) == Some(steps) {
            return None;
        }
        // Entries of a table that nobody has set are listed as `else`.
        if steps.steps().all(|(_, setting)| setting.by_else) {
            return None;
        }
        let setting = steps.on(day_number(self.as_of));
        let step = |(from, step): (Option<Date>, &ParamSetting)| SettingStep {
            from: from.map(|from| from.to_string()),
            set: show_value(&param.ty, &step.value),
            place: Place::new(step.origin, self.sources),
        };
        Some(ParamRow {
            project: self.project.name.clone(),
            param: param.name.to_string(),
            value: show_value(&param.ty, &setting.value),
            amount: amount(&param.ty, &setting.value),
            default: show_value(&param.ty, &param.value),
            range: setting.within.as_ref().and_then(|range| show_range(&param.ty, range)),
            from: Place::new(setting.origin, self.sources),
            because: setting.because.as_deref().map(str::to_owned),
            owner: setting.owner.as_deref().map(str::to_owned),
            locked: setting.locked.map(|lock| Place::new(lock.span, self.sources)),
            steps: several(steps, step),
            workflows: workflows.to_vec(),
        })
    }

    /// None for one that is the same as for all others.
    fn rule(&self, at: usize, settings: &Settings, workflows: &[String]) -> Option<RuleRow> {
        let steps = settings.rules.get(at)?;
        let (name, title) = self.named(at, settings)?;
        let general = &self.project.book.general;
        let own = settings
            .cadence
            .as_ref()
            .filter(|own| name == FRESH.name && general.cadence.as_ref() != Some(*own));
        if !workflows.is_empty() && own.is_none() && general.rules.get(at) == Some(steps) {
            return None;
        }
        let setting = steps.on(day_number(self.as_of));
        let step = |(from, step): (Option<Date>, &RuleSetting)| SettingStep {
            from: from.map(|from| from.to_string()),
            set: step.effect.map_or("off", EffectKind::as_str).to_owned(),
            place: Place::new(step.origin, self.sources),
        };
        let is_active = |bound: &&BoundWaiver| {
            let mut named = self.project.workflows.iter().map(|workflow| &*workflow.name);
            *bound.waiver.rule == *name
                && bound.waiver.is_active(self.as_of)
                && named.any(|workflow| bound.workflow.value.matches(workflow))
        };
        let waived = self.project.book.waivers.iter().filter(is_active).map(|bound| Waived {
            workflow: bound.workflow.value.as_str().to_owned(),
            until: bound.waiver.until.to_string(),
            owner: bound.waiver.owner.to_string(),
            from: Place::new(bound.waiver.span, self.sources),
        });
        Some(RuleRow {
            project: self.project.name.clone(),
            policy: name.split_once('.').map_or("", |(policy, _)| policy).to_owned(),
            gate: self.gate(at),
            title,
            effect: setting.effect.map_or("off", |effect| effect.as_str()).to_owned(),
            from: Place::new(setting.origin, self.sources),
            because: setting.because.as_deref().map(str::to_owned),
            owner: setting.owner.as_deref().map(str::to_owned),
            locked: setting.locked.map(|lock| Place::new(lock.span, self.sources)),
            waived: waived.collect(),
            steps: several(steps, step),
            cadence: own
                .map(|own| OwnCadence { set: own.to_string(), place: Place::new(own.span, self.sources) }),
            workflows: workflows.to_vec(),
            rule: name,
        })
    }

    /// The steps of the gate of a rule.
    fn gate(&self, at: usize) -> Option<String> {
        let Program { rules, gates, vocabulary, .. } = &*self.project.program;
        let gate = gates.get(rules.get(at)?.gate?)?;
        Some(gate.way(vocabulary))
    }

    /// Name and title of a rule of the settings.
    fn named(&self, at: usize, settings: &Settings) -> Option<(String, String)> {
        let program = &self.project.program;
        match program.rules.get(at) {
            Some(rule) => {
                let value = |param: &Param, steps: &Timeline<ParamSetting>| {
                    shown_within(&show_value(&param.ty, &steps.on(day_number(self.as_of)).value))
                };
                let fill = |title| filled_text(&filled(title, program, settings, self.sources, value));
                let title = rule.decl.title.as_ref().map(fill);
                Some((rule.name.to_string(), title.unwrap_or_default()))
            }
            None => {
                let (rule, _) = built_in_rules(&program.vocabulary).nth(at - program.rules.len())?;
                Some((rule.name.to_owned(), rule.title.to_owned()))
            }
        }
    }
}

/// What is in force step by step; nothing where it is the same on every day.
fn several<T>(steps: &Timeline<T>, step: impl Fn((Option<Date>, &T)) -> SettingStep) -> Vec<SettingStep> {
    let mut all: Vec<SettingStep> = steps.steps().map(step).collect();
    // A lock or a range may begin where the value goes on.
    all.dedup_by(|next, known| next.set == known.set && next.place == known.place);
    if all.len() == 1 { Vec::new() } else { all }
}

/// The value of a param as a number, where it is one.
fn amount(ty: &Type, value: &ParamValue) -> Option<AmountReport> {
    match value {
        ParamValue::Value(value) => value.number().and_then(|number| AmountReport::of_type(ty, number)),
        ParamValue::Calendar(_) | ParamValue::List(_) => None,
    }
}

/// Rows that differ only in whom they are for, put together.
fn merged<T: Clone + PartialEq>(rows: Vec<T>, workflows: fn(&mut T) -> &mut Vec<String>) -> Vec<T> {
    let mut found: Vec<T> = Vec::new();
    for mut row in rows {
        let own = std::mem::take(workflows(&mut row));
        let like = |known: &&mut T| {
            let mut bare = (**known).clone();
            let whom = std::mem::take(workflows(&mut bare));
            bare == row && whom.is_empty() == own.is_empty()
        };
        match found.iter_mut().find(like) {
            Some(known) => workflows(known).extend(own),
            None => {
                *workflows(&mut row) = own;
                found.push(row);
            }
        }
    }
    found
}
