//! Policies as Markdown, for people: every rule, param, default and range.
//!
//! Draws what the compiled program holds, in the words of its sources.

use std::fmt::Write;

use crate::ast::{EffectKind, RuleBody, RuleDecl, Template, UndecidedKind};
use crate::program::{Param, Program, Rule};
use crate::source::{SourceMap, Span};

/// A section for each policy, by name.
pub fn render(program: &Program, sources: &SourceMap) -> String {
    let manual = Manual { program, sources };
    let mut out = String::new();
    for (index, policy) in program.policies.iter().enumerate() {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(out, "## `{}`: {}\n", policy.name, manual.title(policy.title.as_ref()));
        if let Some(when) = &policy.when {
            let _ = writeln!(out, "Its standing rules apply when {}.\n", manual.code(when.span));
        }
        manual.params(&format!("{}.", policy.name), &mut out);
        let of_policy = |rule: &&Rule| rule.policy == index;
        let standing: Vec<&Rule> =
            program.rules.iter().filter(of_policy).filter(|rule| rule.gate.is_none()).collect();
        manual.rules(&standing, &mut out);
        for (at, gate) in program.gates.iter().enumerate().filter(|(_, gate)| gate.policy == index) {
            let stage = |rung: usize| program.vocabulary.stages.get(rung).map_or("", |name| name);
            let title = manual.title(gate.title.as_ref());
            let _ = writeln!(out, "### Gate `{} -> {}`: {title}\n", stage(gate.from), stage(gate.to));
            let behind: Vec<&Rule> = program.rules.iter().filter(|rule| rule.gate == Some(at)).collect();
            manual.rules(&behind, &mut out);
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

struct Manual<'a> {
    program: &'a Program,
    sources: &'a SourceMap,
}

impl Manual<'_> {
    fn params(&self, prefix: &str, out: &mut String) {
        let own = |param: &&Param| param.name.starts_with(prefix);
        let params: Vec<&Param> = self.program.params.iter().filter(own).collect();
        if params.is_empty() {
            return;
        }
        out.push_str("| param | default | range | |\n|---|---|---|---|\n");
        for param in params {
            let range = param.decl.within.as_ref();
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} |",
                param.decl.name.text,
                cell(self.sources.text(param.decl.value.span)),
                range.map_or_else(
                    || "any".to_owned(),
                    |range| {
                        let end = |span| cell(self.sources.text(span));
                        format!("{} to {}", end(range.low.span), end(range.high.span))
                    }
                ),
                param.decl.doc.as_deref().map_or_else(String::new, cell),
            );
        }
        out.push('\n');
    }

    fn rules(&self, rules: &[&Rule], out: &mut String) {
        if rules.is_empty() {
            return;
        }
        out.push_str("| rule | says | asks | effect |\n|---|---|---|---|\n");
        for rule in rules {
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} |",
                rule.name,
                self.title(rule.decl.title.as_ref()),
                self.asks(&rule.decl),
                effect(rule),
            );
        }
        out.push('\n');
    }

    fn asks(&self, rule: &RuleDecl) -> String {
        match &rule.body {
            RuleBody::Trigger { when } => format!("fires when {}", self.code(when.span)),
            RuleBody::Require { when, requires } => {
                let wanted: Vec<String> = requires.iter().map(|expr| self.code(expr.span)).collect();
                match when {
                    Some(when) => format!("{}, when {}", wanted.join(", "), self.code(when.span)),
                    None => wanted.join(", "),
                }
            }
        }
    }

    fn title(&self, title: Option<&Template>) -> String {
        title.map_or_else(String::new, |title| cell(self.sources.text(title.span).trim_matches('"')))
    }

    /// An expression as it is written, on one line.
    fn code(&self, span: Span) -> String {
        let words: Vec<&str> = self.sources.text(span).split_whitespace().collect();
        format!("`{}`", cell(&words.join(" ")))
    }
}

fn effect(rule: &Rule) -> String {
    let undecided = match rule.decl.undecided.as_ref().map(|undecided| undecided.kind) {
        Some(UndecidedKind::Pass) => ", undecided passes",
        Some(UndecidedKind::Warn) => ", undecided warns",
        Some(UndecidedKind::Hold) => ", undecided holds",
        None if rule.effect == EffectKind::Rollback => ", undecided holds",
        None => "",
    };
    format!("{}{undecided}", rule.effect.as_str())
}

/// Text that stays within its cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
