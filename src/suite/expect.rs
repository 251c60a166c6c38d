//! Holds what a test expects against what came out.

use super::{dotted, is_unsure, problem};
use crate::ast::{Expect, ExpectKind, ExpectedOutcome, Name};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, did_you_mean, did_you_mean_within};
use crate::program::Program;
use crate::report::why::{RuleVerdict, WorkflowVerdict};
use crate::report::{Decision, Outcome};
use crate::settings::{BUILT_IN, rule_names};
use crate::source::{SourceMap, Span};
use crate::text::first_few;
use crate::words::{labels, stop};

/// Whether an expectation is met.
pub(super) enum Met {
    /// The rule that it is of, with its outcome, unless it is of the decision.
    Yes(Option<(String, Outcome)>),
    /// What is to be said, and the rule that it is of.
    No(Box<Diagnostic>, Option<String>),
}

/// Holds one expectation against the verdict.
pub(super) fn held_against(
    expect: &Expect,
    verdict: &WorkflowVerdict,
    program: &Program,
    sources: &SourceMap,
) -> Met {
    match unmet(expect, verdict, program, sources) {
        None => Met::Yes(match &expect.kind {
            ExpectKind::Rule(path, expected) => Some((dotted(path), outcome_of(*expected))),
            ExpectKind::Decision(_) => None,
        }),
        Some(diagnostic) => {
            let rule = match &expect.kind {
                ExpectKind::Rule(path, _) => Some(dotted(path)),
                ExpectKind::Decision(_) => None,
            };
            Met::No(Box::new(diagnostic), rule)
        }
    }
}

fn outcome_of(expected: ExpectedOutcome) -> Outcome {
    match expected {
        ExpectedOutcome::Passes => Outcome::Pass,
        ExpectedOutcome::Fails => Outcome::Fail,
        ExpectedOutcome::Undecided => Outcome::Undecided,
        ExpectedOutcome::NotApplicable => Outcome::NotApplicable,
    }
}

/// What an outcome is called where it is expected.
fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "passes",
        Outcome::Fail => "fails",
        Outcome::Undecided => "is undecided",
        Outcome::NotApplicable => "is not applicable",
        Outcome::Waived => "is waived",
        Outcome::Off => "is off",
    }
}

/// Pairs of letters that are compared to find out which rule an expectation means; a file may hold many.
const MAX_PAIRS: usize = 10_000;

/// What an expectation and the verdict disagree about.
fn unmet(
    expect: &Expect,
    verdict: &WorkflowVerdict,
    program: &Program,
    sources: &SourceMap,
) -> Option<Diagnostic> {
    match &expect.kind {
        ExpectKind::Decision(name) => {
            let decision = verdict.decision.as_str();
            let all = Decision::ALL.map(Decision::as_str);
            if !all.contains(&&*name.text) {
                let message = format!("`{}` is not a decision", name.text);
                let unknown = problem(message, name.span, "expected here");
                let help = format!("the decisions are {}", all.join(", "));
                return Some(unknown.help(help).meant(name.span, did_you_mean(&name.text, all)));
            }
            (*name.text != *decision).then(|| {
                let why = why_decided(verdict);
                Diagnostic::error(
                    Code::UnmetExpectation,
                    format!("the decision is {decision}, not {}", name.text),
                )
                .label(expect.span, format!("it is {decision}"))
                .help(why)
            })
        }
        ExpectKind::Rule(path, expected) => {
            let name = dotted(path);
            let Some(rule) = found(&name, verdict) else {
                let built_in = BUILT_IN.iter().find(|known| *known.name == name);
                if built_in.is_some_and(|rule| rule.only_notes()) {
                    let message = format!("`{name}` is not looked for in tests");
                    return Some(
                        problem(message, expect.span, "expected here")
                            .help("it is a check of committed series: `tollgate check` looks for it"),
                    );
                }
                let built_in = built_in.is_some();
                if built_in && matches!(expected, ExpectedOutcome::Passes | ExpectedOutcome::NotApplicable) {
                    return None;
                }
                if built_in {
                    return Some(problem(format!("`{name}` did not fire"), expect.span, "expected here"));
                }
                if let Some(why) = ended(verdict) {
                    let message = format!("`{name}` was not judged: {why}");
                    return Some(problem(message, expect.span, "expected here"));
                }
                if is_unsure(&name, program) {
                    let message = format!("`{name}` was not judged: its policy has errors");
                    return Some(problem(message, expect.span, "expected here"));
                }
                return Some(unknown_rule(&name, path, expect.span, program));
            };
            let wanted = outcome_of(*expected);
            (rule.outcome != wanted).then(|| {
                let message = format!(
                    "`{name}` {}, though the test expects that it {}",
                    word(rule.outcome),
                    word(wanted)
                );
                let mut diagnostic = Diagnostic::error(Code::UnmetExpectation, message)
                    .label(expect.span, format!("it {}", word(rule.outcome)));
                diagnostic.labels.extend(labels(rule, sources));
                diagnostic
            })
        }
    }
}

/// What is said of a rule that is not there, and which one may be meant: one of that name in any policy, or a near miss.
fn unknown_rule(name: &str, path: &[Name], expect: Span, program: &Program) -> Diagnostic {
    let own_name = |rule: &&str| rule.rsplit_once('.').is_some_and(|(_, own)| own == name);
    let alike: Vec<&str> = rule_names(program).filter(own_name).collect();
    let error = problem(format!("there is no rule `{name}`"), expect, "expected here");
    let span = path.first().zip(path.last()).map(|(first, last)| first.span.to(last.span));
    match (&*alike, span) {
        ([], Some(span)) => {
            let near = did_you_mean_within(&mut { MAX_PAIRS }, name, rule_names(program));
            let bare =
                (!name.contains('.')).then_some("a rule is named with its policy, as in `policy.rule`");
            error.maybe_help(bare.map(str::to_owned)).meant(span, near)
        }
        ([only], Some(span)) => error.meant(span, Some(only)),
        (several, _) => {
            error.help(format!("a rule is named with its policy: {}", first_few(several.iter().copied())))
        }
    }
}

/// How a rule came out: where it was judged for several steps, the one that counts, and of two that count the worse.
fn found<'v>(name: &str, verdict: &'v WorkflowVerdict) -> Option<&'v RuleVerdict> {
    let of_rule = verdict.rules.iter().filter(|rule| rule.rule == name);
    of_rule.max_by_key(|rule| (rule.enforced, rule.outcome.severity()))
}

/// Why no rule was judged of a workflow that is retired.
fn ended(verdict: &WorkflowVerdict) -> Option<String> {
    let last = verdict.retired.filter(|_| verdict.decision == Decision::Retired)?;
    Some(format!("the last day of the workflow was {last}"))
}

/// Which rules made the decision what it is.
fn why_decided(verdict: &WorkflowVerdict) -> String {
    if let Some(why) = ended(verdict) {
        return why;
    }
    if !verdict.stops.is_empty() {
        return verdict.stops.iter().map(stop).collect::<Vec<_>>().join("; ");
    }
    let harshest = verdict.rules.iter().filter_map(|rule| rule.applied).max();
    let named = |outcome: Outcome| {
        let rules =
            verdict.rules.iter().filter(move |rule| rule.outcome == outcome && rule.applied == harshest);
        rules.map(|rule| rule.rule.as_str()).collect::<Vec<_>>()
    };
    let told = |rules: Vec<&str>, how: &str| {
        (!rules.is_empty()).then(|| format!("{} {how}", first_few(rules.into_iter())))
    };
    let failed = told(named(Outcome::Fail), "failed");
    let open = told(named(Outcome::Undecided), "stayed undecided");
    match [failed, open].into_iter().flatten().collect::<Vec<_>>().join("; ") {
        why if harshest.is_some() && !why.is_empty() => why,
        _ => "no rule stops it".to_owned(),
    }
}
