//! Edits at bytes of the examples, with a question after each: no panic, no hang, and nothing stale when all is undone.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::client::{Editor, uri};
use crate::support::{Repo, files_under};

/// What is typed at a place.
const TYPED: [&str; 8] = ["", "{", "\"", "\u{1f600}", "e\u{301}", "\r\n", "%", "x"];

const QUESTIONS: [&str; 10] = [
    "hover",
    "completion",
    "definition",
    "documentHighlight",
    "signatureHelp",
    "documentSymbol",
    "foldingRange",
    "semanticTokens/full",
    "prepareRename",
    "codeLens",
];

/// Every n-th byte is edited: all of them with `TOLLGATE_EVERY_BYTE`.
fn stride() -> usize {
    if std::env::var_os("TOLLGATE_EVERY_BYTE").is_some() { 1 } else { 307 }
}

/// The position of a byte, in units of UTF-16.
fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    json!({ "line": before.matches('\n').count(), "character": before[line..].encode_utf16().count() })
}

/// Edits one file and undoes it again, byte by byte. How often it was asked.
fn edit(editor: &mut Editor, path: &PathBuf) -> usize {
    let text = fs::read_to_string(path).unwrap();
    editor.open(path, &text);
    let mut asked = 0;
    for at in (0..text.len()).step_by(stride()).filter(|at| text.is_char_boundary(*at)) {
        let typed = TYPED[asked % TYPED.len()];
        // Nothing typed is a character taken away.
        let taken = if typed.is_empty() { text[at..].chars().next().map_or(0, char::len_utf8) } else { 0 };
        let range = json!({ "start": position(&text, at), "end": position(&text, at + taken) });
        editor.change(path, &json!([{ "range": range, "text": typed }]));
        let edited = format!("{}{typed}{}", &text[..at], &text[at + taken..]);
        let here = position(&edited, at + typed.len());
        let question = QUESTIONS[asked % QUESTIONS.len()];
        let params = json!({ "textDocument": { "uri": uri(path) }, "position": here });
        let answer = editor.request(&format!("textDocument/{question}"), params);
        if let Err(why) = answer {
            assert!(!why.contains("crashed"), "{question} at byte {at} of {}: {why}", path.display());
        }
        let undone = json!({ "start": position(&edited, at), "end": here });
        editor.change(path, &json!([{ "range": undone, "text": &text[at..at + taken] }]));
        asked += 1;
    }
    asked
}

#[test]
fn nothing_is_left_of_edits_that_were_undone() {
    for example in ["support-desk", "ai-evals", "canary"] {
        let repo = Repo::new().example(example);
        let mut editor = Editor::open_folder(repo.folder(), "2026-11-23");
        let mark = |editor: &mut Editor, name: &str| {
            let path = repo.folder().join(name).join("mark.gate");
            editor.open(&path, "policy");
            editor.wait("the mark", |shown| shown.contains_key(&uri(&path)));
            editor.close(&path);
            editor.wait("no mark", |shown| !shown.contains_key(&uri(&path)));
        };
        mark(&mut editor, "before");
        let before = editor.shown.clone();
        assert!(!before.is_empty(), "{example}");
        let policies = files_under(repo.folder(), &["gate"]);
        let snapshots = files_under(repo.folder(), &["yaml"]).into_iter().step_by(23);
        let files: Vec<PathBuf> = policies.into_iter().chain(snapshots).collect();
        let asked: usize = files.iter().map(|path| edit(&mut editor, path)).sum();
        assert!(asked > 15, "{asked} in {example}");
        mark(&mut editor, "after");
        for path in &files {
            editor.close(path);
        }
        mark(&mut editor, "closed");
        assert_eq!(editor.shown, before, "{example}");
        editor.end();
    }
}
