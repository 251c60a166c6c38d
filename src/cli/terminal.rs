//! What standard output can show.

use std::env;
use std::io::{self, IsTerminal};

use terminal_size::{Width, terminal_size_of};

use crate::render::Style;

/// Columns where no terminal says otherwise.
const WIDTH: usize = 100;
/// A wider terminal is not filled: long lines are hard to read.
const MAX_WIDTH: usize = 140;
const MIN_WIDTH: usize = 60;

/// The style of standard output. What is piped or written to a file is the same everywhere: it depends on neither the
/// locale nor the terminal that the command was started from.
pub(super) fn style() -> Style {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return Style { color: false, unicode: true, width: WIDTH };
    }
    let width = terminal_size_of(&stdout).map_or(WIDTH, |(Width(columns), _)| usize::from(columns));
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    Style {
        color: !set("NO_COLOR") && !dumb,
        unicode: is_utf8(|name| env::var(name).ok()),
        width: width.clamp(MIN_WIDTH, MAX_WIDTH),
    }
}

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
