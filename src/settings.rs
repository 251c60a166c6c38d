//! The values and effects in force: what the policies declare, as far as no configuration says otherwise.
//!
//! Stands beside a [`Program`], which is the same for all workflows; settings may differ from one to the next, and from one
//! day to the next.

mod timeline;

use std::sync::Arc;

use crate::ast::EffectKind;
use crate::interval::Interval;
use crate::program::{ParamValue, Program};
use crate::source::Span;
use crate::types::{Kind, Type, show_date, show_time};
use crate::value::{Date, Number, Value};
use crate::vocabulary::{Cadence, Field, Vocabulary};

pub use timeline::Timeline;

/// A rule that is built in: it is listed where it fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltInRule {
    pub name: &'static str,
    pub title: &'static str,
    pub about: BuiltInSubject,
}

/// What a built-in rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltInSubject {
    Ladder,
    Cadence,
    /// What a series records, whatever is asked of it. Such a rule is a check of the record: it notes, and never holds.
    Record,
}

const fn built_in(name: &'static str, about: BuiltInSubject, title: &'static str) -> BuiltInRule {
    BuiltInRule { name, title, about }
}

pub const STARTED: BuiltInRule =
    built_in("ladder.started", BuiltInSubject::Ladder, "A rollout begins in the first stage");
pub const SKIPPED: BuiltInRule = built_in("ladder.skipped", BuiltInSubject::Ladder, "No stage is skipped");
pub const UNDECLARED: BuiltInRule =
    built_in("ladder.undeclared", BuiltInSubject::Ladder, "Every move passes a gate");
pub const OWED: BuiltInRule =
    built_in("ladder.owed", BuiltInSubject::Ladder, "Every step below the stage was earned");
pub const FRESH: BuiltInRule =
    built_in("series.fresh", BuiltInSubject::Cadence, "The newest snapshot is as new as the cadence asks");
pub const REWRITTEN: BuiltInRule = built_in(
    "record.rewritten",
    BuiltInSubject::Record,
    "A snapshot stays what it was when it was committed",
);
pub const COPIED: BuiltInRule =
    built_in("record.copied", BuiltInSubject::Record, "A list is measured anew for each snapshot");
pub const SMALLER: BuiltInRule =
    built_in("record.smaller", BuiltInSubject::Record, "A list is not half as long as before");
pub const SHRUNKEN: BuiltInRule =
    built_in("record.shrunken", BuiltInSubject::Record, "A share does not rise because fewer are counted");
pub const VANISHED: BuiltInRule =
    built_in("record.vanished", BuiltInSubject::Record, "Who is gone from a kept list is said to have left");
pub const REUSED: BuiltInRule =
    built_in("record.reused", BuiltInSubject::Record, "A key stands for one element");
pub const BUNCHED: BuiltInRule =
    built_in("record.bunched", BuiltInSubject::Record, "Values do not pile up beside a threshold");
pub const REGULAR: BuiltInRule =
    built_in("record.regular", BuiltInSubject::Record, "Counts vary as much as chance makes them");

/// All of them.
pub const BUILT_IN: [BuiltInRule; 13] = [
    STARTED, SKIPPED, UNDECLARED, OWED, FRESH, REWRITTEN, COPIED, SMALLER, SHRUNKEN, VANISHED, REUSED,
    BUNCHED, REGULAR,
];

/// What no policy is called, as built-in rules are named so.
pub const BUILT_IN_POLICIES: [&str; 3] = ["ladder", "series", "record"];

impl BuiltInRule {
    /// What it does where nobody sets it.
    pub fn effect(self) -> EffectKind {
        match self.about {
            BuiltInSubject::Ladder | BuiltInSubject::Cadence => EffectKind::Hold,
            BuiltInSubject::Record => EffectKind::Note,
        }
    }

    /// Whether it is a check of the record, which can do no more than note.
    pub fn only_notes(self) -> bool {
        self.about == BuiltInSubject::Record
    }
}

/// Those that can fire, each with the declaration that it is about: the ladder's where there are stages, that of the series
/// where there is a cadence, and the first field where any is declared.
pub fn built_in_rules(vocabulary: &Vocabulary) -> impl Iterator<Item = (BuiltInRule, Span)> {
    let cadence = vocabulary.cadence.as_ref().map(|cadence| cadence.span);
    let field = vocabulary.snapshot.fields.iter().find_map(|field| field.span);
    let about = move |rule: BuiltInRule| match rule.about {
        BuiltInSubject::Ladder => vocabulary.stages_span,
        BuiltInSubject::Cadence => cadence,
        BuiltInSubject::Record => field,
    };
    BUILT_IN.into_iter().filter_map(move |rule| Some((rule, about(rule)?)))
}

/// What is in force for a workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// As [`Program::params`].
    pub params: Vec<Timeline<ParamSetting>>,
    /// As [`Program::rules`], then those of [`built_in_rules`].
    pub rules: Vec<Timeline<RuleSetting>>,
    /// How often a snapshot is due: as the vocabulary says, unless an override says otherwise.
    pub cadence: Option<Cadence>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ParamSetting {
    pub value: ParamValue,
    /// Where the value was set: the declaration, or a line of a configuration.
    pub origin: Span,
    /// Whether a configuration set it.
    pub configured: bool,
    /// What it must keep to: the range of the policy, as far as it was narrowed above the value.
    pub within: Option<Interval>,
    /// What a nearer file must keep to: all that the range was narrowed to.
    pub bounds: Option<Interval>,
    pub because: Option<Arc<str>>,
    /// Who answers for what a configuration says.
    pub owner: Option<Arc<str>>,
    /// The base that lets nobody else set it.
    pub locked: Option<Lock>,
    /// Whether it is the setting of `else` of its table, as nobody has set this entry.
    pub by_else: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RuleSetting {
    /// None for a rule that is switched off.
    pub effect: Option<EffectKind>,
    pub origin: Span,
    /// Whether a configuration set it.
    pub configured: bool,
    pub because: Option<Arc<str>>,
    /// Who answers for what a configuration says.
    pub owner: Option<Arc<str>>,
    pub locked: Option<Lock>,
}

/// A `locked: true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Which file says so: 0 is the farthest base.
    pub layer: usize,
    pub span: Span,
}

/// An exception with an end, as it concerns one workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    pub rule: Arc<str>,
    /// The rung that it is for; all of them if there is none.
    pub stage: Option<usize>,
    pub because: Arc<str>,
    pub owner: Arc<str>,
    pub from: Option<Date>,
    /// The last day.
    pub until: Date,
    /// Where its rule is named.
    pub span: Span,
}

impl Waiver {
    /// Whether another one is the same, and may stand somewhere else.
    pub fn is_same_elsewhere(&self, other: &Self) -> bool {
        Self { span: Span::default(), ..self.clone() } == Self { span: Span::default(), ..other.clone() }
    }

    /// Whether it counts on a day; its last one is among them.
    pub fn is_active(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && day <= self.until
    }
}

impl Settings {
    /// The params, by their indexes, that have other values than in other settings of the same program; none where these also
    /// differ in something else that a verdict depends on.
    pub fn only_values_differ(&self, other: &Self) -> Option<Vec<usize>> {
        let effects = |own: &RuleSetting| own.effect;
        let rules = self.rules.iter().zip(&other.rules);
        let is_alike = self.params.len() == other.params.len()
            && self.rules.len() == other.rules.len()
            && rules.into_iter().all(|(own, other)| own.is_same(other, effects))
            && self.cadence.as_ref().map(Cadence::without_place)
                == other.cadence.as_ref().map(Cadence::without_place);
        let params = self.params.iter().zip(&other.params).enumerate();
        let differs =
            params.filter(|(_, (own, other))| !own.is_same(other, |own| (own.value.clone(), own.by_else)));
        is_alike.then(|| differs.map(|(at, _)| at).collect())
    }

    /// What the policies declare.
    pub fn declared(program: &Program) -> Self {
        let params = program.params.iter().map(|param| ParamSetting {
            value: param.value.clone(),
            origin: param.origin,
            configured: false,
            within: param.within.clone(),
            bounds: param.within.clone(),
            because: None,
            owner: None,
            locked: None,
            by_else: param.follows.is_some(),
        });
        let declared = |effect, origin| RuleSetting {
            effect: Some(effect),
            origin,
            configured: false,
            because: None,
            owner: None,
            locked: None,
        };
        let rules = program.rules.iter().map(|rule| declared(rule.effect, rule.decl.effect.span));
        let built_in = built_in_rules(&program.vocabulary).map(|(rule, span)| declared(rule.effect(), span));
        let rules = rules.chain(built_in).map(Timeline::always).collect();
        Self {
            params: params.map(Timeline::always).collect(),
            rules,
            cadence: program.vocabulary.cadence.clone(),
        }
    }

    /// What is in force of a param on a day, by its number.
    pub fn param_on(&self, index: usize, day: i64) -> Option<&ParamSetting> {
        self.params.get(index).map(|steps| steps.on(day))
    }

    /// Whether a param has one value on a day, by its number, and on all later ones.
    pub fn is_settled(&self, index: usize, since: i64) -> bool {
        let mut values = self.params.get(index).into_iter().flat_map(|steps| steps.since(since));
        let first = values.next();
        values.all(|later| first.is_some_and(|first| later.value == first.value))
    }

    /// What is in force of a rule on a day, by its number.
    pub fn rule_on(&self, index: usize, day: i64) -> Option<&RuleSetting> {
        self.rules.get(index).map(|steps| steps.on(day))
    }

    /// The settings of a built-in rule; none where it cannot fire.
    pub fn built_in(&self, program: &Program, rule: BuiltInRule) -> Option<&Timeline<RuleSetting>> {
        let index = built_in_rules(&program.vocabulary).position(|(known, _)| known == rule)?;
        self.rules.get(program.rules.len() + index)
    }
}

/// The names of all rules, in the order of [`Settings::rules`].
pub fn rule_names(program: &Program) -> impl Iterator<Item = &str> {
    let built_in = built_in_rules(&program.vocabulary).map(|(rule, _)| rule.name);
    program.rules.iter().map(|rule| &*rule.name).chain(built_in)
}

/// A value of a param as people read it.
pub fn show_value(ty: &Type, value: &ParamValue) -> String {
    match value {
        ParamValue::Calendar(months) => show_number(&Type::Calendar, &Number::from(*months)),
        ParamValue::Value(value) => show_scalar(ty, value),
        ParamValue::List(values) => {
            let inner = ty.element().unwrap_or(ty);
            let shown: Vec<String> = values.iter().map(|value| show_scalar(inner, value)).collect();
            format!("[{}]", shown.join(", "))
        }
    }
}

fn show_scalar(ty: &Type, value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Text(word) if matches!(ty, Type::Choice(_)) => word.to_string(),
        Value::Text(text) => format!("\"{text}\""),
        Value::Number(number) => show_number(ty, number),
        // No literal is any of these.
        Value::Range(_) | Value::Counted(_) | Value::List(_) | Value::Record(_) => String::new(),
    }
}

/// A range of a param as people read it, `60% to 100%`; none where an end is open.
pub fn show_range(ty: &Type, range: &Interval) -> Option<String> {
    // That of a list holds for each of its numbers.
    let ty = ty.element().unwrap_or(ty);
    let (low, high) = (range.low.as_ref()?, range.high.as_ref()?);
    Some(format!("{} to {}", show_number(ty, low), show_number(ty, high)))
}

/// The type of a field as it is declared: `share from 0% to 1000%`, with the range where it is not the usual one.
pub fn field_type(field: &Field) -> String {
    let inner = field.ty.element().unwrap_or(&field.ty);
    let range = match inner {
        Type::Amount(quantity) if quantity.range != quantity.kind.default_range() => {
            show_range(inner, &quantity.range)
        }
        _ => None,
    };
    let ty = field.ty.to_string();
    let ty = if inner.record().is_some() { ty.replace("list of record", "list of records") } else { ty };
    range.map_or(ty.clone(), |range| format!("{ty} from {}", range))
}

fn show_number(ty: &Type, number: &Number) -> String {
    match ty {
        Type::Amount(quantity) => quantity.kind.show(number),
        Type::Date => show_date(number),
        Type::Time => show_time(number),
        Type::Calendar => {
            let plural = if *number == Number::ONE { "" } else { "s" };
            format!("{} month{plural}", Kind::Number.show(number))
        }
        Type::Bool
        | Type::Text
        | Type::Stage
        | Type::Choice(_)
        | Type::Elapsed
        | Type::List(_)
        | Type::Record(_)
        | Type::Error => Kind::Number.show(number),
    }
}
