//! `tollgate verify`: whether a recorded verdict is that of the files as they are now.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::arguments::date;
use super::record::{Asked, record};
use super::{complain, disk, finish};
use crate::engine::{CheckOptions, DayOptions};
use crate::report::record::{RECORD_VERSION, RecordedVerdict, VerdictRecord};
use crate::text::visible;

/// Check a record that `check --record` wrote against the files as they are now
///
/// Exit codes: 0, the files and the verdict are those of the record; 1, something differs; 2, the record cannot be
/// verified.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The record
    file: PathBuf,
    /// The repository that it is of
    #[arg(default_value = ".")]
    path: PathBuf,
}

/// Reads the record, judges again, compares.
pub(super) fn run(args: &VerifyArgs) -> ExitCode {
    let known = match disk::read(&args.file).and_then(|bytes| parse(&bytes)) {
        Ok(known) => known,
        Err(why) => return complain(&format!("`{}` cannot be verified: {why}", args.file.display())),
    };
    let Some(options) = options(&known) else {
        return complain(&format!("`{}` cannot be verified: a day of it is none", args.file.display()));
    };
    let asked = Asked {
        path: &args.path,
        allow_outside: known.options.allow_outside,
        base: known.base.clone(),
        options,
    };
    let read = match asked.read() {
        Ok(read) => read,
        Err(why) => return complain(&why),
    };
    let (files, base) = (read.digests(), read.base());
    let judgement = asked.judge(read);
    let found = record(&asked, files, base, &judgement);
    let (lines, differs) = compare(&known, &found);
    finish(&(lines.join("\n") + "\n"), u8::from(differs))
}

fn parse(bytes: &[u8]) -> Result<VerdictRecord, String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
    match value.get("record").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(RECORD_VERSION) => {}
        Some(version) => return Err(format!("it is a record of version {version}, not {RECORD_VERSION}")),
        None => return Err("it is no record".to_owned()),
    }
    serde_json::from_value(value).map_err(|error| format!("it is no whole record: {error}"))
}

fn options(known: &VerdictRecord) -> Option<CheckOptions> {
    let as_of = match &known.options.as_of {
        Some(day) => Some(date(day).ok()?),
        None => None,
    };
    let today = date(&known.options.today).ok()?;
    let day = DayOptions { as_of, workflows: known.options.workflows.clone(), ..DayOptions::on(today) };
    Some(CheckOptions { day, deny_warnings: known.options.deny_warnings })
}

/// What is to be said, and whether anything differs.
fn compare(known: &VerdictRecord, found: &VerdictRecord) -> (Vec<String>, bool) {
    let mut lines = files(&known.files, &found.files);
    let same_files = lines.is_empty();
    let verdicts = verdicts(&known.workflows, &found.workflows);
    let same_verdict = verdicts.is_empty() && (known.exit, &known.as_of) == (found.exit, &found.as_of);
    lines.extend(verdicts);
    if !same_verdict && known.exit != found.exit {
        lines.push(format!("exit code: {}, was {}", found.exit, known.exit));
    }
    if known.program != found.program || known.language != found.language {
        lines.push(format!(
            "note: recorded by version {} with language {}; this is {} with {}",
            visible(&known.program),
            visible(&known.language),
            found.program,
            found.language
        ));
    }
    let day = visible(&known.as_of);
    lines.push(match (same_files, same_verdict) {
        (true, true) => {
            format!("Verified: {} files and the verdict of {day} are as recorded.", known.files.len())
        }
        (false, true) => format!("Not verified: files differ. The verdict of {day} is the same."),
        (true, false) => {
            format!("Not verified: the files are the same, and the verdict of {day} is another.")
        }
        (false, false) => format!("Not verified: files differ, and so does the verdict of {day}."),
    });
    (lines, !(same_files && same_verdict))
}

fn files(known: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, digest) in known {
        match found.get(name) {
            None => lines.push(format!("missing: {}", visible(name))),
            Some(now) if now != digest => lines.push(format!("changed: {}", visible(name))),
            Some(_) => {}
        }
    }
    let new = found.keys().filter(|name| !known.contains_key(*name));
    lines.extend(new.map(|name| format!("new: {}", visible(name))));
    lines
}

fn verdicts(known: &[RecordedVerdict], found: &[RecordedVerdict]) -> Vec<String> {
    let said = |verdict: &RecordedVerdict| {
        let rules = [("failed", &verdict.failed), ("undecided", &verdict.undecided)];
        let rules = rules.iter().filter(|(_, rules)| !rules.is_empty());
        let rules: String = rules.map(|(word, rules)| format!(", {word}: {}", rules.join(", "))).collect();
        visible(&format!("{}{rules}", verdict.decision)).into_owned()
    };
    let named = |all: &'_ [RecordedVerdict], name: &str| {
        all.iter().find(|verdict| verdict.workflow == name).map(|verdict| (verdict.clone(), said(verdict)))
    };
    let mut lines = Vec::new();
    for before in known {
        let name = visible(&before.workflow);
        match named(found, &before.workflow) {
            None => lines.push(format!("verdict: `{name}` is no longer judged; it was {}", said(before))),
            Some((now, text)) if now != *before => {
                lines.push(format!("verdict: `{name}` is {text}; it was {}", said(before)));
            }
            Some(_) => {}
        }
    }
    let new = found.iter().filter(|now| named(known, &now.workflow).is_none());
    lines.extend(
        new.map(|now| format!("verdict: `{}` is {}; it was not judged", visible(&now.workflow), said(now))),
    );
    lines
}
