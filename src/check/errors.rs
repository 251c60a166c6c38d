//! The checker's diagnostics, one constructor a problem: about names and declarations here, about types, units and
//! ranges in `errors/types.rs`, about the vocabulary in `errors/vocabulary.rs`, about tables and lists in `errors/table.rs`.

mod aggregate;
mod claim;
mod date_word;
mod exact;
mod kinds;
mod share_of;
mod slips;
mod table;
mod time;
mod types;
mod vocabulary;
mod workflows;

pub(super) use aggregate::{
    clause_not_taken, counts_all, counts_members, drops_field, drops_value, needs_where, not_a_pattern,
    not_a_stage_name, not_a_text,
};
pub(super) use claim::{
    bad_confidence, exact_in_difference, not_a_claim, not_a_population, not_drawn, not_sampled, not_so_many,
    population_of_no_share, same_elements, share_less_mean,
};
pub(super) use date_word::{no_key_to_see, no_stage_to_enter};
pub(super) use exact::{sampled_level, sampled_on_both_sides};
pub(super) use kinds::{Counterpart, bare_share, unlike_kinds};
pub(super) use share_of::{clause_of_counts, not_a_counted_field, of_not_taken, part_of_itself};
pub(super) use slips::{as_percentile, or_function_of_list};
pub(super) use table::{
    empty_param, key_of_nothing, key_twice, listed_twice, missing_entries, mixed_keys, no_table, not_a_key,
    not_a_list_member, other_keys, several_types, table_is_no_value, texts_need_else,
};
pub(super) use time::{calendar_window, date_of_a_time, no_now, not_a_time};
pub(super) use types::{
    ComparedSide, arithmetic, bad_at_least, bad_number_of_snapshots, bad_percentile, bad_window,
    bad_window_param, bound_of_param, branches_differ, default_of_no_field, needs_length, needs_over,
    never_fails, never_in, never_true, no_arithmetic, no_range, no_such_unit, not_a_condition, not_a_date,
    not_a_list, not_a_list_of_elements, not_a_scalar, not_a_share_setting, not_a_window, not_numbers,
    param_outside, reversed_range, unlike, wrong_arguments,
};
pub(super) use vocabulary::{
    bad_cadence, bad_changing, bad_kept, bad_key, bad_named, bad_standing, bad_unit, bound_of_field,
    declared_differently, no_stages, not_lower_case, reserved_key, reserved_name, second_cadence,
    second_ladder, several_keys, shared_key, unknown_type, unknown_unit, weekday_by_instants,
};
pub(super) use workflows::{no_list_of_workflows, no_window_of_workflows};

use std::sync::Arc;

use super::words::join;
use crate::ast::{Arg, EffectKind, GateStep, LetDecl, Name, Undecided, UndecidedKind};
use crate::builtins;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;
use crate::vocabulary::{Field, RecordType};

/// How many of the names that would have fitted a message lists.
const MAX_LISTED: usize = 12;

pub(in crate::check) fn unknown_name(
    name: &Name,
    suggestion: Option<&str>,
    hint: Option<String>,
) -> Diagnostic {
    let function = builtins::find(&name.text)
        .map(|builtin| format!("`{0}` is a function: write `{0}(…)`", builtin.name));
    let error = Diagnostic::error(Code::UnknownName, format!("nothing is called `{}` here", name.text))
        .label(name.span, "unknown name")
        .help("declare it: a field in a `snapshot` block, a let or param in this policy")
        .maybe_help(function)
        .meant(name.span, suggestion.filter(|_| hint.is_none()))
        .maybe_help(hint.clone());
    if suggestion.is_some() || hint.is_some() { error } else { slips::word_of_others(error, name) }
}

pub(in crate::check) fn computed_of_no_list(of: &[Name]) -> Diagnostic {
    let message = format!("`{}` is not a list of records", join(of));
    let place = of.first().zip(of.last()).map(|(first, last)| first.span.to(last.span)).unwrap_or_default();
    Diagnostic::error(Code::TypeMismatch, message).label(place, "no field can be computed for this").help(
        "a computed field is named after its list, as `let outputs.light = …`; any other let has no dot",
    )
}

pub(in crate::check) fn computed_in_gate(name: &Name, of: &[Name]) -> Diagnostic {
    let message = format!("`{}.{}` is computed for its whole policy, not for one gate", join(of), name.text);
    Diagnostic::error(Code::TypeMismatch, message)
        .label(name.span, "declared in a gate")
        .help("move it before the gate")
}

pub(in crate::check) fn unknown_field(
    path: &[Name],
    (way, in_list): (&[Name], bool),
    name: &Name,
    record: &RecordType,
    suggestion: Option<&str>,
) -> Diagnostic {
    let judged = path.first().is_some_and(|first| &*first.text == "snapshot");
    let whose = match way {
        [] if judged => "the snapshot".to_owned(),
        [] => "the element".to_owned(),
        [..] => format!("`{}`", join(way)),
    };
    let fields = list(record.fields.iter().map(|field| &*field.name));
    let error = Diagnostic::error(Code::UnknownName, format!("{whose} has no field `{}`", name.text))
        .label(name.span, "unknown field")
        .help(format!("its fields are {fields}"))
        .meant(name.span, suggestion);
    if in_list { slips::or_function_of_list(error, way, name) } else { error }
}

pub(in crate::check) fn unknown_in_policy(
    policy: &Name,
    name: &Name,
    suggestion: Option<&str>,
    in_gate: bool,
) -> Diagnostic {
    let gate = in_gate.then(|| "it is a let of a gate, which is only known in that gate".to_owned());
    Diagnostic::error(
        Code::UnknownName,
        format!("policy `{}` has no let or param `{}`", policy.text, name.text),
    )
    .label(name.span, "unknown name")
    .maybe_help(gate.or_else(|| suggestion.map(|name| format!("did you mean `{name}`?"))))
}

pub(in crate::check) fn unknown_member(
    name: &Name,
    members: &[Arc<str>],
    suggestion: Option<&str>,
) -> Diagnostic {
    let words = || members.iter().map(|member| &**member);
    Diagnostic::error(Code::UnknownName, format!("`{}` is not one of {}", name.text, list(words())))
        .label(name.span, "no such member")
        .meant(name.span, suggestion)
}

pub(in crate::check) fn unknown_stage(
    name: &Name,
    stages: &[Arc<str>],
    suggestion: Option<&str>,
) -> Diagnostic {
    let words = list(stages.iter().map(|stage| &**stage));
    Diagnostic::error(Code::UnknownStage, format!("there is no stage `{}`", name.text))
        .label(name.span, "unknown stage")
        .help(format!("the stages are {words}"))
        .meant(name.span, suggestion)
}

pub(in crate::check) fn unknown_function(name: &Name) -> Diagnostic {
    let functions = || builtins::all().map(|builtin| builtin.name);
    let synonym = builtins::all().find(|builtin| builtin.synonyms.contains(&&*name.text));
    let meant = synonym.map(|builtin| builtin.name).or_else(|| did_you_mean(&name.text, functions()));
    let all: Vec<&str> = functions().collect();
    Diagnostic::error(Code::UnknownFunction, format!("there is no function `{}`", name.text))
        .label(name.span, "unknown function")
        .help(format!("the functions are {}", all.join(", ")))
        .meant(name.span, meant)
}

pub(in crate::check) fn duplicate(what: &str, places: &[&Name]) -> Diagnostic {
    let mut sorted = places.to_vec();
    sorted.sort_by_key(|name| name.span);
    let name = sorted.first().map_or("", |name| &name.text);
    let diagnostic =
        Diagnostic::error(Code::DeclaredTwice, format!("{what} `{name}` is declared more than once"));
    let spans: Vec<Span> = sorted.iter().map(|name| name.span).collect();
    again(diagnostic, &spans).help("remove one of them, or give it another name")
}

/// Labels the second declaration, which is one too many, and those after it; then the first.
fn again(mut diagnostic: Diagnostic, spans: &[Span]) -> Diagnostic {
    let Some((first, others)) = spans.split_first() else { return diagnostic };
    for span in others {
        diagnostic = diagnostic.label(*span, "declared again here");
    }
    diagnostic.label(*first, "first declared here")
}

pub(in crate::check) fn hides_field(what: &str, name: &Name, field: &Field) -> Diagnostic {
    let whose = if field.span.is_some() { "a field" } else { "a built-in field" };
    let diagnostic = Diagnostic::error(
        Code::DeclaredTwice,
        format!("{what} `{0}` has the name of {whose} of the snapshot", name.text),
    )
    .label(name.span, "give it another name");
    match field.span {
        Some(span) => diagnostic.label(span, "the field"),
        None => diagnostic,
    }
}

/// A field of a record that is called like a policy, and like what that declares.
pub(in crate::check) fn two_meanings(record: &str, field: &Field, policy: Span) -> Diagnostic {
    let name = format!("{record}.{}", field.name);
    let diagnostic = Diagnostic::error(
        Code::DeclaredTwice,
        format!("`{name}` could mean this field, or what the policy `{record}` declares"),
    );
    let diagnostic = match field.span {
        Some(span) => diagnostic.label(span, "give the field or its record another name"),
        None => diagnostic,
    };
    diagnostic.label(policy, "declared in the policy")
}

/// A `where` or `by` within too many others.
pub(in crate::check) fn too_many_lists(arg: &Arg, limit: usize) -> Diagnostic {
    Diagnostic::error(Code::TooDeep, format!("more than {limit} `where`s are nested"))
        .label(arg.value.span, "reads this list again for each element of the outer ones")
        .help("if the inner one does not read the outer elements, give it a name with `let`")
}

/// A let that is too many levels deep with the lets that it uses.
pub(in crate::check) fn lets_too_deep(decl: &LetDecl, limit: usize) -> Diagnostic {
    let message =
        format!("let `{}` and the lets that it uses are more than {limit} levels deep", decl.name.text);
    Diagnostic::error(Code::TooDeep, message)
        .label(decl.name.span, "too deep")
        .help("use fewer lets that build on each other")
}

/// `names` are those of the lets, qualified and with their places, in the order in which each needs the next.
pub(in crate::check) fn cycle(names: &[(String, Name)]) -> Diagnostic {
    let policy = |name: &str| name.split_once('.').map_or("", |(policy, _)| policy).to_owned();
    let first_policy = names.first().map(|(name, _)| policy(name));
    let one_policy = names.iter().all(|(name, _)| Some(policy(name)) == first_policy);
    let shown = |(qualified, name): &(String, Name)| {
        if one_policy { name.text.to_string() } else { qualified.clone() }
    };
    let way: Vec<_> = names.iter().chain(names.first()).map(shown).collect();
    let message = match names {
        [one] => format!("let `{}` uses itself", shown(one)),
        _ => format!("these lets use each other in a cycle: `{}`", way.join(" -> ")),
    };
    let mut diagnostic = Diagnostic::error(Code::LetCycle, message);
    for (at, name) in names.iter().enumerate() {
        let next = way.get(at + 1).map_or("", |next| next);
        diagnostic = diagnostic.label(name.1.span, format!("needs `{next}`"));
    }
    diagnostic.help("define one of them without the others, or use an earlier snapshot: `previous(…)`")
}

/// `let a = previous(a)`
pub(in crate::check) fn untyped_let(name: &Name) -> Diagnostic {
    let message = format!("`{}` is defined only by its own earlier value", name.text);
    Diagnostic::error(Code::LetCycle, message).label(name.span, "reads only its own earlier value").help(
        format!("give the value to use when there is no earlier snapshot: `previous({}, …)`", name.text),
    )
}

/// What a bare word means outside the element.
#[derive(Clone, Copy)]
pub(in crate::check) enum Outside<'n> {
    /// A field of the snapshot.
    Snapshot,
    /// A let or param of this policy.
    Own(&'n str),
    /// A field of a list's element further out.
    Element,
}

pub(in crate::check) fn ambiguous_name(path: &[Name], name: &Name, outside: Outside<'_>) -> Diagnostic {
    let path = join(path);
    let (what, help) = match outside {
        Outside::Snapshot => ("a field of the snapshot", format!("write `it.{path}` or `snapshot.{path}`")),
        Outside::Own(policy) => {
            ("a let or param of the policy", format!("write `it.{path}` or `{policy}.{path}`"))
        }
        Outside::Element => (
            "a field of the element around it",
            format!("write `it.{path}` for the inner one, or give one of them another name"),
        ),
    };
    Diagnostic::error(
        Code::AmbiguousName,
        format!("`{}` is a field of the list's element and also {what}", name.text),
    )
    .label(name.span, "which one?")
    .help(help)
}

pub(in crate::check) fn rule_is_no_value(name: &Name) -> Diagnostic {
    Diagnostic::error(Code::NotAValue, format!("`{}` is a rule, and a rule is not a value", name.text))
        .label(name.span, "a rule")
        .help("name the condition of the rule with `let`, and use that name in both places")
}

pub(in crate::check) fn policy_is_no_value(name: &Name) -> Diagnostic {
    Diagnostic::error(Code::NotAValue, format!("`{}` is a policy, and a policy is not a value", name.text))
        .label(name.span, "a policy")
        .help(format!("name one of its lets or params: `{}.NAME`", name.text))
}

pub(in crate::check) fn record_is_no_value(path: &[Name], record: &RecordType) -> Diagnostic {
    let path_text = join(path);
    let field = record.fields.first().map_or("FIELD", |field| &*field.name);
    label_path(
        Diagnostic::error(Code::NotAValue, format!("`{path_text}` is a record, not a single value")),
        path,
        "a record",
    )
    .help(format!("name one of its fields, as `{path_text}.{field}`"))
}

pub(in crate::check) fn has_no_fields(way: &[Name], name: &Name, ty: &crate::types::Type) -> Diagnostic {
    let what = super::words::a_type(ty);
    let whose = if way.is_empty() { "`it`".to_owned() } else { format!("`{}`", join(way)) };
    let message = format!("{whose} is {what} and has no field `{}`", name.text);
    Diagnostic::error(Code::UnknownName, message).label(name.span, "unknown field")
}

pub(in crate::check) fn no_fields(name: &Name, rest: &[Name]) -> Diagnostic {
    let field = join(rest);
    let span = rest.first().map_or(name.span, |field| field.span);
    Diagnostic::error(
        Code::UnknownName,
        format!("`{}` is a let or param and has no field `{field}`", name.text),
    )
    .label(span, "unknown field")
}

pub(in crate::check) fn through_two_lists(path: &[Name], first: &[Name]) -> Diagnostic {
    let message = format!("`{}` leads through a list within a list", join(path));
    let help = format!("go through `{}` first, and through the inner list in its `where`", join(first));
    label_path(Diagnostic::error(Code::NotAValue, message), path, "a list of lists").help(help)
}

pub(in crate::check) fn bare_snapshot(name: &Name) -> Diagnostic {
    Diagnostic::error(Code::NotAValue, "`snapshot` is not a single value")
        .label(name.span, "a whole snapshot")
        .help("name one of its fields: `snapshot.FIELD`")
}

pub(in crate::check) fn no_element(it: &Name) -> Diagnostic {
    Diagnostic::error(Code::NotAValue, "`it` has no meaning here")
        .label(it.span, "no list around it")
        .help("use `it` in the `where` or `by` of a list function, where it means the current element")
}

pub(in crate::check) fn out_of_reach(name: &Name) -> Diagnostic {
    Diagnostic::error(
        Code::ElementInSeries,
        format!("`{}` belongs to one element, but this looks back over the series", name.text),
    )
    .label(name.span, "known for one snapshot only")
}

pub(in crate::check) fn asks_of_a_workflow(stage: Span) -> Diagnostic {
    let message =
        "`asks` looks back over the series of the judged workflow, but this is evaluated for each workflow";
    Diagnostic::error(Code::ElementInSeries, message)
        .label(stage, "only the newest snapshot of each workflow is available here")
        .help("if you mean the judged workflow, define a `let` outside and use its name here")
}

pub(in crate::check) fn of_a_workflow_out_of_reach(name: &Name) -> Diagnostic {
    let message = format!(
        "`{}` belongs to one workflow, but this looks back over the series of the judged one",
        name.text
    );
    Diagnostic::error(Code::ElementInSeries, message)
        .label(name.span, "only the newest snapshot of each workflow is available here")
        .help("if you mean the judged workflow, define a `let` outside and use its name here")
}

pub(in crate::check) fn not_a_field(path: &[Name], who: &str, problem: &str) -> Diagnostic {
    let message = format!("`{who}` takes a field, but `{}` is {problem}", join(path));
    let help = match problem {
        "inside a list" => Some("use it in a `where`, as in `any(outputs where has edit_time)`"),
        "a let" => Some("use the fields that it is computed from"),
        "a param" => Some("a param always has a value; name a field"),
        _ => None,
    };
    label_path(Diagnostic::error(Code::NotAField, message), path, problem).maybe_help(help.map(str::to_owned))
}

pub(in crate::check) fn no_step(
    from: &Name,
    to: &Name,
    (low, high): (usize, usize),
    stages: &[Arc<str>],
) -> Diagnostic {
    let help = match stages.get(low + 1) {
        Some(next) => format!("ladders move one rung at a time: write `gate {} -> {next}`", from.text),
        None => format!("`{}` is the last stage: no gate leads out of it", from.text),
    };
    let problem = if high <= low { "leads down the ladder" } else { "skips a stage" };
    let message = format!("a gate leads to the next stage, `{} -> {}` does not", from.text, to.text);
    Diagnostic::error(Code::ImpossibleGate, message).label(from.span.to(to.span), problem).help(help)
}

pub(in crate::check) fn repeated_gate(steps: &[&GateStep]) -> Diagnostic {
    let mut steps = steps.to_vec();
    steps.sort_by_key(|step| step.from.span);
    let (from, to) = steps.first().map_or(("", ""), |step| (&step.from.text, &step.to.text));
    let message = format!("gate `{from} -> {to}` is declared more than once in this policy");
    let spans: Vec<Span> = steps.iter().map(|step| step.span()).collect();
    again(Diagnostic::error(Code::ImpossibleGate, message), &spans).help("put their rules into one gate")
}

pub(in crate::check) fn built_in_policy(name: &Name) -> Diagnostic {
    Diagnostic::error(Code::DeclaredTwice, format!("no policy can be called `{}`", name.text))
        .label(name.span, "a name of built-in rules")
        .help("choose another name, as in `policy rollout`")
}

pub(in crate::check) fn harsher_undecided(
    undecided: &Undecided,
    effect: EffectKind,
    span: Span,
) -> Diagnostic {
    let word = match undecided.kind {
        UndecidedKind::Pass => "pass",
        UndecidedKind::Warn => "warn",
        UndecidedKind::Hold => "hold",
    };
    let effect = effect.as_str();
    let message =
        format!("`undecided {word}` is harsher than `{effect}`, the effect of the rule when it fails");
    Diagnostic::error(Code::HarsherWhenUndecided, message)
        .label(undecided.span, "harsher")
        .label(span, "the effect of the rule")
        .help("write `undecided pass`, or leave it out")
}

fn label_path(diagnostic: Diagnostic, path: &[Name], text: &str) -> Diagnostic {
    match path {
        [first, .., last] => diagnostic.label(first.span.to(last.span), text),
        [only] => diagnostic.label(only.span, text),
        [] => diagnostic,
    }
}

/// `a, b and c`
fn list<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut words: Vec<_> = words.take(MAX_LISTED + 1).map(|word| format!("`{word}`")).collect();
    if words.len() > MAX_LISTED {
        words.truncate(MAX_LISTED);
        words.push("others".to_owned());
    }
    match words.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
