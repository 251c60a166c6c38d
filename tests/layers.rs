//! Thresholds of an organisation: bases, bounds, overrides and waivers, on copies of the example.

use std::fs;

use serde_json::Value;

use crate::support::{Repo, files_under, root, run_in};

const BASE: &str = "platform/tollgate.yaml";
const SUPPORT: &str = "teams/support/tollgate.yaml";
const CLAIMS: &str = "teams/claims/tollgate.yaml";

/// A copy of `examples/organisation` that a test may change.
fn an_organisation() -> Repo {
    Repo::new().example("organisation")
}

/// The report on a part of it, as of a day.
fn check_on(organisation: &Repo, part: &str, day: &str) -> (i32, Value) {
    let run = organisation.run(&["check", part, "--format", "json", "--as-of", day]);
    (run.code, run.json())
}

fn check(organisation: &Repo) -> (i32, Value) {
    check_on(organisation, ".", "2026-11-23")
}

fn decisions(report: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |w: &Value| format!("{} {}", word(&w["workflow"]), word(&w["decision"]));
    report["workflows"].as_array().unwrap().iter().map(line).collect()
}

/// `T409 teams/support/tollgate.yaml:4 platform/tollgate.yaml:7`: code and places of each diagnostic.
fn found(report: &Value) -> Vec<String> {
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let line = |diagnostic: &Value| {
        let mut words = vec![diagnostic["code"].as_str().unwrap().to_owned()];
        for label in diagnostic["labels"].as_array().unwrap() {
            words.push(line_of(label));
        }
        words.join(" ")
    };
    diagnostics.iter().map(line).collect()
}

fn rule<'r>(report: &'r Value, workflow: &str, rule: &str) -> &'r Value {
    let workflows = report["workflows"].as_array().unwrap();
    let workflow = workflows.iter().find(|found| found["workflow"] == workflow).unwrap();
    workflow["rules"].as_array().unwrap().iter().find(|found| found["rule"] == rule).unwrap()
}

/// A place as people write it.
fn line_of(place: &Value) -> String {
    format!("{}:{}", place["file"].as_str().unwrap(), place["line"])
}

/// Each place that a report gives for a threshold of `light_share`.
fn origins(report: &Value) -> Vec<String> {
    let rules = report["workflows"].as_array().unwrap().iter().flat_map(|w| w["rules"].as_array().unwrap());
    let thresholds = rules.flat_map(|rule| rule["thresholds"].as_array().unwrap());
    let share = thresholds.filter(|threshold| threshold["param"] == "before_deployment.light_share");
    let mut places: Vec<String> = share.map(|t| line_of(&t["from"])).collect();
    places.dedup();
    places
}

#[test]
fn one_number_of_the_base_changes_both_teams_and_is_named() {
    let organisation = an_organisation();
    let (code, report) = check(&organisation);
    let before =
        ["claim-letters hold", "claim-summaries advance", "reply-drafts advance", "tone-check advance"];
    assert_eq!((code, decisions(&report)), (1, before.map(str::to_owned).to_vec()));
    let line = organisation.edit(BASE, "value: 75%", "value: 80%");
    let (code, report) = check(&organisation);
    let after = ["claim-letters hold", "claim-summaries hold", "reply-drafts hold", "tone-check advance"];
    assert_eq!((code, decisions(&report)), (1, after.map(str::to_owned).to_vec()));
    // The letters have a number of their own.
    assert_eq!(origins(&report), [format!("{CLAIMS}:10"), format!("{BASE}:{line}")]);
    let workflows = report["workflows"].as_array().unwrap();
    assert_eq!(workflows[1]["project"], "teams/claims");
    let human = organisation.run(&["check", "--as-of", "2026-11-23"]).out;
    assert!(human.contains(&format!("80% ({BASE}:{line}, within 70% to 95%)")), "{human}");
}

#[test]
fn nothing_in_a_report_lacks_an_origin() {
    let organisation = an_organisation();
    let (_, report) = check(&organisation);
    let is_place = |place: &Value| {
        let number = |key: &str| place[key].as_u64().unwrap_or_default();
        assert!(place["file"] != "" && number("line") > 0 && number("column") > 0, "{place}");
    };
    let rules: Vec<&Value> =
        report["workflows"].as_array().unwrap().iter().flat_map(|w| w["rules"].as_array().unwrap()).collect();
    rules.iter().for_each(|rule| is_place(&rule["effect_from"]));
    let thresholds: Vec<&Value> =
        rules.iter().flat_map(|rule| rule["thresholds"].as_array().unwrap()).collect();
    assert!(thresholds.len() > 4);
    thresholds.iter().for_each(|threshold| is_place(&threshold["from"]));
    report["waivers"].as_array().unwrap().iter().for_each(|waiver| is_place(&waiver["from"]));
    let markdown = organisation.run(&["check", "--as-of", "2026-11-23", "--format", "markdown"]).out;
    assert!(markdown.contains("waived"), "{markdown}");
}

#[test]
fn a_team_that_breaks_a_bound_is_refused_and_the_others_are_judged() {
    let share = "before_deployment.light_share";
    let edit = "before_deployment.light_edit";
    for (name, more, code, line) in [
        ("loosens", format!("  {share}: 65%\n"), "T409", 7),
        ("beyond-the-policy", format!("  {share}: 55%\n"), "T409", 0),
        ("touches", format!("  {edit}: 20%\n"), "T410", 10),
        ("touches-with-the-same", format!("  {edit}: 15%\n"), "T410", 10),
        ("widens", format!("  {share}: {{ value: 80%, within: 65% to 95% }}\n"), "T412", 7),
        ("widens-alone", format!("  {share}: {{ within: 70% to 96% }}\n"), "T412", 7),
        ("has-no-room-for-its-own", format!("  {share}: {{ within: 80% to 95% }}\n"), "T409", 6),
    ] {
        let organisation = an_organisation();
        organisation.edit(SUPPORT, "\nwaivers:", &format!("{more}\nwaivers:"));
        let (exit, report) = check(&organisation);
        let expected = match line {
            // The range of the policy itself.
            0 => format!("{code} {SUPPORT}:5 builtin/before_deployment.gate:21"),
            line => format!("{code} {SUPPORT}:5 {BASE}:{line}"),
        };
        assert_eq!((exit, found(&report)), (2, vec![expected]), "{name}");
        let decided = decisions(&report);
        assert_eq!(decided[..2], ["claim-letters hold", "claim-summaries advance"], "{name}: the other team");
        // By the base's value; but no gate opens for a team whose configuration is broken.
        assert_eq!(decided[2], "reply-drafts hold", "{name}");
        let kept = rule(&report, "reply-drafts", "before_deployment.light_enough");
        assert_eq!(kept["outcome"], "pass", "{name}: judged by the legal value");
        assert!(origins(&report).iter().all(|from| from != &format!("{SUPPORT}:5")), "{name}");
    }
}

#[test]
fn a_locked_rule_is_neither_set_nor_waived_by_a_team() {
    let organisation = an_organisation();
    organisation.append(SUPPORT, "rules: { rollback.harm_done: warn }\n");
    organisation.append(
        CLAIMS,
        "waivers: [{ rule: rollback.harm_done, workflow: '*', because: x, owner: y, until: 2026-12-31 }]\n",
    );
    let (code, report) = check(&organisation);
    assert_eq!(code, 2);
    assert_eq!(
        found(&report),
        [format!("T410 {CLAIMS}:11 {BASE}:13"), format!("T410 {SUPPORT}:12 {BASE}:13")]
    );
    // The base itself may.
    let organisation = an_organisation();
    organisation.append(
        BASE,
        "waivers: [{ rule: rollback.harm_done, workflow: 'x*', because: x, owner: y, until: 2026-12-31 }]\n",
    );
    assert_eq!(found(&check(&organisation).1), [format!("T414 {BASE}:14")], "not refused; and for nobody");
}

/// What holds `tone-check`, beside old evidence.
fn approved(report: &Value) -> (String, String) {
    let rule = rule(report, "tone-check", "data_use.approved");
    (rule["outcome"].as_str().unwrap().to_owned(), report["waivers"].to_string())
}

#[test]
fn a_waiver_lifts_on_its_last_day_and_not_on_the_next() {
    let organisation = an_organisation();
    organisation.edit(SUPPORT, "until: 2026-12-04", "until: 2026-11-23");
    let (code, report) = check_on(&organisation, "teams/support", "2026-11-23");
    let (outcome, waivers) = approved(&report);
    assert_eq!((code, outcome.as_str()), (0, "waived"));
    assert!(waivers.contains("\"days_left\":0") && waivers.contains("ana@example.com"), "{waivers}");
    assert_eq!(found(&report), ["T415 tollgate.yaml:11"]);
    let (code, report) = check_on(&organisation, "teams/support", "2026-11-24");
    assert_eq!((code, approved(&report)), (1, ("fail".to_owned(), "[]".to_owned())));
    assert_eq!(found(&report), ["T413 tollgate.yaml:11"]);
    assert_eq!(decisions(&report)[1], "tone-check hold");
    // Not before its first day, and for no other stage.
    organisation.edit(SUPPORT, "until: 2026-11-23", "from: 2026-11-24\n    until: 2026-12-31");
    assert_eq!(approved(&check_on(&organisation, "teams/support", "2026-11-23").1).0, "fail");
    assert_eq!(approved(&check_on(&organisation, "teams/support", "2026-11-24").1).0, "waived");
    organisation.edit(SUPPORT, "workflow: tone-check", "workflow: tone-check\n    stage: pilot");
    assert_eq!(approved(&check_on(&organisation, "teams/support", "2026-11-24").1).0, "fail");
}

#[test]
fn a_waiver_for_a_rollback_never_lifts_and_says_so() {
    let organisation = an_organisation();
    organisation.append(SUPPORT, "rules: { data_use.approved: rollback }\n");
    let (code, report) = check_on(&organisation, "teams/support", "2026-11-23");
    assert_eq!((code, approved(&report)), (1, ("fail".to_owned(), "[]".to_owned())));
    assert_eq!(
        (decisions(&report)[1].as_str(), found(&report)),
        ("tone-check rollback", vec!["T416 tollgate.yaml:7".to_owned()])
    );
}

#[test]
fn a_waiver_that_lifts_nothing_or_means_nothing_is_reported() {
    let organisation = an_organisation();
    organisation.edit(SUPPORT, "workflow: tone-check", "workflow: reply-drafts");
    let (code, report) = check_on(&organisation, "teams/support", "2026-11-23");
    assert_eq!((code, found(&report)), (1, vec!["T414 tollgate.yaml:7".to_owned()]));
    for (old, new, code) in [
        ("workflow: reply-drafts", "workflow: reply-draft", "T407 tollgate.yaml:8"),
        ("rule: data_use.approved", "rule: data_use.aproved", "T407 tollgate.yaml:7"),
        ("until: 2026-12-04", "until: 4.12.2026", "T411 tollgate.yaml:11"),
        ("owner: ana@example.com\n    ", "", "T411 tollgate.yaml:7"),
    ] {
        organisation.edit(SUPPORT, old, new);
        let (exit, report) = check_on(&organisation, "teams/support", "2026-11-23");
        assert_eq!((exit, found(&report)), (2, vec![code.to_owned()]), "{new}");
        organisation.edit(
            SUPPORT,
            if new.is_empty() { "until:" } else { new },
            if new.is_empty() { "owner: ana@example.com\n    until:" } else { old },
        );
    }
}

#[test]
fn bases_are_found_within_the_repository_and_never_in_a_circle() {
    let organisation = an_organisation();
    organisation.edit(
        SUPPORT,
        "extends: ../../platform/tollgate.yaml",
        "extends: ../../platform/tolgate.yaml",
    );
    let (code, report) = check(&organisation);
    assert_eq!((code, found(&report)), (2, vec![format!("T406 {SUPPORT}:1")]));
    assert_eq!(
        decisions(&report),
        ["claim-letters hold", "claim-summaries advance"],
        "the other team is judged"
    );
    organisation.edit(SUPPORT, "extends: ../../platform/tolgate.yaml", "extends: ../claims");
    organisation.edit(CLAIMS, "extends: ../../platform/tollgate.yaml", "extends: ../support/tollgate.yaml");
    let (code, report) = check(&organisation);
    let circle = format!("T406 {CLAIMS}:1 {SUPPORT}:1");
    // Nobody extends the platform's file any more, so it is taken for a project, and has nothing to judge.
    assert_eq!((code, found(&report)), (2, vec!["T503".to_owned(), circle]));

    let organisation = an_organisation();
    organisation.append("teams/support/.git/HEAD", "");
    let (code, report) = check_on(&organisation, "teams/support", "2026-11-23");
    assert_eq!((code, found(&report)), (2, vec!["T406 tollgate.yaml:1".to_owned()]));
    assert_eq!(
        report["workflows"].as_array().unwrap().len(),
        0,
        "nothing is judged without the base's bounds"
    );
    let arguments = ["check", "teams/support", "--as-of", "2026-11-23", "--allow-outside"];
    assert_eq!(organisation.run(&arguments).code, 0);
}

#[test]
fn names_that_the_organisation_shares_with_the_pack_are_refused_at_both_places() {
    let organisation = an_organisation();
    organisation.append(
        "platform/policies/own.gate",
        "policy rollback \"Ours\" { rule r { when has workflow then note } }\nsnapshot { adoption: count }\n",
    );
    let (code, report) = check_on(&organisation, "teams/claims", "2026-11-23");
    let found = found(&report);
    assert_eq!(code, 2);
    for code in ["T206", "T223"] {
        assert!(
            found
                .iter()
                .any(|line| line.starts_with(code) && line.contains("builtin/") && line.contains("own.gate")),
            "{code}: {found:#?}"
        );
    }
}

#[test]
fn the_lists_say_who_set_what() {
    let organisation = an_organisation();
    let run =
        organisation.run(&["params", "teams/claims", "--format", "json", "--workflow", "claim-letters"]);
    let list = run.json();
    let params = list["params"].as_array().unwrap();
    let share = params.iter().find(|row| row["param"] == "before_deployment.light_share").unwrap();
    assert_eq!(run.code, 0);
    let shown = ["value", "default", "range", "because"].map(|key| share[key].as_str().unwrap());
    assert_eq!(shown, ["95%", "80%", "70% to 95%", "regulator"]);
    assert_eq!(
        (line_of(&share["from"]), &share["amount"]["exact"]),
        ("tollgate.yaml:10".to_owned(), &Value::from("19/20"))
    );
    assert!(params.iter().all(|row| row["from"]["line"].as_u64().unwrap() > 0));
    let out = organisation.run(&["rules", "teams/support", "--as-of", "2026-11-23"]).out;
    let line = |name: &str| out.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(
        line("data_use.approved")
            .contains("waived for tone-check until 2026-12-04 by ana@example.com (tollgate.yaml:7)")
    );
    assert!(line("rollback.harm_done").contains("locked in ../../platform/tollgate.yaml:13"));
    assert!(line("ladder.skipped").contains("hold"));
    assert_eq!(organisation.run(&["params", "--workflow", "claim-leters"]).code, 2);
}

/// A YAML file as JSON. In YAML 1.2 `off` is a text.
fn as_json(text: &str) -> Value {
    serde_yaml::from_str_with_options(text, serde_yaml::options! { strict_booleans: true }).unwrap()
}

#[test]
fn the_schema_takes_what_tollgate_takes_and_refuses_slips() {
    let schema = run_in(&root(), &["schema", "config"]).json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let mut seen = 0;
    for path in files_under(&root().join("examples"), &["yaml"]) {
        if path.file_name().is_some_and(|name| name == "tollgate.yaml") {
            let config = as_json(&fs::read_to_string(&path).unwrap());
            let wrong: Vec<_> = validator.iter_errors(&config).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 5, "only {seen} configurations");
    let waiver = "rule: p.a, workflow: a, because: x, owner: y";
    for (text, valid) in [
        ("{}".to_owned(), true),
        ("snapshots: a\nparams: { p.a: 85%, p.b: 0.5, p.c: true }\n".to_owned(), true),
        ("polices: [builtin]\n".to_owned(), false),
        ("policies: builtin\n".to_owned(), false),
        ("params: { light_share: 85% }\n".to_owned(), false),
        ("params: { p.a: { value: 85%, becuase: x } }\n".to_owned(), false),
        ("params: { p.a: { value: 85%, within: 80% } }\n".to_owned(), false),
        ("rules: { p.a: hold, p.b: { effect: off, locked: true } }\n".to_owned(), true),
        ("rules: { p.a: holdd }\n".to_owned(), false),
        ("lints: { T709: off, unused_param: warn }\n".to_owned(), true),
        ("lints: { T709: hold }\n".to_owned(), false),
        ("lints: { unused_pram: off }\n".to_owned(), false),
        ("overrides: [{ params: { p.a: 5 } }]\n".to_owned(), false),
        ("overrides: [{ workflows: a, cadence: { every: 13 weeks, grace: 2 weeks } }]\n".to_owned(), true),
        ("overrides: [{ workflows: a, cadence: { every: weekday } }]\n".to_owned(), true),
        ("overrides: [{ workflows: a, cadence: { grace: 2 weeks } }]\n".to_owned(), false),
        ("overrides: [{ workflows: a, cadence: { every: 1 week, gracee: 1 day } }]\n".to_owned(), false),
        ("overrides: [{ workflows: a, cadence: 1 week }]\n".to_owned(), false),
        ("cadence: { every: 1 week }\n".to_owned(), false),
        (format!("waivers: [{{ {waiver}, until: '2026-12-31' }}]\n"), true),
        (format!("waivers: [{{ {waiver} }}]\n"), false),
        (format!("waivers: [{{ {waiver}, until: soon }}]\n"), false),
    ] {
        assert_eq!(validator.is_valid(&as_json(&text)), valid, "{text}");
        // What the schema refuses, tollgate refuses too.
        let mut sources = tollgate::source::SourceMap::default();
        let file = sources.add("tollgate.yaml", text.as_str());
        let found = tollgate::config::read(file, &text).1;
        let unknown_to_config = text.contains("{ light_share");
        assert_eq!(found.is_empty(), valid || unknown_to_config, "{text}: {found:?}");
    }
}

#[test]
fn a_lock_for_some_workflows_says_what_it_locks() {
    let light = "before_deployment.light_enough";
    let organisation = an_organisation();
    organisation.edit(CLAIMS, "rules:", &format!("rules:\n  {light}: off"));
    organisation.append(
        BASE,
        &format!(
            "overrides:\n- workflows: claim-*\n  rules: {{ {light}: {{ effect: hold, locked: true }} }}\n"
        ),
    );
    let (code, report) = check(&organisation);
    assert_eq!((code, found(&report)), (1, Vec::<String>::new()));
    let held = rule(&report, "claim-letters", light);
    assert_eq!((held["outcome"].as_str(), held["effect"].as_str()), (Some("fail"), Some("hold")));
    // Without an effect, it would lock what the team has switched off.
    let line = organisation.edit(BASE, "effect: hold, locked", "locked");
    let (code, report) = check(&organisation);
    assert_eq!((code, found(&report)), (2, vec![format!("T402 {BASE}:{line}")]));
    assert!(!decisions(&report).iter().any(|line| line.ends_with("advance")), "{:?}", decisions(&report));
}

#[test]
fn what_a_base_says_of_nobody_is_reported_where_all_projects_are_seen() {
    let organisation = an_organisation();
    organisation.append(
        BASE,
        "overrides:
- workflows: [claim-sumaries, 'reply-*']
  params: { before_deployment.light_share: 90% }
waivers:
- { rule: data_use.approved, workflow: nobody, because: x, owner: y, until: 2026-12-31 }
",
    );
    let (code, report) = check(&organisation);
    assert_eq!((code, found(&report)), (1, vec![format!("T417 {BASE}:15"), format!("T414 {BASE}:18")]));
    assert_eq!(report["diagnostics"][0]["help"], "did you mean `claim-summaries`?");
    // One team cannot know whom the base means.
    let (_, report) = check_on(&organisation, "teams/claims", "2026-11-23");
    assert_eq!(found(&report), Vec::<String>::new());
    let (_, report) = check_on(&organisation, "teams", "2026-11-23");
    assert_eq!(found(&report), Vec::<String>::new());
}

#[test]
fn snapshots_beside_a_base_are_judged_and_those_of_no_project_named() {
    let organisation = an_organisation();
    let snapshot = organisation.read("teams/claims/rollouts/claim-letters/2026-11-18.yaml");
    let snapshot = snapshot.replace("claim-letters", "house-bot");
    organisation.append("platform/rollouts/2026-11-18.yaml", &snapshot);
    organisation.append("teams/new/rollouts/2026-11-18.yaml", &snapshot);
    let (_, report) = check(&organisation);
    let bot = report["workflows"].as_array().unwrap().iter().find(|w| w["workflow"] == "house-bot").unwrap();
    assert_eq!(bot["project"], "platform");
    let unjudged = report["diagnostics"].as_array().unwrap();
    let unjudged: Vec<_> = unjudged.iter().filter(|found| found["code"] == "T506").collect();
    assert_eq!(unjudged.len(), 1);
    assert_eq!(unjudged[0]["message"], "`teams/new/rollouts` is not judged: it is part of no project");
}

#[test]
fn lists_show_every_step_and_the_value_of_the_day() {
    let policy = "snapshot { adoption: share }\npolicy p {\n  param floor = 50%\n  rule r { require adoption >= floor else hold }\n}\n";
    let config = "policies: [p.gate]\nparams:\n  p.floor: { value: 60%, from: 2026-01-10 }\nrules:\n  p.r: [{ effect: warn }, { effect: hold, from: 2026-01-20 }]\n";
    let repo = Repo::new().file("p.gate", policy).file("tollgate.yaml", config);
    let value = |day: &str| {
        let params = repo.run(&["params", "--as-of", day, "--format", "json"]).json();
        let rules = repo.run(&["rules", "--as-of", day, "--format", "json"]).json();
        format!("{} {}", params["params"][0]["value"], rules["rules"][0]["effect"])
    };
    assert_eq!(value("2026-01-09"), "\"50%\" \"warn\"");
    assert_eq!(value("2026-01-10"), "\"60%\" \"warn\"");
    assert_eq!(value("2026-01-20"), "\"60%\" \"hold\"");
    let shown = repo.run(&["params", "--as-of", "2026-01-09"]).said().1;
    assert!(shown.contains("50% at first, from 2026-01-10 60% (tollgate.yaml:3)"), "{shown}");
    let shown = repo.run(&["rules", "--as-of", "2026-01-09"]).said().1;
    assert!(shown.contains("warn at first, from 2026-01-20 hold (tollgate.yaml:5)"), "{shown}");
    let shown = repo.run(&["explain", "p.floor"]).said().1;
    assert!(shown.contains("p.floor from 2026-01-10 = 60% (tollgate.yaml:3; declared as 50%)"), "{shown}");
}

#[test]
fn a_cadence_of_some_workflows_is_listed_and_counts_on_every_past_day() {
    let repo = Repo::new()
        .file("p.gate", "snapshot every 1 week grace 3 days { quality: share }\npolicy p {\n  rule lasting { require held(quality >= 80%) >= 4 weeks else warn }\n}\n")
        .file("tollgate.yaml", "policies: [p.gate]\nsnapshots: series.yaml\noverrides:\n- workflows: [board]\n  cadence: { every: 13 weeks, grace: 2 weeks }\n");
    let days = ["2026-05-20", "2026-08-20", "2026-11-20"];
    let of =
        |workflow| days.map(|day| format!("workflow: {workflow}\ndate: {day}\nquality: 91%\n")).join("---\n");
    repo.write("series.yaml", format!("{}---\n{}", of("board"), of("desk")));
    let history = repo.run(&["history", "--as-of", "2026-11-20", "--format", "json"]).json();
    let undecided = |at: usize| {
        let days = history["workflows"][at]["days"].as_array().unwrap();
        days.iter().map(|day| day["undecided"].as_array().unwrap().len()).collect::<Vec<_>>()
    };
    assert_eq!(undecided(0), [0, 0, 0], "{history:#}");
    assert_eq!(undecided(1), [0, 1, 1]);
    let rules = repo.run(&["rules", "--as-of", "2026-11-20"]).said().1;
    let own = "every 13 weeks grace 2 weeks (tollgate.yaml:5); for board";
    assert!(rules.lines().any(|line| line.starts_with("series.fresh") && line.ends_with(own)), "{rules}");
    let rules =
        repo.run(&["rules", "--as-of", "2026-11-20", "--workflow", "board", "--format", "json"]).json();
    let fresh = rules["rules"].as_array().unwrap().iter().find(|row| row["rule"] == "series.fresh").unwrap();
    assert_eq!(fresh["cadence"]["set"], "every 13 weeks grace 2 weeks");
    let explained = repo.run(&["explain", "series.fresh"]).said().1;
    let explained = explained.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(explained.contains("A snapshot is due every 1 week grace 3 days (p.gate:1)."), "{explained}");
    assert!(
        explained.contains("Of `board`, one is due every 13 weeks grace 2 weeks (tollgate.yaml:5)."),
        "{explained}"
    );
    let page = repo.run(&["docs"]).out;
    assert!(
        page.contains("| `board` | `the cadence` | every 13 weeks grace 2 weeks (`tollgate.yaml:5`) |"),
        "{page}"
    );
}

#[test]
fn reports_and_lists_name_the_entry_that_counts() {
    let policy = "snapshot { cases: list of { tag: one of [a, b, c] key, rate: share } }\npolicy p {\n  param floor = { a: 95%, else: 80% } within 50% to 100% \"What each has to reach\"\n  rule r { require all(cases where rate >= floor[tag]) else hold }\n}\n";
    let config = "policies: [p.gate]\nparams:\n  p.floor.b: { value: 85%, because: regulator }\n";
    let repo = Repo::new().file("p.gate", policy).file("tollgate.yaml", config);
    repo.write(
        "rollouts/w.yaml",
        "{ workflow: w, date: 2026-01-05, cases: [{ tag: b, rate: 84% }, { tag: c, rate: 90% }] }\n",
    );
    let (code, report) = check_on(&repo, ".", "2026-01-05");
    assert_eq!(code, 1);
    let thresholds = rule(&report, "w", "p.r")["thresholds"].as_array().unwrap();
    let told: Vec<String> =
        thresholds.iter().map(|t| format!("{} {} {}", t["param"], t["value"], line_of(&t["from"]))).collect();
    assert_eq!(told, ["\"p.floor.b\" \"85%\" tollgate.yaml:3", "\"p.floor.else\" \"80%\" p.gate:3"]);
    let shown = repo.run(&["params"]).said().1;
    let names: Vec<&str> = shown.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["p.floor.a", "p.floor.else", "p.floor.b"], "{shown}");
    let shown = repo.run(&["explain", "p.floor"]).said().1;
    for line in [
        "What each has to reach",
        "p.floor.b = 85%, within 50% to 100% (tollgate.yaml:3; declared as 80%; regulator)",
        "p.floor.else: 80%",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}

#[test]
fn a_rule_that_is_not_judged_names_every_step_of_its_gate() {
    let policy = "stages a -> b -> c\nsnapshot { adoption: share }\npolicy p {\n  gate a -> b, b -> c { rule r { require adoption >= 50% else hold } }\n}\n";
    let gates = |stage: &str| {
        let repo = Repo::new()
            .file("p.gate", policy)
            .file("tollgate.yaml", "policies: [p.gate]\nsnapshots: s.yaml\nrules: { ladder.started: off }\n");
        repo.write("s.yaml", format!("workflow: w\ndate: 2026-01-05\nstage: {stage}\nadoption: 60%\n"));
        let report = repo.run(&["check", "--as-of", "2026-01-05", "--format", "json"]).json();
        let rules = report["workflows"][0]["rules"].as_array().unwrap();
        let own = rules.iter().filter(|rule| rule["rule"] == "p.r");
        own.map(|rule| rule["gate"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(gates("c"), ["a -> b, b -> c"]);
    assert_eq!(gates("b"), ["b -> c"], "the step that it is judged for");
}
