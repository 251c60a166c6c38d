//! What can be written in a test: fields and their values, params, rules, and days.

use std::sync::Arc;

use super::units::type_of_literal;
use super::{Completion, CompletionAsked, CompletionKind, expression, shown, words};
use crate::ast::{
    EveryDecl, ExprIds, GateItem, GivenKind, Item, LiteralKind, ParamDecl, PolicyDecl, PolicyItem, RuleDecl,
};
use crate::parse::parse;
use crate::parse::place::BlockKind;
use crate::settings::BUILT_IN;
use crate::types::Type;
use crate::value::{Date, date_of_day, day_number};
use crate::vocabulary::{Every, RecordType};

impl CompletionAsked<'_> {
    /// The fields that a test gives, the rules that it expects something of, the params that it sets.
    pub(super) fn paths(&self, rank: u8) -> Vec<Completion> {
        let way = self.way();
        let found = match (self.place.block, self.keyword()) {
            (BlockKind::Series, _) => {
                let record =
                    way.iter().try_fold(self.snapshot(), |record, name| record.field(name)?.1.ty.record());
                let mut fields = Vec::new();
                record.into_iter().for_each(|record| fields_of(record, "", &mut fields));
                fields
            }
            (_, "expect") => self.rules(&way),
            _ => self.params(&way),
        };
        found.into_iter().map(|one| Completion { rank: one.rank + rank, ..one }).collect()
    }

    fn policies(&self) -> impl Iterator<Item = &PolicyDecl> {
        self.ground.files.iter().flat_map(|file| &file.items).filter_map(|item| match item {
            Item::Policy(policy) => Some(policy),
            Item::Stages(_) | Item::Snapshot(_) | Item::Test(_) | Item::Broken(_) => None,
        })
    }

    fn rules(&self, way: &[&str]) -> Vec<Completion> {
        let declared = self.policies().flat_map(|policy| {
            let rules = policy.items.iter().flat_map(rules_of);
            rules.map(|rule| {
                let title = rule
                    .title
                    .as_ref()
                    .map(|title| self.study.sources.text(title.span).trim_matches('"').to_owned());
                (policy.name.text.to_string(), rule.name.text.to_string(), title, 0)
            })
        });
        let built_in = BUILT_IN.iter().filter_map(|rule| {
            let (policy, name) = rule.name.split_once('.')?;
            Some((policy.to_owned(), name.to_owned(), Some(rule.title.to_owned()), 1))
        });
        let all = declared.chain(built_in).filter(|(policy, ..)| way.first().is_none_or(|own| own == policy));
        let all = all.map(|(policy, name, title, rank)| {
            let label = if way.is_empty() { format!("{policy}.{name}") } else { name };
            Completion::new(label, CompletionKind::Rule, rank).detail("rule").maybe_doc(title)
        });
        all.collect()
    }

    fn params(&self, way: &[&str]) -> Vec<Completion> {
        let all =
            self.policies().flat_map(|policy| params_of(policy).map(|param| (&*policy.name.text, param)));
        let all = all.filter(|(policy, _)| way.first().is_none_or(|own| own == policy));
        let all = all.map(|(policy, param)| {
            let name = &*param.name.text;
            let label = if way.is_empty() { format!("{policy}.{name}") } else { name.to_owned() };
            let value = self.study.sources.text(param.value.span());
            Completion::new(label, CompletionKind::Param, 0).detail(value).maybe_doc(param.doc.as_deref())
        });
        all.collect()
    }

    /// The param that a `with` sets.
    fn param_set(&self) -> Option<&ParamDecl> {
        let words = self.words_before();
        let [_, policy, ".", name, ..] = words.as_slice() else { return None };
        let policy = self.policies().find(|known| *known.name.text == **policy)?;
        params_of(policy).find(|param| *param.name.text == **name)
    }

    /// The type of the param that a `with` sets, where its value says that.
    pub(super) fn type_of_param(&self) -> Option<Type> {
        self.param_set()?.value.literals().first().and_then(|literal| type_of_literal(&literal.kind))
    }

    /// Values that could stand there.
    pub(super) fn values(&self) -> Vec<Completion> {
        let truths = || ["true", "false"].map(|word| words::word(word, 1)).to_vec();
        match (self.place.block, self.keyword()) {
            (BlockKind::Policy, "param") if self.words_before().last() == Some(&"=") => truths(),
            (BlockKind::Test, "with") => self.values_of_param(),
            (BlockKind::Test, "as") => self.days_of_judgement(),
            (BlockKind::Test, "given") if self.words_before().last() == Some(&"from") => {
                self.first_day().map(|day| date(day, "as in this file")).into_iter().collect()
            }
            (BlockKind::Series, _) => self.values_in_series(),
            (BlockKind::Value, keyword) if !matches!(keyword, "param" | "with") => self.values_in_series(),
            (
                BlockKind::File
                | BlockKind::Policy
                | BlockKind::Gate
                | BlockKind::Rule
                | BlockKind::Fields
                | BlockKind::Test
                | BlockKind::Value,
                _,
            ) => Vec::new(),
        }
    }

    fn values_of_param(&self) -> Vec<Completion> {
        let Some(param) = self.param_set() else { return Vec::new() };
        let text = |span, detail: &str| {
            Completion::new(self.study.sources.text(span), CompletionKind::Value, 0).detail(detail)
        };
        let mut found = vec![text(param.value.span(), "as declared")];
        if let Some(range) = &param.within {
            found.push(text(range.low.span, "the least"));
            found.push(text(range.high.span, "the most"));
        }
        if self.type_of_param() == Some(Type::Bool) {
            found.extend(["true", "false"].map(|word| words::word(word, 0)));
        }
        found
    }

    fn values_in_series(&self) -> Vec<Completion> {
        let due = self.due_in_series().unwrap_or(Type::Error);
        let mut found = expression::constants(&due, &self.ground.program.vocabulary);
        if due == Type::Date {
            found.extend(self.first_day().map(|day| date(day, "as in this file")));
        }
        if self.place.block == BlockKind::Series {
            found.push(Completion::new("_", CompletionKind::Value, 5).detail("the field is missing"));
        }
        found
    }

    /// The type of the value of a series that is being written.
    pub(super) fn due_in_series(&self) -> Option<Type> {
        self.around_value().map(|(ty, _)| ty)
    }

    /// The fields of the record of a series that is being written.
    pub(super) fn keys(&self) -> Vec<Completion> {
        let Some((_, Some(record))) = self.around_value() else { return Vec::new() };
        let mut fields = Vec::new();
        for field in record.record().into_iter().flat_map(|record| &record.fields) {
            let one = Completion::new(&*field.name, CompletionKind::Field, 0).maybe_doc(field.doc.as_deref());
            fields.push(Completion { detail: shown(&field.ty), ..one });
        }
        fields
    }

    /// The type of the value that is being written, and the record that it is in.
    fn around_value(&self) -> Option<(Type, Option<Type>)> {
        let words = self.words_before();
        let at = words.iter().position(|word| *word == "=")?;
        let names = words.get(..at)?.iter().filter(|word| **word != ".");
        let whole = Type::Record(self.ground.program.vocabulary.snapshot.clone());
        let field = |ty: Type, name: &str| Some(ty.record()?.field(name)?.1.ty.clone());
        let mut ty = names.into_iter().try_fold(whole, |ty, name| field(ty, name))?;
        // What is open, and whether it is a record.
        let mut open: Vec<(Type, bool)> = Vec::new();
        let mut before = "";
        for word in words.get(at + 1..)? {
            match *word {
                "[" => {
                    let element = ty.element().cloned().unwrap_or(Type::Error);
                    open.push((std::mem::replace(&mut ty, element), false));
                }
                "{" => open.push((ty.clone(), true)),
                "]" | "}" => ty = open.pop()?.0,
                ":" => {
                    ty = open
                        .last()
                        .and_then(|(record, _)| field(record.clone(), before))
                        .unwrap_or(Type::Error)
                }
                "," => {
                    if let Some((record, true)) = open.last() {
                        ty = record.clone();
                    }
                }
                _ => {}
            }
            before = word;
        }
        let record = open.last().filter(|(_, is_record)| *is_record).map(|(record, _)| record.clone());
        Some((ty, record))
    }

    /// The first day that is given somewhere in the file.
    fn first_day(&self) -> Option<Date> {
        let file = self.ground.files.iter().find(|known| known.id == self.file)?;
        let mut given = file.tests().flat_map(|test| &test.given);
        given.find_map(|given| match &given.kind {
            GivenKind::Series { from, .. } => date_of(&from.kind),
            GivenKind::File(_) => None,
        })
    }

    /// The days that a test is likely judged on: that of its newest snapshot, when the next is due, and the one after that.
    fn days_of_judgement(&self) -> Vec<Completion> {
        let Some((newest, every)) = self.newest_given() else { return Vec::new() };
        let next = every.next(newest);
        let days = [
            (newest, "the newest snapshot"),
            (next, "the next one is due"),
            (every.next(next), "one is overdue"),
        ];
        let days = days.into_iter().enumerate().filter_map(|(at, (day, detail))| {
            let rank = u8::try_from(at).unwrap_or(0);
            Some(Completion { rank, ..date(date_of_day(day)?, detail) })
        });
        days.collect()
    }

    /// The day of the newest snapshot that the test around the place gives so far, and how often one is due.
    fn newest_given(&self) -> Option<(i64, Every)> {
        let before = self.text.get(..self.place.decl)?;
        let start = before.rfind("\ntest ").map_or(0, |newline| newline + 1);
        let (file, _) = parse(self.file, &format!("{}}}", before.get(start..)?), &mut ExprIds::default());
        let test = file.tests().next()?;
        let judged = test.given.iter().find(|given| given.workflow.is_none())?;
        let GivenKind::Series { every, from, assigns } = &judged.kind else { return None };
        let every = match every {
            EveryDecl::Weekday(_) => Every::Weekday,
            EveryDecl::Length(length) => match &length.kind {
                LiteralKind::Duration(seconds) => Every::Ticks(crate::point::Axis::Days.ticks(seconds)?),
                _ => return None,
            },
        };
        let snapshots = assigns.iter().map(|assign| assign.values.len()).max().unwrap_or(1);
        let first = day_number(date_of(&from.kind)?);
        Some(((1..snapshots).fold(first, |day, _| every.next(day)), every))
    }
}

fn date_of(literal: &LiteralKind) -> Option<Date> {
    if let LiteralKind::Date(date) = literal { Some(*date) } else { None }
}

fn date(day: Date, detail: &str) -> Completion {
    Completion::new(day.to_string(), CompletionKind::Value, 0).detail(detail)
}

fn rules_of(item: &PolicyItem) -> Vec<&Arc<RuleDecl>> {
    match item {
        PolicyItem::Rule(rule) => vec![rule],
        PolicyItem::Gate(gate) => gate
            .items
            .iter()
            .filter_map(|item| match item {
                GateItem::Rule(rule) => Some(rule),
                GateItem::Let(_) | GateItem::Broken(_) => None,
            })
            .collect(),
        PolicyItem::Param(_) | PolicyItem::Let(_) | PolicyItem::Broken(_) => Vec::new(),
    }
}

fn params_of(policy: &PolicyDecl) -> impl Iterator<Item = &ParamDecl> {
    policy.items.iter().filter_map(|item| match item {
        PolicyItem::Param(param) => Some(&**param),
        PolicyItem::Let(_) | PolicyItem::Rule(_) | PolicyItem::Gate(_) | PolicyItem::Broken(_) => None,
    })
}

/// The fields of a record and of its records, each with the way to it.
fn fields_of(record: &RecordType, before: &str, found: &mut Vec<Completion>) {
    for field in &record.fields {
        let way = format!("{before}{}", field.name);
        if let Some(inner) = field.ty.record() {
            fields_of(inner, &format!("{way}."), found);
            continue;
        }
        let one = Completion::new(way, CompletionKind::Field, 0).maybe_doc(field.doc.as_deref());
        found.push(Completion { detail: shown(&field.ty), ..one });
    }
}
