//! What every command prints of the examples, in every format, is what was blessed: bytes, exit code and standard error.
//!
//! Each scene is an example copied into a folder of its own: as it is (`plain`), on a branch that changes policies,
//! configuration and snapshots (`base`), and with faults of every kind (`broken`). `tests/blessed/SCENE/` has a file for
//! each command line, and `commands.txt`, which lists them with their exit codes and what went to standard error.
//!
//! `TOLLGATE_BLESS=1` writes them; `TOLLGATE_CASE=canary` runs the scenes whose name contains that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::thread;

use crate::branch::{changed, texts_of};
use crate::support::{Repo, Run, relative, root};
use crate::ui::difference;

const EXAMPLES: [&str; 4] = ["canary", "organisation", "platform", "support-desk"];
const FORMATS: [&str; 8] = ["human", "json", "sarif", "junit", "github", "gitlab", "markdown", "tap"];
const SUBCOMMANDS: [&str; 19] = [
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
    "plan",
    "report",
    "rules",
    "schema",
    "sweep",
    "test",
    "verify",
];

/// A copy of an example, and what it is called.
struct Scene {
    name: String,
    repo: Repo,
}

/// When an example is judged, which its command lines call `NOW`, and some time before, `EARLIER`: days, or instants where its
/// series run by them.
fn times(example: &str) -> [&'static str; 2] {
    match example {
        "canary" => ["2026-11-23T15:12Z", "2026-11-23T14:57Z"],
        _ => ["2026-11-23", "2026-11-19"],
    }
}

impl Scene {
    /// A scene without any file.
    fn empty(name: &str) -> Self {
        Self { name: name.to_owned(), repo: Repo::new() }
    }

    fn of(name: &str, example: &str) -> Self {
        let repo = Repo::new().example(example);
        repo.git(&["init", "-q", "-b", "main"]);
        Self { name: name.to_owned(), repo }
    }

    /// What a command line prints, and a line of `commands.txt`.
    fn run(&self, file: &str, line: &str) -> (String, String) {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let Run { code, out, err } =
            Run::of(self.repo.command(&arguments).env("COLUMNS", "100").output().unwrap());
        // The hash of the base changes with every file of the example.
        let base = self.repo.hash_of("main");
        let out = base
            .map_or_else(|| out.clone(), |base| out.replace(&base, "COMMIT").replace(&base[..12], "COMMIT"));
        let said: String = err.lines().map(|line| format!("    {line}\n")).collect();
        (out, format!("{file}: tollgate {} -> {code}\n{said}", line.trim_end()))
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

/// Command lines with the times of an example in them.
fn timed(lines: BTreeMap<String, String>, example: &str) -> BTreeMap<String, String> {
    let [now, earlier] = times(example);
    let line = |(file, line): (String, String)| (file, line.replace("NOW", now).replace("EARLIER", earlier));
    lines.into_iter().map(line).collect()
}

/// `check` in every format, with further arguments.
fn all_formats(name: &str, arguments: &str) -> BTreeMap<String, String> {
    let line = |format: &str| {
        let file =
            if format == "human" { format!("{name}.txt") } else { format!("{name}.{}", extension(format)) };
        (file, format!("check --as-of NOW --format {format} {arguments}"))
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
        ("check-quiet.txt", "check --as-of NOW --quiet"),
        ("check-narrate.txt", "check --as-of NOW --narrate"),
        ("check-full.txt", "check --as-of NOW --full --color always"),
        ("check-only-failed.txt", "check --as-of NOW --only failed"),
        ("check-denied.txt", "check --as-of EARLIER --deny warnings"),
        ("check-record.txt", "check --as-of NOW --quiet --record record.json"),
        ("history.txt", "history --as-of NOW"),
        ("history.json", "history --as-of NOW --format json"),
        ("history-narrate.txt", "history --as-of NOW --narrate"),
        ("plan.txt", "plan --as-of NOW"),
        ("plan-narrate.txt", "plan --as-of NOW --narrate"),
        ("plan.json", "plan --as-of NOW --format json"),
        ("test.txt", "test"),
        ("test.json", "test --format json"),
        ("test.junit.xml", "test --format junit"),
        ("test-narrate.txt", "test --narrate"),
        ("test-coverage.txt", "test --coverage --min 99%"),
        ("test-coverage.json", "test --coverage --format json"),
        ("lint.txt", "lint"),
        ("lint.json", "lint --format json"),
        ("params.txt", "params --as-of NOW"),
        ("params.json", "params --as-of NOW --format json"),
        ("rules.txt", "rules --as-of NOW"),
        ("rules.json", "rules --as-of NOW --format json"),
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
        ("base-quiet.txt", "check --as-of NOW --base main --quiet"),
        ("base-narrate.txt", "check --as-of NOW --base main --narrate"),
        ("base-full.txt", "check --as-of NOW --base main --full"),
        ("base-all.txt", "check --as-of NOW --base main --all"),
        ("base-accepted.txt", "check --as-of NOW --base main --allow-self-approval"),
        ("base-denied.txt", "check --as-of NOW --base main --deny warnings"),
        ("base-record.txt", "check --as-of NOW --base main --quiet --record base.json"),
        ("base-verify.txt", "verify base.json"),
        ("base-unknown.txt", "check --as-of NOW --base origin/main"),
        ("impact.txt", "impact --as-of NOW --base main"),
        ("impact.json", "impact --as-of NOW --base main --format json"),
        ("impact.md", "impact --as-of NOW --base main --format markdown"),
        ("impact-full.txt", "impact --as-of NOW --base main --full"),
        ("impact-narrate.txt", "impact --as-of NOW --base main --narrate"),
    ]));
    all
}

/// What is asked of one example alone.
fn own(example: &str) -> BTreeMap<String, String> {
    match example {
        "canary" => lines([
            ("mutate.txt", "test --mutate"),
            ("explain-rule.txt", "explain release.soaked"),
            ("explain-policy.txt", "explain release"),
            ("explain-gate.txt", "explain half→all"),
            ("explain-field.txt", "explain canary.errors"),
            ("explain-stage.txt", "explain all"),
            ("check-gate.txt", "check --as-of NOW --workflow search --workflow thumbnails --gate"),
            ("history-full.txt", "history --as-of NOW --workflow search --full"),
            ("check-stale.txt", "check --as-of 2026-11-23 --workflow checkout"),
            ("check-workflow.txt", "check --as-of NOW --workflow search"),
        ]),
        "organisation" => lines([
            ("explain-param.txt", "explain before_deployment.light_share --as-of NOW"),
            (
                "sweep-table.txt",
                "sweep before_deployment.light_share=70%..90% monitoring.min_satisfaction=2..4 --as-of NOW",
            ),
            ("explain-field.txt", "explain edit_time"),
            ("params-workflow.txt", "params --as-of NOW --workflow claim-letters"),
            ("rules-workflow.txt", "rules --as-of NOW --workflow claim-letters teams/claims"),
            ("check-team.txt", "check --as-of NOW teams/claims"),
            ("check-team.sarif.json", "check --as-of NOW --format sarif teams/claims"),
        ]),
        "support-desk" => {
            let mut all = of_pack();
            all.extend(lines([
                ("sweep.txt", "sweep before_deployment.light_share=60%..95% --as-of NOW"),
                ("sweep.json", "sweep before_deployment.light_share=70%..85% --as-of NOW --format json"),
                ("sweep-full.txt", "sweep monitoring.min_satisfaction=2..4 --as-of NOW --full"),
                ("sweep-narrate.txt", "sweep monitoring.min_satisfaction=2..4 --as-of NOW --narrate"),
                ("sweep-unknown.txt", "sweep before_deployment.light=60%..95%"),
            ]));
            all
        }
        _ => of_pack(),
    }
}

/// What is asked of an example of the shipped pack.
fn of_pack() -> BTreeMap<String, String> {
    lines([
        ("explain-code.txt", "explain T205"),
        ("explain-rule.txt", "explain staged_rollout.stalled"),
        ("explain-several.txt", "explain quality_kept"),
        ("explain-no-gate.txt", "explain testing->expanded"),
        ("check-gate.json", "check --as-of NOW --workflow price-quotes --gate --format json"),
        ("check-workflows.txt", "check --as-of NOW --workflow price-quotes --workflow no-such"),
        ("check-earlier.txt", "check --as-of 2026-08-28"),
    ])
}

/// Commits the example, and on a branch what changes of it; some of that is not committed yet.
fn branch(repo: &Repo, example: &str) {
    repo.commit();
    repo.git(&["checkout", "-q", "-b", "branch"]);
    let before = texts_of(example);
    let (committed, after) = changed(example, &before);
    for name in before.keys().filter(|name| !committed.contains_key(*name)) {
        repo.remove(name);
    }
    committed.iter().for_each(|(name, text)| repo.write(name, text));
    repo.commit();
    after.iter().for_each(|(name, text)| repo.write(name, text));
}

/// Puts faults of every kind into an example.
fn faults(repo: &Repo) {
    repo.write(
        "tollgate.yaml",
        "policies: [builtin, own/, policis/]\nsnapshots: rollouts/**/*.yaml\nparam: {}\nparams:\n  \
         before_deployment.light_shar: 60%\n  staged_rollout.pilot_adoption: 60\nrules:\n  ladder.skipped: warm\n\
         waivers:\n  - rule: ladder.skipped\n    workflow: price-quotes\n    owner: Sam\n",
    );
    repo.write(
        "own/own.gate",
        "policy own \"Ours\" {\n  param share = 80% within 50% to 100%\n  param unused = 2 weeks\n  \
         rule busy \"Used\" {\n    require adoptoin >= share\n    else hold\n  }\n  rule cost \"Cheap\" {\n    \
         require satisfaction >= 3 USD\n    else hold \"only {satisfaction}\"\n  }\n  rule light \"Light\" {\n    \
         require share(outputs where edit_tme < 15%) >= 80\n    else warm\n  }\n}\n",
    );
    repo.write(
        "own/own.test.gate",
        "test \"busy\" {\n  given { adoption: 10% }\n  expect own.busy fail\n}\n",
    );
    let outputs = "outputs:\n  - { id: a, edit_tme: 5% }\n  - { id: a, edit_time: 30 }\n";
    repo.write(
        "rollouts/broken/2026-11-20.yaml",
        format!(
            "workflow: broken\ndate: 2026-11-20\nstage: pilto\nadoptoin: 80%\nsatisfaction: high\n{outputs}"
        ),
    );
    repo.write("rollouts/broken/2026-11-21.yaml", "workflow: broken\ndate: 2026-11-20\nstage: [\n");
    repo.write("rollouts/empty/2026-11-21.yaml", "# nothing yet\n");
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
        (Scene::of(&format!("{example}/plain"), example), timed(lines, example))
    };
    held(&EXAMPLES.iter().map(scene).collect::<Vec<_>>());
}

#[test]
fn branches_of_the_examples_print_what_was_blessed() {
    let scene = |example: &&str| {
        let scene = Scene::of(&format!("{example}/base"), example);
        branch(&scene.repo, example);
        (scene, timed(with_base(), example))
    };
    held(&EXAMPLES.iter().map(scene).collect::<Vec<_>>());
}

#[test]
fn faults_print_what_was_blessed() {
    let scene = Scene::of("broken", "support-desk");
    faults(&scene.repo);
    let mut lines = everything();
    lines.extend(
        [("own.txt", "test own"), ("own-lint.json", "lint own --format json")]
            .map(|(a, b)| (a.into(), b.into())),
    );
    held(&[(scene, timed(lines, "support-desk"))]);
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
