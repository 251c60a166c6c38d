//! `tollgate report`: one page for a browser, or a folder of them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::arguments::{LastDayArgs, ProjectArgs, day_options};
use super::tables::new_workspace;
use super::terminal::TerminalArgs;
use super::write::{below, clear, write};
use super::{complain, find, git, remark, sweep};
use crate::engine::{AgainstOptions, Answer, CheckOptions, PageBase, SweepRange};
use crate::project::{Inputs, Sides};
use crate::render::html::{HtmlView, LARGE, SourceUrl, render, render_site};
use crate::report::page::{Hide, PageReport};

/// Write a page that shows where every rollout stands, and why
///
/// The page is one file. It asks nobody for anything and works from disk. It shows each workflow's decision and
/// what stops it, its measures over time with their thresholds, and who set these.
///
/// Exit codes: 0 if the page was written, whatever it shows, or 2 if something could not be judged or written.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// The page's file, such as `report.html`; any other name is a folder for an index and a page for each workflow
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    day: LastDayArgs,
    /// Also show what has changed since this commit, such as `origin/main`
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// Also show what other values of this param would have decided, such as `quality.floor=60%..95%`; you can give several
    #[arg(long = "sweep", value_name = "PARAM=FROM..TO", value_parser = sweep_range)]
    sweeps: Vec<SweepRange>,
    #[command(flatten)]
    view: PageArgs,
    /// Show only this workflow; you can give several
    #[arg(long = "workflow", value_name = "NAME")]
    workflows: Vec<String>,
    #[command(flatten)]
    terminal: TerminalArgs,
}

fn sweep_range(text: &str) -> Result<SweepRange, String> {
    sweep::range(text).ok_or_else(|| "write a range as `policy.param=60%..95%`".to_owned())
}

/// What is the same for every page.
#[derive(Debug, Args)]
pub(super) struct PageArgs {
    /// Link files of the repository to this address, such as `https://example.com/blob/main/{file}#L{line}`
    #[arg(long, value_name = "ADDRESS", value_parser = SourceUrl::new)]
    source_url: Option<SourceUrl>,
    /// Leave out names, for a page that others can see: `owners`, `keys` of list elements, or both
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',')]
    redact: Vec<Redact>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Redact {
    /// Who answers for workflows and waivers
    Owners,
    /// The texts of list elements, such as names of users
    Keys,
}

impl PageArgs {
    /// Whether nothing was chosen.
    pub(super) fn is_empty(&self) -> bool {
        self.source_url.is_none() && self.redact.is_empty()
    }

    pub(super) fn view(&self) -> HtmlView {
        HtmlView { source_url: self.source_url.clone() }
    }

    /// Takes out of a page what others must not see.
    pub(super) fn hide(&self, page: &mut Answer<PageReport>) {
        let hides = |what| self.redact.contains(&what);
        page.report.hide(Hide { owners: hides(Redact::Owners), keys: hides(Redact::Keys) });
    }
}

/// Finds, reads, judges, draws.
pub(super) fn run(args: &ReportArgs) -> ExitCode {
    let day = match day_options(args.day.as_of.as_ref(), &args.workflows) {
        Ok(day) => day,
        Err(code) => return code,
    };
    if args.out.as_os_str() == "-" {
        return complain(
            "the page is written to a file, such as `--out report.html`; `check --format html` prints one",
        );
    }
    // Nobody shall take an earlier page for this one.
    if is_page(&args.out) {
        clear(&args.out);
    }
    let (path, allow_outside) = (&args.project.path, args.project.outside.allow_outside);
    let read = || {
        let base =
            args.base.as_ref().map(|reference| read_base(path, reference, allow_outside)).transpose()?;
        Ok::<_, String>((find::inputs(path, allow_outside), base))
    };
    let (mut inputs, base) = match args.terminal.waiting("reading", read) {
        Ok(read) => read,
        Err(why) => return complain(&why),
    };
    let options = CheckOptions::from(day);
    // What other values would have decided is asked of the same files.
    let again = (!args.sweeps.is_empty()).then(|| {
        inputs.keep();
        inputs.clone()
    });
    let judge = || {
        let base = base.and_then(|(sides, alone)| page_base(sides, alone, &options));
        new_workspace().page(inputs, &options, None, base)
    };
    let mut page = args.terminal.waiting("judging", judge);
    if let Some(again) = again {
        let sweeps = || new_workspace().sweeps(&again, &options.day, args.sweeps.clone());
        match args.terminal.waiting("judging by other values", sweeps) {
            Ok(sweeps) => page.report.sweeps = sweeps,
            Err(why) => return complain(&why),
        }
    }
    args.view.hide(&mut page);
    match write_page(&page, args) {
        Ok(()) if page.exit == 2 => complain("something could not be read or judged; the page says what"),
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(&why),
    }
}

/// What the page is compared with: both sides, and the base by itself.
fn read_base(path: &Path, reference: &str, allow_outside: bool) -> Result<(Sides, Inputs), String> {
    let commit = git::base(path, reference, allow_outside)?;
    let sides = find::sides(path, allow_outside, &commit)?;
    let (sources, projects) = (sides.sources.clone(), sides.base.clone());
    Ok((sides, Inputs { sources, projects, ..Inputs::default() }))
}

fn page_base(sides: Sides, alone: Inputs, options: &CheckOptions) -> Option<PageBase> {
    let judged = new_workspace().check_against(sides, options, AgainstOptions::default());
    judged.report.against.map(|against| PageBase { alone, against })
}

/// Whether a name is that of a page, rather than of a folder.
fn is_page(name: &Path) -> bool {
    name.extension().is_some_and(|end| end == "html" || end == "htm")
}

fn write_page(page: &Answer<PageReport>, args: &ReportArgs) -> Result<(), String> {
    let view = args.view.view();
    let cannot = |file: &Path, why: String| format!("`{}` cannot be written: {why}", file.display());
    if !is_page(&args.out) {
        let files = render_site(page, &view);
        return files.iter().try_for_each(|(name, text)| {
            below(&args.out, name, text).map_err(|why| cannot(&args.out.join(name), why))
        });
    }
    let text = render(page, &view);
    if text.len() > LARGE {
        remark(
            "the page is larger than 2 MiB; give `--out` a folder, and each workflow has a page of its own",
        );
    }
    write(&args.out, &text).map_err(|why| cannot(&args.out, why))
}
