use std::fs;
use std::path::Path;

use super::*;
use crate::ast::EffectKind;
use crate::engine::{CheckOptions, DayOptions, Study, Workspace};
use crate::ide::tests::study_of;
use crate::project::{Memory, Start, inputs, suites};
use crate::report::Decision;
use crate::value::Date;

const POLICY: &str = r#"
snapshot every 1 week grace 3 days {
  adoption: share
  users: count
  outputs: list of { edit_time: share }
}
policy house "Ours" {
  param least = 50% within 10% to 90% "Share of those who use it"
  param editing = 15%

  let light = share(outputs where edit_time < editing)
  let ready = adoption >= least and users >= 2

  rule used "Half of the users use it" {
    when users > 1
    require adoption >= least
    else hold
  }
  rule easy "Little editing" { require light >= 80% and users <= 100 else warn }
  rule wide "Many" {
    when users > 50
    require ready
    else hold
  }
}
test "few use it" {
  given every 1 week from 2026-11-02 {
    adoption = 40%
    users = 10
    outputs = [{ edit_time: 5% }]
  }
  expect house.used fails
  expect house.easy passes
}
"#;

fn snapshot(name: &str, adoption: &str, users: u32, edits: &str) -> (String, String) {
    let text = format!(
        "{{ workflow: {name}, date: 2026-11-16, adoption: {adoption}, users: {users}, outputs: [{edits}] }}"
    );
    (format!("rollouts/{name}.yaml"), text)
}

fn house(policy: &str) -> Vec<(String, String)> {
    vec![
        ("tollgate.yaml".to_owned(), "policies: [house.gate]".to_owned()),
        ("house.gate".to_owned(), policy.to_owned()),
        snapshot("claims", "86%", 20, "{ edit_time: 5% }, { edit_time: 10% }"),
        snapshot("faq", "90%", 8, "{ edit_time: 40% }"),
        snapshot("letters", "40%", 12, "{ edit_time: 5% }, { edit_time: 50% }"),
        snapshot("notes", "72%", 1, ""),
    ]
}

fn memory(files: &[(String, String)]) -> Memory {
    Memory::new(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

fn observed(files: &Memory, date: Date) -> Observed {
    let options = CheckOptions::from(DayOptions { as_of: Some(date), ..DayOptions::on(date) });
    Workspace::new().observe(inputs(&Start::new(files, "")), &options)
}

fn day() -> Date {
    Date::constant(2026, 11, 18)
}

fn study(files: &[(String, String)]) -> Study {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    study_of(&files)
}

/// The lines of a policy that have a hint, each with it.
fn hinted(observed: &Observed, text: &str) -> Vec<String> {
    let line = |hint: &Hint| text[..hint.at].lines().last().unwrap_or_default().trim().to_owned();
    let shown = |hint: Hint| format!("{} | {}", line(&hint), hint.text);
    hints(observed, "house.gate", text, &(0..text.len())).into_iter().map(shown).collect()
}

#[test]
fn conditions_and_lets_say_what_they_see_where_a_rule_fails_first() {
    let seen = observed(&memory(&house(POLICY)), day());
    assert_eq!(
        hinted(&seen, POLICY),
        [
            "let light = share(outputs where edit_time < editing) | claims 100%, faq 0% and 2 more",
            "let ready = adoption >= least and users >= 2 | letters adoption 40%, notes users 1 and 2 more",
            "when users > 1 | letters 12, claims 20 and 2 more",
            "require adoption >= least | letters 40%, claims 86% and 1 more",
            "rule easy \"Little editing\" { require light >= 80% and users <= 100 else warn } | faq light 0%, letters light 50% and 2 more",
            "when users > 50 | claims 20, faq 8 and 2 more",
        ]
    );
    let of_light = &hints(&seen, "house.gate", POLICY, &(0..POLICY.len()))[0];
    assert_eq!(of_light.details[..2], ["claims: 2 of 2 = 100%", "faq: 0 of 1 = 0%"]);
}

#[test]
fn what_was_seen_stays_at_its_line_while_somebody_types() {
    let seen = observed(&memory(&house(POLICY)), day());
    let typed = POLICY.replace("  param editing", "  # ö, a line more\n  param editing");
    assert_eq!(hinted(&seen, &typed), hinted(&seen, POLICY));
    let cut = POLICY.replace("require adoption >= least", "require adopt");
    assert!(hinted(&seen, &cut).iter().any(|line| line.starts_with("when users > 1 |")));
    for at in (0..POLICY.len()).filter(|at| POLICY.is_char_boundary(*at)) {
        assert!(hinted(&seen, &POLICY[..at]).len() <= 6);
    }
    let some = POLICY.find("let light").unwrap()..POLICY.find("let ready").unwrap();
    assert_eq!(hints(&seen, "house.gate", POLICY, &some).len(), 1);
    assert!(hints(&seen, "other.gate", POLICY, &some).is_empty());
}

#[test]
fn declared_names_have_the_values_of_the_newest_snapshots() {
    let files = house(POLICY);
    let seen = observed(&memory(&files), day());
    let typed: Vec<_> = house(&POLICY.replace("policy house", "# new\npolicy house"));
    let study = study(&typed);
    let (file, source) = study.sources.file_named("house.gate").unwrap();
    let of = |name: &str, within: &str| {
        let start = source.text.find(name).unwrap() + name.find(within).unwrap();
        let found = values(&seen, &study.sources, Span::new(file, start..start + within.len()));
        assert_eq!(found.more, 0);
        found.first.into_iter().map(|(workflow, value)| format!("{workflow} {value}")).collect::<Vec<_>>()
    };
    assert_eq!(of("adoption: share", "adoption"), ["claims 86%", "faq 90%", "letters 40%", "notes 72%"]);
    assert_eq!(of("outputs: list", "outputs")[2..], ["letters 2 elements", "notes 0 elements"]);
    assert_eq!(of("param least", "least")[0], "claims 50%");
    let light = of("let light", "light");
    assert_eq!(light[..3], ["claims 2 of 2 = 100%", "faq 0 of 1 = 0%", "letters 1 of 2 = 50%"]);
    assert!(of("policy house", "policy").is_empty());
}

#[test]
fn lenses_say_how_rules_came_out_and_what_can_be_asked() {
    let files = house(POLICY);
    let seen = observed(&memory(&files), day());
    let study = study(&files);
    let (file, source) = study.sources.file_named("house.gate").unwrap();
    let shown = |found: Vec<Lens>| -> Vec<String> {
        found.iter().map(|lens| format!("{}: {}", &source.text[lens.at.range()], lens.title)).collect()
    };
    let all = [
        "least: nearest value that changes a decision",
        "editing: nearest value that changes a decision",
        "used: holds 1 of 3 workflows",
        "used: 1 test",
        "easy: warns of 2 of 4 workflows, undecided for 1",
        "easy: 1 test",
        "wide: applies to none",
        "\"few use it\": run test",
    ];
    assert_eq!(shown(lenses(&study, Some(&seen), file)), all);
    let without: Vec<&str> =
        all.into_iter().filter(|line| !line.contains("workflows") && !line.contains("none")).collect();
    assert_eq!(shown(lenses(&study, None, file)), without);
    let held = held(&seen.answer.report, "house.gate", "house.used");
    let [only] = &held[..] else { panic!("{held:?}") };
    assert_eq!(
        (&*only.workflow, only.outcome, &*only.place.file),
        ("letters", Outcome::Fail, "rollouts/letters.yaml")
    );
}

#[test]
fn tests_are_listed_and_run_one_by_one() {
    let mut files = house(POLICY);
    let more = "# \"no title\"\ntest # \"none\"\n \"say \\\"hi\\\"\" { given every 1 week from 2026-11-02 { adoption = 90% } expect house.used fails }\n";
    files.push(("house.test.gate".to_owned(), more.to_owned()));
    let study = study(&files);
    let all = tests(&study, None);
    let titles: Vec<&str> = all.iter().map(|test| study.sources.text(test.title_span)).collect();
    assert_eq!(titles, ["\"few use it\"", "\"say \\\"hi\\\"\""]);
    assert_eq!(all[0].rules, ["house.used", "house.easy"]);
    let (file, _) = study.sources.file_named("house.test.gate").unwrap();
    assert_eq!(tests(&study, Some(file)), all[1..]);
    let files = memory(&files);
    let run = |wanted: &[TestItem]| {
        run_tests(&mut Workspace::new(), suites(&Start::new(&files, "")), &study, wanted)
    };
    let one = run(&all[..1]);
    assert_eq!(
        one.tests.iter().map(|test| (&*test.title, test.passed)).collect::<Vec<_>>(),
        [("few use it", true)]
    );
    let both = run(&all);
    assert_eq!((both.tests.len(), &both.problems), (2, &Vec::new()));
    assert!(!both.tests[1].passed);
    let label = &both.tests[1].diagnostics[0].labels[0];
    assert_eq!(both.sources.text(both.tests[1].span), &more[13..more.len() - 1]);
    assert_eq!(both.sources.name(label.span.file), "house.test.gate");
}

/// The files of an example.
fn example(name: &str) -> Memory {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let mut files = Memory::default();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, crate::project::TableNode::File(fs::read(&path).unwrap()));
            }
        }
    }
    files
}

#[test]
fn the_support_desk_shows_what_check_says() {
    // The numbers are those of `tollgate check examples/support-desk --as-of 2026-11-23`.
    let files = example("support-desk");
    let seen = observed(&files, Date::constant(2026, 11, 23));
    let start = Start::new(&files, "");
    let study = Workspace::new().study(inputs(&start), suites(&start), &Default::default());
    let told = |policy: &str, rule: &str| {
        let (file, source) = study.sources.file_named(&format!("builtin/{policy}.gate")).unwrap();
        let all = lenses(&study, Some(&seen), file);
        all.into_iter().find(|lens| &source.text[lens.at.range()] == rule).map(|lens| lens.title).unwrap()
    };
    for (policy, rule, title) in [
        ("before_deployment", "light_enough", "holds 1 of 6 workflows"),
        ("before_deployment", "integration_works", "holds 1 of 5 workflows, undecided for 1"),
        ("before_deployment", "sample_confidence", "notes 1 of 6 workflows, would note 1 of 2 workflows"),
        ("monitoring", "drift_seen", "warns of 1 of 10 workflows"),
        ("rollback", "quality_lost", "rolls back 1 of 10 workflows"),
        ("rollback", "confidently_wrong", "rolls back 1 of 10 workflows, holds 1, undecided for 1"),
        ("staged_rollout", "stalled", "holds 1 of 14 workflows"),
    ] {
        assert_eq!(told(policy, rule), title, "{policy}.{rule}");
    }
    let quality = held(&seen.answer.report, "builtin/monitoring.gate", "monitoring.quality_kept");
    assert_eq!(quality.iter().map(|own| &*own.workflow).collect::<Vec<_>>(), ["outage-notices"]);
    let source = seen.answer.sources.named("builtin/monitoring.gate").unwrap();
    let all = hints(&seen, &source.name, &source.text, &(0..source.text.len()));
    let line = source.text.find("require light >= before_deployment.light_share").unwrap();
    let of_line = all.iter().find(|hint| hint.at > line).unwrap();
    assert!(
        of_line.text.starts_with("outage-notices 60%, ") && of_line.text.ends_with(" and 8 more"),
        "{of_line:?}"
    );
    assert_eq!(of_line.details[0], "outage-notices: 12 of 20 = 60%");
}

#[test]
fn tallies_are_what_the_report_of_check_says_of_every_rule() {
    for (name, date) in [
        ("support-desk", Date::constant(2026, 11, 23)),
        ("platform", Date::constant(2026, 11, 23)),
        ("ai-evals", Date::constant(2026, 11, 23)),
        ("canary", Date::constant(2026, 11, 23)),
        ("organisation", Date::constant(2026, 11, 23)),
    ] {
        let files = example(name);
        let seen = observed(&files, date);
        let options = CheckOptions::from(DayOptions { as_of: Some(date), ..DayOptions::on(date) });
        let plain = Workspace::new().check(inputs(&Start::new(&files, "")), &options);
        assert_eq!(format!("{:?}", plain.report), format!("{:?}", seen.answer.report), "{name}");
        assert!(!seen.rules.is_empty() && !seen.lines.is_empty(), "{name}");
        for ((file, rule), tally) in &seen.rules {
            let reports =
                plain.report.workflows.iter().filter(|workflow| workflow.decision != Decision::Error);
            let holds = reports.filter(|workflow| {
                let own = workflow.rules.iter().filter(|own| own.rule == *rule && own.policy.file == *file);
                let applied = own.filter_map(|own| own.applied).max();
                applied == Some(EffectKind::Hold)
            });
            assert_eq!(tally.enforced.held, holds.count(), "{name} {rule}");
        }
    }
}
