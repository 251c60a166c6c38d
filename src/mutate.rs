//! Mutation: policies with one small mistake each, and whether the `test` blocks notice it.
//!
//! A test only shows that a policy does what the test says. What nobody would notice if it were wrong is shown here.

mod affected;
mod expr;
mod mutants;
mod reasons;
mod step;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::ast::{Expect, ExpectKind, File, Item, TestDecl};
use crate::check::{InForce, check_with};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::program::Program;
use crate::settings::Settings;
use crate::source::{FileId, SourceMap};
use crate::suite::{Prepared, prepare, unmet};
use affected::Affected;
use mutants::{Mutant, mutants};
use reasons::reasons;

/// What came of it.
#[derive(Debug, Default)]
pub struct Mutation {
    /// Mistakes that the checker does not refuse: it notices the others.
    pub mutants: usize,
    /// Those that a test notices.
    pub caught: usize,
    /// Those that no test notices, and for which a comment says why.
    pub justified: usize,
    /// One for each that no test notices and nothing justifies, and for each comment that justifies nothing.
    pub diagnostics: Vec<Diagnostic>,
}

impl Mutation {
    /// Those that no test notices.
    pub fn survivors(&self) -> usize {
        self.mutants - self.caught
    }

    /// Whether every survivor is justified.
    pub fn is_clean(&self) -> bool {
        self.survivors() == self.justified
    }
}

/// Makes the mutants of the policies in the files that `is_meant` picks, and runs the tests of all files on each.
///
/// The files must be free of errors; a test that fails without any mistake notices nothing.
pub fn mutate(
    files: &[File],
    expr_count: usize,
    is_meant: &dyn Fn(FileId) -> bool,
    sources: &mut SourceMap,
) -> Mutation {
    let (policies, tests) = apart(files);
    let (program, _) = check_with(&policies, expr_count, &InForce::new());
    let mut tests: Vec<Prepared<'_>> =
        tests.into_iter().filter_map(|test| prepare(test, &program.vocabulary, sources).ok()).collect();
    let sources: &SourceMap = sources;
    tests.retain(|test| passes(test, &program, sources));
    let all = mutants(&policies, &program, sources, is_meant);
    let affected = Affected::of(&program);
    let trial = Trial { policies: &policies, expr_count, tests: &tests, affected: &affected, sources };
    let fates: Vec<Fate> = all.par_iter().map(|mutant| trial.run(mutant)).collect();

    let mut mutation = Mutation::default();
    let comments = policies.iter().filter(|file| is_meant(file.id)).flat_map(|file| reasons(file.id, sources));
    let mut comments: Vec<_> = comments.map(|comment| (comment, false)).collect();
    for (mutant, fate) in all.iter().zip(fates) {
        match fate {
            Fate::Refused => continue,
            Fate::Caught => mutation.caught += 1,
            Fate::Survived => {
                let mut covering =
                    comments.iter_mut().filter(|(comment, _)| comment.covers(mutant.span, sources)).peekable();
                if covering.peek().is_some() {
                    covering.for_each(|(_, used)| *used = true);
                    mutation.justified += 1;
                } else {
                    mutation.diagnostics.push(survivor(mutant));
                }
            }
        }
        mutation.mutants += 1;
    }
    mutation.diagnostics.extend(comments.iter().filter(|(_, used)| !used).map(|(comment, _)| comment.idle()));
    mutation
}

/// The files without their tests, and the tests.
fn apart(files: &[File]) -> (Vec<File>, Vec<&TestDecl>) {
    let mut tests = Vec::new();
    let mut policies = Vec::new();
    for file in files {
        let mut items = Vec::new();
        for item in &file.items {
            match item {
                Item::Test(test) => tests.push(test),
                Item::Stages(_) | Item::Snapshot(_) | Item::Policy(_) | Item::Broken(_) => {
                    items.push(item.clone());
                }
            }
        }
        policies.push(File { id: file.id, items });
    }
    (policies, tests)
}

fn survivor(mutant: &Mutant) -> Diagnostic {
    Diagnostic::warning(Code::T605, format!("{}, and no test would notice", mutant.says))
        .label(mutant.span, mutant.says.clone())
}

/// Whether everything that a test expects is so.
fn passes(test: &Prepared<'_>, program: &Program, sources: &SourceMap) -> bool {
    let report = test.judge(program, Settings::declared(program), sources);
    report.is_ok_and(|report| {
        test.test.expect.iter().all(|expect| unmet(expect, &report, program).is_none())
    })
}

enum Fate {
    /// By the checker.
    Refused,
    Caught,
    Survived,
}

/// What a mutant is tried with.
struct Trial<'a> {
    policies: &'a [File],
    expr_count: usize,
    tests: &'a [Prepared<'a>],
    affected: &'a Affected,
    sources: &'a SourceMap,
}

impl Trial<'_> {
    fn run(&self, mutant: &Mutant) -> Fate {
        let (program, found) =
            check_with(&mutant.files(self.policies), self.expr_count, &InForce::new());
        if found.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return Fate::Refused;
        }
        // First those that look at a rule which the mistake can reach; then those that look at the decision.
        let rules = self.affected.rules(mutant.decl, &program);
        let near = |test: &&Prepared<'_>| test.test.expect.iter().any(|expect| names(expect, &rules));
        let decided = |test: &&Prepared<'_>| test.test.expect.iter().any(is_decision);
        let first = self.tests.iter().filter(|test| near(test) && !mutant.is_effect);
        let then = self.tests.iter().filter(|test| (mutant.is_effect || !near(test)) && decided(test));
        let caught = first.chain(then).any(|test| !passes(test, &program, self.sources));
        if caught { Fate::Caught } else { Fate::Survived }
    }
}

/// Whether an expectation is about one of some rules.
fn names(expect: &Expect, rules: &[&str]) -> bool {
    match &expect.kind {
        ExpectKind::Rule(path, _) => {
            let name = path.iter().map(|name| &*name.text).collect::<Vec<_>>().join(".");
            rules.contains(&&*name)
        }
        ExpectKind::Decision(_) => false,
    }
}

fn is_decision(expect: &Expect) -> bool {
    match &expect.kind {
        ExpectKind::Decision(_) => true,
        ExpectKind::Rule(..) => false,
    }
}
