//! `tollgate test`: runs the `test` blocks of policies.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::arguments::OutsideArgs;
use super::output::{self, Output, OutputFormat};
use super::terminal::TerminalArgs;
use super::{find, terminal};
use crate::engine::{Answer, TestOptions, Workspace};
use crate::render::{human, json, junit};
use crate::report::testing::TestReport;

/// Run the tests of policies
///
/// Tests run with the values that the policies declare, whatever a configuration sets. `with` in a test sets another
/// value.
///
/// Exit codes: 0 if all tests passed; 1 if one failed, or none was found. It is also 1 if `--min` was not reached, or
/// if `--mutate` found a mistake that no test notices. It is 2 if policies or tests could not be read.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// A folder with `tollgate.yaml`, or one with `.gate` files, or one such file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Run only tests with this text in their title, or in the name of a rule that they expect an outcome of
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Show which outcomes and conditions of rules the tests have seen
    #[arg(long)]
    coverage: bool,
    /// With `--coverage`: fail below this share, such as 90%
    #[arg(long, value_name = "PERCENT", requires = "coverage", value_parser = percent)]
    min: Option<u8>,
    /// Make small mistakes in the policies, and show those that no test notices
    #[arg(long, conflicts_with = "filter")]
    mutate: bool,
    /// The format of the result, and a file for it: `junit=tests.xml`; you can give several
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human", value_parser = output::parse::<TestFormat>)]
    format: Vec<Output<TestFormat>>,
    #[command(flatten)]
    outside: OutsideArgs,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// The formats of a run of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TestFormat {
    Human,
    Json,
    Junit,
}

impl OutputFormat for TestFormat {}

/// Reads `90%`.
fn percent(text: &str) -> Result<u8, String> {
    let whole = |text: &str| text.parse().ok().filter(|percent: &u8| *percent <= 100);
    let percent = text.strip_suffix('%').and_then(whole);
    percent.ok_or_else(|| match whole(text) {
        Some(bare) => format!("a share has its unit; write {bare}%"),
        None => "not a whole number of percent from 0 to 100, written like 90%".to_owned(),
    })
}

/// Finds, reads, runs, shows.
pub(super) fn run(args: &TestArgs) -> ExitCode {
    if let Err(code) = output::prepare(&args.format, None) {
        return code;
    }
    let suites = args.terminal.waiting("reading", || find::suites(&args.path, args.outside.allow_outside));
    let options = TestOptions {
        filter: args.filter.clone(),
        coverage: args.coverage,
        min: args.min,
        mutate: args.mutate,
    };
    let run = args.terminal.waiting("testing", || Workspace::new().test(suites, &options));
    output::write_all(&args.format, run.exit, |format, on_stdout| drawn(format, on_stdout, args, &run))
}

fn drawn(
    format: TestFormat,
    on_stdout: bool,
    args: &TestArgs,
    run: &Answer<TestReport>,
) -> Result<String, Box<dyn Error>> {
    Ok(match format {
        TestFormat::Human if on_stdout && args.terminal.narrate => human::narrate_tests(run),
        TestFormat::Human if on_stdout => human::render_tests(run, args.terminal.style()),
        // A file has no terminal, whatever this was started from.
        TestFormat::Human => human::render_tests(run, terminal::FILE),
        TestFormat::Json => json::render(&run.report)?,
        TestFormat::Junit => junit::render_tests(run)?,
    })
}
