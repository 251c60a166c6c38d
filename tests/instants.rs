//! What every command makes of series that run by instants: on real repositories, as people use them.

use serde_json::Value;

use crate::support::Repo;

const POLICY: &str = "snapshot every 5 min grace 1 min {
  date: time required
  errors: share
}
policy p {
  rule clean { require held(errors < 1%) >= 10 min else hold \"clean for {held(errors < 1%)}\" }
}
";
const CONFIG: &str = "policies: [policies/]\n";

/// A repository with a workflow that is clean at 14:00, 14:05 and 14:10, all committed, and a branch to work on.
fn repo() -> Repo {
    let repo = Repo::new().file("tollgate.yaml", CONFIG).file("policies/p.gate", POLICY);
    repo.git(&["init", "-q", "-b", "main"]);
    for minute in ["14:00", "14:05", "14:10"] {
        repo.write(&file(minute), snapshot(&format!("{minute}Z"), "0.5%"));
    }
    repo.commit();
    repo.git(&["checkout", "-q", "-b", "branch"]);
    repo
}

/// The name of a snapshot's file; that of the minute 14:10 is `2026-11-02T1410Z.yaml`.
fn file(minute: &str) -> String {
    format!("rollouts/w/2026-11-02T{}Z.yaml", minute.replace(':', ""))
}

/// A snapshot of a time with its offset.
fn snapshot(time: &str, errors: &str) -> String {
    format!("workflow: w\ndate: 2026-11-02T{time}\nerrors: {errors}\n")
}

/// What `check` says as of a minute.
fn check(repo: &Repo, minute: &str, more: &[&str]) -> (i32, String) {
    let as_of = format!("2026-11-02T{minute}Z");
    repo.run(&[&["check", "--as-of", &as_of], more].concat()).said()
}

/// What `check --base main` reports as of 14:16.
fn against(repo: &Repo) -> Value {
    let run = repo.run(&["check", "--as-of", "2026-11-02T14:16Z", "--base", "main", "--format", "json"]);
    run.json()["against"].clone()
}

#[test]
fn a_verdict_is_of_its_second() {
    let repo = repo();
    assert_eq!(check(&repo, "14:10", &[]).0, 0);
    let (code, said) = check(&repo, "14:09:59.5", &[]);
    assert!(code == 1 && said.contains("clean for 5 min"), "{said}");
    assert!(said.contains("1 snapshot is dated later than 2026-11-02T14:09:59.5Z and ignored"), "{said}");
    assert_eq!(check(&repo, "14:16", &[]).0, 0);
    let (code, said) = check(&repo, "14:16:00.000001", &[]);
    assert!(code == 1 && said.contains("series.fresh"), "{said}");
    // Another offset is the same instant.
    assert_eq!(repo.run(&["check", "--as-of", "2026-11-02T15:10+01:00"]).code, 0);
}

#[test]
fn history_goes_from_instant_to_instant() {
    let run = repo().run(&["history", "--as-of", "2026-11-02T14:07Z", "--format", "json"]);
    let history = run.json();
    assert_eq!(history["as_of"], "2026-11-02T14:07Z");
    let days = history["workflows"][0]["days"].as_array().unwrap();
    let told: Vec<_> =
        days.iter().map(|day| (day["date"].as_str().unwrap(), day["decision"].as_str().unwrap())).collect();
    assert_eq!(told, [("2026-11-02T14:00Z", "hold"), ("2026-11-02T14:05Z", "hold")]);
    let all = repo().run(&["history", "--as-of", "2026-11-02", "--format", "json"]).json();
    let last = &all["workflows"][0]["days"][2];
    assert_eq!((&last["date"], &last["decision"]), (&"2026-11-02T14:10Z".into(), &"continue".into()));
}

#[test]
fn the_next_snapshot_is_due_minutes_later() {
    let repo = repo();
    let new = |more: &[&str]| repo.run(&[&["new", "snapshot", "--workflow", "w"], more].concat());
    let refused = |date: &str| {
        let run = new(&["--date", date]);
        assert_eq!(run.code, 2, "{run:?}");
        run.err
    };
    assert!(refused("2026-11-02T14:10Z").contains("`w` has a snapshot of 2026-11-02T14:10Z"));
    assert!(refused("2026-11-02T15:10+01:00").contains("`w` has a snapshot of 2026-11-02T14:10Z"));
    assert!(refused("2026-11-02").contains("snapshots are of times here, such as 2026-11-02T14:05Z"));
    assert!(refused("2026-11-02T13:59Z").contains("the series of `w` begins after 2026-11-02T13:59Z"));
    let run = new(&["--date", "2026-11-02T14:15Z"]);
    assert_eq!(run.code, 0, "{run:?}");
    let text = repo.read("rollouts/w/2026-11-02T1415Z.yaml");
    assert!(text.contains("date: 2026-11-02T14:15Z\n") && text.contains("errors:"), "{text}");
    // An empty snapshot is one, and what is not known of it holds.
    let (code, said) = check(&repo, "14:15", &[]);
    assert!(
        code == 1 && said.contains("`errors` is left empty in the snapshot of 2026-11-02T14:15Z"),
        "{said}"
    );

    // Without a date, it is of the minute at which it is due.
    let old = Repo::new().file("tollgate.yaml", CONFIG).file("policies/p.gate", POLICY);
    old.write("rollouts/w/2020-01-01T2358Z.yaml", "workflow: w\ndate: 2020-01-01T23:58Z\nerrors: 0%\n");
    let run = old.run(&["new", "snapshot", "--workflow", "w"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(old.read("rollouts/w/2020-01-02T0003Z.yaml").contains("date: 2020-01-02T00:03Z\n"));
}

#[test]
fn a_record_is_of_its_instant_and_is_verified() {
    let repo = repo();
    let path = repo.outside("record.json");
    let file = path.to_str().unwrap();
    let record = || serde_json::from_str::<Value>(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(check(&repo, "14:12", &["--record", file]).0, 0);
    assert_eq!(record()["as_of"], "2026-11-02T14:12Z");
    assert_eq!(record()["options"]["as_of"], "2026-11-02T14:12Z");
    let (code, said) = repo.run(&["verify", file, "."]).said();
    assert!(code == 0 && said.contains("the verdict of 2026-11-02T14:12Z are as recorded"), "{said}");
    let forged = std::fs::read_to_string(&path).unwrap().replace("14:12Z", "14:17Z");
    std::fs::write(&path, forged).unwrap();
    let (code, said) = repo.run(&["verify", file, "."]).said();
    assert!(code == 1 && said.contains("`w`"), "{said}");
}

#[test]
fn a_record_has_the_time_of_now_whatever_can_be_judged() {
    let repo = repo();
    let path = repo.outside("record.json");
    // The clock is far ahead, or far behind: either way it is read to the second.
    for text in [snapshot("14:10Z", "0.5%"), snapshot("14:10Z", "many")] {
        repo.write(&file("14:10"), text);
        repo.run(&["check", "--record", path.to_str().unwrap()]);
        let record: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let today = record["options"]["today"].as_str().unwrap();
        assert!(today.contains('T') && today.ends_with('Z'), "{today}");
        assert_eq!(record["options"]["as_of"], Value::Null);
    }
}

#[test]
fn a_base_tells_back_dated_from_later_by_the_minute() {
    let repo = repo();
    repo.write(&file("14:15"), snapshot("14:15Z", "0.5%"));
    assert_eq!(against(&repo)["rewritten"], Value::Array(Vec::new()));

    // Between two that the base knows; of the newest one's minute, a second earlier and in another offset.
    repo.write(&file("14:07"), snapshot("14:07Z", "0.5%"));
    let found = against(&repo)["rewritten"].clone();
    assert_eq!(found[0]["new"], file("14:07").as_str());
    assert_eq!(found.as_array().unwrap().len(), 1);
    repo.remove(&file("14:07"));
    repo.write(&file("14:15"), snapshot("15:09:59+01:00", "0.5%"));
    assert_eq!(against(&repo)["rewritten"][0]["new"], file("14:15").as_str());

    // The same instant in another offset says the same.
    repo.remove(&file("14:15"));
    repo.write(&file("14:10"), snapshot("15:10+01:00", "0.5%"));
    assert_eq!(against(&repo)["rewritten"], Value::Array(Vec::new()));
    repo.write(&file("14:10"), snapshot("15:10:01+01:00", "0.5%"));
    assert_eq!(against(&repo)["rewritten"][0]["new"], file("14:10").as_str());
    repo.write(&file("14:10"), snapshot("15:10+01:00", "0.5%"));
    assert_eq!(check(&repo, "14:12", &["--base", "main"]).0, 0);
}

#[test]
fn a_base_compares_cadences_of_minutes() {
    for (cadence, way) in [
        ("{ every: 4 min }", "tighter"),
        ("{ every: 5 min, grace: 2 min }", "looser"),
        ("{ every: 6 min }", "looser"),
        ("{ every: 1 day }", "looser"),
    ] {
        let repo = repo();
        repo.write(
            "tollgate.yaml",
            format!("{CONFIG}overrides:\n  - workflows: [w]\n    cadence: {cadence}\n"),
        );
        let changes = against(&repo)["settings"].clone();
        let found: Vec<_> = changes.as_array().unwrap().iter().map(|change| &change["direction"]).collect();
        assert_eq!(found, [way], "{cadence}: {changes:#}");
    }
}

#[test]
fn who_makes_days_of_instants_is_judged_by_the_base() {
    let repo = repo();
    repo.edit("policies/p.gate", "  date: time required\n", "");
    repo.edit("policies/p.gate", "every 5 min grace 1 min", "every 1 day");
    repo.edit("policies/p.gate", ">= 10 min", ">= 0 days");
    let (code, said) = check(&repo, "14:12", &["--base", "main"]);
    assert!(code == 2 && said.contains("T516"), "{said}");
}
