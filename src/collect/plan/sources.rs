//! The sources of a plan: each is of one kind, which says what else may be set.

use super::PlanSettings;
use crate::collect::errors;
use crate::collect::source::{
    AlsoErrors, AtColumn, ErrorRows, InspectRules, JsonRules, PlanSource, PromptfooRules, Repeats, RowRules,
    ServerRules, SourceKind, TextRules,
};
use crate::config::{ConfigContent, ConfigNode, ConfigReader, Setting};

/// Seconds that an answer may take, where a plan does not say it.
const TIMEOUT: u64 = 30;
/// The longest wait that a plan can ask for.
const MAX_TIMEOUT: u64 = 600;
/// How often a plan can have a question asked again.
const MAX_RETRIES: u32 = 10;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum PlanSourceKey {
    Promptfoo,
    Inspect,
    Deepeval,
    Evidently,
    Otlp,
    Csv,
    Tsv,
    Json,
    JsonLines,
    Xlsx,
    Parquet,
    Sqlite,
    Jq,
    Mlflow,
    Prometheus,
    Postgres,
    // How rows are taken.
    Key,
    Repeats,
    Errors,
    At,
    Empty,
    Undated,
    // What only some kinds have.
    Provider,
    Prompt,
    Id,
    AlsoErrors,
    Cached,
    Task,
    Epochs,
    Encoding,
    Decimal,
    Delimiter,
    Rows,
    Sheet,
    Filter,
    Experiment,
    Run,
    Token,
    Timeout,
    Retries,
}

use PlanSourceKey as Key;

const KINDS: [(&str, Key); 16] = [
    ("promptfoo", Key::Promptfoo),
    ("inspect", Key::Inspect),
    ("deepeval", Key::Deepeval),
    ("evidently", Key::Evidently),
    ("otlp", Key::Otlp),
    ("csv", Key::Csv),
    ("tsv", Key::Tsv),
    ("json", Key::Json),
    ("jsonl", Key::JsonLines),
    ("xlsx", Key::Xlsx),
    ("parquet", Key::Parquet),
    ("sqlite", Key::Sqlite),
    ("jq", Key::Jq),
    ("mlflow", Key::Mlflow),
    ("prometheus", Key::Prometheus),
    ("postgres", Key::Postgres),
];

const OPTIONS: [(&str, Key); 24] = [
    ("key", Key::Key),
    ("repeats", Key::Repeats),
    ("errors", Key::Errors),
    ("at", Key::At),
    ("empty", Key::Empty),
    ("undated", Key::Undated),
    ("provider", Key::Provider),
    ("prompt", Key::Prompt),
    ("id", Key::Id),
    ("also_errors", Key::AlsoErrors),
    ("cached", Key::Cached),
    ("task", Key::Task),
    ("epochs", Key::Epochs),
    ("encoding", Key::Encoding),
    ("decimal", Key::Decimal),
    ("delimiter", Key::Delimiter),
    ("rows", Key::Rows),
    ("sheet", Key::Sheet),
    ("filter", Key::Filter),
    ("experiment", Key::Experiment),
    ("run", Key::Run),
    ("token", Key::Token),
    ("timeout", Key::Timeout),
    ("retries", Key::Retries),
];

/// What may be set of a source of a kind, besides where it is.
fn options_of(kind: Key) -> &'static [Key] {
    const TEXT: &[Key] = &[
        Key::Key,
        Key::Repeats,
        Key::At,
        Key::Empty,
        Key::Undated,
        Key::Encoding,
        Key::Decimal,
        Key::Delimiter,
    ];
    const ROWS: &[Key] = &[Key::Key, Key::Repeats, Key::At, Key::Empty, Key::Undated];
    match kind {
        Key::Promptfoo => &[
            Key::Provider,
            Key::Prompt,
            Key::Id,
            Key::AlsoErrors,
            Key::Cached,
            Key::Repeats,
            Key::Errors,
            Key::Undated,
        ],
        Key::Inspect => &[Key::Task, Key::Epochs, Key::Errors],
        Key::Deepeval => &[Key::Repeats, Key::Errors, Key::Undated],
        Key::Evidently => &[Key::Undated],
        Key::Otlp => &[Key::Key, Key::Repeats, Key::At, Key::Undated],
        Key::Csv | Key::Tsv => TEXT,
        Key::Json | Key::JsonLines => &[Key::Key, Key::Repeats, Key::At, Key::Empty, Key::Undated, Key::Rows],
        Key::Xlsx => &[Key::Key, Key::Repeats, Key::At, Key::Empty, Key::Undated, Key::Sheet],
        Key::Parquet => ROWS,
        Key::Jq => &[Key::Key, Key::Repeats, Key::At, Key::Empty, Key::Undated, Key::Filter],
        Key::Sqlite => &[Key::Key, Key::Repeats, Key::Empty],
        Key::Mlflow => &[Key::Experiment, Key::Run, Key::Token, Key::Timeout, Key::Retries, Key::Undated],
        Key::Prometheus => &[Key::Token, Key::Timeout, Key::Retries],
        Key::Postgres => &[Key::Timeout, Key::Key, Key::Repeats, Key::Empty],
        // No kinds.
        Key::Key
        | Key::Repeats
        | Key::Errors
        | Key::At
        | Key::Empty
        | Key::Undated
        | Key::Provider
        | Key::Prompt
        | Key::Id
        | Key::AlsoErrors
        | Key::Cached
        | Key::Task
        | Key::Epochs
        | Key::Encoding
        | Key::Decimal
        | Key::Delimiter
        | Key::Rows
        | Key::Sheet
        | Key::Filter
        | Key::Experiment
        | Key::Run
        | Key::Token
        | Key::Timeout
        | Key::Retries => &[],
    }
}

fn is_kind(key: Key) -> bool {
    KINDS.iter().any(|(_, kind)| *kind == key)
}

/// Whether a source is on a server, and not in a file.
fn is_address(node: &ConfigNode) -> bool {
    matches!(&node.content, ConfigContent::Text(text) if text.contains("://"))
}

impl ConfigReader<'_> {
    /// The sources, and the names of those that have errors.
    pub(super) fn sources(
        &mut self,
        entries: Vec<(ConfigNode, ConfigNode)>,
    ) -> (Vec<PlanSource>, Vec<String>) {
        let (mut sources, mut broken) = (Vec::new(), Vec::new());
        for (name, node) in self.names(entries) {
            let text = name.value.clone();
            match self.source(name, node) {
                Some(source) => sources.push(source),
                None => broken.push(text),
            }
        }
        (sources, broken)
    }

    fn source(&mut self, name: Setting<String>, node: ConfigNode) -> Option<PlanSource> {
        let entries = self.map(&name, node)?;
        let keys: Vec<(&str, Key)> = KINDS.into_iter().chain(OPTIONS).collect();
        let of = format!("the source `{}`", name.value);
        let mut settings: PlanSettings<Key> = self
            .fields(entries, &keys, &of)
            .into_iter()
            .map(|(key, name, node)| (key, (name, node)))
            .collect();
        let kinds: Vec<Key> = settings.keys().copied().filter(|key| is_kind(*key)).collect();
        let kind = match kinds.as_slice() {
            [kind] => *kind,
            [] => {
                let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
                self.report(errors::source_without_kind(&name, &names));
                return None;
            }
            [first, second, ..] => {
                let of_key = |key| settings.get(key).map(|(name, _): &(Setting<String>, ConfigNode)| name);
                if let (Some(first), Some(second)) = (of_key(first), of_key(second)) {
                    let problem = errors::two_kinds(&name, first, second);
                    self.report(problem);
                }
                return None;
            }
        };
        let (kind_name, node) = settings.remove(&kind)?;
        let allowed = options_of(kind);
        for (_, (option, _)) in settings.iter().filter(|(key, _)| !allowed.contains(key)) {
            let known = OPTIONS.iter().filter(|(_, key)| allowed.contains(key)).map(|(name, _)| *name);
            let problem = errors::not_of_this_kind(option, &kind_name.value, &known.collect::<Vec<_>>());
            self.diagnostics.push(problem);
        }
        settings.retain(|key, _| allowed.contains(key));
        let is_server = is_address(&node);
        let place = self.place(kind, &kind_name, node);
        // All that is wrong with a source is told at once.
        let rows = self.row_rules(&mut settings);
        let kind = self.kind(kind, &name, is_server, &mut settings);
        Some(PlanSource { name, place: place?, kind: kind?, rows })
    }

    /// Where a source is.
    fn place(&mut self, kind: Key, name: &Setting<String>, node: ConfigNode) -> Option<Setting<String>> {
        match kind {
            Key::Postgres => self.variable(name, node),
            Key::Prometheus => self.address(name, &node),
            Key::Mlflow if is_address(&node) => self.address(name, &node),
            _ => self.path(name, &node),
        }
    }

    fn row_rules(&mut self, settings: &mut PlanSettings<Key>) -> RowRules {
        let mut rules = RowRules::default();
        if let Some((name, node)) = settings.remove(&Key::Key) {
            rules.key = self.text_list(&name, node);
        }
        if let Some((name, node)) = settings.remove(&Key::Repeats) {
            rules.repeats = self.repeats(&name, &node);
        }
        if let Some((name, node)) = settings.remove(&Key::Errors) {
            rules.errors = self.error_rows(&name, &node).unwrap_or_default();
        }
        if let Some((name, node)) = settings.remove(&Key::At) {
            rules.at = self.at_column(&name, node);
        }
        if let Some((name, node)) = settings.remove(&Key::Empty) {
            rules.empty = self.text_list(&name, node).into_iter().map(|text| text.value).collect();
        }
        if let Some((name, node)) = settings.remove(&Key::Undated) {
            rules.undated =
                self.word(&name, &node, &[("accepted", true), ("refused", false)]).unwrap_or(false);
        }
        rules
    }

    /// One of a few words.
    fn word<T: Copy>(&mut self, key: &Setting<String>, node: &ConfigNode, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key, node)?;
        let found = words.iter().find(|(word, _)| *word == text.value).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.report(errors::no_such_word(key, &text, &words));
        }
        found
    }

    fn repeats(&mut self, key: &Setting<String>, node: &ConfigNode) -> Repeats {
        let words = [("refused", Repeats::Refused), ("worst", Repeats::Worst), ("newest", Repeats::Newest)];
        self.word(key, node, &words).unwrap_or_default()
    }

    /// `unknown`, or `dropped up to 5%`.
    fn error_rows(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<ErrorRows> {
        let text = self.text(key, node)?;
        if text.value == "unknown" {
            return Some(ErrorRows::Unknown);
        }
        match text.value.strip_prefix("dropped up to ") {
            Some(share) => {
                let up_to = self.share_of(key, &text, share, "dropped up to 5%")?;
                Some(ErrorRows::Dropped { up_to })
            }
            None => {
                self.report(errors::no_such_word(key, &text, &["unknown", "dropped up to 5%"]));
                None
            }
        }
    }

    fn at_column(&mut self, key: &Setting<String>, node: ConfigNode) -> Option<AtColumn> {
        #[derive(Clone, Copy)]
        enum AtKey {
            Column,
            Format,
            Timezone,
        }
        const KEYS: [(&str, AtKey); 3] =
            [("column", AtKey::Column), ("format", AtKey::Format), ("timezone", AtKey::Timezone)];
        if !node.is_map() {
            let column = self.text(key, &node)?;
            return Some(AtColumn { column, format: None, timezone: None });
        }
        let (mut column, mut format, mut timezone) = (None, None, None);
        let entries = self.map(key, node)?;
        for (at_key, name, node) in self.fields(entries, &KEYS, "`at`") {
            match at_key {
                AtKey::Column => column = self.text(&name, &node),
                AtKey::Format => format = self.text(&name, &node).map(|text| text.value),
                AtKey::Timezone => {
                    timezone = self.text(&name, &node);
                    self.zone(&name, &node);
                }
            }
        }
        if column.is_none() {
            self.report(errors::missing_key("`at`", "column", "Timestamp", key.span));
        }
        Some(AtColumn { column: column?, format, timezone })
    }

    fn kind(
        &mut self,
        kind: Key,
        source: &Setting<String>,
        is_server: bool,
        settings: &mut PlanSettings<Key>,
    ) -> Option<SourceKind> {
        Some(match kind {
            Key::Promptfoo => SourceKind::Promptfoo(self.promptfoo(settings)),
            Key::Inspect => SourceKind::Inspect(self.inspect(settings)),
            Key::Deepeval => SourceKind::Deepeval,
            Key::Evidently => SourceKind::Evidently,
            Key::Otlp => SourceKind::Otlp,
            Key::Csv => SourceKind::Csv(self.text_rules(settings, b',')),
            Key::Tsv => SourceKind::Tsv(self.text_rules(settings, b'\t')),
            Key::Json => SourceKind::Json(JsonRules { rows: self.optional(settings, Key::Rows) }),
            Key::JsonLines => SourceKind::JsonLines(JsonRules { rows: self.optional(settings, Key::Rows) }),
            Key::Xlsx => SourceKind::Xlsx { sheet: self.plain(settings, Key::Sheet) },
            Key::Parquet => SourceKind::Parquet,
            Key::Sqlite => SourceKind::Sqlite,
            Key::Jq => match self.plain(settings, Key::Filter) {
                Some(filter) => SourceKind::Jq { filter },
                None => {
                    self.report(errors::missing_in_source(source, "filter", "'.results[]'"));
                    return None;
                }
            },
            Key::Mlflow if is_server => {
                let Some(experiment) = self.plain(settings, Key::Experiment) else {
                    self.report(errors::missing_in_source(source, "experiment", "support-replies"));
                    return None;
                };
                let run = self.plain(settings, Key::Run);
                SourceKind::Mlflow { server: self.server(settings), experiment, run }
            }
            Key::Mlflow => SourceKind::MlflowTable { run: self.plain(settings, Key::Run) },
            Key::Prometheus => SourceKind::Prometheus(self.server(settings)),
            Key::Postgres => SourceKind::Postgres(self.server(settings)),
            // No kinds.
            Key::Key
            | Key::Repeats
            | Key::Errors
            | Key::At
            | Key::Empty
            | Key::Undated
            | Key::Provider
            | Key::Prompt
            | Key::Id
            | Key::AlsoErrors
            | Key::Cached
            | Key::Task
            | Key::Epochs
            | Key::Encoding
            | Key::Decimal
            | Key::Delimiter
            | Key::Rows
            | Key::Sheet
            | Key::Filter
            | Key::Experiment
            | Key::Run
            | Key::Token
            | Key::Timeout
            | Key::Retries => return None,
        })
    }

    fn plain(&mut self, settings: &mut PlanSettings<Key>, key: Key) -> Option<String> {
        self.optional(settings, key).map(|text| text.value)
    }

    fn promptfoo(&mut self, settings: &mut PlanSettings<Key>) -> PromptfooRules {
        let cached_latency = settings.remove(&Key::Cached).and_then(|(name, node)| {
            self.word(&name, &node, &[("no latency", false), ("latency counts", true)])
        });
        let also_errors = match settings.remove(&Key::AlsoErrors) {
            Some((name, node)) => self.also_errors(&name, node),
            None => AlsoErrors::default(),
        };
        PromptfooRules {
            provider: self.optional(settings, Key::Provider),
            prompt: self.optional(settings, Key::Prompt),
            id: self.optional(settings, Key::Id),
            also_errors,
            cached_latency: cached_latency.unwrap_or(false),
        }
    }

    fn also_errors(&mut self, key: &Setting<String>, node: ConfigNode) -> AlsoErrors {
        #[derive(Clone, Copy)]
        enum AlsoKey {
            HttpStatus,
            Reason,
            Output,
        }
        const KEYS: [(&str, AlsoKey); 3] =
            [("http_status", AlsoKey::HttpStatus), ("reason", AlsoKey::Reason), ("output", AlsoKey::Output)];
        let mut found = AlsoErrors::default();
        let Some(entries) = self.map(key, node) else { return found };
        for (also, name, node) in self.fields(entries, &KEYS, "`also_errors`") {
            match also {
                AlsoKey::HttpStatus => found.http_status = self.statuses(&name, &node),
                AlsoKey::Reason => found.reason = self.text(&name, &node),
                AlsoKey::Output => found.output = self.text(&name, &node),
            }
        }
        found
    }

    /// `400 to 599`, or one status.
    fn statuses(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<(u16, u16)> {
        let text = self.text(key, node)?;
        let (first, last) = text.value.split_once(" to ").unwrap_or((&text.value, &text.value));
        let found =
            first.parse().ok().zip(last.parse().ok()).filter(|(first, last): &(u16, u16)| first <= last);
        if found.is_none() {
            self.report(errors::not_written_like(key, &text, "HTTP statuses", "400 to 599"));
        }
        found
    }

    fn inspect(&mut self, settings: &mut PlanSettings<Key>) -> InspectRules {
        let epochs = settings.remove(&Key::Epochs).map(|(name, node)| self.repeats(&name, &node));
        InspectRules { task: self.optional(settings, Key::Task), epochs: epochs.unwrap_or_default() }
    }

    fn text_rules(&mut self, settings: &mut PlanSettings<Key>, delimiter: u8) -> TextRules {
        let decimal = settings
            .remove(&Key::Decimal)
            .and_then(|(name, node)| self.word(&name, &node, &[(".", '.'), (",", ',')]));
        let given = settings.remove(&Key::Delimiter).and_then(|(name, node)| {
            self.word(&name, &node, &[(",", b','), (";", b';'), ("|", b'|'), ("tab", b'\t')])
        });
        TextRules {
            encoding: self.optional(settings, Key::Encoding),
            delimiter: given.unwrap_or(delimiter),
            decimal: decimal.unwrap_or('.'),
        }
    }

    fn server(&mut self, settings: &mut PlanSettings<Key>) -> ServerRules {
        let token = settings.remove(&Key::Token).and_then(|(name, node)| self.variable(&name, node));
        let timeout = settings.remove(&Key::Timeout).and_then(|(name, node)| {
            let length = self.length(&name, &node)?;
            let seconds = u64::try_from(length.value.ceil()).ok().filter(|seconds| *seconds <= MAX_TIMEOUT);
            if seconds.is_none() {
                self.report(errors::too_much(&name, &format!("{MAX_TIMEOUT} s"), length.span));
            }
            seconds
        });
        let retries = settings.remove(&Key::Retries).and_then(|(name, node)| {
            let retries: u32 = self.whole(&name, &node)?;
            if retries > MAX_RETRIES {
                self.report(errors::too_much(&name, &MAX_RETRIES.to_string(), node.span));
            }
            Some(retries.min(MAX_RETRIES))
        });
        ServerRules { token, timeout: timeout.unwrap_or(TIMEOUT), retries: retries.unwrap_or(0) }
    }
}
