//! Plain English, as far as it can be counted: the README, the manual, `--help`, `explain` and the shipped policies say one
//! thing in a sentence, in the words that readers use and search for.

use std::fs;

use tollgate::code::Code;

use crate::support::{files_under, relative, root, run_in};
use crate::tidy::comments_and_literals;

/// A sentence that has more words is two sentences. Aim at 25.
const MOST_WORDS: usize = 30;
/// The widest line of a page, but for tables, code and what is measured.
const MOST_COLUMNS: usize = 130;

/// What nobody in this field says, and what they say.
const NOT_OURS: &[(&str, &str)] = &[
    ("circle", "cycle"),
    ("circles", "cycles"),
    ("proposal", "pull request"),
    ("proposals", "pull requests"),
    ("what is proposed", "the pull request"),
    ("is none", "is not one, there is none of it"),
    ("is had", "there is, applies to"),
    ("are had", "there are, apply to"),
    ("to be had", "available"),
    ("is no glob", "is not a glob"),
    ("is no slip", "is not a typing error"),
    ("lets of", "lets X do Y, leaves out"),
    ("let workflows count", "fail on workflows"),
    ("hardly meant", "probably a mistake"),
    ("told of", "described"),
    ("told so", "reported"),
    ("tells of", "explains"),
    ("warned of", "a warning about"),
    ("comes of", "results"),
    ("come of", "result"),
    ("amiss", "wrong"),
    ("let pass", "accepted"),
    ("as ever", "as usual"),
    ("is heeded", "applies"),
    ("are heeded", "apply"),
    ("be it a", "even if it is a"),
    ("to the power of", "multiplied"),
    ("be the verdict", "even if the verdict is"),
    ("in the place of", "in place of"),
    ("has a say", "counts"),
    ("likewise", "the same, also"),
    ("for ever", "forever"),
    ("is passed over", "is left out"),
    ("are passed over", "are left out"),
    ("whom it is meant for", "target users"),
    ("hardly ever", "rarely, almost never"),
    ("no leave to", "does not allow you to"),
];

/// What no message says: a message names what is wrong as a colleague would, and a help begins with what to do.
const NOT_IN_MESSAGES: &[(&str, &str)] = &[
    ("are no values", "is not a value"),
    ("is no number", "is not a number"),
    ("is no share", "is not a share"),
    ("is no unit", "is not a unit"),
    ("is no window", "is not a window"),
    ("is no folder", "is not a folder"),
    ("is no decision", "is not a decision"),
    ("stands", "is, belongs, write"),
    ("stand for", "means"),
    ("is due here", "is needed here"),
    ("nobody", "it is unknown, it cannot"),
    ("whoever", "each that"),
    ("yet to come", "in the future"),
    ("taken for", "read as, reported as"),
    ("in vain", "never used"),
    ("by a fault of its own", "because of a bug"),
    ("of which it", "but it"),
    ("behind", "after"),
    ("beside", "next to"),
    ("judged no more", "no longer judged"),
];

/// Where the messages of the phases are written.
const MESSAGES: &[&str] = &[
    "src/check",
    "src/cli",
    "src/config",
    "src/engine",
    "src/layers",
    "src/lint",
    "src/parse",
    "src/project",
    "src/snapshot",
    "src/suite",
    "src/words",
];

/// A paragraph, heading, list item or table cell of a Markdown page, with the line on which it begins.
pub(crate) struct Passage {
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) is_heading: bool,
}

/// The passages of a page without its blocks of code and its comments.
pub(crate) fn passages(page: &str) -> Vec<Passage> {
    let mut found: Vec<Passage> = Vec::new();
    let (mut is_code, mut is_open) = (false, false);
    for (index, line) in page.lines().enumerate() {
        let text = line.trim();
        let is_fence = text.starts_with("```");
        is_code ^= is_fence;
        if is_fence || is_code || text.is_empty() || text.starts_with("<!--") {
            is_open = false;
            continue;
        }
        let passage =
            |text: &str, is_heading| Passage { line: index + 1, text: text.trim().to_owned(), is_heading };
        let is_block = !text.starts_with(['#', '|']);
        let goes_on = is_open && is_block && item(text).is_none();
        is_open = is_block;
        if text.starts_with('#') {
            found.push(passage(text.trim_start_matches('#'), true));
        } else if text.starts_with('|') {
            let row = without_code(text);
            let cells = row.split('|').flat_map(|cell| cell.split("<br>"));
            found.extend(cells.map(|cell| passage(cell, false)));
        } else if let Some(last) = found.last_mut().filter(|_| goes_on) {
            last.text.push(' ');
            last.text.push_str(text);
        } else {
            found.push(passage(item(text).unwrap_or(text), false));
        }
    }
    found
}

/// What stands behind the bullet or the number of a list item.
fn item(text: &str) -> Option<&str> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = text.strip_prefix("- ").or_else(|| digits.strip_prefix(". ").filter(|_| digits != text))?;
    Some(rest.strip_prefix("[ ] ").unwrap_or(rest))
}

/// The text with each span of code as one word.
fn without_code(text: &str) -> String {
    text.split('`').enumerate().map(|(index, part)| if index % 2 == 1 { "code" } else { part }).collect()
}

/// The text of its links in the place of the links.
fn without_links(text: &str) -> String {
    let mut parts = text.split("](");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    plain.replace('[', "")
}

fn sentences(text: &str) -> Vec<String> {
    let plain = without_links(&without_code(text));
    let mut found = vec![String::new()];
    for word in plain.split_whitespace() {
        let last = found.last_mut().expect("there is always one");
        last.push(' ');
        last.push_str(word);
        if word.trim_end_matches(['*', ')', '"', '»']).ends_with(['.', '!', '?']) {
            found.push(String::new());
        }
    }
    found
}

fn words(sentence: &str) -> usize {
    sentence.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

fn too_long(name: &str, line: usize, text: &str) -> Vec<String> {
    sentences(text)
        .iter()
        .filter(|sentence| words(sentence) > MOST_WORDS)
        .map(|sentence| format!("{name}:{line}: {} words, make it two sentences:{sentence}", words(sentence)))
        .collect()
}

/// The phrases of [`NOT_OURS`] in a text.
fn not_ours(name: &str, line: usize, text: &str) -> Vec<String> {
    found_of(NOT_OURS, name, line, text)
}

fn found_of(list: &[(&str, &str)], name: &str, line: usize, text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), " ");
    // What is not there is said so.
    let text = format!(" {text} ").replace(" there is none ", " ").replace(" there is no ", " ");
    list.iter()
        .filter(|(word, _)| text.contains(&format!(" {word} ")))
        .map(|(word, better)| format!("{name}:{line}: \u{ab}{word}\u{bb}: say {better}"))
        .collect()
}

/// The README and the pages of the manual.
pub(crate) fn pages() -> Vec<(String, String)> {
    let mut paths = files_under(&root().join("docs"), &["md"]);
    paths.push(root().join("README.md"));
    paths.iter().map(|path| (relative(path), fs::read_to_string(path).unwrap())).collect()
}

/// The help of every command.
fn helps() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut commands = vec![Vec::new()];
    while let Some(command) = commands.pop() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let run = run_in(&root(), &arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.err);
        let (_, listed) = run.out.split_once("\nCommands:\n").unwrap_or_default();
        for line in listed.lines().take_while(|line| !line.is_empty()) {
            match line.split_whitespace().next() {
                Some(name) if name != "help" => {
                    let mut next = command.clone();
                    next.push(name.to_owned());
                    commands.push(next);
                }
                _ => {}
            }
        }
        // What stands in columns is a passage a line.
        let lines = run.out.lines().map(|line| {
            let is_row = line.trim().contains("  ");
            if is_row { format!("\n{line}\n\n") } else { format!("{line}\n") }
        });
        found.push((format!("tollgate {}", arguments.join(" ")), lines.collect()));
    }
    found
}

fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n{} in all\n", problems.join("\n"), problems.len());
}

#[test]
fn sentences_are_said_in_one_breath() {
    let mut problems = Vec::new();
    for (name, page) in pages().into_iter().chain(helps()) {
        for passage in passages(&page) {
            problems.extend(too_long(&name, passage.line, &passage.text));
        }
    }
    for (name, line, comment) in comments() {
        problems.extend(too_long(&name, line, &comment));
    }
    for code in Code::ALL {
        problems.extend(too_long("src/code.rs", 0, code.explanation()));
    }
    none(&problems);
}

/// The files with an extension in these places, each with its text.
fn files(places: &[&str], extension: &str) -> Vec<(String, String)> {
    let paths = places
        .iter()
        .map(|place| root().join(place))
        .flat_map(|path| if path.is_dir() { files_under(&path, &[extension]) } else { vec![path] });
    paths.map(|path| (relative(&path), fs::read_to_string(&path).unwrap())).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The comments of the policies that people read and copy, each with its place.
fn comments() -> Vec<(String, usize, String)> {
    let mut found: Vec<(String, usize, String)> = Vec::new();
    for (name, text) in files(&["policies", "examples", "templates"], "gate") {
        let mut is_open = false;
        for (index, line) in text.lines().enumerate() {
            let comment = line.trim().strip_prefix('#').map(str::trim).filter(|text| !text.is_empty());
            match (comment, found.last_mut()) {
                (Some(comment), Some((_, _, last))) if is_open => {
                    last.push(' ');
                    last.push_str(comment);
                }
                (Some(comment), _) => found.push((name.clone(), index + 1, comment.to_owned())),
                (None, _) => {}
            }
            is_open = comment.is_some();
        }
    }
    found
}

#[test]
fn words_are_those_of_the_field() {
    let mut problems = Vec::new();
    for (name, page) in pages().into_iter().chain(helps()) {
        for passage in passages(&page) {
            problems.extend(not_ours(&name, passage.line, &without_code(&passage.text)));
        }
    }
    for (name, line, literal) in
        literals(&["src/words", "src/words.rs", "src/code.rs", "src/cli", "src/cli.rs"])
    {
        problems.extend(not_ours(&name, line, &literal));
    }
    for (name, text) in files(&["policies", "examples", "templates"], "gate") {
        for (index, line) in text.lines().enumerate() {
            problems.extend(not_ours(&name, index + 1, line));
        }
    }
    none(&problems);
}

/// The texts in these places of the source, but for those of unit tests.
fn literals(places: &[&str]) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for (name, text) in files(places, "rs") {
        let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        for range in comments_and_literals(&text).into_iter().filter(|range| range.start < end) {
            let literal = &text[range.clone()];
            if literal.starts_with(['"', 'r']) && !name.contains("/tests") {
                found.push((name.clone(), line_of(&text, range.start), literal.to_owned()));
            }
        }
    }
    found
}

#[test]
fn messages_are_said_as_a_colleague_says_them() {
    let mut problems = Vec::new();
    for (name, line, literal) in literals(MESSAGES) {
        problems.extend(not_ours(&name, line, &literal));
        problems.extend(found_of(NOT_IN_MESSAGES, &name, line, &literal));
    }
    none(&problems);
}

#[test]
fn lines_of_the_manual_fit() {
    let mut problems = Vec::new();
    for (name, page) in pages() {
        let mut is_code = false;
        for (index, line) in page.lines().enumerate() {
            is_code ^= line.starts_with("```");
            let columns = line.chars().count();
            if columns > MOST_COLUMNS && !is_code && !line.starts_with('|') {
                problems.push(format!("{name}:{}: {columns} columns", index + 1));
            }
        }
    }
    none(&problems);
}

#[test]
fn the_count_sees_what_it_should() {
    let page = "# One\n\nTwo `a b c`\nthree. Four\n\n```\nno\n```\n- [five six](x.md#y)\n  seven\n1. eight\n\n| a `x | y` | b<br>c |\n";
    let found: Vec<String> = passages(page).into_iter().map(|passage| passage.text).collect();
    assert_eq!(
        found,
        ["One", "Two `a b c` three. Four", "[five six](x.md#y) seven", "eight", "", "a code", "b", "c", ""]
    );
    let counts = |text: &str| sentences(text).iter().map(|sentence| words(sentence)).collect::<Vec<_>>();
    assert_eq!(counts("Two `a b c` three. Four (five.) Six"), [3, 2, 1]);
    assert_eq!(counts("[five six](x.md#y) 0.2 – seven"), [4]);
    assert_eq!(not_ours("x", 1, "never in a *circle*.").len(), 1);
    assert_eq!(not_ours("x", 1, "a circular wait").len(), 0);
}
