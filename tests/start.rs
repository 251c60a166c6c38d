//! The first steps, as people take them: a folder is begun, a snapshot is added, editors and people are told what there is.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tollgate::value::{Date, date_of_day, day_number, parse_date};

use crate::support::{Repo, files_under, relative, root, run_in};

impl Repo {
    /// Runs the program, which has to do what it is told to.
    fn done(&self, arguments: &[&str]) -> String {
        done(self.folder(), arguments)
    }

    /// Why it was refused.
    fn refused(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!((run.code, &*run.out), (2, ""), "{arguments:?}: {}", run.err);
        run.err
    }

    fn report_on(&self, as_of: &str) -> Value {
        self.run(&["check", "--format", "json", "--as-of", as_of]).json()
    }
}

fn done(folder: &Path, arguments: &[&str]) -> String {
    let run = run_in(folder, arguments);
    assert_eq!(run.code, 0, "{arguments:?}: {}{}", run.out, run.err);
    run.out
}

/// Nothing is wrong with the snapshots.
fn only_linted(report: &Value) {
    let found = report["diagnostics"].as_array().unwrap();
    assert!(found.iter().all(|found| found["code"].as_str().unwrap().starts_with("T7")), "{found:#?}");
}

#[test]
fn what_init_writes_for_a_purpose_works_as_it_is_and_tests_itself() {
    for purpose in ["ai-rollout", "llm-eval", "service-canary"] {
        let folder = Repo::called(purpose);
        folder.done(&["init", "--date", "2026-11-20", "--for", purpose]);
        let report = folder.report_on("2026-11-20");
        assert_eq!(report["diagnostics"], Value::Array(Vec::new()), "{purpose}");
        assert_eq!(report["workflows"][0]["decision"], "continue", "{purpose}");
        let text = folder.done(&["check", "--as-of", "2026-11-20"]);
        assert!(text.contains("What the gate ") && text.contains(" --gate` says what to record"), "{text}");
        let tested = folder.done(&["test", "--mutate"]);
        assert!(tested.contains(" 0 survive"), "{tested}");
        assert_eq!(folder.run(&["fmt", "--check"]).code, 0, "{purpose}");
        // The waiver that is shown ends four weeks later, and counts where its comment is taken away.
        let config = folder.read("tollgate.yaml");
        let (before, waiver) = config.split_once("# waivers:").unwrap();
        assert!(waiver.contains("until: 2026-12-18"), "{waiver}");
        let waiver = format!("# waivers:{waiver}").replace("\n# ", "\n").replace("# waivers:", "waivers:");
        folder.write("tollgate.yaml", format!("{before}{waiver}"));
        let report = folder.report_on("2026-12-18");
        let found = report["diagnostics"].as_array().unwrap();
        assert!(!found.iter().any(|found| found["code"] == "T413"), "{found:#?}");
    }
}

#[test]
fn what_init_writes_works_as_it_is() {
    for (name, workflow) in [
        ("replies", "replies"),
        ("My Café (v2)!", "my-café-v2"),
        ("日本", "日本"),
        ("null", "null"),
        ("2026-01-05", "2026-01-05"),
        ("...", "my-workflow"),
        ("- 'x': #\"{}", "x"),
    ] {
        let folder = Repo::called(name);
        let said = folder.done(&["init", "--date", "2026-11-20"]);
        for next in ["tollgate check", "tollgate test", "tollgate explain house.worth_it", "--base"] {
            assert!(said.contains(next), "{next}: {said}");
        }
        let report = folder.report_on("2026-11-21");
        assert_eq!(report["diagnostics"], Value::Array(Vec::new()), "{name}");
        assert_eq!(report["workflows"][0]["workflow"], workflow);
        assert_eq!(report["workflows"][0]["decision"], "continue", "{name}");
        assert_eq!(report["workflows"].as_array().unwrap().len(), 1);
        let checked = folder.run(&["check", "--as-of", "2026-11-21", "--deny", "warnings"]);
        assert_eq!(checked.code, 0, "{}", checked.out);
        assert!(folder.done(&["test"]).contains("5 tests passed"), "{name}");
        let explained = folder.done(&["explain", "house.worth_it"]);
        assert!(explained.contains("what nobody has measured") || explained.contains("hours_saved"));
    }
}

/// The README's first own rule: on an own field, in the commands that it names.
#[test]
fn the_readme_starts_as_it_says() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, start) = readme.split_once("\n## Start\n").expect("the README has a start");
    let (_, policy) = start.split_once("```gate\n").expect("a policy to write");
    let (policy, rest) = policy.split_once("```").unwrap();
    let (_, line) = rest.split_once("echo '").expect("a line to record");
    let (line, file) = line.split_once("' >> rollouts/replies/20*.yaml\n").unwrap();
    assert!(file.starts_with("tollgate check\n"));
    let folder = Repo::called("replies");
    folder.done(&["init", "--date", "2026-11-20"]);
    assert_eq!(folder.run(&["check", "--as-of", "2026-11-20"]).code, 0);
    folder.write("policies/speed.gate", policy);
    folder.append("rollouts/replies/2026-11-20.yaml", &format!("{line}\n"));
    let judged = folder.run(&["check", "--as-of", "2026-11-20"]);
    assert_eq!(judged.code, 1, "{}", judged.out);
    for said in ["speed.answers_fast", "would pass: `reply_time` of at most 4 h"] {
        assert!(judged.out.contains(said), "{said}: {}", judged.out);
    }
}

#[test]
fn the_first_snapshot_is_of_today() {
    let folder = Repo::called("replies");
    folder.done(&["init"]);
    assert_eq!(folder.run(&["check", "--deny", "warnings"]).code, 0);
}

#[test]
fn no_mistake_in_the_first_policy_goes_unnoticed() {
    let folder = Repo::called("replies");
    folder.done(&["init"]);
    let said = folder.done(&["test", "--mutate", "--coverage", "--min", "100%"]);
    assert!(said.contains(" caught, 0 survive (0 justified)") && !said.contains("\n0 mutants"), "{said}");
}

#[test]
fn what_the_templates_offer_in_comments_is_right_too() {
    let folder = Repo::called("my-workflow");
    folder.done(&["init", "--date", "2026-01-05"]);
    for name in ["tollgate.yaml", "rollouts/my-workflow/2026-01-05.yaml"] {
        let text = folder.read(name);
        // A line that ends in a colon and says more than one word is a sentence.
        let offered = |line: &str| {
            let line = line.strip_prefix("# ")?;
            let key = line.split_once(':').map(|(key, _)| key.trim_start())?;
            (!key.trim_start_matches("- ").contains(' ') || line.starts_with("  ")).then(|| line.to_owned())
        };
        let text: Vec<String> =
            text.lines().map(|line| offered(line).unwrap_or_else(|| line.to_owned())).collect();
        folder.write(name, text.join("\n"));
    }
    let report = folder.report_on("2026-01-05");
    // That the waiver has nothing to lift yet is a note.
    let diagnostics = report["diagnostics"].as_array().unwrap();
    assert!(diagnostics.iter().all(|diagnostic| diagnostic["severity"] == "note"), "{diagnostics:#?}");
    assert_eq!(report["workflows"][0]["asks"], "pilot");
    let params = folder.done(&["params"]);
    assert!(params.contains("60%"), "{params}");
}

#[test]
fn init_overwrites_nothing() {
    let folder = Repo::called("replies");
    folder.write("policies/house.gate", "mine");
    folder.write("tollgate.yaml", "");
    let why = folder.refused(&["init"]);
    assert!(why.contains("`tollgate.yaml`, `policies/house.gate` are there already"), "{why}");
    assert_eq!(folder.names(), ["policies/house.gate", "tollgate.yaml"]);
    assert_eq!(folder.read("policies/house.gate"), "mine");

    // What was written before the file that could not be is gone again.
    let folder = Repo::called("a file in the way");
    folder.write("rollouts", "no folder");
    let why = folder.refused(&["init"]);
    assert!(why.contains("nothing was written: `rollouts/"), "{why}");
    assert_eq!(folder.names(), ["rollouts"]);

    for name in ["", "a/b", "..", "-x", "a\u{1b}b", &"x".repeat(101)] {
        let why = folder.refused(&["init", &format!("--workflow={name}")]);
        assert!(why.contains("it names a folder"), "{name}: {why}");
    }
    assert!(folder.refused(&["init", "--date", "2026-02-30"]).contains("not a date"));
}

#[test]
fn init_makes_the_folder_that_it_is_given() {
    let folder = Repo::called("x");
    let said = folder.done(&["init", "a b/c", "--workflow", "w.1", "--date", "2026-11-20"]);
    assert!(said.contains("tollgate check 'a b/c'"), "{said}");
    assert_eq!(folder.below("a b/c").names().len(), 5);
}

#[test]
fn the_templates_are_packaged() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let listed = Command::new(cargo)
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let templates = files_under(&root().join("templates/init"), &["yaml", "gate"]);
    assert_eq!(templates.len(), 13);
    for template in templates {
        assert!(listed.lines().any(|line| line == relative(&template)), "{}: {listed}", template.display());
    }
}

/// A repository with a vocabulary of its own, and a series of one workflow.
fn gauged() -> Repo {
    let folder = Repo::called("gauged");
    folder.write(
        "policies/p.gate",
        "stages trial -> live
snapshot every 2 weeks {
  adoption: share \"Share of the users\"
  cost: number USD
  team { size: count, lead: text standing }
  runs: list of { id: text key, took: duration, ok: bool }
  notes: list of text
  owner: text standing
  seen: date required
}
policy p { rule r { when stage == live require adoption >= 50% else hold } }
",
    );
    folder.write("tollgate.yaml", "policies: [policies/]\n");
    folder.write("rollouts/w/rollout.yaml", "owner: ana\nteam: { lead: ben }\n");
    folder.write(
        "rollouts/w/2026-01-05.yaml",
        "workflow: w\ndate: 2026-01-05\nstage: trial\nseen: 2026-01-01\n",
    );
    folder.write(
        "rollouts/w/2026-01-19.yaml",
        "workflow: w\ndate: 2026-01-19\nstage: trial\nadvance_to: live\nseen: 2026-01-19\nadoption: 60%
team: { size: 3 }\nruns: [ { id: a, ok: true }, { id: b, took: 3 s } ]\nnotes: []\n",
    );
    folder
}

const NEXT: &str = "\
# What was measured up to this day. What stays empty is unknown, and no rule takes it for a yes; an
# empty list is written `[]`.

workflow: w
date: 2026-02-02
stage: trial
# advance_to: live  # asks for the next stage

# Share of the users (share)
adoption:

# A record
team:
  # count
  size:

# list of records
runs:
  # - id:  # text, names the element
  #   took:  # duration
  #   ok:  # bool

# list of text
notes:
  # -

# date, required
seen:

# Not recorded the last time. Take away the `# ` before what was measured now:
#
# cost:  # number USD
";

#[test]
fn the_next_snapshot_has_the_fields_and_no_values() {
    let folder = gauged();
    folder.done(&["new", "snapshot", "--workflow", "w"]);
    let text = folder.read("rollouts/w/2026-02-02.yaml");
    assert_eq!(text, NEXT);
    // What is required is missing until it is filled in.
    let report = folder.report_on("2026-02-02");
    assert_eq!(report["workflows"][0]["decision"], "error");
    let filled = text.replace("seen:", "seen: 2026-02-02").replace("stage: trial", "stage: live");
    folder.write("rollouts/w/2026-02-02.yaml", &filled);
    let report = folder.report_on("2026-02-02");
    only_linted(&report);
    let rule = &report["workflows"][0]["rules"].as_array().unwrap()[0];
    assert_eq!(
        (&rule["rule"], &rule["outcome"]),
        (&Value::from("p.r"), &Value::from("undecided")),
        "{rule:#}"
    );
    // Uncommented, the lists are what they were.
    let text = filled.replace("  # - id:", "  - id:").replace("  #   ", "    ").replace("  # -\n", "  - x\n");
    folder.write("rollouts/w/2026-02-02.yaml", &text);
    only_linted(&folder.report_on("2026-02-02"));
}

#[test]
fn the_next_snapshot_offers_what_nobody_has_recorded_wherever_it_lies() {
    let folder = gauged();
    folder.write(
        "rollouts/w/2026-01-19.yaml",
        "workflow: w\ndate: 2026-01-19\nstage: trial\nseen: 2026-01-19\nadoption: 60%\n",
    );
    folder.write("rollouts/w/rollout.yaml", "team: { lead: ben }\n");
    folder.done(&["new", "snapshot", "--workflow", "w"]);
    let text = folder.read("rollouts/w/2026-02-02.yaml");
    for offered in
        ["# cost:", "# team:", "#   size:", "# runs:", "#   - id:", "#     took:", "# notes:", "# owner:"]
    {
        assert!(text.lines().any(|line| line.starts_with(offered)), "{offered}: {text}");
    }
    assert!(!text.contains("lead"), "{text}");
    // Each is one once its mark is taken away.
    let (above, below) = text.split_once("measured now:\n").unwrap();
    let below: String = below.lines().map(|line| line.trim_start_matches('#').to_owned() + "\n").collect();
    let below = below.replace("\n ", "\n").replace("- id:", "- id: a");
    let filled = format!("{above}measured now:\n{below}").replace("seen:", "seen: 2026-02-02");
    let filled = filled.replace("stage: trial", "stage: live");
    folder.write("rollouts/w/2026-02-02.yaml", &filled);
    only_linted(&folder.report_on("2026-02-02"));
}

#[test]
fn the_tests_that_are_missing_are_written_beside_the_policy() {
    let folder = Repo::new();
    folder.write("tollgate.yaml", "policies: [policies/]\n");
    let policy = "snapshot every 1 week { adoption: share }
policy own { rule used { require adoption >= 50% else hold }\n  rule low { when adoption < 10% then rollback } }\n";
    folder.write("policies/own.gate", policy);
    folder.write("policies/own.test.gate", "test \"own.used: >= could be >\" {\n  given every 1 week from 2026-01-05 { adoption = 70% }\n  expect own.used passes\n}\n");
    let run = folder.run(&["test", "--mutate", "--write", "policies/own.gate"]);
    assert!(run.code == 1 && run.err.contains("added to `policies/own.test.gate`"), "{}", run.err);
    let written = folder.read("policies/own.test.gate");
    assert!(written.starts_with("test \"own.used: >= could be >\" {\n"), "{written}");
    // A title is not given twice, and what was written passes, is formatted and leaves nothing that could be written.
    assert!(written.contains("test \"own.used: >= could be > (2)\""), "{written}");
    assert_eq!(folder.run(&["fmt", "--check", "policies/own.test.gate"]).code, 0);
    let run = folder.run(&["test", "--mutate", "--write"]);
    assert!(run.err.contains("no test could be found to add"), "{}{}", run.out, run.err);
    assert_eq!(folder.read("policies/own.test.gate"), written);
    assert_eq!(folder.run(&["test"]).code, 0);
}

#[test]
fn a_full_name_finds_the_workflow_of_one_project() {
    let folder = Repo::new();
    for team in ["claims", "support"] {
        folder.write(&format!("teams/{team}/tollgate.yaml"), "policies: [builtin]\n");
        folder.write(
            &format!("teams/{team}/rollouts/letters/2026-11-20.yaml"),
            "workflow: letters\ndate: 2026-11-20\nstage: testing\n",
        );
    }
    let refused = folder.refused(&["new", "snapshot", "--workflow", "letters"]);
    assert!(refused.contains("`teams/claims: letters` or `teams/support: letters`"), "{refused}");
    folder.done(&["new", "snapshot", "--workflow", "teams/claims: letters", "--date", "2026-11-27"]);
    folder.read("teams/claims/rollouts/letters/2026-11-27.yaml");
    for command in ["check", "history"] {
        let said = folder.done(&[command, "--as-of", "2026-11-27", "--workflow", "teams/claims: letters"]);
        assert!(said.contains("teams/claims: letters") && !said.contains("teams/support: letters"), "{said}");
    }
    let said = folder.run(&["check", "--as-of", "2026-11-27", "--workflow", "teams/claim: letters"]);
    assert!(said.code == 2 && said.out.contains("did you mean `teams/claims: letters`?"), "{}", said.out);
}

#[test]
fn the_next_snapshot_is_of_the_day_that_an_override_makes_it_due() {
    let folder = gauged();
    folder.append("tollgate.yaml", "overrides:\n- { workflows: [w], cadence: { every: 3 weeks } }\n");
    folder.done(&["new", "snapshot", "--workflow", "w"]);
    assert!(folder.read("rollouts/w/2026-02-09.yaml").contains("date: 2026-02-09\n"));
}

#[test]
fn a_next_snapshot_is_refused_where_it_would_be_wrong() {
    let folder = gauged();
    let new = |more: &[&str]| folder.refused(&[&["new", "snapshot", "--workflow"], more].concat());
    assert!(new(&["w", "--date", "2026-01-19"]).contains("`w` has a snapshot of 2026-01-19"));
    assert!(new(&["w", "--date", "2026-01-04"]).contains("begins after 2026-01-04"));
    assert!(new(&["v"]).contains("there is no workflow `v`"), "{}", new(&["v"]));
    assert!(new(&["w\u{1b}[2J"]).contains("\\u{1b}"));
    folder.write("rollouts/w/2026-02-02.yaml.txt", "");
    folder.write("rollouts/x/2026-02-02.yaml", "workflow: x\ndate: 2026-02-02\nadoption: 5\n");
    assert!(new(&["x"]).contains("have errors"));
    // One between two others takes the fields of the earlier one.
    folder.done(&["new", "snapshot", "--workflow", "w", "--date", "2026-01-12"]);
    let text = folder.read("rollouts/w/2026-01-12.yaml");
    assert!(text.contains("date: 2026-01-12\n") && !text.contains("\nadoption:"), "{text}");

    folder.write("policies/p.gate", "snapshot { a: count }\npolicy p { rule r { require a > 1 else hold } }");
    folder.write("rollouts/y.yaml", "workflow: y\ndate: 2026-01-19\na: 2\n");
    // Where nobody says when one is due, today is as good a day as any.
    folder.done(&["new", "snapshot", "--workflow", "y"]);
    assert!(new(&["y"]).contains("give another day with `--date`"), "{}", new(&["y"]));
    folder.write("policies/p.gate", "policy p { rule r { require");
    assert!(new(&["y"]).contains("policies/p.gate:1"));
}

/// The day of the first snapshot of `replies`.
fn first_day(folder: &Repo) -> Date {
    let names = folder.below("rollouts/replies").names();
    names.iter().find_map(|name| parse_date(name.strip_suffix(".yaml")?)).unwrap()
}

fn later(day: Date, days: i64) -> Date {
    date_of_day(day_number(day) + days).unwrap()
}

#[test]
fn on_the_first_day_no_step_breaks_the_next() {
    let folder = Repo::called("replies");
    let said = folder.done(&["init"]);
    assert!(said.contains("once it is due: a week after the first"), "{said}");
    let today = first_day(&folder);
    for command in ["check", "test", "lint", "rules"] {
        folder.done(&[command]);
    }
    // There is one of today, and the next is of a day that is yet to come.
    let next = ["new", "snapshot", "--workflow", "replies"];
    let due = later(today, 7);
    let why = folder.refused(&next);
    let both = format!("`replies` has a snapshot of {today}, and the next is due on {due}");
    assert!(why.contains(&both) && why.contains("`--date`"), "{why}");
    folder.done(&["check"]);
    // Who asks for that day is told what it does.
    let early = folder.run(&[&next[..], &["--date", &due.to_string()]].concat());
    assert_eq!(early.code, 0, "{}", early.err);
    assert!(early.err.starts_with(&format!("note: {due} is in the future: until then")), "{}", early.err);
    assert_eq!(folder.run(&["check"]).code, 2);
    assert_eq!(folder.run(&["check", "--as-of", &due.to_string()]).code, 0);
}

#[test]
fn a_next_snapshot_is_of_no_day_that_is_yet_to_come() {
    let folder = Repo::called("replies");
    folder.done(&["init"]);
    let today = first_day(&folder);
    // How many days ago the last one was, and whether the next is due.
    for (ago, is_due) in [(3, false), (6, false), (7, true), (8, true)] {
        let (first, folder) = (later(today, -ago), Repo::called("replies"));
        folder.done(&["init", "--date", &first.to_string()]);
        let new = folder.run(&["new", "snapshot", "--workflow", "replies"]);
        let day = if is_due { later(first, 7) } else { today };
        assert_eq!(
            (new.code, new.out.contains(&day.to_string())),
            (0, true),
            "{ago}: {}{}",
            new.out,
            new.err
        );
        let due = format!("is due on {}; this one is of today, {today}", later(first, 7));
        assert_eq!((new.err.is_empty(), new.err.contains(&due)), (is_due, !is_due), "{ago}: {}", new.err);
        folder.done(&["check"]);
    }
}

#[test]
fn the_next_snapshot_is_called_like_the_last() {
    let folder = Repo::called("x");
    folder.write(
        "policies/p.gate",
        "snapshot every 1 week { a: count }\npolicy p { rule r { require a > 1 else hold } }",
    );
    let config = "policies: [policies/]\nsnapshots: rollouts/*-01-*.yaml\n";
    folder.write("tollgate.yaml", config);
    let snapshot = |workflow: &str, date: &str| format!("workflow: {workflow}\ndate: {date}\na: 2\n");
    folder.write("rollouts/one-2026-01-05.week.yaml", snapshot("one", "2026-01-05"));
    folder.write("rollouts/-01-two.yaml", snapshot("\"two: 2\"", "2026-01-05"));
    let both = [snapshot("three", "2026-01-05"), snapshot("four", "2026-01-05")].join("---\n");
    folder.write("rollouts/-01-all.yaml", &both);
    let new = |workflow: &str| folder.done(&["new", "snapshot", "--workflow", workflow]);
    assert!(new("one").contains("rollouts/one-2026-01-12.week.yaml"));
    assert!(new("two: 2").contains("rollouts/-01-two-2026-01-12.yaml"));
    let text = folder.read("rollouts/-01-two-2026-01-12.yaml");
    assert!(text.contains("workflow: \"two: 2\"\n"), "{text}");
    let printed = new("three");
    assert!(printed.contains("rollouts/-01-all.yaml") && printed.contains("\n---\n"), "{printed}");
    folder.write("rollouts/-01-all.yaml", [both, printed.replace("a:", "a: 3")].concat());
    let report = folder.report_on("2026-01-12");
    let three = report["workflows"].as_array().unwrap().iter().find(|w| w["workflow"] == "three").unwrap();
    assert_eq!((&three["snapshots"], &three["decision"]), (&Value::from(2), &Value::from("continue")));

    folder.write("rollouts/five-2026-01-30.yaml", snapshot("five", "2026-01-30"));
    folder
        .write("rollouts/six-2026-01-05.week.yaml", snapshot("six", "2026-01-05") + "retired: 2026-01-18\n");
    new("six");
    let text = folder.read("rollouts/six-2026-01-12.week.yaml");
    assert!(text.contains("date: 2026-01-12\nretired: 2026-01-18\n"), "it is carried over: {text}");
    let why = folder.refused(&["new", "snapshot", "--workflow", "six"]);
    assert!(why.contains("`six` is retired, and its last day was 2026-01-18"), "{why}");

    let why = folder.refused(&["new", "snapshot", "--workflow", "five"]);
    assert!(why.contains("`rollouts/five-2026-02-06.yaml` would not be found"), "{why}");
    assert!(!folder.path("rollouts/five-2026-02-06.yaml").exists());
}

/// YAML as the schemas' validators read it: no type but those of JSON.
fn yaml(text: &str) -> Value {
    // Only `true` and `false` are.
    let options = serde_yaml::options! { strict_booleans: true };
    serde_yaml::from_str_with_options(text, options).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn schema(folder: &Path, what: &str) -> jsonschema::Validator {
    let text = done(folder, &["schema", what, "."]);
    jsonschema::draft7::options()
        .should_validate_formats(true)
        .build(&serde_json::from_str(&text).unwrap())
        .unwrap()
}

#[test]
fn the_schema_takes_every_snapshot_of_the_examples() {
    let mut seen = 0;
    for config in files_under(&root().join("examples"), &["yaml"]) {
        let folder = config.parent().unwrap();
        if !config.ends_with("tollgate.yaml") || !folder.join("rollouts").exists() {
            continue;
        }
        let (snapshot, rollout) = (schema(folder, "snapshot"), schema(folder, "rollout"));
        for file in files_under(&folder.join("rollouts"), &["yaml"]) {
            let value = yaml(&fs::read_to_string(&file).unwrap());
            let is_standing = file.ends_with("rollout.yaml");
            let errors: Vec<String> = if is_standing { &rollout } else { &snapshot }
                .iter_errors(&value)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{}: {errors:?}", relative(&file));
            assert!(is_standing || !rollout.is_valid(&value), "{} is no standing fact", relative(&file));
            seen += 1;
        }
    }
    assert!(seen > 100, "only {seen} snapshots were found");
}

#[test]
fn the_schema_refuses_what_check_refuses() {
    let folder = gauged();
    let schema = schema(folder.folder(), "snapshot");
    let snapshot = |rest: &str| yaml(&format!("date: 2026-01-05\nstage: trial\nseen: 2026-01-05\n{rest}\n"));
    for good in [
        "adoption: 15%",
        "adoption: 0.15",
        "adoption: 100 %",
        "adoption: 100.0%",
        "adoption: 1e1%",
        "adoption:",
        "adoption: 0",
        "cost: 0.05 USD",
        "cost: -3",
        "cost: -3USD",
        "runs: []",
        "runs: [ { took: 300ms } ]",
        "runs: [ { took: 2 weeks, ok: } ]",
        "owner: 5",
        "team: { size: 4.0 }",
        "team:",
        "advance_to: live",
        "workflow: w",
        "notes: [a, 5, ]",
        "collected: { adoption: { from: prom, unknown: no samples, at: 2026-01-05T00:00Z }, team.size: { from: hr, rows: 3 } }",
        "collected:",
    ] {
        let errors: Vec<String> =
            schema.iter_errors(&snapshot(good)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{good}: {errors:?}");
    }
    for bad in [
        "adoption: 15",
        "adoption: 101%",
        "adoption: -1%",
        "adoption: high",
        "adoption: 5 USD",
        "adoptoin: 15%",
        "cost: 5 EUR",
        "cost: lots",
        "runs: [ { took: 300 } ]",
        "runs: [ { took: -3 s } ]",
        "runs: 5",
        "runs: [ { tok: 3 s } ]",
        "team: { size: 2.5 }",
        "team: { size: -1 }",
        "team: 4",
        "advance_to: never",
        "owner: [a]",
        "notes: [a, null]",
        "runs: [ { ok: maybe } ]",
        "collected: 5",
        "collected: { adoption: prom }",
        "collected: { adoption: { tool: prometheus } }",
        "collected: { adoption: { frm: prom } }",
        "collected: { adoptoin: { from: prom } }",
        "collected: { adoption: { from: prom, sha256: 3f } }",
        "collected: { adoption: { from: prom, at: 2026-01-05 } }",
        "collected: { adoption: { from: prom, errors: -1 } }",
    ] {
        assert!(!schema.is_valid(&snapshot(bad)), "{bad}");
        folder.write(
            "rollouts/w/2026-01-20.yaml",
            format!("workflow: w\ndate: 2026-01-20\nstage: trial\nseen: 2026-01-05\n{bad}\n"),
        );
        assert_eq!(folder.run(&["check", "--as-of", "2026-01-20"]).code, 2, "{bad}");
    }
    for bad in [
        "stage: trial",
        "date: 2026-01-05",
        "date: 2026-02-30\nstage: trial",
        "date: 2026-01-05\nstage:",
        "- a",
    ] {
        assert!(!schema.is_valid(&yaml(bad)), "{bad}");
    }
}

#[test]
fn the_schema_takes_ranges_and_counts() {
    let folder = gauged();
    let schema = schema(folder.folder(), "snapshot");
    let is_valid = |text: &str| {
        schema.is_valid(&yaml(&format!("date: 2026-01-05\nstage: trial\nseen: 2026-01-05\n{text}\n")))
    };
    for good in [
        "adoption: 10% to 20%",
        "adoption: 0.1 to 0.2",
        "adoption: '10 % to 20 %'",
        "adoption: 957 of 1008",
        "cost: 1 USD to 2.5 USD",
        "cost: -3 to 2 USD",
        "runs: [ { took: 300ms to 2 s } ]",
        "runs: [ { took: 1 to 2.5 s } ]",
        "team: { size: 3 to 5 }",
    ] {
        assert!(is_valid(good), "{good}");
    }
    for bad in [
        "adoption: 10 to 20%",
        "adoption: -1 of 5",
        "cost: 3 of 4",
        "cost: 1 EUR to 2 EUR",
        "runs: [ { took: 1 to 2 } ]",
        "runs: [ { took: 3 of 4 } ]",
        "team: { size: 3 of 4 }",
        "team: { size: -1 to 2 }",
    ] {
        assert!(!is_valid(bad), "{bad}");
    }
}

#[test]
fn projects_with_vocabularies_of_their_own_have_no_common_schema() {
    let folder = Repo::called("x");
    for (name, field) in [("a", "count"), ("b", "share")] {
        folder.write(&format!("{name}/tollgate.yaml"), "policies: [p.gate]\n");
        let policy =
            format!("snapshot {{ f: {field} }}\npolicy p {{ rule r {{ require f > 0 else hold }} }}");
        folder.write(&format!("{name}/p.gate"), &policy);
        folder.write(&format!("{name}/rollouts/w.yaml"), "workflow: w\ndate: 2026-01-05\nf: 1\n");
    }
    let why = folder.refused(&["schema", "snapshot"]);
    assert!(why.contains("`a`, `b`"), "{why}");
    folder.done(&["schema", "snapshot", "a"]);
    let why = folder.refused(&["new", "snapshot", "--workflow", "w", "--date", "2026-01-12"]);
    assert!(why.contains("several projects have a workflow `w`"), "{why}");
    let docs = folder.done(&["docs"]);
    assert!(docs.contains("# Project `a`\n") && docs.contains("# Project `b`\n"), "{docs}");
}

#[test]
fn the_page_of_the_policies_tells_what_is_in_force() {
    let folder = gauged();
    folder.write("policies/p.gate",
        "stages trial -> live
snapshot every 1 week { adoption: share standing \"<b>Of</b> `the` | users, @everybody\" }
policy p \"A [title](http://x) with *stars*\" {
  param least = 50% within 0% to 100% \"The least\"
  rule r \"Enough\" { when stage == live or \"`\" == \"a|b\" require adoption >= least else hold help \"Ask.\" link \"https://x.example/y\" }
}
",
    );
    folder.write(
        "tollgate.yaml",
        "policies: [policies/]
params:
  p.least: { value: 60%, because: \"a board | decision\" }
rules:
  p.r: { effect: warn, locked: true }
overrides:
  - workflows: [w]
    params: { p.least: 70% }
waivers:
  - { rule: p.r, workflow: w, because: holidays, owner: ana@example.com, until: 2026-01-31 }
",
    );
    for name in ["2026-01-05", "2026-01-19"] {
        folder
            .write(&format!("rollouts/w/{name}.yaml"), format!("workflow: w\ndate: {name}\nstage: trial\n"));
    }
    folder.write("rollouts/w/rollout.yaml", "adoption: 0.5\n");
    let page = folder.done(&["docs"]);
    assert_eq!(page, folder.done(&["docs"]));
    for line in [
        "`trial -> live`",
        r"| `adoption` | share, standing | \<b>Of\</b> \`the\` \| users, @<!-- -->everybody |",
        r"## `p`: A \[title\](http:<!-- -->//x) with \*stars\*",
        r"| `least` | 60% (`tollgate.yaml:3`; declared as 50%): a board \| decision | 0% to 100% | The least |",
        r#"| `p.r` | Enough<br>Ask.<br>`https://x.example/y` | `adoption >= least`, when `` stage == live or "`" == "a\|b" `` | warn (`tollgate.yaml:5`; declared as hold; locked by `tollgate.yaml:5`) |"#,
        "| `w` | `p.least` | 70% (`tollgate.yaml:8`; declared as 50%) |",
        "| `p.r` | `w` | until 2026-01-31 | holidays | ana@<!-- -->example.com | `tollgate.yaml:10` |",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
}

#[test]
fn shells_and_the_manual_know_every_command() {
    let folder = Repo::called("x");
    let help = folder.done(&["--help"]);
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.contains(&"check") && commands.contains(&"init"), "{commands:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = folder.done(&["completions", shell]);
        for command in &commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    assert!(folder.refused(&["completions", "tcsh"]).contains("possible values"));
    folder.done(&["man", "pages/man1"]);
    for command in commands.iter().filter(|command| **command != "help") {
        let page = folder.read(&format!("pages/man1/tollgate-{command}.1"));
        assert!(page.contains(".SH SYNOPSIS") && page.contains(&format!("tollgate\\-{command}")), "{page}");
    }
    assert!(folder.path("pages/man1/tollgate-new-snapshot.1").exists());
    assert!(folder.done(&["man"]).starts_with(".ie"));
    assert!(folder.refused(&["man", "pages/man1"]).contains("there already"));
}
