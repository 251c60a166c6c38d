//! Snapshots are read workflow by workflow, by what their first lines seem to say. Nothing may depend on that.
//!
//! An accent on a name keeps it from being guessed, so that everything is read first; the two must say the same.

use serde_json::Value;

use tollgate::engine::{CheckOptions, DayOptions, Workspace};
use tollgate::project::{Configuration, Inputs, Project, TextFile};
use tollgate::source::SourceMap;
use tollgate::value::Date;

const POLICY: &str = "stages a -> b
snapshot every 1 week grace 3 days {
  n: count
}
policy p {
  rule enough {
    require sum(n over 2 weeks) >= 3
    else hold
  }
}
";
/// What is said of a workflow that is not there is a warning.
const CONFIG: &str = "overrides:
  - workflows: [three, five]
    rules: { p.enough: warn }
  - workflows: [new]
    rules: { p.enough: rollback }
";
const TODAY: Date = Date::constant(2026, 11, 23);

/// Names as they are guessed, and as they are not; they sort alike.
const NAMES: [(&str, &str); 6] = [
    ("one", "on\u{e9}"),
    ("two", "tw\u{f6}"),
    ("three", "thre\u{e9}"),
    ("four", "fo\u{fa}r"),
    ("five", "fiv\u{e9}"),
    ("six", "s\u{ef}x"),
];

/// What is said of files, with the names of workflows to be guessed or not.
fn said(files: &[(&str, &str)], standing: &[(&str, &str)], options: &CheckOptions, guess: bool) -> Value {
    let accented =
        |text: &str| NAMES.iter().fold(text.to_owned(), |text, (plain, other)| text.replace(plain, other));
    let plain =
        |text: &str| NAMES.iter().fold(text.to_owned(), |text, (plain, other)| text.replace(other, plain));
    let written = |text: &str| if guess { text.to_owned() } else { accented(text) };
    let read = |files: &[(&str, &str)]| -> Vec<TextFile> {
        let file =
            |(name, text): &(&str, &str)| TextFile { name: written(name), content: Ok(written(text).into()) };
        files.iter().map(file).collect()
    };
    let mut sources = SourceMap::default();
    let stack = vec![Configuration::add("tollgate.yaml", &written(CONFIG), &mut sources)];
    let policies = vec![TextFile { name: "p.gate".to_owned(), content: Ok(POLICY.into()) }];
    let project =
        Project { stack, policies, snapshots: read(files), standing: read(standing), ..Project::default() };
    let mut options = options.clone();
    options.day.workflows.iter_mut().for_each(|name| *name = written(name));
    let judgement =
        Workspace::new().check(Inputs { sources, projects: vec![project], ..Inputs::default() }, &options);
    let report = plain(&serde_json::to_string(&judgement.report).unwrap());
    serde_json::json!([judgement.exit, serde_json::from_str::<Value>(&report).unwrap()])
}

/// On the day of judgement, today, and for one workflow.
fn agrees(files: &[(&str, &str)], standing: &[(&str, &str)]) -> Vec<Value> {
    let options = |as_of, workflows: &[&str]| {
        let workflows = workflows.iter().map(|name| (*name).to_owned()).collect();
        CheckOptions { day: DayOptions { as_of, workflows, ..DayOptions::on(TODAY) }, deny_warnings: true }
    };
    let all = [
        options(Some(TODAY), &[]),
        options(Some(Date::constant(2026, 11, 10)), &[]),
        options(None, &[]),
        options(None, &["one"]),
    ];
    let both = all.iter().map(|options| {
        let guessed = said(files, standing, options, true);
        assert_eq!(guessed, said(files, standing, options, false), "{files:#?}");
        guessed
    });
    both.collect()
}

const ONE: (&str, &str) = ("r/one/1.yaml", "workflow: one\ndate: 2026-11-09\nstage: a\nn: 4\n");
const TWO: (&str, &str) = ("r/two/1.yaml", "workflow: two\ndate: 2026-11-16\nstage: b\nn: 2\n");

#[test]
fn what_first_lines_seem_to_say_changes_nothing() {
    let more: &[(&str, &str)] = &[
        ("r/one/2.yaml", "workflow: one\ndate: 2026-11-16\nstage: a\nn: 5\n"),
        ("elsewhere.yaml", "date: 2026-11-16\nworkflow: one\nstage: a\nn: many\n"),
        ("r/two/2.yaml", "workflow: two\ndate: 2026-11-16\nstage: b\nn: 3\nm: 1\n"),
        ("r/one/tomorrow.yaml", "workflow: one\ndate: 2026-11-24\nstage: a\nn: 5\n"),
        ("r/three/tomorrow.yaml", "workflow: three\ndate: 2026-11-24\nstage: a\nn: lots\n"),
        ("r/one/later.yaml", "workflow: one\ndate: 2026-12-24\nstage: a\nn: 5\n"),
        (
            "r/one/both.yaml",
            "workflow: one\ndate: 2026-11-16\nstage: a\nn: 5\n---\n\"workflow\": two\ndate: 2026-11-23\nn: 1\n",
        ),
        (
            "r/one/both.yaml",
            "workflow: one\ndate: 2026-11-16\nn: 5\n---\nworkflow: four\ndate: 2026-11-23\nn: 1\n",
        ),
        ("r/one/nobody.yaml", "date: 2026-11-16\nn: 5\n"),
        ("r/new/nobody.yaml", "date: 2026-11-16\nn: 5\n"),
        ("r/new/null.yaml", "workflow: null\ndate: 2026-11-16\nn: 5\n"),
        ("r/new/broken.yaml", "n: [\nworkflow: five\ndate: 2026-11-16\n"),
        ("r/one/broken.yaml", "n: {\nworkflow: five\ndate: 2026-11-24\n"),
        ("r/new/text.yaml", "|\n workflow: five\nworkflow: five\ndate: 2026-11-16\n"),
        ("r/new/key.yaml", "a: 'x\nworkflow: five\ndate: 2026-11-16\n'\n"),
        ("r/new/twice.yaml", "workflow: five\nworkflow: six\ndate: 2026-11-16\n"),
        ("r/new/late.yaml", "workflow: five\ndate: 2026-11-16\ndate: 2026-11-24\n"),
        ("r/new/empty.yaml", ""),
    ];
    for (at, file) in more.iter().enumerate() {
        agrees(&[ONE, TWO, *file], &[]);
        agrees(&[*file], &[]);
        for other in &more[..at] {
            agrees(&[ONE, *file, *other], &[("r/one/rollout.yaml", "stage: b\n")]);
        }
    }
    agrees(
        &[ONE, TWO],
        &[("r/one/rollout.yaml", "n: many\n"), ("r/new/rollout.yaml", "workflow: six\nx: [\n")],
    );
}

#[test]
fn a_snapshot_of_tomorrow_makes_it_tomorrow_for_its_own_workflow() {
    let tomorrow = ("r/one/2.yaml", "workflow: one\ndate: 2026-11-24\nstage: a\nn: 5\n");
    let said = agrees(&[ONE, TWO, tomorrow], &[]);
    assert_eq!(said[2][1]["as_of"], "2026-11-23");
    assert_eq!(said[2][1]["workflows"][0]["as_of"], "2026-11-24");
    let faulty = ("r/one/2.yaml", "workflow: one\ndate: 2026-11-24\nstage: a\nn: many\n");
    let said = agrees(&[ONE, TWO, faulty], &[]);
    assert_eq!(said[2][1]["as_of"], "2026-11-23");
}
