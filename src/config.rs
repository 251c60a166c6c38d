//! `tollgate.yaml`: which policies judge which snapshots, by which values, and with which exceptions.
//!
//! Opens no file and looks for none: it reads a text, and says where each setting stands. Whether a setting fits the
//! policies and its bases is not its business. What is not understood is refused and never ignored, because a check
//! without it would decide something else.

mod blocks;
mod document;
pub(crate) mod errors;
mod fields;
mod glob;
mod tables;
#[cfg(test)]
mod tests;

use crate::ast::EffectKind;
use crate::code::Code;
use crate::config::document::ConfigProblem;
use crate::diagnostic::{Diagnostic, misleads};
use crate::source::{FileId, Span};
use crate::value::Date;

pub(crate) use document::{ConfigContent, ConfigNode};
pub(crate) use fields::ConfigReader;
#[cfg(feature = "cli")]
pub(crate) use fields::close_to;
pub use glob::Glob;
pub use tables::TableSettings;

/// Bytes of a configuration.
pub const MAX_BYTES: usize = 1 << 20;

#[derive(Clone, Copy)]
enum ConfigKey {
    Extends,
    Policies,
    Snapshots,
    Tables,
    Params,
    Rules,
    Overrides,
    Waivers,
    Lints,
}

const KEYS: [(&str, ConfigKey); 9] = [
    ("extends", ConfigKey::Extends),
    ("policies", ConfigKey::Policies),
    ("snapshots", ConfigKey::Snapshots),
    ("tables", ConfigKey::Tables),
    ("params", ConfigKey::Params),
    ("rules", ConfigKey::Rules),
    ("overrides", ConfigKey::Overrides),
    ("waivers", ConfigKey::Waivers),
    ("lints", ConfigKey::Lints),
];

impl ConfigKey {
    /// Whether it says which files are meant, so that after an error in it nothing is judged by others.
    fn names_files(self) -> bool {
        match self {
            Self::Extends | Self::Policies | Self::Snapshots | Self::Tables => true,
            Self::Params | Self::Rules | Self::Overrides | Self::Waivers | Self::Lints => false,
        }
    }
}

/// A value, and the place where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    pub value: T,
    pub span: Span,
}

/// What a configuration sets. What has an error in it is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The base, relative to the configuration's folder.
    pub extends: Option<Setting<String>>,
    /// `builtin`, `builtin:NAME`, folders and files, relative to the configuration's folder; none if it says nothing.
    pub policies: Option<Vec<Setting<String>>>,
    /// Globs, likewise.
    pub snapshots: Option<Vec<Setting<String>>>,
    /// How those of them are read that are tables; none if it says nothing.
    pub tables: Option<TableSettings>,
    /// For all workflows.
    pub block: Block,
    pub overrides: Vec<Override>,
    pub waivers: Vec<WaiverEntry>,
    pub lints: Vec<LintEntry>,
    /// Whether an error leaves it open which base, policies or snapshots are meant.
    pub unsure: bool,
}

/// What is set of params and rules. What is set step by step has an entry for each step, the earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub params: Vec<ParamEntry>,
    pub rules: Vec<RuleEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamEntry {
    /// `policy.param`
    pub name: Setting<String>,
    /// The param that has it among its entries, where these are set together.
    pub entry_of: Option<String>,
    pub value: Option<Setting<WrittenValue>>,
    /// Both ends of a narrower range.
    pub within: Option<Setting<(String, String)>>,
    pub because: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    pub locked: Option<Span>,
    /// The first day on which it counts.
    pub from: Option<Date>,
}

/// A value as it is written, without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrittenValue {
    Single(String),
    List(Vec<Setting<String>>),
}

impl WrittenValue {
    /// On one line.
    pub fn shown(&self) -> String {
        match self {
            Self::Single(text) => text.clone(),
            Self::List(members) => {
                let members: Vec<&str> = members.iter().map(|member| &*member.value).collect();
                format!("[{}]", members.join(", "))
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleEntry {
    /// `policy.rule`
    pub name: Setting<String>,
    /// The inner one is none for `off`.
    pub effect: Option<Setting<Option<EffectKind>>>,
    pub because: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    pub locked: Option<Span>,
    /// The first day on which it counts.
    pub from: Option<Date>,
}

/// What is set for some workflows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub workflows: Vec<Setting<Glob>>,
    pub block: Block,
    pub cadence: Option<CadenceEntry>,
}

/// How often a snapshot is due, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CadenceEntry {
    /// A length, or `weekday`.
    pub every: Setting<String>,
    pub grace: Option<Setting<String>>,
    /// Its key.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverEntry {
    pub rule: Setting<String>,
    pub workflow: Setting<Glob>,
    pub stage: Option<Setting<String>>,
    pub because: String,
    pub owner: String,
    pub from: Option<Date>,
    /// The last day.
    pub until: Setting<Date>,
}

/// `lints: { unused_param: off }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintEntry {
    pub lint: Setting<Code>,
    pub on: bool,
}

/// Reads a configuration. After an error it holds the settings that could be read all the same.
pub fn read(file: FileId, text: &str) -> (Config, Vec<Diagnostic>) {
    let mut reader = ConfigReader { text, diagnostics: Vec::new() };
    let config = reader.config(file).unwrap_or_else(|| Config { unsure: true, ..Config::default() });
    (config, reader.diagnostics)
}

impl ConfigReader<'_> {
    /// None if there is nothing that could be a configuration.
    fn config(&mut self, file: FileId) -> Option<Config> {
        let entries = match self.root(file)? {
            Some(entries) => entries,
            // As if there were none, and whoever emptied it did not say so.
            None => {
                self.report(errors::empty(file));
                return Some(Config::default());
            }
        };
        let mut config = Config::default();
        let fields = self.fields(entries, &KEYS, "");
        // A misspelt `policies` must not lead to a judgement by policies that nobody chose.
        config.unsure = !self.diagnostics.is_empty();
        for (key, name, node) in fields {
            let before = self.diagnostics.len();
            match key {
                ConfigKey::Extends => config.extends = self.text(&name, &node),
                ConfigKey::Policies => config.policies = self.texts(&name, node, false),
                ConfigKey::Snapshots => config.snapshots = self.texts(&name, node, true),
                ConfigKey::Tables => config.tables = Some(self.tables(&name, node)),
                ConfigKey::Params => config.block.params = self.params(&name, node),
                ConfigKey::Rules => config.block.rules = self.rules(&name, node),
                ConfigKey::Overrides => config.overrides = self.overrides(&name, node),
                ConfigKey::Waivers => config.waivers = self.waivers(&name, node),
                ConfigKey::Lints => config.lints = self.lints(&name, node),
            }
            config.unsure |= key.names_files() && self.diagnostics.len() > before;
        }
        Some(config)
    }

    /// The settings of the whole file; the inner one is none if it says nothing. None after an error.
    pub(crate) fn root(&mut self, file: FileId) -> Option<Option<Vec<(ConfigNode, ConfigNode)>>> {
        if self.text.len() > MAX_BYTES {
            self.report(errors::too_large(Span::new(file, 0..0)));
            return None;
        }
        if let Some(problem) = misleads(file, self.text) {
            self.report(problem);
            return None;
        }
        let root = match document::parse(file, self.text) {
            Ok(root) => root,
            Err(problem) => {
                self.report(match problem {
                    ConfigProblem::NotYaml { span, reason } => errors::not_yaml(span, &reason),
                    ConfigProblem::TooLarge { span } => errors::too_large(span),
                    ConfigProblem::SecondDocument { span } => errors::second_document(span),
                });
                return None;
            }
        };
        match root.content {
            ConfigContent::Map(entries) => Some(Some(entries)),
            ConfigContent::Null => Some(None),
            ConfigContent::Text(_) | ConfigContent::Other | ConfigContent::List(_) => {
                self.report(errors::no_map(root.span));
                None
            }
        }
    }

    /// A list of texts, or one where `single` allows it.
    pub(crate) fn texts(
        &mut self,
        key: &Setting<String>,
        node: ConfigNode,
        single: bool,
    ) -> Option<Vec<Setting<String>>> {
        let (name, diagnostics) = (&key.value, &mut self.diagnostics);
        let elements = match node.content {
            ConfigContent::List(elements) => elements,
            ConfigContent::Text(_) if single => vec![node],
            ConfigContent::Null => {
                diagnostics.push(errors::no_value(name, key.span));
                return None;
            }
            ConfigContent::Text(text) => {
                diagnostics.push(errors::no_list(name, &text, node.span));
                return None;
            }
            ConfigContent::Other | ConfigContent::Map(_) => {
                diagnostics.push(errors::wrong_type(name, single, node.span));
                return None;
            }
        };
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            match element.content {
                ConfigContent::Text(text) if text.trim().is_empty() => {
                    diagnostics.push(errors::empty_text(name, element.span));
                }
                ConfigContent::Text(value) => values.push(Setting { value, span: element.span }),
                ConfigContent::Null
                | ConfigContent::Other
                | ConfigContent::List(_)
                | ConfigContent::Map(_) => {
                    let span = if element.span.start < element.span.end { element.span } else { key.span };
                    diagnostics.push(errors::no_text(name, span));
                }
            }
        }
        Some(values)
    }
}
