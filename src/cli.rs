//! The command line: arguments, the file system, the clock, the terminal and exit codes.
//!
//! The only part that touches the outer world; it decides nothing about a rollout.

mod arguments;
mod check;
mod collect;
mod docs;
mod explain;
mod find;
mod fmt;
mod git;
mod history;
mod impact;
mod init;
mod known;
mod lint;
mod lsp;
mod new;
mod output;
mod plan;
mod record;
mod report;
mod schema;
mod settings;
mod shell;
mod sweep;
mod tables;
mod terminal;
mod test;
mod verify;
mod write;

use std::any::Any;
use std::env;
use std::io::{self, BufWriter, Write};
use std::panic::{UnwindSafe, catch_unwind, set_hook};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::text;

/// What could not be judged, or not be done.
const FAILURE: u8 = 2;
/// Asks for what only developers want to see of a panic.
const BACKTRACE: &str = "RUST_BACKTRACE";

#[derive(Debug, Parser)]
#[command(name = "tollgate", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    New(new::NewArgs),
    Collect(collect::CollectArgs),
    Check(check::CheckArgs),
    Test(test::TestArgs),
    History(history::HistoryArgs),
    Impact(impact::ImpactArgs),
    Report(report::ReportArgs),
    Sweep(sweep::SweepArgs),
    Plan(plan::PlanArgs),
    Explain(explain::ExplainArgs),
    /// List every param: its value, its range, and who set it
    Params(settings::SettingsArgs),
    /// List every rule: its effect, who set it, and who waived it
    Rules(settings::SettingsArgs),
    Lint(lint::LintArgs),
    Fmt(fmt::FmtArgs),
    Lsp(lsp::LspArgs),
    Schema(schema::SchemaArgs),
    Docs(docs::DocsArgs),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
    Verify(verify::VerifyArgs),
    /// What `collect` hands a piece of work to
    #[cfg(any(feature = "jq", feature = "parquet", feature = "sqlite", feature = "xlsx"))]
    #[command(hide = true, name = collect::WORKER)]
    CollectWorker,
}

/// Runs the command that the process was started with. Whatever panics, here or in a library, ends in an error and never
/// in a verdict.
pub fn run() -> ExitCode {
    if env::var_os(BACKTRACE).is_none() {
        set_hook(Box::new(|_| {}));
    }
    guarded(run_command)
}

/// Ends with what `work` ends with, or with an error where it panics.
fn guarded(work: impl FnOnce() -> ExitCode + UnwindSafe) -> ExitCode {
    catch_unwind(work).unwrap_or_else(|panic| {
        let why = text::quote(&said(&*panic));
        complain(&format!(
            "tollgate crashed because of a bug: {why}. Nothing was decided.\n\
             help: please report this with the files that cause it; `{BACKTRACE}=1` says where it happened"
        ))
    })
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason was given".to_owned())
}

fn run_command() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, with code 0. A closed pipe is no reason to complain.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(FAILURE));
        }
    };
    match cli.command {
        Command::Init(args) => init::run(&args),
        Command::New(args) => new::run(&args),
        Command::Collect(args) => collect::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Test(args) => test::run(&args),
        Command::History(args) => history::run(&args),
        Command::Impact(args) => impact::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Sweep(args) => sweep::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Params(args) => settings::params(&args),
        Command::Rules(args) => settings::rules(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Lsp(args) => lsp::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Docs(args) => docs::run(&args),
        Command::Completions(args) => shell::completions(&args),
        Command::Man(args) => shell::man(&args),
        Command::Verify(args) => verify::run(&args),
        #[cfg(any(feature = "jq", feature = "parquet", feature = "sqlite", feature = "xlsx"))]
        Command::CollectWorker => collect::worker::run(),
    }
}

/// Writes to standard output and ends with `code`. A reader that has closed its end (`| head`) has seen enough.
fn finish(text: &str, code: u8) -> ExitCode {
    print(&text::tame(text), code)
}

/// As [`finish`], for what is meant to be read by a build server.
fn print(text: &str, code: u8) -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::from(code),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(code),
        Err(error) => complain(&format!("the output cannot be written: {error}")),
    }
}

/// Says on standard error what is worth knowing of something that was done.
fn remark(note: &str) {
    let _ = writeln!(io::stderr().lock(), "note: {note}");
}

/// Says on standard error why nothing could be done.
fn complain(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr().lock(), "error: {why}");
    ExitCode::from(FAILURE)
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use super::{FAILURE, guarded};

    #[test]
    fn a_panic_is_an_error_and_all_else_goes_on() {
        let code = |code: u8| format!("{:?}", ExitCode::from(code));
        assert_eq!(format!("{:?}", guarded(|| panic!("of some library"))), code(FAILURE));
        assert_eq!(format!("{:?}", guarded(|| ExitCode::from(1))), code(1));
    }
}
