//! What `docs/pull-requests.md` says of `--base`, sentence by sentence: each trick beside an innocent twin that goes on and a
//! plain one that holds. On real repositories.

use serde_json::Value;

use crate::support::{Repo, Run};

pub(crate) const DAY: &str = "2026-11-20";
pub(crate) const CONFIG: &str = "policies: [policies/]\nsnapshots: rollouts/**/*.yaml\n";
pub(crate) const POLICY: &str = r#"stages testing -> pilot -> full

snapshot every 1 week grace 3 days {
  adoption: share
  outputs: list of { id: text key, edit_time: share from 0% to 1000% }
}

policy quality "Quality" {
  param light_share = 80% within 60% to 100%
  let light = share(outputs where edit_time < 15%)

  rule light_enough "Outputs are light" {
    require light >= light_share
    else hold "too heavy"
  }

  gate testing -> pilot {
    rule used { require adoption >= 50% else hold }
  }
}
"#;

/// A repository in which `a` holds, as its outputs are heavy, and `b` may go on; and a branch of it.
pub(crate) fn house() -> Repo {
    let repo = Repo::new().file("tollgate.yaml", CONFIG).file("policies/house.gate", POLICY);
    repo.git(&["init", "-q", "-b", "main"]);
    for date in ["2026-11-13", DAY] {
        snapshot(&repo, "a", date, 40);
        snapshot(&repo, "b", date, 4);
    }
    repo.commit();
    repo.git(&["checkout", "-q", "-b", "branch"]);
    repo
}

pub(crate) fn snapshot(repo: &Repo, workflow: &str, date: &str, edit_time: u32) {
    repo.write(&format!("rollouts/{workflow}/{date}.yaml"), text_of(workflow, date, edit_time));
}

pub(crate) fn text_of(workflow: &str, date: &str, edit_time: u32) -> String {
    let outputs: String =
        (1..=5).map(|id| format!("  - {{ id: o{id}, edit_time: {edit_time}% }}\n")).collect();
    format!("workflow: {workflow}\ndate: {date}\nstage: testing\nadoption: 70%\noutputs:\n{outputs}")
}

/// What a check against a base comes to.
pub(crate) fn against(repo: &Repo, base: &str, more: &[&str]) -> Run {
    repo.run(&[&["check", "--as-of", DAY, "--base", base], more].concat())
}

pub(crate) fn code(repo: &Repo) -> i32 {
    against(repo, "main", &[]).code
}

/// What the report says of the comparison.
fn report(repo: &Repo, more: &[&str]) -> Value {
    let run = against(repo, "main", &[more, &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
    report["against"].clone()
}

/// The settings that the pull request changes, each with its direction.
pub(crate) fn settings(repo: &Repo) -> Vec<String> {
    let found = report(repo, &[]);
    let say = |change: &Value| {
        format!("{} {}", change["direction"].as_str().unwrap(), change["what"].as_str().unwrap())
    };
    found["settings"].as_array().unwrap().iter().map(say).collect()
}

/// What becomes of the base's files.
pub(crate) fn fates(repo: &Repo) -> Vec<String> {
    let found = report(repo, &[]);
    let name = |change: &Value, key: &str| change[key].as_str().unwrap_or("-").to_owned();
    let say =
        |change: &Value| format!("{} {} {}", name(change, "fate"), name(change, "old"), name(change, "new"));
    found["rewritten"].as_array().unwrap().iter().map(say).collect()
}

#[track_caller]
pub(crate) fn says(run: &Run, code: i32, what: &str) {
    let said = format!("{}{}", run.out, run.err);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(run.code == code && said.contains(what), "{run:?}");
}

#[test]
fn without_a_trick_what_is_good_goes_on_and_what_is_bad_holds() {
    let repo = house();
    snapshot(&repo, "b", "2026-11-21", 5);
    assert_eq!(repo.run(&["check", "--as-of", "2026-11-21", "--base", "main"]).code, 0);
    repo.commit();
    assert_eq!(repo.run(&["check", "--as-of", "2026-11-21", "--base", "main", "--deny", "warnings"]).code, 0);
    snapshot(&repo, "b", "2026-11-21", 50);
    assert_eq!(repo.run(&["check", "--as-of", "2026-11-21", "--base", "main"]).code, 1);
}

#[test]
fn who_retires_is_named_with_the_last_decision() {
    let repo = house();
    let later =
        |more: &[&str]| repo.run(&[&["check", "--as-of", "2026-11-21", "--base", "main"], more].concat());
    let retiring = || {
        let run = later(&["--format", "json"]);
        let report: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
        let one = |one: &Value| {
            let text = |key: &str| one[key].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {} {}:{}",
                text("workflow"),
                text("last_day"),
                text("last_decision"),
                text("file"),
                one["line"]
            )
        };
        report["against"]["retiring"].as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(retiring(), [""; 0]);

    // Its snapshots are newer than the last day: that is an error, and no way out.
    repo.write("rollouts/a/rollout.yaml", "retired: 2026-11-13\n");
    says(&later(&[]), 2, "`a` has a snapshot after 2026-11-13, its last day");

    // On the last day it is judged as ever, and named.
    repo.write("rollouts/a/rollout.yaml", "retired: 2026-11-21\n");
    says(&later(&[]), 1, "a: its last day is 2026-11-21, and the last decision in the base is hold");

    repo.write("rollouts/a/rollout.yaml", "# It was switched off.\nretired: 2026-11-20\n");
    says(&later(&[]), 0, "a: its last day is 2026-11-20, and the last decision in the base is hold");
    assert_eq!(retiring(), ["a 2026-11-20 hold rollouts/a/rollout.yaml:2"]);
    let line = "::warning file=rollouts/a/rollout.yaml,line=2,endLine=2,col=10,";
    says(&later(&["--format", "github"]), 0, line);
    says(&later(&["--deny", "looser"]), 1, "`--deny looser`: workflows retire");
    says(&later(&["--deny", "looser", "--format", "github"]), 1, &line.replace("warning", "error"));
    for format in ["sarif", "gitlab", "junit", "markdown"] {
        says(&later(&["--format", format]), 0, "the last decision in the base is hold");
    }

    says(&later(&["--format", "tap"]), 0, "ok 1 - a: tollgate.retires");

    // Once that is merged, nobody retires; another day is named again, and none is not.
    repo.commit();
    repo.git(&["branch", "-f", "main"]);
    assert_eq!(retiring(), [""; 0]);
    repo.write("rollouts/a/rollout.yaml", "retired: 2027-11-20\n");
    assert_eq!(retiring(), ["a 2027-11-20 retired rollouts/a/rollout.yaml:1"]);
    says(&later(&[]), 1, "its last day is 2027-11-20, 1 failed");
    repo.write("rollouts/a/rollout.yaml", "{}\n");
    assert_eq!(retiring(), [""; 0]);
    assert_eq!(later(&[]).code, 1);

    // A workflow that nobody has judged yet.
    repo.write("rollouts/c/1.yaml", format!("{}retired: {DAY}\n", text_of("c", DAY, 40)));
    assert_eq!(retiring(), ["c 2026-11-20 - rollouts/c/1.yaml:11"]);
}

#[test]
fn a_vocabulary_of_the_branch_retires_nobody() {
    let repo = house();
    repo.write(
        "policies/house.gate",
        POLICY.replace("  adoption: share\n", "  adoption: share\n  retired: count\n"),
    );
    repo.commit();
    repo.git(&["branch", "-f", "main"]);
    repo.write("policies/house.gate", POLICY);
    repo.write("rollouts/a/rollout.yaml", "retired: 2026-11-20\n");
    let run = repo.run(&["check", "--as-of", "2026-11-21", "--base", "main"]);
    says(&run, 2, "`retired` is not a standing fact");
}

#[test]
fn a_name_means_a_branch_and_never_a_tag() {
    let repo = house();
    repo.write("policies/house.gate", POLICY.replace("= 80% within 60%", "= 0% within 0%"));
    snapshot(&repo, "a", DAY, 41);
    repo.commit();
    says(&against(&repo, "main", &[]), 1, "self-approval");
    repo.git(&["tag", "v1"]);
    says(&against(&repo, "main", &[]), 1, "self-approval");
    repo.git(&["tag", "main"]);
    says(&against(&repo, "main", &[]), 2, "`main` could mean any of `refs/heads/main`, `refs/tags/main`");
    says(&against(&repo, "refs/heads/main", &[]), 1, "self-approval");
    says(&against(&repo, "v1", &[]), 2, "only a tag: write `refs/tags/v1`");
    assert_eq!(against(&repo, "refs/tags/v1", &[]).code, 0, "in full it is what was asked for");
    assert_eq!(against(&repo, "HEAD~1", &[]).code, 1);
    assert_eq!(against(&repo, &repo.hash_of("main").unwrap(), &[]).code, 1);
    assert_eq!(against(&repo, &repo.hash_of("main").unwrap()[..8], &[]).code, 1);
    for word in [":/base", "main:policies", "", "--help", "@{-1}", "main^{tree}", "x-1-gabcdef0"] {
        let run = repo.run(&["check", "--as-of", DAY, &format!("--base={word}")]);
        assert_eq!(run.code, 2, "{word}: {run:?}");
    }
}

#[test]
fn a_tag_is_not_taken_for_the_branch_of_a_remote() {
    let repo = house();
    let source = repo.address();
    repo.git(&["clone", "-q", "-b", "branch", &source, "clone"]);
    let clone = repo.below("clone");
    clone.write("policies/house.gate", POLICY.replace("= 80% within 60%", "= 0% within 0%"));
    snapshot(&clone, "a", DAY, 41);
    clone.commit();
    says(&against(&clone, "origin/main", &[]), 1, "self-approval");
    clone.git(&["tag", "origin/main"]);
    says(&against(&clone, "origin/main", &[]), 2, "`refs/remotes/origin/main`, `refs/tags/origin/main`");
    clone.git(&["tag", "-d", "origin/main"]);
    clone.git(&["branch", "origin/main"]);
    says(&against(&clone, "origin/main", &[]), 2, "`refs/heads/origin/main`, `refs/remotes/origin/main`");
}

#[test]
fn the_report_names_the_commit() {
    let repo = house();
    let hash = repo.hash_of("main").unwrap();
    assert_eq!(report(&repo, &[])["commit"], Value::from(hash.clone()));
    let short = format!("Judged by the policies of `main` (commit {}).", &hash[..12]);
    says(&against(&repo, "main", &[]), 0, &short);
}

#[test]
fn the_base_is_read_from_objects_alone() {
    let repo = house();
    // Replaced objects, grafts and the environment change what git shows of a commit, and not what it is.
    repo.write("policies/house.gate", POLICY.replace("= 80% within 60%", "= 0% within 0%"));
    snapshot(&repo, "a", DAY, 41);
    repo.commit();
    repo.git(&["replace", "main", "branch"]);
    let [main, branch] = ["main", "branch"].map(|name| repo.hash_of(name).unwrap());
    repo.write(".git/info/grafts", format!("{main} {branch}\n{branch}\n"));
    says(&against(&repo, "main", &[]), 1, "self-approval");
    let mut command = repo.command(&["check", "--as-of", DAY, "--base", "main"]);
    let elsewhere = repo.outside("elsewhere");
    command.env("GIT_DIR", &elsewhere).env("GIT_OBJECT_DIRECTORY", &elsewhere).env("GIT_WORK_TREE", "/");
    says(&Run::of(command.output().unwrap()), 1, "self-approval");
    // Nor does what another repository lends.
    let source = repo.folder().display().to_string();
    repo.git(&["clone", "-q", "--shared", "-b", "branch", &source, "clone"]);
    let clone = repo.below("clone");
    says(&against(&clone, "origin/main", &[]), 2, "takes objects from");
    says(&against(&clone, "origin/main", &["--allow-outside"]), 1, "self-approval");
}

#[test]
fn the_base_holds_what_its_configuration_names_whatever_it_ends_in() {
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.rename("policies/house.gate", "policies/house.rules");
    repo.write("tollgate.yaml", "policies: [\"policies/*.rules\"]\nsnapshots: \"rollouts/**/*.json\"\n");
    for (workflow, time) in [("a", 40), ("b", 4)] {
        repo.remove(&format!("rollouts/{workflow}/2026-11-13.yaml"));
        let text = format!(
            "{{\"workflow\": \"{workflow}\", \"date\": \"{DAY}\", \"stage\": \"testing\", \"adoption\": 70%, \
             \"outputs\": [{{\"id\": \"o1\", \"edit_time\": {time}%}}]}}\n"
        );
        repo.remove(&format!("rollouts/{workflow}/{DAY}.yaml"));
        repo.write(&format!("rollouts/{workflow}/{DAY}.json"), text);
    }
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    assert_eq!((code(&repo), fates(&repo)), (0, Vec::new()));
    repo.edit(&format!("rollouts/a/{DAY}.json"), "40%", "4%");
    assert_eq!(fates(&repo), [format!("edited rollouts/a/{DAY}.json rollouts/a/{DAY}.json")]);
    says(&against(&repo, "main", &[]), 1, "`a`: judged with the newest snapshot of `main`");
    repo.remove(&format!("rollouts/a/{DAY}.json"));
    says(&against(&repo, "main", &[]), 1, "`a`: gone");
}

#[test]
fn nothing_of_the_pull_request_is_part_of_the_base() {
    let repo = Repo::new();
    repo.write("platform/tollgate.yaml", "policies: [policies/]\n");
    repo.write("platform/policies/house.gate", POLICY);
    repo.write("teams/a/tollgate.yaml", "extends: ../../platform\n");
    repo.write(&format!("teams/a/rollouts/a/{DAY}.yaml"), text_of("a", DAY, 40));
    repo.write("teams/b/tollgate.yaml", "extends: ../../platform\n");
    repo.write(&format!("teams/b/rollouts/b/{DAY}.yaml"), text_of("b", DAY, 4));
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    repo.git(&["checkout", "-q", "-b", "branch"]);
    // A new project is judged, by its own settings and what it extends.
    repo.write("teams/c/tollgate.yaml", "extends: ../../platform\n");
    repo.write(&format!("teams/c/rollouts/c/{DAY}.yaml"), text_of("c", DAY, 4));
    says(&against(&repo, "main", &[]), 0, "`main` has no project `teams/c`");
    repo.write(&format!("teams/c/rollouts/c/{DAY}.yaml"), text_of("c", DAY, 40));
    assert_eq!(code(&repo), 1);
    repo.remove("teams/c");
    // One in the folder of the shared policies brings none of its own into them.
    repo.write(&format!("teams/b/rollouts/b/{DAY}.yaml"), text_of("b", DAY, 5));
    repo.write("platform/policies/new/tollgate.yaml", "policies: [own.gate]\n");
    let own = "policy new { rule strict { require adoption >= 99% else hold } }\n";
    repo.write("platform/policies/new/own.gate", format!("snapshot {{ adoption: share }}\n{own}"));
    repo.write(
        &format!("platform/policies/new/rollouts/n/{DAY}.yaml"),
        "workflow: n\ndate: 2026-11-20\nadoption: 100%\n",
    );
    let json = against(&repo, "main", &["--format", "json"]);
    let verdict: Value = serde_json::from_str(&json.out).unwrap();
    let of_b = verdict["workflows"].as_array().unwrap().iter().find(|w| w["workflow"] == "b").unwrap();
    assert!(of_b["rules"].as_array().unwrap().iter().all(|rule| rule["rule"] != "new.strict"), "{of_b:#}");
}

#[test]
fn a_project_that_is_judged_no_more_is_gone() {
    let repo = Repo::new();
    for team in ["a", "b"] {
        repo.write(&format!("teams/{team}/tollgate.yaml"), "policies: [../../policies/]\n");
        repo.write(&format!("teams/{team}/rollouts/w/{DAY}.yaml"), text_of(team, DAY, 4));
    }
    repo.write("policies/house.gate", POLICY);
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    repo.git(&["checkout", "-q", "-b", "branch"]);
    assert_eq!(code(&repo), 0);
    repo.remove("teams/a/tollgate.yaml");
    says(&against(&repo, "main", &[]), 1, "`teams/a: a`: gone");
    assert!(settings(&repo).contains(&"looser project teams/a".to_owned()), "{:?}", settings(&repo));
}

#[test]
fn fields_stay_what_the_base_declares() {
    let repo = house();
    // Of another type, without its key, and beyond its range: the base's declaration stands.
    for (from, to) in [
        ("adoption: share\n", "adoption: share from 0% to 200%\n"),
        ("id: text key", "id: text"),
        ("from 0% to 1000%", "from 0% to 9000%"),
        ("{ id: text key, edit_time: share from 0% to 1000% }", "{ name: text, edit_time: share }"),
    ] {
        repo.write("policies/house.gate", POLICY.replace(from, to));
        assert_eq!(
            settings(&repo),
            [format!("unknown vocabulary: {}", if from.starts_with('a') { "adoption" } else { "outputs" })]
        );
    }
    let numbers = POLICY.replace("adoption: share", "adoption: number").replace(">= 50%", ">= 0.5");
    repo.write("policies/house.gate", numbers);
    assert!(settings(&repo).contains(&"unknown vocabulary: adoption".to_owned()), "{:?}", settings(&repo));
    repo.edit(&format!("rollouts/b/{DAY}.yaml"), "adoption: 70%", "adoption: 70");
    assert_eq!(code(&repo), 2, "70 is no share");
    // A field more is no harm.
    let repo = house();
    repo.write(
        "policies/house.gate",
        POLICY.replace("adoption: share\n", "adoption: share\n  remark: text\n"),
    );
    repo.append(&format!("rollouts/b/{DAY}.yaml"), "remark: tidy\n");
    assert_eq!((code(&repo), settings(&repo)), (0, vec!["other vocabulary: remark".to_owned()]));
    repo.edit(&format!("rollouts/b/{DAY}.yaml"), "adoption: 70%", "adoption: 7%\nadvance_to: pilot");
    assert_eq!(code(&repo), 1);
}

#[test]
fn a_name_keeps_its_meaning() {
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.write(
        "policies/more.gate",
        "policy more { rule r { require adoption >= quality.light_share - 20% else hold } }\n",
    );
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    assert_eq!(code(&repo), 0);
    repo.write("policies/record.gate", "snapshot { quality { light_share: share } }\n");
    says(
        &against(&repo, "main", &[]),
        2,
        "`quality.light_share` could mean this field, or what the policy `quality` declares",
    );
    says(&repo.run(&["lint"]), 2, "could mean this field");
    repo.write("policies/record.gate", "snapshot { quality { heavy_share: share } }\n");
    assert_eq!(code(&repo), 0, "another name is no harm");
    // Whoever takes the param away and gives its name to a field changes nothing for the rules of the base.
    repo.write("policies/house.gate", POLICY.replace("light_share", "least"));
    repo.write(
        "policies/more.gate",
        "policy more { rule r { require adoption >= quality.least - 20% else hold } }\n",
    );
    for record in
        ["quality { light_share: share }", "light_share: share", "outputs: list of { light_share: share }"]
    {
        repo.write("policies/record.gate", format!("snapshot {{ {record} }}\n"));
        says(&against(&repo, "main", &[]), 0, "light_share");
    }
}

#[test]
fn the_branch_is_judged_as_it_would_be_merged() {
    let repo = house();
    repo.edit(&format!("rollouts/b/{DAY}.yaml"), "adoption: 70%", "adoption: 70%\nadvance_to: pilot");
    repo.commit();
    let later = ["--as-of", "2026-11-21", "--base", "main"];
    let check = || repo.run(&[&["check"][..], &later].concat());
    says(&check(), 0, "b advance".replace(' ', " testing → pilot ").as_str());
    repo.git(&["checkout", "-q", "main"]);
    snapshot(&repo, "b", "2026-11-21", 60);
    repo.write("policies/house.gate", POLICY.replace("= 80%", "= 90%"));
    repo.commit();
    repo.git(&["checkout", "-q", "branch"]);
    // The base knows worse by now; and what it has tightened is nothing that the branch loosens.
    says(&check(), 1, "b");
    assert_eq!(settings(&repo), Vec::<String>::new());
    // Where both have changed a snapshot nobody can tell what it would say.
    snapshot(&repo, "b", "2026-11-21", 4);
    repo.commit();
    says(&check(), 2, "both the branch and its base have changed it");
}

#[test]
fn what_the_base_has_deleted_since_is_deleted() {
    let repo = house();
    snapshot(&repo, "b", DAY, 5);
    repo.commit();
    repo.git(&["checkout", "-q", "main"]);
    repo.remove("rollouts/a");
    repo.commit();
    repo.git(&["checkout", "-q", "branch"]);
    let run = against(&repo, "main", &["--all"]);
    assert!(run.code == 0 && !run.out.contains("`a`"), "{run:?}");
}

#[test]
fn what_cannot_be_read_is_never_missing() {
    // A pointer of Git LFS in the base.
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.write(
        &format!("rollouts/a/{DAY}.yaml"),
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    );
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    snapshot(&repo, "a", DAY, 4);
    says(&against(&repo, "main", &[]), 2, "Git LFS pointer");
    // Policies in a submodule.
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("tollgate.yaml", CONFIG.replace("[policies/]", "[policies/, shared/]"));
    let hash = repo.hash_of("main").unwrap();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{hash},shared")]);
    repo.git(&["add", "tollgate.yaml"]);
    repo.git(&["commit", "-qm", "x"]);
    repo.git(&["checkout", "-q", "-B", "branch"]);
    repo.write("shared/more.gate", "policy more { rule r { require adoption >= 1% else hold } }\n");
    says(&against(&repo, "main", &[]), 2, "it is a submodule");
    // A sparse checkout.
    let repo = house();
    assert_eq!(code(&repo), 0);
    repo.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/rollouts/a/"]);
    assert!(!repo.path("rollouts/a").exists());
    says(&against(&repo, "main", &[]), 2, "it is not checked out");
    // A history that is not there.
    let repo = house();
    repo.commit_more();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("README.md", "Later.\n");
    repo.commit();
    let source = repo.address();
    repo.git(&["clone", "-q", "--depth", "1", "-b", "branch", &source, "shallow"]);
    let shallow = repo.below("shallow");
    shallow.git(&["fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main"]);
    says(
        &against(&shallow, "origin/main", &[]),
        2,
        "`git fetch --unshallow origin refs/heads/main:refs/remotes/origin/main`",
    );
    shallow.git(&["fetch", "-q", "--unshallow", "origin", "refs/heads/main:refs/remotes/origin/main"]);
    assert_eq!(against(&shallow, "origin/main", &[]).code, 0);
    let stranger = house();
    stranger.git(&["checkout", "-q", "--orphan", "stranger"]);
    stranger.write("README.md", "Not of this house.\n");
    stranger.commit();
    says(&against(&stranger, "main", &[]), 2, "no commit in common");
}

#[test]
fn settings_that_may_be_looser_are_listed() {
    for (from, to, said) in [
        ("= 80% within", "= 70% within", "looser param quality.light_share"),
        ("= 80% within", "= 90% within", "tighter param quality.light_share"),
        ("within 60% to", "within 50% to", "looser range of quality.light_share"),
        ("else hold \"too", "else warn \"too", "looser rule quality.light_enough"),
        ("light >= light_share", "light >= 0%", "unknown rule quality.light_enough"),
        ("edit_time < 15%", "edit_time < 150%", "unknown let quality.light"),
        ("too heavy", "much too heavy", "other rule quality.light_enough"),
        ("\"Outputs are light\"", "\"Light\"", "other rule quality.light_enough"),
        ("\"Quality\" {", "\"Quality\" when adoption > 90% {", "looser policy quality"),
        ("every 1 week", "every 9 weeks", "looser the cadence"),
        ("every 1 week", "every 3 days", "tighter the cadence"),
        ("every 1 week grace 3 days", "every 3 days grace 9 days", "unknown the cadence"),
        ("every 1 week grace 3 days", "every weekday grace 1 day", "unknown the cadence"),
        ("grace 3 days", "grace 4 days", "looser the cadence"),
        ("testing -> pilot -> full\n", "testing -> pilot\n", "unknown vocabulary: the stages"),
        (
            "    rule used {",
            "    rule more { require adoption > 1% else hold }\n    rule used {",
            "tighter rule quality.more",
        ),
        ("param light", "param spare = 1 within 0 to 2\n  param light", "other param quality.spare"),
    ] {
        let repo = house();
        assert_eq!(POLICY.matches(from).count(), 1, "{from}");
        repo.write("policies/house.gate", POLICY.replace(from, to));
        assert_eq!(settings(&repo), [said]);
        let stops = said.starts_with("looser") || said.starts_with("unknown");
        let denied = against(&repo, "main", &["--deny", "looser"]).code;
        assert_eq!(denied, i32::from(stops), "{said}");
        let warned = against(&repo, "main", &["--format", "github"]).out.contains("tollgate.loosened");
        assert_eq!(warned, stops, "{said}");
    }
}

/// A house whose configuration ends with one text in the base, and with another in the branch.
fn reconfigured(before: &str, after: &str) -> Repo {
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("tollgate.yaml", format!("{CONFIG}{before}"));
    repo.commit_more();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    repo.write("tollgate.yaml", format!("{CONFIG}{after}"));
    repo
}

#[test]
fn configurations_that_may_be_looser_are_listed() {
    let waiver = "waivers:\n  - { rule: quality.light_enough, workflow: b, because: x, owner: me, from: 2026-11-10, until: 2026-12-01 }\n";
    for (before, after, said) in [
        (
            "params:\n  quality.light_share: { value: 80%, locked: true }\n",
            "params:\n  quality.light_share: 80%\n",
            "looser lock of quality.light_share",
        ),
        (
            "rules:\n  quality.used: { effect: hold, locked: true }\n",
            "rules:\n  quality.used: hold\n",
            "looser lock of quality.used",
        ),
        (
            "rules:\n  quality.used: hold\n",
            "rules:\n  quality.used: { effect: hold, locked: true }\n",
            "tighter lock of quality.used",
        ),
        (
            "",
            "overrides:\n  - workflows: [later-*]\n    params: { quality.light_share: 60% }\n",
            "unknown overrides",
        ),
        ("", "rules:\n  quality.used: off\n", "looser rule quality.used"),
        ("", waiver, "looser waiver of quality.light_enough for b"),
        (waiver, "", "tighter waiver of quality.light_enough for b"),
        (waiver, &waiver.replace("2026-12-01", "2026-12-02"), "looser waiver of quality.light_enough for b"),
        (waiver, &waiver.replace("2026-11-10", "2026-11-09"), "looser waiver of quality.light_enough for b"),
        (waiver, &waiver.replace("2026-12-01", "2026-11-30"), "tighter waiver of quality.light_enough for b"),
    ] {
        let repo = reconfigured(before, after);
        assert_eq!(settings(&repo), [said], "{before}{after}");
    }
}

/// Without a gate a step is as free as `ladder.undeclared` leaves it.
#[test]
fn a_gate_that_goes_shuts_a_step_or_opens_it() {
    let without = POLICY
        .replace("  gate testing -> pilot {\n    rule used { require adoption >= 50% else hold }\n  }\n", "");
    assert_ne!(without, POLICY);
    let rule = |effect: &str| format!("rules:\n  ladder.undeclared: {effect}\n");
    let some = "overrides:\n  - { workflows: b, rules: { ladder.undeclared: warn } }\n".to_owned();
    for (config, gone, new) in [
        (String::new(), "tighter", "looser"),
        (rule("warn"), "looser", "tighter"),
        (rule("off"), "looser", "tighter"),
        (some, "unknown", "unknown"),
    ] {
        let gate = |repo: &Repo| {
            let all = settings(repo);
            let gate = all.iter().find_map(|said| said.strip_suffix(" gate testing -> pilot"));
            gate.unwrap_or_else(|| panic!("{all:?}")).to_owned()
        };
        let repo = reconfigured(&config, &config);
        repo.write("policies/house.gate", &without);
        assert_eq!(gate(&repo), gone, "{config}");
        repo.git(&["checkout", "-q", "-B", "main"]);
        repo.commit_more();
        repo.git(&["checkout", "-q", "-B", "branch"]);
        repo.write("policies/house.gate", POLICY);
        assert_eq!(gate(&repo), new, "{config}");
    }
}

#[test]
fn a_longer_cadence_is_looser_for_whom_it_is() {
    let own = |workflow: &str, cadence: &str| {
        format!("overrides:\n  - {{ workflows: [{workflow}], cadence: {{ {cadence} }} }}\n")
    };
    let quarter = own("a", "every: 13 weeks, grace: 2 weeks");
    for (before, after, said) in [
        ("", &*quarter, "looser"),
        (&*quarter, "", "tighter"),
        (&*quarter, &*own("a", "every: 13 weeks, grace: 3 weeks"), "looser"),
        (&*quarter, &*own("a", "every: 12 weeks"), "tighter"),
        (&*quarter, &*own("a", "every: 12 weeks, grace: 4 weeks"), "unknown"),
        (&*quarter, &*own("a", "every: weekday"), "unknown"),
        (&*own("a", "every: weekday"), &*own("a", "every: weekday, grace: 1 day"), "looser"),
    ] {
        let repo = reconfigured(before, after);
        let found = report(&repo, &[]);
        let changes: Vec<_> = found["settings"].as_array().unwrap().iter().collect();
        let [change] = changes.as_slice() else { panic!("{before}{after}{changes:?}") };
        assert_eq!(
            (&change["what"], &change["direction"], &change["workflows"]),
            (&"the cadence".into(), &said.into(), &serde_json::json!(["a"])),
            "{before}{after}"
        );
    }
    // What is said of all leaves alone who has one of their own.
    let repo = reconfigured(&quarter, &quarter);
    repo.write("policies/house.gate", POLICY.replace("every 1 week", "every 2 weeks"));
    assert_eq!(settings(&repo), ["looser the cadence"]);
    // A pattern may be for workflows to come.
    repo.write("policies/house.gate", POLICY);
    repo.write("tollgate.yaml", format!("{CONFIG}{}", own("later-*", "every: 1 week")));
    assert_eq!(settings(&repo), ["unknown overrides", "tighter the cadence"]);
    // Without any, nothing is ever late.
    let repo = house();
    repo.write("policies/house.gate", POLICY.replace("every 1 week grace 3 days ", ""));
    assert_eq!(settings(&repo), ["looser rule series.fresh", "looser the cadence"]);
}

/// Who is measured less often from now on is not approved by that.
#[test]
fn a_longer_cadence_approves_nobody() {
    let repo = house();
    for workflow in ["a", "b"] {
        repo.remove(&format!("rollouts/{workflow}/{DAY}.yaml"));
    }
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_more();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    repo.append("tollgate.yaml", "overrides:\n  - { workflows: [b], cadence: { every: 13 weeks } }\n");
    let late =
        |more: &[&str]| repo.run(&[&["check", "--as-of", "2026-11-30", "--base", "main"], more].concat());
    says(&late(&[]), 1, "`b`: self-approval");
    assert_eq!(late(&["--allow-self-approval"]).code, 0);
}

#[test]
fn a_waiver_that_begins_tomorrow_is_approved_today() {
    let waiver = |from: &str| {
        format!(
            "waivers:\n  - {{ rule: quality.light_enough, workflow: \"*\", because: x, owner: me, from: {from}, until: 2027-01-01 }}\n"
        )
    };
    for from in [DAY, "2026-11-21", "2026-12-24"] {
        let repo = house();
        repo.append("tollgate.yaml", &waiver(from));
        says(&against(&repo, "main", &[]), 1, "`a`: self-approval");
        assert_eq!(against(&repo, "main", &["--allow-self-approval"]).code, 0);
    }
    // One of the base is nobody's approval of himself.
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.append("tollgate.yaml", &waiver("2026-11-21"));
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    assert_eq!(code(&repo), 0, "a stands, and nobody touched it");
}

#[test]
fn evidence_is_compared_by_what_is_read() {
    let newest = format!("rollouts/a/{DAY}.yaml");
    let old = "rollouts/a/2026-11-13.yaml";
    let change = |what: &dyn Fn(&Repo)| {
        let repo = house();
        what(&repo);
        let denied = against(&repo, "main", &["--deny", "rewritten"]).code;
        (code(&repo), denied, fates(&repo))
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(change(&|_| {}), (0, 0, none.clone()));
    let edited = format!("edited {old} {old}");
    assert_eq!(change(&|repo| snapshot(repo, "a", "2026-11-13", 41)), (1, 1, vec![edited]));
    assert_eq!(change(&|repo| repo.remove(old)), (1, 1, vec![format!("deleted {old} -")]));
    let moved = "rollouts/a/moved.yaml";
    assert_eq!(change(&|repo| repo.rename(old, moved)), (1, 1, vec![format!("renamed {old} {moved}")]));
    let elsewhere = |repo: &Repo| repo.rename(old, "archive/2026-11-13.yaml");
    assert_eq!(change(&elsewhere), (1, 1, vec![format!("deleted {old} -")]));
    let back = |repo: &Repo| snapshot(repo, "b", "2026-11-06", 4);
    assert_eq!(change(&back), (0, 1, vec!["back_dated - rollouts/b/2026-11-06.yaml".to_owned()]));
    let unread = |repo: &Repo| repo.write("tollgate.yaml", CONFIG.replace("**/*", "**/2026-11-2*"));
    let names = ["a", "b"]
        .map(|name| format!("unread rollouts/{name}/2026-11-13.yaml rollouts/{name}/2026-11-13.yaml"));
    assert_eq!(change(&unread).2, names);
    // Line ends are no change, and neither is a comment in the newest, though that touches its workflow.
    let crlf = |repo: &Repo| repo.write(&newest, repo.read(&newest).replace('\n', "\r\n"));
    assert_eq!(change(&crlf), (0, 0, none.clone()));
    assert_eq!(change(&|repo| repo.append(&newest, "# tidy\n")), (1, 1, none.clone()));
    let ask = |repo: &Repo| {
        repo.edit(&format!("rollouts/b/{DAY}.yaml"), "adoption: 70%", "adoption: 70%\nadvance_to: pilot");
    };
    assert_eq!(change(&ask), (0, 0, none));
}

#[test]
fn files_count_whether_git_tracks_them_or_not() {
    let repo = house();
    repo.write(".gitignore", "rollouts/a/2026-11-21.yaml\n");
    snapshot(&repo, "a", "2026-11-20", 40);
    repo.commit_more();
    assert_eq!(code(&repo), 0, "a stands");
    snapshot(&repo, "a", "2026-11-19", 40);
    assert_eq!(code(&repo), 1, "somebody touched it");
    let run = |repo: &Repo| repo.run(&["check", "--as-of", "2026-11-21", "--base", "main"]).code;
    repo.remove("rollouts/a/2026-11-19.yaml");
    assert_eq!(run(&repo), 0);
    snapshot(&repo, "a", "2026-11-21", 40);
    assert_eq!(run(&repo), 1, "also in a file that git ignores");
}

#[test]
fn the_newest_snapshot_counts_as_it_was() {
    let repo = house();
    let newest = format!("rollouts/a/{DAY}.yaml");
    // Rewritten, emptied of what is bad, dated back, given away, renamed, or taken away.
    let good = text_of("a", DAY, 4);
    let tricks: [&dyn Fn(); 6] = [
        &|| repo.write(&newest, &good),
        &|| repo.write(&newest, good.replace("  - { id: o1, edit_time: 4% }\n", "")),
        &|| repo.write(&newest, good.replace(DAY, "2026-11-19")),
        &|| repo.write(&newest, good.replace("workflow: a", "workflow: b").replace(DAY, "2026-11-19")),
        &|| {
            repo.remove(&newest);
            repo.write("rollouts/a/renamed.yaml", &good)
        },
        &|| {
            repo.remove(&newest);
            snapshot(&repo, "a", "2026-11-13", 4)
        },
    ];
    for trick in tricks {
        repo.git(&["checkout", "-q", "-f", "main"]);
        repo.git(&["clean", "-qfd"]);
        trick();
        let run = against(&repo, "main", &[]);
        // Where it holds without it as well, there is nothing to put back.
        let said = run.out.contains("judged with the newest snapshot of `main`");
        assert_eq!(run.code, 1, "{run:?}");
        assert_ne!(said, run.out.contains("[rollouts/a/2026-11-13.yaml"), "{run:?}");
        assert_eq!(said, report(&repo, &[])["restored"] == Value::from(vec!["a"]));
    }
    // Who adds a newer one shows that it is better.
    repo.git(&["checkout", "-q", "-f", "main"]);
    repo.git(&["clean", "-qfd"]);
    snapshot(&repo, "a", "2026-11-21", 4);
    let run = repo.run(&["check", "--as-of", "2026-11-21", "--base", "main", "--deny", "warnings"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[cfg(unix)]
#[test]
fn what_is_reached_through_a_link_is_compared_too() {
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.rename("rollouts/a", "data/a");
    std::os::unix::fs::symlink("../data/a", repo.path("rollouts/a")).unwrap();
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    assert_eq!(code(&repo), 0, "a stands");
    repo.write(&format!("data/a/{DAY}.yaml"), text_of("a", DAY, 4));
    says(&against(&repo, "main", &[]), 1, "`a`: judged with the newest snapshot of");
    // A link that leads elsewhere says something else.
    repo.git(&["checkout", "-q", "-f", "branch"]);
    repo.write(&format!("data/good/{DAY}.yaml"), text_of("a", DAY, 4));
    repo.remove_link("rollouts/a");
    std::os::unix::fs::symlink("../data/good", repo.path("rollouts/a")).unwrap();
    assert_eq!(code(&repo), 1);
    // Where the base has led it elsewhere since, nobody but git merges that.
    repo.git(&["checkout", "-q", "-f", "main"]);
    repo.git(&["clean", "-qfd"]);
    repo.rename("data/a", "data/later");
    repo.remove_link("rollouts/a");
    std::os::unix::fs::symlink("../data/later", repo.path("rollouts/a")).unwrap();
    repo.commit();
    repo.git(&["checkout", "-q", "branch"]);
    says(&against(&repo, "main", &[]), 2, "it leads elsewhere in the base by now");
}

#[test]
fn what_is_denied_fails_in_every_format() {
    let repo = house();
    repo.write("policies/house.gate", POLICY.replace("= 80% within", "= 70% within"));
    snapshot(&repo, "b", "2026-11-13", 5);
    for (format, warning, error) in [
        ("github", "::warning", "::error"),
        ("sarif", "\"level\": \"warning\"", "\"level\": \"error\""),
        ("gitlab", "\"severity\": \"minor\"", "\"severity\": \"critical\""),
        ("junit", "failures=\"0\"", "<failure"),
        ("tap", "ok", "not ok"),
    ] {
        let run = against(&repo, "main", &["--format", format]);
        assert!(run.code == 0 && run.out.contains(warning) && !run.out.contains(error), "{run:?}");
        for what in ["looser", "rewritten", "warnings"] {
            let run = against(&repo, "main", &["--format", format, "--deny", what]);
            assert!(run.code == 1 && run.out.contains(error), "{what}: {run:?}");
        }
    }
    says(&repo.run(&["check", "--as-of", DAY, "--deny", "looser"]), 2, "give `--base` as well");
}

#[test]
fn a_folder_that_looks_like_a_repository_is_none() {
    let repo = house();
    // A bare repository among the files of the pull request, with a base of its own choice.
    let evil = repo.below("teams");
    evil.write("tollgate.yaml", CONFIG);
    evil.write("policies/house.gate", POLICY.replace("= 80% within 60%", "= 0% within 0%"));
    snapshot(&evil, "t", DAY, 40);
    evil.git(&["init", "-q", "-b", "main"]);
    evil.commit();
    evil.git(&["config", "core.worktree", "."]);
    for name in ["HEAD", "config", "objects", "refs", "index"] {
        evil.rename(&format!(".git/{name}"), name);
    }
    evil.remove(".git");
    let run = repo.run(&["check", "--as-of", DAY, "--base", "main", "teams"]);
    assert!(run.code == 2 || run.out.contains("neither a configuration nor snapshots"), "{run:?}");
    assert!(!run.out.contains(&format!("(commit {})", &evil.read("refs/heads/main")[..12])), "{run:?}");
}

#[test]
fn a_policy_that_applies_always_is_tighter_and_layout_is_no_change() {
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("policies/house.gate", POLICY.replace("\"Quality\" {", "\"Quality\" when adoption > 1% {"));
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    repo.write("policies/house.gate", POLICY);
    assert_eq!(settings(&repo), ["tighter policy quality"]);
    let laid_out = POLICY.replace("  rule light_enough", "  # Why.\n\n  rule   light_enough");
    repo.write("policies/house.gate", laid_out.replace("\"Quality\" {", "\"Quality\" when adoption > 1% {"));
    assert_eq!(settings(&repo), Vec::<String>::new());
}

#[test]
fn a_warning_about_the_base_itself_holds_nothing() {
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    let over =
        "waivers:\n  - { rule: quality.used, workflow: b, because: x, owner: me, until: 2026-11-01 }\n";
    repo.write("tollgate.yaml", format!("{CONFIG}{over}"));
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    snapshot(&repo, "b", "2026-11-19", 4);
    snapshot(&repo, "b", "2026-11-21", 4);
    repo.remove("rollouts/b/2026-11-19.yaml");
    let run = repo.run(&["check", "--as-of", "2026-11-21", "--base", "main", "--deny", "warnings"]);
    assert!(run.code == 0 && run.out.contains("T413"), "{run:?}");
}
