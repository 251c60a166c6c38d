//! What holds of the tokens, the outline, the folds and the surroundings of any text, and what some texts give.

use std::fs;
use std::ops::Range;
use std::path::Path;

use proptest::prelude::*;

use super::folds::folds;
use super::selection::Nesting;
use super::{OutlineKind, Outlined, outline};
use crate::engine::Study;
use crate::format::format;
use crate::ide::formatted::formatting;
use crate::ide::tests::{marked, study_of};
use crate::ide::tokens::semantic_tokens;
use crate::parse::written::written;
use crate::source::FileId;

const CONFIG: (&str, &str) = ("tollgate.yaml", "policies: [a.gate]\n");

/// All `.gate` files below these folders of the repository.
fn gate_texts(folders: &[&str]) -> Vec<(String, String)> {
    fn walk(path: &Path, all: &mut Vec<(String, String)>) {
        let mut inside: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        inside.sort();
        for path in inside {
            if path.is_dir() {
                walk(&path, all);
            } else if path.extension().is_some_and(|end| end == "gate")
                && let Ok(text) = fs::read_to_string(&path)
            {
                all.push((path.display().to_string(), text));
            }
        }
    }
    let mut all = Vec::new();
    for folder in folders {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut all);
    }
    assert!(all.len() > 5);
    all
}

fn with_text<T>(text: &str, ask: impl Fn(&Study, FileId) -> T) -> T {
    let study = study_of(&[CONFIG, ("a.gate", text)]);
    let (file, _) = study.sources.file_named("a.gate").unwrap();
    ask(&study, file)
}

/// Everything that is to hold of any text.
fn hold_everything(text: &str, offsets: impl Iterator<Item = usize>) {
    hold_tokens(text);
    for fold in folds(text) {
        assert!(text[fold.range.clone()].contains('\n'), "{fold:?}");
    }
    let nesting = Nesting::of(text);
    for at in offsets {
        hold_nested(text, &nesting.around(at), at);
    }
    with_text(text, |study, file| {
        let tokens = semantic_tokens(study, file);
        assert!(tokens.is_sorted_by(|a, b| a.range.end <= b.range.start));
        assert!(tokens.iter().all(|token| !text[token.range.clone()].contains('\n')));
        hold_outline(text, &outline(study, file), &(0..text.len()));
    });
}

/// Tokens are in order and between them is white space alone; nodes lie within each other.
fn hold_tokens(text: &str) {
    let written = written(text);
    let mut at = 0;
    for token in &written.tokens {
        let between = &text[at..token.range.start];
        assert!(between.trim_start_matches('\u{feff}').trim().is_empty(), "{between:?}");
        assert!(!text[token.range.clone()].contains('\n'));
        at = token.range.end;
    }
    assert!(text[at..].trim_start_matches('\u{feff}').trim().is_empty());
    assert!(written.nodes.is_sorted_by_key(|node| node.range.start));
    for node in &written.nodes {
        let Some(around) = node.within.map(|around| &written.nodes[around].range) else { continue };
        assert!(around.start <= node.range.start && node.range.end <= around.end);
    }
}

fn hold_nested(text: &str, around: &[Range<usize>], at: usize) {
    let at = text.floor_char_boundary(at);
    assert!(
        around.iter().all(|range| range.start <= at && at <= range.end && text.get(range.clone()).is_some())
    );
    let grows =
        |a: &Range<usize>, b: &Range<usize>| b.start <= a.start && a.end <= b.end && a.len() < b.len();
    assert!(around.is_sorted_by(grows), "{around:?}");
    assert_eq!(around.last(), Some(&(0..text.len())));
}

fn hold_outline(text: &str, items: &[Outlined], within: &Range<usize>) {
    assert!(items.is_sorted_by(|a, b| a.range.end <= b.range.start), "{items:#?}");
    for item in items {
        assert!(within.start <= item.range.start && item.range.end <= within.end, "{item:#?} {within:?}");
        assert!(
            item.range.start <= item.selection.start && item.selection.end <= item.range.end,
            "{item:#?}"
        );
        assert!(text.get(item.selection.clone()).is_some_and(|name| !name.is_empty()));
        assert!(!item.name.is_empty() && !item.detail.contains('\n'));
        hold_outline(text, &item.inner, &item.range);
    }
}

#[test]
fn every_byte_of_the_shipped_policies_is_nested() {
    for (name, text) in gate_texts(&["policies"]) {
        if !name.ends_with(".test.gate") {
            hold_everything(&text, 0..=text.len());
        }
    }
}

#[test]
fn everything_holds_of_every_gate_file() {
    for (_, text) in gate_texts(&["policies", "examples", "tests/ui"]) {
        hold_everything(&text, (0..=text.len()).step_by(61));
    }
}

#[test]
fn everything_holds_of_what_is_being_typed() {
    for (_, text) in gate_texts(&["policies"]).into_iter().filter(|(_, text)| text.len() < 8_000) {
        for end in (0..text.len()).step_by(1499) {
            let typed = &text[..text.floor_char_boundary(end)];
            hold_everything(typed, typed.len().saturating_sub(40)..=typed.len() + 1);
        }
    }
}

#[test]
fn formatting_makes_what_the_formatter_makes() {
    for (name, text) in gate_texts(&["policies", "examples", "tests/ui"]) {
        edits_are_honest(&name, &text);
        if name.contains("tests/ui") {
            continue;
        }
        let crowded = text.replace("\n\n", "\n").replace("  ", "\t ");
        let with_cr = text.replace('\n', "\r\n");
        let loose = text.replace('\n', " \n\n  ");
        for text in [&crowded, &with_cr, &loose] {
            edits_are_honest(&name, text);
        }
    }
}

/// The edits make what the formatter makes, touch nothing but white space and commas, and split no line end.
fn edits_are_honest(name: &str, text: &str) {
    let edits = formatting(FileId::default(), text);
    assert!(edits.is_sorted_by(|a, b| a.range.end < b.range.start), "{name}");
    let mut edited = text.to_owned();
    for edit in edits.iter().rev() {
        let old = &text[edit.range.clone()];
        assert!(edit.by != old && old.trim_matches([' ', '\t', '\r', '\n', ',']).is_empty(), "{name}: {old}");
        let splits = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
        assert!(!splits(edit.range.start) && !splits(edit.range.end), "{name}");
        edited.replace_range(edit.range.clone(), &edit.by);
    }
    let formatted = format(FileId::default(), text);
    assert_eq!(edited, formatted.unwrap_or_else(|_| text.to_owned()), "{name}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everything_holds_of_noise(text in "[\\PC\\r\\n\\t]{0,60}") {
        hold_everything(&text, 0..=text.len() + 1);
    }

    #[test]
    fn everything_holds_of_words_in_any_order(
        words in proptest::collection::vec(prop::sample::select(WORDS.to_vec()), 0..40),
    ) {
        let text = words.concat();
        hold_everything(&text, 0..=text.len());
    }

    #[test]
    fn everything_holds_where_something_is_cut_out(from in 0_usize..TYPED.len(), length in 1_usize..60) {
        let end = (from + length).min(TYPED.len());
        let text = format!("{}{}", &TYPED[..from], &TYPED[end..]);
        hold_everything(&text, from.saturating_sub(20)..from + 20);
    }
}

const WORDS: [&str; 40] = [
    "policy ",
    "rule ",
    "param ",
    "let ",
    "gate ",
    "a",
    " b ",
    "stages ",
    "snapshot ",
    "test ",
    "\"t",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\n",
    "\r\n",
    "\n  ",
    "# c",
    " = ",
    "->",
    "when ",
    "require ",
    "else hold ",
    "5",
    " % ",
    " 3 days",
    ", ",
    ": share ",
    "{a}",
    "\\",
    ".",
    "given every 1 week from 2026-01-05 ",
    "key ",
    "ä",
    "\u{1f600}",
    "list of {",
];

const TYPED: &str = r#"# What is asked.
# And why.
stages testing -> pilot -> full

snapshot every 1 week {
  adoption: share required "How many use it"
  users { active: count, key: count }
  outputs: list of {
    id: text key
    kind: one of [ordinary, atypical]
  }
}

policy quality "Quality {adoption}" when stage >= pilot {
  param floor = { ordinary: 80%, else: 95% } within 0% to 100% "At least"
  param most = 300 ms
  let light = share(outputs where kind == ordinary over 4 weeks)
  let outputs.good = has id and id matches "a*"

  rule enough "Enough use it" {
    when stage in [pilot, full] and not (users.active < 3 or users.key > 9)
    require light >= 80% with 90% confidence
    else hold "{light} of {count(outputs)} are light"
    help "Wait until {today}"
    undecided pass
  }

  gate testing -> pilot, pilot -> full "Ready" {
    rule long_enough { require held(stage == testing) >= 2 weeks else warn }
  }
}

test "a pilot" {
  given every 1 week from 2026-01-05 {
    stage = testing, pilot
    users.active = 4, _
    outputs = [
      24 x { id: "a", kind: ordinary },
    ]
  }
  with quality.floor.ordinary = 50%
  as of 2026-02-02
  expect quality.enough fails
  expect decision hold
}
"#;

/// The outline as lines: kind, name, detail, and how deep.
fn drawn(items: &[Outlined], depth: usize) -> String {
    let mut lines = String::new();
    for item in items {
        let kind = match item.kind {
            OutlineKind::Named(role) => format!("{role:?}"),
            OutlineKind::Stages
            | OutlineKind::Snapshot
            | OutlineKind::Record
            | OutlineKind::Gate
            | OutlineKind::Test => format!("{:?}", item.kind),
        };
        lines.push_str(format!("{}{kind} {}: {}", "  ".repeat(depth), item.name, item.detail).trim_end());
        lines.push('\n');
        lines.push_str(&drawn(&item.inner, depth + 1));
    }
    lines
}

#[test]
fn an_outline_says_what_is_declared() {
    let shown = with_text(TYPED, |study, file| drawn(&outline(study, file), 0));
    let expected = "\
Stages stages:
  Stage testing:
  Stage pilot:
  Stage full:
Snapshot snapshot: every 1 week
  Field adoption: share
  Record users: record
    Field active: count
    Field key: count
  Record outputs: list of records
    Field id: text
    Field kind: one of [ordinary, atypical]
Policy quality: Quality {adoption}
  Param floor: { ordinary: 80%, else: 95% }
  Param most: 300 ms
  Let light: share
  Let outputs.good: bool
  Rule enough: hold
  Gate testing -> pilot, pilot -> full: Ready
    Rule long_enough: warn
Test a pilot:
";
    assert_eq!(shown, expected);
}

#[test]
fn what_is_being_typed_is_in_the_outline_by_its_name() {
    let text = "snapshot {\n  a: share\n  b: ]\n}\npolicy p {\n  rule sound { require a > 0% else hold }\n  rule typed {\n    require a >\n    else hold\n  }\n  param\n}\n";
    let shown = with_text(text, |study, file| drawn(&outline(study, file), 0));
    assert_eq!(
        shown,
        "Snapshot snapshot:\n  Field a: share\n  Field b:\nPolicy p:\n  Rule sound: hold\n  Rule typed:\n"
    );
    let range = with_text(text, |study, file| outline(study, file)[1].inner[1].range.clone());
    assert_eq!(&text[range], "rule typed {\n    require a >\n    else hold\n  }");
}

/// The first and last lines, from 0, of what can be folded.
fn folded(text: &str) -> Vec<(usize, usize)> {
    let line = |at: usize| text[..at].matches('\n').count();
    folds(text).into_iter().map(|fold| (line(fold.range.start), line(fold.range.end))).collect()
}

#[test]
fn folds_leave_the_first_line_and_the_one_that_closes() {
    let text = "# a\n# b\n\n# c\nstages a -> b\npolicy p {\n  rule r {\n    require a in [\n      1,\n    ]\n  }\n}\n";
    assert_eq!(folded(text), [(0, 1), (5, 10), (6, 9), (7, 8)]);
    let table = "policy p {\n  param a = {\n    b: 1,\n    else: 2 }\n  # x\n  # y\n  # z\n}\n";
    assert_eq!(folded(table), [(0, 6), (1, 3), (4, 6)]);
    assert_eq!(folded("policy p { }\n# a\nlet b = 1 # c\n# d\n"), []);
    assert_eq!(folded("a: [{\n  b: 1\n}]\r\n# a\r\n# b\r\n"), [(0, 1), (3, 4)]);
}

#[test]
fn a_brace_that_is_not_closed_folds_what_is_set_in() {
    let text = "policy p {\n  rule r {\n    require a\n\n  rule s {\n    require b\n  }\n}\ntest \"t\" {\n  as of 2026-01-01\n";
    assert_eq!(folded(text), [(0, 6), (1, 2), (4, 5), (8, 9)]);
}

/// What is around the mark, the smallest first.
fn around(text: &str) -> Vec<String> {
    let (text, at) = marked(text);
    Nesting::of(&text).around(at).into_iter().map(|range| text[range].to_owned()).collect()
}

#[test]
fn what_is_around_a_place_grows_to_the_file() {
    let text = "policy p {\n  rule r {\n    require (users.ac|tive + 1) * 2 > 5\n    else hold\n  }\n}";
    let all = around(text);
    let first = [
        "active",
        "users.active",
        "users.active + 1",
        "(users.active + 1)",
        "(users.active + 1) * 2",
        "(users.active + 1) * 2 > 5",
        "require (users.active + 1) * 2 > 5",
    ];
    assert_eq!(all[..7], first);
    assert!(all[7].starts_with("\n    require") || all[7].starts_with("rule r"));
    assert_eq!(all.last(), Some(&text.replace('|', "")));
    assert_eq!(around("policy p { let a = [b, \"c d|\"] }")[..3], ["c d", "\"c d\"", "b, \"c d\""]);
    assert_eq!(around("|"), [""]);
}
