//! Numbers with their units, dates, truth values and texts.

use dashu_int::{IBig, UBig};
use pest::iterators::Pair;

use super::Rule;
use super::errors;
use super::tree::{Builder, child, children, first};
use crate::ast::{ListMember, Literal, LiteralKind, Name, ParamLiteral, TableEntry, TableKey};
use crate::source::Span;
use crate::value::{self, DAY, Number};

/// Months that a calendar span may have: the calendar ends with the year 9999.
const MAX_MONTHS: i32 = 9999 * 12;

/// What a unit's word measures.
enum Unit {
    /// So many seconds, as a ratio.
    Time(i64, u16),
    Months(i32),
    Other,
}

fn unit_of(word: &str) -> Unit {
    match word {
        "ms" => Unit::Time(1, 1000),
        "s" => Unit::Time(1, 1),
        "min" => Unit::Time(60, 1),
        "h" => Unit::Time(3600, 1),
        "day" | "days" => Unit::Time(DAY, 1),
        "week" | "weeks" => Unit::Time(7 * DAY, 1),
        "month" | "months" => Unit::Months(1),
        "year" | "years" => Unit::Months(12),
        _ => Unit::Other,
    }
}

/// Whether a word behind a number is a unit of time, or looks like a unit that a field declares.
pub(super) fn is_unit(word: &str) -> bool {
    match unit_of(word) {
        Unit::Time(..) | Unit::Months(_) => true,
        Unit::Other => word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'),
    }
}

impl Builder<'_> {
    /// A literal where nothing but a literal may stand.
    pub(super) fn build_signed_literal(&mut self, pair: &Pair<'_, Rule>) -> Option<Literal> {
        let span = self.span_of(pair);
        let kind = self.build_literal(&child(pair, Rule::literal)?)?;
        let Some(minus) = child(pair, Rule::minus) else {
            return Some(Literal { kind, span });
        };
        let Some(kind) = negate(&kind) else {
            let sign = self.span_of(&minus);
            self.report(errors::sign_of_no_number(sign));
            return None;
        };
        Some(Literal { kind, span })
    }

    /// The value of a param: a single one, a list or a table.
    pub(super) fn build_param_literal(&mut self, decl: &Pair<'_, Rule>) -> Option<ParamLiteral> {
        let value = child(decl, Rule::param_value)?;
        if let Some(table) = child(&value, Rule::param_table) {
            let entries: Vec<Option<TableEntry>> =
                children(&table, Rule::table_entry).map(|entry| self.build_table_entry(&entry)).collect();
            let entries = entries.into_iter().collect::<Option<Vec<TableEntry>>>()?;
            return Some(ParamLiteral::Table(entries, self.span_of(&table)));
        }
        if let Some(list) = child(&value, Rule::param_list) {
            let members: Vec<Option<ListMember>> =
                children(&list, Rule::list_member).map(|member| self.build_list_member(&member)).collect();
            let members = members.into_iter().collect::<Option<Vec<ListMember>>>()?;
            return Some(ParamLiteral::List(members, self.span_of(&list)));
        }
        self.build_signed_literal(&child(&value, Rule::signed_literal)?).map(ParamLiteral::Single)
    }

    fn build_list_member(&mut self, pair: &Pair<'_, Rule>) -> Option<ListMember> {
        match child(pair, Rule::name) {
            Some(name) => Some(ListMember::Word(self.name(&name))),
            None => self.build_signed_literal(&child(pair, Rule::signed_literal)?).map(ListMember::Literal),
        }
    }

    fn build_table_entry(&mut self, pair: &Pair<'_, Rule>) -> Option<TableEntry> {
        let written = first(pair)?;
        let key = match written.as_rule() {
            Rule::kw_else => TableKey::Else(self.span_of(&written)),
            Rule::name => TableKey::Word(self.name(&written)),
            _ => TableKey::Text(self.build_text_name(&written)?),
        };
        let value = self.build_signed_literal(&child(pair, Rule::signed_literal)?)?;
        Some(TableEntry { key, value, span: self.span_of(pair) })
    }

    /// A text in quotes that names something.
    pub(super) fn build_text_name(&mut self, pair: &Pair<'_, Rule>) -> Option<Name> {
        let text = self.build_string(pair)?;
        Some(Name { text: text.into(), span: self.span_of(pair) })
    }

    pub(super) fn build_literal(&mut self, pair: &Pair<'_, Rule>) -> Option<LiteralKind> {
        let inner = first(pair)?;
        match inner.as_rule() {
            Rule::date => {
                let date = value::parse_date(inner.as_str());
                if date.is_none() {
                    let span = self.span_of(&inner);
                    self.report(errors::no_such_date(span, inner.as_str()));
                }
                date.map(LiteralKind::Date)
            }
            Rule::time => match value::parse_time(inner.as_str()) {
                Ok(time) => Some(LiteralKind::Time(time)),
                Err(problem) => {
                    let span = self.span_of(&inner);
                    self.report(errors::no_such_time(span, inner.as_str(), problem));
                    None
                }
            },
            Rule::quantity => self.build_quantity(&inner),
            Rule::boolean => Some(LiteralKind::Bool(inner.as_str() == "true")),
            _ => self.build_string(&inner).map(|text| LiteralKind::Text(text.into())),
        }
    }

    fn build_quantity(&mut self, pair: &Pair<'_, Rule>) -> Option<LiteralKind> {
        let written = child(pair, Rule::number)?;
        let span = self.span_of(&written);
        let number = match value::parse_number(written.as_str()) {
            Ok(number) => number,
            Err(error) => {
                self.report(errors::bad_number(span, error));
                return None;
            }
        };
        if child(pair, Rule::percent).is_some() {
            return Some(LiteralKind::Share(number / Number::from(100)));
        }
        let Some(unit) = child(pair, Rule::unit) else {
            return Some(LiteralKind::Number(number));
        };
        match unit_of(unit.as_str()) {
            Unit::Time(seconds, parts) => {
                let length = Number::from_parts(IBig::from(seconds), UBig::from(parts));
                Some(LiteralKind::Duration(number * length))
            }
            Unit::Months(each) => {
                let span = self.span_of(pair);
                self.build_calendar(&number, each, span)
            }
            Unit::Other => {
                let name = Name { text: unit.as_str().into(), span: self.span_of(&unit) };
                Some(LiteralKind::Unit(number, name))
            }
        }
    }

    fn build_calendar(&mut self, number: &Number, each: i32, span: Span) -> Option<LiteralKind> {
        let months = number * Number::from(each);
        if !months.is_int() {
            self.report(errors::part_of_a_month(span));
            return None;
        }
        let months = i32::try_from(months.floor()).ok().filter(|months| *months <= MAX_MONTHS);
        if months.is_none() {
            self.report(errors::too_many_months(span));
        }
        months.map(LiteralKind::Calendar)
    }

    /// A whole number of times.
    pub(super) fn build_integer(&mut self, pair: &Pair<'_, Rule>) -> Option<u32> {
        let number = pair.as_str().parse().ok();
        if number.is_none() {
            let span = self.span_of(pair);
            self.report(errors::too_many_times(span));
        }
        number
    }
}

/// The literal with the other sign; none for what has no sign.
pub(super) fn negate(kind: &LiteralKind) -> Option<LiteralKind> {
    match kind {
        LiteralKind::Number(number) => Some(LiteralKind::Number(-number)),
        LiteralKind::Share(number) => Some(LiteralKind::Share(-number)),
        LiteralKind::Unit(number, unit) => Some(LiteralKind::Unit(-number, unit.clone())),
        LiteralKind::Duration(seconds) => Some(LiteralKind::Duration(-seconds)),
        LiteralKind::Calendar(months) => Some(LiteralKind::Calendar(-months)),
        LiteralKind::Date(_) | LiteralKind::Time(_) | LiteralKind::Text(_) | LiteralKind::Bool(_) => None,
    }
}
