use std::cell::RefCell;
use std::fs;

use crate::collect::source::{RowRules, ServerRules, SourceKind};
use crate::config::Setting;
use crate::source::{FileId, Span};
use crate::value::parse_time;

use super::*;

const RUN: &str = "06d344c71a9c4e0693365cf862274581";

/// Answers by what the path, or the path and the body, contain: the first that fits.
struct Routes {
    answers: Vec<(&'static str, u16, String)>,
    asked: RefCell<Vec<String>>,
}

impl Respondent for Routes {
    fn ask(&self, _: &PlanSource, question: &Question<'_>) -> Result<Reply, SourceFailure> {
        let Question::Http { path, body } = question else {
            return Err(SourceFailure::refused(format!("{question:?}"), "ask a server"));
        };
        let asked = format!("{path} {}", body.as_deref().unwrap_or(""));
        let fits = |(part, _, _): &&(&str, u16, String)| asked.contains(part);
        let found = self.answers.iter().find(fits);
        let (_, status, body) = found.ok_or_else(|| SourceFailure::refused(&*asked, "expect this"))?;
        self.asked.borrow_mut().push(asked.clone());
        Ok(Reply { status: *status, body: body.clone().into_bytes() })
    }
}

fn fixture(name: &str) -> String {
    fs::read_to_string(format!("{}/tests/sources/mlflow/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn setting(text: &str) -> Setting<String> {
    Setting { value: text.to_owned(), span: Span { file: FileId(0), start: 0, end: 0 } }
}

fn window(start: &str, end: &str) -> CollectWindow {
    let [start, end] = [start, end].map(|day| parse_time(&format!("{day}T00:00Z")).unwrap());
    CollectWindow { start, end, zone: crate::collect::window::zone("UTC").unwrap() }
}

fn week() -> CollectWindow {
    window("2026-11-22", "2026-11-29")
}

/// The real server's answers, behind those that are given.
fn routes(first: Vec<(&'static str, u16, String)>) -> Routes {
    let history = |digits: &str| {
        format!(
            r#"{{"metrics": [{{"key": "m", "value": {digits}, "timestamp": 1795046400000, "step": 0}}]}}"#
        )
    };
    let real = vec![
        ("/version", 200, "3.17.2".to_owned()),
        ("experiments/get-by-name?experiment_name=support-replies ", 200, fixture("rest-experiment.json")),
        ("runs/search", 200, fixture("rest-runs-search.json")),
        ("metric_key=share_light", 200, fixture("rest-metric-history.json")),
        ("metric_key=cost_usd", 200, history("0.30000000000000004")),
        ("metric_key=inf", 200, history("1.7976931348623157e+308")),
        ("metric_key=nosuch", 200, fixture("rest-metric-nosuch.json")),
    ];
    Routes { answers: first.into_iter().chain(real).collect(), asked: RefCell::default() }
}

fn asked(
    routes: &Routes,
    run: Option<&str>,
    metric: &str,
    window: &CollectWindow,
) -> Result<FoundValue, SourceFailure> {
    let server = ServerRules { token: None, timeout: 30, retries: 2 };
    let source = PlanSource {
        name: setting("runs"),
        place: setting("https://mlflow.example.com"),
        kind: SourceKind::Mlflow {
            server,
            experiment: "support-replies".to_owned(),
            run: run.map(str::to_owned),
        },
        rows: RowRules::default(),
    };
    ask(routes, &source, metric, window)
}

fn metric(first: Vec<(&'static str, u16, String)>, metric: &str) -> Result<String, SourceFailure> {
    match asked(&routes(first), None, metric, &week())?.taken {
        Taken::Cell(SourceCell::Number(digits)) => Ok(digits),
        other => Err(SourceFailure::refused(format!("{other:?}"), "a number")),
    }
}

fn unknown(reason: &str) -> SourceFailure {
    SourceFailure::unknown(reason)
}

#[test]
fn the_finished_run_counts_with_its_newest_values() {
    let routes = routes(Vec::new());
    let found = asked(&routes, None, "cost_usd", &week()).unwrap();
    assert_eq!(found.taken, Taken::Cell(SourceCell::Number("0.30000000000000004".to_owned())));
    assert_eq!(found.tool.as_deref(), Some("mlflow 3.17.2"));
    assert_eq!(found.at.as_deref(), Some("2026-11-28T07:03:13.945Z"));
    let history = format!("/api/2.0/mlflow/metrics/get-history?run_id={RUN}&metric_key=cost_usd ");
    assert_eq!(routes.asked.borrow()[2], history);
    assert_eq!(metric(Vec::new(), "share_light"), Err(unknown("the value is NaN")));
    assert_eq!(metric(Vec::new(), "inf"), Err(unknown("the value is infinite")));
    assert_eq!(
        metric(Vec::new(), "nosuch"),
        Err(unknown("the run `weekly 2026-11-27` has no metric `nosuch`"))
    );
}

#[test]
fn runs_that_failed_or_still_run_do_not_count() {
    let of = |run, window: &CollectWindow| asked(&routes(Vec::new()), run, "cost_usd", window).map(|_| ());
    let none = |named: &str, why: &str| {
        let reason = format!("no run{named} of the experiment `support-replies` finished in the window{why}");
        Err(SourceFailure::Unknown(reason))
    };
    assert_eq!(of(Some("weekly 2026-11-27"), &week()), Ok(()));
    assert_eq!(of(Some(RUN), &week()), Ok(()));
    assert_eq!(of(Some("weekly 2026-11-28"), &week()), none("", ": `weekly 2026-11-28` is RUNNING"));
    let first_try = "weekly 2026-11-27 first try";
    assert_eq!(of(Some(first_try), &week()), none("", ": `weekly 2026-11-27 first try` is FAILED"));
    assert_eq!(of(Some("nosuch"), &week()), none(" `nosuch`", ""));
    let stale = window("2026-11-29", "2026-12-06");
    assert_eq!(of(None, &stale), none("", ""));
    assert_eq!(of(Some("weekly 2026-11-27"), &stale), none(" `weekly 2026-11-27`", ""));

    let nested = fixture("rest-runs-search.json").replacen("mlflow.source.name", "mlflow.parentRunId", 1);
    let nested = routes(vec![("runs/search", 200, nested)]);
    assert!(asked(&nested, None, "cost_usd", &week()).is_err());
    assert!(asked(&nested, Some(RUN), "cost_usd", &week()).is_ok());
}

#[test]
fn pages_are_followed_and_bounded() {
    let page = fixture("rest-runs-search.json").replace("\"FINISHED\"", "\"FAILED\"");
    let page = page.trim_end().strip_suffix('}').unwrap().to_owned() + r#", "next_page_token": "p2"}"#;
    let found = metric(
        vec![
            (r#""page_token":"p2""#, 200, fixture("rest-runs-search.json")),
            ("runs/search", 200, page.clone()),
        ],
        "cost_usd",
    );
    assert_eq!(found, Ok("0.30000000000000004".to_owned()));

    let endless = routes(vec![("runs/search", 200, page)]);
    let reason = "the experiment has more than 150 runs";
    assert_eq!(asked(&endless, None, "cost_usd", &week()), Err(unknown(reason)));
    // What began long before the window is not asked for.
    let later = window("2027-01-22", "2027-01-29");
    assert!(asked(&endless, None, "cost_usd", &later).is_err());
    assert_eq!(endless.asked.borrow().len(), 1 + MAX_PAGES + 2);

    let history = r#"{"metrics": [{"value": 1, "timestamp": 1, "step": 1}], "next_page_token": "h2"}"#;
    let last = r#"{"metrics": [{"value": 2, "timestamp": "1", "step": "2"}], "next_page_token": ""}"#;
    let pages =
        |then: &'static str| vec![("page_token=h2", 200, then.to_owned()), ("m ", 200, history.to_owned())];
    assert_eq!(metric(pages(last), "m"), Ok("2".to_owned()));
    assert_eq!(metric(pages(history), "m"), Err(unknown("the metric `m` has too many values to be read")));
}

#[test]
fn the_last_step_decides() {
    let history = |values: &[(&str, i32, i32)]| {
        let values: Vec<String> = values
            .iter()
            .map(|(value, step, at)| format!(r#"{{"value": {value}, "step": {step}, "timestamp": {at}}}"#))
            .collect();
        metric(vec![("key=m ", 200, format!(r#"{{"metrics": [{}]}}"#, values.join(",")))], "m")
    };
    assert_eq!(history(&[("0.5", 2, 1), ("0.4", 1, 9)]), Ok("0.5".to_owned()));
    assert_eq!(history(&[("0.5", 1, 1), ("0.4", 1, 9)]), Ok("0.4".to_owned()));
    assert_eq!(history(&[("0.5", 1, 1), ("NaN", 2, 1)]), Err(unknown("the value is NaN")));
    assert_eq!(history(&[("\"Infinity\"", 1, 1)]), Err(unknown("the value is Infinity")));
    let reason = "two values were logged for its last step at the same time";
    assert_eq!(history(&[("0.5", 1, 1), ("0.4", 1, 1)]), Err(unknown(reason)));
}

#[test]
fn what_the_server_lacks_is_said() {
    let missing = fixture("rest-nosuch-run.json");
    let missing = missing.lines().next().unwrap().to_owned();
    let Err(SourceFailure::Refused { message, .. }) =
        metric(vec![("get-by-name", 404, missing.clone())], "m")
    else {
        panic!("no refusal")
    };
    assert_eq!(message, "the server has no experiment `support-replies`");
    assert_eq!(
        metric(vec![("get-history", 404, missing)], "m"),
        Err(unknown("the server answered with HTTP status 404: Run with id=nosuch not found"))
    );
    let deleted = fixture("rest-experiment.json").replace("\"active\"", "\"deleted\"");
    assert_eq!(
        metric(vec![("get-by-name", 200, deleted)], "m"),
        Err(unknown("the experiment `support-replies` was deleted"))
    );
    let reason = "the server answered with HTTP status 404";
    assert_eq!(metric(vec![("get-by-name", 404, "<html>".to_owned())], "m"), Err(unknown(reason)));
    let reason = "the server answered with something else than JSON";
    assert_eq!(metric(vec![("runs/search", 200, "<html>".to_owned())], "m"), Err(unknown(reason)));
    let reason = "the server's answer is not one that MLflow gives";
    for body in [r#"{"runs": [{}]}"#, r#"{"runs": [{"info": {"run_id": "a", "status": "FINISHED"}}]}"#] {
        assert_eq!(metric(vec![("runs/search", 200, body.to_owned())], "m"), Err(unknown(reason)));
    }
    let none = "no run of the experiment `support-replies` finished in the window";
    assert_eq!(metric(vec![("runs/search", 200, "{}".to_owned())], "m"), Err(unknown(none)));
    let found = routes(vec![("/version", 404, "<html>".to_owned())]);
    assert_eq!(asked(&found, None, "cost_usd", &week()).unwrap().tool, None);
}

fn table(text: &str, run: Option<&str>) -> Result<SourceTable, SourceFailure> {
    read_table(text.as_bytes(), run)
}

#[test]
fn an_exported_table_has_the_values_of_its_run() {
    let exported = fixture("metrics-table.csv");
    let read = table(&exported, Some(RUN)).unwrap();
    let number = |digits: &str| SourceCell::Number(digits.to_owned());
    let not = |reason: &str| SourceCell::Unknown(reason.to_owned());
    let right = [
        ("cost_usd", number("0.3")),
        ("inf", not("the value is infinite")),
        ("latency_p95_s", number("1.0")),
        ("share_light", not("the value is NaN")),
    ];
    assert_eq!(read.totals, right.map(|(key, cell)| (key.to_owned(), cell)).into_iter().collect());
    assert_eq!(read.made.unwrap().text(), "2026-11-22T00:00Z");
    // The order of the rows says nothing.
    let mut lines: Vec<&str> = exported.lines().collect();
    lines[1..].reverse();
    assert_eq!(table(&lines.join("\n"), Some(RUN)).unwrap().totals, read.totals);
    // Databases write yes and no in several ways.
    let postgres = exported.replace("\r\n", "\n").replace(",0\n", ",f\n").replace(",1\n", ",t\n");
    assert_eq!(table(&postgres, Some(RUN)).unwrap().totals, read.totals);
}

#[test]
fn a_table_that_does_not_say_which_run_is_refused() {
    let exported = fixture("metrics-table.csv").replace("\r\n", "\n");
    let refusal = |text: &str, run| match table(text, run) {
        Err(SourceFailure::Refused { message, help }) => format!("{message}; {help}"),
        other => panic!("{other:?}"),
    };
    assert!(refusal(&exported, None).starts_with("the table has the metrics of 3 runs; "));
    assert!(refusal(&exported, None).contains(RUN));
    assert!(refusal(&exported, Some("nosuch")).contains("the table has no run `nosuch`"));
    let no_flag = exported.replace("is_nan", "isnan");
    assert!(refusal(&no_flag, Some(RUN)).contains("no column `is_nan`"));
    let broken = exported.replace(",3,1\n", ",3,\n");
    assert!(refusal(&broken, Some(RUN)).contains("`is_nan` is `` in line 8"));
    let header = "key,value,timestamp,run_uuid,step,is_nan\n";
    assert_eq!(table(header, None), Err(unknown("the table has no metrics")));
    assert!(matches!(table("", None), Err(SourceFailure::Broken { .. })));
    let one = format!("{header}m,1,1795046400000,a,0,0\n");
    assert_eq!(table(&one, None).unwrap().totals["m"], SourceCell::Number("1".to_owned()));
}

#[test]
fn an_answer_that_was_cut_off_gives_nothing() {
    for (part, name) in [("runs/search", "rest-runs-search.json"), ("get-by-name", "rest-experiment.json")] {
        let whole = fixture(name);
        let whole = whole.trim_end();
        for end in (0..whole.len()).step_by(7) {
            let cut = vec![(part, 200, whole[..end].to_owned())];
            let reason = "the server answered with something else than JSON";
            assert_eq!(metric(cut, "cost_usd"), Err(unknown(reason)), "{name} {end}");
        }
    }
}
