//! Properties of judging as a whole, on random conditions and random snapshots.
//!
//! *Learning more never turns a verdict*: in conditions without `has` and `default`, filling in a missing value turns no yes
//! into a no, and no no into a yes. *What checks clean never fails by type*: every condition the checker accepts is judged.
//! *Undecided is never silent*: there is a reason for whatever is not known.

use proptest::prelude::*;

use tollgate::diagnostic::Severity;
use tollgate::engine::{CheckOptions, DayOptions, Workspace};
use tollgate::project::{Inputs, Project, TextFile};
use tollgate::report::{Outcome, RuleReport};
use tollgate::value::Date;

const VOCABULARY: &str = "
snapshot every 1 week grace 3 days {
  a: number, b: number, c: share, d: count, p: bool, q: bool
  kind: one of [red, blue]
  items: list of { id: text key, size: number, good: bool, kind: one of [red, blue] }
}
";

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
        Just("median(items.size where kind == red)".to_owned()),
        Just("max(items.size)".to_owned()),
        Just("min(share(items where good by kind))".to_owned()),
        Just("percentile(items.size, 80%)".to_owned()),
        Just("count(distinct(items.kind))".to_owned()),
        Just("previous(a)".to_owned()),
        Just("mean(a over 2 weeks)".to_owned()),
        Just("sum(d over 3 weeks)".to_owned()),
        Just("count(items where good over 2 weeks)".to_owned()),
        Just("change(b over 1 week)".to_owned()),
        Just("trend(a over 2 weeks)".to_owned()),
        Just("streak(p)".to_owned()),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop_oneof![Just("+"), Just("-"), Just("*"), Just("/")], inner.clone())
                .prop_map(|(x, op, y)| format!("({x} {op} {y})")),
            (inner.clone(), inner).prop_map(|(x, y)| format!("(if p then {x} else {y})")),
        ]
    })
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
        1 => Just("none(items where kind == blue over 2 weeks)".to_owned()),
        1 => Just("held(p) >= 1 week".to_owned()),
        1 => Just("share(items where good) >= 50% with 80% confidence".to_owned()),
        1 => Just("a in 0 to 3".to_owned()),
        1 => Just("kind in [red]".to_owned()),
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

fn kinds() -> impl Strategy<Value = String> {
    prop_oneof![Just("red".to_owned()), Just("blue".to_owned())]
}

/// One snapshot's fields, and its items' fields.
pub(crate) type Fields = (Vec<Hidden>, Vec<Vec<Hidden>>, bool);

pub(crate) fn snapshot() -> impl Strategy<Value = Fields> {
    let scalars = (
        hidden(numbers()),
        hidden(numbers()),
        hidden((0..=100u32).prop_map(|n| format!("{n}%"))),
        hidden((0..4u32).prop_map(|n| n.to_string())),
        hidden(bools()),
        hidden(bools()),
        hidden(kinds()),
    )
        .prop_map(|(a, b, c, d, p, q, kind)| vec![a, b, c, d, p, q, kind]);
    let item = (hidden(numbers()), hidden(bools()), hidden(kinds())).prop_map(|(x, y, z)| vec![x, y, z]);
    (scalars, prop::collection::vec(item, 0..4), prop::bool::weighted(0.8))
}

fn written(names: &[&str], fields: &[Hidden], whole: bool) -> Vec<String> {
    let shown = names.iter().zip(fields).filter(|(_, (_, seen))| whole || *seen);
    shown.map(|(name, (text, _))| format!("{name}: {text}")).collect()
}

/// The series as YAML: whole, or only what is written down at first.
pub(crate) fn yaml(series: &[Fields], whole: bool) -> String {
    let mut text = String::new();
    for (week, (scalars, items, seen)) in series.iter().enumerate() {
        let mut fields = vec!["workflow: w".to_owned(), format!("date: 2026-01-{:02}", 5 + 7 * week)];
        fields.extend(written(&["a", "b", "c", "d", "p", "q", "kind"], scalars, whole));
        if whole || *seen {
            let items = items
                .iter()
                .enumerate()
                .map(|(id, item)| (id, written(&["size", "good", "kind"], item, whole)))
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
    let policy = format!("policy p {{ rule r {{ when {condition} then hold }} }}");
    let file = |name: &str, text: String| TextFile { name: name.to_owned(), content: Ok(text.into_bytes()) };
    let today = Date::constant(2026, 1, 26);
    let options = CheckOptions::from(DayOptions { as_of: Some(today), ..DayOptions::on(today) });
    let project = Project {
        policies: vec![file("vocabulary.gate", VOCABULARY.to_owned()), file("p.gate", policy)],
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
    let rule = judgement.report.workflows.first().and_then(|workflow| workflow.rules.first()).cloned();
    assert!(
        refused || rule.is_some(),
        "neither refused nor judged: {condition}: {:#?}",
        judgement.report.diagnostics
    );
    rule
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn learning_more_never_turns_a_verdict(condition in condition(), series in prop::collection::vec(snapshot(), 1..4)) {
        let Some(partly) = outcome(&condition, yaml(&series, false)) else { return Ok(()) };
        let wholly = outcome(&condition, yaml(&series, true));
        if partly != Outcome::Undecided {
            prop_assert_eq!(wholly, Some(partly), "{}\n{}", condition, yaml(&series, false));
        }
    }

    /// Each expression on the way is held to it too: the evaluator asserts it.
    #[test]
    fn what_is_undecided_says_why(condition in condition(), series in prop::collection::vec(snapshot(), 1..4)) {
        let Some(rule) = judged(&condition, yaml(&series, false)) else { return Ok(()) };
        prop_assert!(
            rule.outcome != Outcome::Undecided || !rule.evidence.is_empty(),
            "{}\n{}",
            condition,
            yaml(&series, false)
        );
    }
}
