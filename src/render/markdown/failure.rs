//! One failure in a comment: a line for those who read no further, and a folded table for those who do.

use super::{code, inert};
use crate::ast::EffectKind;
use crate::render::entries::{ReportEntry, cause, remedy_word};
use crate::render::finding::{Finding, FindingsOf, shown};
use crate::report::{LabelReport, Outcome, RuleReport, WorkflowReport};

/// Places that are shown of a failure.
const PLACES: usize = 6;
/// Workflows that are named of those in which a rule comes out alike.
const WORKFLOWS: usize = 20;

/// The workflow, what it does, why, and what would help: `- ❌ **alpha** holds: Half use it: in use by 32%. Would pass: …`
pub(super) fn line(workflow: &WorkflowReport, entry: &ReportEntry<'_>) -> String {
    let rule = entry.rule;
    let does = match (rule.applied, entry.workflows.len()) {
        (Some(EffectKind::Rollback), 0) => "must roll back",
        (Some(EffectKind::Rollback), _) => "and others must roll back",
        (_, 0) => "holds",
        (_, _) => "and others hold",
    };
    let undecided = if rule.outcome == Outcome::Undecided { " (undecided)" } else { "" };
    let said = rule.message.as_deref().or_else(|| cause(rule));
    let said = said.map(|said| format!(": {}", inert(said))).unwrap_or_default();
    let remedy = rule.would_pass.as_ref();
    let remedy = remedy.map(|remedy| format!(". {}: {}", capital(remedy_word(rule)), inert(remedy)));
    let help = rule.help.as_ref().map(|help| format!(". {}", inert(help)));
    format!(
        "- {} **{}** {does}: {}{undecided}{said}{}",
        mark(rule),
        code(&workflow.name()),
        title(rule),
        remedy.or(help).unwrap_or_default()
    )
}

/// An error, where it is, and what to do: `- ⚠️ rollouts/a.yaml:3: no such date. Write …`
pub(super) fn line_of_problem(problem: &Finding) -> String {
    let place = problem.places.first().map(|place| &place.region);
    let place = place.map(|region| format!("{}: ", code(&format!("{}:{}", region.file, region.line))));
    let help = problem.help.as_ref().map(|help| format!(". {}", inert(&capital(help))));
    let message = inert(problem.message.lines().next().unwrap_or_default());
    format!("- ⚠️ {}{message}{}", place.unwrap_or_default(), help.unwrap_or_default())
}

/// A failure with all that there is to say of it, with its places by the names that `named` gives; none where it is not listed.
pub(super) fn fold(
    workflow: &WorkflowReport,
    entry: &ReportEntry<'_>,
    of: &FindingsOf<'_>,
    named: &dyn Fn(&str) -> String,
) -> Option<String> {
    let (rule, name) = (entry.rule, workflow.name());
    let finding = of.get(&shown(&name), rule)?;
    let mut rows = Rows::default();
    if !entry.workflows.is_empty() {
        let more = entry.workflows.len().saturating_sub(WORKFLOWS);
        let names = entry.named_workflows();
        let names = names.iter().take(WORKFLOWS).map(|name| code(name)).collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        rows.add("workflows", [format!("{}: {names}{more}", entry.workflows.len())]);
    }
    if entry.alike.len() > 1 {
        let titles = entry.alike.iter().map(|rule| format!("{} ({})", title(rule), code(&rule.rule)));
        rows.add("rules", titles);
    } else {
        rows.add("said", rule.message.iter().map(|message| inert(message)));
        let seen = rule.evidence.iter().map(|e| format!("{}: {}", code(&e.expression), inert(&e.value)));
        rows.add("seen", seen);
        let needed = rule.thresholds.iter().map(|held| {
            format!(
                "{} = {} ({})",
                code(&held.param),
                inert(&held.value),
                code(&named(&held.from.to_string()))
            )
        });
        rows.add("needed", needed);
        rows.add("collected", rule.sources.iter().map(|source| inert(&source.text)));
    }
    rows.add(remedy_word(rule), rule.would_pass.iter().map(|remedy| inert(remedy)));
    rows.add("where", places(&finding.places));
    if entry.alike.len() == 1 {
        rows.add("help", finding.help.iter().map(|help| inert(help)));
    }
    let who = match entry.workflows.len() {
        0 => code(&name),
        several => format!("{several} workflows"),
    };
    let what = match (entry.alike.len(), cause(rule)) {
        (1, _) => format!("{} ({})", title(rule), code(&finding.name())),
        (several, Some(cause)) => format!("{several} rules cannot be decided: {}", inert(cause)),
        (several, None) => format!("{several} rules cannot be decided"),
    };
    Some(folded(&format!("{} {who}: {what}", mark(rule)), &rows))
}

/// What is no rule's: an error, or why a workflow holds of which no rule does.
pub(super) fn of_finding(mark: &str, of: &str, finding: &Finding) -> String {
    let mut rows = Rows::default();
    rows.add("said", finding.message.lines().map(inert));
    rows.add("where", places(&finding.places));
    rows.add("help", finding.help.iter().map(|help| inert(help)));
    let summary = format!("{mark} {}: {} ({})", code(of), inert(&finding.title), code(&finding.name()));
    folded(&summary, &rows)
}

/// Lines of HTML without a blank one, which would end the block.
fn folded(summary: &str, rows: &Rows) -> String {
    format!("<details><summary>{summary}</summary>\n<table>{}</table></details>\n", rows.0)
}

/// Rows of a table, each with what it is about.
#[derive(Default)]
struct Rows(String);

impl Rows {
    /// A row for each text, the first of them with the word.
    fn add(&mut self, word: &str, texts: impl IntoIterator<Item = String>) {
        for (index, text) in texts.into_iter().enumerate() {
            let head = if index == 0 { word } else { "" };
            self.0.push_str(&format!("<tr><th>{head}</th><td>{text}</td></tr>"));
        }
    }
}

fn places(places: &[LabelReport]) -> impl Iterator<Item = String> {
    let more = places.len().saturating_sub(PLACES);
    let place = |place: &LabelReport| {
        format!("{} {}", code(&format!("{}:{}", place.region.file, place.region.line)), inert(&place.text))
    };
    places.iter().take(PLACES).map(place).chain((more > 0).then(|| format!("and {more} more")))
}

/// What a rule demands, in the policy's words; its name where it says nothing.
fn title(rule: &RuleReport) -> String {
    let bare = rule.rule.rsplit('.').next().unwrap_or_default();
    if rule.title.is_empty() || rule.title == bare { code(&rule.rule) } else { inert(&rule.title) }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn mark(rule: &RuleReport) -> &'static str {
    if rule.applied == Some(EffectKind::Rollback) { "↩️" } else { "❌" }
}
