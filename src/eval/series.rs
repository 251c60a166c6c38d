//! Along the series: windows, runs, and what was before.

use super::memory::LooksAt;
use super::window::uncovered;
use super::{Evaluator, Evidence, Scope};
use crate::ast::{Arg, CompareOp, Expr, Over};
use crate::builtins::Shape;
use crate::builtins::series::{Along, Measure, Points, Run, streak};
use crate::evidence::{Amount, Elapsed, ReasonKind, Reasons, Truth};
use crate::interval::Interval;
use crate::point::Axis;
use crate::program::{DateWord, StayOf, Target};
use crate::types::{Kind, Type};
use crate::value::{DAY, Number};
use crate::vocabulary::Vocabulary;

impl<'a> Evaluator<'a> {
    pub(super) fn eval_series_call(
        &self,
        along: &Along,
        args: &'a [Arg],
        ty: &Type,
        scope: Scope<'_, 'a>,
    ) -> Evidence<'a> {
        let Some(arg) = args.first() else { return Evidence::unknown(ty, &Reasons::default(), "") };
        let moment = scope.moment;
        match along {
            Along::Run(Measure::Time) => {
                let value = self.at(&arg.value, moment.at, scope);
                if value.is_unknown() && !matches!(value, Evidence::Truth(_)) {
                    return Evidence::unknown(ty, &value.reasons(), "");
                }
                let run = self.run(&arg.value, scope);
                let now = self.day(moment.at).in_days();
                let start = |run: Option<usize>| run.map_or_else(|| now.clone(), |at| self.day(at).in_days());
                let from = Interval::new(start(run.possible), start(run.sure));
                Evidence::Elapsed(Elapsed::between(Amount::bounded(from, run.reasons), Amount::Known(now)))
            }
            Along::Run(Measure::Snapshots) => {
                Evidence::Amount(streak(&self.run(&arg.value, scope), moment.at))
            }
            Along::Since => self.since(&arg.value, scope),
            Along::Snapshot(which) => self.at_another(*which, arg, args.get(1), ty, scope),
            Along::Asks => Evidence::Amount(Amount::Known(Number::from(self.asks(arg, moment.at).len()))),
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
    pub(super) fn at(&self, expr: &'a Expr, at: usize, scope: Scope<'_, 'a>) -> Evidence<'a> {
        self.eval(expr, Scope::at(self.moment_of(at, scope.moment.judged)))
    }

    pub(super) fn no_earlier(&self, ty: &Type, at: usize) -> Evidence<'a> {
        let date = self.snapshots.get(at).map(|snapshot| snapshot.date).unwrap_or_default();
        Evidence::unknown(ty, &Reasons::of(ReasonKind::NoEarlier { date }, None), "")
    }

    /// From a date to the day of judgement, or from an instant to that of judgement; unknown where it may be later.
    fn since(&self, from: &'a Expr, scope: Scope<'_, 'a>) -> Evidence<'a> {
        let axis = self.axis_of(from);
        let from = match (axis, self.amount(from, scope)) {
            (Axis::Days, from) => from,
            (Axis::Instants, from) => from.divide(&Amount::Known(DAY.into())),
        };
        let day = axis.point_of(scope.moment.today);
        let later = from.interval().is_some_and(|from| from.high.is_none_or(|high| high > day.in_days()));
        let from = match (later, &from) {
            (true, Amount::Known(from)) => {
                let date = axis.ticks(&(from * Number::from(DAY))).and_then(|ticks| axis.in_calendar(ticks));
                Amount::Unknown(Reasons::of(ReasonKind::Later { date: date.unwrap_or_default(), day }, None))
            }
            (true, other) => Amount::Unknown(other.reasons()),
            (false, _) => from,
        };
        Evidence::Elapsed(Elapsed::between(from, Amount::Known(day.in_days())))
    }

    /// What a date or a time is a point of.
    pub(super) fn axis_of(&self, expr: &Expr) -> Axis {
        let is_time = self.program.expr(expr.id).is_some_and(|info| info.ty == Type::Time);
        if is_time { Axis::Instants } else { Axis::Days }
    }

    /// The snapshot that `change` and `trend` look back to: the latest at or before the window's start, and no gap away
    /// from it.
    pub(super) fn start_of(&self, arg: &'a Arg, scope: Scope<'_, 'a>) -> Result<usize, Reasons> {
        let at = scope.moment.at;
        let length = match &arg.over {
            Some(Over::Window(length)) => self.length(length, scope)?,
            // The checker takes no other window there.
            Some(Over::AtMost(_) | Over::Snapshots(_) | Over::Named(..)) | None => {
                return Err(Reasons::default());
            }
        };
        let (axis, from) = (self.axis(), self.tick(at) - length);
        let Some(start) = self.first_after(from, at).checked_sub(1) else {
            let oldest = self.tick(0);
            return Err(uncovered(axis, (oldest, self.tick(at)), length, oldest + length));
        };
        if self.is_overdue(self.tick(start), from) {
            let next = self.tick(start + 1);
            return Err(uncovered(axis, (next, self.tick(at)), length, next + length));
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
        let week = Number::from(7 * self.axis().per_day());
        let weeks = |at: usize| Number::from(self.tick(at) - self.tick(start)) / &week;
        let points: Vec<(Number, Amount)> =
            range.map(|at| (weeks(at), self.at(expr, at, scope).into_amount())).collect();
        let amounts: Vec<Amount> = points.iter().map(|(_, amount)| amount.clone()).collect();
        if self.budget.sums(&amounts) { Ok(points) } else { Err(Reasons::default()) }
    }

    /// The run of snapshots up to the scope's in which a condition held.
    pub(super) fn run(&self, condition: &'a Expr, scope: Scope<'_, 'a>) -> Run {
        let extend = |before: &Run, at: usize| {
            let gap = self.gap_before(at).filter(|_| !self.is_about_stage_alone(condition));
            match self.at(condition, at, scope) {
                Evidence::Truth(truth) => Run::extend(before, at, &truth, gap.as_ref()),
                value => self.extend_with_value(condition, &value, before, (at, gap.as_ref()), scope),
            }
        };
        self.run_of(condition, scope.moment, &extend)
    }

    /// The run up to a snapshot, and the gap before it, of what has the value there that it has had since: where the value is
    /// unknown, it may be the one before.
    fn extend_with_value(
        &self,
        expr: &'a Expr,
        value: &Evidence<'a>,
        before: &Run,
        (at, gap): (usize, Option<&Reasons>),
        scope: Scope<'_, 'a>,
    ) -> Run {
        if value.is_unknown() {
            return Run::extend(before, at, &Truth::Undecided(value.reasons()), gap);
        }
        // The last value that was known, over snapshots at which any may have been.
        let known = |at: &usize| !self.at(expr, *at, scope).is_unknown();
        let last = (0..at).rev().find(known);
        let same =
            last.map_or(Truth::No, |last| self.compare(CompareOp::Equal, &self.at(expr, last, scope), value));
        match same {
            Truth::Yes => Run::extend(before, at, &Truth::Yes, gap),
            Truth::No => {
                let unknown_from = last.map_or(0, |last| last + 1);
                let possible = (unknown_from < at).then_some(unknown_from);
                let doubt = Run { sure: None, possible, reasons: before.reasons.clone() };
                Run::extend(&doubt, at, &Truth::Yes, gap.filter(|_| possible.is_some()))
            }
            Truth::Undecided(reasons) => {
                let mut doubt = Run { sure: None, ..before.clone() };
                doubt.reasons.merge(&reasons);
                Run::extend(&doubt, at, &Truth::Yes, gap)
            }
        }
    }

    /// Whether a condition reads nothing of the snapshots but `stage`, through lets too: a gap does not break it.
    pub(super) fn is_about_stage_alone(&self, expr: &Expr) -> bool {
        let mut stage = false;
        let only = self.program.every_target(expr, &mut Vec::new(), &mut |target| match target {
            Target::Field(path) | Target::JudgedField(path) => {
                stage = true;
                path.steps == [Vocabulary::STAGE] && !self.program.vocabulary.stages.is_empty()
            }
            Target::Stage(_) | Target::Param(_) | Target::Table(_) | Target::Member(_) | Target::Let(_) => {
                true
            }
            Target::Call(builtin) => !matches!(builtin.shape, Shape::Along(Along::Asks)),
            Target::Workflows(_) | Target::Date(_) | Target::Element { .. } => false,
        });
        only && stage
    }

    /// What an expression reads of `snapshot.x`, through lets too.
    pub(super) fn looks_at_judged(&self, expr: &Expr) -> LooksAt {
        let mut looks = LooksAt::Nothing;
        self.program.every_target(expr, &mut Vec::new(), &mut |target| {
            let own = match target {
                Target::JudgedField(_) => LooksAt::Fields,
                Target::Date(DateWord::Entered(StayOf::Judged)) => LooksAt::Stay,
                Target::Field(_)
                | Target::Workflows(_)
                | Target::Date(_)
                | Target::Element { .. }
                | Target::Let(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_)
                | Target::Call(_) => LooksAt::Nothing,
            };
            looks = looks.max(own);
            looks != LooksAt::Fields
        });
        looks
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
                | Target::Date(_)
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
