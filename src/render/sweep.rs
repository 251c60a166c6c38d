//! A sweep for people: a line for each interval of values, and what changes from one to the next.

use super::Style;
use super::human::{arrow, draw, narrate_problems};
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::sweep::{
    DecisionCounts, ParamSweep, SweepChange, SweepCounts, SweepInterval, SweepReport, SweepTable,
};
use crate::report::{Decision, full_name};
use crate::text::{counted, pad, visible, width, wrap};

/// Changes of one interval that are listed unless all are asked for.
const LISTED: usize = 4;
/// What stands above the numbers.
const DECISIONS: [&str; 4] = ["advance", "go on", "hold", "roll back"];

/// What is wrong, then the intervals of each param, then the table of both.
pub fn human(swept: &Answer<SweepReport>, style: Style, full: bool) -> String {
    let mut out = String::new();
    for diagnostic in swept.diagnostics.iter().filter(|found| !found.code.is_lint()) {
        out.push_str(&draw(diagnostic, &swept.sources, style));
        out.push('\n');
    }
    for sweep in &swept.report.sweeps {
        out.push_str(&drawn(sweep, style, full));
        out.push('\n');
    }
    if let (Some(table), [rows, columns]) = (&swept.report.table, &*swept.report.sweeps) {
        out.push_str(&drawn_table(table, &rows.param, &columns.param));
    }
    if swept.report.sweeps.is_empty() {
        out.push_str(nothing(swept));
    }
    out.trim_end().to_owned() + "\n"
}

/// The same for screen readers: sentences, each on a line, without columns or marks.
pub fn narrate(swept: &Answer<SweepReport>, full: bool) -> String {
    let mut out = narrate_problems(&swept.diagnostics, &swept.sources);
    let style = Style { color: false, unicode: false, width: usize::MAX };
    for sweep in &swept.report.sweeps {
        out.push_str(&format!("{}\n", headline(sweep)));
        for (at, interval) in sweep.intervals.iter().enumerate() {
            let SweepCounts { days, workflows } = &interval.counts;
            let now = if is_now(sweep, at) { ", the value in force" } else { "" };
            out.push_str(&format!(
                "{}{now}: {}; {}; {}.\n",
                visible(&interval.shown),
                spoken("snapshots", days),
                spoken("workflows", workflows),
                flips(interval)
            ));
            for line in changes(sweep, at, style, full) {
                out.push_str(&format!("{line}.\n"));
            }
        }
    }
    if let (Some(table), [rows, columns]) = (&swept.report.table, &*swept.report.sweeps) {
        for (row, cells) in table.rows.iter().zip(&table.cells) {
            for (column, cell) in table.columns.iter().zip(cells) {
                let (first, second) = (&rows.param, &columns.param);
                let counts = spoken("workflows", &cell.workflows);
                out.push_str(&format!("{first} {row} with {second} {column}: {counts}.\n"));
            }
        }
    }
    if swept.report.sweeps.is_empty() {
        out.push_str(nothing(swept));
    }
    out
}

fn nothing(swept: &Answer<SweepReport>) -> &'static str {
    let is_broken = swept.diagnostics.iter().any(|found| found.severity == Severity::Error);
    if is_broken { "Nothing was swept: mend the errors first.\n" } else { "Nothing was swept.\n" }
}

/// `staged_rollout.light from 60% to 95%, which is 80% now, over 138 snapshots of 13 workflows`
fn headline(sweep: &ParamSweep) -> String {
    let now: Vec<String> = match &*sweep.now {
        [only] => vec![only.value.value.clone()],
        all => all
            .iter()
            .map(|now| format!("{} for {}", now.value.value, counted(now.workflows, "workflow")))
            .collect(),
    };
    let total = |counts: &DecisionCounts| {
        let DecisionCounts { advance, go_on, hold, rollback, error, retired } = counts;
        advance + go_on + hold + rollback + error + retired
    };
    let SweepCounts { days, workflows } = &sweep.as_it_is;
    let now = if now.is_empty() { String::new() } else { format!(", which is {} now,", now.join(", ")) };
    format!(
        "`{}` from {} to {}{now} over {} of {}",
        sweep.param,
        sweep.from.value,
        sweep.to.value,
        counted(total(days), "snapshot"),
        counted(total(workflows), "workflow")
    )
}

fn is_now(sweep: &ParamSweep, interval: usize) -> bool {
    sweep.now.iter().any(|now| now.interval == Some(interval))
}

fn drawn(sweep: &ParamSweep, style: Style, full: bool) -> String {
    let mut out = String::new();
    wrap(&headline(sweep), style.width).iter().for_each(|line| out.push_str(&format!("{line}\n")));
    let mark = if style.unicode { "◂" } else { "<" };
    let widest = sweep.intervals.iter().map(|interval| width(&interval.shown)).max().unwrap_or(0);
    let values = widest.max("value".len());
    let heads = DECISIONS.map(|head| format!("{head:>10}")).concat();
    out.push_str(&format!("\n  {}  {}  {}\n", pad("", values), pad("snapshots", heads.len()), "workflows"));
    out.push_str(&format!("  {}{heads}  {heads}\n", pad("value", values)));
    for (at, interval) in sweep.intervals.iter().enumerate() {
        let SweepCounts { days, workflows } = &interval.counts;
        let now = if is_now(sweep, at) { format!("  {mark} now") } else { String::new() };
        out.push_str(&format!(
            "  {}{}  {}{now}\n",
            pad(&interval.shown, values),
            numbers(days),
            numbers(workflows)
        ));
    }
    let mut said = String::new();
    for (at, interval) in sweep.intervals.iter().enumerate() {
        if interval.flips.days == 0 && interval.flips.workflows.is_empty() && !full {
            continue;
        }
        said.push_str(&format!("\n  {}: {}\n", interval.shown, flips(interval)));
        for line in changes(sweep, at, style, full) {
            said.push_str(&format!("    {line}\n"));
        }
    }
    out + &said
}

fn numbers(counts: &DecisionCounts) -> String {
    [counts.advance, counts.go_on, counts.hold, counts.rollback].map(|count| format!("{count:>10}")).concat()
}

/// `of the snapshots 33 may advance, 22 hold`
fn spoken(what: &str, counts: &DecisionCounts) -> String {
    let DecisionCounts { advance, go_on, hold, rollback, error, retired } = counts;
    let all = [
        (advance, "may advance"),
        (go_on, "may go on"),
        (hold, "hold"),
        (rollback, "must roll back"),
        (error, "could not be judged"),
        (retired, "are retired"),
    ];
    let said: Vec<String> = all
        .into_iter()
        .filter(|(count, _)| **count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if said.is_empty() { format!("no {what}") } else { format!("of the {what} {}", said.join(", ")) }
}

/// What differs from today.
fn flips(interval: &SweepInterval) -> String {
    let flips = &interval.flips;
    if flips.days == 0 && flips.workflows.is_empty() {
        return "decides as today".to_owned();
    }
    let mut said = format!("{} differ from today", counted(flips.days, "snapshot"));
    if flips.days == 1 {
        said = "1 snapshot differs from today".to_owned();
    }
    for (count, what) in [(flips.released, "let through"), (flips.stopped, "stopped")] {
        if count > 0 {
            said.push_str(&format!(", {count} {what}"));
        }
    }
    said
}

/// The workflows that are decided otherwise than today; with `full` every snapshot that changes from the interval before.
fn changes(sweep: &ParamSweep, at: usize, style: Style, full: bool) -> Vec<String> {
    let Some(interval) = sweep.intervals.get(at) else { return Vec::new() };
    let step = |from: Decision, to: Decision| arrow(&format!("{} -> {}", from.as_str(), to.as_str()), style);
    if full {
        let own = sweep.changes.iter().filter(|change| change.interval == at);
        let line = |change: &SweepChange| {
            let name = full_name(change.project.as_deref(), &change.workflow);
            let day = change.date.as_deref().unwrap_or("as of today");
            format!("{} {day}: {}", visible(&name), step(change.from, change.to))
        };
        return own.map(line).collect();
    }
    let all = &interval.flips.workflows;
    let mut lines: Vec<String> = all
        .iter()
        .take(LISTED)
        .map(|flip| format!("{} today: {}", visible(&flip.name()), step(flip.from, flip.to)))
        .collect();
    let more = all.len().saturating_sub(LISTED);
    if more > 0 {
        lines.push(format!("and {}", counted(more, "more workflow")));
    }
    lines
}

/// Of each pair of values, how many workflows go on, hold and roll back.
fn drawn_table(table: &SweepTable, rows: &str, columns: &str) -> String {
    let mut out = format!("`{rows}` by `{columns}`: workflows that go on / hold / roll back\n\n");
    let cell = |counts: &SweepCounts| {
        let DecisionCounts { advance, go_on, hold, rollback, .. } = &counts.workflows;
        format!("{} / {hold} / {rollback}", advance + go_on)
    };
    let cells: Vec<Vec<String>> = table.cells.iter().map(|row| row.iter().map(cell).collect()).collect();
    let first = table.rows.iter().map(|row| width(row)).max().unwrap_or(0);
    let column = |at: usize| {
        let own = cells.iter().filter_map(|row| row.get(at)).map(|cell| width(cell));
        own.chain(table.columns.get(at).map(|head| width(head))).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.columns.len()).map(column).collect();
    let line = |lead: &str, texts: &[String]| {
        let padded: Vec<String> = texts.iter().zip(&widths).map(|(text, width)| pad(text, *width)).collect();
        format!("  {}  {}", pad(lead, first), padded.join("  ")).trim_end().to_owned() + "\n"
    };
    out.push_str(&line("", &table.columns));
    for (row, cells) in table.rows.iter().zip(&cells) {
        out.push_str(&line(row, cells));
    }
    out
}
