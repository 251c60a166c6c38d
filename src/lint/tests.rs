use std::fs;
use std::path::Path;

use super::solve::{Domain, values};
use super::*;
use crate::engine::Workspace;
use crate::interval::Interval;
use crate::project::{Inputs, Project, TextFile};
use crate::value::{Number, Value};

/// The files of a folder of the package, as they are linted for themselves.
fn of_folder(folder: &str) -> Vec<Diagnostic> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| TextFile {
        name: path.file_name().unwrap().to_str().unwrap().to_owned(),
        content: Ok(fs::read(&path).unwrap().into()),
    };
    let (tests, policies) = files.map(read).partition(|file| file.name.ends_with(".test.gate"));
    let project = Project { policies, ..Project::default() };
    let inputs = Inputs { projects: vec![project], lint: Some(tests), ..Inputs::default() };
    Workspace::new().lint(inputs, &[]).diagnostics
}

#[test]
fn nothing_is_found_in_the_shipped_pack_and_the_examples() {
    for folder in ["policies", "examples/canary/policies", "examples/organisation/platform/policies"] {
        assert_eq!(of_folder(folder), []);
    }
}

#[test]
fn a_lint_is_called_as_its_file() {
    let codes: Vec<Code> = LINTS.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, Code::LINTS);
    for code in codes {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/lint/{}.rs", code.name()));
        assert!(file.exists(), "{code}: {}", file.display());
    }
}

#[test]
fn every_way_to_compare_has_a_value() {
    let numbers = |of: &[i32]| of.iter().map(|number| Value::Number((*number).into())).collect::<Vec<_>>();
    let domain = |low: i32, step: Option<i32>| Domain::Numbers {
        range: Interval::at_least(low.into()),
        step: step.map(Number::from),
    };
    assert_eq!(values(domain(0, Some(1)), numbers(&[2, 3, 9])), numbers(&[0, 1, 2, 3, 4, 6, 8, 9, 10]));
    let half = |number: i32| Value::Number(Number::from(number) / Number::from(2));
    assert!(values(domain(0, None), numbers(&[2, 3])).contains(&half(5)));
    assert!(values(domain(4, Some(7)), numbers(&[10])).contains(&Value::Number(7.into())));
}
