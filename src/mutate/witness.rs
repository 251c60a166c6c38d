//! The test that would notice a mistake: sought beside the tests that there are, tried out, and made as short as it gets.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::draft::TestDraft;
use super::mutants::Mutant;
use super::values::{Pool, times};
use crate::ast::{ExprIds, Item, LiteralKind};
use crate::parse::{parse, parse_literal};
use crate::point::{Axis, Point};
use crate::program::Program;
use crate::report::Outcome;
use crate::report::why::WorkflowVerdict;
use crate::settings::{RuleSetting, Settings, Timeline};
use crate::source::SourceMap;
use crate::suite::{GivenFiles, prepare};
use crate::value::{DAY, Date, date_of_day, day_number, parse_date, parse_time};
use crate::vocabulary::Every;

/// Tests to begin with.
const MAX_SEEDS: usize = 12;

/// A test that passes, and fails with the mistake.
#[derive(Debug)]
pub(super) struct Witness {
    pub(super) title: String,
    /// What stands behind the title.
    pub(super) body: String,
    /// What it expects, and what is so with the mistake: `passes`, `fails`.
    pub(super) with_mistake: String,
}

/// What is sought: a series that the two programs judge differently.
pub(super) struct WitnessSearch<'a> {
    pub(super) program: &'a Program,
    pub(super) mutated: &'a Program,
    pub(super) mutant: &'a Mutant,
    /// The rules that the mistake can reach.
    pub(super) rules: &'a BTreeSet<usize>,
    /// Of this run; what is tried is not added to it.
    pub(super) sources: &'a SourceMap,
}

impl WitnessSearch<'_> {
    /// The first such test that is found among so many tries.
    pub(super) fn witness(&self, seeds: Vec<TestDraft>, tries: usize) -> Option<Witness> {
        let mut left = tries;
        let mut sources = self.sources.clone();
        let rules: Vec<usize> = self.rules.iter().copied().take(4).collect();
        let pool = Pool::of(&rules, self.program, self.sources);
        let stages: Vec<&str> = self.program.vocabulary.stages.iter().map(|stage| &**stage).collect();
        let plain =
            (1..=stages.len()).rev().map(|rungs| TestDraft::plain(stages.get(..rungs).unwrap_or(&[])));
        let mut seeds: Vec<TestDraft> = seeds.into_iter().take(MAX_SEEDS).collect();
        seeds.extend(plain);
        if stages.is_empty() {
            seeds.push(TestDraft::plain(&[]));
        }
        // In turn, so that a seed that leads nowhere does not use up all tries.
        let mut changes: Vec<_> = seeds.iter().map(|seed| self.changes(seed, &pool)).collect();
        while left > 0 {
            let mut any = false;
            for changes in &mut changes {
                let Some(draft) = changes.next() else { continue };
                any = true;
                left = left.saturating_sub(1);
                if let Some(expect) = self.difference(&draft, &mut sources) {
                    return Some(self.shortened(draft, expect, &mut sources));
                }
            }
            if !any {
                return None;
            }
        }
        None
    }

    /// The seed as it is, and with one or two changes.
    fn changes<'s>(&self, seed: &'s TestDraft, pool: &Pool) -> impl Iterator<Item = TestDraft> + 's {
        let values = Rc::new(pool.values(newest(seed), self.program));
        let cadence = self.program.vocabulary.cadence.as_ref();
        let axis = self.program.vocabulary.axis();
        // What series are made longer by.
        let (unit, seconds) = match axis {
            Axis::Days => ("day", DAY),
            Axis::Instants => ("min", 60),
        };
        let apart = cadence.map(|cadence| axis.lapse(cadence.at_most_apart()).seconds());
        let longest = apart.and_then(|apart| times(&apart, seconds)).unwrap_or(7);
        let lengths = pool.durations.iter().filter_map(|length| times(length, seconds));
        let lengths: BTreeSet<usize> = lengths.collect();
        let lasting = |length: &usize| seed.lasting(*length, longest, unit);
        let timed: Vec<TestDraft> = lengths.iter().filter_map(lasting).collect();
        let with_a_value = move |draft: TestDraft| {
            let values = Rc::clone(&values);
            (0..values.len()).flat_map(move |at| {
                let value =
                    values.get(at).map(|(path, value)| [false, true].map(|all| draft.set(path, value, all)));
                value.into_iter().flatten()
            })
        };
        let twice = with_a_value.clone();
        std::iter::once(seed.clone())
            .chain(timed.clone())
            .chain(with_a_value(seed.clone()))
            .chain(timed.into_iter().flat_map(with_a_value.clone()))
            .chain(with_a_value(seed.clone()).flat_map(twice))
    }

    /// What to expect of a series that tells the two apart, and what is so with the mistake.
    fn difference(&self, draft: &TestDraft, sources: &mut SourceMap) -> Option<(String, String)> {
        let count = sources.count();
        let judged = self.judge_both(draft, sources);
        sources.truncate(count);
        let (right, wrong) = judged?;
        if self.mutant.is_effect {
            let (right, wrong) = (right.decision.as_str(), wrong.decision.as_str());
            return (right != wrong)
                .then(|| (format!("decision {right}"), format!("the decision is {wrong}")));
        }
        let pairs = right.rules.iter().zip(&wrong.rules);
        let (right, wrong) = pairs.into_iter().find(|(right, wrong)| right.outcome != wrong.outcome)?;
        let so = match wrong.outcome {
            Outcome::Undecided => "is undecided",
            Outcome::NotApplicable => "is not applicable",
            Outcome::Pass | Outcome::Fail | Outcome::Waived | Outcome::Off => word(wrong.outcome)?,
        };
        Some((format!("{} {}", right.rule, word(right.outcome)?), format!("it {so}")))
    }

    fn judge_both(
        &self,
        draft: &TestDraft,
        sources: &mut SourceMap,
    ) -> Option<(WorkflowVerdict, WorkflowVerdict)> {
        let text = draft.write("tried", "decision continue");
        let file = sources.add("tried", text.as_str());
        let (parsed, problems) = parse(file, &text, &mut ExprIds::default());
        let Some(Item::Test(test)) = parsed.items.first().filter(|_| problems.is_empty()) else {
            return None;
        };
        let prepared = prepare(test, &self.program.vocabulary, &GivenFiles::new(), sources).ok()?;
        let judge = |program: &Program| {
            let mut settings = Settings::declared(program);
            // The decision is made of all rules, an outcome of one alone.
            if !self.mutant.is_effect {
                let unreached =
                    settings.rules.iter_mut().enumerate().filter(|(at, _)| !self.rules.contains(at));
                unreached.for_each(|(_, rule)| {
                    *rule = Timeline::always(RuleSetting { effect: None, ..rule.on(i64::MIN).clone() });
                });
            }
            prepared.judge(program, settings, sources).ok()
        };
        Some((judge(self.program)?, judge(self.mutated)?))
    }

    /// Leaves out every field that the difference does not need.
    fn shortened(&self, mut draft: TestDraft, found: (String, String), sources: &mut SourceMap) -> Witness {
        let mut at = 0;
        while at < draft.fields() {
            let shorter = draft.without(at);
            match shorter.filter(|shorter| self.difference(shorter, sources).as_ref() == Some(&found)) {
                Some(shorter) => draft = shorter,
                None => at += 1,
            }
        }
        let subject = found.0.split(' ').next().unwrap_or("");
        let says = self.mutant.says.chars().filter(|c| !matches!(c, '`' | '"' | '\\'));
        let title: String = subject.chars().chain(": ".chars()).chain(says).collect();
        Witness { title, body: draft.body(&found.0), with_mistake: found.1 }
    }
}

fn newest(draft: &TestDraft) -> Date {
    let instant = parse_time(draft.from()).ok().and_then(|instant| Point::of_instant(&instant));
    let from = instant.map(Point::date).or_else(|| parse_date(draft.from())).unwrap_or_default();
    if draft.every() == "weekday" {
        let last = (1..draft.length()).fold(day_number(from), |day, _| Every::Weekday.next(day));
        return date_of_day(last).unwrap_or(from);
    }
    let days = match parse_literal(draft.every()) {
        Some(LiteralKind::Duration(seconds)) => times(&seconds, DAY).unwrap_or(0),
        Some(_) | None => 0,
    };
    let after = i64::try_from(days.saturating_mul(draft.length() - 1)).unwrap_or(0);
    date_of_day(day_number(from) + after).unwrap_or(from)
}

/// As an expectation says it.
fn word(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Pass => Some("passes"),
        Outcome::Fail => Some("fails"),
        Outcome::Undecided => Some("undecided"),
        Outcome::NotApplicable => Some("not applicable"),
        Outcome::Waived | Outcome::Off => None,
    }
}
