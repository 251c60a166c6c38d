//! Nothing is shown that is no longer so: files are closed, deleted, renamed and replaced beside the editor.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{Editor, uri};
use crate::support::Repo;

const CONFIG: &str = "policies: [house.gate]\n";
const POLICY: &str = "snapshot every 1 week grace 3 days { adoption: share }\n\
    policy house \"Ours\" {\n  rule used \"Half of the users use it\" { require adoption >= 50% else hold }\n}\n";
const SNAPSHOT: &str = "workflow: replies\ndate: 2026-11-16\nadoption: 40%\n";
const AS_OF: &str = "2026-11-18";

fn repo() -> Repo {
    Repo::new().files(&[
        ("tollgate.yaml", CONFIG),
        ("house.gate", POLICY),
        ("rollouts/replies/2026-11-16.yaml", SNAPSHOT),
    ])
}

#[test]
fn a_failed_rule_is_shown_at_the_snapshots_line_with_the_policys() {
    let repo = repo();
    let mut editor = Editor::open_folder(repo.folder(), AS_OF);
    let snapshot = uri(&repo.path("rollouts/replies/2026-11-16.yaml"));
    editor.wait("the failed rule", |shown| shown.contains_key(&snapshot));
    let found = &editor.shown[&snapshot][0];
    assert_eq!(found["code"], "house.used");
    assert_eq!(found["range"]["start"]["line"], 2);
    assert_eq!(found["severity"], 1);
    let related = &found["relatedInformation"][0]["location"];
    assert_eq!(related["uri"], uri(&repo.path("house.gate")).as_str());
    assert_eq!(related["range"]["start"]["line"], 2);
    editor.end();
}

#[test]
fn an_unsaved_snapshot_is_judged_and_the_saved_one_again_when_it_is_closed() {
    let repo = repo();
    let mut editor = Editor::open_folder(repo.folder(), AS_OF);
    let path = repo.path("rollouts/replies/2026-11-16.yaml");
    editor.wait("the failed rule", |shown| shown.contains_key(&uri(&path)));
    editor.open(&path, SNAPSHOT);
    editor.write(&path, &SNAPSHOT.replace("40%", "60%"));
    editor.wait("no finding", |shown| !shown.contains_key(&uri(&path)));
    editor.close(&path);
    editor.wait("the failed rule", |shown| shown.contains_key(&uri(&path)));
    editor.end();
}

#[test]
fn files_that_others_change_are_looked_at_without_being_told() {
    let repo = repo();
    let mut editor = Editor::open_folder(repo.folder(), AS_OF);
    let (old, new) = ("rollouts/replies/2026-11-16.yaml", "rollouts/replies/newest.yaml");
    editor.wait("the failed rule", |shown| shown.contains_key(&uri(&repo.path(old))));
    repo.rename(old, new);
    let is_moved = |shown: &BTreeMap<String, Vec<Value>>| {
        shown.contains_key(&uri(&repo.path(new))) && !shown.contains_key(&uri(&repo.path(old)))
    };
    editor.wait("the new name alone", is_moved);
    repo.write(new, SNAPSHOT.replace("40%", "50%"));
    editor.wait("no finding", |shown| !shown.contains_key(&uri(&repo.path(new))));
    repo.write("house.gate", POLICY.replace("adoption >=", "adopton >="));
    let policy = uri(&repo.path("house.gate"));
    let is_unknown = |found: &Value| found["code"] == "T201";
    editor.wait("the unknown name", |shown| shown.get(&policy).is_some_and(|all| all.iter().any(is_unknown)));
    repo.write("house.gate", POLICY);
    editor.wait("no unknown name", |shown| shown.get(&policy).is_none_or(|all| !all.iter().any(is_unknown)));
    repo.write(new, SNAPSHOT);
    editor.wait("the failed rule", |shown| shown.contains_key(&uri(&repo.path(new))));
    repo.remove(new);
    editor.wait("no finding of a file that is gone", |shown| !shown.contains_key(&uri(&repo.path(new))));
    editor.end();
}

#[test]
fn a_typo_is_shown_at_once_and_gone_when_it_is_mended() {
    let repo = repo();
    let mut editor = Editor::open_folder(repo.folder(), AS_OF);
    let path = repo.path("house.gate");
    editor.open(&path, POLICY);
    editor.write(&path, &POLICY.replace("adoption >=", "adopton >="));
    let is_unknown = |found: &&Value| found["code"] == "T201";
    let unknown =
        |shown: &BTreeMap<String, Vec<Value>>| shown.get(&uri(&path))?.iter().find(is_unknown).cloned();
    editor.wait("the unknown name", |shown| unknown(shown).is_some());
    let range = unknown(&editor.shown).unwrap()["range"].clone();
    let asked = json!({
        "textDocument": { "uri": uri(&path) },
        "range": range,
        "context": { "diagnostics": [] },
    });
    let fixes = editor.request("textDocument/codeAction", asked).unwrap();
    assert_eq!(fixes[0]["title"], "Write `adoption`");
    let edit = &fixes[0]["edit"]["changes"][&uri(&path)][0];
    assert_eq!((edit["newText"].as_str(), &edit["range"]), (Some("adoption"), &range));
    editor.write(&path, POLICY);
    editor.wait("no unknown name", |shown| unknown(shown).is_none());
    editor.end();
}
