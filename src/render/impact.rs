//! The impact of a change of policies: the words that all forms share, and the Markdown for a pull request.

use std::fmt::Write;

use super::markdown::{MOST, code, inert, mark};
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::impact::{Flip, ImpactReport, OneSided, RuleFlip, RuleSide};
use crate::report::{DiagnosticReport, Outcome};
use crate::text::{counted, visible};

/// Rows of a table, and rules of a row, that are listed; the others are counted.
const ROWS: usize = 50;
pub(super) const RULES: usize = 6;
/// Other lines that are listed.
pub(super) const LINES: usize = 20;

/// Days of a workflow that follow each other and flip in the same way.
pub(super) struct Row<'r> {
    pub(super) flip: &'r Flip,
    last: &'r Flip,
    pub(super) days: usize,
}

/// The flips, with days that follow each other drawn together.
pub(super) fn rows(flips: &[Flip]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for flip in flips {
        let follows = |row: &&mut Row<'_>| {
            let own_days = row.flip.date == row.flip.as_of && flip.date == flip.as_of;
            let same = (&row.flip.project, &row.flip.workflow, row.flip.from, row.flip.to, &row.flip.rules)
                == (&flip.project, &flip.workflow, flip.from, flip.to, &flip.rules);
            own_days && same && flip.seen == row.last.seen + 1
        };
        match rows.last_mut().filter(follows) {
            Some(row) => {
                row.last = flip;
                row.days += 1;
            }
            None => rows.push(Row { flip, last: flip, days: 1 }),
        }
    }
    rows
}

impl Row<'_> {
    /// `2026-11-16`, `2026-10-02 to 2026-11-16 (7 snapshots)`, or the newest day with that of the judgement.
    pub(super) fn day(&self) -> String {
        let Flip { date, as_of, .. } = self.flip;
        match self.days {
            1 if date == as_of => date.clone(),
            1 => format!("{date} as of {as_of}"),
            days => format!("{date} to {} ({days} snapshots)", self.last.date),
        }
    }
}

/// What a rule says on both sides, in words; none where it is not there.
pub(super) struct Outcomes {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    /// Whether it is that of a gate which nobody asks for.
    pub(super) preview: bool,
}

impl Outcomes {
    pub(super) fn of(rule: &RuleFlip) -> Self {
        let word = |side: RuleSide| match side.outcome {
            Outcome::NotApplicable => "not applicable",
            Outcome::Pass | Outcome::Fail | Outcome::Undecided | Outcome::Waived | Outcome::Off => {
                side.outcome.as_str()
            }
        };
        // Where the outcome is the same, the difference is in what it does.
        let same = rule.from.map(|side| side.outcome) == rule.to.map(|side| side.outcome);
        let shown = |side: RuleSide| match side.effect {
            Some(effect) if same => format!("{} ({})", word(side), effect.as_str()),
            None if same && !side.enforced => format!("{} (preview)", word(side)),
            Some(_) | None => word(side).to_owned(),
        };
        let preview = !same && [rule.from, rule.to].iter().flatten().all(|side| !side.enforced);
        Self { from: rule.from.map(shown), to: rule.to.map(shown), preview }
    }

    /// `fail → pass`
    pub(super) fn drawn(&self) -> String {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "–".to_owned());
        let preview = if self.preview { " (preview)" } else { "" };
        format!("{} → {}{preview}", side(&self.from), side(&self.to))
    }
}

/// What it all comes to, in one plain sentence; and a second one if something could not be judged.
pub(super) fn headline(impact: &Answer<ImpactReport>) -> String {
    let broken = impact.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
    let flips = flips(impact);
    match broken {
        0 => flips,
        _ => format!("{flips} {} left the comparison incomplete.", counted(broken, "error")),
    }
}

fn flips(impact: &Answer<ImpactReport>) -> String {
    let report = &impact.report;
    let summary = &report.summary;
    if !report.comparable {
        return format!(
            "There is nothing to compare with: `{}` has neither a configuration nor snapshots.",
            visible(&report.reference)
        );
    }
    match (summary.days, summary.flipped) {
        (0, _) => return "No verdict could be compared.".to_owned(),
        (_, 0) => return "No verdict flips.".to_owned(),
        (_, _) => {}
    }
    let verb = if summary.flipped == 1 { "flips" } else { "flip" };
    let ways = [
        (summary.released, "goes on now", "go on now"),
        (summary.stopped, "no longer goes on", "no longer go on"),
    ];
    let ways = ways.into_iter().filter(|(count, _, _)| *count > 0);
    let ways: Vec<String> =
        ways.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many })).collect();
    let ways = if ways.is_empty() { String::new() } else { format!(": {}", ways.join(", ")) };
    let flipped = counted(summary.flipped, "verdict");
    format!("{flipped} of {} {verb}{ways}.", counted(summary.flipped_workflows, "workflow"))
}

/// How much was judged, and what else there is to say.
pub(super) fn remarks(impact: &Answer<ImpactReport>) -> String {
    let summary = &impact.report.summary;
    let mut remarks = Vec::new();
    if summary.days > 0 {
        let workflows = counted(summary.workflows, "workflow");
        remarks.push(format!("{} of {workflows} compared.", counted(summary.days, "verdict")));
    }
    match summary.rules {
        0 => {}
        1 => remarks.push("1 outcome of a rule flips that turns no verdict.".to_owned()),
        more => remarks.push(format!("{more} outcomes of rules flip that turn no verdict.")),
    }
    remarks.join(" ")
}

/// What only one side judges, behind the workflow's name.
pub(super) fn one_sided(of: &OneSided) -> String {
    let side = |days: usize, whose: &str| {
        let verb = if days == 1 { "is" } else { "are" };
        format!("{} {verb} judged by the {whose} policies alone", counted(days, "snapshot"))
    };
    match (of.old_days, of.new_days) {
        (old, 0) => side(old, "old"),
        (0, new) => side(new, "new"),
        (old, new) => format!("{}, {}", side(old, "old"), side(new, "new")),
    }
}

/// A comment for a pull request: what it comes to, the verdicts, and the rest folded.
pub fn markdown(impact: &Answer<ImpactReport>) -> String {
    let report = &impact.report;
    let plain = |text: &str| inert(&text.replace('`', ""));
    let mut out = format!("### Tollgate: {}\n", plain(headline(impact).trim_end_matches('.')));
    let remarks = remarks(impact);
    if !remarks.is_empty() {
        let _ = writeln!(out, "\n{}", plain(&remarks));
    }
    let errors: Vec<String> =
        report.diagnostics.iter().filter(|found| found.severity == Severity::Error).map(error).collect();
    list(&mut out, &errors);
    if !report.comparable {
        return out;
    }
    let base = code(&report.reference);
    let _ = writeln!(
        out,
        "\nEach snapshot was judged on its own day: by the policies of {base}, then by those proposed here."
    );
    if !report.verdicts.is_empty() {
        table(&mut out, &report.verdicts);
    }
    if !report.rules.is_empty() {
        let what = counted(report.summary.rules, "outcome");
        let _ = writeln!(out, "\n<details><summary>{what} of rules that turn no verdict</summary>");
        table(&mut out, &report.rules);
        out.push_str("\n</details>\n");
    }
    let aside: Vec<String> =
        report.one_sided.iter().map(|of| format!("{}: {}", code(&of.name()), one_sided(of))).collect();
    list(&mut out, &aside);
    out
}

fn error(found: &DiagnosticReport) -> String {
    let place = found.labels.first().map(|label| &label.region);
    let place = place.map(|place| format!(" ({})", code(&format!("{}:{}", place.file, place.line))));
    format!("⚠️ {}: {}{}", found.code, inert(&found.message), place.unwrap_or_default())
}

fn list(out: &mut String, lines: &[String]) {
    let shown: Vec<&String> = lines.iter().take(LINES).filter(|line| out.len() + line.len() < MOST).collect();
    if !shown.is_empty() {
        out.push('\n');
    }
    for line in &shown {
        let _ = writeln!(out, "- {line}");
    }
    if lines.len() > shown.len() {
        let _ = writeln!(out, "- and {} more", lines.len() - shown.len());
    }
}

/// As many rows as there is room for, and how many verdicts the others stand for.
fn table(out: &mut String, flips: &[Flip]) {
    out.push_str("\n| | workflow | date | verdict | rules |\n|---|---|---|---|---|\n");
    let mut left_out = 0;
    for (at, row) in rows(flips).iter().enumerate() {
        let text = table_row(row);
        if at >= ROWS || out.len() + text.len() > MOST {
            left_out += row.days;
        } else {
            out.push_str(&text);
        }
    }
    if left_out > 0 {
        let what = counted(left_out, "more verdict");
        let _ = writeln!(out, "\nand {what}; `tollgate impact --full` lists every one.");
    }
}

fn table_row(row: &Row<'_>) -> String {
    let Flip { from, to, rules, .. } = row.flip;
    let bold = if to.goes_on() { to.as_str().to_owned() } else { format!("**{}**", to.as_str()) };
    let verdict = if from == to { bold } else { format!("{} → {bold}", from.as_str()) };
    let mut changed: Vec<String> = rules
        .iter()
        .take(RULES)
        .map(|rule| format!("{}: {}", code(&rule.rule), Outcomes::of(rule).drawn()))
        .collect();
    if rules.len() > RULES {
        changed.push(format!("{} more", rules.len() - RULES));
    }
    let name = code(&row.flip.name());
    format!("| {} | {name} | {} | {verdict} | {} |\n", mark(*to), row.day(), changed.join("<br>"))
}
