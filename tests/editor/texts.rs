//! Texts as they come: empty, no text at all, huge, with characters that editors count in other units.

use std::fmt::Write;

use serde_json::json;

use super::client::{Editor, uri};
use crate::support::Repo;

const AS_OF: &str = "2026-11-18";

fn repo(policy: &[u8]) -> Repo {
    Repo::new()
        .file("tollgate.yaml", "policies: [house.gate]\n")
        .file("house.gate", policy)
        .file("rollouts/replies/2026-11-16.yaml", "workflow: replies\ndate: 2026-11-16\nadoption: 40%\n")
}

#[test]
fn empty_and_broken_files_leave_the_server_answering() {
    let noise: Vec<u8> = (0..4_096_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
    let mut huge = String::from("policy house \"Ours\" {\n");
    for at in 0.. {
        writeln!(huge, "  param p{at} = 80% within 60% to 100% \"Of whom, at least\"").unwrap();
        if huge.len() > 1 << 20 {
            break;
        }
    }
    for policy in [&b""[..], &noise, &[0], huge.as_bytes(), b"policy house \"Ours\" {", b"\xef\xbb\xbfpolicy"]
    {
        let repo = repo(policy);
        let path = repo.path("house.gate");
        let mut editor = Editor::open_folder(repo.folder(), AS_OF);
        let text = String::from_utf8_lossy(policy).into_owned();
        editor.open(&path, &text);
        editor.wait("a finding", |shown| !shown.is_empty());
        let at = json!({ "textDocument": { "uri": uri(&path) }, "position": { "line": 0, "character": 3 } });
        editor
            .request(
                "textDocument/codeAction",
                json!({
                    "textDocument": { "uri": uri(&path) },
                    "range": { "start": at["position"], "end": at["position"] },
                    "context": { "diagnostics": [] },
                }),
            )
            .unwrap();
        editor.write(&path, "stages a -> b\n");
        editor.end();
    }
}

#[test]
fn after_shutdown_nothing_is_answered_and_without_it_an_exit_is_a_failure() {
    let repo = repo(b"");
    let mut editor = Editor::open_folder(repo.folder(), AS_OF);
    editor.request("shutdown", json!(null)).unwrap();
    let refused = editor.request("workspace/symbol", json!({ "query": "" })).unwrap_err();
    assert_eq!(refused, "the server was told to shut down");
    assert!(editor.exit());
    assert!(!Editor::open_folder(repo.folder(), AS_OF).exit());
}

#[test]
fn positions_count_units_of_utf_16_unless_the_editor_asks_for_bytes() {
    let title = "Ours \u{1f600} e\u{301}";
    let policy = format!(
        "snapshot {{ adoption: share }}\npolicy house \"{title}\" {{ rule r \"{title}\" {{ require adopton >= 1% else hold }} }}\n"
    );
    let line = policy.lines().nth(1).unwrap();
    let before = &line[..line.find("adopton").unwrap()];
    let repo = repo(policy.as_bytes());
    let path = repo.path("house.gate");
    for (encodings, column) in [
        (json!(["utf-16"]), before.encode_utf16().count()),
        (json!([]), before.encode_utf16().count()),
        (json!(["utf-16", "utf-8"]), before.len()),
    ] {
        let mut editor = Editor::start(&json!({
            "rootUri": uri(repo.folder()),
            "capabilities": { "general": { "positionEncodings": encodings } },
            "initializationOptions": { "asOf": AS_OF },
        }));
        editor.wait("the unknown name", |shown| shown.contains_key(&uri(&path)));
        let start = &editor.shown[&uri(&path)][0]["range"]["start"];
        assert_eq!(*start, json!({ "line": 1, "character": column }), "{encodings}");
        // The letter is put in where the editor says.
        editor.open(&path, &policy);
        let at = json!({ "line": 1, "character": column + 5 });
        editor.change(&path, &json!([{ "range": { "start": at, "end": at }, "text": "i" }]));
        editor.wait("the policy without it", |shown| {
            shown.get(&uri(&path)).is_none_or(|found| found.iter().all(|one| one["code"] != "T201"))
        });
        editor.end();
    }
}

#[test]
fn nothing_outside_of_an_untrusted_folder_is_read() {
    let repo = repo(b"snapshot { adoption: share }\n");
    let inner = repo.clone().files(&[
        ("team/tollgate.yaml", "extends: ../\npolicies: [../house.gate]\n"),
        ("team/rollouts/replies/2026-11-16.yaml", "workflow: replies\ndate: 2026-11-16\nadopton: 40%\n"),
    ]);
    let folder = inner.path("team");
    for trusted in [true, false] {
        let mut editor = Editor::start(&json!({
            "rootUri": uri(&folder),
            "capabilities": {},
            "initializationOptions": { "asOf": AS_OF, "trusted": trusted },
        }));
        let config = uri(&folder.join("tollgate.yaml"));
        editor.wait("a finding", |shown| !shown.is_empty());
        let outside = editor
            .shown
            .get(&config)
            .into_iter()
            .flatten()
            .any(|found| found["message"].as_str().unwrap().contains("outside"));
        assert_eq!(outside, !trusted, "{:#?}", editor.shown);
        editor.end();
    }
}
