//! Policies as Markdown, for people: every rule, param, value and range, in the words of their sources.
//!
//! Draws what the compiled program holds and what is in force of it, and judges nothing: the same policies give the same
//! page on every day. What policies say is text on it, and never Markdown of its own.

use std::fmt::Write;

use crate::ast::{EffectKind, RuleBody, RuleDecl, Template, UndecidedKind};
use crate::engine::Answer;
use crate::explain::{FilledPiece, filled, on_every_day, uses};
use crate::layers::BoundWaiver;
use crate::layers::{PoliciesInForce, ProjectInForce};
use crate::program::{Param, Program, Rule};
use crate::render::markdown::{self, BREAK, ends_with, refers};
use crate::report::Place;
use crate::settings::{
    BuiltInSubject, ParamSetting, RuleSetting, Settings, Timeline, built_in_rules, field_type, rule_names,
    show_range, show_value,
};
use crate::source::{SourceMap, Span};
use crate::text::{visible, yaml_text};
use crate::types::{Kind, Type};
use crate::vocabulary::{Every, RecordType};

/// A section for each policy, by name, with what they declare.
pub fn render(program: &Program, sources: &SourceMap) -> String {
    let mut out = String::new();
    Manual { program, sources, settings: &Settings::declared(program) }.policies(&mut out);
    ended(out)
}

/// What is in force in each project: its stages and fields, its policies, and the exceptions from them.
pub fn in_force(known: &Answer<PoliciesInForce>) -> String {
    let mut out = "# Policies in force\n\n".to_owned();
    for project in &known.report.projects {
        if let Some(name) = &project.name {
            // Writing to a string cannot fail, here and below.
            let _ = writeln!(out, "# Project {}\n", code(name));
        }
        let manual =
            Manual { program: &project.program, sources: &known.sources, settings: &project.settings };
        manual.vocabulary(&mut out);
        manual.policies(&mut out);
        manual.overridden(project, &mut out);
        manual.waivers(&project.waivers, &mut out);
    }
    ended(out)
}

fn ended(mut out: String) -> String {
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

struct Manual<'a> {
    program: &'a Program,
    sources: &'a SourceMap,
    settings: &'a Settings,
}

impl Manual<'_> {
    fn vocabulary(&self, out: &mut String) {
        let vocabulary = &self.program.vocabulary;
        if !vocabulary.stages.is_empty() {
            let stages: Vec<&str> = vocabulary.stages.iter().map(|stage| &**stage).collect();
            let _ = writeln!(out, "## Stages\n\n{}\n", code(&stages.join(" -> ")));
            self.built_in_rules(BuiltInSubject::Ladder, out);
        }
        out.push_str("## What a snapshot records\n\n");
        if let Some(cadence) = &vocabulary.cadence {
            let span = |ticks: i64| Kind::Duration.show(&vocabulary.axis().lapse(ticks).seconds());
            let late = match cadence.grace {
                0 => String::new(),
                grace => format!(", or up to {} later", span(grace)),
            };
            let every = match cadence.every {
                Every::Ticks(ticks) => span(ticks),
                Every::Weekday => "weekday, Monday to Friday".to_owned(),
            };
            let _ = writeln!(out, "One is due every {every}{late}.\n");
            self.built_in_rules(BuiltInSubject::Cadence, out);
        }
        out.push_str("| field | type | |\n|---|---|---|\n");
        fields(&vocabulary.snapshot, "", out);
        out.push('\n');
        if built_in_rules(vocabulary).any(|(rule, _)| rule.only_notes()) {
            out.push_str("What is noted of a series, whatever is asked of it; a note stops nothing.\n\n");
            self.built_in_rules(BuiltInSubject::Record, out);
        }
    }

    fn built_in_rules(&self, about: BuiltInSubject, out: &mut String) {
        out.push_str("| rule | says | effect |\n|---|---|---|\n");
        for (rule, _) in built_in_rules(&self.program.vocabulary).filter(|(rule, _)| rule.about == about) {
            let steps = self.settings.built_in(self.program, rule);
            let effect = steps.map(|steps| self.effects(steps, rule.effect()));
            let _ =
                writeln!(out, "| {} | {} | {} |", code(rule.name), rule.title, effect.unwrap_or_default());
        }
        out.push('\n');
    }

    fn policies(&self, out: &mut String) {
        let program = self.program;
        for (index, policy) in program.policies.iter().enumerate() {
            let _ = writeln!(out, "## {}: {}\n", code(&policy.name), self.title(policy.title.as_ref()));
            if let Some(when) = &policy.when {
                let _ = writeln!(out, "Its standing rules apply when {}.\n", self.code(when.span));
            }
            self.params(&format!("{}.", policy.name), out);
            let of_policy = |(_, rule): &(usize, &Rule)| rule.policy == index;
            let standing = program.rules.iter().enumerate().filter(of_policy);
            self.rules(standing.filter(|(_, rule)| rule.gate.is_none()), out);
            for (at, gate) in program.gates.iter().enumerate().filter(|(_, gate)| gate.policy == index) {
                let way = code(&gate.way(&program.vocabulary));
                let _ = writeln!(out, "### Gate {way}: {}\n", self.title(gate.title.as_ref()));
                let behind = program.rules.iter().enumerate();
                self.rules(behind.filter(|(_, rule)| rule.gate == Some(at)), out);
            }
        }
    }

    fn params(&self, prefix: &str, out: &mut String) {
        let all = self.program.params.iter().zip(&self.settings.params);
        let params: Vec<(&Param, &Timeline<ParamSetting>)> = all
            .filter(|(param, _)| param.name.starts_with(prefix))
            .filter(|(_, steps)| !is_by_else(steps))
            .collect();
        if params.is_empty() {
            return;
        }
        out.push_str("| param | value | range | |\n|---|---|---|---|\n");
        for (param, steps) in params {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                code(param.name.strip_prefix(prefix).unwrap_or(&param.name)),
                self.values(param, steps),
                stepwise(steps, |setting| self.range(param, setting)),
                param.decl.doc.as_deref().map_or_else(String::new, prose),
            );
        }
        out.push('\n');
    }

    fn values(&self, param: &Param, steps: &Timeline<ParamSetting>) -> String {
        stepwise(steps, |setting| self.value(param, setting))
    }

    /// `85% (tollgate.yaml:7; declared as 80%): board decision 12`
    fn value(&self, param: &Param, setting: &ParamSetting) -> String {
        let declared = self.sources.text(param.origin);
        let locked = setting.locked.map(|lock| lock.span);
        if !setting.configured {
            return format!("{}{}", prose(declared), self.set(None, None, locked, None));
        }
        let value = prose(&show_value(&param.ty, &setting.value));
        let because = setting.because.as_deref();
        format!("{value}{}", self.set(Some(setting.origin), Some(declared), locked, because))
    }

    fn range(&self, param: &Param, setting: &ParamSetting) -> String {
        let end = |span| prose(self.sources.text(span));
        match (&param.decl.within, &setting.within) {
            (None, None) => "any".to_owned(),
            (Some(range), within) if *within == param.within => {
                format!("{} to {}", end(range.low.span), end(range.high.span))
            }
            (_, Some(within)) => prose(&show_range(&param.ty, within).unwrap_or_default()),
            (Some(_), None) => "any".to_owned(),
        }
    }

    /// In parentheses who set it, what it was declared as, and who locked it; then why.
    fn set(
        &self,
        by: Option<Span>,
        declared: Option<&str>,
        locked: Option<Span>,
        why: Option<&str>,
    ) -> String {
        let place = |span| code(&Place::new(span, self.sources).to_string());
        let mut parts = Vec::new();
        parts.extend(by.map(place));
        parts.extend(declared.map(|declared| format!("declared as {}", prose(declared))));
        parts.extend(locked.map(|span| format!("locked by {}", place(span))));
        let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) };
        let why = why.map(|why| format!(": {}", prose(why))).unwrap_or_default();
        parts + &why
    }

    fn rules<'r>(&self, rules: impl Iterator<Item = (usize, &'r Rule)>, out: &mut String) {
        let mut rules = rules.peekable();
        if rules.peek().is_none() {
            return;
        }
        out.push_str("| rule | says | asks | effect |\n|---|---|---|---|\n");
        for (at, rule) in rules {
            let effect = self.settings.rules.get(at).map(|steps| self.effects(steps, rule.effect));
            let _ = writeln!(
                out,
                "| {} | {} | {} | {}{} |",
                code(&rule.name),
                self.says(&rule.decl),
                self.asks(rule),
                effect.unwrap_or_default(),
                undecided(rule),
            );
        }
        out.push('\n');
    }

    /// Its title, and what it says to do where it fails.
    fn says(&self, rule: &RuleDecl) -> String {
        let mut lines = vec![self.title(rule.title.as_ref())];
        lines.extend(rule.help.as_ref().map(|help| self.title(Some(help))));
        lines.extend(rule.link.as_deref().map(code));
        lines.retain(|line| !line.is_empty());
        lines.join("<br>")
    }

    /// What it requires, and what the lets stand for that are named there.
    fn asks(&self, rule: &Rule) -> String {
        let asks = match &rule.decl.body {
            RuleBody::Trigger { when } => format!("fires when {}", self.code(when.span)),
            RuleBody::Require { when, requires } => {
                let wanted: Vec<String> = requires.iter().map(|expr| self.code(expr.span)).collect();
                match when {
                    Some(when) => format!("{}, when {}", wanted.join(", "), self.code(when.span)),
                    None => wanted.join(", "),
                }
            }
        };
        let lets = uses(rule, self.program).lets;
        let lets = lets.iter().filter_map(|index| self.program.lets.get(*index)).map(|own| {
            // As it is written there: those of other policies are named with these.
            let policy = rule.name.split('.').next().unwrap_or_default();
            let name = own.name.strip_prefix(policy).and_then(|name| name.strip_prefix('.'));
            let name = name.unwrap_or(&own.name);
            format!("<br>{} is {}", code(name), self.code(own.decl.value.span))
        });
        asks + &lets.collect::<String>()
    }

    fn effects(&self, steps: &Timeline<RuleSetting>, declared: EffectKind) -> String {
        stepwise(steps, |setting| self.effect(setting, declared))
    }

    fn effect(&self, setting: &RuleSetting, declared: EffectKind) -> String {
        let effect = setting.effect.map_or("off", EffectKind::as_str);
        let locked = setting.locked.map(|lock| lock.span);
        let because = setting.because.as_deref();
        let (by, declared) = match setting.configured {
            true => (Some(setting.origin), Some(declared.as_str())),
            false => (None, None),
        };
        format!("{effect}{}", self.set(by, declared, locked, because))
    }

    /// What overrides say of some workflows.
    fn overridden(&self, project: &ProjectInForce, out: &mut String) {
        if project.overridden.is_empty() {
            return;
        }
        out.push_str("## For some workflows\n\n| workflow | param or rule | in force |\n|---|---|---|\n");
        for (workflow, own) in &project.overridden {
            let mut row = |name: &str, value: String| {
                let _ = writeln!(out, "| {} | {} | {value} |", code(workflow), code(name));
            };
            if let Some(cadence) = own.cadence.as_ref().filter(|_| own.cadence != self.settings.cadence) {
                let place = Place::new(cadence.span, self.sources);
                row("the cadence", format!("{cadence} ({})", code(&place.to_string())));
            }
            let params = self.program.params.iter().zip(own.params.iter().zip(&self.settings.params));
            let params = params.filter(|(_, (own, general))| own != general && !is_by_else(own));
            for (param, (setting, _)) in params {
                row(&param.name, self.values(param, setting));
            }
            let rules = rule_names(self.program).zip(own.rules.iter().zip(&self.settings.rules)).enumerate();
            for (at, (name, (setting, _))) in rules.filter(|(_, (_, (own, general)))| own != general) {
                let declared = self.program.rules.get(at).map_or(EffectKind::Hold, |rule| rule.effect);
                row(name, self.effects(setting, declared));
            }
        }
        out.push('\n');
    }

    /// All of them, whatever day it is.
    fn waivers(&self, waivers: &[BoundWaiver], out: &mut String) {
        if waivers.is_empty() {
            return;
        }
        out.push_str(
            "## Waivers\n\n| rule | workflow | days | because | owner | |\n|---|---|---|---|---|---|\n",
        );
        for BoundWaiver { waiver, workflow, .. } in waivers {
            let stage = waiver.stage.and_then(|rung| self.program.vocabulary.stages.get(rung));
            let stage = stage.map(|stage| format!(" in {}", code(stage))).unwrap_or_default();
            let from = waiver.from.map(|from| format!("from {from} ")).unwrap_or_default();
            let _ = writeln!(
                out,
                "| {} | {}{stage} | {from}until {} | {} | {} | {} |",
                code(&waiver.rule),
                code(workflow.value.as_str()),
                waiver.until,
                prose(&waiver.because),
                prose(&waiver.owner),
                code(&Place::new(waiver.span, self.sources).to_string()),
            );
        }
        out.push('\n');
    }

    /// A text with the values in force; what a snapshot has to say stays a name.
    fn title(&self, title: Option<&Template>) -> String {
        let Some(title) = title else { return String::new() };
        let pieces = filled(title, self.program, self.settings, self.sources, on_every_day);
        // A mark may end in one piece and act in the next, so texts that touch are written as one.
        let mut out = String::new();
        let mut words = String::new();
        for piece in pieces {
            match piece {
                FilledPiece::Text(text) => words.push_str(&text),
                FilledPiece::Expression(expression) => {
                    out.push_str(&spaced_prose(&std::mem::take(&mut words)));
                    out.push_str(&code(&expression));
                }
            }
        }
        out + &spaced_prose(&words)
    }

    /// An expression as it is written, on one line, without the lines of comments between its own.
    fn code(&self, span: Span) -> String {
        let lines = self.sources.text(span).lines().filter(|line| !line.trim_start().starts_with('#'));
        code(&lines.collect::<Vec<_>>().join("\n"))
    }
}

/// A row for each field, and below it for those of a record or of a list's elements.
fn fields(ty: &RecordType, prefix: &str, out: &mut String) {
    for field in &ty.fields {
        let name = format!("{prefix}{}", field.name);
        let marks = [
            (field.required, "required"),
            (field.key, "key"),
            (field.changing, "changing"),
            (field.kept, "kept"),
            (field.standing && field.span.is_some(), "standing"),
        ];
        let marks = marks.iter().filter(|(is_set, _)| *is_set);
        let mut marks: String = marks.map(|(_, word)| format!(", {word}")).collect();
        if let Some(key) = &field.named {
            let _ = write!(marks, ", named {}", code(&yaml_text(key)));
        }
        let doc = field.doc.as_deref().map_or_else(String::new, prose);
        let _ = writeln!(out, "| {} | {}{marks} | {doc} |", code(&name), prose(&field_type(field)));
        let inner = field.ty.element().unwrap_or(&field.ty);
        if let Type::Record(record) = inner {
            fields(record, &format!("{name}."), out);
        }
    }
}

fn undecided(rule: &Rule) -> &'static str {
    match rule.decl.undecided.as_ref().map(|undecided| undecided.kind) {
        Some(UndecidedKind::Pass) => ", undecided passes",
        Some(UndecidedKind::Warn) => ", undecided warns",
        Some(UndecidedKind::Hold) => ", undecided holds",
        None if rule.effect == EffectKind::Rollback => ", undecided holds",
        None => "",
    }
}

/// Text as code, on one line, that stays within its cell of a table and within its marks.
fn code(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    // In a table a backslash before the one that `|` gets would take that one for itself.
    if text.contains("\\|") {
        return markdown::code(&text);
    }
    let text = visible(&text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if longest == 0 { format!("`{text}`") } else { format!("{fence} {text} {fence}") }
}

/// As [`prose`], with the blank at either end that parts it from what stands there.
fn spaced_prose(text: &str) -> String {
    let blank = |is_there| if is_there { " " } else { "" };
    let (before, after) = (text.starts_with(char::is_whitespace), text.ends_with(char::is_whitespace));
    let prose = prose(text);
    if prose.is_empty() {
        blank(before || after).to_owned()
    } else {
        format!("{}{prose}{}", blank(before), blank(after))
    }
}

/// Text that is nothing but text, and stays within its cell of a table.
fn prose(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut out = String::new();
    let mut mark = None;
    for c in visible(&words.join(" ")).chars() {
        if mark.take().is_some_and(|mark| refers(mark, c)) {
            out.push_str(BREAK);
        }
        mark = Some(c);
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '|' | '~' | '$' => out.extend(['\\', c]),
            '.' if ends_with(&out, "www") => out.extend([".", BREAK]),
            '-' if ends_with(&out, "gh") => out.extend(["-", BREAK]),
            '/' if out.ends_with(':') => out.extend([BREAK, "/"]),
            '@' | '#' => {
                out.push(c);
                out.push_str(BREAK);
            }
            c => out.push(c),
        }
    }
    out
}

/// Whether nobody has set an entry of a table: then it is listed as `else`.
fn is_by_else(steps: &Timeline<ParamSetting>) -> bool {
    steps.steps().all(|(_, setting)| setting.by_else)
}

/// What is in force, and from which days on something else is, a line each.
fn stepwise<T>(steps: &Timeline<T>, show: impl Fn(&T) -> String) -> String {
    let mut lines = Vec::new();
    let mut last = None;
    for (from, setting) in steps.steps() {
        let shown = Some(show(setting));
        if shown != last {
            let from = from.map(|day| format!("from {day} ")).unwrap_or_default();
            lines.push(from + shown.as_deref().unwrap_or_default());
        }
        last = shown;
    }
    lines.join("<br>")
}
