//! What a report says would pass does pass: random comparisons fail, what the report says is done, and the rule is judged
//! again.

use proptest::prelude::*;

use tollgate::engine::{DayOptions, Workspace};
use tollgate::project::{Inputs, Project, TextFile};
use tollgate::report::{Outcome, RuleReport};
use tollgate::value::{Date, parse_date};

const VOCABULARY: &str = "
snapshot every 1 week grace 3 days {
  ratio: share from -100000% to 100000%, plain: number, tally: count, cost: number USD, latency: duration, day: date
  kind: one of [red, blue]
  items: list of { size: number }
}
";

/// A snapshot's values, as they are written.
#[derive(Clone, Debug)]
struct Measured {
    scalars: Vec<(&'static str, String)>,
    sizes: Vec<i64>,
    as_of: Date,
}

impl Measured {
    fn yaml(&self) -> String {
        let scalars: String = self.scalars.iter().map(|(name, text)| format!("{name}: {text}\n")).collect();
        let sizes: Vec<String> = self.sizes.iter().map(|size| format!("{{ size: {size} }}")).collect();
        format!("workflow: w\ndate: 2026-01-05\n{scalars}items: [{}]\n", sizes.join(", "))
    }

    fn set(&mut self, name: &str, value: &str) {
        let field = self.scalars.iter_mut().find(|(known, _)| *known == name);
        field.unwrap_or_else(|| panic!("`{name}` is no field")).1 = value.to_owned();
    }

    /// So many sizes below `limit`, of so many.
    fn size(&mut self, limit: i64, below: usize, total: usize) {
        self.sizes = (0..total).map(|index| if index < below { limit - 1 } else { limit }).collect();
    }
}

/// The only rule's report, or none if the policy is refused.
fn judged(policy: &str, measured: &Measured) -> Option<RuleReport> {
    let file = |name: &str, text: String| TextFile { name: name.to_owned(), content: Ok(text.into()) };
    let options = DayOptions { as_of: Some(measured.as_of), ..DayOptions::on(measured.as_of) };
    let project = Project {
        policies: vec![file("vocabulary.gate", VOCABULARY.to_owned()), file("p.gate", policy.to_owned())],
        snapshots: vec![file("w.yaml", measured.yaml())],
        ..Project::default()
    };
    let inputs = Inputs { projects: vec![project], ..Inputs::default() };
    let judgement = Workspace::new().check(inputs, &options.into());
    let workflow = judgement.report.workflows.into_iter().next()?;
    workflow.rules.into_iter().next()
}

/// The text between two others.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

/// The next value up or down at the precision that is shown: 50.1% to 50.2%, 2 weeks to 3 weeks.
fn next(shown: &str, up: bool) -> String {
    let end = shown.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '.'))).unwrap_or(shown.len());
    let (number, unit) = shown.split_at_checked(end).unwrap();
    let places = number.split_once('.').map_or(0, |(_, digits)| digits.len());
    let step = if up { 1 } else { -1 };
    let digits: i64 = number.replace('.', "").parse().unwrap();
    let moved = digits + step;
    let sign = if moved < 0 { "-" } else { "" };
    let padded = format!("{:0>width$}", moved.abs(), width = places + 1);
    let (whole, fraction) = padded.split_at_checked(padded.len() - places).unwrap();
    let point = if places > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{fraction}{unit}")
}

/// Does what a report says would pass.
fn apply(advice: &str, measured: &mut Measured) {
    let number = |text: &str| text.parse::<usize>().unwrap();
    let words: Vec<&str> = advice.split(' ').collect();
    if let Some(date) = advice.strip_prefix("waiting until ") {
        measured.as_of = parse_date(date).unwrap();
    } else if advice.contains(" further items in a row ") {
        let size = if advice.contains(" without ") { 100 } else { -100 };
        measured.sizes.extend(std::iter::repeat_n(size, number(words[0])));
    } else if advice.contains(" in `items` with ") {
        measured.sizes.extend(std::iter::repeat_n(-100, number(words[0])));
    } else if let Some((_, rest)) = advice.split_once("the only one of the items with `size < ") {
        measured.size(rest.split('`').next().unwrap().parse().unwrap(), 1, 1);
    } else if let Some(limit) = between(advice, "with `size < ", "`") {
        let total = number(between(advice, "of the ", " ").unwrap_or(words[1]));
        let needed = match words[0] {
            "none" => 0,
            "all" => total,
            _ => number(between(advice, "(", " of").unwrap()),
        };
        measured.size(limit.parse().unwrap(), needed, total);
    } else {
        let name = between(advice, "`", "`").unwrap();
        let (_, rest) = advice.split_once("` ").unwrap();
        let rest = rest.split_once(", now").map_or(rest, |(rest, _)| rest);
        let bound = rest.strip_prefix("of ").unwrap_or(rest);
        let value = if let Some(value) = bound.strip_prefix("at least ").or(bound.strip_prefix("at most ")) {
            value.to_owned()
        } else if let Some(value) = bound.strip_prefix("more than ") {
            next(value, true)
        } else if let Some(value) = bound.strip_prefix("less than ") {
            next(value, false)
        } else if let Some(value) = bound.strip_prefix("other than ") {
            match value {
                "`red`" => "blue".to_owned(),
                "`blue`" => "red".to_owned(),
                date if parse_date(date).is_some() => "1999-01-01".to_owned(),
                value => next(value, true),
            }
        } else {
            bound.trim_end_matches(" or later").trim_end_matches(" or earlier").trim_matches('`').to_owned()
        };
        if let Some(limit) = between(name, "count(items where size < ", ")") {
            measured.size(limit.parse().unwrap(), number(&value), number(&value));
        } else {
            measured.set(name, &value);
        }
    }
}

fn operator() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("<"), Just("<="), Just(">"), Just(">="), Just("=="), Just("!=")]
}

fn ordering() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("<"), Just("<="), Just(">"), Just(">=")]
}

/// A number with up to three decimals, or one that has no end: a third, a seventh.
fn bound(unit: &'static str) -> impl Strategy<Value = String> {
    let written = (1..20_000u32, 0..4u32).prop_map(move |(digits, places)| {
        let whole = f64::from(digits) / f64::from(10u32.pow(places));
        format!("{whole}{unit}")
    });
    let endless =
        (1..400u32, prop_oneof![Just(3), Just(7)]).prop_map(move |(n, d)| format!("{n}{unit} / {d}"));
    prop_oneof![3 => written, 1 => endless]
}

fn comparison() -> impl Strategy<Value = String> {
    let scalar = |name: &'static str, unit| {
        (operator(), bound(unit)).prop_map(move |(op, bound)| format!("{name} {op} {bound}"))
    };
    let share = (1..12i64, ordering(), 1..99u32)
        .prop_map(|(limit, op, percent)| format!("share(items where size < {limit}) {op} {percent}%"));
    let claim = (1..12i64, prop_oneof![Just(">"), Just(">=")], 20..80u32, 60..97u32).prop_map(
        |(limit, op, percent, level)| {
            format!("share(items where size < {limit}) {op} {percent}% with {level}% confidence")
        },
    );
    let count = (1..12i64, ordering(), 1..25u32)
        .prop_map(|(limit, op, n)| format!("count(items where size < {limit}) {op} {n}"));
    let quantifier = (prop_oneof![Just("any"), Just("all"), Just("none")], 1..12i64)
        .prop_map(|(name, limit)| format!("{name}(items where size < {limit})"));
    let since = (ordering(), 1..400u32).prop_map(|(op, days)| format!("since(day) {op} {days} days"));
    let months = (ordering(), 1..14u32).prop_map(|(op, months)| format!("since(day) {op} {months} months"));
    let dates = (operator(), 1..12u32, 1..29u32)
        .prop_map(|(op, month, day)| format!("day {op} 2025-{month:02}-{day:02}"));
    let kinds = prop_oneof![Just("=="), Just("!=")].prop_map(|op| format!("kind {op} red"));
    let range = (0..100u32, 1..100u32).prop_map(|(low, more)| format!("plain in {low} to {}", low + more));
    prop_oneof![
        3 => scalar("ratio", "%"),
        2 => scalar("plain", ""),
        2 => scalar("tally", ""),
        2 => scalar("cost", " USD"),
        2 => scalar("latency", " s"),
        2 => share,
        2 => claim,
        2 => count,
        1 => quantifier,
        1 => since,
        1 => months,
        1 => dates,
        1 => kinds,
        1 => range,
    ]
}

fn measured() -> impl Strategy<Value = Measured> {
    let scalars = (0..20_000u32, 0..20_000u32, 0..40u32, 0..2_000u32, 0..50_000u32, 1..12u32, any::<bool>());
    (scalars, prop::collection::vec(0..12i64, 1..30)).prop_map(|(scalars, sizes)| {
        let (ratio, plain, tally, cost, latency, month, red) = scalars;
        let texts = [
            ("ratio", format!("{}%", f64::from(ratio) / 100.0)),
            ("plain", format!("{}", f64::from(plain) / 1000.0)),
            ("tally", tally.to_string()),
            ("cost", format!("{} USD", f64::from(cost) / 100.0)),
            ("latency", format!("{latency} ms")),
            ("day", format!("2025-{month:02}-11")),
            ("kind", if red { "red" } else { "blue" }.to_owned()),
        ];
        Measured { scalars: texts.to_vec(), sizes, as_of: Date::constant(2026, 1, 5) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn what_would_pass_does(comparison in comparison(), shape in 0..4usize, measured in measured()) {
        let rule = match shape {
            0 => format!("require {comparison} else hold"),
            1 => format!("when {comparison} then hold"),
            2 => format!("require not {comparison} else hold"),
            _ => format!("require true and {comparison} else hold"),
        };
        let policy = format!("policy p {{ rule r {{ {rule} }} }}");
        let Some(report) = judged(&policy, &measured) else { return Err(TestCaseError::reject("refused")) };
        prop_assume!(report.outcome == Outcome::Fail);
        // A third, or half a count, is no value that one could record.
        let equality = comparison.contains("== ") || comparison.contains("!= ");
        let half = comparison.contains("tally") && comparison.contains('.');
        let recordable = !(comparison.contains('/') || half);
        prop_assume!(report.would_pass.is_some() || !equality || recordable);
        // Nobody is told to date a day back: where only an earlier day would do, or one that is not known to be later.
        let turned = shape == 1 || shape == 2;
        let earlier: &[&str] = if turned { &["day > ", "day >= ", "day != "] } else { &["day < ", "day <= ", "day == "] };
        let is_back = earlier.iter().any(|start| comparison.starts_with(start));
        prop_assume!(report.would_pass.is_some() || !is_back);
        let Some(advice) = report.would_pass else {
            return Err(TestCaseError::fail(format!("no advice: {rule}\n{}", measured.yaml())));
        };
        prop_assume!(!advice.starts_with("no value of "));
        let mut changed = measured.clone();
        apply(&advice, &mut changed);
        let again = judged(&policy, &changed).unwrap();
        prop_assert_eq!(again.outcome, Outcome::Pass, "{}\n{}\n{}", rule, advice, changed.yaml());
    }
}
