//! `tollgate check`: judges the workflows of a repository.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{self, Component, Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use super::lint::own_tests;
use super::terminal::TerminalArgs;
use super::{complain, find, finish, git, read, terminal};
use crate::diagnostic::did_you_mean;
use crate::engine::{Judgement, Options, judge, judge_against};
use crate::render::{View, github, gitlab, human, json, junit, markdown, sarif, tap};
use crate::value::{DAY, Date, date_of_day, parse_date};

/// Judge which workflows may go on, and show why the others may not
///
/// Exit codes: 0, every workflow may advance or continue; 1, at least one holds or must roll back; 2, something could
/// not be judged.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The repository: the folder with `tollgate.yaml`, or with `rollouts/`
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Let configurations name files outside of the repository
    #[arg(long)]
    allow_outside: bool,
    /// How the result is written, and to which file: `sarif=tollgate.sarif`; may be given several times
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human", value_parser = output)]
    format: Vec<Output>,
    /// Judge by the policies of this commit, such as `origin/main`, and say what is proposed to change of them
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// Let a verdict count that what is proposed has turned itself, by loosening what it is judged by
    #[arg(long, requires = "base")]
    allow_self_approval: bool,
    /// Judge as of this day, such as 2026-11-02, and not as of today
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<Date>,
    /// Judge this workflow alone; may be given several times
    #[arg(long = "workflow", value_name = "NAME")]
    workflows: Vec<String>,
    /// Let warnings hold
    #[arg(long, value_name = "WHAT", value_enum)]
    deny: Option<Deny>,
    /// Show only what does not go on, one line each
    #[arg(long, short)]
    quiet: bool,
    /// Show the reports of these workflows alone
    #[arg(long, value_name = "WHICH", value_enum)]
    only: Option<Only>,
    /// Show every report, however many there are; with `--base`, let workflows count that nobody has touched
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    terminal: TerminalArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Those that do not go on
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
}

/// A format, and the file that it is written to; none is standard output.
#[derive(Clone, Debug)]
struct Output {
    format: Format,
    file: Option<PathBuf>,
}

/// Reads `sarif` or `sarif=tollgate.sarif`.
fn output(text: &str) -> Result<Output, String> {
    let (name, file) = match text.split_once('=') {
        Some((name, "" | "-")) => (name, None),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let formats = || Format::value_variants().iter().filter_map(|f| Some((f.to_possible_value()?, *f)));
    match formats().find(|(value, _)| value.matches(name, false)) {
        Some((_, format)) => Ok(Output { format, file }),
        None => {
            let names: Vec<String> = formats().map(|(value, _)| value.get_name().to_owned()).collect();
            let close = did_you_mean(name, names.iter().map(String::as_str));
            let close = close.map(|close| format!("did you mean `{close}`? ")).unwrap_or_default();
            Err(format!("{close}the formats are {}", names.join(", ")))
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    parse_date(text).ok_or_else(|| "not a date of the calendar, written like 2026-11-02".to_owned())
}

/// Finds, reads, judges, shows.
pub(super) fn run(args: &CheckArgs) -> ExitCode {
    let Some(today) = today() else {
        return complain("the system's clock is out of the calendar; give the day with `--as-of`");
    };
    let options = Options {
        as_of: args.as_of,
        today,
        workflows: args.workflows.clone(),
        deny_warnings: args.deny == Some(Deny::Warnings),
    };
    let judgement = match &args.base {
        None => {
            let mut inputs = find::inputs(&args.path, args.allow_outside);
            inputs.lint = Some(own_tests(&inputs.projects, &args.path));
            args.terminal.waiting("judging", || judge(inputs, &options))
        }
        Some(reference) => {
            let tree = git::base_tree(&args.path, reference);
            match tree.and_then(|tree| find::sides(&args.path, args.allow_outside, &tree)) {
                Ok(mut sides) => {
                    sides.lint = Some(own_tests(&sides.head, &args.path));
                    let judged = || judge_against(sides, &options, args.allow_self_approval, args.all);
                    args.terminal.waiting("judging", judged)
                }
                Err(why) => return complain(&why),
            }
        }
    };
    write_all(args, &judgement)
}

/// Writes every format that was asked for. One that cannot be written does not keep the others from it.
fn write_all(args: &CheckArgs, judgement: &Judgement) -> ExitCode {
    let on_stdout = args.format.iter().filter(|output| output.file.is_none()).count();
    if on_stdout > 1 {
        return complain(
            "only one format can go to standard output; give the others a file, as in `sarif=FILE`",
        );
    }
    if let Some(file) = written_twice(&args.format) {
        return complain(&format!("two formats cannot be written to `{}`", file.display()));
    }
    let mut code = ExitCode::from(judgement.exit);
    let mut printed = None;
    for Output { format, file } in &args.format {
        let text = match drawn(*format, file.is_none(), args, judgement) {
            Ok(text) => text,
            Err(error) => {
                code = complain(&format!("the report cannot be written: {error}"));
                continue;
            }
        };
        match file {
            None => printed = Some(text),
            Some(file) => {
                if let Err(error) = fs::write(file, text) {
                    code = complain(&format!(
                        "`{}` cannot be written: {}",
                        file.display(),
                        read::reason(&error)
                    ));
                }
            }
        }
    }
    match printed {
        Some(text) => {
            let written = finish(&text, judgement.exit);
            if code == ExitCode::from(judgement.exit) { written } else { code }
        }
        None => code,
    }
}

/// A file that two formats are to be written to.
fn written_twice(outputs: &[Output]) -> Option<&Path> {
    let mut seen = BTreeSet::new();
    // A file's links count where it is there already; one that is not has at least one spelling of its folder.
    let place = |file: &Path| fs::canonicalize(file).or_else(|_| path::absolute(file));
    let mut files = outputs.iter().filter_map(|output| output.file.as_deref());
    files.find(|file| place(file).is_ok_and(|place| !seen.insert(place)))
}

fn drawn(
    format: Format,
    on_stdout: bool,
    args: &CheckArgs,
    judgement: &Judgement,
) -> Result<String, Box<dyn Error>> {
    let folder = within(&args.path);
    Ok(match format {
        Format::Human if on_stdout => for_people(args, judgement),
        // A file has no terminal, whatever this was started from.
        Format::Human => human::render(judgement, terminal::FILE, &View { all: true, ..View::default() }),
        Format::Json => json::render(&judgement.report)?,
        Format::Sarif => sarif::render(judgement, &folder),
        Format::Junit => junit::render(judgement, &folder)?,
        Format::Github => github::render(judgement, &folder),
        Format::Gitlab => gitlab::render(judgement, &folder),
        Format::Markdown => markdown::render(judgement, &folder),
        Format::Tap => tap::render(judgement),
    })
}

/// Where the repository lies below the folder that the command runs in, which is what build servers show files of:
/// `examples/desk/`, or nothing.
fn within(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(format!("{}/", name.to_string_lossy())),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
    });
    let inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if inside { parts.collect() } else { String::new() }
}

fn for_people(args: &CheckArgs, judgement: &Judgement) -> String {
    let style = args.terminal.style();
    if args.quiet {
        return human::render_quiet(judgement, style);
    }
    let view = View {
        all: args.all,
        only_failed: args.only == Some(Only::Failed),
        links: args.terminal.links(&args.path),
    };
    if args.terminal.narrate {
        human::narrate(judgement, &view)
    } else {
        human::render(judgement, style, &view)
    }
}

/// The day in UTC. This is the only place that asks for the time.
pub(super) fn today() -> Option<Date> {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_secs()).ok()?,
    };
    date_of_day(seconds.div_euclid(DAY))
}
