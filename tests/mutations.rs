//! The example's files, cut at every byte and with every byte replaced: whatever comes of it, the program ends in 0, 1 or 2.
//!
//! By default every n-th of them is tried; with `TOLLGATE_EVERY` set, all.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use tollgate::engine::{Answer, CheckOptions, DayOptions, TestOptions, Workspace};
use tollgate::project::{Configuration, Inputs, Project, Suite, Suites, TextFile};
use tollgate::render::{Style, View, github, gitlab, human, json, junit, markdown, sarif, tap};
use tollgate::report::{Outcome, Report};
use tollgate::source::SourceMap;
use tollgate::value::{Date, Number};

use crate::support::{Repo, root};

/// What every byte is replaced by: what opens, closes, separates or ends something, no character, no text, and a digit.
const REPLACEMENTS: &[u8] = b"{\"\n:-%#\0\xff9";

/// How many of the cases are tried at least, of a file that is read by the library and by the program itself.
const SAMPLE: usize = 24;
const SAMPLE_OF_RUNS: usize = 2;
/// As above, where all are tried: the program is started for one of so many cases.
const RUN_OF_ALL: usize = 2_000;
/// The day of the canary's series.
const CANARY: Date = Date::constant(2026, 11, 23);
/// One case may take this long on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Files that are read together.
#[derive(Clone, Default)]
struct Repository {
    /// By name, within the folder that is checked.
    files: BTreeMap<String, Vec<u8>>,
    /// The minute of the day at which they are judged, where series run by instants.
    minute: Option<i64>,
}

impl Repository {
    /// Files below a folder of the package.
    fn new(folder: &str, names: &[&str]) -> Self {
        let read = |name: &&str| ((*name).to_owned(), fs::read(root().join(folder).join(name)).unwrap());
        Self { files: names.iter().map(read).collect(), minute: None }
    }

    /// Some of the canary's, a minute after its newest snapshot.
    fn canary(names: &[&str]) -> Self {
        Self { minute: Some(15 * 60 + 11), ..Self::new("examples/canary", names) }
    }

    fn texts(&self, wanted: impl Fn(&str) -> bool) -> Vec<TextFile> {
        let files = self.files.iter().filter(|(name, _)| wanted(name));
        files.map(|(name, text)| TextFile { name: name.clone(), content: Ok(text.clone().into()) }).collect()
    }

    fn policies(&self) -> Vec<TextFile> {
        let own = self.texts(|name| name.ends_with(".gate") && !name.ends_with(".test.gate"));
        if !own.is_empty() {
            return own;
        }
        let shipped = tollgate::builtin::FILES.iter();
        shipped
            .map(|(name, text)| TextFile {
                name: tollgate::builtin::file_name(name),
                content: Ok((*text).into()),
            })
            .collect()
    }

    fn judge(&self, day: Date) -> Answer<Report> {
        let mut sources = SourceMap::default();
        let config = self.files.get("tollgate.yaml").and_then(|text| String::from_utf8(text.clone()).ok());
        let stack =
            config.map(|text| Configuration::add("tollgate.yaml", &text, &mut sources)).into_iter().collect();
        let project = Project {
            stack,
            policies: self.policies(),
            snapshots: self.texts(|name| name.starts_with("rollouts/") && !name.ends_with("/rollout.yaml")),
            standing: self.texts(|name| name.ends_with("/rollout.yaml")),
            ..Project::default()
        };
        let time = self.minute.map(|minute| Number::from(60 * minute));
        let options = CheckOptions::from(DayOptions { as_of: Some(day), time, ..DayOptions::on(day) });
        Workspace::new().check(Inputs { sources, projects: vec![project], ..Inputs::default() }, &options)
    }

    /// Everything that the library does with these files, in one of the formats beside the two that are always drawn.
    fn read_all(&self, day: Date, format: usize) -> u8 {
        let style = Style { color: format.is_multiple_of(2), unicode: true, width: 80 };
        let tests = self.texts(|name| name.ends_with(".test.gate"));
        if !tests.is_empty() {
            let suite = Suite { policies: self.policies(), tests, ..Suite::default() };
            let options = TestOptions { coverage: true, ..TestOptions::default() };
            let run = Workspace::new().test(Suites { suites: vec![suite], ..Suites::default() }, &options);
            human::render_tests(&run, style);
            json::render(&run.report).unwrap();
            return run.exit;
        }
        let judgement = self.judge(day);
        human::render(&judgement, style, &View { full: true, ..View::default() });
        json::render(&judgement.report).unwrap();
        match format % 7 {
            0 => sarif::render(&judgement, "").unwrap(),
            1 => junit::render(&judgement, "").unwrap(),
            2 => github::render(&judgement, ""),
            3 => gitlab::render(&judgement, "").unwrap(),
            4 => markdown::render(&judgement, ""),
            5 => tap::render(&judgement, ""),
            _ => human::narrate(&judgement, &View::default()),
        };
        judgement.exit
    }
}

/// The file at a position: first each truncation, then each replacement of each byte; none where nothing is replaced.
fn mutation(text: &[u8], index: usize) -> Option<Vec<u8>> {
    let Some(index) = index.checked_sub(text.len()) else { return Some(text[..index].to_vec()) };
    let (at, with) = (index / REPLACEMENTS.len(), REPLACEMENTS[index % REPLACEMENTS.len()]);
    let mut mutated = text.to_vec();
    let old = std::mem::replace(&mut mutated[at], with);
    (old != with).then_some(mutated)
}

fn mutations_of(text: &[u8]) -> usize {
    text.len() * (1 + REPLACEMENTS.len())
}

/// Every n-th number below `all`, so that there are at least `sample`, or every one; not always the same kind of mutation.
fn some(all: usize, sample: usize) -> Vec<usize> {
    if std::env::var_os("TOLLGATE_EVERY").is_some() {
        return (0..all).collect();
    }
    // A step that shares no factor with the number of replacements meets each of them.
    let step = (all / sample).max(1);
    let step = step - usize::from(step.is_multiple_of(2) && step > 1);
    (0..all).step_by(step).collect()
}

/// Mutates one file of a repository, and says what went wrong.
fn mutate(repository: &Repository, name: &str, day: Date) -> (usize, Vec<String>) {
    let text = &repository.files[name];
    let cases = some(mutations_of(text), SAMPLE);
    let wrong = |index: usize| {
        let mut repository = repository.clone();
        repository.files.insert(name.to_owned(), mutation(text, index)?);
        let started = Instant::now();
        let exit = catch_unwind(AssertUnwindSafe(|| repository.read_all(day, index)));
        match exit {
            Err(_) => Some(format!("{name}: case {index} panics")),
            Ok(exit) if exit > 2 => Some(format!("{name}: case {index} ends in {exit}")),
            Ok(_) if started.elapsed() > PATIENCE => Some(format!("{name}: case {index} takes too long")),
            Ok(_) => None,
        }
    };
    (cases.len(), cases.clone().into_par_iter().filter_map(wrong).collect())
}

/// Runs the program itself on some of the mutations of a file.
fn run_some(repository: &Repository, name: &str, day: Date) -> (usize, Vec<String>) {
    let text = &repository.files[name];
    let mut cases = some(mutations_of(text), SAMPLE_OF_RUNS);
    if cases.len() == mutations_of(text) {
        cases = cases.into_iter().step_by(RUN_OF_ALL).collect();
    }
    let repo = repository.files.iter().fold(Repo::new(), |repo, (name, text)| repo.file(name, text));
    let mut wrong = Vec::new();
    for index in &cases {
        let Some(mutated) = mutation(text, *index) else { continue };
        repo.write(name, &mutated);
        let minute = repository.minute.map(|minute| format!("T{:02}:{:02}Z", minute / 60, minute % 60));
        let day = format!("{day}{}", minute.unwrap_or_default());
        let is_test = name.ends_with(".test.gate");
        let arguments: &[&str] = if is_test { &["test"] } else { &["check", "--as-of", &day] };
        let output = repo.command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !matches!(output.status.code(), Some(0..=2)) || said.contains("panicked") {
            wrong.push(format!("{name}: case {index} ends in {:?}: {said}", output.status.code()));
        }
    }
    (cases.len(), wrong)
}

/// Mutates every file of a repository.
fn mutate_all(repository: &Repository, day: Date) {
    let (mut read, mut run, mut wrong) = (0, 0, Vec::new());
    for name in repository.files.keys() {
        let (cases, found) = mutate(repository, name, day);
        read += cases;
        wrong.extend(found);
        let (cases, found) = run_some(repository, name, day);
        run += cases;
        wrong.extend(found);
    }
    println!("{read} files read and {run} runs of the program, {} of them wrong", wrong.len());
    assert!(read > SAMPLE && run >= SAMPLE_OF_RUNS);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_canary_s_files_end_in_a_verdict_or_an_error() {
    let names = [
        "tollgate.yaml",
        "policies/release.gate",
        "policies/vocabulary.gate",
        "rollouts/checkout/2026-11-23T1505Z.yaml",
        "rollouts/checkout/2026-11-23T1510Z.yaml",
        "rollouts/checkout/rollout.yaml",
    ];
    let canary = Repository::canary(&names);
    // It is judged in its own minute, in which it is not stale.
    let rules = &canary.judge(CANARY).report.workflows[0].rules;
    assert!(rules.iter().any(|rule| rule.rule == "release.soaked" && rule.outcome == Outcome::Fail));
    mutate_all(&canary, CANARY);
}

#[test]
fn tests_of_policies_end_in_a_verdict_or_an_error() {
    let names = [
        "tollgate.yaml",
        "policies/release.gate",
        "policies/vocabulary.gate",
        "policies/release.test.gate",
        "rollouts/checkout/2026-11-23T1510Z.yaml",
    ];
    mutate_all(&Repository::canary(&names), CANARY);
}

#[test]
fn a_support_desk_s_files_end_in_a_verdict_or_an_error() {
    let names = [
        "tollgate.yaml",
        "rollouts/meeting-notes/2026-11-18.yaml",
        "rollouts/meeting-notes/rollout.yaml",
        "rollouts/faq-answers/2026-11-20.yaml",
        "rollouts/faq-answers/rollout.yaml",
    ];
    mutate_all(&Repository::new("examples/support-desk", &names), Date::constant(2026, 11, 23));
}

#[test]
fn the_shipped_policies_end_in_a_verdict_or_an_error() {
    for name in tollgate::builtin::names().filter(|name| *name != tollgate::builtin::VOCABULARY) {
        let mut repository =
            Repository::new("", &[&format!("policies/{name}.gate"), "policies/vocabulary.gate"]);
        let snapshot = fs::read(root().join("examples/support-desk/rollouts/meeting-notes/2026-11-18.yaml"));
        repository.files.insert("rollouts/w/2026-11-18.yaml".to_owned(), snapshot.unwrap());
        let config = b"policies: [policies/]\n".to_vec();
        repository.files.insert("tollgate.yaml".to_owned(), config);
        let policy = format!("policies/{name}.gate");
        let (cases, wrong) = mutate(&repository, &policy, Date::constant(2026, 11, 23));
        println!("{cases} files read of {policy}");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// Numbers that fit every rule of the language and no machine.
#[test]
fn lengths_beyond_the_calendar_are_judged() {
    let policy = "
snapshot every 9223372036854775807 weeks grace 3 days { x: number, d: date, t: duration }
policy p {
  param far = 100000000000000000000000000000 weeks
  rule a { require mean(x over 1000000000000000 days) > 1 else hold }
  rule b { require change(x over 9223372036854775807 days) > 1 else hold }
  rule c { require held(x > 1) >= 9223372036854775807 weeks else hold }
  rule d { require d + 9223372036854775807 weeks > date else hold }
  rule e { require mean(x over far) > 1 else hold }
  rule f { require latest(x over 92233720368547758070000 days) > 1 else hold }
  rule g { require trend(x over 9223372036854775807 days) > 1 else hold }
  rule h { require streak(x > 1) >= 99999999999999999999999 else hold }
}
";
    let tests = "test \"far\" { given every 9223372036854775807 days from 2026-11-02 { x = [1, 2, 3] } expect p.a holds }\n";
    let snapshot = |date: &str| {
        format!("workflow: w\ndate: {date}\nx: 1e40\nd: 9999-12-31\nt: 9e40 days\n").into_bytes()
    };
    let mut repository = Repository::default();
    repository.files.insert("p.gate".to_owned(), policy.as_bytes().to_vec());
    repository.files.insert("rollouts/w/a.yaml".to_owned(), snapshot("2026-11-20"));
    repository.files.insert("rollouts/w/b.yaml".to_owned(), snapshot("2026-11-13"));
    let judgement = repository.judge(Date::constant(2026, 11, 20));
    let rules = &judgement.report.workflows[0].rules;
    let outcomes: Vec<_> =
        rules.iter().map(|rule| format!("{} {}", rule.rule, rule.outcome.as_str())).collect();
    assert_eq!(
        outcomes,
        [
            "p.a undecided",
            "p.b undecided",
            "p.c fail",
            "p.d pass",
            "p.e undecided",
            "p.f pass",
            "p.g undecided",
            "p.h fail"
        ]
    );
    assert_eq!(repository.read_all(Date::constant(2026, 11, 20), 1), 1);
    repository.files.insert("p.test.gate".to_owned(), tests.as_bytes().to_vec());
    assert_eq!(repository.read_all(Date::constant(2026, 11, 20), 1), 2);
}
