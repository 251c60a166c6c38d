//! From the days of each workflow to the intervals of a report.

use std::collections::{BTreeMap, BTreeSet};

use super::ask::SweptParam;
use super::course::{DayTurn, SweepCourse, SweepTurn};
use super::{JudgedByValues, SweptWorkflow};
use crate::layers::number_of;
use crate::report::amount::AmountReport;
use crate::report::sweep::{
    MAX_FLIPPED, ParamSweep, SnapshotFlip, SweepChange, SweepCounts, SweepFlips, SweepInterval, SweptValue,
    ValueNow, WorkflowFlip,
};
use crate::report::{Decision, full_name};
use crate::value::Number;

/// What the intervals of a param are made from.
pub(super) struct SweepFold<'a> {
    pub(super) param: &'a SweptParam,
    /// Which of the params it is.
    pub(super) at: usize,
    pub(super) workflows: &'a [SweptWorkflow<'a>],
    /// As many as workflows.
    pub(super) judged: &'a [JudgedByValues],
}

/// The values between two turns.
#[derive(Clone, Debug)]
pub(super) struct SweepLine {
    /// Where it begins; none of the first.
    pub(super) begins: Option<SweepTurn>,
    from: Number,
    with_from: bool,
    to: Number,
    with_to: bool,
    /// One of its values.
    pub(super) inside: Number,
    /// As people read it.
    pub(super) shown: String,
}

/// The lines between all values at which decisions change.
fn lines(param: &SweptParam, courses: &[&SweepCourse]) -> Vec<SweepLine> {
    between(param, courses.iter().flat_map(|course| &course.turns).map(|own| own.turn.clone()).collect())
}

/// The lines between some turns.
pub(super) fn between(param: &SweptParam, turns: BTreeSet<SweepTurn>) -> Vec<SweepLine> {
    let starts: Vec<Option<SweepTurn>> = std::iter::once(None).chain(turns.into_iter().map(Some)).collect();
    let ends = starts.iter().skip(1).cloned().chain([None]);
    let line = |(begins, ends): (&Option<SweepTurn>, Option<SweepTurn>)| {
        let (from, with_from) = match begins {
            Some(turn) => (turn.at.clone(), !turn.is_beyond),
            None => (param.from.clone(), true),
        };
        let (to, with_to) = match ends {
            Some(turn) => (turn.at, turn.is_beyond),
            None => (param.to.clone(), true),
        };
        let inside = inside(param, (&from, with_from), (&to, with_to));
        let shown = shown(param, begins.as_ref(), (&from, with_from), (&to, with_to));
        SweepLine { begins: begins.clone(), from, with_from, to, with_to, inside, shown }
    };
    starts.iter().zip(ends).map(line).collect()
}

/// A value within an interval.
fn inside(param: &SweptParam, (from, with_from): (&Number, bool), (to, with_to): (&Number, bool)) -> Number {
    if with_from && (param.scale.step.is_some() || from == to) {
        return from.clone();
    }
    if with_to && from == to {
        return to.clone();
    }
    (from + to) / Number::from(2)
}

/// `60% up to 86.7%`, `more than 90%`
fn shown(
    param: &SweptParam,
    begins: Option<&SweepTurn>,
    (from, with_from): (&Number, bool),
    (to, with_to): (&Number, bool),
) -> String {
    let (low, high) = (param.shown(from), param.shown(to));
    let is_about = begins.is_some_and(|turn| turn.is_about);
    if from == to || low == high {
        return if is_about { format!("about {low}") } else { low };
    }
    // The last value of a stepped scale is known.
    if let Some(step) = param.scale.step.as_ref().filter(|_| !with_to) {
        let last = to - step;
        return if last == *from { low } else { format!("{low} to {}", param.shown(&last)) };
    }
    let low = match (is_about, with_from) {
        (true, _) => format!("about {low}"),
        (false, true) => low,
        (false, false) => format!("more than {low}"),
    };
    if with_to { format!("{low} to {high}") } else { format!("{low}, below {high}") }
}

/// How many days and workflows are decided how, of the days of each workflow.
pub(super) fn counts<'d>(workflows: impl Iterator<Item = &'d [Decision]>) -> SweepCounts {
    let mut counts = SweepCounts::default();
    for decisions in workflows {
        if let Some((today, days)) = decisions.split_last() {
            days.iter().for_each(|decision| counts.days.add(*decision));
            counts.workflows.add(*today);
        }
    }
    counts
}

/// The intervals of a param.
pub(super) fn fold(folded: &SweepFold<'_>) -> ParamSweep {
    let SweepFold { param, at, judged, .. } = folded;
    let courses: Vec<&SweepCourse> = judged.iter().filter_map(|own| own.courses.get(*at)).collect();
    let lines = lines(param, &courses);
    let mut decided: Vec<Vec<Decision>> = courses.iter().map(|course| course.first.clone()).collect();
    let mut counted = counts(decided.iter().map(|days| &**days));
    let mut changes = Vec::new();
    let mut intervals = Vec::with_capacity(lines.len());
    let mut next: Vec<usize> = vec![0; courses.len()];
    for (index, line) in lines.iter().enumerate() {
        for (at, course) in courses.iter().enumerate() {
            let (Some(next), Some(decided)) = (next.get_mut(at), decided.get_mut(at)) else { continue };
            while let Some(own) =
                course.turns.get(*next).filter(|own| Some(&own.turn) <= line.begins.as_ref())
            {
                *next += 1;
                let Some(known) = decided.get_mut(own.day) else { continue };
                if *known != own.to {
                    changes.push(folded.change(index, at, own, *known));
                    let counts =
                        if folded.is_today(at, own.day) { &mut counted.workflows } else { &mut counted.days };
                    counts.remove(*known);
                    counts.add(own.to);
                    *known = own.to;
                }
            }
        }
        intervals.push(SweepInterval {
            shown: line.shown.clone(),
            from: value_of(param, &line.from),
            with_from: line.with_from,
            to: value_of(param, &line.to),
            with_to: line.with_to,
            is_about: line.begins.as_ref().is_some_and(|turn| turn.is_about),
            counts: counted.clone(),
            flips: folded.flips(&decided),
        });
    }
    ParamSweep {
        param: param.name.clone(),
        from: value_of(param, &param.from),
        to: value_of(param, &param.to),
        now: folded.values_now(&lines),
        as_it_is: counts(judged.iter().map(|own| &*own.now)),
        intervals,
        changes,
    }
}

fn value_of(param: &SweptParam, number: &Number) -> SweptValue {
    SweptValue { value: param.shown(number), amount: AmountReport::of_type(param.scale.ty(), number) }
}

impl SweepFold<'_> {
    fn is_today(&self, workflow: usize, day: usize) -> bool {
        self.workflows.get(workflow).is_some_and(|own| day + 1 == own.days())
    }

    fn change(&self, interval: usize, workflow: usize, turn: &DayTurn, from: Decision) -> SweepChange {
        let own = self.workflows.get(workflow);
        let date = own.and_then(|own| own.series.snapshots.get(turn.day)).map(|found| found.date.to_string());
        SweepChange {
            interval,
            project: own.and_then(|own| own.project.name.clone()),
            workflow: own.map(|own| own.name.to_owned()).unwrap_or_default(),
            date,
            from,
            to: turn.to,
        }
    }

    /// What differs from the values in force.
    fn flips(&self, decided: &[Vec<Decision>]) -> SweepFlips {
        let mut flips = SweepFlips::default();
        for ((own, judged), then) in self.workflows.iter().zip(self.judged).zip(decided) {
            for (day, (from, to)) in
                judged.now.iter().zip(then).enumerate().filter(|(_, (from, to))| from != to)
            {
                if day + 1 == own.days() {
                    flips.workflows.push(WorkflowFlip {
                        project: own.project.name.clone(),
                        workflow: own.name.to_owned(),
                        from: *from,
                        to: *to,
                    });
                    continue;
                }
                flips.days += 1;
                if flips.flipped.len() < MAX_FLIPPED
                    && let Some(snapshot) = own.series.snapshots.get(day)
                {
                    flips.flipped.push(SnapshotFlip {
                        workflow: full_name(own.project.name.as_deref(), own.name),
                        date: snapshot.date.to_string(),
                        from: *from,
                        to: *to,
                    });
                }
                flips.released += usize::from(!from.goes_on() && to.goes_on());
                flips.stopped += usize::from(from.goes_on() && !to.goes_on());
            }
        }
        flips
    }

    /// The values in force as of the day of judgement, the smallest first.
    fn values_now(&self, lines: &[SweepLine]) -> Vec<ValueNow> {
        let mut values: BTreeMap<Number, usize> = BTreeMap::new();
        for own in self.workflows {
            let index = own.params.get(self.at).and_then(|all| all.first());
            let setting = index.and_then(|index| own.settings.param_on(*index, own.as_of.day_number()));
            if let Some(number) = setting.and_then(|setting| number_of(&setting.value)) {
                *values.entry(number).or_default() += 1;
            }
        }
        let interval = |number: &Number| {
            lines.iter().position(|line| {
                (line.from < *number || line.with_from && line.from == *number)
                    && (*number < line.to || line.with_to && line.to == *number)
            })
        };
        let value = |(number, workflows)| ValueNow {
            value: value_of(self.param, &number),
            workflows,
            interval: interval(&number),
        };
        values.into_iter().map(value).collect()
    }
}
