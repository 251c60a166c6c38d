//! Why a rule came out as it did: the sub-expressions that decided, their values, and the lines that these came from.

use super::compare::Sample;
use super::rule::Verdict;
use super::{Evaluator, Evidence, Item, ItemValue, Scope};
use crate::ast::{Arg, CompareOp, Expr, ExprKind, LogicOp, Set};
use crate::builtins::Builtin;
use crate::diagnostic::Label;
use crate::evidence::{ReasonKind, Reasons, Truth};
use crate::program::{FieldPath, Target};
use crate::report::{EvidenceReport, RuleReport, Threshold, line_of};
use crate::settings::show_range;
use crate::source::Span;
use crate::types::{Kind, Type};
use crate::value::{Located, Number, Record, Value};

/// How many elements of a list are named.
const NAMED_ELEMENTS: usize = 3;
/// How many more digits two amounts that look the same are shown with at most.
const MORE_DIGITS: usize = 8;

/// How one side of a comparison is explained.
#[derive(Clone, Copy, Default)]
struct Side {
    /// How it should have compared.
    wanted: Option<CompareOp>,
    /// How many more digits its value is shown with.
    digits: usize,
}

impl<'a> Evaluator<'a> {
    /// Fills in a report's evidence, thresholds, labels, and what would change it.
    pub(super) fn explain(&self, verdict: &Verdict<'a>, scope: Scope<'_, 'a>, report: &mut RuleReport) {
        for expr in &verdict.deciding {
            self.explain_condition(expr, scope, report);
        }
        let newest = self.snapshots.get(scope.moment.at).map(|snapshot| snapshot.record.span);
        for reason in &verdict.reasons.first {
            let span = reason.span.or(newest);
            report.evidence.extend(span.map(|span| EvidenceReport {
                expression: report.rule.clone(),
                value: format!("unknown: {reason}"),
                place: self.place(span),
            }));
            push_label(report, span.map(|span| self.first_line(span)), reason.to_string());
        }
    }

    /// Walks down to the comparisons and calls that decided; in `a and b` with `a` true, to `b` alone.
    fn explain_condition(&self, expr: &'a Expr, scope: Scope<'_, 'a>, report: &mut RuleReport) {
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
            ExprKind::AtLeast { of, .. } => {
                // All are shown, for they are counted; but what would turn one that does not decide would change nothing.
                for operand in of {
                    let decides = match (&truth, self.truth(operand, scope)) {
                        (Truth::Yes, operand) => operand == Truth::Yes,
                        (Truth::No | Truth::Undecided(_), operand) => operand != Truth::Yes,
                    };
                    let would_pass = report.would_pass.clone();
                    self.explain_condition(operand, scope, report);
                    if !decides {
                        report.would_pass = would_pass;
                    }
                }
            }
            ExprKind::If { condition, then, otherwise } => match self.truth(condition, scope) {
                Truth::Yes => self.explain_condition(then, scope, report),
                Truth::No => self.explain_condition(otherwise, scope, report),
                Truth::Undecided(_) => self.explain_condition(condition, scope, report),
            },
            ExprKind::Compare(op, left, right) => {
                self.explain_compare(*op, left, right, &truth, scope, report);
            }
            ExprKind::With { claim, confidence } => {
                if let ExprKind::Compare(op, left, right) = &claim.kind {
                    self.explain_compare(*op, left, right, &truth, scope, report);
                }
                self.explain_side(confidence, Side::default(), scope, report);
                self.explain_reasons(expr, &truth, scope, report);
            }
            ExprKind::In { item, set, .. } => {
                self.explain_side(item, Side::default(), scope, report);
                match set {
                    Set::Range(low, high) => {
                        self.explain_side(low, Side::default(), scope, report);
                        self.explain_side(high, Side::default(), scope, report);
                    }
                    Set::List(members, _) => {
                        members.iter().for_each(|m| self.explain_side(m, Side::default(), scope, report))
                    }
                    Set::Value(value) => self.explain_side(value, Side::default(), scope, report),
                }
            }
            ExprKind::Path(_) if let Some(inner) = self.let_behind(expr) => {
                push_label(report, Some(expr.span), self.show(expr, &self.eval(expr, scope)));
                self.explain_condition(inner, Scope::at(scope.moment), report);
            }
            ExprKind::Has(_)
            | ExprKind::Path(_)
            | ExprKind::Call { .. }
            | ExprKind::Literal(_)
            | ExprKind::Neg(_)
            | ExprKind::Arithmetic(..) => {
                // The elements that count against a condition are those for which it is as it should not be.
                let wanted = if truth == Truth::Yes { CompareOp::LessEqual } else { CompareOp::GreaterEqual };
                self.explain_side(expr, Side { wanted: Some(wanted), digits: 0 }, scope, report);
            }
        }
    }

    fn let_behind(&self, expr: &'a Expr) -> Option<&'a Expr> {
        match self.program.expr(expr.id)?.target.as_ref()? {
            Target::Let(index) => self.program.lets.get(*index).map(|inner| &inner.decl.value),
            Target::Field(_)
            | Target::JudgedField(_)
            | Target::Element { .. }
            | Target::Param(_)
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
        report: &mut RuleReport,
    ) {
        // A trigger that fired failed by being true: what counts against it is the opposite.
        let wanted = if *truth == Truth::Yes { opposite(op) } else { op };
        let digits = self.telling_digits(left, right, scope);
        self.explain_side(left, Side { wanted: Some(wanted), digits }, scope, report);
        self.explain_side(right, Side { wanted: Some(mirror(wanted)), digits }, scope, report);
        if report.would_pass.is_none() && *truth == Truth::No {
            report.would_pass = self.nearest_passing(op, left, right, scope);
        }
    }

    /// One side of a comparison: its value, and where that comes from.
    fn explain_side(&self, expr: &'a Expr, side: Side, scope: Scope<'_, 'a>, report: &mut RuleReport) {
        match self.program.expr(expr.id).and_then(|info| info.target.as_ref()) {
            _ if matches!(expr.kind, ExprKind::Literal(_)) => return,
            Some(Target::Stage(_) | Target::Member(_)) => return,
            Some(Target::Param(index)) => return self.explain_param(*index, expr, report),
            Some(
                Target::Field(_)
                | Target::JudgedField(_)
                | Target::Element { .. }
                | Target::Let(_)
                | Target::Call(_),
            )
            | None => {}
        }
        let evidence = self.eval(expr, scope);
        let shown = self.show_with_arithmetic(expr, scope, side.digits);
        let reasons = evidence.reasons();
        let place =
            self.span_of(expr, scope).or_else(|| reasons.first.first().and_then(|reason| reason.span));
        let newest = self.snapshots.get(scope.moment.at).map(|snapshot| snapshot.record.span);
        if let Some(span) = place.or(newest) {
            let why = reasons.first.first().map(|reason| format!(": {reason}")).unwrap_or_default();
            report.evidence.push(EvidenceReport {
                expression: self.sources.text(expr.span).to_owned(),
                value: format!("{shown}{why}"),
                place: self.place(span),
            });
        }
        push_label(report, Some(expr.span), shown);
        self.explain_thresholds_within(expr, report);
        if reasons.is_empty() {
            self.explain_origin(expr, side.wanted, scope, report);
        } else {
            self.explain_why(&reasons, scope, report);
        }
    }

    fn explain_reasons(&self, expr: &'a Expr, truth: &Truth, scope: Scope<'_, 'a>, report: &mut RuleReport) {
        if let Truth::Undecided(reasons) = truth {
            self.explain_why(reasons, scope, report);
            for reason in
                reasons.first.iter().filter(|reason| matches!(reason.kind, ReasonKind::TooFew { .. }))
            {
                push_label(report, Some(expr.span), reason.to_string());
                report.would_pass.get_or_insert_with(|| reason.to_string());
            }
        }
    }

    /// Says why something is not known, where it would have been, and what would make it known. A reason without a place
    /// is said at the newest snapshot.
    fn explain_why(&self, reasons: &Reasons, scope: Scope<'_, 'a>, report: &mut RuleReport) {
        let newest = self.snapshots.get(scope.moment.at).map(|snapshot| snapshot.record.span);
        for reason in &reasons.first {
            let span = reason.span.or(newest.filter(|_| !matches!(reason.kind, ReasonKind::TooFew { .. })));
            push_label(report, span.map(|span| self.first_line(span)), reason.to_string());
            let remedy = match (&reason.kind, reason.span) {
                (ReasonKind::Missing { field, .. }, Some(span)) => {
                    format!("record `{field}` in {}", self.sources.name(span.file))
                }
                (ReasonKind::Gap { from, to }, _) => format!("a snapshot between {from} and {to}"),
                (ReasonKind::NoneKnown { what, .. }, _) => format!("record `{what}`"),
                (
                    ReasonKind::Missing { .. }
                    | ReasonKind::MissingInElement { .. }
                    | ReasonKind::Empty { .. }
                    | ReasonKind::DividedByZero
                    | ReasonKind::NoSuchDate
                    | ReasonKind::Branches
                    | ReasonKind::Uncovered { .. }
                    | ReasonKind::NoEarlier { .. }
                    | ReasonKind::Later { .. }
                    | ReasonKind::Stale { .. }
                    | ReasonKind::TooFew { .. },
                    _,
                ) => continue,
            };
            report.would_pass.get_or_insert(remedy);
        }
    }

    fn explain_param(&self, index: usize, expr: &Expr, report: &mut RuleReport) {
        if let Some(threshold) = self.note_threshold(index, report) {
            push_label(report, Some(expr.span), format!("{} ({})", threshold.value, threshold.source()));
        }
    }

    /// The params that a computed side uses are thresholds too, though no label is put on them.
    fn explain_thresholds_within(&self, expr: &'a Expr, report: &mut RuleReport) {
        self.every_target(expr, &mut Vec::new(), &mut |target| {
            if let Target::Param(index) = target {
                self.note_threshold(*index, report);
            }
            true
        });
    }

    /// Lists a param among the thresholds, once: its value, and where that was set.
    fn note_threshold(&self, index: usize, report: &mut RuleReport) -> Option<Threshold> {
        let (param, setting) = (self.program.params.get(index)?, self.settings.params.get(index)?);
        let within = setting.within.as_ref().filter(|_| setting.configured);
        let threshold = Threshold {
            param: param.name.to_string(),
            value: self.show_as(&param.ty, &self.eval_param_decl(index), 0),
            from: line_of(setting.origin, self.sources),
            within: within.and_then(|range| show_range(&param.ty, range)),
            because: setting.because.as_deref().map(str::to_owned),
        };
        if !report.thresholds.contains(&threshold) {
            report.thresholds.push(threshold.clone());
        }
        Some(threshold)
    }

    /// The snapshot's line for a known value; for a list, with the elements that count against it.
    fn explain_origin(
        &self,
        expr: &'a Expr,
        wanted: Option<CompareOp>,
        scope: Scope<'_, 'a>,
        report: &mut RuleReport,
    ) {
        let called = self.called(expr);
        let against = called.and_then(|(builtin, call)| match &call.kind {
            ExprKind::Call { args, .. } => {
                self.against(builtin, args.first()?, wanted, Scope::at(scope.moment))
            }
            _ => None,
        });
        let span = self.span_of(expr, scope).map(|span| self.first_line(span));
        match against {
            Some((text, first)) => {
                push_label(report, span, text);
                push_label(report, first.map(|span| self.first_line(span)), "the first of them".to_owned());
            }
            None if self.is_field(self.let_behind(expr).unwrap_or(expr)) => {
                push_label(report, span, self.show(expr, &self.eval(expr, scope)));
            }
            None => self.explain_fields_within(expr, scope, report),
        }
    }

    /// The snapshot's lines for the fields that a value was computed from.
    fn explain_fields_within(&self, expr: &'a Expr, scope: Scope<'_, 'a>, report: &mut RuleReport) {
        let Some(snapshot) = self.snapshots.get(scope.moment.at) else { return };
        let mut paths: Vec<&FieldPath> = Vec::new();
        self.every_target(expr, &mut Vec::new(), &mut |target| {
            if let Target::Field(path) = target
                && !paths.contains(&path)
            {
                paths.push(path);
            }
            true
        });
        for path in paths.iter().take(NAMED_ELEMENTS) {
            let span = find(&snapshot.record, &path.steps).map(|located| self.first_line(place_of(located)));
            push_label(report, span, format!("`{}`", path.name));
        }
    }

    /// «7 of 30 do not satisfy `edit_time < 15%`: r03, r07, r11 and 4 more», and where the first of them stands.
    fn against(
        &self,
        builtin: Builtin,
        arg: &'a Arg,
        wanted: Option<CompareOp>,
        scope: Scope<'_, 'a>,
    ) -> Option<(String, Option<Span>)> {
        let condition = arg.condition.as_ref()?;
        let too_many = matches!(wanted, Some(CompareOp::Less | CompareOp::LessEqual));
        let against = match builtin {
            Builtin::Count | Builtin::Share if too_many => Truth::Yes,
            Builtin::Count | Builtin::Share | Builtin::All => Truth::No,
            Builtin::Any if too_many => Truth::Yes,
            Builtin::Any => Truth::No,
            Builtin::None if too_many => Truth::No,
            Builtin::None => Truth::Yes,
            Builtin::Sum
            | Builtin::Mean
            | Builtin::Median
            | Builtin::Min
            | Builtin::Max
            | Builtin::Percentile
            | Builtin::Distinct
            | Builtin::Default
            | Builtin::Latest
            | Builtin::Held
            | Builtin::Streak
            | Builtin::Since
            | Builtin::Previous
            | Builtin::First
            | Builtin::Change
            | Builtin::Trend
            | Builtin::Confidence => return None,
        };
        let list = self.arg_list(arg, scope);
        let conditions = self.conditions(arg, &list, scope);
        let matching: Vec<(usize, &Item<'a>)> = list
            .items
            .iter()
            .enumerate()
            .zip(&conditions)
            .filter(|(_, truth)| **truth == against)
            .map(|(indexed, _)| indexed)
            .collect();
        let verb = match (&against, matching.len()) {
            (Truth::Yes, 1) => "satisfies",
            (Truth::Yes, _) => "satisfy",
            (_, 1) => "does not satisfy",
            (_, _) => "do not satisfy",
        };
        let total = list.items.len();
        let condition = self.sources.text(condition.span);
        let names: Vec<String> =
            matching.iter().take(NAMED_ELEMENTS).map(|(at, item)| self.element_name(*at, item)).collect();
        let more = matching.len() - names.len();
        if total == 0 {
            return Some(("empty".to_owned(), None));
        }
        let mut text = format!("{} of {total} {verb} `{condition}`", matching.len());
        if !names.is_empty() {
            text.push_str(": ");
            text.push_str(&names.join(", "));
        }
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
        Some((text, matching.first().and_then(|(_, item)| item.span)))
    }

    /// The element's first text, as its key is, or its number in the list.
    fn element_name(&self, at: usize, item: &Item<'a>) -> String {
        let text = match &item.value {
            ItemValue::Record(record) => {
                record.fields.iter().flatten().find_map(|located| match &located.value {
                    Value::Text(text) => Some(text.to_string()),
                    Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Record(_) => None,
                })
            }
            ItemValue::Evidence(_) => None,
        };
        text.unwrap_or_else(|| format!("#{}", at + 1))
    }

    /// The line of the input that an expression's value stands on: the scalar, or the list's key.
    pub(super) fn span_of(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Option<Span> {
        let snapshot = |at: usize| self.snapshots.get(at).map(|snapshot| &snapshot.record);
        match self.program.expr(expr.id).and_then(|info| info.target.as_ref()) {
            Some(Target::Field(path)) => find(snapshot(scope.moment.at)?, &path.steps).map(place_of),
            Some(Target::JudgedField(path)) => {
                find(snapshot(scope.moment.judged)?, &path.steps).map(place_of)
            }
            Some(Target::Let(index)) => {
                self.span_of(&self.program.lets.get(*index)?.decl.value, Scope::at(scope.moment))
            }
            Some(Target::Call(_)) => match &expr.kind {
                ExprKind::Call { args, .. } => {
                    let arg = args.first()?;
                    if arg.over.is_some() {
                        self.arg_list(arg, scope).span
                    } else {
                        self.span_of(&arg.value, scope)
                    }
                }
                _ => None,
            },
            Some(Target::Element { .. } | Target::Param(_) | Target::Stage(_) | Target::Member(_)) => None,
            None => expr.children().into_iter().find_map(|child| self.span_of(child, scope)),
        }
    }

    /// A span cut to its first line, so that a label stays on one line.
    fn first_line(&self, span: Span) -> Span {
        let length = self.sources.text(span).lines().next().map_or(0, |line| line.trim_end().len());
        let end = span.start.saturating_add(u32::try_from(length.max(1)).unwrap_or(1));
        Span { end: end.min(span.end.max(span.start + 1)), ..span }
    }

    /// How many more digits it takes to tell two different amounts apart.
    fn telling_digits(&self, left: &'a Expr, right: &'a Expr, scope: Scope<'_, 'a>) -> usize {
        let show = |expr: &'a Expr, digits| {
            let ty = self.program.expr(expr.id).map_or(&Type::Error, |info| &info.ty);
            self.show_as(ty, &self.eval(expr, scope), digits)
        };
        (0..MORE_DIGITS).find(|digits| show(left, *digits) != show(right, *digits)).unwrap_or(0)
    }

    /// What the left side would have to be at least, or at most, for the comparison to hold.
    fn nearest_passing(
        &self,
        op: CompareOp,
        left: &'a Expr,
        right: &'a Expr,
        scope: Scope<'_, 'a>,
    ) -> Option<String> {
        let threshold = self.amount(right, scope);
        let threshold = threshold.known()?;
        if let Ok(Sample::Share(tally)) = self.sample(left, scope) {
            return more_samples(
                op,
                tally.sure,
                tally.possible,
                tally.total,
                threshold,
                self.sources.text(left.span),
            );
        }
        let Evidence::Amount(now) = self.eval(left, scope) else { return None };
        let ty = &self.program.expr(left.id)?.ty;
        if !matches!(ty, Type::Amount(_)) || matches!(left.kind, ExprKind::Literal(_)) {
            return None;
        }
        let digits = self.telling_digits(left, right, scope);
        let limit_type = self.program.expr(right.id).map_or(&Type::Error, |info| &info.ty);
        let limit = self.show_as(limit_type, &self.eval(right, scope), digits);
        let bound = match op {
            CompareOp::GreaterEqual => format!("at least {limit}"),
            CompareOp::Greater => format!("more than {limit}"),
            CompareOp::LessEqual => format!("at most {limit}"),
            CompareOp::Less => format!("less than {limit}"),
            CompareOp::Equal => limit,
            CompareOp::NotEqual => return None,
        };
        let shown = self.show_as(ty, &Evidence::Amount(now), digits);
        Some(format!("`{}` of {bound}, now {shown}", self.sources.text(left.span)))
    }
}

/// «2 more of the 30 in `light`»: how many elements would have to change sides.
fn more_samples(
    op: CompareOp,
    sure: usize,
    possible: usize,
    total: usize,
    threshold: &Number,
    what: &str,
) -> Option<String> {
    let exact = threshold * Number::from(total);
    let (needed, seen, word) = match op {
        CompareOp::GreaterEqual => (exact.ceil(), possible, "more"),
        CompareOp::Greater => (exact.floor() + dashu_int::IBig::ONE, possible, "more"),
        CompareOp::LessEqual => (exact.floor(), sure, "fewer"),
        CompareOp::Less => (exact.ceil() - dashu_int::IBig::ONE, sure, "fewer"),
        CompareOp::Equal | CompareOp::NotEqual => return None,
    };
    let needed = usize::try_from(needed).ok().filter(|needed| *needed <= total)?;
    let change = needed.abs_diff(seen);
    Some(format!("{change} {word} of the {total} in `{what}` ({needed} of {total} = {})", {
        Kind::Share.show(&(Number::from(needed) / Number::from(total)))
    }))
}

fn find<'r>(record: &'r Record, steps: &[usize]) -> Option<&'r Located> {
    let (step, rest) = steps.split_first()?;
    let located = record.fields.get(*step)?.as_ref()?;
    match &located.value {
        Value::Record(inner) if !rest.is_empty() => find(inner, rest),
        Value::Record(_) | Value::List(_) | Value::Bool(_) | Value::Text(_) | Value::Number(_) => {
            Some(located)
        }
    }
}

/// A list by its key, anything else by itself.
fn place_of(located: &Located) -> Span {
    match &located.value {
        Value::List(_) | Value::Record(_) => located.key,
        Value::Bool(_) | Value::Text(_) | Value::Number(_) => located.span,
    }
}

fn push_label(report: &mut RuleReport, span: Option<Span>, text: String) {
    let Some(span) = span else { return };
    if !report.labels.iter().any(|label| label.span == span) {
        report.labels.push(Label { span, text });
    }
}

fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::GreaterEqual,
        CompareOp::LessEqual => CompareOp::Greater,
        CompareOp::Greater => CompareOp::LessEqual,
        CompareOp::GreaterEqual => CompareOp::Less,
        CompareOp::Equal => CompareOp::NotEqual,
        CompareOp::NotEqual => CompareOp::Equal,
    }
}

/// The comparison as the right side sees it.
fn mirror(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        CompareOp::Equal | CompareOp::NotEqual => op,
    }
}
