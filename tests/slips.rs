//! What people really write, message by message: `tests/slips/snapshots.txt` holds lines of snapshots, `policies.txt`
//! declarations of policies.
//!
//! An entry is what somebody wrote, behind `>`; by hand the lines to write instead, behind `=`, which have to be sound and
//! have to be in the advice; then what is said of it, with its line. An entry without `=` has nothing that could be
//! worked out. `TOLLGATE_BLESS=1` writes what is said; read the difference.

use std::fmt::Write;
use std::fs;

use tollgate::engine::{CheckOptions, DayOptions, Workspace};
use tollgate::project::{Memory, Start, inputs};
use tollgate::report::DiagnosticReport;
use tollgate::value::Date;

use crate::support::root;

const CONFIG: &str = "policies: [policies/]\n";
const POLICY: &str = "policies/own.gate";
const SNAPSHOT: &str = "rollouts/w/2026-11-20.yaml";
const STAGES: &str = "stages testing -> pilot\n";
const VOCABULARY: &str = "snapshot {
  adoption: share  cost: number USD  score: number  requests: count  latency: duration  reviewed: bool
  model: text  tier: one of [low, high]  since: date  seen: time
  users { active: count  target: count }
  incidents: list of { id: text key, harmful: bool }
  outputs: list of { id: text key, edit_time: share }
  calls: list of { id: text key, latency: duration }
  tags: list of text
}
";
const RULE: &str = "policy own { rule used { require adoption >= 50% else hold } }\n";

/// Longer lines are not shown again in an advice.
const MAX_FIXED_LINE: usize = 60;

struct Entry {
    written: Vec<String>,
    instead: Vec<String>,
}

fn entries(text: &str) -> Vec<Entry> {
    let lines = |block: &str, sign: &str| {
        let of_sign = block.lines().filter_map(|line| line.strip_prefix(sign));
        of_sign.map(|line| line.strip_prefix(' ').unwrap_or(line).replace("<TAB>", "\t")).collect()
    };
    let blocks = text.split("\n\n").filter(|block| block.lines().any(|line| line.starts_with('>')));
    blocks.map(|block| Entry { written: lines(block, ">"), instead: lines(block, "=") }).collect()
}

/// What is said of a policy and a snapshot, lints and verdicts aside.
fn said(policy: &str, snapshot: &str) -> Vec<DiagnosticReport> {
    let files = Memory::new([("tollgate.yaml", CONFIG), (POLICY, policy), (SNAPSHOT, snapshot)]);
    let start = Start::new(&files, "");
    let today = Date::constant(2026, 11, 22);
    let options = CheckOptions::from(DayOptions { as_of: Some(today), ..DayOptions::on(today) });
    let report = Workspace::new().check(inputs(&start), &options).report;
    let is_said = |found: &DiagnosticReport| !found.code.starts_with("T5") && !found.code.starts_with("T7");
    report.diagnostics.into_iter().filter(is_said).collect()
}

fn of_snapshot(lines: &[String]) -> Vec<DiagnosticReport> {
    let stage = if lines.iter().any(|line| line.starts_with("stage")) { "" } else { "stage: testing\n" };
    let head = format!("workflow: w\ndate: 2026-11-20\n{stage}");
    said(&format!("{STAGES}{VOCABULARY}{RULE}"), &format!("{head}{}\n", lines.join("\n")))
}

fn of_policy(lines: &[String]) -> Vec<DiagnosticReport> {
    let text = lines.join("\n");
    let (stages, stage) = match text.starts_with("# without stages") {
        true => ("", ""),
        false => (STAGES, "stage: testing\n"),
    };
    let snapshot = format!("workflow: w\ndate: 2026-11-20\n{stage}");
    said(&format!("{stages}{VOCABULARY}policy own {{\n{text}\n}}\n"), &snapshot)
}

/// Holds each entry of a table against what is said of it.
fn holds(table: &str, of: impl Fn(&[String]) -> Vec<DiagnosticReport>) {
    let path = root().join("tests/slips").join(table);
    let text = fs::read_to_string(&path).unwrap();
    let (mut found, mut problems) = (String::new(), String::new());
    for Entry { written, instead } in entries(&text) {
        let said = of(&written);
        if !found.is_empty() {
            found.push('\n');
        }
        for (sign, lines) in [('>', &written), ('=', &instead)] {
            for line in lines {
                writeln!(found, "{}", format!("{sign} {}", line.replace('\t', "<TAB>")).trim_end()).unwrap();
            }
        }
        let name = written.join(" / ");
        if said.is_empty() {
            problems.push_str(&format!("{name}: nothing is said of it\n"));
        }
        for DiagnosticReport { severity, message, labels, help, .. } in &said {
            let (at, label) = labels.first().map_or((0, ""), |label| (label.region.line, &label.text));
            writeln!(found, "{at}: {}: {message} ({})", severity.as_str(), label).unwrap();
            help.iter().for_each(|help| writeln!(found, "   {help}").unwrap());
        }
        if instead.is_empty() {
            continue;
        }
        for after in of(&instead) {
            problems.push_str(&format!("{name}: what to write instead is wrong: {}\n", after.message));
        }
        let changed = instead.iter().find(|line| !written.contains(line)).map_or("", |line| line.trim());
        let is_told = |found: &DiagnosticReport| {
            found.help.as_ref().is_some_and(|help| help.contains(&format!("`{changed}`")))
        };
        if changed.chars().count() <= MAX_FIXED_LINE && !said.iter().any(is_told) {
            problems.push_str(&format!("{name}: nobody says to write `{changed}`\n"));
        }
    }
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        assert!(std::env::var_os("CI").is_none(), "nothing is blessed where CI is set");
        fs::write(&path, &found).unwrap();
    } else if found != text {
        problems.push_str(&format!("{table}: is no longer what is said; `just bless`, and read the diff\n"));
    }
    assert!(problems.is_empty(), "\n{problems}");
}

#[test]
fn slips_in_snapshots_are_told_with_what_to_write_instead() {
    holds("snapshots.txt", of_snapshot);
}

#[test]
fn slips_in_policies_are_told_with_what_to_write_instead() {
    holds("policies.txt", of_policy);
}
