//! Why a rule came out as it did: the sub-expressions that decided, their values, and the lines that these came from.

use super::blame::Instead;
use super::rule::Verdict;
use super::{Evaluator, Evidence, Scope};
use crate::ast::{CompareOp, Expr, ExprKind, LogicOp, Set};
use crate::evidence::{ReasonKind, Reasons, Truth};
use crate::program::{ParamValue, Rule, Target};
use crate::report::Outcome;
use crate::report::why::{Earlier, Figure, Held, Pointer, RuleVerdict, Said, Saw};
use crate::settings::show_value;
use crate::source::Span;
use crate::types::{Kind, Type};
use crate::value::{Located, Record, Value};

/// Comparisons and calls that are told of one rule.
const MAX_TOLD: usize = 200;
/// Steps that telling one of them takes, or looking through what it is made of.
pub(super) const EFFORT: usize = 20;

/// How one side of a comparison is explained.
#[derive(Clone, Copy, Default)]
struct Side<'k> {
    /// How it should have been.
    instead: Option<Instead>,
    /// How many more digits its value is shown with.
    digits: usize,
    /// What both sides are shown as, if they differ.
    kind: Option<&'k Kind>,
    /// Whether the comparison is decided, whatever is not known of its sides.
    decided: bool,
}

impl<'a> Evaluator<'a> {
    /// Fills in a rule's evidence, thresholds, pointers, and what would change it.
    pub(super) fn explain(
        &self,
        rule: &'a Rule,
        verdict: &Verdict<'a>,
        scope: Scope<'_, 'a>,
        report: &mut RuleVerdict,
    ) {
        for expr in &verdict.deciding {
            self.explain_condition(expr, scope, report);
        }
        report.change = match verdict.outcome {
            Outcome::Fail => self.would_pass(rule, scope),
            Outcome::Undecided => self.would_decide(&self.undecided_reasons(verdict, scope), scope),
            Outcome::Pass | Outcome::NotApplicable | Outcome::Waived | Outcome::Off => None,
        };
        let newest = self.snapshots.get(scope.moment.at).map(|snapshot| snapshot.record.span);
        for reason in &verdict.reasons.first {
            let Some(span) = reason.span.or(newest) else { continue };
            report.evidence.push(Saw {
                expression: report.rule.clone(),
                said: Said::Value(Figure::unknown().into()),
                because: vec![reason.kind.clone()],
                span,
            });
            let said = Said::Unknown(reason.kind.clone(), Earlier::Unasked);
            point(report, Some(self.first_line(span)), said);
        }
    }

    /// Why a rule is undecided: for its conditions, and beyond them.
    fn undecided_reasons(&self, verdict: &Verdict<'a>, scope: Scope<'_, 'a>) -> Reasons {
        let mut reasons = verdict.reasons.clone();
        for expr in &verdict.deciding {
            if let Truth::Undecided(why) = self.truth(expr, scope) {
                reasons.merge(&why);
            }
        }
        reasons
    }

    /// Walks down to the comparisons and calls that decided; in `a and b` with `a` true, to `b` alone.
    /// A condition of very many parts is told by the first ones.
    pub(super) fn explain_condition(&self, expr: &'a Expr, scope: Scope<'_, 'a>, report: &mut RuleVerdict) {
        if report.evidence.len() >= MAX_TOLD || !self.tries.spend(EFFORT) {
            return;
        }
        let truth = self.truth(expr, scope);
        match &expr.kind {
            ExprKind::Logic(op, operands) => {
                let decides = |operand: &Truth| match (op, &truth) {
                    (LogicOp::And, Truth::No) => *operand == Truth::No,
                    (LogicOp::Or, Truth::Yes) => *operand == Truth::Yes,
                    (_, Truth::Undecided(_)) => matches!(operand, Truth::Undecided(_)),
                    (LogicOp::And, Truth::Yes) | (LogicOp::Or, Truth::No) => true,
                };
                for operand in operands.iter().filter(|operand| decides(&self.truth(operand, scope))) {
                    self.explain_condition(operand, scope, report);
                }
            }
            ExprKind::Not(inner) => self.explain_condition(inner, scope, report),
            ExprKind::AtLeast { of, .. } => self.explain_counted(of, &truth, scope, report),
            ExprKind::If { condition, then, otherwise } => {
                let (taken, other) = match self.truth(condition, scope) {
                    Truth::Yes => (then, otherwise),
                    Truth::No => (otherwise, then),
                    Truth::Undecided(_) => return self.explain_condition(condition, scope, report),
                };
                // Where the other branch says the same, the condition has nothing to do with it.
                if self.truth(other, scope) != truth {
                    self.explain_condition(condition, scope, report);
                }
                self.explain_condition(taken, scope, report);
            }
            ExprKind::Compare(_, left, right) if self.is_truth(left) => {
                self.explain_condition(left, scope, report);
                self.explain_condition(right, scope, report);
            }
            ExprKind::Compare(op, left, right) => {
                self.explain_compare(*op, left, right, &truth, scope, report);
            }
            ExprKind::With { .. } => self.explain_with(expr, &truth, scope, report),
            ExprKind::In { item, negated, set } => {
                let inside = (truth == Truth::Yes) == *negated;
                self.explain_in((item, set), inside, &truth, scope, report);
            }
            ExprKind::Path(_) if let Some(inner) = self.let_behind(expr) => {
                let value = self.figure(expr, &self.eval(expr, scope));
                point(report, Some(expr.span), Said::Value(value.into()));
                self.explain_condition(inner, Scope::at(scope.moment), report);
            }
            ExprKind::Has(_)
            | ExprKind::Path(_)
            | ExprKind::Entry { .. }
            | ExprKind::Call { .. }
            | ExprKind::Literal(_)
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..) => {
                // The elements that count against a condition are those for which it is as it should not be.
                let instead = if truth == Truth::Yes { Instead::Less } else { Instead::More };
                self.explain_side(
                    expr,
                    Side {
                        instead: Some(instead),
                        decided: !matches!(truth, Truth::Undecided(_)),
                        ..Side::default()
                    },
                    scope,
                    report,
                );
            }
        }
    }

    /// What should lie in a set, or outside of it, and the ends or members of that.
    fn explain_in(
        &self,
        (item, set): (&'a Expr, &'a Set),
        inside: bool,
        truth: &Truth,
        scope: Scope<'_, 'a>,
        report: &mut RuleVerdict,
    ) {
        let instead = self.instead_in(item, set, inside, scope);
        let decided = !matches!(truth, Truth::Undecided(_));
        self.explain_side(item, Side { instead, decided, ..Side::default() }, scope, report);
        match set {
            Set::Range(low, high) => {
                self.explain_side(low, Side::default(), scope, report);
                self.explain_side(high, Side::default(), scope, report);
            }
            Set::List(members, _) => {
                let told = members.iter().take(MAX_TOLD);
                told.for_each(|m| self.explain_side(m, Side::default(), scope, report));
            }
            Set::Value(value) | Set::Pattern(value) => {
                self.explain_side(value, Side::default(), scope, report)
            }
        }
    }

    /// Conditions that are counted: all are shown, but not all of them decided.
    fn explain_counted(
        &self,
        conditions: &'a [Expr],
        truth: &Truth,
        scope: Scope<'_, 'a>,
        report: &mut RuleVerdict,
    ) {
        for condition in conditions {
            let own = self.truth(condition, scope);
            if own == *truth || matches!(own, Truth::Undecided(_)) {
                self.explain_condition(condition, scope, report);
            } else {
                let value = self.figure(condition, &Evidence::Truth(own));
                point(report, Some(condition.span), Said::Value(value.into()));
            }
        }
    }

    /// A claim with its confidence: its two sides, what it is a sample of, and why it is undecided or how far to trust it.
    fn explain_with(&self, expr: &'a Expr, truth: &Truth, scope: Scope<'_, 'a>, report: &mut RuleVerdict) {
        let ExprKind::With { claim, confidence, population, every_look } = &expr.kind else { return };
        if let ExprKind::Compare(op, left, right) = &claim.kind {
            self.explain_compare(*op, left, right, truth, scope, report);
            self.explain_samples(*op, left, truth, scope, report);
        }
        for part in [confidence].into_iter().chain(population) {
            self.explain_side(part, Side::default(), scope, report);
        }
        self.explain_reasons(expr, truth, scope, report);
        if let (Truth::Yes | Truth::No, ExprKind::Compare(_, left, _)) = (truth, &claim.kind)
            && self.is_approximate(left, every_look.is_some(), scope)
        {
            point(report, Some(expr.span), Said::Approximately { shown: *truth == Truth::Yes });
        }
    }

    /// What an expression stands for: the value of the last let of those that it names one after another.
    pub(super) fn behind_lets(&self, expr: &'a Expr) -> &'a Expr {
        let plain = |inner: &'a Expr| self.let_behind(inner).filter(|_| !self.is_recursive(inner));
        std::iter::successors(Some(expr), |inner| plain(inner)).last().unwrap_or(expr)
    }

    fn is_truth(&self, expr: &Expr) -> bool {
        self.program.expr(expr.id).is_some_and(|info| info.ty == Type::Bool)
    }

    fn is_recursive(&self, expr: &Expr) -> bool {
        match self.program.expr(expr.id).and_then(|info| info.target.as_ref()) {
            Some(Target::Let(index)) => self.program.lets.get(*index).is_none_or(|inner| inner.recursive),
            _ => false,
        }
    }

    pub(super) fn let_behind(&self, expr: &'a Expr) -> Option<&'a Expr> {
        match self.program.expr(expr.id)?.target.as_ref()? {
            Target::Let(index) => self.program.lets.get(*index).map(|inner| &inner.decl.value),
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Workflows(_)
            | Target::Date(_)
            | Target::Element { .. }
            | Target::Param(_)
            | Target::Table(_)
            | Target::Stage(_)
            | Target::Member(_)
            | Target::Call(_) => None,
        }
    }

    fn explain_compare(
        &self,
        op: CompareOp,
        left: &'a Expr,
        right: &'a Expr,
        truth: &Truth,
        scope: Scope<'_, 'a>,
        report: &mut RuleVerdict,
    ) {
        // A trigger that fired failed by being true: what counts against it is the opposite.
        let wanted = if *truth == Truth::Yes { op.negated() } else { op };
        let kind = self.common_kind(left, right);
        let instead = self.instead(wanted, &self.eval(left, scope), &self.eval(right, scope));
        let side = Side {
            instead,
            digits: self.telling_digits(left, right, scope),
            kind: kind.as_ref(),
            decided: !matches!(truth, Truth::Undecided(_)),
        };
        self.explain_side(left, side, scope, report);
        self.explain_side(right, Side { instead: instead.map(Instead::mirrored), ..side }, scope, report);
    }

    /// The two samples of a difference.
    fn explain_samples(
        &self,
        op: CompareOp,
        left: &'a Expr,
        truth: &Truth,
        scope: Scope<'_, 'a>,
        report: &mut RuleVerdict,
    ) {
        let Some((a, b)) = self.sides_of_difference(left) else { return };
        let scope = if self.let_behind(left).is_some() { Scope::at(scope.moment) } else { scope };
        let wanted = if *truth == Truth::Yes { op.negated() } else { op };
        let decided = !matches!(truth, Truth::Undecided(_));
        for (side, wanted) in [(a, wanted), (b, wanted.mirrored())] {
            let side_of = Side { instead: Instead::of(wanted), decided, ..Side::default() };
            self.explain_side(side, side_of, scope, report);
        }
    }

    /// One side of a comparison: its value, and where that comes from.
    fn explain_side(&self, expr: &'a Expr, side: Side<'_>, scope: Scope<'_, 'a>, report: &mut RuleVerdict) {
        match self.program.expr(expr.id).and_then(|info| info.target.as_ref()) {
            _ if matches!(expr.kind, ExprKind::Literal(_)) => return,
            Some(Target::Stage(_) | Target::Member(_)) => return,
            Some(Target::Param(index)) => return self.explain_param(*index, expr, scope, report),
            Some(Target::Table(_)) => {
                let mut asked = Vec::new();
                self.entries_asked(expr, scope, &mut asked);
                match asked.as_slice() {
                    [only] => return self.explain_param(*only, expr, scope, report),
                    several => several.iter().for_each(|own| {
                        self.note_threshold(*own, false, scope, report);
                    }),
                }
            }
            Some(
                Target::Field(_)
                | Target::JudgedField(_)
                | Target::Workflows(_)
                | Target::Date(_)
                | Target::Element { .. }
                | Target::Let(_)
                | Target::Call(_),
            )
            | None => {}
        }
        let evidence = self.eval(expr, scope);
        let said = Said::Value(self.reading(expr, scope, side.digits, side.kind));
        let reasons = evidence.reasons();
        let place =
            self.span_of(expr, scope).or_else(|| reasons.first.first().and_then(|reason| reason.span));
        let newest = self.snapshots.get(scope.moment.at).map(|snapshot| snapshot.record.span);
        let told = report.evidence.len();
        if let Some(span) = place.or(newest) {
            report.evidence.push(Saw {
                expression: self.sources.text(expr.span).to_owned(),
                said: said.clone(),
                because: told_first(&reasons),
                span,
            });
        }
        point(report, Some(expr.span), said);
        let pointed = report.pointers.len();
        self.explain_thresholds_within(expr, scope, report);
        // What is known in part has lines of its own, beside those where the rest is missing; first comes what decides.
        if side.decided && !evidence.is_unknown() {
            self.explain_origin(expr, side.instead, scope, report);
            self.explain_why(&reasons, scope, report);
        } else {
            self.explain_why(&reasons, scope, report);
            if !evidence.is_unknown() {
                self.explain_origin(expr, side.instead, scope, report);
            }
        }
        // What is calculated comes from the line that is to blame for it, rather than from the first that is read.
        if matches!(self.behind_lets(expr).kind, ExprKind::If { .. } | ExprKind::Arithmetic(..)) {
            let blamed =
                report.pointers.iter().skip(pointed).find(|pointer| self.is_in_snapshots(pointer.span));
            if let (Some(blamed), Some(saw)) = (blamed, report.evidence.get_mut(told)) {
                saw.span = blamed.span;
            }
        }
    }

    fn is_in_snapshots(&self, span: Span) -> bool {
        self.snapshots.iter().any(|snapshot| snapshot.record.span.file == span.file)
    }

    fn explain_reasons(&self, expr: &'a Expr, truth: &Truth, scope: Scope<'_, 'a>, report: &mut RuleVerdict) {
        if let Truth::Undecided(reasons) = truth {
            self.explain_why(reasons, scope, report);
            for reason in reasons.first.iter().filter(|reason| is_of_the_claim(&reason.kind)) {
                point(report, Some(expr.span), Said::Unknown(reason.kind.clone(), Earlier::Unasked));
            }
        }
    }

    /// Says why something is not known, and where it would have been. A reason without a place is said at the newest
    /// snapshot.
    fn explain_why(&self, reasons: &Reasons, scope: Scope<'_, 'a>, report: &mut RuleVerdict) {
        let newest = self.snapshots.get(scope.moment.at).map(|snapshot| snapshot.record.span);
        for reason in &reasons.first {
            let span = reason.span.or(newest.filter(|_| !is_of_the_claim(&reason.kind)));
            let said = Said::Unknown(reason.kind.clone(), self.earlier(reason, scope));
            point(report, span.map(|span| self.first_line(span)), said);
        }
    }

    /// A value under its name, with the place where it was set unless that is the declaration.
    fn explain_param(&self, index: usize, expr: &Expr, scope: Scope<'_, 'a>, report: &mut RuleVerdict) {
        if let Some(threshold) = self.note_threshold(index, true, scope, report) {
            point(report, Some(expr.span), Said::Param(threshold));
        }
    }

    /// The params that a computed side uses are thresholds too, though no label is put on them.
    fn explain_thresholds_within(&self, expr: &'a Expr, scope: Scope<'_, 'a>, report: &mut RuleVerdict) {
        self.program.every_target(expr, &mut Vec::new(), &mut |target| {
            if let Target::Param(index) = target {
                self.note_threshold(*index, false, scope, report);
            }
            true
        });
        let mut asked = Vec::new();
        self.entries_asked(expr, scope, &mut asked);
        for own in asked {
            self.note_threshold(own, false, scope, report);
        }
    }

    /// Lists a param among the thresholds, once: its value, and where that was set.
    fn note_threshold(
        &self,
        index: usize,
        pointed_at: bool,
        scope: Scope<'_, 'a>,
        report: &mut RuleVerdict,
    ) -> Option<Held> {
        let day = scope.moment.day.day_number();
        let (param, setting) = (self.program.params.get(index)?, self.settings.param_on(index, day)?);
        let within = setting.within.as_ref().filter(|_| setting.configured);
        let threshold = Held {
            param: param.name.clone(),
            figure: match &setting.value {
                ParamValue::List(_) => Figure::word(show_value(&param.ty, &setting.value).into()),
                ParamValue::Value(_) | ParamValue::Calendar(_) => {
                    self.figure_of(&param.ty, &self.eval_param_decl(index, day))
                }
            },
            origin: setting.origin,
            configured: setting.configured,
            within: within.map(|range| (param.ty.clone(), range.clone())),
            because: setting.because.clone(),
            pointed_at,
        };
        match report.thresholds.iter_mut().find(|known| known.param == threshold.param) {
            Some(known) => known.pointed_at |= pointed_at,
            None => report.thresholds.push(threshold.clone()),
        }
        Some(threshold)
    }

    /// The line of the input that an expression's value stands on: the scalar, or the list's key.
    pub(super) fn span_of(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Option<Span> {
        if !self.tries.spend(1) {
            return None;
        }
        let snapshot = |at: usize| self.snapshots.get(at).map(|snapshot| &snapshot.record);
        match self.program.expr(expr.id).and_then(|info| info.target.as_ref()) {
            Some(Target::Field(path)) => find(snapshot(scope.moment.at)?, &path.steps).map(place_of),
            Some(Target::JudgedField(path)) => {
                find(snapshot(scope.moment.judged)?, &path.steps).map(place_of)
            }
            // What looks back at itself comes from many lines.
            Some(Target::Let(index)) => {
                let inner = self.program.lets.get(*index).filter(|inner| !inner.recursive)?;
                self.span_of(&inner.decl.value, Scope::at(scope.moment))
            }
            Some(Target::Call(_)) => match &expr.kind {
                ExprKind::Call { args, .. } => {
                    let arg = args.first()?;
                    if arg.of.is_some() {
                        self.place_of_counts(arg, scope)
                    } else if arg.over.is_some() {
                        self.arg_list(arg, scope).span
                    } else {
                        self.span_of(&arg.value, scope)
                    }
                }
                _ => None,
            },
            // A list of a policy stands where it was set.
            Some(Target::Param(index)) => {
                let setting = self.settings.param_on(*index, scope.moment.day.day_number())?;
                matches!(setting.value, ParamValue::List(_)).then_some(setting.origin)
            }
            Some(Target::Date(word)) => self.place_of_date_word(word, scope),
            Some(
                Target::Workflows(_)
                | Target::Element { .. }
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_),
            ) => None,
            None => expr.children().into_iter().find_map(|child| self.span_of(child, scope)),
        }
    }

    /// A span cut to its first line, so that a label stays on one line.
    pub(super) fn first_line(&self, span: Span) -> Span {
        let length = self.sources.text(span).lines().next().map_or(0, |line| line.trim_end().len());
        let end = span.start.saturating_add(u32::try_from(length.max(1)).unwrap_or(1));
        Span { end: end.min(span.end.max(span.start + 1)), ..span }
    }

    /// How many more digits it takes to tell two different amounts apart.
    pub(super) fn telling_digits(&self, left: &'a Expr, right: &'a Expr, scope: Scope<'_, 'a>) -> usize {
        let figure = |expr: &'a Expr| self.figure(expr, &self.eval(expr, scope));
        figure(left).digits_to_tell(&figure(right))
    }
}

/// What stands at the end of a way through records, or the first list on it.
pub(super) fn find<'r>(record: &'r Record, steps: &[usize]) -> Option<&'r Located> {
    let (step, rest) = steps.split_first()?;
    let located = record.fields.get(*step)?.as_ref()?;
    match &located.value {
        Value::Record(inner) if !rest.is_empty() => find(inner, rest),
        Value::Record(_)
        | Value::List(_)
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Number(_)
        | Value::Range(_)
        | Value::Counted(_) => Some(located),
    }
}

/// A list by its key, anything else by itself.
pub(super) fn place_of(located: &Located) -> Span {
    match &located.value {
        Value::List(_) | Value::Record(_) => located.key,
        Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_) => {
            located.span
        }
    }
}

/// Points at a place, unless something is said of it already that is more than how many elements it has.
pub(super) fn point(report: &mut RuleVerdict, span: Option<Span>, said: Said) {
    let Some(span) = span else { return };
    match report.pointers.iter_mut().find(|pointer| pointer.span == span) {
        Some(pointer) if matches!(pointer.said, Said::Elements { .. }) => pointer.said = said,
        Some(_) => {}
        None => report.pointers.push(Pointer { span, said }),
    }
}

/// The first reason, and what is said of the list of an element that it is about.
fn told_first(reasons: &Reasons) -> Vec<ReasonKind> {
    let mut told: Vec<ReasonKind> = reasons.first.iter().take(1).map(|reason| reason.kind.clone()).collect();
    if let Some(ReasonKind::MissingInElement { .. }) = told.first() {
        let mut kinds = reasons.first.iter().map(|reason| &reason.kind);
        told.extend(kinds.find(|kind| matches!(kind, ReasonKind::CollectedInPart { .. })).cloned());
    }
    told
}

/// Whether a reason says something of a claim with confidence as a whole, and is shown at it.
fn is_of_the_claim(reason: &ReasonKind) -> bool {
    matches!(
        reason,
        ReasonKind::TooFew { .. }
            | ReasonKind::InBoth { .. }
            | ReasonKind::MoreThanAll { .. }
            | ReasonKind::WithoutCounts { .. }
    )
}
