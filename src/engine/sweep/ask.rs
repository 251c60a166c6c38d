//! The params that are asked about, and the values that they are to have.

use super::SweptProject;
use crate::check::Unfit;
use crate::diagnostic::did_you_mean;
use crate::engine::nearest::scale::ParamScale;
use crate::eval::are_bounds;
use crate::layers::{number_of, param_value};
use crate::point::Axis;
use crate::program::{Param, Program};
use crate::report::Place;
use crate::settings::{ParamSetting, Settings, show_value};
use crate::source::SourceMap;
use crate::types::Kind;
use crate::value::{DAY, Number};

/// A param, and the values between which it is moved, as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepRange {
    /// `policy.param`, or the entry of a table.
    pub name: String,
    /// The smallest value.
    pub from: String,
    /// The greatest value.
    pub to: String,
}

/// Values of a stepped scale that are tried one by one.
const MAX_STEPS: i32 = 1_000;
/// Into how many parts the range is divided where a change is narrowed down.
const FINEST: i32 = 1_000_000_000;

/// A param with its values.
#[derive(Debug)]
pub(super) struct SweptParam {
    pub(super) name: String,
    pub(super) from: Number,
    pub(super) to: Number,
    pub(super) scale: ParamScale,
}

impl SweptParam {
    /// Goes from value to value by a step.
    fn in_steps(&mut self, step: Number) -> Result<(), String> {
        if (&self.to - &self.from) / &step > Number::from(MAX_STEPS) {
            let name = &self.name;
            return Err(format!(
                "the range of `{name}` has more than {MAX_STEPS} values: give a narrower one"
            ));
        }
        self.scale.step = Some(step);
        Ok(())
    }

    /// How near a change has to be narrowed down: to a billionth, and of a longer range to a billionth part of it.
    pub(super) fn finest(&self) -> Number {
        (&self.to - &self.from).min(Number::ONE) / Number::from(FINEST)
    }

    /// A number as people read it.
    pub(super) fn shown(&self, number: &Number) -> String {
        self.scale.value(number).map(|value| show_value(self.scale.ty(), &value)).unwrap_or_default()
    }
}

/// The params that are asked about.
pub(super) fn params(
    ranges: &[SweepRange],
    projects: &[SweptProject],
    day: i64,
    sources: &SourceMap,
) -> Result<Vec<SweptParam>, String> {
    let twice = ranges
        .iter()
        .enumerate()
        .find(|(at, range)| ranges.iter().take(*at).any(|other| other.name == range.name));
    if let Some((_, range)) = twice {
        return Err(format!("`{}` is given twice: give two different params", range.name));
    }
    ranges.iter().map(|range| param(range, projects, day, sources)).collect()
}

fn param(
    range: &SweepRange,
    projects: &[SweptProject],
    day: i64,
    sources: &SourceMap,
) -> Result<SweptParam, String> {
    let name = &range.name;
    let known = projects.iter().filter_map(|project| Some((project, project.program.param_named(name)?)));
    let mut swept: Option<SweptParam> = None;
    for (project, index) in known {
        let (Some(param), Some(setting)) =
            (project.program.params.get(index), project.book.general.param_on(index, day))
        else {
            continue;
        };
        // A project may set what it has locked itself.
        if let Some(lock) = setting.locked.filter(|lock| lock.layer + 1 < project.read.configurations.len()) {
            let place = Place::new(lock.span, sources);
            return Err(format!(
                "`{name}` is locked at {place}: take `locked` away there to see what other values would decide"
            ));
        }
        let mut own = with_values(range, param, setting)?;
        // A date moves by whole days.
        let is_length = param.ty.quantity().is_some_and(|quantity| quantity.kind == Kind::Duration);
        let by_days = is_length && project.program.vocabulary.axis() == Axis::Days;
        if by_days && !are_bounds(&project.program, &[index]) {
            own.in_steps(Number::from(DAY))?;
        }
        swept.get_or_insert(own);
    }
    swept.ok_or_else(|| unknown(name, projects))
}

fn with_values(range: &SweepRange, param: &Param, setting: &ParamSetting) -> Result<SweptParam, String> {
    let name = &range.name;
    let Some(scale) = ParamScale::of(param, setting) else {
        return Err(format!(
            "`{name}` is a {}: only what is a number or a date lies in a range; `tollgate check` with another value in the \
             configuration shows what that decides",
            param.ty
        ));
    };
    let shown = |end: &Option<Number>, none: &str| {
        let value = end.as_ref().and_then(|number| scale.value(number));
        value.map_or_else(|| none.to_owned(), |value| show_value(&param.ty, &value))
    };
    let outside = |text: &str| {
        let (low, high) = (shown(&scale.range.low, "any"), shown(&scale.range.high, "any"));
        format!("`{name}` cannot be `{text}`: it keeps to {low} to {high}")
    };
    let end = |text: &str| -> Result<Number, String> {
        let value = param_value(param, text).map_err(|unfit| match unfit {
            Unfit::Range => outside(text),
            Unfit::Type
            | Unfit::Window(_)
            | Unfit::Snapshots
            | Unfit::Population
            | Unfit::Confidence
            | Unfit::Percentile
            | Unfit::Member
            | Unfit::Twice => format!("`{name}` {}: `{text}` does not fit", unfit.demand(&param.ty)),
        })?;
        let number = number_of(&value).ok_or_else(|| outside(text))?;
        if scale.range.contains(&number) { Ok(number) } else { Err(outside(text)) }
    };
    let (from, to) = (end(&range.from)?, end(&range.to)?);
    if from >= to {
        return Err(format!(
            "the range of `{name}` is empty: `{}` is not below `{}`; give the smaller value first",
            range.from, range.to
        ));
    }
    let step = scale.step.clone();
    let mut swept = SweptParam { name: name.clone(), from, to, scale };
    step.map_or(Ok(()), |step| swept.in_steps(step))?;
    Ok(swept)
}

fn unknown(name: &str, projects: &[SweptProject]) -> String {
    let mut tables =
        projects.iter().flat_map(|project| project.program.tables.iter().map(move |own| (project, own)));
    if let Some((project, table)) = tables.find(|(_, table)| *table.name == *name) {
        let entries = table.all().filter_map(|at| project.program.params.get(at));
        let entries: Vec<String> = entries.map(|entry| format!("`{}`", entry.name)).collect();
        return format!("`{name}` is a table: sweep one of its values, {}", entries.join(", "));
    }
    let names: Vec<&str> =
        projects.iter().flat_map(|project| project.program.params.iter().map(|param| &*param.name)).collect();
    let meant = did_you_mean(name, names.iter().copied());
    let help = meant.map_or_else(
        || "`tollgate explain` names those that there are".to_owned(),
        |meant| format!("did you mean `{meant}`?"),
    );
    format!("no param is called `{name}`: {help}")
}

/// The indexes of the params that have the value of one: entries of a table that nobody has set follow its `else`.
pub(super) fn with_followers(program: &Program, settings: &Settings, index: usize) -> Vec<usize> {
    let follows = |(at, param): &(usize, &Param)| {
        let by_else = settings.params.get(*at).is_some_and(|steps| steps.on(i64::MIN).by_else);
        param.follows == Some(index) && by_else
    };
    let followers = program.params.iter().enumerate().filter(follows).map(|(at, _)| at);
    [index].into_iter().chain(followers).collect()
}
