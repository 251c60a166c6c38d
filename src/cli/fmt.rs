//! `tollgate fmt`: policies in the one canonical style.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use self::files::FilesToFormat;
use self::fix::FixedFiles;
use super::terminal::TerminalArgs;
use super::write::swap;
use super::{FAILURE, complain, finish};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::disk;
use crate::format::{Refusal, format};
use crate::project::MAX_BYTES;
use crate::render::{Style, human};
use crate::source::SourceMap;
use crate::text::quote;

mod files;
mod fix;

/// Standard input or output.
const STANDARD: &str = "-";

/// Format policies and their tests
///
/// Writes every `.gate` file below each folder in one style. Only white space and commas change, and comments stay
/// where they are. It leaves out hidden folders, folders with a `CACHEDIR.TAG`, and what a `.tollgateignore` lists.
///
/// Exit codes: 0, 1 if `--check` found something to change, or 2 if a file cannot be read, written or understood.
/// Such a file stays as it is, and the others are formatted.
#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Folders, and files with any name; `-` formats standard input to standard output
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change, with the first line that would
    #[arg(long)]
    check: bool,
    /// Also replace what language 0.2 refuses of 0.1, if the error shows clearly what was meant
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    terminal: TerminalArgs,
}

/// What has come of the files so far.
struct Session {
    check: bool,
    style: Style,
    seen: usize,
    changed: usize,
    failed: bool,
    /// For standard output.
    listed: String,
    sources: SourceMap,
    fixed: FixedFiles,
}

/// Finds the files, formats each.
pub(super) fn run(args: &FmtArgs) -> ExitCode {
    let mut session = Session::new(args);
    if args.paths.iter().any(|path| path == Path::new(STANDARD)) {
        return match &*args.paths {
            [_] if args.fix => complain("`--fix` takes files: other files of the project may be needed"),
            [_] => session.format_standard_input(),
            _ => complain("give `-` or files, not both"),
        };
    }
    let FilesToFormat { files, problems } = files::find(&args.paths);
    for problem in problems {
        session.report(&problem);
    }
    if args.fix {
        session.fixed = fix::fixed(&args.paths, &files);
    }
    for (shown, path) in &files {
        session.format_file(shown, path);
    }
    session.finish()
}

impl Session {
    fn new(args: &FmtArgs) -> Self {
        let (seen, changed, sources) = (0, 0, SourceMap::default());
        let (style, listed) = (args.terminal.style(), String::new());
        let fixed = FixedFiles::default();
        Self { check: args.check, style, seen, changed, failed: false, listed, sources, fixed }
    }

    fn format_standard_input(mut self) -> ExitCode {
        let mut bytes = Vec::new();
        if let Err(error) = io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes) {
            return complain(&format!("standard input cannot be read: {}", disk::reason(&error)));
        }
        let Some(text) = self.text("<stdin>", bytes) else { return ExitCode::from(FAILURE) };
        let Some(formatted) = self.formatted("<stdin>", &text) else { return ExitCode::from(FAILURE) };
        if !self.check {
            return finish(&formatted, 0);
        }
        self.changes("<stdin>", &text, &formatted, 0);
        finish(&self.listed, u8::from(self.changed > 0))
    }

    fn format_file(&mut self, shown: &str, path: &Path) {
        self.seen += 1;
        let bytes = match disk::read(path) {
            Ok(bytes) => bytes,
            Err(why) => return self.cannot(shown, "read", &why),
        };
        let Some(text) = self.text(shown, bytes) else { return };
        // Whoever changes the file meanwhile gets no fix of what stood there before.
        let fixed = self.fixed.files.remove(path).filter(|fixed| fixed.before == text);
        let fixes = fixed.as_ref().map_or(0, |fixed| fixed.fixes);
        let right = fixed.map_or_else(|| text.clone(), |fixed| fixed.text);
        let Some(formatted) = self.formatted(shown, &right) else { return };
        if text == formatted {
            return;
        }
        if !self.check
            && let Err(why) = swap(path, &formatted)
        {
            return self.cannot(shown, "written", &why);
        }
        self.changes(shown, &text, &formatted, fixes);
    }

    fn text(&mut self, shown: &str, bytes: Vec<u8>) -> Option<String> {
        let text = String::from_utf8(bytes);
        if text.is_err() {
            self.cannot(shown, "read", "it is not UTF-8 text");
        }
        text.ok()
    }

    /// What a text becomes; what is wrong with it is reported.
    fn formatted(&mut self, shown: &str, text: &str) -> Option<String> {
        let file = self.sources.add(shown, text);
        match format(file, text) {
            Ok(formatted) => return Some(formatted),
            Err(Refusal::Broken(diagnostics)) => diagnostics.iter().for_each(|problem| self.report(problem)),
            Err(Refusal::Unfaithful) => {
                self.failed = true;
                let why = "was left unchanged: formatting would change its meaning or lose a comment";
                complain(&format!("`{}` {why}; this is a bug in tollgate, please report it", quote(shown)));
            }
        }
        None
    }

    fn changes(&mut self, shown: &str, text: &str, formatted: &str, fixes: usize) {
        if text != formatted {
            self.changed += 1;
            let same = text.split('\n').zip(formatted.split('\n')).take_while(|(a, b)| a == b).count();
            let did = match (self.check, fixes) {
                (true, 0) => "would change".to_owned(),
                (false, 0) => "formatted".to_owned(),
                (true, fixes) => format!("would fix {} in", places(fixes)),
                (false, fixes) => format!("fixed {} in", places(fixes)),
            };
            let line = if self.check { format!(":{}", same + 1) } else { String::new() };
            self.listed.push_str(&format!("{did} {}{line}\n", quote(shown)));
        }
    }

    fn cannot(&mut self, shown: &str, what: &str, why: &str) {
        let message = format!("`{}` cannot be {what}: {why}", quote(shown));
        self.report(&Diagnostic::error(Code::UnreadableFile, message));
    }

    fn report(&mut self, problem: &Diagnostic) {
        self.failed = true;
        // Of what it cannot read, the formatter says only what is wrong there.
        let problem = Diagnostic { fix: None, ..problem.clone() };
        let drawn = human::draw(&problem, &self.sources, self.style);
        let _ = writeln!(io::stderr().lock(), "{drawn}");
    }

    fn finish(&self) -> ExitCode {
        let summary = match (self.seen, self.changed) {
            (0, 0) if !self.failed => "no `.gate` file was found\n".to_owned(),
            (1, 0) if self.check && !self.failed => "1 file is formatted\n".to_owned(),
            (all, 0) if self.check && !self.failed => format!("{all} files are formatted\n"),
            _ => String::new(),
        };
        let left = match self.fixed.left {
            0 => String::new(),
            left => {
                format!("{left} error{} to fix by hand: `tollgate check`\n", if left == 1 { "" } else { "s" })
            }
        };
        let code = match (self.failed, self.check && self.changed > 0) {
            (true, _) => FAILURE,
            (false, true) => 1,
            (false, false) => 0,
        };
        finish(&format!("{}{summary}{left}", self.listed), code)
    }
}

fn places(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}
