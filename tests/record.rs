//! `check --record` and `verify`: a verdict can be found again from its files, and whatever differs is named.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::base::CONFIG;
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
        let check = ["check", "--as-of", "2026-11-18", "--record", self.file.to_str().unwrap()];
        self.repository.run(&[&check, more].concat()).said()
    }

    fn verify(&self) -> (i32, String) {
        self.verify_with(&[])
    }

    fn verify_with(&self, more: &[&str]) -> (i32, String) {
        self.repository.run(&[&["verify", self.file.to_str().unwrap(), "."], more].concat()).said()
    }

    /// What is said of the record with another text in the place of one that it has.
    fn verify_forged(&self, from: &str, to: &str) -> (i32, String) {
        let text = fs::read_to_string(&self.file).unwrap();
        assert!(text.contains(from), "{from}: {text}");
        fs::write(&self.file, text.replacen(from, to, 1)).unwrap();
        let said = self.verify();
        fs::write(&self.file, text).unwrap();
        said
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
            && said.contains("The verdict of 2026-11-18 is the same"),
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
fn what_is_verified_is_said() {
    let recorded = Recorded::new(&[]);
    let (code, said) = recorded.verify();
    let lines = "as recorded.
  exit code: 1, a workflow must hold or roll back
  workflows: all
  hold: `other's \u{e4} \"x\"`
  continue: `replies`
  flags: --as-of 2026-11-18
";
    assert!(code == 0 && said.starts_with("Verified: ") && said.ends_with(lines), "{said}");
    let recorded = Recorded::new(&["--workflow", "replies"]);
    let (code, said) = recorded.verify();
    let lines = "  exit code: 0, no workflow that counts must hold or roll back
  workflows: only `replies`
  continue: `replies`
  flags: --as-of 2026-11-18
";
    assert!(code == 0 && said.ends_with(lines), "{said}");
    recorded.check(&["--deny", "warnings"]);
    let (code, said) = recorded.verify();
    assert!(code == 0 && said.ends_with("flags: --as-of 2026-11-18 --deny warnings\n"), "{said}");
    // Of a base: which commit, and what was let count or not.
    let recorded = Recorded::new(&["--base", "main"]);
    let record = recorded.read();
    let commit = record["base"]["commit"].as_str().unwrap();
    let (code, said) = recorded.verify();
    let base = format!("base: commit {commit} of `main`; what was judged has it in its history");
    assert!(code == 0 && said.contains(&base), "{said}");
    assert!(said.contains("hold (standing, which does not count): `other's"), "{said}");
    recorded.repository.write("tollgate.yaml", CONFIG.replace("80%", "60%"));
    recorded.repository.snapshot("replies", "2026-11-16", true, 7);
    recorded.check(&["--base", "main", "--allow-self-approval", "--all"]);
    let (code, said) = recorded.verify();
    assert!(
        code == 0
            && said.contains("hold (self-approval accepted, which does not count): `replies`")
            && said.ends_with("--allow-self-approval --all\n"),
        "{said}"
    );
}

#[test]
fn a_record_cannot_name_another_base_than_it_was_judged_by() {
    let recorded = Recorded::new(&["--base", "main"]);
    let commit = recorded.read()["base"]["commit"].as_str().unwrap().to_owned();
    for word in ["HEAD", "main", &commit[..12], &commit.to_uppercase(), ""] {
        let (code, said) = recorded.verify_forged(&commit, word);
        assert!(code == 2 && said.contains("is not a full hash"), "{word}: {said}");
    }
    let (code, said) = recorded.verify_forged(&commit, &"0".repeat(40));
    assert!(code == 2 && said.contains("git knows no commit `0000"), "{said}");
    let (code, said) = recorded.verify_forged("\"reference\": \"main\"", "\"reference\": \"nowhere\"");
    assert!(code == 2 && said.contains("git knows no commit `nowhere`"), "{said}");
    let (code, said) = recorded.verify_forged("\"ancestor_of_head\": true", "\"ancestor_of_head\": false");
    assert!(code == 1 && said.contains("it is an ancestor of the checkout"), "{said}");

    // Judged by the pull request itself, and said to have been judged by `main`.
    recorded.repository.write("tollgate.yaml", CONFIG.replace("80%", "60%"));
    recorded.repository.commit();
    recorded.check(&["--base", "HEAD"]);
    assert_eq!(recorded.verify().0, 0);
    let own = recorded.read()["base"]["commit"].as_str().unwrap().to_owned();
    let text = fs::read_to_string(&recorded.file).unwrap();
    let forged = text.replace("HEAD:", "main:").replace("\"HEAD\"", "\"main\"");
    fs::write(&recorded.file, forged).unwrap();
    let (code, said) = recorded.verify();
    let why = format!("base: commit {own} is not in the history of `main`, which is at {commit}");
    assert!(code == 1 && said.contains(&why) && said.contains("Not verified: the base"), "{said}");
}

#[test]
fn what_lies_outside_is_read_only_where_the_command_line_lets_it() {
    let recorded = Recorded::new(&[]);
    let repository = &recorded.repository;
    repository.rename("rollouts/replies", "../away");
    repository.write("tollgate.yaml", format!("{CONFIG}snapshots: [rollouts/, ../away/]\n"));
    let (code, said) = recorded.check(&["--allow-outside"]);
    assert!(code == 1 && said.contains("replies"), "{said}");
    let (code, said) = recorded.verify();
    assert!(code == 2 && said.contains("give it to `verify` too") && !said.contains("away"), "{said}");
    let (code, said) = recorded.verify_with(&["--allow-outside"]);
    assert!(code == 0 && said.contains("--allow-outside"), "{said}");

    // What lies above the folder that is checked, and in its repository, is none of that.
    repository.write("tollgate.yaml", CONFIG);
    repository.write("teams/a/tollgate.yaml", "extends: ../../tollgate.yaml\n");
    repository.rename("rollouts", "teams/a/rollouts");
    let team = Recorded { repository: repository.below("teams/a"), file: recorded.file.clone() };
    let (code, said) = team.check(&[]);
    assert!(code == 1, "{said}");
    assert!(team.read()["files"].as_object().unwrap().contains_key("../../tollgate.yaml"));
    let (code, said) = team.verify();
    assert!(code == 0 && said.starts_with("Verified: "), "{said}");
}

#[test]
fn what_cannot_be_verified_is_said() {
    let recorded = Recorded::new(&[]);
    let text = fs::read_to_string(&recorded.file).unwrap();
    let day = "\"as_of\": \"2026-11-18\",\n    \"today\"";
    for (from, to, why) in [
        ("\"record\": 2", "\"record\": 3", "it is a record of version 3, and this program reads version 2"),
        ("\"record\": 2", "\"record\": 1", "the version of tollgate that wrote it, `0.2.0`, reads it"),
        ("\"record\": 2,", "", "it is not a record"),
        ("\"exit\"", "\"exits\"", "it is not a complete record: unknown field `exits`"),
        (
            "\"exit\": 1",
            "\"exit\": 1, \"signed\": true",
            "it is not a complete record: unknown field `signed`",
        ),
        ("\"exit\": 1", "\"exit\": 0, \"exit\": 1", "it is not a complete record: duplicate field `exit`"),
        ("\"files\": {", "\"files\": { \"own/p.gate\": \"\",", "duplicate key `own/p.gate`"),
        (day, &*day.replace("2026-11-18", "soon"), "its day `soon` is not a date"),
        (day, &*day.replace("2026-11-18", "2999-01-01"), "its day 2999-01-01 is in the future"),
        ("\"as_of\": \"2026-11-18\"", "\"as_of\": \"2999-01-01\"", "its day 2999-01-01 is in the future"),
        ("\"files\": {", "\"files\": { \"../x\": \"\",", "its file `../x` is outside of the repository"),
        ("\"files\": {", "\"files\": { \"own/../../x\": \"\",", "is outside of the repository"),
        ("\"files\": {", "\"files\": { \"/etc/passwd\": \"\",", "is outside of the repository"),
        ("\"allow_outside\": false", "\"allow_outside\": true", "a record cannot give that itself"),
        ("\"workflows\": []", "\"workflows\": {}", "it is not a complete record: invalid type"),
        (
            "\"base\": null",
            "\"base\": [\"main\", \"\", true, false, false, [false, false]]",
            "a list in place of",
        ),
        ("{", "[", "it is not a record"),
        ("\"exit\"", "exit", "it is not JSON: key must be a string"),
        ("{", "\"x\"", "it is not a record"),
    ] {
        let (code, said) = recorded.verify_forged(from, to);
        assert!(code == 2 && said.contains(why), "{why}: {said}");
    }
    fs::remove_file(&recorded.file).unwrap();
    let (code, said) = recorded.verify();
    assert!(code == 2 && said.contains("it does not exist"), "{said}");
    // A workflow that is listed twice was not judged twice.
    let twice = text.replacen("\"workflows\": [\n    {", "\"workflows\": [\n    { \"workflow\": \"replies\", \"decision\": \"continue\", \"failed\": [], \"undecided\": [] },\n    {", 1);
    assert_ne!(twice, text);
    fs::write(&recorded.file, twice).unwrap();
    let (code, said) = recorded.verify();
    assert!(code == 1 && said.contains("the verdict of 2026-11-18 differs"), "{said}");
    // Another version is worth a note, and no reason to refuse.
    fs::write(&recorded.file, text.replacen("\"language\": \"0.2\"", "\"language\": \"0.1\"", 1)).unwrap();
    let (code, said) = recorded.verify();
    assert!(code == 0 && said.contains("note: recorded by version"), "{said}");
    // A record that cannot be written is no run that went well.
    let (code, said) = recorded.repository.run(&["check", "--record", "/nowhere/at/all.json"]).said();
    assert!(code == 2 && said.contains("cannot be written: it does not exist"), "{said}");
}
