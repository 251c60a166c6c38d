//! A plan, `collect/NAME.yaml`: which workflow it is for, what its sources are, and which field takes what from which.
//!
//! Reads a text and says where each setting stands. Whether the vocabulary has the fields is `typed`'s business.
//! All errors of a plan are found in one run.

mod hidden;
mod scalars;
mod sources;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

pub use self::hidden::hidden;
use crate::collect::errors;
use crate::collect::source::{ExpectedSamples, PlanSource, PromQuery};
use crate::collect::window::zone;
use crate::config::errors as settings;
use crate::config::{ConfigContent, ConfigNode, ConfigReader, Setting};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{FileId, Span};
use crate::value::Number;

/// What a plan says. What has an error in it is left out.
#[derive(Clone, Debug)]
pub struct Plan {
    pub workflow: Setting<String>,
    pub zone: TimeZone,
    pub window: WindowRule,
    pub sources: Vec<PlanSource>,
    /// The names of sources that have errors, and are left out.
    pub broken_sources: Vec<String>,
    pub fields: Vec<FieldPlan>,
}

/// How far a snapshot looks back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowRule {
    /// From the day after the snapshot before.
    SinceLast,
    /// So many seconds, up to the end of the snapshot's day.
    Length(Setting<Number>),
}

/// What one field takes.
#[derive(Clone, Debug)]
pub struct FieldPlan {
    /// The way to it by the keys of snapshots, `eval_run.planned`.
    pub field: Setting<String>,
    /// The name of its source.
    pub from: Setting<String>,
    pub take: Take,
    /// The unit of its numbers, where the source does not say it.
    pub unit: Option<Setting<String>>,
    /// Rows count only if these columns say so.
    pub only: Vec<(Setting<String>, Setting<String>)>,
}

/// What is taken from a source.
#[derive(Clone, Debug)]
pub enum Take {
    /// A list: an element for each row.
    Each(EachRow),
    /// A total.
    Count(Setting<String>),
    /// A total, or the column of the only row.
    Value(Setting<String>),
    /// An answer of Prometheus.
    Prometheus(PromQuery),
    /// One row of a database.
    Sql(Setting<String>),
    /// A list of a database's rows.
    SqlEach(Setting<String>, EachRow),
    /// A metric of a run.
    Metric(Setting<String>),
}

/// What an element of a list takes from a row.
#[derive(Clone, Debug)]
pub enum EachRow {
    /// Its fields, by their keys.
    Fields(Vec<ElementPlan>),
    /// The element itself, from a column.
    Column(Setting<String>),
}

/// What a field of an element takes.
#[derive(Clone, Debug)]
pub struct ElementPlan {
    pub key: Setting<String>,
    pub column: Setting<String>,
    pub unit: Option<Setting<String>>,
}

#[derive(Clone, Copy)]
enum PlanKey {
    Workflow,
    Timezone,
    Window,
    Sources,
    Fields,
}

const PLAN: [(&str, PlanKey); 5] = [
    ("workflow", PlanKey::Workflow),
    ("timezone", PlanKey::Timezone),
    ("window", PlanKey::Window),
    ("sources", PlanKey::Sources),
    ("fields", PlanKey::Fields),
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum FieldKey {
    From,
    Each,
    Count,
    Value,
    Where,
    Unit,
    Query,
    Part,
    Whole,
    AbsentPart,
    ExpectedSamples,
    Quantile,
    Buckets,
    Sql,
    Metric,
}

const FIELD: [(&str, FieldKey); 15] = [
    ("from", FieldKey::From),
    ("each", FieldKey::Each),
    ("count", FieldKey::Count),
    ("value", FieldKey::Value),
    ("where", FieldKey::Where),
    ("unit", FieldKey::Unit),
    ("query", FieldKey::Query),
    ("part", FieldKey::Part),
    ("whole", FieldKey::Whole),
    ("absent_part", FieldKey::AbsentPart),
    ("expected", FieldKey::ExpectedSamples),
    ("quantile", FieldKey::Quantile),
    ("buckets", FieldKey::Buckets),
    ("sql", FieldKey::Sql),
    ("metric", FieldKey::Metric),
];

/// Reads a plan: none if nothing can be collected by it. With errors, what is in the plan is not all of it.
pub fn read(file: FileId, text: &str) -> (Option<Plan>, Vec<Diagnostic>) {
    let mut reader = ConfigReader { text, diagnostics: Vec::new() };
    let plan = match reader.root(file) {
        Some(Some(entries)) => reader.plan(file, entries),
        Some(None) => {
            reader.report(errors::empty_plan(file));
            None
        }
        None => None,
    };
    (plan, reader.diagnostics)
}

/// The settings of a field or source, by key.
type PlanSettings<K> = BTreeMap<K, (Setting<String>, ConfigNode)>;

impl ConfigReader<'_> {
    fn plan(&mut self, file: FileId, entries: Vec<(ConfigNode, ConfigNode)>) -> Option<Plan> {
        let (mut workflow, mut sources, mut fields) = (None, None, None);
        let (mut window, mut plan_zone) = (WindowRule::SinceLast, TimeZone::UTC);
        let mut broken_sources = Vec::new();
        let mut given = [("workflow", false), ("sources", false), ("fields", false)];
        for (key, name, node) in self.fields(entries, &PLAN, "a plan") {
            given.iter_mut().filter(|(own, _)| *own == name.value).for_each(|(_, is_given)| *is_given = true);
            match key {
                PlanKey::Workflow => workflow = self.text(&name, &node),
                PlanKey::Timezone => {
                    plan_zone = self.zone(&name, &node).map_or(TimeZone::UTC, |zone| zone.value)
                }
                PlanKey::Window => window = self.window(&name, &node).unwrap_or(window),
                PlanKey::Sources => {
                    let entries = self.map(&name, node);
                    let found = entries.map(|entries| self.sources(entries));
                    let (sound, broken) = found.unzip();
                    (sources, broken_sources) = (sound, broken.unwrap_or_default());
                }
                PlanKey::Fields => fields = self.map(&name, node).map(|entries| self.field_plans(entries)),
            }
        }
        for (name, _) in given.iter().filter(|(_, is_given)| !is_given) {
            self.report(errors::missing_in_plan(name, Span::new(file, 0..0)));
        }
        // Without sources each field would complain of its own.
        let fields = fields.filter(|_| sources.is_some()).unwrap_or_default();
        let sources = sources.unwrap_or_default();
        Some(Plan { workflow: workflow?, zone: plan_zone, window, sources, broken_sources, fields })
    }

    /// A zone of the database by its name.
    fn zone(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Setting<TimeZone>> {
        let name = self.text(key, node)?;
        let found = zone(&name.value);
        if found.is_none() {
            self.report(errors::no_such_zone(&name));
        }
        found.map(|value| Setting { value, span: name.span })
    }

    fn window(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<WindowRule> {
        let text = self.text(key, node)?;
        if text.value == "since last snapshot" {
            return Some(WindowRule::SinceLast);
        }
        match scalars::length(&text.value) {
            Some(length) if length > Number::ZERO => {
                Some(WindowRule::Length(Setting { value: length, span: text.span }))
            }
            Some(_) | None => {
                self.report(errors::no_window(&text));
                None
            }
        }
    }

    fn field_plans(&mut self, entries: Vec<(ConfigNode, ConfigNode)>) -> Vec<FieldPlan> {
        self.names(entries).into_iter().filter_map(|(name, node)| self.field_plan(name, node)).collect()
    }

    fn field_plan(&mut self, field: Setting<String>, node: ConfigNode) -> Option<FieldPlan> {
        let entries = self.map(&field, node)?;
        let of = format!("the field `{}`", field.value);
        let mut keys: PlanSettings<FieldKey> = self
            .fields(entries, &FIELD, &of)
            .into_iter()
            .map(|(key, name, node)| (key, (name, node)))
            .collect();
        let from = match keys.remove(&FieldKey::From) {
            Some((name, node)) => self.text(&name, &node)?,
            None => {
                self.report(errors::missing_in_field(&field, "from", "evals"));
                return None;
            }
        };
        let unit = self.optional(&mut keys, FieldKey::Unit);
        let take = self.take(&field, &mut keys)?;
        let has_rows = match &take {
            Take::Each(_) | Take::SqlEach(..) | Take::Count(_) | Take::Value(_) => true,
            Take::Prometheus(_) | Take::Sql(_) | Take::Metric(_) => false,
        };
        let mut only = Vec::new();
        if has_rows && let Some((name, node)) = keys.remove(&FieldKey::Where) {
            only = self.pairs(&name, node);
        }
        for (name, _) in keys.values() {
            self.report(errors::not_together(&field, name));
        }
        Some(FieldPlan { field, from, take, unit, only })
    }

    /// What a field takes, by the keys that say so; the others stay.
    fn take(&mut self, field: &Setting<String>, keys: &mut PlanSettings<FieldKey>) -> Option<Take> {
        if let Some((name, node)) = keys.remove(&FieldKey::Sql) {
            let sql = self.text(&name, &node)?;
            return match keys.remove(&FieldKey::Each) {
                Some((name, node)) => Some(Take::SqlEach(sql, self.each(&name, node)?)),
                None => Some(Take::Sql(sql)),
            };
        }
        if let Some((name, node)) = keys.remove(&FieldKey::Each) {
            return Some(Take::Each(self.each(&name, node)?));
        }
        /// What a text says.
        type TakeOf = fn(Setting<String>) -> Take;
        let texts: [(FieldKey, TakeOf); 4] = [
            (FieldKey::Count, Take::Count),
            (FieldKey::Value, Take::Value),
            (FieldKey::Metric, Take::Metric),
            (FieldKey::Query, |query| Take::Prometheus(PromQuery::Value { query })),
        ];
        for (key, take) in texts {
            if let Some((name, node)) = keys.remove(&key) {
                return self.text(&name, &node).map(take);
            }
        }
        if let Some((name, node)) = keys.remove(&FieldKey::Buckets) {
            let buckets = self.text(&name, &node)?;
            let Some((name, node)) = keys.remove(&FieldKey::Quantile) else {
                self.report(errors::missing_in_field(field, "quantile", "95%"));
                return None;
            };
            let quantile = self.share(&name, &node)?;
            return Some(Take::Prometheus(PromQuery::Quantile { quantile, buckets }));
        }
        let (part, whole) = (self.optional(keys, FieldKey::Part), self.optional(keys, FieldKey::Whole));
        match (part, whole) {
            (Some(part), Some(whole)) => self.shares(part, whole, keys),
            (Some(_), None) => {
                self.report(errors::missing_in_field(
                    field,
                    "whole",
                    "'sum(increase(requests_total[$window]))'",
                ));
                None
            }
            (None, Some(_)) => {
                self.report(errors::missing_in_field(
                    field,
                    "part",
                    "'sum(increase(errors_total[$window]))'",
                ));
                None
            }
            (None, None) => {
                self.report(if keys.contains_key(&FieldKey::Quantile) {
                    let example = "'sum by (le) (increase(NAME_bucket[$window]))'";
                    errors::missing_in_field(field, "buckets", example)
                } else {
                    errors::takes_nothing(field)
                });
                None
            }
        }
    }

    fn shares(
        &mut self,
        part: Setting<String>,
        whole: Setting<String>,
        keys: &mut PlanSettings<FieldKey>,
    ) -> Option<Take> {
        let absent_part = match keys.remove(&FieldKey::AbsentPart) {
            Some((name, node)) => Some(self.number(&name, &node)?),
            None => None,
        };
        let expected = match keys.remove(&FieldKey::ExpectedSamples) {
            Some((name, node)) => Some(self.expected(&name, node)?),
            None => None,
        };
        Some(Take::Prometheus(PromQuery::Shares { part, whole, absent_part, expected }))
    }

    fn expected(&mut self, key: &Setting<String>, node: ConfigNode) -> Option<ExpectedSamples> {
        const KEYS: [(&str, bool); 2] = [("every", true), ("at least", false)];
        // `Some(None)`: the key is there, and its value has an error.
        let (mut every, mut at_least) = (None, None);
        let entries = self.map(key, node)?;
        for (is_every, name, node) in self.fields(entries, &KEYS, "`expected`") {
            if is_every {
                every = Some(self.length(&name, &node));
            } else {
                at_least = Some(self.share(&name, &node));
            }
        }
        for (name, example, is_there) in
            [("every", "10 min", every.is_some()), ("at least", "95%", at_least.is_some())]
        {
            if !is_there {
                self.report(errors::missing_key("`expected`", name, example, key.span));
            }
        }
        Some(ExpectedSamples { every: every??.value, at_least: at_least?? })
    }

    fn each(&mut self, key: &Setting<String>, node: ConfigNode) -> Option<EachRow> {
        if !node.is_map() {
            return self.text(key, &node).map(EachRow::Column);
        }
        let entries = self.map(key, node)?;
        if entries.is_empty() {
            self.report(settings::not_a(
                &key.value,
                "a map of fields and columns, such as `{ id: id }`",
                key.span,
            ));
            return None;
        }
        let names = self.names(entries);
        Some(EachRow::Fields(
            names.into_iter().filter_map(|(key, node)| self.element_plan(key, node)).collect(),
        ))
    }

    fn element_plan(&mut self, key: Setting<String>, node: ConfigNode) -> Option<ElementPlan> {
        const KEYS: [(&str, bool); 2] = [("column", true), ("unit", false)];
        if !node.is_map() {
            let column = self.text(&key, &node)?;
            return Some(ElementPlan { key, column, unit: None });
        }
        let (mut column, mut unit) = (None, None);
        let entries = self.map(&key, node)?;
        for (is_column, name, node) in self.fields(entries, &KEYS, "a field of an element") {
            *(if is_column { &mut column } else { &mut unit }) = self.text(&name, &node);
        }
        if column.is_none() {
            self.report(errors::missing_key(&format!("`{}`", key.value), "column", "edit_time", key.span));
        }
        Some(ElementPlan { key, column: column?, unit })
    }

    /// The text of a key that may be there.
    fn optional<K: Ord>(&mut self, keys: &mut PlanSettings<K>, key: K) -> Option<Setting<String>> {
        let (name, node) = keys.remove(&key)?;
        self.text(&name, &node)
    }

    /// A map from names to texts.
    fn pairs(&mut self, key: &Setting<String>, node: ConfigNode) -> Vec<(Setting<String>, Setting<String>)> {
        let Some(entries) = self.map(key, node) else { return Vec::new() };
        let names = self.names(entries);
        names
            .into_iter()
            .filter_map(|(name, node)| Some((self.text(&name, &node)?, name)))
            .map(|(a, b)| (b, a))
            .collect()
    }

    /// A text or a list of texts.
    fn text_list(&mut self, key: &Setting<String>, node: ConfigNode) -> Vec<Setting<String>> {
        match node.content {
            ConfigContent::List(elements) => {
                let texts = elements.iter().filter_map(|element| match &element.content {
                    // An empty text is a text here: a cell may be empty.
                    ConfigContent::Text(text) => Some(Setting { value: text.clone(), span: element.span }),
                    ConfigContent::Null
                    | ConfigContent::Other
                    | ConfigContent::List(_)
                    | ConfigContent::Map(_) => self.text(key, element),
                });
                texts.collect()
            }
            ConfigContent::Null | ConfigContent::Text(_) | ConfigContent::Other | ConfigContent::Map(_) => {
                self.text(key, &node).into_iter().collect()
            }
        }
    }
}

impl Plan {
    /// The source of a name, or an error at the place that names it.
    ///
    /// # Errors
    /// If the plan has no such source.
    pub fn source(&self, name: &Setting<String>) -> Result<&PlanSource, Diagnostic> {
        let found = self.sources.iter().find(|source| source.name.value == name.value);
        found.ok_or_else(|| {
            let sound = self.sources.iter().map(|source| &source.name.value);
            let names: Vec<&str> = sound.chain(&self.broken_sources).map(String::as_str).collect();
            errors::no_such_source(name, &names, did_you_mean(&name.value, names.iter().copied()))
        })
    }
}
