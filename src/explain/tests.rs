//! That there is something to tell of every code and every shipped rule.

use super::*;
use crate::builtin;
use crate::engine::{TextFile, read_policies};

fn pack() -> Compiled {
    let file = |(name, text): (String, &str)| TextFile { name, content: Ok(text.as_bytes().to_vec()) };
    read_policies(builtin::all().map(file).collect())
}

#[test]
fn every_code_has_an_explanation_and_an_example() {
    for code in Code::ALL {
        let text = code.explanation();
        assert!(text.split(' ').count() > 7 && text.ends_with('.'), "{code}: {text}");
        // These are about folders, sizes and the command line.
        let speaks_of_files =
            ["T111", "T301", "T322", "T503", "T504", "T505", "T506", "T507", "T514"].contains(&code.as_str());
        let is_config = code.as_str().starts_with("T4");
        assert_eq!(example(*code).is_some(), !speaks_of_files && !is_config, "{code}");
    }
}

#[test]
fn every_shipped_rule_has_tests_to_show() {
    let compiled = pack();
    assert!(compiled.diagnostics.is_empty(), "{:#?}", compiled.diagnostics);
    for rule in &compiled.program.rules {
        for wanted in [Outcome::Passes, Outcome::Fails] {
            assert!(test_of(rule, wanted, &compiled).is_some(), "{}: {wanted:?}", rule.name);
        }
        let uses = uses(rule, &compiled.program);
        assert!(!uses.fields.is_empty(), "{} reads nothing", rule.name);
    }
}

#[test]
fn names_are_found_by_their_ends() {
    let compiled = pack();
    let named = |name: &str| match subject(name, &compiled.program) {
        Ok(Subject::Rule(rule)) => rule.name.to_string(),
        Ok(Subject::Code(code)) => code.as_str().to_owned(),
        Ok(Subject::Policy(_)) => "a policy".to_owned(),
        Ok(Subject::Ladder(name, _)) => name.to_owned(),
        Err(close) => format!("{close:?}"),
    };
    assert_eq!(named("t203"), "T203");
    assert_eq!(named("staged_rollout.stalled"), "staged_rollout.stalled");
    assert_eq!(named("stalled"), "staged_rollout.stalled");
    assert_eq!(named("rollback"), "a policy");
    assert_eq!(named("ladder.skipped"), "ladder.skipped");
    assert_eq!(named("staled"), "[\"stalled\"]");
    assert_eq!(named("light_enough"), "[\"before_deployment.light_enough\"]".trim_matches(['[', ']', '"']));
}
