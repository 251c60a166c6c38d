//! `check --record` and `verify`: a verdict can be found again from its files, and whatever differs is named.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Repo, root};

struct Recorded {
    repository: Repo,
    /// Outside of the repository.
    file: PathBuf,
}

impl Recorded {
    fn new(more: &[&str]) -> Self {
        let repository = Repo::asking();
        let file = repository.outside("record.json");
        let recorded = Self { repository, file };
        let (code, said) = recorded.check(more);
        assert!(code <= 1, "{said}");
        recorded
    }

    fn check(&self, more: &[&str]) -> (i32, String) {
        let check = ["check", "--as-of", "2026-11-23", "--record", self.file.to_str().unwrap()];
        self.repository.run(&[&check, more].concat()).said()
    }

    fn verify(&self) -> (i32, String) {
        self.repository.run(&["verify", self.file.to_str().unwrap(), "."]).said()
    }

    fn read(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(&self.file).unwrap()).unwrap()
    }
}

#[test]
fn a_record_names_every_file_and_is_the_same_each_time() {
    let recorded = Recorded::new(&[]);
    let record = recorded.read();
    let files: Vec<&String> = record["files"].as_object().unwrap().keys().collect();
    assert!(
        files.iter().any(|name| *name == "tollgate.yaml") && files.iter().any(|name| *name == "own/p.gate")
    );
    assert!(files.iter().any(|name| name.starts_with("rollouts/")), "{files:?}");
    // The digest is that of the bytes, as anybody can compute it.
    recorded.repository.write("tollgate.yaml", "");
    recorded.check(&[]);
    let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(recorded.read()["files"]["tollgate.yaml"], empty);
    let before = fs::read_to_string(&recorded.file).unwrap();
    recorded.check(&[]);
    assert_eq!(fs::read_to_string(&recorded.file).unwrap(), before);
    // Without a policy of its own it was judged by the pack, whose files are named as well.
    assert!(before.contains("\"builtin/rollback.gate\": \"sha256:"), "{before}");
    let changes = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(changes.contains(&format!("Language version {}.", record["language"].as_str().unwrap())));
}

#[test]
fn a_record_is_verified_and_what_differs_is_named() {
    let recorded = Recorded::new(&[]);
    let (code, said) = recorded.verify();
    assert!(code == 0 && said.starts_with("Verified: "), "{said}");

    let repository = &recorded.repository;
    let policy = repository.read("own/p.gate");
    repository.append("own/p.gate", "# a remark\n");
    let (code, said) = recorded.verify();
    assert!(
        code == 1
            && said.contains("changed: own/p.gate")
            && said.contains("The verdict of 2026-11-23 is the same"),
        "{said}"
    );

    repository.write("own/p.gate", policy.replace("rule light", "rule heavy"));
    let (code, said) = recorded.verify();
    assert!(code == 1 && said.contains("own.heavy") && said.contains("own.light"), "{said}");
    repository.write("own/p.gate", &policy);

    let name = repository.names().into_iter().find(|name| name.starts_with("rollouts/")).unwrap();
    let text = repository.read(&name);
    repository.remove(&name);
    repository.write("rollouts/new.yaml", text.replace("2026-11-", "2026-10-"));
    let (code, said) = recorded.verify();
    assert!(
        code == 1 && said.contains("missing: rollouts/") && said.contains("new: rollouts/new.yaml"),
        "{said}"
    );
}

#[test]
fn a_verdict_against_a_base_is_found_again_though_the_branch_moves_on() {
    let recorded = Recorded::new(&["--base", "main"]);
    let record = recorded.read();
    assert_eq!(record["base"]["commit"].as_str().unwrap().len(), 40);
    assert!(record["files"].as_object().unwrap().contains_key("main:own/p.gate"), "{record:#}");
    recorded.repository.git(&["checkout", "-q", "main"]);
    recorded.repository.write("other.yaml", "a: 1\n");
    recorded.repository.commit();
    recorded.repository.git(&["checkout", "-q", "branch"]);
    let (code, said) = recorded.verify();
    assert_eq!(code, 0, "{said}");
}

#[test]
fn what_cannot_be_verified_is_said() {
    let recorded = Recorded::new(&[]);
    let text = fs::read_to_string(&recorded.file).unwrap();
    for (from, to, why) in [
        ("\"record\": 1", "\"record\": 2", "it is a record of version 2, not 1"),
        ("\"record\": 1,", "", "it is no record"),
        ("\"exit\"", "\"exits\"", "it is no whole record"),
        (
            "\"as_of\": \"2026-11-23\",\n    \"today\"",
            "\"as_of\": \"soon\",\n    \"today\"",
            "a day of it is none",
        ),
        ("{", "", "it is no JSON"),
    ] {
        assert!(text.contains(from), "{from}: {text}");
        fs::write(&recorded.file, text.replacen(from, to, 1)).unwrap();
        let (code, said) = recorded.verify();
        assert!(code == 2 && said.contains(why), "{why}: {said}");
    }
    fs::remove_file(&recorded.file).unwrap();
    let (code, said) = recorded.verify();
    assert!(code == 2 && said.contains("it does not exist"), "{said}");
    // Another version is worth a note, and no reason to refuse.
    fs::write(&recorded.file, text.replacen("\"language\": \"0.1\"", "\"language\": \"0.0\"", 1)).unwrap();
    let (code, said) = recorded.verify();
    assert!(code == 0 && said.contains("note: recorded by version"), "{said}");
    // A record that cannot be written is no run that went well.
    let (code, said) = recorded.repository.run(&["check", "--record", "/nowhere/at/all.json"]).said();
    assert!(code == 2 && said.contains("cannot be written: it does not exist"), "{said}");
}
