//! `tollgate verify`: whether a recorded verdict is that of the files as they are now.
//!
//! Whoever wrote the record may have wished for another verdict: it names a commit by its hash alone, and cannot have more
//! read than the command line lets it.

mod sources;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;

use super::arguments::{OutsideArgs, today, when};
use super::record::{Asked, record};
use super::{complain, finish, git};
use crate::disk;
use crate::disk::{Disk, canonical};
use crate::engine::{Answer, CheckOptions, DayOptions};
use crate::project::Files;
use crate::project::path::{below, parts};
use crate::report::Report;
use crate::report::record::{RECORD_VERSION, RecordedBase, RecordedVerdict, VerdictRecord};
use crate::text::{first_few, quote, visible};
use crate::value::Date;

/// Check that a recorded verdict still matches its files
///
/// `check --record` writes the record. This command says what differs, and what was recorded: the exit code, the
/// decisions, the base, the flags.
///
/// Exit codes: 0 if files and verdict match the record, even if the verdict is a hold; 1 if something differs; 2 if
/// the record cannot be verified.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The record
    file: PathBuf,
    /// The repository that was judged
    #[arg(default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    outside: OutsideArgs,
}

/// Reads the record, judges again, compares.
pub(super) fn run(args: &VerifyArgs) -> ExitCode {
    match verified(args) {
        Ok((lines, same)) => finish(&(lines.join("\n") + "\n"), u8::from(!same)),
        Err(why) => complain(&format!("`{}` cannot be verified: {why}", args.file.display())),
    }
}

/// What is to be said, and whether everything is as recorded.
fn verified(args: &VerifyArgs) -> Result<(Vec<String>, bool), String> {
    let today = today().ok_or("the system's clock has an impossible date")?;
    let known = parse(&disk::read(&args.file)?)?;
    let options = options(&known, today)?;
    permitted(&known, args)?;
    let place = known.base.as_ref().map(|base| BaseNow::find(base, &args.path)).transpose()?;
    let asked = Asked {
        path: &args.path,
        allow_outside: known.options.allow_outside,
        base: known.base.clone(),
        options,
    };
    let read = asked.read()?;
    let (files, base) = (read.digests(), read.base());
    let judgement = asked.judge(read);
    let found = record(&asked, files, base, &judgement);
    let (mut lines, same) = compare(&known, &found, place.as_ref(), &args.path);
    lines.extend(recorded(&known, &judgement, place.as_ref()).into_iter().map(|line| format!("  {line}")));
    Ok((lines, same))
}

/// What every version of a record has.
#[derive(Deserialize)]
struct Versions {
    record: u64,
    program: Option<String>,
}

fn parse(bytes: &[u8]) -> Result<VerdictRecord, String> {
    let refused = |what: &'static str| {
        move |error: serde_json::Error| match error.is_data() {
            true => format!("it is not a {what}: {}", visible(&error.to_string())),
            false => format!("it is not JSON: {error}"),
        }
    };
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err("it is not a record".to_owned());
    }
    let Versions { record, program } = serde_json::from_slice(bytes).map_err(refused("record"))?;
    if record != u64::from(RECORD_VERSION) {
        let writer = program.map(|program| format!(", `{}`,", quote(&program))).unwrap_or_default();
        return Err(format!(
            "it is a record of version {record}, and this program reads version {RECORD_VERSION}: the version of tollgate that wrote it{writer} reads it"
        ));
    }
    let known: VerdictRecord = serde_json::from_slice(bytes).map_err(refused("complete record"))?;
    // A list may stand for an object where one is read, and for nobody else.
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(refused("complete record"))?;
    let same = serde_json::to_value(&known).is_ok_and(|known| known == value);
    if same {
        Ok(known)
    } else {
        Err("it is not a complete record: it has a list in place of an object".to_owned())
    }
}

fn options(known: &VerdictRecord, today: Date) -> Result<CheckOptions, String> {
    let day = |text: &str| when(text).map_err(|why| format!("its day `{}` is {why}", quote(text)));
    let as_of = known.options.as_of.as_deref().map(day).transpose()?;
    let (ran, judged) = (day(&known.options.today)?, day(&known.as_of)?);
    let days = [Some(ran.date), Some(judged.date), as_of.as_ref().map(|when| when.date)];
    if let Some(late) = days.into_iter().flatten().find(|day| *day > today) {
        return Err(format!("its day {late} is in the future: today is {today}"));
    }
    let time = as_of.as_ref().map_or(ran.time, |when| when.time.clone());
    let (as_of, workflows) = (as_of.map(|when| when.date), known.options.workflows.clone());
    let day = DayOptions { as_of, time, workflows, ..DayOptions::on(ran.date) };
    Ok(CheckOptions { day, deny_warnings: known.options.deny_warnings })
}

/// Refuses what a record may not ask for by itself, and what no run can have written.
fn permitted(known: &VerdictRecord, args: &VerifyArgs) -> Result<(), String> {
    if let Some(base) = &known.base
        && !is_whole_hash(&base.commit)
    {
        let commit = quote(&base.commit);
        return Err(format!("its commit `{commit}` is not a full hash, as `git rev-parse` prints it"));
    }
    if known.options.allow_outside {
        return match args.outside.allow_outside {
            true => Ok(()),
            false => Err("it was judged with `--allow-outside`, and a record cannot give that itself: \
                 give it to `verify` too, if files outside of the repository may be read"
                .to_owned()),
        };
    }
    let path = canonical(&args.path)
        .map_err(|error| format!("`{}` cannot be used: {}", args.path.display(), disk::reason(&error)))?;
    let disk = Disk::of(&path);
    let folder = disk.start(false).path;
    let top = disk.repository(&folder).unwrap_or_else(|| folder.clone());
    let depth = parts(below(&folder, &top).unwrap_or_default()).count();
    let base = known.base.as_ref().map(|base| format!("{}:", base.reference)).unwrap_or_default();
    let leads_out = |name: &&String| leads_out(name.strip_prefix(&base).unwrap_or(name), depth);
    match known.files.keys().find(leads_out) {
        Some(name) => Err(format!("its file `{}` is outside of the repository", quote(name))),
        None => Ok(()),
    }
}

/// As git writes the hash of a commit, by either of its two functions.
fn is_whole_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a name leads above the top of the repository, `depth` folders above the one that it is seen from.
fn leads_out(name: &str, depth: usize) -> bool {
    let mut at = Some(depth);
    for part in parts(name).filter(|part| *part != ".") {
        at = if part == ".." { at.and_then(|depth| depth.checked_sub(1)) } else { at.map(|depth| depth + 1) };
    }
    at.is_none() || Path::new(name).has_root()
}

/// Where the commit of a base lies now.
struct BaseNow {
    /// Whether it is one of those that its name stands for.
    belongs: bool,
    /// The commit that its name means now.
    now: String,
}

impl BaseNow {
    fn find(base: &RecordedBase, path: &Path) -> Result<Self, String> {
        let (now, belongs) = git::belongs(path, &base.commit, &base.reference)?;
        Ok(Self { belongs, now })
    }
}

/// What differs, and whether nothing does.
fn compare(
    known: &VerdictRecord,
    found: &VerdictRecord,
    place: Option<&BaseNow>,
    path: &Path,
) -> (Vec<String>, bool) {
    let mut lines = base(known, found, place);
    let same_base = lines.is_empty();
    let files = files(&known.files, &found.files);
    let same_files = files.is_empty();
    lines.extend(files);
    let sources = sources::compare(known, found, path);
    let same_sources = sources.is_empty();
    lines.extend(sources);
    let verdicts = verdicts(&known.workflows, &found.workflows);
    let same_verdict =
        (known.exit, &known.as_of, &known.workflows) == (found.exit, &found.as_of, &found.workflows);
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
    lines.push(match (same_base, same_files, same_verdict) {
        (true, true, true) if !same_sources => {
            format!(
                "Not verified: a collected value does not match its file. The verdict of {day} is the same."
            )
        }
        (true, true, true) => {
            let sources = match known.sources.len() {
                0 => String::new(),
                1 => ", the source of 1 collected value".to_owned(),
                several => format!(", the sources of {several} collected values"),
            };
            let files = known.files.len();
            format!("Verified: {files} files{sources} and the verdict of {day} are as recorded.")
        }
        (false, _, _) => "Not verified: the base is not what the record says.".to_owned(),
        (true, false, true) => format!("Not verified: files differ. The verdict of {day} is the same."),
        (true, true, false) => {
            format!("Not verified: the files are the same, but the verdict of {day} differs.")
        }
        (true, false, false) => format!("Not verified: files differ, and so does the verdict of {day}."),
    });
    (lines, same_base && same_files && same_sources && same_verdict)
}

fn base(known: &VerdictRecord, found: &VerdictRecord, place: Option<&BaseNow>) -> Vec<String> {
    let (Some(was), Some(is), Some(place)) = (&known.base, &found.base, place) else { return Vec::new() };
    let mut lines = Vec::new();
    if !place.belongs {
        let (name, commit, now) = (quote(&was.reference), &was.commit, &place.now);
        lines.push(format!("base: commit {commit} is not in the history of `{name}`, which is at {now}"));
    }
    if was.commit != is.commit {
        lines.push(format!("base: {} is not a commit itself; it points to {}", was.commit, is.commit));
    }
    if was.ancestor_of_head != is.ancestor_of_head {
        let verb = |is: bool| if is { "is" } else { "is not" };
        let (is, was) = (verb(is.ancestor_of_head), verb(was.ancestor_of_head));
        lines.push(format!("base: it {is} an ancestor of the checkout; the record says that it {was}"));
    }
    lines
}

/// What somebody has to know of the verdict who reads nothing but that it is verified.
fn recorded(known: &VerdictRecord, judgement: &Answer<Report>, place: Option<&BaseNow>) -> Vec<String> {
    let meaning = match known.exit {
        0 => "no workflow that counts must hold or roll back",
        1 => "a workflow must hold or roll back",
        _ => "something could not be judged",
    };
    let mut lines = vec![format!("exit code: {}, {meaning}", known.exit)];
    let asked = &known.options.workflows;
    lines.push(match asked.is_empty() {
        true => "workflows: all".to_owned(),
        false => format!("workflows: only {}", first_few(asked.iter().map(String::as_str))),
    });
    lines.extend(decisions(known, judgement));
    if let (Some(base), Some(place)) = (&known.base, place) {
        let name = quote(&base.reference);
        let of = match (place.belongs, place.now == base.commit) {
            (true, true) => format!("of `{name}`"),
            (true, false) => format!("of `{name}`, which is at {} now", place.now),
            (false, _) => format!("and not of `{name}`, as the record says"),
        };
        let has = if base.ancestor_of_head { "has" } else { "does not have" };
        lines.push(format!("base: commit {} {of}; what was judged {has} it in its history", base.commit));
    }
    let flags = flags(known);
    if !flags.is_empty() {
        lines.push(format!("flags: {}", flags.join(" ")));
    }
    lines
}

/// The workflows by what was decided of them, and by why that does not count where it does not.
fn decisions(known: &VerdictRecord, judgement: &Answer<Report>) -> Vec<String> {
    let against = judgement.report.against.as_ref();
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for RecordedVerdict { workflow, decision, .. } in &known.workflows {
        let excuse = against.and_then(|against| against.excuse(workflow));
        let excuse = excuse.map(|why| format!(" ({why}, which does not count)")).unwrap_or_default();
        let what = format!("{}{excuse}", quote(decision));
        match groups.iter_mut().find(|(known, _)| *known == what) {
            Some((_, names)) => names.push(workflow),
            None => groups.push((what, vec![workflow])),
        }
    }
    groups.into_iter().map(|(what, names)| format!("{what}: {}", first_few(names.into_iter()))).collect()
}

/// What the command line gave that the verdict depends on.
fn flags(known: &VerdictRecord) -> Vec<String> {
    let options = &known.options;
    let of_base = |is: fn(&RecordedBase) -> bool| known.base.as_ref().is_some_and(is);
    let given = [
        (options.deny_warnings, "--deny warnings"),
        (options.allow_outside, "--allow-outside"),
        (of_base(|base| base.allow_self_approval), "--allow-self-approval"),
        (of_base(|base| base.all), "--all"),
        (of_base(|base| base.deny.looser), "--deny looser"),
        (of_base(|base| base.deny.rewritten), "--deny rewritten"),
    ];
    let day = options.as_of.iter().map(|day| format!("--as-of {day}"));
    day.chain(given.iter().filter(|(is, _)| *is).map(|(_, flag)| (*flag).to_owned())).collect()
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
