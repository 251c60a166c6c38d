//! Mutation: policies with one small mistake each, and whether the `test` blocks notice it.
//!
//! A test only shows that a policy does what the test says. What nobody would notice if it were wrong is shown here.

mod affected;
mod draft;
mod expr;
mod mutants;
mod reasons;
mod step;
mod values;
mod witness;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::ast::{Expect, ExpectKind, File, Item, TestDecl};
use crate::check::{InForce, check_with};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::program::Program;
use crate::report::testing::{MissingTest, MutationReport};
use crate::source::{FileId, SourceMap};
use crate::suite::{GivenFiles, Prepared, dotted, prepare};
use affected::Affected;
use draft::TestDraft;
use mutants::{Mutant, mutants};
use reasons::{Justification, reasons};
use witness::{Witness, WitnessSearch};

/// Series that are tried in search of the tests to add: for all survivors together, and for each.
const MAX_TRIES: usize = 20_000;
const MIN_TRIES_EACH: usize = 50;
const MAX_TRIES_EACH: usize = 1_500;

/// Tests, and everything that they are run with.
#[derive(Debug)]
pub struct MutationGroup<'a> {
    /// The policies, at the same places in each group; behind them perhaps what the tests declare themselves.
    pub files: Vec<File>,
    pub tests: Vec<&'a TestDecl>,
}

/// What is mutated, and who should notice.
#[derive(Debug)]
pub struct MutationGround<'a> {
    pub groups: Vec<MutationGroup<'a>>,
    /// The policies whose mistakes count, all of them in the first group.
    pub tested: Vec<FileId>,
    /// How many expressions the files have.
    pub exprs: usize,
    pub given: &'a GivenFiles,
}

/// Makes the mutants of the tested policies, runs the tests on each, and says what none of them notices.
///
/// The files must be free of errors; a test that fails without any mistake notices nothing.
pub fn mutate(ground: &MutationGround<'_>, sources: &mut SourceMap) -> Mutated {
    let benches: Vec<MutationBench<'_>> =
        ground.groups.iter().map(|group| MutationBench::of(group, ground, sources)).collect();
    let Some(first) = benches.first() else { return Mutated::default() };
    let sources: &SourceMap = sources;
    let comments = ground.tested.iter().flat_map(|file| reasons(*file, sources));
    let comments: Vec<Justification> = comments.collect();
    let trial = MutantTrial { benches: &benches, exprs: ground.exprs, comments: &comments, sources };
    let mut all = mutants(&first.files, &first.program, sources, &ground.tested);
    all.retain(|mutant| benches.iter().any(|bench| bench.affected.is_any(mutant.decl)));
    let fates: Vec<Fate> = all.par_iter().map(|mutant| trial.run(mutant)).collect();

    let mut report = MutationReport::default();
    let mut survivors = Vec::new();
    let mut idle = vec![true; comments.len()];
    for (mutant, fate) in all.iter().zip(fates) {
        match fate {
            Fate::Refused => continue,
            Fate::Caught => report.caught += 1,
            Fate::Justified(by) => {
                report.justified += 1;
                idle.iter_mut()
                    .enumerate()
                    .filter(|(at, _)| by.contains(at))
                    .for_each(|(_, idle)| *idle = false);
            }
            Fate::Survived => survivors.push(mutant),
        }
        report.mutants += 1;
    }
    report.survivors = report.mutants - report.caught;
    // Who has few tests has many survivors, and is not to wait for hours.
    let tries = (MAX_TRIES / survivors.len().max(1)).clamp(MIN_TRIES_EACH, MAX_TRIES_EACH);
    let told: Vec<_> = survivors.par_iter().map(|mutant| trial.survivor(mutant, first, tries)).collect();
    let (mut diagnostics, missing): (Vec<Diagnostic>, Vec<Option<MissingTest>>) = told.into_iter().unzip();
    let idle = comments.iter().zip(idle).filter(|(_, idle)| *idle);
    diagnostics.extend(idle.map(|(comment, _)| comment.idle()));
    Mutated { report, diagnostics, missing: missing.into_iter().flatten().collect() }
}

/// What came of making mistakes.
#[derive(Debug, Default)]
pub struct Mutated {
    pub report: MutationReport,
    /// What no test notices.
    pub diagnostics: Vec<Diagnostic>,
    /// The tests that would, as far as some were found.
    pub missing: Vec<MissingTest>,
}

/// The tests of a group, ready to be judged again and again.
struct MutationBench<'a> {
    files: Vec<File>,
    program: Program,
    affected: Affected,
    tests: Vec<Prepared<'a>>,
}

impl<'a> MutationBench<'a> {
    fn of(group: &MutationGroup<'a>, ground: &MutationGround<'_>, sources: &mut SourceMap) -> Self {
        let files: Vec<File> = group.files.iter().map(without_tests).collect();
        let (program, _) = check_with(&files, ground.exprs, &InForce::new());
        let prepared =
            group.tests.iter().map(|test| prepare(test, &program.vocabulary, ground.given, sources));
        let mut tests: Vec<Prepared<'_>> = prepared.filter_map(Result::ok).collect();
        tests.retain(|test| test.passes(&program, sources));
        Self { files, affected: Affected::of(&program), program, tests }
    }
}

fn without_tests(file: &File) -> File {
    let is_policy = |item: &&Item| match item {
        Item::Test(_) => false,
        Item::Stages(_) | Item::Snapshot(_) | Item::Policy(_) | Item::Broken(_) => true,
    };
    File { id: file.id, items: file.items.iter().filter(is_policy).cloned().collect() }
}

enum Fate {
    /// By the checker.
    Refused,
    Caught,
    /// By the comments of these indices.
    Justified(Vec<usize>),
    Survived,
}

/// What a mutant is tried with.
struct MutantTrial<'a> {
    benches: &'a [MutationBench<'a>],
    exprs: usize,
    comments: &'a [Justification],
    sources: &'a SourceMap,
}

impl MutantTrial<'_> {
    fn run(&self, mutant: &Mutant) -> Fate {
        let mut mutated = Vec::new();
        for bench in self.benches {
            let (program, found) = check_with(&mutant.files(&bench.files), self.exprs, &InForce::new());
            if found.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
                return Fate::Refused;
            }
            mutated.push(program);
        }
        let mut each = self.benches.iter().zip(&mutated);
        if each.any(|(bench, program)| self.is_noticed(mutant, bench, program)) {
            return Fate::Caught;
        }
        let covers = |comment: &Justification| {
            self.benches.iter().any(|bench| comment.covers(mutant.span, &bench.program, self.sources))
        };
        let comments = self.comments.iter().enumerate();
        let justified: Vec<usize> =
            comments.filter(|(_, comment)| covers(comment)).map(|(at, _)| at).collect();
        if justified.is_empty() { Fate::Survived } else { Fate::Justified(justified) }
    }

    /// What is said of a mutant that survives, and the test to add.
    fn survivor(
        &self,
        mutant: &Mutant,
        bench: &MutationBench<'_>,
        tries: usize,
    ) -> (Diagnostic, Option<MissingTest>) {
        let (mutated, _) = check_with(&mutant.files(&bench.files), self.exprs, &InForce::new());
        let witness = self.witness(mutant, bench, &mutated, tries);
        let told =
            Diagnostic::warning(Code::UnnoticedMistake, format!("{}, and no test would notice", mutant.says))
                .label(mutant.span, "no test depends on this")
                .help(advice(mutant, witness.as_ref()));
        let policy = self.sources.name(mutant.span.file).to_owned();
        (told, witness.map(|Witness { title, body, .. }| MissingTest { policy, title, body }))
    }

    /// Whether a test fails. First those that look at a rule which the mistake can reach, then those that look at the
    /// decision; nothing can come out otherwise in the rest.
    fn is_noticed(&self, mutant: &Mutant, bench: &MutationBench<'_>, program: &Program) -> bool {
        let rules = bench.affected.names(mutant.decl, program);
        let near = |test: &Prepared<'_>| test.test.expect.iter().any(|expect| is_of(expect, &rules));
        let decided = |test: &Prepared<'_>| test.test.expect.iter().any(is_of_decision);
        let (first, then): (Vec<_>, Vec<_>) =
            bench.tests.iter().partition(|test| near(test) && !mutant.is_effect);
        let mut all = first.into_iter().chain(then.into_iter().filter(|test| decided(test)));
        all.any(|test| !test.passes(program, self.sources))
    }

    /// A test that would notice a mistake.
    fn witness(
        &self,
        mutant: &Mutant,
        bench: &MutationBench<'_>,
        mutated: &Program,
        tries: usize,
    ) -> Option<Witness> {
        let rules = bench.affected.rules(mutant.decl);
        let names = bench.affected.names(mutant.decl, &bench.program);
        let (near, far): (Vec<_>, Vec<_>) =
            bench.tests.iter().partition(|test| test.test.expect.iter().any(|one| is_of(one, &names)));
        let seeds = near.into_iter().chain(far);
        let seeds = seeds.filter_map(|test| TestDraft::of(test.test, self.sources)).collect();
        let search =
            WitnessSearch { program: &bench.program, mutated, mutant, rules: &rules, sources: self.sources };
        search.witness(seeds, tries)
    }
}

/// What to do about a mistake that no test notices.
fn advice(mutant: &Mutant, witness: Option<&Witness>) -> String {
    match witness {
        Some(Witness { title, body, with_mistake }) => {
            format!("this test would notice; with the mistake {with_mistake}:\n\ntest \"{title}\" {body}")
        }
        None if mutant.is_effect => {
            "a test would notice in which this rule alone decides, with `expect decision …`, while everything \
             else is as it should be"
                .to_owned()
        }
        None => "no snapshot tried tells them apart: write a test on the boundary or, where none can tell, say \
                 why in a comment, `# untested: REASON`"
            .to_owned(),
    }
}

/// Whether an expectation is of one of some rules.
fn is_of(expect: &Expect, rules: &[&str]) -> bool {
    match &expect.kind {
        ExpectKind::Rule(path, _) => rules.contains(&&*dotted(path)),
        ExpectKind::Decision(_) => false,
    }
}

fn is_of_decision(expect: &Expect) -> bool {
    match &expect.kind {
        ExpectKind::Decision(_) => true,
        ExpectKind::Rule(..) => false,
    }
}
