//! The engine: load, parse, check, judge, and nothing else.
//!
//! Pure: it is given texts and a day, and knows no file system, no clock and no output format.

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::report::{DiagnosticReport, Report, Summary, VERSION};
use crate::source::{FileId, SourceMap, Span};
use crate::value::Date;

/// A file that somebody else has read, or tried to.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// As people know it: relative to the repository, with `/`.
    pub name: String,
    /// Its bytes, or why there are none, to be read behind «the file».
    pub content: Result<Vec<u8>, String>,
}

/// Everything that a judgement reads.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Holds the configuration already, since that says where the other files are.
    pub sources: SourceMap,
    /// The configuration in `sources`, if there is one.
    pub config: Option<FileId>,
    pub policies: Vec<TextFile>,
    pub snapshots: Vec<TextFile>,
    /// `rollout.yaml` files: standing facts of the workflows beside them.
    pub standing: Vec<TextFile>,
    /// What went wrong while the files were looked for; labels point into `sources`.
    pub problems: Vec<Diagnostic>,
}

/// What the caller of a judgement chooses.
#[derive(Clone, Debug)]
pub struct Options {
    /// The day of judgement, if it is not today.
    pub as_of: Option<Date>,
    /// Today in UTC.
    pub today: Date,
    /// The workflows to judge; all of them if there is none.
    pub workflows: Vec<String>,
    /// Warnings hold.
    pub deny_warnings: bool,
}

/// What came of it. Every output format draws this.
#[derive(Debug)]
pub struct Judgement {
    pub report: Report,
    /// In the order in which they were found.
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
    /// 0: every workflow may go on; 1: one holds or must roll back; 2: could not judge.
    pub exit: u8,
}

/// Judges the workflows that `inputs` speak of.
pub fn judge(inputs: Inputs, options: &Options) -> Judgement {
    let Inputs { mut sources, policies, snapshots, standing, problems, .. } = inputs;
    let mut diagnostics = problems;
    for file in policies.into_iter().chain(snapshots).chain(standing) {
        load(file, &mut sources, &mut diagnostics);
    }
    for name in &options.workflows {
        diagnostics.push(unknown_workflow(name, &[]));
    }
    let report = Report {
        version: VERSION,
        as_of: options.as_of.unwrap_or(options.today).to_string(),
        summary: Summary::default(),
        workflows: Vec::new(),
        diagnostics: diagnostics.iter().map(|d| DiagnosticReport::new(d, &sources)).collect(),
    };
    let exit = if diagnostics.iter().any(|d| d.severity == Severity::Error) { 2 } else { 0 };
    Judgement { report, diagnostics, sources, exit }
}

/// Adds a file to the sources. One that cannot be read, or is not UTF-8, is reported and gives none.
fn load(file: TextFile, sources: &mut SourceMap, diagnostics: &mut Vec<Diagnostic>) -> Option<FileId> {
    let TextFile { name, content } = file;
    let bytes = match content {
        Ok(bytes) => bytes,
        Err(why) => {
            diagnostics.push(Diagnostic::error(Code::T505, format!("`{name}` cannot be read: {why}")));
            return None;
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => Some(sources.add(name, text)),
        Err(error) => {
            // Shown with a replacement character, which is where the label points.
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let message = format!("`{name}` cannot be read: it is not UTF-8 text");
            let file = sources.add(name, text);
            let place = Span::new(file, at..at + char::REPLACEMENT_CHARACTER.len_utf8());
            diagnostics.push(
                Diagnostic::error(Code::T505, message)
                    .label(place, format!("byte {at} begins no UTF-8 character"))
                    .help("save the file as UTF-8"),
            );
            None
        }
    }
}

/// A workflow was asked for that no snapshot speaks of.
fn unknown_workflow(name: &str, known: &[&str]) -> Diagnostic {
    let help = match did_you_mean(name, known.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    let problem = Diagnostic::error(Code::T508, format!("no workflow is called `{name}`"));
    problem.maybe_help((!known.is_empty()).then_some(help))
}
