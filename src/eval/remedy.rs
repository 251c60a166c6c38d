//! What would make a failed rule pass: the nearest change to what was measured, tried out before it is told.
//!
//! A change is tried by judging the rule again with an expression taken to be otherwise; one that changes nothing, or
//! that the declared range of a field forbids, is never proposed.

use super::bound::{date_bound, first_of, nearest_bound, over_day, since_day, whole};
use super::claim::{Sample, Terms, share_claim};
use super::explain::EFFORT;
use super::{Evaluator, Evidence, Scope};
use crate::ast::{Arg, CompareOp, Expr, ExprKind, LogicOp, RuleBody, Set};
use crate::builtins::Shape;
use crate::builtins::counting::{Tallied, Tally};
use crate::builtins::series::{Along, Measure};
use crate::evidence::{Amount, DateSpan, Elapsed, Further, Truth, Word};
use crate::program::{FieldPath, Rule, Target};
use crate::report::Outcome;
use crate::report::why::{Bound, Change, Figure};
use crate::types::{Kind, Type};
use crate::value::Number;
use crate::vocabulary::Vocabulary;

/// An expression that is taken to have another value, at one snapshot.
#[derive(Clone, Debug)]
pub(super) struct Assumption<'a> {
    expr: &'a Expr,
    pub(super) at: usize,
    pub(super) value: Evidence<'a>,
    /// The sample behind it, for a share.
    pub(super) tally: Option<Tally>,
}

/// One thing that would have to be otherwise.
pub(super) struct RemedyStep<'a> {
    change: Change,
    /// None for what is to be recorded, whatever it then says.
    assumption: Option<Assumption<'a>>,
}

impl RemedyStep<'_> {
    /// Whether it says that nothing does.
    fn is_none(&self) -> bool {
        matches!(self.change, Change::NoValue { .. })
    }
}

/// Things that one remedy may change.
const MAX_REMEDY_STEPS: usize = 100;

pub(super) type Steps<'a> = Vec<RemedyStep<'a>>;

/// A comparison as one asks for it: the side that is measured, and the bound that it should keep.
pub(super) struct Aim<'a> {
    pub(super) op: CompareOp,
    pub(super) left: &'a Expr,
    pub(super) bound: Evidence<'a>,
    /// What the bound is told as.
    pub(super) kind: Option<Kind>,
}

impl<'a> Evaluator<'a> {
    /// What an expression is taken to be at a snapshot, if it is taken to be something.
    pub(super) fn assumption(&self, expr: &Expr, scope: Scope<'_, 'a>) -> Option<&Assumption<'a>> {
        if self.assumed.is_empty() || scope.element.is_some() {
            return None;
        }
        let target = |expr: &Expr| self.program.expr(expr.id).and_then(|info| info.target.as_ref());
        let same = |assumed: &&Assumption<'a>| {
            let measured = match target(expr) {
                // A field or let is the same wherever it is named; two calls are not.
                Some(Target::Field(_) | Target::Let(_)) => target(expr) == target(assumed.expr),
                Some(
                    Target::JudgedField(_)
                    | Target::Workflows(_)
                    | Target::Date(_)
                    | Target::Element { .. }
                    | Target::Param(_)
                    | Target::Table(_)
                    | Target::Stage(_)
                    | Target::Member(_)
                    | Target::Call(_),
                )
                | None => expr.id == assumed.expr.id,
            };
            measured && assumed.at == scope.moment.at
        };
        self.assumed.iter().find(same)
    }

    /// What would make a failed rule pass; none where no single change that was tried does.
    pub(super) fn would_pass(&self, rule: &'a Rule, scope: Scope<'_, 'a>) -> Option<Change> {
        let (conditions, want): (Vec<&Expr>, bool) = match &rule.decl.body {
            RuleBody::Trigger { when } => (vec![when], false),
            RuleBody::Require { requires, .. } => (requires.iter().collect(), true),
        };
        let steps = self.all_steps(conditions, want, scope)?;
        if steps.iter().any(|step| self.is_of_the_snapshot(step)) {
            return None;
        }
        if let Some(none) = steps.iter().find(|step| step.is_none()) {
            return Some(Change::All(vec![none.change.clone()]));
        }
        let recorded = steps.iter().any(|step| step.assumption.is_none());
        let assumed = steps.iter().filter_map(|step| step.assumption.clone()).collect();
        let otherwise = self.assuming(assumed).verdict_on(rule, scope.moment).outcome;
        if self.tries.is_spent() {
            return None;
        }
        match otherwise {
            Outcome::Pass => {}
            Outcome::Undecided if recorded => {}
            Outcome::Undecided | Outcome::Fail | Outcome::NotApplicable | Outcome::Waived | Outcome::Off => {
                return None;
            }
        }
        if self.share_a_field(&steps) {
            return None;
        }
        let changes: Vec<Change> = steps.into_iter().map(|step| step.change).collect();
        (!changes.is_empty()).then_some(Change::All(changes))
    }

    /// Whether a step would make a snapshot one of another day, or of another workflow.
    fn is_of_the_snapshot(&self, step: &RemedyStep<'a>) -> bool {
        let built_in = [Vocabulary::WORKFLOW, Vocabulary::DATE];
        let is_own = |path: &&FieldPath| path.steps.first().is_some_and(|step| built_in.contains(step));
        matches!(step.change, Change::Date { .. } | Change::Word { .. } | Change::OneOf { .. })
            && step.assumption.as_ref().is_some_and(|assumed| self.fields_of(assumed.expr).iter().any(is_own))
    }

    /// Whether two steps are about one field: each was tried as if the other had nothing to do with it.
    fn share_a_field(&self, steps: &[RemedyStep<'a>]) -> bool {
        let mut seen: Vec<&FieldPath> = Vec::new();
        steps.iter().filter_map(|step| step.assumption.as_ref()).any(|assumption| {
            let own = self.fields_of(assumption.expr);
            let shared = own.iter().any(|path| seen.contains(path));
            seen.extend(own);
            shared
        })
    }

    /// Whether two expressions read one and the same field.
    pub(super) fn read_one_field(&self, one: &'a Expr, other: &'a Expr) -> bool {
        let seen = self.fields_of(one);
        self.fields_of(other).iter().any(|path| seen.contains(path))
    }

    fn fields_of(&self, expr: &'a Expr) -> Vec<&'a FieldPath> {
        let mut own: Vec<&FieldPath> = Vec::new();
        self.program.every_target(expr, &mut Vec::new(), &mut |target| {
            if let Target::Field(path) | Target::JudgedField(path) = target {
                own.push(path);
            }
            true
        });
        own
    }

    /// What would make every condition come out as wanted.
    fn all_steps(
        &self,
        conditions: impl IntoIterator<Item = &'a Expr>,
        want: bool,
        scope: Scope<'_, 'a>,
    ) -> Option<Steps<'a>> {
        let mut all = Steps::new();
        for condition in conditions {
            for step in self.steps(condition, want, scope)? {
                // Nobody does so much to pass one rule.
                if all.len() >= MAX_REMEDY_STEPS {
                    return None;
                }
                if !all.iter().any(|known| known.change == step.change) {
                    all.push(step);
                }
            }
        }
        Some(all)
    }

    /// What would make `count` more of the conditions come out as wanted, those first that take least.
    fn some_steps(
        &self,
        conditions: impl IntoIterator<Item = &'a Expr>,
        count: usize,
        want: bool,
        scope: Scope<'_, 'a>,
    ) -> Option<Steps<'a>> {
        let mut ways: Vec<Steps<'a>> =
            conditions.into_iter().filter_map(|condition| self.steps(condition, want, scope)).collect();
        ways.sort_by_key(|way| (way.iter().any(RemedyStep::is_none), way.len()));
        (ways.len() >= count).then(|| ways.into_iter().take(count).flatten().collect())
    }

    /// What would make a condition come out as wanted; nothing to do where it does already.
    pub(super) fn steps(&self, expr: &'a Expr, want: bool, scope: Scope<'_, 'a>) -> Option<Steps<'a>> {
        if !self.tries.spend(EFFORT) {
            return None;
        }
        let truth = self.truth(expr, scope);
        if truth == Truth::known(want) {
            return Some(Steps::new());
        }
        match &expr.kind {
            ExprKind::Not(inner) => self.steps(inner, !want, scope),
            ExprKind::Logic(op, operands) => match (op, want) {
                (LogicOp::And, true) | (LogicOp::Or, false) => self.all_steps(operands, want, scope),
                // Of `old enough and too bad` it is the last that one would mend: what is first says where it applies.
                (LogicOp::And, false) => self.some_steps(operands.iter().rev(), 1, want, scope),
                (LogicOp::Or, true) => self.some_steps(operands, 1, want, scope),
            },
            ExprKind::AtLeast { count, of, .. } => {
                let needed =
                    if want { *count as usize } else { (of.len() + 1).saturating_sub(*count as usize) };
                self.some_steps(of, needed, want, scope)
            }
            ExprKind::If { condition, then, otherwise } => {
                let (now, taken, other) = match self.truth(condition, scope) {
                    Truth::Yes => (true, then, otherwise),
                    Truth::No => (false, otherwise, then),
                    Truth::Undecided(_) => return self.decide_steps(&truth, scope),
                };
                self.steps(taken, want, scope).or_else(|| {
                    let turn = self.steps(condition, !now, scope)?;
                    Some(turn.into_iter().chain(self.steps(other, want, scope)?).collect())
                })
            }
            _ if matches!(truth, Truth::Undecided(_)) => self.decide_steps(&truth, scope),
            ExprKind::Compare(op, left, right) => {
                let op = if want { *op } else { op.negated() };
                self.compare_steps(op, left, right, scope)
            }
            ExprKind::With { claim, confidence, population, every_look } => {
                let terms = Terms { population: population.as_deref(), every_look: every_look.is_some() };
                self.with_steps(claim, confidence, terms, want, scope)
            }
            ExprKind::In { item, negated, set } => self.in_steps(item, set, want != *negated, scope),
            ExprKind::Path(_) if let Some(inner) = self.let_behind(expr) => {
                self.steps(inner, want, Scope::at(scope.moment))
            }
            ExprKind::Call { args, .. }
                if let Some((builtin, _)) = self.called(expr)
                    && let Some(arg) = args.first()
                    && let Shape::Counting(counting) = &builtin.shape
                    && let Tallied::Whether(quantifier) = &counting.tallied =>
            {
                let total = self.listed_sample(arg, scope)?.total;
                let needed = if want { quantifier.for_yes } else { quantifier.for_no };
                let change = self.change_to(counting, arg, needed(total.max(1))?, scope)?;
                Some(vec![self.step(change, expr, Evidence::Truth(Truth::known(want)), scope)])
            }
            ExprKind::Has(_) | ExprKind::Entry { .. } => None,
            ExprKind::Path(_) | ExprKind::Call { .. } => {
                let change = Change::Turn { of: self.quoted(expr), to: want };
                Some(vec![self.step(change, expr, Evidence::Truth(Truth::known(want)), scope)])
            }
            ExprKind::Literal(_) | ExprKind::Neg(_) | ExprKind::Arithmetic(..) => None,
        }
    }

    pub(super) fn step(
        &self,
        change: Change,
        expr: &'a Expr,
        value: Evidence<'a>,
        scope: Scope<'_, 'a>,
    ) -> RemedyStep<'a> {
        let assumption = Assumption { expr, at: scope.moment.at, value, tally: None };
        RemedyStep { change, assumption: Some(assumption) }
    }

    pub(super) fn step_of_sample(
        &self,
        change: Change,
        expr: &'a Expr,
        value: Evidence<'a>,
        tally: Tally,
        scope: Scope<'_, 'a>,
    ) -> RemedyStep<'a> {
        let assumption = Assumption { expr, at: scope.moment.at, value, tally: Some(tally) };
        RemedyStep { change, assumption: Some(assumption) }
    }

    fn decide_steps(&self, truth: &Truth, scope: Scope<'_, 'a>) -> Option<Steps<'a>> {
        let Truth::Undecided(reasons) = truth else { return None };
        let change = self.would_decide(reasons, scope)?;
        Some(vec![RemedyStep { change, assumption: None }])
    }

    /// An expression as the policy has it.
    pub(super) fn quoted(&self, expr: &Expr) -> String {
        self.sources.text(expr.span).to_owned()
    }

    fn compare_steps(
        &self,
        op: CompareOp,
        left: &'a Expr,
        right: &'a Expr,
        scope: Scope<'_, 'a>,
    ) -> Option<Steps<'a>> {
        let (op, left, right) =
            if self.is_measured(left) { (op, left, right) } else { (op.mirrored(), right, left) };
        if !self.is_measured(left) {
            return None;
        }
        let kind = self.common_kind(left, right);
        let aim = Aim { op, left, bound: self.eval(right, scope), kind: kind.clone() };
        let nearest = self.aim(&aim, scope);
        let is_some = |steps: &Steps<'a>| !steps.iter().any(RemedyStep::is_none);
        if nearest.as_ref().is_some_and(is_some) || !self.is_measured(right) {
            return nearest;
        }
        let aim = Aim { op: op.mirrored(), left: right, bound: self.eval(left, scope), kind };
        self.aim(&aim, scope).filter(is_some).or(nearest)
    }

    pub(super) fn aim(&self, aim: &Aim<'a>, scope: Scope<'_, 'a>) -> Option<Steps<'a>> {
        let inner = self.behind_lets(aim.left);
        if !std::ptr::eq(inner, aim.left) {
            let aim = Aim { op: aim.op, left: inner, bound: aim.bound.clone(), kind: aim.kind.clone() };
            return self.aim(&aim, Scope::at(scope.moment));
        }
        if let Some(steps) = self.calculated_steps(aim, scope) {
            return Some(steps);
        }
        // Nobody can write what an `if` gives into a snapshot.
        if self.has_branches(inner) {
            return None;
        }
        match (&aim.bound, self.called(aim.left)) {
            (Evidence::Word(Word::Known(word)), _) if aim.op == CompareOp::Equal => {
                let change = Change::Word { of: self.quoted(aim.left), word: word.clone(), other: false };
                Some(vec![self.step(change, aim.left, aim.bound.clone(), scope)])
            }
            (Evidence::Word(Word::Known(word)), _) if aim.op == CompareOp::NotEqual => {
                let change = Change::Word { of: self.quoted(aim.left), word: word.clone(), other: true };
                let other = Evidence::Word(Word::Known([word, "'"].concat().into()));
                Some(vec![self.step(change, aim.left, other, scope)])
            }
            (Evidence::Word(_) | Evidence::List(_) | Evidence::Truth(Truth::Undecided(_)), _) => None,
            (Evidence::Truth(truth), _) if aim.op == CompareOp::Equal => {
                self.steps(aim.left, *truth == Truth::Yes, scope)
            }
            (Evidence::Truth(truth), _) => self.steps(aim.left, *truth == Truth::No, scope),
            (Evidence::Amount(_) | Evidence::Elapsed(_) | Evidence::Calendar(_), Some((builtin, call))) => {
                let ExprKind::Call { args, .. } = &call.kind else { return None };
                let arg = args.first()?;
                match &builtin.shape {
                    Shape::Along(Along::Run(measure)) => self.run_steps(*measure, aim, arg, scope),
                    Shape::Along(Along::Since) => self.since_steps(aim, arg, scope),
                    Shape::Along(Along::Snapshot(_)) => None,
                    // Nobody can take back that they asked.
                    Shape::Along(Along::Asks) => match aim.op {
                        CompareOp::Greater | CompareOp::GreaterEqual => self.amount_steps(aim, scope),
                        CompareOp::Less | CompareOp::LessEqual | CompareOp::Equal | CompareOp::NotEqual => {
                            None
                        }
                    },
                    Shape::Counting(counting) if !arg.is_grouped() => match counting.tallied {
                        Tallied::Share(_) | Tallied::Number(_) => {
                            self.element_steps(counting, aim, arg, scope)
                        }
                        Tallied::Whether(_) => self.amount_steps(aim, scope),
                    },
                    Shape::Confidence => self.confidence_steps(aim, arg, scope),
                    Shape::Counting(_)
                    | Shape::Numbers(_)
                    | Shape::Distinct
                    | Shape::Part(_)
                    | Shape::Weekday
                    | Shape::Longest
                    | Shape::Default
                    | Shape::Along(Along::Latest | Along::Stretch(_)) => self.amount_steps(aim, scope),
                }
            }
            (Evidence::Amount(_) | Evidence::Elapsed(_) | Evidence::Calendar(_), None) => {
                self.amount_steps(aim, scope)
            }
        }
    }

    /// «`adoption` of at least 50%, now 46%»
    pub(super) fn amount_steps(&self, aim: &Aim<'a>, scope: Scope<'_, 'a>) -> Option<Steps<'a>> {
        let Evidence::Amount(bound) = &aim.bound else { return None };
        let bound = bound.known()?;
        let of = self.quoted(aim.left);
        let ty = &self.program.expr(aim.left.id)?.ty;
        let Type::Amount(quantity) = ty else {
            let Type::Date = ty else { return None };
            let (word, to, day) = date_bound(aim.op, bound)?;
            // What has happened is not dated back.
            if self.amount(aim.left, scope).known().is_none_or(|now| day < *now) {
                return None;
            }
            let change = Change::Date { of, bound: word, to };
            return Some(vec![self.step(change, aim.left, Evidence::Amount(Amount::Known(day)), scope)]);
        };
        let kind = aim.kind.as_ref().unwrap_or(&quantity.kind);
        let (word, to, wanted) = nearest_bound(aim.op, bound, kind)?;
        if !quantity.range.contains(&wanted) {
            let change = Change::NoValue { of, ty: ty.clone() };
            return Some(vec![RemedyStep { change, assumption: None }]);
        }
        let Evidence::Amount(now) = self.eval(aim.left, scope) else { return None };
        let now = self.figure_of(&Type::amount(kind.clone()), &Evidence::Amount(now)).told_from(&to);
        let change = Change::Reach { of, bound: word, to, now };
        Some(vec![self.step(change, aim.left, Evidence::Amount(Amount::Known(wanted)), scope)])
    }

    /// What runs up to the newest snapshot goes on by waiting, and ends by what it is about.
    fn run_steps(
        &self,
        measure: Measure,
        aim: &Aim<'a>,
        arg: &'a Arg,
        scope: Scope<'_, 'a>,
    ) -> Option<Steps<'a>> {
        match aim.op {
            CompareOp::Less | CompareOp::LessEqual | CompareOp::NotEqual => {
                self.steps(&arg.value, false, Scope::at(scope.moment))
            }
            CompareOp::Equal => None,
            CompareOp::Greater | CompareOp::GreaterEqual => self.wait_steps(measure, aim, arg, scope),
        }
    }

    fn wait_steps(
        &self,
        measure: Measure,
        aim: &Aim<'a>,
        arg: &'a Arg,
        scope: Scope<'_, 'a>,
    ) -> Option<Steps<'a>> {
        let condition = self.quoted(&arg.value);
        let now = self.eval(&arg.value, Scope::at(scope.moment));
        let holds_now = !matches!(now, Evidence::Truth(Truth::No | Truth::Undecided(_)));
        if measure == Measure::Snapshots {
            let Evidence::Amount(bound) = &aim.bound else { return None };
            let (needed, _) = whole(aim.op, bound.known()?)?;
            let more = Number::from(needed.clone()) - self.amount(aim.left, scope).known()?;
            let value = Evidence::Amount(Amount::Known(needed.into()));
            return Some(vec![self.step(Change::Repeat { condition, more }, aim.left, value, scope)]);
        }
        let Evidence::Elapsed(elapsed) = self.eval(aim.left, scope) else { return None };
        let from = elapsed.only()?.from.known()?.clone();
        let axis = self.axis();
        let end = over_day(aim.op, &from, &aim.bound, axis)?;
        let change = if holds_now {
            let (until, no_gap) = (Figure::on(axis, end.clone()), self.cadence().is_some());
            Change::GoOn { condition, until, no_gap, is_value: !matches!(now, Evidence::Truth(_)) }
        } else {
            Change::Begin { condition, length: self.figure_of(&Type::Elapsed, &aim.bound) }
        };
        let value = Evidence::Elapsed(Elapsed::between(Amount::Known(from), Amount::Known(end)));
        Some(vec![self.step(change, aim.left, value, scope)])
    }

    /// A date that lies too long back would have to be later; one that is too recent takes waiting.
    fn since_steps(&self, aim: &Aim<'a>, arg: &'a Arg, scope: Scope<'_, 'a>) -> Option<Steps<'a>> {
        let Evidence::Elapsed(elapsed) = self.eval(aim.left, scope) else { return None };
        let DateSpan { from, to } = elapsed.only()?;
        let (from, to) = (from.known()?.clone(), to.known()?.clone());
        let axis = self.axis_of(&arg.value);
        let (change, from, to) = match aim.op {
            CompareOp::Greater | CompareOp::GreaterEqual => {
                let day = over_day(aim.op, &from, &aim.bound, axis)?;
                (Change::Wait { until: Figure::on(axis, day.clone()) }, from, day)
            }
            CompareOp::Less | CompareOp::LessEqual => {
                let day = since_day(aim.op, (&from, &to), &aim.bound, axis)?;
                let (of, later) = (self.quoted(&arg.value), Figure::on(axis, day.clone()));
                (Change::Date { of, bound: Bound::AtLeast, to: later }, day, to)
            }
            CompareOp::Equal | CompareOp::NotEqual => return None,
        };
        let value = Evidence::Elapsed(Elapsed::between(Amount::Known(from), Amount::Known(to)));
        Some(vec![self.step(change, aim.left, value, scope)])
    }

    /// How many elements would have to change sides for the claim to be shown; where all would not do, how many more
    /// samples it takes.
    fn with_steps(
        &self,
        claim: &'a Expr,
        confidence: &'a Expr,
        terms: Terms<'a>,
        want: bool,
        scope: Scope<'_, 'a>,
    ) -> Option<Steps<'a>> {
        let ExprKind::Compare(op, left, right) = &claim.kind else { return None };
        let Ok(Sample::Share(tally)) = self.sample(left, scope) else { return None };
        let (level, threshold) = (self.amount(confidence, scope), self.amount(right, scope));
        let (level, threshold) = (level.known()?, threshold.known()?);
        let judged = self.judged(left, terms, scope).ok()?;
        let op = if want { *op } else { op.negated() };
        let claim = |tally: &Tally| share_claim(op, tally, threshold, judged);
        let rising = matches!(op, CompareOp::Greater | CompareOp::GreaterEqual);
        let total = tally.total()?;
        let changed = |sure: usize| Tally::known(sure, total);
        let spend = |steps: usize| self.tries.spend(steps);
        let shown = |sure: usize| claim(&changed(sure)).decide(level, &spend) == Some(true);
        // Who shows it with some shows it with more.
        let needed = if rising {
            let enough = first_of(tally.possible + 1..total + 1, shown);
            Some(enough).filter(|enough| *enough <= total)
        } else {
            let count = first_of(1..tally.sure + 1, |less| shown(tally.sure - less));
            tally.sure.checked_sub(count)
        };
        let sample = self.claimed_sample(left, &tally, Scope::at(scope.moment))?;
        let (change, tally) = if let Some(needed) = needed {
            (sample.change(needed, true), changed(needed))
        } else {
            let Further::So(more) = claim(&tally).further(level, &spend) else {
                return None;
            };
            let counted = if rising { more } else { 0 };
            (sample.further(more, rising), tally.with_further(more, counted))
        };
        let share = Number::from(tally.sure) / Number::from(tally.sure_of.max(1));
        let share = Evidence::Amount(Amount::Known(share));
        Some(vec![self.step_of_sample(change, left, share, tally, scope)])
    }

    /// `confidence(…)` grows with further good samples.
    fn confidence_steps(&self, aim: &Aim<'a>, arg: &'a Arg, scope: Scope<'_, 'a>) -> Option<Steps<'a>> {
        let ExprKind::Compare(op, left, right) = &arg.value.kind else { return None };
        let rising = matches!(aim.op, CompareOp::Greater | CompareOp::GreaterEqual);
        let (Evidence::Amount(level), true) = (&aim.bound, rising) else { return None };
        let Ok(Sample::Share(tally)) = self.sample(left, scope) else { return None };
        let judged = self.judged(left, Terms::of_call(arg), scope).ok()?;
        let claim = share_claim(*op, &tally, self.amount(right, scope).known()?, judged);
        let further = claim.further(level.known()?, &self.tries.part());
        let Further::So(_) = further else { return None };
        let change = Change::GoodSamples { further, of: Vec::new(), claim: self.quoted(left) };
        let value = Evidence::Amount(Amount::Known(Number::ONE));
        Some(vec![self.step(change, aim.left, value, scope)])
    }

    fn in_steps(&self, item: &'a Expr, set: &'a Set, want: bool, scope: Scope<'_, 'a>) -> Option<Steps<'a>> {
        match set {
            Set::Range(low, high) => {
                let now = self.eval(item, scope);
                let below = self.compare(CompareOp::Less, &now, &self.eval(low, scope));
                let (op, bound) = match (want, below) {
                    (true, Truth::Yes) => (CompareOp::GreaterEqual, low),
                    (true, Truth::No | Truth::Undecided(_)) => (CompareOp::LessEqual, high),
                    (false, _) => (CompareOp::Less, low),
                };
                self.compare_steps(op, item, bound, scope)
                    .or_else(|| (!want).then(|| self.compare_steps(CompareOp::Greater, item, high, scope))?)
            }
            Set::List(members, _) if want => {
                let value = self.eval(members.first()?, scope);
                let members = members.iter().map(|member| self.quoted(member)).collect();
                let change = Change::OneOf { of: self.quoted(item), members };
                self.is_measured(item).then(|| vec![self.step(change, item, value, scope)])
            }
            Set::List(..) | Set::Value(_) | Set::Pattern(_) => None,
        }
    }

    /// Whether an expression is made of what was measured: not of literals and params alone, and no stage.
    pub(super) fn is_measured(&self, expr: &'a Expr) -> bool {
        let is_stage = self.program.expr(expr.id).is_some_and(|info| info.ty == Type::Stage);
        let is_read = |target: &Target| match target {
            Target::Field(_) | Target::JudgedField(_) | Target::Workflows(_) | Target::Element { .. } => true,
            Target::Date(_) | Target::Let(_) | Target::Param(_) | Target::Table(_) => false,
            Target::Call(builtin) => matches!(builtin.shape, Shape::Along(Along::Asks)),
            Target::Stage(_) | Target::Member(_) => false,
        };
        let measured = !self.program.every_target(expr, &mut Vec::new(), &mut |target| !is_read(target));
        measured && !is_stage
    }

    /// The kind in which both sides of a comparison are shown: a ratio of counts that is held against a share is one.
    pub(super) fn common_kind(&self, left: &Expr, right: &Expr) -> Option<Kind> {
        let kind =
            |expr: &Expr| self.program.expr(expr.id)?.ty.quantity().map(|quantity| quantity.kind.clone());
        match (kind(left)?, kind(right)?) {
            (Kind::Share, other) | (other, Kind::Share) if other.is_plain() => Some(Kind::Share),
            (Kind::Count, _) => Some(Kind::Count),
            (left, _) => Some(left),
        }
    }
}
