//! What a workspace keeps from one command to the next, and how a command is cancelled.

use tollgate::builtin;
use tollgate::engine::{Cancel, CheckOptions, DayOptions, Workspace};
use tollgate::project::{FirstVersions, Inputs, Project, Sides, TextFile};
use tollgate::source::SourceMap;
use tollgate::value::Date;

const TODAY: Date = Date::constant(2026, 11, 23);

fn file(name: &str, text: &str) -> TextFile {
    TextFile { name: name.to_owned(), content: Ok(text.into()) }
}

/// The shipped pack with a policy of the project's own, and a workflow.
fn project(name: &str, own: &str) -> Project {
    let pack = builtin::FILES.iter().map(|(name, text)| file(&builtin::file_name(name), text));
    let policies = pack.chain([file(&format!("{name}/own.gate"), own)]).collect();
    let snapshot = format!("workflow: {name}\ndate: 2026-11-20\nstage: testing\n");
    let snapshots = vec![file(&format!("{name}/a.yaml"), &snapshot)];
    Project { name: Some(name.to_owned()), policies, snapshots, ..Project::default() }
}

fn own(days: u8) -> String {
    format!("policy own {{ rule fresh {{ require days_in_stage < {days} days else warn }} }}\n")
}

fn inputs(projects: Vec<Project>) -> Inputs {
    Inputs { projects, ..Inputs::default() }
}

fn options(cancel: Cancel) -> CheckOptions {
    DayOptions { cancel, ..DayOptions::on(TODAY) }.into()
}

#[test]
fn a_text_is_parsed_once_for_all_projects_sides_and_commands() {
    let mut workspace = Workspace::new();
    let both = || vec![project("a", &own(2)), project("b", &own(3))];
    let first = workspace.check(inputs(both()), &options(Cancel::default()));
    assert_eq!(workspace.parsed(), 2, "what is shipped was parsed before the program was built");

    let sides = Sides {
        sources: SourceMap::default(),
        base: both(),
        mixed: both(),
        head: vec![project("a", &own(2)), project("b", &own(4))],
        problems: Vec::new(),
        reference: "main".to_owned(),
        commit: String::new(),
        has_policies: true,
        first: FirstVersions::default(),
        lint: None,
    };
    workspace.check_against(sides, &options(Cancel::default()), Default::default());
    assert_eq!(workspace.parsed(), 3, "one policy was edited");

    let again = workspace.check(inputs(both()), &options(Cancel::default()));
    assert_eq!(workspace.parsed(), 3);
    let json = |report| serde_json::to_string(report).unwrap();
    assert_eq!(json(&first.report), json(&again.report));
    assert_eq!(again.diagnostics, first.diagnostics);
}

#[test]
fn a_command_that_is_cancelled_judges_no_more_and_says_so() {
    let cancel = Cancel::default();
    let judged = Workspace::new().check(inputs(vec![project("a", &own(2))]), &options(cancel.clone()));
    assert!(!judged.cancelled && judged.report.workflows.len() == 1);
    cancel.cancel();
    let judged = Workspace::new().check(inputs(vec![project("a", &own(2))]), &options(cancel.clone()));
    assert!(judged.cancelled && judged.report.workflows.is_empty());
    assert_eq!(judged.exit, 2);
    let back = Workspace::new().history(inputs(vec![project("a", &own(2))]), &options(cancel).day);
    assert!(back.cancelled && back.report.workflows.is_empty());
    assert_eq!(back.exit, 2);
}
