//! What other values of params would have decided: every snapshot of every workflow on its own day, and all of them as of the
//! day of judgement.
//!
//! Where a param is only compared with values, the values at which a decision changes are found exactly; else they are narrowed
//! down to a billionth.

mod ask;
mod course;
mod fold;

use std::collections::BTreeSet;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

pub use self::ask::SweepRange;
use self::ask::SweptParam;
use self::course::{Sweep, SweepCourse, SweepSearch, SweepTurn};
use self::fold::{SweepFold, SweepLine, fold};
use super::load::{Loaded, Ready, load_each};
use super::total::{exit_of, has_errors, nothing_judged};
use super::{Answer, Cancel, DayOptions, Workspace, in_order};
use crate::eval::{Rulebook, RunBudget, SweptCourse, SweptSeries, are_bounds, outcome_course};
use crate::layers::number_of;
use crate::point::Point;
use crate::program::ParamValue;
use crate::project::Inputs;
use crate::report::sweep::{ParamSweep, SweepCounts, SweepReport, SweepTable};
use crate::report::{Decision, VERSION};
use crate::settings::Settings;
use crate::source::SourceMap;
use crate::value::{Number, Series};

/// Rows and columns of a table of two params, at most.
const MAX_LINES: usize = 60;

/// A project with its series, each with its day of judgement.
type SweptProject = Ready<(Series, Point)>;

impl Workspace {
    /// Judges all history with other values of one param, or of two.
    ///
    /// # Errors
    /// Why a param cannot have these values, in words.
    pub fn sweep(
        &mut self,
        inputs: Inputs,
        options: &DayOptions,
        ranges: &[SweepRange],
    ) -> Result<Answer<SweepReport>, String> {
        self.begin();
        let Inputs { mut sources, projects, problems, lint: _ } = inputs;
        let keep = |_: &Rulebook<'_>, series: Series, as_of: Point| (series, as_of);
        let Loaded { projects, as_of, mut diagnostics } =
            load_each(self, projects, problems, &mut sources, options, keep);
        diagnostics.extend(projects.iter().flat_map(|project| project.diagnostics.iter().cloned()));
        let params = match ask::params(ranges, &projects, as_of.day_number(), &sources) {
            Ok(params) => params,
            // What is wrong with the files may be why it was not found.
            Err(_) if has_errors(&diagnostics) => Vec::new(),
            Err(why) => return Err(why),
        };
        let asked = SweepQuestion { sources: &sources, cancel: &options.cancel, params: &params };
        let workflows = asked.workflows(&projects);
        let rules = projects.iter().map(|project| project.program.rules.len()).sum();
        if !has_errors(&diagnostics) && (rules == 0 || workflows.is_empty()) {
            diagnostics.extend(nothing_judged(rules, &[]));
        }
        let judged = asked.judged(&workflows);
        let sweeps = params
            .iter()
            .enumerate()
            .map(|(at, param)| fold(&SweepFold { param, at, workflows: &workflows, judged: &judged }));
        let mut sweeps: Vec<ParamSweep> = sweeps.collect();
        // What has errors has them whatever the value.
        let own = projects.iter().flat_map(|project| &project.workflows);
        let unread = own.filter(|own| own.series.is_none()).count();
        for sweep in &mut sweeps {
            let all = sweep.intervals.iter_mut().map(|interval| &mut interval.counts);
            all.chain([&mut sweep.as_it_is]).for_each(|counts| counts.workflows.error += unread);
        }
        let table = match &*params {
            [first, second] => Some(table(first, second, &judged)?),
            _ => None,
        };
        let found = in_order(&mut diagnostics, &sources);
        let exit = exit_of(&diagnostics);
        let report =
            SweepReport { version: VERSION, as_of: as_of.to_string(), sweeps, table, diagnostics: found };
        Ok(Answer::new(report, diagnostics, sources, exit).unless(&options.cancel))
    }
}

/// What is asked of all workflows.
struct SweepQuestion<'a> {
    sources: &'a SourceMap,
    cancel: &'a Cancel,
    params: &'a [SweptParam],
}

/// A workflow that is judged by the params.
struct SweptWorkflow<'a> {
    project: &'a SweptProject,
    name: &'a str,
    series: &'a Series,
    as_of: Point,
    settings: &'a Settings,
    /// Of each param the indexes of those that have its value: entries of a table may follow its `else`.
    params: Vec<Vec<usize>>,
}

impl SweptWorkflow<'_> {
    /// The days that are judged: that of each snapshot, and the day of judgement.
    fn days(&self) -> usize {
        self.series.snapshots.len() + 1
    }
}

impl SweepQuestion<'_> {
    fn workflows<'p>(&self, projects: &'p [SweptProject]) -> Vec<SweptWorkflow<'p>> {
        let mut found = Vec::new();
        for project in projects {
            let indexes = self.params.iter().map(|param| project.program.param_named(&param.name));
            let Some(indexes) = indexes.collect::<Option<Vec<usize>>>().filter(|all| !all.is_empty()) else {
                continue;
            };
            for own in &project.workflows {
                let Some((series, as_of)) = &own.series else { continue };
                let settings = project.book.settings(&own.name);
                let params =
                    indexes.iter().map(|index| ask::with_followers(&project.program, settings, *index));
                found.push(SweptWorkflow {
                    project,
                    name: &own.name,
                    series,
                    as_of: *as_of,
                    settings,
                    params: params.collect(),
                });
            }
        }
        found
    }

    /// What is decided of each workflow. All of it in one go, since what does not depend on the params is found out once.
    fn judged(&self, workflows: &[SweptWorkflow<'_>]) -> Vec<JudgedByValues> {
        let run = RunBudget::unbounded();
        let judge = |own: &SweptWorkflow<'_>| {
            let case = SweptCase::new(self, own, &run);
            let now = case.series.decisions(&[]);
            let courses: Vec<SweepCourse> = (0..self.params.len()).map(|at| case.course(at, None)).collect();
            let table = match self.params {
                [first, second] => Some(case.table(first, second, &courses)),
                _ => None,
            };
            JudgedByValues { now, courses, table }
        };
        workflows.par_iter().map(judge).collect()
    }

    fn values(&self, own: &SweptWorkflow<'_>, at: usize, number: &Number) -> Vec<(usize, ParamValue)> {
        let value = self.params.get(at).and_then(|param| param.scale.value(number));
        let indexes = own.params.get(at).into_iter().flatten();
        indexes.filter_map(|index| Some((*index, value.clone()?))).collect()
    }
}

/// Every value of the first param with every value of the second, of all workflows.
fn table(first: &SweptParam, second: &SweptParam, judged: &[JudgedByValues]) -> Result<SweepTable, String> {
    let own = || judged.iter().filter_map(|judged| judged.table.as_ref());
    let all = |param: &SweptParam, of: fn(&OwnTable) -> &BTreeSet<SweepTurn>| {
        fold::between(param, own().flat_map(of).cloned().collect())
    };
    let (rows, columns) = (all(first, |own| &own.rows), all(second, |own| &own.columns));
    if rows.len() > MAX_LINES || columns.len() > MAX_LINES {
        let (rows, columns) = (rows.len(), columns.len());
        return Err(format!("a table of {rows} by {columns} is too large to be read: give narrower ranges"));
    }
    let cell = |row: &SweepLine, column: &SweepLine| {
        let mut counts = SweepCounts::default();
        own().filter_map(|own| own.cell(row, column)).for_each(|own| counts.join(own));
        counts
    };
    let cells = rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
    let shown = |lines: &[SweepLine]| lines.iter().map(|line| line.shown.clone()).collect();
    Ok(SweepTable { rows: shown(&rows), columns: shown(&columns), cells })
}

/// What is decided of a workflow.
struct JudgedByValues {
    /// By the values in force, by day.
    now: Vec<Decision>,
    /// Along each param, with the other as it is in force.
    courses: Vec<SweepCourse>,
    /// Of two params.
    table: Option<OwnTable>,
}

/// A workflow whose days are judged again and again.
struct SweptCase<'a> {
    question: &'a SweepQuestion<'a>,
    own: &'a SweptWorkflow<'a>,
    series: SweptSeries<'a>,
}

/// What two params decide of one workflow.
struct OwnTable {
    rows: BTreeSet<SweepTurn>,
    columns: BTreeSet<SweepTurn>,
    /// By row, then by column.
    cells: Vec<Vec<SweepCounts>>,
}

impl OwnTable {
    /// What is decided in a cell of the table of all workflows, which has the turns of this one among its own.
    fn cell(&self, row: &SweepLine, column: &SweepLine) -> Option<&SweepCounts> {
        let index = |turns: &BTreeSet<SweepTurn>, line: &SweepLine| {
            turns.iter().filter(|turn| Some(*turn) <= line.begins.as_ref()).count()
        };
        self.cells.get(index(&self.rows, row))?.get(index(&self.columns, column))
    }
}

impl<'a> SweptCase<'a> {
    fn new(question: &'a SweepQuestion<'a>, own: &'a SweptWorkflow<'a>, run: &'a RunBudget) -> Self {
        let rulebook = Rulebook { run, ..own.project.rulebook(own.name, question.sources) };
        let series = SweptSeries::new(rulebook, own.series, own.as_of, &own.params.concat());
        Self { question, own, series }
    }

    /// How the days go along a param; `other` is a value of the other one.
    fn course(&self, at: usize, other: Option<&Number>) -> SweepCourse {
        let SweepQuestion { params, cancel, .. } = self.question;
        let nothing = SweepCourse { first: Vec::new(), turns: Vec::new() };
        let (Some(param), Some(indexes)) = (params.get(at), self.own.params.get(at)) else { return nothing };
        if cancel.is_cancelled() {
            return nothing;
        }
        let program = &self.own.project.program;
        let fixed = other.map_or_else(Vec::new, |number| self.question.values(self.own, 1 - at, number));
        let course = SweptCourse::new(&self.series, indexes);
        let judge = |number: &Number, days: &[usize]| {
            let mut values = fixed.clone();
            values.extend(self.question.values(self.own, at, number));
            course.judge(number, &values, days)
        };
        let is_exact = param.scale.is_exact() && are_bounds(program, indexes);
        let search = match (is_exact, &param.scale.step) {
            (true, _) => SweepSearch::Compared,
            (false, Some(_)) => SweepSearch::Stepped,
            (false, None) => SweepSearch::Narrowed,
        };
        let outcomes = outcome_course(program, self.own.settings, indexes);
        let day = self.own.as_of.day_number();
        let setting = indexes.first().and_then(|index| self.own.settings.param_on(*index, day));
        let now = setting.and_then(|setting| number_of(&setting.value));
        let sweep =
            Sweep { scale: &param.scale, search, outcomes, finest: param.finest(), now, judge: &judge };
        sweep.along(&param.from, &param.to, self.own.days())
    }

    /// Every value of the first param with every value of the second. The turns of one may depend on the value of the other;
    /// `courses` are those with the other as it is in force.
    fn table(&self, first: &SweptParam, second: &SweptParam, courses: &[SweepCourse]) -> OwnTable {
        let turns = |course: &SweepCourse| course.turns.iter().map(|own| own.turn.clone()).collect();
        let mut known = courses.iter().map(turns);
        let mut rows: BTreeSet<SweepTurn> = known.next().unwrap_or_default();
        let mut columns: BTreeSet<SweepTurn> = known.next().unwrap_or_default();
        let turns = |at: usize, other: &Number| turns(&self.course(at, Some(other)));
        let mut tried: BTreeSet<(usize, Number)> = BTreeSet::new();
        // What one param changes may show at a value of the other that is far from the one in force.
        for (at, other) in [(0, second), (1, first)] {
            let middle = other.scale.on_step(&((&other.from + &other.to) / Number::from(2)), false);
            for number in [&other.from, &other.to, &middle] {
                if tried.insert((at, number.clone())) {
                    let lines = if at == 0 { &mut rows } else { &mut columns };
                    lines.append(&mut turns(at, number));
                }
            }
        }
        loop {
            let found = tried.len();
            for line in fold::between(second, columns.clone()) {
                if tried.insert((0, line.inside.clone())) {
                    rows.append(&mut turns(0, &line.inside));
                }
            }
            for line in fold::between(first, rows.clone()) {
                if tried.insert((1, line.inside.clone())) {
                    columns.append(&mut turns(1, &line.inside));
                }
            }
            if tried.len() == found || rows.len().max(columns.len()) > MAX_LINES {
                break;
            }
        }
        let lines = (fold::between(first, rows.clone()), fold::between(second, columns.clone()));
        let cell = |row: &SweepLine, column: &SweepLine| {
            let mut values = self.question.values(self.own, 0, &row.inside);
            values.extend(self.question.values(self.own, 1, &column.inside));
            fold::counts(std::iter::once(&*self.series.decisions(&values)))
        };
        let cells = lines.0.iter().map(|row| lines.1.iter().map(|column| cell(row, column)).collect());
        let cells = if rows.len().max(columns.len()) > MAX_LINES { Vec::new() } else { cells.collect() };
        OwnTable { rows, columns, cells }
    }
}

#[cfg(test)]
mod tests;
