//! What the commands need that show what is in force, and judge nothing.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use super::arguments::OutsideArgs;
use super::tables::new_workspace;
use super::terminal::TerminalArgs;
use super::{FAILURE, find};
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::layers::{PoliciesInForce, ProjectInForce};
use crate::render::human;
use crate::text::first_few;

/// Reads what is in force in a project.
///
/// # Errors
/// If policies or configurations have errors: what is known is then not all of it. They have been shown.
pub(super) fn known(
    path: &Path,
    outside: &OutsideArgs,
    terminal: &TerminalArgs,
) -> Result<Answer<PoliciesInForce>, ExitCode> {
    let known = new_workspace().in_force(find::inputs(path, outside.allow_outside), Vec::new());
    let errors = known.diagnostics.iter().filter(|problem| problem.severity == Severity::Error);
    let style = terminal.style();
    let drawn: String = errors.map(|problem| human::draw(problem, &known.sources, style) + "\n").collect();
    if drawn.is_empty() {
        return Ok(known);
    }
    // What is printed may go to a file.
    let _ = write!(io::stderr().lock(), "{drawn}");
    Err(ExitCode::from(FAILURE))
}

/// The projects by name, for a message.
pub(super) fn listed<'a>(projects: impl Iterator<Item = &'a ProjectInForce>) -> String {
    let names: Vec<&str> = projects.map(|project| project.name.as_deref().unwrap_or(".")).collect();
    first_few(names.into_iter())
}
