//! The human form: what a person reads on a terminal or in a build's log.
//!
//! Every line that quotes a stranger begins with a mark, a word or a frame of ours, so that a value in a snapshot can
//! neither move the cursor nor pass for a command to the build server that shows the log. Draws only what the
//! [`Judgement`] holds; it decides nothing.

mod history;
mod summary;

pub use history::render_history;

use std::fmt::Write;

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::ast::EffectKind;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Drawn, Severity};
use crate::engine::Judgement;
use crate::excerpt::Fit;
use crate::render::Style;
use crate::report::{Outcome, RuleReport};
use crate::source::SourceMap;
use crate::text::{pad, visible, width, wrap};

/// The whole of it: diagnostics, a line for each workflow with a report for each rule that did not pass, a table where
/// it helps, and what it comes to.
pub fn render(judgement: &Judgement, style: Style) -> String {
    let mut page = Page { out: String::new(), style };
    for diagnostic in in_order(&judgement.diagnostics) {
        page.diagnostic(diagnostic, &judgement.sources);
        page.blank();
    }
    let workflows = &judgement.report.workflows;
    let columns = summary::Columns::new(workflows, style);
    for workflow in workflows {
        let mut rules: Vec<_> = workflow.rules.iter().filter(|rule| is_shown(rule)).collect();
        // What decides comes first.
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.applied));
        if !rules.is_empty() {
            page.blank();
        }
        page.line(&columns.line(workflow, &summary::remarks(workflow, style), style));
        if !rules.is_empty() {
            page.blank();
        }
        for rule in &rules {
            page.rule(rule, &judgement.sources);
            page.blank();
        }
    }
    page.blank();
    if workflows.len() > 1 && workflows.iter().any(|w| w.rules.iter().any(is_shown)) {
        page.out.push_str(&summary::table(workflows, style));
        page.blank();
    }
    for line in summary::waivers(&judgement.report.waivers) {
        page.line(&line);
    }
    page.blank();
    page.line(&summary::sentence(judgement));
    page.out
}

/// One diagnostic, with its help.
pub fn draw(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let mut page = Page { out: String::new(), style };
    page.diagnostic(diagnostic, sources);
    page.out
}

/// Only what does not go on: a line for each error, warning and workflow, and what it comes to.
pub fn render_quiet(judgement: &Judgement, style: Style) -> String {
    let mut page = Page { out: String::new(), style };
    for diagnostic in in_order(&judgement.diagnostics).filter(|d| d.severity == Severity::Error) {
        let place = diagnostic.labels.first().map(|label| {
            let (line, column) = judgement.sources.line_column(label.span);
            format!("{}:{line}:{column}: ", judgement.sources.name(label.span.file))
        });
        let head = format!("{}[{}]:", diagnostic.severity.as_str(), diagnostic.code);
        let head = page.paint(&head, Color::of(diagnostic.severity));
        let text = format!("{}{}", place.unwrap_or_default(), diagnostic.message);
        page.line(&format!("{head} {}", visible(&text)));
    }
    let workflows: Vec<_> =
        judgement.report.workflows.iter().filter(|w| !summary::goes_on(w.decision)).cloned().collect();
    let columns = summary::Columns::new(&workflows, style);
    for workflow in &workflows {
        page.line(&columns.line(workflow, &summary::blockers(workflow), style));
    }
    page.line(&summary::sentence(judgement));
    page.out
}

/// Errors, then warnings, then notes; each in the order in which they were found.
fn in_order(diagnostics: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .flat_map(|severity| diagnostics.iter().filter(move |d| d.severity == severity))
}

/// Whether a rule gets a report: it is enforced and its outcome does something.
fn is_shown(rule: &RuleReport) -> bool {
    rule.enforced && rule.applied.is_some() && matches!(rule.outcome, Outcome::Fail | Outcome::Undecided)
}

#[derive(Clone, Copy)]
enum Color {
    Red,
    Yellow,
    Cyan,
    Green,
    Dim,
}

impl Color {
    fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Red,
            Severity::Warning => Self::Yellow,
            Severity::Note => Self::Cyan,
        }
    }
}

/// Puts a text in a colour, where there are colours.
fn paint(text: &str, color: Color, style: Style) -> String {
    let code = match color {
        Color::Red => "31",
        Color::Yellow => "33",
        Color::Cyan => "36",
        Color::Green => "32",
        Color::Dim => "2",
    };
    if style.color && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// What has been written so far.
struct Page {
    out: String,
    style: Style,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// One empty line, and never two.
    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn paint(&self, text: &str, color: Color) -> String {
        paint(text, color, self.style)
    }

    /// The report of a rule that failed or is undecided.
    fn rule(&mut self, rule: &RuleReport, sources: &SourceMap) {
        let Some(applied) = rule.applied else { return };
        let undecided = rule.outcome == Outcome::Undecided;
        let code = if undecided { Code::T502 } else { Code::T501 };
        let dash = if self.style.unicode { "—" } else { "-" };
        let mut message = rule.rule.clone();
        if !rule.title.is_empty() {
            let _ = write!(message, " {dash} {}", rule.title);
        }
        if undecided {
            let _ = write!(message, "\nundecided, so it {}", consequence(applied));
        }
        if let Some(text) = &rule.message {
            let _ = write!(message, "\n{text}");
        }
        let diagnostic = Diagnostic {
            code,
            severity: severity(applied),
            message,
            labels: rule.labels.clone(),
            help: None,
        };
        self.draw(applied.as_str(), &diagnostic, sources);
        if rule.labels.is_empty() {
            let place = format!("{}:{}:{}", rule.policy.file, rule.policy.line, rule.policy.column);
            self.footer("at", Some(&place));
        }
        let gate = rule.gate.as_ref().map(|gate| summary::arrow(gate, self.style));
        self.footer("gate", gate.as_deref());
        for threshold in &rule.thresholds {
            let text = format!("{} = {} ({})", threshold.param, threshold.value, threshold.source());
            self.footer("where", Some(&text));
        }
        self.footer(if undecided { "would decide" } else { "would pass" }, rule.would_pass.as_deref());
        self.footer("help", rule.help.as_deref());
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic, sources: &SourceMap) {
        self.draw(diagnostic.severity.as_str(), diagnostic, sources);
        self.footer("help", diagnostic.help.as_deref());
    }

    /// The headline of a diagnostic and the places it labels.
    fn draw(&mut self, word: &str, diagnostic: &Diagnostic, sources: &SourceMap) {
        let Style { color, unicode, width } = self.style;
        let fit = Fit { width, ellipsis: if unicode { "…" } else { "..." } };
        let bare = Diagnostic { help: None, ..diagnostic.clone() };
        let drawn = Drawn::new(&bare, sources, fit);
        let mut theme = match (unicode, color) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        };
        // The icon carries the kind and the code, so that a headline is one line.
        let icon = format!("{word}[{}]:", diagnostic.code);
        theme.characters.error.clone_from(&icon);
        theme.characters.warning.clone_from(&icon);
        theme.characters.advice = icon;
        // The place of the problem in the colour of its kind, all others in one calm colour.
        let main = match diagnostic.severity {
            Severity::Error => theme.styles.error,
            Severity::Warning => theme.styles.warning,
            Severity::Note => theme.styles.advice,
        };
        let calm = theme.styles.help;
        theme.styles.link = calm;
        let highlights: Vec<_> =
            drawn.primaries().into_iter().map(|primary| if primary { main } else { calm }).collect();
        if !highlights.is_empty() {
            theme.styles.highlights = highlights;
        }
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width)
            .with_links(false)
            .with_context_lines(1)
            .without_syntax_highlighting();
        let mut text = String::new();
        if handler.render_report(&mut text, &drawn).is_err() {
            text = format!("  {word}[{}]: {drawn}", diagnostic.code);
        }
        for line in text.lines() {
            self.line(line);
        }
        if drawn.omitted() > 0 {
            self.footer("more", Some(&format!("{} other places are not shown", drawn.omitted())));
        }
    }

    /// A line below a report, such as `help: …`; continued lines keep to the frame.
    fn footer(&mut self, word: &str, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return };
        let indent = width(word) + 4;
        let bar = if self.style.unicode { "│" } else { "|" };
        let lines = wrap(text, self.style.width.saturating_sub(indent + 2).max(20));
        for (index, line) in lines.iter().enumerate() {
            let head = if index == 0 { format!("{word}:") } else { pad(bar, indent - 3) };
            let head = self.paint(&head, Color::Cyan);
            self.line(&format!("  {head} {line}"));
        }
    }
}

fn severity(applied: EffectKind) -> Severity {
    match applied {
        EffectKind::Note => Severity::Note,
        EffectKind::Warn => Severity::Warning,
        EffectKind::Hold | EffectKind::Rollback => Severity::Error,
    }
}

/// What a rule does, behind «so it».
fn consequence(applied: EffectKind) -> &'static str {
    match applied {
        EffectKind::Note => "notes",
        EffectKind::Warn => "warns",
        EffectKind::Hold => "holds",
        EffectKind::Rollback => "rolls back",
    }
}

#[cfg(test)]
mod tests;
