//! `params`, `rules`, `overrides` and `waivers`: what is set, and for whom.

use super::document::{Content, Node};
use super::fields::Reader;
use super::glob::Glob;
use super::{Block, LintEntry, Override, ParamEntry, RuleEntry, Setting, WaiverEntry, errors};
use crate::ast::EffectKind;
use crate::code::Code;
use crate::diagnostic::did_you_mean;
use crate::value::parse_date;

const PARAM: [&str; 4] = ["value", "within", "because", "locked"];
const RULE: [&str; 3] = ["effect", "because", "locked"];
const OVERRIDE: [&str; 3] = ["workflows", "params", "rules"];
const WAIVER: [&str; 7] = ["rule", "workflow", "stage", "because", "owner", "from", "until"];
const EFFECTS: [&str; 5] = ["off", "note", "warn", "hold", "rollback"];

impl Reader<'_> {
    pub(super) fn params(&mut self, key: &Setting<String>, node: Node) -> Vec<ParamEntry> {
        let Some(entries) = self.map(key, node) else { return Vec::new() };
        let fields = self.fields(entries, None, "");
        fields.into_iter().filter_map(|(name, value)| self.param(name, value)).collect()
    }

    fn param(&mut self, name: Setting<String>, node: Node) -> Option<ParamEntry> {
        let before = self.diagnostics.len();
        let mut entry = ParamEntry { name, value: None, within: None, because: None, locked: None };
        match node.content {
            Content::Map(entries) => {
                for (key, node) in self.fields(entries, Some(&PARAM), "a param") {
                    match &*key.value {
                        "value" => entry.value = self.text(&key, &node),
                        "within" => entry.within = self.range(&key, &node),
                        "because" => entry.because = self.text(&key, &node).map(|text| text.value),
                        _ => entry.locked = self.flag(&key, &node),
                    }
                }
                if entry.value.is_none() && entry.within.is_none() && entry.locked.is_none() {
                    self.report(errors::sets_nothing(
                        &entry.name.value,
                        "a value, `within` or `locked: true`",
                        entry.name.span,
                    ));
                }
            }
            Content::Null | Content::Text(_) | Content::Other | Content::List(_) => {
                entry.value = self.text(&entry.name.clone(), &node);
            }
        }
        // One that is understood in part would set what nobody meant.
        (self.diagnostics.len() == before).then_some(entry)
    }

    /// `55% to 90%`
    fn range(&mut self, key: &Setting<String>, node: &Node) -> Option<Setting<(String, String)>> {
        let text = self.text(key, node)?;
        match text.value.split_once(" to ") {
            Some((low, high)) => {
                let ends = (low.trim().to_owned(), high.trim().to_owned());
                Some(Setting { value: ends, span: text.span })
            }
            None => {
                self.report(errors::not_a("within", "a range, such as `55% to 90%`", text.span));
                None
            }
        }
    }

    pub(super) fn lints(&mut self, key: &Setting<String>, node: Node) -> Vec<LintEntry> {
        let Some(entries) = self.map(key, node) else { return Vec::new() };
        let mut lints: Vec<LintEntry> = Vec::new();
        for (name, node) in self.fields(entries, None, "") {
            let Some(code) = Code::lint(&name.value) else {
                let names = Code::lint_names();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let known = names.iter().copied();
                let close = if name.value.len() > 80 { None } else { did_you_mean(&name.value, known) };
                self.report(errors::unknown_key(&name.value, "`lints`", close, &names, name.span));
                continue;
            };
            if let Some(first) = lints.iter().find(|entry| entry.lint.value == code) {
                self.report(errors::set_twice(code.as_str(), first.lint.span, name.span));
                continue;
            }
            let written = if let Content::Text(text) = &node.content { text } else { "" };
            if written == "off" || written == "warn" {
                let lint = Setting { value: code, span: name.span };
                lints.push(LintEntry { lint, on: written == "warn" });
            } else {
                let place = if node.span.start < node.span.end { node.span } else { name.span };
                self.report(errors::not_a(&name.value, "`off` or `warn`", place));
            }
        }
        lints
    }

    pub(super) fn rules(&mut self, key: &Setting<String>, node: Node) -> Vec<RuleEntry> {
        let Some(entries) = self.map(key, node) else { return Vec::new() };
        let fields = self.fields(entries, None, "");
        fields.into_iter().filter_map(|(name, value)| self.rule(name, value)).collect()
    }

    fn rule(&mut self, name: Setting<String>, node: Node) -> Option<RuleEntry> {
        let before = self.diagnostics.len();
        let mut entry = RuleEntry { name, effect: None, because: None, locked: None };
        match node.content {
            Content::Map(entries) => {
                for (key, node) in self.fields(entries, Some(&RULE), "a rule") {
                    match &*key.value {
                        "effect" => entry.effect = self.effect(&key, &node),
                        "because" => entry.because = self.text(&key, &node).map(|text| text.value),
                        _ => entry.locked = self.flag(&key, &node),
                    }
                }
                if entry.effect.is_none() && entry.locked.is_none() {
                    self.report(errors::sets_nothing(
                        &entry.name.value,
                        "an `effect` or `locked: true`",
                        entry.name.span,
                    ));
                }
            }
            Content::Null | Content::Text(_) | Content::Other | Content::List(_) => {
                entry.effect = self.effect(&entry.name.clone(), &node);
            }
        }
        (self.diagnostics.len() == before).then_some(entry)
    }

    fn effect(&mut self, key: &Setting<String>, node: &Node) -> Option<Setting<Option<EffectKind>>> {
        let text = self.text(key, node)?;
        let effect = match &*text.value {
            "off" => None,
            "note" => Some(EffectKind::Note),
            "warn" => Some(EffectKind::Warn),
            "hold" => Some(EffectKind::Hold),
            "rollback" => Some(EffectKind::Rollback),
            other => {
                let close = if other.len() > 80 { None } else { did_you_mean(other, EFFECTS) };
                self.report(errors::no_effect(other, close, text.span));
                return None;
            }
        };
        Some(Setting { value: effect, span: text.span })
    }

    pub(super) fn overrides(&mut self, key: &Setting<String>, node: Node) -> Vec<Override> {
        let Some(elements) = self.list(key, node) else { return Vec::new() };
        elements.into_iter().filter_map(|element| self.an_override(element)).collect()
    }

    fn an_override(&mut self, node: Node) -> Option<Override> {
        let (before, span) = (self.diagnostics.len(), node.span);
        let Content::Map(entries) = node.content else {
            self.report(errors::not_a("overrides", "a list of maps, each with `workflows`", span));
            return None;
        };
        let (mut workflows, mut block) = (None, Block::default());
        for (key, node) in self.fields(entries, Some(&OVERRIDE), "an override") {
            match &*key.value {
                "workflows" => workflows = Some(self.globs(&key, node)),
                "params" => block.params = self.params(&key, node),
                _ => block.rules = self.rules(&key, node),
            }
        }
        for param in &block.params {
            if param.value.is_none() {
                self.diagnostics.push(errors::no_value_in_override(&param.name.value, param.name.span));
            }
        }
        block.params.retain(|param| param.value.is_some());
        // A lock alone would keep what a nearer file says of all workflows, and not what this one means.
        for rule in block.rules.iter().filter(|rule| rule.effect.is_none()) {
            self.diagnostics.push(errors::no_effect_in_override(&rule.name.value, rule.name.span));
        }
        block.rules.retain(|rule| rule.effect.is_some());
        match workflows {
            None => {
                self.report(errors::missing_key("an override", "workflows", "[support-*]", span));
                None
            }
            // Each of its names was wrong, and has had its error; or there is none.
            Some(workflows) if workflows.is_empty() => {
                if self.diagnostics.len() == before {
                    self.report(errors::missing_key("an override", "workflows", "[support-*]", span));
                }
                None
            }
            Some(workflows) => Some(Override { workflows, block }),
        }
    }

    fn globs(&mut self, key: &Setting<String>, node: Node) -> Vec<Setting<Glob>> {
        let elements = match node.content {
            Content::List(elements) => elements,
            Content::Null | Content::Text(_) | Content::Other | Content::Map(_) => vec![node],
        };
        elements.iter().filter_map(|element| self.glob(key, element)).collect()
    }

    fn glob(&mut self, key: &Setting<String>, node: &Node) -> Option<Setting<Glob>> {
        self.text(key, node).map(|text| Setting { value: Glob::new(text.value), span: text.span })
    }

    pub(super) fn waivers(&mut self, key: &Setting<String>, node: Node) -> Vec<WaiverEntry> {
        let Some(elements) = self.list(key, node) else { return Vec::new() };
        elements.into_iter().filter_map(|element| self.waiver(element)).collect()
    }

    /// A waiver with anything wrong in it waives nothing.
    fn waiver(&mut self, node: Node) -> Option<WaiverEntry> {
        let before = self.diagnostics.len();
        let span = node.span;
        let Content::Map(entries) = node.content else {
            self.report(errors::not_a("waivers", "a list of maps, each with a `rule`", span));
            return None;
        };
        let (mut rule, mut workflow, mut stage) = (None, None, None);
        let (mut because, mut owner, mut from, mut until) = (None, None, None, None);
        let mut given = Vec::new();
        for (key, node) in self.fields(entries, Some(&WAIVER), "a waiver") {
            given.push(key.value.clone());
            match &*key.value {
                "rule" => rule = self.text(&key, &node),
                "workflow" => workflow = self.glob(&key, &node),
                "stage" => stage = self.text(&key, &node),
                "because" => because = self.text(&key, &node),
                "owner" => owner = self.text(&key, &node),
                date => {
                    let read = self.text(&key, &node).and_then(|text| {
                        let parsed = parse_date(&text.value);
                        if parsed.is_none() {
                            self.report(errors::no_date(date, &text.value, text.span));
                        }
                        Some(Setting { value: parsed?, span: text.span })
                    });
                    if date == "from" { from = read } else { until = read }
                }
            }
        }
        let needed = [
            ("rule", "policy.rule"),
            ("workflow", "support-replies"),
            ("because", "\"why the rule may fail for now\""),
            ("owner", "ana@example.com"),
            ("until", "2026-12-31"),
        ];
        for (name, example) in needed {
            if !given.iter().any(|key| key == name) {
                self.report(errors::missing_key("a waiver", name, example, span));
            }
        }
        if let (Some(from), Some(until)) = (&from, &until)
            && from.value > until.value
        {
            self.report(errors::ends_before_it_begins(from.span, until.span));
        }
        if self.diagnostics.len() > before {
            return None;
        }
        Some(WaiverEntry {
            rule: rule?,
            workflow: workflow?,
            stage,
            because: because?.value,
            owner: owner?.value,
            from: from.map(|from| from.value),
            until: until?,
        })
    }
}
