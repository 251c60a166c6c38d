//! That there is something to tell of every code and every shipped rule.

use super::*;
use crate::builtin;
use crate::engine::{Answer, Workspace};
use crate::project::{Inputs, Project, TextFile};
use crate::settings::rule_names;
use crate::value::Number;

fn pack() -> Answer<PoliciesInForce> {
    let file = |(name, text): (String, &str)| TextFile { name, content: Ok(text.into()) };
    let (tests, policies) = builtin::all().map(file).partition(|file| file.name.ends_with(".test.gate"));
    let project = Project { policies, ..Project::default() };
    Workspace::new().in_force(Inputs { projects: vec![project], ..Inputs::default() }, tests)
}

#[test]
fn every_code_has_an_explanation_and_an_example() {
    for code in Code::ALL {
        let text = code.explanation();
        assert!(text.split(' ').count() > 7 && text.ends_with('.'), "{code}: {text}");
        // These are about folders, sizes, tables, the command line and the sources of `collect`.
        let has_none = [
            "T111", "T301", "T322", "T406", "T420", "T503", "T504", "T505", "T506", "T507", "T514", "T516",
            "T517", "T521", "T530", "T603", "T606",
        ];
        assert_eq!(
            example(*code).is_some(),
            !(has_none.contains(&code.as_str()) || code.as_str().starts_with("T8")),
            "{code}"
        );
    }
}

#[test]
fn every_shipped_rule_has_tests_to_show() {
    let mut known = pack();
    assert!(known.diagnostics.is_empty(), "{:#?}", known.diagnostics);
    let project = &known.report.projects[0];
    assert!(project.program.rules.len() > 55);
    for rule in &project.program.rules {
        let seen = seen(&rule.name, project, &known.report.tests, &mut known.sources);
        assert!(seen.passes.is_some() && seen.fails.is_some(), "{}: {seen:?}", rule.name);
        let uses = uses(rule, &project.program);
        assert!(!uses.fields.is_empty(), "{} reads nothing", rule.name);
    }
}

#[test]
fn a_field_that_is_computed_is_found_without_its_policy() {
    let text = "snapshot { l: list of { v: count } } policy p { let l.big = v > 2\n rule r { require any(l.big) else hold } }";
    let file = TextFile { name: "p.gate".to_owned(), content: Ok(text.into()) };
    let project = Project { policies: vec![file], ..Project::default() };
    let inputs = Inputs { projects: vec![project], ..Inputs::default() };
    let known = Workspace::new().in_force(inputs, Vec::new()).report;
    for name in ["big", "l.big", "p.l.big"] {
        assert_eq!(subjects(name, &known), Ok(vec![(0, NamedSubject::Let(0))]), "{name}");
    }
    for name in ["ig", ".big", "", "p.", "q.l.big"] {
        assert!(subjects(name, &known).is_err(), "{name}");
    }
}

#[test]
fn names_are_found_whole_and_by_their_last_word() {
    let known = pack();
    let program = &known.report.projects[0].program;
    let shown = |(_, subject): &(usize, NamedSubject)| match *subject {
        NamedSubject::Rule(index) => rule_names(program).nth(index).unwrap().to_owned(),
        NamedSubject::Table(index) => format!("table {}", program.tables[index].name),
        NamedSubject::Param(index) => format!("param {}", program.params[index].name),
        NamedSubject::Let(index) => format!("let {}", program.lets[index].name),
        NamedSubject::Policy(index) => format!("policy {}", program.policies[index].name),
        NamedSubject::Field(index) => format!("field {}", recorded_fields(&program.vocabulary)[index].name),
        NamedSubject::Stage(rung) => format!("stage {}", program.vocabulary.stages[rung]),
        NamedSubject::Step(from, to) => format!("step {from} {to}"),
    };
    let named = |name: &str| match subjects(name, &known.report) {
        Ok(found) => found.iter().map(shown).collect::<Vec<_>>().join(" and "),
        Err(close) => close.join(" or "),
    };
    for (name, found) in [
        ("staged_rollout.stalled", "staged_rollout.stalled"),
        ("stalled", "staged_rollout.stalled"),
        ("skipped", "ladder.skipped"),
        ("rollback", "policy rollback"),
        ("light_share", "param before_deployment.light_share"),
        ("recently_light", "let staged_rollout.recently_light"),
        ("min_adoption", "staged_rollout.min_adoption or rollback.min_adoption"),
        ("staled", "stalled"),
        ("staged_rolout.stalled", "staged_rollout.stalled"),
        ("zebra", ""),
        ("sample.real", "field sample.real"),
        ("real", "field sample.real"),
        ("outputs", "field outputs"),
        ("edit_time", "field outputs.edit_time"),
        ("score", "let before_deployment.score"),
        ("sample.reall", "sample.real"),
        ("pilot", "stage pilot"),
        ("testing -> pilot", "step 0 1"),
        ("testing→pilot", "step 0 1"),
        ("testing to pilot", "step 0 1"),
        ("Testing -> Pilot", "step 0 1"),
        ("gate pilot -> expanded", "step 1 2"),
        ("testing -> pilt", "testing -> pilot"),
    ] {
        let mut expected: Vec<&str> = found.split(" or ").collect();
        expected.sort_unstable();
        assert_eq!(named(name), expected.join(" or "), "{name}");
    }
    assert_eq!(code("t203"), Some(Code::TypeMismatch));
}

#[test]
fn what_a_rule_uses_is_followed_through_lets_and_into_lists() {
    let known = pack();
    let program = &known.report.projects[0].program;
    let rule = program.rules.iter().find(|rule| &*rule.name == "before_deployment.light_enough").unwrap();
    let uses = uses(rule, program);
    let fields: Vec<&str> = uses.fields.iter().map(|(name, _)| &**name).collect();
    assert_eq!(fields, ["outputs", "outputs.edit_time"]);
    let params: Vec<&str> = uses.params.iter().map(|index| &*program.params[*index].name).collect();
    assert_eq!(params, ["before_deployment.light_edit", "before_deployment.light_share"]);
    assert_eq!(uses.lets.len(), 2);
}

/// What luck makes of the comparisons of a policy, each rule's by its name.
#[test]
fn how_often_rules_err_is_told() {
    let text = "stages testing -> pilot
snapshot { uptime: share, outputs: list of { light: bool, score: number from 1 to 5 } }
policy p {
  let up = uptime
  let good = share(outputs where light)
  let all = share(outputs where light over stage)
  gate testing -> pilot {
    rule point { require good >= 80% and count(outputs) >= 3 else hold }
    rule mirrored { require share(outputs where not light) <= 20% else hold }
    rule pooled { require all >= 80% else hold }
    rule sure { require good >= 80% with 90% confidence else hold }
    rule sure_of_all { require all >= 80% with 90% confidence else hold }
    rule refuted { require not (good <= 80% with 90% confidence) else hold }
    rule few { require good >= 90% with 99% confidence else hold }
    rule looked_at { require good >= 80% with 90% confidence at every look else hold }
    rule liked { require mean(outputs.score) >= 3 with 90% confidence else hold }
  }
  rule back { when good < 80% then rollback }
  rule negated { when not (good >= 80%) then rollback }
  rule back_of_all { when all < 80% then rollback }
  rule sure_back { when good < 80% with 99% confidence then rollback }
  rule slow_back { when good < 80% with 99% confidence at every look then rollback }
  rule none { require count(outputs) >= 3 else hold }
  rule recorded { require up >= 80% with 90% confidence else hold }
  rule recorded_down { when uptime < 80% with 90% confidence then rollback }
  rule bare { require uptime >= 80% else hold }
}";
    let file = TextFile { name: "p.gate".to_owned(), content: Ok(text.into()) };
    let project = Project { policies: vec![file], ..Project::default() };
    let inputs = Inputs { projects: vec![project], ..Inputs::default() };
    let known = Workspace::new().in_force(inputs, Vec::new()).report;
    let project = &known.projects[0];
    let of = |name: &str| {
        let rule = project.program.rules.iter().find(|rule| *rule.name == *name).unwrap();
        let found = how_it_errs(rule, project, rule.effect);
        found.into_iter().map(|errs| errs.how).collect::<Vec<_>>()
    };
    let near = |seen: &[f64], expected: &[f64]| {
        assert!(seen.iter().zip(expected).all(|(seen, expected)| (seen - expected).abs() < 5e-3), "{seen:?}");
    };
    // The page on evidence has these figures.
    for (name, expected) in [
        ("p.point", [0.159, 0.501, 0.876]),
        ("p.mirrored", [0.159, 0.501, 0.876]),
        ("p.pooled", [0.16, 0.18, 0.18]),
    ] {
        let [HowItErrs::Point { looks, .. }] = of(name)[..] else { panic!("{:?}", of(name)) };
        near(&looks, &expected);
    }
    // Of 30, at a true 80 %, fewer than 19 are good with 0.95 %.
    for (name, expected, on_fire) in [
        ("p.sure", [0.044, 0.165, 0.418], false),
        ("p.sure_of_all", [0.044, 0.14, 0.25], false),
        ("p.refuted", [0.044, 0.165, 0.418], false),
        ("p.sure_back", [0.0095, 0.0374, 0.108], true),
    ] {
        let [HowItErrs::Confident { looks, fires, .. }] = of(name)[..] else { panic!("{:?}", of(name)) };
        near(&looks, &expected);
        assert_eq!(fires, on_fire, "{name}");
    }
    // 0.9 to the 44th power is just below 1 %.
    assert_eq!(of("p.few"), [HowItErrs::TooFewToShow { needed: 44, fires: false }]);
    assert!(matches!(of("p.looked_at")[..], [HowItErrs::EveryLook { fires: false, .. }]));
    assert!(matches!(of("p.slow_back")[..], [HowItErrs::EveryLook { fires: true, .. }]));
    assert_eq!(of("p.liked"), [HowItErrs::OfMean]);
    let level = Number::from(9) / Number::from(10);
    for (name, fires) in [("p.recorded", false), ("p.recorded_down", true)] {
        assert_eq!(of(name), [HowItErrs::OfCounts { confidence: level.clone(), fires }]);
    }
    assert_eq!(of("p.bare"), []);
    for name in ["p.back", "p.negated"] {
        let [HowItErrs::FalseAlarm { chance, .. }] = of(name)[..] else { panic!("{:?}", of(name)) };
        // Fewer than 24 of 30 at a true 85 %, in one week of 26 at least.
        near(&[chance], &[1.0 - (1.0f64 - 0.1526).powi(26)]);
    }
    // What accumulates is nearly always near the truth.
    let [HowItErrs::FalseAlarm { chance, .. }] = of("p.back_of_all")[..] else { panic!() };
    assert!((0.1526..0.3).contains(&chance), "{chance}");
    assert_eq!(of("p.none"), []);
}
