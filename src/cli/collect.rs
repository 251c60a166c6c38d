//! `tollgate collect`: the next snapshot of a workflow, from the sources that its plan names.

#[cfg(any(feature = "mlflow", feature = "prometheus"))]
mod http;
pub(super) mod live;
#[cfg(feature = "postgres")]
mod postgres;
mod replay;
mod target;
#[cfg(any(feature = "jq", feature = "parquet", feature = "sqlite", feature = "xlsx"))]
pub(super) mod worker;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use similar::TextDiff;

use self::live::Live;
use self::replay::{Cached, Recording, Replay};
use self::target::{CollectTarget, target};
use super::arguments::{ProjectArgs, When, now, when};
use super::known::known;
use super::terminal::TerminalArgs;
use super::write::swap;
use super::{FAILURE, complain, finish};
use crate::code::Code;
use crate::collect::outside::Respondent;
use crate::collect::plan::{self, Plan};
use crate::collect::read::SourcePlace;
use crate::collect::run::{self, Collection, SourceLine};
use crate::collect::written::{Edited, Unwritable, write};
use crate::diagnostic::{Diagnostic, Severity};
use crate::disk::Disk;
use crate::layers::ProjectInForce;
use crate::project::path::join;
use crate::project::{self, Files};
use crate::render::human;
use crate::snapshot::{Input, Role, load};
use crate::source::{SourceMap, Span};
use crate::text::{first_few, quote, visible};
use crate::types::show_time;
use crate::vocabulary::Vocabulary;

/// The command that does a piece of work for `collect` in a process of its own.
#[cfg(any(feature = "jq", feature = "parquet", feature = "sqlite", feature = "xlsx"))]
pub(super) const WORKER: &str = "collect-worker";

/// Collect the next snapshot from eval runs, metrics, surveys and databases
///
/// Each plan, `collect/NAME.yaml`, says which field takes what from which source. Shows what would change; `--write`
/// writes it. What cannot be had is unknown, with its reason, and never 0.
///
/// Exit codes: 0; 1 if a source has no answer, a value does not fit, or `--check` finds a difference; 2 if a plan or a
/// source is broken. With 2 the plan's snapshot is not written.
#[derive(Debug, Args)]
pub(super) struct CollectArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Collect for these workflows only; you can give several
    #[arg(long, value_name = "NAME")]
    workflow: Vec<String>,
    /// The day of the snapshot, such as 2026-11-27, or its time. Without it: with `--check` the newest snapshot; else
    /// the last day up to today on which one was due
    #[arg(long, value_name = "DATE", value_parser = when)]
    date: Option<When>,
    /// Write the snapshot
    #[arg(long, conflicts_with = "check")]
    write: bool,
    /// Fail if the snapshot is not what the sources give
    #[arg(long)]
    check: bool,
    /// Overwrite this field although it was written or edited by hand; you can give several
    #[arg(long, value_name = "FIELD")]
    force: Vec<String>,
    /// Ask the servers that the plans name
    #[arg(long, conflicts_with = "replay")]
    network: bool,
    /// Keep the answers of servers, databases and jq in this folder
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Take the answers from this folder, and ask nobody
    #[arg(long, value_name = "DIR", conflicts_with = "record")]
    replay: Option<PathBuf>,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// A plan with the file that it was read from.
struct NamedPlan<'p> {
    plan: Plan,
    project: &'p ProjectInForce,
}

/// Collects by all plans.
pub(super) fn run(args: &CollectArgs) -> ExitCode {
    let known = match known(&args.project.path, &args.project.outside, &args.terminal) {
        Ok(known) => known,
        Err(code) => return code,
    };
    let Some(now) = now() else {
        return complain("the system's clock has an impossible date; give the day with `--date`");
    };
    let disk = Disk::of(&args.project.path);
    let root = disk.start(false).path;
    let mut run =
        CollectRun { args, disk: &disk, root, now, sources: known.sources, out: String::new(), code: 0 };
    let plans = match run.plans(&known.report.projects) {
        Ok(plans) => plans,
        Err(code) => return code,
    };
    let live = Live::new(args.network, &live::variable);
    match (&args.record, &args.replay) {
        (_, Some(folder)) => run.all(&plans, &Replay { folder: folder.clone() }),
        (Some(folder), None) => run.all(&plans, &Recording { inner: &live, folder: folder.clone() }),
        (None, None) => run.all(&plans, &live),
    }
    finish(&run.out, run.code)
}

/// One run of the command.
struct CollectRun<'a> {
    args: &'a CollectArgs,
    disk: &'a Disk,
    /// The folder that was given.
    root: String,
    now: When,
    sources: SourceMap,
    out: String,
    code: u8,
}

impl CollectRun<'_> {
    /// Collects by all plans, and asks each question once.
    fn all(&mut self, plans: &[NamedPlan<'_>], outside: &dyn Respondent) {
        let cached = Cached::new(outside);
        for plan in plans {
            if let Err(why) = self.collect(plan, &cached) {
                let _ = writeln!(io::stderr().lock(), "error: {why}");
                self.code = FAILURE;
            }
        }
    }

    /// The plans that are asked for, if all of them are sound.
    fn plans<'p>(&mut self, projects: &'p [ProjectInForce]) -> Result<Vec<NamedPlan<'p>>, ExitCode> {
        let (mut plans, mut problems, mut files) = (Vec::new(), Vec::new(), 0);
        for project in projects {
            let folder = project.name.as_deref().unwrap_or("");
            for name in project::plans(self.disk, &self.root, folder) {
                files += 1;
                let text = match self.disk.read(&join(&self.root, &name)) {
                    Ok(bytes) => String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned()),
                    Err(why) => Err(why.to_string()),
                };
                let text =
                    text.map_err(|why| complain(&format!("`{}` cannot be read: {why}", quote(&name))))?;
                // What is printed may be read by more people than the plan.
                let file = self.sources.add(name, plan::hidden(&text));
                let (plan, found) = plan::read(file, &text);
                let is_whole = found.is_empty();
                problems.extend(found);
                if let Some(plan) = plan {
                    problems.extend(run::problems(&plan, &project.program.vocabulary, is_whole));
                    plans.push(NamedPlan { plan, project });
                }
            }
        }
        let of_projects = plans.iter().map(|plan| (&plan.plan, plan.project.name.as_deref()));
        problems.extend(run::twice(of_projects));
        self.show(&problems);
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(ExitCode::from(FAILURE));
        }
        if files == 0 {
            return Err(complain(
                "there is no plan: `collect/NAME.yaml` says which field of a snapshot takes what from where",
            ));
        }
        let wanted = &self.args.workflow;
        for name in wanted {
            if !plans.iter().any(|plan| plan.plan.workflow.value == *name) {
                let known: Vec<&str> = plans.iter().map(|plan| &*plan.plan.workflow.value).collect();
                let known = first_few(known.into_iter());
                return Err(complain(&format!(
                    "no plan is for the workflow `{}`: there are {known}",
                    quote(name)
                )));
            }
        }
        plans.retain(|plan| wanted.is_empty() || wanted.contains(&plan.plan.workflow.value));
        for name in &self.args.force {
            let mut fields = plans.iter().flat_map(|plan| &plan.plan.fields);
            if !fields.any(|field| field.field.value == *name) {
                return Err(complain(&format!("no plan collects a field `{}`", quote(name))));
            }
        }
        Ok(plans)
    }

    fn show(&self, problems: &[Diagnostic]) {
        let style = self.args.terminal.style();
        let drawn: String =
            problems.iter().map(|problem| human::draw(problem, &self.sources, style) + "\n").collect();
        // Standard output has what would be written, and may go to a file.
        let _ = write!(io::stderr().lock(), "{drawn}");
    }

    /// Collects by one plan.
    fn collect(&mut self, named: &NamedPlan<'_>, outside: &dyn Respondent) -> Result<(), String> {
        let vocabulary = &named.project.program.vocabulary;
        let target = target(&named.plan, named.project, &self.sources, &self.when())?;
        let folder = join(&self.root, named.project.name.as_deref().unwrap_or(""));
        let place = SourcePlace { files: self.disk, root: &folder };
        let (plan, sources) = (&named.plan, &mut self.sources);
        let collection = self.args.terminal.waiting("Asking the sources", || {
            run::collect(plan, vocabulary, &place, outside, &target.window, sources)
        });
        self.report(named, &target, &collection)
    }

    fn when(&self) -> target::AskedDay<'_> {
        target::AskedDay { date: self.args.date.as_ref(), now: &self.now, check: self.args.check }
    }

    /// Shows what was collected, and writes it.
    fn report(
        &mut self,
        named: &NamedPlan<'_>,
        target: &CollectTarget,
        collection: &Collection,
    ) -> Result<(), String> {
        self.show(&collection.diagnostics);
        let state = if target.is_new { " (new)" } else { "" };
        let name = quote(&named.plan.workflow.value);
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(self.out, "{name} {}: {}{state}", target.date, quote(&target.file));
        let (from, to) = (show_time(&target.window.start), show_time(&target.window.end));
        let _ = writeln!(self.out, "  window: from {from} up to {to}");
        if let Some(end) = target.ends_later(&self.now) {
            let _ = writeln!(
                self.out,
                "  note: the window ends at {end}, which is still to come: collect again then"
            );
        }
        collection.sources.iter().for_each(|line| self.out.push_str(&source_line(line)));
        if collection.broken {
            self.out.push_str("Nothing was written: a source is broken, as reported.\n");
            self.code = FAILURE;
            return Ok(());
        }
        let edited = write(target.document(), &collection.fields, &self.args.force)
            .map_err(|why| unwritable(target, why))?;
        self.kept(&edited, target);
        let unfit = self.unfit(target, &edited.text, &named.project.program.vocabulary);
        let text = target.with_document(&edited.text);
        let differs = text != target.text || target.is_new;
        if differs {
            self.difference(target, &text);
        }
        if unfit {
            self.out.push_str("Nothing was written: it would not be a snapshot, as reported.\n");
            self.code = FAILURE;
            return Ok(());
        }
        let failed = collection.failed && (differs || !self.args.check);
        let is_other = differs || !edited.kept.is_empty() || !edited.strays.is_empty();
        self.code = self.code.max(u8::from(failed || self.args.check && is_other));
        self.write(target, &text, differs)
    }

    /// Whether what would be written has errors that the snapshot did not have before. They are shown.
    fn unfit(&self, target: &CollectTarget, document: &str, vocabulary: &Vocabulary) -> bool {
        let read = |text: &str| {
            let mut sources = SourceMap::default();
            let input = Input::new(sources.add(target.file.clone(), text), Role::Snapshot);
            (load(&[input], &sources, vocabulary).1, sources)
        };
        let (before, _) = read(target.document());
        let (after, sources) = read(document);
        let is_new = |problem: &&Diagnostic| {
            problem.severity == Severity::Error
                && !before.iter().any(|known| known.message == problem.message)
        };
        let style = self.args.terminal.style();
        let drawn: String =
            after.iter().filter(is_new).map(|problem| human::draw(problem, &sources, style) + "\n").collect();
        let _ = write!(io::stderr().lock(), "{drawn}");
        !drawn.is_empty()
    }

    /// Says which fields keep another value than what was collected.
    fn kept(&mut self, edited: &Edited, target: &CollectTarget) {
        let mut problems = Vec::new();
        for kept in &edited.kept {
            let path = quote(&kept.path);
            let (what, label) = if kept.edited {
                (format!("`{path}` was edited by hand since it was collected"), "it is kept")
            } else {
                (format!("`{path}` was written by hand"), "it is kept")
            };
            let at = target.offset + kept.at.start..target.offset + kept.at.end;
            problems.push(
                Diagnostic::warning(Code::EditedByHand, what)
                    .label(Span::new(target.file_id, at), label)
                    .help(format!("`--force {path}` takes what the source says")),
            );
        }
        for stray in &edited.strays {
            let at = target.offset + stray.at.start..target.offset + stray.at.end;
            let what = format!("`{}` is said to be collected, and no plan collects it", quote(&stray.path));
            problems.push(
                Diagnostic::warning(Code::EditedByHand, what)
                    .label(Span::new(target.file_id, at), "said here")
                    .help("remove this entry, or add the field to the plan"),
            );
        }
        self.show(&problems);
    }

    fn difference(&mut self, target: &CollectTarget, text: &str) {
        let before = if target.is_new { "" } else { target.text.as_str() };
        let names = (
            if target.is_new { "/dev/null".to_owned() } else { format!("a/{}", target.file) },
            format!("b/{}", target.file),
        );
        let diff = TextDiff::from_lines(before, text);
        let shown = diff.unified_diff().context_radius(2).header(&names.0, &names.1).to_string();
        self.out.push_str(&shown);
    }

    fn write(&mut self, target: &CollectTarget, text: &str, differs: bool) -> Result<(), String> {
        if !differs {
            self.out.push_str("Nothing changes.\n");
        } else if self.args.check {
            self.out.push_str(
                "The snapshot is not what the sources give: run `tollgate collect --write` and commit it.\n",
            );
        } else if self.args.write {
            target.write(self.disk, &self.root, text, swap)?;
            let _ = writeln!(self.out, "Wrote {}.", quote(&target.file));
        } else {
            self.out.push_str("Nothing was written: add `--write`.\n");
        }
        Ok(())
    }
}

/// What a source was asked, and what came of it, on one line.
fn source_line(line: &SourceLine) -> String {
    let tool = line.tool.as_ref().map(|tool| format!(" ({})", quote(tool))).unwrap_or_default();
    let rows = match line.rows {
        Some(1) => vec!["1 row".to_owned()],
        Some(rows) => vec![format!("{rows} rows")],
        None => Vec::new(),
    };
    let unknown = match line.unknown {
        0 => "nothing unknown".to_owned(),
        count => format!("{count} unknown: {}", visible(&line.why.join("; "))),
    };
    let said: Vec<String> = rows.into_iter().chain([unknown]).collect();
    let mut text = format!("  {}: {}{tool}: {}\n", quote(&line.name), quote(&line.asked), said.join(", "));
    line.remarks.iter().for_each(|remark| text.push_str(&format!("    note: {}\n", visible(remark))));
    text
}

fn unwritable(target: &CollectTarget, why: Unwritable) -> String {
    let file = quote(&target.file);
    match why {
        Unwritable::Broken => {
            format!("`{file}` cannot be changed: it has errors, which `tollgate check` shows")
        }
        Unwritable::Entangled { key } => format!(
            "`{file}` cannot be changed: its field `{}` would become another one; write it in a simpler way",
            quote(&key)
        ),
        Unwritable::Flow => format!(
            "`{file}` is written between braces and cannot be changed: write each field on its own line"
        ),
    }
}
