//! Calls: which arguments and clauses a function takes, and the aggregates over lists. What looks along the series is in
//! `series`, confidence in `claim`.

use super::Checker;
use super::errors;
use super::form::written_alike;
use super::path::Lookup;
use super::scope::{KeysOfGroup, NameScope};
use super::visible::Due;
use crate::ast::{Arg, Expr, ExprKind, Name};
use crate::builtins::counting::{Counting, Tallied};
use crate::builtins::instant::WEEKDAYS;
use crate::builtins::numbers::{Numbers, Reduce};
use crate::builtins::series::{Along, Which};
use crate::builtins::{self, Builtin, Shape};
use crate::interval::Interval;
use crate::program::{Target, Uses};
use crate::types::{Kind, Quantity, Type};
use crate::value::Number;
use crate::vocabulary::RecordType;

/// How many `where`s may stand within each other: each goes through its list for every element of the one around it.
const MAX_LISTS: usize = 3;

/// Which clauses an argument may have.
#[derive(Clone, Copy)]
pub(super) struct Clauses {
    pub(super) of: bool,
    pub(super) condition: bool,
    pub(super) among: bool,
    pub(super) by: bool,
    pub(super) over: bool,
}

impl Clauses {
    pub(super) const NONE: Self = Self { of: false, condition: false, among: false, by: false, over: false };
    const OF_LISTS: Self = Self { condition: true, among: true, by: true, over: true, ..Self::NONE };
}

/// The list that an aggregate goes through.
struct AggregatedList {
    /// What it holds; [`Type::Error`] if that is not known.
    element: Type,
    /// A single value, seen in each snapshot of a window.
    from_scalar: bool,
    /// The elements whose field it holds, where a path leads through them.
    through: Option<Type>,
}

impl AggregatedList {
    /// One of which nothing is known, because of an error that was reported or of a let that is not checked yet.
    const UNKNOWN: Self = Self { element: Type::Error, from_scalar: false, through: None };
}

impl Checker<'_> {
    pub(super) fn check_call(
        &mut self,
        scope: NameScope<'_>,
        expr: &Expr,
        name: &Name,
        args: &[Arg],
    ) -> Type {
        let Some(builtin) = builtins::find(&name.text) else {
            self.report(errors::as_percentile(errors::unknown_function(name), expr.span, name, args));
            self.check_loosely(scope, args);
            return Type::Error;
        };
        let ty = match (&builtin.shape, args) {
            (Shape::Numbers(Numbers { reduce: Reduce::Ranked(_), .. }), [list, share]) => {
                self.check_rank(scope, builtin, share);
                self.check_aggregate(scope, builtin, name, list)
            }
            (Shape::Counting(Counting { tallied: Tallied::Share(_), .. }), [part])
                if let Some(whole) = &part.of =>
            {
                self.check_share_of(scope, builtin, part, whole)
            }
            (Shape::Numbers(Numbers { reduce: Reduce::Picked(_), .. }), [list])
            | (Shape::Counting(_) | Shape::Distinct | Shape::Longest, [list]) => {
                self.check_aggregate(scope, builtin, name, list)
            }
            (Shape::Default, [path, fallback]) => self.check_default(scope, builtin, path, fallback),
            (Shape::Along(along @ Along::Snapshot(Which::Previous)), [arg, fallback]) => {
                self.check_previous_or(scope, builtin, along, (arg, fallback))
            }
            (Shape::Along(Along::Asks), [arg]) => self.check_asks(scope, builtin, arg),
            (Shape::Along(along), [arg]) => self.check_series(scope, builtin, along, arg),
            (Shape::Part(part), [arg]) => {
                self.refuse_clauses(scope, builtin, arg, Clauses::NONE);
                let ty = self.check_expr(scope, &arg.value);
                if !matches!(ty, Type::Time | Type::Error) {
                    self.report(errors::not_a_time(builtin, &arg.value, &ty));
                }
                if part.is_date {
                    Type::Date
                } else {
                    Type::Amount(Quantity { kind: Kind::Count, range: (part.range)() })
                }
            }
            (Shape::Weekday, [arg]) => {
                self.refuse_clauses(scope, builtin, arg, Clauses::NONE);
                let ty = self.check_expr(scope, &arg.value);
                if ty == Type::Time {
                    self.report(errors::date_of_a_time(builtin.name, &arg.value));
                } else if !matches!(ty, Type::Date | Type::Error) {
                    self.report(errors::not_a_date(builtin.name, &arg.value, &ty));
                }
                Type::Choice(WEEKDAYS.map(Into::into).into())
            }
            (Shape::Confidence, [claim]) => {
                self.refuse_clauses(scope, builtin, claim, Clauses { of: true, ..Clauses::NONE });
                self.check_claim(scope, &claim.value);
                if let Some(population) = &claim.of {
                    self.check_population(scope, &claim.value, population);
                }
                Type::amount(Kind::Share)
            }
            (
                Shape::Numbers(_)
                | Shape::Counting(_)
                | Shape::Distinct
                | Shape::Part(_)
                | Shape::Weekday
                | Shape::Longest
                | Shape::Default
                | Shape::Along(_)
                | Shape::Confidence,
                _,
            ) => {
                self.report(errors::wrong_arguments(builtin, name, args.len()));
                self.check_loosely(scope, args);
                Type::Error
            }
        };
        self.record(expr.id, &ty, Some(Target::Call(builtin)));
        let group = args.first().and_then(|arg| self.group_around(scope, arg));
        if let Some(Some(info)) = self.exprs.get_mut(expr.id.0 as usize) {
            info.group = group;
        }
        ty
    }

    /// How many elements up the group is for which alone an aggregate is judged: it has the same keys.
    fn group_around(&self, scope: NameScope<'_>, arg: &Arg) -> Option<usize> {
        let by: Vec<Option<String>> = arg.by.iter().map(written_alike).collect();
        let mut around = scope.elements().filter(|(_, in_reach, _)| *in_reach);
        around.find(|(_, _, element)| element.keys.are(&by)).map(|(up, _, _)| up)
    }

    /// What the values of a list are grouped by; nothing where it is no list of groups.
    fn keys_of_groups(&self, list: &Expr) -> KeysOfGroup {
        let call = self.unfolded(list);
        let is_list = self.info(call.id).is_some_and(|info| matches!(info.ty, Type::List(_)));
        let ExprKind::Call { args, .. } = &call.kind else { return KeysOfGroup::default() };
        let Some(arg) = args.first().filter(|_| is_list) else { return KeysOfGroup::default() };
        let name = |key: &Expr| {
            let info = self.info(key.id)?;
            let ExprKind::Path(path) = &key.kind else { return None };
            let Some(Target::Element { up: 0, path: way }) = &info.target else { return None };
            let is_plain = way.steps.len() + usize::from(way.computed.is_some()) == 1;
            let name = path.last().filter(|_| is_plain)?;
            Some((name.text.clone(), info.ty.clone()))
        };
        KeysOfGroup {
            by: arg.by.iter().map(written_alike).collect(),
            names: arg.by.iter().map(name).collect(),
            declared: arg.by.iter().map(|key| self.mentioned(key)).collect(),
        }
    }

    /// Checks what stands in arguments that do not fit, for the errors in them alone.
    fn check_loosely(&mut self, scope: NameScope<'_>, args: &[Arg]) {
        let unknown = scope.element(Type::Error);
        let inside = scope.inside(&unknown);
        for arg in args {
            self.check_expr(scope, &arg.value);
            if let Some(of) = &arg.of {
                self.check_expr(scope, of);
            }
            for clause in arg.of_elements() {
                self.check_expr(inside, clause);
            }
            if let Some(over) = &arg.over {
                self.check_over(scope, over);
            }
        }
    }

    /// Reports the clauses that a function does not take, and checks what stands in them.
    pub(super) fn refuse_clauses(
        &mut self,
        scope: NameScope<'_>,
        builtin: &Builtin,
        arg: &Arg,
        allowed: Clauses,
    ) {
        let unknown = scope.element(Type::Error);
        let inside = scope.inside(&unknown);
        if let Some(of) = arg.of.as_ref().filter(|_| !allowed.of) {
            self.report(errors::of_not_taken(builtin, of.span));
            self.check_expr(scope, of);
        }
        if let Some(condition) = arg.condition.as_ref().filter(|_| !allowed.condition) {
            self.report(errors::clause_not_taken(builtin, "where", condition.span));
            self.check_expr(inside, condition);
        }
        if let Some(among) = arg.among.as_ref().filter(|_| !allowed.among) {
            self.report(errors::clause_not_taken(builtin, "among", among.span));
            self.check_expr(inside, among);
        }
        if let Some(first) = arg.by.first().filter(|_| !allowed.by) {
            self.report(errors::clause_not_taken(builtin, "by", first.span));
            for key in &arg.by {
                self.check_expr(inside, key);
            }
        }
        if let Some(over) = arg.over.as_ref().filter(|_| !allowed.over) {
            self.report(errors::clause_not_taken(builtin, "over", over.span()));
            self.check_over(scope, over);
        }
        if let Some(words) = arg.every_look.filter(|_| !matches!(builtin.shape, Shape::Confidence)) {
            self.report(errors::clause_not_taken(builtin, "at every look", words));
        }
    }

    fn check_aggregate(&mut self, scope: NameScope<'_>, builtin: &Builtin, name: &Name, arg: &Arg) -> Type {
        if let Some(of) = &arg.of {
            self.report(errors::of_not_taken(builtin, of.span));
            self.check_loosely(scope, std::slice::from_ref(arg));
            return Type::Error;
        }
        let counts = matches!(builtin.shape, Shape::Counting(_));
        let by = !matches!(builtin.shape, Shape::Distinct | Shape::Longest);
        let allowed = Clauses { among: counts, by, ..Clauses::OF_LISTS };
        self.refuse_clauses(scope, builtin, arg, allowed);
        let mut result = Type::Error;
        let mut listed = AggregatedList::UNKNOWN;
        let sound = self.is_sound(|checker| {
            listed = checker.check_list_arg(scope, arg, allowed);
            result = checker.aggregate_type(builtin, name, arg, &listed);
        });
        if counts && sound {
            self.refuse_dropped_value(scope, builtin, arg, &listed);
        }
        let is_list = arg.is_grouped() && allowed.by && self.group_around(scope, arg).is_none();
        if is_list && result != Type::Error {
            return Type::List(Box::new(result));
        }
        result
    }

    /// Checks a list with its clauses; without a list in it, one error.
    fn check_list_arg(&mut self, scope: NameScope<'_>, arg: &Arg, allowed: Clauses) -> AggregatedList {
        let around = if arg.over.is_some() { scope.along_the_series() } else { scope };
        self.notice(around, &arg.value, || Due::List);
        let (ty, through) = if let ExprKind::Path(path) = &arg.value.kind {
            self.check_list_path(around, &arg.value, path)
        } else {
            (self.check_expr(around, &arg.value), None)
        };
        if let Some(over) = &arg.over {
            self.check_over(scope, over);
        }
        self.refuse_window_of_workflows(arg);
        // What the list holds will be known when the let that it uses is checked.
        if !self.waiting.is_empty() {
            return AggregatedList::UNKNOWN;
        }
        let (element, from_scalar) = if let Type::List(element) = ty {
            (*element, false)
        } else if ty == Type::Error || arg.over.is_some() {
            (ty, true)
        } else {
            self.report(errors::not_a_list_of_elements(&arg.value, &ty));
            (Type::Error, false)
        };
        if scope.depth() >= MAX_LISTS && arg.of_elements().next().is_some() {
            self.report(errors::too_many_lists(arg, MAX_LISTS));
            return AggregatedList::UNKNOWN;
        }
        // In `mean(outputs.edit_time where …)` the condition looks at the output, not at its editing time.
        let looked_at = through.clone().unwrap_or_else(|| element.clone());
        let looked_at = scope.group(looked_at, self.keys_of_groups(&arg.value));
        let inside = scope.inside(&looked_at);
        if let Some(condition) = &arg.condition {
            self.check_condition(inside, condition, "write a condition after `where`");
        }
        if let Some(among) = arg.among.as_ref().filter(|_| allowed.among) {
            self.check_condition(inside, among, "write a condition after `among`");
        }
        for by in arg.by.iter().filter(|_| allowed.by) {
            match self.check_expr(inside, by) {
                ty @ (Type::List(_) | Type::Record(_) | Type::Elapsed | Type::Calendar) => {
                    self.report(errors::not_a_scalar(by, &ty, "a group has one key"));
                }
                Type::Bool
                | Type::Text
                | Type::Date
                | Type::Time
                | Type::Stage
                | Type::Choice(_)
                | Type::Amount(_)
                | Type::Error => {}
            }
        }
        AggregatedList { element, from_scalar, through }
    }

    /// Refuses a `where` that drops the value which it stands behind: it is asked of elements, and nothing else is left of
    /// them.
    fn refuse_dropped_value(
        &mut self,
        scope: NameScope<'_>,
        builtin: &Builtin,
        arg: &Arg,
        listed: &AggregatedList,
    ) {
        let Some(condition) = &arg.condition else { return };
        let is_condition = listed.element == Type::Bool && arg.among.is_none();
        if let (Some(Type::Record(record)), ExprKind::Path(path)) = (&listed.through, &arg.value.kind) {
            let leads = |at: &usize| path.get(*at..).is_some_and(|way| leads_to_a_field(record, way));
            let Some((list, field)) = (1..path.len()).find(leads).and_then(|at| path.split_at_checked(at))
            else {
                return;
            };
            let is_clear = field.first().is_some_and(|name| self.is_of_the_element_alone(scope, name));
            let it = if is_clear { "" } else { "it." };
            self.report(errors::drops_field(builtin, arg, list, field, is_condition, it));
            return;
        }
        let is_single = !matches!(listed.element, Type::Record(_) | Type::Error);
        if is_single && !self.looks_at(condition, 0) {
            self.report(errors::drops_value(builtin, arg, is_condition));
        }
    }

    /// Whether a name is nothing outside the element that has it.
    fn is_of_the_element_alone(&self, scope: NameScope<'_>, name: &Name) -> bool {
        matches!(self.lookup(scope, std::slice::from_ref(name)), Lookup::Nowhere)
    }

    /// Whether an expression looks at the element that lies so many levels further out.
    fn looks_at(&self, expr: &Expr, level: usize) -> bool {
        if let Some(Target::Element { up, path }) = self.info(expr.id).and_then(|info| info.target.as_ref()) {
            return *up == level && path.steps.is_empty() && path.computed.is_none();
        }
        let ExprKind::Call { args, .. } = &expr.kind else {
            return expr.children().into_iter().any(|child| self.looks_at(child, level));
        };
        args.iter().any(|arg| {
            self.looks_at(&arg.value, level) || arg.of_elements().any(|inner| self.looks_at(inner, level + 1))
        })
    }

    fn aggregate_type(&mut self, builtin: &Builtin, name: &Name, arg: &Arg, listed: &AggregatedList) -> Type {
        let element = &listed.element;
        match &builtin.shape {
            Shape::Counting(Counting { tallied: Tallied::Number(_), .. }) => {
                if let Some(among) = arg.among.as_ref().filter(|_| arg.condition.is_none()) {
                    self.report(errors::counts_members(among));
                }
                // Whoever writes `count(ok over 4 weeks)` means the weeks that were ok, not all of them.
                if listed.from_scalar && *element == Type::Bool && arg.condition.is_none() {
                    self.report(errors::counts_all(name, arg));
                }
                Type::amount(Kind::Count)
            }
            Shape::Counting(Counting { tallied: Tallied::Share(_), .. }) => {
                self.check_conditions(builtin, name, arg, element);
                Type::amount(Kind::Share)
            }
            Shape::Counting(Counting { tallied: Tallied::Whether(_), .. }) => {
                self.check_conditions(builtin, name, arg, element);
                Type::Bool
            }
            Shape::Longest => {
                self.check_conditions(builtin, name, arg, element);
                Type::amount(Kind::Count)
            }
            Shape::Distinct => match element {
                Type::List(_) | Type::Record(_) => {
                    self.report(errors::not_a_scalar(
                        &arg.value,
                        element,
                        "`distinct` compares single values",
                    ));
                    Type::Error
                }
                Type::Error => Type::Error,
                Type::Bool
                | Type::Text
                | Type::Date
                | Type::Time
                | Type::Stage
                | Type::Choice(_)
                | Type::Amount(_)
                | Type::Elapsed
                | Type::Calendar => Type::List(Box::new(element.clone())),
            },
            Shape::Numbers(numbers)
                if numbers.extreme.is_some() && matches!(element, Type::Date | Type::Time) =>
            {
                element.clone()
            }
            Shape::Numbers(numbers) => self.number_type(builtin, numbers, arg, element),
            Shape::Along(_) | Shape::Part(_) | Shape::Weekday | Shape::Default | Shape::Confidence => {
                Type::Error
            }
        }
    }

    /// What a function makes of the numbers of a list.
    fn number_type(&mut self, builtin: &Builtin, numbers: &Numbers, arg: &Arg, element: &Type) -> Type {
        if *element == Type::Error {
            return Type::Error;
        }
        let Some(quantity) = element.as_quantity() else {
            self.report(errors::not_numbers(builtin, &arg.value, element));
            return Type::Error;
        };
        match (numbers.type_of)(quantity) {
            Some(quantity) => Type::Amount(quantity),
            None => {
                self.report(errors::no_such_unit(builtin, &arg.value, element));
                Type::Error
            }
        }
    }

    /// Checks that there is a condition to ask each element for.
    fn check_conditions(&mut self, builtin: &Builtin, name: &Name, arg: &Arg, element: &Type) {
        if arg.condition.is_none() && !matches!(element, Type::Bool | Type::Error) {
            self.report(errors::needs_where(builtin, name, arg, element));
        }
    }

    fn check_rank(&mut self, scope: NameScope<'_>, builtin: &Builtin, arg: &Arg) {
        self.refuse_clauses(scope, builtin, arg, Clauses::NONE);
        let Some(range) = self.check_share_setting(scope, &arg.value) else { return };
        if !Interval::new(Number::ZERO, Number::ONE).covers(&range) {
            self.report(errors::bad_percentile(&arg.value));
        }
        self.note_use(&arg.value, |uses| uses.percentile = true);
    }

    /// The range of a share that must be a literal or a param; none if it is not, which is reported.
    pub(super) fn check_share_setting(&mut self, scope: NameScope<'_>, expr: &Expr) -> Option<Interval> {
        let ty = self.check_expr(scope, expr);
        self.notice_beside(scope, expr, &Type::amount(Kind::Share));
        let fixed = matches!(expr.kind, ExprKind::Literal(_))
            || matches!(
                self.info(expr.id).map(|info| &info.target),
                Some(Some(Target::Param(_) | Target::Table(_)))
            );
        if let Type::Amount(Quantity { kind: Kind::Share | Kind::Number | Kind::Bare, range }) = &ty
            && fixed
        {
            return Some(range.clone());
        }
        if ty != Type::Error {
            self.report(errors::not_a_share_setting(expr, &ty, fixed));
        }
        None
    }

    /// Notes, of an expression that is a param, where it is used.
    pub(super) fn note_use(&mut self, expr: &Expr, note: impl Fn(&mut Uses)) {
        let target = self.info(expr.id).and_then(|info| info.target.clone());
        if let Some(Target::Param(index)) = target
            && let Some(entry) = self.names.params.get_mut(index)
        {
            note(&mut entry.uses);
        }
    }

    fn check_default(&mut self, scope: NameScope<'_>, builtin: &Builtin, path: &Arg, fallback: &Arg) -> Type {
        self.refuse_clauses(scope, builtin, path, Clauses::NONE);
        self.refuse_clauses(scope, builtin, fallback, Clauses::NONE);
        let field = if let ExprKind::Path(names) = &path.value.kind {
            match self.resolve_field(scope, names, builtin.name) {
                // Says that a record is no value.
                Some(resolved) if matches!(resolved.ty, Type::Record(_)) => {
                    self.check_expr(scope, &path.value)
                }
                Some(resolved) => {
                    self.record(path.value.id, &resolved.ty, Some(resolved.target));
                    resolved.ty
                }
                None => Type::Error,
            }
        } else {
            if self.check_expr(scope, &path.value) != Type::Error {
                self.report(errors::default_of_no_field(&path.value));
            }
            Type::Error
        };
        self.or_instead(scope, (&path.value, &field), &fallback.value)
    }

    /// The type of a value, or of what is given in its stead.
    pub(super) fn or_instead(&mut self, scope: NameScope<'_>, value: (&Expr, &Type), instead: &Expr) -> Type {
        let other = self.check_against(scope, instead, value.1);
        self.check_bare_share(value.1, (instead, &other));
        match (self.unify(value.1, &other), value.1) {
            // A share stays one, also with 0 as its default.
            (Some(Type::Amount(both)), Type::Amount(own)) => {
                Type::Amount(Quantity { kind: own.kind.clone(), range: both.range })
            }
            (Some(ty), _) => ty,
            (None, _) => {
                self.report_branches(value, (instead, &other));
                Type::Error
            }
        }
    }
}

/// Whether names lead from a record to a field that is in no list.
fn leads_to_a_field(record: &RecordType, names: &[Name]) -> bool {
    let Some((first, rest)) = names.split_first() else { return false };
    let Some((_, field)) = record.field(&first.text) else { return false };
    rest.is_empty() || field.ty.record().is_some_and(|inner| leads_to_a_field(inner, rest))
}
