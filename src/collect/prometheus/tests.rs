use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs;

use crate::collect::source::{RowRules, ServerRules, SourceKind};
use crate::config::Setting;
use crate::source::{FileId, Span};
use crate::value::parse_time;

use super::*;

/// Answers in turn, and the questions that were asked.
struct Turns {
    answers: RefCell<VecDeque<(u16, String)>>,
    asked: RefCell<Vec<String>>,
}

impl Respondent for Turns {
    fn ask(&self, _: &PlanSource, question: &Question<'_>) -> Result<Reply, SourceFailure> {
        let Question::Http { path, body: None } = question else {
            return Err(SourceFailure::refused(format!("{question:?}"), "ask without a body"));
        };
        if path == "/api/v1/status/buildinfo" {
            return Ok(Reply { status: 200, body: fixture("buildinfo").into_bytes() });
        }
        self.asked.borrow_mut().push(path.clone());
        let (status, body) = self.answers.borrow_mut().pop_front().unwrap();
        Ok(Reply { status, body: body.into_bytes() })
    }
}

fn fixture(name: &str) -> String {
    fs::read_to_string(format!("{}/tests/sources/prometheus/{name}.json", env!("CARGO_MANIFEST_DIR")))
        .unwrap()
}

fn setting(text: &str) -> Setting<String> {
    Setting { value: text.to_owned(), span: Span { file: FileId(0), start: 0, end: 0 } }
}

fn week() -> CollectWindow {
    let at = |text| parse_time(text).unwrap();
    CollectWindow {
        start: at("2026-11-21T00:00:00Z"),
        end: at("2026-11-28T00:00:00Z"),
        zone: crate::collect::window::zone("UTC").unwrap(),
    }
}

/// What a query gives, and what was asked, when the server answers so in turn.
fn asked(query: &PromQuery, answers: Vec<(u16, String)>) -> (Result<FoundValue, SourceFailure>, Vec<String>) {
    let source = PlanSource {
        name: setting("prom"),
        place: setting("https://prometheus.example.com"),
        kind: SourceKind::Prometheus(ServerRules { token: None, timeout: 30, retries: 2 }),
        rows: RowRules::default(),
    };
    let outside = Turns { answers: RefCell::new(answers.into()), asked: RefCell::default() };
    let found = ask(&outside, &source, query, &week(), Some("s"));
    (found, outside.asked.into_inner())
}

fn taken(query: &PromQuery, answers: Vec<(u16, String)>) -> Result<Taken, SourceFailure> {
    asked(query, answers).0.map(|found| found.taken)
}

fn value(status: u16, body: String) -> Result<Taken, SourceFailure> {
    taken(&PromQuery::Value { query: setting("q") }, vec![(status, body)])
}

fn value_of_file(name: &str) -> Result<Taken, SourceFailure> {
    let status = if matches!(name, "parse-error" | "range-too-many") { 400 } else { 200 };
    value(status, fixture(name))
}

fn digits(digits: &str) -> Result<Taken, SourceFailure> {
    Ok(Taken::Cell(SourceCell::Number(digits.to_owned())))
}

fn unknown(reason: &str) -> Result<Taken, SourceFailure> {
    Err(SourceFailure::unknown(reason))
}

fn refused(result: Result<Taken, SourceFailure>) -> String {
    match result {
        Err(SourceFailure::Refused { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

/// An answer with series of these labels, as JSON, and values.
fn vector(series: &[(&str, &str)]) -> (u16, String) {
    let series: Vec<String> = series
        .iter()
        .map(|(labels, value)| format!(r#"{{"metric":{{{labels}}},"value":[1795823999.999,"{value}"]}}"#))
        .collect();
    let series = series.join(",");
    (200, format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{series}]}}}}"#))
}

fn count(value: &str) -> (u16, String) {
    vector(&[("", value)])
}

fn shares(absent_part: Option<i32>, every: Option<i32>) -> PromQuery {
    PromQuery::Shares {
        part: setting("part[$window]"),
        whole: setting("whole"),
        absent_part: absent_part.map(Number::from),
        expected: every
            .map(|every| ExpectedSamples { every: every.into(), at_least: parse_number("0.95").unwrap() }),
    }
}

fn quantile(share: &str, buckets: &[(&str, &str)]) -> Result<Taken, SourceFailure> {
    let buckets: Vec<(String, &str)> =
        buckets.iter().map(|(le, count)| (format!(r#""le":"{le}""#), *count)).collect();
    let buckets: Vec<(&str, &str)> = buckets.iter().map(|(le, count)| (&**le, *count)).collect();
    let query = PromQuery::Quantile { quantile: parse_number(share).unwrap(), buckets: setting("b") };
    taken(&query, vec![vector(&buckets)])
}

fn range(low: &str, high: &str) -> Result<Taken, SourceFailure> {
    Ok(Taken::Range { low: low.to_owned(), high: high.to_owned() })
}

const NOTHING: &str = "the query has no result at 2026-11-27T23:59:59.999Z";

#[test]
fn every_recorded_answer_has_its_right_value() {
    for (name, right) in [
        ("p95-14", "1.75"),
        ("p95-21", "1.7520833333333332"),
        ("error-rate-14", "0.01994047619047619"),
        ("error-rate-21", "0.010138888888888888"),
        ("error-rate-28", "0.04995034756703079"),
        ("uptime-14", "1"),
        ("uptime-21", "1"),
        ("uptime-28", "0.9494047619047622"),
        ("coverage-14", "1.0009920634920635"),
        ("coverage-21", "0.7152777777777778"),
        ("coverage-28", "0.9494047619047619"),
        ("scrapes-14", "1009"),
        ("scrapes-21", "721"),
        ("scrapes-28", "1008"),
        ("requests-14", "10080"),
        ("requests-21", "7200"),
        ("requests-28", "10080"),
        ("users-28", "12"),
        ("one-value", "10080"),
        ("or-zero", "0"),
    ] {
        assert_eq!(value_of_file(name), digits(right), "{name}");
    }
    for name in ["missing-metric", "no-code", "after-the-end", "instant-gap"] {
        assert_eq!(value_of_file(name), unknown(NOTHING), "{name}");
    }
    assert_eq!(value_of_file("zero-by-zero"), unknown("the value is NaN"));
    assert_eq!(value_of_file("negative-div"), unknown("the value is +Inf"));
    assert!(refused(value_of_file("many-series")).ends_with(r#"`{code="200"}` and `{code="500"}`"#));
    assert!(refused(value_of_file("parse-error")).contains(r#"unexpected identifier "rate" in aggregation"#));
    assert!(refused(value_of_file("range-too-many")).contains("11,000 points"));
    assert!(refused(value_of_file("range-p95-daily")).contains("gives a matrix"));
    assert!(refused(value_of_file("range-error-rate-daily")).contains("gives a matrix"));
}

#[test]
fn the_server_is_asked_just_before_the_end() {
    let query = PromQuery::Value { query: setting("sum(increase(a_total{code=~\"5..\"}[$window]))\n") };
    let (found, asked) = asked(&query, vec![count("12")]);
    let found = found.unwrap();
    assert_eq!(found.at.as_deref(), Some("2026-11-27T23:59:59.999Z"));
    assert_eq!(found.tool.as_deref(), Some("prometheus 2.42.0"));
    assert_eq!(
        asked,
        [
            "/api/v1/query?query=sum%28increase%28a_total%7Bcode%3D~%225..%22%7D%5B604800s%5D%29%29&time=1795823999.999"
        ]
    );
}

#[test]
fn a_lower_bound_is_no_value() {
    for query in ["histogram_quantile(0.95, b)", "1000 * histogram_quantile (0.95, b)"] {
        let message = refused(taken(&PromQuery::Value { query: setting(query) }, Vec::new()));
        assert!(message.contains("largest bucket"), "{message}");
    }
    let query = PromQuery::Value { query: setting("a{b=\"histogram_quantile\"}") };
    assert_eq!(taken(&query, vec![count("1")]), digits("1"));
}

#[test]
fn shares_are_kept_as_their_counts() {
    let counts =
        |part: &str, whole: &str| Ok(Taken::Counts { part: part.to_owned(), whole: whole.to_owned() });
    let plain = shares(None, None);
    assert_eq!(taken(&plain, vec![count("1008"), count("957")]), counts("957", "1008"));
    assert_eq!(taken(&plain, vec![count("1.008e+03"), count("0")]), counts("0", "1008"));
    assert_eq!(
        taken(&plain, vec![count("10080"), count("503.49950347567034")]),
        digits("0.04995034756703079")
    );
    assert_eq!(taken(&plain, vec![count("0"), count("0")]), unknown("`whole` is 0"));
    assert_eq!(taken(&plain, vec![count("NaN")]), unknown("`whole` is NaN"));
    assert_eq!(taken(&plain, vec![count("3"), count("-1")]), unknown("`part` is -1"));
    assert_eq!(
        taken(&plain, vec![count("3"), count("3.5")]),
        unknown("`part` is 3.5 and larger than `whole`, 3")
    );
}

#[test]
fn an_absent_part_counts_only_while_the_whole_is_there() {
    let nothing = vector(&[]);
    let absent = shares(Some(0), None);
    let of_three = Ok(Taken::Counts { part: "0".to_owned(), whole: "3".to_owned() });
    assert_eq!(taken(&absent, vec![count("3"), nothing.clone()]), of_three);
    let reason = NOTHING.replace("the query", "`part`");
    assert_eq!(taken(&shares(None, None), vec![count("3"), nothing.clone()]), unknown(&reason));
    let reason = NOTHING.replace("the query", "`whole`");
    assert_eq!(taken(&absent, vec![nothing.clone(), nothing.clone()]), unknown(&reason));
    assert_eq!(taken(&absent, vec![count("0"), nothing]), unknown("`whole` is 0"));
    assert_eq!(taken(&absent, vec![count("3"), count("NaN")]), unknown("`part` is NaN"));
}

#[test]
fn missing_samples_are_noticed() {
    let sampled = shares(None, Some(600));
    let all = Ok(Taken::Counts { part: "957".to_owned(), whole: "1008".to_owned() });
    assert_eq!(taken(&sampled, vec![count("1008"), count("957")]), all);
    assert_eq!(
        taken(&sampled, vec![count("720"), count("720")]),
        unknown("`whole` has 720 samples, 71.4% of the 1008 that are expected")
    );
    assert_eq!(
        taken(&sampled, vec![(200, fixture("scrapes-21")), count("721")]),
        unknown("`whole` has 721 samples, 71.5% of the 1008 that are expected")
    );
    // Two targets, one of which was gone all the week, would be 1008 samples.
    assert_eq!(
        taken(&sampled, vec![count("2016"), count("2016")]),
        unknown("`whole` has 2016 samples, more than the 1008 of one series")
    );
}

#[test]
fn a_quantile_lies_in_its_bucket() {
    let week = |counts: [&'static str; 6]| {
        let bounds = ["0.1", "0.25", "0.5", "1.0", "2.5", "+Inf"];
        bounds.into_iter().zip(counts).collect::<Vec<_>>()
    };
    let first = week(["2016", "5040", "8064", "9072", "10080", "10080"]);
    assert_eq!(quantile("0.95", &first), range("1", "2.5"));
    assert_eq!(quantile("0.9", &first), range("0.5", "1"));
    assert_eq!(quantile("0.2", &first), range("0", "0.1"));
    assert_eq!(quantile("1", &first), range("1", "2.5"));
    assert_eq!(quantile("0", &first), range("0", "0.1"));
    let third = week(["1008", "3024", "6048", "8064", "9072", "10080"]);
    assert_eq!(quantile("0.95", &third), unknown("above the largest bucket, 2.5 s"));
    assert_eq!(quantile("0.9", &third), range("1", "2.5"));
    let mut upside_down = first.clone();
    upside_down.reverse();
    assert_eq!(quantile("0.95", &upside_down), range("1", "2.5"));
    // The rank is the count of a bucket, but for the noise of floats: it may be either bucket.
    let noisy = week(["1", "2", "3", "8.999999999999999", "9.5", "10"]);
    assert_eq!(quantile("0.9", &noisy), range("0.5", "2.5"));
}

#[test]
fn broken_histograms_give_nothing() {
    let reason = "the bucket `le=\"+Inf\"` is missing";
    assert_eq!(quantile("0.5", &[("0.5", "3"), ("1", "4")]), unknown(reason));
    let reason = "the counts of the buckets fall where they should rise";
    assert_eq!(quantile("0.5", &[("0.5", "5"), ("1", "4"), ("+Inf", "6")]), unknown(reason));
    assert_eq!(quantile("0.5", &[("0.5", "5"), ("+Inf", "4.9")]), unknown(reason));
    let reason = "the histogram counts nothing in the window";
    assert_eq!(quantile("0.5", &[("0.5", "0"), ("+Inf", "0")]), unknown(reason));
    let reason = "two buckets have the bound 1.0";
    assert_eq!(quantile("0.5", &[("1", "3"), ("1.0", "4"), ("+Inf", "4")]), unknown(reason));
    let reason = "the histogram has no bucket but `le=\"+Inf\"`";
    assert_eq!(quantile("0.5", &[("+Inf", "4")]), unknown(reason));
    let reason = "the count of the bucket `le=\"1\"` is NaN";
    assert_eq!(quantile("0.5", &[("1", "NaN"), ("+Inf", "4")]), unknown(reason));
    let reason = "at or below the smallest bucket, 0 s";
    assert_eq!(quantile("0.5", &[("0", "3"), ("1", "4"), ("+Inf", "4")]), unknown(reason));
    assert_eq!(quantile("0.9", &[("0", "3"), ("1", "4"), ("+Inf", "4")]), range("0", "1"));
    assert_eq!(
        quantile("0.5", &[]),
        unknown("the query of the buckets has no result at 2026-11-27T23:59:59.999Z")
    );

    let several = |series: &[(&str, &str)]| {
        let query = PromQuery::Quantile { quantile: Number::ONE, buckets: setting("b") };
        refused(taken(&query, vec![vector(series)]))
    };
    let two = [(r#""le":"1","pod":"a""#, "1"), (r#""le":"+Inf","pod":"b""#, "1")];
    assert!(several(&two).ends_with(r#"`{pod="a"}` and `{pod="b"}`"#));
    assert!(several(&[(r#""quantile":"0.5""#, "1")]).contains("no label `le`"));
    assert!(refused(value(200, fixture("p95-14").replace("\"value\"", "\"histogram\""))).contains("native"));
}

#[test]
fn what_is_no_good_answer_is_unknown() {
    let warned = |key: &str, text: &str| {
        value(200, fixture("requests-28").replace("\"data\"", &format!(r#""{key}":["{text}"],"data""#)))
    };
    let reason = "the server warns that its answer may be wrong: no store matched";
    assert_eq!(warned("warnings", "no store matched"), unknown(reason));
    assert_eq!(warned("infos", "PromQL info: no counter"), digits("10080"));
    assert_eq!(warned("warnings", "PromQL info: no counter"), digits("10080"));

    let timeout =
        r#"{"status":"error","errorType":"execution","error":"query timed out in expression evaluation"}"#;
    assert_eq!(
        value(422, timeout.to_owned()),
        unknown("the server answered with HTTP status 422: query timed out in expression evaluation")
    );
    assert_eq!(value(503, String::new()), unknown("the server answered with HTTP status 503"));
    assert_eq!(value(401, "no".to_owned()), unknown("the server refuses access, with HTTP status 401"));
    assert_eq!(value(400, "no".to_owned()), unknown("the server answered with HTTP status 400"));
    let reason = "the server answered with something else than JSON";
    assert_eq!(value(200, "<html>log in</html>".to_owned()), unknown(reason));
    assert_eq!(value(200, "[".repeat(100_000)), unknown(reason));
    assert_eq!(
        value(200, r#"{"status":"error","error":"a\nb"}"#.to_owned()),
        unknown("the server answered with an error: a b")
    );
    for body in [
        r#"{"status":"success"}"#,
        r#"{"status":"success","data":{"resultType":"scalar","result":[1,2]}}"#,
        r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[1,"2"]}]}}"#,
        r#"{"status":"success","data":{"resultType":"vector","result":[{}]}}"#,
    ] {
        let reason = "the server's answer is not one that Prometheus gives to a query";
        assert_eq!(value(200, body.to_owned()), unknown(reason), "{body}");
    }
    assert_eq!(value(200, fixture("users-28").replace("12\"", "0x1\"")), unknown("the value is 0x1"));
}

#[test]
fn an_answer_that_was_cut_off_gives_nothing() {
    for name in ["p95-28", "one-value", "many-series", "parse-error", "buildinfo"] {
        let whole = fixture(name);
        let whole = whole.trim_end();
        for end in 0..whole.len() {
            let reason = "the server answered with something else than JSON";
            assert_eq!(value(200, whole[..end].to_owned()), unknown(reason), "{name} {end}");
        }
    }
}
