//! `check --base`: nothing that is judged can loosen what it is judged by. On real repositories, made for each test.

use serde_json::Value;

use crate::support::{Repo, Run};

pub(crate) const POLICY: &str = "stages testing -> pilot
snapshot every 1 week grace 3 days { outputs: list of { id: text key, edit_time: share from 0% to 1000% } }
policy own \"Ours\" {
  param light_share = 80% within 50% to 100%
  gate testing -> pilot \"Proved\" {
    rule light \"Most outputs are light\" {
      require share(outputs where edit_time < 15%) >= light_share
      else hold
    }
  }
}
";
pub(crate) const CONFIG: &str = "policies: [own/]\nparams:\n  own.light_share: 80%\n";

impl Repo {
    /// Two workflows on `main`, one of which asks too early, and a branch to work on.
    pub(crate) fn asking() -> Self {
        let repo = Self::new().file("tollgate.yaml", CONFIG).file("own/p.gate", POLICY);
        repo.git(&["init", "-q", "-b", "main"]);
        repo.snapshot("replies", "2026-11-09", false, 7);
        repo.snapshot("other's \u{e4} \"x\"", "2026-11-16", true, 3);
        repo.commit();
        repo.git(&["checkout", "-q", "-b", "branch"]);
        repo
    }

    /// Ten outputs, some of them light.
    pub(crate) fn snapshot(&self, workflow: &str, date: &str, asks: bool, light: usize) {
        let time = |index: usize| if index < light { 5 } else { 40 };
        let outputs: String =
            (0..10).map(|index| format!("  - {{ id: r{index}, edit_time: {}% }}\n", time(index))).collect();
        let ask = if asks { "advance_to: pilot\n" } else { "" };
        let name = Value::from(workflow);
        let text = format!("workflow: {name}\ndate: {date}\nstage: testing\n{ask}outputs:\n{outputs}");
        self.write(&format!("rollouts/{}/{date}.yaml", workflow.replace('"', "'")), text);
    }

    pub(crate) fn check(&self, arguments: &[&str]) -> (i32, String) {
        self.dated(&[&["check"], arguments].concat())
    }

    /// What a command says on the day of the newest snapshots.
    pub(crate) fn dated(&self, arguments: &[&str]) -> (i32, String) {
        self.run(&[arguments, &["--as-of", "2026-11-18"]].concat()).said()
    }

    /// What `check` reports, without what is said of the policies' own quality.
    pub(crate) fn report(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, text) = self.check(&[arguments, &["--format", "json"]].concat());
        let mut report: Value = serde_json::from_str(&text).unwrap();
        let lint = |found: &Value| found["code"].as_str().unwrap().starts_with("T7");
        report["diagnostics"].as_array_mut().unwrap().retain(|found| !lint(found));
        (code, report)
    }
}

fn decision<'r>(report: &'r Value, workflow: &str) -> &'r str {
    let all = report["workflows"].as_array().unwrap();
    all.iter().find(|w| w["workflow"] == workflow).map_or("", |w| w["decision"].as_str().unwrap())
}

fn list(report: &Value, key: &str) -> Vec<String> {
    let names = report["against"][key].as_array().unwrap();
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_proposal_cannot_loosen_the_gate_that_it_has_to_pass() {
    let repository = Repo::asking();
    repository.write("tollgate.yaml", CONFIG.replace("80%", "60%"));
    repository.snapshot("replies", "2026-11-16", true, 7);
    repository.commit();
    let (_, alone) = repository.report(&[]);
    assert_eq!(decision(&alone, "replies"), "advance", "by its own policies it may");
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, decision(&report, "replies")), (1, "hold"));
    assert_eq!(list(&report, "self_approved"), ["replies"]);
    let change = &report["against"]["settings"][0];
    assert_eq!(change["what"], "param own.light_share");
    assert_eq!((&change["from"], &change["to"]), (&Value::from("80%"), &Value::from("60%")));
    assert_eq!(
        [&change["was"]["file"], &change["was"]["line"], &change["now"]["file"], &change["now"]["line"]],
        [&Value::from("main:tollgate.yaml"), &Value::from(3), &Value::from("tollgate.yaml"), &Value::from(3)]
    );
    assert_eq!(change["direction"], "looser");
    let (code, text) = repository.check(&["--base", "main"]);
    assert!(code == 1 && text.contains("looser   param own.light_share  80% → 60%"), "{text}");
    assert!(text.contains("`replies`: self-approval"), "{text}");
    let (code, _) = repository.check(&["--base", "main", "--allow-self-approval"]);
    assert_eq!(code, 0, "a team may accept it");
}

#[test]
fn a_rule_that_is_rewritten_is_self_approval_too() {
    let repository = Repo::asking();
    repository.write("own/p.gate", POLICY.replace(">= light_share", ">= light_share - 60%"));
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!(report["against"]["settings"][0]["direction"], "unknown", "nobody can tell from the text");
    assert_eq!((code, list(&report, "self_approved")), (1, vec!["other's \u{e4} \"x\"".to_owned()]));
    let (_, sarif) = repository.check(&["--base", "main", "--format", "sarif"]);
    assert!(sarif.contains("tollgate.self_approval") && sarif.contains("own/p.gate"), "{sarif}");
}

#[test]
fn what_only_the_proposal_looks_at_is_judged_by_the_base() {
    let repository = Repo::asking();
    repository.write("tollgate.yaml", format!("{CONFIG}snapshots: [rollouts/, more/]\n"));
    repository.snapshot("replies", "2026-11-16", true, 3);
    repository.rename("rollouts/replies", "more");
    repository.git(&["checkout", "-q", "main", "--", "rollouts/replies"]);
    repository.remove("more/2026-11-09.yaml");
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, decision(&report, "replies")), (1, "hold"), "{report:#}");
}

#[test]
fn a_new_project_is_judged_and_said_to_be_new() {
    let repository = Repo::asking();
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["rm", "-rqf", "rollouts"]);
    repository.write("teams/a/tollgate.yaml", "extends: ../../tollgate.yaml\n");
    repository.snapshot("replies", "2026-11-09", false, 7);
    repository.rename("rollouts", "teams/a/rollouts");
    repository.commit();
    repository.write("teams/b/tollgate.yaml", "extends: ../../tollgate.yaml\n");
    repository.snapshot("tone", "2026-11-16", true, 3);
    repository.rename("rollouts", "teams/b/rollouts");
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, decision(&report, "tone")), (1, "hold"), "{report:#}");
    let said = report["diagnostics"][0]["message"].as_str().unwrap();
    assert!(
        said.starts_with("`main` has no project `teams/b`: what it extends is taken from there"),
        "{said}"
    );
    // What it extends cannot be loosened for it.
    repository.write("tollgate.yaml", CONFIG.replace("80%", "50%"));
    repository.snapshot("tone", "2026-11-16", true, 6);
    repository.rename("rollouts/tone/2026-11-16.yaml", "teams/b/rollouts/tone/2026-11-16.yaml");
    repository.remove("rollouts");
    let (_, alone) = repository.report(&[]);
    assert_eq!(decision(&alone, "tone"), "advance", "{alone:#}");
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, decision(&report, "tone")), (1, "hold"), "{report:#}");
}

#[test]
fn what_is_no_longer_looked_at_has_vanished() {
    let repository = Repo::asking();
    repository.write("tollgate.yaml", format!("{CONFIG}snapshots: \"rollouts/o*/*.yaml\"\n"));
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, list(&report, "vanished")), (1, vec!["replies".to_owned()]));
    assert_eq!(report["against"]["rewritten"][0]["fate"], "unread");
    let (_, quiet) = repository.check(&["--base", "main", "--quiet"]);
    assert!(quiet.contains("`replies`: gone") && quiet.contains("`other's"), "{quiet}");
}

#[test]
fn what_nobody_touched_does_not_block_others() {
    let repository = Repo::asking();
    repository.snapshot("replies", "2026-11-16", true, 9);
    repository.commit();
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, decision(&report, "replies")), (0, "advance"));
    assert_eq!(list(&report, "standing"), ["other's \u{e4} \"x\""]);
    assert_eq!(report["against"]["settings"].as_array().unwrap().len(), 0);
    let (code, _) = repository.check(&["--base", "main", "--all"]);
    assert_eq!(code, 1, "unless all count");
}

#[test]
fn history_is_not_rewritten_quietly() {
    let repository = Repo::asking();
    repository.snapshot("replies", "2026-11-09", false, 9);
    repository.remove("rollouts/other's \u{e4} 'x'");
    repository.commit();
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!(code, 1, "a workflow that is gone holds");
    assert_eq!(list(&report, "vanished"), ["other's \u{e4} \"x\""]);
    let rewritten = report["against"]["rewritten"].as_array().unwrap();
    let old: Vec<&str> = rewritten.iter().map(|change| change["old"].as_str().unwrap()).collect();
    assert_eq!(old, ["rollouts/other's \u{e4} 'x'/2026-11-16.yaml", "rollouts/replies/2026-11-09.yaml"]);
    assert_eq!(rewritten[0]["new"], Value::Null);
}

#[test]
fn waivers_and_rules_are_the_bases_too() {
    let repository = Repo::asking();
    repository.snapshot("replies", "2026-11-16", true, 7);
    let waiver =
        "waivers:\n  - { rule: own.light, workflow: replies, because: x, owner: me, until: 2026-12-31 }\n";
    repository.write("tollgate.yaml", format!("{CONFIG}{waiver}rules:\n  ladder.skipped: warn\n"));
    let tidied = POLICY.replace("      else hold\n", "      # or not\n\n      else   hold\n");
    repository.write("own/p.gate", &tidied);
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, decision(&report, "replies")), (1, "hold"), "what is not committed counts as well");
    let settings = report["against"]["settings"].as_array().unwrap();
    let what: Vec<&str> = settings.iter().map(|change| change["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["rule ladder.skipped", "waiver of own.light for replies"], "layout is no change");
    assert!(settings.iter().all(|change| change["direction"] == "looser"));
}

#[test]
fn a_vocabulary_can_change_and_its_ranges_cannot() {
    let repository = Repo::asking();
    let wider = POLICY
        .replace("from 0% to 1000% }", "from 0% to 5000% }")
        .replace("snapshot every 1 week grace 3 days {", "snapshot every 9 weeks {\n  remark: text\n");
    repository.write("own/p.gate", &wider);
    repository.snapshot("replies", "2026-11-16", true, 9);
    let name = "rollouts/replies/2026-11-16.yaml";
    repository.append(name, "remark: the new field\n");
    let text = repository.read(name);
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, decision(&report, "replies")), (0, "advance"), "{}", report["diagnostics"]);
    let settings = report["against"]["settings"].as_array().unwrap();
    let what: Vec<&str> = settings.iter().map(|change| change["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["the cadence", "vocabulary: outputs", "vocabulary: remark"]);
    repository.write(name, text.replace("edit_time: 40%", "edit_time: 4000%"));
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, decision(&report, "replies")), (2, "error"), "the base's range stands");
    repository.write(name, text.replace("date: 2026-11-16", "date: never"));
    let (_, report) = repository.report(&["--base", "main"]);
    let errors = report["diagnostics"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "an error of both sides is one: {errors:#?}");
}

#[test]
fn one_good_output_cannot_be_written_many_times() {
    let repository = Repo::asking();
    repository.write("own/p.gate", POLICY.replace("text key", "text"));
    repository.snapshot("replies", "2026-11-16", true, 7);
    let more = "  - { id: r0, edit_time: 5% }\n".repeat(10);
    repository.append("rollouts/replies/2026-11-16.yaml", &more);
    let (_, alone) = repository.report(&[]);
    assert_eq!(decision(&alone, "replies"), "advance", "without the key nobody minds");
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, decision(&report, "replies")), (2, "error"), "the base's key stands");
}

#[test]
fn a_base_without_policies_is_said_so() {
    let repository = Repo::new().file("README.md", "nothing yet");
    repository.git(&["init", "-q", "-b", "empty"]);
    repository.commit();
    repository.git(&["checkout", "-q", "-b", "branch"]);
    repository.write("tollgate.yaml", CONFIG);
    repository.write("own/p.gate", POLICY);
    repository.snapshot("replies", "2026-11-09", false, 7);
    let (_, report) = repository.report(&["--base", "empty"]);
    assert_eq!(report["diagnostics"][0]["code"], "T514", "{report:#}");
    assert_eq!(decision(&report, "replies"), "continue");
}

#[test]
fn a_base_without_a_configuration_is_judged_by_the_shipped_pack() {
    let repository = Repo::asking();
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["rm", "-rqf", "tollgate.yaml", "own"]);
    repository.commit();
    repository.git(&["checkout", "-q", "branch"]);
    repository.git(&["rm", "-rqf", "own"]);
    repository.write("tollgate.yaml", "rules:\n  before_deployment.light_enough: off\n");
    let (_, report) = repository.report(&["--base", "main"]);
    assert_ne!(report["diagnostics"][0]["code"], "T514", "{report:#}");
    let change = &report["against"]["settings"][0];
    assert_eq!(change["what"], "rule before_deployment.light_enough", "{report:#}");
    assert_eq!(change["direction"], "looser", "{report:#}");
}

#[cfg(unix)]
#[test]
fn links_of_the_base_lead_where_they_led() {
    let repository = Repo::asking();
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["mv", "own", "real"]);
    std::os::unix::fs::symlink("real", repository.path("own")).unwrap();
    repository.commit();
    repository.snapshot("replies", "2026-11-16", true, 7);
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, decision(&report, "replies")), (1, "hold"), "{}", report["diagnostics"]);
}

/// What was added to the target since the branch began is nothing that the branch took away.
#[test]
fn a_workflow_that_came_after_the_branch_has_not_vanished() {
    let repository = Repo::asking();
    repository.git(&["checkout", "-q", "main"]);
    repository.snapshot("later", "2026-11-16", false, 9);
    repository.commit();
    repository.git(&["checkout", "-q", "branch"]);
    repository.snapshot("replies", "2026-11-16", true, 9);
    repository.commit();
    let (code, report) = repository.report(&["--base", "main"]);
    assert_eq!((code, list(&report, "vanished")), (0, Vec::new()));
}

#[test]
fn a_commit_is_read_without_what_lies_outside_and_the_help_says_so() {
    let repository = Repo::asking();
    repository.write("tollgate.yaml", "extends: ../../shared.yaml\n");
    repository.commit();
    let help = |arguments: &[&str]| {
        let (code, report) = repository.report(arguments);
        let found = report["diagnostics"].as_array().unwrap();
        let help = found.iter().find(|found| found["code"] == "T406").map(|found| found["help"].to_string());
        (code, help.unwrap_or_default())
    };
    let (code, text) = help(&["--base", "HEAD"]);
    assert!(code == 2 && text.contains("a commit is read without what lies outside"), "{text}");
    let (code, text) = help(&[]);
    assert!(code == 2 && text.contains("or check with `--allow-outside`"), "{text}");
}

#[test]
fn what_git_lacks_is_said_with_what_to_do() {
    let repository = Repo::asking();
    let (code, text) = repository.check(&["--base", "nowhere"]);
    assert!(
        code == 2 && text.contains("git knows no commit `nowhere`; this repository has no remote"),
        "{text}"
    );
    let (code, text) = repository.check(&["--base", "--output=x"]);
    assert!(code == 2 && !repository.path("x").exists(), "{text}");
    let source = repository.address();
    repository.git(&["clone", "-q", "--depth", "1", "-b", "branch", &source, "shallow"]);
    let inside = repository.below("shallow");
    let (code, text) = inside.check(&["--base", "main"]);
    assert!(code == 2 && text.contains("the clone is shallow"), "{text}");
    // The line that is shown names what was asked for, and does it.
    let (_, text) = inside.check(&["--base", "origin/main"]);
    let line = text.split('`').find(|part| part.starts_with("git fetch")).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(line, "git fetch --unshallow origin refs/heads/main:refs/remotes/origin/main");
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    inside.git(&words);
    assert_ne!(inside.check(&["--base", "origin/main"]).0, 2);
    let mut without_git = inside.command(&["check", "--base", "main", "."]);
    let text = Run::of(without_git.env("PATH", "").output().unwrap()).err;
    assert!(text.contains("`git` is not installed, but reading another commit needs it"), "{text}");
}

/// What `record.rewritten` notes of each workflow.
fn rewritten(repository: &Repo, base: &str) -> Vec<(String, String)> {
    let (_, report) = repository.report(&["--base", base]);
    let mut found = Vec::new();
    for workflow in report["workflows"].as_array().unwrap() {
        for rule in workflow["rules"].as_array().unwrap() {
            if rule["rule"] == "record.rewritten" {
                assert!(rule["effect"] == "note" && rule["outcome"] == "fail", "{rule:#}");
                let name = workflow["workflow"].as_str().unwrap().to_owned();
                found.push((name, rule["message"].as_str().unwrap().to_owned()));
            }
        }
    }
    found
}

#[test]
fn snapshots_of_the_base_that_are_not_what_they_were_are_noted() {
    let repository = Repo::asking();
    let base = repository.check(&["--base", "main"]);
    assert_eq!(rewritten(&repository, "main"), []);
    repository.git(&["checkout", "-q", "main"]);
    // What is added is new evidence, and what a branch edits before it is merged came as it was merged.
    repository.append("rollouts/other's \u{e4} 'x'/2026-11-16.yaml", "  - { id: r10, edit_time: 5% }\n");
    repository.commit();
    repository.git(&["checkout", "-q", "-b", "week"]);
    repository.snapshot("replies", "2026-11-16", false, 7);
    repository.commit();
    repository.snapshot("replies", "2026-11-16", false, 8);
    repository.commit();
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["merge", "-q", "--no-ff", "--no-edit", "week"]);
    assert_eq!(rewritten(&repository, "main"), []);
    // A correction is not what came first, and put right again it is.
    repository.snapshot("replies", "2026-11-09", false, 9);
    repository.commit();
    let found = rewritten(&repository, "main");
    let [(name, message)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(name, "replies");
    let says = "values in `rollouts/replies/2026-11-09.yaml` were changed or removed since ";
    assert!(message.starts_with(says) && message.ends_with(", the commit that added it"), "{message}");
    assert_eq!(repository.check(&["--base", "main"]).0, base.0);
    // Nobody can tell of a history that is cut off, and nobody is told who does not want to know.
    let source = repository.address();
    repository.git(&["clone", "-q", "--depth", "1", "-b", "main", &source, "shallow"]);
    let inside = repository.below("shallow");
    let (code, report) = inside.report(&["--base", "origin/main"]);
    let codes: Vec<&str> =
        report["diagnostics"].as_array().unwrap().iter().filter_map(|found| found["code"].as_str()).collect();
    assert!(codes.contains(&"T517") && code == base.0, "{report:#}");
    assert_eq!(rewritten(&inside, "origin/main"), []);
    repository.append("tollgate.yaml", "rules:\n  record.rewritten: off\n");
    repository.commit();
    assert_eq!(rewritten(&repository, "main"), []);
    repository.git(&["clone", "-q", "--depth", "1", "-b", "main", &source, "shallow2"]);
    let (_, text) = repository.below("shallow2").check(&["--base", "origin/main"]);
    assert!(!text.contains("T517"), "{text}");
}

#[test]
fn lines_that_are_only_added_can_take_values_away() {
    for (from, to) in
        [("  - { id: r7,", "remarks:\n  - { id: r7,"), ("  - { id: r9,", "remarks: |\n  - { id: r9,")]
    {
        let repository = Repo::asking();
        repository.git(&["checkout", "-q", "main"]);
        let file = "rollouts/replies/2026-11-09.yaml";
        let text = repository.read(file);
        assert!(text.contains(from), "{text}");
        repository.write(file, text.replace(from, to));
        repository.commit();
        assert_eq!(rewritten(&repository, "main").len(), 1, "{to}");
    }
}

#[test]
fn a_setting_is_looser_if_it_is_on_any_day() {
    let said = |steps: &str| {
        let repository = Repo::asking();
        repository.write("tollgate.yaml", CONFIG.replace("80%", steps));
        repository.commit();
        let (_, report) = repository.report(&["--base", "main"]);
        let change = |change: &Value| {
            format!("{} {} {} {}", change["direction"], change["what"], change["from"], change["to"])
        };
        report["against"]["settings"]
            .as_array()
            .unwrap()
            .iter()
            .map(change)
            .collect::<Vec<_>>()
            .join("\n")
            .replace('"', "")
    };
    assert_eq!(
        said("[{ value: 80% }, { value: 60%, from: 2027-01-01 }]"),
        "looser param own.light_share from 2027-01-01 80% 60%"
    );
    assert_eq!(
        said("[{ value: 60% }, { value: 80%, from: 2020-01-01 }, { value: 90%, from: 2027-01-01 }]"),
        "looser param own.light_share 80% 60%\ntighter param own.light_share from 2027-01-01 80% 90%"
    );
    assert_eq!(said("[{ value: 80%, from: 2020-01-01 }]"), "");
}

#[test]
fn entries_of_tables_and_lists_are_compared_one_by_one() {
    let policy = |floor: &str, required: &str| {
        format!(
            "snapshot {{ tag: one of [a, b, c], rate: share, names: list of one of [x, y, z], owner: text }}\npolicy own {{\n  param floor = {floor}\n  param required = {required}\n  param texts = {{ \"t\": 50%, else: 60% }}\n  rule enough {{ require rate >= floor[tag] and rate >= texts[owner] else hold }}\n  rule there {{ require all(required where it in names) else hold }}\n}}\n"
        )
    };
    let said = |config: &str, floor: &str, required: &str| {
        let base = "policies: [own/]\nparams: { own.floor.a: 95% }\n";
        let repo = Repo::new()
            .file("tollgate.yaml", base)
            .file("own/p.gate", policy("{ a: 90%, else: 80% }", "[x, y]"));
        repo.write(
            "rollouts/w.yaml",
            "{ workflow: w, date: 2026-11-16, tag: a, rate: 99%, names: [x, y], owner: t }\n",
        );
        repo.git(&["init", "-q", "-b", "main"]);
        repo.commit();
        repo.git(&["checkout", "-q", "-b", "branch"]);
        repo.write("tollgate.yaml", format!("# the branch\npolicies: [own/]\nparams: {{ {config} }}\n"));
        repo.write("own/p.gate", policy(floor, required));
        repo.commit();
        let (_, report) = repo.report(&["--base", "main"]);
        let change = |change: &Value| {
            format!("{} {} {} {}", change["direction"], change["what"], change["from"], change["to"])
        };
        let all = report["against"]["settings"].as_array().unwrap().iter().map(change);
        all.collect::<Vec<_>>().join("; ").replace('"', "")
    };
    let (floor, required) = ("{ a: 90%, else: 80% }", "[x, y]");
    assert_eq!(said("own.floor.a: 95%", floor, required), "");
    assert_eq!(said("own.floor.a: 92%", floor, required), "looser param own.floor.a 95% 92%");
    // A member that had only the `else`: against what held for it before.
    assert_eq!(
        said("own.floor.a: 95%, own.floor.b: 85%", floor, required),
        "tighter param own.floor.b 80% 85%"
    );
    assert_eq!(
        said("own.floor.a: 95%, own.floor: { b: 70% }", floor, required),
        "looser param own.floor.b 80% 70%"
    );
    assert_eq!(
        said("own.floor.a: 95%, own.floor.else: 70%", floor, required),
        "looser param own.floor.else 80% 70%"
    );
    assert_eq!(
        said("own.floor.a: 95%, own.texts.new: 50%", floor, required),
        "looser param own.texts[\\new\\] 60% 50%"
    );
    assert_eq!(
        said("own.floor.a: 95%", "{ a: 90%, c: 85%, else: 80% }", required),
        "tighter param own.floor.c 80% 85%"
    );
    assert_eq!(said("own.floor.a: 95%", floor, "[x]"), "other param own.required [x, y] [x]");
    assert_eq!(
        said("own.floor.a: 95%, own.required: [x, z]", floor, required),
        "other param own.required [x, y] [x, z]"
    );
}
