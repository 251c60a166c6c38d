//! What can be wrong with settings in the light of the policies and of their bases: one constructor a problem.

use std::sync::Arc;

use super::MAX_SETTLED;
use crate::ast::LiteralKind;
use crate::check::Unfit;
use crate::code::Code;
use crate::config::{Glob, Setting};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::interval::Interval;
use crate::parse::parse_literal;
use crate::program::{Param, ParamValue};
use crate::settings::{show_range, show_value};
use crate::source::Span;
use crate::text::quote;
use crate::types::{Kind, Type};
use crate::value::{Date, Number, decimal};

fn suggest(name: &str, names: &[&str]) -> Option<String> {
    let close = did_you_mean(name, names.iter().copied());
    close.map(|close| format!("did you mean `{close}`?"))
}

pub(super) fn unknown(what: &str, name: &Setting<String>, names: &[&str]) -> Diagnostic {
    // Most often the policy was left out: the name of one of its own things is then enough to find it.
    let whole = || names.iter().find(|known| known.rsplit('.').next() == Some(&name.value));
    let help =
        suggest(&name.value, names).or_else(|| whole().map(|known| format!("did you mean `{known}`?")));
    Diagnostic::error(Code::NothingHasThisName, format!("there is no {what} `{}`", quote(&name.value)))
        .label(name.span, "no policy declares it")
        .maybe_help(help)
}

/// `quality.floor."a b": 40%`
pub(super) fn quoted_key(name: &Setting<String>, table: &str, key: &str) -> Diagnostic {
    Diagnostic::error(Code::NothingHasThisName, format!("there is no param `{}`", quote(&name.value)))
        .label(name.span, "YAML reads the quotes as a part of the name")
        .help(format!("write `{table}: {{ {}: … }}`", quote(key)))
}

/// A cadence for some workflows, though the policies declare no cadence.
pub(super) fn no_cadence(span: Span) -> Diagnostic {
    Diagnostic::error(Code::NothingHasThisName, "there is no cadence that an override could set otherwise")
        .label(span, "no policy declares one")
        .help("declare how often a snapshot of all others is due, as in `snapshot every 1 week { … }`")
}

pub(super) fn unknown_stage(stage: &Setting<String>, stages: &[&str]) -> Diagnostic {
    Diagnostic::error(Code::NothingHasThisName, format!("there is no stage `{}`", quote(&stage.value)))
        .label(stage.span, "not on the ladder")
        .maybe_help(suggest(&stage.value, stages))
}

/// The workflow that a name may have been meant for.
pub(super) fn close_workflow(glob: &Setting<Glob>, workflows: &[Arc<str>]) -> Option<String> {
    let names: Vec<&str> = workflows.iter().map(|name| &**name).collect();
    suggest(glob.value.as_str(), &names).filter(|_| glob.value.is_name())
}

/// A name that is close to that of a workflow.
pub(super) fn unknown_workflow(glob: &Setting<Glob>, workflows: &[Arc<str>]) -> Option<Diagnostic> {
    let name = glob.value.as_str();
    let help = close_workflow(glob, workflows)?;
    let error =
        Diagnostic::error(Code::NothingHasThisName, format!("there is no workflow `{}`", quote(name)));
    Some(error.label(glob.span, "no snapshot is of it").help(help))
}

pub(super) fn no_such_workflow(glob: &Setting<Glob>) -> Diagnostic {
    Diagnostic::warning(
        Code::OverrideForNoWorkflow,
        format!("no workflow is called `{}`", quote(glob.value.as_str())),
    )
    .label(glob.span, "this override has no effect")
}

pub(super) fn unfit(param: &Param, unfit: Unfit, text: &str, span: Span) -> Diagnostic {
    let share = matches!(&param.ty, Type::Amount(quantity) if quantity.kind == Kind::Share);
    let help = match parse_literal(text) {
        Some(LiteralKind::Number(number)) if share => {
            let percent = decimal(&(&number * Number::from(100)), 4);
            let (written, part) = (decimal(&number, 4), decimal(&(&number / Number::from(100)), 6));
            Some(format!("{written} is {percent}%: write {written}% or {part}"))
        }
        _ => None,
    };
    let label = match unfit {
        Unfit::Twice => format!("`{}` once more", quote(text)),
        Unfit::Type
        | Unfit::Range
        | Unfit::Window(_)
        | Unfit::Snapshots
        | Unfit::Population
        | Unfit::Confidence
        | Unfit::Percentile
        | Unfit::Member => format!("`{}` does not fit", quote(text)),
    };
    Diagnostic::error(Code::ParamValueType, format!("`{}` {}", param.name, unfit.demand(&param.ty)))
        .label(span, label)
        .label(param.decl.span, "declared here")
        .maybe_help(help)
}

/// A value for a table as a whole.
pub(super) fn is_table(name: &Setting<String>, example: &str) -> Diagnostic {
    Diagnostic::error(Code::ParamValueType, format!("`{}` is a table", quote(&name.value)))
        .label(name.span, "has no value of its own")
        .help(format!("set its entries, as in `{example}: VALUE`"))
}

/// Entries of what is no table: most often a misspelt key.
pub(super) fn no_such_key(param: &Param, name: &Setting<String>) -> Diagnostic {
    const KEYS: [&str; 6] = ["value", "within", "because", "owner", "locked", "from"];
    let key = name.value.strip_prefix(&*param.name).map_or(&*name.value, |key| key.trim_start_matches('.'));
    Diagnostic::error(Code::UnknownSetting, format!("`{}` is not a setting of a param", quote(key)))
        .label(name.span, format!("`{}` is not a table", param.name))
        .label(param.decl.span, "declared here")
        .help(format!("there are {}", KEYS.map(|key| format!("`{key}`")).join(", ")))
        .meant(name.span, did_you_mean(key, KEYS))
}

/// One entry by two names.
pub(super) fn set_twice(name: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(Code::DuplicateSetting, format!("`{}` is set twice", quote(name)))
        .label(second, "here again")
        .label(first, "first here")
        .help("remove one of the two")
}

pub(super) fn no_range(param: &Param, span: Span) -> Diagnostic {
    Diagnostic::error(Code::WidenedRange, format!("`{}` is a {} and has no range", param.name, param.ty))
        .label(span, "nothing to narrow")
        .label(param.decl.span, "declared here")
}

pub(super) fn reversed(param: &Param, span: Span) -> Diagnostic {
    Diagnostic::error(Code::WidenedRange, format!("the range of `{}` is the wrong way round", param.name))
        .label(span, "write the lower end first")
}

fn range_of(param: &Param, range: &Interval) -> String {
    show_range(&param.ty, range).unwrap_or_default()
}

pub(super) fn outside_declared(param: &Param, text: &Setting<String>) -> Diagnostic {
    let range = param.within.as_ref().map(|within| range_of(param, within)).unwrap_or_default();
    let place = param.decl.within.as_ref().map_or(param.decl.span, |within| within.span);
    Diagnostic::error(Code::ParamValueOutOfRange, format!("`{}` must lie within {range}", param.name))
        .label(text.span, format!("{} does not", quote(&text.value)))
        .label(place, "declared here")
}

/// `span` is where the value stands, `there` where the range does.
pub(super) fn outside(
    param: &Param,
    value: &ParamValue,
    span: Span,
    range: &Interval,
    there: Span,
) -> Diagnostic {
    Diagnostic::error(
        Code::ParamValueOutOfRange,
        format!("`{}` must lie within {}", param.name, range_of(param, range)),
    )
    .label(span, format!("{} does not", show_value(&param.ty, value)))
    .label(there, "narrowed here")
}

/// A range without a value of its own, and the value in force is not in it.
pub(super) fn leaves_out(param: &Param, value: &ParamValue, origin: Span, range: Span) -> Diagnostic {
    let value = show_value(&param.ty, value);
    Diagnostic::error(
        Code::ParamValueOutOfRange,
        format!("this range of `{}` leaves out the value in force", param.name),
    )
    .label(range, format!("does not contain {value}"))
    .label(origin, "set here")
    .help("also give a value within the range")
}

pub(super) fn widened(param: &Param, span: Span, range: &Interval, there: Span) -> Diagnostic {
    let range = range_of(param, range);
    Diagnostic::error(
        Code::WidenedRange,
        format!("the range of `{}` can be narrowed, but not widened", param.name),
    )
    .label(span, format!("reaches beyond {range}"))
    .label(there, format!("{range} is set here"))
}

/// An effect that stops a workflow, of a check of the record.
pub(super) fn only_notes(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(Code::SettingType, format!("`{}` can only note", quote(name)))
        .label(span, "write `note` or `off`")
        .help("an honest team sees such a note now and then, so none of them stops a workflow")
}

pub(super) fn locked(name: &str, span: Span, there: Span) -> Diagnostic {
    Diagnostic::error(Code::Locked, format!("`{}` is locked", quote(name)))
        .label(span, "cannot be set here")
        .label(there, "locked by this base")
        .help("remove the setting, or have it changed in the base")
}

/// A setting that does not fit what a base says from a day on.
pub(super) fn ends(name: &str, span: Span, day: Date, there: Span) -> Diagnostic {
    Diagnostic::warning(Code::SettingEnds, format!("this setting of `{}` ends before {day}", quote(name)))
        .label(span, format!("does not fit what is in force from {day} on"))
        .label(there, format!("counts from {day} on"))
        .help(format!(
            "add what fits, with `from: {day}`; without it counts what would hold without this setting"
        ))
}

/// A waiver of a rule that a base locks from a day on.
pub(super) fn waiver_cut(rule: &str, span: Span, day: Date, there: Span) -> Diagnostic {
    Diagnostic::warning(Code::SettingEnds, format!("this waiver of `{rule}` ends before {day}"))
        .label(span, format!("lifts nothing from {day} on"))
        .label(there, format!("locked by this base from {day} on"))
        .help("only the base that locks a rule, and its own bases, may waive it from then on")
}

pub(super) fn waives_locked(rule: &str, span: Span, there: Span) -> Diagnostic {
    Diagnostic::error(Code::Locked, format!("`{rule}` is locked and cannot be waived here"))
        .label(span, "this waiver has no effect")
        .label(there, "locked by this base")
        .help("only the base that locks a rule, and its own bases, may waive it")
}

pub(super) fn expired(rule: &str, until: Date, span: Span) -> Diagnostic {
    Diagnostic::warning(Code::ExpiredWaiver, format!("the waiver of `{rule}` has expired"))
        .label(span, format!("{until} was its last day"))
        .help("remove it, or decide anew whether the reason still holds")
}

pub(super) fn unused(rule: &str, workflow: &str, span: Span) -> Diagnostic {
    Diagnostic::note(
        Code::UnneededWaiver,
        format!("the waiver of `{rule}` for `{}` lifts nothing", quote(workflow)),
    )
    .label(span, "the rule passes, does not apply or is off, or there is no such workflow")
}

/// `cut` is its last day, where a base has it end before the day that it says.
pub(super) fn ends_soon(rule: &str, days: i64, cut: Option<Date>, span: Span) -> Diagnostic {
    let label = match cut {
        Some(last) => format!("{last} is its last day: a base locks the rule from the day after"),
        None => "its last day".to_owned(),
    };
    let when = match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    };
    Diagnostic::warning(Code::WaiverEndsSoon, format!("the waiver of `{rule}` ends {when}"))
        .label(span, label)
        .help("what it lifts will hold again from the day after")
}

pub(super) fn no_rollback(rule: &str, workflow: &str, span: Span) -> Diagnostic {
    Diagnostic::warning(
        Code::UnwaivableRollback,
        format!("`{workflow}` must roll back: no waiver lifts `{rule}`"),
    )
    .label(span, "has no effect on a rollback that fired")
    .help("a waiver lifts a hold, also of what is undecided; go back a stage")
}

/// Settings or waivers that multiply with the workflows.
pub(super) fn too_much_settled() -> Diagnostic {
    let message =
        format!("more than {MAX_SETTLED} settings and waivers would be in force for the workflows together");
    Diagnostic::error(Code::RunTooLarge, message)
        .help("write fewer overrides and waivers, each for more workflows, or judge part of the workflows by a project of their own")
}
