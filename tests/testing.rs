//! `tollgate test` as people run it: what it finds, what it takes from files, and what its formats say.

use serde_json::Value;

use crate::support::Repo;

const POLICY: &str = "\
snapshot { adoption: share  owner: text standing }

policy use {
  param enough = 50% within 10% to 90%
  rule adopted { require adoption >= enough else hold }
}
";

const TESTS: &str = "\
test \"half is enough\" {
  given every 1 week from 2026-01-05 { adoption = 40%, 50% }
  expect use.adopted passes
}
";

const CONFIG: &str = "policies: [policies/]\n";

impl Repo {
    /// The exit code, and what is written.
    fn test(&self, path: &str, arguments: &[&str]) -> (i32, String) {
        self.run(&[&["test", path], arguments].concat()).said()
    }

    fn json(&self, path: &str, arguments: &[&str]) -> (i32, Value) {
        let run = self.run(&[&["test", path, "--format", "json"], arguments].concat());
        (run.code, run.json())
    }
}

/// The files that ran, each with how many tests.
fn ran(report: &Value) -> Vec<String> {
    let files = report["files"].as_array().unwrap();
    let count = |file: &Value| file["tests"].as_array().unwrap().len();
    files.iter().map(|file| format!("{} {}", file["file"].as_str().unwrap(), count(file))).collect()
}

#[test]
fn a_project_a_folder_and_a_file_find_the_same_tests() {
    let repository = Repo::new().files(&[
        // A test does not depend on what a configuration sets.
        ("tollgate.yaml", "policies: [policies/]\nparams: { use.enough: 90% }\n"),
        ("policies/use.gate", POLICY),
        ("policies/use.test.gate", TESTS),
    ]);
    for path in [".", "policies", "policies/use.gate", "policies/use.test.gate"] {
        let (code, report) = repository.json(path, &[]);
        assert_eq!(
            (code, ran(&report)),
            (0, vec!["policies/use.test.gate 1".to_owned()]),
            "{path}: {report}"
        );
    }
    repository.remove("tollgate.yaml");
    for path in ["policies", "policies/use.gate", "policies/use.test.gate"] {
        let (code, report) = repository.json(path, &[]);
        assert_eq!((code, ran(&report)), (0, vec!["use.test.gate 1".to_owned()]), "{path}: {report}");
    }
}

#[test]
fn every_project_below_a_folder_is_tested_and_what_belongs_to_none_is_named() {
    let repository = Repo::new().files(&[
        ("b/tollgate.yaml", CONFIG),
        ("b/policies/use.gate", POLICY),
        ("b/policies/use.test.gate", TESTS),
        ("a/tollgate.yaml", CONFIG),
        ("a/policies/use.gate", POLICY),
        ("a/policies/below/use.test.gate", TESTS),
        ("c/stray.test.gate", TESTS),
    ]);
    let (code, report) = repository.json(".", &[]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(ran(&report), ["a/policies/below/use.test.gate 1", "b/policies/use.test.gate 1"]);
    assert_eq!(report["diagnostics"][0]["code"], "T606");
    assert!(
        report["diagnostics"][0]["message"].as_str().unwrap().starts_with("`c/stray.test.gate` is not run")
    );
}

#[test]
fn folders_that_are_made_or_listed_are_passed_over_unless_they_are_named() {
    let repository = Repo::new().files(&[
        (".tollgateignore", "vendor/\n**/generated.gate\n"),
        ("own/tollgate.yaml", CONFIG),
        // A list of files says nothing of what a configuration names.
        ("own/policies/generated.gate", POLICY),
        ("own/policies/use.test.gate", TESTS),
        ("vendor/theirs/tollgate.yaml", CONFIG),
        ("vendor/theirs/policies/use.gate", POLICY),
        ("vendor/theirs/policies/use.test.gate", TESTS),
        ("target/CACHEDIR.TAG", ""),
        ("target/made/tollgate.yaml", CONFIG),
        ("target/made/policies/use.gate", "policy broken {"),
        ("target/made/.tollgateignore", "[\n"),
        ("target/stray.test.gate", TESTS),
    ]);
    let (code, report) = repository.json(".", &[]);
    assert_eq!((code, ran(&report)), (0, vec!["own/policies/use.test.gate 1".to_owned()]), "{report}");
    assert_eq!(report["diagnostics"], Value::from(Vec::<Value>::new()));
    for (folder, code) in [("vendor", 0), ("vendor/theirs", 0), ("target/made", 2)] {
        assert_eq!(repository.json(folder, &[]).0, code, "{folder}");
    }
    // The same without a configuration.
    repository.remove("own/tollgate.yaml");
    let (code, report) = repository.json(".", &[]);
    assert_eq!((code, ran(&report)), (0, vec!["own/policies/use.test.gate 1".to_owned()]), "{report}");
    repository.write(".tollgateignore", "[\n");
    let (code, report) = repository.json(".", &[]);
    assert_eq!(code, 2, "{report}");
    let messages = report["diagnostics"].to_string();
    assert!(messages.contains("`.tollgateignore` cannot be read: line 1: `[` is not a glob"), "{report}");
}

#[test]
fn nothing_to_run_is_no_pass() {
    let repository = Repo::new().files(&[("tollgate.yaml", CONFIG), ("policies/use.gate", POLICY)]);
    for (path, arguments, code) in [
        (".", &[][..], "T603"),
        ("policies", &[], "T603"),
        (".", &["--filter", "x"], "T603"),
        ("x", &[], "T506"),
    ] {
        let (exit, report) = repository.json(path, arguments);
        assert_eq!(exit, if code == "T506" { 2 } else { 1 }, "{path}: {report}");
        assert_eq!(report["diagnostics"][0]["code"], code, "{path}: {report}");
    }
}

#[test]
fn a_broken_file_takes_nothing_from_the_others() {
    let repository = Repo::new().files(&[
        ("tollgate.yaml", CONFIG),
        ("policies/use.gate", POLICY),
        ("policies/broken.gate", "policy broken { rule"),
        ("policies/use.test.gate", TESTS),
    ]);
    let (code, report) = repository.json(".", &[]);
    assert_eq!(code, 2, "{report}");
    assert_eq!(report["summary"]["passed"], 1, "{report}");
}

#[test]
fn what_is_broken_is_not_mutated_and_keeps_nothing_else_from_it() {
    let wrong = TESTS.replace("passes", "fails");
    let boundary = TESTS.replace("40%", "49%").replace("50%", "49%").replace("passes", "fails");
    let sound = format!("{TESTS}{}", boundary.replace("half is enough", "less is not"));
    let repository = Repo::new().files(&[
        ("a/tollgate.yaml", CONFIG),
        ("a/policies/use.gate", POLICY),
        ("a/policies/use.test.gate", &wrong),
        ("b/tollgate.yaml", CONFIG),
        ("b/policies/use.gate", "policy broken { rule"),
        ("b/policies/use.test.gate", TESTS),
        ("c/tollgate.yaml", CONFIG),
        ("c/policies/use.gate", POLICY),
        ("c/policies/use.test.gate", &sound),
    ]);
    let (code, alone) = repository.json("c", &["--mutate"]);
    assert!(code < 2 && alone["mutation"]["mutants"].as_u64() > Some(3), "{alone}");
    assert_eq!(alone["skipped"], Value::Null);
    let (code, report) = repository.json(".", &["--mutate"]);
    assert_eq!((code, &report["mutation"]), (2, &alone["mutation"]), "{report}");
    let why = "No mutants were made of `a/policies/use.gate`, `b/policies/use.gate`: that takes policies without \
               errors, and tests that pass.";
    assert_eq!(report["skipped"], Value::from(vec![why]));
    // The same in the other forms, and where nothing else is there.
    for form in [&["--mutate"][..], &["--mutate", "--narrate"]] {
        assert!(repository.test(".", form).1.contains(why), "{form:?}");
        let (code, said) = repository.test("a", form);
        assert_eq!(code, 1);
        assert!(said.contains("No mutants were made of `policies/use.gate`: that takes"), "{said}");
    }
    let (code, said) = repository.test("b/policies", &["--mutate"]);
    assert!(code == 2 && said.contains("No mutants were made of `policies/use.gate`: "), "{said}");
}

#[test]
fn snapshots_are_taken_from_files() {
    let given = |name: &str| {
        format!("test \"{name}\" {{\n  given file \"{name}\"\n  expect use.adopted passes\n}}\n")
    };
    let names = ["../rollouts/one/*.yaml", "../rollouts/one/2026-01-12.yaml", "../rollouts/**/*.yaml"];
    let names = names.into_iter().chain(["../rollouts/none/*.yaml", "gone.yaml", "../../*.yaml"]);
    let tests: String = names.map(given).collect();
    let day = |workflow: &str, day: &str, adoption: &str| {
        format!("workflow: {workflow}\ndate: {day}\nadoption: {adoption}\n")
    };
    let repository = Repo::new().files(&[
        ("tollgate.yaml", CONFIG),
        ("policies/use.gate", POLICY),
        ("policies/use.test.gate", &tests),
        ("rollouts/one/rollout.yaml", "owner: jane\n"),
        ("rollouts/one/2026-01-05.yaml", &day("one", "2026-01-05", "40%")),
        ("rollouts/one/2026-01-12.yaml", &day("one", "2026-01-12", "60%")),
        ("rollouts/two/2026-01-12.yaml", &day("two", "2026-01-12", "60%")),
    ]);
    let (code, report) = repository.json(".", &[]);
    assert_eq!(code, 1, "{report}");
    let tests = report["files"][0]["tests"].as_array().unwrap();
    let said = tests.iter().map(|test| test["diagnostics"][0]["message"].as_str().unwrap_or("passed"));
    let said: Vec<_> = said.collect();
    assert_eq!(
        said,
        [
            "passed",
            "passed",
            "a test judges one workflow, and this gives several: `one`, `two`",
            "no file matches `../rollouts/none/*.yaml`",
            "`gone.yaml` cannot be used: it does not exist",
            "`../../*.yaml` is outside of the repository",
        ]
    );
}

#[test]
fn a_failed_expectation_shows_what_the_rule_saw_at_each_snapshot() {
    let tests = "test \"it falls\" {\n  given every 1 week from 2026-01-05 { adoption = 60%, _, 40% }\n  expect use.adopted passes\n}\n";
    let repository = Repo::new().files(&[("use.gate", POLICY), ("use.test.gate", tests)]);
    let (code, report) = repository.json(".", &[]);
    assert_eq!(code, 1);
    let snapshots = report["files"][0]["tests"][0]["seen"][0]["snapshots"].as_array().unwrap().clone();
    let line = |seen: &Value| format!("{} {} {}", seen["date"], seen["outcome"], seen["values"][0]["value"]);
    let lines: Vec<_> = snapshots.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            r#""2026-01-05" "pass" "60%""#,
            r#""2026-01-12" "undecided" "unknown""#,
            r#""2026-01-19" "fail" "40%""#,
        ]
    );
    let (_, human) = repository.test(".", &[]);
    assert!(human.contains("  saw: snapshot    outcome    adoption\n"), "{human}");
    assert!(human.contains("  │    2026-01-12  undecided  unknown\n"), "{human}");
}

#[test]
fn junit_has_a_suite_for_each_file_and_a_case_for_each_test() {
    let repository = Repo::new().files(&[
        ("use.gate", POLICY),
        (
            "use.test.gate",
            &format!("{TESTS}{}", TESTS.replace("passes", "fails").replace("half", "\\\"<half>")),
        ),
    ]);
    let (code, xml) = repository.test(".", &["--format", "junit"]);
    assert_eq!(code, 1);
    assert!(
        xml.contains(
            "<testsuite name=\"use.test.gate\" tests=\"2\" skipped=\"0\" errors=\"0\" failures=\"1\">"
        ),
        "{xml}"
    );
    assert!(xml.contains("<testcase name=\"half is enough\" classname=\"use.test.gate\"/>"), "{xml}");
    assert!(xml.contains("type=\"T601\""), "{xml}");
}

#[test]
fn too_little_coverage_is_a_failure_only_where_it_is_asked_for() {
    let repository = Repo::new().files(&[("use.gate", POLICY), ("use.test.gate", TESTS)]);
    let (code, report) = repository.json(".", &["--coverage"]);
    // Of pass, fail and undecided one was seen, and of the condition that it is so.
    assert_eq!(
        (code, &report["coverage"]["covered"], &report["coverage"]["points"]),
        (0, &2.into(), &5.into())
    );
    assert_eq!(repository.test(".", &["--coverage", "--min", "40%"]).0, 0);
    let (code, human) = repository.test(".", &["--coverage", "--min", "41%"]);
    assert_eq!(code, 1);
    assert!(human.contains("error[T604]: coverage is 40%, less than the 41% asked for"), "{human}");
    assert_eq!(repository.test(".", &["--min", "41%"]).0, 2);
}

#[test]
fn coverage_is_not_counted_of_what_could_not_be_read() {
    let broken = [POLICY, "policy more { rule"].concat();
    let repository = Repo::new().files(&[("use.gate", &broken), ("use.test.gate", TESTS)]);
    let why = "Coverage was not counted: that takes policies and tests without errors.";
    let (code, report) = repository.json(".", &["--coverage", "--min", "1%"]);
    assert_eq!((code, &report["coverage"]), (2, &Value::Null), "{report}");
    assert_eq!(report["skipped"], Value::from(vec![why]));
    for form in [&["--coverage", "--min", "90%"][..], &["--coverage", "--narrate"]] {
        let (code, said) = repository.test(".", form);
        assert_eq!((code, said.contains(why), said.contains("Coverage 1")), (2, true, false), "{said}");
        assert!(!said.contains("T604"), "{said}");
    }
}

#[test]
fn the_least_coverage_has_a_unit() {
    let repository = Repo::new().files(&[("use.gate", POLICY), ("use.test.gate", TESTS)]);
    let refused = |min: &str| {
        let (code, said) = repository.test(".", &["--coverage", "--min", min]);
        assert_eq!(code, 2, "{min}: {said}");
        said
    };
    assert!(refused("40").contains("a share needs its unit; write 40%"));
    for wrong in ["", "%", "101%", "101", "4.5%", "40 %", "40%%", "0x1%"] {
        assert!(refused(wrong).contains("from 0 to 100, written like 90%"), "{wrong}");
    }
}

#[test]
fn tests_are_no_policies_of_a_check() {
    let repository = Repo::new().files(&[
        ("tollgate.yaml", "policies: [use.gate, use.test.gate]\n"),
        ("use.gate", POLICY),
        ("use.test.gate", "policy mine { rule never { require adoption > 100% else hold } }\n"),
        ("rollouts/one/2026-01-05.yaml", "workflow: one\ndate: 2026-01-05\nadoption: 60%\n"),
    ]);
    let report = repository.run(&["check", "--as-of", "2026-01-05", "--format", "json"]).json();
    assert_eq!(report["diagnostics"][0]["code"], "T504", "{report}");
    assert_eq!(report["workflows"][0]["rules"].as_array().unwrap().len(), 1, "{report}");
}
