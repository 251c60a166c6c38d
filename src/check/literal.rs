//! Literals: their types, and where they stand as values and bounds of params and as bounds of fields.

use super::errors;
use crate::ast::{ListMember, Literal, LiteralKind};
use crate::diagnostic::Diagnostic;
use crate::interval::Interval;
use crate::point::Axis;
use crate::program::{Param, ParamValue};
use crate::types::{Kind, Quantity, Type};
use crate::value::{Number, Value, day_number};

/// Whether a number says how many snapshots are looked at.
pub(super) fn is_whole_from_one(number: &Number) -> bool {
    number.is_int() && *number >= Number::ONE
}

/// Whether a word can be a unit: capitals, then also digits and underscores.
pub(super) fn is_unit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The type of a literal; a number's range is that number.
pub(super) fn literal_type(literal: &LiteralKind) -> Type {
    let amount =
        |kind, number: &Number| Type::Amount(Quantity { kind, range: Interval::point(number.clone()) });
    match literal {
        LiteralKind::Number(number) => amount(Kind::Number, number),
        LiteralKind::Share(number) => amount(Kind::Share, number),
        LiteralKind::Unit(number, unit) => amount(Kind::Unit(unit.text.clone()), number),
        LiteralKind::Duration(seconds) => amount(Kind::Duration, seconds),
        LiteralKind::Calendar(_) => Type::Calendar,
        LiteralKind::Date(_) => Type::Date,
        LiteralKind::Time(_) => Type::Time,
        LiteralKind::Text(_) => Type::Text,
        LiteralKind::Bool(_) => Type::Bool,
    }
}

/// The number that stands for a literal in intervals: seconds, a day number, months.
pub(super) fn literal_number(literal: &LiteralKind) -> Option<Number> {
    match literal {
        LiteralKind::Number(number)
        | LiteralKind::Share(number)
        | LiteralKind::Unit(number, _)
        | LiteralKind::Duration(number)
        | LiteralKind::Time(number) => Some(number.clone()),
        LiteralKind::Calendar(months) => Some(Number::from(*months)),
        LiteralKind::Date(date) => Some(Number::from(day_number(*date))),
        LiteralKind::Text(_) | LiteralKind::Bool(_) => None,
    }
}

/// The value of a param that is set to a literal.
pub(super) fn param_value(literal: &LiteralKind) -> ParamValue {
    match literal {
        LiteralKind::Calendar(months) => ParamValue::Calendar(*months),
        LiteralKind::Bool(value) => ParamValue::Value(Value::Bool(*value)),
        LiteralKind::Text(text) => ParamValue::Value(Value::Text(text.clone())),
        LiteralKind::Number(number)
        | LiteralKind::Share(number)
        | LiteralKind::Unit(number, _)
        | LiteralKind::Duration(number)
        | LiteralKind::Time(number) => ParamValue::Value(Value::Number(number.clone())),
        LiteralKind::Date(date) => ParamValue::Value(Value::Number(Number::from(day_number(*date)))),
    }
}

/// The value of a param that is declared as a list.
pub(super) fn list_value(members: &[ListMember]) -> ParamValue {
    let value = |member: &ListMember| match member {
        ListMember::Word(word) => Some(Value::Text(word.text.clone())),
        ListMember::Literal(literal) => match param_value(&literal.kind) {
            ParamValue::Value(value) => Some(value),
            ParamValue::Calendar(_) | ParamValue::List(_) => None,
        },
    };
    ParamValue::List(members.iter().filter_map(value).collect())
}

/// A bare number where a share is due lies between -1 and 1: `50` is a slip for `50%`.
pub(in crate::check) fn is_bare_share(number: &Number) -> bool {
    *number >= -Number::ONE && *number <= Number::ONE
}

fn bare_share(number: &Number) -> Option<Number> {
    is_bare_share(number).then(|| number.clone())
}

/// One end of the range of a field.
pub(super) fn bound_of_field(kind: &Kind, bound: &Literal) -> Result<Number, Box<Diagnostic>> {
    let number = match (kind, &bound.kind) {
        (Kind::Count, LiteralKind::Number(number)) => {
            Some(number).filter(|number| number.is_int() && **number >= Number::ZERO).cloned()
        }
        (Kind::Number | Kind::Unit(_), LiteralKind::Number(number)) => Some(number.clone()),
        (Kind::Share, LiteralKind::Number(number)) => bare_share(number),
        (Kind::Share, LiteralKind::Share(number)) => Some(number.clone()),
        (Kind::Duration, LiteralKind::Duration(seconds)) => {
            Some(seconds).filter(|seconds| **seconds >= Number::ZERO).cloned()
        }
        (Kind::Unit(unit), LiteralKind::Unit(number, written)) if *unit == written.text => {
            Some(number.clone())
        }
        (
            Kind::Count
            | Kind::Number
            | Kind::Share
            | Kind::Duration
            | Kind::Unit(_)
            | Kind::Bare
            | Kind::Ratio,
            _,
        ) => None,
    };
    number.ok_or_else(|| Box::new(errors::bound_of_field(kind, bound)))
}

/// One end of the range of a param of type `ty`.
pub(super) fn bound_of_param(ty: &Type, bound: &Literal) -> Result<Number, Box<Diagnostic>> {
    let number = literal_number(&bound.kind).filter(|_| fits(ty, &bound.kind));
    number.ok_or_else(|| Box::new(errors::bound_of_param(ty, bound)))
}

/// Whether a literal can be the value of a param of type `ty`.
fn fits(ty: &Type, literal: &LiteralKind) -> bool {
    match (ty, literal_type(literal)) {
        (Type::Amount(a), Type::Amount(b)) => match (&a.kind, &b.kind) {
            (Kind::Share, Kind::Number) => literal_number(literal).as_ref().and_then(bare_share).is_some(),
            (a, b) => a == b,
        },
        (ty, other) => *ty == other,
    }
}

/// Why a literal cannot be the value of a param.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is of another type or unit.
    Type,
    /// It lies outside the range that the param declares.
    Range,
    /// The param is a window, and this is not a number of days.
    Window(Axis),
    /// The param is a number of snapshots, and this is none.
    Snapshots,
    /// The param says how many a sample is drawn from, and this counts nothing.
    Population,
    /// The param is a confidence, and this is none.
    Confidence,
    /// The param says which percentile, and there is none such.
    Percentile,
    /// The param lists members of a `one of`, and this is none of them.
    Member,
    /// The param lists a member once more.
    Twice,
}

impl Unfit {
    /// What is demanded, after «`x`».
    pub fn demand(self, ty: &Type) -> String {
        match self {
            Self::Type => match ty.element() {
                Some(Type::Choice(_)) => "is a list of members of a `one of`".to_owned(),
                Some(inner) => format!("is a list, and each of its members is a {inner}"),
                None => format!("is a {ty}"),
            },
            Self::Range => "has a range".to_owned(),
            Self::Window(Axis::Days) => "is a window: whole days or weeks, more than zero".to_owned(),
            Self::Window(Axis::Instants) => "is a window: a length of more than zero".to_owned(),
            Self::Snapshots => "is a number of snapshots: a whole number from 1".to_owned(),
            Self::Population => "says how many a sample is drawn from: a whole number from 1".to_owned(),
            Self::Confidence => "is a confidence: more than 0% and less than 100%".to_owned(),
            Self::Percentile => "says which percentile: from 0% to 100%".to_owned(),
            Self::Member => "lists members of the `one of` that it is compared with".to_owned(),
            Self::Twice => "lists each of its members once".to_owned(),
        }
    }
}

/// Whether two members of a list are one.
pub(super) fn is_same(one: &ListMember, other: &ListMember) -> bool {
    match (one, other) {
        (ListMember::Word(one), ListMember::Word(other)) => one.text == other.text,
        (ListMember::Literal(one), ListMember::Literal(other)) => one.kind == other.kind,
        (ListMember::Word(_) | ListMember::Literal(_), _) => false,
    }
}

/// The value that a literal gives a param.
///
/// # Errors
/// If the literal does not fit the param's type, its range, or a place where it is used.
pub fn value_for_param(param: &Param, literal: &LiteralKind) -> Result<ParamValue, Unfit> {
    if let Type::List(_) = param.ty {
        return Err(Unfit::Type);
    }
    let value = value_of_type(param, literal)?;
    let Some(number) = literal_number(literal) else { return Ok(value) };
    if param.within.as_ref().is_some_and(|within| !within.contains(&number)) {
        return Err(Unfit::Range);
    }
    let positive = number > Number::ZERO;
    if let Some(axis) = param.uses.window
        && !(positive && axis.is_whole(&number))
    {
        return Err(Unfit::Window(axis));
    }
    if param.uses.snapshots && !is_whole_from_one(&number) {
        return Err(Unfit::Snapshots);
    }
    if param.uses.population && !is_whole_from_one(&number) {
        return Err(Unfit::Population);
    }
    if param.uses.confidence && !(positive && number < Number::ONE) {
        return Err(Unfit::Confidence);
    }
    if param.uses.percentile && !Interval::new(Number::ZERO, Number::ONE).contains(&number) {
        return Err(Unfit::Percentile);
    }
    Ok(value)
}

/// The value that a list gives a param.
///
/// # Errors
/// With its place in the list, for the first member that does not fit.
pub fn list_for_param(param: &Param, members: &[ListMember]) -> Result<ParamValue, (Unfit, usize)> {
    let Some(inner) = param.ty.element() else { return Err((Unfit::Type, 0)) };
    let value = |member: &ListMember| match member {
        ListMember::Word(word) => match inner {
            Type::Choice(_) if param.members.is_empty() || param.members.contains(&word.text) => {
                Ok(Value::Text(word.text.clone()))
            }
            Type::Choice(_) => Err(Unfit::Member),
            Type::Bool
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Stage
            | Type::Amount(_)
            | Type::Elapsed
            | Type::Calendar
            | Type::List(_)
            | Type::Record(_)
            | Type::Error => Err(Unfit::Type),
        },
        ListMember::Literal(literal) if fits(inner, &literal.kind) => {
            let number = literal_number(&literal.kind);
            let outside =
                param.within.as_ref().zip(number).is_some_and(|(within, number)| !within.contains(&number));
            match param_value(&literal.kind) {
                ParamValue::Value(value) if !outside => Ok(value),
                ParamValue::Value(_) => Err(Unfit::Range),
                ParamValue::Calendar(_) | ParamValue::List(_) => Err(Unfit::Type),
            }
        }
        ListMember::Literal(_) => Err(Unfit::Type),
    };
    if let Some(again) = (1..members.len()).find(|at| {
        let member = members.get(*at);
        members.iter().take(*at).any(|before| member.is_some_and(|member| is_same(before, member)))
    }) {
        return Err((Unfit::Twice, again));
    }
    let values: Result<Vec<Value>, (Unfit, usize)> =
        members.iter().enumerate().map(|(at, member)| value(member).map_err(|unfit| (unfit, at))).collect();
    if members.is_empty() { Err((Unfit::Type, 0)) } else { Ok(ParamValue::List(values?.into())) }
}

/// Like [`value_for_param`], for the end of a range: it has to fit the type alone, of a list that of its members.
///
/// # Errors
/// If the literal does not fit the param's type.
pub fn value_of_type(param: &Param, literal: &LiteralKind) -> Result<ParamValue, Unfit> {
    if fits(param.ty.element().unwrap_or(&param.ty), literal) {
        Ok(param_value(literal))
    } else {
        Err(Unfit::Type)
    }
}
