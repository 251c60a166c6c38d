//! `tollgate test`: runs the `test` blocks of policies.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::arguments::OutsideArgs;
use super::output::{self, Output, OutputFormat, OutputParser};
use super::terminal::TerminalArgs;
use super::write::extend;
use super::{complain, find, remark, terminal};
use crate::builtin;
use crate::disk::canonical;
use crate::engine::{Answer, TestOptions, Workspace};
use crate::format::format as formatted;
use crate::render::{human, json, junit};
use crate::report::testing::{MissingTest, TestReport};
use crate::source::SourceMap;

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
    /// With `--mutate`: add the missing tests to the `.test.gate` file beside each policy
    #[arg(long, requires = "mutate")]
    write: bool,
    /// The format of the result, and a file for it: `junit=tests.xml`; you can give several
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human", value_parser = OutputParser::<TestFormat>::new())]
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
        Some(bare) => format!("a share needs its unit; write {bare}%"),
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
    let shown =
        output::write_all(&args.format, run.exit, |format, on_stdout| drawn(format, on_stdout, args, &run));
    if !args.write {
        return shown;
    }
    match write_missing(&args.path, &run.report.missing) {
        Ok(written) => {
            written.iter().for_each(|note| remark(note));
            shown
        }
        Err(why) => complain(&why),
    }
}

/// Adds each test to the test file next to its policy, or creates that file. Gives a line for each file that it wrote.
fn write_missing(path: &Path, missing: &[MissingTest]) -> Result<Vec<String>, String> {
    let path = canonical(path).map_err(|error| format!("no test can be written: {error}"))?;
    let mut files: BTreeMap<&str, Vec<&MissingTest>> = BTreeMap::new();
    for test in missing.iter().filter(|test| !test.policy.starts_with(builtin::FOLDER)) {
        files.entry(&test.policy).or_default().push(test);
    }
    let mut said = Vec::new();
    for (policy, tests) in files {
        let name = format!("{}.test.gate", policy.strip_suffix(".gate").unwrap_or(policy));
        let failed = |why: String| format!("`{name}` cannot be written: {why}");
        // Names are those within the repository, wherever in it the command was started.
        let Some(root) = path.ancestors().find(|root| root.join(policy).is_file()) else {
            return Err(failed("its policy has moved since it was read".to_owned()));
        };
        let mut count = 0;
        let add = |before: &str| {
            let (text, added) = with_tests(before, &tests);
            count = added;
            text
        };
        extend(&root.join(&name), add).map_err(failed)?;
        let tests = if count == 1 { "1 test was".to_owned() } else { format!("{count} tests were") };
        said.push(format!("{tests} added to `{name}`: read what they expect, and run `tollgate test` again"));
    }
    if said.is_empty() {
        said.push("no test could be found to add".to_owned());
    }
    Ok(said)
}

/// A file with tests added, each under a title of its own, and how many these are. What two of them would notice is tested once.
fn with_tests(before: &str, tests: &[&MissingTest]) -> (String, usize) {
    let mut text = before.trim_end().to_owned();
    let mut bodies: BTreeSet<&str> = BTreeSet::new();
    for MissingTest { title, body, .. } in tests {
        if !bodies.insert(body) {
            continue;
        }
        let named = |title: &str| format!("test \"{title}\"");
        let numbered = (2..).map(|number| format!("{title} ({number})"));
        let mut titles = std::iter::once(title.clone()).chain(numbered);
        let free = titles.find(|title| !text.contains(&named(title))).unwrap_or_default();
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&format!("{} {body}", named(&free)));
    }
    text.push('\n');
    // What cannot be formatted stays as it was written.
    let file = SourceMap::default().add("", text.as_str());
    (formatted(file, &text).unwrap_or(text), bodies.len())
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
