//! `docs/diagnostics.md`: the reports that people will see most, as the cases of `tests/ui/gallery` print them, and every code.

use std::fmt::Write as _;

use tollgate::code::Code;

use crate::support::{files_under, root};

/// The line below which everything is made.
const MADE: &str = "<!-- From here on this file is made from tests/ui/gallery and src/code.rs: `just bless` writes it. -->\n";

/// The number before a case's name, which orders the page.
fn number(stem: &str) -> u32 {
    stem.split('_')
        .next()
        .and_then(|number| number.parse().ok())
        .expect("a case of the gallery begins with a number")
}

/// A line as printed, without the suite's marks and without what they leave behind.
fn unmarked(line: &str) -> &str {
    let marks = [" # error: ", " # fail: ", " # undecided: ", " # decision: "];
    let end = marks.iter().filter_map(|mark| line.find(mark)).min();
    line[..end.unwrap_or(line.len())].trim_end()
}

fn made() -> String {
    let mut cases: Vec<_> = files_under(&root().join("tests/ui/gallery"), &["snap"]);
    cases.sort_by_key(|path| number(path.file_stem().unwrap().to_str().unwrap()));
    let mut page = String::new();
    for path in cases {
        let policy = std::fs::read_to_string(path.with_extension("gate")).unwrap();
        let what = policy
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# "))
            .expect("a case says what it shows");
        let printed = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> =
            printed.lines().filter(|line| !line.starts_with("exit ")).map(unmarked).collect();
        writeln!(
            page,
            "\n## {}\n\n```text\n{}\n```",
            what.trim_end_matches('.'),
            lines.join("\n").trim_end()
        )
        .unwrap();
    }
    page.push_str("\n## Every code\n\n| code | |\n|---|---|\n");
    for code in Code::ALL {
        writeln!(page, "| {code} | {} |", code.title()).unwrap();
    }
    page
}

#[test]
fn the_gallery_is_what_is_printed() {
    let path = root().join("docs/diagnostics.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, old) = text.split_once(MADE).expect("docs/diagnostics.md has its mark");
    let new = made();
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        std::fs::write(&path, [head, MADE, &new].concat()).unwrap();
        return;
    }
    assert!(new.matches("\n## ").count() > 10, "ten situations and the codes: {new}");
    assert!(old == new, "docs/diagnostics.md is not current: run `just bless` and read the difference");
}
