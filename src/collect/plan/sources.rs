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
enum KindKey {
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
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum OptionKey {
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

/// What can be set of a source.
#[derive(Clone, Copy)]
enum PlanSourceKey {
    Kind(KindKey),
    Option(OptionKey),
}

const KINDS: [(&str, KindKey); 16] = [
    ("promptfoo", KindKey::Promptfoo),
    ("inspect", KindKey::Inspect),
    ("deepeval", KindKey::Deepeval),
    ("evidently", KindKey::Evidently),
    ("otlp", KindKey::Otlp),
    ("csv", KindKey::Csv),
    ("tsv", KindKey::Tsv),
    ("json", KindKey::Json),
    ("jsonl", KindKey::JsonLines),
    ("xlsx", KindKey::Xlsx),
    ("parquet", KindKey::Parquet),
    ("sqlite", KindKey::Sqlite),
    ("jq", KindKey::Jq),
    ("mlflow", KindKey::Mlflow),
    ("prometheus", KindKey::Prometheus),
    ("postgres", KindKey::Postgres),
];

const OPTIONS: [(&str, OptionKey); 24] = [
    ("key", OptionKey::Key),
    ("repeats", OptionKey::Repeats),
    ("errors", OptionKey::Errors),
    ("at", OptionKey::At),
    ("empty", OptionKey::Empty),
    ("undated", OptionKey::Undated),
    ("provider", OptionKey::Provider),
    ("prompt", OptionKey::Prompt),
    ("id", OptionKey::Id),
    ("also_errors", OptionKey::AlsoErrors),
    ("cached", OptionKey::Cached),
    ("task", OptionKey::Task),
    ("epochs", OptionKey::Epochs),
    ("encoding", OptionKey::Encoding),
    ("decimal", OptionKey::Decimal),
    ("delimiter", OptionKey::Delimiter),
    ("rows", OptionKey::Rows),
    ("sheet", OptionKey::Sheet),
    ("filter", OptionKey::Filter),
    ("experiment", OptionKey::Experiment),
    ("run", OptionKey::Run),
    ("token", OptionKey::Token),
    ("timeout", OptionKey::Timeout),
    ("retries", OptionKey::Retries),
];

/// What may be set of a source of a kind, besides where it is.
fn options_of(kind: KindKey) -> &'static [OptionKey] {
    use OptionKey as Key;
    const TEXT: &[OptionKey] = &[
        Key::Key,
        Key::Repeats,
        Key::At,
        Key::Empty,
        Key::Undated,
        Key::Encoding,
        Key::Decimal,
        Key::Delimiter,
    ];
    const ROWS: &[OptionKey] = &[Key::Key, Key::Repeats, Key::At, Key::Empty, Key::Undated];
    match kind {
        KindKey::Promptfoo => &[
            Key::Provider,
            Key::Prompt,
            Key::Id,
            Key::AlsoErrors,
            Key::Cached,
            Key::Repeats,
            Key::Errors,
            Key::Undated,
        ],
        KindKey::Inspect => &[Key::Task, Key::Epochs, Key::Errors],
        KindKey::Deepeval => &[Key::Repeats, Key::Errors, Key::Undated],
        KindKey::Evidently => &[Key::Undated],
        KindKey::Otlp => &[Key::Key, Key::Repeats, Key::At, Key::Undated],
        KindKey::Csv | KindKey::Tsv => TEXT,
        KindKey::Json | KindKey::JsonLines => {
            &[Key::Key, Key::Repeats, Key::At, Key::Empty, Key::Undated, Key::Rows]
        }
        KindKey::Xlsx => &[Key::Key, Key::Repeats, Key::At, Key::Empty, Key::Undated, Key::Sheet],
        KindKey::Parquet => ROWS,
        KindKey::Jq => &[Key::Key, Key::Repeats, Key::At, Key::Empty, Key::Undated, Key::Filter],
        KindKey::Sqlite => &[Key::Key, Key::Repeats, Key::Empty],
        KindKey::Mlflow => &[Key::Experiment, Key::Run, Key::Token, Key::Timeout, Key::Retries, Key::Undated],
        KindKey::Prometheus => &[Key::Token, Key::Timeout, Key::Retries],
        KindKey::Postgres => &[Key::Timeout, Key::Key, Key::Repeats, Key::Empty],
    }
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
        let kind_keys = KINDS.into_iter().map(|(name, key)| (name, PlanSourceKey::Kind(key)));
        let option_keys = OPTIONS.into_iter().map(|(name, key)| (name, PlanSourceKey::Option(key)));
        let keys: Vec<(&str, PlanSourceKey)> = kind_keys.chain(option_keys).collect();
        let of = format!("the source `{}`", name.value);
        let (mut kinds, mut settings) = (PlanSettings::new(), PlanSettings::new());
        for (key, name, node) in self.fields(entries, &keys, &of) {
            match key {
                PlanSourceKey::Kind(kind) => kinds.insert(kind, (name, node)),
                PlanSourceKey::Option(option) => settings.insert(option, (name, node)),
            };
        }
        let Some((kind, (kind_name, node))) = kinds.pop_first() else {
            let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            self.report(errors::source_without_kind(&name, &names));
            return None;
        };
        if let Some((_, (second, _))) = kinds.pop_first() {
            self.report(errors::two_kinds(&name, &kind_name, &second));
            return None;
        }
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
    fn place(&mut self, kind: KindKey, name: &Setting<String>, node: ConfigNode) -> Option<Setting<String>> {
        if kind == KindKey::Postgres {
            self.variable(name, node)
        } else if kind == KindKey::Prometheus || (kind == KindKey::Mlflow && is_address(&node)) {
            self.address(name, &node)
        } else {
            self.path(name, &node)
        }
    }

    fn row_rules(&mut self, settings: &mut PlanSettings<OptionKey>) -> RowRules {
        let mut rules = RowRules::default();
        if let Some((name, node)) = settings.remove(&OptionKey::Key) {
            rules.key = self.text_list(&name, node);
        }
        if let Some((name, node)) = settings.remove(&OptionKey::Repeats) {
            rules.repeats = self.repeats(&name, &node);
        }
        if let Some((name, node)) = settings.remove(&OptionKey::Errors) {
            rules.errors = self.error_rows(&name, &node).unwrap_or_default();
        }
        if let Some((name, node)) = settings.remove(&OptionKey::At) {
            rules.at = self.at_column(&name, node);
        }
        if let Some((name, node)) = settings.remove(&OptionKey::Empty) {
            rules.empty = self.text_list(&name, node).into_iter().map(|text| text.value).collect();
        }
        if let Some((name, node)) = settings.remove(&OptionKey::Undated) {
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
        kind: KindKey,
        source: &Setting<String>,
        is_server: bool,
        settings: &mut PlanSettings<OptionKey>,
    ) -> Option<SourceKind> {
        Some(match kind {
            KindKey::Promptfoo => SourceKind::Promptfoo(self.promptfoo(settings)),
            KindKey::Inspect => SourceKind::Inspect(self.inspect(settings)),
            KindKey::Deepeval => SourceKind::Deepeval,
            KindKey::Evidently => SourceKind::Evidently,
            KindKey::Otlp => SourceKind::Otlp,
            KindKey::Csv => SourceKind::Csv(self.text_rules(settings, b',')),
            KindKey::Tsv => SourceKind::Tsv(self.text_rules(settings, b'\t')),
            KindKey::Json => SourceKind::Json(JsonRules { rows: self.optional(settings, OptionKey::Rows) }),
            KindKey::JsonLines => {
                SourceKind::JsonLines(JsonRules { rows: self.optional(settings, OptionKey::Rows) })
            }
            KindKey::Xlsx => SourceKind::Xlsx { sheet: self.plain(settings, OptionKey::Sheet) },
            KindKey::Parquet => SourceKind::Parquet,
            KindKey::Sqlite => SourceKind::Sqlite,
            KindKey::Jq => match self.plain(settings, OptionKey::Filter) {
                Some(filter) => SourceKind::Jq { filter },
                None => {
                    self.report(errors::missing_in_source(source, "filter", "'.results[]'"));
                    return None;
                }
            },
            KindKey::Mlflow if is_server => {
                let Some(experiment) = self.plain(settings, OptionKey::Experiment) else {
                    self.report(errors::missing_in_source(source, "experiment", "support-replies"));
                    return None;
                };
                let run = self.plain(settings, OptionKey::Run);
                SourceKind::Mlflow { server: self.server(settings), experiment, run }
            }
            KindKey::Mlflow => SourceKind::MlflowTable { run: self.plain(settings, OptionKey::Run) },
            KindKey::Prometheus => SourceKind::Prometheus(self.server(settings)),
            KindKey::Postgres => SourceKind::Postgres(self.server(settings)),
        })
    }

    fn plain(&mut self, settings: &mut PlanSettings<OptionKey>, key: OptionKey) -> Option<String> {
        self.optional(settings, key).map(|text| text.value)
    }

    fn promptfoo(&mut self, settings: &mut PlanSettings<OptionKey>) -> PromptfooRules {
        let cached_latency = settings.remove(&OptionKey::Cached).and_then(|(name, node)| {
            self.word(&name, &node, &[("no latency", false), ("latency counts", true)])
        });
        let also_errors = match settings.remove(&OptionKey::AlsoErrors) {
            Some((name, node)) => self.also_errors(&name, node),
            None => AlsoErrors::default(),
        };
        PromptfooRules {
            provider: self.optional(settings, OptionKey::Provider),
            prompt: self.optional(settings, OptionKey::Prompt),
            id: self.optional(settings, OptionKey::Id),
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

    fn inspect(&mut self, settings: &mut PlanSettings<OptionKey>) -> InspectRules {
        let epochs = settings.remove(&OptionKey::Epochs).map(|(name, node)| self.repeats(&name, &node));
        InspectRules { task: self.optional(settings, OptionKey::Task), epochs: epochs.unwrap_or_default() }
    }

    fn text_rules(&mut self, settings: &mut PlanSettings<OptionKey>, delimiter: u8) -> TextRules {
        let decimal = settings
            .remove(&OptionKey::Decimal)
            .and_then(|(name, node)| self.word(&name, &node, &[(".", '.'), (",", ',')]));
        let given = settings.remove(&OptionKey::Delimiter).and_then(|(name, node)| {
            self.word(&name, &node, &[(",", b','), (";", b';'), ("|", b'|'), ("tab", b'\t')])
        });
        TextRules {
            encoding: self.optional(settings, OptionKey::Encoding),
            delimiter: given.unwrap_or(delimiter),
            decimal: decimal.unwrap_or('.'),
        }
    }

    fn server(&mut self, settings: &mut PlanSettings<OptionKey>) -> ServerRules {
        let token = settings.remove(&OptionKey::Token).and_then(|(name, node)| self.variable(&name, node));
        let timeout = settings.remove(&OptionKey::Timeout).and_then(|(name, node)| {
            let length = self.length(&name, &node)?;
            let seconds = u64::try_from(length.value.ceil()).ok().filter(|seconds| *seconds <= MAX_TIMEOUT);
            if seconds.is_none() {
                self.report(errors::too_much(&name, &format!("{MAX_TIMEOUT} s"), length.span));
            }
            seconds
        });
        let retries = settings.remove(&OptionKey::Retries).and_then(|(name, node)| {
            let retries: u32 = self.whole(&name, &node)?;
            if retries > MAX_RETRIES {
                self.report(errors::too_much(&name, &MAX_RETRIES.to_string(), node.span));
            }
            Some(retries.min(MAX_RETRIES))
        });
        ServerRules { token, timeout: timeout.unwrap_or(TIMEOUT), retries: retries.unwrap_or(0) }
    }
}
