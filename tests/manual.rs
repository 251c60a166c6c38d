//! The manual runs: every function's example, and every block of the documents that claims to.

use std::fmt::Write;

use tollgate::builtins::{self, EXAMPLE_SERIES, EXAMPLE_VOCABULARY};
use tollgate::engine::{CheckOptions, DayOptions, Workspace};
use tollgate::project::{Inputs, Project, TextFile};
use tollgate::render::human::render;
use tollgate::render::{Style, View};
use tollgate::value::Date;

use crate::support::{files_under, relative, root};

fn text_file(name: &str, text: &str) -> TextFile {
    TextFile { name: name.to_owned(), content: Ok(text.into()) }
}

fn options() -> CheckOptions {
    let today = Date::constant(2026, 11, 16);
    CheckOptions::from(DayOptions { as_of: Some(today), ..DayOptions::on(today) })
}

/// Policies, and the example series to judge by them.
fn with_the_example(policies: Vec<TextFile>) -> Inputs {
    let snapshots = vec![text_file("example.yaml", EXAMPLE_SERIES)];
    let project = Project { policies, snapshots, ..Project::default() };
    Inputs { projects: vec![project], ..Inputs::default() }
}

/// The values of expressions over the example series, as messages show them.
fn values(expressions: &[&str]) -> Vec<String> {
    let mut policy = "policy examples \"Examples\" {\n".to_owned();
    for (index, expression) in expressions.iter().enumerate() {
        writeln!(policy, "rule r{index:04} \"\" {{ when has workflow then note \"{{{expression}}}\" }}")
            .unwrap();
    }
    policy.push_str("}\n");
    let policies =
        vec![text_file("vocabulary.gate", EXAMPLE_VOCABULARY), text_file("examples.gate", &policy)];
    let inputs = with_the_example(policies);
    let judgement = Workspace::new().check(inputs, &options());
    let style = Style { color: false, unicode: true, width: 100 };
    assert!(judgement.diagnostics.is_empty(), "{}", render(&judgement, style, &View::default()));
    let rules = &judgement.report.workflows.first().expect("the example is judged").rules;
    let values: Vec<String> = rules
        .iter()
        .filter(|rule| rule.rule.starts_with("examples."))
        .filter_map(|rule| rule.message.clone())
        .collect();
    assert_eq!(values.len(), expressions.len());
    values
}

#[test]
fn every_function_has_an_example_that_holds() {
    let examples: Vec<&str> = builtins::all().map(|builtin| builtin.example).collect();
    for (builtin, value) in builtins::all().zip(values(&examples)) {
        assert_eq!(value, builtin.value, "{}", builtin.example);
        assert!(builtin.example.contains(&format!("{}(", builtin.name)));
    }
}

/// The fenced blocks of a document with this info string, each with its first line's number.
fn blocks(text: &str, info: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(rest) = line.strip_prefix("```") {
            let block: Vec<&str> =
                lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            if rest == info {
                found.push((number + 2, block.join("\n")));
            }
        }
    }
    found
}

fn documents() -> Vec<(String, String)> {
    let mut paths = files_under(&root().join("docs"), &["md"]);
    paths.push(root().join("README.md"));
    paths.iter().map(|path| (relative(path), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn the_documents_values_are_what_tollgate_shows() {
    let mut seen = 0;
    for (name, text) in documents() {
        for (line, block) in blocks(&text, "gate values") {
            let rows: Vec<(&str, &str)> =
                block.lines().map(|row| row.split_once('#').expect("`expr  # value`")).collect();
            let expressions: Vec<&str> = rows.iter().map(|(expression, _)| expression.trim()).collect();
            for ((expression, expected), value) in rows.iter().zip(values(&expressions)) {
                assert_eq!(value, expected.trim(), "{name}:{line}: {expression}");
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "only {seen} values were found");
}

#[test]
fn the_documents_policies_are_sound() {
    let mut seen = 0;
    for (name, text) in documents() {
        for (line, block) in blocks(&text, "gate") {
            let mut policies = vec![text_file(&format!("{name}:{line}"), &block)];
            if !block.contains("snapshot every") {
                policies.push(text_file("vocabulary.gate", EXAMPLE_VOCABULARY));
            }
            let judgement = Workspace::new().check(with_the_example(policies), &options());
            let about_policies: Vec<_> = judgement
                .report
                .diagnostics
                .iter()
                .filter(|d| d.code.starts_with("T1") || d.code.starts_with("T2"))
                .collect();
            assert!(about_policies.is_empty(), "{name}:{line}: {about_policies:#?}");
            seen += 1;
        }
    }
    assert!(seen > 3, "only {seen} policies were found");
}

/// The line of `docs/policies.md` below which everything is made from the pack.
const MADE: &str = "<!-- From here on this file is made from policies/: `just bless` writes it. -->\n";

#[test]
fn the_shipped_policies_are_in_the_manual() {
    let pack = tollgate::builtin::FILES
        .iter()
        .map(|(name, text)| text_file(&tollgate::builtin::file_name(name), text));
    let compiled = Workspace::new().compile(pack.collect());
    assert!(compiled.diagnostics.is_empty(), "{:#?}", compiled.diagnostics);
    let path = root().join("docs/policies.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, made) = text.split_once(MADE).expect("docs/policies.md has its mark");
    let now = format!("\n{}", tollgate::render::manual::render(&compiled.report, &compiled.sources));
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        std::fs::write(&path, [head, MADE, &now].concat()).unwrap();
        return;
    }
    assert_eq!(made, now, "docs/policies.md is not current: run `just bless` and read the difference");
    for rule in &compiled.report.rules {
        let short = rule.name.split_once('.').expect("policy.rule").1;
        assert!(
            head.contains(&format!("`{short}`")),
            "the table of the subjects does not name `{}`",
            rule.name
        );
    }
}
