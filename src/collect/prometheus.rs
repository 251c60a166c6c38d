//! Prometheus: what a field's queries give at the end of the window, and what their answers do not say.
//!
//! Queries are evaluated by the server, at one instant; what is made of their answers is exact. Knows no network.

use std::collections::BTreeMap;

use dashu_int::UBig;

use crate::collect::json::{self, Json, JsonNode};
use crate::collect::outside::{Question, Reply, Respondent, one_line, percent_encoded};
use crate::collect::source::{ExpectedSamples, PlanSource, PromQuery};
use crate::collect::table::{FoundValue, SourceCell, SourceFailure, Taken};
use crate::collect::window::CollectWindow;
use crate::text::quote;
use crate::types::show_time;
use crate::value::{Number, decimal, parse_number};

/// Digits after the point that a quotient keeps: as many as tell two floats apart that a share may be.
const QUOTIENT_DIGITS: usize = 17;
/// How many more samples than `every` allows are still the clock's doing, in percent.
const SURPLUS: u8 = 1;

/// What a field's query gives at the end of the window. `unit` is the one of the numbers, for what is said of them.
///
/// # Errors
/// `Refused` if the query cannot be answered as it is written, else `Unknown` with the reason.
pub fn ask(
    outside: &dyn Respondent,
    source: &PlanSource,
    query: &PromQuery,
    window: &CollectWindow,
    unit: Option<&str>,
) -> Result<FoundValue, SourceFailure> {
    let server = Server { outside, source, window };
    let taken = match query {
        PromQuery::Value { query } => server.value(&query.value)?,
        PromQuery::Shares { part, whole, absent_part, expected } => {
            server.shares(&part.value, &whole.value, absent_part.as_ref(), expected.as_ref())?
        }
        PromQuery::Quantile { quantile, buckets } => server.quantile(quantile, &buckets.value, unit)?,
    };
    Ok(FoundValue { taken, tool: tool(outside, source), at: Some(show_time(&instant(window))) })
}

/// The instant that queries are evaluated at: 1 ms before the end of the window, whose own sample belongs to the next one.
pub fn instant(window: &CollectWindow) -> Number {
    &window.end - Number::from_parts(1.into(), UBig::from(1000u16))
}

/// Name and version of the server, if it says them: `prometheus 2.42.0`.
pub fn tool(outside: &dyn Respondent, source: &PlanSource) -> Option<String> {
    let path = "/api/v1/status/buildinfo".to_owned();
    let answer = outside.ask(source, &Question::Http { path, body: None }).ok()?;
    let node = json::parse(&answer.body).ok()?;
    let version = node.at_path(&["data", "version"])?.text()?;
    // What is behind the `+` is the distribution's.
    Some(format!("prometheus {}", quote(version.split('+').next()?)))
}

/// The query with the contents of its quoted texts left out.
fn without_texts(query: &str) -> String {
    let mut kept = String::new();
    let mut rest = query.chars();
    while let Some(c) = rest.next() {
        kept.push(c);
        if !matches!(c, '"' | '\'' | '`') {
            continue;
        }
        while let Some(inner) = rest.next() {
            if inner == '\\' && c != '`' {
                rest.next();
            } else if inner == c {
                break;
            }
        }
    }
    kept
}

/// The server, asked at one instant.
struct Server<'a> {
    outside: &'a dyn Respondent,
    source: &'a PlanSource,
    window: &'a CollectWindow,
}

/// One series of an answer: its labels and its value.
struct PromSample {
    labels: BTreeMap<String, String>,
    value: String,
}

impl Server<'_> {
    /// One number.
    fn value(&self, query: &str) -> Result<Taken, SourceFailure> {
        if without_texts(query).contains("histogram_quantile") {
            return Err(SourceFailure::refused(
                "`histogram_quantile` gives the bound of the largest bucket for whatever lies above it, so its number may \
                 be far too low",
                "write `quantile: 95%` and `buckets: 'sum by (le) (increase(NAME_bucket[$window]))'`",
            ));
        }
        let sample = self.one(query)?.ok_or_else(|| self.empty("the query"))?;
        number("the value", &sample)?;
        Ok(Taken::Cell(SourceCell::Number(sample)))
    }

    /// A share by its counts. Counts that are not whole, as `increase` extrapolates them, give their quotient instead.
    fn shares(
        &self,
        part: &str,
        whole: &str,
        absent_part: Option<&Number>,
        expected: Option<&ExpectedSamples>,
    ) -> Result<Taken, SourceFailure> {
        let whole = self.one(whole)?.ok_or_else(|| self.empty("`whole`"))?;
        let whole = number("`whole`", &whole)?;
        if let Some(expected) = expected {
            self.enough(&whole, expected)?;
        }
        if whole <= Number::ZERO {
            return Err(SourceFailure::unknown(format!("`whole` is {}", decimal(&whole, QUOTIENT_DIGITS))));
        }
        let part = match (self.one(part)?, absent_part) {
            (Some(part), _) => number("`part`", &part)?,
            (None, Some(counts_as)) => counts_as.clone(),
            (None, None) => return Err(self.empty("`part`")),
        };
        let [shown_part, shown_whole] = [&part, &whole].map(|count| decimal(count, QUOTIENT_DIGITS));
        if part < Number::ZERO {
            return Err(SourceFailure::unknown(format!("`part` is {shown_part}")));
        }
        if part > whole {
            return Err(SourceFailure::unknown(format!(
                "`part` is {shown_part} and larger than `whole`, {shown_whole}"
            )));
        }
        if is_whole(&part) && is_whole(&whole) {
            return Ok(Taken::Counts { part: shown_part, whole: shown_whole });
        }
        Ok(Taken::Cell(SourceCell::Number(decimal(&(part / whole), QUOTIENT_DIGITS))))
    }

    /// Whether there are as many samples as there should be.
    fn enough(&self, samples: &Number, expected: &ExpectedSamples) -> Result<(), SourceFailure> {
        if expected.every <= Number::ZERO {
            return Ok(());
        }
        let planned = (&self.window.end - &self.window.start) / &expected.every;
        let shown = decimal(samples, 3);
        let most = &planned * percent(100 + SURPLUS) + Number::ONE;
        if *samples > most {
            return Err(SourceFailure::unknown(format!(
                "`whole` has {shown} samples, more than the {} of one series",
                decimal(&planned, 0)
            )));
        }
        if *samples < &planned * &expected.at_least {
            let share = decimal(&(samples * Number::from(100) / &planned), 1);
            return Err(SourceFailure::unknown(format!(
                "`whole` has {shown} samples, {share}% of the {} that are expected",
                decimal(&planned, 0)
            )));
        }
        Ok(())
    }

    /// The bounds of the bucket that a quantile lies in.
    fn quantile(&self, quantile: &Number, query: &str, unit: Option<&str>) -> Result<Taken, SourceFailure> {
        let samples = self.samples(query)?;
        if samples.is_empty() {
            return Err(self.empty("the query of the buckets"));
        }
        Buckets::of(samples)?.quantile(quantile, unit)
    }

    /// The value of a query that gives one series or a scalar; none of an empty result.
    fn one(&self, query: &str) -> Result<Option<String>, SourceFailure> {
        let samples = self.samples(query)?;
        let more = samples.len();
        let mut samples = samples.into_iter();
        match (samples.next(), samples.next()) {
            (None, _) => Ok(None),
            (Some(sample), None) => Ok(Some(sample.value)),
            (Some(first), Some(second)) => Err(SourceFailure::refused(
                format!(
                    "the query gives {more} series, and one is needed: the first are `{}` and `{}`",
                    shown(&first.labels),
                    shown(&second.labels)
                ),
                "put `sum(…)` or `max(…)` around it, or choose one series by its labels",
            )),
        }
    }

    /// What a query gives.
    fn samples(&self, query: &str) -> Result<Vec<PromSample>, SourceFailure> {
        let length = format!("{}s", self.window.seconds());
        let query = query.trim().replace("$window", &length);
        let time = decimal(&instant(self.window), 3);
        let path = format!("/api/v1/query?query={}&time={time}", percent_encoded(&query));
        let answer = self.outside.ask(self.source, &Question::Http { path, body: None })?;
        samples_of(&answer)
    }

    fn empty(&self, what: &str) -> SourceFailure {
        SourceFailure::unknown(format!("{what} has no result at {}", show_time(&instant(self.window))))
    }
}

/// The series of an answer to an instant query.
fn samples_of(answer: &Reply) -> Result<Vec<PromSample>, SourceFailure> {
    let status = answer.status;
    let node = json::parse(&answer.body).ok();
    let said = |key: &str| node.as_ref().and_then(|node| node.get(key)).and_then(JsonNode::text);
    if status == 400 && said("errorType") == Some("bad_data") {
        let error = said("error").unwrap_or("it gives no reason");
        return Err(SourceFailure::refused(
            format!("the server does not understand the query: {}", one_line(error)),
            "try the query in the server's own page, with a duration such as `7d` for `$window`",
        ));
    }
    if status != 200 || said("status") != Some("success") {
        return Err(match (status, &node) {
            (200, None) => SourceFailure::unknown("the server answered with something else than JSON"),
            (_, _) => answer.failure(said("error")),
        });
    }
    let Some(node) = node else { return Err(odd()) };
    if let Some(warning) = warnings(&node).next() {
        return Err(SourceFailure::unknown(format!(
            "the server warns that its answer may be wrong: {}",
            one_line(warning)
        )));
    }
    let result = node.at_path(&["data", "result"]).ok_or_else(odd)?;
    match node.at_path(&["data", "resultType"]).and_then(JsonNode::text) {
        Some("vector") => result.elements().iter().map(sample_of).collect(),
        Some("scalar") => Ok(vec![PromSample { labels: BTreeMap::new(), value: value_of(result)? }]),
        Some(kind @ ("matrix" | "string")) => Err(SourceFailure::refused(
            format!("the query gives a {kind}, and one number is needed"),
            "put a function such as `increase(…[$window])` around a range, so that it gives one number",
        )),
        Some(_) | None => Err(odd()),
    }
}

/// What the server warns of. What it only remarks on, it says under `infos`, or once said so here.
fn warnings(node: &JsonNode) -> impl Iterator<Item = &str> {
    let all = node.get("warnings").map_or(&[] as &[JsonNode], JsonNode::elements);
    all.iter().filter_map(JsonNode::text).filter(|text| !text.starts_with("PromQL info:"))
}

fn sample_of(node: &JsonNode) -> Result<PromSample, SourceFailure> {
    if node.get("value").is_none() && node.get("histogram").is_some() {
        return Err(SourceFailure::refused(
            "the query gives a native histogram, and a number is needed",
            "put `histogram_count(…)`, `histogram_sum(…)` or `histogram_fraction(…)` around it",
        ));
    }
    let labels = node.get("metric").ok_or_else(odd)?.entries();
    let labels = labels.iter().map(|(name, value)| Some((name.clone(), value.text()?.to_owned())));
    let labels = labels.collect::<Option<_>>().ok_or_else(odd)?;
    Ok(PromSample { labels, value: value_of(node.get("value").ok_or_else(odd)?)? })
}

/// The text of `[time, "text"]`.
fn value_of(node: &JsonNode) -> Result<String, SourceFailure> {
    match node.elements() {
        [_, JsonNode { value: Json::Text(text), .. }] => Ok(text.clone()),
        _ => Err(odd()),
    }
}

fn odd() -> SourceFailure {
    SourceFailure::unknown("the server's answer is not one that Prometheus gives to a query")
}

/// A number as the server writes it.
fn number(what: &str, text: &str) -> Result<Number, SourceFailure> {
    parse_number(text).map_err(|_| SourceFailure::unknown(format!("{what} is {}", quote(text))))
}

fn is_whole(number: &Number) -> bool {
    number.is_int()
}

fn percent(percent: u8) -> Number {
    Number::from_parts(percent.into(), UBig::from(100u8))
}

/// Labels as Prometheus writes them.
fn shown(labels: &BTreeMap<String, String>) -> String {
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    quote(&format!("{{{}}}", labels.join(", ")))
}

/// The buckets of one histogram.
struct Buckets {
    /// Upper bound, which belongs to the bucket, and how many lie at or below it; from the smallest on.
    finite: Vec<(Number, Number)>,
    total: Number,
}

impl Buckets {
    fn of(samples: Vec<PromSample>) -> Result<Self, SourceFailure> {
        let (mut finite, mut total) = (BTreeMap::new(), None);
        let mut others: Option<BTreeMap<String, String>> = None;
        for PromSample { mut labels, value } in samples {
            let Some(le) = labels.remove("le") else {
                return Err(SourceFailure::refused(
                    format!("the query of the buckets gives `{}`, which has no label `le`", shown(&labels)),
                    "ask for the cumulative buckets: `sum by (le) (increase(NAME_bucket[$window]))`",
                ));
            };
            let first = others.get_or_insert_with(|| labels.clone());
            if *first != labels {
                return Err(SourceFailure::refused(
                    format!(
                        "the query gives buckets of several histograms: the first are `{}` and `{}`",
                        shown(first),
                        shown(&labels)
                    ),
                    "put `sum by (le) (…)` around it",
                ));
            }
            let count = number(&format!("the count of the bucket `le=\"{}\"`", quote(&le)), &value)?;
            let is_twice = if le.trim_start_matches('+').eq_ignore_ascii_case("inf") {
                total.replace(count).is_some()
            } else {
                let bound = parse_number(&le).map_err(|_| {
                    SourceFailure::unknown(format!(
                        "a bucket has the bound `{}`, which is not a number",
                        quote(&le)
                    ))
                })?;
                finite.insert(bound, count).is_some()
            };
            if is_twice {
                return Err(SourceFailure::unknown(format!("two buckets have the bound {}", quote(&le))));
            }
        }
        let total = total.ok_or_else(|| SourceFailure::unknown("the bucket `le=\"+Inf\"` is missing"))?;
        let mut buckets = Self { finite: finite.into_iter().collect(), total };
        buckets.settle()?;
        Ok(buckets)
    }

    /// How far two counts of floats may lie apart that stand for the same; none if all are whole.
    fn slack(&self) -> Number {
        if is_whole(&self.total) && self.finite.iter().all(|(_, count)| is_whole(count)) {
            return Number::ZERO;
        }
        &self.total / Number::from(1_000_000_000_000_u64)
    }

    /// Refuses counts that fall from one bucket to the next, by more than sums of floats do.
    fn settle(&mut self) -> Result<(), SourceFailure> {
        let slack = self.slack();
        let mut highest = Number::ZERO;
        let total = &mut self.total;
        for count in self.finite.iter_mut().map(|(_, count)| count).chain([total]) {
            if *count < &highest - &slack {
                return Err(SourceFailure::unknown("the counts of the buckets fall where they should rise"));
            }
            highest = highest.max(count.clone());
            count.clone_from(&highest);
        }
        if self.total <= Number::ZERO {
            return Err(SourceFailure::unknown("the histogram counts nothing in the window"));
        }
        Ok(())
    }

    fn quantile(&self, quantile: &Number, unit: Option<&str>) -> Result<Taken, SourceFailure> {
        let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
        let shown = |bound: &Number| decimal(bound, QUOTIENT_DIGITS);
        let Some((largest, _)) = self.finite.last() else {
            return Err(SourceFailure::unknown("the histogram has no bucket but `le=\"+Inf\"`"));
        };
        let (rank, slack) = (quantile * &self.total, self.slack());
        let holds = |at_least: Number| {
            let holds = |(_, count): &(Number, Number)| *count >= at_least && *count > Number::ZERO;
            self.finite.iter().position(holds)
        };
        // At the border of two buckets floats do not tell which of them it is: it is either.
        let first = holds(&rank - &slack);
        let last = holds((rank + slack).min(self.total.clone()));
        let (Some(first), Some((high, _))) = (first, last.and_then(|last| self.finite.get(last))) else {
            return Err(SourceFailure::unknown(format!(
                "above the largest bucket, {}{unit}",
                shown(largest)
            )));
        };
        let below = first.checked_sub(1).and_then(|below| self.finite.get(below));
        let low = match below {
            Some((bound, _)) => shown(bound),
            None if *high > Number::ZERO => "0".to_owned(),
            None => {
                return Err(SourceFailure::unknown(format!(
                    "at or below the smallest bucket, {}{unit}",
                    shown(high)
                )));
            }
        };
        Ok(Taken::Range { low, high: shown(high) })
    }
}

#[cfg(test)]
mod tests;
