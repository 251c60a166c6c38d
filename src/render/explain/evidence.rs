//! Explanations of what snapshots speak of: a field, a stage, and the step from one stage to the next.

use super::Text;
use crate::explain::{
    may_apply, of_built_in_field, on_every_day, readers, reading_lets, recorded_at, recorded_fields, uses,
};
use crate::program::{Gate, Rule};
use crate::report::Place;
use crate::settings::{RuleSetting, field_type, rule_names};
use crate::source::Span;
use crate::text::{first_few, quote, yaml_text};
use crate::types::Type;
use crate::value::{Date, Snapshot};
use crate::vocabulary::Field;

impl Text<'_> {
    /// What a field means, how it is written, who records it, and who reads it.
    pub(super) fn field(&mut self, index: usize) {
        let program = &self.project.program;
        let all = recorded_fields(&program.vocabulary);
        let Some(recorded) = all.get(index) else { return };
        let (name, field) = (&recorded.name, recorded.field);
        self.page.heading(name, &meaning(field));
        self.page.paragraph(&self.how_it_is_recorded(field, &recorded.steps));
        self.page.section("In a snapshot");
        self.written(&recorded.steps);
        let inside: Vec<_> = all
            .iter()
            .filter(|inner| inner.steps.starts_with(&recorded.steps) && inner.name != *name)
            .collect();
        if !inside.is_empty() {
            let element = if field.ty.element().is_some() { "Each element has" } else { "It has" };
            self.page.section(element);
            for inner in inside {
                let title = format!("{}: {}", inner.name, type_and_marks(inner.field));
                self.page.entry(&title, inner.field.doc.as_deref());
            }
        }
        self.recorded_by(&recorded.steps);
        let lets = reading_lets(name, program);
        if !lets.is_empty() {
            self.page.section("The lets that read it");
            for own in lets {
                let value = format!("`{}`", self.source(own.decl.value.span));
                self.page.entry(&own.name, Some(&value));
            }
        }
        let rules = readers(name, program);
        if rules.is_empty() {
            self.page.line("");
            self.page.paragraph("No rule reads it.");
            return;
        }
        self.page.section("The rules that read it");
        for rule in rules {
            let gate = rule.gate.and_then(|gate| program.gates.get(gate));
            let gate =
                gate.map_or_else(String::new, |gate| format!(", gate {}", gate.way(&program.vocabulary)));
            let title = self.title(rule.decl.title.as_ref());
            let effect = self.effects_of(rule);
            self.page.entry(&format!("{} ({effect}{gate})", rule.name), Some(&title));
        }
    }

    /// «It is a share. A `rollout.yaml` may hold it.»
    fn how_it_is_recorded(&self, field: &Field, steps: &[usize]) -> String {
        let place = field.span.map(|span| Place::new(span, self.sources));
        let declared = match place {
            Some(place) => format!("Its type is `{}`, as {place} declares.", type_and_marks(field)),
            None => format!("Its type is `{}`; it is part of the language.", type_and_marks(field)),
        };
        let top = steps.first().and_then(|at| self.project.program.vocabulary.snapshot.fields.get(*at));
        let stands = field.may_stand() || top.is_some_and(|top| top.standing);
        let standing =
            if stands { " A `rollout.yaml` next to the snapshots may record it once for all." } else { "" };
        format!("{declared}{standing}")
    }

    /// How the keys on the way to a field are written in a snapshot.
    fn written(&mut self, steps: &[usize]) {
        let mut record = Some(&*self.project.program.vocabulary.snapshot);
        let mut indent = "    ".to_owned();
        let mut mark = "";
        for (at, step) in steps.iter().enumerate() {
            let Some(field) = record.and_then(|record| record.fields.get(*step)) else { return };
            let inner = field.ty.element().unwrap_or(&field.ty).record();
            let is_last = at + 1 == steps.len();
            let value = if is_last && inner.is_none() { " …" } else { "" };
            self.page.line(&format!("{indent}{mark}{}:{value}", yaml_text(field.yaml_key())));
            indent.push_str(if mark.is_empty() { "  " } else { "    " });
            mark = if matches!(field.ty, Type::List(_)) { "- " } else { "" };
            if let Some(inner) = inner.filter(|_| is_last) {
                for (at, field) in inner.fields.iter().enumerate() {
                    let mark = if at == 0 || mark.is_empty() { mark } else { "  " };
                    self.page.line(&format!("{indent}{mark}{}: …", yaml_text(field.yaml_key())));
                }
            }
            record = inner;
        }
    }

    /// Which workflows record a field in their newest snapshot, and which do not.
    fn recorded_by(&mut self, steps: &[usize]) {
        let newest = |snapshot: &Snapshot| recorded_at(&snapshot.record, steps);
        let series = self.project.workflows.iter().filter_map(|workflow| workflow.series.as_ref());
        let found: Vec<(&str, Option<Span>)> =
            series.filter_map(|series| Some((&*series.workflow, newest(series.snapshots.last()?)))).collect();
        if found.is_empty() {
            return;
        }
        let (with, without): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, place)| place.is_some());
        self.page.section("In the newest snapshots");
        for (workflow, span) in with.iter().take(MAX_WORKFLOWS) {
            let place = span.map(|span| Place::new(span, self.sources).to_string()).unwrap_or_default();
            self.page.paragraph(&format!("`{}` records it: {place}", quote(workflow)));
        }
        if with.len() > MAX_WORKFLOWS {
            self.page.paragraph(&format!("{} more workflows record it.", with.len() - MAX_WORKFLOWS));
        }
        if !without.is_empty() {
            let names = first_few(without.iter().map(|(workflow, _)| *workflow));
            self.page.paragraph(&format!("Not recorded by {names}."));
        }
    }

    /// What a stage is on the ladder: who is in it, what leads to it and on, and what is judged in it.
    pub(super) fn stage(&mut self, rung: usize) {
        let program = &self.project.program;
        let stages = &program.vocabulary.stages;
        let Some(name) = stages.get(rung) else { return };
        let place = format!("stage {} of {}", rung + 1, stages.len());
        self.page.heading(name, &place);
        let ladder = stages.iter().map(|stage| &**stage).collect::<Vec<&str>>().join(" -> ");
        self.page.paragraph(&format!("The stages are `{ladder}`. A snapshot says `stage: {name}`."));
        let here = self.project.workflows.iter().filter_map(|workflow| workflow.series.as_ref());
        let is_here = |snapshot: &&Snapshot| program.vocabulary.rung_in(&snapshot.record) == Some(rung);
        let here = here.filter(|series| series.snapshots.last().as_ref().is_some_and(is_here));
        let here: Vec<&str> = here.map(|series| &*series.workflow).collect();
        if !here.is_empty() {
            let few = first_few(here.iter().copied());
            self.page.paragraph(&format!("In it by their newest snapshots: {few}."));
        }
        let ways = [
            rung.checked_sub(1).map(|before| (before, rung)),
            (rung + 1 < stages.len()).then_some((rung, rung + 1)),
        ];
        for ((from, to), what) in ways
            .iter()
            .zip(["The gate to it", "The gate that leads on"])
            .filter_map(|(way, what)| Some(((*way)?, what)))
        {
            self.page.section(&format!("{what}, {}", self.step_name(from, to)));
            let count = self.rules_of(from, to).len();
            let more = format!("`tollgate explain \"{}\"` lists what each asks.", self.step_name(from, to));
            match count {
                0 => self
                    .page
                    .paragraph("No policy declares a gate for this step, so no workflow may take it."),
                1 => self.page.paragraph(&format!("It has 1 rule: {more}")),
                _ => self.page.paragraph(&format!("It has {count} rules: {more}")),
            }
        }
        let standing =
            program.rules.iter().filter(|rule| rule.gate.is_none() && may_apply(rule, rung, program));
        let standing: Vec<&Rule> = standing.collect();
        if !standing.is_empty() {
            self.page.section("The rules that are judged in it at every check");
        }
        for rule in standing {
            let title = self.title(rule.decl.title.as_ref());
            let effect = self.effects_of(rule);
            self.page.entry(&format!("{} ({effect})", rule.name), Some(&title));
        }
    }

    /// The step from one stage to another: the rules of its gates with what each asks, and the values in force.
    pub(super) fn step(&mut self, from: usize, to: usize) {
        let program = &self.project.program;
        let name = self.step_name(from, to);
        let gates: Vec<&Gate> = program.gates.iter().filter(|gate| gate.leads(from, to)).collect();
        let titles: Vec<String> = gates.iter().map(|gate| self.title(gate.title.as_ref())).collect();
        let mut titles: Vec<&str> =
            titles.iter().map(String::as_str).filter(|title| !title.is_empty()).collect();
        titles.dedup();
        self.page.heading(&name, &titles.join("; "));
        let rules = self.rules_of(from, to);
        if rules.is_empty() {
            self.page.paragraph(&self.no_gate(from, to));
            return;
        }
        let stage = |rung: usize| program.vocabulary.stages.get(rung).map_or("", |stage| &**stage);
        let count = if rules.len() == 1 { "1 rule".to_owned() } else { format!("{} rules", rules.len()) };
        self.page.paragraph(&format!(
            "The gate has {count}. They count when a workflow in `{}` asks with `advance_to: {to}`, and after the move for as \
             long as it stays in `{to}`. Before that they are a preview and stop nothing. What only warns or notes stops nothing at all.",
            stage(from),
            to = stage(to),
        ));
        self.page.section("What it asks");
        for (at, index) in rules.iter().enumerate() {
            if at > 0 {
                self.page.line("");
            }
            self.asked(*index);
        }
        self.page.line("");
        if !self.project.overridden.is_empty() {
            self.page
                .paragraph("For some workflows an override may say otherwise: `tollgate rules` lists them.");
        }
        self.page.paragraph(
            "`tollgate check --workflow NAME --gate` shows which of these a workflow meets. `tollgate explain` with the name \
             of a rule tells more of it.",
        );
    }

    /// A rule of a gate, what it asks, and what the names in that stand for.
    fn asked(&mut self, index: usize) {
        let project = self.project;
        let Some(rule) = project.program.rules.get(index) else { return };
        let title = self.title(rule.decl.title.as_ref());
        self.page.entry(&format!("{} ({})", rule.name, self.effects_of(rule)), Some(&title));
        self.page.indented(&self.what_it_asks(&rule.decl));
        let uses = uses(rule, &project.program);
        for own in uses.lets.iter().filter_map(|at| project.program.lets.get(*at)) {
            self.page.indented(&format!(
                "`{}` is `{}`.",
                name_within(&own.name, &rule.name),
                self.source(own.decl.value.span)
            ));
        }
        let params = uses.params.iter().filter_map(|at| Some((project.program.params.get(*at)?, *at)));
        let values = params.filter_map(|(param, at)| {
            let steps = project.settings.params.get(at)?;
            // Entries of a table that nobody has set are told as `else`.
            let is_set = steps.steps().any(|(_, setting)| !setting.by_else);
            is_set.then(|| format!("{} = {}", param.name, on_every_day(param, steps)))
        });
        let values: Vec<String> = values.collect();
        if !values.is_empty() {
            self.page.indented(&format!("In force: {}.", values.join(", ")));
        }
    }

    /// Why nothing is asked on the way from one stage to another.
    fn no_gate(&self, from: usize, to: usize) -> String {
        let vocabulary = &self.project.program.vocabulary;
        let stage = |rung: usize| vocabulary.stages.get(rung).map_or("", |stage| &**stage);
        if to <= from {
            return "Going back, or staying, passes no gate: it is always allowed.".to_owned();
        }
        if to > from + 1 {
            return format!(
                "A workflow moves one stage at a time: from `{}` the next stage is `{}`.",
                stage(from),
                stage(from + 1)
            );
        }
        "No policy declares a gate for this step, so no workflow may take it: the rule `ladder.undeclared` holds each one that asks."
            .to_owned()
    }

    fn step_name(&self, from: usize, to: usize) -> String {
        let stage =
            |rung: usize| self.project.program.vocabulary.stages.get(rung).map_or("", |stage| &**stage);
        format!("{} -> {}", stage(from), stage(to))
    }

    /// The indices of the rules of all gates that lead along a step.
    fn rules_of(&self, from: usize, to: usize) -> Vec<usize> {
        let program = &self.project.program;
        let leads = |rule: &Rule| {
            rule.gate.and_then(|gate| program.gates.get(gate)).is_some_and(|gate| gate.leads(from, to))
        };
        program.rules.iter().enumerate().filter(|(_, rule)| leads(rule)).map(|(at, _)| at).collect()
    }

    /// `hold`, or `hold, from 2026-12-01 rollback`.
    pub(super) fn effects_of(&self, rule: &Rule) -> String {
        let index = rule_names(&self.project.program).position(|name| *name == *rule.name);
        let steps = index.and_then(|index| self.project.settings.rules.get(index));
        let shown = |(from, setting): (Option<Date>, &RuleSetting)| {
            let from = from.map(|day| format!(", from {day} ")).unwrap_or_default();
            from + setting.effect.map_or("off", |effect| effect.as_str())
        };
        steps.map(|steps| steps.steps().map(shown).collect()).unwrap_or_default()
    }
}

/// The name of a let as a rule writes it: those of other policies are named with these.
fn name_within<'n>(name: &'n str, rule: &str) -> &'n str {
    let policy = rule.split('.').next().unwrap_or_default();
    name.strip_prefix(policy).and_then(|name| name.strip_prefix('.')).unwrap_or(name)
}

/// Workflows that are named with the place where they record a field.
const MAX_WORKFLOWS: usize = 5;

/// What a field is for: as it is declared, or as the language has it.
fn meaning(field: &Field) -> String {
    field.doc.as_deref().or_else(|| of_built_in_field(field)).unwrap_or_default().to_owned()
}

/// `share, required`
fn type_and_marks(field: &Field) -> String {
    let marks = [
        (field.required, "required"),
        (field.key, "key"),
        (field.changing, "changing"),
        (field.kept, "kept"),
    ];
    let marks = marks.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| format!(", {word}"));
    format!("{}{}", field_type(field), marks.collect::<String>())
}
