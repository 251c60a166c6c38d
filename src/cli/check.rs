//! `tollgate check`: judges the workflows of a repository.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::arguments::{ProjectArgs, When, day_options, when};
use super::output::{self, Output, OutputFormat, OutputParser};
use super::record::{Asked, record};
use super::report::PageArgs;
use super::tables::new_workspace;
use super::terminal::TerminalArgs;
use super::write::write;
use super::{complain, terminal};
use crate::disk::seen_from_here;
use crate::engine::{Answer, CheckOptions, PageBase};
use crate::project::Inputs;
use crate::render::{Style, View, github, gitlab, html, human, json, junit, markdown, sarif, tap};
use crate::report::against::DeniedChanges;
use crate::report::checklist::checklists;
use crate::report::page::PageReport;
use crate::report::record::{RecordedBase, VerdictRecord};
use crate::report::{Decision, Report};

/// Judge which workflows may go on, and show why the others may not
///
/// Exit codes: 0 if every workflow may advance or continue, 1 if one holds or must roll back, 2 if something could
/// not be judged.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// The format of the report, and a file for it: `sarif=tollgate.sarif`; you can give several
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human", value_parser = OutputParser::<Format>::new())]
    format: Vec<Output<Format>>,
    /// Record in this file what was decided, with a digest of every file that was read; `tollgate verify` checks it
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Judge by the policies of this commit, such as `origin/main`, and show how the pull request changes them
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// Also pass workflows that pass only under the rules that this pull request loosens
    #[arg(long, requires = "base")]
    allow_self_approval: bool,
    /// Also fail on workflows that this change neither touches nor makes worse
    #[arg(long, requires = "base")]
    all: bool,
    /// Judge as of this day, such as 2026-11-02, or this time, such as 2026-11-02T14:05Z, instead of now
    #[arg(long, value_name = "DATE", value_parser = when)]
    as_of: Option<When>,
    /// Judge only this workflow; you can give several
    #[arg(long = "workflow", value_name = "NAME")]
    workflows: Vec<String>,
    /// List what the next gate asks of each workflow: what is met, what is not, and what to record where; `human` or `json`
    #[arg(long, conflicts_with_all = ["quiet", "only"])]
    gate: bool,
    /// Fail on this, too; `looser` and `rewritten` are about what a pull request changes; you can give several
    #[arg(long, value_name = "WHAT", value_enum)]
    deny: Vec<Deny>,
    /// Show one line for each workflow that may not go on, and nothing else
    #[arg(long, short)]
    quiet: bool,
    /// Show only the reports of these workflows
    #[arg(long, value_name = "WHICH", value_enum)]
    only: Option<Only>,
    /// Show every report, however many there are
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    terminal: TerminalArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Those that may not go on
    Failed,
}

/// The formats of a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
    Sarif,
    Junit,
    Github,
    Gitlab,
    Markdown,
    Tap,
    Html,
}

impl Format {
    /// Whether it has a form for what a gate asks.
    fn lists_gates(self) -> bool {
        match self {
            Self::Human | Self::Json => true,
            Self::Sarif
            | Self::Junit
            | Self::Github
            | Self::Gitlab
            | Self::Markdown
            | Self::Tap
            | Self::Html => false,
        }
    }
}

impl OutputFormat for Format {
    fn is_commands(self) -> bool {
        self == Self::Github
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Every warning
    Warnings,
    /// Settings that are looser than in the base, or may be
    Looser,
    /// Snapshots of the base that the pull request changed
    Rewritten,
}

/// Finds, reads, judges, shows.
pub(super) fn run(args: &CheckArgs) -> ExitCode {
    if let Err(code) = output::prepare(&args.format, args.record.as_deref()) {
        return code;
    }
    if args.gate && args.format.iter().any(|output| !output.format.lists_gates()) {
        return complain("`--gate` is written as `human` or `json`");
    }
    let wants_page = args.format.iter().any(|output| output.format == Format::Html);
    if !wants_page && !args.page.is_empty() {
        return complain("`--source-url` and `--redact` are about a page: give `--format html=FILE` as well");
    }
    let day = match day_options(args.as_of.as_ref(), &args.workflows) {
        Ok(day) => day,
        Err(code) => return code,
    };
    let denies = |what| args.deny.contains(&what);
    let deny = DeniedChanges { looser: denies(Deny::Looser), rewritten: denies(Deny::Rewritten) };
    if args.base.is_none() && (deny.looser || deny.rewritten) {
        return complain("`--deny looser` and `--deny rewritten` compare with a base: give `--base` as well");
    }
    let options = CheckOptions { day, deny_warnings: denies(Deny::Warnings) };
    let base = args.base.as_ref().map(|reference| RecordedBase {
        reference: reference.clone(),
        commit: String::new(),
        ancestor_of_head: false,
        allow_self_approval: args.allow_self_approval,
        all: args.all,
        deny,
    });
    let asked =
        Asked { path: &args.project.path, allow_outside: args.project.outside.allow_outside, base, options };
    let read = match args.terminal.waiting("reading", || asked.read()) {
        Ok(read) => read.with_lints(&args.project.path),
        Err(why) => return complain(&why),
    };
    let found = args.record.as_ref().map(|file| (file, read.digests(), read.base()));
    let for_page = wants_page.then(|| read.for_page());
    let mut judgement = args.terminal.waiting("judging", || asked.judge(read));
    let page = for_page.map(|(inputs, base)| page(args, &asked, inputs, base, &judgement));
    let recorded = match found {
        Some((file, files, base)) => write_record(file, &record(&asked, files, base, &judgement)),
        None => Ok(()),
    };
    if args.gate {
        judgement.report.workflows.iter_mut().for_each(|workflow| workflow.gates = checklists(workflow));
    }
    let written = output::write_all(&args.format, judgement.exit, |format, on_stdout| {
        drawn(format, on_stdout, args, (&judgement, page.as_ref()))
    });
    match recorded {
        Ok(()) => written,
        Err(why) => complain(&why),
    }
}

fn write_record(file: &Path, record: &VerdictRecord) -> Result<(), String> {
    let text = json::render(record).map_err(|error| error.to_string());
    text.and_then(|text| write(file, &text))
        .map_err(|why| format!("`{}` cannot be written: {why}", file.display()))
}

/// The page of what was judged.
fn page(
    args: &CheckArgs,
    asked: &Asked<'_>,
    inputs: Inputs,
    base: Option<Inputs>,
    judgement: &Answer<Report>,
) -> Answer<PageReport> {
    let against = judgement.report.against.clone();
    let base = base.zip(against).map(|(alone, against)| PageBase { alone, against });
    let mut page = new_workspace().page(inputs, &asked.options, Some(judgement.clone()), base);
    args.page.hide(&mut page);
    page
}

fn drawn(
    format: Format,
    on_stdout: bool,
    args: &CheckArgs,
    (judgement, page): (&Answer<Report>, Option<&Answer<PageReport>>),
) -> Result<String, Box<dyn Error>> {
    let folder = seen_from_here(&args.project.path);
    Ok(match format {
        Format::Human if on_stdout => for_people(args, judgement),
        // A file has no terminal, whatever this was started from.
        Format::Human if args.gate => {
            human::render_checklists(judgement, terminal::FILE, &View { full: true, ..View::default() })
        }
        Format::Human => human::render(judgement, terminal::FILE, &View { full: true, ..View::default() }),
        Format::Json => json::render(&judgement.report)?,
        Format::Sarif => sarif::render(judgement, &folder)?,
        Format::Junit => junit::render(judgement, &folder)?,
        Format::Github => github::render(judgement, &folder),
        Format::Gitlab => gitlab::render(judgement, &folder)?,
        Format::Markdown => markdown::render(judgement, &folder),
        Format::Tap => tap::render(judgement, &folder),
        Format::Html => page.map(|page| html::render(page, &args.page.view())).unwrap_or_default(),
    })
}

fn for_people(args: &CheckArgs, judgement: &Answer<Report>) -> String {
    let style = args.terminal.style();
    if args.quiet {
        return human::render_quiet(judgement, style);
    }
    let view = View {
        full: args.full,
        only_failed: args.only == Some(Only::Failed),
        first_gate: begins(&judgement.report),
        links: args.terminal.links(&args.project.path),
    };
    if args.gate {
        let narrated = Style { color: false, unicode: false, width: usize::MAX };
        let style = if args.terminal.narrate { narrated } else { style };
        human::render_checklists(judgement, style, &view)
    } else if args.terminal.narrate {
        human::narrate(judgement, &view)
    } else {
        human::render(judgement, style, &view)
    }
}

/// Whether it is all about one workflow that has a single snapshot and asks for nothing: a newcomer wants to know what comes.
fn begins(report: &Report) -> bool {
    let [workflow] = report.workflows.as_slice() else { return false };
    workflow.snapshots == 1 && workflow.asks.is_none() && workflow.decision == Decision::Continue
}
