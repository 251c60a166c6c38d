//! Finds the tests of policies: beside the policies that a configuration names as its own, or in a folder of `.gate`
//! files that no configuration speaks of.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::ignored::Ignored;
use super::ground::Ground;
use super::stack::{Stack, Stacks, configs_below};
use super::{CONFIG, Entry, Finder, Found, Kind, Matcher, policy_entries, read, read_all, unreadable};
use crate::code::Code;
use crate::config::Setting;
use crate::diagnostic::Diagnostic;
use crate::project::{GivenTexts, Suite, Suites, files_given};
use crate::source::Span;
use crate::text::{first_few, quote};

/// What the name of a file of tests ends in.
pub(super) const TESTS: &str = ".test.gate";

/// Finds and reads the policies and tests of a folder, or of one file. With `allow_outside`, configurations may name what
/// lies outside of the repository.
pub(in super::super) fn suites(path: &Path, allow_outside: bool) -> Suites {
    let mut suites = Suites::default();
    let wanted = match fs::canonicalize(path) {
        Ok(wanted) => wanted,
        Err(error) => {
            let why = format!("`{}` cannot be used: {}", path.display(), read::reason(&error));
            suites
                .problems
                .push(Diagnostic::error(Code::NothingFound, why).help("give a folder, or a `.gate` file"));
            return suites;
        }
    };
    let mut ignored = Ignored::default();
    let mut configs = if wanted.is_dir() { configs_below(&wanted) } else { Vec::new() };
    configs.retain(|config| !ignored.hides(&wanted, config));
    if !configs.is_empty() {
        let ground = Ground::new(wanted, allow_outside);
        let mut stacks = Stacks::new(&ground, &mut suites.sources);
        let stacks: Vec<Stack> = configs.iter().map(|config| stacks.stack(config)).collect();
        suites.suites = stacks.into_iter().map(|stack| of_stack(&ground, stack, &|_| true)).collect();
        suites.problems.extend(not_run(&ground, &suites.suites, &mut ignored));
        suites.problems.extend(unread(&ground, ignored));
        return suites;
    }
    let is_wanted = |file: &Path| is_part(file, &wanted);
    if let Some(folder) = configured_above(&wanted) {
        let ground = Ground::new(folder.clone(), allow_outside);
        let stack = Stacks::new(&ground, &mut suites.sources).stack(&folder.join(CONFIG));
        let suite = of_stack(&ground, stack, &is_wanted);
        if !suite.tests.is_empty() {
            suites.suites.push(suite);
            return suites;
        }
        suites.sources = Default::default();
    }
    let folder = if wanted.is_dir() { &*wanted } else { wanted.parent().unwrap_or(&wanted) };
    let ground = Ground::new(folder.to_owned(), allow_outside);
    suites.suites.push(of_folder(&ground, &is_wanted, &mut ignored));
    suites.problems.extend(unread(&ground, ignored));
    suites
}

/// What is said of lists that cannot be read.
fn unread(ground: &Ground, ignored: Ignored) -> impl Iterator<Item = Diagnostic> {
    ignored.problems.into_iter().map(|(path, why)| unreadable(&ground.name(&path), &why))
}

/// What is said of tests that lie beside no policy of a project.
fn not_run(ground: &Ground, suites: &[Suite], ignored: &mut Ignored) -> Option<Diagnostic> {
    let run: BTreeSet<&str> = suites.iter().flat_map(|suite| &suite.tests).map(|test| &*test.name).collect();
    let mut finder = Finder::new(ground.clone());
    let mut files = Vec::new();
    finder.walk(&ground.root, &Matcher { kind: Kind::Tests, glob: None }, &mut files);
    files.retain(|file| !ignored.hides(&ground.root, &file.path));
    let files = finder.unique(files);
    let left: Vec<&str> = files.iter().map(|file| &*file.name).filter(|name| !run.contains(name)).collect();
    let are = match left.len() {
        0 => return None,
        1 => "is not run: it lies",
        _ => "are not run: they lie",
    };
    let message =
        format!("{} {are} beside no policy that a `tollgate.yaml` names", first_few(left.into_iter()));
    Some(
        Diagnostic::warning(Code::TestsNotRun, message)
            .help("list the folder under `policies:`, or test it by itself"),
    )
}

/// Whether a file is what was asked for, lies below it, tests it or is tested by it.
fn is_part(file: &Path, wanted: &Path) -> bool {
    let tested_by = |policy: &Path| {
        let stem = policy.to_str().and_then(|name| name.strip_suffix(".gate"));
        stem.map(|stem| PathBuf::from(format!("{stem}{TESTS}")))
    };
    file.starts_with(wanted)
        || tested_by(wanted).is_some_and(|tests| tests == file)
        || tested_by(file).is_some_and(|tests| tests == wanted)
}

/// The nearest folder above with a configuration, within the repository.
fn configured_above(path: &Path) -> Option<PathBuf> {
    let mut end = false;
    let mut above = path
        .ancestors()
        .skip(1)
        .take_while(|folder| !std::mem::replace(&mut end, folder.join(".git").exists()));
    above.find(|folder| folder.join(CONFIG).is_file()).map(Path::to_owned)
}

/// The suite of a configuration: every policy that is in force, and the tests beside and below those that it names
/// itself. Those of its bases are tested where they are.
fn of_stack(ground: &Ground, stack: Stack, is_wanted: &dyn Fn(&Path) -> bool) -> Suite {
    let Stack { layers, unsure, problems } = stack;
    let mut suite = Suite { problems, ..Suite::default() };
    let Some(own) = layers.first().filter(|_| !unsure) else { return suite };
    let mut finder = Finder::new(ground.clone());
    let policies = finder.policies(policy_entries(&layers));
    suite.problems.append(&mut finder.problems);
    let written = own.config.policies.clone().unwrap_or_default();
    let written = written.into_iter().filter(|entry| !entry.value.starts_with("builtin"));
    let mut policy_files = Vec::new();
    let mut tests = Vec::new();
    for entry in Entry::all(written.collect(), own.folder()) {
        finder.entry(&entry, Kind::Policies, &mut policy_files);
        finder.entry(&entry, Kind::Tests, &mut tests);
    }
    let folders: BTreeSet<&Path> = policy_files.iter().filter_map(|file| file.path.parent()).collect();
    for folder in folders {
        finder.beside(folder, &mut tests);
    }
    tests.retain(|file| file.name.ends_with(TESTS));
    tests.extend(policy_files);
    tests.retain(|file| is_wanted(&file.path));
    finder.read_tests(tests, &mut suite);
    // What was said of an entry before is said once.
    let is_new = |problem: &Diagnostic| {
        !suite.problems.iter().any(|said| said.message == problem.message && said.labels == problem.labels)
    };
    let more: Vec<Diagnostic> = finder.problems.into_iter().filter(is_new).collect();
    suite.problems.extend(more);
    suite.policies = policies.builtin;
    suite.policies.extend(read_all(policies.files));
    suite
}

/// The suite of a folder that no configuration speaks of.
fn of_folder(ground: &Ground, is_wanted: &dyn Fn(&Path) -> bool, ignored: &mut Ignored) -> Suite {
    let mut finder = Finder::new(ground.clone());
    let mut below = |kind| {
        let mut files = Vec::new();
        finder.walk(&ground.root, &Matcher { kind, glob: None }, &mut files);
        files.retain(|file| !ignored.hides(&ground.root, &file.path));
        finder.unique(files)
    };
    let policies = below(Kind::Policies);
    let mut tests = below(Kind::Tests);
    tests.extend(policies.iter().cloned());
    tests.retain(|file| is_wanted(&file.path));
    let mut suite = Suite { policies: read_all(policies), ..Suite::default() };
    finder.read_tests(tests, &mut suite);
    suite.problems.append(&mut finder.problems);
    suite
}

impl Finder {
    /// Adds the tests that lie in a folder itself.
    fn beside(&mut self, folder: &Path, files: &mut Vec<Found>) {
        let mut below = Vec::new();
        self.walk(folder, &Matcher { kind: Kind::Tests, glob: None }, &mut below);
        files.extend(below.into_iter().filter(|file| file.path.parent() == Some(folder)));
    }

    /// Reads files of tests, and what they take from other files.
    fn read_tests(&mut self, files: Vec<Found>, suite: &mut Suite) {
        let files = self.unique(files);
        let folders: Vec<PathBuf> =
            files.iter().map(|file| file.path.parent().unwrap_or(&file.path).to_owned()).collect();
        suite.tests = read_all(files);
        for (test, folder) in suite.tests.iter().zip(&folders) {
            for name in files_given(test) {
                let texts = self.given(folder, &name);
                suite.given.push((test.name.clone(), name, texts));
            }
        }
    }

    /// The snapshots that a test in a folder takes from files, with the `rollout.yaml` beside them.
    fn given(&mut self, folder: &Path, name: &str) -> Result<GivenTexts, String> {
        let setting = Setting { value: name.to_owned(), span: Span::default() };
        let mut files = Vec::new();
        let mut finder = Self::new(self.ground.clone());
        finder.entry(&Entry { setting, folder: folder.to_owned() }, Kind::Snapshots, &mut files);
        if let Some(problem) = finder.problems.first() {
            return Err(problem.message.clone());
        }
        let mut snapshots = finder.unique(files);
        let standing = finder.standing(&mut snapshots);
        if snapshots.is_empty() {
            return Err(format!("no file matches `{}`", quote(name)));
        }
        Ok(GivenTexts { snapshots: read_all(snapshots), standing: read_all(standing) })
    }
}
