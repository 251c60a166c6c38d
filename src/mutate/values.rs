//! Values at which conditions turn: each threshold and a step to either side of it, for each field that a rule reads.

use std::collections::BTreeMap;

use super::step::steps;
use crate::ast::{Expr, ExprKind, LiteralKind, RuleBody};
use crate::explain::{RuleUses, uses};
use crate::program::{ParamValue, Program};
use crate::settings::show_value;
use crate::source::SourceMap;
use crate::types::{Kind, Type, show_time};
use crate::value::{DAY, Date, Number, Value, add_months, date_of_day, day_number};
use crate::vocabulary::Field;

/// Kinds of elements that are put into a list.
const MAX_ELEMENTS: usize = 12;

/// The thresholds of some rules, as they are written, with the values beside them.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// Plain numbers, and counts.
    numbers: Vec<Number>,
    shares: Vec<Number>,
    /// In seconds.
    pub(super) durations: Vec<Number>,
    months: Vec<i32>,
    dates: Vec<Date>,
    times: Vec<Number>,
    /// Amounts with a unit, as they are written.
    amounts: Vec<String>,
    /// Fields that a rule reads, with what they hold.
    scalars: Vec<(String, Type)>,
    /// Lists of records, and the fields of their elements that a rule reads.
    lists: BTreeMap<String, Vec<(String, Type)>>,
}

impl Pool {
    /// What the rules of these indices read and are held against.
    pub(super) fn of(rules: &[usize], program: &Program, sources: &SourceMap) -> Self {
        let mut pool = Self::default();
        for rule in rules.iter().filter_map(|index| program.rules.get(*index)) {
            let used = uses(rule, program);
            match &rule.decl.body {
                RuleBody::Trigger { when } => pool.literals(when, sources),
                RuleBody::Require { when, requires } => {
                    when.iter().chain(requires).for_each(|expr| pool.literals(expr, sources));
                }
            }
            if let Some(when) = program.policies.get(rule.policy).and_then(|policy| policy.when.as_ref()) {
                pool.literals(when, sources);
            }
            for own in used.lets.iter().filter_map(|index| program.lets.get(*index)) {
                pool.literals(&own.decl.value, sources);
            }
            for param in used.params.iter().filter_map(|index| program.params.get(*index)) {
                for literal in param.decl.value.literals() {
                    pool.literal(&literal.kind, sources.text(literal.span));
                }
                if let ParamValue::Value(Value::Number(_)) = &param.value {
                    pool.amounts.push(show_value(&param.ty, &param.value));
                }
            }
            pool.fields(&used);
        }
        pool.numbers.extend([0, 1, 2].map(Number::from));
        pool.numbers.retain(|number| *number >= Number::ZERO);
        for list in [&mut pool.numbers, &mut pool.shares, &mut pool.durations] {
            list.sort();
            list.dedup();
        }
        pool.amounts.sort();
        pool.amounts.dedup();
        pool
    }

    fn literals(&mut self, expr: &Expr, sources: &SourceMap) {
        if let ExprKind::Literal(literal) = &expr.kind {
            self.literal(literal, sources.text(expr.span));
        }
        expr.children().into_iter().for_each(|child| self.literals(child, sources));
    }

    fn literal(&mut self, literal: &LiteralKind, written: &str) {
        for (kind, text) in
            steps(literal, written, None).into_iter().chain([(literal.clone(), written.to_owned())])
        {
            match kind {
                LiteralKind::Number(number) => self.numbers.push(number),
                LiteralKind::Share(share) => self.shares.push(share),
                LiteralKind::Unit(..) => self.amounts.push(text),
                LiteralKind::Duration(seconds) => self.durations.push(seconds),
                LiteralKind::Calendar(months) => self.months.push(months),
                LiteralKind::Date(date) => self.dates.push(date),
                LiteralKind::Time(time) => self.times.push(time),
                LiteralKind::Text(_) | LiteralKind::Bool(_) => {}
            }
        }
    }

    fn fields(&mut self, used: &RuleUses<'_>) {
        let built_in = ["date", "workflow"];
        for (name, field) in used.fields.iter().filter(|(name, _)| !built_in.contains(&name.as_str())) {
            let in_list =
                name.rsplit_once('.').and_then(|(list, own)| Some((self.list_of(list, used)?, own)));
            match (in_list, &field.ty) {
                (Some((list, own)), ty) => {
                    let fields = self.lists.entry(list).or_default();
                    if !fields.iter().any(|(known, _)| known == own) {
                        fields.push((own.to_owned(), ty.clone()));
                    }
                }
                (None, Type::List(element)) if element.record().is_some() => {
                    self.lists.entry(name.clone()).or_default();
                }
                (None, ty) => {
                    if !self.scalars.iter().any(|(known, _)| known == name) {
                        self.scalars.push((name.clone(), ty.clone()));
                    }
                }
            }
        }
    }

    /// The list that a name is one of, if it is: of one whose elements alone are read, nothing but them is used.
    fn list_of(&self, name: &str, used: &RuleUses<'_>) -> Option<String> {
        let is_list = |field: &Field| field.ty.element().is_some();
        let known = used.fields.iter().any(|(known, field)| known == name && is_list(field));
        (known || self.lists.contains_key(name)).then(|| name.to_owned())
    }

    /// Every field with every value that is worth a try, as they are written in a test.
    pub(super) fn values(&self, newest: Date, program: &Program) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (name, ty) in &self.scalars {
            all.extend(self.of_type(ty, newest, program).into_iter().map(|value| (name.clone(), value)));
            all.push((name.clone(), "_".to_owned()));
        }
        for (name, fields) in &self.lists {
            let fields: Vec<(String, Type)> =
                if fields.is_empty() { list_fields(name, program) } else { fields.clone() };
            all.extend(self.of_list(&fields, newest, program).into_iter().map(|value| (name.clone(), value)));
        }
        all
    }

    fn of_type(&self, ty: &Type, newest: Date, program: &Program) -> Vec<String> {
        match ty {
            Type::Bool => vec!["true".to_owned(), "false".to_owned()],
            Type::Text => vec!["\"a\"".to_owned(), "\"b\"".to_owned()],
            Type::Stage => program.vocabulary.stages.iter().map(ToString::to_string).collect(),
            Type::Choice(members) => members.iter().map(ToString::to_string).collect(),
            Type::Time => self.times.iter().map(show_time).collect(),
            Type::Date => self.dates(newest).iter().map(ToString::to_string).collect(),
            Type::Amount(quantity) => {
                let of = |numbers: &[Number]| -> Vec<String> {
                    let fitting = numbers.iter().filter(|number| quantity.range.contains(number));
                    fitting.map(|number| quantity.kind.show_precisely(number, 4)).collect()
                };
                match &quantity.kind {
                    Kind::Count => of(&self.counts()),
                    Kind::Number | Kind::Bare | Kind::Ratio => of(&self.numbers),
                    Kind::Share => of(&self.shares),
                    Kind::Duration => of(&self.durations),
                    Kind::Unit(_) => self.amounts.clone(),
                }
            }
            Type::Elapsed | Type::Calendar | Type::List(_) | Type::Record(_) | Type::Error => Vec::new(),
        }
    }

    fn counts(&self) -> Vec<Number> {
        self.numbers.iter().filter(|number| number.is_int()).cloned().collect()
    }

    /// Days at which `since` turns, seen from the newest snapshot.
    fn dates(&self, newest: Date) -> Vec<Date> {
        let days = self.durations.iter().filter_map(|length| times(length, DAY));
        let days = days.filter_map(|days| date_of_day(day_number(newest) - i64::try_from(days).ok()?));
        let months = self.months.iter().filter_map(|months| add_months(newest, -months));
        let mut all: Vec<Date> = Vec::new();
        for date in self.dates.iter().copied().chain([newest]).chain(days).chain(months) {
            let around = [-1, 0, 1].into_iter().filter_map(|step| date_of_day(day_number(date) + step));
            all.extend(around);
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Lists around the counts and shares at which conditions turn.
    fn of_list(&self, fields: &[(String, Type)], newest: Date, program: &Program) -> Vec<String> {
        let mut elements: Vec<Vec<String>> = vec![Vec::new()];
        for (name, ty) in fields {
            let values = self.of_type(ty, newest, program);
            let values: Vec<String> = values.into_iter().map(|value| format!("{name}: {value}")).collect();
            elements = elements
                .iter()
                .flat_map(|before| {
                    values.iter().map(move |value| before.iter().cloned().chain([value.clone()]).collect())
                })
                .take(MAX_ELEMENTS)
                .collect();
        }
        let elements: Vec<String> =
            elements.into_iter().map(|fields| format!("{{ {} }}", fields.join(", "))).collect();
        let counts = self.counts().into_iter().filter_map(|count| usize::try_from(count.floor()).ok());
        let mut counts: Vec<usize> = counts.filter(|count| *count <= 100).collect();
        counts.dedup();
        let mut all = vec!["[]".to_owned()];
        for element in &elements {
            let some = counts.iter().filter(|count| **count > 0);
            all.extend(some.map(|count| format!("[{count} x {element}]")));
        }
        for (index, one) in elements.iter().enumerate() {
            for other in elements.iter().skip(index + 1) {
                for (few, many) in self.parts(&counts) {
                    all.push(format!("[{few} x {one}, {many} x {other}]"));
                    all.push(format!("[{many} x {one}, {few} x {other}]"));
                }
            }
        }
        all.extend(different(fields, &counts));
        all
    }

    /// How twenty, as many as a rule asks for, or a hundred fall into two parts at a share that turns a condition.
    fn parts(&self, counts: &[usize]) -> Vec<(usize, usize)> {
        let largest = counts.iter().max().copied().unwrap_or(0);
        let mut all = vec![(1, 1)];
        for total in [20, largest, 100].into_iter().filter(|total| *total > 1) {
            for share in &self.shares {
                let part = (share * Number::from(total)).ceil();
                let Ok(part) = usize::try_from(part) else { continue };
                let near = [part.checked_sub(1), Some(part), Some(part + 1)].into_iter().flatten();
                all.extend(near.filter(|part| *part > 0 && *part < total).map(|part| (part, total - part)));
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Lists whose elements differ in a text, as many as a rule counts.
fn different(fields: &[(String, Type)], counts: &[usize]) -> Vec<String> {
    let texts: Vec<&String> =
        fields.iter().filter(|(_, ty)| matches!(ty, Type::Text)).map(|(name, _)| name).collect();
    let many = |count: &usize| {
        let elements: Vec<String> = (1..=*count)
            .map(|at| {
                let each: Vec<String> = texts.iter().map(|name| format!("{name}: \"{at}\"")).collect();
                format!("{{ {} }}", each.join(", "))
            })
            .collect();
        format!("[{}]", elements.join(", "))
    };
    if texts.is_empty() { Vec::new() } else { counts.iter().map(many).collect() }
}

/// The fields of a list whose elements a rule counts without looking at them: one is enough.
fn list_fields(name: &str, program: &Program) -> Vec<(String, Type)> {
    let mut record = Some(&*program.vocabulary.snapshot);
    let mut element = None;
    for word in name.split('.') {
        let field = record.and_then(|record| record.field(word)).map(|(_, field)| field);
        record = field.and_then(|field| field.ty.record());
        element = field.and_then(|field| field.ty.element()).and_then(Type::record);
    }
    let fields = element.into_iter().flat_map(|record| &record.fields).filter(|field| !field.key);
    fields.take(1).map(|field| (field.name.to_string(), field.ty.clone())).collect()
}

/// How many times a unit a length is, if that is a whole number; both in seconds.
pub(super) fn times(length: &Number, unit: i64) -> Option<usize> {
    let times = length / Number::from(unit);
    usize::try_from(times.floor()).ok().filter(|_| times.is_int())
}
