//! `tollgate new`: the next file of a kind, to be filled in.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::arguments::{ProjectArgs, When, now, when};
use super::known::known;
use super::terminal::TerminalArgs;
use super::write::{new_files, remove};
use super::{complain, find, finish, remark};
use crate::diagnostic::did_you_mean;
use crate::engine::Answer;
use crate::layers::{PoliciesInForce, ProjectInForce};
use crate::point::{Axis, Point};
use crate::render::draft::draft;
use crate::report::{full_name, is_named};
use crate::snapshot::Workflow;
use crate::source::FileId;
use crate::text::{first_few, quote};
use crate::value::{Series, Snapshot};
use crate::vocabulary::Cadence;

/// Write the next file for you to fill in
#[derive(Debug, Args)]
pub(super) struct NewArgs {
    #[command(subcommand)]
    what: NewCommand,
}

#[derive(Debug, Subcommand)]
enum NewCommand {
    Snapshot(SnapshotArgs),
}

/// Write the next snapshot of a workflow, with every field that it can record and no values
///
/// The file is next to the last one and is named like it. Its date is the day on which it is due, or today if that
/// day is in the future. A comment says what each field means. A field that you leave empty is unknown, and no rule
/// passes on it. Fields that the last snapshot did not record are comments. The stage stays the same. If the last
/// snapshot shares its file with others, the next one is printed instead.
///
/// Exit codes: 0, or 2 if nothing was written.
#[derive(Debug, Args)]
struct SnapshotArgs {
    /// The name of the workflow
    #[arg(long, value_name = "NAME")]
    workflow: String,
    /// The day, such as 2026-11-02, or the time, such as 2026-11-02T14:05Z, if snapshots have times. Without it: the
    /// last one's day plus the cadence, but never later than now
    #[arg(long, value_name = "DATE", value_parser = when)]
    date: Option<When>,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// Writes it.
pub(super) fn run(args: &NewArgs) -> ExitCode {
    let NewCommand::Snapshot(args) = &args.what;
    let known = match known(&args.project.path, &args.project.outside, &args.terminal) {
        Ok(known) => known,
        Err(code) => return code,
    };
    let Some(now) = now() else {
        return complain("the system's clock has an impossible date");
    };
    match snapshot(args, &known, &now) {
        Ok((text, note)) => {
            if let Some(note) = note {
                remark(&note);
            }
            finish(&text, 0)
        }
        Err(why) => complain(&why),
    }
}

/// What to say of the snapshot that was written, and what is unusual about its day.
fn snapshot(
    args: &SnapshotArgs,
    known: &Answer<PoliciesInForce>,
    now: &When,
) -> Result<(String, Option<String>), String> {
    let (project, workflow) = find_workflow(&args.workflow, &known.report)?;
    let name = quote(&workflow.name);
    let Some(series) = &workflow.series else {
        return Err(format!("the snapshots of `{name}` have errors: `tollgate check` shows them"));
    };
    let vocabulary = &project.program.vocabulary;
    let axis = vocabulary.axis();
    let now = match axis {
        Axis::Days => now.date.into(),
        Axis::Instants => now.point(axis)?,
    };
    let (day, note) = match &args.date {
        Some(when) => {
            let day = when.point(axis)?;
            (day, too_early(day, now))
        }
        None => next_point(&name, series, project.settings(&workflow.name).cadence.as_ref(), now)?,
    };
    let last_day = series.snapshots.last().and_then(|newest| vocabulary.last_day(&newest.record));
    if let Some((last_day, _)) = last_day.filter(|(last_day, _)| day.date() > *last_day) {
        return Err(format!(
            "`{name}` is retired, and its last day was {last_day}: if it goes on, remove `retired` or set a later day"
        ));
    }
    if series.snapshots.iter().any(|snapshot| snapshot.date == day) {
        return Err(format!("`{name}` has a snapshot of {day}"));
    }
    let Some(last) = series.snapshots.iter().rev().find(|snapshot| snapshot.date < day) else {
        return Err(format!("the series of `{name}` begins after {day}"));
    };
    let text = draft(vocabulary, last, day);
    let file = known.sources.name(last.file);
    if shared(last.file, project) {
        return Ok((format!("# To be added to {file}, which holds several snapshots.\n---\n{text}"), note));
    }
    let new = name_beside(file, last, day);
    new_files(&args.project.path, &[(new.clone(), text)])?;
    if !is_found(&new, args) {
        remove(&args.project.path.join(&new));
        return Err(format!(
            "nothing was written: `{new}` would not be found by `snapshots` of the configuration; widen its glob"
        ));
    }
    let shown = args.project.path.strip_prefix(".").unwrap_or(&args.project.path).join(&new);
    Ok((format!("Wrote {}: fill in what was measured.\n", shown.display()), note))
}

/// The one project that has the workflow.
fn find_workflow<'a>(
    name: &str,
    known: &'a PoliciesInForce,
) -> Result<(&'a ProjectInForce, &'a Workflow), String> {
    let all =
        || known.projects.iter().flat_map(|project| project.workflows.iter().map(move |w| (project, w)));
    let is_meant = |(project, workflow): &(&ProjectInForce, &Workflow)| {
        is_named(name, project.name.as_deref(), &workflow.name)
    };
    let found: Vec<_> = all().filter(is_meant).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => {
            let names: Vec<&str> = all().map(|(_, workflow)| &*workflow.name).collect();
            let why = match did_you_mean(name, names.iter().copied()) {
                Some(meant) => format!("did you mean `{}`?", quote(meant)),
                None if names.is_empty() => {
                    "there is no snapshot yet; `tollgate init` writes a first one".to_owned()
                }
                None => format!("there are {}", first_few(names.into_iter())),
            };
            Err(format!("there is no workflow `{}`: {why}", quote(name)))
        }
        several => {
            Err(format!("several projects have a workflow `{}`: give {}", quote(name), alternatives(several)))
        }
    }
}

/// The full names of workflows that are called alike.
fn alternatives(workflows: &[(&ProjectInForce, &Workflow)]) -> String {
    let full = workflows.iter().map(|(project, own)| full_name(project.name.as_deref(), &own.name));
    let full: Vec<String> = full.collect();
    first_few(full.iter().map(String::as_str)).replace("`, `", "` or `")
}

/// The day of the next snapshot, and what is unusual about it: the day on which it is due, as a series has its rhythm and a
/// file does not depend on the hour at which it was begun; or today, if that is yet to come or nobody says when it is.
fn next_point(
    name: &str,
    series: &Series,
    cadence: Option<&Cadence>,
    now: Point,
) -> Result<(Point, Option<String>), String> {
    let axis = now.axis();
    let (at, day, today) = match axis {
        Axis::Days => ("on", "day", "of today, "),
        Axis::Instants => ("at", "time", "of "),
    };
    let last = series.snapshots.last().map(|last| last.date);
    let next = |(cadence, last): (&Cadence, Point)| axis.in_calendar(cadence.every.next(last.ticks()));
    let due = cadence.zip(last).and_then(next);
    match (due, last) {
        (Some(due), _) if due <= now => Ok((due, None)),
        (_, Some(last)) if last >= now => {
            let next = due.map(|due| format!(", and the next is due {at} {due}")).unwrap_or_default();
            Err(format!("`{name}` has a snapshot of {last}{next}: give another {day} with `--date`"))
        }
        (Some(due), _) => {
            let note = format!("the next snapshot of `{name}` is due {at} {due}; this one is {today}{now}");
            Ok((now, Some(note)))
        }
        (None, _) => Ok((now, None)),
    }
}

/// What is said of a day that is yet to come.
fn too_early(day: Point, now: Point) -> Option<String> {
    let note =
        || format!("{day} is in the future: until then `tollgate check` reports this snapshot as an error");
    (day > now).then(note)
}

/// Whether a file holds more than one snapshot.
pub(super) fn shared(file: FileId, project: &ProjectInForce) -> bool {
    let files = project.workflows.iter().filter(|workflow| workflow.files.contains(&file)).count();
    let snapshots = project.workflows.iter().filter_map(|workflow| workflow.series.as_ref());
    files > 1 || snapshots.flat_map(|series| &series.snapshots).filter(|one| one.file == file).count() > 1
}

/// The name of the next file: the last one's with the new day in the old one's place, or after what it is called.
pub(super) fn name_beside(file: &str, last: &Snapshot, day: Point) -> String {
    let (folder, name) = file.rsplit_once('/').map_or(("", file), |(folder, name)| (folder, name));
    let (old, day) = (in_name(last.date), in_name(day));
    let name = if name.contains(&old) {
        name.replace(&old, &day)
    } else {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "yaml"));
        format!("{stem}-{day}.{extension}")
    };
    if folder.is_empty() { name } else { format!("{folder}/{name}") }
}

/// A day or a time as names of files have it: none of them may have colons everywhere.
fn in_name(point: Point) -> String {
    point.to_string().replace(':', "")
}

/// Whether a file that was written is one that would be judged.
fn is_found(name: &str, args: &SnapshotArgs) -> bool {
    let inputs = find::inputs(Path::new(&args.project.path), args.project.outside.allow_outside);
    inputs.projects.iter().flat_map(|project| &project.snapshots).any(|file| file.name == name)
}
