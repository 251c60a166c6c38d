//! What the package ships for others' pipelines: the scripts of the action, run as the platform runs them, and the files
//! that name each other. On Windows, `bash` may be anything: `.github/workflows/platforms.yml` uses the action itself there.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Repo, Run, files_under, root};

/// A folder that stands for a runner's, with the files that a platform reads.
struct Runner {
    files: Repo,
    /// What is looked for before the system's programs.
    programs: PathBuf,
}

impl Runner {
    fn new() -> Self {
        let files = Repo::called("a runner");
        files.below("temp");
        let programs = Path::new(env!("CARGO_BIN_EXE_tollgate")).parent().unwrap().to_owned();
        Self { files, programs }
    }

    /// One that finds `program` as the text of a shell script.
    fn with_program(program: &str, text: &str) -> Self {
        let runner = Self::new();
        let programs = runner.files.below("bin").folder().to_owned();
        script(&programs.join(program), text);
        Self { programs, ..runner }
    }

    fn script(&self, name: &str, variables: &[(&str, &str)]) -> Run {
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("bash")
            .arg("-eu")
            .arg(root().join("scripts").join(name))
            .current_dir(root())
            .env_remove("RUSTUP_TOOLCHAIN")
            .env("PATH", format!("{}:{path}", self.programs.display()))
            .env("RUNNER_TEMP", self.files.path("temp"))
            .env("GITHUB_OUTPUT", self.files.path("output"))
            .env("GITHUB_STEP_SUMMARY", self.files.path("summary"))
            .env("GITHUB_PATH", self.files.path("path"))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Run::of(output)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.files.path(name)).unwrap_or_default()
    }

    /// The outputs, read as the platform reads them.
    fn outputs(&self) -> BTreeMap<String, String> {
        let text = self.read("output");
        let mut lines = text.lines();
        let mut outputs = BTreeMap::new();
        while let Some(line) = lines.next() {
            let (name, value) = if let Some((name, end)) = line.split_once("<<") {
                let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
                (name, value.join("\n"))
            } else {
                let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("no output: {line}"));
                (name, value.to_owned())
            };
            assert!(outputs.insert(name.to_owned(), value).is_none(), "{name} twice: {text}");
        }
        outputs
    }
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/usr/bin/env bash\n{text}\n")).unwrap();
    let made = Command::new("chmod").arg("+x").arg(path).status().unwrap();
    assert!(made.success());
}

const DESK: &[(&str, &str)] = &[("TOLLGATE_PATH", "examples/support-desk"), ("TOLLGATE_AS_OF", "2026-11-23")];

#[test]
fn the_action_writes_what_the_platform_reads() {
    let runner = Runner::new();
    let run = runner.script("check.sh", DESK);
    assert_eq!(run.code, 1, "{}", run.err);
    let outputs = runner.outputs();
    let names: Vec<&str> = outputs.keys().map(String::as_str).collect();
    assert_eq!(names, ["comment", "comment-file", "exit-code", "report-file", "sarif-file"]);
    assert_eq!(outputs["exit-code"], "1");
    assert!(
        outputs["comment"].starts_with("<!-- tollgate -->\n### Tollgate: 3 of 14"),
        "{}",
        outputs["comment"]
    );
    assert_eq!(outputs["comment"], fs::read_to_string(&outputs["comment-file"]).unwrap().trim_end());
    assert_eq!(outputs["comment"], runner.read("summary").trim_end());
    for file in ["report-file", "sarif-file"] {
        serde_json::from_str::<Value>(&fs::read_to_string(&outputs[file]).unwrap()).unwrap();
    }
    // The report stands where commands are off, the annotations where they are on again.
    let (report, annotations) = {
        let rest = run.out.strip_prefix("::stop-commands::").unwrap();
        let (token, rest) = rest.split_once('\n').unwrap();
        rest.split_once(&format!("\n::{token}::\n")).unwrap()
    };
    assert!(report.contains("3 of 14 workflows may go on"), "{report}");
    assert!(annotations.lines().any(|line| line.starts_with("::error file=examples/support-desk/rollouts/")));
    assert!(annotations.lines().all(|line| line.starts_with("::")), "{annotations}");
}

#[test]
fn the_action_writes_a_page_whose_values_link_to_their_lines() {
    let runner = Runner::new();
    let page = [
        ("TOLLGATE_PAGE", "tollgate-report"),
        ("TOLLGATE_REDACT", "owners,keys"),
        ("GITHUB_SERVER_URL", "https://example.com"),
        ("GITHUB_REPOSITORY", "ana/desk"),
        ("GITHUB_SHA", "0123abcd"),
    ];
    let run = runner.script("check.sh", &[DESK, &page[..]].concat());
    assert_eq!(run.code, 1, "{}", run.err);
    let text = fs::read_to_string(&runner.outputs()["page-file"]).unwrap();
    let link = "href=\"https://example.com/ana/desk/blob/0123abcd/examples/support-desk/rollouts/";
    assert!(text.contains(link) && !text.contains("helen@example.com"));
    assert!(runner.read("summary").contains("The artifact `tollgate-report` of this run"));
}

#[test]
fn the_action_can_leave_the_failing_to_others() {
    let runner = Runner::new();
    let quiet =
        [("TOLLGATE_FAIL", "false"), ("TOLLGATE_ANNOTATIONS", "false"), ("TOLLGATE_SUMMARY", "false")];
    let run = runner.script("check.sh", &[DESK, &quiet[..]].concat());
    assert_eq!((run.code, &*runner.outputs()["exit-code"]), (0, "1"));
    assert!(run.out.trim_end().ends_with("::") && !run.out.contains("::error"), "{}", run.out);
    assert_eq!(runner.read("summary"), "");
}

#[test]
fn what_cannot_be_judged_fails_the_action_and_says_so() {
    let runner = Runner::new();
    let run = runner.script("check.sh", &[("TOLLGATE_AS_OF", "tomorrow"), ("TOLLGATE_FAIL", "false")]);
    assert_eq!(run.code, 2);
    let outputs = runner.outputs();
    assert_eq!(outputs["exit-code"], "2");
    assert!(outputs["comment"].contains("nothing could be judged"), "{}", outputs["comment"]);
    assert!(!outputs.contains_key("sarif-file"));
}

#[test]
fn the_action_passes_on_what_it_was_given_and_nothing_else() {
    let given = |variables: &[(&str, &str)]| {
        let runner = Runner::with_program("tollgate", "printf '<%s>' \"$@\"");
        let run = runner.script("check.sh", variables);
        assert_eq!(run.code, 0, "{}", run.err);
        run.out
    };
    let bare = given(&[]);
    assert!(bare.contains("<--><.>") && !bare.contains("--base") && !bare.contains("--workflow"), "{bare}");
    let full = given(&[
        ("TOLLGATE_PATH", "-my $(id) folder"),
        ("TOLLGATE_BASE", "origin/main; id"),
        ("TOLLGATE_WORKFLOWS", "a b\n\n--quiet\n"),
        ("TOLLGATE_DENY_WARNINGS", "true"),
    ]);
    for argument in
        ["<--base=origin/main; id>", "<--workflow=a b>", "<--workflow=--quiet>", "<--deny><warnings>"]
    {
        assert!(full.contains(argument), "{argument}: {full}");
    }
    assert!(full.contains("<--><-my $(id) folder>"), "{full}");
}

#[test]
fn the_action_compares_snapshots_with_their_sources() {
    let given = |how: &str| {
        let runner = Runner::with_program("tollgate", "printf '<%s>' \"$@\"; echo");
        runner.script("check.sh", &[("TOLLGATE_COLLECT", how)]).out
    };
    assert!(given("check").contains("<collect><--check><--><.>\n<check>"), "{}", given("check"));
    assert!(given("a b").contains("<collect><--check><--replay=a b><--><.>\n"), "{}", given("a b"));
    assert!(!given("").contains("<collect>"));

    let policy = "snapshot { size: count }\npolicy p { rule r { require size > 0 else hold } }\n";
    let plan = "workflow: w\nsources: { s: { csv: s.csv, undated: accepted } }\n\
                fields: { size: { from: s, value: Size } }\n";
    let repository = Repo::new()
        .file("tollgate.yaml", "policies: [p.gate]\n")
        .file("p.gate", policy)
        .file("collect/w.yaml", plan)
        .file("s.csv", "Size\n3\n")
        .file("rollouts/w/2026-01-05.yaml", "workflow: w\ndate: 2026-01-05\nsize: 1\n")
        .file("rollouts/w/2026-01-12.yaml", "workflow: w\ndate: 2026-01-12\n");
    let path = repository.folder().to_str().unwrap();
    let check = |source: &str| {
        repository.write("s.csv", source);
        let runner = Runner::new();
        let variables =
            [("TOLLGATE_PATH", path), ("TOLLGATE_AS_OF", "2026-01-12"), ("TOLLGATE_COLLECT", "check")];
        let run = runner.script("check.sh", &variables);
        assert_eq!(run.code.to_string(), runner.outputs()["exit-code"]);
        (run.code, runner.outputs()["comment"].lines().nth(1).unwrap().to_owned(), run.out)
    };
    let written = repository.run(&["collect", "--write", "--date", "2026-01-12"]);
    assert_eq!(written.code, 0, "{}{}", written.out, written.err);
    assert_eq!(check("Size\n3\n").0, 0);
    let (code, comment, log) = check("Size\n4\n");
    assert!(code == 1 && comment.contains("is not what its sources give"), "{code} {comment}");
    assert!(log.contains("-size: 3\n+size: 4\n"), "{log}");
    let (code, comment, _) = check("Size\n3,5\n");
    assert!(code == 2 && comment.contains("a source is broken"), "{code} {comment}");
}

#[test]
fn no_snapshot_writes_into_the_outputs() {
    let runner = Runner::new();
    let policy =
        "snapshot { owner: text, good: bool }\npolicy p { rule r { require good else hold \"{owner}\" } }\n";
    let repository = Repo::new().file("tollgate.yaml", "policies: [p.gate]\n").file("p.gate", policy);
    let evil = r#""x\nexit-code=0\n::error::y\n</details>\n\u001b[2J""#;
    let snapshot = format!("workflow: {evil}\ndate: 2026-01-05\nowner: {evil}\ngood: false\n");
    repository.write("rollouts/w.yaml", snapshot);
    let path = repository.folder().to_str().unwrap();
    let run = runner.script("check.sh", &[("TOLLGATE_PATH", path), ("TOLLGATE_AS_OF", "2026-01-05")]);
    assert_eq!((run.code, &*runner.outputs()["exit-code"]), (1, "1"), "{}", run.err);
    assert_eq!(run.out.lines().filter(|line| line.starts_with("::error")).count(), 1, "{}", run.out);
    assert!(!run.out.contains('\u{1b}') && !runner.read("summary").contains('\u{1b}'));
}

/// A program that is told to install something, says what, and leaves a command behind.
const CARGO: &str = "printf '<%s>' \"$@\"; while [[ $1 != --root ]]; do shift; done
mkdir -p \"$2/bin\"; printf '#!/bin/sh\\necho built\\n' >\"$2/bin/tollgate\"; chmod +x \"$2/bin/tollgate\"";

#[test]
fn the_action_installs_a_release_or_builds() {
    let source = ("TOLLGATE_SOURCE", "/runner/_actions/owner/name/v1");
    let runner = Runner::with_program("cargo", CARGO);
    let run = runner.script("install.sh", &[source, ("TOLLGATE_REPOSITORY", "file:///nowhere/")]);
    assert!(run.code == 0 && run.out.contains("<--path></runner/_actions/owner/name/v1>"), "{}", run.err);
    assert!(run.out.ends_with("built\n") && runner.read("path").contains("/temp/tollgate-bin."));

    let old = runner.script(
        "install.sh",
        &[source, ("TOLLGATE_REPOSITORY", "file:///nowhere/"), ("TOLLGATE_VERSION", "0.1.0")],
    );
    assert!(old.out.contains("<--git><file:///nowhere/owner/name><--tag><v0.1.0>"), "{}{}", old.out, old.err);
    for (version, repository) in [("1.0.0; id", "file:///a/b"), ("../x", "file:///a/b"), ("1.0.0", "")] {
        let run = runner
            .script("install.sh", &[("TOLLGATE_VERSION", version), ("TOLLGATE_REPOSITORY", repository)]);
        assert_eq!(run.code, 2, "{version}");
        assert!(run.err.starts_with("error: ") && run.out.is_empty(), "{}", run.err);
    }
}

/// The checkout is a pull request's: neither the programs that it names, nor its settings of `cargo`, have a say.
#[test]
fn the_action_builds_outside_of_the_checkout() {
    let runner = Runner::with_program("cargo", &format!("pwd; echo \"<$RUSTUP_TOOLCHAIN>\"; {CARGO}"));
    let source = ("TOLLGATE_SOURCE", "/runner/_actions/owner/name/v1");
    script(&runner.files.path("bin/rustup"), "echo 'named-1.95 (default)'");
    let run = runner.script("install.sh", &[source]);
    assert!(run.code == 0 && run.out.starts_with("/\n<named-1.95>\n"), "{}{}", run.out, run.err);
    let run = runner.script("install.sh", &[source, ("RUSTUP_TOOLCHAIN", "mine")]);
    assert!(run.code == 0 && run.out.starts_with("/\n<mine>\n"), "{}{}", run.out, run.err);
}

/// A release of version 2.0.0 for this machine, whose program says what it is.
const RELEASE: &str = "folder=$1/owner/name/releases/download/v2.0.0; mkdir -p \"$folder\"; cd \"$folder\"
case $(uname -s)-$(uname -m) in
Linux-*) target=$(uname -m)-unknown-linux-gnu ;;
*-arm64) target=aarch64-apple-darwin ;;
*) target=x86_64-apple-darwin ;;
esac
name=tollgate-2.0.0-$target; mkdir \"$name\"
printf '#!/bin/sh\\necho released\\n' >\"$name/tollgate\"; chmod +x \"$name/tollgate\"
tar -czf \"$name.tar.gz\" \"$name\"; rm -r \"$name\"
if command -v sha256sum >/dev/null; then sha256sum *.gz; else shasum -a 256 *.gz; fi >SHA256SUMS";

/// A runner beside a server that has that release, the server's address, and the folder of the release.
fn released() -> (Runner, String, PathBuf) {
    let runner = Runner::with_program("cargo", CARGO);
    script(&runner.files.path("make"), RELEASE);
    let site = runner.files.path("site");
    let made = Command::new("bash").arg(runner.files.path("make")).arg(&site).status().unwrap();
    assert!(made.success());
    // An address has no blanks.
    let address = format!("file://{}", site.display()).replace(' ', "%20");
    (runner, address, site.join("owner/name/releases/download/v2.0.0"))
}

#[test]
fn a_release_is_taken_only_as_its_checksum_says() {
    let (runner, address, folder) = released();
    let repository = format!("{address}/owner/name");
    let variables = [("TOLLGATE_VERSION", "v2.0.0"), ("TOLLGATE_REPOSITORY", &*repository)];
    let run = runner.script("install.sh", &variables);
    assert!(run.code == 0 && run.out == "released\n", "{}{}", run.out, run.err);

    let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let archive = folder.join(sums.split_whitespace().nth(1).unwrap());
    fs::write(archive, "something else").unwrap();
    let run = runner.script("install.sh", &variables);
    assert!(run.code == 2 && run.err.contains("is not what its checksum says"), "{}{}", run.out, run.err);

    // What no checksum is known of is not taken.
    fs::write(folder.join("SHA256SUMS"), sums.replace("2.0.0", "3.0.0")).unwrap();
    let run = runner.script("install.sh", &variables);
    assert!(run.code == 0 && run.out.contains("<--tag><v2.0.0>") && run.out.ends_with("built\n"), "{run:?}");
}

/// A tag may name the release that it is of; what a commit is of, only an attestation says.
#[test]
fn the_action_takes_the_binary_of_its_own_version() {
    let (runner, address, _) = released();
    let repository = format!("{address}/");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let install = |name: &str, more: &[(&str, &str)]| {
        let source = format!("_actions/owner/name/{name}");
        runner.files.write(&format!("{source}/Cargo.toml"), "[package]\nversion = \"2.0.0\"\n");
        let source = runner.files.path(&source);
        let variables =
            [("TOLLGATE_SOURCE", source.to_str().unwrap()), ("TOLLGATE_REPOSITORY", &*repository)];
        let run = runner.script("install.sh", &[&variables[..], more].concat());
        assert_eq!(run.code, 0, "{run:?}");
        ["built", "released"].into_iter().find(|said| run.out.ends_with(&format!("{said}\n"))).unwrap()
    };
    for (name, said) in [
        ("v2.0.0", "released"),
        ("v2.0", "released"),
        ("v2", "released"),
        ("v2.0.1", "built"),
        ("v20", "built"),
        ("main", "built"),
        ("releases/v2", "built"),
        (commit, "built"),
    ] {
        assert_eq!(install(name, &[]), said, "{name}");
    }

    let token = [("TOLLGATE_TOKEN", "secret")];
    script(&runner.files.path("bin/gh"), "exit 1");
    assert_eq!(install(commit, &token), "built");
    let asked = runner.files.path("asked");
    let gh = format!("printf '%s\\n' \"$@\" \"$GH_TOKEN\" >\"{}\"", asked.display());
    script(&runner.files.path("bin/gh"), &gh);
    assert_eq!(install(commit, &token), "released");
    let asked = fs::read_to_string(asked).unwrap();
    let expected = format!(
        "--repo\nowner/name\n--source-digest\n{commit}\n--signer-workflow\nowner/name/.github/workflows/release.yml\nsecret\n"
    );
    assert!(asked.ends_with(&expected), "{asked}");
    assert_eq!(install(commit, &[]), "built", "nobody gave a token");
}

/// What may write to a release is named by its content: a tag could be moved. Only what has to may write.
#[test]
fn the_release_runs_what_is_pinned() {
    let text = fs::read_to_string(root().join(".github/workflows/release.yml")).unwrap();
    let used: Vec<&str> = text.lines().filter_map(|line| line.split("uses: ").nth(1)).collect();
    assert!(used.len() > 10);
    for action in used {
        let (_, hash) = action.split_once('@').unwrap_or_else(|| panic!("{action}"));
        let hash = hash.split(" # v").next().unwrap();
        assert!(hash.len() == 40 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{action}");
    }
    assert!(text.contains("\npermissions:\n  contents: read\n"));
    assert_eq!(text.matches("contents: write").count(), 1, "the draft alone");
    assert!(text.lines().all(|line| !line.contains("run:") || !line.contains("${{")), "values are variables");
}

#[test]
fn the_action_names_every_variable_that_its_scripts_read() {
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    for name in ["check.sh", "install.sh"] {
        let text = fs::read_to_string(root().join("scripts").join(name)).unwrap();
        for part in text.split("TOLLGATE_").skip(1) {
            let word: String = part.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            if !word.is_empty() && word != "ROOT" {
                assert!(action.contains(&format!("TOLLGATE_{word}: ")), "{name} reads TOLLGATE_{word}");
            }
        }
        assert!(action.contains(&format!("scripts/{name}")));
    }
    // A merge queue has a base of its own, which nobody has to name.
    assert!(action.contains("TOLLGATE_BASE: ${{ inputs.base || github.event.merge_group.base_sha }}"));
    // Values reach scripts as variables: none is written into one.
    assert!(action.lines().all(|line| !line.trim_start().starts_with("run:") || !line.contains("${{")));
}

/// A plain name could be a tag's, which more people may push than a branch.
#[test]
fn what_is_fetched_is_named_in_full() {
    let documents = files_under(&root().join("docs"), &["md"]);
    let others = ["README.md", "templates/tollgate.gitlab-ci.yml", "action.yml", "scripts/check.sh"];
    let mut count = 0;
    for path in documents.into_iter().chain(others.map(|name| root().join(name))) {
        let text = fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("git fetch ") {
            let command = text[at..].split(['`', '\n']).next().unwrap();
            let named: Vec<&str> = command.split([' ', '"']).filter(|word| word.contains(':')).collect();
            let whole = |name: &&str| name.starts_with("refs/heads/") || name.starts_with("+refs/heads/");
            let only_deeper = command == "git fetch --unshallow";
            assert!(
                only_deeper || !named.is_empty() && named.iter().all(whole),
                "{}: {command}",
                path.display()
            );
            count += 1;
        }
    }
    assert!(count > 1, "{count} fetches");
}

/// A commit of deletions alone may take away just what held.
#[test]
fn the_hook_judges_every_commit() {
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let hook = hooks.split("- id: ").find(|hook| hook.starts_with("tollgate\n")).unwrap();
    assert!(hook.contains("\n  always_run: true\n") && !hook.contains("files:"), "{hook}");
    assert!(hook.contains("\n  pass_filenames: false\n"), "{hook}");
}
