//! Finds the tests of policies: beside the policies that a configuration names as its own, or in a folder of `.gate`
//! files that no configuration speaks of.

use std::collections::BTreeSet;

use super::files::{Destination, Files, is_there};
use super::finder::{Finder, Mention, Wanted};
use super::found::{FoundFile, read_all};
use super::glob;
use super::ignored::Ignored;
use super::nested::{Nested, nested};
use super::path::{ancestors, below, join, parent};
use super::site::Site;
use super::stack::{Stack, Stacks};
use super::{
    CONFIG, GATE, GivenTexts, Start, Suite, Suites, TESTS, TextFile, ends_in, policy_mentions, unreadable,
};
use crate::ast::{ExprIds, GivenKind};
use crate::builtin;
use crate::code::Code;
use crate::config::Setting;
use crate::diagnostic::Diagnostic;
use crate::parse::parse;
use crate::source::{FileId, SourceMap, Span};
use crate::text::{first_few, quote};

/// Finds and reads the policies and tests of a folder, or of one file.
pub fn suites(start: &Start<'_>) -> Suites {
    let mut suites = Suites::default();
    let files = start.files;
    let wanted = match files.resolve(&start.path) {
        Ok(wanted) => wanted,
        Err(why) => {
            let why = format!("`{}` cannot be used: {why}", start.shown);
            suites
                .problems
                .push(Diagnostic::error(Code::NothingFound, why).help("give a folder, or a `.gate` file"));
            return suites;
        }
    };
    let site = |root: &str| Site::new(files, root, start.allow_outside);
    let Destination { path: wanted, is_folder } = wanted;
    let mut ignored = Ignored::new(files);
    if is_folder {
        let site = site(&wanted);
        let Nested { configs, misnamed, .. } = nested(&site);
        let own = Some(join(&wanted, CONFIG)).filter(|own| is_there(files, own));
        let mut stacks = Stacks::new(&site, &mut suites.sources);
        let found: Vec<Stack> = own.iter().chain(&configs).map(|config| stacks.stack(config)).collect();
        stacks.refuse(misnamed);
        suites.problems.append(&mut stacks.problems);
        if !found.is_empty() {
            suites.suites = found.into_iter().map(|stack| of_stack(&site, stack, &|_| true)).collect();
            suites.problems.extend(not_run(&site, &suites.suites, &mut ignored));
            suites.problems.extend(unread(&site, ignored));
            return suites;
        }
    }
    let is_wanted = |file: &str| is_part(file, &wanted);
    if let Some(folder) = configured_above(files, &wanted) {
        let site = site(folder);
        let stack = Stacks::new(&site, &mut suites.sources).stack(&join(folder, CONFIG));
        let suite = of_stack(&site, stack, &is_wanted);
        if !suite.tests.is_empty() {
            suites.suites.push(suite);
            return suites;
        }
        suites.sources = SourceMap::default();
    }
    let site = site(if is_folder { &wanted } else { parent(&wanted) });
    suites.suites.push(of_folder(&site, &is_wanted, &mut ignored));
    suites.problems.extend(unread(&site, ignored));
    suites
}

/// What is said of lists that cannot be read.
fn unread(site: &Site<'_>, ignored: Ignored<'_>) -> Vec<Diagnostic> {
    ignored.problems.into_iter().map(|(path, why)| unreadable(&site.name(&path), &why)).collect()
}

/// What is said of tests that lie beside no policy of a project.
fn not_run(site: &Site<'_>, suites: &[Suite], ignored: &mut Ignored<'_>) -> Option<Diagnostic> {
    let run: BTreeSet<&str> = suites.iter().flat_map(|suite| &suite.tests).map(|test| &*test.name).collect();
    let mut finder = Finder::new(site);
    let mut files = Vec::new();
    finder.all_below(&site.root, Wanted::Tests, &mut files);
    files.retain(|file| !ignored.hides(&site.root, &file.path));
    let files = finder.unique(files);
    let left: Vec<&str> = files.iter().map(|file| &*file.name).filter(|name| !run.contains(name)).collect();
    let are = match left.len() {
        0 => return None,
        1 => "is not run: it is",
        _ => "are not run: they are",
    };
    let message =
        format!("{} {are} not next to a policy that a `tollgate.yaml` names", first_few(left.into_iter()));
    Some(
        Diagnostic::warning(Code::TestsNotRun, message)
            .help("list the folder under `policies:`, or test it separately"),
    )
}

/// Whether a file is what was asked for, lies below it, tests it or is tested by it.
fn is_part(file: &str, wanted: &str) -> bool {
    let stem = |name: &str, ending: &str| {
        let length = name.len() - if ends_in(name, ending) { ending.len() } else { return None };
        name.get(..length).map(str::to_owned)
    };
    let tests =
        |test: &str, policy: &str| stem(test, TESTS).is_some_and(|own| stem(policy, GATE) == Some(own));
    below(file, wanted).is_some() || tests(file, wanted) || tests(wanted, file)
}

/// The nearest folder above with a configuration, within the repository.
fn configured_above<'p>(files: &dyn Files, path: &'p str) -> Option<&'p str> {
    let top = files.repository(parent(path)).unwrap_or_default();
    let mut within = ancestors(path).skip(1).take_while(|folder| below(folder, &top).is_some());
    let is_file = |path: String| files.resolve(&path).is_ok_and(|found| !found.is_folder);
    within.find(|folder| is_file(join(folder, CONFIG)))
}

/// The suite of a configuration: every policy that is in force, and the tests beside and below those that it names
/// itself. Those of its bases are tested where they are.
fn of_stack(site: &Site<'_>, stack: Stack, is_wanted: &dyn Fn(&str) -> bool) -> Suite {
    let Stack { layers, unsure, problems } = stack;
    let mut suite = Suite { problems, ..Suite::default() };
    let Some(own) = layers.first().filter(|_| !unsure) else { return suite };
    let mut finder = Finder::new(site);
    let policies = finder.policies(policy_mentions(&layers));
    suite.problems.append(&mut finder.problems);
    let written = own.configuration.config.policies.clone().unwrap_or_default();
    let written = written.into_iter().filter(|entry| builtin::pack_entry(&entry.value).is_none());
    let mut policy_files = Vec::new();
    let mut tests = Vec::new();
    for mention in Mention::all(written.collect(), own.folder()) {
        finder.mentioned(&mention, Wanted::Policies, &mut policy_files);
        finder.mentioned(&mention, Wanted::Tests, &mut tests);
    }
    let folders: BTreeSet<&str> = policy_files.iter().map(|file| parent(&file.path)).collect();
    for folder in folders {
        finder.beside(folder, &mut tests);
    }
    tests.retain(|file| ends_in(&file.name, TESTS));
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
    suite.policies.extend(read_all(site.files, policies.files));
    suite
}

/// The suite of a folder that no configuration speaks of.
fn of_folder(site: &Site<'_>, is_wanted: &dyn Fn(&str) -> bool, ignored: &mut Ignored<'_>) -> Suite {
    let mut finder = Finder::new(site);
    let mut all = |wanted| {
        let mut files = Vec::new();
        finder.all_below(&site.root, wanted, &mut files);
        files.retain(|file| !ignored.hides(&site.root, &file.path));
        finder.unique(files)
    };
    let policies = all(Wanted::Policies);
    let mut tests = all(Wanted::Tests);
    tests.extend(policies.iter().cloned());
    tests.retain(|file| is_wanted(&file.path));
    let mut suite = Suite { policies: read_all(site.files, policies), ..Suite::default() };
    finder.read_tests(tests, &mut suite);
    suite.problems.append(&mut finder.problems);
    suite
}

impl Finder<'_> {
    /// Adds the tests that lie in a folder itself.
    fn beside(&mut self, folder: &str, files: &mut Vec<FoundFile>) {
        let mut below = Vec::new();
        self.all_below(folder, Wanted::Tests, &mut below);
        files.extend(below.into_iter().filter(|file| parent(&file.path) == folder));
    }

    /// Reads files of tests, and what they take from other files.
    fn read_tests(&mut self, files: Vec<FoundFile>, suite: &mut Suite) {
        let files = self.unique(files);
        let folders: Vec<String> = files.iter().map(|file| parent(&file.path).to_owned()).collect();
        suite.tests = read_all(self.site.files, files);
        for (test, folder) in suite.tests.iter().zip(&folders) {
            for name in files_given(test) {
                let texts = self.given(folder, &name);
                // Not a failed test, but a file that cannot be what it is meant to be.
                if texts.is_err()
                    && let Err(why) = glob::compile(&name)
                {
                    let message = format!("`{}` of `{}` is not a glob: {why}", quote(&name), test.name);
                    suite.problems.push(Diagnostic::error(Code::NothingFound, message));
                }
                suite.given.push((test.name.clone(), name, texts));
            }
        }
    }

    /// The snapshots that a test in a folder takes from files, with the `rollout.yaml` beside them.
    fn given(&self, folder: &str, name: &str) -> Result<GivenTexts, String> {
        let setting = Setting { value: name.to_owned(), span: Span::default() };
        let mut files = Vec::new();
        let mut finder = Self::new(self.site);
        let mention = Mention { setting, folder: folder.to_owned() };
        finder.mentioned(&mention, Wanted::Snapshots, &mut files);
        if let Some(problem) = finder.problems.first() {
            return Err(problem.message.clone());
        }
        let mut snapshots = finder.unique(files);
        let standing = finder.standing(&mut snapshots);
        if snapshots.is_empty() {
            return Err(format!("no file matches `{}`", quote(name)));
        }
        let read = |found| read_all(self.site.files, found);
        Ok(GivenTexts { snapshots: read(snapshots), standing: read(standing) })
    }
}

/// The names that a file's tests take snapshots from.
fn files_given(file: &TextFile) -> BTreeSet<String> {
    let Ok(bytes) = file.bytes() else { return BTreeSet::new() };
    let text = String::from_utf8_lossy(&bytes);
    let (file, _) = parse(FileId::default(), &text, &mut ExprIds::default());
    let given = file.tests().flat_map(|test| &test.given);
    given
        .filter_map(|given| match &given.kind {
            GivenKind::File(name) => Some(name.to_string()),
            GivenKind::Series { .. } => None,
        })
        .collect()
}
