use super::*;
use crate::engine::{CheckOptions, DayOptions};
use crate::project::{Memory, Start, TableNode, inputs};
use crate::report::sweep::{DecisionCounts, ParamSweep, SweepInterval};
use crate::value::Date;

const VOCABULARY: &str = "
stages pilot -> full
snapshot {
  adoption: share
  users: count
  asked: count
  outputs: list of { edit_time: share }
}
";

const POLICY: &str = r#"
policy house "Ours" {
  param least = 50% within 10% to 90%
  param few = 3 within 1 to 30
  param editing = 15% within 5% to 40%
  param light = 50% within 10% to 100%
  param off = 1 within -10 to 10
  param lasting = 2 weeks within 1 week to 8 weeks
  param floor = { "claims": 80%, else: 30% }
  param strict = false
  param words = "a"
  let light_now = share(outputs where edit_time < editing)
  rule enough "Enough of them" { require adoption >= least else hold }
  rule many "Enough users" { require users >= few and users <= 25 else rollback }
  rule easy "Little editing" { require light_now >= light else hold }
  rule lost "Too long" { when held(light_now < light) >= lasting then rollback }
  rule rest "Without some" { require users - off >= 2 else hold }
  rule apart "Neither nor" { when users in few to 10 then note }
  rule turned "In between" { require adoption >= least or adoption < 20% else hold }
  rule both "Twice" { when adoption < least require users > 4 and adoption != least else hold }
  rule own "Each its own" { require adoption >= floor[workflow] else hold }
  rule words "None" { when words == "b" then hold }
  rule strict "Strictly" { when strict then hold }
}
"#;

/// A claim with confidence by itself, since other rules would hide what it decides.
const CLAIM: &str = r#"
policy house "Ours" {
  param light = 40% within 10% to 100%
  param sure = 80% within 50% to 99%
  param window = 2 weeks within 1 week to 6 weeks
  rule shown "Surely light" {
    require share(outputs where edit_time < 25% over window) >= light with sure confidence
    else hold
  }
}
"#;

/// Numbers that look as if they were thrown, and are the same each time.
fn thrown(seed: u32, most: u32) -> u32 {
    (seed.wrapping_mul(2_654_435_761) >> 16) % (most + 1)
}

fn series(name: &str, seed: u32, weeks: u32) -> String {
    let mut text = String::new();
    for week in 0..weeks {
        let throw = |at: u32, most: u32| thrown(seed * 1_000 + week * 20 + at, most);
        let day = Date::constant(2026, 1, 5);
        let date = crate::value::date_of_day(crate::value::day_number(day) + i64::from(week) * 7).unwrap();
        let outputs: Vec<String> =
            (0..4 + throw(1, 4)).map(|at| format!("{{ edit_time: {}% }}", throw(3 + at, 40))).collect();
        let (adoption, users) = (20 + throw(0, 70), 1 + throw(2, 28));
        text += &format!(
            "---\n{{ workflow: {name}, date: {date}, stage: pilot, adoption: {adoption}%, users: {users}, asked: 3, outputs: [{}] }}\n",
            outputs.join(", ")
        );
    }
    text
}

fn files(policy: &str, config: &str) -> Memory {
    let mut files = Memory::default();
    for (name, text) in [
        ("tollgate.yaml", format!("policies: [house.gate]\n{config}")),
        ("house.gate", format!("{VOCABULARY}{policy}")),
        ("rollouts/claims.yaml", series("claims", 1, 12)),
        ("rollouts/letters.yaml", series("letters", 2, 9)),
        ("rollouts/notes.yaml", series("notes", 3, 5)),
    ] {
        files.insert(name, TableNode::File(text.into()));
    }
    files
}

fn options() -> DayOptions {
    DayOptions::on(Date::constant(2026, 4, 1))
}

fn sweep(files: &Memory, ranges: &[(&str, &str, &str)]) -> Result<SweepReport, String> {
    let ranges: Vec<SweepRange> = ranges
        .iter()
        .map(|(name, from, to)| SweepRange { name: (*name).into(), from: (*from).into(), to: (*to).into() })
        .collect();
    let answer = Workspace::new().sweep(inputs(&Start::new(files, "")), &options(), &ranges);
    answer.map(|answer| answer.report)
}

/// What `history` and `check` decide, with a configuration.
fn decided(files: &Memory) -> SweepCounts {
    let mut counts = SweepCounts::default();
    let history = Workspace::new().history(inputs(&Start::new(files, "")), &options());
    let days = history.report.workflows.iter().flat_map(|own| &own.days);
    days.for_each(|day| counts.days.add(day.decision));
    let check = CheckOptions::from(options());
    let check = Workspace::new().check(inputs(&Start::new(files, "")), &check);
    check.report.workflows.iter().for_each(|own| counts.workflows.add(own.decision));
    counts
}

fn holds(interval: &SweepInterval, number: f64) -> bool {
    let end = |value: &crate::report::sweep::SweptValue| {
        value.amount.as_ref().and_then(|amount| amount.decimal.as_ref()?.as_f64()).unwrap()
    };
    let (from, to) = (end(&interval.from), end(&interval.to));
    (from < number || interval.with_from && from == number)
        && (number < to || interval.with_to && number == to)
}

fn counts_at(sweep: &ParamSweep, number: f64) -> SweepCounts {
    let found: Vec<&SweepInterval> =
        sweep.intervals.iter().filter(|interval| holds(interval, number)).collect();
    assert_eq!(found.len(), 1, "{} at {number}: {:#?}", sweep.param, sweep.intervals);
    found[0].counts.clone()
}

/// On a grid of values, each set in a configuration and judged by itself.
fn equals_a_grid(
    policy: &str,
    name: &str,
    (from, to): (&str, &str),
    grid: impl Iterator<Item = (String, f64)>,
) {
    let report = sweep(&files(policy, ""), &[(name, from, to)]).unwrap();
    let [swept] = &*report.sweeps else { panic!() };
    assert_eq!(swept.as_it_is, decided(&files(policy, "")), "{name}");
    let mut seen = 0;
    for (text, number) in grid {
        let config = format!("params:\n  {name}: {text}\n");
        assert_eq!(
            counts_at(swept, number),
            decided(&files(policy, &config)),
            "{name} at {text}: {swept:#?}"
        );
        seen += 1;
    }
    assert!(seen > 5 && swept.intervals.len() > 1, "{name}: {swept:#?}");
}

fn percent(from: u32, to: u32) -> impl Iterator<Item = (String, f64)> {
    (from..=to).map(|percent| (format!("{percent}%"), f64::from(percent) / 100.0))
}

fn numbers(from: i32, to: i32) -> impl Iterator<Item = (String, f64)> {
    (from * 2..=to * 2).map(|half| (format!("{}", f64::from(half) / 2.0), f64::from(half) / 2.0))
}

#[test]
fn intervals_decide_as_every_value_of_a_grid() {
    equals_a_grid(POLICY, "house.least", ("10%", "90%"), percent(10, 90));
    equals_a_grid(POLICY, "house.editing", ("5%", "40%"), percent(5, 40));
    equals_a_grid(POLICY, "house.light", ("10%", "100%"), percent(10, 100));
    equals_a_grid(CLAIM, "house.light", ("10%", "100%"), percent(10, 100));
    equals_a_grid(CLAIM, "house.sure", ("50%", "99%"), percent(50, 99));
    equals_a_grid(POLICY, "house.floor.else", ("0%", "100%"), percent(0, 100));
    equals_a_grid(POLICY, "house.off", ("-10", "10"), numbers(-10, 10));
    let days = |from: u32, to: u32| (from..=to).map(|day| (format!("{day} days"), f64::from(day) * 86_400.0));
    equals_a_grid(CLAIM, "house.window", ("1 week", "6 weeks"), days(7, 42));
    equals_a_grid(POLICY, "house.lasting", ("1 week", "8 weeks"), days(7, 56));
    equals_a_grid(
        POLICY,
        "house.few",
        ("1", "30"),
        numbers(1, 30).filter(|(_, number)| number.fract() == 0.0),
    );
}

/// One rule in a gate that is asked for, so that nothing else decides.
fn shapes(body: &str) -> Memory {
    let mut files = Memory::default();
    let policy = format!(
        "stages testing -> pilot\nsnapshot every 1 week grace 3 days {{ score: number from 0 to 10, other: number from 0 to 10, \
         l: list of number from 0 to 10, launched: date }}\npolicy q {{\n  param p = 4 within 0 to 10\n  \
         param length = 3 days within 1 day to 30 days\n  gate testing -> pilot {{ {body} }}\n}}\n"
    );
    let snapshot = "workflow: wf\ndate: 2026-03-30\nstage: testing\nadvance_to: pilot\nscore: 2.5\nother: 6\nl: [2.5, 6]\n\
                    launched: 2026-03-20\n";
    for (name, text) in [
        ("tollgate.yaml", "policies: [house.gate]\n".to_owned()),
        ("house.gate", policy),
        ("rollouts/wf.yaml", snapshot.to_owned()),
    ] {
        files.insert(name, TableNode::File(text.into()));
    }
    files
}

#[test]
fn no_shape_of_a_condition_hides_a_change() {
    let turns = |body: &str, name: &str, from: &str, to: &str| {
        let report = sweep(&shapes(body), &[(name, from, to)]).unwrap();
        let of = |own: &SweepInterval| {
            let DecisionCounts { advance, hold, .. } = own.counts.workflows;
            format!(
                "{}: {}",
                own.shown,
                if advance == 1 {
                    "yes"
                } else if hold == 1 {
                    "no"
                } else {
                    "?"
                }
            )
        };
        report.sweeps[0].intervals.iter().map(of).collect::<Vec<_>>().join("; ")
    };
    let p = |body: &str| turns(body, "q.p", "0", "10");
    let apart = "0 to 2.5: yes; more than 2.5 to 5: no; more than 5 to 10: yes";
    assert_eq!(p("rule g { require p > 5 or score >= p else warn }"), apart);
    assert_eq!(p("rule g { require p > 5 or score >= p else hold }"), apart);
    let points = "0, below 2.5: no; 2.5: yes; more than 2.5, below 6: no; 6: yes; more than 6 to 10: no";
    assert_eq!(p("rule g { require score == p or other == p else hold }"), points);
    assert_eq!(p("rule g { require p in l else hold }"), points);
    assert_eq!(p("rule g { require any(l where it == p) else hold }"), points);
    let within = "0 to 2.5: no; more than 2.5, below 6: yes; 6 to 10: no";
    assert_eq!(p("rule g { require (score < p) == (other > p) else hold }"), within);
    assert_eq!(
        p("rule g { require p in 2 to 5 else hold }"),
        "0, below 2: no; 2 to 5: yes; more than 5 to 10: no"
    );
    // A param that is a part of what it is compared with has no end of values to look at.
    assert_eq!(p("rule g { require 5 - p >= p else hold }"), "0, below 2.5: yes; about 2.5 to 10: no");
    assert_eq!(
        p("rule g { require p * p >= p else hold }"),
        "0, below 0.000000001: yes; about 0.000000001, below 1: no; about 1 to 10: yes"
    );
    // In a calculation the value in force is tried, at least.
    let narrow = p("rule g { require p * 2 == 8 else hold }");
    assert!(narrow.contains("4: yes"), "{narrow}");
    let days = turns("rule g { require launched + length < date else hold }", "q.length", "1 day", "30 days");
    assert_eq!(days, "1 day to 9 days: yes; 10 days to 30 days: no");
}

/// A policy of `q.p` and `q.r`, between 0 and 100 %, on some snapshots.
fn small(policy: &str, snapshots: &str, config: &str) -> Memory {
    let policy = format!(
        "stages testing -> pilot\nsnapshot every 1 week {{ x: share, items: list of {{ id: text key, e: share }} }}\n\
         policy q {{\n  param p = 75% within 0% to 100%\n  param r = 50% within 0% to 100%\n  {policy} }}\n"
    );
    Memory::new([
        ("tollgate.yaml", format!("policies: [house.gate]\n{config}")),
        ("house.gate", policy),
        ("rollouts/wf.yaml", snapshots.to_owned()),
    ])
}

#[test]
fn a_workflow_with_errors_has_them_at_every_value() {
    let files = small(
        "rule g { require x >= p else hold }",
        "{ workflow: wf, date: 2026-03-30, stage: testing, x: much }\n",
        "",
    );
    let report = sweep(&files, &[("q.p", "0%", "100%")]).unwrap();
    let [swept] = &*report.sweeps else { panic!() };
    assert_eq!((swept.as_it_is.workflows.error, swept.intervals[0].counts.workflows.error), (1, 1));
    assert_eq!(swept.as_it_is, decided(&files));
}

#[test]
fn a_move_that_nobody_asked_for_is_judged_by_every_value() {
    let rule = "gate testing -> pilot { rule g { require x >= p and asks(pilot) >= 1 else hold } }";
    let moved = "{ workflow: wf, date: 2026-03-23, stage: testing, x: 40% }\n---\n{ workflow: wf, date: 2026-03-30, stage: pilot, x: 40% }\n";
    let report = sweep(&small(rule, moved, ""), &[("q.p", "0%", "100%")]).unwrap();
    for (text, number) in percent(35, 45) {
        let config = format!("params: {{ q.p: {text} }}\n");
        assert_eq!(counts_at(&report.sweeps[0], number), decided(&small(rule, moved, &config)), "{text}");
    }
    assert_eq!(report.sweeps[0].intervals.len(), 2);
}

#[test]
fn a_param_behind_lets_is_a_part_of_what_it_is_compared_with() {
    let rule = "let left = x - p\n  let all = left\n  rule g { require all >= p else hold }";
    let one = "{ workflow: wf, date: 2026-03-30, stage: testing, x: 60% }\n";
    let report = sweep(&small(rule, one, ""), &[("q.p", "0%", "100%")]).unwrap();
    for (text, number) in [("0%", 0.0), ("29%", 0.29), ("31%", 0.31), ("100%", 1.0)] {
        let config = format!("params: {{ q.p: {text} }}\n");
        assert_eq!(counts_at(&report.sweeps[0], number), decided(&small(rule, one, &config)), "{text}");
    }
}

#[test]
fn a_table_finds_what_shows_only_at_other_values_of_both() {
    let rule = "rule g { require share(items where e > r) >= p else hold }";
    let items =
        "{ workflow: wf, date: 2026-03-30, stage: testing, items: [{ id: a, e: 30% }, { id: b, e: 20% }] }\n";
    let ranges = [("q.p", "1%", "100%"), ("q.r", "10%", "100%")];
    let table = sweep(&small(rule, items, ""), &ranges).unwrap().table.unwrap();
    assert_eq!((table.rows.len(), table.columns.len()), (2, 3), "{table:?}");
    for (row, p) in ["40%", "60%"].into_iter().enumerate() {
        for (column, r) in ["15%", "25%", "35%"].into_iter().enumerate() {
            let config = format!("params: {{ q.p: {p}, q.r: {r} }}\n");
            assert_eq!(table.cells[row][column], decided(&small(rule, items, &config)), "{p}, {r}");
        }
    }
}

#[test]
fn a_swept_value_counts_on_all_days_even_if_the_one_in_force_is_dated() {
    let rule = "rule g { require share(items where e > r over all) >= 1% with 60% confidence at every look else hold }";
    let days = ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"];
    let items: String = days
        .iter()
        .enumerate()
        .map(|(week, day)| {
            format!("---\n{{ workflow: wf, date: {day}, stage: testing, items: [{{ id: a{week}, e: 45% }}, {{ id: b{week}, e: 60% }}] }}\n")
        })
        .collect();
    let dated = "params: { q.r: [{ value: 50% }, { value: 55%, from: 2026-03-10 }] }\n";
    let report = sweep(&small(rule, &items, dated), &[("q.r", "0%", "100%")]).unwrap();
    for (text, number) in [("40%", 0.4), ("50.5%", 0.505), ("70%", 0.7)] {
        let config = format!("params: {{ q.r: {text} }}\n");
        assert_eq!(counts_at(&report.sweeps[0], number), decided(&small(rule, &items, &config)), "{text}");
    }
}

#[test]
fn it_is_told_exactly_where_a_value_is_compared_and_about_where_it_is_narrowed_down() {
    let shown = |policy: &str, name: &str, from: &str, to: &str| {
        let report = sweep(&files(policy, ""), &[(name, from, to)]).unwrap();
        report.sweeps[0].intervals.iter().map(|own| own.shown.clone()).collect::<Vec<_>>()
    };
    let all = shown(POLICY, "house.floor.else", "20%", "60%");
    assert!(all.iter().skip(1).all(|own| own.starts_with("more than ")), "{all:?}");
    let all = shown(POLICY, "house.few", "2", "9");
    assert_eq!(
        all,
        ["2 to 3", "more than 3 to 5", "more than 5 to 6", "more than 6 to 7", "more than 7 to 9"]
    );
    let all = shown(CLAIM, "house.light", "10%", "90%");
    assert!(all.iter().skip(1).all(|own| own.starts_with("about ")), "{all:?}");
}

#[test]
fn a_table_has_every_value_of_one_with_every_value_of_the_other() {
    let report =
        sweep(&files(POLICY, ""), &[("house.least", "10%", "90%"), ("house.few", "2", "6")]).unwrap();
    let table = report.table.unwrap();
    assert!(table.rows.len() > 1 && table.columns.len() > 2, "{table:?}");
    for (least, row) in [("10%", 0), ("90%", table.rows.len() - 1)] {
        for (few, column) in [("2", 0), ("6", table.columns.len() - 1)] {
            let config = format!("params:\n  house.least: {least}\n  house.few: {few}\n");
            assert_eq!(table.cells[row][column], decided(&files(POLICY, &config)), "{least}, {few}");
        }
    }
}

#[test]
fn what_cannot_be_swept_is_refused_with_what_to_do() {
    let own = files(POLICY, "");
    let refused = |name: &str, from: &str, to: &str| sweep(&own, &[(name, from, to)]).unwrap_err();
    let other = "only what is a number or a date lies in a range; `tollgate check` with another value in the \
                 configuration shows what that decides";
    for (name, from, to, why) in [
        ("leest", "40%", "60%", "no param is called `house.leest`: did you mean `house.least`?".to_owned()),
        (
            "floor",
            "40%",
            "60%",
            "`house.floor` is a table: sweep one of its values, `house.floor[\"claims\"]`, `house.floor.else`".to_owned(),
        ),
        ("words", "a", "b", format!("`house.words` is a text: {other}")),
        ("strict", "false", "true", format!("`house.strict` is a bool: {other}")),
        (
            "least",
            "60%",
            "40%",
            "the range of `house.least` is empty: `60%` is not below `40%`; give the smaller value first".to_owned(),
        ),
        ("least", "5%", "50%", "`house.least` cannot be `5%`: it keeps to 10% to 90%".to_owned()),
        ("least", "40", "60", "`house.least` is a share: `40` does not fit".to_owned()),
        ("lasting", "1", "2", "`house.lasting` is a duration: `1` does not fit".to_owned()),
    ] {
        assert_eq!(refused(&format!("house.{name}"), from, to), why);
    }
    let twice = sweep(&own, &[("house.least", "40%", "60%"), ("house.least", "40%", "60%")]).unwrap_err();
    assert_eq!(twice, "`house.least` is given twice: give two different params");
}
