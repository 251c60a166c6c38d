//! MLflow: a metric of a finished run, asked of the tracking server, and the metrics of a table that was exported.
//!
//! A run that failed or still runs has metrics, too, and none of them counts. Knows no network.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::collect::delimited::{self, TextRow};
use crate::collect::json::{self, Json, JsonNode};
use crate::collect::outside::{Question, Reply, Respondent, percent_encoded};
use crate::collect::source::{PlanSource, SourceKind};
use crate::collect::table::{FoundValue, MadeAt, SourceCell, SourceFailure, SourceTable, Taken};
use crate::collect::window::CollectWindow;
use crate::text::{first_few, quote};
use crate::types::show_time;
use crate::value::{DAY, Number, parse_number};

/// What to give instead of a folder `mlruns/`.
pub const FILE_STORE_HELP: &str = "MLflow's folder of files cannot be read: give the address of the tracking server, or the table \
                               `metrics` exported with `sqlite3 -header -csv mlflow.db 'select * from metrics'`";

/// Runs, and values of a metric, that are asked for at once, and how often.
const PAGE: u32 = 200;
const MAX_PAGES: usize = 50;
/// Days that a run may take: what began longer before the window is not looked for.
const LONGEST_RUN: i64 = 30;

/// Which run of which experiment.
#[derive(Clone, Copy, Debug)]
struct WantedRun<'q> {
    experiment: &'q str,
    /// The name or id of the run; none for the newest one.
    run: Option<&'q str>,
}

/// The newest value of a metric in the newest run that finished in the window.
///
/// # Errors
/// `Refused` if there is no such experiment, else `Unknown` with the reason.
pub fn ask(
    outside: &dyn Respondent,
    source: &PlanSource,
    metric: &str,
    window: &CollectWindow,
) -> Result<FoundValue, SourceFailure> {
    let SourceKind::Mlflow { experiment, run, .. } = &source.kind else {
        return Err(SourceFailure::refused(
            "a metric is asked of a server of MLflow, and this is another source",
            "write `mlflow:` with the address of the server",
        ));
    };
    let wanted = WantedRun { experiment, run: run.as_deref() };
    let server = MlflowServer { outside, source };
    let experiment = server.experiment(experiment)?;
    let runs = server.runs(&experiment, window)?;
    let run = newest(&runs, &wanted, window)?;
    let digits = server.metric(run, metric)?;
    Ok(FoundValue {
        taken: Taken::Cell(SourceCell::Number(digits)),
        tool: tool(outside, source),
        at: run.end.as_ref().map(show_time),
    })
}

/// Name and version of the server, if it says them: `mlflow 3.17.2`.
pub fn tool(outside: &dyn Respondent, source: &PlanSource) -> Option<String> {
    let answer = outside.ask(source, &Question::Http { path: "/version".to_owned(), body: None }).ok()?;
    let version = std::str::from_utf8(&answer.body).ok()?.trim();
    let is_version = version.starts_with(|c: char| c.is_ascii_digit())
        && version.len() <= 40
        && version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'));
    (answer.status == 200 && is_version).then(|| format!("mlflow {version}"))
}

/// A run, as the server lists it.
#[derive(Clone, Debug)]
struct MlflowRun {
    id: String,
    name: String,
    status: String,
    /// Seconds since 1970-01-01T00:00Z.
    start: Number,
    end: Option<Number>,
    /// Whether it is a part of another run.
    is_nested: bool,
}

struct MlflowServer<'a> {
    outside: &'a dyn Respondent,
    source: &'a PlanSource,
}

impl MlflowServer<'_> {
    /// The id of an experiment.
    fn experiment(&self, name: &str) -> Result<String, SourceFailure> {
        let path = format!("experiments/get-by-name?experiment_name={}", percent_encoded(name));
        let (answer, node) = self.get(&path, None)?;
        if answer.status == 404 && is_missing(&node) {
            return Err(SourceFailure::refused(
                format!("the server has no experiment `{}`", quote(name)),
                "write `experiment:` with the name that MLflow shows in its list of experiments",
            ));
        }
        success(&answer, &node)?;
        let experiment = node.get("experiment").ok_or_else(odd)?;
        if experiment.get("lifecycle_stage").and_then(JsonNode::text) == Some("deleted") {
            return Err(SourceFailure::unknown(format!("the experiment `{}` was deleted", quote(name))));
        }
        Ok(experiment.get("experiment_id").and_then(JsonNode::text).ok_or_else(odd)?.to_owned())
    }

    /// The runs of an experiment, those that began last first, until they began too early for the window.
    fn runs(&self, experiment: &str, window: &CollectWindow) -> Result<Vec<MlflowRun>, SourceFailure> {
        let earliest = &window.start - Number::from(LONGEST_RUN * DAY);
        let (mut runs, mut token) = (Vec::new(), None::<String>);
        for _ in 0..MAX_PAGES {
            // Keys in the order of the alphabet: a recording knows the question by its text.
            let mut body = Map::from_iter([
                ("experiment_ids".to_owned(), json!([experiment])),
                ("max_results".to_owned(), json!(PAGE)),
                ("order_by".to_owned(), json!(["attributes.start_time DESC"])),
            ]);
            body.extend(token.map(|token| ("page_token".to_owned(), json!(token))));
            body.insert("run_view_type".to_owned(), json!("ACTIVE_ONLY"));
            let body = Value::Object(body).to_string();
            let (answer, node) = self.get("runs/search", Some(body))?;
            success(&answer, &node)?;
            let page = node.get("runs").map_or(&[] as &[JsonNode], JsonNode::elements);
            for run in page {
                runs.push(run_of(run).ok_or_else(odd)?);
            }
            token = next_page(&node);
            if token.is_none() || runs.last().is_some_and(|run| run.start < earliest) {
                return Ok(runs);
            }
        }
        Err(SourceFailure::unknown(format!("the experiment has more than {} runs", runs.len())))
    }

    /// The newest value of a metric. The list of runs has it, too, but not how NaN was told from 0.
    fn metric(&self, run: &MlflowRun, metric: &str) -> Result<String, SourceFailure> {
        let mut newest = LastLogged::default();
        let mut token = None::<String>;
        for _ in 0..MAX_PAGES {
            let mut path = format!(
                "metrics/get-history?run_id={}&metric_key={}",
                percent_encoded(&run.id),
                percent_encoded(metric)
            );
            if let Some(token) = token {
                path.push_str(&format!("&page_token={}", percent_encoded(&token)));
            }
            let (answer, node) = self.get(&path, None)?;
            success(&answer, &node)?;
            for value in node.get("metrics").map_or(&[] as &[JsonNode], JsonNode::elements) {
                let when = [value.get("step"), value.get("timestamp")].map(|node| node.map(whole));
                let [step, timestamp] = when.map(|whole| whole.unwrap_or(Some(Number::ZERO)));
                let cell = metric_cell(value.get("value").ok_or_else(odd)?).ok_or_else(odd)?;
                newest.take(step.ok_or_else(odd)?, timestamp.ok_or_else(odd)?, cell);
            }
            token = next_page(&node);
            if token.is_none() {
                let name = quote(&run.name);
                return match newest.cell() {
                    Some(SourceCell::Number(digits)) => Ok(digits),
                    Some(SourceCell::Unknown(reason)) => Err(SourceFailure::unknown(reason)),
                    Some(SourceCell::Text(_) | SourceCell::Bool(_)) => Err(odd()),
                    None => Err(SourceFailure::unknown(format!(
                        "the run `{name}` has no metric `{}`",
                        quote(metric)
                    ))),
                };
            }
        }
        Err(SourceFailure::unknown(format!("the metric `{}` has too many values to be read", quote(metric))))
    }

    /// An answer, and its JSON.
    fn get(&self, path: &str, body: Option<String>) -> Result<(Reply, JsonNode), SourceFailure> {
        let path = format!("/api/2.0/mlflow/{path}");
        let answer = self.outside.ask(self.source, &Question::Http { path, body })?;
        match json::parse(&answer.body) {
            Ok(node) => Ok((answer, node)),
            Err(_) if answer.status == 200 => {
                Err(SourceFailure::unknown("the server answered with something else than JSON"))
            }
            Err(_) => Err(answer.failure(None)),
        }
    }
}

fn success(answer: &Reply, node: &JsonNode) -> Result<(), SourceFailure> {
    let said = || node.get("message").and_then(JsonNode::text);
    if answer.status == 200 { Ok(()) } else { Err(answer.failure(said())) }
}

fn is_missing(node: &JsonNode) -> bool {
    node.get("error_code").and_then(JsonNode::text) == Some("RESOURCE_DOES_NOT_EXIST")
}

fn next_page(node: &JsonNode) -> Option<String> {
    let token = node.get("next_page_token").and_then(JsonNode::text)?;
    (!token.is_empty()).then(|| token.to_owned())
}

fn odd() -> SourceFailure {
    SourceFailure::unknown("the server's answer is not one that MLflow gives")
}

fn run_of(node: &JsonNode) -> Option<MlflowRun> {
    let info = node.get("info")?;
    let text = |key| info.get(key).and_then(JsonNode::text).map(str::to_owned);
    let time = |key| info.get(key).and_then(whole).map(|ms| ms / Number::from(1000));
    let id = text("run_id").or_else(|| text("run_uuid"))?;
    let tags = node.at_path(&["data", "tags"]).map_or(&[] as &[JsonNode], JsonNode::elements);
    let is_parent = |tag: &JsonNode| tag.get("key").and_then(JsonNode::text) == Some("mlflow.parentRunId");
    Some(MlflowRun {
        name: text("run_name").filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone()),
        id,
        status: text("status")?,
        start: time("start_time")?,
        // A run that still runs has none, or 0.
        end: time("end_time").filter(|end| *end > Number::ZERO),
        is_nested: tags.iter().any(is_parent),
    })
}

/// A whole number, which some servers write as a text.
fn whole(node: &JsonNode) -> Option<Number> {
    parse_number(node.number().or_else(|| node.text())?).ok().filter(Number::is_int)
}

/// The run whose metric counts.
fn newest<'r>(
    runs: &'r [MlflowRun],
    wanted: &WantedRun<'_>,
    window: &CollectWindow,
) -> Result<&'r MlflowRun, SourceFailure> {
    let is_meant = |run: &&MlflowRun| match wanted.run {
        Some(named) => run.name == named || run.id == named,
        None => !run.is_nested,
    };
    let is_inside = |run: &&MlflowRun| window.contains(run.end.as_ref().unwrap_or(&run.start));
    let inside = || runs.iter().filter(is_meant).filter(is_inside);
    let finished = inside().filter(|run| run.status == "FINISHED" && run.end.is_some());
    if let Some(run) = finished.max_by_key(|run| (&run.end, &run.start, &run.id)) {
        return Ok(run);
    }
    let of = format!("of the experiment `{}`", quote(wanted.experiment));
    if let Some(run) = inside().next() {
        let (name, status) = (quote(&run.name), quote(&run.status));
        return Err(SourceFailure::unknown(format!(
            "no run {of} finished in the window: `{name}` is {status}"
        )));
    }
    let named = wanted.run.map(|run| format!(" `{}`", quote(run))).unwrap_or_default();
    Err(SourceFailure::unknown(format!("no run{named} {of} finished in the window")))
}

/// The value of a metric, as the server writes it.
fn metric_cell(node: &JsonNode) -> Option<SourceCell> {
    match &node.value {
        Json::Number(digits) | Json::NotFinite(digits) | Json::Text(digits) => Some(metric_number(digits)),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Map(_) => None,
    }
}

/// The value of a metric, of its text. MLflow writes the largest float for infinity.
fn metric_number(digits: &str) -> SourceCell {
    if parse_number(digits).is_ok() {
        return SourceCell::Number(digits.to_owned());
    }
    let exponent = digits.to_ascii_lowercase().rsplit_once('e').and_then(|(_, digits)| digits.parse().ok());
    if exponent.is_some_and(|exponent: i32| exponent >= 308) {
        return SourceCell::Unknown("the value is infinite".to_owned());
    }
    SourceCell::Unknown(format!("the value is {}", quote(digits)))
}

/// The value of the last step, and of what has the same step the one that was logged last.
#[derive(Default)]
struct LastLogged(Option<(Number, Number, SourceCell)>);

impl LastLogged {
    fn take(&mut self, step: Number, timestamp: Number, cell: SourceCell) {
        let cell = match &self.0 {
            Some((known, at, _)) if (known, at) > (&step, &timestamp) => return,
            Some((known, at, there)) if (known, at) == (&step, &timestamp) && *there != cell => {
                SourceCell::Unknown("two values were logged for its last step at the same time".to_owned())
            }
            Some(_) | None => cell,
        };
        self.0 = Some((step, timestamp, cell));
    }

    fn cell(self) -> Option<SourceCell> {
        self.0.map(|(_, _, cell)| cell)
    }
}

/// Reads the table `metrics` or `latest_metrics` of MLflow's database, exported with commas and a header. Each metric of the
/// run becomes a total.
///
/// # Errors
/// If it is another table, or has several runs and none of them is chosen.
pub fn read_table(bytes: &[u8], run: Option<&str>) -> Result<SourceTable, SourceFailure> {
    let (columns, rows) = delimited::texts(bytes)?;
    for column in ["key", "value", "timestamp", "run_uuid", "step", "is_nan"] {
        if !columns.iter().any(|known| known == column) {
            return Err(SourceFailure::refused(
                format!("this is not MLflow's table of metrics: it has no column `{column}`"),
                "export it with `sqlite3 -header -csv mlflow.db 'select * from metrics'`",
            ));
        }
    }
    let run = chosen_run(&rows, run)?;
    let mut metrics: BTreeMap<String, LastLogged> = BTreeMap::new();
    let mut made = Number::ZERO;
    for (line, row) in rows.iter().filter(|(_, row)| text_of(row, "run_uuid") == run) {
        let broken = |column: &str| {
            let text = quote(text_of(row, column));
            let message = format!("`{column}` is `{text}` in line {line}, which MLflow does not write");
            SourceFailure::refused(message, "export the table again, without changes")
        };
        let number = |column: &str| {
            parse_number(text_of(row, column)).ok().filter(Number::is_int).ok_or_else(|| broken(column))
        };
        // Databases write yes and no in several ways.
        let cell = match &*text_of(row, "is_nan").to_ascii_lowercase() {
            "1" | "t" | "true" => SourceCell::Unknown("the value is NaN".to_owned()),
            "0" | "f" | "false" => metric_number(text_of(row, "value")),
            _ => return Err(broken("is_nan")),
        };
        let timestamp = number("timestamp")?;
        made = made.max(timestamp.clone());
        metrics.entry(text_of(row, "key").to_owned()).or_default().take(number("step")?, timestamp, cell);
    }
    Ok(SourceTable {
        totals: metrics.into_iter().filter_map(|(key, newest)| Some((key, newest.cell()?))).collect(),
        tool: Some("mlflow".to_owned()),
        made: MadeAt::at(show_time(&(made / Number::from(1000)))),
        ..SourceTable::default()
    })
}

/// The id of the run that is meant.
fn chosen_run<'t>(rows: &'t [TextRow], run: Option<&str>) -> Result<&'t str, SourceFailure> {
    let ids: BTreeSet<&str> = rows.iter().map(|(_, row)| text_of(row, "run_uuid")).collect();
    let names = || first_few(ids.iter().copied());
    match (run, ids.len()) {
        (_, 0) => Err(SourceFailure::unknown("the table has no metrics")),
        (Some(wanted), _) => ids.get(wanted).copied().ok_or_else(|| {
            let message = format!("the table has no run `{}`", quote(wanted));
            SourceFailure::refused(message, format!("write `run:` with one of {}", names()))
        }),
        (None, 1) => Ok(ids.first().copied().unwrap_or("")),
        (None, several) => Err(SourceFailure::refused(
            format!("the table has the metrics of {several} runs"),
            format!("choose the one that finished: `run:` with one of {}", names()),
        )),
    }
}

/// The text in a column that is there.
fn text_of<'r>(row: &'r BTreeMap<String, String>, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

#[cfg(test)]
mod tests;
