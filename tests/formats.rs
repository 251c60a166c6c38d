//! The formats for machines: all of one run say the same, keep to their schemas, and let nobody write into them.

use std::collections::BTreeSet;
use std::fs;

use jsonschema::validator_for;
use serde_json::Value;

use tollgate::diagnostic::Diagnostic;
use tollgate::engine::{Answer, CheckOptions, DayOptions, Workspace};
use tollgate::project::{Inputs, Project, TextFile};
use tollgate::render::{github, gitlab, json, junit, markdown, sarif, tap};
use tollgate::report::against::{
    AgainstReport, DeniedChanges, Direction, FileChange, FileFate, Retirement, SettingChange,
};
use tollgate::report::{Outcome, Place, Report};
use tollgate::value::Date;

use crate::base::{CONFIG, POLICY};
use crate::support::{Repo, files_under, relative, root};

const TODAY: Date = Date::constant(2026, 11, 23);

fn text_file(name: &str, text: &[u8]) -> TextFile {
    TextFile { name: name.to_owned(), content: Ok(text.into()) }
}

fn judged(policies: Vec<TextFile>, snapshots: Vec<TextFile>) -> Answer<Report> {
    let (standing, snapshots) = snapshots.into_iter().partition(|file| file.name.ends_with("rollout.yaml"));
    let options = CheckOptions::from(DayOptions { as_of: Some(TODAY), ..DayOptions::on(TODAY) });
    let project = Project { policies, snapshots, standing, ..Project::default() };
    Workspace::new().check(Inputs { projects: vec![project], ..Inputs::default() }, &options)
}

/// The support desk, and a workflow that could not be read.
fn desk() -> Answer<Report> {
    let pack = tollgate::builtin::FILES.iter();
    let pack = pack.map(|(name, text)| text_file(&tollgate::builtin::file_name(name), text.as_bytes()));
    let files = files_under(&root().join("examples/support-desk/rollouts"), &["yaml"]);
    let read = |path: &std::path::PathBuf| text_file(&relative(path), &fs::read(path).unwrap());
    let broken = text_file("rollouts/broken.yaml", b"workflow: broken\ndate: 2026-11-20\nstage: pilto\n");
    judged(pack.collect(), files.iter().map(read).chain([broken]).collect())
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn valid(schema: &str, document: &Value) {
    let text = fs::read_to_string(root().join("tests/schemas").join(schema)).unwrap();
    // SARIF's pattern of a language has a stray bracket, which not every engine takes for itself.
    let schema = parsed(&text.replace("{2}]?$", "{2}\\\\]?$"));
    let validator = validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// What stops a workflow, as `workflow rule`.
fn stops(judgement: &Answer<Report>) -> BTreeSet<String> {
    let rules = judgement.report.workflows.iter().flat_map(|w| w.rules.iter().map(move |rule| (w, rule)));
    let stopping = rules.filter(|(_, rule)| {
        rule.applied.is_some_and(|effect| matches!(effect.as_str(), "hold" | "rollback"))
            && matches!(rule.outcome, Outcome::Fail | Outcome::Undecided)
    });
    stopping.map(|(workflow, rule)| format!("{} {}", workflow.workflow, rule.rule)).collect()
}

#[test]
fn all_formats_of_a_run_agree() {
    let judgement = desk();
    let stops = stops(&judgement);
    assert!(stops.len() > 8, "{stops:?}");

    let report = parsed(&json::render(&judgement.report).unwrap());
    let log = parsed(&sarif::render(&judgement, "").unwrap());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let errors =
        || results.iter().filter(|r| r["level"] == "error" && !r["properties"]["workflow"].is_null());
    let in_sarif: BTreeSet<String> =
        errors().map(|r| format!("{} {}", text(&r["properties"]["workflow"]), text(&r["ruleId"]))).collect();
    assert_eq!(in_sarif, stops);

    let entries = parsed(&gitlab::render(&judgement, "").unwrap());
    let grave = |e: &&Value| e["severity"] == "critical" || e["severity"] == "blocker";
    let of_workflow = |e: &Value| {
        let (workflow, _) = e["description"].as_str()?.split_once(": ")?;
        Some(format!("{workflow} {}", text(&e["check_name"])))
    };
    let rules =
        entries.as_array().unwrap().iter().filter(grave).filter(|e| !text(&e["check_name"]).starts_with('T'));
    assert_eq!(rules.filter_map(of_workflow).collect::<BTreeSet<_>>(), stops);

    // Each place is the same in both, and is where the JSON report has it.
    for (result, entry) in results.iter().zip(entries.as_array().unwrap()) {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], entry["location"]["path"]);
        assert_eq!(place["region"]["startLine"], entry["location"]["lines"]["begin"]);
        assert_eq!(result["partialFingerprints"]["tollgate/v1"], entry["fingerprint"]);
    }
    for workflow in report["workflows"].as_array().unwrap() {
        let decision = text(&workflow["decision"]);
        let name = text(&workflow["workflow"]);
        let stopped = stops.iter().any(|stop| stop.starts_with(&format!("{name} ")));
        assert_eq!(stopped, decision == "hold" || decision == "rollback", "{name}");
        let page = markdown::render(&judgement, "");
        let row = page.lines().find(|line| line.contains(&format!("<code>{name}</code> |"))).unwrap();
        assert!(row.contains(&decision), "{row}");
    }

    let suites = quick_junit::Report::deserialize_from_str(&junit::render(&judgement, "").unwrap()).unwrap();
    let failed =
        suites.test_suites.iter().flat_map(|suite| suite.test_cases.iter().map(move |case| (suite, case)));
    let failed = failed.filter(|(_, case)| {
        matches!(
            case.status,
            quick_junit::TestCaseStatus::NonSuccess { kind: quick_junit::NonSuccessKind::Failure, .. }
        )
    });
    let in_junit: BTreeSet<String> = failed
        .map(|(suite, case)| {
            format!(
                "{} {}.{}",
                suite.name.as_str(),
                case.classname.as_ref().unwrap().as_str(),
                case.name.as_str()
            )
        })
        .collect();
    assert_eq!(in_junit, stops);

    let stream = tap::render(&judgement, "");
    let in_tap: BTreeSet<String> = stream
        .lines()
        .filter_map(|line| line.strip_prefix("not ok ")?.split_once(" - ")?.1.split_once(": "))
        .map(|(workflow, rule)| format!("{workflow} {rule}"))
        .filter(|point| !point.starts_with('T') && !point.ends_with(" readable"))
        .collect();
    assert_eq!(in_tap, stops);

    let commands = github::render(&judgement, "");
    let annotated =
        commands.lines().filter(|line| line.starts_with("::error file=") && line.contains("title="));
    assert_eq!(
        annotated.filter(|line| line.contains("%3A ") && !line.contains("title=T")).count(),
        stops.len()
    );
}

#[test]
fn the_formats_keep_to_their_schemas() {
    let judgement = desk();
    valid("sarif-2.1.0.json", &parsed(&sarif::render(&judgement, "examples/a b/").unwrap()));
    valid("code-quality.json", &parsed(&gitlab::render(&judgement, "").unwrap()));
    let nothing = judged(Vec::new(), Vec::new());
    assert_eq!(nothing.exit, 2);
    valid("sarif-2.1.0.json", &parsed(&sarif::render(&nothing, "").unwrap()));
    valid("code-quality.json", &parsed(&gitlab::render(&nothing, "").unwrap()));
}

/// The text with what SARIF tells to write, by lines and columns of characters.
fn mended(text: &str, result: &Value) -> String {
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"], result["locations"][0]["physicalLocation"]["artifactLocation"]);
    let replacement = &change["replacements"][0];
    let at = |line: &str, column: &str| {
        let number =
            |key: &str| usize::try_from(replacement["deletedRegion"][key].as_u64().unwrap()).unwrap();
        let before: usize = text.split_inclusive('\n').take(number(line) - 1).map(str::len).sum();
        before + text[before..].char_indices().nth(number(column) - 1).unwrap().0
    };
    let (start, end) = (at("startLine", "startColumn"), at("endLine", "endColumn"));
    let inserted = replacement["insertedContent"]["text"].as_str().unwrap();
    format!("{}{inserted}{}", &text[..start], &text[end..])
}

#[test]
fn a_fix_is_told_where_the_format_has_room_for_it() {
    let right = "# \u{1f600}\nsnapshot { adoption: share }\npolicy p { rule r \"\u{1f600} e\u{301}\" { require adoption >= 50% else hold } }\n";
    let wrong = right.replace("require adoption", "require adoptoin");
    let judgement = judged(vec![text_file("p.gate", wrong.as_bytes())], Vec::new());
    let log = parsed(&sarif::render(&judgement, "a b/").unwrap());
    valid("sarif-2.1.0.json", &log);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let found = results.iter().find(|result| result["ruleId"] == "T201").unwrap();
    assert_eq!(mended(&wrong, found), right);
    assert!(results.iter().filter(|result| result.get("fixes").is_some()).count() == 1, "{results:#?}");

    let said = "did you mean `adoption`?";
    assert_eq!(found["fixes"][0]["description"]["text"], said);
    let entries = parsed(&gitlab::render(&judgement, "a b/").unwrap());
    let told = |e: &Value| e["description"].as_str().unwrap().ends_with(&format!("; {said}"));
    assert_eq!(entries.as_array().unwrap().iter().filter(|e| told(e)).count(), 1, "{entries:#}");

    let report = parsed(&json::render(&judgement.report).unwrap());
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let fix = &diagnostics.iter().find(|d| d["code"] == "T201").unwrap()["fix"];
    let region = &found["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"];
    assert_eq!((&fix["text"], &fix["file"]), (&"adoption".into(), &"p.gate".into()));
    for (own, theirs) in [
        ("line", "startLine"),
        ("column", "startColumn"),
        ("end_line", "endLine"),
        ("end_column", "endColumn"),
    ] {
        assert_eq!(fix[own], region[theirs], "{own}");
    }
}

type Names = &'static [&'static str];

/// What Jenkins reads of a JUnit file: each element, what it must and may have as attributes, and what it may hold.
const JUNIT: &[(&str, Names, Names, Names)] = &[
    ("testsuites", &[], &["name", "time", "tests", "failures", "errors"], &["testsuite"]),
    (
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &["skipped", "time", "timestamp", "hostname", "id", "package", "file"],
        &["properties", "testcase", "system-out", "system-err"],
    ),
    (
        "testcase",
        &["name"],
        &["time", "classname", "group"],
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    ("properties", &[], &[], &["property"]),
    ("property", &["name"], &["value"], &[]),
    ("failure", &[], &["type", "message"], &[]),
    ("error", &[], &["type", "message"], &[]),
    ("skipped", &[], &["type", "message"], &[]),
    ("system-out", &[], &[], &[]),
];

/// Reads XML, and holds each element to the table above; counts the cases.
fn cases_of_junit(xml: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut open: Vec<String> = Vec::new();
    let mut cases = 0;
    loop {
        let event = reader.read_event().unwrap();
        let (quick_xml::events::Event::Start(element) | quick_xml::events::Event::Empty(element)) = &event
        else {
            match event {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::End(_) => drop(open.pop()),
                _ => {}
            }
            continue;
        };
        let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
        let known = |name: &str| {
            *JUNIT.iter().find(|(known, ..)| *known == name).unwrap_or_else(|| panic!("<{name}>"))
        };
        let (_, must, may, _) = known(&name);
        match open.last() {
            Some(parent) => assert!(known(parent).3.contains(&&*name), "<{name}> in <{parent}>"),
            None => assert_eq!(name, "testsuites"),
        }
        let attributes: Vec<String> = element
            .attributes()
            .map(|attribute| String::from_utf8(attribute.unwrap().key.as_ref().to_vec()).unwrap())
            .collect();
        for attribute in &attributes {
            assert!(must.contains(&&**attribute) || may.contains(&&**attribute), "<{name} {attribute}>");
        }
        assert!(
            must.iter().all(|attribute| attributes.iter().any(|own| own == attribute)),
            "<{name}>: {attributes:?}"
        );
        cases += usize::from(name == "testcase");
        if matches!(event, quick_xml::events::Event::Start(_)) {
            open.push(name);
        }
    }
    cases
}

#[test]
fn junit_keeps_to_what_its_readers_know() {
    let judgement = desk();
    let rules: usize = judgement.report.workflows.iter().map(|workflow| workflow.rules.len()).sum();
    let xml = junit::render(&judgement, "").unwrap();
    // And one for the snapshot that could not be read, and one for the workflow that is retired.
    assert_eq!(cases_of_junit(&xml), rules + 2);
    assert_eq!(cases_of_junit(&junit::render(&judged(Vec::new(), Vec::new()), "").unwrap()), 1);
}

#[test]
fn fingerprints_outlive_lines_and_differ() {
    let policy = "snapshot every 1 week grace 3 days { a: share, b: share }\npolicy p { rule r { require a >= 50% else hold } rule s { require b >= 50% else hold } }\n";
    let print = |policy: &str, snapshot: &str| {
        let snapshot = text_file("rollouts/w.yaml", snapshot.as_bytes());
        let log = parsed(
            &sarif::render(&judged(vec![text_file("p.gate", policy.as_bytes())], vec![snapshot]), "")
                .unwrap(),
        );
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|r| r["partialFingerprints"]["tollgate/v1"].to_string()).collect::<Vec<_>>()
    };
    let first = print(policy, "workflow: w\ndate: 2026-11-20\na: 10%\nb: 10%\n");
    let moved = print(&format!("\n\n{policy}"), "# later\nworkflow: w\ndate: 2026-11-20\nb: 20%\n\na: 30%\n");
    assert_eq!(first, moved);
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 2, "{first:?}");
}

/// Everything that somebody could try to write into a format, as a workflow's name and as a text in a rule's message.
pub(crate) const EVIL: &[&str] = &[
    "::error::x",
    "</details><script>alert(1)</script>",
    "\u{1b}[2J\u{1b}]8;;http://evil/\u{7}",
    "a | b\n::warning::y",
    "`x` @team #1 **b** [l](http://evil) ![i](x) <!-- c",
    "]]></failure>\u{0}\u{fffe}\u{b}\u{ffff}\u{fdd0}\u{1ffff}",
    "[a](https://x.example) \\[b](javascript:alert) a\\| b a@b.example o/r#1 !2 %3 ~bug &4 $5 &1 GH-1 {0}",
    "not ok 1 - x # SKIP it",
    "%0A::error::z,line=1",
    "www.evil.example WWW.evil.example https://evil.example",
    "##[error]x ##vso[task.complete result=Succeeded]",
    "\u{202e}gnp.exe\u{2066}\u{200b}\u{feff}",
    "=cmd()|' /C calc'!A1",
    "a\r\n\n::stop-commands::t\n\n# heading\n---\nok 1 - all is well",
];

#[test]
fn nobody_writes_into_a_format() {
    let policy = "snapshot every 1 week grace 3 days { owner: text, good: bool }\n\
                  policy p { rule r \"{owner}\" { require good else hold \"{owner} said so\" help \"{owner}\" } }\n";
    for evil in EVIL {
        let escaped: String = evil.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        let quoted = format!("\"{escaped}\"");
        let yaml = format!("workflow: {quoted}\ndate: 2026-11-20\nowner: {quoted}\ngood: false\n");
        let judgement = judged(
            vec![text_file("p.gate", policy.as_bytes())],
            vec![text_file("rollouts/w.yaml", yaml.as_bytes())],
        );
        assert_eq!(
            judgement.report.summary.hold,
            1,
            "{evil:?}: {:?}",
            judgement.diagnostics.first().map(Diagnostic::to_string)
        );

        let visible = |text: &str| text.chars().all(|c| c == '\n' || !tollgate::text::is_hidden(c));
        let commands = github::render(&judgement, "");
        assert!(visible(&commands) && commands.lines().count() == 1, "{commands}");
        assert!(commands.starts_with("::error file=rollouts/w.yaml,line=4,"), "{commands}");

        let page = markdown::render(&judgement, "");
        assert!(visible(&page), "{page}");
        assert_eq!(page.matches("<details>").count(), 1, "{page}");
        assert_eq!(page.matches("</details>").count(), 1, "{page}");
        for forbidden in [
            "<script",
            "@team",
            "](",
            "**b",
            "http://",
            "://",
            "www.e",
            "WWW.e",
            "58;//",
            "::error::x",
            "<!-- c",
        ] {
            assert!(!page.contains(forbidden), "{forbidden}: {page}");
        }
        let row = page.lines().find(|line| line.starts_with("| ❌")).unwrap();
        assert_eq!(row.matches('|').count(), 6, "{row}");

        let xml = junit::render(&judgement, "").unwrap();
        assert_eq!(cases_of_junit(&xml), 1, "{xml}");
        let suites = quick_junit::Report::deserialize_from_str(&xml).unwrap();
        assert_eq!(suites.test_suites.iter().map(|suite| suite.test_cases.len()).sum::<usize>(), 1, "{xml}");

        let stream = tap::render(&judgement, "");
        let points: Vec<&str> =
            stream.lines().filter(|line| line.starts_with("not ok") || line.starts_with("ok")).collect();
        assert!(visible(&stream) && points.len() == 1 && !points[0].contains(" # SKIP"), "{stream}");

        valid("sarif-2.1.0.json", &parsed(&sarif::render(&judgement, "").unwrap()));
        assert!(
            visible(&sarif::render(&judgement, "").unwrap())
                && visible(&gitlab::render(&judgement, "").unwrap())
        );
        assert!(visible(&json::render(&judgement.report).unwrap()));
    }
}

#[test]
fn nobody_writes_into_what_is_said_of_a_proposal() {
    let mut lengths = BTreeSet::new();
    for evil in EVIL {
        let mut judgement = judged(
            vec![text_file("p.gate", b"snapshot every 1 week grace 3 days { a: share }\npolicy p { rule r { require a >= 50% else hold } }\n")],
            vec![text_file("rollouts/w.yaml", b"workflow: w\ndate: 2026-11-20\na: 10%\n")],
        );
        let text = || Some((*evil).to_owned());
        let change = |direction| SettingChange {
            what: (*evil).to_owned(),
            from: text(),
            to: text(),
            was: Some(Place { file: format!("{evil}:{evil}"), line: 1, column: 1, cell: None }),
            now: Some(Place { file: (*evil).to_owned(), line: 1, column: 1, cell: None }),
            direction,
            workflows: vec![(*evil).to_owned()],
        };
        judgement.report.against = Some(AgainstReport {
            reference: (*evil).to_owned(),
            settings: vec![change(Direction::Looser), change(Direction::Tighter)],
            rewritten: vec![FileChange { old: text(), new: None, fate: FileFate::Deleted }],
            self_approved: vec![(*evil).to_owned()],
            self_approval_accepted: false,
            standing: vec!["w".to_owned()],
            vanished: vec![(*evil).to_owned()],
            commit: (*evil).to_owned(),
            restored: vec![(*evil).to_owned()],
            retiring: vec![Retirement {
                workflow: (*evil).to_owned(),
                last_day: (*evil).to_owned(),
                last_decision: None,
                place: Place { file: (*evil).to_owned(), line: 1, column: 1, cell: None },
            }],
            denied: DeniedChanges::default(),
        });
        let visible = |text: &str| text.chars().all(|c| c == '\n' || !tollgate::text::is_hidden(c));

        let page = markdown::render(&judgement, "");
        assert!(visible(&page), "{page}");
        for forbidden in ["<script", "@team", "](", "**b", "://", "www.e", "WWW.e", "::error::x", "<!-- c"] {
            assert!(!page.contains(forbidden), "{forbidden}: {page}");
        }
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
        assert!(rows.len() == 4 && rows.iter().all(|row| row.matches('|').count() == 6), "{page}");
        lengths.insert(page.lines().count());

        let commands = github::render(&judgement, "");
        assert!(visible(&commands) && commands.lines().count() == 7, "{commands}");
        assert!(commands.lines().all(|line| line.starts_with("::")), "{commands}");
        let stream = tap::render(&judgement, "");
        let points = stream.lines().filter(|line| line.starts_with("not ok") || line.starts_with("ok"));
        assert!(visible(&stream) && points.count() == 7, "{stream}");
        assert_eq!(cases_of_junit(&junit::render(&judgement, "").unwrap()), 7);
        valid("sarif-2.1.0.json", &parsed(&sarif::render(&judgement, "").unwrap()));
        valid("code-quality.json", &parsed(&gitlab::render(&judgement, "").unwrap()));
    }
    assert_eq!(lengths.len(), 1, "nobody adds a line: {lengths:?}");
}

#[test]
fn the_comment_is_short_and_says_the_verdicts_first() {
    let page = markdown::render(&desk(), "");
    assert!(page.lines().count() < 60, "{} lines", page.lines().count());
    assert!(page.starts_with("### Tollgate: 3 of 15 workflows may go on"), "{page}");
    let good = judged(
        vec![text_file("p.gate", b"snapshot every 1 week grace 3 days { a: share }\npolicy p { rule r { require a >= 50% else hold } }\n")],
        vec![text_file("rollouts/w.yaml", b"workflow: w\ndate: 2026-11-20\na: 90%\n")],
    );
    assert!(markdown::render(&good, "").lines().count() < 8);
}

#[test]
fn a_comment_is_never_longer_than_a_platform_takes() {
    let policy = "snapshot every 1 week grace 3 days { a: share }\npolicy p { rule r { require a >= 50% else hold \"{workflow} has {a}\" } }\n";
    let snapshot = |index: usize| {
        let text = format!("workflow: workflow-of-a-long-name-{index}\ndate: 2026-11-20\na: 10%\n");
        text_file(&format!("rollouts/{index}.yaml"), text.as_bytes())
    };
    let many = |count: usize| {
        let snapshots = (0..count).map(snapshot).collect();
        markdown::render(&judged(vec![text_file("p.gate", policy.as_bytes())], snapshots), "")
    };
    let page = many(2_000);
    assert!(page.len() < 65_000, "{} bytes", page.len());
    assert!(page.starts_with("### Tollgate: None of 2000 workflows may go on"), "{page}");
    let rows = page.lines().filter(|line| line.starts_with("| ❌")).count();
    assert!(rows > 100 && page.contains(&format!("{} more do not fit here", 2_000 - rows)), "{rows}");
    let rule = |index: usize| {
        format!(
            "  rule r{index} \"{}\" {{ require a >= 50% else hold \"{{a}} for {index}\" }}\n",
            "long ".repeat(20)
        )
    };
    let rules: String = (0..200).map(rule).collect();
    let policy = format!("snapshot every 1 week grace 3 days {{ a: share }}\npolicy p {{\n{rules}}}\n");
    let page = markdown::render(&judged(vec![text_file("p.gate", policy.as_bytes())], vec![snapshot(0)]), "");
    let shown = page.matches("<details>").count();
    assert!(
        page.len() < 65_000 && shown > 20 && page.contains(&format!("{} more do not fit here", 200 - shown)),
        "{shown}"
    );
}

/// A proposal that loosens what it is judged by, edits and deletes snapshots, and leaves one workflow as it stood.
pub(crate) fn proposal() -> Repo {
    let repository = Repo::asking();
    repository.git(&["checkout", "-q", "main"]);
    repository.snapshot("edited", "2026-11-16", false, 9);
    repository.snapshot("lost", "2026-11-16", false, 8);
    repository.commit();
    repository.git(&["checkout", "-q", "-B", "branch"]);
    let waiver = "waivers:\n  - { rule: own.light, workflow: edited, because: \"a | b\", owner: me, until: 2026-12-31 }\n";
    repository.write("tollgate.yaml", format!("{}{waiver}", CONFIG.replace("80%", "60%")));
    repository.write("own/p.gate", POLICY.replace("id: text key,", "id: text key, remark: text,"));
    repository.snapshot("replies", "2026-11-16", true, 7);
    repository.snapshot("edited", "2026-11-16", false, 10);
    repository.remove("rollouts/lost");
    repository.commit();
    repository
}

#[test]
fn a_comment_says_what_a_proposal_changes_of_its_own_gate() {
    let repository = proposal();
    let (code, page) = repository.check(&["--base", "main", "--format", "markdown"]);
    assert_eq!(code, 1, "{page}");
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    let in_order = [
        at("### Tollgate: this pull request does not pass: <code>replies</code> is stopped\n"),
        at("- ❌ **<code>replies</code>** holds: Most outputs are light: 3 of 10 do not satisfy"),
        at(". Would pass: 1 more of the 10 outputs with"),
        at("Judged by the policies of <code>main</code> (commit <code>"),
        at(" 1 of 3 workflows may go on; 2 hold."),
        at("> **Self-approval**: <code>replies</code>."),
        at("> **Vanished**: <code>lost</code>."),
        at("| ❌ | <code>replies</code> |"),
        at("<details>"),
        at(
            "| 🔓 **looser** | <code>param own.light&#95;share</code> | <code>80%</code> | <code>60%</code> | <code>main&#58;tollgate.yaml&#58;3</code> → <code>tollgate.yaml&#58;3</code> |",
        ),
        at("- <code>edited&#58; rollouts/edited/2026-11-16.yaml</code>"),
        at("<code>other&#39;s ä &#34;x&#34;</code>: hold (<code>own.light</code>)"),
    ];
    assert!(in_order.is_sorted(), "{in_order:?} {page}");
    assert!(page.lines().count() < 60, "{page}");
    for table in page.split("\n\n").filter(|part| part.starts_with('|')) {
        assert!(table.lines().all(|row| row.matches('|').count() == 6), "{table}");
    }
    let (code, page) = repository.check(&["--base", "main", "--allow-self-approval", "--format", "markdown"]);
    assert!(
        code == 1 && page.contains("> [!WARNING]\n> **Self-approval**"),
        "what vanished still holds: {page}"
    );
}
