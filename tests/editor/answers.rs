//! What the server answers about whole projects: in plans as in snapshots, and with the texts of a repository as texts.

use std::fs;

use serde_json::{Value, json};

use super::client::{Editor, uri};
use crate::support::Repo;

/// The position of a text in another; both are ASCII up to there.
fn position(text: &str, piece: &str) -> Value {
    let at = text.find(piece).unwrap();
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    json!({ "line": text[..at].matches('\n').count(), "character": at - line })
}

#[test]
fn a_field_is_found_and_renamed_in_plans_and_snapshots() {
    let repo = Repo::new().example("ai-evals");
    let path = repo.path("policies/assistant.gate");
    let text = fs::read_to_string(&path).unwrap();
    let mut editor = Editor::open_folder(repo.folder(), "2026-11-28");
    editor.open(&path, &text);
    editor.wait("a finding", |shown| !shown.is_empty());
    let at = json!({ "textDocument": { "uri": uri(&path) }, "position": position(&text, "latency_p95") });
    let with = |more: Value| {
        let mut params = at.clone();
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let asked = with(json!({ "context": { "includeDeclaration": true } }));
    let found = editor.request("textDocument/references", asked).unwrap();
    let files: Vec<&str> = found.as_array().unwrap().iter().map(|one| one["uri"].as_str().unwrap()).collect();
    let change = editor.request("textDocument/rename", with(json!({ "newName": "slow_answers" }))).unwrap();
    let changes = change["changes"].as_object().unwrap();
    for name in
        ["policies/vocabulary.gate", "collect/order-status.yaml", "rollouts/order-status/2026-11-28.yaml"]
    {
        let file = uri(&repo.path(name));
        assert!(files.contains(&&*file), "{name} in {files:#?}");
        assert_eq!(changes[&file][0]["newText"], "slow_answers", "{name}");
    }
    editor.end();
}

#[test]
fn what_a_repository_says_is_shown_as_text() {
    let policy = "snapshot { kpi: number \"[click](command:run) <img src=x>\" }\n\
        policy p \"P\" { rule r \"R\" { require kpi >= 1 else hold } }\n";
    let repo = Repo::new()
        .file("tollgate.yaml", "policies: [p.gate]\n")
        .file("p.gate", policy)
        .file("rollouts/a.yaml", "workflow: \"a [b](command:x) \\u202E\"\ndate: 2026-11-16\nkpi: 3\n");
    let path = repo.path("p.gate");
    let mut editor = Editor::open_folder(repo.folder(), "2026-11-18");
    editor.open(&path, policy);
    editor.wait("a finding", |shown| !shown.is_empty());
    let at = json!({ "textDocument": { "uri": uri(&path) }, "position": position(policy, "kpi >=") });
    let hover = editor.request("textDocument/hover", at).unwrap();
    let said = hover["contents"]["value"].as_str().unwrap();
    assert!(said.contains("\\[click\\](command:run) \\<img src=x\\>"), "{said}");
    assert!(!said.contains('\u{202e}'), "{said}");
    editor.end();
}
