//! What is known of a series whatever the values of some params, while its days are judged with other values of them as often as
//! it takes.

mod trial;

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

use super::memory::SeriesMemory;
use super::rule::Verdict;
use super::{Evaluator, Evidence, Moment, Scope};
use crate::ast::{Arg, EffectKind, Expr, ExprId};
use crate::builtins::counting::Tally;
use crate::evidence::Reasons;
use crate::program::{Program, Rule};
use crate::report::Outcome;
use crate::report::why::RuleVerdict;
use crate::source::Span;

pub use self::trial::{MetValues, SweptCourse, SweptDay, SweptDays, SweptSeries};

/// A rule by its index, the snapshot of its crossing, and the stage after that.
pub(super) type CrossingKey = (usize, usize, usize);

/// A rule that depends on what is swept, as it is asked for.
#[derive(Clone, Copy)]
pub(super) struct SweptQuestion<'a> {
    rule: &'a Rule,
    moment: Moment,
    /// Of a crossing, the stage that came after it.
    made: Option<usize>,
}

/// All that was asked, each with a number.
#[derive(Default)]
struct SweptQuestions<'a> {
    all: Vec<SweptQuestion<'a>>,
    numbers: HashMap<(Span, Moment, Option<usize>), usize>,
}

/// What is known of a series whatever the values of some params.
#[derive(Default)]
pub(super) struct Unswept<'a> {
    params: Vec<usize>,
    /// Whether it is asked of every rule how it comes out, and not only of those that decide.
    asks_all: bool,
    pub(super) memory: SeriesMemory<'a>,
    questions: RefCell<SweptQuestions<'a>>,
    /// Whether expressions depend on the params.
    depends: RefCell<HashMap<ExprId, bool>>,
    /// How rules came out, by their names' places.
    outcomes: RefCell<HashMap<(Span, Moment), Outcome>>,
    /// How rules came out at the crossings of the series.
    crossed: RefCell<HashMap<CrossingKey, Rc<RuleVerdict>>>,
    /// The samples behind shares.
    samples: RefCell<HashMap<(ExprId, Moment), Result<Tally, Reasons>>>,
    /// What was compared with something that does depend on them.
    compared: RefCell<HashMap<(ExprId, Moment), Evidence<'a>>>,
}

impl<'a> Unswept<'a> {
    /// `params` are the indexes of all that are swept, in all directions.
    pub(super) fn new(params: &[usize]) -> Self {
        Self { params: params.to_vec(), ..Self::default() }
    }

    /// The same of two ways to judge every rule, with values of their own for the params.
    pub(super) fn of_two(params: &[usize]) -> Self {
        Self { asks_all: true, ..Self::new(params) }
    }

    /// Forgets what is of one day, which nobody asks for again on another one.
    pub(super) fn end_day(&self) {
        self.memory.end_day();
        self.outcomes.borrow_mut().clear();
        self.samples.borrow_mut().clear();
        self.compared.borrow_mut().clear();
    }

    /// The rule of a question.
    pub(super) fn question(&self, number: usize) -> Option<SweptQuestion<'a>> {
        self.questions.borrow().all.get(number).copied()
    }

    fn number_of(&self, question: SweptQuestion<'a>) -> usize {
        let SweptQuestions { all, numbers } = &mut *self.questions.borrow_mut();
        *numbers.entry((question.rule.decl.name.span, question.moment, question.made)).or_insert_with(|| {
            all.push(question);
            all.len() - 1
        })
    }

    /// Whether an expression depends on the params, through lets.
    pub(super) fn depends(&self, program: &Program, expr: &Expr) -> bool {
        if let Some(known) = self.depends.borrow().get(&expr.id) {
            return *known;
        }
        let depends = program.reads_param(expr, &self.params);
        self.depends.borrow_mut().insert(expr.id, depends);
        depends
    }
}

impl<'a> Evaluator<'a> {
    /// The value of a param that is swept.
    pub(super) fn swept_value(&self, param: usize) -> Option<Evidence<'a>> {
        let known = self.swept.as_ref()?.iter().find(|(swept, _)| *swept == param);
        known.map(|(_, value)| value.clone())
    }

    /// The memory of an expression: what does not depend on swept params holds for all of their values.
    pub(super) fn memory_for(&self, expr: &Expr) -> &SeriesMemory<'a> {
        match &self.unswept {
            Some(unswept) if !unswept.depends(self.program, expr) => &unswept.memory,
            Some(_) | None => &self.memory,
        }
    }

    /// The memory of what a call asks of its argument.
    pub(super) fn memory_of_call(&self, arg: &Arg) -> &SeriesMemory<'a> {
        match &self.unswept {
            Some(unswept) if !arg.children().any(|part| unswept.depends(self.program, part)) => {
                &unswept.memory
            }
            Some(_) | None => &self.memory,
        }
    }

    /// What was found out before and does not depend on what is swept, or is found out now.
    fn remembered<K: Eq + Hash, V: Clone>(
        &self,
        known: &RefCell<HashMap<K, V>>,
        key: K,
        find: impl FnOnce() -> V,
    ) -> V {
        if let Some(known) = known.borrow().get(&key) {
            return known.clone();
        }
        let found = find();
        // What is not known for want of steps is not worth remembering.
        if !self.budget.is_spent() {
            known.borrow_mut().insert(key, found.clone());
        }
        found
    }

    /// How a rule came out at a moment. One that does not depend on what is swept is judged once.
    pub(super) fn once(
        &self,
        rule: &'a Rule,
        moment: Moment,
        judge: impl FnOnce() -> Verdict<'a>,
    ) -> Verdict<'a> {
        let Some(unswept) = &self.unswept else { return judge() };
        if self.rule_depends(rule) {
            let verdict = judge();
            self.note_answer(SweptQuestion { rule, moment, made: None }, verdict.outcome);
            return verdict;
        }
        let key = (rule.decl.name.span, moment);
        let outcome = self.remembered(&unswept.outcomes, key, || judge().outcome);
        // Nobody asks why.
        Verdict::new(outcome, Vec::new())
    }

    /// How a rule comes out that depends on what is swept.
    pub(super) fn answer_to(&self, question: SweptQuestion<'a>) -> Outcome {
        let SweptQuestion { rule, moment, made } = question;
        self.as_asked(rule, moment, made).as_ref().unwrap_or(self).verdict_found(rule, moment).outcome
    }

    fn note_answer(&self, question: SweptQuestion<'a>, outcome: Outcome) {
        if let (Some(watch), Some(unswept)) = (&self.watch, &self.unswept) {
            watch.note(unswept.number_of(question), outcome);
        }
    }

    /// How a rule came out at a crossing, where that is known; where it depends on what is swept, it is noted.
    pub(super) fn known_crossing(&self, rule: &'a Rule, key: CrossingKey) -> Option<Rc<RuleVerdict>> {
        let lasting = self.unswept.as_ref().and_then(|unswept| unswept.crossed.borrow().get(&key).cloned());
        if lasting.is_some() {
            return lasting;
        }
        let known = self.crossed.borrow().get(&key).cloned()?;
        self.note_crossing(rule, key, known.outcome);
        Some(known)
    }

    fn note_crossing(&self, rule: &'a Rule, (_, at, made): CrossingKey, outcome: Outcome) {
        self.note_asked(rule, self.moment_of(at, at), Some(made), outcome);
    }

    /// Notes how a rule came out as if a snapshot had asked for the step that it made, where that depends on what is swept.
    pub(super) fn note_asked(&self, rule: &'a Rule, moment: Moment, made: Option<usize>, outcome: Outcome) {
        if self.unswept.is_some() && self.rule_depends(rule) {
            self.note_answer(SweptQuestion { rule, moment, made }, outcome);
        }
    }

    /// Judges a rule at a crossing, and remembers how it came out.
    pub(super) fn cross(
        &self,
        rule: &'a Rule,
        key: CrossingKey,
        judge: impl FnOnce() -> RuleVerdict,
    ) -> Rc<RuleVerdict> {
        let noted = self.watch.as_ref().map_or(0, |watch| watch.noted());
        let verdict = Rc::new(judge());
        // A crossing is noted alike whether it is known or not.
        self.watch.iter().for_each(|watch| watch.forget_since(noted));
        self.note_crossing(rule, key, verdict.outcome);
        let lasts = !self.rule_depends(rule) && !self.budget.is_spent();
        let memory = self.unswept.as_ref().filter(|_| lasts);
        let crossed = memory.map_or(&self.crossed, |unswept| &unswept.crossed);
        crossed.borrow_mut().insert(key, Rc::clone(&verdict));
        verdict
    }

    /// Whether a rule depends on what is swept and stops nothing: it decides only where nothing else shows that a gate is open.
    pub(super) fn is_idle(&self, rule: &'a Rule, effect: EffectKind) -> bool {
        let decides_alone = self.unswept.as_ref().is_some_and(|unswept| !unswept.asks_all);
        decides_alone && effect < EffectKind::Hold && self.rule_depends(rule)
    }

    fn rule_depends(&self, rule: &'a Rule) -> bool {
        let Some(unswept) = &self.unswept else { return true };
        self.conditions_of(rule).iter().any(|condition| unswept.depends(self.program, condition))
    }

    /// The sample behind a share. One that does not depend on what is swept is drawn once.
    pub(super) fn sampled_once(
        &self,
        share: &'a Expr,
        scope: Scope<'_, 'a>,
        draw: impl FnOnce() -> Result<Tally, Reasons>,
    ) -> Result<Tally, Reasons> {
        let unswept = self.unswept.as_ref().filter(|_| scope.element.is_none());
        let Some(unswept) = unswept.filter(|unswept| !unswept.depends(self.program, share)) else {
            return draw();
        };
        self.remembered(&unswept.samples, (share.id, scope.moment), draw)
    }

    /// One side of a comparison. What stands beside something that is swept is found out once.
    pub(super) fn compared_with(
        &self,
        side: &'a Expr,
        other: &'a Expr,
        scope: Scope<'_, 'a>,
    ) -> Evidence<'a> {
        let unswept = self.unswept.as_ref().filter(|_| scope.element.is_none());
        let is_beside = |unswept: &Unswept<'a>| {
            unswept.depends(self.program, other) && !unswept.depends(self.program, side)
        };
        match unswept.filter(|unswept| is_beside(unswept)) {
            Some(unswept) => {
                self.remembered(&unswept.compared, (side.id, scope.moment), || self.eval(side, scope))
            }
            None => self.eval(side, scope),
        }
    }
}
