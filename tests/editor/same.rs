//! The editor shows what `check` and `lint` say, with the same words at the same places.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::client::{Editor, uri};
use crate::support::{Repo, files_under, relative, root};

/// A folder that always has one finding: where it is shown, everything before it is.
const MARK: &str = "zz-mark";

/// A finding: its file, its line, its code, and how it begins.
type Said = (String, u64, String, String);

/// What `check` says of a folder in SARIF.
fn checked(repo: &Repo, as_of: &str) -> Vec<Said> {
    let run = repo.run(&["check", "--format", "sarif", "--as-of", as_of]);
    let log: Value = serde_json::from_str(&run.out).unwrap_or_else(|why| panic!("{why}: {run:?}"));
    let results = log["runs"][0]["results"].as_array().unwrap().iter();
    // What a waiver lifts is no finding.
    let counts = results.filter(|result| result["properties"]["kind"] != "waived");
    let said = counts.map(|result| {
        let place = &result["locations"][0]["physicalLocation"];
        (
            place["artifactLocation"]["uri"].as_str().unwrap().to_owned(),
            place["region"]["startLine"].as_u64().unwrap(),
            result["ruleId"].as_str().unwrap().to_owned(),
            // Brackets are links in SARIF.
            result["message"]["text"].as_str().unwrap().replace("\\[", "[").replace("\\]", "]"),
        )
    });
    let mut said: Vec<Said> = said.collect();
    said.sort();
    said
}

/// What is shown below a folder, without what tests say.
fn shown(editor: &Editor, folder: &Path) -> Vec<Said> {
    let start = uri(folder) + "/";
    let mut said = Vec::new();
    for (uri, found) in &editor.shown {
        let Some(name) = uri.strip_prefix(&start).filter(|name| !name.starts_with(MARK)) else { continue };
        for found in found {
            let message = found["message"].as_str().unwrap();
            let message = message.split("\nhelp: ").next().unwrap().to_owned();
            let line = found["range"]["start"]["line"].as_u64().unwrap() + 1;
            said.push((name.replace("%20", " "), line, found["code"].as_str().unwrap().to_owned(), message));
        }
    }
    said.sort();
    said
}

/// Copies the files of a folder.
fn copy(from: &Path, repo: &Repo, below: &str) {
    for path in files_under(from, &["gate", "yaml", "yml", "json", "jsonl"]) {
        let name = path.strip_prefix(from).unwrap().to_str().unwrap();
        repo.write(&format!("{below}{name}"), fs::read(&path).unwrap());
    }
}

/// Opens a text that always has a finding, below a folder: where that is shown, everything else is.
fn mark(editor: &mut Editor, folder: &Path) -> String {
    let path = folder.join(MARK).join("mark.gate");
    editor.open(&path, "policy");
    uri(&path)
}

#[test]
fn every_example_is_shown_as_it_is_checked() {
    let entries = fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 5);
    let mut findings = 0;
    for folder in folders {
        let repo = Repo::new();
        copy(&folder, &repo, "");
        let expected = checked(&repo, "2026-11-23");
        let mut editor = Editor::open_folder(repo.folder(), "2026-11-23");
        let mark = mark(&mut editor, repo.folder());
        editor.wait("the mark", |shown| shown.contains_key(&mark));
        assert_eq!(shown(&editor, repo.folder()), expected, "{}", folder.display());
        findings += expected.len();
        editor.end();
    }
    assert!(findings > 20, "{findings}");
}

/// The cases of `tests/ui`, each in a folder of its own.
fn cases(repo: &Repo) -> Vec<String> {
    let mut cases: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in files_under(&root().join("tests/ui"), &["gate", "yaml"]) {
        let name = relative(&path);
        let name = name.trim_start_matches("tests/ui/");
        let stem = name.split('.').next().unwrap().replace('/', "-");
        cases.entry(stem).or_default().push(path);
    }
    for (case, files) in &cases {
        let mut config = String::from("policies: [policies/]\n");
        for path in files {
            let text = fs::read(path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            match name.split_once('.').unwrap().1 {
                "config.yaml" => config = with_policies(&String::from_utf8_lossy(&text), &config),
                "base.config.yaml" | "top.config.yaml" => {}
                "rollout.yaml" => repo.write(&format!("{case}/rollouts/w/rollout.yaml"), text),
                rest if rest.ends_with("gate") => repo.write(&format!("{case}/policies/{name}"), text),
                _ => repo.write(&format!("{case}/rollouts/w/{name}"), text),
            }
        }
        repo.write(&format!("{case}/tollgate.yaml"), config);
    }
    cases.into_keys().collect()
}

fn with_policies(config: &str, policies: &str) -> String {
    let names_some = config.lines().any(|line| line.starts_with("policies:"));
    let extends = |line: &&str| !line.starts_with("extends:");
    let own: String = config.lines().filter(extends).map(|line| format!("{line}\n")).collect();
    if names_some { own } else { format!("{policies}{own}") }
}

#[test]
fn every_case_is_shown_as_it_is_checked() {
    const AS_OF: &str = "2026-01-05";
    let repo = Repo::new();
    let cases = cases(&repo);
    assert!(cases.len() > 300, "{}", cases.len());
    for batch in cases.chunks(30) {
        let folders: Vec<Value> =
            batch.iter().map(|case| json!({ "uri": uri(&repo.path(case)), "name": case })).collect();
        let mut editor = Editor::start(&json!({
            "rootUri": null,
            "workspaceFolders": folders,
            "capabilities": {},
            "initializationOptions": { "asOf": AS_OF },
        }));
        let mark = mark(&mut editor, repo.folder());
        editor.wait("the mark", |shown| shown.contains_key(&mark));
        for case in batch {
            let own = repo.below(case);
            assert_eq!(
                without_tests(shown(&editor, own.folder())),
                without_tests(checked(&own, AS_OF)),
                "{case}"
            );
        }
        editor.end();
    }
}

/// Without what tests say, which `check` does not run.
fn without_tests(said: Vec<Said>) -> Vec<Said> {
    said.into_iter().filter(|(file, _, _, _)| !file.ends_with(".test.gate")).collect()
}
