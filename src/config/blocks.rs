//! `params`, `rules`, `overrides` and `waivers`: what is set, and for whom.

use super::document::{ConfigContent, ConfigNode};
use super::fields::{ConfigReader, close_to};
use super::glob::{Glob, MAX_PATTERN_BYTES};
use super::{
    Block, CadenceEntry, LintEntry, Override, ParamEntry, RuleEntry, Setting, WaiverEntry, WrittenValue,
    errors,
};
use crate::ast::EffectKind;
use crate::code::Code;
use crate::source::Span;
use crate::value::{Date, parse_date};

#[derive(Clone, Copy)]
enum ParamKey {
    Value,
    Within,
    Because,
    Owner,
    Locked,
    From,
}

const PARAM: [(&str, ParamKey); 6] = [
    ("value", ParamKey::Value),
    ("within", ParamKey::Within),
    ("because", ParamKey::Because),
    ("owner", ParamKey::Owner),
    ("locked", ParamKey::Locked),
    ("from", ParamKey::From),
];

#[derive(Clone, Copy)]
enum RuleKey {
    Effect,
    Because,
    Owner,
    Locked,
    From,
}

const RULE: [(&str, RuleKey); 5] = [
    ("effect", RuleKey::Effect),
    ("because", RuleKey::Because),
    ("owner", RuleKey::Owner),
    ("locked", RuleKey::Locked),
    ("from", RuleKey::From),
];

/// Steps that a param or rule may be set in: each is gone through on the first day of every other one.
const MAX_STEPS: usize = 100;

#[derive(Clone, Copy)]
enum OverrideKey {
    Workflows,
    Params,
    Rules,
    Cadence,
}

const OVERRIDE: [(&str, OverrideKey); 4] = [
    ("workflows", OverrideKey::Workflows),
    ("params", OverrideKey::Params),
    ("rules", OverrideKey::Rules),
    ("cadence", OverrideKey::Cadence),
];

#[derive(Clone, Copy)]
enum CadenceKey {
    Every,
    Grace,
}

const CADENCE: [(&str, CadenceKey); 2] = [("every", CadenceKey::Every), ("grace", CadenceKey::Grace)];

#[derive(Clone, Copy, PartialEq, Eq)]
enum WaiverKey {
    Rule,
    Workflow,
    Stage,
    Because,
    Owner,
    From,
    Until,
}

const WAIVER: [(&str, WaiverKey); 7] = [
    ("rule", WaiverKey::Rule),
    ("workflow", WaiverKey::Workflow),
    ("stage", WaiverKey::Stage),
    ("because", WaiverKey::Because),
    ("owner", WaiverKey::Owner),
    ("from", WaiverKey::From),
    ("until", WaiverKey::Until),
];

impl WaiverKey {
    /// A value to show where a waiver lacks what it needs; none for what it may leave out.
    fn example(self) -> Option<&'static str> {
        match self {
            Self::Rule => Some("policy.rule"),
            Self::Workflow => Some("support-replies"),
            Self::Because => Some("\"why the rule may fail for now\""),
            Self::Owner => Some("ana@example.com"),
            Self::Until => Some("2026-12-31"),
            Self::Stage | Self::From => None,
        }
    }
}

/// Whether a map sets the entries of a table: none of its keys is one of a param.
fn is_table(node: &ConfigNode) -> bool {
    let is_own = |key: &ConfigNode| matches!(&key.content, ConfigContent::Text(key) if PARAM.iter().any(|(known, _)| known == key));
    matches!(&node.content, ConfigContent::Map(entries) if !entries.is_empty() && !entries.iter().any(|(key, _)| is_own(key)))
}

/// The word `off` switches the rule off: then there is no effect.
fn effects() -> [(&'static str, Option<EffectKind>); 5] {
    let [note, warn, hold, rollback] = EffectKind::ALL.map(|effect| (effect.as_str(), Some(effect)));
    [("off", None), note, warn, hold, rollback]
}

impl ConfigReader<'_> {
    pub(super) fn params(&mut self, key: &Setting<String>, node: ConfigNode) -> Vec<ParamEntry> {
        let Some(entries) = self.map(key, node) else { return Vec::new() };
        let begins = |entry: &ParamEntry| (entry.from, entry.name.span);
        let mut params = Vec::new();
        for (name, node) in self.names(entries) {
            if !is_table(&node) {
                params.extend(self.steps(&name, node, Self::param, begins));
                continue;
            }
            let Some(entries) = self.map(&name, node) else { continue };
            for (key, node) in self.names(entries) {
                let own = Setting { value: format!("{}.{}", name.value, key.value), span: key.span };
                let entries = self.steps(&own, node, Self::param, begins);
                let entry_of = Some(name.value.clone());
                params.extend(
                    entries.into_iter().map(|entry| ParamEntry { entry_of: entry_of.clone(), ..entry }),
                );
            }
        }
        params
    }

    /// A single value, or a list of them.
    fn written(&mut self, name: &Setting<String>, node: &ConfigNode) -> Option<Setting<WrittenValue>> {
        let ConfigContent::List(nodes) = &node.content else {
            let Setting { value, span } = self.text(name, node)?;
            return Some(Setting { value: WrittenValue::Single(value), span });
        };
        let members: Vec<Option<Setting<String>>> = nodes.iter().map(|node| self.text(name, node)).collect();
        let members: Vec<Setting<String>> = members.into_iter().collect::<Option<_>>()?;
        if members.is_empty() {
            self.report(errors::empty_list(&name.value, name.span));
            return None;
        }
        Some(Setting { value: WrittenValue::List(members), span: node.span })
    }

    /// What is set in one go, or in a list of steps; these by their first days. A step that is wrong takes the others with
    /// it: they would set what nobody meant.
    fn steps<T>(
        &mut self,
        name: &Setting<String>,
        node: ConfigNode,
        step: fn(&mut Self, Setting<String>, ConfigNode) -> Option<T>,
        begins: fn(&T) -> (Option<Date>, Span),
    ) -> Vec<T> {
        let nodes = match node.content {
            ConfigContent::List(nodes) if nodes.iter().any(ConfigNode::is_map) => nodes,
            ConfigContent::List(_)
            | ConfigContent::Null
            | ConfigContent::Text(_)
            | ConfigContent::Other
            | ConfigContent::Map(_) => return step(self, name.clone(), node).into_iter().collect(),
        };
        if nodes.len() > MAX_STEPS {
            self.report(errors::too_many_steps(&name.value, MAX_STEPS, name.span));
            return Vec::new();
        }
        let count = nodes.len();
        let mut steps: Vec<T> = Vec::new();
        for (at, node) in nodes.into_iter().enumerate() {
            // Each step stands at a place of its own.
            let own = Setting { value: name.value.clone(), span: node.span };
            if !node.is_map() {
                self.report(errors::not_a(
                    &name.value,
                    "a list of maps, all but the first with a `from`",
                    node.span,
                ));
                continue;
            }
            let Some(entry) = step(self, own, node) else { continue };
            let (from, span) = begins(&entry);
            if at > 0 && from.is_none() {
                self.report(errors::no_first_day(&name.value, span));
            } else if let Some((_, first)) = steps.iter().map(begins).find(|(known, _)| *known == from) {
                self.report(errors::one_day_twice(&name.value, span, first));
            } else {
                steps.push(entry);
            }
        }
        steps.sort_by_key(|entry| begins(entry).0);
        if steps.len() == count { steps } else { Vec::new() }
    }

    fn param(&mut self, name: Setting<String>, node: ConfigNode) -> Option<ParamEntry> {
        let before = self.diagnostics.len();
        let mut entry = ParamEntry {
            name,
            entry_of: None,
            value: None,
            within: None,
            because: None,
            owner: None,
            locked: None,
            from: None,
        };
        match node.content {
            ConfigContent::Map(entries) => {
                for (key, name, node) in self.fields(entries, &PARAM, "a param") {
                    match key {
                        ParamKey::Value => entry.value = self.written(&name, &node),
                        ParamKey::Within => entry.within = self.range(&name, &node),
                        ParamKey::Because => entry.because = self.text(&name, &node).map(|text| text.value),
                        ParamKey::Owner => entry.owner = self.text(&name, &node).map(|text| text.value),
                        ParamKey::Locked => entry.locked = self.flag(&name, &node),
                        ParamKey::From => entry.from = self.first_day(&name, &node),
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
            ConfigContent::Null | ConfigContent::Text(_) | ConfigContent::Other | ConfigContent::List(_) => {
                entry.value = self.written(&entry.name.clone(), &node);
            }
        }
        // One that is understood in part would set what nobody meant.
        (self.diagnostics.len() == before).then_some(entry)
    }

    /// `55% to 90%`
    fn range(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Setting<(String, String)>> {
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

    pub(super) fn lints(&mut self, key: &Setting<String>, node: ConfigNode) -> Vec<LintEntry> {
        let Some(entries) = self.map(key, node) else { return Vec::new() };
        let mut lints: Vec<LintEntry> = Vec::new();
        for (name, node) in self.names(entries) {
            let Some(code) = Code::lint(&name.value) else {
                let names = Code::lint_names();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let close = close_to(&name.value, &names);
                self.report(errors::unknown_key(&name.value, "`lints`", close, &names, name.span));
                continue;
            };
            if let Some(first) = lints.iter().find(|entry| entry.lint.value == code) {
                self.report(errors::set_twice(code.as_str(), first.lint.span, name.span));
                continue;
            }
            let written = if let ConfigContent::Text(text) = &node.content { text } else { "" };
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

    pub(super) fn rules(&mut self, key: &Setting<String>, node: ConfigNode) -> Vec<RuleEntry> {
        let Some(entries) = self.map(key, node) else { return Vec::new() };
        let mut rules = Vec::new();
        for (name, node) in self.names(entries) {
            rules.extend(self.steps(&name, node, Self::rule, |entry| (entry.from, entry.name.span)));
        }
        rules
    }

    fn rule(&mut self, name: Setting<String>, node: ConfigNode) -> Option<RuleEntry> {
        let before = self.diagnostics.len();
        let mut entry =
            RuleEntry { name, effect: None, because: None, owner: None, locked: None, from: None };
        match node.content {
            ConfigContent::Map(entries) => {
                for (key, name, node) in self.fields(entries, &RULE, "a rule") {
                    match key {
                        RuleKey::Effect => entry.effect = self.effect(&name, &node),
                        RuleKey::Because => entry.because = self.text(&name, &node).map(|text| text.value),
                        RuleKey::Owner => entry.owner = self.text(&name, &node).map(|text| text.value),
                        RuleKey::Locked => entry.locked = self.flag(&name, &node),
                        RuleKey::From => entry.from = self.first_day(&name, &node),
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
            ConfigContent::Null | ConfigContent::Text(_) | ConfigContent::Other | ConfigContent::List(_) => {
                entry.effect = self.effect(&entry.name.clone(), &node);
            }
        }
        (self.diagnostics.len() == before).then_some(entry)
    }

    fn effect(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Setting<Option<EffectKind>>> {
        let text = self.text(key, node)?;
        let effects = effects();
        let Some((_, effect)) = effects.iter().find(|(word, _)| *word == text.value) else {
            let close = close_to(&text.value, &effects.map(|(word, _)| word));
            self.report(errors::no_effect(&text.value, close, text.span));
            return None;
        };
        Some(Setting { value: *effect, span: text.span })
    }

    pub(super) fn overrides(&mut self, key: &Setting<String>, node: ConfigNode) -> Vec<Override> {
        let Some(elements) = self.list(key, node) else { return Vec::new() };
        elements.into_iter().filter_map(|element| self.an_override(element)).collect()
    }

    fn an_override(&mut self, node: ConfigNode) -> Option<Override> {
        let (before, span) = (self.diagnostics.len(), node.span);
        let ConfigContent::Map(entries) = node.content else {
            self.report(errors::not_a("overrides", "a list of maps, each with `workflows`", span));
            return None;
        };
        let (mut workflows, mut block, mut cadence) = (None, Block::default(), None);
        for (key, name, node) in self.fields(entries, &OVERRIDE, "an override") {
            match key {
                OverrideKey::Workflows => workflows = Some(self.globs(&name, node)),
                OverrideKey::Params => block.params = self.params(&name, node),
                OverrideKey::Rules => block.rules = self.rules(&name, node),
                OverrideKey::Cadence => cadence = self.cadence(&name, node),
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
                self.report(errors::no_workflows(span));
                None
            }
            // Each of its names was wrong, and has had its error; or there is none.
            Some(workflows) if workflows.is_empty() => {
                if self.diagnostics.len() == before {
                    self.report(errors::no_workflows(span));
                }
                None
            }
            Some(workflows) => Some(Override { workflows, block, cadence }),
        }
    }

    /// One with anything wrong in it says nothing.
    fn cadence(&mut self, key: &Setting<String>, node: ConfigNode) -> Option<CadenceEntry> {
        let before = self.diagnostics.len();
        if let ConfigContent::Text(length) = &node.content {
            self.report(errors::no_cadence_map(length, node.span));
            return None;
        }
        let (mut every, mut grace) = (None, None);
        let mut is_given = false;
        let entries = self.map(key, node)?;
        for (part, name, node) in self.fields(entries, &CADENCE, "a cadence") {
            match part {
                CadenceKey::Every => {
                    is_given = true;
                    every = self.text(&name, &node);
                }
                CadenceKey::Grace => grace = self.text(&name, &node),
            }
        }
        if !is_given {
            self.report(errors::no_every(key.span));
        }
        if self.diagnostics.len() > before {
            return None;
        }
        Some(CadenceEntry { every: every?, grace, span: key.span })
    }

    fn globs(&mut self, key: &Setting<String>, node: ConfigNode) -> Vec<Setting<Glob>> {
        let elements = match node.content {
            ConfigContent::List(elements) => elements,
            ConfigContent::Null | ConfigContent::Text(_) | ConfigContent::Other | ConfigContent::Map(_) => {
                vec![node]
            }
        };
        elements.iter().filter_map(|element| self.glob(key, element)).collect()
    }

    fn glob(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Setting<Glob>> {
        let Setting { value, span } = self.text(key, node)?;
        if value.len() > MAX_PATTERN_BYTES {
            self.report(errors::long_pattern(&key.value, value.len(), span));
            return None;
        }
        Some(Setting { value: Glob::new(value), span })
    }

    pub(super) fn waivers(&mut self, key: &Setting<String>, node: ConfigNode) -> Vec<WaiverEntry> {
        let Some(elements) = self.list(key, node) else { return Vec::new() };
        elements.into_iter().filter_map(|element| self.waiver(element)).collect()
    }

    /// A waiver with anything wrong in it waives nothing.
    fn waiver(&mut self, node: ConfigNode) -> Option<WaiverEntry> {
        let before = self.diagnostics.len();
        let span = node.span;
        let ConfigContent::Map(entries) = node.content else {
            self.report(errors::not_a("waivers", "a list of maps, each with a `rule`", span));
            return None;
        };
        let (mut rule, mut workflow, mut stage) = (None, None, None);
        let (mut because, mut owner, mut from, mut until) = (None, None, None, None);
        let mut given = Vec::new();
        for (key, name, node) in self.fields(entries, &WAIVER, "a waiver") {
            given.push(key);
            match key {
                WaiverKey::Rule => rule = self.text(&name, &node),
                WaiverKey::Workflow => workflow = self.glob(&name, &node),
                WaiverKey::Stage => stage = self.text(&name, &node),
                WaiverKey::Because => because = self.text(&name, &node),
                WaiverKey::Owner => owner = self.text(&name, &node),
                WaiverKey::From => from = self.date(&name, &node),
                WaiverKey::Until => until = self.date(&name, &node),
            }
        }
        for (name, key) in WAIVER {
            if let Some(example) = key.example()
                && !given.contains(&key)
            {
                self.report(errors::incomplete_waiver(name, example, span));
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

    /// The `from` of a param or rule.
    fn first_day(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Date> {
        let text = self.text(key, node)?;
        let date = parse_date(&text.value);
        if date.is_none() {
            self.report(errors::not_a("from", "a date, such as 2026-12-01", text.span));
        }
        date
    }

    fn date(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Setting<Date>> {
        let text = self.text(key, node)?;
        let date = parse_date(&text.value);
        if date.is_none() {
            self.report(errors::no_date(&key.value, &text.value, text.span));
        }
        Some(Setting { value: date?, span: text.span })
    }
}
