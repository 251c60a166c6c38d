use std::cell::Cell;
use std::fs;

use tempfile::TempDir;

use crate::collect::source::{RowRules, ServerRules};
use crate::config::Setting;
use crate::source::{FileId, Span};

use super::*;

/// Gives one answer, and counts how often.
struct Giving {
    answer: Result<Reply, SourceFailure>,
    times: Cell<usize>,
}

impl Giving {
    fn body(body: &[u8]) -> Self {
        Self::of(Ok(Reply { status: 200, body: body.to_vec() }))
    }

    fn of(answer: Result<Reply, SourceFailure>) -> Self {
        Self { answer, times: Cell::new(0) }
    }
}

impl Respondent for Giving {
    fn ask(&self, _: &PlanSource, _: &Question<'_>) -> Result<Reply, SourceFailure> {
        self.times.set(self.times.get() + 1);
        self.answer.clone()
    }
}

fn source(name: &str, kind: SourceKind) -> PlanSource {
    let setting =
        |text: &str| Setting { value: text.to_owned(), span: Span { file: FileId(0), start: 0, end: 0 } };
    PlanSource { name: setting(name), place: setting("x"), kind, rows: RowRules::default() }
}

fn prometheus() -> PlanSource {
    source("prom", SourceKind::Prometheus(ServerRules { token: None, timeout: 1, retries: 0 }))
}

fn get(path: &str) -> Question<'static> {
    Question::Http { path: path.to_owned(), body: None }
}

fn recording<'o>(inner: &'o dyn Respondent, folder: &TempDir) -> Recording<'o> {
    Recording { inner, folder: folder.path().join("recorded") }
}

fn replay(folder: &TempDir) -> Replay {
    Replay { folder: folder.path().join("recorded") }
}

fn refusal(answer: Result<Reply, SourceFailure>) -> String {
    match answer {
        Err(SourceFailure::Refused { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_recorded_is_answered_again() {
    let folder = TempDir::new().unwrap();
    let source = prometheus();
    let every_byte: Vec<u8> = (0..=255).collect();
    for (path, body) in
        [("/a", b"{\"a\": 0.30000000000000004}\n".as_slice()), ("/b", &every_byte), ("/c", b"")]
    {
        let inner = Giving::body(body);
        let asked = recording(&inner, &folder).ask(&source, &get(path)).unwrap();
        assert_eq!(asked.body, body);
        assert_eq!(replay(&folder).ask(&source, &get(path)), Ok(asked));
    }
    let late = SourceFailure::unknown("the server did not answer within 1 s");
    let inner = Giving::of(Err(late.clone()));
    assert_eq!(recording(&inner, &folder).ask(&source, &get("/d")), Err(late.clone()));
    assert_eq!(replay(&folder).ask(&source, &get("/d")), Err(late));

    // What the plan has to change is no answer.
    let inner = Giving::of(Err(SourceFailure::refused("no", "yes")));
    assert!(recording(&inner, &folder).ask(&source, &get("/e")).is_err());
    let message = refusal(replay(&folder).ask(&source, &get("/e")));
    assert!(message.starts_with("the recording lacks an answer of `prom`: `prom/"), "{message}");
}

#[test]
fn a_recording_is_a_file_that_a_person_can_read() {
    let folder = TempDir::new().unwrap();
    let inner = Giving::body(b"{\"status\":\"success\"}");
    let write = || {
        recording(&inner, &folder).ask(&prometheus(), &get("/api/v1/query?query=up&time=1.5")).unwrap();
        let files: Vec<_> = fs::read_dir(folder.path().join("recorded/prom")).unwrap().collect();
        assert_eq!(files.len(), 1);
        let path = files[0].as_ref().unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
    };
    let (name, text) = write();
    assert_eq!(name, "5d2e6be16aae7f84.json");
    assert_eq!(
        text,
        r#"{
  "body": "{\"status\":\"success\"}",
  "question": {
    "get": "/api/v1/query?query=up&time=1.5",
    "source": "prom"
  },
  "status": 200
}
"#
    );
    assert_eq!(write(), (name, text));
}

#[test]
fn a_recording_that_was_changed_is_refused() {
    let folder = TempDir::new().unwrap();
    let source = prometheus();
    let inner = Giving::body(b"1");
    recording(&inner, &folder).ask(&source, &get("/a")).unwrap();
    let path = folder.path().join("recorded").join(file_name(&source, &get("/a")));
    let text = fs::read_to_string(&path).unwrap();
    let changed = |text: String| {
        fs::write(&path, text).unwrap();
        refusal(replay(&folder).ask(&source, &get("/a")))
    };
    assert!(changed(text.replace("\"/a\"", "\"/b\"")).contains("answers another question"));
    assert!(changed(text.replace("200", "70000")).contains("no status or no body"));
    assert!(
        changed(text.replace("\"body\"", "\"bytes\"").replace(": \"1\"", ": \"\u{100}\""))
            .contains("no status")
    );
    assert!(changed("{".to_owned()).contains("is broken"));
    assert!(changed("[".repeat(1_000_000)).contains("is broken"));
}

#[test]
fn questions_differ_by_all_that_changes_their_answer() {
    let jq = |filter: &str| source("s", SourceKind::Jq { filter: filter.to_owned() });
    let sheet = |sheet: Option<&str>| source("s", SourceKind::Xlsx { sheet: sheet.map(str::to_owned) });
    let sql = |query, start: &str, file| Question::Sql {
        query,
        start: start.to_owned(),
        end: "z".to_owned(),
        file,
    };
    let post = |body: &str| Question::Http { path: "/a".to_owned(), body: Some(body.to_owned()) };
    let plain = prometheus();
    let names = [
        file_name(&plain, &get("/a")),
        file_name(&plain, &get("/b")),
        file_name(&plain, &post("")),
        file_name(&plain, &post("x")),
        file_name(&plain, &sql("q", "a", None)),
        file_name(&plain, &sql("q", "b", None)),
        file_name(&plain, &sql("r", "a", None)),
        file_name(&plain, &sql("q", "a", Some(b"1"))),
        file_name(&plain, &sql("q", "a", Some(b"2"))),
        file_name(&plain, &Question::Decode { file: b"1" }),
        file_name(&jq("."), &Question::Decode { file: b"1" }),
        file_name(&jq(".a"), &Question::Decode { file: b"1" }),
        file_name(&jq(".a"), &Question::Decode { file: b"2" }),
        file_name(&sheet(None), &Question::Decode { file: b"1" }),
        file_name(&sheet(Some("A")), &Question::Decode { file: b"1" }),
        file_name(&source("../s", SourceKind::Parquet), &get("/a")),
        file_name(&source("___s", SourceKind::Parquet), &get("/a")),
    ];
    let unique: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    assert!(names[15].starts_with("___s/"));
}

#[test]
fn a_question_is_asked_once() {
    let inner = Giving::body(b"1");
    let cached = Cached::new(&inner);
    let source = prometheus();
    for _ in 0..3 {
        assert_eq!(cached.ask(&source, &get("/a")).unwrap().body, b"1");
    }
    assert_eq!(inner.times.get(), 1);
    cached.ask(&source, &get("/b")).unwrap();
    assert_eq!(inner.times.get(), 2);
}

#[cfg(unix)]
#[test]
fn a_recording_does_not_follow_links_out() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::create_dir(folder.path().join("recorded")).unwrap();
    let elsewhere = TempDir::new().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("recorded/prom")).unwrap();
    let inner = Giving::body(b"1");
    let message = refusal(recording(&inner, &folder).ask(&prometheus(), &get("/a")));
    assert!(message.contains("link"), "{message}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}
