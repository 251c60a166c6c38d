//! `test` blocks.

use std::sync::Arc;

use pest::iterators::Pair;

use super::recover::{Previous, Spoiled};
use super::tree::{Builder, child, children, extent, first};
use super::{Rule, errors};
use crate::ast::{
    Assign, Expect, ExpectKind, ExpectedOutcome, Given, GivenKind, Literal, Name, TestDecl, TestValue,
    TestValueKind, WithParam,
};

impl Builder<'_> {
    /// The test; none if anything in it was not understood, as it would then test something else.
    pub(super) fn build_test_decl(&mut self, pair: &Pair<'_, Rule>) -> Option<TestDecl> {
        let span = self.span_of(pair);
        let title = child(pair, Rule::title).and_then(|title| first(&title));
        let title_span = title.as_ref().map_or(span, |title| self.span_of(title));
        let title = title.and_then(|title| self.build_string(&title));
        let (mut given, mut with, mut expect) = (Vec::new(), Vec::new(), Vec::new());
        let mut as_of: Option<Literal> = None;
        let mut sound = true;
        self.check_open(pair);
        let mut previous: Option<Previous<'_>> = None;
        for clause in pair.clone().into_inner() {
            let errors = self.errors();
            let understood = match clause.as_rule() {
                Rule::given => self.build_given(&clause).map(|built| given.push(built)),
                Rule::with_param => self.build_with_param(&clause, &with).map(|built| with.push(built)),
                Rule::as_of => self.build_as_of(&clause, as_of.as_ref()).map(|day| as_of = Some(day)),
                Rule::expect => self.build_expect(&clause).map(|built| expect.push(built)),
                Rule::bad_test_clause => {
                    self.report_bad(&clause, previous.as_ref(), Rule::alone_test_clause);
                    None
                }
                _ => continue,
            };
            sound &= understood.is_some();
            previous = Some(self.seen(clause, errors));
        }
        self.check_close(pair);
        sound &= !self.holds_too_deep(&extent(pair));
        let title = title.filter(|_| sound)?;
        Some(TestDecl { title: title.into(), title_span, given, with, as_of, expect, span })
    }

    fn build_given(&mut self, pair: &Pair<'_, Rule>) -> Option<Given> {
        let span = self.span_of(pair);
        let workflow = match child(pair, Rule::given_workflow) {
            Some(named) => Some(self.build_string(&child(&named, Rule::string)?)?.into()),
            None => None,
        };
        if let Some(file) = child(pair, Rule::given_file) {
            let name = self.build_string(&child(&file, Rule::string)?)?;
            return Some(Given { workflow, kind: GivenKind::File(name.into()), span });
        }
        let series = child(pair, Rule::given_series)?;
        let mut literals = children(&series, Rule::signed_literal);
        let every = self.build_every(&series, &mut literals);
        let from = self.build_signed_literal(&literals.next()?);
        self.check_open(&series);
        let mut assigns = Vec::new();
        let mut sound = true;
        let mut previous: Option<Previous<'_>> = None;
        for inner in series.clone().into_inner() {
            let errors = self.errors();
            match inner.as_rule() {
                Rule::assign => match self.build_assign(&inner) {
                    Some(assign) => {
                        self.check_assigned_once(&assign, &assigns);
                        assigns.push(assign);
                    }
                    None => sound = false,
                },
                Rule::bad_assign => {
                    // An assignment that is spoiled by what follows it is as broken as one that is bad itself.
                    let (Spoiled::Itself(_) | Spoiled::Previous) =
                        self.report_bad(&inner, previous.as_ref(), Rule::alone_assign);
                    sound = false;
                }
                _ => continue,
            }
            previous = Some(self.seen(inner, errors));
        }
        self.check_close(&series);
        let kind = GivenKind::Series { every: every?, from: from?, assigns };
        sound.then_some(Given { workflow, kind, span })
    }

    /// Of two values for one field, or for a record and a field in it, the last would count, and the other would only seem to.
    fn check_assigned_once(&mut self, assign: &Assign, before: &[Assign]) {
        let other = before.iter().find(|other| {
            let both = assign.path.iter().zip(&other.path);
            both.into_iter().all(|(own, name)| own.text == name.text)
        });
        if let Some(other) = other {
            self.report(errors::given_twice(assign.span, other.span, &dotted(&other.path)));
        }
    }

    fn build_assign(&mut self, pair: &Pair<'_, Rule>) -> Option<Assign> {
        let span = self.span_of(pair);
        let path = self.build_path(&child(pair, Rule::path)?);
        let values: Vec<Option<TestValue>> =
            children(pair, Rule::test_value).map(|value| self.build_test_value(&value)).collect();
        Some(Assign { path, values: values.into_iter().collect::<Option<_>>()?, span })
    }

    fn build_test_value(&mut self, pair: &Pair<'_, Rule>) -> Option<TestValue> {
        let span = self.span_of(pair);
        let written = first(pair)?;
        let kind = match written.as_rule() {
            Rule::missing => TestValueKind::Missing,
            Rule::signed_literal => TestValueKind::Literal(self.build_signed_literal(&written)?.kind),
            Rule::two_literals => {
                let mut literals = children(&written, Rule::signed_literal);
                let mut next = || self.build_signed_literal(&literals.next()?);
                let (first, second) = (next()?, next()?);
                match child(&written, Rule::kw_of) {
                    Some(_) => TestValueKind::Counts(first, second),
                    None => TestValueKind::Range(first, second),
                }
            }
            Rule::test_list => {
                let elements: Vec<Option<(u32, TestValue)>> = children(&written, Rule::test_element)
                    .map(|element| self.build_test_element(&element))
                    .collect();
                TestValueKind::List(elements.into_iter().collect::<Option<_>>()?)
            }
            Rule::test_record => {
                let entries: Vec<Option<(Name, TestValue)>> = children(&written, Rule::record_entry)
                    .map(|entry| self.build_record_entry(&entry))
                    .collect();
                let entries: Vec<(Name, TestValue)> = entries.into_iter().collect::<Option<_>>()?;
                TestValueKind::Record(self.each_once(entries))
            }
            _ => TestValueKind::Word(self.name(&written)),
        };
        Some(TestValue { kind, span })
    }

    fn build_test_element(&mut self, pair: &Pair<'_, Rule>) -> Option<(u32, TestValue)> {
        let times = match child(pair, Rule::integer) {
            Some(times) => self.build_integer(&times),
            None => Some(1),
        };
        let value = self.build_test_value(&child(pair, Rule::test_value)?);
        Some((times?, value?))
    }

    fn build_record_entry(&mut self, pair: &Pair<'_, Rule>) -> Option<(Name, TestValue)> {
        let name = self.name(&child(pair, Rule::scope_name)?);
        Some((name, self.build_test_value(&child(pair, Rule::test_value)?)?))
    }

    /// The fields of a record without those that it gives once more.
    fn each_once(&mut self, entries: Vec<(Name, TestValue)>) -> Vec<(Name, TestValue)> {
        let mut once: Vec<(Name, TestValue)> = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            match once.iter().find(|(other, _)| other.text == name.text) {
                Some((other, _)) => self.report(errors::given_twice(name.span, other.span, &name.text)),
                None => once.push((name, value)),
            }
        }
        once
    }

    fn build_with_param(&mut self, pair: &Pair<'_, Rule>, before: &[WithParam]) -> Option<WithParam> {
        let span = self.span_of(pair);
        let named = child(pair, Rule::with_path)?;
        let path = self.build_path(&child(&named, Rule::path)?);
        let key = match child(&named, Rule::text_key).and_then(|key| child(&key, Rule::string)) {
            Some(text) => Some(self.build_text_name(&text)?),
            None => None,
        };
        let value = self.build_param_literal(pair)?;
        let words = |path: &[Name], key: &Option<Name>| -> Vec<Arc<str>> {
            path.iter().chain(key).map(|name| name.text.clone()).collect()
        };
        let own = words(&path, &key);
        if let Some(other) = before.iter().find(|other| words(&other.path, &other.key) == own) {
            self.report(errors::given_twice(span, other.span, &dotted(&path)));
        }
        Some(WithParam { path, key, value, span })
    }

    fn build_as_of(&mut self, pair: &Pair<'_, Rule>, before: Option<&Literal>) -> Option<Literal> {
        if let Some(before) = before {
            let span = self.span_of(pair);
            self.report(errors::given_twice(span, before.span, "as of"));
        }
        self.build_signed_literal(&child(pair, Rule::signed_literal)?)
    }

    fn build_expect(&mut self, pair: &Pair<'_, Rule>) -> Option<Expect> {
        let span = self.span_of(pair);
        if let Some(decision) = child(pair, Rule::decision) {
            return Some(Expect { kind: ExpectKind::Decision(self.name(&decision)), span });
        }
        let path = self.build_path(&child(pair, Rule::path)?);
        let outcome = match child(pair, Rule::outcome).and_then(|outcome| first(&outcome))?.as_rule() {
            Rule::kw_passes => ExpectedOutcome::Passes,
            Rule::kw_fails => ExpectedOutcome::Fails,
            Rule::kw_undecided => ExpectedOutcome::Undecided,
            Rule::kw_not => ExpectedOutcome::NotApplicable,
            _ => return None,
        };
        Some(Expect { kind: ExpectKind::Rule(path, outcome), span })
    }
}

/// A name of several words, as it is written.
fn dotted(path: &[Name]) -> String {
    path.iter().map(|name| &*name.text).collect::<Vec<_>>().join(".")
}
