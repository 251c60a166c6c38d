//! Spans of OpenTelemetry, as OTLP/JSON: one export request a line, or one in the whole file.
//!
//! Times are nanoseconds in texts, and stay exact. How long a call took that failed says nothing of the calls that were
//! answered. Knows no plan and no snapshot.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::json::{Json, JsonNode, parse, parse_lines};
use crate::collect::table::{KnownColumns, MadeAt, SourceCell, SourceFailure, SourceRow, SourceTable};
use crate::collect::tally::{self, Lines};
use crate::text::first_few;
use crate::value::{Date, decimal, parse_scaled};

/// The columns of its rows, which are spans.
pub const COLUMNS: KnownColumns = KnownColumns {
    fixed: &[
        ("id", None),
        ("trace", None),
        ("name", None),
        ("kind", None),
        ("start", None),
        ("end", None),
        ("duration", Some("ms")),
        ("failed", None),
    ],
    prefixes: &["attributes.", "resource."],
    totals: &["calls", "errors", "tokens", "input_tokens", "output_tokens"],
};

/// The attributes that count tokens, by their totals.
const TOKENS: [(&str, &str); 2] = [
    ("input_tokens", "attributes.gen_ai.usage.input_tokens"),
    ("output_tokens", "attributes.gen_ai.usage.output_tokens"),
];

const NANOS: u64 = 1_000_000_000;
const DAY_SECONDS: u64 = 86_400;

/// Reads the spans of a file.
///
/// # Errors
/// If the file is broken, has no spans, or has two different spans of one id.
pub fn read(bytes: &[u8]) -> Result<SourceTable, SourceFailure> {
    let lines = Lines::of(bytes);
    let mut spans = Spans::default();
    match parse(bytes) {
        Ok(whole) => spans.add_request(&whole, &|at| lines.line(at), 0)?,
        Err(_) => {
            for (line, node) in parse_lines(bytes) {
                spans.add_request(&node?, &|_| line, lines.start(line))?;
            }
        }
    }
    if spans.table.rows.is_empty() {
        return Err(SourceFailure::unknown("the file has no spans"));
    }
    Ok(spans.finished())
}

#[derive(Default)]
struct Spans {
    table: SourceTable,
    /// The row of each trace and span id.
    known: BTreeMap<(String, String), usize>,
    /// Spans that were sent more than once.
    repeated: usize,
    /// Bytes of the attributes of resources that rows have copies of.
    copied: usize,
    /// Nanoseconds since 1970-01-01T00:00Z.
    latest: Option<u64>,
}

impl Spans {
    fn add_request(
        &mut self,
        request: &JsonNode,
        line: &dyn Fn(usize) -> usize,
        start: usize,
    ) -> Result<(), SourceFailure> {
        let Some(resources) = request.get("resourceSpans") else {
            return Err(SourceFailure::refused(
                "this is not OTLP/JSON with spans: it has no `resourceSpans`",
                "give the traces of the collector's file exporter; metrics and logs are not read",
            ));
        };
        for resource in resources.elements() {
            let mut common = BTreeMap::new();
            attributes(resource.get("resource"), "resource.", &mut common);
            for scope in resource.get("scopeSpans").map_or(&[][..], JsonNode::elements) {
                for span in scope.get("spans").map_or(&[][..], JsonNode::elements) {
                    if !matches!(span.value, Json::Map(_)) {
                        return Err(SourceFailure::broken(start + span.at, "this span is not a map"));
                    }
                    self.copied = self.copied.saturating_add(tally::weight(&common));
                    if self.copied > tally::MAX_COPIED {
                        let message = "the attributes of its resource are too large for so many spans";
                        return Err(SourceFailure::broken(start + span.at, message));
                    }
                    self.add(span, common.clone(), line(span.at), start)?;
                }
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        span: &JsonNode,
        mut cells: BTreeMap<String, SourceCell>,
        line: usize,
        start: usize,
    ) -> Result<(), SourceFailure> {
        attributes(Some(span), "attributes.", &mut cells);
        for (name, key) in [("id", "spanId"), ("trace", "traceId"), ("name", "name"), ("kind", "kind")] {
            if let Some(cell) = span.get(key).and_then(JsonNode::cell) {
                cells.insert(name.to_owned(), cell);
            }
        }
        let (began, ended) = (nanos(span, "startTimeUnixNano"), nanos(span, "endTimeUnixNano"));
        for (name, nanos) in [("start", began), ("end", ended)] {
            cells.extend(nanos.and_then(instant).map(|text| (name.to_owned(), SourceCell::Text(text))));
        }
        let failed = failed(span);
        let duration = if failed == SourceCell::Bool(true) {
            let why = span.at_path(&["status", "message"]).and_then(JsonNode::text);
            let why = why.map_or_else(String::new, |why| format!(": {}", tally::reason(why)));
            SourceCell::Unknown(format!("the call failed{why}"))
        } else {
            duration(began, ended)
        };
        cells.insert("failed".to_owned(), failed);
        cells.insert("duration".to_owned(), duration);
        if let (Some(id), Some(trace)) = (text(&cells, "id"), text(&cells, "trace")) {
            let next = self.table.rows.len();
            let first = *self.known.entry((trace, id)).or_insert(next);
            if let Some(known) = self.table.rows.get(first) {
                if known.cells != cells {
                    let message =
                        format!("this span has the ids of the one at line {}, and differs", known.line);
                    return Err(SourceFailure::broken(start + span.at, message));
                }
                self.repeated += 1;
                return Ok(());
            }
        }
        self.latest = self.latest.max(ended);
        self.table.rows.push(SourceRow { cells, line, unjudged: None });
        Ok(())
    }

    fn finished(mut self) -> SourceTable {
        let table = &mut self.table;
        let failures =
            table.rows.iter().filter(|row| row.cells.get("failed") == Some(&SourceCell::Bool(true)));
        let (calls, errors) = (table.rows.len(), failures.count());
        table.totals.insert("calls".to_owned(), tally::count(calls));
        table.totals.insert("errors".to_owned(), tally::count(errors));
        let absent = || SourceCell::Unknown("no span says how many tokens it used".to_owned());
        for (total, column) in TOKENS {
            let (sum, unknown) = tally::sum(table.rows.iter().map(|row| row.cells.get(column)));
            if sum.is_some() && unknown > 0 {
                table
                    .remarks
                    .push(format!("`{total}` is without {unknown} of {calls} spans, which have no count"));
            }
            table.totals.insert(total.to_owned(), sum.unwrap_or_else(absent));
        }
        let tokens = match tally::sum(TOKENS.iter().map(|(total, _)| table.totals.get(*total))) {
            (Some(sum), 0) => sum,
            (Some(_) | None, _) => absent(),
        };
        table.totals.insert("tokens".to_owned(), tokens);
        let names: BTreeSet<_> = table.rows.iter().filter_map(|row| text(&row.cells, "name")).collect();
        if names.len() > 1 {
            let names = first_few(names.iter().map(String::as_str));
            table.remarks.push(format!("spans of several names are all counted as calls: {names}"));
        }
        if self.repeated > 0 {
            table.remarks.push(format!("{} spans were sent again, and count once", self.repeated));
        }
        table.tool = Some("OpenTelemetry".to_owned());
        table.made = self.latest.and_then(instant).and_then(MadeAt::at);
        self.table
    }
}

fn text(cells: &BTreeMap<String, SourceCell>, name: &str) -> Option<String> {
    if let Some(SourceCell::Text(text)) = cells.get(name) { Some(text.clone()) } else { None }
}

/// Adds the attributes of a span or a resource that are scalars. Whole numbers are texts in OTLP/JSON.
fn attributes(node: Option<&JsonNode>, prefix: &str, cells: &mut BTreeMap<String, SourceCell>) {
    for attribute in node.and_then(|node| node.get("attributes")).map_or(&[][..], JsonNode::elements) {
        let (Some(key), Some(value)) =
            (attribute.get("key").and_then(JsonNode::text), attribute.get("value"))
        else {
            continue;
        };
        let number = ["intValue", "doubleValue"].into_iter().find_map(|kind| value.get(kind));
        let cell = match number.and_then(JsonNode::text) {
            Some(digits) if parse_scaled(digits, 0).is_ok() => Some(SourceCell::Number(digits.to_owned())),
            Some(word) => Some(SourceCell::Unknown(format!("the value is {}", tally::reason(word)))),
            None => number
                .or_else(|| value.get("stringValue"))
                .or_else(|| value.get("boolValue"))
                .and_then(JsonNode::cell),
        };
        if let Some(cell) = cell {
            cells.insert(format!("{prefix}{key}"), cell);
        }
    }
}

fn failed(span: &JsonNode) -> SourceCell {
    let code = span.at_path(&["status", "code"]);
    match code.and_then(|code| code.number().or_else(|| code.text())) {
        Some("2" | "STATUS_CODE_ERROR") => SourceCell::Bool(true),
        Some("0" | "1" | "STATUS_CODE_UNSET" | "STATUS_CODE_OK") => SourceCell::Bool(false),
        None if code.is_none() => SourceCell::Bool(false),
        Some(_) | None => SourceCell::Unknown("`status.code` is not known".to_owned()),
    }
}

/// Nanoseconds since 1970-01-01T00:00Z. OTLP writes a missing time as 0.
fn nanos(span: &JsonNode, key: &str) -> Option<u64> {
    let node = span.get(key)?;
    node.text().or_else(|| node.number())?.parse().ok().filter(|nanos| *nanos > 0)
}

/// In milliseconds.
fn duration(began: Option<u64>, ended: Option<u64>) -> SourceCell {
    let (Some(began), Some(ended)) = (began, ended) else {
        return SourceCell::Unknown("the span has no start or no end".to_owned());
    };
    match ended.checked_sub(began).map(|nanos| parse_scaled(&nanos.to_string(), -6)) {
        Some(Ok(millis)) => SourceCell::Number(decimal(&millis, 6)),
        Some(Err(_)) | None => SourceCell::Unknown("the span ends before it begins".to_owned()),
    }
}

/// `2026-11-26T16:00:00.640Z`.
fn instant(nanos: u64) -> Option<String> {
    let (seconds, fraction) = (nanos / NANOS, nanos % NANOS);
    let days = i64::try_from(seconds / DAY_SECONDS).ok()?;
    let days = jiff::Span::new().try_days(days).ok()?;
    let date: Date = Date::new(1970, 1, 1).ok()?.checked_add(days).ok()?;
    let second = seconds % DAY_SECONDS;
    let clock = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let fraction = format!("{fraction:09}");
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{date}T{clock}{point}{fraction}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPANS: &[u8] = include_bytes!("../../tests/sources/otel/spans.otlp.jsonl");

    fn number(digits: &str) -> SourceCell {
        SourceCell::Number(digits.to_owned())
    }

    fn request(span: &str) -> String {
        format!("{{\"resourceSpans\": [{{\"scopeSpans\": [{{\"spans\": [{span}]}}]}}]}}")
    }

    #[test]
    fn spans_are_rows_with_exact_durations() {
        let table = read(SPANS).unwrap();
        assert_eq!(table.totals["calls"], number("5"));
        assert_eq!(table.totals["errors"], number("2"));
        let durations: Vec<_> = table.rows.iter().map(|row| row.cells["duration"].clone()).collect();
        assert_eq!(durations[0], number("640"));
        assert_eq!(durations[1], number("900"));
        assert_eq!(durations[2], SourceCell::Unknown("the call failed: 429".to_owned()));
        assert_eq!(durations[3], number("700"));
        assert_eq!(durations[4], SourceCell::Unknown("the call failed: timeout".to_owned()));
        assert_eq!(table.rows[2].cells["failed"], SourceCell::Bool(true));
        assert_eq!(table.rows[2].line, 3);
        assert_eq!(table.rows[0].cells["attributes.app.reply_id"], SourceCell::Text("r01".to_owned()));
        assert_eq!(
            table.rows[0].cells["resource.service.name"],
            SourceCell::Text("support-replies".to_owned())
        );
    }

    #[test]
    fn tokens_are_unknown_where_nothing_counted_them() {
        let table = read(SPANS).unwrap();
        let tokens = ["tokens", "input_tokens", "output_tokens"].map(|name| table.totals[name].clone());
        assert_eq!(tokens, [number("360"), number("270"), number("90")]);
        assert!(!table.rows[2].cells.contains_key("attributes.gen_ai.usage.input_tokens"));
        assert!(table.remarks[0].contains("without 2 of 5 spans"), "{:?}", table.remarks);
        let none = read(request("{}").as_bytes()).unwrap();
        assert!(matches!(none.totals["tokens"], SourceCell::Unknown(_)));
    }

    #[test]
    fn the_date_is_that_of_the_latest_end() {
        let table = read(SPANS).unwrap();
        assert_eq!(table.made.unwrap().text(), "2026-11-26T20:00:30Z");
        assert_eq!(table.rows[0].cells["end"], SourceCell::Text("2026-11-26T16:00:00.64Z".to_owned()));
    }

    #[test]
    fn times_that_make_no_sense_are_unknown() {
        let duration = |start: &str, end: &str| {
            let span = format!("{{\"startTimeUnixNano\": {start}, \"endTimeUnixNano\": {end}}}");
            read(request(&span).as_bytes()).unwrap().rows[0].cells["duration"].clone()
        };
        assert_eq!(duration("\"1\"", "\"1000002\""), number("1.000001"));
        assert_eq!(duration("1", "18446744073709551615"), number("18446744073709.551614"));
        for (start, end) in
            [("\"2\"", "\"1\""), ("\"0\"", "\"5\""), ("\"1\"", "\"1e9\""), ("null", "[]"), ("-1", "5")]
        {
            assert!(matches!(duration(start, end), SourceCell::Unknown(_)), "{start} {end}");
        }
    }

    #[test]
    fn a_span_that_was_sent_again_counts_once() {
        let span =
            |name: &str| request(&format!("{{\"traceId\": \"a\", \"spanId\": \"b\", \"name\": \"{name}\"}}"));
        let twice = read(format!("{}\n{}\n", span("x"), span("x")).as_bytes()).unwrap();
        assert_eq!(twice.totals["calls"], number("1"));
        assert_eq!(twice.remarks, ["1 spans were sent again, and count once"]);
        let text = format!("{}\n{}\n", span("x"), span("y"));
        let Err(SourceFailure::Broken { at, message, .. }) = read(text.as_bytes()) else { panic!("{text}") };
        assert!(at > text.find('\n').unwrap() && message.contains("line 1"), "{at} {message}");
    }

    #[test]
    fn a_large_resource_is_not_copied_for_ever() {
        let attribute =
            format!("{{\"key\": \"k\", \"value\": {{\"stringValue\": \"{}\"}}}}", "x".repeat(1 << 20));
        let resource = format!("{{\"attributes\": [{attribute}]}}");
        let spans = vec!["{}"; 300].join(",");
        let text = format!(
            "{{\"resourceSpans\": [{{\"resource\": {resource}, \"scopeSpans\": [{{\"spans\": [{spans}]}}]}}]}}"
        );
        assert!(matches!(read(text.as_bytes()), Err(SourceFailure::Broken { .. })));
    }

    #[test]
    fn values_of_attributes_are_typed() {
        let value = |value: &str| {
            let span = format!("{{\"attributes\": [{{\"key\": \"k\", \"value\": {value}}}]}}");
            read(request(&span).as_bytes()).unwrap().rows[0].cells.get("attributes.k").cloned()
        };
        assert_eq!(value("{\"intValue\": \"90\"}"), Some(number("90")));
        assert_eq!(value("{\"doubleValue\": 0.10}"), Some(number("0.10")));
        assert_eq!(
            value("{\"doubleValue\": \"NaN\"}"),
            Some(SourceCell::Unknown("the value is NaN".to_owned()))
        );
        assert_eq!(value("{\"boolValue\": false}"), Some(SourceCell::Bool(false)));
        for odd in ["{}", "7", "{\"arrayValue\": {\"values\": []}}", "{\"intValue\": null}"] {
            assert_eq!(value(odd), None, "{odd}");
        }
    }

    #[test]
    fn other_files_are_refused() {
        for text in ["{}", "[]", "{\"resourceMetrics\": []}"] {
            assert!(matches!(read(text.as_bytes()), Err(SourceFailure::Refused { .. })), "{text}");
        }
        assert!(matches!(read(b"{\"resourceSpans\": []}"), Err(SourceFailure::Unknown(_))));
        assert!(matches!(read(b""), Err(SourceFailure::Unknown(_))));
        assert!(matches!(read(&SPANS[..SPANS.len() - 9]), Err(SourceFailure::Broken { .. })));
        assert!(matches!(read(request("7").as_bytes()), Err(SourceFailure::Broken { .. })));
    }

    #[test]
    fn wrong_types_anywhere_are_no_panic() {
        let text = std::str::from_utf8(SPANS).unwrap();
        let keys = [
            "resourceSpans",
            "resource",
            "attributes",
            "key",
            "value",
            "spans",
            "status",
            "code",
            "name",
            "kind",
        ];
        for key in keys {
            for value in ["null", "7", "\"x\"", "[]", "{}", "true", "NaN", "[[1]]", "{\"a\": {\"b\": []}}"] {
                let changed =
                    text.replace(&format!("\"{key}\":"), &format!("\"{key}\": {value}, \"old-{key}\":"));
                drop(read(changed.as_bytes()));
            }
        }
    }
}
