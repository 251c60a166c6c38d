//! The human form of the impact: a line for each verdict that flips, then for rules that flip and turn none.

use super::narrate::diagnosed;
use super::{Color, Page, in_order, paint, summary};
use crate::engine::Answer;
use crate::render::impact::{LINES, Outcomes, RULES, Row, headline, one_sided, remarks, rows};
use crate::render::{Style, View};
use crate::report::impact::{Flip, ImpactReport, RuleFlip};
use crate::text::{counted, pad, visible, width, wrap};

/// Lines of flips that are listed unless all are asked for; each stands for days that follow each other.
const LISTED: usize = 60;

/// Diagnostics first, then the flips of each workflow, and what it comes to.
pub fn render_impact(impact: &Answer<ImpactReport>, style: Style, full: bool) -> String {
    let view = View { full, ..View::default() };
    let mut page = Page::new(style, &view);
    page.diagnostics(&impact.diagnostics, &impact.sources, &view);
    let report = &impact.report;
    flips(&mut page, &report.verdicts, full);
    if !report.rules.is_empty() {
        page.blank();
        page.line("These rules flip and turn no verdict:");
        flips(&mut page, &report.rules, full);
    }
    page.blank();
    let limit = if full { usize::MAX } else { LINES };
    for of in report.one_sided.iter().take(limit) {
        page.line(&format!("`{}`: {}", visible(&of.name()), one_sided(of)));
    }
    let more = report.one_sided.len().saturating_sub(limit);
    if more > 0 {
        page.line(&format!("and {more} more workflows that one side does not judge: `--full` lists them"));
    }
    page.blank();
    for sentence in [headline(impact), remarks(impact)].iter().filter(|text| !text.is_empty()) {
        wrap(sentence, style.width).iter().for_each(|line| page.line(line));
    }
    page.out
}

fn flips(page: &mut Page, flips: &[Flip], full: bool) {
    let style = page.style;
    let rows = rows(flips);
    let limit = if full { rows.len() } else { LISTED };
    let (listed, others) = rows.split_at_checked(limit).unwrap_or((&rows, &[]));
    let widest = |part: &dyn Fn(&Row<'_>) -> usize| listed.iter().map(part).max().unwrap_or(0);
    let days = widest(&|row| row.day().len());
    let verdicts = widest(&|row| width(&verdict(row.flip, style)));
    let bullet = if style.unicode { "•" } else { "*" };
    let mut last: Option<String> = None;
    for row in listed {
        let name = row.flip.name();
        if last.as_ref() != Some(&name) {
            page.blank();
            page.line(&format!("{bullet} {}", visible(&name)));
            last = Some(name);
        }
        let mut lead = format!(
            "  {}  {}",
            pad(&row.day(), days),
            paint(&pad(&verdict(row.flip, style), verdicts), color(row.flip), style)
        );
        for rule in row.flip.rules.iter().take(limit_of_rules(full)) {
            page.line(&format!("{lead}  {}", changed(rule, style)));
            lead = " ".repeat(4 + days + verdicts);
        }
        let more = row.flip.rules.len().saturating_sub(limit_of_rules(full));
        if more > 0 {
            page.line(&format!("{lead}  and {more} more: `--full` lists them"));
        } else if row.flip.rules.is_empty() {
            page.line(&lead);
        }
    }
    if !others.is_empty() {
        let more = counted(others.iter().map(|row| row.days).sum(), "more verdict");
        page.blank();
        page.line(&format!("and {more}: `--full` lists them"));
    }
}

fn limit_of_rules(full: bool) -> usize {
    if full { usize::MAX } else { RULES }
}

/// `hold → advance`, or the one that stays.
fn verdict(flip: &Flip, style: Style) -> String {
    let arrow = summary::arrow("->", style);
    match (flip.from, flip.to) {
        (from, to) if from == to => to.as_str().to_owned(),
        (from, to) => format!("{} {arrow} {}", from.as_str(), to.as_str()),
    }
}

fn color(flip: &Flip) -> Color {
    if flip.from == flip.to {
        Color::Dim
    } else if flip.to.goes_on() {
        Color::Green
    } else {
        Color::Red
    }
}

/// `own.light: fail → pass`
fn changed(rule: &RuleFlip, style: Style) -> String {
    let drawn = Outcomes::of(rule).drawn();
    let drawn = if style.unicode { drawn } else { drawn.replace('→', "->").replace('–', "-") };
    format!("{}: {drawn}", visible(&rule.rule))
}

/// The same in sentences.
pub fn narrate_impact(impact: &Answer<ImpactReport>) -> String {
    let mut lines = Vec::new();
    for diagnostic in in_order(&impact.diagnostics) {
        diagnosed(diagnostic, &impact.sources, &mut lines);
    }
    for row in rows(&impact.report.verdicts).iter().chain(&rows(&impact.report.rules)) {
        let Flip { from, to, rules, .. } = row.flip;
        let verdict = match from == to {
            true => format!("still {}", to.as_str()),
            false => format!("{} becomes {}", from.as_str(), to.as_str()),
        };
        lines.push(format!("{}, {}: {verdict}.", visible(&row.flip.name()), row.day()));
        for rule in rules {
            let Outcomes { from, to, preview } = Outcomes::of(rule);
            let there = |word: Option<String>| word.unwrap_or_else(|| "not there".to_owned());
            let (from, to) = (there(from), there(to));
            let preview = if preview { ", a preview" } else { "" };
            lines.push(format!("rule {}: {from} becomes {to}{preview}.", visible(&rule.rule)));
        }
    }
    for of in &impact.report.one_sided {
        lines.push(format!("{}: {}.", visible(&of.name()), one_sided(of)));
    }
    let sentences = [headline(impact), remarks(impact)];
    lines.extend(sentences.iter().filter(|text| !text.is_empty()).map(|text| text.replace('`', "")));
    lines.join("\n") + "\n"
}
