//! Which results a plan calls harness errors although promptfoo judged them.

use regex::{Regex, RegexBuilder};

use crate::collect::source::AlsoErrors;
use crate::collect::table::SourceFailure;
use crate::config::Setting;
use crate::text::quote;

/// Bytes that a compiled pattern may take.
const MAX_PATTERN: usize = 1 << 20;

/// The rules of `also_errors`, ready to be held against results.
pub(super) struct ErrorPatterns {
    pub(super) status: Option<(u16, u16)>,
    pub(super) reason: Option<Regex>,
    pub(super) output: Option<Regex>,
}

impl ErrorPatterns {
    /// # Errors
    /// If a pattern is not one.
    pub(super) fn of(rules: &AlsoErrors) -> Result<Self, SourceFailure> {
        Ok(Self {
            status: rules.http_status,
            reason: compiled("reason", rules.reason.as_ref())?,
            output: compiled("output", rules.output.as_ref())?,
        })
    }
}

fn compiled(key: &str, pattern: Option<&Setting<String>>) -> Result<Option<Regex>, SourceFailure> {
    let Some(pattern) = pattern else { return Ok(None) };
    let built = RegexBuilder::new(&pattern.value).size_limit(MAX_PATTERN).build();
    built.map(Some).map_err(|error| {
        let why = error.to_string();
        let why = why.lines().last().unwrap_or("").trim().trim_start_matches("error: ").to_owned();
        SourceFailure::refused(
            format!(
                "`also_errors.{key}` is not a pattern that can be used, `{}`: {why}",
                quote(&pattern.value)
            ),
            "write a regular expression without look-around and back references, such as '^Error:'",
        )
    })
}
