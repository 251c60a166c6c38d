//! Along the series: windows, runs, and what was before.

use std::ops::Range;

use super::{Evaluator, Evidence, Moment, Scope};
use crate::ast::{Arg, Expr, Over};
use crate::builtins::series::{Along, Measure, Points, Run, streak};
use crate::evidence::{Amount, Elapsed, ReasonKind, Reasons, Truth, Within};
use crate::interval::Interval;
use crate::program::Target;
use crate::types::{Kind, Type};
use crate::value::{DAY, Number, Value, date_of_day};
use crate::vocabulary::Vocabulary;

/// The days of the calendar: the longest that a window can be.
const MAX_WINDOW: i64 = 10_000 * 366;

/// The snapshots of a window.
pub(super) struct Window {
    pub(super) snapshots: Range<usize>,
    /// Why they do not cover it.
    pub(super) open: Option<Reasons>,
}

impl<'a> Evaluator<'a> {
    /// The window that ends at the scope's snapshot, or why its length is not known.
    pub(super) fn window(&self, over: &'a Over, scope: Scope<'_, 'a>) -> Result<Window, Reasons> {
        let at = scope.moment.at;
        match over {
            Over::Stage(_) => {
                let start = self.stage_entry(at);
                self.budget.spend(at - start);
                Ok(Window { snapshots: start..at + 1, open: self.gap_within(start..at + 1) })
            }
            Over::Window(length) => {
                let days = self.days(length, scope)?;
                let from = self.day(at) - days;
                let start = self.first_after(from, at);
                self.budget.spend(at.saturating_sub(start));
                let mut open = self.gap_within(start..at + 1);
                let begins = self.day(start) - from;
                let reaches_back = self.day(0) <= from;
                if !reaches_back || self.patience().is_some_and(|patience| begins > patience) {
                    let have = if reaches_back {
                        self.day(at) - self.day(start)
                    } else {
                        self.day(at) - self.day(0)
                    };
                    let until = if reaches_back {
                        self.day(start) + days - self.patience().unwrap_or(0)
                    } else {
                        self.day(0) + days
                    };
                    open.get_or_insert_default().merge(&uncovered(have, days, until));
                }
                Ok(Window { snapshots: start..at + 1, open })
            }
        }
    }

    /// The index of the first snapshot, up to `at`, that is later than a day.
    fn first_after(&self, day: i64, at: usize) -> usize {
        let up_to = self.snapshots.get(..=at).unwrap_or_default();
        up_to.partition_point(|snapshot| crate::value::day_number(snapshot.date) <= day)
    }

    fn days(&self, length: &'a Expr, scope: Scope<'_, 'a>) -> Result<i64, Reasons> {
        let seconds = self.amount(length, scope);
        // No series begins before the calendar does, so a longer window sees no more.
        let most = Number::from(MAX_WINDOW * DAY);
        let days = seconds.known().map(|seconds| (seconds.min(&most) / Number::from(DAY)).floor());
        days.and_then(|days| i64::try_from(days).ok()).ok_or_else(|| seconds.reasons())
    }

    /// The index of the first snapshot since the workflow last entered the stage it has at `at`.
    fn stage_entry(&self, at: usize) -> usize {
        let stage = self.stage(at);
        (0..at).rev().take_while(|before| self.stage(*before) == stage).last().unwrap_or(at)
    }

    /// The rung of a snapshot.
    pub(super) fn stage(&self, at: usize) -> Option<usize> {
        let located = self.snapshots.get(at)?.record.fields.get(Vocabulary::STAGE)?.as_ref()?;
        match &located.value {
            Value::Number(rung) => usize::try_from(rung.floor()).ok(),
            Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Record(_) => None,
        }
    }

    /// The gaps between neighbouring snapshots of a range.
    fn gap_within(&self, range: Range<usize>) -> Option<Reasons> {
        let mut gaps: Option<Reasons> = None;
        for at in range.skip(1) {
            if let Some(gap) = self.gap_before(at) {
                gaps.get_or_insert_default().merge(&gap);
            }
        }
        gaps
    }

    /// Why a snapshot is too far from the one before it.
    fn gap_before(&self, at: usize) -> Option<Reasons> {
        let before = self.snapshots.get(at.checked_sub(1)?)?;
        let patience = self.patience()?;
        let snapshot = self.snapshots.get(at)?;
        let date = snapshot.record.fields.get(Vocabulary::DATE).and_then(Option::as_ref);
        let span = date.map(|date| date.span);
        (self.day(at) - self.day(at - 1) > patience)
            .then(|| Reasons::of(ReasonKind::Gap { from: before.date, to: snapshot.date }, span))
    }

    pub(super) fn eval_series_call(
        &self,
        along: &Along,
        arg: &'a Arg,
        ty: &Type,
        scope: Scope<'_, 'a>,
    ) -> Evidence<'a> {
        let moment = scope.moment;
        match along {
            Along::Run(Measure::Time) => {
                let run = self.run(&arg.value, scope);
                let now = Number::from(self.day(moment.at));
                let start =
                    |run: Option<usize>| run.map_or_else(|| now.clone(), |at| Number::from(self.day(at)));
                let from = Interval::new(start(run.possible), start(run.sure));
                Evidence::Elapsed(Elapsed {
                    from: Amount::bounded(from, run.reasons),
                    to: Amount::Known(now),
                })
            }
            Along::Run(Measure::Snapshots) => {
                Evidence::Amount(streak(&self.run(&arg.value, scope), moment.at))
            }
            Along::Since => self.since(self.amount(&arg.value, scope), moment),
            Along::Snapshot(which) => match which(moment.at) {
                Some(other) => self.at(&arg.value, other, scope),
                None => self.no_earlier(ty, moment.at),
            },
            Along::Latest => self.latest(arg, ty, scope),
            Along::Stretch(stretch) => Evidence::Amount(match (self.start_of(arg, scope), &stretch.points) {
                (Ok(start), Points::Ends(of)) => {
                    let at = |snapshot| self.at(&arg.value, snapshot, scope);
                    let (now, then) = (at(moment.at), at(start));
                    of(&now.into_amount(), &then.into_amount())
                }
                (Ok(start), Points::All(of)) => match self.points_since(&arg.value, start, scope) {
                    Ok(points) => of(&points).unwrap_or_else(|| {
                        self.no_earlier(&Type::amount(Kind::Number), moment.at).into_amount()
                    }),
                    Err(reasons) => Amount::Unknown(reasons),
                },
                (Err(reasons), _) => Amount::Unknown(reasons),
            }),
        }
    }

    /// An expression as at another snapshot.
    fn at(&self, expr: &'a Expr, at: usize, scope: Scope<'_, 'a>) -> Evidence<'a> {
        self.eval(expr, Scope::at(self.moment_of(at, scope.moment.judged)))
    }

    fn no_earlier(&self, ty: &Type, at: usize) -> Evidence<'a> {
        let date = self.snapshots.get(at).map(|snapshot| snapshot.date).unwrap_or_default();
        Evidence::unknown(ty, &Reasons::of(ReasonKind::NoEarlier { date }, None), "")
    }

    /// From a date to the day of judgement; unknown where it may be later.
    fn since(&self, from: Amount, moment: Moment) -> Evidence<'a> {
        let later =
            from.interval().is_some_and(|from| from.high.is_none_or(|high| high > Number::from(moment.day)));
        let from = match (later, &from) {
            (true, Amount::Known(day)) => {
                let date = |day: i64| date_of_day(day).unwrap_or_default();
                let from = i64::try_from(day.floor()).map(date).unwrap_or_default();
                Amount::Unknown(Reasons::of(ReasonKind::Later { date: from, day: date(moment.day) }, None))
            }
            (true, other) => Amount::Unknown(other.reasons()),
            (false, _) => from,
        };
        Evidence::Elapsed(Elapsed { from, to: Amount::Known(moment.day.into()) })
    }

    fn latest(&self, arg: &'a Arg, ty: &Type, scope: Scope<'_, 'a>) -> Evidence<'a> {
        let Some(over) = &arg.over else { return Evidence::unknown(ty, &Reasons::default(), "") };
        let window = match self.window(over, scope) {
            Ok(window) => window,
            Err(reasons) => return Evidence::unknown(ty, &reasons, ""),
        };
        for at in window.snapshots.rev() {
            let evidence = self.at(&arg.value, at, scope);
            if !evidence.is_unknown() {
                return evidence;
            }
        }
        let what = self.sources.text(arg.value.span).into();
        let window = match over {
            Over::Stage(_) => Within::Stage,
            Over::Window(length) => Within::Last(self.sources.text(length.span).into()),
        };
        let missing = self.eval(&arg.value, scope).reasons();
        let span = missing.first.first().and_then(|reason| reason.span);
        Evidence::unknown(
            ty,
            &Reasons::of(ReasonKind::NoneKnown { what, window }, span),
            self.sources.text(arg.value.span),
        )
    }

    /// The snapshot that `change` and `trend` look back to: the latest at or before the window's start, and no gap away
    /// from it; for `over stage` the first of the stage.
    pub(super) fn start_of(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Result<usize, Reasons> {
        let at = scope.moment.at;
        let days = match &arg.over {
            Some(Over::Window(length)) => self.days(length, scope)?,
            Some(Over::Stage(_)) => return Ok(self.stage_entry(at)),
            None => return Err(Reasons::default()),
        };
        let from = self.day(at) - days;
        let Some(start) = self.first_after(from, at).checked_sub(1) else {
            return Err(uncovered(self.day(at) - self.day(0), days, self.day(0) + days));
        };
        if self.patience().is_some_and(|patience| from - self.day(start) > patience) {
            let next = self.day(start + 1);
            return Err(uncovered(self.day(at) - next, days, next + days));
        }
        Ok(start)
    }

    /// The values from one snapshot to the scope's, each with the weeks since the first.
    fn points_since(
        &self,
        expr: &'a Expr,
        start: usize,
        scope: Scope<'_, 'a>,
    ) -> Result<Vec<(Number, Amount)>, Reasons> {
        let range = start..scope.moment.at + 1;
        if let Some(gaps) = self.gap_within(range.clone()) {
            return Err(gaps);
        }
        let week = Number::from(7);
        let points: Vec<(Number, Amount)> = range
            .map(|at| {
                (Number::from(self.day(at) - self.day(start)) / &week, self.at(expr, at, scope).into_amount())
            })
            .collect();
        let amounts: Vec<Amount> = points.iter().map(|(_, amount)| amount.clone()).collect();
        if self.budget.sums(&amounts) { Ok(points) } else { Err(Reasons::default()) }
    }

    /// The run of snapshots up to the scope's in which a condition held. Computed once for the whole series, forwards.
    pub(super) fn run(&self, condition: &'a Expr, scope: Scope<'_, 'a>) -> Run {
        let Moment { at, judged, .. } = scope.moment;
        let unbroken = self.is_about_stage_alone(condition);
        let extend = |before: &Run, at: usize| {
            let gap = if unbroken { None } else { self.gap_before(at) };
            let truth = self.at(condition, at, scope);
            let truth = match truth {
                Evidence::Truth(truth) => truth,
                other => Truth::Undecided(other.reasons()),
            };
            Run::extend(before, at, &truth, gap.as_ref())
        };
        let key = (condition.id, if self.looks_at_judged(condition) { judged } else { usize::MAX });
        // Taken out while it grows: the condition may itself look at runs, never at this one.
        let mut known = self.runs.borrow_mut().remove(&key).unwrap_or_default();
        while known.len() <= at {
            let before = known.last().cloned().unwrap_or_default();
            let run = extend(&before, known.len());
            known.push(run);
        }
        let run = known.get(at).cloned().unwrap_or_default();
        self.runs.borrow_mut().insert(key, known);
        run
    }

    /// Whether a condition reads nothing of the snapshots but `stage`, through lets too: a gap does not break it.
    pub(super) fn is_about_stage_alone(&self, expr: &Expr) -> bool {
        let mut stage = false;
        let only = self.every_target(expr, &mut Vec::new(), &mut |target| match target {
            Target::Field(path) | Target::JudgedField(path) => {
                stage = true;
                path.steps == [Vocabulary::STAGE] && !self.program.vocabulary.stages.is_empty()
            }
            Target::Stage(_) | Target::Param(_) | Target::Table(_) | Target::Member(_) | Target::Let(_) => {
                true
            }
            Target::Workflows(_) | Target::Element { .. } | Target::Call(_) => false,
        });
        only && stage
    }

    /// Whether an expression reads `snapshot.x`, through lets too.
    fn looks_at_judged(&self, expr: &Expr) -> bool {
        !self.every_target(expr, &mut Vec::new(), &mut |target| match target {
            Target::JudgedField(_) => false,
            Target::Field(_)
            | Target::Workflows(_)
            | Target::Element { .. }
            | Target::Let(_)
            | Target::Param(_)
            | Target::Table(_)
            | Target::Stage(_)
            | Target::Member(_)
            | Target::Call(_) => true,
        })
    }

    /// Whether `test` holds of everything that an expression refers to, through lets; each let is looked into once.
    pub(super) fn every_target(
        &self,
        expr: &Expr,
        seen: &mut Vec<usize>,
        test: &mut dyn FnMut(&'a Target) -> bool,
    ) -> bool {
        let target = self.program.expr(expr.id).and_then(|info| info.target.as_ref());
        if !target.is_none_or(&mut *test) {
            return false;
        }
        if let Some(Target::Let(index)) = target
            && let Some(inner) = self.program.lets.get(*index)
            && !seen.contains(index)
        {
            seen.push(*index);
            if !self.every_target(&inner.decl.value, seen, test) {
                return false;
            }
        }
        expr.children().into_iter().all(|child| self.every_target(child, seen, test))
    }

    /// Whether an expression is a field of the snapshot, without more; a let is what it stands for.
    pub(super) fn is_field(&self, expr: &Expr) -> bool {
        match self.program.expr(expr.id).and_then(|info| info.target.as_ref()) {
            Some(Target::Field(_) | Target::JudgedField(_)) => true,
            Some(Target::Let(index)) => {
                self.program.lets.get(*index).is_some_and(|inner| self.is_field(&inner.decl.value))
            }
            Some(
                Target::Workflows(_)
                | Target::Element { .. }
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_),
            )
            | None => false,
        }
    }
}

/// A window of `want` days of which `have` are covered; `until`: the day from which all would be.
fn uncovered(have: i64, want: i64, until: i64) -> Reasons {
    let have = have.clamp(0, want);
    let have = if want % 7 == 0 { have - have % 7 } else { have };
    Reasons::of(ReasonKind::Uncovered { have, want, until: date_of_day(until) }, None)
}
