//! The file of a source: which one it is, and its rows by the reader of its kind.
//!
//! Knows which kinds there are, and nothing of how one of them is written.

use std::collections::BTreeSet;

use crate::collect::outside::{Question, Respondent};
use crate::collect::source::{PlanSource, SourceKind};
use crate::collect::table::{KnownColumns, SourceFailure, SourceTable};
use crate::collect::window::CollectWindow;
use crate::collect::{
    deepeval, delimited, evidently, inspect, jq, json_rows, mlflow, otlp, promptfoo, recorded,
};
use crate::digest::sha256;
use crate::project::path::{below, join, name, parent};
use crate::project::{FileKind, Files, Obstacle, compile_glob, walk};
use crate::text::first_few;

/// Files that a glob may find.
const MAX_FILES: usize = 1_000;

/// Where the files of sources lie.
pub struct SourcePlace<'f> {
    pub files: &'f dyn Files,
    /// The folder of the project.
    pub root: &'f str,
}

/// A file of a source.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    /// Its path within the project.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
    pub(super) sha256: String,
}

/// The rows of a source, with the file that they are from.
#[derive(Clone, Debug)]
pub(super) struct ReadSource {
    pub(super) file: SourceFile,
    pub(super) table: SourceTable,
}

/// What a source failed by, with the file that did, where it is known.
#[derive(Debug)]
pub(super) struct FailedSource {
    pub(super) file: Option<Box<SourceFile>>,
    pub(super) failure: SourceFailure,
}

impl From<SourceFailure> for FailedSource {
    fn from(failure: SourceFailure) -> Self {
        Self { file: None, failure }
    }
}

const ANY: KnownColumns = KnownColumns { fixed: &[], prefixes: &[""], totals: &["rows"] };

/// The columns that a kind of source has; none where the question says what is taken.
pub(super) fn columns_of(kind: &SourceKind) -> Option<KnownColumns> {
    match kind {
        SourceKind::Promptfoo(_) => Some(promptfoo::COLUMNS),
        SourceKind::Inspect(_) => Some(inspect::COLUMNS),
        SourceKind::Deepeval => Some(deepeval::COLUMNS),
        SourceKind::Evidently => Some(evidently::COLUMNS),
        SourceKind::Otlp => Some(otlp::COLUMNS),
        SourceKind::Csv(_)
        | SourceKind::Tsv(_)
        | SourceKind::Json(_)
        | SourceKind::JsonLines(_)
        | SourceKind::Xlsx { .. }
        | SourceKind::Parquet
        | SourceKind::Jq { .. } => Some(ANY),
        SourceKind::Sqlite
        | SourceKind::MlflowTable { .. }
        | SourceKind::Prometheus(_)
        | SourceKind::Mlflow { .. }
        | SourceKind::Postgres(_) => None,
    }
}

/// Reads a source that is a file, or the newest finished one of those that its glob names.
pub(super) fn read(
    source: &PlanSource,
    place: &SourcePlace<'_>,
    outside: &dyn Respondent,
    window: &CollectWindow,
) -> Result<ReadSource, FailedSource> {
    let path = &source.place.value;
    if !path.contains(['*', '?', '[', '{']) {
        let file = file(place, path)?;
        return table(source, &file, outside, window)
            .map(|table| ReadSource { file: file.clone(), table: table.without(&source.rows.empty) })
            .map_err(|failure| FailedSource { file: Some(Box::new(file)), failure });
    }
    newest(source, place, outside, window)
}

/// The newest of the files of a glob that finished within the window. One that is broken is an error, whichever it is.
fn newest(
    source: &PlanSource,
    place: &SourcePlace<'_>,
    outside: &dyn Respondent,
    window: &CollectWindow,
) -> Result<ReadSource, FailedSource> {
    let paths = matching(place, &source.place.value)?;
    if paths.is_empty() {
        return Err(SourceFailure::unknown("no file matches the glob").into());
    }
    let (mut found, mut why): (Option<ReadSource>, Option<SourceFailure>) = (None, None);
    let mut tasks = BTreeSet::new();
    for path in paths {
        let file = file(place, &path)?;
        match table(source, &file, outside, window) {
            Ok(table) => {
                if let Some(reason) = &table.unfinished {
                    why = Some(SourceFailure::unknown(reason));
                    continue;
                }
                let made = table.made.as_ref().map(|made| made.seconds());
                let Some(seconds) = &made else {
                    let failure = SourceFailure::refused(
                        format!("`{path}` does not say when it was made, so the newest file is not known"),
                        "name one file instead of a glob",
                    );
                    return Err(FailedSource { file: Some(Box::new(file)), failure });
                };
                if !window.contains(seconds) {
                    why.get_or_insert_with(|| SourceFailure::unknown("no run was made within the window"));
                    continue;
                }
                tasks.extend(table.task.clone());
                let known =
                    found.as_ref().and_then(|read| read.table.made.as_ref()).map(|made| made.seconds());
                if made > known {
                    found = Some(ReadSource { file, table: table.without(&source.rows.empty) });
                }
            }
            Err(failure @ SourceFailure::Unknown(_)) => why = Some(failure),
            Err(failure) => return Err(FailedSource { file: Some(Box::new(file)), failure }),
        }
    }
    if tasks.len() > 1 {
        let tasks = first_few(tasks.iter().map(String::as_str));
        let message = format!("the files are logs of several tasks: {tasks}");
        return Err(SourceFailure::refused(message, "say which one counts: `task: NAME`").into());
    }
    found.ok_or_else(|| {
        why.unwrap_or_else(|| SourceFailure::unknown("no run was made within the window")).into()
    })
}

/// The paths of a glob, in order.
fn matching(place: &SourcePlace<'_>, glob: &str) -> Result<Vec<String>, SourceFailure> {
    let matcher = compile_glob(glob).map_err(|why| {
        SourceFailure::refused(format!("`{glob}` is not a glob: {why}"), "write it like `evals/*.json`")
    })?;
    let fixed = glob.split(['*', '?', '[', '{']).next().unwrap_or("");
    let folder = join(place.root, parent(fixed));
    let mut paths = Vec::new();
    walk(place.files, &folder, &mut |step| {
        let path = below(step.path, place.root).unwrap_or(step.path);
        if step.kind == FileKind::File && matcher.is_match(path) {
            paths.push(path.to_owned());
        }
        step.kind == FileKind::Folder && !step.is_hidden() && paths.len() <= MAX_FILES
    });
    if paths.len() > MAX_FILES {
        return Err(SourceFailure::refused(
            format!("`{glob}` names more than {MAX_FILES} files"),
            "name fewer files",
        ));
    }
    paths.sort();
    Ok(paths)
}

/// A file within the project.
fn file(place: &SourcePlace<'_>, path: &str) -> Result<SourceFile, SourceFailure> {
    let whole = join(place.root, path);
    let unreadable = |why: Obstacle| match why {
        Obstacle::Missing | Obstacle::NoFolder => SourceFailure::unknown(format!("`{path}` does not exist")),
        other => SourceFailure::refused(
            format!("`{path}` cannot be read: {other}"),
            "name a file of the repository",
        ),
    };
    let real = place.files.resolve(&whole).map_err(unreadable)?;
    let root = place.files.resolve(place.root).map_err(unreadable)?;
    if below(&real.path, &root.path).is_none() {
        return Err(unreadable(Obstacle::LeadsOut));
    }
    if real.is_folder {
        if name(path) == "mlruns" {
            return Err(SourceFailure::refused(format!("`{path}` is a folder"), mlflow::FILE_STORE_HELP));
        }
        return Err(unreadable(Obstacle::Folder));
    }
    let bytes = place.files.read(&whole).map_err(unreadable)?;
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        return Err(unreadable(Obstacle::Pointer));
    }
    let sha256 = sha256(&bytes);
    Ok(SourceFile { path: path.to_owned(), bytes, sha256 })
}

/// The rows of a file.
fn table(
    source: &PlanSource,
    file: &SourceFile,
    outside: &dyn Respondent,
    window: &CollectWindow,
) -> Result<SourceTable, SourceFailure> {
    let bytes = file.bytes.as_slice();
    let decode = || outside.ask(source, &Question::Decode { file: bytes }).map(|answer| answer.body);
    match &source.kind {
        SourceKind::Promptfoo(rules) => promptfoo::read(bytes, rules),
        // An archive of Inspect, whatever it is called.
        SourceKind::Inspect(rules) if bytes.starts_with(b"PK") => inspect::read(&decode()?, rules),
        SourceKind::Inspect(rules) => inspect::read(bytes, rules),
        SourceKind::Deepeval => deepeval::read(bytes, name(&file.path), &window.zone),
        SourceKind::Evidently => evidently::read(bytes),
        SourceKind::Otlp => otlp::read(bytes),
        SourceKind::Csv(rules) | SourceKind::Tsv(rules) => delimited::read(bytes, rules, &source.rows.empty),
        SourceKind::Json(rules) => json_rows::read(bytes, rules),
        SourceKind::JsonLines(rules) => json_rows::read_lines(bytes, rules),
        SourceKind::Jq { .. } => {
            jq::texts(bytes)?;
            jq::table(&decode()?)
        }
        SourceKind::Xlsx { .. } | SourceKind::Parquet => recorded::from_bytes(&decode()?),
        SourceKind::MlflowTable { run } => mlflow::read_table(bytes, run.as_deref()),
        SourceKind::Sqlite
        | SourceKind::Prometheus(_)
        | SourceKind::Mlflow { .. }
        | SourceKind::Postgres(_) => {
            Err(SourceFailure::refused("this source is asked and not read", "take its values with a query"))
        }
    }
}

/// The file of a source that is asked by a query, such as a database.
pub(super) fn database(source: &PlanSource, place: &SourcePlace<'_>) -> Result<SourceFile, SourceFailure> {
    let path = &source.place.value;
    for beside in ["-wal", "-journal"] {
        let waiting = place.files.read(&join(place.root, &format!("{path}{beside}")));
        if waiting.is_ok_and(|bytes| !bytes.is_empty()) {
            return Err(SourceFailure::refused(
                format!("`{path}{beside}` has changes that are not in `{path}` yet"),
                "close the program that writes the database, or run `pragma wal_checkpoint(truncate)`",
            ));
        }
    }
    file(place, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::outside::Reply;
    use crate::collect::source::{InspectRules, RowRules};
    use crate::config::Setting;
    use crate::project::Memory;
    use crate::source::{FileId, Span};
    use crate::value::parse_time;

    struct Nothing;

    impl Respondent for Nothing {
        fn ask(&self, _: &PlanSource, _: &Question<'_>) -> Result<Reply, SourceFailure> {
            Err(SourceFailure::unknown("nothing is asked here"))
        }
    }

    fn setting(text: &str) -> Setting<String> {
        Setting { value: text.to_owned(), span: Span::new(FileId(0), 0..0) }
    }

    /// The file that counts of three logs of Inspect: one that erred later than the others, one of another task.
    fn chosen(glob: &str, task: Option<&str>) -> Result<String, SourceFailure> {
        let files = Memory::new([
            ("logs/errors.json", &include_bytes!("../../tests/sources/inspect/errors.json")[..]),
            ("logs/stopped.json", include_bytes!("../../tests/sources/inspect/stopped.json")),
            ("logs/epochs.json", include_bytes!("../../tests/sources/inspect/epochs.json")),
        ]);
        let rules = InspectRules { task: task.map(setting), ..InspectRules::default() };
        let source = PlanSource {
            name: setting("evals"),
            place: setting(glob),
            kind: SourceKind::Inspect(rules),
            rows: RowRules::default(),
        };
        let time = |text| parse_time(text).unwrap();
        let (start, end) = (time("2026-11-22T00:00Z"), time("2026-11-29T00:00Z"));
        let window = CollectWindow { start, end, zone: jiff::tz::TimeZone::UTC };
        let read = read(&source, &SourcePlace { files: &files, root: "" }, &Nothing, &window);
        read.map(|read| read.file.path).map_err(|failed| failed.failure)
    }

    #[test]
    fn the_newest_log_that_finished_counts() {
        // `stopped` was made 5 s later, and did not finish.
        assert_eq!(chosen("logs/*.json", Some("support_replies")), Ok("logs/errors.json".to_owned()));
        assert_eq!(chosen("logs/*.json", Some("support_replies_clean")), Ok("logs/epochs.json".to_owned()));
        assert_eq!(chosen("logs/stopped.json", None), Ok("logs/stopped.json".to_owned()));
        let Err(SourceFailure::Unknown(reason)) = chosen("logs/s*.json", None) else {
            panic!("it did not finish")
        };
        assert!(reason.contains("did not finish"), "{reason}");
    }

    #[test]
    fn logs_of_several_tasks_are_not_mixed() {
        let Err(SourceFailure::Refused { message, .. }) = chosen("logs/*.json", None) else {
            panic!("two tasks are there")
        };
        assert_eq!(
            message,
            "the files are logs of several tasks: `support_replies`, `support_replies_clean`"
        );
    }
}
