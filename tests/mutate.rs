//! Mutation: what the tests of a policy would not notice, and the tests that it asks for.

use std::collections::BTreeSet;

use tollgate::code::Code;
use tollgate::engine::{Answer, TestOptions, Workspace};
use tollgate::project::{Suite, Suites, TextFile};
use tollgate::report::testing::{MutationReport, TestReport};

const POLICY: &str = "
stages testing -> pilot
snapshot every 1 week grace 3 days {
  adoption: share
  users: count
  updated: date
  cost: number USD
  outputs: list of { edit_time: share, kind: one of [ordinary, atypical] }
}
policy use \"Use\" when stage >= pilot {
  param min_adoption = 50% within 30% to 90%
  param lasts = 2 weeks within 1 week to 8 weeks
  let light = share(outputs where edit_time < 15%)
  rule adopted {
    when users >= 5 or not has updated
    require adoption >= min_adoption
    else hold
  }
  rule light_enough { require light >= 80% else warn }
  gate testing -> pilot {
    rule ready { require has updated else hold }
    rule counted { require has users else hold }
  }
  rule cheap { require cost <= 0.05 USD else hold }
  rule fresh { require since(updated) <= 1 month else hold }
  rule stalled { when held(stage == pilot) >= lasts and adoption < 20% then rollback }
  rule odd { require count(outputs where kind == atypical) in 2 to 3 else warn }
}
";

fn run(policy: &str, tests: &str) -> Answer<TestReport> {
    let file = |name: &str, text: &str| TextFile { name: name.to_owned(), content: Ok(text.into()) };
    let policies = vec![file("use.gate", policy)];
    let tests = vec![file("use.gate", policy), file("use.test.gate", tests)];
    let suite = Suite { policies, tests, ..Suite::default() };
    let options = TestOptions { mutate: true, ..TestOptions::default() };
    Workspace::new().test(Suites { suites: vec![suite], ..Suites::default() }, &options)
}

fn report(run: &Answer<TestReport>) -> MutationReport {
    run.report.mutation.unwrap_or_else(|| panic!("no mutants: {:#?}", run.diagnostics))
}

/// The tests that are shown, and the messages of those for which none was found.
fn advice(run: &Answer<TestReport>) -> (BTreeSet<String>, Vec<String>) {
    let (mut tests, mut without) = (BTreeSet::new(), Vec::new());
    for found in run.diagnostics.iter().filter(|found| found.code == Code::UnnoticedMistake) {
        match found.help.as_deref().and_then(|help| help.split_once("\n\n")) {
            Some((_, test)) => _ = tests.insert(test.to_owned()),
            None => without.push(found.message.clone()),
        }
    }
    (tests, without)
}

const FIRST: &str = "test \"a good pilot\" {
  given every 1 week from 2026-01-05 {
    stage = testing, pilot, pilot
    adoption = 60%
    users = 7
    updated = 2026-01-12
    cost = 0.04 USD
    outputs = [8 x { edit_time: 5%, kind: ordinary }, 2 x { edit_time: 5%, kind: atypical }]
  }
  expect use.adopted passes
  expect use.cheap passes
}
";

#[test]
fn the_tests_that_are_shown_notice_what_they_are_shown_for() {
    let before = run(POLICY, FIRST);
    let (tests, without) = advice(&before);
    assert_eq!(before.exit, 1);
    assert!(report(&before).survivors > 40, "{:?}", report(&before));
    assert!(without.is_empty(), "no test was found for {without:#?}");
    // Each was written for one mistake; together they leave none.
    let all = tests.into_iter().collect::<Vec<_>>().join("\n");
    let after = run(POLICY, &format!("{FIRST}\n{all}"));
    assert_eq!(after.report.summary.failed, 0, "{all}");
    let (_, left) = advice(&after);
    assert_eq!((report(&after).survivors, after.exit), (0, 0), "{left:#?}\n{all}");
}

#[test]
fn a_planted_mistake_survives_until_a_test_stands_on_the_boundary() {
    let policy = "snapshot { users: count } policy p { rule r { require users >= 5 else hold } }";
    let test = |users: u8, outcome: &str| {
        format!(
            "test \"{users}\" {{ given every 1 week from 2026-01-05 {{ users = {users} }} \
             expect p.r {outcome} expect decision {} }}\n",
            if outcome == "passes" { "continue" } else { "hold" }
        )
    };
    let says = |tests: &str| -> Vec<String> {
        run(policy, tests).diagnostics.into_iter().map(|found| found.message).collect()
    };
    let far = format!("{}{}", test(7, "passes"), test(3, "fails"));
    let expected = ["`>=` could be `>`", "`5` could be `4`", "`5` could be `6`"];
    assert_eq!(says(&far), expected.map(|what| format!("{what}, and no test would notice")));
    assert_eq!(says(&format!("{far}{}", test(5, "passes"))), ["`5` could be `4`, and no test would notice"]);
    assert!(says(&format!("{}{}", test(5, "passes"), test(4, "fails"))).is_empty());
}

#[test]
fn tests_that_are_shown_for_a_series_of_instants_are_by_the_minute() {
    let policy = "
snapshot every 5 min grace 1 min { date: time required, errors: share, deployed: time }
policy p {
  param soak = 10 min within 1 min to 1 h
  rule clean { require held(errors < 1%) >= soak else hold }
  rule late { require deployed < 2026-11-02T18:00Z else hold }
}
";
    let test = "test \"clean\" {
  given every 5 min from 2026-11-02T14:00Z { errors = 2%, 0.5%, 0.5%, 0.5%, 0.5%  deployed = 2026-11-02T12:00Z }
  expect p.clean passes
  expect p.late passes
}
";
    let before = run(policy, test);
    let (tests, without) = advice(&before);
    assert!(tests.len() > 2, "{tests:#?}");
    assert!(without.is_empty(), "no test was found for {without:#?}");
    let messages: Vec<&str> = before.diagnostics.iter().map(|found| found.message.as_str()).collect();
    for step in ["`10 min` could be `9 min`", "`2026-11-02T18:00Z` could be `2026-11-02T17:59Z`"] {
        assert!(messages.iter().any(|message| message.starts_with(step)), "{step}: {messages:#?}");
    }
    let all = tests.into_iter().collect::<Vec<_>>().join("\n");
    assert!(all.contains(" from 2026-11-02T"), "{all}");
    let after = run(policy, &format!("{test}\n{all}"));
    assert_eq!((report(&after).survivors, after.report.summary.failed), (0, 0), "{all}");
}

#[test]
fn nothing_is_mutated_while_a_test_fails_or_a_policy_is_broken() {
    let wrong = FIRST.replace("expect use.cheap passes", "expect use.cheap fails");
    let failed = run(POLICY, &wrong);
    assert_eq!((failed.exit, failed.report.mutation.is_some()), (1, false));
    let broken = run(&POLICY.replace("adoption < 20%", "adoptoin < 20%"), FIRST);
    assert_eq!((broken.exit, broken.report.mutation.is_some()), (2, false));
}

#[test]
fn a_policy_without_tests_of_its_own_is_all_survivors() {
    let policy = "snapshot { users: count } policy p { rule r { require users >= 5 else hold } }";
    let lone = "test \"else\" { given every 1 week from 2026-01-05 { users = 7 } expect decision continue }";
    let counts = report(&run(policy, lone));
    // `<`, and nothing else, makes it hold.
    assert_eq!((counts.mutants, counts.caught, counts.survivors), (6, 1, 5));
}
