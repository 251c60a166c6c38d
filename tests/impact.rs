//! `impact`: a change of policies is reviewed by the verdicts that it flips. On real repositories, made for each test.

use std::fs;

use serde_json::Value;

use crate::base::{CONFIG, POLICY};
use crate::support::{Repo, root};

/// The workflow of [`Repo::asking`] whose name needs care everywhere.
const ODD: &str = "other's \u{e4} \"x\"";

impl Repo {
    fn impact(&self, arguments: &[&str]) -> (i32, String) {
        self.dated(&[&["impact", "--base", "main"], arguments].concat())
    }

    fn data(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, text) = self.impact(&[arguments, &["--format", "json"]].concat());
        (code, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }
}

/// Each flip in a line, as `workflow date from>to rule from>to`.
fn lines(data: &Value, key: &str) -> Vec<String> {
    let word = |value: &Value| value.as_str().map_or("-".to_owned(), str::to_owned);
    let flips = data[key].as_array().unwrap().iter();
    flips
        .map(|flip| {
            let day = match flip["date"] == flip["as_of"] {
                true => word(&flip["date"]),
                false => format!("{} as of {}", word(&flip["date"]), word(&flip["as_of"])),
            };
            let rules = flip["rules"].as_array().unwrap().iter();
            let rules: String = rules
                .map(|rule| {
                    let (from, to) = (word(&rule["from"]["outcome"]), word(&rule["to"]["outcome"]));
                    format!(" {} {from}>{to}", word(&rule["rule"]))
                })
                .collect();
            format!("{} {day} {}>{}{rules}", word(&flip["workflow"]), word(&flip["from"]), word(&flip["to"]))
        })
        .collect()
}

#[test]
fn exactly_the_flipped_verdicts_are_listed() {
    let repository = Repo::asking();
    repository.write("tollgate.yaml", CONFIG.replace("80%", "60%"));
    repository.snapshot("replies", "2026-11-16", true, 7);
    repository.commit();
    let (code, data) = repository.data(&[]);
    assert_eq!(code, 0, "a flip is no error");
    assert_eq!(lines(&data, "verdicts"), ["replies 2026-11-16 hold>advance own.light fail>pass"]);
    // The gate is a preview as long as nobody asks for it.
    assert_eq!(lines(&data, "rules"), ["replies 2026-11-09 continue>continue own.light fail>pass"]);
    assert_eq!(data["rules"][0]["rules"][0]["from"]["enforced"], false);
    let summary = &data["summary"];
    assert_eq!((&summary["days"], &summary["workflows"]), (&Value::from(3), &Value::from(2)));
    assert_eq!((&summary["flipped"], &summary["released"]), (&Value::from(1), &Value::from(1)));
    assert_eq!((&data["version"], &data["reference"]), (&Value::from(2), &Value::from("main")));

    let (_, text) = repository.impact(&[]);
    let expected = "\
\u{2022} replies
  2026-11-16  hold \u{2192} advance  own.light: fail \u{2192} pass

These rules flip and turn no verdict:

\u{2022} replies
  2026-11-09  continue  own.light: fail \u{2192} pass (preview)

1 verdict of 1 workflow flips: 1 goes on now.
3 verdicts of 2 workflows compared. 1 outcome of a rule flips that turns no verdict.
";
    assert_eq!(text, expected);

    let (_, comment) = repository.impact(&["--format", "markdown"]);
    assert!(
        comment.starts_with("### Tollgate: 1 verdict of 1 workflow flips&#58; 1 goes on now\n"),
        "{comment}"
    );
    let row = "| <code>replies</code> | 2026-11-16 | hold \u{2192} advance | <code>own.light</code>: fail \u{2192} pass |";
    assert_eq!(comment.matches(row).count(), 1, "{comment}");
    let rows = comment.lines().filter(|line| line.contains("<code>replies</code>"));
    assert_eq!(rows.count(), 2, "the one that turns no verdict is folded: {comment}");

    let (_, spoken) = repository.impact(&["--narrate"]);
    assert!(
        spoken.contains("replies, 2026-11-16: hold becomes advance.\nrule own.light: fail becomes pass.\n")
    );

    let (_, other) = repository.data(&["--workflow", ODD]);
    assert!(lines(&other, "verdicts").is_empty() && other["summary"]["workflows"] == 1);
}

#[test]
fn what_says_the_same_flips_nothing() {
    let repository = Repo::asking();
    let tidied = POLICY.replace("      else hold\n", "      # or not\n\n      else   hold\n");
    let passing =
        "policy more \"More\" { rule fine \"Fine\" { require count(outputs) > 3 else rollback } }\n";
    repository.write("own/q.gate", passing);
    repository.write("own/p.gate", &tidied);
    repository.commit();
    let (code, data) = repository.data(&[]);
    assert_eq!(code, 0);
    assert!(lines(&data, "verdicts").is_empty() && lines(&data, "rules").is_empty(), "{data:#}");
    let (_, text) = repository.impact(&[]);
    assert_eq!(text, "No verdict flips.\n2 verdicts of 2 workflows compared.\n");
    let (_, comment) = repository.impact(&["--format", "markdown"]);
    assert!(comment.starts_with("### Tollgate: No verdict flips\n"), "{comment}");
}

#[test]
fn waivers_and_effects_flip_verdicts_too() {
    let repository = Repo::asking();
    let waiver = |from: &str| {
        let name = Value::from(ODD);
        format!(
            "{CONFIG}waivers:\n  - {{ rule: own.light, workflow: {name}, because: x, owner: me, {from}until: 2026-12-31 }}\n"
        )
    };
    repository.write("tollgate.yaml", waiver(""));
    let (_, data) = repository.data(&[]);
    let expected = format!("{ODD} 2026-11-16 hold>continue own.light fail>waived");
    assert_eq!(lines(&data, "verdicts"), [expected]);
    // One that begins after the newest snapshot flips today's verdict alone.
    repository.write("tollgate.yaml", waiver("from: 2026-11-17, "));
    let (_, data) = repository.data(&[]);
    let expected = format!("{ODD} 2026-11-16 as of 2026-11-18 hold>continue own.light fail>waived");
    assert_eq!(lines(&data, "verdicts"), [expected]);
    repository.write("tollgate.yaml", format!("{CONFIG}rules:\n  own.light: warn\n"));
    let (_, text) = repository.dated(&["impact"]);
    assert!(text.contains("2026-11-16  hold  own.light: fail (hold) \u{2192} fail (warn)"), "{text}");
}

#[test]
fn a_rule_of_one_side_alone_is_not_there_on_the_other() {
    let repository = Repo::asking();
    let renamed = POLICY.replace("rule light ", "rule lighter ");
    repository.write("own/p.gate", &renamed);
    let (_, data) = repository.data(&[]);
    assert!(lines(&data, "verdicts").is_empty());
    let rules = lines(&data, "rules");
    let expected = format!("{ODD} 2026-11-16 hold>hold own.light fail>- own.lighter ->fail");
    assert_eq!(rules.first(), Some(&expected));
    let (_, text) = repository.impact(&[]);
    assert!(text.contains("own.light: fail \u{2192} \u{2013}\n"), "{text}");
    // Where nothing fires on either side, what turned the verdict is said all the same.
    repository.write("own/p.gate", POLICY);
    repository.snapshot("replies", "2026-11-16", true, 9);
    let without = POLICY.replace(
        "  gate testing",
        "  rule all \"All\" { require count(outputs) > 0 else hold }\n  gate testing",
    );
    let without = without.replace(
        "require share(outputs where edit_time < 15%) >= light_share",
        "when count(outputs) > 10\n      require share(outputs where edit_time < 15%) >= light_share",
    );
    repository.write("own/p.gate", &without);
    let (_, data) = repository.data(&["--workflow", "replies"]);
    assert_eq!(
        lines(&data, "verdicts"),
        ["replies 2026-11-16 advance>hold own.all ->pass own.light pass>not_applicable"]
    );
}

#[test]
fn days_that_follow_each_other_are_drawn_as_one() {
    let repository = Repo::asking();
    for day in ["2026-10-26", "2026-11-02", "2026-11-16"] {
        repository.snapshot("replies", day, false, 7);
    }
    let rules = "policy more \"More\" { rule few \"Few\" { require share(outputs where edit_time < 15%) >= 80% else hold } }\n";
    repository.write("own/q.gate", rules);
    let (_, data) = repository.data(&["--workflow", "replies"]);
    assert_eq!(lines(&data, "verdicts").len(), 4);
    let (_, text) = repository.impact(&["--workflow", "replies"]);
    assert!(
        text.contains(
            "  2026-10-26 to 2026-11-16 (4 snapshots)  continue \u{2192} hold  more.few: \u{2013} \u{2192} fail\n"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "4 verdicts of 1 workflow flip: 4 no longer go on.\n4 verdicts of 1 workflow compared."
        ),
        "{text}"
    );
}

#[test]
fn a_long_list_is_cut_and_counted() {
    let repository = Repo::asking();
    for number in 0..70 {
        repository.snapshot(&format!("w{number}"), "2026-11-16", true, 7);
    }
    repository.write("tollgate.yaml", CONFIG.replace("80%", "60%"));
    let (_, text) = repository.impact(&[]);
    assert!(text.contains("and 10 more verdicts: `--full` lists them"), "{text}");
    let (_, text) = repository.impact(&["--full"]);
    assert_eq!(text.matches("hold \u{2192} advance").count(), 70);
    let (_, comment) = repository.impact(&["--format", "markdown"]);
    assert_eq!(comment.matches("hold \u{2192} advance").count(), 50);
    assert!(
        comment.contains("\nand 20 more verdicts; `tollgate impact --full` lists every one.\n"),
        "{comment}"
    );
}

#[test]
fn what_is_broken_on_one_side_is_said_with_what_could_be_judged() {
    let repository = Repo::asking();
    let broken = "policy more \"More\" { rule x \"X\" { require nothing > 3 else hold } }\n";
    repository.write("own/q.gate", broken);
    repository.write("tollgate.yaml", CONFIG.replace("80%", "60%"));
    repository.snapshot(ODD, "2026-11-16", true, 7);
    repository.commit();
    let (code, data) = repository.data(&[]);
    assert_eq!(code, 2);
    assert_eq!(data["diagnostics"][0]["labels"][0]["file"], "own/q.gate", "{data:#}");
    // What could be judged: the gate no longer holds, and does not open either while a policy is broken.
    assert_eq!(data["summary"]["days"], 2);
    let (code, text) = repository.impact(&[]);
    assert!(code == 2 && text.contains("1 error left the comparison incomplete."), "{text}");
    let (code, comment) = repository.impact(&["--format", "markdown"]);
    assert!(
        code == 2
            && comment.contains("- \u{26a0}\u{fe0f} T2")
            && comment.contains("<code>own/q.gate&#58;1</code>"),
        "{comment}"
    );
    // And the other way round.
    repository.git(&["branch", "-f", "broken"]);
    repository.remove("own/q.gate");
    let (code, text) = repository.dated(&["impact", "--base", "broken", "--format", "json"]);
    let data: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &data["diagnostics"][0]["labels"][0]["file"]), (2, &Value::from("broken:own/q.gate")));
    // A mistake in a snapshot is one mistake, though both sides meet it.
    repository.git(&["checkout", "-q", "-f", "main"]);
    repository
        .write("rollouts/replies/2026-11-09.yaml", "workflow: replies\ndate: 2026-11-09\nstage: tasting\n");
    let (code, data) = repository.data(&[]);
    assert_eq!((code, data["diagnostics"].as_array().unwrap().len()), (2, 1), "{data:#}");
}

#[test]
fn what_one_side_alone_looks_at_is_said() {
    let repository = Repo::asking();
    repository.write("tollgate.yaml", format!("{CONFIG}snapshots: [rollouts/replies/]\n"));
    let (code, data) = repository.data(&[]);
    assert_eq!((code, &data["one_sided"][0]["workflow"]), (0, &Value::from(ODD)));
    let (_, text) = repository.impact(&[]);
    assert!(text.contains(&format!("`{ODD}`: 1 snapshot is judged by the old policies alone\n")), "{text}");
}

#[test]
fn a_base_without_policies_gives_nothing_to_compare() {
    let repository = Repo::asking();
    repository.git(&["checkout", "-q", "--orphan", "bare"]);
    repository.git(&["rm", "-rqf", "."]);
    repository.write("README.md", "nothing yet");
    repository.commit();
    repository.git(&["checkout", "-q", "main"]);
    let (code, text) = repository.dated(&["impact", "--base", "bare"]);
    assert!(
        code == 0
            && text.contains(
                "There is nothing to compare with: `bare` has neither a configuration nor snapshots."
            ),
        "{text}"
    );
    assert!(text.contains("T514"), "{text}");
    let (code, text) = repository.dated(&["impact", "--base", "nowhere"]);
    assert!(code == 2 && text.contains("git knows no commit `nowhere`"), "{text}");
    let empty = repository.below("empty");
    empty.git(&["init", "-q"]);
    let (code, text) = empty.dated(&["impact"]);
    assert!(code == 2 && text.contains("nothing is committed yet"), "{text}");
}

#[test]
fn what_strangers_wrote_is_text_and_nothing_else() {
    let repository = Repo::asking();
    let evil = "| x </details> \u{1b}[31m @all `y`";
    repository.write("tollgate.yaml", CONFIG.replace("80%", "60%"));
    let text = repository.read("rollouts/replies/2026-11-09.yaml");
    let text = text.replace("workflow: \"replies\"", &format!("workflow: {}", Value::from(evil)));
    repository.write(
        "rollouts/evil/1.yaml",
        text.replace("stage: testing\n", "stage: testing\nadvance_to: pilot\n"),
    );
    let (code, data) = repository.data(&[]);
    assert_eq!((code, lines(&data, "verdicts").len()), (0, 1), "{data:#}");
    assert_eq!(data["verdicts"][0]["workflow"], evil);
    let (_, text) = repository.impact(&[]);
    assert!(text.contains(r"• | x </details> \u{1b}[31m @all `y`"), "{text}");
    let (_, comment) = repository.impact(&["--format", "markdown"]);
    assert!(
        !comment.contains('\u{1b}') && !comment.contains("| x") && !comment.contains("@all"),
        "{comment}"
    );
    // The fold that ours opens is the only one that is closed.
    assert_eq!(comment.matches("</details>").count(), comment.matches("<details>").count(), "{comment}");
    let row = comment.lines().find(|line| line.contains("advance")).unwrap();
    assert_eq!(row.matches('|').count(), 6, "{row}");
}

/// The example of the manual is what is really said.
#[test]
fn the_support_desk_is_reviewed_as_the_manual_says() {
    let repository = Repo::asking();
    repository.remove("rollouts");
    let repository = repository.example("support-desk");
    repository.commit();
    let params = "params:\n  before_deployment.light_share: 60%\n  foundation_upkeep.often: 3 months\n";
    repository.append("tollgate.yaml", params);
    let text = repository.run(&["impact", "--as-of", "2026-11-23"]).out;
    let manual = fs::read_to_string(root().join("docs/pull-requests.md")).unwrap();
    assert!(manual.contains(&format!("```text\n{text}```\n")), "{text}");
}

/// Bounds of what is computed from a value in force depend on it, where its policy declares none.
#[test]
fn a_value_that_changes_what_a_gap_can_hide_flips_the_verdict() {
    let policy = "stages a -> b\nsnapshot every 1 week grace 3 days { gross: number from 0 to 100 }\n\
        policy p {\n  param deduction = 0\n  let net = gross - deduction\n\
        rule enough { require sum(net over 4 weeks) >= 10 else hold }\n}\n";
    let repo = Repo::new().file("tollgate.yaml", "policies: [p.gate]\n").file("p.gate", policy);
    for (date, gross) in [("2026-10-26", "20"), ("2026-11-02", "20"), ("2026-11-16", "20")] {
        repo.write(
            &format!("rollouts/w/{date}.yaml"),
            format!("workflow: w\ndate: {date}\nstage: a\ngross: {gross}\n"),
        );
    }
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    repo.write("tollgate.yaml", "policies: [p.gate]\nparams:\n  p.deduction: { value: 5, because: x }\n");
    let (code, data) = repo.data(&[]);
    assert_eq!(code, 0, "{data:#}");
    let days = ["2026-10-26", "2026-11-02", "2026-11-16"];
    let flips = days.map(|day| format!("w {day} continue>hold p.enough pass>undecided"));
    assert_eq!(lines(&data, "verdicts"), flips);
}

/// What both sides say alike is paid by both: else a change of something else would seem to give a verdict.
#[test]
fn what_takes_too_long_does_so_on_both_sides() {
    let policy = "stages a -> b\nsnapshot every 1 week grace 3 days {\n  outputs: list of { id: text key, v: count }\n  x: count\n}\n\
        policy p {\n  param least = 3 within 0 to 100\n\
        rule one { require none(outputs where count(snapshot.outputs where it.v > 90000) > 5) else hold }\n\
        rule two { require none(outputs where count(snapshot.outputs where it.v > 90001) > 5) else hold }\n\
        rule enough { require x >= least else hold }\n}\n";
    let repo = Repo::new().file("tollgate.yaml", "policies: [p.gate]\n").file("p.gate", policy);
    let outputs: String = (0..1_500).map(|at| format!("  - {{ id: k{at}, v: {at} }}\n")).collect();
    // A run may take more steps for larger files.
    let remark = format!("# {}\n", "a long remark ".repeat(20)).repeat(12_000);
    let text = format!("workflow: w\ndate: 2026-11-16\nstage: a\nx: 10\noutputs:\n{outputs}{remark}");
    repo.write("rollouts/w/2026-11-16.yaml", text);
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    repo.write("tollgate.yaml", "policies: [p.gate]\nparams:\n  p.least: { value: 4, because: x }\n");
    let (code, checked) = repo.check(&[]);
    assert!(code == 2 && checked.contains("T520"), "{checked}");
    let (code, data) = repo.data(&[]);
    assert_eq!((code, lines(&data, "verdicts")), (0, Vec::new()), "{data:#}");
}
