//! `plan`: what the next gate can tell, how many samples that takes, and how often gates and triggers err.

use serde_json::{Value, json};

use crate::support::{Repo, Run, root, run_in};

const POLICY: &str = "stages testing -> pilot -> full
snapshot every 1 week grace 3 days {
  outputs: list of { id: text key, ok: bool, kind: one of [plain, odd] }
  ratings: list of { id: text key, score: number from 1 to 5 }
  users: list of { name: text key, content: bool }
  active: count
  requests: count
  errors: count
  adoption: share
  latency: duration
  ready: bool
}
policy own \"Ours\" {
  param wanted = 80% within 50% to 100%
  let seen = share(outputs where ok)
  let of_stage = share(outputs where ok over stage)
  gate testing -> pilot \"Proved\" {
    rule point { require seen >= wanted else hold }
    rule once { require seen >= wanted with 90% confidence else hold }
    rule looked_up { require confidence(seen >= wanted) >= 90% else warn }
    rule every_look { require seen >= wanted with 90% confidence at every look else hold }
    rule later { when asks(pilot) >= 3 require seen >= wanted with 95% confidence else hold }
    rule pooled { require share(outputs where ok over 2 weeks) >= wanted else hold }
    rule all_once { require of_stage >= wanted with 90% confidence else hold }
    rule all_looks { require of_stage >= wanted with 90% confidence at every look else hold }
    rule few_errors { require share(errors of requests) <= 2% with 95% confidence else hold }
    rule not_bad { when share(outputs where not ok) > 20% then hold }
    rule drawn { require share(users where content) >= 50% with 90% confidence of active else hold }
    rule dated { require date >= 2026-03-01 else hold }
    rule in_time { require held(stage == testing) >= 2 weeks else hold }
    rule kept_up { require held(seen >= wanted) > 2 weeks else hold }
    rule kept_up_pooled { require held(share(outputs where ok over 2 weeks) >= wanted) >= 4 weeks else hold }
    rule counted { require count(outputs) >= 20 else hold }
    rule adopted { require adoption >= 50% else hold }
    rule quick { require latency <= 2 s else hold }
    rule ready { require ready else note }
    rule rated { require mean(ratings.score) >= 4 with 90% confidence else hold }
    rule apart { require share(outputs where ok among kind == plain) - share(outputs where ok among kind == odd) <= 5% with 90% confidence else hold }
    rule each_kind { require min(share(outputs where ok by kind)) >= 50% else hold }
    rule falling { require change(adoption over 2 weeks) >= 0% else hold }
    rule this_month { require share(outputs where ok over month) >= wanted else hold }
    rule all_of_them { require seen >= 100% with 90% confidence else hold }
  }
  rule collapsed { when held(seen < wanted) > 2 weeks then rollback }
  rule seldom_below { when share(outputs where ok over 2 weeks) < wanted then hold }
  rule kept { require seen >= wanted else hold }
  rule used { when adoption < 10% then hold }
  rule mild { when seen < wanted then warn }
}
";

/// A workflow in its first stage, which has four weeks of 30 outputs, 27 of which are good each week.
fn repository() -> Repo {
    let repository =
        Repo::new().file("tollgate.yaml", "policies: [policies/]\n").file("policies/p.gate", POLICY);
    for (week, date) in ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"].into_iter().enumerate() {
        repository.week("replies", date, "stage: testing", week);
    }
    repository
}

impl Repo {
    fn week(&self, workflow: &str, date: &str, more: &str, week: usize) {
        let outputs: String = (0..30)
            .map(|nth| format!("  - {{ id: o{week}-{nth}, ok: {}, kind: plain }}\n", nth % 10 != 0))
            .collect();
        let users: String = (0..8).map(|nth| format!("  - {{ name: u{nth}, content: true }}\n")).collect();
        let text = format!(
            "workflow: {workflow}\ndate: {date}\n{more}\nactive: 12\nrequests: 1000\nerrors: 10\noutputs:\n{outputs}users:\n{users}"
        );
        self.write(&format!("rollouts/{workflow}/{date}.yaml"), text);
    }

    fn plan(&self, arguments: &[&str]) -> Run {
        self.run(&[&["plan", "--as-of", "2026-01-28"], arguments].concat())
    }

    fn planned(&self, arguments: &[&str]) -> Value {
        let run = self.plan(&[arguments, &["--format", "json"]].concat());
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        run.json()["workflows"][0].clone()
    }
}

/// The first claim of a rule of the gate, or of a standing rule.
fn claim<'v>(workflow: &'v Value, rule: &str) -> &'v Value {
    let gate = workflow["gates"][0]["rules"].as_array().unwrap().iter();
    let mut all = gate.chain(workflow["triggers"].as_array().unwrap());
    let found = all.find(|found| found["rule"] == format!("own.{rule}"));
    &found.unwrap_or_else(|| panic!("there is no rule {rule}"))["claims"][0]
}

fn takes(workflow: &Value, rule: &str) -> Value {
    let takes = &claim(workflow, rule)["share"]["takes"];
    json!([takes["samples"], takes["per_snapshot"], takes["snapshots"], takes["time"]["value"]])
}

/// As a percentage with a decimal.
fn percent(rate: &Value) -> String {
    rate.as_f64().map_or_else(|| "-".to_owned(), |rate| format!("{:.1}", rate * 100.0))
}

#[test]
fn each_comparison_of_a_share_is_planned() {
    let workflow = repository().planned(&[]);
    assert_eq!(
        (&workflow["stage"], &workflow["spacing"]["value"], &workflow["half_year"]),
        (&json!("testing"), &json!("1 week"), &json!(26))
    );
    let opens = |rule: &str| percent(&claim(&workflow, rule)["share"]["opens"]);
    let errs = |rule: &str| {
        let errs = claim(&workflow, rule)["share"]["errs"].as_array().unwrap();
        let cells = errs.iter().flat_map(|err| [percent(&err["once"]), percent(&err["half_year"])]);
        cells.collect::<Vec<_>>().join(" ")
    };
    // 30 outputs, of a true 90 %; at 75 and 70 % once and in 26 weeks.
    assert_eq!((opens("point"), errs("point")), ("97.4".into(), "34.8 100.0 16.0 98.9".into()));
    assert_eq!((opens("once"), errs("once")), ("41.1".into(), "1.1 24.2 0.2 5.4".into()));
    assert_eq!(takes(&workflow, "once"), json!([75, 75, 3, "3 weeks"]));
    let looked_up = claim(&workflow, "looked_up");
    assert_eq!(looked_up["share"], claim(&workflow, "once")["share"]);
    // 60 outputs, those of two weeks.
    assert_eq!(opens("pooled"), "99.4");
    assert_eq!(claim(&workflow, "pooled")["share"]["sample"]["size"], 60);
    assert_eq!(takes(&workflow, "pooled"), json!([10, 5, 1, "1 week"]));
    // 108 of 120 are there, which show it already.
    let sample = &claim(&workflow, "all_once")["share"]["sample"];
    assert_eq!(sample["recorded"], json!({ "good": 108, "of": 120 }));
    assert_eq!((&sample["size"], &sample["snapshots"]), (&json!(150), &Value::Null));
    assert_eq!(takes(&workflow, "all_once"), json!([0, null, 0, "0 days"]));
    assert_eq!(takes(&workflow, "all_looks"), json!([30, null, 1, "1 week"]));
    // It is the fifth look.
    let fifth = claim(&workflow, "every_look");
    assert_eq!(fifth["share"]["sample"]["every_look"], true);
    assert_eq!(opens("every_look"), "4.2");
    assert_eq!(claim(&workflow, "not_bad")["wanted"], false);
}

#[test]
fn each_snapshot_of_a_run_has_to_do() {
    let workflow = repository().planned(&[]);
    let run = &claim(&workflow, "kept_up")["share"];
    assert_eq!((&run["in_a_row"], percent(&run["opens"])), (&json!(4), "90.1".into()));
    let errs = run["errs"].as_array().unwrap().iter();
    let errs: Vec<String> =
        errs.flat_map(|err| [percent(&err["once"]), percent(&err["half_year"])]).collect();
    assert_eq!(errs, ["1.5", "20.9", "0.1", "1.3"]);
    // With 30 in each, all four of 90 % are met with a chance of 90 %; with 29 it is below 80 %.
    assert_eq!(takes(&workflow, "kept_up"), json!([30, 30, 4, "4 weeks"]));
    let out = repository().plan(&[]).out;
    assert!(out.contains("asks    seen >= wanted [80%], 4 snapshots in a row\n"), "{out}");
    assert!(
        out.contains("30 samples or more in each of 4 snapshots for a chance of 80%: those of 4 weeks"),
        "{out}"
    );
    // Windows that overlap are like each other.
    assert_eq!(claim(&workflow, "kept_up_pooled")["needs"], "time");
}

#[test]
fn what_has_to_last_says_how_much_longer() {
    let repository = repository();
    let left = |as_of: &str| {
        let run = repository.run(&["plan", "--as-of", as_of, "--format", "json"]);
        claim(&run.json()["workflows"][0], "in_time")["time_left"]["value"].clone()
    };
    assert_eq!(left("2026-01-12"), "1 week");
    assert_eq!(left("2026-01-26"), "0 days");
    let out = repository.run(&["plan", "--as-of", "2026-01-12"]).out;
    assert!(out.contains("own.in_time (1 week to go)"), "{out}");
    assert!(repository.plan(&[]).out.contains("own.in_time (long enough)"));
    let months = POLICY.replace("held(stage == testing) >= 2 weeks", "held(stage == testing) >= 1 month");
    repository.write("policies/p.gate", months);
    assert_eq!(left("2026-01-12"), "24 days");
}

#[test]
fn shares_that_are_to_be_small_are_counted_as_the_policy_does() {
    let workflow = repository().planned(&[]);
    let errors = &claim(&workflow, "few_errors")["share"];
    let value = |amount: &Value| amount["value"].as_str().unwrap().to_owned();
    assert_eq!((value(&errors["sample"]["threshold"]), value(&errors["truth"])), ("2%".into(), "1%".into()));
    assert_eq!(errors["sample"]["size"], 1000);
    let short: Vec<String> =
        errors["errs"].as_array().unwrap().iter().map(|err| value(&err["truth"])).collect();
    assert_eq!(short, ["7%", "12%"]);
    let workflow = repository().planned(&["--if", "99.5%"]);
    assert_eq!(value(&claim(&workflow, "few_errors")["share"]["truth"]), "0.5%");
    assert_eq!(value(&claim(&workflow, "once")["share"]["truth"]), "99.5%");
    let workflow = repository().planned(&["--if", "80%"]);
    assert_eq!(claim(&workflow, "once")["share"]["takes"]["answer"], "never");
}

#[test]
fn of_few_users_those_that_there_are_count() {
    let workflow = repository().planned(&[]);
    let drawn = &claim(&workflow, "drawn")["share"];
    assert_eq!((&drawn["sample"]["population"], &drawn["sample"]["size"]), (&json!(12), &json!(8)));
    assert_eq!(drawn["errs"][0]["half_year"], Value::Null, "it is the same users each time");
    let takes = drawn["takes"]["samples"].as_u64().unwrap();
    assert!((4..12).contains(&takes), "{takes}");
}

#[test]
fn what_is_not_about_a_share_is_listed_with_what_it_needs() {
    let workflow = repository().planned(&[]);
    for (rule, need) in [
        ("dated", "time"),
        ("in_time", "time"),
        ("counted", "count"),
        ("adopted", "counted"),
        ("quick", "figure"),
        ("ready", "fact"),
        ("rated", "mean"),
        ("apart", "difference"),
        ("each_kind", "grouped"),
        ("falling", "course"),
        ("this_month", "calendar_window"),
        ("all_of_them", "all_or_none"),
        ("used", "counted"),
    ] {
        let claim = claim(&workflow, rule);
        assert_eq!(claim["needs"], need, "{rule}: {claim}");
        assert!(claim["share"].is_null() && claim["alarms"].is_null(), "{rule}");
    }
    // No rule of the gate is left out, and none is said of that only warns.
    assert_eq!(workflow["gates"][0]["rules"].as_array().unwrap().len(), 25);
    assert_eq!(workflow["triggers"].as_array().unwrap().len(), 4);
    let out = repository().plan(&[]).out;
    for line in [
        "  own.later (it does not apply now)",
        "  own.looked_up (it only warns)",
        "  own.once",
        "  not about samples:",
        "    a date, or time to go by: own.dated, own.in_time (long enough), own.kept_up_pooled",
    ] {
        assert!(out.lines().any(|found| found == line), "{line}\n{out}");
    }
}

#[test]
fn triggers_say_how_often_they_fire_falsely() {
    let fires = |rule: &str, arguments: &[&str]| {
        let workflow = repository().planned(arguments);
        let alarms = &claim(&workflow, rule)["alarms"];
        let rates = alarms["fires"].as_array().unwrap().iter();
        rates
            .map(|rate| {
                format!("{} {}", rate["truth"]["value"].as_str().unwrap(), percent(&rate["half_year"]))
            })
            .collect::<Vec<_>>()
    };
    // Four weeks in a row below: 31 % at a true 80 %, 11 % at 82 %.
    assert_eq!(fires("collapsed", &[]), ["90% 0.0", "80% 30.6"]);
    assert_eq!(fires("collapsed", &["--if", "82%"])[0], "82% 11.0");
    assert_eq!(fires("collapsed", &["--if", "80%"]), ["80% 30.6"]);
    let workflow = repository().planned(&[]);
    assert_eq!(claim(&workflow, "collapsed")["alarms"]["in_a_row"], 4);
    assert_eq!(claim(&workflow, "seldom_below")["alarms"]["sample"]["size"], 60);
    assert_eq!(
        (&claim(&workflow, "kept")["wanted"], &claim(&workflow, "seldom_below")["wanted"]),
        (&json!(false), &json!(true))
    );
    // Below in one of 26 weeks: 1 − 0.9742^26.
    assert_eq!(fires("kept", &[])[0], "90% 49.4");
}

#[test]
fn a_workflow_without_samples_is_planned_without_a_rate() {
    let repository = repository();
    repository.write("rollouts/new/2026-01-26.yaml", "workflow: new\ndate: 2026-01-26\nstage: testing\n");
    let workflow = repository.planned(&["--workflow", "new"]);
    let once = &claim(&workflow, "once")["share"];
    assert_eq!((&once["opens"], &once["sample"]["size"]), (&Value::Null, &Value::Null));
    assert_eq!(takes(&workflow, "once"), json!([75, 75, null, null]));
    assert_eq!(claim(&workflow, "all_looks")["share"]["takes"]["answer"], "no_rate");
    let out = repository.plan(&["--workflow", "new"]).out;
    assert!(out.contains("    sample  none was recorded lately\n    opens   not known"), "{out}");
}

#[test]
fn without_a_next_gate_there_is_an_error_that_says_what_to_do() {
    let repository = repository();
    repository.week("old", "2026-01-26", "stage: full", 0);
    repository.week("between", "2026-01-26", "stage: pilot", 0);
    repository.write(
        "rollouts/gone/2026-01-05.yaml",
        "workflow: gone\ndate: 2026-01-05\nstage: testing\nretired: 2026-01-10\n",
    );
    for (workflow, why) in [
        ("old", "`full` is the last stage; plan a workflow that is in an earlier one"),
        ("between", "no gate leads on from `pilot`; declare one in a policy"),
        ("gone", "it is retired; plan it as of a day on which it was not, with `--as-of`"),
    ] {
        let run = repository.plan(&["--workflow", workflow]);
        assert_eq!(run.code, 2, "{workflow}");
        assert_eq!(run.err, format!("error: `{workflow}` has no next gate: {why}\n"));
        assert!(run.out.contains(why), "{}", run.out);
    }
    // Where nobody asked for them they are listed beside the others.
    let run = repository.plan(&[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(
        run.out.contains("replies: gate testing → pilot\n")
            && run.out.contains("old: `full` is the last stage"),
        "{}",
        run.out
    );
    let json = repository.plan(&["--format", "json"]).json();
    let reasons: Vec<&Value> =
        json["workflows"].as_array().unwrap().iter().map(|own| &own["no_gate"]).collect();
    assert_eq!(reasons, [&json!("undeclared"), &json!("retired"), &json!("last_stage"), &Value::Null]);
}

#[test]
fn without_stages_there_is_nothing_to_plan() {
    let repository = Repo::new()
        .file("tollgate.yaml", "policies: [policies/]\n")
        .file(
            "policies/p.gate",
            "snapshot { x: share }\npolicy p { rule r { require x >= 50% else hold } }\n",
        )
        .file("rollouts/w/2026-01-05.yaml", "workflow: w\ndate: 2026-01-05\nx: 60%\n");
    let run = repository.plan(&[]);
    assert_eq!(run.code, 2);
    let why =
        "error: `w` has no next gate: no policy declares stages; declare `stages a -> b` and `gate a -> b`\n";
    assert_eq!(run.err, why);
}

#[test]
fn bad_arguments_say_what_to_do() {
    let repository = repository();
    for (share, why) in [
        ("90", "not a share: write it with `%`, such as 90%"),
        ("0.9", "not a share: write it with `%`, such as 90%"),
        ("-1%", "a share lies between 0% and 100%"),
        ("101%", "a share lies between 0% and 100%"),
        ("ninety%", "not a share, such as 90%"),
    ] {
        let run = repository.plan(&[&format!("--if={share}")]);
        assert_eq!(run.code, 2, "{share}");
        assert!(run.err.contains(why), "{}", run.err);
    }
    for share in ["0%", "100%", "33.3%"] {
        assert_eq!(repository.plan(&["--if", share]).code, 0, "{share}");
    }
    let run = repository.plan(&["--workflow", "replys"]);
    assert_eq!(run.code, 2);
    assert!(
        run.out.contains("there is no workflow `replys`") && run.out.contains("did you mean `replies`?"),
        "{}",
        run.out
    );
}

#[test]
fn errors_in_the_files_are_shown_as_check_shows_them() {
    let repository = repository();
    repository.write("policies/q.gate", "policy q { rule more { require sen >= 90% else hold } }\n");
    let run = repository.plan(&[]);
    assert_eq!((run.code, run.err.as_str()), (2, ""));
    let check = repository.run(&["check", "--as-of", "2026-01-28"]).out;
    let error: Vec<&str> = check.lines().take_while(|line| !line.is_empty()).collect();
    assert!(error[0].contains("error[") && run.out.starts_with(&error.join("\n")), "{}\n{check}", run.out);
    assert!(run.out.contains("Not everything could be read, so rules may be missing."), "{}", run.out);
    repository
        .write("rollouts/replies/2026-01-26.yaml", "workflow: replies\ndate: 2026-01-26\nstage: tests\n");
    let json = repository.plan(&["--format", "json"]);
    assert_eq!(json.code, 2);
    assert!(json.json()["diagnostics"].as_array().unwrap().len() >= 2);
}

#[test]
fn the_same_day_gives_the_same_plan() {
    let repository = repository();
    let before = repository.plan(&["--format", "json"]);
    assert_eq!(before.out, repository.plan(&["--format", "json"]).out);
    // What came later is not seen.
    repository.week("replies", "2026-02-02", "stage: pilot", 9);
    let after = repository.plan(&["--format", "json"]).json();
    assert_eq!(after["workflows"], before.json()["workflows"]);
}

#[test]
fn the_support_desk_is_planned_as_its_page_says() {
    let arguments =
        ["plan", "examples/support-desk", "--as-of", "2026-11-23", "--workflow", "contract-summaries"];
    let out = run_in(&root(), &arguments).out;
    let page = include_str!("../docs/planning.md");
    let shown = page.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(out.contains(shown), "{out}");
}
