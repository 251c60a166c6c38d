//! The nearest values of a param, below and above the one in force, at which the decision on a workflow is another one.
//!
//! Nothing is written anywhere: workflows are judged again with other settings, as many times as it takes to tell, and no more
//! than each of them has a share of.

pub(in crate::engine) mod scale;
mod walk;

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use self::scale::ParamScale;
use self::walk::{Corner, NearestWalk};
use super::load::{Loaded, Ready, load_each};
use super::{Cancel, DayOptions, Workspace};
use crate::eval::{DecisionTrial, Rulebook, RunBudget, are_bounds, decide_watching};
use crate::point::Point;
use crate::program::{Param, ParamValue};
use crate::project::Inputs;
use crate::report::{Decision, full_name};
use crate::settings::{ParamSetting, Settings, show_value};
use crate::snapshot::Workflow;
use crate::source::{SourceMap, Span};
use crate::value::{Series, Value};

/// Judgements that are shared out among the workflows in each direction; each has at least 20, and at most 200.
const TRIALS: usize = 20_000;

/// Where the decisions turn around the value of a param.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// `policy.param`
    pub param: String,
    /// The value in force, as people write it.
    pub value: String,
    /// The nearest value below it that changes a decision.
    pub below: Option<Turn>,
    /// The nearest value above it, or the other one of yes and no.
    pub above: Option<Turn>,
    /// What is to be said beside that: which workflows it says nothing of, or why there is no such value.
    pub why: Option<String>,
}

/// A value at which decisions change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// «86%», «more than 86%», «about 73.4%»
    pub value: String,
    /// Whether a value a little nearer may do the same.
    pub is_about: bool,
    /// By workflow.
    pub changes: Vec<DecisionChange>,
}

/// A decision that would be another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionChange {
    /// The full name.
    pub workflow: String,
    /// What is decided as it is.
    pub from: Decision,
    /// What would be decided.
    pub to: Decision,
}

impl Workspace {
    /// Looks for the nearest values of the param at a byte of a file: where it is declared, where it is named, or where a
    /// configuration sets it.
    ///
    /// # Errors
    /// Why there is no answer, in words.
    pub fn nearest(
        &mut self,
        inputs: Inputs,
        options: &DayOptions,
        file: &str,
        at: usize,
    ) -> Result<Nearest, String> {
        self.begin();
        let Inputs { mut sources, projects, problems, lint: _ } = inputs;
        let keep = |_: &Rulebook<'_>, series: Series, as_of: Point| (series, as_of);
        let loaded = load_each(self, projects, problems, &mut sources, options, keep);
        let Loaded { projects, as_of, .. } = &loaded;
        let place = AskedPlace { sources: &sources, file, at, day: as_of.day_number() };
        let asked =
            projects.iter().find_map(|project| place.param(project)).ok_or("there is no param here")??;
        let (cancel, declared) = (&options.cancel, asked.param.decl.span);
        let question =
            NearestQuestion { sources: &sources, cancel, day: place.day, declared, origin: asked.origin };
        let answer = question.answer(&asked, projects);
        if options.cancel.is_cancelled() { Err("it was cancelled".to_owned()) } else { answer }
    }
}

/// A project with its series, each with its day of judgement.
type JudgedProject = Ready<(Series, Point)>;

/// Where somebody asks.
struct AskedPlace<'a> {
    sources: &'a SourceMap,
    file: &'a str,
    at: usize,
    day: i64,
}

/// The param that is asked about.
struct AskedParam<'p> {
    param: &'p Param,
    setting: &'p ParamSetting,
    /// Where the value in force was set.
    origin: Span,
}

impl AskedPlace<'_> {
    fn is_in(&self, span: Span) -> bool {
        (span.start as usize..=span.end as usize).contains(&self.at)
            && self.sources.name(span.file) == self.file
    }

    /// The param, or an entry of a table; none of no param.
    fn param<'p>(&self, project: &'p JudgedProject) -> Option<Result<AskedParam<'p>, String>> {
        let program = &project.program;
        let mention =
            program.mentions.iter().find(|mention| self.is_in(mention.at)).map(|mention| mention.declared);
        let of = |settings: &'p Settings| -> Vec<AskedParam<'p>> {
            let params = program.params.iter().zip(&settings.params);
            let asked = params.map(|(param, steps)| (param, steps.on(self.day)));
            asked.map(|(param, setting)| AskedParam { param, setting, origin: setting.origin }).collect()
        };
        let is_meant = |asked: &AskedParam<'_>| {
            let decl = &asked.param.decl;
            self.is_in(asked.origin) || self.is_in(decl.span) || mention == Some(decl.name.span)
        };
        let mut meant: Vec<AskedParam<'p>> = of(&project.book.general).into_iter().filter(is_meant).collect();
        if meant.is_empty() {
            // An override of some workflows.
            let own = project.workflows.iter().flat_map(|own| of(project.book.settings(&own.name)));
            meant = own.filter(|asked| self.is_in(asked.origin)).collect();
        }
        // Of a table the entry on which the cursor is.
        if meant.iter().any(|asked| self.is_in(asked.origin) || self.is_in(asked.param.origin)) {
            meant.retain(|asked| self.is_in(asked.origin) || self.is_in(asked.param.origin));
        }
        let name = meant.first()?.param.decl.name.text.clone();
        meant.dedup_by_key(|asked| asked.origin);
        match <[AskedParam<'p>; 1]>::try_from(meant) {
            Ok([only]) => Some(Ok(only)),
            Err(_) => Some(Err(format!("`{name}` has several values: put the cursor on one of them"))),
        }
    }
}

/// What is asked of all projects.
struct NearestQuestion<'a> {
    sources: &'a SourceMap,
    cancel: &'a Cancel,
    day: i64,
    /// The declaration of the param.
    declared: Span,
    /// Where the value in force was set: who has another one is not asked about.
    origin: Span,
}

/// A workflow that is judged by the value.
struct TriedWorkflow<'a> {
    name: String,
    question: &'a NearestQuestion<'a>,
    project: &'a JudgedProject,
    series: &'a Series,
    as_of: Point,
    /// The params that have the value, by their indexes: those of entries that follow `else` have it, too.
    params: Vec<usize>,
}

/// Where the decision on a workflow changes first in one direction.
struct FirstChange {
    corner: Corner,
    change: DecisionChange,
}

impl NearestQuestion<'_> {
    fn answer(&self, asked: &AskedParam<'_>, projects: &[JudgedProject]) -> Result<Nearest, String> {
        let AskedParam { param, setting, .. } = asked;
        let mut nearest = Nearest {
            param: param.name.to_string(),
            value: show_value(&param.ty, &setting.value),
            below: None,
            above: None,
            why: None,
        };
        let mut others = 0;
        let mut tried: Vec<TriedWorkflow<'_>> = Vec::new();
        for (project, workflow) in projects.iter().flat_map(|p| p.workflows.iter().map(move |own| (p, own))) {
            match self.tried(project, workflow) {
                Some(own) if own.params.is_empty() => others += 1,
                Some(own) => tried.push(own),
                None => {}
            }
        }
        if let ParamValue::Value(Value::Bool(value)) = &setting.value {
            let other = ParamValue::Value(Value::Bool(!value));
            nearest.above = self.other(&tried, &other, show_value(&param.ty, &other));
        } else {
            let scale = ParamScale::of(param, setting)
                .ok_or("only numbers, dates, stages and conditions have a nearest value")?;
            let most = (TRIALS / tried.len().max(1)).clamp(20, 200);
            nearest.below = self.turn(&tried, &scale, false, most);
            nearest.above = self.turn(&tried, &scale, true, most);
        }
        nearest.why = match (tried.len(), others, nearest.below.is_some() || nearest.above.is_some()) {
            (0, _, _) => Some("no workflow is judged by this value".to_owned()),
            (_, 0, true) => None,
            (_, 0, false) => Some("no value that it may have changes a decision".to_owned()),
            (_, 1, _) => Some("1 workflow has another value, and is left out".to_owned()),
            (_, _, _) => Some(format!("{others} workflows have other values, and are left out")),
        };
        Ok(nearest)
    }

    /// A workflow with the params that have the value; none of a project without the param, or where nothing is judged.
    fn tried<'a>(
        &'a self,
        project: &'a JudgedProject,
        workflow: &'a Workflow<(Series, Point)>,
    ) -> Option<TriedWorkflow<'a>> {
        let (series, as_of) = workflow.series.as_ref()?;
        let has_value = |settings: &Settings| -> Vec<usize> {
            let steps = settings.params.iter().enumerate();
            steps.filter(|(_, steps)| steps.on(self.day).origin == self.origin).map(|(at, _)| at).collect()
        };
        if !project.program.params.iter().any(|param| param.decl.span == self.declared) {
            return None;
        }
        Some(TriedWorkflow {
            name: full_name(project.name.as_deref(), &workflow.name),
            question: self,
            project,
            series,
            as_of: *as_of,
            params: has_value(project.book.settings(&workflow.name)),
        })
    }

    /// What changes at one other value.
    fn other(&self, tried: &[TriedWorkflow<'_>], value: &ParamValue, shown: String) -> Option<Turn> {
        let change = |own: &TriedWorkflow<'_>| {
            let (from, to) = (own.as_it_is()?.decision, own.with(value)?.decision);
            (from != to).then(|| DecisionChange { workflow: own.name.clone(), from, to })
        };
        let changes: Vec<DecisionChange> = tried.par_iter().filter_map(change).collect();
        (!changes.is_empty()).then_some(Turn { value: shown, is_about: false, changes })
    }

    /// The nearest change in one direction.
    fn turn(&self, tried: &[TriedWorkflow<'_>], scale: &ParamScale, up: bool, most: usize) -> Option<Turn> {
        let first = |own: &TriedWorkflow<'_>| {
            let now = own.as_it_is()?;
            let is_exact = scale.is_exact() && are_bounds(&own.project.program, &own.params);
            let try_one = |number: &_| own.with(&scale.value(number)?);
            let (corner, to) =
                NearestWalk { scale, up, most, now: &now, try_one: &try_one }.first(is_exact)?;
            let change = DecisionChange { workflow: own.name.clone(), from: now.decision, to };
            Some(FirstChange { corner, change })
        };
        let found: Vec<FirstChange> = tried.par_iter().filter_map(first).collect();
        let mut by_corner: BTreeMap<Corner, Vec<DecisionChange>> = BTreeMap::new();
        found.into_iter().for_each(|own| by_corner.entry(own.corner).or_default().push(own.change));
        let (corner, changes) = by_corner.into_iter().next()?;
        let (value, is_about) = scale.shown(&corner, up);
        Some(Turn { value, is_about, changes })
    }
}

impl TriedWorkflow<'_> {
    fn as_it_is(&self) -> Option<DecisionTrial> {
        self.judged_by(self.project.book.settings(&self.series.workflow))
    }

    /// What would be decided with another value; none where it was cancelled.
    fn with(&self, value: &ParamValue) -> Option<DecisionTrial> {
        let mut settings = self.project.book.settings(&self.series.workflow).clone();
        for at in &self.params {
            let steps = settings.params.get_mut(*at).into_iter();
            let own = steps
                .flat_map(|steps| steps.values_mut())
                .filter(|setting| setting.origin == self.question.origin);
            own.for_each(|setting| setting.value = value.clone());
        }
        self.judged_by(&settings)
    }

    fn judged_by(&self, settings: &Settings) -> Option<DecisionTrial> {
        if self.question.cancel.is_cancelled() {
            return None;
        }
        let run = RunBudget::unbounded();
        let own = self.project.rulebook(&self.series.workflow, self.question.sources);
        let rulebook = Rulebook { settings, run: &run, ..own };
        Some(decide_watching(&rulebook, self.series, self.as_of, &self.params))
    }
}

#[cfg(test)]
mod tests;
