//! Properties of judging as a whole, on random conditions and random snapshots.
//!
//! *Learning more never turns a verdict*: in conditions without `has` and `default`, filling in a missing value, or one for a
//! range around it, turns no yes into a no, and no no into a yes. *What checks clean never fails by type*: every condition the checker accepts is judged.
//! *Undecided is never silent*: there is a reason for whatever is not known.

use proptest::prelude::*;

use tollgate::diagnostic::Severity;
use tollgate::engine::{CheckOptions, DayOptions, Workspace};
use tollgate::project::{Inputs, Project, TextFile};
use tollgate::report::{Outcome, RuleReport};
use tollgate::value::Date;

const VOCABULARY: &str = "
snapshot every 1 week grace 3 days {
FIELDS
}
";

/// What the snapshots have.
pub(crate) const FIELDS: &str = "
  a: number, b: number, c: share, d: count, n: count, p: bool, q: bool
  kind: one of [red, blue]
  e: date, at: time, name: text
  items: list of { id: text key, size: number, good: bool, sort: one of [red, blue], on: date }
";

/// What conditions may name beside fields; each policy declares it.
pub(crate) const DECLARATIONS: &str = "
  param least = { red: 50%, else: 20% }
  param names = { \"w\": 1, \"v w\": -2, else: 0 }
  param wanted = [red]
  param levels = [1, 2]
  let items.big = size > 1
  let items.points = size * (if sort == red then 2 else 1)
  let open = if p then true else (if q then false else previous(open, false))
  let risen = previous(risen where p, 0) + d
";

/// Numbers that language 0.2 brought.
const NUMBERS: &[&str] = &[
    "risen",
    "names[name]",
    "hour(at)",
    "previous(a where p)",
    "previous(a, 2)",
    "previous(a where q, 0)",
    "first(b where p)",
    "longest(items where good)",
    "count(items where good among sort == red)",
    "count(items where good among sort == red over 2 weeks)",
    "count(count(items by [sort, good]))",
    "max(count(items where good by sort))",
    "sum(items.points where big)",
    "sum(d where p over 2 weeks)",
    "mean(a over at most 3 weeks)",
    "sum(d over 2 snapshots)",
    "sum(d over month)",
    "count(items where on <= date over all)",
    "count(p where it among q over 2 weeks)",
];

/// Conditions that language 0.2 brought.
const CONDITIONS: &[&str] = &[
    "open",
    "previous(open, false)",
    "previous(p where q)",
    "previous(p, false)",
    "first(q where p)",
    "kind in wanted",
    "all(wanted where it in items.sort)",
    "a in levels",
    "any(items.big)",
    "p == q",
    "name matches \"w*\"",
    "held(kind) >= 1 week",
    "held(d) >= 1 week",
    "at >= 2026-01-12T10:00Z",
    "e <= today",
    "weekday(e) in [monday, sunday]",
    "any(items where on <= today)",
    "share(items where good among sort == red) >= 50%",
    "min(share(items where good among sort == red by id)) == 100%",
    "any(items where good among size > 0)",
    "all(items where good among big over 2 weeks)",
    "none(items where sort == blue among good)",
    "all(share(items where good by sort) where it >= least[sort])",
    "all(count(items by sort) where it >= 1 and share(items where good by sort) >= 50%)",
    "share(items where good among big) >= 50% with 80% confidence",
    "share(d of n) >= 30%",
    "share(d of n where p over 2 weeks) <= 40%",
    "share(d of n over 3 snapshots) <= 50% with 80% confidence",
    "confidence(share(d of n where p) >= 20%) >= 60%",
];

/// Conditions over windows that grow with the series.
const GROWING: &[&str] = &[
    "mean(a over all) >= 1",
    "min(a where p over stage) < max(b over all)",
    "sum(d where p over all) >= 3",
    "sum(items.size where good over stage) > 1",
    "mean(items.points over all) >= 1",
    "max(items.size where on <= today over all) > 0",
    "count(p over stage) >= 2",
    "count(items over all) >= 2",
    "count(items where good among sort == red over stage) >= 1",
    "share(p where it among q over stage) >= 50%",
    "share(items where good over all) >= 50% with 80% confidence",
    "share(d of n where q over all) <= 50% with 80% confidence",
    "share(d of n over stage) >= 30%",
    "any(p over all)",
    "all(p or q over stage)",
    "none(items where size < 0 over at most 9 weeks)",
    "any(share(items where good by sort) where it > 50% over all)",
];

/// Conditions that ask what the record has.
const RECORDED: &[&str] = &[
    "count(items where first_seen >= entered) >= 1",
    "share(items where good among first_seen >= snapshot.entered over 3 weeks) >= 50%",
    "any(items where first_seen < date)",
    "latest(kind over 2 weeks) == red",
    "latest(a where p over 3 weeks) >= 0",
    "has a",
    "default(b, 1) > 0",
    "since(entered) >= 1 week",
    "held(stage) >= 1 week",
];

/// A number, made of fields, aggregates and literals.
fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        Just("c".to_owned()),
        Just("d".to_owned()),
        (-4..5i32).prop_map(|n| n.to_string()),
        Just("count(items where good)".to_owned()),
        Just("share(items where size > 1)".to_owned()),
        Just("sum(items.size where good)".to_owned()),
        Just("mean(items.size)".to_owned()),
        Just("median(items.size where sort == red)".to_owned()),
        Just("max(items.size)".to_owned()),
        Just("min(share(items where good by sort))".to_owned()),
        Just("percentile(items.size, 80%)".to_owned()),
        Just("count(distinct(items.sort))".to_owned()),
        Just("previous(a)".to_owned()),
        Just("mean(a over 2 weeks)".to_owned()),
        Just("sum(d over 3 weeks)".to_owned()),
        Just("count(items where good over 2 weeks)".to_owned()),
        Just("change(b over 1 week)".to_owned()),
        Just("trend(a over 2 weeks)".to_owned()),
        Just("streak(p)".to_owned()),
        lately(NUMBERS),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop_oneof![Just("+"), Just("-"), Just("*"), Just("/")], inner.clone())
                .prop_map(|(x, op, y)| format!("({x} {op} {y})")),
            (inner.clone(), inner).prop_map(|(x, y)| format!("(if p then {x} else {y})")),
        ]
    })
}

fn lately(forms: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(forms).prop_map(str::to_owned)
}

/// A condition that may ask what the record has, so that learning more may turn it.
pub(crate) fn recorded() -> impl Strategy<Value = String> {
    let of_record = lately(RECORDED);
    prop_oneof![1 => of_record, 3 => condition()]
}

/// A condition.
pub(crate) fn condition() -> impl Strategy<Value = String> {
    let comparison = (
        number(),
        prop_oneof![Just("<"), Just("<="), Just(">"), Just(">="), Just("=="), Just("!=")],
        number(),
    )
        .prop_map(|(x, op, y)| format!("{x} {op} {y}"));
    let leaf = prop_oneof![
        4 => comparison,
        1 => Just("p".to_owned()),
        1 => Just("q".to_owned()),
        1 => Just("kind == red".to_owned()),
        1 => Just("any(items where good)".to_owned()),
        1 => Just("all(items where size >= 0)".to_owned()),
        1 => Just("none(items where sort == blue over 2 weeks)".to_owned()),
        1 => Just("held(p) >= 1 week".to_owned()),
        1 => Just("share(items where good) >= 50% with 80% confidence".to_owned()),
        1 => Just("c >= 50% with 80% confidence".to_owned()),
        1 => Just("a in 0 to 3".to_owned()),
        1 => Just("kind in [red]".to_owned()),
        4 => lately(CONDITIONS),
        2 => lately(GROWING),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(x, y)| format!("({x} and {y})")),
            (inner.clone(), inner.clone()).prop_map(|(x, y)| format!("({x} or {y})")),
            inner.clone().prop_map(|x| format!("(not {x})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(x, y, z)| format!("at least 2 of [{x}, {y}, {z}]")),
        ]
    })
}

/// A field's text, and whether it is written down at first.
pub(crate) type Hidden = (String, bool);

fn hidden(text: impl Strategy<Value = String>) -> impl Strategy<Value = Hidden> {
    (text, prop::bool::weighted(0.7))
}

fn numbers() -> impl Strategy<Value = String> {
    (-3..4i32).prop_map(|n| n.to_string())
}

fn bools() -> impl Strategy<Value = String> {
    any::<bool>().prop_map(|value| value.to_string())
}

fn dates() -> impl Strategy<Value = String> {
    (2..30u32).prop_map(|day| format!("2026-01-{day:02}"))
}

fn kinds() -> impl Strategy<Value = String> {
    prop_oneof![Just("red".to_owned()), Just("blue".to_owned())]
}

/// One snapshot's fields, and its items' fields.
pub(crate) type Fields = (Vec<Hidden>, Vec<Vec<Hidden>>, bool);

pub(crate) fn snapshot() -> impl Strategy<Value = Fields> {
    let scalars = (
        hidden(numbers()),
        hidden(numbers()),
        hidden((0..=100u32).prop_map(|n| format!("{n}{}", if n % 3 == 0 { "%" } else { " of 100" }))),
        hidden((0..4u32).prop_map(|n| n.to_string())),
        hidden((3..9u32).prop_map(|n| n.to_string())),
        hidden(bools()),
        hidden(bools()),
        hidden(kinds()),
        hidden(dates()),
        hidden(dates().prop_map(|date| format!("{date}T10:00Z"))),
        hidden(prop_oneof![Just("w".to_owned()), Just("v w".to_owned()), Just("x".to_owned())]),
    )
        .prop_map(|(a, b, c, d, n, p, q, kind, e, at, name)| vec![a, b, c, d, n, p, q, kind, e, at, name]);
    let item = (hidden(numbers()), hidden(bools()), hidden(kinds()), hidden(dates()))
        .prop_map(|(size, good, kind, on)| vec![size, good, kind, on]);
    (scalars, prop::collection::vec(item, 0..4), prop::bool::weighted(0.8))
}

fn written(names: &[&str], fields: &[Hidden], whole: bool) -> Vec<String> {
    let shown = names.iter().zip(fields).filter_map(|(name, (text, seen))| {
        let text = if whole || *seen { text.clone() } else { around(name, text)? };
        Some(format!("{name}: {text}"))
    });
    shown.collect()
}

/// A range around a number: of each odd one that is not written down at first, so much is.
fn around(name: &str, text: &str) -> Option<String> {
    let (digits, unit) = match text.strip_suffix(" of 100").or(text.strip_suffix('%')) {
        Some(digits) => (digits, "%"),
        None => (text, ""),
    };
    let number: i32 = digits.parse().ok().filter(|number| number % 2 != 0)?;
    let (least, most) = match name {
        "c" => (0, 100),
        "d" | "n" => (0, i32::MAX),
        _ => (i32::MIN, i32::MAX),
    };
    Some(format!("{}{unit} to {}{unit}", (number - 1).max(least), (number + 2).min(most)))
}

const SCALARS: [&str; 11] = ["a", "b", "c", "d", "n", "p", "q", "kind", "e", "at", "name"];

/// The same snapshots, none of which has an element that another one has: nothing is said twice then, and nothing contradicts.
pub(crate) fn own_elements(snapshots: &str) -> String {
    let own = |(index, text): (usize, &str)| text.replace("{ id: i", &format!("{{ id: n{index}i"));
    snapshots.split("---\n").enumerate().map(own).collect::<Vec<_>>().join("---\n")
}

/// The same snapshots, each of an instant of its day.
pub(crate) fn instants(text: &str) -> String {
    let mut parts = text.split("date: 2026-");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |said, part| format!("{said}date: 2026-{}T10:00Z{}", &part[..5], &part[5..]))
}

/// The series as YAML: whole, or only what is written down at first.
pub(crate) fn yaml(series: &[Fields], whole: bool) -> String {
    let mut text = String::new();
    for (week, (scalars, items, seen)) in series.iter().enumerate() {
        let mut fields = vec!["workflow: w".to_owned(), format!("date: 2026-01-{:02}", 5 + 7 * week)];
        fields.extend(written(&SCALARS, scalars, whole));
        if whole || *seen {
            let items = items
                .iter()
                .enumerate()
                .map(|(id, item)| (id, written(&["size", "good", "sort", "on"], item, whole)))
                .map(|(id, parts)| {
                    format!("{{ {} }}", [vec![format!("id: i{id}")], parts].concat().join(", "))
                });
            fields.push(format!("items: [{}]", items.collect::<Vec<_>>().join(", ")));
        }
        text.push_str(&format!("---\n{{ {} }}\n", fields.join(", ")));
    }
    text
}

/// How a trigger on the condition comes out, or none if the checker refuses the condition.
fn outcome(condition: &str, snapshots: String) -> Option<Outcome> {
    judged(condition, snapshots).map(|rule| rule.outcome)
}

fn judged(condition: &str, snapshots: String) -> Option<RuleReport> {
    let policy = format!("policy p {{ {DECLARATIONS} rule r {{ when {condition} then hold }} }}");
    let mut vocabulary = VOCABULARY.replace("FIELDS", FIELDS);
    if snapshots.contains(", date: 2026-01-05T") {
        vocabulary = vocabulary.replacen('{', "{ date: time required", 1);
    }
    let file = |name: &str, text: String| TextFile { name: name.to_owned(), content: Ok(text.into()) };
    let today = Date::constant(2026, 1, 26);
    let options = CheckOptions::from(DayOptions { as_of: Some(today), ..DayOptions::on(today) });
    let project = Project {
        policies: vec![file("vocabulary.gate", vocabulary), file("p.gate", policy)],
        snapshots: vec![file("w.yaml", snapshots)],
        ..Project::default()
    };
    let inputs = Inputs { projects: vec![project], ..Inputs::default() };
    let judgement = Workspace::new().check(inputs, &options);
    let refused = judgement
        .report
        .diagnostics
        .iter()
        .any(|d| d.code.starts_with("T2") && d.severity == Severity::Error);
    let rule = judgement
        .report
        .workflows
        .first()
        .and_then(|workflow| workflow.rules.iter().find(|rule| rule.rule == "p.r"))
        .cloned();
    assert!(
        refused || rule.is_some(),
        "neither refused nor judged: {condition}: {:#?}",
        judgement.report.diagnostics
    );
    rule
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// What is said twice of one element, and differently, is not known: so much may be learnt too.
    #[test]
    fn learning_more_never_turns_a_verdict(condition in condition(), series in prop::collection::vec(snapshot(), 1..4), again: bool, by_instants: bool) {
        let write = |whole| {
            let mut text = yaml(&series, whole);
            text = if again { text } else { own_elements(&text) };
            if by_instants { instants(&text) } else { text }
        };
        let Some(partly) = outcome(&condition, write(false)) else { return Ok(()) };
        let wholly = outcome(&condition, write(true));
        if partly != Outcome::Undecided && !(again && wholly == Some(Outcome::Undecided)) {
            prop_assert_eq!(wholly, Some(partly), "{}\n{}\n{}", condition, write(false), write(true));
        }
    }

    /// Each expression on the way is held to it too: the evaluator asserts it.
    #[test]
    fn what_is_undecided_says_why(condition in condition(), series in prop::collection::vec(snapshot(), 1..4), by_instants: bool) {
        let text = yaml(&series, false);
        let text = if by_instants { instants(&text) } else { text };
        let Some(rule) = judged(&condition, text.clone()) else { return Ok(()) };
        prop_assert!(
            rule.outcome != Outcome::Undecided || !rule.evidence.is_empty(),
            "{}\n{}",
            condition,
            text
        );
    }
}

#[test]
fn what_language_0_2_brought_is_judged() {
    let numbers = NUMBERS.iter().map(|number| format!("{number} > a"));
    let conditions = CONDITIONS.iter().map(|condition| (*condition).to_owned());
    for condition in numbers.chain(conditions) {
        let series = "---\n{ workflow: w, date: 2026-01-05 }\n";
        assert!(judged(&condition, series.to_owned()).is_some(), "{condition}");
    }
}
