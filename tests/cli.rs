//! The program as people run it: exit codes, what it says of hostile files, and that order does not matter.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Repo, Run, root, run_in};

const POLICY: &str = "\
snapshot {
  adoption: share, ok: bool, score: number, count: count, launched: date, team { size: count }
  outputs: list of { edit_time: share }
}

policy quality \"Quality\" {
  rule light_enough \"Most outputs need little editing\" {
    require share(outputs where edit_time < 15%) >= 80%
    else hold \"{share(outputs where edit_time < 15%)} of the outputs are light\"
  }
}
";

/// A configuration that names policies of its own.
const CONFIG: &str = "policies: [policies/]\nsnapshots: rollouts/**/*.yaml\n";

/// A repository with [`POLICY`].
fn with_policy() -> Repo {
    Repo::new().file("tollgate.yaml", CONFIG).file("policies/quality.gate", POLICY)
}

impl Repo {
    /// A snapshot of `workflow` of 2026-01-05, in a folder of its own.
    fn measured(&self, workflow: &str, rest: &str) {
        let text = format!("workflow: {workflow}\ndate: 2026-01-05\n{rest}\n");
        self.write(&format!("rollouts/{workflow}/2026-01-05.yaml"), text);
    }

    /// The check of that day.
    fn checked(&self, arguments: &[&str]) -> Run {
        self.run(&[&["check", "--as-of", "2026-01-05"], arguments].concat())
    }

    fn reported(&self) -> Value {
        self.checked(&["--format", "json"]).json()
    }
}

/// Runs the program in the package's folder.
fn run(arguments: &[&str]) -> Run {
    run_in(&root(), arguments)
}

/// `count` outputs of each editing time; `None` for one that was not recorded.
fn outputs(groups: &[(usize, Option<u32>)]) -> String {
    let line = |edit_time: &Option<u32>| match edit_time {
        Some(share) => format!("  - {{ edit_time: {share}% }}\n"),
        None => "  - {}\n".to_owned(),
    };
    let lines = groups.iter().flat_map(|(count, edit_time)| vec![line(edit_time); *count]);
    format!("outputs:\n{}", lines.collect::<String>())
}

/// The workflow's part of a report.
fn workflow<'a>(report: &'a Value, name: &str) -> &'a Value {
    let workflows = report["workflows"].as_array().unwrap();
    workflows
        .iter()
        .find(|workflow| workflow["workflow"] == name)
        .unwrap_or_else(|| panic!("no workflow `{name}` in {report:#}"))
}

/// The places (file and line) of all labels of the errors of a report.
fn places(report: &Value) -> Vec<(String, u64)> {
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic["severity"] == "error");
    let labels = errors.flat_map(|diagnostic| diagnostic["labels"].as_array().unwrap());
    labels
        .map(|label| (label["file"].as_str().unwrap().to_owned(), label["line"].as_u64().unwrap()))
        .collect()
}

#[test]
fn a_share_is_exact_at_its_threshold() {
    let repository = with_policy();
    let light = Some(5);
    let heavy = Some(40);
    let cases = [
        ("twenty-four", outputs(&[(24, light), (6, heavy)]), "pass", "continue"),
        ("twenty-three", outputs(&[(23, light), (7, heavy)]), "fail", "hold"),
        ("enough-without-it", outputs(&[(24, light), (1, None), (5, heavy)]), "pass", "continue"),
        ("it-would-decide", outputs(&[(23, light), (1, None), (6, heavy)]), "undecided", "hold"),
        ("too-few-even-with-it", outputs(&[(22, light), (1, None), (7, heavy)]), "fail", "hold"),
        ("at-fifteen-is-not-light", outputs(&[(23, light), (7, Some(15))]), "fail", "hold"),
        ("empty", "outputs: []".to_owned(), "undecided", "hold"),
        ("missing", "ok: true".to_owned(), "undecided", "hold"),
        ("nothing", "outputs: null".to_owned(), "undecided", "hold"),
    ];
    for (name, rest, _, _) in &cases {
        repository.measured(name, rest);
    }
    let report = repository.reported();
    for (name, _, outcome, decision) in &cases {
        let workflow = workflow(&report, name);
        assert_eq!(workflow["rules"][0]["outcome"], *outcome, "{name}");
        assert_eq!(workflow["decision"], *decision, "{name}");
    }
    assert_eq!(report["summary"]["workflows"], cases.len());
    assert_eq!(report["summary"]["undecided"], 4);
    assert_eq!(repository.checked(&[]).code, 1);
}

/// A snapshot that has to be refused: its name, the text, the line of the mistake.
struct Broken {
    name: &'static str,
    content: Vec<u8>,
    line: u64,
}

fn broken() -> Vec<Broken> {
    let body = |name: &'static str, rest: &str, line: u64| {
        let text = format!("workflow: broken\ndate: 2026-01-05\n{rest}\n");
        Broken { name, content: text.into_bytes(), line }
    };
    let whole = |name: &'static str, content: Vec<u8>| Broken { name, content, line: 1 };
    let noise: Vec<u8> = (0..4096u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    vec![
        body("a share of fifteen", "adoption: 15", 3),
        body("a word for a share", "adoption: high", 3),
        body("not a number", "adoption: .nan", 3),
        body("a key twice", "adoption: 50%\nok: true\nadoption: 60%", 5),
        body("a word for a bool", "ok: no", 3),
        body("a day in no calendar", "launched: 2026-02-30", 3),
        body("an exponent", "score: 1e999999999", 3),
        body("forty-one digits", &format!("score: {}", "9".repeat(41)), 3),
        body("a tab", "team:\n\tsize: 4", 4),
        body("an unclosed bracket", "outputs: [ { edit_time: 5% }", 3),
        body("a misspelt field", "adoptoin: 50%", 3),
        body("aliases that multiply", &bomb(), 6),
        body("brackets", &format!("score: {}{}", "[".repeat(100_000), "]".repeat(100_000)), 3),
        body("open brackets", &format!("score: {}", "[".repeat(100_000)), 3),
        body("braces", &format!("team: {}", "{a: ".repeat(100_000)), 3),
        body("dashes", &format!("outputs:\n  {}", "- ".repeat(100_000)), 4),
        whole("nothing", Vec::new()),
        whole("a comment", b"# to be filled in\n".to_vec()),
        whole("a text", b"adoption is fine".to_vec()),
        whole("noise", noise),
        whole("zeros", vec![0; 1024]),
    ]
}

/// Some 60 KB of aliases that would expand to more than any memory holds.
fn bomb() -> String {
    let mut text = "score: &a0 [1]".to_owned();
    for level in 1..200 {
        let aliases = format!("*a{}, ", level - 1).repeat(50);
        text.push_str(&format!("\nx{level}: &a{level} [{}]", aliases.trim_end_matches(", ")));
    }
    text
}

#[test]
fn a_broken_snapshot_is_an_error_at_its_line_and_hides_nothing() {
    assert!(bomb().len() > 50_000);
    for case in broken() {
        let repository = with_policy();
        repository.write("rollouts/broken/2026-01-05.yaml", &case.content);
        repository.measured("sound", &outputs(&[(24, Some(5)), (6, Some(40))]));
        repository.measured("unsound", &outputs(&[(23, Some(5)), (7, Some(40))]));
        let name = case.name;

        let started = Instant::now();
        let human = repository.checked(&[]);
        let report = repository.reported();
        assert!(started.elapsed() < Duration::from_secs(20), "{name}: took {:?}", started.elapsed());

        assert_eq!(human.code, 2, "{name}: {}", human.out);
        let file = "rollouts/broken/2026-01-05.yaml";
        assert!(human.out.contains(&format!("{file}:{}", case.line)), "{name}:\n{}", human.out);
        let expected = (file.to_owned(), case.line);
        assert!(
            places(&report).contains(&expected),
            "{name}: {:?} is not in {:?}",
            expected,
            places(&report)
        );
        // Of a file that does not say whose it is, the folder says it.
        assert_eq!(workflow(&report, "broken")["decision"], "error", "{name}");
        assert_eq!(workflow(&report, "sound")["decision"], "continue", "{name}");
        assert_eq!(workflow(&report, "unsound")["decision"], "hold", "{name}");
    }
}

#[test]
fn a_workflow_with_one_broken_snapshot_has_no_verdict_from_the_others() {
    let repository = with_policy();
    repository.measured("mixed", &outputs(&[(24, Some(5))]));
    repository.write("rollouts/mixed/2025-12-29.yaml", "workflow: mixed\ndate: 2025-12-29\nadoption: 15\n");
    let report = repository.reported();
    assert_eq!(workflow(&report, "mixed")["decision"], "error");
    assert_eq!(repository.checked(&[]).code, 2);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let repository = with_policy();
    repository.measured("sound", &outputs(&[(24, Some(5)), (6, Some(40))]));
    repository.measured("locked", &outputs(&[(24, Some(5)), (6, Some(40))]));
    let locked = repository.path("rollouts/locked/2026-01-05.yaml");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&locked).is_ok() {
        // The superuser reads everything, so there is nothing to see.
        return;
    }
    let run = repository.checked(&[]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("rollouts/locked/2026-01-05.yaml"), "{}", run.out);
    assert_eq!(workflow(&repository.reported(), "sound")["decision"], "continue");
}

/// The codes of all diagnostics of a report.
fn codes(report: &Value) -> Vec<&str> {
    let diagnostics = report["diagnostics"].as_array().unwrap();
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap()).collect()
}

#[test]
fn what_cannot_be_found_or_is_too_large_has_a_code() {
    let cases = [
        ("T503", "policies: [policies/]", "policies/a.gate", POLICY),
        ("T503", "snapshots: nowhere/*.yaml", "policies/a.gate", POLICY),
        ("T504", "policies: []", "rollouts/a.yaml", "{ workflow: a, date: 2026-01-05 }"),
        ("T504", "policies: [policies/]", "policies/a.test.gate", ""),
        ("T506", "policies: [polices/]", "policies/a.gate", POLICY),
        ("T507", "policies: [builtin:vocabluary]", "policies/a.gate", POLICY),
    ];
    for (code, config, file, text) in cases {
        let repository = Repo::new();
        repository.write("tollgate.yaml", config);
        repository.write(file, text);
        let report = repository.reported();
        assert!(codes(&report).contains(&code), "{code}: {config}: {:?}", codes(&report));
        assert_eq!(repository.checked(&[]).code, 2, "{code}");
    }

    let repository = Repo::new();
    repository.write("tollgate.yaml", "policies: [buitlin]\n");
    let said = repository.checked(&[]).out;
    assert!(said.contains("did you mean `builtin`? write `policies: [builtin]`"), "{said}");

    let repository = with_policy();
    repository.measured("sound", &outputs(&[(24, Some(5)), (6, Some(40))]));
    repository.measured("long", &format!("ok: true # {}", "-".repeat(5 << 20)));
    let wrong: String = (0..120).map(|n| format!("  - {{ edit_time: much{n} }}\n")).collect();
    repository.measured("wrong", &format!("outputs:\n{wrong}"));
    repository.write("policies/long.gate", format!("# {}", "-".repeat(2 << 20)));
    repository.write("policies/noise.gate", [0xff, 0xfe]);
    let report = repository.reported();
    // A snapshot and a policy that are too large, a policy that is not text, and errors beyond those that are shown.
    for code in ["T303", "T111", "T505", "T322"] {
        assert!(codes(&report).contains(&code), "{code}: {:?}", codes(&report));
    }
    assert_eq!(workflow(&report, "long")["decision"], "error");
    assert_eq!(workflow(&report, "wrong")["decision"], "error");
}

#[test]
fn every_mistake_of_a_policy_is_shown_in_one_run() {
    let repository = Repo::new();
    repository.write("tollgate.yaml", CONFIG);
    let policy = "\
snapshot { adoption: share, latency: duration, outputs: list of { edit_time: share } }

policy quality {
  param enough = 95% within 30% to 90%
  rule unknown { require adoptoin >= 50% else hold }
  rule units { require adoption >= 2 weeks else hold }
  rule impossible { require adoption >= 50 else hold }
  rule grammar { requires adoption >= 50% else hold }
  rule function { require average(outputs.edit_time) <= 20% else hold }
}
";
    repository.write("policies/quality.gate", policy);
    repository.measured("sound", "adoption: 60%");
    let run = repository.checked(&[]);
    assert_eq!(run.code, 2);
    let mut lines: Vec<_> = places(&repository.reported());
    lines.sort();
    lines.dedup();
    let file = |line: u64| ("policies/quality.gate".to_owned(), line);
    for line in 4..=9 {
        assert!(lines.contains(&file(line)), "line {line}: {lines:?}");
        assert!(run.out.contains(&format!("policies/quality.gate:{line}")), "line {line}:\n{}", run.out);
    }
}

#[test]
fn order_and_names_decide_nothing() {
    let rules = [
        "rule a { require adoption >= 50% else hold }",
        "rule b { when score > 5 then rollback }",
        "rule c { require share(outputs where edit_time < 15%) >= 80% else warn }",
        "rule d { require ok else note }",
    ];
    let vocabulary =
        "snapshot { adoption: share, score: number, ok: bool, outputs: list of { edit_time: share } }\n";
    let snapshots = [
        "{ workflow: x, date: 2026-01-05, adoption: 60%, score: 1, ok: true, outputs: [ { edit_time: 5% } ] }\n",
        "{ workflow: y, date: 2026-01-05, adoption: 40%, score: 6, outputs: [] }\n",
        "{ workflow: z, date: 2026-01-05, score: 1, ok: false }\n",
        "{ workflow: x, date: 2025-12-29, adoption: 10%, score: 9 }\n",
    ];
    let outcome = |order: &[usize; 4], files: &[&str; 4], vocabulary_first: bool| {
        let repository = Repo::new();
        repository.write("tollgate.yaml", CONFIG);
        for (at, name) in order.iter().zip(files) {
            repository.write(&format!("rollouts/{name}.yaml"), snapshots[*at]);
        }
        let rules: String = order.iter().map(|at| format!("  {}\n", rules[*at])).collect();
        let names = if vocabulary_first { ["a", "b"] } else { ["b", "a"] };
        repository.write(&format!("policies/{}.gate", names[0]), vocabulary);
        repository.write(&format!("policies/{}.gate", names[1]), format!("policy p {{\n{rules}}}\n"));
        let report = repository.reported();
        let mut found: Vec<String> = Vec::new();
        for workflow in report["workflows"].as_array().unwrap() {
            found.push(format!("{} {}", workflow["workflow"], workflow["decision"]));
            for rule in workflow["rules"].as_array().unwrap() {
                found.push(format!("{} {} {}", workflow["workflow"], rule["rule"], rule["outcome"]));
            }
        }
        found.sort();
        (found, report["summary"].clone())
    };
    let first = outcome(&[0, 1, 2, 3], &["a", "b", "c", "d"], true);
    assert_eq!(first.1["rollback"], 1);
    assert_eq!(first, outcome(&[3, 2, 1, 0], &["a", "b", "c", "d"], false));
    assert_eq!(first, outcome(&[2, 0, 3, 1], &["z/4", "y", "1", "x/y/z"], false));
}

#[test]
fn exit_codes_say_what_came_of_it() {
    let repository = with_policy();
    repository.measured("sound", &outputs(&[(24, Some(5)), (6, Some(40))]));
    assert_eq!(repository.checked(&[]).code, 0, "all go on");
    repository.measured("held", &outputs(&[(23, Some(5)), (7, Some(40))]));
    assert_eq!(repository.checked(&[]).code, 1, "one holds");
    assert_eq!(repository.checked(&["--workflow", "sound"]).code, 0, "the one that holds was not asked for");
    assert_eq!(repository.checked(&["--workflow", "sount"]).code, 2, "no such workflow");
    assert_eq!(repository.checked(&["--as-of", "2026-02-30"]).code, 2, "no such day");
    assert_eq!(run(&["check", "no/such/folder"]).code, 2, "no such folder");
    assert_eq!(run(&["chekc"]).code, 2, "no such command");
    assert_eq!(run(&["--help"]).code, 0);

    let warns = POLICY.replace("else hold", "else warn");
    repository.write("policies/quality.gate", warns);
    assert_eq!(repository.checked(&[]).code, 0, "a warning");
    assert_eq!(repository.checked(&["--deny", "warnings"]).code, 1, "a warning that is denied");
    let rolls_back = POLICY.replace("else hold", "else rollback");
    repository.write("policies/quality.gate", rolls_back);
    assert_eq!(repository.checked(&[]).code, 1, "a rollback");

    repository.write("policies/quality.gate", "policy quality {");
    assert_eq!(repository.checked(&[]).code, 2, "a broken policy");
    repository.write("policies/quality.gate", POLICY);
    repository.write("tollgate.yaml", "policies: [");
    assert_eq!(repository.checked(&[]).code, 2, "a broken configuration");

    let empty = with_policy();
    assert_eq!(empty.checked(&[]).code, 2, "no snapshot");
    serde_json::from_str::<Value>(&empty.checked(&["--format", "json"]).out).unwrap();
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let repository = with_policy();
    for name in ["c", "a", "b"] {
        repository.measured(name, &outputs(&[(23, Some(5)), (1, None), (6, Some(40))]));
    }
    for arguments in [&["--format", "json"][..], &[][..]] {
        let first = repository.checked(arguments);
        for _ in 0..3 {
            assert_eq!(first.out, repository.checked(arguments).out);
        }
    }
}

#[test]
fn the_shipped_example_has_one_of_each_verdict() {
    let run = run(&["check", "examples/support-desk", "--as-of", "2026-11-23", "--format", "json"]);
    assert_eq!(run.code, 1);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let decisions = ["support-replies", "contract-summaries", "meeting-notes"].map(|name| {
        let workflow = workflow(&report, name);
        let rules = workflow["rules"].as_array().unwrap();
        let not_passed = rules.iter().filter(|rule| {
            rule["effect"] != "note" && (rule["outcome"] == "fail" || rule["outcome"] == "undecided")
        });
        let not_passed: Vec<_> =
            not_passed.map(|rule| format!("{} {}", rule["rule"], rule["outcome"]).replace('"', "")).collect();
        (workflow["decision"].as_str().unwrap().to_owned(), not_passed)
    });
    let decision =
        |word: &str, rules: &[&str]| (word.to_owned(), rules.iter().map(|&r| r.to_owned()).collect());
    assert_eq!(
        decisions,
        [
            decision("continue", &[]),
            decision("hold", &["before_deployment.integration_works undecided"]),
            decision("hold", &["before_deployment.light_enough fail"]),
        ]
    );
}

/// The documents' blocks that begin with a command line are what that command prints.
#[test]
fn the_documents_show_what_is_printed() {
    for name in ["README.md", "docs/customising.md", "docs/testing.md"] {
        shows_what_is_printed(name);
    }
}

fn shows_what_is_printed(name: &str) {
    let document = fs::read_to_string(root().join(name)).unwrap();
    let mut shown = 0;
    for block in document.split("```").skip(1).step_by(2) {
        let Some((_, body)) = block.split_once('\n') else { continue };
        let Some((command, expected)) = body.split_once('\n') else { continue };
        let Some(arguments) = command.strip_prefix("$ cargo run --release -- ") else { continue };
        let arguments: Vec<_> = arguments.split(' ').collect();
        let printed = run(&arguments).out;
        assert_eq!(printed.trim_end(), expected.trim_end(), "{name} no longer shows what `{command}` prints");
        shown += 1;
    }
    assert!(shown > 0, "{name} shows no run of the program");
}

/// A repository with a gate that the workflow asks to pass, and may.
fn at_a_gate() -> Repo {
    let repository = Repo::new();
    repository.write("tollgate.yaml", CONFIG);
    repository.write(
        "policies/p.gate",
        "stages a -> b\nsnapshot { x: share }\npolicy p { gate a -> b { rule enough { require x >= 50% else hold } } }\n",
    );
    repository.measured("w", "stage: a\nadvance_to: b\nx: 60%");
    repository
}

#[test]
fn a_gate_does_not_open_while_a_policy_is_broken() {
    let repository = at_a_gate();
    assert_eq!(repository.checked(&[]).code, 0);
    assert_eq!(workflow(&repository.reported(), "w")["decision"], "advance");
    repository.write("policies/q.gate", "policy q { rule more { require xx >= 90% else hold } }\n");
    assert_eq!(repository.checked(&[]).code, 2);
    assert_eq!(workflow(&repository.reported(), "w")["decision"], "hold");
    let history = repository.run(&["history", "--as-of", "2026-01-05", "--format", "json"]);
    assert_eq!(history.code, 2);
    let history = history.json();
    let day = &history["workflows"][0]["days"][0];
    assert_eq!(day["decision"], "hold");
    assert_eq!(day["because"][0], "not everything could be judged: a policy or configuration has errors");
}

#[test]
fn a_day_that_no_rule_holds_says_why_it_holds() {
    let repository = at_a_gate();
    let policy = "stages a -> b\nsnapshot { x: share }\npolicy p {\n  rule low { when x < 10% require x > 5% else hold }\n  \
                  gate a -> b { rule r { when x > 90% require x >= 95% else hold } }\n}\n";
    repository.write("policies/p.gate", policy);
    let days = |more: &[&str]| repository.run(&[&["history", "--as-of", "2026-01-05"], more].concat());
    let day = &days(&["--format", "json"]).json()["workflows"][0]["days"][0];
    assert_eq!((&day["decision"], &day["failed"]), (&json!("hold"), &json!([])), "{day}");
    assert_eq!(day["because"], json!(["no rule applies to it", "no rule of the gate `a -> b` passed"]));
    let out = days(&[]).out;
    assert!(out.contains("hold      no rule applies to it, no rule of the gate `a -> b` passed\n"), "{out}");

    repository.write("policies/p.gate", policy.replace("when x < 10% ", ""));
    let day = &days(&["--format", "json"]).json()["workflows"][0]["days"][0];
    assert_eq!(day["because"], json!(["no rule of the gate `a -> b` passed"]));
    repository.write("policies/p.gate", policy.replace("when x > 90% ", "").replace("95%", "55%"));
    let day = &days(&["--format", "json"]).json()["workflows"][0]["days"][0];
    assert!(day["decision"] == "advance" && day.get("because").is_none(), "{day}");
}

#[test]
fn a_broken_configuration_never_falls_back_to_the_shipped_policies() {
    let repository = at_a_gate();
    repository.write("tollgate.yaml", "polcies: [policies/]\nsnapshots: rollouts/**/*.yaml\n");
    let run = repository.checked(&[]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("tollgate.yaml:1") && run.out.contains("`policies`"), "{}", run.out);
    assert!(!run.out.contains("rollouts/w"), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_linked_in_from_outside_is_an_error() {
    let repository = at_a_gate();
    let outside = Repo::new();
    outside.write("2026-01-06.yaml", "workflow: w\ndate: 2026-01-06\nstage: a\nx: 1%\n");
    std::os::unix::fs::symlink(outside.folder(), repository.path("rollouts/w/more")).unwrap();
    let run = repository.checked(&[]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.out.contains("rollouts/w/more"), "{}", run.out);
}

#[test]
fn a_long_chain_of_lets_is_an_error_and_no_overflow() {
    let repository = at_a_gate();
    let mut policy = "policy q {\n  let l0 = 1\n".to_owned();
    for n in 1..3000 {
        policy.push_str(&format!("  let l{n} = (if x > 50% then l{} + 1 else l{} - 1)\n", n - 1, n - 1));
    }
    policy.push_str(
        "  rule last { require l2999 > 0 else hold }\n  rule early { require l80 > 0 else hold }\n}\n",
    );
    repository.write("policies/q.gate", policy);
    let run = repository.checked(&["--quiet"]);
    assert_eq!(run.code, 2);
    assert!(
        run.out.contains(
            "policies/q.gate:88:7: let `l86` and the lets that it uses are more than 256 levels deep"
        ),
        "{}",
        run.out
    );
    let report = repository.reported();
    let rules = workflow(&report, "w")["rules"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["rule"] == "q.early" && rule["outcome"] == "pass"), "{rules:#?}");
    assert!(rules.iter().all(|rule| rule["rule"] != "q.last"));
}

#[test]
fn people_choose_how_they_read() {
    let check =
        |flags: &[&str]| run(&[&["check", "examples/support-desk", "--as-of", "2026-11-23"], flags].concat());
    let plain = check(&[]);
    assert!(plain.out.lines().count() < 200 && !plain.out.contains('\u{1b}'), "{}", plain.out);
    assert!(check(&["--color", "always"]).out.contains("\u{1b}[31m"));
    assert_eq!(check(&["--color", "never"]).out, plain.out);
    let all = check(&["--full"]).out;
    assert!(all.lines().count() > 200 && all.contains("rollback.harm_done"), "{all}");
    let failed = check(&["--only", "failed", "--full"]).out;
    assert!(!failed.contains("order-status") && failed.contains("meeting-notes"), "{failed}");
    assert!(check(&["--narrate"]).out.lines().count() < 200);
    let narrated = check(&["--narrate", "--full"]).out;
    assert!(narrated.is_ascii() && narrated.contains("at light: 23 of 30 = 76.7%"), "{narrated}");
    let history = run(&["history", "examples/support-desk", "--narrate", "--workflow", "faq-answers"]).out;
    assert!(history.contains("2026-11-20: hold, stage expanded, failed foundation_upkeep.updated_monthly."));
}

#[test]
fn formats_go_to_files_and_one_to_standard_output() {
    let written = Repo::new();
    let file = |name: &str| written.path(name).to_str().unwrap().to_owned();
    let check = |formats: &[String]| {
        let formats: Vec<&str> = formats.iter().flat_map(|format| ["--format", format]).collect();
        run(&[&["check", "examples/support-desk", "--as-of", "2026-11-23"], &*formats].concat())
    };
    let sarif = format!("sarif={}", file("a b.sarif"));
    let both = check(&["github".into(), sarif.clone(), format!("human={}", file("human.txt"))]);
    assert_eq!(both.code, 1, "{both:?}");
    let place = "file=examples/support-desk/rollouts/meeting-notes/2026-11-18.yaml,line=9,";
    assert!(both.out.contains(place), "files are named as the build server knows them: {}", both.out);
    let log = written.read("a b.sarif");
    assert!(
        log.contains("\"uri\": \"examples/support-desk/rollouts/meeting-notes/2026-11-18.yaml\""),
        "{log}"
    );
    assert!(written.read("human.txt").contains("3 of 14 workflows may go on"));

    let twice = check(&["json".into(), "tap".into()]);
    assert!(twice.code == 2 && twice.err.contains("only one format can go to standard output"), "{twice:?}");
    let two = check(&[sarif.clone(), format!("junit={}", file("./a b.sarif"))]);
    assert!(two.code == 2 && two.err.contains("two formats cannot be written to"), "{two:?}");
    let new = check(&[format!("tap={}", file("new")), format!("json={}", file("./new"))]);
    assert!(new.code == 2 && !written.path("new").exists(), "{new:?}");
    let unknown = check(&["sariff".into()]);
    assert!(unknown.code == 2 && unknown.err.contains("did you mean `sarif`?"), "{unknown:?}");
    let nowhere = check(&[format!("sarif={}", file("no/such/folder.sarif")), "tap".into()]);
    assert!(nowhere.code == 2 && nowhere.err.contains("it does not exist"), "{nowhere:?}");
    assert!(nowhere.out.starts_with("TAP version 14"), "the others are written all the same");
}

#[test]
fn explain_has_the_nearest_values_of_each_project() {
    let told =
        run(&["explain", "before_deployment.light_share", "examples/organisation", "--as-of", "2026-11-23"]);
    assert_eq!(told.code, 0, "{told:?}");
    for (team, workflow) in [("claims", "claim-summaries"), ("support", "reply-drafts")] {
        let title = format!("The nearest values that change a decision today in `teams/{team}`:");
        let (_, own) = told.out.split_once(&title).unwrap_or_else(|| panic!("{told:?}"));
        let own = own.split("The nearest").next().unwrap();
        assert!(
            own.contains(&format!("above: about 76.7%: teams/{team}: {workflow} advance → hold")),
            "{own}"
        );
    }
    let alone =
        run(&["explain", "before_deployment.light_share", "examples/support-desk", "--as-of", "2026-11-23"]);
    assert!(alone.out.contains("The nearest values that change a decision today:"), "{alone:?}");
}

#[test]
fn explain_tells_what_is_in_force_and_never_of_policies_that_nobody_chose() {
    let repository = Repo::new();
    let explain = |name: &str| repository.run(&["explain", name]);
    let config =
        "params: { before_deployment.light_share: 90% }\nrules: { before_deployment.recalibrate: warn }\n";
    repository.write("tollgate.yaml", format!("policies: [builtin, policies/]\n{config}"));
    repository.write("policies/ours.gate", "policy ours \"Ours\" {\n  let high = adoption > 60%\n  rule liked \"Liked\" { require high else hold }\n}\n");
    let test = |adoption: &str, outcome: &str| {
        format!(
            "test \"at {adoption}\" {{ given every 1 week from 2026-01-05 {{ stage = pilot adoption = {adoption} }} expect ours.liked {outcome} }}\n"
        )
    };
    // The first test is wrong, so it is no example.
    let tests = [test("9%", "passes"), test("70%", "passes"), test("50%", "fails")].concat();
    repository.write("policies/any_name.test.gate", tests);

    let set = "before_deployment.light_share = 90%, within 60% to 100% (tollgate.yaml:2; declared as 80%)";
    let light = explain("light_enough");
    assert!(light.code == 0 && light.out.contains(set), "{light:?}");
    // Four of five light outputs no longer pass, so the test that says so is not shown.
    assert!(
        !light.out.contains("24 of 30 is the standard") && light.out.contains("A test in which it passes")
    );
    assert!(explain("recalibrate").out.contains("(`warn`), as tollgate.yaml:3 says"));
    assert!(explain("light_share").out.contains(set));
    let liked = explain("ours.liked").out;
    for told in ["let high = adoption > 60%", "adoption: share", "\"at 70%\"", "\"at 50%\""] {
        assert!(liked.contains(told), "{told}: {liked}");
    }
    assert!(!liked.contains("at 9%"), "{liked}");
    assert!(explain("t203").out.starts_with("T203 — types that do not fit"));

    for (name, said) in [
        ("likd", "nothing is called `likd`: did you mean `liked`?"),
        (
            "min_adoption",
            "several things are called `min_adoption`: `rollback.min_adoption` or `staged_rollout.min_adoption`",
        ),
        ("T299", "there is no code `T299`: codes that begin like this are `T201` to `T241`"),
    ] {
        let unknown = explain(name);
        assert!(unknown.code == 2 && unknown.err.contains(said), "{unknown:?}");
    }

    repository.write("policies/broken.gate", "policy broken {");
    let incomplete = explain("ours.liked");
    assert!(incomplete.code == 0 && incomplete.out.contains("This may be incomplete"), "{incomplete:?}");
    repository.write("tollgate.yaml", "policies: [builtin\n");
    let unsure = explain("light_enough");
    assert!(unsure.code == 2 && unsure.out.contains("[T401]"), "{unsure:?}");
    assert_eq!(run(&["explain", "stalled", "no/such/folder"]).code, 2);
}

#[test]
fn a_lint_fails_the_lint_and_no_rollout() {
    let repository = with_policy();
    repository.measured("sound", &outputs(&[(24, Some(5)), (6, Some(40))]));
    repository.write(
        "policies/more.gate",
        "policy more { param unused = 3\n  rule seen { require has outputs else hold } }\n",
    );
    repository.write(
        "policies/more.test.gate",
        "test \"t\" { given every 1 week from 2026-01-05 { workflow = \"a\" }\n expect more.seen fails }\n",
    );
    let lint = |arguments: &[&str]| repository.run(&[&["lint"], arguments].concat());
    let found = |run: &Run| -> Vec<String> {
        let report: Value = serde_json::from_str(&run.out).unwrap();
        let codes = codes(&report).into_iter().map(str::to_owned).collect();
        assert_eq!(report["findings"], report["diagnostics"].as_array().unwrap().len(), "{report}");
        codes
    };
    let linted = lint(&["--format", "json"]);
    assert_eq!((linted.code, found(&linted).contains(&"T707".to_owned())), (1, true), "{linted:?}");
    assert!(lint(&[]).out.contains("no rule uses the param `more.unused`"));
    let allowed = lint(&[
        "--format",
        "json",
        "--allow",
        "T707",
        "--allow",
        "untested_rule",
        "--allow",
        "T709",
        "--allow",
        "unread_field",
    ]);
    assert_eq!((allowed.code, found(&allowed)), (0, Vec::new()), "{allowed:?}");
    assert!(lint(&["--allow", "unused_pram"]).err.contains("did you mean `unused_param`?"));

    // The check names it, and lets nothing depend on it.
    let checked = repository.checked(&["--deny", "warnings"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(
        checked.out.contains("lint[T707]: policies/more.gate:1:21: no rule uses the param"),
        "{checked:?}"
    );
    // Behind the verdicts, so that it pushes none of their reasons out of sight, and before what it all comes to.
    for form in [&[][..], &["--narrate"], &["--full"]] {
        let out = repository.checked(form).out;
        let at = |text: &str| out.find(text).unwrap_or_else(|| panic!("{text}: {out}"));
        assert!(at("sound") < at("lint[T707]: "), "{out}");
        assert!(out.lines().last().unwrap().contains("go on"), "{out}");
    }
    assert!(!repository.checked(&["--quiet"]).out.contains("T707"));

    repository.write(
        "tollgate.yaml",
        "policies: [policies/]\nlints: { T707: off, T708: off, T709: off, T710: off }\n",
    );
    assert_eq!(lint(&[]).code, 0);
    assert!(!repository.checked(&[]).out.contains("lint["));

    // A folder or a file for itself, whatever the configuration says of them.
    let alone = repository.run(&["lint", "policies"]);
    assert_eq!((alone.code, alone.out.contains("T707")), (1, true), "{alone:?}");
    let one = repository.run(&["lint", "policies/quality.gate"]);
    assert_eq!((one.code, one.out.contains("T707")), (1, false), "{one:?}");
    assert_eq!(run(&["lint", "no/such/folder"]).code, 2);

    // What could be read is linted.
    repository.write("policies/broken.gate", "policy broken { rule r { require } }");
    let broken = repository.run(&["lint", "policies"]);
    assert_eq!((broken.code, broken.out.contains("T707")), (2, true), "{broken:?}");
}

/// What git says is often the line that mends it; what it does not say is not made up.
#[test]
fn what_git_says_is_passed_on() {
    let repository = Repo::asking();
    let check = |variables: &[(&str, &str)]| {
        let mut command = repository.command(&["check", "--as-of", "2026-11-18", "--base", "main"]);
        Run::of(command.envs(variables.iter().copied()).output().unwrap()).said()
    };
    let (code, said) = check(&[("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")]);
    assert!(code == 2 && said.contains("detected dubious ownership in repository"), "{said}");
    assert!(said.contains("git config --global --add safe.directory"), "{said}");
    let nowhere = check(&[("PATH", "/nowhere")]);
    assert!(nowhere.0 == 2 && nowhere.1.contains("`git` is not installed"), "{}", nowhere.1);
    // Nothing is written, so a folder for temporary files is of no matter.
    let (code, said) = check(&[]);
    assert_eq!(check(&[("TMPDIR", "/proc")]), (code, said));
    repository.append(".git/config", "[core\n");
    let (code, said) = check(&[]);
    assert!(code == 2 && said.contains("bad config line"), "{said}");
    let alone = Repo::called("alone");
    alone.remove(".git");
    let alone = alone.run(&["check", "--base", "main"]);
    assert!(alone.code == 2 && alone.err.contains("is not in a git repository"), "{alone:?}");
}
