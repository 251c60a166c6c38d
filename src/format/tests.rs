//! The style by examples, and that nothing but white space and commas changes: in the project's own files, in generated
//! ones, and with a comment in every place.

mod programs;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::{ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_assume, proptest};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::same::{same_comments, same_meaning};
use super::{Refusal, format, read};
use crate::ast::File;
use crate::parse::concrete::concrete;
use crate::source::FileId;

const EVERY_FORM: &str = include_str!("tests/every_form.gate");

fn formatted(text: &str) -> String {
    match format(FileId(0), text) {
        Ok(formatted) => formatted,
        Err(refusal) => panic!("{refusal:?} in\n{text}"),
    }
}

fn tree(text: &str) -> File {
    read(FileId(0), text).unwrap_or_else(|errors| panic!("{errors:?} in\n{text}"))
}

fn comments(text: &str) -> Vec<String> {
    let tokens = concrete(text).unwrap().tokens;
    tokens.iter().flat_map(|token| &token.comments).map(|comment| comment.text.to_owned()).collect()
}

/// Formats a text, holding it to all that is promised.
fn survives(text: &str) -> String {
    let once = formatted(text);
    assert!(same_meaning(tree(text), tree(&once)), "{text}\nbecame\n{once}");
    assert_eq!(comments(text), comments(&once), "{text}\nbecame\n{once}");
    assert_eq!(formatted(&once), once, "not the same when it is formatted again");
    assert!(once.lines().all(|line| line.trim_end() == line), "blanks at the end of a line:\n{once}");
    once
}

fn becomes(text: &str, expected: &str) {
    let formatted = survives(text);
    assert_eq!(formatted, expected, "it became\n{formatted}");
}

#[test]
fn declarations_stand_one_below_the_other() {
    becomes(
        "stages a->b   policy p\"Title\"when x>1{param n=-2   within 1  to 5 rule r{require x in[1,2,]else hold help\"h\"}}",
        "\
stages a -> b
policy p \"Title\" when x > 1 {
  param n = -2 within 1 to 5
  rule r {
    require x in [1, 2]
    else hold
    help \"h\"
  }
}
",
    );
}

#[test]
fn fields_that_are_called_like_marks_stay_fields() {
    survives(
        "snapshot { a: bool, changing # behind\n: bool, key\n: text, b: share, named # c\n # d\n: text }",
    );
}

#[test]
fn empty_lines_are_kept_one_at_a_time() {
    becomes(
        "\n\n# Head.\n\n\n\nstages a -> b\n\n\npolicy p {\n\n\n  let a = 1\n\n\n\n  # Of b.\n  let b = 2\n\n}\n\n",
        "\
# Head.

stages a -> b

policy p {
  let a = 1

  # Of b.
  let b = 2
}
",
    );
}

#[test]
fn long_conditions_break_before_their_operators() {
    becomes(
        "policy p { rule r { when first_condition_of_the_rule >= first_threshold and second_condition_of_it and third \
         or fourth_condition_of_the_rule < fourth_threshold or fifth_condition_of_the_rule < fifth_threshold and some_other_one_that_is_long or y \
         then hold } }",
        "\
policy p {
  rule r {
    when first_condition_of_the_rule >= first_threshold and second_condition_of_it and third
      or fourth_condition_of_the_rule < fourth_threshold
      or fifth_condition_of_the_rule < fifth_threshold and some_other_one_that_is_long
      or y
    then hold
  }
}
",
    );
}

#[test]
fn long_calls_break_inside() {
    becomes(
        "policy p { let held_long = held(adoption_of_everybody_there < 50% and has anchor_sessions.finished and date >= anchor_sessions.finished and stage >= pilot)
         let picked = count(outputs_of_the_week where edit_time_of_the_output < light_edit and not resolved_in_the_meantime by kind_of_output over 4 weeks)
         rule r { require share(outputs_of_the_week where edit_time_of_the_output < light_edit) >= share_that_is_needed with 90% confidence else hold } }",
        "\
policy p {
  let held_long = held(
    adoption_of_everybody_there < 50%
    and has anchor_sessions.finished
    and date >= anchor_sessions.finished
    and stage >= pilot
  )
  let picked = count(
    outputs_of_the_week
    where edit_time_of_the_output < light_edit and not resolved_in_the_meantime
    by kind_of_output
    over 4 weeks
  )
  rule r {
    require share(outputs_of_the_week where edit_time_of_the_output < light_edit)
      >= share_that_is_needed
      with 90% confidence
    else hold
  }
}
",
    );
}

#[test]
fn texts_of_fields_stand_one_below_the_other_where_all_of_them_fit() {
    let long = "x".repeat(110);
    becomes(
        &format!(
            "snapshot {{ a: count \"A\"\nlonger: share \"B\"\nrecord\"R\"{{ c: text\"C\" }}\nd: text \"{long}\"\ne: text key \"E\" }}"
        ),
        &format!(
            "\
snapshot {{
  a: count       \"A\"
  longer: share  \"B\"
  record \"R\" {{ c: text \"C\" }}
  d: text
    \"{long}\"
  e: text key
    \"E\"
}}
"
        ),
    );
}

#[test]
fn what_was_on_one_line_stays_there_if_it_fits() {
    let series = "test \"t\" {\n  given every 1 week from 2026-01-05 { stage = a, b  x = 1 }\n}\n";
    becomes(series, series);
    let record = "snapshot { a: count, users { active: count, target: count } }\n";
    becomes(record, record);
    let stages = "a, ".repeat(40);
    becomes(
        &format!("test \"t\" {{ given every 1 week from 2026-01-05 {{ stage = {stages}a x = 1 }} }}"),
        &format!(
            "\
test \"t\" {{
  given every 1 week from 2026-01-05 {{
    stage = {},
      {}
    x = 1
  }}
}}
",
            "a, ".repeat(36).trim_end_matches(", "),
            "a, ".repeat(5).trim_end_matches(", ")
        ),
    );
}

#[test]
fn lists_break_one_element_a_line() {
    let record = "{ edit_time: 5%, kind: ordinary, handled: true }";
    becomes(
        &format!(
            "test \"t\" {{ given every 1 week from 2026-01-05 {{ xs = [24 x {record}, {record}, {record}], _, [] }} }}"
        ),
        &format!(
            "\
test \"t\" {{
  given every 1 week from 2026-01-05 {{
    xs = [
      24 x {record},
      {record},
      {record}
    ], _, []
  }}
}}
"
        ),
    );
}

#[test]
fn comments_stay_where_they_stood() {
    becomes(
        "\
# Of the file.
policy p { # Of the policy.
let a = 1# Behind.
  # Below.
  rule r { # Of the rule.
when x # First.
and y
# Second.
then hold # Of the effect.
    # At the end of the rule.
  }

  # At the end of the policy.
}
# At the end of the file.",
        "\
# Of the file.
policy p {  # Of the policy.
  let a = 1  # Behind.
  # Below.
  rule r {  # Of the rule.
    when x  # First.
      and y
    # Second.
    then hold  # Of the effect.
    # At the end of the rule.
  }

  # At the end of the policy.
}
# At the end of the file.
",
    );
}

#[test]
fn parentheses_numbers_and_texts_are_left_alone() {
    let text = "policy p {\n  let a = ((x + 1)) * (y) >= 0.50 and (b or c)\n  let d = default(e, \"  é  \\\"\")\n}\n";
    becomes(text, text);
    let list = "first_condition > 1, second_condition > 2, third_condition > 3, fourth_condition > 4, fifth > 5, sixth > 6";
    becomes(
        &format!("policy p {{ let a = at least 2 of [{list}] }}"),
        &format!("policy p {{\n  let a = at least 2 of [\n    {}\n  ]\n}}\n", list.replace(", ", ",\n    ")),
    );
    becomes("policy p { let a = 15 % + 2   weeks }", "policy p {\n  let a = 15% + 2 weeks\n}\n");
}

#[test]
fn line_ends_stay_what_they_are() {
    becomes("stages a -> b", "stages a -> b\n");
    assert_eq!(formatted("stages a\r\n  -> b # c\r\n"), "stages a -> b  # c\r\n");
    assert_eq!(formatted("stages a\n  -> b # c\r\n"), "stages a -> b  # c\n");
    assert_eq!(formatted("stages a # c\r-> b"), "stages a  # c\n  -> b\n");
    becomes("\u{feff}stages a -> b\n", "stages a -> b\n");
}

#[test]
fn a_file_without_declarations_stays_one() {
    becomes("", "");
    becomes(" \n\n", "");
    becomes("\n\n# Nothing yet.", "# Nothing yet.\n");
    becomes("policy p {\n\n}", "policy p {}\n");
    becomes("policy p { # Nothing yet.\n}", "policy p {  # Nothing yet.\n}\n");
}

#[test]
fn what_differs_is_seen() {
    let (a, b) = ("policy p { let a = x + 1 } # c", "policy p {\n  let a = (x) + 1\n}  # c\n");
    assert!(same_meaning(tree(a), tree(b)) && same_comments(&concrete(a).unwrap(), b));
    for (from, to) in [("1", "2"), ("x", "y"), ("+", "-"), ("a =", "b =")] {
        assert!(!same_meaning(tree(a), tree(&b.replacen(from, to, 1))), "{from} and {to}");
    }
    assert!(!same_comments(&concrete(a).unwrap(), &b.replace("# c", "")));
}

#[test]
fn a_file_that_is_not_understood_is_refused() {
    for text in
        ["policy p {", "policy p { rule r { require a <> b else hold } }", "}", "stages a -> b\nrule x {}"]
    {
        assert!(
            matches!(format(FileId(0), text), Err(Refusal::Broken(errors)) if !errors.is_empty()),
            "{text}"
        );
    }
}

/// The repository's own files.
fn own_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["policies", "examples", "tests", "src"]
        .map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "gate") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_file_of_the_repository_survives() {
    let mut count = 0;
    for path in own_files() {
        let text = fs::read_to_string(path).unwrap();
        if read(FileId(0), &text).is_ok() {
            survives(&text);
            count += 1;
        }
    }
    assert!(count > 100, "{count} files were formatted");
}

/// Where the tokens of a text begin.
fn boundaries(text: &str) -> Vec<usize> {
    let mut at = 0;
    let tokens = concrete(text).unwrap().tokens;
    let find = |token: &str| {
        // Comments hold no token.
        while let Some(blank) =
            text[at..].chars().next().filter(|c| c.is_whitespace() || matches!(c, '#' | ','))
        {
            at += if blank == '#' { text[at..].find('\n').unwrap() } else { 1 };
        }
        assert!(text[at..].starts_with(token), "{token} is not written like that");
        let start = at;
        at += token.len();
        start
    };
    // The key of a table's entry follows at once.
    let before = |place: &usize| text[..*place].chars().next_back();
    let is_key =
        |place: &usize| text[*place..].starts_with('[') && before(place).is_some_and(char::is_alphanumeric);
    tokens.iter().map(|token| &*token.text).map(find).filter(|place| !is_key(place)).collect()
}

/// The text with something before the tokens at some places.
fn with_inserted(text: &str, places: &[usize], inserted: impl Fn(usize) -> String) -> String {
    let mut result = text.to_owned();
    for (nth, place) in places.iter().enumerate().rev() {
        result.insert_str(*place, &inserted(nth));
    }
    result
}

const KINDS: [fn(usize) -> String; 3] =
    [|nth| format!(" # {nth}\n"), |nth| format!("\n# {nth}\n"), |nth| format!("# {nth}a\n\n  # {nth}b\n\n")];

/// The declarations of a text, each of which can be read alone.
fn declarations(text: &str) -> Vec<&str> {
    let starts = ["\nsnapshot ", "\npolicy ", "\ntest "].map(|word| text.find(word).unwrap());
    let ends = starts[1..].iter().copied().chain([text.len()]);
    [&text[..starts[0]]]
        .into_iter()
        .chain(starts.into_iter().zip(ends).map(|(start, end)| &text[start..end]))
        .collect()
}

#[test]
fn a_comment_may_stand_anywhere() {
    let mut count = 0;
    for text in declarations(EVERY_FORM) {
        let before = tree(text);
        for (place, kind) in boundaries(text).iter().zip(KINDS.iter().cycle()) {
            let text = with_inserted(text, &[*place], kind);
            let once = formatted(&text);
            assert!(same_meaning(before.clone(), tree(&once)), "{text}\nbecame\n{once}");
            assert_eq!(comments(&text), comments(&once), "{text}\nbecame\n{once}");
            assert_eq!(formatted(&once), once);
            count += 1;
        }
    }
    assert!(count > 300, "{count} places");
}

#[test]
fn comments_may_stand_everywhere_at_once() {
    for (path, kind) in own_files().iter().zip(KINDS.iter().cycle()) {
        let text = fs::read_to_string(path).unwrap();
        let is_canonical = read(FileId(0), &text).is_ok() && formatted(&text) == text;
        if is_canonical || path.ends_with("every_form.gate") {
            let places = boundaries(&text);
            let text = with_inserted(&text, &places, kind);
            survives(&text);
            assert!(comments(&text).len() >= places.len());
        }
    }
}

#[test]
fn large_and_deep_files_need_no_large_stack() {
    let deep = format!("policy p {{ let a = {}x{} }}", "(".repeat(100), ")".repeat(100));
    let wide = format!("policy p {{ let a = {}x }}", "x and ".repeat(3_000));
    let long = format!("policy p {{\n{}}}\n", "  let a = x  # c\n".repeat(3_000));
    let flat = format!(
        "test \"t\" {{ given every 1 week from 2026-01-05 {{ a = {}1 }} }}",
        "[{ b: 1 }], ".repeat(3_000)
    );
    let nested = format!("snapshot {{ {}a: count{} }}", "a { ".repeat(100), " }".repeat(100));
    for text in [deep, wide, long, flat, nested] {
        // The smallest stack that it may be run on.
        let formatted =
            std::thread::Builder::new().stack_size(2 << 20).spawn(move || format(FileId(0), &text));
        assert!(formatted.unwrap().join().unwrap().is_ok());
    }
}

#[test]
fn a_record_that_is_called_like_a_mark_keeps_the_comma_before_it() {
    let text = "snapshot {\n  a: bool,\n  standing { x: bool }\n  b: count standing,\n  named {}\n}\n";
    assert_eq!(formatted(text), text);
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::default() })]
    #[test]
    fn generated_programs_survive(text in programs::program()) {
        let before = read(FileId(0), &text);
        prop_assume!(before.is_ok());
        let once = format(FileId(0), &text).expect(&text);
        prop_assert!(same_meaning(before.unwrap(), tree(&once)), "{}\nbecame\n{}", text, once);
        prop_assert_eq!(&formatted(&once), &once);
    }

    #[test]
    fn any_text_is_formatted_or_refused(text in "(policy|rule|test|[a-z\"#{}()\\[\\]=,:<>+\\-0-9%\\n ]){0,60}") {
        prop_assert!(!matches!(format(FileId(0), &text), Err(Refusal::Unfaithful)));
    }
}

/// Every form of the tree, by the name that it is printed under.
const FORMS: &[&str] = &[
    "Stages(",
    "Snapshot(",
    "Policy(",
    "Test(",
    "Cadence",
    "Record(",
    "Value",
    "key: Some",
    "required: Some",
    "changing: Some",
    "kept: Some",
    "standing: Some",
    "named: Some",
    "Weekday(",
    "grace: Some",
    "Bool",
    "Text",
    "Date",
    "Time,",
    "Duration",
    "Count",
    "Number(Some",
    "Number(None",
    "Share",
    "Stage",
    "OneOf",
    "List(",
    "ListOfRecords",
    "RangeDecl",
    "doc: Some",
    "Param(",
    "value: List(",
    "value: Table(",
    "key: Else(",
    "Let(",
    "LetDecl { of: [Name",
    "Rule(",
    "Gate(",
    "within: Some",
    "title: Some",
    "Require",
    "Trigger",
    "kind: Note",
    "kind: Warn",
    "kind: Hold",
    "kind: Rollback",
    "message: Some",
    "help: Some",
    "link: Some",
    "undecided: Some",
    "kind: Pass",
    "Literal(Number",
    "Literal(Share",
    "Literal(Unit",
    "Literal(Duration",
    "Literal(Calendar",
    "Literal(Date",
    "Literal(Time",
    "Literal(Text",
    "Literal(Bool",
    "Path(",
    "Not(",
    "Neg(",
    "Arithmetic(Add",
    "Arithmetic(Subtract",
    "Arithmetic(Multiply",
    "Arithmetic(Divide",
    "Compare(Less,",
    "Compare(LessEqual",
    "Compare(Greater,",
    "Compare(GreaterEqual",
    "Compare(Equal",
    "Compare(NotEqual",
    "Logic(And",
    "Logic(Or",
    "negated: true",
    "negated: false",
    "set: Range",
    "set: List",
    "set: Value",
    "set: Pattern",
    "Entry {",
    "If {",
    "Has(",
    "Call {",
    " of: Some",
    "condition: Some",
    "among: Some",
    "by: [Expr",
    "over: Some(Window",
    "over: Some(AtMost",
    "over: Some(Snapshots",
    "over: Some(Named(Stage",
    "over: Some(Named(All",
    "over: Some(Named(Calendar",
    "AtLeast",
    "With {",
    "Expr(",
    "workflow: Some",
    "Series",
    "File(",
    "Missing",
    "Word(",
    "kind: List",
    "kind: Record",
    "WithParam",
    "Counts(",
    "as_of: Some",
    "Passes",
    "Fails",
    "Undecided",
    "NotApplicable",
    "Decision(",
];

#[test]
fn generated_programs_have_every_form_and_nearly_all_are_understood() {
    let mut runner = TestRunner::deterministic();
    let mut printed = String::new();
    let mut understood = 0;
    for _ in 0..200 {
        let text = programs::program().new_tree(&mut runner).unwrap().current();
        if let Ok(file) = read(FileId(0), &text) {
            understood += 1;
            printed.push_str(&format!("{file:?}"));
        }
    }
    let missing: Vec<_> = FORMS.iter().filter(|form| !printed.contains(**form)).collect();
    assert!(missing.is_empty(), "never generated: {missing:?}");
    assert!(understood >= 170, "{understood} of 200 were understood");
}
