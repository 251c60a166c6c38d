use super::*;
use crate::engine::CheckOptions;
use crate::project::{Files, Memory, Start, TableNode, inputs};
use crate::value::Date;

const POLICY: &str = r#"
snapshot every 1 week grace 3 days { adoption: share, users: count, outputs: list of { edit_time: share }, agreed: bool }
policy house "Ours" {
  param least = 50% within 10% to 95%
  param few = 5
  param editing = 15% within 5% to 60%
  param off = 1 within 0 to 30
  param strict = false
  param floor = { "claims": 80%, else: 30% }
  param nobody = 3

  let bound = least
  rule used "Many use it" { require adoption >= bound else hold }
  rule many "More than a few" { require users > few else rollback }
  rule easy "Little editing" { require share(outputs where edit_time < editing) >= 50% else hold }
  rule rest "Without some" { require users - off >= 2 else hold }
  rule known "They agreed" {
    when strict
    require agreed
    else hold
  }
  rule own "Each its own" { require adoption >= floor[workflow] else hold }
}
"#;

fn files(policy: &str, config: &str) -> Memory {
    let mut files = Memory::default();
    let texts = [
        ("tollgate.yaml", format!("policies: [house.gate]\n{config}")),
        ("house.gate", policy.to_owned()),
        ("rollouts/claims.yaml", series("claims", "86%", 20, "8%")),
        ("rollouts/letters.yaml", series("letters", "60%", 6, "12%")),
    ];
    for (name, text) in texts {
        files.insert(name, TableNode::File(text.into()));
    }
    files
}

fn series(name: &str, adoption: &str, users: u32, edit: &str) -> String {
    let one = |date: &str| {
        format!(
            "---\n{{ workflow: {name}, date: {date}, adoption: {adoption}, users: {users}, agreed: false, outputs: [{{ edit_time: {edit} }}, {{ edit_time: {edit} }}] }}\n"
        )
    };
    one("2026-11-09") + &one("2026-11-16")
}

fn ask(files: &Memory, file: &str, marked: &str) -> Result<Nearest, String> {
    let text = String::from_utf8(files.read(file).unwrap()).unwrap();
    let at = text.find(marked).unwrap() + marked.len();
    let options = DayOptions::on(Date::constant(2026, 11, 18));
    Workspace::new().nearest(inputs(&Start::new(files, "")), &options, file, at)
}

fn shown(turn: Option<&Turn>) -> String {
    let Some(turn) = turn else { return "none".to_owned() };
    let changes = turn.changes.iter().map(|own| format!("{} {:?}>{:?}", own.workflow, own.from, own.to));
    format!("{}: {}", turn.value, changes.collect::<Vec<_>>().join(", "))
}

fn both(found: &Nearest) -> [String; 2] {
    [shown(found.below.as_ref()), shown(found.above.as_ref())]
}

#[test]
fn a_bound_turns_exactly_at_what_was_observed() {
    let files = files(POLICY, "");
    let all = |marked: &str| both(&ask(&files, "house.gate", marked).unwrap());
    let letters = "letters Continue>Hold";
    assert_eq!(all("param lea"), ["none".to_owned(), format!("more than 60%: {letters}")]);
    assert_eq!(all("let bound = lea"), all("param least = 5"));
    assert_eq!(all("param few"), ["none", "6: letters Continue>Rollback"]);
    assert_eq!(all("param editing"), [format!("12%: {letters}"), "none".to_owned()]);
    assert_eq!(all("param floor = { \"claims\": 80"), ["none", "more than 86%: claims Continue>Hold"]);
    assert_eq!(all("else: 30"), ["none".to_owned(), format!("more than 60%: {letters}")]);
}

#[test]
fn what_is_computed_with_turns_about_where_it_is_looked_for() {
    let found = ask(&files(POLICY, ""), "house.gate", "param off").unwrap();
    assert_eq!(both(&found), ["none", "about 4.1: letters Continue>Hold"]);
    assert!(found.above.unwrap().is_about && found.why.is_none());
}

#[test]
fn a_condition_has_one_other_value() {
    let found = ask(&files(POLICY, ""), "house.gate", "param strict").unwrap();
    assert_eq!(both(&found), ["none", "true: claims Continue>Hold, letters Continue>Hold"]);
    assert_eq!((&*found.param, &*found.value), ("house.strict", "false"));
}

#[test]
fn it_is_said_why_there_is_no_answer() {
    let own = files(POLICY, "");
    let found = ask(&own, "house.gate", "param nobody").unwrap();
    assert_eq!(found.why.as_deref(), Some("no value that it may have changes a decision"));
    assert_eq!(ask(&own, "house.gate", "rule used").unwrap_err(), "there is no param here");
    let several = ask(&own, "house.gate", "param flo").unwrap_err();
    assert_eq!(several, "`floor` has several values: put the cursor on one of them");
    let options = DayOptions::on(Date::constant(2026, 11, 18));
    options.cancel.cancel();
    let at = POLICY.find("least").unwrap();
    let ended = Workspace::new().nearest(inputs(&Start::new(&own, "")), &options, "house.gate", at);
    assert!(ended.is_err());
    // Wherever somebody asks there is an answer, or a reason.
    for at in (0..=POLICY.len() + 1).step_by(9) {
        let options = DayOptions {
            workflows: vec!["letters".to_owned()],
            ..DayOptions::on(Date::constant(2026, 11, 18))
        };
        let found = Workspace::new().nearest(inputs(&Start::new(&own, "")), &options, "house.gate", at);
        match found {
            Ok(found) => assert!(found.below.is_some() || found.above.is_some() || found.why.is_some()),
            Err(why) => assert!(!why.is_empty()),
        }
    }
}

#[test]
fn a_workflow_with_a_value_of_its_own_is_left_out() {
    let config = "params:\n  house.least: 55%\noverrides:\n  - workflows: [letters]\n    params:\n      house.least: 20%\n";
    let files = files(POLICY, config);
    let found = ask(&files, "house.gate", "param least").unwrap();
    assert_eq!(found.value, "55%");
    assert_eq!(both(&found), ["none", "more than 86%: claims Continue>Hold"]);
    assert_eq!(found.why.as_deref(), Some("1 workflow has another value, and is left out"));
    assert_eq!(ask(&files, "tollgate.yaml", "house.least: 55").unwrap(), found);
    let theirs = ask(&files, "tollgate.yaml", "house.least: 20");
    assert_eq!(both(&theirs.unwrap()), ["none", "more than 60%: letters Continue>Hold"]);
}

/// Values that are set, as the configuration has them, against what is found: `check` has the last word.
#[test]
fn check_decides_as_the_nearest_values_say() {
    let decided = |value: &str| {
        let files = files(POLICY, &format!("params:\n  house.least: {value}\n"));
        let options = CheckOptions::from(DayOptions::on(Date::constant(2026, 11, 18)));
        let answer = Workspace::new().check(inputs(&Start::new(&files, "")), &options);
        answer.report.workflows.iter().map(|own| own.decision).collect::<Vec<_>>()
    };
    assert_eq!(decided("60%"), [Decision::Continue, Decision::Continue]);
    assert_eq!(decided("60.01%"), [Decision::Continue, Decision::Hold]);
    assert_eq!(decided("10%"), [Decision::Continue, Decision::Continue]);
}
