//! What every command prints of the examples, in every format, is what was blessed: bytes, exit code and standard error.
//!
//! Each scene is an example copied into a folder of its own: as it is (`plain`), on a branch that changes policies,
//! configuration and snapshots (`base`), and with faults of every kind (`broken`). `tests/blessed/SCENE/` has a file for
//! each command line, and `commands.txt`, which lists them with their exit codes and what went to standard error.
//!
//! `TOLLGATE_BLESS=1` writes them; `TOLLGATE_CASE=canary` runs the scenes whose name contains that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::support::{files_under, relative, root};
use crate::ui::difference;

const EXAMPLES: [&str; 3] = ["canary", "organisation", "support-desk"];
const FORMATS: [&str; 8] = ["human", "json", "sarif", "junit", "github", "gitlab", "markdown", "tap"];
const SUBCOMMANDS: [&str; 16] = [
    "check",
    "completions",
    "docs",
    "explain",
    "fmt",
    "history",
    "impact",
    "init",
    "lint",
    "man",
    "new snapshot",
    "params",
    "rules",
    "schema",
    "test",
    "verify",
];
const DAY: &str = "--as-of 2026-11-23";

/// A copy of an example in a folder of its own, gone at the end.
struct Scene {
    name: String,
    folder: PathBuf,
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Scene {
    /// A scene without any file.
    fn empty(name: &str) -> Self {
        let folder = format!("tollgate blessed {} {}", name.replace('/', " "), std::process::id());
        let folder = std::env::temp_dir().join(folder);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { name: name.to_owned(), folder }
    }

    fn of(name: &str, example: &str) -> Self {
        let scene = Self::empty(name);
        let from = root().join("examples").join(example);
        for file in files_under(&from, &["yaml", "gate"]) {
            let to = scene.folder.join(file.strip_prefix(&from).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(file, to).unwrap();
        }
        // The end of the repository, wherever folders for temporary files lie.
        scene.git(&["init", "-q", "-b", "main"]);
        scene
    }

    /// Runs git with the same names and dates always, so that commits have the same names too.
    fn git(&self, arguments: &[&str]) {
        let date = "2026-11-20T12:00:00Z";
        let run = Command::new("git")
            .args(["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"])
            .args(["-c", "core.autocrlf=false"])
            .args(arguments)
            .envs([("GIT_AUTHOR_DATE", date), ("GIT_COMMITTER_DATE", date)])
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
            .current_dir(&self.folder)
            .output()
            .unwrap();
        assert!(run.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn edit(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.folder.join(name)).unwrap();
        assert!(text.contains(old), "{name} has no {old:?}");
        self.write(name, &text.replacen(old, new, 1));
    }

    fn append(&self, name: &str, more: &str) {
        let text = fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        self.write(name, &(text + more));
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.folder.join(name)).unwrap();
    }

    fn rename(&self, old: &str, new: &str) {
        let new = self.folder.join(new);
        fs::create_dir_all(new.parent().unwrap()).unwrap();
        fs::rename(self.folder.join(old), new).unwrap();
    }

    /// What a command line prints, and a line of `commands.txt`.
    fn run(&self, file: &str, line: &str) -> (String, String) {
        let run = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(line.split(' ').filter(|word| !word.is_empty()))
            .env("COLUMNS", "100")
            .current_dir(&self.folder)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(run.stdout), text(run.stderr));
        let exit = run.status.code().unwrap();
        let said: String = err.lines().map(|line| format!("    {line}\n")).collect();
        (out, format!("{file}: tollgate {} -> {exit}\n{said}", line.trim_end()))
    }

    /// Runs all command lines, and holds what they print against what was blessed.
    fn hold(&self, lines: &BTreeMap<String, String>, bless: bool) -> String {
        let mut listed = String::new();
        let mut printed = BTreeMap::new();
        for (file, line) in lines {
            let (out, said) = self.run(file, line);
            listed.push_str(&said);
            if !out.is_empty() {
                printed.insert(file.clone(), out);
            }
        }
        printed.insert("commands.txt".to_owned(), listed);
        let folder = root().join("tests/blessed").join(&self.name);
        let there: BTreeSet<String> = files_in(&folder);
        let mut problems = String::new();
        for (file, text) in &printed {
            let path = folder.join(file);
            let blessed = fs::read_to_string(&path).unwrap_or_default();
            if blessed == *text {
            } else if bless {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&path, text).unwrap();
            } else {
                let shown = difference(&blessed, text);
                problems.push_str(&format!("{}: is no longer what is printed\n{shown}", relative(&path)));
            }
        }
        for file in there.iter().filter(|file| !printed.contains_key(*file)) {
            if bless {
                fs::remove_file(folder.join(file)).unwrap();
            } else {
                problems.push_str(&format!("{}/{file}: nothing prints this\n", relative(&folder)));
            }
        }
        problems
    }
}

fn files_in(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Command lines, by the files that hold what they print.
fn lines<'a>(lines: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    lines.into_iter().map(|(file, line)| (file.to_owned(), line.to_owned())).collect()
}

/// `check` in every format, with further arguments.
fn all_formats(name: &str, arguments: &str) -> BTreeMap<String, String> {
    let line = |format: &str| {
        let file =
            if format == "human" { format!("{name}.txt") } else { format!("{name}.{}", extension(format)) };
        (file, format!("check {DAY} --format {format} {arguments}"))
    };
    FORMATS.into_iter().map(line).collect()
}

fn extension(format: &str) -> &str {
    match format {
        "junit" => "junit.xml",
        "gitlab" => "gitlab.json",
        "sarif" => "sarif.json",
        "github" => "github.txt",
        "markdown" => "md",
        "tap" => "tap",
        other => other,
    }
}

/// What can be asked of every repository.
fn everything() -> BTreeMap<String, String> {
    let mut all = all_formats("check", "");
    all.extend(lines([
        ("check-quiet.txt", "check --as-of 2026-11-23 --quiet"),
        ("check-narrate.txt", "check --as-of 2026-11-23 --narrate"),
        ("check-full.txt", "check --as-of 2026-11-23 --full --color always"),
        ("check-only-failed.txt", "check --as-of 2026-11-23 --only failed"),
        ("check-denied.txt", "check --as-of 2026-11-19 --deny warnings"),
        ("check-record.txt", "check --as-of 2026-11-23 --quiet --record record.json"),
        ("history.txt", "history --as-of 2026-11-23"),
        ("history.json", "history --as-of 2026-11-23 --format json"),
        ("history-narrate.txt", "history --as-of 2026-11-23 --narrate"),
        ("test.txt", "test"),
        ("test.json", "test --format json"),
        ("test.junit.xml", "test --format junit"),
        ("test-narrate.txt", "test --narrate"),
        ("test-coverage.txt", "test --coverage --min 99%"),
        ("test-coverage.json", "test --coverage --format json"),
        ("lint.txt", "lint"),
        ("lint.json", "lint --format json"),
        ("params.txt", "params --as-of 2026-11-23"),
        ("params.json", "params --as-of 2026-11-23 --format json"),
        ("rules.txt", "rules --as-of 2026-11-23"),
        ("rules.json", "rules --as-of 2026-11-23 --format json"),
        ("docs.md", "docs"),
        ("schema-config.json", "schema config"),
        ("schema-snapshot.json", "schema snapshot"),
        ("schema-rollout.json", "schema rollout"),
        ("explain-unknown.txt", "explain nothing.of.that.name"),
        ("fmt.txt", "fmt --check ."),
        // In order of their names, so behind the one that writes the record.
        ("verify.txt", "verify record.json"),
    ]));
    all
}

/// What is asked of a branch.
fn with_base() -> BTreeMap<String, String> {
    let mut all = all_formats("base", "--base main");
    all.extend(lines([
        ("base-quiet.txt", "check --as-of 2026-11-23 --base main --quiet"),
        ("base-narrate.txt", "check --as-of 2026-11-23 --base main --narrate"),
        ("base-full.txt", "check --as-of 2026-11-23 --base main --full"),
        ("base-all.txt", "check --as-of 2026-11-23 --base main --all"),
        ("base-accepted.txt", "check --as-of 2026-11-23 --base main --allow-self-approval"),
        ("base-denied.txt", "check --as-of 2026-11-23 --base main --deny warnings"),
        ("base-record.txt", "check --as-of 2026-11-23 --base main --quiet --record base.json"),
        ("base-verify.txt", "verify base.json"),
        ("base-unknown.txt", "check --as-of 2026-11-23 --base origin/main"),
        ("impact.txt", "impact --as-of 2026-11-23 --base main"),
        ("impact.json", "impact --as-of 2026-11-23 --base main --format json"),
        ("impact.md", "impact --as-of 2026-11-23 --base main --format markdown"),
        ("impact-full.txt", "impact --as-of 2026-11-23 --base main --full"),
        ("impact-narrate.txt", "impact --as-of 2026-11-23 --base main --narrate"),
    ]));
    all
}

/// What is asked of one example alone.
fn own(example: &str) -> BTreeMap<String, String> {
    match example {
        "canary" => lines([
            ("mutate.txt", "test --mutate"),
            ("explain-rule.txt", "explain release.soaked_at_ten_percent"),
            ("explain-policy.txt", "explain release"),
            ("check-workflow.txt", "check --as-of 2026-11-23 --workflow search"),
        ]),
        "organisation" => lines([
            ("explain-param.txt", "explain before_deployment.light_share"),
            ("params-workflow.txt", "params --as-of 2026-11-23 --workflow claim-letters"),
            ("rules-workflow.txt", "rules --as-of 2026-11-23 --workflow claim-letters teams/claims"),
            ("check-team.txt", "check --as-of 2026-11-23 teams/claims"),
            ("check-team.sarif.json", "check --as-of 2026-11-23 --format sarif teams/claims"),
        ]),
        _ => lines([
            ("explain-code.txt", "explain T205"),
            ("explain-rule.txt", "explain staged_rollout.stalled"),
            ("explain-several.txt", "explain quality_kept"),
            ("check-workflows.txt", "check --as-of 2026-11-23 --workflow price-quotes --workflow no-such"),
            ("check-earlier.txt", "check --as-of 2026-08-28"),
        ]),
    }
}

/// Changes policies, configuration and snapshots on a branch, in every direction.
fn branch(scene: &Scene, example: &str) {
    scene.commit();
    scene.git(&["checkout", "-q", "-b", "branch"]);
    match example {
        "canary" => {
            scene.edit(
                "policies/release.gate",
                "param broken = 1% within 0.2% to 20%",
                "param broken = 2% within 0.2% to 30%",
            );
            scene.append(
                "tollgate.yaml",
                "waivers:\n  - rule: release.no_slower\n    workflow: search\n    because: a new index\n    owner: Sam\n    until: 2026-11-30\n",
            );
            scene.edit("rollouts/search/2026-11-20.yaml", "search", "search ");
            scene.remove("rollouts/thumbnails/2026-11-21.yaml");
        }
        "organisation" => {
            scene.edit("platform/tollgate.yaml", "value: 75%", "value: 70%");
            scene.edit("platform/tollgate.yaml", "{ value: 15%, locked: true }", "{ value: 15% }");
            scene.edit("teams/claims/tollgate.yaml", "{ value: 95%, because: regulator }", "90%");
            scene.write("teams/new/tollgate.yaml", "extends: ../../platform/tollgate.yaml\n");
            let letters =
                fs::read_to_string(scene.folder.join("teams/claims/rollouts/claim-letters/2026-11-18.yaml"));
            scene.write("teams/new/rollouts/claim-letters/2026-11-18.yaml", &letters.unwrap());
        }
        _ => {
            scene.append(
                "tollgate.yaml",
                "params:\n  before_deployment.light_share: 60%\n  staged_rollout.min_adoption: 60%\nrules:\n  ladder.skipped: warn\n",
            );
            scene.edit("rollouts/ticket-routing/2026-11-20.yaml", "stage: expanded", "stage:  expanded");
            scene.remove("rollouts/faq-answers/2026-11-20.yaml");
            scene.rename("rollouts/order-status/2026-11-20.yaml", "rollouts/order-status/latest.yaml");
            let notes =
                fs::read_to_string(scene.folder.join("rollouts/ticket-routing/2026-11-20.yaml")).unwrap();
            scene.write("rollouts/new/2026-11-20.yaml", &notes.replace("ticket-routing", "new"));
        }
    }
    scene.commit();
    let config = if example == "organisation" { "platform/tollgate.yaml" } else { "tollgate.yaml" };
    scene.append(config, "# Not committed yet.\n");
}

/// Puts faults of every kind into an example.
fn faults(scene: &Scene) {
    scene.write(
        "tollgate.yaml",
        "policies: [builtin, own/, policis/]\nsnapshots: rollouts/**/*.yaml\nparam: {}\nparams:\n  \
         before_deployment.light_shar: 60%\n  staged_rollout.pilot_adoption: 60\nrules:\n  ladder.skipped: warm\n\
         waivers:\n  - rule: ladder.skipped\n    workflow: price-quotes\n    owner: Sam\n",
    );
    scene.write(
        "own/own.gate",
        "policy own \"Ours\" {\n  param share = 80% within 50% to 100%\n  param unused = 2 weeks\n  \
         rule busy \"Used\" {\n    require adoptoin >= share\n    else hold\n  }\n  rule cost \"Cheap\" {\n    \
         require satisfaction >= 3 USD\n    else hold \"only {satisfaction}\"\n  }\n  rule light \"Light\" {\n    \
         require share(outputs where edit_tme < 15%) >= 80\n    else warm\n  }\n}\n",
    );
    scene.write(
        "own/own.test.gate",
        "test \"busy\" {\n  given { adoption: 10% }\n  expect own.busy fail\n}\n",
    );
    let outputs = "outputs:\n  - { id: a, edit_tme: 5% }\n  - { id: a, edit_time: 30 }\n";
    scene.write(
        "rollouts/broken/2026-11-20.yaml",
        &format!(
            "workflow: broken\ndate: 2026-11-20\nstage: pilto\nadoptoin: 80%\nsatisfaction: high\n{outputs}"
        ),
    );
    scene.write("rollouts/broken/2026-11-21.yaml", "workflow: broken\ndate: 2026-11-20\nstage: [\n");
    scene.write("rollouts/empty/2026-11-21.yaml", "# nothing yet\n");
}

fn held(scenes: &[(Scene, BTreeMap<String, String>)]) {
    let bless = std::env::var_os("TOLLGATE_BLESS").is_some();
    assert!(!bless || std::env::var_os("CI").is_none(), "nothing is blessed where CI is set");
    let only = std::env::var("TOLLGATE_CASE").unwrap_or_default();
    let wanted = scenes.iter().filter(|(scene, _)| scene.name.contains(&only));
    let problems: String = thread::scope(|scope| {
        let runs: Vec<_> = wanted.map(|(scene, lines)| scope.spawn(|| scene.hold(lines, bless))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(problems.is_empty(), "\n{problems}\nif all of it is meant: `just bless`, and read the diff");
}

#[test]
fn the_examples_print_what_was_blessed() {
    let scene = |example: &&str| {
        let mut lines = everything();
        lines.extend(own(example));
        (Scene::of(&format!("{example}/plain"), example), lines)
    };
    held(&EXAMPLES.iter().map(scene).collect::<Vec<_>>());
}

#[test]
fn branches_of_the_examples_print_what_was_blessed() {
    let scene = |example: &&str| {
        let scene = Scene::of(&format!("{example}/base"), example);
        branch(&scene, example);
        (scene, with_base())
    };
    held(&EXAMPLES.iter().map(scene).collect::<Vec<_>>());
}

#[test]
fn faults_print_what_was_blessed() {
    let scene = Scene::of("broken", "support-desk");
    faults(&scene);
    let mut lines = everything();
    lines.extend(
        [("own.txt", "test own"), ("own-lint.json", "lint own --format json")]
            .map(|(a, b)| (a.into(), b.into())),
    );
    held(&[(scene, lines)]);
}

#[test]
fn help_and_new_files_print_what_was_blessed() {
    let scene = Scene::empty("alone");
    let mut all: BTreeMap<String, String> = SUBCOMMANDS
        .iter()
        .map(|command| (format!("help-{}.txt", command.replace(' ', "-")), format!("{command} --help")))
        .collect();
    all.extend(lines([
        ("help.txt", "--help"),
        ("completions.bash", "completions bash"),
        ("completions.fish", "completions fish"),
        ("man.1", "man"),
        // The folder has no file until this one writes some.
        ("a-check.txt", "check --as-of 2026-11-23"),
        ("a-test.txt", "test"),
        ("init.txt", "init desk --workflow replies --date 2026-11-23"),
        ("init-again.txt", "init desk --workflow replies --date 2026-11-23"),
        ("initialised-check.txt", "check --as-of 2026-11-23 desk"),
        ("initialised-new.txt", "new snapshot replies desk --date 2026-11-30"),
        ("initialised-newer-check.txt", "check --as-of 2026-11-30 desk"),
    ]));
    held(&[(scene, all)]);
}
