//! Explanations of codes, rules and policies, as text.

use crate::ast::{Expr, Outcome, RuleBody, Template};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::engine::Compiled;
use crate::explain::{Shown, Subject, example, test_of, uses};
use crate::program::{Param, Rule};
use crate::render::{Style, human};
use crate::source::Span;
use crate::text::{visible, wrap};

/// The explanation of a subject.
pub fn render(subject: Subject<'_>, compiled: &Compiled, style: Style) -> String {
    let mut text = Text { out: String::new(), compiled, style };
    match subject {
        Subject::Code(code) => text.code(code),
        Subject::Rule(rule) => text.rule(rule),
        Subject::Ladder(name, title) => text.ladder(name, title),
        Subject::Policy(index) => text.policy(index),
    }
    text.out
}

struct Text<'c> {
    out: String,
    compiled: &'c Compiled,
    style: Style,
}

impl Text<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn paragraph(&mut self, text: &str) {
        for line in wrap(text, self.style.width.saturating_sub(2)) {
            self.line(&format!("  {line}"));
        }
    }

    fn heading(&mut self, name: &str, title: &str) {
        let dash = if self.style.unicode { "—" } else { "-" };
        self.line(&visible(&if title.is_empty() {
            name.to_owned()
        } else {
            format!("{name} {dash} {title}")
        }));
        self.line("");
    }

    fn code(&mut self, code: Code) {
        self.heading(code.as_str(), code.title());
        self.paragraph(code.explanation());
        let Some(example) = example(code) else { return };
        self.line("");
        self.line("For example:");
        self.line("");
        let drawn = match &example.shown {
            Shown::Diagnostic(diagnostic) => human::draw(diagnostic, &example.sources, self.style),
            Shown::Rule(rule) => human::draw_rule(rule, &example.sources, self.style),
        };
        self.out.push_str(&drawn);
    }

    fn ladder(&mut self, name: &str, title: &str) {
        self.heading(name, title);
        self.paragraph(
            "A rule that every ladder of stages brings with it. It looks at the move into the stage that a workflow is in, \
             and at the one that it asks for with `advance_to`; it is listed when it fires, and then it holds. A \
             configuration can change its effect, and a waiver can lift it.",
        );
    }

    fn policy(&mut self, index: usize) {
        let compiled = self.compiled;
        let Some(policy) = compiled.program.policies.get(index) else { return };
        self.heading(&policy.name, &self.title(policy.title.as_ref()));
        if let Some(when) = &policy.when {
            self.paragraph(&format!("Its standing rules apply when `{}`.", self.source(when.span)));
            self.line("");
        }
        for rule in compiled.program.rules.iter().filter(|rule| rule.policy == index) {
            let title = self.title(rule.decl.title.as_ref());
            self.paragraph(&format!("{} ({}) {title}", rule.name, rule.effect.as_str()));
        }
        self.line("");
        self.paragraph("`tollgate explain` with the name of a rule tells more of it.");
    }

    fn rule(&mut self, rule: &Rule) {
        self.heading(&rule.name, &self.title(rule.decl.title.as_ref()));
        self.quote(rule.decl.span);
        self.line("");
        self.paragraph(&self.when_judged(rule));
        let how = match &rule.decl.body {
            RuleBody::Trigger { .. } => "It fires when the condition behind `when` is yes",
            RuleBody::Require { when: Some(_), .. } => {
                "Where its `when` is yes, it fails when one of what it requires is no"
            }
            RuleBody::Require { when: None, .. } => "It fails when one of what it requires is no",
        };
        let effect = rule.effect.as_str();
        self.paragraph(&format!("{how}; the effect is `{effect}`. {}", undecided(rule)));
        if let Some(link) = &rule.decl.link {
            self.paragraph(&format!("More: {link}"));
        }
        let uses = uses(rule, &self.compiled.program);
        if !uses.params.is_empty() {
            self.line("");
            self.line("Its params:");
            uses.params.iter().for_each(|param| self.paragraph(&self.param(param)));
        }
        if !uses.fields.is_empty() {
            self.line("");
            self.line("What it reads of the snapshots:");
            for (name, field) in &uses.fields {
                let doc = field.doc.as_ref().map(|doc| format!(": {doc}")).unwrap_or_default();
                self.paragraph(&format!("{name}, {}{doc}", field.ty));
            }
        }
        for (word, wanted) in [("passes", Outcome::Passes), ("fails", Outcome::Fails)] {
            if let Some(test) = test_of(rule, wanted, self.compiled) {
                self.line("");
                self.line(&format!("Where it {word}:"));
                self.line("");
                self.quote(test.span);
            }
        }
    }

    fn when_judged(&self, rule: &Rule) -> String {
        let program = &self.compiled.program;
        let stage = |rung: usize| program.vocabulary.stages.get(rung).map_or("", |name| name);
        match rule.gate.and_then(|gate| program.gates.get(gate)) {
            Some(gate) => format!(
                "It stands in the gate from `{}` to `{}`: it is judged when a workflow asks to move there, and as long as \
                 the workflow stays there; before that it is a preview.",
                stage(gate.from),
                stage(gate.to)
            ),
            None => match program.policies.get(rule.policy).and_then(|policy| policy.when.as_ref()) {
                Some(when) => format!("It is judged at every check, when `{}`.", self.condition(when)),
                None => "It is judged at every check.".to_owned(),
            },
        }
    }

    /// `light_share = 80%, from 60% to 100% (staged_rollout.gate:12): share of …`
    fn param(&self, param: &Param) -> String {
        let sources = &self.compiled.sources;
        let (line, _) = sources.line_column(param.origin);
        let origin = format!("{}:{line}", sources.name(param.origin.file));
        let value = self.source(param.decl.value.span);
        let range = param.decl.within.as_ref().map(|range| {
            format!(", within {} to {}", self.source(range.low.span), self.source(range.high.span))
        });
        let doc = param.decl.doc.as_ref().map(|doc| format!(": {doc}")).unwrap_or_default();
        format!("{} = {value}{} ({origin}){doc}", param.name, range.unwrap_or_default())
    }

    fn title(&self, title: Option<&Template>) -> String {
        title.map_or_else(String::new, |title| self.source(title.span).trim_matches('"').to_owned())
    }

    fn condition(&self, expr: &Expr) -> String {
        self.source(expr.span)
    }

    /// The text of a span on one line.
    fn source(&self, span: Span) -> String {
        self.compiled.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The text of a span as it stands in its file, with its place.
    fn quote(&mut self, span: Span) {
        let sources = &self.compiled.sources;
        let (line, column) = sources.line_column(span);
        let place = format!("  {}:{line}", visible(sources.name(span.file)));
        let indent = column.saturating_sub(1);
        let text = sources.text(span).lines().map(|line| {
            let blanks = line.len() - line.trim_start_matches(' ').len();
            visible(line.get(blanks.min(indent)..).unwrap_or("")).into_owned()
        });
        let text: Vec<String> = text.collect();
        self.line(&place);
        for line in text {
            self.line(&format!("    {line}"));
        }
    }
}

/// What an undecided rule does.
fn undecided(rule: &Rule) -> &'static str {
    use crate::ast::{EffectKind, UndecidedKind};
    let said = rule.decl.undecided.as_ref().map(|undecided| undecided.kind);
    match (said, rule.effect) {
        (Some(UndecidedKind::Pass), _) => "Undecided, it passes.",
        (_, EffectKind::Note) => "Undecided, it notes.",
        (Some(UndecidedKind::Warn), _) | (_, EffectKind::Warn) => "Undecided, it warns.",
        (Some(UndecidedKind::Hold) | None, EffectKind::Hold | EffectKind::Rollback) => "Undecided, it holds.",
    }
}

/// What is said when nothing has the name.
pub fn unknown(name: &str, close: &[String]) -> Diagnostic {
    let message = format!("nothing is called `{}`", visible(name));
    let help = match close {
        [] => "give a code such as `T203`, a rule such as `staged_rollout.stalled`, or a policy".to_owned(),
        [one] => format!("did you mean `{one}`?"),
        several => format!("did you mean {}?", several.join(" or ")),
    };
    Diagnostic::error(Code::T508, message).help(help)
}
