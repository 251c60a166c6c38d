//! The key `collected`: in every format, in records, against a base, and in the hands of somebody who wants to pass.

use std::fs;

use serde_json::Value;

use crate::formats::valid;
use crate::support::Repo;

const POLICY: &str = "snapshot { latency: duration, evals: list of { id: text key, passed: bool } }
policy p {
  rule fast { require latency < 2 s else hold }
  rule good { require share(evals where passed) >= 90% else hold \"too few pass\" }
}
";
/// Of `abc`, and of nothing.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn snapshot(date: &str, digest: &str) -> String {
    format!(
        "workflow: w
date: {date}
latency: null
evals: [ {{ id: a, passed: true }}, {{ id: b, passed: false }} ]
collected:
  latency: {{ from: prom, tool: prometheus 2.42.0, query_sha256: {NOTHING}, unknown: \"above the largest bucket, 2.5 s\" }}
  evals: {{ from: evals, file: evals/results.json, sha256: {digest}, tool: promptfoo 0.121.20 }}
"
    )
}

fn repo() -> Repo {
    Repo::new().files(&[
        ("tollgate.yaml", "policies: [policies/]\n"),
        ("policies/p.gate", POLICY),
        ("evals/results.json", "abc"),
        ("rollouts/w/1.yaml", &snapshot("2026-11-20", ABC)),
    ])
}

fn check(repo: &Repo, more: &[&str]) -> String {
    repo.run(&[&["check", "--as-of", "2026-11-28"], more].concat()).out
}

/// Every format says why the value is not known, and where what failed is from.
#[test]
fn the_reason_and_the_source_reach_every_format() {
    let repo = repo();
    let (why, source) =
        ("above the largest bucket, 2.5 s", "from evals/results.json by promptfoo 0.121.20 (evals)");
    for format in ["human", "json", "sarif", "junit", "github", "gitlab", "markdown", "tap"] {
        let said = check(&repo, &["--format", format]).replace("<!-- -->", "");
        assert!(said.contains(source), "{format}: {said}");
        // A test point has its remedy, and no values.
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
        assert!(format == "tap" || flat.contains(why), "{format}: {said}");
    }
    let narrated = check(&repo, &["--narrate"]);
    assert!(narrated.contains(&format!("collected: `evals` {source}")), "{narrated}");
    let asked = check(&repo, &["--format", "json"]);
    let report: Value = serde_json::from_str(&asked).unwrap();
    let rules = report["workflows"][0]["rules"].as_array().unwrap();
    let of = |name: &str| &rules.iter().find(|rule| rule["rule"] == name).unwrap()["collected"][0];
    assert_eq!(of("p.good")["sha256"], ABC);
    assert_eq!(
        (&of("p.good")["place"]["line"], &of("p.good")["tool"]),
        (&Value::from(7), &"promptfoo 0.121.20".into())
    );
    assert_eq!((&of("p.fast")["query_sha256"], &of("p.fast")["unknown"]), (&NOTHING.into(), &why.into()));
    let log: Value = serde_json::from_str(&check(&repo, &["--format", "sarif"])).unwrap();
    valid("sarif-2.1.0.json", &log);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let good = results.iter().find(|result| result["ruleId"] == "p.good").unwrap();
    assert_eq!(good["properties"]["collected"][0]["file"], "evals/results.json");
    // Whatever is said of a value, its absence never passes.
    assert_eq!(report["workflows"][0]["decision"], "hold");
}

#[test]
fn a_record_has_the_sources_and_verify_names_the_value_that_no_longer_matches() {
    let repo = repo();
    let file = repo.outside("record.json");
    let path = file.to_str().unwrap();
    let verify = || repo.run(&["verify", path, "."]).said();
    check(&repo, &["--record", path]);
    let record: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(record["sources"].as_array().unwrap().len(), 2, "{record:#}");
    assert_eq!(record["sources"][1]["sha256"], ABC);
    assert_eq!(
        (&record["sources"][1]["snapshot"], &record["sources"][1]["line"]),
        (&"rollouts/w/1.yaml".into(), &7.into())
    );
    let (code, said) = verify();
    assert!(code == 0 && said.contains(", the sources of 2 collected values and the verdict"), "{said}");

    repo.write("evals/results.json", "");
    let (code, said) = verify();
    let line = "collected: `evals` of `w` (rollouts/w/1.yaml:7) does not match evals/results.json: the file has changed since";
    assert!(code == 1 && said.contains(line) && said.contains("Not verified: a collected value"), "{said}");
    repo.remove("evals/results.json");
    let (code, said) = verify();
    assert!(
        code == 1 && said.contains("evals/results.json: the file cannot be read: it does not exist"),
        "{said}"
    );
    // What the record itself says of its sources is not believed.
    repo.write("evals/results.json", "");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace(ABC, NOTHING)).unwrap();
    assert_eq!(verify().0, 1);
    repo.write("evals/results.json", "abc");
    let (code, said) = verify();
    assert!(code == 1 && said.contains("the record names other sources than the snapshots do"), "{said}");
    let (start, rest) = text.split_once(",\n  \"sources\": [").unwrap();
    fs::write(&file, format!("{start}{}", rest.rsplit_once(']').unwrap().1)).unwrap();
    let (code, said) = verify();
    assert!(code == 1 && said.contains("the record names other sources"), "{said}");
}

#[test]
fn a_file_that_a_later_run_has_written_over_is_history() {
    let repo =
        repo().file("rollouts/w/2.yaml", snapshot("2026-11-27", NOTHING)).file("evals/results.json", "");
    let file = repo.outside("record.json");
    let path = file.to_str().unwrap();
    check(&repo, &["--record", path]);
    let (code, said) = repo.run(&["verify", path, "."]).said();
    assert!(code == 0 && !said.contains("collected:"), "{said}");
    // On the day of the older snapshot that one is the newest.
    check(&repo, &["--as-of", "2026-11-21", "--record", path]);
}

#[cfg(unix)]
#[test]
fn a_source_that_is_a_link_out_of_the_repository_is_not_read() {
    let repo = repo();
    let outside = repo.outside("secret");
    fs::write(&outside, "abc").unwrap();
    repo.remove("evals/results.json");
    std::os::unix::fs::symlink(&outside, repo.path("evals/results.json")).unwrap();
    let file = repo.outside("record.json");
    let path = file.to_str().unwrap();
    check(&repo, &["--record", path]);
    let (code, said) = repo.run(&["verify", path, "."]).said();
    assert!(code == 1 && said.contains("it is a link that leads out of the repository"), "{said}");
}

#[test]
fn the_source_of_a_project_lies_in_its_folder() {
    let repo = Repo::new();
    for team in ["a", "b"] {
        repo.write(&format!("{team}/tollgate.yaml"), "policies: [p.gate]\n");
        repo.write(&format!("{team}/p.gate"), POLICY);
        repo.write(&format!("{team}/evals/results.json"), if team == "a" { "abc" } else { "" });
        repo.write(&format!("{team}/rollouts/w.yaml"), snapshot("2026-11-20", ABC));
    }
    let file = repo.outside("record.json");
    let path = file.to_str().unwrap();
    check(&repo, &["--record", path]);
    let (code, said) = repo.run(&["verify", path, "."]).said();
    assert!(
        code == 1
            && said.contains("`evals` of `b: w` (b/rollouts/w.yaml:7) does not match b/evals/results.json"),
        "{said}"
    );
    assert!(!said.contains("of `a: w`"), "{said}");
}

#[test]
fn another_source_is_no_other_value() {
    let repo = repo();
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    repo.git(&["checkout", "-q", "-b", "branch"]);
    let report =
        || -> Value { serde_json::from_str(&check(&repo, &["--base", "main", "--format", "json"])).unwrap() };
    repo.edit("rollouts/w/1.yaml", ABC, NOTHING);
    repo.edit("rollouts/w/1.yaml", "promptfoo 0.121.20", "promptfoo 0.122.0");
    repo.commit();
    let found = report();
    assert_eq!(found["against"]["rewritten"].as_array().unwrap().len(), 0, "{:#}", found["against"]);
    // A value that is said to be unknown from now on is rewritten, and holds as before.
    repo.edit("rollouts/w/1.yaml", "passed: false", "passed: null");
    repo.edit("rollouts/w/1.yaml", "tool: promptfoo 0.122.0", "errors: 1");
    repo.commit();
    let found = report();
    assert_eq!(found["against"]["rewritten"].as_array().unwrap().len(), 1, "{:#}", found["against"]);
    assert_eq!(found["workflows"][0]["decision"], "hold");
}
