//! The test that would notice a mistake: sought beside the tests that there are, tried out, and made as short as it gets.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::mutants::Mutant;
use super::values::{Pool, whole_days};
use crate::ast::{ExprIds, Item};
use crate::parse::parse;
use crate::program::Program;
use crate::report::{Outcome, WorkflowReport};
use crate::settings::Settings;
use crate::source::SourceMap;
use crate::suite::{GivenFiles, prepare};
use crate::value::{Date, date_of_day, day_number, parse_date};

/// Snapshots that are tried for one mistake.
const MAX_TRIES: usize = 1_500;
/// Tests to begin with.
const MAX_SEEDS: usize = 12;

/// A test that passes, and fails with the mistake.
#[derive(Debug)]
pub(super) struct Witness {
    /// The whole block.
    pub(super) test: String,
    /// What it expects, and what is so with the mistake: `passes`, `fails`.
    pub(super) with_mistake: String,
}

/// What is sought: a series that the two programs judge differently.
pub(super) struct Search<'a> {
    pub(super) program: &'a Program,
    pub(super) mutated: &'a Program,
    pub(super) mutant: &'a Mutant,
    /// The rules that the mistake can reach.
    pub(super) rules: &'a BTreeSet<usize>,
    /// Of this run; what is tried is not added to it.
    pub(super) sources: &'a SourceMap,
}

impl Search<'_> {
    /// The first such test that is found.
    pub(super) fn witness(&self, seeds: Vec<Draft>) -> Option<Witness> {
        let mut left = MAX_TRIES;
        let rules: Vec<usize> = self.rules.iter().copied().take(4).collect();
        let pool = Pool::of(&rules, self.program, self.sources);
        let stages: Vec<&str> = self.program.vocabulary.stages.iter().map(|stage| &**stage).collect();
        let plain = (1..=stages.len()).rev().map(|rungs| Draft::plain(stages.get(..rungs).unwrap_or(&[])));
        let mut seeds: Vec<Draft> = seeds.into_iter().take(MAX_SEEDS).collect();
        seeds.extend(plain);
        if stages.is_empty() {
            seeds.push(Draft::plain(&[]));
        }
        // In turn, so that a seed that leads nowhere does not use up all tries.
        let mut changes: Vec<_> = seeds.iter().map(|seed| self.changes(seed, &pool).into_iter()).collect();
        while left > 0 {
            let mut any = false;
            for changes in &mut changes {
                let Some(draft) = changes.next() else { continue };
                any = true;
                left = left.saturating_sub(1);
                if let Some(expect) = self.difference(&draft) {
                    return Some(self.shortened(draft, expect));
                }
            }
            if !any {
                return None;
            }
        }
        None
    }

    /// The seed as it is, and with one or two changes.
    fn changes(&self, seed: &Draft, pool: &Pool) -> Vec<Draft> {
        let values = pool.values(newest(seed), self.program);
        let cadence = self.program.vocabulary.cadence.as_ref();
        let longest = cadence.and_then(|cadence| whole_days(&(&cadence.every + &cadence.grace))).unwrap_or(7);
        let lengths: BTreeSet<usize> = pool.durations.iter().filter_map(whole_days).collect();
        let timed: Vec<Draft> = lengths.iter().filter_map(|days| seed.lasting(*days, longest)).collect();
        let set = |draft: &Draft| -> Vec<Draft> {
            let each = values
                .iter()
                .flat_map(|(path, value)| [draft.set(path, value, false), draft.set(path, value, true)]);
            each.collect()
        };
        let mut all = vec![seed.clone()];
        all.extend(timed.iter().cloned());
        let single = set(seed);
        // One of each field first: the rest of a long list of values would use up the tries.
        all.extend(single.iter().cloned());
        for draft in &timed {
            all.extend(set(draft));
            if all.len() > MAX_TRIES {
                return all;
            }
        }
        for draft in &single {
            all.extend(set(draft));
            if all.len() > MAX_TRIES {
                break;
            }
        }
        all
    }

    /// What to expect of a series that tells the two apart, and what is so with the mistake.
    fn difference(&self, draft: &Draft) -> Option<(String, String)> {
        let (right, wrong) = self.judge_both(draft, !self.mutant.is_effect)?;
        if self.mutant.is_effect {
            let (right, wrong) = (right.decision.as_str(), wrong.decision.as_str());
            return (right != wrong).then(|| (format!("decision {right}"), format!("it is {wrong}")));
        }
        let pairs = right.rules.iter().zip(&wrong.rules);
        let (right, wrong) = pairs.into_iter().find(|(right, wrong)| right.outcome != wrong.outcome)?;
        Some((format!("{} {}", right.rule, word(right.outcome)?), format!("it {}", word(wrong.outcome)?)))
    }

    fn judge_both(&self, draft: &Draft, reached_alone: bool) -> Option<(WorkflowReport, WorkflowReport)> {
        let mut sources = self.sources.clone();
        let text = draft.write("tried", "decision continue");
        let file = sources.add("tried", text.as_str());
        let (parsed, problems) = parse(file, &text, &mut ExprIds::default());
        let Some(Item::Test(test)) = parsed.items.first().filter(|_| problems.is_empty()) else {
            return None;
        };
        let prepared = prepare(test, &self.program.vocabulary, &GivenFiles::new(), &mut sources).ok()?;
        let judge = |program: &Program| {
            let mut settings = Settings::declared(program);
            if reached_alone {
                let unreached =
                    settings.rules.iter_mut().enumerate().filter(|(at, _)| !self.rules.contains(at));
                unreached.for_each(|(_, rule)| rule.effect = None);
            }
            prepared.judge(program, settings, &sources).ok()
        };
        Some((judge(self.program)?, judge(self.mutated)?))
    }

    /// Leaves out every field that the difference does not need.
    fn shortened(&self, mut draft: Draft, mut found: (String, String)) -> Witness {
        let mut at = 0;
        while at < draft.fields() {
            let shorter = draft.without(at);
            match shorter.and_then(|shorter| Some((self.difference(&shorter)?, shorter))) {
                Some((expect, shorter)) => (found, draft) = (expect, shorter),
                None => at += 1,
            }
        }
        let title: String = self.mutant.says.chars().filter(|c| !matches!(c, '`' | '"' | '\\')).collect();
        Witness { test: draft.write(&title, &found.0), with_mistake: found.1 }
    }
}

fn newest(draft: &Draft) -> Date {
    let from = parse_date(draft.from()).unwrap_or_default();
    let every = crate::parse::parse_literal(draft.every());
    let days = match every {
        Some(crate::ast::LiteralKind::Duration(seconds)) => whole_days(&seconds).unwrap_or(0),
        Some(_) | None => 0,
    };
    let after = i64::try_from(days * (draft.length() - 1)).unwrap_or(0);
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
