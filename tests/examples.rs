//! The examples are judged: each workflow's decision, and every rule that stops it.

use std::fs;

use serde_json::Value;

use crate::support::{Repo, root, run_in};

/// The exit code, and the report as JSON.
fn check(example: &str, as_of: &str) -> (i32, Value) {
    let run =
        run_in(&root().join("examples").join(example), &["check", "--format", "json", "--as-of", as_of]);
    (run.code, run.json())
}

/// A line for each workflow: its decision, and the rules that hold it or roll it back, with `?` for those that are undecided.
fn decisions(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let stops = |rule: &&Value| {
        rule["enforced"] == true
            && (rule["outcome"] == "fail" || rule["outcome"] == "undecided")
            && (rule["effect"] == "hold" || rule["effect"] == "rollback")
    };
    let line = |workflow: &Value| {
        let mut words = vec![text(&workflow["workflow"]), text(&workflow["decision"])];
        for rule in workflow["rules"].as_array().unwrap().iter().filter(stops) {
            let mark = if rule["outcome"] == "undecided" { "?" } else { "" };
            words.push(format!("{}{mark}", text(&rule["rule"])));
        }
        words.join(" ")
    };
    report["workflows"].as_array().unwrap().iter().map(line).collect()
}

fn judged(example: &str, as_of: &str) -> Vec<String> {
    let (exit, report) = check(example, as_of);
    assert_eq!(report["diagnostics"], Value::Array(Vec::new()), "{example} is judged without complaint");
    assert_eq!(exit, 1);
    decisions(&report)
}

#[test]
fn the_support_desk() {
    let decisions = judged("support-desk", "2026-11-23");
    let expected = [
        "complaint-triage hold rollback.confidently_wrong? rollback.harm_done?",
        "contract-summaries hold before_deployment.integration_works?",
        "email-translation rollback rollback.not_adopted",
        "faq-answers hold foundation_upkeep.updated_monthly",
        "invoice-questions hold ladder.owed",
        "knowledge-search hold staged_rollout.stalled",
        "meeting-notes hold before_deployment.light_enough",
        "order-status continue",
        "outage-notices rollback monitoring.quality_kept rollback.quality_collapsed rollback.quality_lost",
        "price-quotes hold ladder.skipped",
        "refund-decisions rollback rollback.confidently_wrong",
        "returns-handling hold staged_rollout.pilot_length",
        "support-replies continue",
        "ticket-routing advance",
        "warranty-letters retired",
    ];
    assert_eq!(decisions, expected);
}

/// Snapshots of a later day are not seen, and a note counts them: only the decision is looked at.
fn decision_on(example: &str, workflow: &str, as_of: &str) -> String {
    let (_, report) = check(example, as_of);
    let name = format!("{workflow} ");
    let decisions = decisions(&report);
    decisions.iter().find_map(|line| line.strip_prefix(&name)).unwrap_or("is not there").to_owned()
}

#[test]
fn each_rolls_back_on_the_right_day() {
    let desk = |workflow, day| decision_on("support-desk", workflow, day);
    assert_eq!(desk("email-translation", "2026-11-22"), "continue");
    assert_eq!(desk("outage-notices", "2026-10-23"), "continue");
    assert_eq!(desk("outage-notices", "2026-11-13"), "hold monitoring.quality_kept");
    assert_eq!(desk("outage-notices", "2026-11-19"), "hold monitoring.quality_kept");
    assert_eq!(
        desk("outage-notices", "2026-11-20"),
        "rollback monitoring.quality_kept rollback.quality_collapsed rollback.quality_lost"
    );
    assert_eq!(desk("refund-decisions", "2026-11-19"), "continue");
    assert_eq!(desk("faq-answers", "2026-11-09"), "continue");
    assert_eq!(desk("warranty-letters", "2026-10-19"), "continue");
    assert_eq!(desk("warranty-letters", "2026-10-30"), "hold series.fresh");
    assert_eq!(desk("warranty-letters", "2026-10-31"), "retired");
    assert_eq!(desk("faq-answers", "2026-11-10"), "hold foundation_upkeep.updated_monthly");
}

#[test]
fn the_year_of_order_status_earns_each_gate() {
    let on = |day| decision_on("support-desk", "order-status", day);
    for moved in ["2025-12-05", "2026-01-02", "2026-01-30", "2026-02-06"] {
        assert_eq!(on(moved), "advance", "{moved}");
    }
    assert_eq!(on("2026-08-28"), "hold foundation_upkeep.follows_the_business");
    assert_eq!(on("2026-09-04"), "continue");
}

#[test]
fn the_canary() {
    let decisions = judged("canary", "2026-11-23T15:12Z");
    let expected = [
        "checkout advance",
        "invoices hold release.enough_traffic release.soaked",
        "search hold release.no_slower release.soaked",
        "thumbnails rollback release.errors_no_worse release.broken release.soaked service.keeps_the_promise",
    ];
    assert_eq!(decisions, expected);
}

#[test]
fn the_canary_takes_each_step_in_its_minute() {
    let checkout = |minute: &str| decision_on("canary", "checkout", &format!("2026-11-23T{minute}Z"));
    for (minute, decision) in [
        ("14:09:59", "hold release.soaked"),
        ("14:10", "advance"),
        ("14:34:59", "hold release.soaked"),
        ("14:35", "advance"),
        ("15:09:59", "hold release.soaked"),
        ("15:10", "advance"),
        ("15:17", "advance"),
        ("15:17:01", "hold release.soaked? release.somebody_is_there? series.fresh"),
    ] {
        assert_eq!(checkout(minute), decision, "{minute}");
    }
    assert_eq!(decision_on("canary", "thumbnails", "2026-11-23T15:09:59Z"), "advance");
    assert_eq!(decision_on("canary", "search", "2026-11-23T15:04:59Z"), "hold release.soaked");
}

#[test]
fn the_ai_evals() {
    let decisions = judged("ai-evals", "2026-11-28");
    let expected = [
        "order-status advance",
        "support-replies hold assistant.evals_pass? assistant.harness_sound assistant.quick_enough?",
    ];
    assert_eq!(decisions, expected);
    assert_eq!(decision_on("ai-evals", "support-replies", "2026-11-21"), "continue");
}

#[test]
fn the_ai_evals_say_why_they_hold() {
    let example = root().join("examples/ai-evals");
    let said = run_in(&example, &["check", "--as-of", "2026-11-28"]).out;
    for why in [
        "4 of 12 cases ended in an error of the harness",
        "4 to 8 of 12 = between 33.3% and 66.7%",
        "`latency_p95` is unknown: above the largest bucket, 2.5 s",
        "collected: `evals` from evals/support-replies.json by promptfoo 0.121.20 (evals)",
    ] {
        assert!(said.contains(why), "{why}: {said}");
    }
}

/// Collecting again, from the files and the recording, gives what is committed: byte for byte, in every build.
#[test]
fn the_ai_evals_are_what_their_sources_give() {
    let run = run_in(
        &root(),
        &["collect", "--replay", "examples/ai-evals/recorded", "--check", "examples/ai-evals"],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.out.matches("Nothing changes.").count(), 2, "{run:?}");
    let repo = Repo::new().example("ai-evals");
    repo.write(
        "surveys/ratings.csv",
        fs::read(root().join("examples/ai-evals/surveys/ratings.csv")).unwrap(),
    );
    for workflow in ["order-status", "support-replies"] {
        let name = format!("rollouts/{workflow}/2026-11-28.yaml");
        let committed = repo.read(&name);
        // Without what was collected, it is collected anew.
        let lines = committed.lines().take_while(|line| *line != "evals:" && *line != "eval_run:");
        let by_hand: String = lines.map(|line| format!("{line}\n")).collect();
        assert!(by_hand.len() < committed.len() / 2, "{by_hand}");
        repo.write(&name, by_hand);
        let run = repo.run(&[
            "collect",
            "--replay",
            "recorded",
            "--workflow",
            workflow,
            "--date",
            "2026-11-28",
            "--write",
        ]);
        assert_eq!((run.code, repo.read(&name)), (0, committed), "{run:?}");
    }
}

#[test]
fn the_rules_of_the_ai_evals_pass_their_tests() {
    passes_its_tests("ai-evals", 4);
}

#[test]
fn a_step_that_was_not_earned_stays_owed() {
    let on = |day| decision_on("support-desk", "invoice-questions", day);
    assert_eq!(on("2026-10-02"), "continue");
    assert_eq!(on("2026-10-30"), "hold before_deployment.enough_inputs");
    assert_eq!(on("2026-11-06"), "hold ladder.owed");
}

#[test]
fn the_platform() {
    let decisions = judged("platform", "2026-11-23");
    let expected = [
        "board-report continue",
        "policy-index continue",
        "refund-bot rollback platform.segments_good platform.keeps_failing",
        "search-helper advance",
        "triage hold order.quota",
    ];
    assert_eq!(decisions, expected);
    assert_eq!(decision_on("platform", "search-helper", "2026-11-16"), "hold platform.incidents_resolved");
}

#[test]
fn the_organisation() {
    let decisions = judged("organisation", "2026-11-23");
    let expected = [
        "claim-letters hold before_deployment.light_enough",
        "claim-summaries advance",
        "reply-drafts advance",
        "tone-check advance",
    ];
    assert_eq!(decisions, expected);
}

/// Runs the tests of an example: all of them pass, and they are so many.
fn passes_its_tests(example: &str, count: usize) {
    let run = run_in(&root().join("examples").join(example), &["test"]);
    let text = run.out;
    assert_eq!(run.code, 0, "{text}");
    assert!(text.ends_with(&format!("\n{count} tests passed.\n")), "{text}");
}

#[test]
fn the_organisations_rules_pass_their_tests() {
    passes_its_tests("organisation", 2);
}

#[test]
fn the_platforms_rules_pass_their_tests() {
    passes_its_tests("platform", 8);
}

#[test]
fn the_canarys_rules_pass_their_tests() {
    passes_its_tests("canary", 34);
}
