//! `tollgate explain`: what a code, a rule, a gate, a field and whatever else has a name means.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::arguments::{LastDayArgs, OutsideArgs, day_options};
use super::tables::new_workspace;
use super::terminal::TerminalArgs;
use super::{FAILURE, complain, find, finish};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::Answer;
use crate::explain::{Explained, FoundName, NamedSubject, code};
use crate::project::Inputs;
use crate::render::{explain, human};
use crate::text::quote;

/// Explain a code, a rule, a gate, a stage, a field, a param, a let or a policy
///
/// For a code: what it means, what to do, and an example. For a rule: what it asks, its text, its params with the
/// values in force, and what it reads from the snapshots. Two tests show when it passes and when it fails. For a gate,
/// such as `"testing -> pilot"`: its rules with what each asks. For a field: what it means, how to write it, and which
/// rules read it. For a param: also the nearest values that would change a decision today.
///
/// Exit codes: 0, or 2 if nothing has the name or the policies cannot be found.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A code (`T203`), a rule (`staged_rollout.stalled`, or `stalled`), a gate (`"testing -> pilot"`), a stage (`pilot`), a
    /// field (`sample.real`), a param, a let, or a policy
    name: String,
    /// The repository with the policies
    #[arg(default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    outside: OutsideArgs,
    #[command(flatten)]
    day: LastDayArgs,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// Said where policies, configurations or tests have errors.
const BROKEN: &str = "; some policies or configurations have errors: `tollgate check` shows them";

/// Finds the policies, looks for the name, tells.
pub(super) fn run(args: &ExplainArgs) -> ExitCode {
    let style = args.terminal.style();
    let mut workspace = new_workspace();
    if let Some(code) = code(&args.name) {
        let example = workspace.example(code);
        return finish(&explain::code(code, example.as_ref(), style), 0);
    }
    if looks_like_a_code(&args.name) {
        return complain(&format!("there is no code `{}`: {}", quote(&args.name), codes_like(&args.name)));
    }
    let inputs = find::inputs(&args.path, args.outside.allow_outside);
    let tests = find::tests_beside(&inputs.projects, &args.path);
    let answer = workspace.explain(&args.name, inputs, tests);
    let errors: Vec<&Diagnostic> =
        answer.diagnostics.iter().filter(|problem| problem.severity == Severity::Error).collect();
    match &answer.report.found {
        Ok(found) => {
            let mut text = explain::subjects(found, &answer, style);
            match nearest(args, &answer) {
                Ok(said) => text.push_str(&said),
                Err(code) => return code,
            }
            if !errors.is_empty() {
                text.push_str(&format!("\nThis may be incomplete{BROKEN}.\n"));
            }
            finish(&text, 0)
        }
        Err(close) => {
            if answer.report.known.projects.iter().all(|project| project.program.rules.is_empty()) {
                let drawn = errors.iter().map(|problem| human::draw(problem, &answer.sources, style) + "\n");
                let _ = finish(&drawn.collect::<String>(), FAILURE);
            }
            let hidden = if errors.is_empty() { "" } else { BROKEN };
            complain(&format!("{}{hidden}", unknown(&args.name, close)))
        }
    }
}

/// The nearest values of a param that change a decision, in each project that has it; nothing of what is no param.
fn nearest(args: &ExplainArgs, answer: &Answer<Explained>) -> Result<String, ExitCode> {
    let day = day_options(args.day.as_of.as_ref(), &[])?;
    let found = answer.report.found.as_ref().map_or(&[][..], Vec::as_slice);
    let projects = &answer.report.known.projects;
    let inputs = find::inputs(&args.path, args.outside.allow_outside);
    let mut text = String::new();
    for FoundName { project, subject, .. } in found {
        let (NamedSubject::Param(index), Some(project)) = (subject, projects.get(*project)) else { continue };
        let Some(param) = project.program.params.get(*index) else { continue };
        let (file, at) = (answer.sources.name(param.decl.span.file), param.origin.range().start);
        let name = project.name.as_deref().filter(|_| projects.len() > 1);
        let own = Inputs {
            projects: inputs.projects.iter().filter(|own| own.name == project.name).cloned().collect(),
            ..inputs.clone()
        };
        let near = new_workspace().nearest(own, &day, file, at);
        text.push_str(&explain::nearest(near.as_ref(), name, args.terminal.style()));
    }
    Ok(text)
}

fn looks_like_a_code(name: &str) -> bool {
    let digits = name.strip_prefix(['T', 't']);
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The codes that begin like a name, or all of them where none does.
fn codes_like(name: &str) -> String {
    let begins = name.get(..2).unwrap_or(name).to_ascii_uppercase();
    let alike: Vec<&str> =
        Code::ALL.iter().map(|code| code.as_str()).filter(|code| code.starts_with(&begins)).collect();
    match (alike.first(), alike.last()) {
        (Some(first), Some(last)) => format!("codes that begin like this are `{first}` to `{last}`"),
        _ => "codes are `T` and three digits, such as `T203`".to_owned(),
    }
}

fn unknown(name: &str, close: &[String]) -> String {
    let name = quote(name);
    let listed =
        |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    match close {
        [] => format!(
            "nothing is called `{name}`: give a code such as `T203`, a gate such as `testing -> pilot`, or a rule, field, \
             stage, param, let or policy; `tollgate rules` and `tollgate params` list them"
        ),
        several if several.iter().all(|close| close.ends_with(&format!(".{name}"))) => {
            format!("several things are called `{name}`: {}", listed(several))
        }
        several => format!("nothing is called `{name}`: did you mean {}?", listed(several)),
    }
}
