//! All formats of one run against a base are read back: the same fails in each, at the same place, and nothing fails
//! where the run passes.

use std::collections::BTreeSet;

use quick_junit::{NonSuccessKind, TestCaseStatus};
use serde_json::Value;

use crate::base::{CONFIG, POLICY};
use crate::formats::valid;
use crate::support::Repo;

/// What fails: of which workflow, if of one, by which rule or code, and where.
type Failures = BTreeSet<(String, String, String)>;

/// Where formats that want a place show what has none.
const NOWHERE: &str = "tollgate.yaml:1";

struct Run {
    exit: i32,
    report: Value,
    sarif: Value,
    page: String,
    failures: Failures,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn in_sarif(log: &Value) -> Failures {
    let results = log["runs"][0]["results"].as_array().unwrap();
    let fails = |r: &&Value| r["level"] == "error" && r["suppressions"].as_array().unwrap().is_empty();
    let entry = |r: &Value| {
        let place = &r["locations"][0]["physicalLocation"];
        let file = decoded(&text(&place["artifactLocation"]["uri"]));
        let line = place["region"]["startLine"].as_u64().unwrap();
        (text(&r["properties"]["workflow"]), text(&r["ruleId"]), format!("{file}:{line}"))
    };
    results.iter().filter(fails).map(entry).collect()
}

/// The workflow is only told apart from the rest of the text by knowing it.
fn of_known(description: &str, workflows: &[String]) -> String {
    let own = |name: &&String| description.starts_with(&format!("{name}: "));
    workflows.iter().find(own).cloned().unwrap_or_default()
}

fn in_gitlab(entries: &Value, workflows: &[String]) -> Failures {
    let fails = |e: &&Value| e["severity"] == "critical" || e["severity"] == "blocker";
    let entry = |e: &Value| {
        let (path, line) = (text(&e["location"]["path"]), e["location"]["lines"]["begin"].as_u64().unwrap());
        (of_known(&text(&e["description"]), workflows), text(&e["check_name"]), format!("{path}:{line}"))
    };
    entries.as_array().unwrap().iter().filter(fails).map(entry).collect()
}

fn in_github(commands: &str, workflows: &[String]) -> Failures {
    let entry = |command: &str| {
        let (properties, _) = command.split_once("::").unwrap();
        let property = |key: &str| {
            let found = properties.split(',').find_map(|part| part.strip_prefix(key));
            found.map(decoded).unwrap_or_default()
        };
        let title = property("title=");
        let workflow = of_known(&title, workflows);
        let rest = title.strip_prefix(&format!("{workflow}: ")).unwrap_or(&title);
        let rule = rest.split([' ', ':']).next().unwrap().to_owned();
        let place = format!("{}:{}", property("file="), property("line="));
        (workflow, rule, if place == ":" { NOWHERE.to_owned() } else { place })
    };
    commands.lines().filter_map(|line| line.strip_prefix("::error ")).map(entry).collect()
}

fn in_junit(xml: &str) -> Failures {
    let report = quick_junit::Report::deserialize_from_str(xml).unwrap();
    let mut failures = Failures::new();
    for suite in &report.test_suites {
        for case in &suite.test_cases {
            let TestCaseStatus::NonSuccess { kind, description, .. } = &case.status else { continue };
            let (class, name) = (case.classname.as_ref().unwrap().as_str(), case.name.as_str());
            let first = description.as_ref().and_then(|text| {
                // `file:line: text`
                let mut places = text.as_str().lines().filter_map(|line| {
                    let (file, rest) = line.split_once(':')?;
                    let (line, _) = rest.split_once(": ")?;
                    line.parse::<usize>().ok().map(|line| format!("{file}:{line}"))
                });
                places.next()
            });
            failures.insert(match suite.name.as_str() {
                "policies, configuration and snapshots" => {
                    (String::new(), class.to_owned(), name.replace("the run", NOWHERE))
                }
                "the pull request" => (name.to_owned(), class.to_owned(), first.unwrap()),
                workflow => {
                    assert_eq!(*kind, NonSuccessKind::Failure);
                    // Of several steps the name says which.
                    let rule = name.split(" (").next().unwrap();
                    (workflow.to_owned(), format!("{class}.{rule}"), first.unwrap())
                }
            });
        }
    }
    failures
}

fn in_tap(stream: &str, workflows: &[String]) -> Failures {
    let mut lines = stream.lines().peekable();
    let mut failures = Failures::new();
    while let Some(line) = lines.next() {
        let Some((_, name)) = line.strip_prefix("not ok ").and_then(|rest| rest.split_once(" - ")) else {
            continue;
        };
        let workflow = of_known(name, workflows);
        let rest = name.strip_prefix(&format!("{workflow}: ")).unwrap_or(name);
        let rule = rest.split([' ', ':']).next().unwrap().to_owned();
        let mut place = NOWHERE.to_owned();
        while let Some(own) = lines.next_if(|line| line.starts_with("  ")) {
            if let Some(at) = own.strip_prefix("  at: ") {
                let at: String = serde_json::from_str(at).unwrap();
                place = at.rsplit_once(':').unwrap().0.to_owned();
            }
        }
        // That its data could be read is a point of its own; what is wrong with it is another.
        if rule != "readable" {
            failures.insert((workflow, rule, place));
        }
    }
    failures
}

/// Runs once, in all formats, and holds them against each other.
fn run(repository: &Repo, arguments: &[&str]) -> Run {
    let formats = ["sarif", "junit", "github", "gitlab", "markdown", "tap"];
    let to_file = formats.map(|format| format!("--format={format}=out.{format}"));
    let to_file: Vec<&str> = to_file.iter().map(String::as_str).collect();
    let (exit, report) = repository.report(&[arguments, &to_file].concat());
    let [sarif, junit, github, gitlab, page, tap] = formats.map(|format| {
        let name = format!("out.{format}");
        let text = repository.read(&name);
        repository.remove(&name);
        text
    });
    let (sarif, gitlab): (Value, Value) =
        (serde_json::from_str(&sarif).unwrap(), serde_json::from_str(&gitlab).unwrap());
    valid("sarif-2.1.0.json", &sarif);
    valid("code-quality.json", &gitlab);
    let judged = report["workflows"].as_array().unwrap().iter().map(|w| text(&w["workflow"]));
    let gone = report["against"]["vanished"].as_array().into_iter().flatten().map(text);
    let workflows: Vec<String> = judged.chain(gone).collect();

    let failures = in_sarif(&sarif);
    assert_eq!(in_gitlab(&gitlab, &workflows), failures, "GitLab");
    assert_eq!(in_github(&github, &workflows), failures, "GitHub");
    assert_eq!(in_junit(&junit), failures, "JUnit");
    assert_eq!(in_tap(&tap, &workflows), failures, "TAP");
    assert_eq!(exit == 0, failures.is_empty(), "{exit}: {failures:?}");
    if report.get("against").is_some() {
        let says = ["passes", "does not pass", "could not be judged"][usize::try_from(exit).unwrap()];
        assert!(page.starts_with(&format!("### Tollgate: this pull request {says}")), "{page}");
    }
    agrees_with_the_report(&report, &page, &failures);
    Run { exit, report, sarif, page, failures }
}

/// Each workflow that stops and counts has a failure of its own, or a row that says why; no other has one.
fn agrees_with_the_report(report: &Value, page: &str, failures: &Failures) {
    let against = &report["against"];
    let among = |key: &str, name: &Value| against[key].as_array().is_some_and(|names| names.contains(name));
    for workflow in report["workflows"].as_array().unwrap() {
        let (name, decision) = (&workflow["workflow"], text(&workflow["decision"]));
        let accepted = against["self_approval_accepted"] == true && among("self_approved", name);
        let counts = !among("standing", name) && !accepted;
        let shown = text(name).replace('\'', "&#39;").replace('"', "&#34;");
        let line = page.lines().find(|line| {
            line.contains(&format!("<code>{shown}</code> |"))
                || line.starts_with(&format!("- <code>{shown}</code>:"))
        });
        let line = line.unwrap_or_else(|| panic!("{shown}: {page}"));
        assert!(line.contains(&decision) && line.starts_with('-') == among("standing", name), "{line}");
        let fails = failures.iter().any(|(workflow, ..)| *workflow == text(name));
        // A warning that holds fails by itself.
        let is_own = !line.contains("a warning that is not a rule");
        let stops = matches!(decision.as_str(), "hold" | "rollback");
        assert_eq!(fails, stops && counts && is_own, "{name}: {failures:?} {line}");
    }
}

fn failure(workflow: &str, rule: &str, place: &str) -> (String, String, String) {
    (workflow.to_owned(), rule.to_owned(), place.to_owned())
}

#[test]
fn of_a_proposal_that_approves_itself() {
    let repository = crate::formats::proposal();
    let found = run(&repository, &["--base", "main"]);
    assert_eq!(found.exit, 1);
    let rule = failure("replies", "own.light", "rollouts/replies/2026-11-16.yaml:5");
    let own = failure("replies", "tollgate.self_approval", "tollgate.yaml:3");
    let gone = failure("lost", "tollgate.vanished", NOWHERE);
    assert_eq!(found.failures, [rule, own, gone.clone()].into());
    let results = found.sarif["runs"][0]["results"].as_array().unwrap();
    let of = |rule: &str| results.iter().filter(|r| r["ruleId"] == rule).collect::<Vec<_>>();
    let looser = found.report["against"]["settings"].as_array().unwrap().iter();
    let looser =
        looser.filter(|change| change["direction"] != "tighter" && change["direction"] != "other").count();
    assert_eq!((of("tollgate.loosened").len(), looser), (3, 3));
    assert_eq!(
        of("tollgate.rewritten").len(),
        found.report["against"]["rewritten"].as_array().unwrap().len()
    );
    assert!(
        [of("tollgate.loosened"), of("tollgate.rewritten")].concat().iter().all(|r| r["level"] == "warning")
    );
    let standing: Vec<_> =
        of("own.light").into_iter().filter(|r| r["properties"]["excused"] == "standing").collect();
    assert!(standing.len() == 1 && standing[0]["level"] == "note", "{standing:#?}");

    let accepted = run(&repository, &["--base", "main", "--allow-self-approval"]);
    assert_eq!((accepted.exit, accepted.failures), (1, [gone].into()));
}

#[test]
fn of_what_stands_or_is_accepted() {
    let repository = Repo::asking();
    repository.snapshot("replies", "2026-11-16", true, 9);
    repository.commit();
    assert_eq!(run(&repository, &["--base", "main"]).exit, 0);
    assert_eq!(run(&repository, &["--base", "main", "--all"]).exit, 1);
    repository.write("tollgate.yaml", CONFIG.replace("80%", "60%"));
    repository.snapshot("replies", "2026-11-16", true, 7);
    assert_eq!(run(&repository, &["--base", "main"]).exit, 1);
    let accepted = run(&repository, &["--base", "main", "--allow-self-approval"]);
    let row = "**hold** | Most outputs are light; self-approval accepted |";
    assert!(accepted.page.contains(row), "{}", accepted.page);
    assert!(
        accepted.exit == 0 && accepted.page.contains("> [!WARNING]\n> **Self-approval**"),
        "{}",
        accepted.page
    );
}

/// A policy alone can turn a verdict, too; that touches the workflow.
#[test]
fn of_a_policy_alone_that_lets_a_workflow_pass() {
    let repository = Repo::asking();
    repository.write("own/p.gate", POLICY.replace("light_share\n", "light_share / 4\n"));
    let name = "other's \u{e4} \"x\"";
    let only_it = |found: &Run| {
        assert!(
            found.exit == 1 && found.failures.iter().all(|(workflow, ..)| workflow == name),
            "{:?}",
            found.failures
        );
    };
    // Nobody can tell from its text that a rule says less; from the verdict everybody can.
    only_it(&run(&repository, &["--base", "main"]));
    repository.write("own/p.gate", POLICY.replace("within 50%", "within 10%"));
    repository.write("tollgate.yaml", CONFIG.replace("80%", "20%"));
    only_it(&run(&repository, &["--base", "main"]));
}

/// Asks for the stage that it is in, which is a warning and no rule's.
fn ask_for_nothing(repository: &Repo, workflow: &str) {
    repository.snapshot(workflow, "2026-11-16", true, 9);
    let name = format!("rollouts/{workflow}/2026-11-16.yaml");
    repository.edit(&name, "advance_to: pilot", "advance_to: testing");
}

#[test]
fn of_warnings_that_are_denied() {
    let repository = Repo::asking();
    ask_for_nothing(&repository, "replies");
    let deny = ["--deny", "warnings"];
    let found = run(&repository, &deny);
    let warning = failure("", "T510", "rollouts/replies/2026-11-16.yaml:4");
    assert!(found.exit == 1 && found.failures.contains(&warning), "{:?}", found.failures);
    let found = run(&repository, &["--base", "main", "--deny", "warnings"]);
    assert_eq!((found.exit, found.failures), (1, [warning].into()));
    // On the base it is as it is here, so it stands.
    repository.git(&["checkout", "-q", "-B", "main"]);
    repository.commit();
    assert_eq!(run(&repository, &["--base", "main", "--deny", "warnings"]).exit, 0);
}

#[test]
fn of_a_workflow_that_no_rule_holds_and_none_lets_go_on() {
    let repository = Repo::new().file("tollgate.yaml", "policies: [p.gate]\n").file(
        "p.gate",
        "stages testing -> pilot\nsnapshot { adoption: share }\npolicy q {\n  rule used { require adoption >= 50% else hold }\n  \
         gate testing -> pilot { rule more { when adoption > 90% require adoption >= 95% else hold } }\n}\n",
    );
    let snapshot = |workflow: &str, more: &str| {
        repository.write(
            &format!("rollouts/{workflow}/1.yaml"),
            format!("workflow: {workflow}\ndate: 2026-11-16\nstage: testing\n{more}"),
        );
    };
    snapshot("moved", "adoption: 60%\nadvance_to: pilot\n");
    snapshot("stays", "adoption: 60%\n");
    snapshot("ended", "retired: 2026-11-16\n");
    let found = run(&repository, &[]);
    assert_eq!(found.exit, 1);
    assert_eq!(found.failures, [failure("moved", "tollgate.held", "rollouts/moved/1.yaml:1")].into());
    let results = found.sarif["runs"][0]["results"].as_array().unwrap();
    let retired: Vec<_> = results.iter().filter(|r| r["ruleId"] == "tollgate.retired").collect();
    assert!(retired.len() == 1 && retired[0]["level"] == "note", "{results:#?}");
    // Lints are told in each, and fail in none.
    assert_eq!(run(&repository, &["--deny", "warnings"]).failures, found.failures);
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

/// A tool that keys cases by name keeps one of two that are called alike.
#[test]
fn of_a_gate_of_several_steps_whose_cases_say_which() {
    let repository = Repo::new().file("tollgate.yaml", "policies: [p.gate]\n").file(
        "p.gate",
        "stages a -> b -> c -> d\nsnapshot { adoption: share }\npolicy q {\n  rule low { require adoption >= 10% else hold }\n  \
         gate a -> b, b -> c, c -> d { rule g { require adoption >= 50% else hold } }\n}\n",
    );
    for (day, stage) in [(14, "a"), (15, "b"), (16, "c"), (17, "c\nadvance_to: d")] {
        repository.write(
            &format!("rollouts/w/{day}.yaml"),
            format!("workflow: w\ndate: 2026-11-{day}\nstage: {stage}\nadoption: 30%\n"),
        );
    }
    let found = run(&repository, &[]);
    assert_eq!(found.exit, 1);
    let names = ["q.g (b -> c)", "q.g (c -> d)"];
    let row = found.page.lines().find(|line| line.starts_with("| ❌")).unwrap();
    let because = names.map(|name| format!("<code>{}</code>", name.replace('>', "&#62;"))).join("; ");
    assert!(row.contains(&because), "{row}");
    let junit = repository.run(&["check", "--format", "junit"]).out;
    let read = quick_junit::Report::deserialize_from_str(&junit).unwrap();
    let cases = read.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let cases: Vec<String> = cases
        .map(|case| format!("{}.{}", case.classname.as_ref().unwrap().as_str(), case.name.as_str()))
        .collect();
    // What is of one step alone is called by its rule alone.
    let expected = |prefix: &str| -> Vec<String> {
        sorted(names.iter().chain(&["q.low", "ladder.owed"]).map(|name| format!("{prefix}{name}")).collect())
    };
    assert_eq!(sorted(cases), expected(""));
    let tap = repository.run(&["check", "--format", "tap"]).out;
    let points = tap.lines().filter_map(|line| line.split_once(" - ")).map(|(_, name)| name.to_owned());
    assert_eq!(sorted(points.collect()), expected("w: "));
}

#[test]
fn of_what_could_not_be_judged() {
    let repository = Repo::asking();
    repository
        .write("rollouts/replies/2026-11-16.yaml", "workflow: replies\ndate: 2026-11-16\nstage: tset\n");
    assert_eq!(run(&repository, &["--base", "main"]).exit, 2);
    repository.write("own/p.gate", "policy {");
    assert_eq!(run(&repository, &["--base", "main"]).exit, 2);
    assert_eq!(run(&repository, &[]).exit, 2);
}

#[test]
fn of_waived_rules_which_sarif_suppresses() {
    let repository = Repo::asking();
    let waiver = "waivers:\n  - { rule: own.light, workflow: \"other's \u{e4} \\\"x\\\"\", because: a week late, owner: me, until: 2026-12-31 }\n";
    repository.write("tollgate.yaml", format!("{CONFIG}{waiver}"));
    let found = run(&repository, &[]);
    assert_eq!(found.exit, 0);
    let results = found.sarif["runs"][0]["results"].as_array().unwrap();
    let lifted: Vec<_> = results.iter().filter(|r| r["ruleId"] == "own.light").collect();
    assert_eq!(lifted.len(), 1, "{results:#?}");
    let suppression = &lifted[0]["suppressions"][0];
    assert_eq!(suppression["justification"], "a week late (by me, until 2026-12-31)");
    assert_eq!(suppression["kind"], "external");
    assert_eq!(suppression["location"]["physicalLocation"]["region"]["startLine"], 5);
}
