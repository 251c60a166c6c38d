//! Who answers the questions of sources here and now: servers, databases, and what reads other people's formats.
//!
//! What this program was built without says so, with the feature that has it.

use std::env;
use std::time::Duration;

#[cfg(any(feature = "jq", feature = "parquet", feature = "sqlite", feature = "xlsx"))]
use super::worker::{Work, Worker};
use crate::collect::outside::{Question, Reply, Respondent};
use crate::collect::recorded;
use crate::collect::source::{PlanSource, SourceKind};
use crate::collect::table::{SourceFailure, SourceTable};

/// How long a query of a file, or a piece of work on it, may take.
#[cfg_attr(
    not(any(feature = "jq", feature = "parquet", feature = "sqlite", feature = "xlsx")),
    expect(dead_code, reason = "this program has none")
)]
const TIME: Duration = Duration::from_secs(30);

/// Whoever is asked in this run.
pub(super) struct Live<'e> {
    /// Whether servers may be asked.
    pub(super) network: bool,
    #[cfg(any(feature = "mlflow", feature = "prometheus"))]
    http: super::http::Http<'e>,
    #[cfg(not(any(feature = "mlflow", feature = "prometheus")))]
    nothing: std::marker::PhantomData<&'e ()>,
}

/// The value of an environment variable.
pub(super) fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

impl<'e> Live<'e> {
    /// With what reads environment variables.
    #[cfg_attr(
        not(any(feature = "mlflow", feature = "prometheus")),
        expect(unused_variables, reason = "only servers have secrets")
    )]
    pub(super) fn new(network: bool, variable: &'e dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            network,
            #[cfg(any(feature = "mlflow", feature = "prometheus"))]
            http: super::http::Http::new(variable),
            #[cfg(not(any(feature = "mlflow", feature = "prometheus")))]
            nothing: std::marker::PhantomData,
        }
    }

    fn needs_network(&self, source: &PlanSource) -> Result<(), SourceFailure> {
        if self.network {
            return Ok(());
        }
        Err(SourceFailure::refused(
            format!("`{}` is a server, and servers are asked only with `--network`", source.name.value),
            "add `--network`, or `--replay DIR` to take recorded answers",
        ))
    }
}

impl Respondent for Live<'_> {
    fn ask(&self, source: &PlanSource, question: &Question<'_>) -> Result<Reply, SourceFailure> {
        match question {
            Question::Http { .. } => {
                self.needs_network(source)?;
                self.http(source, question)
            }
            Question::Sql { query, start, end, file: Some(file) } => {
                sqlite(file, query, start, end).map(whole).map_err(of_query)
            }
            Question::Sql { query, start, end, file: None } => {
                self.needs_network(source)?;
                postgres(source, query, start, end).and_then(table).map_err(of_query)
            }
            Question::Decode { file } => decode(source, file),
        }
    }
}

impl Live<'_> {
    #[cfg(any(feature = "mlflow", feature = "prometheus"))]
    fn http(&self, source: &PlanSource, question: &Question<'_>) -> Result<Reply, SourceFailure> {
        let is_mlflow = matches!(source.kind, SourceKind::Mlflow { .. });
        match (is_mlflow, cfg!(feature = "mlflow"), cfg!(feature = "prometheus")) {
            (true, false, _) => Err(SourceFailure::NotBuilt { feature: "mlflow" }),
            (false, _, false) => Err(SourceFailure::NotBuilt { feature: "prometheus" }),
            (true, true, _) | (false, _, true) => self.http.ask(source, question),
        }
    }

    #[cfg(not(any(feature = "mlflow", feature = "prometheus")))]
    fn http(&self, source: &PlanSource, _: &Question<'_>) -> Result<Reply, SourceFailure> {
        let _ = self.nothing;
        let is_mlflow = matches!(source.kind, SourceKind::Mlflow { .. });
        Err(SourceFailure::NotBuilt { feature: if is_mlflow { "mlflow" } else { "prometheus" } })
    }
}

fn table(table: SourceTable) -> Result<Reply, SourceFailure> {
    recorded::to_bytes(&table).map(whole)
}

/// What a database refuses is a fault of the query, and not of the source as a whole.
fn of_query(failure: SourceFailure) -> SourceFailure {
    match failure {
        SourceFailure::Refused { message, help } => {
            SourceFailure::Broken { at: 0, message, help: Some(help) }
        }
        SourceFailure::Broken { .. } | SourceFailure::Unknown(_) | SourceFailure::NotBuilt { .. } => failure,
    }
}

fn whole(body: Vec<u8>) -> Reply {
    Reply { status: 200, body }
}

#[cfg(feature = "sqlite")]
fn sqlite(file: &[u8], query: &str, start: &str, end: &str) -> Result<Vec<u8>, SourceFailure> {
    let (query, start, end) = (query.to_owned(), start.to_owned(), end.to_owned());
    work(&Work::Sqlite { query, start, end }, file)
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_: &[u8], _: &str, _: &str, _: &str) -> Result<Vec<u8>, SourceFailure> {
    Err(SourceFailure::NotBuilt { feature: "sqlite" })
}

#[cfg(feature = "postgres")]
fn postgres(source: &PlanSource, query: &str, start: &str, end: &str) -> Result<SourceTable, SourceFailure> {
    let SourceKind::Postgres(server) = &source.kind else {
        return Err(SourceFailure::unknown("this is not asked of a database"));
    };
    let name = &source.place.value;
    let Some(address) = variable(name) else {
        return Err(SourceFailure::refused(
            format!("the environment variable `{name}` is not set"),
            "set it to the address of the database, `postgres://user:password@host/name`",
        ));
    };
    super::postgres::query(&address, query, start, end, server.timeout)
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &PlanSource, _: &str, _: &str, _: &str) -> Result<SourceTable, SourceFailure> {
    Err(SourceFailure::NotBuilt { feature: "postgres" })
}

/// Has a piece of work done by this program again, in a process of its own with limits.
#[cfg(any(feature = "jq", feature = "parquet", feature = "sqlite", feature = "xlsx"))]
pub(in crate::cli) fn work(work: &Work, file: &[u8]) -> Result<Vec<u8>, SourceFailure> {
    let program = env::current_exe()
        .map_err(|error| SourceFailure::unknown(format!("this program cannot be started again: {error}")))?;
    Worker { program, arguments: vec![super::WORKER.into()], timeout: TIME }.answer(work, file)
}

/// What a file of another format says.
fn decode(source: &PlanSource, file: &[u8]) -> Result<Reply, SourceFailure> {
    match &source.kind {
        SourceKind::Inspect(_) => inspect(file).map(whole),
        SourceKind::Xlsx { sheet } => xlsx(file, sheet.as_deref()).map(whole),
        SourceKind::Parquet => parquet(file).map(whole),
        SourceKind::Jq { filter } => jq(file, filter).map(whole),
        SourceKind::Promptfoo(_)
        | SourceKind::Deepeval
        | SourceKind::Evidently
        | SourceKind::Otlp
        | SourceKind::Csv(_)
        | SourceKind::Tsv(_)
        | SourceKind::Json(_)
        | SourceKind::JsonLines(_)
        | SourceKind::Sqlite
        | SourceKind::MlflowTable { .. }
        | SourceKind::Prometheus(_)
        | SourceKind::Mlflow { .. }
        | SourceKind::Postgres(_) => Err(SourceFailure::unknown("this source is read as it is")),
    }
}

#[cfg(feature = "inspect-eval")]
fn inspect(file: &[u8]) -> Result<Vec<u8>, SourceFailure> {
    crate::collect::inspect_eval::decode(file)
}

#[cfg(not(feature = "inspect-eval"))]
fn inspect(_: &[u8]) -> Result<Vec<u8>, SourceFailure> {
    Err(SourceFailure::NotBuilt { feature: "inspect-eval" })
}

#[cfg(feature = "xlsx")]
fn xlsx(file: &[u8], sheet: Option<&str>) -> Result<Vec<u8>, SourceFailure> {
    work(&Work::Xlsx { sheet: sheet.map(str::to_owned) }, file)
}

#[cfg(not(feature = "xlsx"))]
fn xlsx(_: &[u8], _: Option<&str>) -> Result<Vec<u8>, SourceFailure> {
    Err(SourceFailure::NotBuilt { feature: "xlsx" })
}

#[cfg(feature = "parquet")]
fn parquet(file: &[u8]) -> Result<Vec<u8>, SourceFailure> {
    work(&Work::Parquet, file)
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &[u8]) -> Result<Vec<u8>, SourceFailure> {
    Err(SourceFailure::NotBuilt { feature: "parquet" })
}

#[cfg(feature = "jq")]
fn jq(file: &[u8], filter: &str) -> Result<Vec<u8>, SourceFailure> {
    work(&Work::Jq { filter: filter.to_owned() }, file)
}

#[cfg(not(feature = "jq"))]
fn jq(_: &[u8], _: &str) -> Result<Vec<u8>, SourceFailure> {
    Err(SourceFailure::NotBuilt { feature: "jq" })
}
