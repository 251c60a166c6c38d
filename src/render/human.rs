//! The human form: what a person reads on a terminal or in a build's log.
//!
//! Every line that quotes a stranger begins with a mark, a word or a frame of ours, so that a value in a snapshot can
//! neither move the cursor nor pass for a command to the build server that shows the log. Draws only what the
//! [`Answer`] holds; it decides nothing.

mod against;
mod checklist;
mod drawn;
mod headline;
mod history;
mod impact;
mod links;
mod narrate;
mod summary;
mod trials;

pub use checklist::render_checklists;
pub use history::render_history;
pub use impact::{narrate_impact, render_impact};
pub use narrate::{narrate, narrate_history, narrate_problems};
pub use summary::{arrow, last_day, read, retirees, sentence, sentence_of, waivers};
pub use trials::{narrate_tests, render_tests};

use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::ast::EffectKind;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::engine::Answer;
use crate::excerpt::Fit;
use crate::render::entries::{ReportEntry, Together, entries, is_shown, remedy_word};
use crate::render::human::drawn::Drawn;
use crate::render::human::headline::headline;
use crate::render::{Style, View, severity};
use crate::report::{Outcome, Report, RuleReport, WorkflowReport};
use crate::source::SourceMap;
use crate::text::{pad, paragraph, visible, width, wrap};

/// Lines that are shown of a judgement unless all are asked for.
const MAX_LINES: usize = 190;
/// Of these, the lines for diagnostics at most, and for workflows that are shown in one line.
const DIAGNOSTIC_LINES: usize = 60;
const ONE_LINERS: usize = 40;
/// Workflows in the table at the end.
const MAX_ROWS: usize = 20;

/// The whole of it: diagnostics, a line for each workflow with a report for each rule that did not pass, lints, a table
/// where it helps, and what it comes to. What is too long for one page is cut between reports, and what was left out is counted.
pub fn render(judgement: &Answer<Report>, style: Style, view: &View) -> String {
    let mut page = Page::new(style, view);
    page.diagnostics(&judgement.diagnostics, &judgement.sources, view);
    let workflows = shown_workflows(judgement, view);
    let columns = summary::TableColumns::new(&workflows, style);
    let tail = tail(judgement, &workflows, style, view);
    if !page.all_workflows(&workflows, &columns, judgement, view, tail.lines().count()) {
        page.worst_workflows(&workflows, &columns, judgement, tail.lines().count());
    }
    if let ([only], true) = (workflows.as_slice(), view.first_gate) {
        page.first_gate(only);
    }
    page.blank();
    page.out.push_str(&tail);
    page.out
}

/// The workflows to be told of.
fn shown_workflows<'r>(judgement: &'r Answer<Report>, view: &View) -> Vec<&'r WorkflowReport> {
    let stops = |w: &&WorkflowReport| !view.only_failed || !w.decision.goes_on();
    judgement.report.workflows.iter().filter(stops).collect()
}

/// What ends the page: lints, on which no verdict depends, the table, waivers, what a pull request changes, and what it all comes to.
fn tail(judgement: &Answer<Report>, workflows: &[&WorkflowReport], style: Style, view: &View) -> String {
    let mut page = Page::new(style, view);
    let lints: Vec<&Diagnostic> = in_order(&judgement.diagnostics).filter(|d| d.code.is_lint()).collect();
    summary::lints(&lints, &judgement.sources, view.full).iter().for_each(|line| page.line(line));
    page.blank();
    let any_report = || workflows.iter().any(|w| w.rules.iter().any(is_shown));
    if workflows.len() > 1 && (view.full || workflows.len() <= MAX_ROWS) && any_report() {
        let table = summary::table(workflows, style);
        // It says nothing that is not said above: where it does not fit, it is left out.
        if table.lines().all(|line| plain_width(line) <= style.width) {
            page.out.push_str(&table);
            page.blank();
        }
    }
    summary::waivers(&judgement.report.waivers, view.full).iter().for_each(|line| page.line(line));
    page.blank();
    if let Some(against) = &judgement.report.against {
        against::lines(against, style, view.full).iter().for_each(|line| page.line(line));
        page.blank();
    }
    for line in summary::read(&judgement.report.read).iter().flat_map(|line| wrap(line, style.width)) {
        let line = page.paint(&line, Color::Dim);
        page.line(&line);
    }
    page.line(&summary::sentence(judgement));
    page.out
}

/// One diagnostic, with its help.
pub fn draw(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let mut page = Page::new(style, &View::default());
    page.diagnostic(diagnostic, sources);
    page.out
}

/// One rule's report.
pub fn draw_rule(rule: &RuleReport, sources: &SourceMap, style: Style) -> String {
    let mut page = Page::new(style, &View::default());
    page.entry(&ReportEntry::of(rule), sources);
    page.out
}

/// Only what does not go on: a line for each error, warning and workflow, and what it comes to.
pub fn render_quiet(judgement: &Answer<Report>, style: Style) -> String {
    let mut page = Page::new(style, &View::default());
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
    let workflows: Vec<_> = judgement.report.workflows.iter().filter(|w| !w.decision.goes_on()).collect();
    let columns = summary::TableColumns::new(&workflows, style);
    for workflow in &workflows {
        let room = style.width.saturating_sub(columns.before_remarks());
        page.line(&columns.line(workflow, &[summary::blockers(workflow, room)], style));
    }
    // Else nobody would know why it fails, or why it does not.
    if let Some(against) = &judgement.report.against {
        against::short(against, style).iter().for_each(|line| page.line(line));
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
    links: Option<String>,
}

impl Page {
    fn new(style: Style, view: &View) -> Self {
        Self { out: String::new(), style, links: view.links.clone() }
    }

    /// An empty page of the same kind.
    fn fresh(&self) -> Self {
        Self { out: String::new(), style: self.style, links: self.links.clone() }
    }

    fn lines(&self) -> usize {
        self.out.lines().count()
    }

    /// Errors, then warnings, then notes, as many as there is room for; lints stand elsewhere.
    fn diagnostics(&mut self, diagnostics: &[Diagnostic], sources: &SourceMap, view: &View) {
        let diagnostics: Vec<_> = in_order(diagnostics).filter(|d| !d.code.is_lint()).collect();
        for (shown, diagnostic) in diagnostics.iter().enumerate() {
            let mut one = self.fresh();
            one.diagnostic(diagnostic, sources);
            if !view.full && shown > 0 && self.lines() + one.lines() > DIAGNOSTIC_LINES {
                let more = diagnostics.len() - shown;
                let what = summary::plural(more, "error, warning or note", "errors, warnings and notes");
                self.line(&format!("  and {more} more {what}: `--full` shows them"));
                break;
            }
            self.out.push_str(&one.out);
            self.blank();
        }
        self.blank();
    }

    /// Every workflow by name, if there is room for all of them; else nothing is written.
    fn all_workflows(
        &mut self,
        workflows: &[&WorkflowReport],
        columns: &summary::TableColumns,
        judgement: &Answer<Report>,
        view: &View,
        tail: usize,
    ) -> bool {
        let before = self.out.len();
        let together = Together::suiting(workflows, view.full);
        for (workflow, entries) in entries(workflows, EffectKind::Note, together) {
            self.workflow(workflow, &entries, columns, &judgement.sources, None);
            if !view.full && self.lines() + tail > MAX_LINES {
                self.out.truncate(before);
                return false;
            }
        }
        true
    }

    /// The harshest decisions first: some with their reports, then some with a line each, then how many more there are.
    fn worst_workflows(
        &mut self,
        workflows: &[&WorkflowReport],
        columns: &summary::TableColumns,
        judgement: &Answer<Report>,
        tail: usize,
    ) {
        let mut worst = workflows.to_vec();
        worst.sort_by_key(|workflow| std::cmp::Reverse(workflow.decision));
        let worst = entries(&worst, EffectKind::Hold, Together::ByRule);
        // What follows the reports: the lines of the others, what is left out, and the tail.
        let limit = MAX_LINES.saturating_sub(tail + workflows.len().min(ONE_LINERS) + 6);
        let mut rest = worst.as_slice();
        let mut first = true;
        while let Some(((workflow, entries), others)) = rest.split_first() {
            let room = limit.saturating_sub(self.lines());
            let mut one = self.fresh();
            let whole = one.workflow(workflow, entries, columns, &judgement.sources, Some(room));
            // The worst is shown in any case, as far as there is room.
            if one.lines() > room && !first {
                break;
            }
            // Of lines by themselves, one follows the other.
            if !entries.is_empty() {
                self.blank();
            }
            self.out.push_str(&one.out);
            (rest, first) = (others, false);
            if !whole {
                break;
            }
        }
        self.blank();
        let room = MAX_LINES.saturating_sub(self.lines() + tail + 4);
        let (lines, more) = rest.split_at_checked(room).unwrap_or((rest, &[]));
        for (workflow, _) in lines {
            self.workflow_line(workflow, columns);
        }
        if !lines.is_empty() {
            self.blank();
        }
        if !more.is_empty() {
            let more: Vec<_> = more.iter().map(|(workflow, _)| *workflow).collect();
            self.line(&format!("  and {} more: {}", more.len(), summary::decisions(&more)));
        }
        self.line("  `--full` shows every report, `--workflow NAME` those of one workflow");
    }

    /// A workflow's line, and what is told of it, as far as there is room. Whether that is all.
    fn workflow(
        &mut self,
        workflow: &WorkflowReport,
        entries: &[ReportEntry<'_>],
        columns: &summary::TableColumns,
        sources: &SourceMap,
        room: Option<usize>,
    ) -> bool {
        if !entries.is_empty() {
            self.blank();
        }
        self.workflow_line(workflow, columns);
        if !entries.is_empty() {
            self.blank();
        }
        for (shown, entry) in entries.iter().enumerate() {
            let mut one = self.fresh();
            one.entry(entry, sources);
            if shown > 0 && room.is_some_and(|room| self.lines() + one.lines() > room) {
                let more: usize = entries.iter().skip(shown).map(|entry| entry.alike.len()).sum();
                self.line(&format!("  and {more} more of this workflow's rules"));
                self.blank();
                return false;
            }
            self.out.push_str(&one.out);
            self.blank();
        }
        true
    }

    /// A line for a workflow, with what is to be said of it behind it, or below it where that does not fit.
    fn workflow_line(&mut self, workflow: &WorkflowReport, columns: &summary::TableColumns) {
        let remarks = summary::remarks(workflow, self.style);
        let whole = columns.line(workflow, &remarks, self.style);
        if plain_width(&whole) <= self.style.width {
            return self.line(&whole);
        }
        self.line(&columns.line(workflow, &[], self.style));
        for line in wrap(&remarks.join(", "), self.style.width.saturating_sub(4)) {
            let line = self.paint(&line, Color::Dim);
            self.line(&format!("    {line}"));
        }
    }

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

    /// The report of a rule that failed or is undecided; that of a warning or note is short.
    fn entry(&mut self, entry: &ReportEntry<'_>, sources: &SourceMap) {
        let rule = entry.rule;
        let Some(applied) = rule.applied else { return };
        if entry.alike.len() > 1 {
            return self.undecided_alike(entry, applied, sources);
        }
        if applied == EffectKind::Note {
            return self.note(entry, sources);
        }
        let undecided = rule.outcome == Outcome::Undecided;
        let diagnostic = Diagnostic {
            code: if undecided { Code::RuleUndecided } else { Code::RuleFailed },
            severity: severity(applied),
            message: headline(entry, applied, self.style),
            labels: shown_labels(rule, applied, sources),
            help: None,
            fix: None,
        };
        self.draw(applied.as_str(), &diagnostic, sources);
        if diagnostic.labels.is_empty() {
            let place = format!("{}:{}:{}", rule.policy.file, rule.policy.line, rule.policy.column);
            self.footer("at", Some(&place));
        }
        let stops = applied >= EffectKind::Hold;
        if stops {
            let gate = rule.gate.as_ref().map(|gate| {
                let gate = summary::arrow(gate, self.style);
                match &rule.before_move {
                    Some(date) => format!("{gate}, judged as of {date}, the last snapshot before the move"),
                    None => gate,
                }
            });
            self.footer("gate", gate.as_deref());
        }
        for threshold in rule.thresholds.iter().filter(|threshold| !threshold.labelled) {
            let text = format!("{} = {} ({})", threshold.param, threshold.value, threshold.source());
            self.footer("where", Some(&text));
        }
        self.sources(rule);
        self.footer(remedy_word(rule), rule.would_pass.as_deref());
        if stops {
            self.footer("help", rule.help.as_deref());
        }
    }

    /// Several rules that are undecided for one cause: what that is, and which they are.
    fn undecided_alike(&mut self, entry: &ReportEntry<'_>, applied: EffectKind, sources: &SourceMap) {
        let rule = entry.rule;
        let labels = rule.labels.iter().filter(|label| !in_policy(rule, label, sources));
        let diagnostic = Diagnostic {
            code: Code::RuleUndecided,
            severity: severity(applied),
            message: headline(entry, applied, self.style),
            labels: labels.cloned().collect(),
            help: None,
            fix: None,
        };
        self.draw(applied.as_str(), &diagnostic, sources);
        self.sources(rule);
        self.footer(remedy_word(rule), rule.would_pass.as_deref());
    }

    /// A note stops nothing: what it says, the values it saw, and, where it is undecided, what is not known.
    fn note(&mut self, entry: &ReportEntry<'_>, sources: &SourceMap) {
        let rule = entry.rule;
        let undecided = rule.outcome == Outcome::Undecided;
        let code = if undecided { Code::RuleUndecided } else { Code::RuleFailed };
        let headline = Diagnostic::note(code, headline(entry, EffectKind::Note, self.style));
        self.draw(EffectKind::Note.as_str(), &headline, sources);
        let labels = if rule.labels.iter().any(|label| in_policy(rule, label, sources)) {
            shown_labels(rule, EffectKind::Note, sources)
        } else {
            rule.labels.clone()
        };
        let (own, input): (Vec<&Label>, Vec<&Label>) =
            labels.iter().partition(|l| in_policy(rule, l, sources));
        let line = own.first().map_or(rule.policy.line, |label| sources.line_column(label.span).0);
        let values = own.iter().map(|label| {
            let expression = sources.one_line(label.span);
            let joint = if label.is_value { " is" } else { ":" };
            format!("`{expression}`{joint} {}", label.text)
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let colon = if values.is_empty() { "" } else { ": " };
        self.footer("at", Some(&format!("{}:{line}{colon}{values}", rule.policy.file)));
        // A built-in rule has no text of its own that would say what it saw.
        if undecided || own.is_empty() {
            for label in input {
                let (line, _) = sources.line_column(label.span);
                let text = format!("{}:{line}: {}", sources.name(label.span.file), label.text);
                self.footer("in", Some(&text));
            }
        }
        self.sources(rule);
        self.footer(remedy_word(rule), rule.would_pass.as_deref());
    }

    /// Where the fields are from that decided, a line for each.
    fn sources(&mut self, rule: &RuleReport) {
        rule.sources.iter().for_each(|source| self.footer("collected", Some(&source.text)));
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic, sources: &SourceMap) {
        self.draw(diagnostic.severity.as_str(), diagnostic, sources);
        let help = diagnostic.advice(sources);
        let (advice, block) = match help.as_deref().and_then(|help| help.split_once("\n\n")) {
            Some((advice, block)) => (Some(advice), Some(block)),
            None => (help.as_deref(), None),
        };
        self.footer("help", advice);
        block.iter().for_each(|block| self.block(block));
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
            let line = self.linked(line);
            self.line(&line);
        }
        if drawn.omitted() > 0 {
            self.footer("more", Some(&format!("{} other places are not shown", drawn.omitted())));
        }
    }

    /// Lines to be taken over as they are.
    fn block(&mut self, text: &str) {
        self.blank();
        text.lines().for_each(|line| self.line(&format!("    {}", visible(line))));
        self.blank();
    }

    /// A line below a report, such as `help: …`; continued lines keep to the frame.
    fn footer(&mut self, word: &str, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return };
        let indent = width(word) + 4;
        let bar = if self.style.unicode { "│" } else { "|" };
        let lines = wrap(&paragraph(text), self.style.width.saturating_sub(indent + 2).max(20));
        for (index, line) in lines.iter().enumerate() {
            let head = if index == 0 { format!("{word}:") } else { pad(bar, indent - 3) };
            let head = self.paint(&head, Color::Cyan);
            self.line(&format!("  {head} {line}"));
        }
    }
}

/// The width of a line without the codes of its colours.
fn plain_width(line: &str) -> usize {
    let mut rest = line;
    let mut sum = 0;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        sum += width(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    sum + width(rest)
}

fn in_policy(rule: &RuleReport, label: &Label, sources: &SourceMap) -> bool {
    sources.name(label.span.file) == rule.policy.file
}

/// Of what holds, everything; of a warning or note the policy's own and one of the input.
fn shown_labels(rule: &RuleReport, applied: EffectKind, sources: &SourceMap) -> Vec<Label> {
    match applied {
        EffectKind::Note | EffectKind::Warn => {
            let (own, input): (Vec<&Label>, Vec<&Label>) =
                rule.labels.iter().partition(|label| in_policy(rule, label, sources));
            // Why something is not known says more than a value that stands under the expression already.
            let is_new = |label: &&&Label| own.iter().all(|shown| shown.text != label.text);
            let undecided = rule.outcome == Outcome::Undecided;
            let telling = input.iter().find(is_new).filter(|_| undecided).or(input.first());
            own.iter().chain(telling).map(|label| (*label).clone()).collect()
        }
        EffectKind::Hold | EffectKind::Rollback => rule.labels.clone(),
    }
}

#[cfg(test)]
mod tests;
