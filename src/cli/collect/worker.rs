//! Readers that may take too much time or memory, or crash, in a process of their own with limits: this program again, which
//! is handed what to do and the file, and hands back the answer.
//!
//! `jq` filters may run without end. Readers of binary files allocate what the files say, before they find out whether it is
//! so.

use std::ffi::OsString;
use std::io::{self, Read, Write};
#[cfg(feature = "parquet")]
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

#[cfg(feature = "jq")]
use crate::collect::jq;
#[cfg(feature = "parquet")]
use crate::collect::parquet;
#[cfg(any(feature = "parquet", feature = "sqlite", feature = "xlsx"))]
use crate::collect::recorded;
#[cfg(feature = "sqlite")]
use crate::collect::sqlite;
use crate::collect::table::SourceFailure;
#[cfg(feature = "xlsx")]
use crate::collect::xlsx;
#[cfg(feature = "parquet")]
use crate::engine::ColumnMapping;

/// What the process may allocate, in bytes.
#[cfg(unix)]
const MAX_MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// How much of an answer is read.
const MAX_ANSWER: u64 = 1024 * 1024 * 1024;
/// How often is looked whether the process has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// What there is to do with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Work {
    /// To run a filter. The answer has a JSON text a line.
    #[cfg(feature = "jq")]
    Jq { filter: String },
    /// To read a sheet, the only one if none is named. The answer is a recorded table.
    #[cfg(feature = "xlsx")]
    Xlsx { sheet: Option<String> },
    /// To read all rows. The answer is a recorded table.
    #[cfg(feature = "parquet")]
    Parquet,
    /// To find out what rows there are, as snapshots. The answer is an outline.
    #[cfg(feature = "parquet")]
    RowOutline { columns: ColumnMapping },
    /// To write a group of rows as snapshots. The answer is a list of texts.
    #[cfg(feature = "parquet")]
    RowTexts { columns: ColumnMapping, parts: Range<usize> },
    /// To ask a database. The answer is a recorded table.
    #[cfg(feature = "sqlite")]
    Sqlite { query: String, start: String, end: String },
}

/// What the process hands back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sent {
    Reply(String),
    Broken { at: usize, message: String, help: Option<String> },
    Refused { message: String, help: String },
    Unknown(String),
}

impl From<Result<String, SourceFailure>> for Sent {
    fn from(answer: Result<String, SourceFailure>) -> Self {
        match answer {
            Ok(text) => Self::Reply(text),
            Err(SourceFailure::Broken { at, message, help }) => Self::Broken { at, message, help },
            Err(SourceFailure::Refused { message, help }) => Self::Refused { message, help },
            Err(SourceFailure::Unknown(reason)) => Self::Unknown(reason),
            Err(SourceFailure::NotBuilt { feature }) => Self::Unknown(format!("`{feature}` is not built")),
        }
    }
}

/// How the process is started.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    /// This program.
    pub(crate) program: PathBuf,
    /// What makes it call [`run`].
    pub(crate) arguments: Vec<OsString>,
    /// How long it may take.
    pub(crate) timeout: Duration,
}

impl Worker {
    /// The answer to a piece of work.
    ///
    /// # Errors
    /// What the work fails with; that it took too long, or ended without an answer.
    pub(crate) fn answer(&self, work: &Work, file: &[u8]) -> Result<Vec<u8>, SourceFailure> {
        let cannot = |error: io::Error| SourceFailure::unknown(format!("no process can be started: {error}"));
        let mut input = serde_json::to_vec(work).map_err(|error| cannot(error.into()))?;
        input.push(b'\n');
        input.extend_from_slice(file);
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(cannot)?;
        let output = exchange(&mut child, input);
        let ended = self.wait(&mut child);
        // The process has ended, so that what it wrote is there, or the pipe is closed.
        let output = output.recv_timeout(self.timeout).unwrap_or_default();
        if !ended {
            return Err(SourceFailure::unknown(format!("it took longer than {} s", self.timeout.as_secs())));
        }
        let start = output.iter().position(|byte| *byte == MARK).map_or(output.len(), |at| at + 1);
        let sent: Sent = serde_json::from_slice(output.get(start..).unwrap_or(&[]))
            .map_err(|_| SourceFailure::unknown("it took more memory than it may, or crashed"))?;
        match sent {
            Sent::Reply(text) => Ok(text.into_bytes()),
            Sent::Broken { at, message, help } => Err(SourceFailure::Broken { at, message, help }),
            Sent::Refused { message, help } => Err(SourceFailure::Refused { message, help }),
            Sent::Unknown(reason) => Err(SourceFailure::Unknown(reason)),
        }
    }

    /// Whether the process ends in time; it is stopped if not.
    fn wait(&self, child: &mut Child) -> bool {
        let begun = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(_)) => return true,
                Ok(None) if begun.elapsed() < self.timeout => thread::sleep(PAUSE),
                Ok(None) | Err(_) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return false;
                }
            }
        }
    }
}

/// What an answer begins behind.
const MARK: u8 = 0;

/// Writes to the process and reads from it at the same time: each waits for the other where a pipe is full.
fn exchange(child: &mut Child, input: Vec<u8>) -> mpsc::Receiver<Vec<u8>> {
    if let Some(mut stdin) = child.stdin.take() {
        // A process that ends early says why in its answer.
        thread::spawn(move || stdin.write_all(&input));
    }
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || {
            let mut output = Vec::new();
            let _ = stdout.take(MAX_ANSWER).read_to_end(&mut output);
            let _ = sender.send(output);
        });
    }
    receiver
}

/// The process's own part: does what standard input says, and writes the answer to standard output.
pub(crate) fn run() -> ExitCode {
    limit_memory();
    let mut input = Vec::new();
    let answer = match io::stdin().lock().read_to_end(&mut input) {
        Ok(_) => done(&input),
        Err(error) => Err(SourceFailure::unknown(error.to_string())),
    };
    let written = serde_json::to_vec(&Sent::from(answer)).map_err(io::Error::from).and_then(|bytes| {
        let mut out = io::stdout().lock();
        out.write_all(&[MARK])?;
        out.write_all(&bytes)?;
        out.flush()
    });
    ExitCode::from(u8::from(written.is_err()))
}

fn done(input: &[u8]) -> Result<String, SourceFailure> {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (work, file) = (input.get(..end).unwrap_or(&[]), input.get(end + 1..).unwrap_or(&[]));
    let work: Work =
        serde_json::from_slice(work).map_err(|error| SourceFailure::unknown(error.to_string()))?;
    #[cfg(any(feature = "parquet", feature = "sqlite", feature = "xlsx"))]
    let text = |table| {
        String::from_utf8(recorded::to_bytes(&table)?)
            .map_err(|error| SourceFailure::unknown(error.to_string()))
    };
    match work {
        #[cfg(feature = "jq")]
        Work::Jq { filter } => jq::run::run(file, &filter),
        #[cfg(feature = "xlsx")]
        Work::Xlsx { sheet } => xlsx::read(file, sheet.as_deref()).and_then(text),
        #[cfg(feature = "parquet")]
        Work::Parquet => parquet::read(file).and_then(text),
        #[cfg(feature = "parquet")]
        Work::RowOutline { columns } => parquet::rows::outline(file, &columns).and_then(|rows| json(&rows)),
        #[cfg(feature = "parquet")]
        Work::RowTexts { columns, parts } => {
            parquet::rows::texts(file, &columns, parts).and_then(|texts| json(&texts))
        }
        // One step of a query may take longer than SQLite looks at the time: the process is stopped from outside.
        #[cfg(feature = "sqlite")]
        Work::Sqlite { query, start, end } => {
            sqlite::query(file, &query, &start, &end, || false).and_then(text)
        }
    }
}

#[cfg(feature = "parquet")]
fn json(of: &impl Serialize) -> Result<String, SourceFailure> {
    serde_json::to_string(of).map_err(|error| SourceFailure::unknown(error.to_string()))
}

/// Where the system has no such limit, the limit of time bounds memory, too.
#[cfg(unix)]
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let _ = setrlimit(Resource::As, Rlimit { current: Some(MAX_MEMORY), maximum: Some(MAX_MEMORY) });
}

#[cfg(not(unix))]
fn limit_memory() {}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;

    /// Says that the program is to do the work, and not to run tests: these begin it by the name of the one below.
    const NAME: &str = "cli::collect::worker::tests::the_process_of_the_other_tests";

    fn worker(seconds: u64) -> Worker {
        Worker {
            program: env::current_exe().unwrap(),
            arguments: ["--exact", NAME, "--ignored", "--nocapture"].map(OsString::from).to_vec(),
            timeout: Duration::from_secs(seconds),
        }
    }

    #[test]
    #[ignore = "the other tests start it"]
    #[expect(clippy::exit, reason = "what the tests' program would print behind the answer is no part of it")]
    fn the_process_of_the_other_tests() {
        let _ = run();
        std::process::exit(0);
    }

    #[cfg(feature = "jq")]
    fn jq(filter: &str, file: &[u8], seconds: u64) -> Result<Vec<u8>, SourceFailure> {
        worker(seconds).answer(&Work::Jq { filter: filter.to_owned() }, file)
    }

    #[test]
    #[cfg(feature = "jq")]
    fn a_filter_answers_from_its_own_process() {
        assert_eq!(jq(".[] | {a: .}", b"[1.0, 2]", 60), Ok(b"{\"a\":1.0}\n{\"a\":2}\n".to_vec()));
        assert_eq!(
            jq("error(\"no data\")", b"1", 60),
            Err(SourceFailure::unknown("the filter fails: no data"))
        );
        assert!(matches!(jq(".", b"[1", 60), Err(SourceFailure::Broken { at: 2, .. })));
        let many = format!("[{}1]", "1, ".repeat(200_000));
        assert_eq!(jq("length", many.as_bytes(), 60), Ok(b"200001\n".to_vec()));
    }

    #[test]
    #[cfg(feature = "jq")]
    fn a_filter_without_end_is_stopped() {
        for filter in ["def f: f; f", "range(1e12)", "[range(1e12)]"] {
            let begun = Instant::now();
            assert_eq!(
                jq(filter, b"1", 1),
                Err(SourceFailure::unknown("it took longer than 1 s")),
                "{filter}"
            );
            assert!(begun.elapsed() < Duration::from_secs(10));
        }
    }

    #[test]
    #[cfg(all(unix, feature = "jq"))]
    fn a_filter_that_takes_all_memory_fails() {
        let filters =
            ["\"x\" * 1000000 | until(false; . + .)", "def f: [f]; f", "(\"x\" * 1000000) | repeat(.)"];
        for filter in filters {
            assert!(matches!(jq(filter, b"1", 120), Err(SourceFailure::Unknown(_))), "{filter}");
        }
    }

    #[test]
    #[cfg(all(feature = "parquet", feature = "xlsx"))]
    fn files_are_read_in_another_process_as_in_this_one() {
        let rows = include_bytes!("../../../tests/sources/tables/replies.parquet");
        let answer = worker(60).answer(&Work::Parquet, rows).unwrap();
        assert_eq!(recorded::from_bytes(&answer), parquet::read(rows));
        let book = include_bytes!("../../../tests/sources/tables/ratings.xlsx");
        let answer = worker(60).answer(&Work::Xlsx { sheet: Some("Summary".to_owned()) }, book).unwrap();
        assert_eq!(recorded::from_bytes(&answer), xlsx::read(book, Some("Summary")));
        let found = worker(60).answer(&Work::Xlsx { sheet: None }, book);
        assert!(matches!(found, Err(SourceFailure::Refused { .. })));
    }
}
