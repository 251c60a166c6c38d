//! Days that are judged for both sides, on the examples and on little projects.

use std::path::Path;

use super::twins::{differing_params, twins};
use super::*;
use crate::ast::EffectKind;
use crate::disk::Disk;
use crate::engine::load::load;
use crate::eval::{judge_each_day_by_both, judge_workflow};
use crate::program::{ParamValue, Program};
use crate::project::{Base, Branch, Inputs, Memory, Project, Start, TextFile, inputs, sides as sides_of};
use crate::settings::{Settings, Timeline, Waiver};
use crate::source::Span;
use crate::value::{Date, Number, Value, date_of_day, day_number};

const EXAMPLES: [&str; 4] = ["ai-evals", "canary", "platform", "support-desk"];
const TODAY: Date = Date::constant(2026, 11, 23);

/// An example with its series.
fn read(example: &str) -> (Loaded, SourceMap) {
    let disk = Disk::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example));
    let Inputs { mut sources, projects, .. } = inputs(&disk.start(false));
    let options = DayOptions::on(TODAY);
    let loaded = load(&mut Workspace::new(), projects, Vec::new(), &mut sources, &options);
    (loaded, sources)
}

/// How a rule came out, without why.
fn sides(verdict: &WorkflowVerdict) -> Vec<(&str, Outcome, bool, Option<EffectKind>)> {
    verdict.rules.iter().map(|rule| (&*rule.rule, rule.outcome, rule.enforced, rule.applied)).collect()
}

#[test]
fn a_later_day_is_judged_as_if_nothing_was_known_of_the_days_before() {
    let mut judged = 0;
    for example in EXAMPLES {
        let (loaded, sources) = read(example);
        let project = &loaded.projects[0];
        let later = |days| date_of_day(day_number(TODAY) + days).unwrap();
        for series in project.workflows.iter().filter_map(|workflow| workflow.series.as_ref()) {
            let rulebook = project.rulebook(&series.workflow, &sources);
            for day in [0, 1, 9, 40].map(later) {
                let day = DayOptions::on(day).point(project.program.vocabulary.axis());
                let known = judge_each_day(&rulebook, series, Some(day)).last().unwrap();
                if known.1 == day {
                    let fresh = judge_workflow(&rulebook, series, day, false).verdict;
                    assert_eq!(sides(&known.2), sides(&fresh), "{} {day}", series.workflow);
                    assert_eq!(known.2.decision, fresh.decision, "{} {day}", series.workflow);
                    judged += 1;
                }
            }
        }
    }
    assert!(judged > 40, "{judged}");
}

/// The settings with another value of some params: in turn a tenth less, and twice as much.
fn changed(settings: &Settings, is_changed: impl Fn(usize) -> bool) -> Settings {
    let mut changed = settings.clone();
    for (at, steps) in changed.params.iter_mut().enumerate().filter(|(at, _)| is_changed(*at)) {
        for setting in steps.values_mut() {
            match &mut setting.value {
                ParamValue::Value(Value::Number(number)) if at % 2 == 0 => {
                    *number = &*number * Number::from_parts(9.into(), 10_u8.into());
                }
                ParamValue::Value(Value::Number(number)) => *number = &*number * Number::from(2),
                ParamValue::Value(Value::Bool(value)) => *value = !*value,
                ParamValue::Calendar(months) => *months += 1,
                ParamValue::Value(_) | ParamValue::List(_) => {}
            }
        }
    }
    changed
}

#[test]
fn what_else_differs_is_judged_twice() {
    let (loaded, sources) = read("support-desk");
    let project = &loaded.projects[0];
    let workflow = &project.workflows[0].name;
    let new = project.rulebook(workflow, &sources);
    let differing = |change: &dyn Fn(&mut Settings)| {
        let mut settings = new.settings.clone();
        change(&mut settings);
        differing_params(&Rulebook { settings: &settings, ..new }, &new)
    };
    assert_eq!(differing(&|_| ()), Some(Vec::new()));
    assert_eq!(differing(&|settings| *settings = changed(settings, |at| at == 3)), Some(vec![3]));
    let origin = Span { start: 1, end: 2, ..Span::default() };
    let move_all = |settings: &mut Settings| {
        settings.params.iter_mut().flat_map(Timeline::values_mut).for_each(|own| own.origin = origin);
        settings.rules.iter_mut().flat_map(Timeline::values_mut).for_each(|own| own.origin = origin);
        settings.cadence.iter_mut().for_each(|own| own.span = origin);
    };
    assert_eq!(differing(&move_all), Some(Vec::new()));
    let no_effect = |settings: &mut Settings| {
        settings.rules[2].values_mut().for_each(|own| own.effect = None);
    };
    assert_eq!(differing(&no_effect), None);
    assert_eq!(differing(&|settings| settings.cadence = None), None);
    let later = |settings: &mut Settings| {
        let mut own = settings.rules[2].on(0).clone();
        own.effect = None;
        settings.rules[2].then(TODAY, own);
    };
    assert_eq!(differing(&later), None);
    let until = Waiver {
        rule: "monitoring.min_uptime".into(),
        stage: None,
        because: "".into(),
        owner: "".into(),
        from: None,
        until: TODAY,
        span: origin,
    };
    let waived = [until.clone()];
    assert_eq!(differing_params(&Rulebook { waivers: &waived, ..new }, &new), None);
    let moved = [Waiver { span: Span::default(), ..until }];
    let (one, other) = (Rulebook { waivers: &waived, ..new }, Rulebook { waivers: &moved, ..new });
    assert_eq!(differing_params(&one, &other), Some(Vec::new()));
    let incomplete = Program { incomplete: true, ..(*project.program).clone() };
    assert_eq!(differing_params(&Rulebook { program: &incomplete, ..new }, &new), None);
}

#[test]
fn projects_are_twins_whose_policies_and_snapshots_are_the_same() {
    let file = |name: &str, text: &str| TextFile { name: name.to_owned(), content: Ok(text.into()) };
    let project = |policy: &str, snapshot: (&str, &str)| Project {
        policies: vec![file("p.gate", policy)],
        snapshots: vec![file(snapshot.0, snapshot.1)],
        ..Project::default()
    };
    let is_twin = |old: Project, new: Project| !twins(&mut [old], &[new]).is_empty();
    let one = || project("a", ("s.yaml", "x"));
    assert!(is_twin(one(), one()));
    assert!(!is_twin(one(), project("b", ("s.yaml", "x"))));
    assert!(!is_twin(one(), project("a", ("t.yaml", "x"))));
    assert!(!is_twin(one(), project("a", ("s.yaml", "y"))));
    assert!(!is_twin(project("a", ("s.parquet", "x")), project("a", ("s.parquet", "x"))));
    let typed = |text: &str| Project { types: vec![file("p.gate", text)], ..one() };
    assert!(is_twin(typed("a"), one()) && !is_twin(typed("b"), one()));
    assert!(!is_twin(Project { unsure: true, ..one() }, one()));
    assert!(!is_twin(Project { standing: vec![file("rollout.yaml", "x")], ..one() }, one()));
    assert!(!is_twin(Project { name: Some("a".to_owned()), ..one() }, one()));
    let unreadable = || {
        let content = Err("it is a folder".to_owned());
        Project { snapshots: vec![TextFile { name: "s.yaml".to_owned(), content }], ..one() }
    };
    assert!(!is_twin(unreadable(), unreadable()));
}

#[test]
fn the_sides_of_a_change_of_values_are_judged_together() {
    let policy = "stages a -> b\nsnapshot { n: count }\npolicy p {\n  param least = 3 within 1 to 9\n\
        let twice = n * 2\n  rule enough { require twice >= least else hold }\n}\n";
    let files = |value: &str| {
        let config = format!("policies: [p.gate]\nparams: {{ p.least: {{ value: {value}, because: x }} }}\n");
        let snapshot = "workflow: w\ndate: 2026-11-16\nstage: a\nn: 2\n";
        Memory::new([("tollgate.yaml", &*config), ("p.gate", policy), ("rollouts/w/1.yaml", snapshot)])
    };
    let (before, now) = (files("4"), files("5"));
    let site = Start::new(&now, "").site().unwrap();
    let branch = Branch::default();
    let base = Base {
        files: &before,
        since: &before,
        branch: &branch,
        root: "",
        reference: "main",
        commit: "0",
        evidence: false,
    };
    let Sides { mut sources, mut mixed, head, .. } = sides_of(&site, base);
    assert_eq!(twins(&mut mixed, &head), BTreeSet::from([None]));
    let options = DayOptions::on(TODAY);
    let mut read = |projects| load(&mut Workspace::new(), projects, Vec::new(), &mut sources, &options);
    let (old, new) = (read(mixed), read(head));
    let [old, new] = [&old, &new].map(|side| side.projects[0].rulebook("w", &sources));
    assert_eq!(differing_params(&old, &new), Some(vec![0]));
}

#[test]
fn what_two_rulebooks_share_changes_no_verdict() {
    /// Of so many params one is changed at a time.
    const EVERY: usize = 7;
    /// Workflows of an example.
    const MOST: usize = 4;
    let (mut judged, mut flipped) = (0, 0);
    for example in EXAMPLES {
        let (loaded, sources) = read(example);
        let project = &loaded.projects[0];
        let today = Some(DayOptions::on(TODAY).point(project.program.vocabulary.axis()));
        let all = project.workflows.iter().filter_map(|workflow| workflow.series.as_ref());
        for series in all.take(MOST) {
            let new = project.rulebook(&series.workflow, &sources);
            for turn in 0..EVERY {
                let settings = changed(new.settings, |at| at % EVERY == turn);
                let old = Rulebook { settings: &settings, ..new };
                let Some(params) = differing_params(&old, &new) else {
                    assert!(project.program.reads_workflows(), "{example}");
                    continue;
                };
                assert!(params.iter().all(|at| at % EVERY == turn) && !params.is_empty());
                let mut alone = [old, new].map(|rulebook| {
                    let days = judge_each_day(&rulebook, series, today);
                    days.map(|(.., verdict)| verdict).collect::<Vec<_>>().into_iter()
                });
                for day in judge_each_day_by_both([old, new], &params, series, today) {
                    let (.., both) = day.unwrap();
                    for (verdict, alone) in both.iter().zip(&mut alone) {
                        let alone = alone.next().unwrap();
                        assert_eq!(verdict.decision, alone.decision, "{} {turn}", series.workflow);
                        assert_eq!(sides(verdict), sides(&alone), "{} {turn}", series.workflow);
                    }
                    judged += 1;
                    flipped += usize::from(sides(&both[0]) != sides(&both[1]));
                }
            }
        }
    }
    assert!(judged > 500 && flipped > 100, "{flipped} of {judged}");
}
