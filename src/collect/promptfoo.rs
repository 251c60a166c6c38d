//! promptfoo's results, as `promptfoo eval -o results.json` or `results.jsonl` writes them.
//!
//! What promptfoo counts is not taken over: a call or a check that broke is neither passed nor failed here, and what was planned
//! and never run is added. Knows no plan but its own rules, and no snapshot.

mod patterns;
mod planned;
mod result;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::collect::json::{Json, JsonNode, parse, parse_lines};
use crate::collect::promptfoo::patterns::ErrorPatterns;
use crate::collect::source::PromptfooRules;
use crate::collect::table::{KnownColumns, MadeAt, SourceCell, SourceFailure, SourceTable, Unjudged};
use crate::collect::tally::{self, Lines};
use crate::text::{first_few, quote};

/// The columns of its rows.
pub const COLUMNS: KnownColumns = KnownColumns {
    fixed: &[
        ("id", None),
        ("passed", None),
        ("score", None),
        ("latency", Some("ms")),
        ("cost", Some("USD")),
        ("duration", Some("ms")),
        ("output", None),
        ("provider", None),
        ("prompt", None),
    ],
    prefixes: &["metadata.", "scores.", "vars."],
    totals: &["planned", "rows", "passed", "failed", "errors", "not_run", "cost", "duration"],
};

/// The version of the results' layout that is read.
const VERSION: &str = "3";

/// One result with its line.
#[derive(Clone, Copy)]
struct ResultAt<'n> {
    node: &'n JsonNode,
    line: usize,
}

impl<'n> ResultAt<'n> {
    /// The names of its provider: the label, if it has one, and the id.
    fn providers(self) -> impl Iterator<Item = &'n str> {
        let provider = self.node.get("provider");
        let of = |key| provider.and_then(|node| node.get(key)).and_then(JsonNode::text);
        [of("label"), of("id"), provider.and_then(JsonNode::text)]
            .into_iter()
            .flatten()
            .filter(|name| !name.is_empty())
    }

    fn provider(self) -> &'n str {
        self.providers().next().unwrap_or("")
    }

    /// The prompt's label: the text before its variables are filled in, unless it was given another.
    fn prompt(self) -> &'n str {
        let label = self.node.at_path(&["prompt", "label"]).or_else(|| self.node.at_path(&["prompt", "raw"]));
        label.and_then(JsonNode::text).unwrap_or("")
    }
}

/// Reads the results of one run.
///
/// # Errors
/// If the file is broken, of another format or version, or has several providers or prompts and the rules choose none.
pub fn read(bytes: &[u8], rules: &PromptfooRules) -> Result<SourceTable, SourceFailure> {
    let patterns = ErrorPatterns::of(&rules.also_errors)?;
    let lines = Lines::of(bytes);
    match parse(bytes) {
        Ok(whole) if whole.get("results").is_some() => read_whole(&whole, &lines, rules, &patterns),
        Ok(row) if is_result(&row) => read_rows(&[ResultAt { node: &row, line: 1 }], rules, &patterns),
        Ok(other) => Err(foreign(&other)),
        Err(error) if begins_with_result(bytes) => {
            let mut nodes = Vec::new();
            for (line, node) in parse_lines(bytes) {
                let node = node?;
                if !is_result(&node) {
                    let message = "this line is not a result of promptfoo, as the first one is";
                    return Err(SourceFailure::broken(lines.start(line), message));
                }
                nodes.push((line, node));
            }
            let results: Vec<_> = nodes.iter().map(|(line, node)| ResultAt { node, line: *line }).collect();
            if nodes.len() == 1 { Err(error) } else { read_rows(&results, rules, &patterns) }
        }
        Err(error) => Err(other_export(bytes).unwrap_or(error)),
    }
}

/// Whether it is one result, as each line of the JSON Lines export.
fn is_result(node: &JsonNode) -> bool {
    node.get("success").is_some() && (node.get("testCase").is_some() || node.get("gradingResult").is_some())
}

fn begins_with_result(bytes: &[u8]) -> bool {
    let first = bytes.split(|byte| *byte == b'\n').find(|line| !line.iter().all(u8::is_ascii_whitespace));
    first.and_then(|line| parse(line).ok()).is_some_and(|node| is_result(&node))
}

/// The export with everything: configuration, date, version and results.
fn read_whole(
    whole: &JsonNode,
    lines: &Lines,
    rules: &PromptfooRules,
    patterns: &ErrorPatterns,
) -> Result<SourceTable, SourceFailure> {
    let version = whole.at_path(&["results", "version"]);
    if version.and_then(JsonNode::number) != Some(VERSION) {
        let found = version.and_then(JsonNode::number).unwrap_or("missing");
        return Err(SourceFailure::refused(
            format!("`results.version` is {}, and only version {VERSION} can be read", quote(found)),
            "give the file that `promptfoo eval -o results.json` of a current promptfoo writes",
        ));
    }
    let at = whole.at_path(&["results", "results"]).map_or(whole.at, |node| node.at);
    let Some(Json::List(nodes)) = whole.at_path(&["results", "results"]).map(|node| &node.value) else {
        return Err(SourceFailure::broken(at, "`results.results` is not a list"));
    };
    let all: Vec<_> = nodes.iter().map(|node| ResultAt { node, line: lines.line(node.at) }).collect();
    let configured = whole.at_path(&["config", "providers"]);
    let results = chosen(&all, rules, configured, whole.at_path(&["results", "prompts"]))?;
    let mut table = rows(&results, rules, patterns)?;
    planned::add(whole, rules, &mut table)?;
    add_totals(&mut table);
    if let Some(cell) = tally::number_cell(whole.at_path(&["results", "stats", "durationMs"]), "durationMs") {
        table.totals.insert("duration".to_owned(), cell);
    }
    table.tool = Some(tally::tool("promptfoo", whole.at_path(&["metadata", "promptfooVersion"])));
    // When it was exported says nothing: a run of last year can be exported today.
    table.made = [&["metadata", "evaluationCreatedAt"], &["results", "timestamp"]]
        .into_iter()
        .find_map(|path| MadeAt::at(whole.at_path(path)?.text()?));
    Ok(table)
}

/// The export with the results alone.
fn read_rows(
    all: &[ResultAt<'_>],
    rules: &PromptfooRules,
    patterns: &ErrorPatterns,
) -> Result<SourceTable, SourceFailure> {
    let mut table = rows(&chosen(all, rules, None, None)?, rules, patterns)?;
    add_totals(&mut table);
    let unplanned = "the JSON Lines export does not say which tests were planned";
    table.totals.insert("planned".to_owned(), SourceCell::Unknown(unplanned.to_owned()));
    table.totals.insert("not_run".to_owned(), SourceCell::Unknown(unplanned.to_owned()));
    table.tool = Some("promptfoo".to_owned());
    table.remarks.push(
        "the JSON Lines export has no date, and tests that were not run cannot be seen in it: prefer `-o results.json`"
            .to_owned(),
    );
    Ok(table)
}

fn rows(
    results: &[ResultAt<'_>],
    rules: &PromptfooRules,
    patterns: &ErrorPatterns,
) -> Result<SourceTable, SourceFailure> {
    let mut table = SourceTable::default();
    for found in results {
        if !matches!(found.node.value, Json::Map(_)) {
            return Err(SourceFailure::broken(found.node.at, "this result is not a map"));
        }
        table.rows.push(result::row(*found, rules, patterns));
    }
    let nameless = table.rows.iter().filter(|row| !row.cells.contains_key("id")).count();
    if nameless > 0 {
        let rule = rules.id.as_ref().map_or(planned::DEFAULT_ID, |id| id.value.as_str());
        table.remarks.push(format!("{nameless} results have no `{}`, by which they are named", quote(rule)));
    }
    Ok(table)
}

fn add_totals(table: &mut SourceTable) {
    table.totals.append(&mut tally::totals(&table.rows));
    let run = table.rows.iter().filter(|row| !matches!(row.unjudged, Some(Unjudged::NotRun(_))));
    let (cost, unknown) = tally::sum(run.map(|row| row.cells.get("cost")));
    if cost.is_some() && unknown > 0 {
        table.remarks.push(format!("`cost` is without {unknown} results that do not say what they cost"));
    }
    let cost = cost.unwrap_or_else(|| SourceCell::Unknown("no result says what it cost".to_owned()));
    table.totals.insert("cost".to_owned(), cost);
}

/// The results of the provider and the prompt that are meant.
fn chosen<'n>(
    all: &[ResultAt<'n>],
    rules: &PromptfooRules,
    configured: Option<&'n JsonNode>,
    prompts: Option<&'n JsonNode>,
) -> Result<Vec<ResultAt<'n>>, SourceFailure> {
    let wanted = rules.provider.as_ref().map(|name| name.value.as_str());
    let mut kept: Vec<_> = all
        .iter()
        .copied()
        .filter(|found| wanted.is_none_or(|name| found.providers().any(|own| own == name)))
        .collect();
    let known: BTreeSet<_> = all.iter().map(|found| found.provider()).collect();
    let left: BTreeSet<_> = kept.iter().map(|found| found.provider()).collect();
    let planned: BTreeSet<_> =
        configured.iter().flat_map(|list| list.elements()).map(configured_name).collect();
    match wanted {
        Some(name) if kept.is_empty() && !all.is_empty() => return Err(absent("provider", name, &known)),
        None if left.len() <= 1 && planned.len() > 1 => return Err(several("provider", &planned)),
        Some(_) | None if left.len() > 1 => return Err(several("provider", &left)),
        Some(_) | None => {}
    }
    let known: BTreeSet<_> = kept.iter().map(|found| found.prompt()).collect();
    if let Some(name) = rules.prompt.as_ref().map(|name| name.value.as_str()) {
        kept.retain(|found| found.prompt() == name || template(*found, prompts) == Some(name));
        if kept.is_empty() && !all.is_empty() {
            return Err(absent("prompt", name, &known));
        }
    }
    let left: BTreeSet<_> = kept.iter().map(|found| (found.prompt(), template(*found, prompts))).collect();
    if left.len() > 1 {
        return Err(several("prompt", &left.into_iter().map(|(label, _)| label).collect()));
    }
    Ok(kept)
}

/// The name of a provider of the configuration: its label, its id, or the text or key that it is given by.
fn configured_name(node: &JsonNode) -> &str {
    let of = |key| node.get(key).and_then(JsonNode::text);
    let key = node.entries().first().map(|(key, _)| key.as_str());
    node.text().or_else(|| of("label")).or_else(|| of("id")).or(key).unwrap_or("")
}

/// The whole text of a result's prompt, before its variables are filled in.
fn template<'n>(found: ResultAt<'n>, prompts: Option<&'n JsonNode>) -> Option<&'n str> {
    let index: usize = found.node.get("promptIdx")?.number()?.parse().ok()?;
    prompts?.elements().get(index)?.get("raw")?.text()
}

fn absent(what: &str, name: &str, known: &BTreeSet<&str>) -> SourceFailure {
    SourceFailure::refused(
        format!("the file has no results of the {what} `{}`", quote(name)),
        format!("write one of {}", first_few(known.iter().copied())),
    )
}

fn several(what: &str, names: &BTreeSet<&str>) -> SourceFailure {
    SourceFailure::refused(
        format!("the file has several {what}s: {}", first_few(names.iter().copied())),
        format!("say which one counts: `{what}: NAME`"),
    )
}

/// JSON that is no result of promptfoo.
fn foreign(node: &JsonNode) -> SourceFailure {
    let what = if matches!(node.value, Json::Map(_)) { "it has no `results`" } else { "it is not a map" };
    SourceFailure::refused(
        format!("this is not a result file of promptfoo: {what}"),
        "give the file that `promptfoo eval -o results.json` writes",
    )
}

/// What an export in another format is refused with; none if it looks like none of them.
fn other_export(bytes: &[u8]) -> Option<SourceFailure> {
    let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(4096)).unwrap_or(bytes));
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let first = text.lines().next().unwrap_or("");
    let (format, lost) = if text.starts_with("<?xml") || text.starts_with("<testsuite") {
        ("JUnit XML", "the reasons of errors")
    } else if text.starts_with('<') {
        ("HTML", "the configuration")
    } else if text.starts_with("PK") {
        ("XLSX", "the configuration")
    } else if first.starts_with("evalId:") || first.starts_with("results:") {
        ("YAML", "nothing, but only JSON is read")
    } else if first.split(',').any(|column| column.trim_matches('"') == "Status") {
        ("CSV", "the reasons of errors, latencies and the date")
    } else {
        return None;
    };
    let message = if format == "YAML" {
        "this is promptfoo's YAML export, and only its JSON export is read".to_owned()
    } else {
        format!("this is promptfoo's {format} export, which leaves out {lost}")
    };
    Some(SourceFailure::refused(message, "give the JSON export: `promptfoo eval -o results.json`"))
}
