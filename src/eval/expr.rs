//! Expressions, except lists, comparisons and series.

use std::rc::Rc;
use std::str::Chars;

use super::claim::Terms;
use super::moved::{move_date, move_time};
use super::recorded::Recorded;
use super::written::{RecordSource, eval_value};
use super::{Evaluator, Evidence, ItemValue, List, ListItem, Moment, Scope};
use crate::ast::{ArithmeticOp, Expr, ExprKind, LiteralKind, LogicOp, Set};
use crate::builtins::Shape;
use crate::builtins::instant::weekday;
use crate::evidence::{Amount, Elapsed, Reasons, Truth, Word};
use crate::program::{FieldPath, ParamValue, Target};
use crate::settings::ParamSetting;
use crate::types::Type;
use crate::value::{Located, Number, Record, Value, day_number};

impl<'a> Evaluator<'a> {
    /// What an expression is worth.
    pub(super) fn eval(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Evidence<'a> {
        if let Some(assumed) = self.assumption(expr, scope) {
            return assumed.value.clone();
        }
        if !self.budget.spend(1) {
            return self.unknown(expr);
        }
        let evidence = self.eval_kind(expr, scope);
        // Nothing is undecided without a reason. Where the budget is spent, the workflow has an error and no verdict; and
        // nobody is told why something is not known that is only assumed.
        debug_assert!(evidence.says_why() || self.budget.is_spent() || !self.assumed.is_empty(), "{expr:?}");
        evidence
    }

    fn eval_kind(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Evidence<'a> {
        match &expr.kind {
            ExprKind::Literal(literal) => eval_literal(literal),
            ExprKind::Path(_) => self.eval_path(expr, scope),
            ExprKind::Entry { key, .. } => self.eval_entry(expr, key, scope),
            ExprKind::Not(inner) => Evidence::Truth(self.truth(inner, scope).negate()),
            ExprKind::Neg(inner) => match self.eval(inner, scope) {
                Evidence::Amount(amount) => Evidence::Amount(amount.negate()),
                Evidence::Elapsed(elapsed) => Evidence::Amount(elapsed.seconds().negate()),
                other @ (Evidence::Truth(_)
                | Evidence::Calendar(_)
                | Evidence::Word(_)
                | Evidence::List(_)) => other,
            },
            ExprKind::Arithmetic(op, left, right) => self.eval_arithmetic(*op, left, right, scope),
            ExprKind::Compare(op, left, right) => {
                let (a, b) = (self.compared_with(left, right, scope), self.compared_with(right, left, scope));
                self.meet(left, right, &b);
                self.meet(right, left, &a);
                Evidence::Truth(self.compare(*op, &a, &b))
            }
            ExprKind::Logic(op, operands) => {
                let conditions = operands.iter().map(|operand| self.truth(operand, scope));
                Evidence::Truth(match op {
                    LogicOp::And => Truth::all(conditions),
                    LogicOp::Or => Truth::any(conditions),
                })
            }
            ExprKind::In { item, negated, set } => {
                let truth = self.eval_in(item, set, scope);
                Evidence::Truth(if *negated { truth.negate() } else { truth })
            }
            ExprKind::If { condition, then, otherwise } => self.eval_if(condition, then, otherwise, scope),
            ExprKind::Has(_) => Evidence::Truth(Truth::known(self.has(expr, scope))),
            ExprKind::Call { args, .. } => self.eval_call(expr, args, scope),
            ExprKind::AtLeast { count, of, .. } => {
                let conditions = of.iter().map(|condition| self.truth(condition, scope));
                Evidence::Truth(Truth::at_least(*count as usize, conditions))
            }
            ExprKind::With { claim, confidence, population, every_look } => {
                let terms = Terms { population: population.as_deref(), every_look: every_look.is_some() };
                Evidence::Truth(self.eval_with(claim, confidence, terms, scope))
            }
        }
    }

    /// What an expression is worth of which nothing can be said.
    pub(super) fn unknown(&self, expr: &Expr) -> Evidence<'a> {
        match self.program.expr(expr.id) {
            Some(info) => Evidence::unknown(&info.ty, &Reasons::default(), ""),
            None => Evidence::Amount(Amount::Unknown(Reasons::default())),
        }
    }

    /// A condition. The checker has seen to it that it is one; what is none would be undecided.
    pub(super) fn truth(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Truth {
        match self.eval(expr, scope) {
            Evidence::Truth(truth) => truth,
            Evidence::Amount(_)
            | Evidence::Elapsed(_)
            | Evidence::Calendar(_)
            | Evidence::Word(_)
            | Evidence::List(_) => Truth::Undecided(Reasons::default()),
        }
    }

    /// A number; see [`Evaluator::truth`].
    pub(super) fn amount(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Amount {
        self.eval(expr, scope).into_amount()
    }

    fn eval_path(&self, expr: &'a Expr, scope: Scope<'_, 'a>) -> Evidence<'a> {
        let Some(info) = self.program.expr(expr.id) else {
            return Evidence::Amount(Amount::Unknown(Reasons::default()));
        };
        match &info.target {
            Some(Target::Field(path)) => self.field(path, &info.ty, scope.moment),
            Some(Target::JudgedField(path)) => {
                let judged = Moment { at: scope.moment.judged, ..scope.moment };
                self.field(path, &info.ty, judged)
            }
            Some(Target::Workflows(path)) => {
                self.workflows(path, &info.ty, scope.moment.at, scope.moment.day)
            }
            Some(Target::Date(word)) => self.date_word(word, &info.ty, scope),
            Some(Target::Element { up, path }) => self.element(*up, path, &info.ty, scope),
            Some(Target::Let(index)) => self.eval_let_decl(*index, scope.moment.of_let()),
            Some(Target::Param(index)) => self.eval_param_decl(*index, scope.moment.day.day_number()),
            Some(Target::Stage(rung)) => Evidence::Amount(Amount::Known(Number::from(*rung))),
            Some(Target::Member(member)) => Evidence::Word(Word::Known(member.clone())),
            Some(Target::Table(_) | Target::Call(_)) | None => {
                Evidence::unknown(&info.ty, &Reasons::default(), "")
            }
        }
    }

    /// The value of a param that is in force on a day.
    pub(super) fn eval_param_decl(&self, index: usize, day: i64) -> Evidence<'a> {
        if let Some(swept) = self.swept_value(index) {
            return swept;
        }
        match self.settings.param_on(index, day).map(|param| &param.value) {
            Some(ParamValue::Value(value)) => eval_value(value),
            Some(ParamValue::Calendar(months)) => Evidence::Calendar(*months),
            Some(ParamValue::List(values)) => {
                let of = |setting: &ParamSetting| setting.origin;
                let span = self.settings.param_on(index, day).map(of);
                let item = |value| ListItem {
                    group: None,
                    value: ItemValue::Evidence(eval_value(value)),
                    of: None,
                    at: 0,
                    span: None,
                };
                let name = self.program.params.get(index).map_or("", |param| &*param.decl.name.text);
                self.budget.spend(values.len());
                let items = values.iter().map(item).collect();
                Evidence::List(Rc::new(List { items, name: Rc::from(name), span, ..List::default() }))
            }
            None => Evidence::Amount(Amount::Unknown(Reasons::default())),
        }
    }

    fn field(&self, path: &FieldPath, ty: &Type, moment: Moment) -> Evidence<'a> {
        let Some(snapshot) = self.snapshots.get(moment.at) else {
            return Evidence::unknown(ty, &Reasons::default(), &path.name);
        };
        if let Some(asked) = self.taken_ask(moment.at, path) {
            return asked;
        }
        let missing = |span, left_empty| self.missing(snapshot, path, ty, (span, left_empty));
        let from = RecordSource { date: snapshot.date, missing: &missing };
        self.walk(&snapshot.record, path, ty, moment, from)
    }

    fn element(&self, up: usize, path: &FieldPath, ty: &Type, scope: Scope<'_, 'a>) -> Evidence<'a> {
        let Some(item) = scope.item(up) else {
            return Evidence::unknown(ty, &Reasons::default(), &path.name);
        };
        if let Some(key) = item.group.as_ref().zip(path.steps.first()).and_then(|(group, at)| group.key(*at))
        {
            return key;
        }
        match &item.value {
            ItemValue::Evidence(evidence) => evidence.clone(),
            ItemValue::Workflow(seen) => self.field_of_workflow(*seen, path, ty, item.at),
            ItemValue::Record(element) => {
                let moment = match item.at == scope.moment.at {
                    true => scope.moment,
                    false => self.moment_of_element(item.at, scope.moment),
                };
                self.field_of_element(element, path, ty, moment)
            }
        }
    }

    /// Follows a path from a record.
    pub(super) fn walk(
        &self,
        record: &'a Record,
        path: &FieldPath,
        ty: &Type,
        moment: Moment,
        from: RecordSource<'_>,
    ) -> Evidence<'a> {
        let missing = from.missing;
        let mut record = record;
        let mut steps = path.steps.iter();
        let mut found: Option<&'a Located> = None;
        while let Some(step) = steps.next() {
            let Some(located) = record.fields.get(*step).and_then(Option::as_ref) else {
                let empty = record.empty.iter().find(|(at, _)| at == step);
                let place = empty.map_or(record.span, |(_, key)| *key);
                return Evidence::unknown(ty, &missing(place, empty.is_some()), &path.name);
            };
            found = Some(located);
            match &located.value {
                Value::Record(inner) => record = inner,
                Value::List(elements) => {
                    return Evidence::List(Rc::new(self.list(
                        located,
                        elements,
                        steps.as_slice(),
                        path,
                        ty,
                        moment,
                    )));
                }
                Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_) => {}
            }
        }
        found.map_or_else(
            || Evidence::unknown(ty, &missing(record.span, false), &path.name),
            |located| self.recorded_value(located, path, ty, from.date),
        )
    }

    fn list(
        &self,
        located: &'a Located,
        elements: &'a [Located],
        steps: &[usize],
        path: &FieldPath,
        ty: &Type,
        moment: Moment,
    ) -> List<'a> {
        let at = moment.at;
        self.budget.spend(elements.len());
        let element_type = ty.element().unwrap_or(ty);
        let rest = FieldPath { steps: steps.to_vec(), ..path.clone() };
        let item = |element: &'a Located| {
            let of =
                if let Value::Record(record) = &element.value { Some(Recorded::once(record)) } else { None };
            let value = match &element.value {
                Value::Record(record) if rest.steps.is_empty() && rest.computed.is_none() => {
                    ItemValue::Record(Recorded::once(record))
                }
                Value::Record(record) => {
                    let element = Recorded::once(record);
                    ItemValue::Evidence(self.field_of_element(&element, &rest, element_type, moment))
                }
                Value::Bool(_)
                | Value::Text(_)
                | Value::Number(_)
                | Value::Range(_)
                | Value::Counted(_)
                | Value::List(_) => {
                    ItemValue::Evidence(self.recorded_value(element, path, element_type, self.day(at)))
                }
            };
            ListItem { value, of, group: None, at, span: Some(element.span) }
        };
        List {
            items: elements.iter().map(item).collect(),
            name: Rc::from(&*path.name),
            span: Some(located.key),
            ..List::default()
        }
    }

    fn eval_arithmetic(
        &self,
        op: ArithmeticOp,
        left: &'a Expr,
        right: &'a Expr,
        scope: Scope<'_, 'a>,
    ) -> Evidence<'a> {
        let is_date = |expr: &Expr| self.program.expr(expr.id).is_some_and(|info| info.ty == Type::Date);
        let (a, b) = (self.eval(left, scope), self.eval(right, scope));
        if let (Evidence::Amount(time), Evidence::Calendar(months)) = (&a, &b)
            && !is_date(left)
        {
            return Evidence::Amount(move_time(
                time,
                if op == ArithmeticOp::Subtract { -months } else { *months },
            ));
        }
        match (is_date(left), is_date(right), op) {
            (true, true, _) => Evidence::Elapsed(Elapsed::between(b.into_amount(), a.into_amount())),
            (true, false, ArithmeticOp::Subtract) => Evidence::Amount(move_date(a, b, true)),
            (true, false, _) => Evidence::Amount(move_date(a, b, false)),
            (false, true, _) => Evidence::Amount(move_date(b, a, false)),
            (false, false, op) => {
                let (a, b) = (a.into_amount(), b.into_amount());
                Evidence::Amount(self.budget.short(match op {
                    ArithmeticOp::Add => a.add(&b),
                    ArithmeticOp::Subtract => a.subtract(&b),
                    ArithmeticOp::Multiply => a.multiply(&b),
                    ArithmeticOp::Divide => a.divide(&b),
                }))
            }
        }
    }

    fn eval_in(&self, item_expr: &'a Expr, set: &'a Set, scope: Scope<'_, 'a>) -> Truth {
        let item = self.eval(item_expr, scope);
        let equal = |expr: &'a Expr, other: &Evidence<'a>| {
            self.meet(item_expr, expr, other);
            self.compare(crate::ast::CompareOp::Equal, &item, other)
        };
        match set {
            Set::Range(low, high) => {
                self.meet(low, item_expr, &item);
                self.meet(high, item_expr, &item);
                let (least, most) = (&**low, &**high);
                let (low, high) = (self.eval(low, scope), self.eval(high, scope));
                self.meet(item_expr, least, &low);
                self.meet(item_expr, most, &high);
                let at_least = self.compare(crate::ast::CompareOp::GreaterEqual, &item, &low);
                let at_most = self.compare(crate::ast::CompareOp::LessEqual, &item, &high);
                Truth::all([at_least, at_most])
            }
            Set::List(members, _) => {
                Truth::any(members.iter().map(|member| equal(member, &self.eval(member, scope))))
            }
            Set::Pattern(pattern) => match (&item, &self.eval(pattern, scope)) {
                (Evidence::Word(Word::Known(text)), Evidence::Word(Word::Known(pattern))) => {
                    self.budget.spend(text.len().saturating_mul(pattern.len()) / 64);
                    Truth::known(matches(text, pattern))
                }
                (item, _) => Truth::Undecided(item.reasons()),
            },
            Set::Value(value) => {
                let list = self.eval(value, scope).into_list();
                if let Some(reasons) = &list.unknown {
                    return Truth::Undecided(reasons.clone());
                }
                let open = list.open.clone().map(Truth::Undecided);
                let items = list.items.iter().map(|item| match &item.value {
                    ItemValue::Evidence(evidence) => equal(value, evidence),
                    ItemValue::Record(_) | ItemValue::Workflow(_) => Truth::No,
                });
                Truth::any(items.chain(open))
            }
        }
    }

    fn eval_if(
        &self,
        condition: &'a Expr,
        then: &'a Expr,
        otherwise: &'a Expr,
        scope: Scope<'_, 'a>,
    ) -> Evidence<'a> {
        match self.truth(condition, scope) {
            Truth::Yes => self.eval(then, scope),
            Truth::No => self.eval(otherwise, scope),
            Truth::Undecided(reasons) => self.eval(then, scope).hull(self.eval(otherwise, scope), &reasons),
        }
    }

    fn eval_call(&self, expr: &'a Expr, args: &'a [crate::ast::Arg], scope: Scope<'_, 'a>) -> Evidence<'a> {
        let Some(info) = self.program.expr(expr.id) else {
            return Evidence::Truth(Truth::Undecided(Reasons::default()));
        };
        let Some(Target::Call(builtin)) = &info.target else {
            return Evidence::unknown(&info.ty, &Reasons::default(), "");
        };
        let Some(first) = args.first() else { return Evidence::unknown(&info.ty, &Reasons::default(), "") };
        match &builtin.shape {
            Shape::Counting(_) | Shape::Numbers(_) | Shape::Distinct | Shape::Longest => {
                self.once_a_day(expr, args, scope, || self.eval_aggregate(&builtin.shape, expr, args, scope))
            }
            Shape::Along(along) => self.eval_series_call(along, args, &info.ty, scope),
            Shape::Default => match args.get(1) {
                Some(other) if !self.has(&first.value, scope) => self.eval(&other.value, scope),
                Some(_) | None => self.eval(&first.value, scope),
            },
            Shape::Weekday => Evidence::Word(weekday(&self.eval(&first.value, scope).into_amount())),
            Shape::Part(part) => Evidence::Amount((part.of)(&self.eval(&first.value, scope).into_amount())),
            Shape::Confidence => self.eval_confidence(first, scope),
        }
    }
}

/// Whether a whole text is one that a pattern stands for: `*` is any letters or none, `?` any one. It goes back to the last
/// `*` alone, so that it takes no more than one look at each letter for each of the pattern.
fn matches(text: &str, pattern: &str) -> bool {
    let (mut text, mut pattern) = (text.chars(), pattern.chars());
    // What is left behind the last `*`, and of the text when that takes in no letter more.
    let mut star: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        let (before, mut rest) = (text.clone(), pattern.clone());
        match (rest.next(), text.next()) {
            (Some('*'), _) => {
                star = Some((rest.clone(), before.clone()));
                (text, pattern) = (before, rest);
            }
            (None, None) => return true,
            (Some(wanted), Some(letter)) if wanted == '?' || wanted == letter => pattern = rest,
            (_, None) => return false,
            (_, Some(_)) => {
                let Some((behind, from)) = &mut star else { return false };
                // The `*` takes in one letter more.
                from.next();
                (pattern, text) = (behind.clone(), from.clone());
            }
        }
    }
}

fn eval_literal<'a>(literal: &LiteralKind) -> Evidence<'a> {
    match literal {
        LiteralKind::Number(number)
        | LiteralKind::Share(number)
        | LiteralKind::Unit(number, _)
        | LiteralKind::Duration(number)
        | LiteralKind::Time(number) => Evidence::Amount(Amount::Known(number.clone())),
        LiteralKind::Calendar(months) => Evidence::Calendar(*months),
        LiteralKind::Date(date) => Evidence::Amount(Amount::Known(day_number(*date).into())),
        LiteralKind::Text(text) => Evidence::Word(Word::Known(text.clone())),
        LiteralKind::Bool(value) => Evidence::Truth(Truth::known(*value)),
    }
}

impl<'a> Evidence<'a> {
    /// Nothing known of an expression of a type; `name` is what elements of a list are called.
    pub(super) fn unknown(ty: &Type, reasons: &Reasons, name: &str) -> Self {
        let reasons = reasons.clone();
        match ty {
            Type::Bool => Self::Truth(Truth::Undecided(reasons)),
            Type::Text | Type::Choice(_) => Self::Word(Word::Unknown(reasons)),
            Type::Elapsed => {
                Self::Elapsed(Elapsed::between(Amount::Unknown(reasons.clone()), Amount::Unknown(reasons)))
            }
            Type::List(_) => {
                let span = reasons.first.first().and_then(|reason| reason.span);
                Self::List(Rc::new(List {
                    unknown: Some(reasons),
                    name: Rc::from(name),
                    span,
                    ..List::default()
                }))
            }
            Type::Amount(_)
            | Type::Date
            | Type::Time
            | Type::Stage
            | Type::Calendar
            | Type::Record(_)
            | Type::Error => Self::Amount(Amount::Unknown(reasons)),
        }
    }

    /// As a number; what runs between dates in seconds.
    pub(super) fn into_amount(self) -> Amount {
        match self {
            Self::Amount(amount) => amount,
            Self::Elapsed(elapsed) => elapsed.seconds(),
            Self::Truth(_) | Self::Calendar(_) | Self::Word(_) | Self::List(_) => {
                Amount::Unknown(Reasons::default())
            }
        }
    }

    /// As a list.
    pub(super) fn into_list(self) -> Rc<List<'a>> {
        match self {
            Self::List(list) => list,
            Self::Truth(_) | Self::Amount(_) | Self::Elapsed(_) | Self::Calendar(_) | Self::Word(_) => {
                Rc::new(List { unknown: Some(Reasons::default()), ..List::default() })
            }
        }
    }

    /// Why it is not known; empty if it is.
    pub(super) fn reasons(&self) -> Reasons {
        match self {
            Self::Truth(Truth::Undecided(reasons)) | Self::Word(Word::Unknown(reasons)) => reasons.clone(),
            Self::Truth(Truth::Yes | Truth::No) | Self::Calendar(_) | Self::Word(Word::Known(_)) => {
                Reasons::default()
            }
            Self::Amount(amount) => amount.reasons(),
            Self::Elapsed(elapsed) => elapsed.seconds().reasons(),
            Self::List(list) => list.unknown.clone().or_else(|| list.open.clone()).unwrap_or_default(),
        }
    }

    /// Whether there is a reason for all that is not known of it.
    fn says_why(&self) -> bool {
        let amount = |amount: &Amount| amount.known().is_some() || !amount.reasons().is_empty();
        match self {
            Self::Truth(Truth::Undecided(reasons)) | Self::Word(Word::Unknown(reasons)) => {
                !reasons.is_empty()
            }
            Self::Truth(Truth::Yes | Truth::No) | Self::Calendar(_) | Self::Word(Word::Known(_)) => true,
            Self::Amount(known) => amount(known),
            Self::Elapsed(elapsed) => elapsed.spans().all(|span| amount(&span.from) && amount(&span.to)),
            Self::List(list) => {
                let hole = list.hole.as_ref().map(|(_, reasons)| reasons);
                [list.unknown.as_ref(), list.open.as_ref(), hole]
                    .into_iter()
                    .flatten()
                    .all(|reasons| !reasons.is_empty())
            }
        }
    }

    /// Whether nothing at all is known: neither a value nor bounds, no element of a list.
    pub(super) fn is_unknown(&self) -> bool {
        match self {
            Self::Truth(truth) => matches!(truth, Truth::Undecided(_)),
            Self::Word(word) => matches!(word, Word::Unknown(_)),
            Self::Amount(amount) => matches!(amount, Amount::Unknown(_)),
            Self::Elapsed(elapsed) => matches!(elapsed.seconds(), Amount::Unknown(_)),
            Self::Calendar(_) => false,
            Self::List(list) => list.unknown.is_some(),
        }
    }

    /// Either of the two, it is undecided which, for `reasons`.
    pub(super) fn hull(self, other: Self, reasons: &Reasons) -> Self {
        match (self, other) {
            (Self::Truth(a), Self::Truth(b)) => Self::Truth(Truth::Undecided(reasons.clone()).choose(a, b)),
            (Self::Truth(_), _) => Self::Truth(Truth::Undecided(reasons.clone())),
            (Self::Word(a), Self::Word(b)) => Self::Word(a.hull(&b, reasons)),
            (Self::Elapsed(a), Self::Elapsed(b)) => Self::Elapsed(a.hull(b, reasons)),
            (Self::Calendar(a), Self::Calendar(b)) if a == b => Self::Calendar(a),
            (Self::List(a), _) => Self::List(Rc::new(List {
                unknown: Some(reasons.clone()),
                name: a.name.clone(),
                ..List::default()
            })),
            (a, b) => Self::Amount(a.into_amount().hull(&b.into_amount(), reasons)),
        }
    }
}
