//! What lies ahead of a workflow, to plan by: what its next gate and its triggers ask of which samples, and how many samples
//! come. It works out no chances.

use std::sync::Arc;

use super::budget::MAX_SERIES;
use super::claim::{JudgedSample, Sample, Terms, share_claim};
use super::workflow::last_day;
use super::{Evaluator, Evidence, List, Moment, Rulebook, Scope};
use crate::ast::{Arg, CompareOp, EffectKind, Expr, ExprKind, LogicOp, NamedWindow, Over, RuleBody};
use crate::builtins::counting::Tally;
use crate::builtins::series::{Along, Measure};
use crate::builtins::{Sampled, Shape};
use crate::evidence::{DateSpan, Looking, Truth};
use crate::point::{Axis, Point};
use crate::program::Rule;
use crate::report::Outcome;
use crate::report::plan::{NoGate, Unplanned};
use crate::source::Span;
use crate::stats::{SampleCourse, ShareTest};
use crate::types::{Kind, Type};
use crate::value::{Number, Series};
use crate::vocabulary::Every;

/// So many of the newest snapshots say how many samples come, and how far apart snapshots are.
const RECENT: usize = 4;

/// What lies ahead of a workflow.
#[derive(Debug, Default)]
pub struct GateAhead {
    /// Where it is.
    pub stage: Option<Arc<str>>,
    pub spacing: Option<SnapshotSpacing>,
    /// The steps that lead on, each with its rules.
    pub steps: Vec<([Arc<str>; 2], Vec<AskedRule>)>,
    /// The standing rules that hold or roll back, and apply now.
    pub standing: Vec<AskedRule>,
    /// Why nothing leads on.
    pub no_gate: Option<NoGate>,
}

impl AskedShare {
    /// Whether each snapshot has a sample of its own that is judged as any other.
    pub fn is_fresh(&self) -> bool {
        self.course == SampleCourse::Newest(1)
            && self.test.looks == Looking::Once
            && self.test.population.is_none()
    }
}

/// How far apart snapshots are.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotSpacing {
    pub every: Every,
    pub axis: Axis,
}

/// A rule, and what it asks.
#[derive(Debug)]
pub struct AskedRule {
    pub rule: Arc<str>,
    pub effect: EffectKind,
    /// Whether it applies as things are now.
    pub applies: bool,
    pub claims: Vec<AskedClaim>,
}

/// One comparison of a rule.
#[derive(Debug)]
pub struct AskedClaim {
    pub span: Span,
    /// Whether it has to be so; it must not be so otherwise.
    pub yes: bool,
    pub asked: Result<AskedShare, Unplanned>,
    /// Of what has to last for some time, the seconds that are still missing.
    pub time_left: Option<Number>,
}

/// What is asked of a share.
#[derive(Clone, Debug)]
pub struct AskedShare {
    /// Of those that bear it out.
    pub test: ShareTest,
    /// Whether these are the ones that do not satisfy the condition.
    pub rest: bool,
    pub course: SampleCourse,
    /// Whether it is known what there is of a sample that only grows; it begins with nothing otherwise.
    pub is_begun: bool,
    /// How many samples a snapshot has lately.
    pub per_snapshot: Option<usize>,
    /// In how many snapshots in a row it must be so.
    pub in_a_row: usize,
}

/// What lies ahead of a workflow as of a day.
pub fn gate_ahead(rulebook: &Rulebook<'_>, series: &Series, as_of: Point) -> GateAhead {
    let snapshots = &series.snapshots;
    let without = |no_gate: NoGate| GateAhead { no_gate: Some(no_gate), ..GateAhead::default() };
    if snapshots.len() > MAX_SERIES {
        return without(NoGate::TooLarge);
    }
    let evaluator = Evaluator::new(rulebook, snapshots);
    let newest = snapshots.len().saturating_sub(1);
    let moment = Moment::on(as_of, newest, newest);
    let stage = evaluator.stage(newest);
    let stage_name = stage.map(|rung| evaluator.stage_name(rung));
    if last_day(rulebook, snapshots).is_some_and(|last| as_of.date() > last) {
        return GateAhead { stage: stage_name, ..without(NoGate::Retired) };
    }
    let spacing = evaluator.spacing(newest);
    let survey = PlanSurvey { evaluator: &evaluator, moment, spacing };
    let stages = &rulebook.program.vocabulary.stages;
    let steps = stage.map_or_else(Vec::new, |stage| survey.steps(stage));
    let no_gate = match stage {
        _ if stages.is_empty() => Some(NoGate::NoStages),
        None => Some(NoGate::UnknownStage),
        Some(stage) if stage + 1 >= stages.len() => Some(NoGate::LastStage),
        Some(_) if steps.is_empty() => Some(NoGate::Undeclared),
        Some(_) => None,
    };
    let ahead = GateAhead { stage: stage_name, spacing, steps, standing: survey.standing(), no_gate };
    if evaluator.budget.is_spent() { without(NoGate::TooLarge) } else { ahead }
}

impl Evaluator<'_> {
    /// How far apart snapshots are: by the cadence, else as the newest ones are on average.
    fn spacing(&self, newest: usize) -> Option<SnapshotSpacing> {
        let axis = self.axis();
        if let Some(cadence) = self.cadence() {
            return Some(SnapshotSpacing { every: cadence.every, axis });
        }
        let first = newest.saturating_sub(RECENT);
        let gaps = i64::try_from(newest - first).ok().filter(|gaps| *gaps > 0)?;
        let apart = (self.tick(newest) - self.tick(first)) / gaps;
        (apart > 0).then_some(SnapshotSpacing { every: Every::Ticks(apart), axis })
    }
}

impl SnapshotSpacing {
    /// How many snapshots are due in so many ticks behind one of them.
    pub fn snapshots_in(self, ticks: i64) -> usize {
        let due = match self.every {
            Every::Ticks(every) => ticks / every.max(1),
            Every::Weekday => self.every.due_days(0, ticks),
        };
        usize::try_from(due).unwrap_or(0)
    }

    /// How long so many snapshots take, in seconds.
    pub fn lasting(self, snapshots: usize) -> Number {
        let snapshots = i64::try_from(snapshots).unwrap_or(i64::MAX);
        let ticks = match self.every {
            Every::Ticks(every) => every.saturating_mul(snapshots),
            Every::Weekday => (snapshots / 5).saturating_mul(7) + snapshots % 5,
        };
        self.axis.lapse(ticks).seconds()
    }
}

/// Looks for what is asked of samples, as of a moment.
struct PlanSurvey<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    moment: Moment,
    spacing: Option<SnapshotSpacing>,
}

impl<'a> PlanSurvey<'_, 'a> {
    /// The steps that lead on from a stage.
    fn steps(&self, stage: usize) -> Vec<([Arc<str>; 2], Vec<AskedRule>)> {
        let evaluator = self.evaluator;
        let gates = &evaluator.program.gates;
        let steps = gates.iter().flat_map(|gate| &gate.steps).filter(|(from, _)| *from == stage);
        let mut found: Vec<usize> = steps.map(|(_, to)| *to).collect();
        found.sort_unstable();
        found.dedup();
        let of_step = |to: usize| {
            let leads = |rule: &Rule| {
                let gate = rule.gate.and_then(|gate| gates.get(gate));
                gate.is_some_and(|gate| gate.leads(stage, to))
            };
            let rules = self.rules(&leads).map(|(rule, effect)| self.asked(rule, effect, false)).collect();
            ([evaluator.stage_name(stage), evaluator.stage_name(to)], rules)
        };
        found.into_iter().map(of_step).collect()
    }

    /// The standing rules that hold or roll back, and apply now.
    fn standing(&self) -> Vec<AskedRule> {
        let applies = |rule: &Rule| rule.gate.is_none();
        let holding = self.rules(&applies).filter(|(_, effect)| *effect >= EffectKind::Hold);
        holding.map(|(rule, effect)| self.asked(rule, effect, true)).filter(|rule| rule.applies).collect()
    }

    /// Some of the rules that are not off, each with its effect.
    fn rules<'s>(
        &'s self,
        wanted: &'s dyn Fn(&Rule) -> bool,
    ) -> impl Iterator<Item = (&'a Rule, EffectKind)> + 's {
        let Evaluator { program, settings, .. } = *self.evaluator;
        let day = self.moment.day.day_number();
        let rules = program.rules.iter().zip(&settings.rules).filter(|(rule, _)| wanted(rule));
        rules.filter_map(move |(rule, steps)| Some((rule, steps.on(day).effect?)))
    }

    /// What makes a rule pass, or with `fires` what makes it fail.
    fn asked(&self, rule: &'a Rule, effect: EffectKind, fires: bool) -> AskedRule {
        let mut claims = Vec::new();
        match &rule.decl.body {
            RuleBody::Trigger { when } => self.look_at(when, fires, &mut claims),
            RuleBody::Require { requires, .. } => {
                requires.iter().for_each(|expr| self.look_at(expr, !fires, &mut claims));
            }
        }
        if !fires {
            // Samples of a run that are partly the same, or are judged otherwise each time, are like each other.
            let is_alike = |share: &AskedShare| share.in_a_row > 1 && !share.is_fresh();
            let is_unplanned = |claim: &&mut AskedClaim| claim.asked.as_ref().is_ok_and(is_alike);
            claims.iter_mut().filter(is_unplanned).for_each(|claim| claim.asked = Err(Unplanned::Time));
        }
        let is_share = |claim: &AskedClaim| claim.asked.is_ok();
        let is_confident =
            |claim: &AskedClaim| claim.asked.as_ref().is_ok_and(|share| share.test.confidence.is_some());
        let is_trigger = matches!(rule.decl.body, RuleBody::Trigger { .. });
        if is_trigger && claims.iter().any(is_confident) {
            // What is said beside a confidence says when it matters.
            claims.retain(is_confident);
        } else if fires && claims.iter().any(is_share) {
            claims.retain(is_share);
        }
        let applies = self.evaluator.verdict_on(rule, self.moment).outcome != Outcome::NotApplicable;
        AskedRule { rule: Arc::clone(&rule.name), effect, applies, claims }
    }

    /// Looks at a condition which has to be so, or with `yes` being no has not to be.
    fn look_at(&self, condition: &'a Expr, yes: bool, found: &mut Vec<AskedClaim>) {
        let evaluator = self.evaluator;
        if let ExprKind::Path(_) = &condition.kind
            && let Some(inner) = evaluator.let_behind(condition)
        {
            return self.look_at(inner, yes, found);
        }
        match &condition.kind {
            ExprKind::Logic(LogicOp::And | LogicOp::Or, operands)
            | ExprKind::AtLeast { of: operands, .. } => {
                operands.iter().for_each(|operand| self.look_at(operand, yes, found));
            }
            ExprKind::Not(inner) => self.look_at(inner, !yes, found),
            ExprKind::Compare(op, left, right) => {
                let op = if yes { *op } else { op.negated() };
                let time_left = self.time_left(op, left, right);
                if let Some(run) = self.repeated(op, left, right)
                    && self.look_at_run(run, time_left.as_ref(), found)
                {
                    return;
                }
                let asked = self.compared(condition, op, left, right);
                add(found, AskedClaim { span: condition.span, yes, asked, time_left });
            }
            ExprKind::With { claim, confidence, population, every_look } => {
                let ExprKind::Compare(op, left, right) = &claim.kind else { return };
                let op = if yes { *op } else { op.negated() };
                let terms = Terms {
                    population: population.as_ref().map(|of| &**of),
                    every_look: every_look.is_some(),
                };
                let asked = self.share(op, (left, right), Some((confidence, terms)));
                add(found, AskedClaim { span: condition.span, yes, asked, time_left: None });
            }
            ExprKind::Path(_)
            | ExprKind::Literal(_)
            | ExprKind::Has(_)
            | ExprKind::Neg(_)
            | ExprKind::Entry { .. }
            | ExprKind::Arithmetic(..)
            | ExprKind::In { .. }
            | ExprKind::If { .. }
            | ExprKind::Call { .. } => {
                let asked = Err(self.need(condition));
                add(found, AskedClaim { span: condition.span, yes, asked, time_left: None });
            }
        }
    }

    /// What a comparison of a share asks, or one of its confidence; what it needs, otherwise.
    fn compared(
        &self,
        condition: &'a Expr,
        op: CompareOp,
        left: &'a Expr,
        right: &'a Expr,
    ) -> Result<AskedShare, Unplanned> {
        let evaluator = self.evaluator;
        let is_share = |expr: &'a Expr| {
            evaluator.called(expr).and_then(|(called, _)| called.sampled()) == Some(Sampled::Share)
        };
        if let Some((called, call)) = evaluator.called(left)
            && matches!(called.shape, Shape::Confidence)
            && let ExprKind::Call { args, .. } = &call.kind
            && let Some(arg) = args.first()
            && let ExprKind::Compare(of, of_left, of_right) = &arg.value.kind
        {
            // A confidence is at least so high where the claim is shown with that.
            return match op {
                CompareOp::GreaterEqual => {
                    self.share(*of, (of_left, of_right), Some((right, Terms::of_call(arg))))
                }
                CompareOp::Greater
                | CompareOp::Less
                | CompareOp::LessEqual
                | CompareOp::Equal
                | CompareOp::NotEqual => Err(Unplanned::Figure),
            };
        }
        if is_share(left) {
            return self.share(op, (left, right), None);
        }
        if is_share(right) {
            return self.share(op.mirrored(), (right, left), None);
        }
        Err(self.need(condition))
    }

    /// What is asked of a share of a sample: plainly, or with a confidence and its terms.
    fn share(
        &self,
        op: CompareOp,
        (left, right): (&'a Expr, &'a Expr),
        confident: Option<(&'a Expr, Terms<'a>)>,
    ) -> Result<AskedShare, Unplanned> {
        let evaluator = self.evaluator;
        let scope = Scope::at(self.moment);
        if evaluator.sides_of_difference(left).is_some() {
            return Err(Unplanned::Difference);
        }
        if evaluator.called(left).and_then(|(called, _)| called.sampled()) == Some(Sampled::Mean) {
            return Err(Unplanned::Mean);
        }
        let arg = self.sampled(left);
        if arg.is_some_and(Arg::is_grouped) {
            return Err(Unplanned::Grouped);
        }
        let known =
            |expr: &'a Expr| evaluator.amount(expr, scope).known().cloned().ok_or(Unplanned::UnknownTerms);
        let limit = known(right)?;
        let (rest, strict) = match op {
            CompareOp::GreaterEqual => (false, false),
            CompareOp::Greater => (false, true),
            CompareOp::LessEqual => (true, false),
            CompareOp::Less => (true, true),
            CompareOp::Equal | CompareOp::NotEqual => return Err(Unplanned::Counted),
        };
        let threshold = if rest { Number::ONE - limit } else { limit };
        let is_all = threshold == Number::ONE && (strict || confident.is_some());
        if threshold <= Number::ZERO || threshold > Number::ONE || is_all {
            return Err(Unplanned::AllOrNone);
        }
        let course = self.course(arg)?;
        let (confidence, looks, population) = match confident {
            None => (None, Looking::Once, None),
            Some((confidence, terms)) => {
                let judged = evaluator.judged(left, terms, scope).map_err(|_| Unplanned::UnknownTerms)?;
                let looks = match judged.looks {
                    Looking::Once | Looking::Growing => judged.looks,
                    Looking::Nth(_) => Looking::Nth(evaluator.looks_of(left, self.moment) + 1),
                };
                (Some(known(confidence)?), looks, judged.drawn_from())
            }
        };
        let (course, is_begun) = match (course, evaluator.sample(left, scope)) {
            (SampleCourse::All { .. }, Ok(Sample::Share(tally))) => {
                let claim = share_claim(op, &tally, &threshold, JudgedSample::ONCE);
                (SampleCourse::All { good: claim.sure, of: claim.sure_of }, true)
            }
            (course, _) => (course, false),
        };
        let test = ShareTest { threshold, strict, confidence, looks, population };
        let per_snapshot = self.rate(left, arg, course != SampleCourse::Newest(1));
        Ok(AskedShare { test, rest, course, is_begun, per_snapshot, in_a_row: 1 })
    }

    /// The argument of which a share is taken; none of a share that is recorded by its counts.
    fn sampled(&self, left: &'a Expr) -> Option<&'a Arg> {
        let (_, call) = self.evaluator.called(left)?;
        let ExprKind::Call { args, .. } = &call.kind else { return None };
        args.first()
    }

    /// How the sample of a snapshot comes to be that of the next.
    fn course(&self, arg: Option<&'a Arg>) -> Result<SampleCourse, Unplanned> {
        let Some(over) = arg.and_then(|arg| arg.over.as_ref()) else { return Ok(SampleCourse::Newest(1)) };
        let scope = Scope::at(self.moment);
        let snapshots = match over {
            Over::Named(NamedWindow::Stage | NamedWindow::All, _) => {
                return Ok(SampleCourse::All { good: 0, of: 0 });
            }
            Over::Named(NamedWindow::Calendar(_), _) => return Err(Unplanned::CalendarWindow),
            Over::Snapshots(count) => {
                let count = self.evaluator.amount(count, scope);
                count.known().and_then(|count| usize::try_from(count.floor()).ok())
            }
            Over::Window(length) | Over::AtMost(length) => {
                let ticks = self.evaluator.length(length, scope).map_err(|_| Unplanned::UnknownTerms)?;
                // The window begins behind the snapshot that is as long ago.
                self.spacing.map(|spacing| spacing.snapshots_in(ticks.saturating_sub(1)) + 1)
            }
        };
        snapshots.map(|wide| SampleCourse::Newest(wide.max(1))).ok_or(Unplanned::UnknownTerms)
    }

    /// How many samples a snapshot has: on average in the newest of the stage that have any, to the nearest. With `together` an
    /// element that several snapshots have counts once.
    fn rate(&self, left: &'a Expr, arg: Option<&'a Arg>, together: bool) -> Option<usize> {
        let evaluator = self.evaluator;
        let newest = self.moment.at;
        let first = evaluator.stage_entry(newest).max((newest + 1).saturating_sub(RECENT));
        let counts: Vec<usize> = match arg.filter(|arg| arg.of.is_none()) {
            None => (first..=newest).filter_map(|at| self.counted(left, arg, at)).collect(),
            Some(arg) => {
                let list = evaluator.program.list_behind(&arg.value);
                let scope = Scope::at(self.moment);
                let is_known = |at: &usize| !evaluator.at(list, *at, scope).is_unknown();
                let known: Vec<usize> = (first..=newest).rev().filter(is_known).collect();
                if together {
                    return per_snapshot(self.pooled(arg, &known), known.len());
                }
                known.iter().map(|at| self.pooled(arg, &[*at])).collect()
            }
        };
        per_snapshot(counts.iter().sum(), counts.len())
    }

    /// The size of the sample that a snapshot records by its counts.
    fn counted(&self, left: &'a Expr, arg: Option<&'a Arg>, at: usize) -> Option<usize> {
        let evaluator = self.evaluator;
        let scope = Scope::at(evaluator.moment_of(at, self.moment.at));
        let Some(whole) = arg.and_then(|arg| arg.of.as_ref()) else {
            return match evaluator.sample(left, scope) {
                Ok(Sample::Share(tally)) => tally.total(),
                Ok(Sample::Mean(_)) | Err(_) => None,
            };
        };
        let counted = evaluator.counted_at(arg?, whole, at, scope);
        if counted.open.is_some() { None } else { Tally::of(&counted.candidates).total() }
    }

    /// How many elements of some snapshots are, or may be, in a sample.
    fn pooled(&self, arg: &'a Arg, snapshots: &[usize]) -> usize {
        let scope = Scope::at(self.moment);
        let pooled = self.evaluator.pool(arg, snapshots, List::default(), scope);
        let candidates = self.evaluator.candidates(arg, &pooled, scope);
        candidates.iter().filter(|candidate| candidate.member != Truth::No).count()
    }

    /// How many seconds something still has to last that has to last for some time.
    fn time_left(&self, op: CompareOp, left: &'a Expr, right: &'a Expr) -> Option<Number> {
        let scope = Scope::at(self.moment);
        let (left, right) = match op {
            CompareOp::Greater | CompareOp::GreaterEqual => (left, right),
            CompareOp::Less | CompareOp::LessEqual => (right, left),
            CompareOp::Equal | CompareOp::NotEqual => return None,
        };
        let Evidence::Elapsed(elapsed) = self.evaluator.eval(left, scope) else { return None };
        let span = elapsed.only()?;
        let whole = match self.evaluator.eval(right, scope) {
            Evidence::Calendar(months) => {
                DateSpan { from: span.from.clone(), to: span.anniversary(months) }.seconds()
            }
            length => length.into_amount(),
        };
        Some((whole.known()? - span.seconds().known()?).max(Number::ZERO))
    }

    /// The condition that has to have been so for a while, and in how many snapshots in a row.
    fn repeated(&self, op: CompareOp, left: &'a Expr, right: &'a Expr) -> Option<(&'a Expr, usize)> {
        let evaluator = self.evaluator;
        let (called, call) = evaluator.called(left)?;
        let ExprKind::Call { args, .. } = &call.kind else { return None };
        let Shape::Along(Along::Run(measure)) = &called.shape else { return None };
        let wanted = evaluator.amount(right, Scope::at(self.moment)).known()?.clone();
        let strict = match op {
            CompareOp::Greater => true,
            CompareOp::GreaterEqual => false,
            CompareOp::Less | CompareOp::LessEqual | CompareOp::Equal | CompareOp::NotEqual => return None,
        };
        let in_a_row = match measure {
            Measure::Snapshots if strict => usize::try_from(wanted.floor()).ok()?.saturating_add(1),
            Measure::Snapshots => usize::try_from(wanted.ceil()).ok()?,
            // It has held from the first of them to the last.
            Measure::Time => {
                let spacing = self.spacing?;
                let ticks = evaluator.axis().ticks(&wanted)?;
                // No time at all has gone by at the first.
                if !strict && ticks <= 0 { 1 } else { spacing.snapshots_in(ticks - i64::from(!strict)) + 2 }
            }
        };
        Some((&args.first()?.value, in_a_row.max(1)))
    }

    /// Looks for shares in a condition that has to be so in several snapshots in a row, and says whether there are any.
    fn look_at_run(
        &self,
        (condition, in_a_row): (&'a Expr, usize),
        time_left: Option<&Number>,
        found: &mut Vec<AskedClaim>,
    ) -> bool {
        let mut inner = Vec::new();
        self.look_at(condition, true, &mut inner);
        inner.retain(|claim| claim.asked.is_ok());
        let is_any = !inner.is_empty();
        for claim in inner {
            let asked = claim.asked.map(|share| AskedShare { in_a_row, ..share });
            add(found, AskedClaim { asked, time_left: time_left.cloned(), ..claim });
        }
        is_any
    }

    /// What a condition needs that is not about a share.
    fn need(&self, condition: &'a Expr) -> Unplanned {
        let evaluator = self.evaluator;
        let looked_at = match &condition.kind {
            ExprKind::Compare(_, left, _) => left,
            ExprKind::In { item, .. } => item,
            ExprKind::Literal(_)
            | ExprKind::Path(_)
            | ExprKind::Entry { .. }
            | ExprKind::Not(_)
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Logic(..)
            | ExprKind::If { .. }
            | ExprKind::Has(_)
            | ExprKind::Call { .. }
            | ExprKind::AtLeast { .. }
            | ExprKind::With { .. } => return Unplanned::Fact,
        };
        if let Some((called, _)) = evaluator.called(looked_at) {
            let inner = self.sampled(looked_at).and_then(|arg| self.sampled(&arg.value));
            if inner.is_some_and(Arg::is_grouped) {
                return Unplanned::Grouped;
            }
            if called.sampled() == Some(Sampled::Mean) {
                return Unplanned::Mean;
            }
            // Of a list, it is a sample; of a number it is counted in full.
            let is_share = called.sampled() == Some(Sampled::Share);
            if is_share && self.sampled(looked_at).is_some_and(|arg| arg.of.is_none()) {
                return Unplanned::Figure;
            }
            match called.shape {
                Shape::Along(Along::Stretch(_)) => return Unplanned::Course,
                Shape::Along(Along::Run(_) | Along::Since) => return Unplanned::Time,
                Shape::Along(Along::Snapshot(_) | Along::Asks | Along::Latest)
                | Shape::Counting(_)
                | Shape::Numbers(_)
                | Shape::Distinct
                | Shape::Longest
                | Shape::Part(_)
                | Shape::Weekday
                | Shape::Default
                | Shape::Confidence => {}
            }
        }
        match evaluator.program.expr(looked_at.id).map_or(&Type::Error, |info| &info.ty) {
            Type::Date | Type::Time | Type::Elapsed | Type::Calendar => Unplanned::Time,
            Type::Amount(quantity) => match quantity.kind {
                Kind::Count => Unplanned::Count,
                Kind::Share => Unplanned::Counted,
                Kind::Number | Kind::Duration | Kind::Unit(_) | Kind::Bare | Kind::Ratio => Unplanned::Figure,
            },
            Type::Bool
            | Type::Text
            | Type::Stage
            | Type::Choice(_)
            | Type::List(_)
            | Type::Record(_)
            | Type::Error => Unplanned::Fact,
        }
    }
}

/// To the nearest, and at least one; none of no samples.
fn per_snapshot(samples: usize, snapshots: usize) -> Option<usize> {
    let rounded = (2 * samples + snapshots).checked_div(2 * snapshots)?;
    (samples > 0).then_some(rounded.max(1))
}

/// Adds a claim that is not there yet: a let may be named twice.
fn add(found: &mut Vec<AskedClaim>, claim: AskedClaim) {
    if !found.iter().any(|known| known.span == claim.span) {
        found.push(claim);
    }
}
