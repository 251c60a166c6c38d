//! The command line: arguments, the file system, the clock, the terminal and exit codes.
//!
//! The only part that touches the outer world; it decides nothing about a rollout.

mod arguments;
mod check;
mod disk;
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
mod new;
mod output;
mod record;
mod schema;
mod settings;
mod shell;
mod terminal;
mod test;
mod verify;
mod write;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::text;

/// What could not be judged, or not be done.
const FAILURE: u8 = 2;

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
    Check(check::CheckArgs),
    Test(test::TestArgs),
    History(history::HistoryArgs),
    Impact(impact::ImpactArgs),
    Explain(explain::ExplainArgs),
    /// List every param: its value, who set it, and within which range
    Params(settings::SettingsArgs),
    /// List every rule: its effect, who set it, and who waived it
    Rules(settings::SettingsArgs),
    Lint(lint::LintArgs),
    Fmt(fmt::FmtArgs),
    Schema(schema::SchemaArgs),
    Docs(docs::DocsArgs),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
    Verify(verify::VerifyArgs),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
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
        Command::Check(args) => check::run(&args),
        Command::Test(args) => test::run(&args),
        Command::History(args) => history::run(&args),
        Command::Impact(args) => impact::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Params(args) => settings::params(&args),
        Command::Rules(args) => settings::rules(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Docs(args) => docs::run(&args),
        Command::Completions(args) => shell::completions(&args),
        Command::Man(args) => shell::man(&args),
        Command::Verify(args) => verify::run(&args),
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
