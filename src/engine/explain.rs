//! What `explain` tells: the example of a code, judged; and what a name of the policies stands for, with tests that show it.

use super::{Answer, CheckOptions, DayOptions, TestOptions, Workspace};
use crate::code::Code;
use crate::explain::{
    ExampleCase, Explained, FoundName, NamedSubject, SeenTests, Shown, example, seen, subjects,
};
use crate::layers::PoliciesInForce;
use crate::project::{Configuration, Inputs, Project, Suite, Suites, TextFile};
use crate::report::Outcome;
use crate::settings::rule_names;
use crate::source::SourceMap;

impl Workspace {
    /// Looks for a name in the policies of all projects, and for tests beside them that show what a rule does.
    pub fn explain(&mut self, name: &str, inputs: Inputs, tests: Vec<TextFile>) -> Answer<Explained> {
        let Answer { report: known, diagnostics, mut sources, exit, .. } = self.in_force(inputs, tests);
        let found = subjects(name, &known).map(|all| {
            let mut tell = |(project, subject)| {
                let seen = shown_by_tests(&known, project, subject, &mut sources);
                FoundName { project, subject, seen }
            };
            all.into_iter().map(&mut tell).collect()
        });
        Answer::new(Explained { known, found }, diagnostics, sources, exit)
    }

    /// Judges the example of a code. A code that speaks of folders and not of texts has none.
    pub fn example(&mut self, code: Code) -> Option<Answer<Shown>> {
        let mut case = example(code)?;
        let (tests, policies) = (texts(case.take(".test.gate")), texts(case.take(".gate")));
        if code.is_lint() {
            let project = Project { policies, ..Project::default() };
            let inputs = Inputs { projects: vec![project], lint: Some(tests), ..Inputs::default() };
            return showing(self.lint(inputs, &[]), code);
        }
        if tests.is_empty() {
            self.judged_example(code, case, policies)
        } else {
            self.tested_example(code, tests, policies)
        }
    }

    fn judged_example(
        &mut self,
        code: Code,
        mut case: ExampleCase,
        policies: Vec<TextFile>,
    ) -> Option<Answer<Shown>> {
        let mut sources = SourceMap::default();
        let base = case.take(".base.config.yaml").into_iter().map(|(_, text)| ("base/tollgate.yaml", text));
        let own = case.take("config.yaml").into_iter().map(|(_, text)| ("tollgate.yaml", text));
        let configs = base.chain(own);
        let stack = configs.map(|(name, text)| Configuration::add(name, &text, &mut sources)).collect();
        let (standing, snapshots) = (texts(case.take("rollout.yaml")), texts(case.take(".yaml")));
        let project = Project { stack, policies, snapshots, standing, ..Project::default() };
        let inputs = Inputs { sources, projects: vec![project], ..Inputs::default() };
        let ExampleCase { as_of, today, workflows, .. } = case;
        let day = DayOptions { as_of, workflows, ..DayOptions::on(today) };
        let answer = self.check(inputs, &CheckOptions::from(day));
        if answer.diagnostics.iter().any(|diagnostic| diagnostic.code == code) {
            return showing(answer, code);
        }
        let wanted = if code == Code::RuleUndecided { Outcome::Undecided } else { Outcome::Fail };
        let Answer { report, diagnostics, sources, exit, .. } = answer;
        let mut rules = report.workflows.into_iter().flat_map(|workflow| workflow.rules);
        let rule = rules.find(|rule| rule.outcome == wanted && rule.applied.is_some())?;
        Some(Answer::new(Shown::Rule(Box::new(rule)), diagnostics, sources, exit))
    }

    fn tested_example(
        &mut self,
        code: Code,
        mut tests: Vec<TextFile>,
        policies: Vec<TextFile>,
    ) -> Option<Answer<Shown>> {
        tests.extend(policies.iter().cloned());
        let suites =
            Suites { suites: vec![Suite { policies, tests, ..Suite::default() }], ..Suites::default() };
        let mutate = matches!(code, Code::UnnoticedMistake | Code::UnjustifiedUntested);
        let options = TestOptions { coverage: code == Code::Unseen, mutate, ..TestOptions::default() };
        let mut answer = self.test(suites, &options);
        let tests = answer.report.files.iter().flat_map(|file| &file.tests);
        let failures = tests.flat_map(|test| &test.failures).map(|failure| failure.diagnostic.clone());
        answer.diagnostics = failures.chain(answer.diagnostics).collect();
        showing(answer, code)
    }
}

/// The first diagnostic of a code.
fn showing<R>(answer: Answer<R>, code: Code) -> Option<Answer<Shown>> {
    let Answer { diagnostics, sources, exit, .. } = answer;
    let found = diagnostics.iter().find(|diagnostic| diagnostic.code == code)?.clone();
    Some(Answer::new(Shown::Diagnostic(found), diagnostics, sources, exit))
}

fn texts(files: Vec<(String, String)>) -> Vec<TextFile> {
    let text_file = |(name, text): (String, String)| TextFile { name, content: Ok(text.into()) };
    files.into_iter().map(text_file).collect()
}

/// The tests that show what a rule does; none for what is no rule.
fn shown_by_tests(
    known: &PoliciesInForce,
    project: usize,
    subject: NamedSubject,
    sources: &mut SourceMap,
) -> SeenTests {
    let Some(project) = known.projects.get(project) else { return SeenTests::default() };
    match subject {
        NamedSubject::Rule(at) => rule_names(&project.program)
            .nth(at)
            .map_or_else(SeenTests::default, |name| seen(name, project, &known.tests, sources)),
        NamedSubject::Param(_)
        | NamedSubject::Table(_)
        | NamedSubject::Let(_)
        | NamedSubject::Policy(_)
        | NamedSubject::Field(_)
        | NamedSubject::Stage(_)
        | NamedSubject::Step(..) => SeenTests::default(),
    }
}
