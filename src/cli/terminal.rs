//! What the terminal can show, and what the command line says of it.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{env, thread};

use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use terminal_size::{Width, terminal_size_of};

use crate::disk::canonical;
use crate::render::Style;

/// Columns where no terminal says otherwise.
const WIDTH: usize = 100;
/// A wider terminal is not filled: long lines are hard to read.
const MAX_WIDTH: usize = 140;
const MIN_WIDTH: usize = 60;

/// The style of a file.
pub(super) const FILE: Style = Style { color: false, unicode: true, width: WIDTH };

/// How what is meant for people is written.
#[derive(Debug, Args)]
pub(super) struct TerminalArgs {
    /// Use colours; `auto` uses them on a terminal that can show them, unless `NO_COLOR` is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
    /// Write sentences for a screen reader: no frames, columns or marks
    #[arg(long)]
    pub(super) narrate: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    Auto,
    Always,
    Never,
}

impl TerminalArgs {
    /// The style of standard output. What is piped or written to a file is the same everywhere: it depends on neither
    /// the locale nor the terminal that the command was started from.
    pub(super) fn style(&self) -> Style {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let color = match self.color {
            ColorChoice::Auto => is_terminal && !is_set("NO_COLOR") && !is_dumb(),
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        if !is_terminal {
            return Style { color, unicode: true, width: WIDTH };
        }
        let width = terminal_size_of(&stdout).map_or(WIDTH, |(Width(columns), _)| usize::from(columns));
        Style {
            color,
            unicode: is_utf8(|name| env::var(name).ok()),
            width: width.clamp(MIN_WIDTH, MAX_WIDTH),
        }
    }

    /// The address of the repository's folder for links, on a terminal that is known to follow them.
    pub(super) fn links(&self, root: &Path) -> Option<String> {
        let wanted = self.color == ColorChoice::Auto && io::stdout().is_terminal() && !is_dumb();
        let follows = wanted && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
        let root = follows.then(|| canonical(root).ok()).flatten()?;
        Some(format!("file://{}", root.display()))
    }

    /// Does what may take long; once that has taken half a second, a terminal's standard error says what is being done.
    pub(super) fn waiting<T>(&self, what: &'static str, work: impl FnOnce() -> T) -> T {
        if self.narrate || is_dumb() || !io::stderr().is_terminal() {
            return work();
        }
        let (working, done) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                if done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    let bar = ProgressBar::new_spinner().with_message(what);
                    bar.enable_steady_tick(TICK);
                    // Nothing is ever sent: the other end is dropped when the work is done.
                    let _ = done.recv();
                    bar.finish_and_clear();
                }
            });
            let result = work();
            drop(working);
            result
        })
    }
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// How long nothing is said.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often what is said moves.
const TICK: Duration = Duration::from_millis(100);

/// Whether the locale is UTF-8: the first of these that is set decides, and where none is, it is taken to be.
fn is_utf8(value: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(value).find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::is_utf8;

    #[test]
    fn the_strongest_variable_decides() {
        let with = |vars: &'static [(&str, &str)]| {
            is_utf8(|name| {
                vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(with(&[]));
        assert!(with(&[("LANG", "de_DE.UTF-8")]));
        assert!(!with(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]));
        assert!(with(&[("LANG", "C"), ("LC_ALL", ""), ("LC_CTYPE", "C.utf8")]));
    }
}
