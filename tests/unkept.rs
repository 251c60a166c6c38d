//! Of a large repository most snapshots are not kept, and are read when somebody asks for them. Nothing may depend on that,
//! and one that is changed or gone by then is an error.

use std::collections::BTreeMap;
use std::fs;
use std::path::MAIN_SEPARATOR;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::support::{Repo, files_under, root};
use tollgate::disk::Disk;
use tollgate::engine::{Answer, CheckOptions, DayOptions, Workspace};
use tollgate::project::{FileContent, Inputs, Memory, Start, TableNode, TextFile, inputs};
use tollgate::render::human::render;
use tollgate::render::{Style, View};
use tollgate::report::{Decision, Report};
use tollgate::source::UnkeptFile;
use tollgate::value::Date;

const TODAY: Date = Date::constant(2026, 11, 23);
const EXAMPLES: [&str; 5] = ["ai-evals", "canary", "organisation", "platform", "support-desk"];

/// A file in memory that is there a few times only.
#[derive(Debug)]
struct Fleeting {
    bytes: Vec<u8>,
    left: AtomicUsize,
}

impl UnkeptFile for Fleeting {
    fn read(&self) -> Result<Vec<u8>, String> {
        let left = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        left.map(|_| self.bytes.clone()).map_err(|_| "it is gone".to_owned())
    }

    fn size(&self) -> usize {
        self.bytes.len()
    }
}

/// The files of an example, as if they were all that there is.
fn example(name: &str) -> Inputs {
    let folder = root().join("examples").join(name);
    let mut files = Memory::default();
    for path in files_under(&folder, &["gate", "json", "yaml"]) {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace(MAIN_SEPARATOR, "/");
        files.insert(name, TableNode::File(fs::read(&path).unwrap()));
    }
    inputs(&Start::new(&files, ""))
}

/// The same, where snapshots can be read so often; one of them, where it is said which.
fn unkept(mut inputs: Inputs, times: usize, which: Option<usize>) -> Inputs {
    let files = inputs.projects.iter_mut().flat_map(|project| &mut project.snapshots);
    for (at, file) in files.enumerate() {
        if let (Ok(FileContent::Kept(bytes)), true) = (&file.content, which.is_none_or(|which| which == at)) {
            let fleeting = Fleeting { bytes: bytes.clone(), left: AtomicUsize::new(times) };
            file.content = Ok(FileContent::Unkept(Arc::new(fleeting)));
        }
    }
    inputs
}

const POLICY: &str = "stages pilot -> everybody
snapshot every 1 week grace 3 days {
  answers: count
  correct: count
}
policy quality {
  param least = 160 within 0 to 1000
  rule correct_enough {
    require correct >= least
    else hold
  }
}
";

/// A snapshot with a remark of so many lines at its end, 280 letters each.
fn snapshot(workflow: usize, day: usize, (correct, lines): (usize, usize)) -> String {
    let remark = format!("# {}\n", "a long remark ".repeat(20)).repeat(lines);
    format!(
        "workflow: w{workflow}\ndate: 2026-11-{day:02}\nstage: pilot\nanswers: 200\ncorrect: {correct}\n{remark}"
    )
}

/// A repository of so many workflows, of which the last fail or cannot be read, and lines in each snapshot.
fn repository(workflows: usize, lines: usize) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::from([
        ("tollgate.yaml".to_owned(), b"policies: [quality.gate]\n".to_vec()),
        ("quality.gate".to_owned(), POLICY.into()),
    ]);
    let last = 99 + workflows;
    let name = |workflow: usize, day: usize| format!("rollouts/w{workflow}/2026-11-{day:02}.yaml");
    for workflow in 100..=last {
        for day in [9, 16] {
            let correct = if workflow == last - 1 { 100 } else { 190 };
            files.insert(name(workflow, day), snapshot(workflow, day, (correct, lines)).into());
        }
    }
    let not_text = [b"# \xff\n", snapshot(last - 2, 23, (190, lines)).as_bytes()].concat();
    files.insert(name(last - 2, 23), not_text);
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 16000\n";
    files.insert(name(last, 23), pointer.to_vec());
    files
}

fn in_memory(files: BTreeMap<String, Vec<u8>>) -> Inputs {
    let mut memory = Memory::default();
    files.into_iter().for_each(|(name, bytes)| memory.insert(name, TableNode::File(bytes)));
    inputs(&Start::new(&memory, ""))
}

fn written(files: &BTreeMap<String, Vec<u8>>) -> Repo {
    let repo = Repo::new();
    files.iter().for_each(|(name, bytes)| repo.write(name, bytes));
    repo
}

/// Some 17 MB, in 500 files of 34 KB.
fn large() -> (BTreeMap<String, Vec<u8>>, Repo) {
    let files = repository(250, 120);
    let repo = written(&files);
    (files, repo)
}

fn on_disk(repo: &Repo) -> Inputs {
    inputs(&Disk::of(repo.folder()).start(false))
}

fn options() -> CheckOptions {
    DayOptions { as_of: Some(TODAY), ..DayOptions::on(TODAY) }.into()
}

fn check(inputs: Inputs) -> Answer<Report> {
    Workspace::new().check(inputs, &options())
}

/// What a judgement says, to people as well as to programs.
fn said(answer: &Answer<Report>) -> (u8, Value, String) {
    let style = Style { color: false, unicode: true, width: 100 };
    let shown = render(answer, style, &View { full: true, ..View::default() });
    (answer.exit, serde_json::to_value(&answer.report).unwrap(), shown)
}

#[test]
fn files_that_are_not_kept_say_the_same() {
    for name in EXAMPLES {
        assert_eq!(said(&check(unkept(example(name), 9, None))), said(&check(example(name))), "{name}");
        let history = |inputs| {
            let answer = Workspace::new().history(inputs, &options().day);
            serde_json::to_value(&answer.report).unwrap()
        };
        assert_eq!(history(unkept(example(name), 9, None)), history(example(name)), "{name}");
    }
}

#[test]
fn a_file_that_is_gone_before_it_is_shown_is_an_error() {
    let small = || in_memory(repository(5, 2));
    let whole = said(&check(small()));
    let files = small().projects[0].snapshots.len();
    let mut errors = 0;
    for which in 0..files {
        for times in 0..5 {
            let answer = check(unkept(small(), times, Some(which)));
            assert_eq!(answer.report.diagnostics.len(), answer.diagnostics.len());
            if answer.diagnostics.iter().any(|found| found.message.contains("it is gone")) {
                assert_eq!(answer.exit, 2, "file {which}, read {times} times");
                errors += 1;
            } else {
                assert_eq!(said(&answer), whole, "file {which}, read {times} times");
            }
        }
    }
    // Whose they are and what they say is read of all but the one that only says where its text is.
    assert!((2 * (files - 1)..4 * files).contains(&errors), "{errors} of {files} files");
}

#[test]
fn a_large_repository_is_judged_on_the_disk_as_in_memory() {
    let (files, repo) = large();
    let judged = check(in_memory(files));
    let decided = |decision| judged.report.workflows.iter().filter(|own| own.decision == decision).count();
    assert_eq!((decided(Decision::Continue), decided(Decision::Hold), decided(Decision::Error)), (247, 1, 2));
    let (found, wanted) = (said(&check(on_disk(&repo))), said(&judged));
    if let Some((found, wanted)) =
        found.2.lines().zip(wanted.2.lines()).find(|(found, wanted)| found != wanted)
    {
        panic!("{found}\nin the place of\n{wanted}");
    }
    // Too much to be shown.
    assert!(found == wanted);
}

#[test]
fn a_large_repository_is_not_kept() {
    let (_, repo) = large();
    let found = on_disk(&repo);
    let snapshots = &found.projects[0].snapshots;
    let is_kept = |file: &&TextFile| matches!(file.content, Ok(FileContent::Kept(_)));
    let kept = snapshots.iter().filter(is_kept).count();
    assert!((240..320).contains(&kept), "{kept} of {} are kept", snapshots.len());
    let named = |name: &str| snapshots.iter().find(|file| file.name.ends_with(name)).unwrap();
    let (seen, unseen) = (named("w348/2026-11-16.yaml"), named("w346/2026-11-16.yaml"));
    assert_eq!(&*seen.bytes().unwrap(), snapshot(348, 16, (100, 120)).as_bytes());
    repo.write(&seen.name, snapshot(348, 16, (190, 120)));
    // A letter less than when it was found.
    repo.write(&unseen.name, snapshot(346, 16, (90, 120)));
    let changed = "it was changed after it was found";
    assert_eq!([seen, unseen].map(|file| file.bytes().unwrap_err()), [changed, changed]);
    // What others could not see nobody judges.
    repo.write(&seen.name, snapshot(348, 16, (100, 120)));
    assert_eq!(seen.bytes().unwrap_err(), changed);
}

/// What commands say of a repository whose branch sets another value, and has snapshots of its own.
fn said_of_branch(lines: usize) -> Vec<(i32, String)> {
    let repo = written(&repository(250, lines));
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    repo.git(&["checkout", "-q", "-b", "branch"]);
    repo.write(
        "tollgate.yaml",
        "policies: [quality.gate]\nparams:\n  quality.least: { value: 80, because: to see it }\n",
    );
    repo.write("rollouts/w346/2026-11-23.yaml", snapshot(346, 23, (90, lines)));
    repo.commit();
    // The base goes on.
    repo.git(&["checkout", "-q", "main"]);
    repo.write("rollouts/w345/2026-11-23.yaml", snapshot(345, 23, (100, lines)));
    repo.commit();
    repo.git(&["checkout", "-q", "branch"]);
    let commands: [&[&str]; 4] = [
        &["check", "--base", "main"],
        &["check", "--base", "main", "--format", "json"],
        &["impact", "--base", "main"],
        &["history"],
    ];
    let commit = repo.read(".git/refs/heads/main");
    let commit = commit.trim();
    let said = commands.map(|command| repo.run(&[command, &["--as-of", "2026-11-23"]].concat()).said());
    // Its hash is that of all texts.
    said.map(|(code, text)| (code, text.replace(commit, "COMMIT").replace(&commit[..12], "COMMIT"))).to_vec()
}

#[test]
fn a_branch_of_a_large_repository_says_what_one_of_a_small_one_does() {
    for ((code, large), (_, small)) in said_of_branch(120).iter().zip(said_of_branch(1)) {
        assert_eq!(*code, 2, "a file is no text, and one is not here");
        if let Some((large, small)) = large.lines().zip(small.lines()).find(|(large, small)| large != small) {
            panic!("{large}\nin the place of\n{small}");
        }
        assert!(large.lines().count() > 3 && large.len() == small.len());
    }
}
