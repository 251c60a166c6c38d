//! The lists of params and rules, for people.

use super::Style;
use super::human::{arrow, draw};
use crate::engine::Answer;
use crate::report::Place;
use crate::report::overview::{Overview, ParamRow, RuleRow, SettingStep, Waived};
use crate::text::{pad, visible, width};

/// All params, after what is wrong.
pub fn params(surveyed: &Answer<Overview>, style: Style) -> String {
    let rows = surveyed.report.params.iter().map(|row: &ParamRow| {
        let because = row.because.as_deref().map(str::to_owned);
        let remarks = [because, stepwise(&row.steps), locked(row.locked.as_ref()), whom(&row.workflows)];
        [
            named(row.project.as_deref(), &row.param),
            row.value.clone(),
            row.default.clone(),
            row.range.clone().unwrap_or_else(|| "any".to_owned()),
            row.from.to_string(),
            joined(remarks),
        ]
    });
    page(surveyed, style, ["param", "value", "default", "within", "set in", ""], rows)
}

/// All rules, after what is wrong, each with the gate that it belongs to.
pub fn rules(surveyed: &Answer<Overview>, style: Style) -> String {
    let rows = surveyed.report.rules.iter().map(|row: &RuleRow| {
        let waived = |waived: &Waived| {
            format!(
                "waived for {} until {} by {} ({})",
                waived.workflow, waived.until, waived.owner, waived.from
            )
        };
        let waivers: Vec<String> = row.waived.iter().map(waived).collect();
        let waivers = (!waivers.is_empty()).then(|| waivers.join("; "));
        let steps = stepwise(&row.steps);
        let cadence = row.cadence.as_ref().map(|own| format!("{} ({})", own.set, own.place));
        let (locked, whom) = (locked(row.locked.as_ref()), whom(&row.workflows));
        let remarks = [row.because.clone(), steps, locked, cadence, whom, waivers];
        [
            named(row.project.as_deref(), &row.rule),
            row.effect.clone(),
            row.gate.as_deref().map_or_else(String::new, |gate| arrow(gate, style)),
            row.from.to_string(),
            row.title.clone(),
            joined(remarks),
        ]
    });
    page(surveyed, style, ["rule", "effect", "gate", "set in", "title", ""], rows)
}

fn named(project: Option<&str>, name: &str) -> String {
    project.map_or_else(|| name.to_owned(), |project| format!("{project}: {name}"))
}

/// `80%, from 2026-12-01 85% (tollgate.yaml:7)`
fn stepwise(steps: &[SettingStep]) -> Option<String> {
    let step = |SettingStep { from, set, place }: &SettingStep| match from {
        Some(from) => format!("from {from} {set} ({place})"),
        None => format!("{set} at first"),
    };
    (!steps.is_empty()).then(|| steps.iter().map(step).collect::<Vec<_>>().join(", "))
}

fn locked(by: Option<&Place>) -> Option<String> {
    by.map(|place| format!("locked in {place}"))
}

fn whom(workflows: &[String]) -> Option<String> {
    (!workflows.is_empty()).then(|| format!("for {}", workflows.join(", ")))
}

fn joined(remarks: impl IntoIterator<Item = Option<String>>) -> String {
    remarks.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// A table whose last column is as wide as it is.
fn page<const N: usize>(
    surveyed: &Answer<Overview>,
    style: Style,
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut out = String::new();
    for diagnostic in &surveyed.diagnostics {
        out.push_str(&draw(diagnostic, &surveyed.sources, style));
        out.push('\n');
    }
    let mut lines: Vec<Vec<String>> = vec![head.iter().map(|title| (*title).to_owned()).collect()];
    lines.extend(rows.map(|row| row.iter().map(|cell| visible(cell).into_owned()).collect()));
    if lines.len() == 1 {
        return out;
    }
    let widest = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(widest).collect();
    for line in &lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}
