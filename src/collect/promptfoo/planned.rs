//! What a run of promptfoo planned: the tests of its configuration, each as often as it is repeated, less what was run.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::json::{Json, JsonNode};
use crate::collect::source::PromptfooRules;
use crate::collect::table::{SourceCell, SourceFailure, SourceRow, SourceTable, Unjudged};
use crate::collect::tally;
use crate::text::quote;

/// What names a result where the plan does not say it.
pub(super) const DEFAULT_ID: &str = "description";

/// How many results may be planned.
const MAX_PLANNED: usize = 100_000;

/// The name of a test by the plan's rule: as the test says it, or else the result.
pub(super) fn id(
    test: Option<&JsonNode>,
    result: Option<&JsonNode>,
    rules: &PromptfooRules,
) -> Option<SourceCell> {
    let rule = rules.id.as_ref().map_or(DEFAULT_ID, |id| id.value.as_str());
    let (first, rest) = rule.split_once('.').map_or((rule, None), |(first, rest)| (first, Some(rest)));
    let named = |node: &JsonNode| {
        let node = node.get(first)?;
        let Some(rest) = rest else { return node.cell() };
        let path: Vec<&str> = rest.split('.').collect();
        node.get(rest).or_else(|| node.at_path(&path))?.cell()
    };
    [test, result].into_iter().flatten().find_map(named)
}

/// A test as the configuration plans it.
struct PlannedTest {
    cells: BTreeMap<String, SourceCell>,
    times: usize,
}

/// Adds the rows of what was planned and not run, and the total `planned`.
pub(super) fn add(
    whole: &JsonNode,
    rules: &PromptfooRules,
    table: &mut SourceTable,
) -> Result<(), SourceFailure> {
    let tests = match listed(whole) {
        Ok(tests) => tests,
        Err(reason) => {
            table.totals.insert("planned".to_owned(), SourceCell::Unknown(reason.to_owned()));
            table.remarks.push(format!("tests that were not run cannot be seen: {reason}"));
            return Ok(());
        }
    };
    let repeat = repeats(whole)?;
    let mut plan = Vec::new();
    let (mut planned, mut copied) = (0usize, 0usize);
    for test in tests {
        for entry in expanded(test, whole, rules)? {
            let times = entry.times.saturating_mul(repeat);
            planned = planned.saturating_add(times);
            copied = copied.saturating_add(tally::weight(&entry.cells).saturating_mul(times + 1));
            plan.push(entry);
            if planned > MAX_PLANNED || copied > tally::MAX_COPIED {
                return Err(too_many(test.at));
            }
        }
    }
    let mut run: BTreeMap<String, usize> = BTreeMap::new();
    for row in &table.rows {
        *run.entry(name(row.cells.get("id"))).or_default() += 1;
    }
    for PlannedTest { cells, times } in plan {
        let left = run.entry(name(cells.get("id"))).or_default();
        let times = times.saturating_mul(repeat);
        let missing = times.saturating_sub(*left);
        *left = left.saturating_sub(times);
        let reason = "it is in `config.tests`, and has no result";
        let row = SourceRow { cells, line: 0, unjudged: Some(Unjudged::NotRun(reason.to_owned())) };
        table.rows.extend(std::iter::repeat_n(row, missing));
    }
    let cell = if run.values().any(|surplus| *surplus > 0) {
        SourceCell::Unknown("the file has results that `config.tests` does not list".to_owned())
    } else {
        tally::count(planned)
    };
    table.totals.insert("planned".to_owned(), cell);
    Ok(())
}

/// What two cells that name the same thing have in common.
fn name(cell: Option<&SourceCell>) -> String {
    cell.map_or_else(String::new, |cell| format!("{cell:?}"))
}

/// The tests of the configuration, or why they are not known.
fn listed(whole: &JsonNode) -> Result<&[JsonNode], &'static str> {
    let Some(Json::List(tests)) = whole.at_path(&["config", "tests"]).map(|node| &node.value) else {
        return Err("`config.tests` does not list the tests");
    };
    if tests.is_empty() {
        return Err("`config.tests` is empty");
    }
    if !tests.iter().all(|test| matches!(test.value, Json::Map(_))) {
        return Err("`config.tests` names files of tests instead of listing them");
    }
    if whole.at_path(&["config", "scenarios"]).is_some_and(|node| !node.elements().is_empty()) {
        return Err("`config.scenarios` makes tests that the file does not list");
    }
    Ok(tests)
}

fn repeats(whole: &JsonNode) -> Result<usize, SourceFailure> {
    let paths = [
        &["runtimeOptions", "repeat"][..],
        &["config", "commandLineOptions", "repeat"],
        &["config", "evaluateOptions", "repeat"],
    ];
    let Some(node) = paths.into_iter().find_map(|path| whole.at_path(path)) else { return Ok(1) };
    match &node.value {
        Json::Null => Ok(1),
        Json::Number(digits) => match digits.parse::<usize>() {
            Ok(repeat) if (1..=MAX_PLANNED).contains(&repeat) => Ok(repeat),
            Ok(_) | Err(_) => {
                let message = format!(
                    "`repeat` is {}, which is not a whole number from 1 to {MAX_PLANNED}",
                    quote(digits)
                );
                Err(SourceFailure::broken(node.at, message))
            }
        },
        Json::Bool(_) | Json::NotFinite(_) | Json::Text(_) | Json::List(_) | Json::Map(_) => {
            Err(SourceFailure::broken(node.at, "`repeat` is not a number"))
        }
    }
}

fn too_many(at: usize) -> SourceFailure {
    SourceFailure::broken(
        at,
        format!("the tests up to this one plan more than {MAX_PLANNED} results, or too large ones"),
    )
}

/// The tests that one entry plans: a variable with a list of values makes one of each.
fn expanded(
    test: &JsonNode,
    whole: &JsonNode,
    rules: &PromptfooRules,
) -> Result<Vec<PlannedTest>, SourceFailure> {
    let default = whole.at_path(&["config", "defaultTest"]);
    let rule = rules.id.as_ref().map_or(DEFAULT_ID, |id| id.value.as_str());
    let mut cells = BTreeMap::new();
    for (key, prefix) in [("metadata", "metadata."), ("vars", "vars.")] {
        for node in [default, Some(test)].into_iter().flatten() {
            if let Some(map) = node.get(key) {
                map.cells_into(prefix, &mut cells);
            }
        }
    }
    let (mut times, mut names): (usize, Option<&[JsonNode]>) = (1, None);
    if !is_unexpanded(test) && !default.is_some_and(is_unexpanded) {
        let own = test.get("vars").map_or(&[][..], JsonNode::entries);
        let common = default.and_then(|node| node.get("vars")).map_or(&[][..], JsonNode::entries);
        let known: BTreeSet<_> = own.iter().map(|(key, _)| key).collect();
        let common = common.iter().filter(|(key, _)| !known.contains(key));
        for (key, value) in own.iter().chain(common) {
            let Json::List(values) = &value.value else { continue };
            if rule.strip_prefix("vars.") == Some(key) {
                names = Some(values);
            } else {
                times = times.saturating_mul(values.len());
            }
        }
    }
    let copies = tally::weight(&cells).saturating_mul(names.map_or(1, <[_]>::len));
    if times > MAX_PLANNED || copies > tally::MAX_COPIED {
        return Err(too_many(test.at));
    }
    let entry = |id: Option<SourceCell>| {
        let mut cells = cells.clone();
        cells.extend(id.map(|id| ("id".to_owned(), id)));
        PlannedTest { cells, times }
    };
    Ok(match names {
        Some(names) => names.iter().map(|node| entry(node.cell())).collect(),
        None => vec![entry(id(Some(test), default, rules))],
    })
}

fn is_unexpanded(test: &JsonNode) -> bool {
    test.at_path(&["options", "disableVarExpansion"]).and_then(JsonNode::bool) == Some(true)
}
