//! The sources of a plan: what is read or asked, and by which rules.
//!
//! Plain data, checked when the plan is read. Knows no tool's files.

use crate::config::Setting;
use crate::value::Number;

/// One source of a plan.
#[derive(Clone, Debug)]
pub struct PlanSource {
    pub name: Setting<String>,
    /// The path of its file within the project, a glob, an address or the name of an environment variable.
    pub place: Setting<String>,
    pub kind: SourceKind,
    pub rows: RowRules,
}

/// What kind of source it is.
#[derive(Clone, Debug)]
pub enum SourceKind {
    Promptfoo(PromptfooRules),
    Inspect(InspectRules),
    Deepeval,
    Evidently,
    Otlp,
    Csv(TextRules),
    Tsv(TextRules),
    Json(JsonRules),
    JsonLines(JsonRules),
    Xlsx {
        sheet: Option<String>,
    },
    Parquet,
    Sqlite,
    /// A filter for `jq`, over the file.
    Jq {
        filter: String,
    },
    /// An exported table of MLflow's metrics.
    MlflowTable {
        run: Option<String>,
    },
    Prometheus(ServerRules),
    Mlflow {
        server: ServerRules,
        experiment: String,
        run: Option<String>,
    },
    Postgres(ServerRules),
}

impl SourceKind {
    /// How its server is asked, if it is one that is asked by HTTP.
    pub fn http_server(&self) -> Option<&ServerRules> {
        match self {
            Self::Prometheus(server) | Self::Mlflow { server, .. } => Some(server),
            Self::Promptfoo(_)
            | Self::Inspect(_)
            | Self::Deepeval
            | Self::Evidently
            | Self::Otlp
            | Self::Csv(_)
            | Self::Tsv(_)
            | Self::Json(_)
            | Self::JsonLines(_)
            | Self::Xlsx { .. }
            | Self::Parquet
            | Self::Sqlite
            | Self::Jq { .. }
            | Self::MlflowTable { .. }
            | Self::Postgres(_) => None,
        }
    }

    /// Whether it answers questions one by one, and is not read as rows.
    pub fn is_asked(&self) -> bool {
        match self {
            Self::Sqlite
            | Self::MlflowTable { .. }
            | Self::Prometheus(_)
            | Self::Mlflow { .. }
            | Self::Postgres(_) => true,
            Self::Promptfoo(_)
            | Self::Inspect(_)
            | Self::Deepeval
            | Self::Evidently
            | Self::Otlp
            | Self::Csv(_)
            | Self::Tsv(_)
            | Self::Json(_)
            | Self::JsonLines(_)
            | Self::Xlsx { .. }
            | Self::Parquet
            | Self::Jq { .. } => false,
        }
    }

    /// Whether it is the run of an eval tool, whose rows are tests with an `id`.
    pub fn is_eval(&self) -> bool {
        match self {
            Self::Promptfoo(_) | Self::Inspect(_) | Self::Deepeval => true,
            Self::Evidently
            | Self::Otlp
            | Self::Csv(_)
            | Self::Tsv(_)
            | Self::Json(_)
            | Self::JsonLines(_)
            | Self::Xlsx { .. }
            | Self::Parquet
            | Self::Sqlite
            | Self::Jq { .. }
            | Self::MlflowTable { .. }
            | Self::Prometheus(_)
            | Self::Mlflow { .. }
            | Self::Postgres(_) => false,
        }
    }

    /// As a plan writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Promptfoo(_) => "promptfoo",
            Self::Inspect(_) => "inspect",
            Self::Deepeval => "deepeval",
            Self::Evidently => "evidently",
            Self::Otlp => "otlp",
            Self::Csv(_) => "csv",
            Self::Tsv(_) => "tsv",
            Self::Json(_) => "json",
            Self::JsonLines(_) => "jsonl",
            Self::Xlsx { .. } => "xlsx",
            Self::Parquet => "parquet",
            Self::Sqlite => "sqlite",
            Self::Jq { .. } => "jq",
            Self::MlflowTable { .. } | Self::Mlflow { .. } => "mlflow",
            Self::Prometheus(_) => "prometheus",
            Self::Postgres(_) => "postgres",
        }
    }
}

/// How the rows of any source are taken.
#[derive(Clone, Debug, Default)]
pub struct RowRules {
    /// The columns that tell rows apart; none where the kind says it itself, or nothing does.
    pub key: Vec<Setting<String>>,
    pub repeats: Repeats,
    pub errors: ErrorRows,
    /// The column that says when a row was made: rows outside the window are left out.
    pub at: Option<AtColumn>,
    /// Texts that say that there is no value, besides the empty one.
    pub empty: Vec<String>,
    /// Whether a file may be taken that does not say when it was made.
    pub undated: bool,
}

/// What becomes of several rows with one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeats {
    /// They are an error.
    #[default]
    Refused,
    /// Of yes and no the no; of numbers the range that they span.
    Worst,
    /// The last one, by the column `at`, or else the order of the file.
    Newest,
}

/// What becomes of rows that the harness did not judge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ErrorRows {
    /// They stay, and what they would say is unknown.
    #[default]
    Unknown,
    /// They are left out if they are at most this share of all.
    Dropped { up_to: Number },
}

/// A column of dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtColumn {
    pub column: Setting<String>,
    /// As of `strftime`, `%Y-%m-%d %H:%M`; none for `2026-11-27T10:00Z`.
    pub format: Option<String>,
    /// The zone of what has no offset; none for the plan's.
    pub timezone: Option<Setting<String>>,
}

/// How a promptfoo file is read.
#[derive(Clone, Debug, Default)]
pub struct PromptfooRules {
    /// The label or id of the provider; required once the file has several.
    pub provider: Option<Setting<String>>,
    /// The label, or the whole text, of the prompt; required once the file has several.
    pub prompt: Option<Setting<String>>,
    /// What names an output: `description`, `vars.NAME`, `metadata.NAME`; none for `description`.
    pub id: Option<Setting<String>>,
    pub also_errors: AlsoErrors,
    /// Whether the latencies of cached answers count nevertheless.
    pub cached_latency: bool,
}

/// Results that are harness errors although the tool judged them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlsoErrors {
    /// First and last HTTP status.
    pub http_status: Option<(u16, u16)>,
    /// A pattern of the tool's reason.
    pub reason: Option<Setting<String>>,
    /// A pattern of the output.
    pub output: Option<Setting<String>>,
}

/// How an Inspect log is read.
#[derive(Clone, Debug, Default)]
pub struct InspectRules {
    /// The task; required once files of several are found.
    pub task: Option<Setting<String>>,
    /// What becomes of several epochs of a sample.
    pub epochs: Repeats,
}

/// How delimited text is read.
#[derive(Clone, Debug)]
pub struct TextRules {
    /// `utf-8`, or another encoding by its name on the web, `windows-1252`.
    pub encoding: Option<Setting<String>>,
    /// `,` by default, `;`, or a tab.
    pub delimiter: u8,
    /// `.` or `,`.
    pub decimal: char,
}

/// How JSON is read.
#[derive(Clone, Debug, Default)]
pub struct JsonRules {
    /// The way to the list of rows, `data.items`; none where the whole is the list, or one row.
    pub rows: Option<Setting<String>>,
}

/// How a server is asked.
#[derive(Clone, Debug)]
pub struct ServerRules {
    /// The environment variable that has the token to send.
    pub token: Option<Setting<String>>,
    /// Seconds that an answer may take.
    pub timeout: u64,
    /// How often a question is asked again after a failure that may pass.
    pub retries: u32,
}

/// What a field asks of a Prometheus server. `$window` in a query stands for the length of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromQuery {
    /// One number.
    Value { query: Setting<String> },
    /// A share by its counts.
    Shares {
        part: Setting<String>,
        whole: Setting<String>,
        /// What an empty `part` counts as, while `whole` is there and above 0.
        absent_part: Option<Number>,
        /// How many samples `whole` has to have at least.
        expected: Option<ExpectedSamples>,
    },
    /// A quantile of a histogram, by the cumulative counts of its buckets, each with the label `le`.
    Quantile {
        /// From 0 to 1.
        quantile: Number,
        buckets: Setting<String>,
    },
}

/// How often something is sampled, and which share of that has to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedSamples {
    /// Seconds.
    pub every: Number,
    pub at_least: Number,
}
