//! What a word on the command line names, in which projects.
//!
//! Knows names alone, and nothing of what is told of them.

use super::field::recorded_fields;
use crate::code::Code;
use crate::diagnostic::did_you_mean;
use crate::layers::PoliciesInForce;
use crate::program::Program;
use crate::settings::rule_names;

/// What a word on the command line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedSubject {
    /// Index of a rule in the settings: one of the program's, or a built-in one.
    Rule(usize),
    /// Index of a param.
    Param(usize),
    /// Index of a param that is a table.
    Table(usize),
    /// Index of a let.
    Let(usize),
    /// Index of a policy.
    Policy(usize),
    /// Index among [`recorded_fields`].
    Field(usize),
    /// A rung of the ladder, from 0.
    Stage(usize),
    /// The step from one rung of the ladder to another, whatever gates lead along it.
    Step(usize, usize),
}

/// Everything that has a name, each with the index of its project; in every project that knows the name.
///
/// # Errors
/// The names that could be meant, if none is called so, or if it is the last word of several.
pub fn subjects(name: &str, known: &PoliciesInForce) -> Result<Vec<(usize, NamedSubject)>, Vec<String>> {
    let (mut found, mut close) = (Vec::new(), Vec::new());
    for (index, project) in known.projects.iter().enumerate() {
        match subjects_in(name, &project.program) {
            Ok(subjects) => found.extend(subjects.into_iter().map(|subject| (index, subject))),
            Err(names) => close.extend(names),
        }
    }
    close.sort();
    close.dedup();
    if found.is_empty() { Err(close) } else { Ok(found) }
}

fn subjects_in(name: &str, program: &Program) -> Result<Vec<NamedSubject>, Vec<String>> {
    if let Some((from, to)) = step_words(name) {
        return step_in(name, from, to, program);
    }
    let (policies, evidence) = (of_policies(program), of_evidence(program));
    let is_called = |(known, _): &&(String, NamedSubject)| known == name;
    let exact = policies.iter().chain(&evidence).filter(is_called);
    let exact: Vec<NamedSubject> = exact.map(|(_, subject)| *subject).collect();
    if !exact.is_empty() {
        return Ok(exact);
    }
    let ends_so = |whole: &str| whole.strip_suffix(name).is_some_and(|before| before.ends_with('.'));
    for all in [&policies, &evidence] {
        let by_last_words: Vec<_> = all.iter().filter(|(known, _)| ends_so(known)).collect();
        match by_last_words.as_slice() {
            [] => {}
            [(_, subject)] => return Ok(vec![*subject]),
            several => return Err(several.iter().map(|(known, _)| known.clone()).collect()),
        }
    }
    let whole = || policies.iter().chain(&evidence).map(|(known, _)| known.as_str());
    let words = whole().chain(whole().filter_map(|known| known.rsplit('.').next()));
    let codes = Code::ALL.iter().map(|code| code.as_str());
    let upper = name.to_ascii_uppercase();
    let close = did_you_mean(name, words).or_else(|| did_you_mean(&upper, codes));
    Err(close.map(str::to_owned).into_iter().collect())
}

/// What policies declare of their own.
fn of_policies(program: &Program) -> Vec<(String, NamedSubject)> {
    let mut named = Vec::new();
    named.extend(rule_names(program).enumerate().map(|(at, name)| (name.into(), NamedSubject::Rule(at))));
    let params = program.params.iter().enumerate();
    named.extend(params.map(|(at, param)| (param.name.to_string(), NamedSubject::Param(at))));
    let tables = program.tables.iter().enumerate();
    named.extend(tables.map(|(at, table)| (table.name.to_string(), NamedSubject::Table(at))));
    let lets = program.lets.iter().enumerate();
    named.extend(lets.map(|(at, own)| (own.name.to_string(), NamedSubject::Let(at))));
    let policies = program.policies.iter().enumerate();
    named.extend(policies.map(|(at, policy)| (policy.name.to_string(), NamedSubject::Policy(at))));
    named
}

/// What snapshots speak of: fields, by the names of policies and by the keys of snapshots, and stages.
fn of_evidence(program: &Program) -> Vec<(String, NamedSubject)> {
    let vocabulary = &program.vocabulary;
    let mut named = Vec::new();
    for (at, recorded) in recorded_fields(vocabulary).into_iter().enumerate() {
        let keys = vocabulary.snapshot.keys_of(&recorded.name);
        named.extend((keys != recorded.name).then_some((keys, NamedSubject::Field(at))));
        named.push((recorded.name, NamedSubject::Field(at)));
    }
    let stages = vocabulary.stages.iter().enumerate();
    named.extend(stages.map(|(rung, stage)| (stage.to_string(), NamedSubject::Stage(rung))));
    named
}

/// The stages of `testing -> pilot`, `testing → pilot` or `testing to pilot`, perhaps with `gate` before them.
fn step_words(name: &str) -> Option<(&str, &str)> {
    let name = name.trim();
    let name = name.strip_prefix("gate ").unwrap_or(name);
    let parted = ["->", "→", " to "].into_iter().find_map(|mark| name.split_once(mark))?;
    Some((parted.0.trim(), parted.1.trim()))
}

fn step_in(name: &str, from: &str, to: &str, program: &Program) -> Result<Vec<NamedSubject>, Vec<String>> {
    let stages = || program.vocabulary.stages.iter();
    let rung = |word: &str| stages().position(|stage| stage.eq_ignore_ascii_case(word));
    if let (Some(from), Some(to)) = (rung(from), rung(to)) {
        return Ok(vec![NamedSubject::Step(from, to)]);
    }
    let steps = program.vocabulary.stages.windows(2).map(|step| step.join(" -> ")).collect::<Vec<_>>();
    let close = did_you_mean(name, steps.iter().map(String::as_str)).map(str::to_owned);
    Err(close.map_or(steps, |close| vec![close]))
}
