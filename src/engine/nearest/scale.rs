//! The numbers that a param may have, and how they are shown.

use super::walk::Corner;
use crate::interval::Interval;
use crate::point::Axis;
use crate::program::{Param, ParamValue};
use crate::settings::{ParamSetting, show_value};
use crate::types::{Kind, Type};
use crate::value::{DAY, Number, Value};

/// The part of a range that is told apart where the place of a change is only found about.
const PARTS: i32 = 1000;

/// The values of a param that are in order.
#[derive(Debug)]
pub(in crate::engine) struct ParamScale {
    ty: Type,
    /// The value in force.
    pub(super) now: Number,
    /// What it must keep to.
    pub(in crate::engine) range: Interval,
    /// The step from one value to the next; none where there is always one between two.
    pub(in crate::engine) step: Option<Number>,
}

impl ParamScale {
    /// None where its values are in no order.
    pub(in crate::engine) fn of(param: &Param, setting: &ParamSetting) -> Option<Self> {
        let now = match &setting.value {
            ParamValue::Calendar(months) => Number::from(*months),
            ParamValue::Value(Value::Number(number)) => number.clone(),
            ParamValue::Value(_) | ParamValue::List(_) => return None,
        };
        let (range, step) = match &param.ty {
            // The type of a param may be known to have its present value alone.
            Type::Amount(quantity) => {
                let step = (quantity.kind == Kind::Count).then_some(Number::ONE);
                (quantity.kind.default_range(), step)
            }
            Type::Calendar => (Interval::at_least(Number::ZERO), Some(Number::ONE)),
            Type::Date => (Interval::ALL, Some(Number::ONE)),
            Type::Time => (Interval::ALL, None),
            Type::Stage => (Interval::at_least(Number::ZERO), Some(Number::ONE)),
            Type::Bool
            | Type::Text
            | Type::Choice(_)
            | Type::Elapsed
            | Type::List(_)
            | Type::Record(_)
            | Type::Error => return None,
        };
        let uses = param.uses;
        let (own, step) = match (uses.window, uses.snapshots || uses.population) {
            (Some(Axis::Days), _) => (Interval::at_least(Number::from(DAY)), Some(Number::from(DAY))),
            (Some(Axis::Instants), _) => (Interval::at_least(Number::ONE), Some(Number::ONE)),
            (None, true) => (Interval::at_least(Number::ONE), Some(Number::ONE)),
            (None, false) if uses.confidence => {
                let least = Number::ONE / Number::from(PARTS);
                (Interval::new(least.clone(), Number::ONE - least), step)
            }
            (None, false) if uses.percentile => (Interval::new(Number::ZERO, Number::ONE), step),
            (None, false) => (Interval::ALL, step),
        };
        let within = setting.within.as_ref().or(param.within.as_ref()).unwrap_or(&Interval::ALL);
        Some(Self { ty: param.ty.clone(), now, range: range.intersection(&own).intersection(within), step })
    }

    /// What its values are.
    pub(in crate::engine) fn ty(&self) -> &Type {
        &self.ty
    }

    /// Whether what it is compared with are numbers of the same kind: months are no number of days.
    pub(in crate::engine) fn is_exact(&self) -> bool {
        self.ty != Type::Calendar
    }

    /// A number as a value of the param.
    pub(in crate::engine) fn value(&self, number: &Number) -> Option<ParamValue> {
        if self.ty == Type::Calendar {
            return i32::try_from(number.floor()).ok().map(ParamValue::Calendar);
        }
        Some(ParamValue::Value(Value::Number(number.clone())))
    }

    /// The nearest value of a stepped scale that is no nearer than a number.
    pub(in crate::engine) fn on_step(&self, number: &Number, up: bool) -> Number {
        let Some(step) = &self.step else { return number.clone() };
        let times = number / step;
        Number::from(if up { times.ceil() } else { times.floor() }) * step
    }

    /// The last value in a direction, and about how much is told apart on the way there. Where there is no end, it is ten times
    /// as far as from nothing to the value in force.
    pub(super) fn way(&self, up: bool) -> (Number, Number) {
        let size = self.now.clone().max(-self.now.clone()).max(Number::ONE) * Number::from(10);
        let end = match up {
            true => self.range.high.clone().unwrap_or_else(|| self.now.clone() + &size),
            false => self.range.low.clone().unwrap_or_else(|| self.now.clone() - &size),
        };
        let length = if up { &end - &self.now } else { &self.now - &end };
        let is_share = self.ty.quantity().is_some_and(|quantity| quantity.kind == Kind::Share);
        let finest = match is_share {
            true => Number::ONE / Number::from(PARTS),
            false => round_step(&(length / Number::from(PARTS / 5))),
        };
        (end, self.step.clone().unwrap_or(finest))
    }

    /// How a corner is shown, and whether that is not exactly where it is.
    pub(super) fn shown(&self, corner: &Corner, up: bool) -> (String, bool) {
        let (number, shown) = match self.ty.quantity() {
            Some(quantity) => {
                let (number, digits) = quantity.kind.nearest(&corner.at, up);
                let shown = quantity.kind.show_precisely(&number, digits);
                (number, shown)
            }
            None => {
                let value = self.value(&corner.at);
                let shown = value.map(|value| show_value(&self.ty, &value)).unwrap_or_default();
                (corner.at.clone(), shown)
            }
        };
        if corner.is_about || number != corner.at {
            return (format!("about {shown}"), true);
        }
        match (corner.is_beyond, up) {
            (false, _) => (shown, false),
            (true, true) => (format!("more than {shown}"), false),
            (true, false) => (format!("less than {shown}"), false),
        }
    }
}

/// The largest power of ten up to a number; 1 for a number that is not above 0.
fn round_step(most: &Number) -> Number {
    let ten = Number::from(10);
    let mut step = Number::ONE;
    if *most <= Number::ZERO {
        return step;
    }
    while step > *most {
        step /= &ten;
    }
    while &step * &ten <= *most {
        step *= &ten;
    }
    step
}
