//! Bounds, order and origins: on random stacks, and on small ones that are looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::settle;
use crate::ast::ExprIds;
use crate::check::check;
use crate::config;
use crate::diagnostic::Severity;
use crate::parse::parse;
use crate::program::Program;
use crate::settings::{ParamSetting, show_value};
use crate::source::SourceMap;
use crate::value::{Date, day_number};

/// The range that the policy declares, in percent.
const DECLARED: (u32, u32) = (10, 90);

const POLICY: &str = "\
snapshot { a: share, ok: bool, day: date, cost: number USD, xs: list of { good: bool } }
policy p {
  param x = 50% within 10% to 90%
  param n = 50
  param b = true
  param t = \"one\"
  param d = 2026-01-01 within 2025-01-01 to 2027-01-01
  param m = 6 months within 1 month to 12 months
  param c = 5 USD
  param w = 2 weeks
  param s = 90%
  rule r { require a >= x else hold }
}
";

fn program(text: &str, sources: &mut SourceMap) -> Program {
    let file = sources.add("p.gate", text);
    let mut ids = ExprIds::default();
    let (tree, _) = parse(file, text, &mut ids);
    check(&[tree], ids.count()).0
}

/// What is said of `p.x` in a line of a layer.
#[derive(Clone, Debug)]
struct Said {
    value: Option<u32>,
    within: Option<(u32, u32)>,
    locked: bool,
    /// Only for `pay-*`.
    narrowed_to: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let within = (0..20u32, 0..20u32).prop_map(|(low, high)| (low * 5, high * 5));
    (
        prop::option::weighted(0.8, 0..21u32),
        prop::option::weighted(0.4, within),
        prop::bool::weighted(0.15),
        any::<bool>(),
    )
        .prop_filter("something is set", |(value, within, locked, _)| {
            value.is_some() || within.is_some() || *locked
        })
        .prop_map(|(value, within, locked, narrowed_to)| Said {
            value: value.map(|v| v * 5),
            within,
            locked,
            narrowed_to,
        })
}

impl Said {
    fn yaml(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.value.map(|value| format!("value: {value}%")));
        parts.extend(self.within.map(|(low, high)| format!("within: {low}% to {high}%")));
        parts.extend(self.locked.then(|| "locked: true".to_owned()));
        let set = format!("{{ p.x: {{ {} }} }}", parts.join(", "));
        if self.narrowed_to {
            format!("overrides: [{{ workflows: pay-*, params: {set} }}]\n")
        } else {
            format!("params: {set}\n")
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn the_value_in_force_keeps_to_every_bound_above_it(layers in prop::collection::vec(said(), 1..6)) {
        let mut sources = SourceMap::default();
        let program = program(POLICY, &mut sources);
        let mut stack = Vec::new();
        for (at, said) in layers.iter().enumerate() {
            let text = said.yaml();
            let file = sources.add(format!("{at}"), text.clone());
            stack.push(config::read(file, &text).0);
        }
        let workflows: [Arc<str>; 2] = ["pay-out".into(), "other".into()];
        let (book, found) = settle(&program, &stack, &workflows);
        for workflow in &workflows {
            let setting = book.settings(workflow).params[0].constant().unwrap();
            // What was read and not refused, for this workflow, in the order in which it counts.
            let refused: BTreeSet<_> = found.iter().filter_map(|d| d.labels.first()).map(|label| label.span.file).collect();
            let layers = &layers;
            let concerns = |at: &usize| !layers[*at].narrowed_to || &**workflow == "pay-out";
            let read = |at: &usize| !stack[*at].block.params.is_empty() || !stack[*at].overrides.iter().all(|set| set.block.params.is_empty());

            let mut order: Vec<usize> = (0..layers.len()).filter(concerns).filter(read).collect();
            order.sort_by_key(|at| layers[*at].narrowed_to);
            let origin = sources.name(setting.origin.file);
            prop_assert!(!origin.is_empty());
            let number: u32 = show_value(&program.params[0].ty, &setting.value).trim_end_matches('%').parse().unwrap();
            prop_assert!((DECLARED.0..=DECLARED.1).contains(&number), "{} is outside of what is declared", number);
            let by = origin.parse::<usize>().ok();
            prop_assert_eq!(by.is_some(), setting.configured);
            if let Some(by) = by {
                prop_assert_eq!(layers[by].value, Some(number));
            }
            // Nobody below a lock, and every range above it. A file that no diagnostic names was taken whole.
            for at in order.iter().filter(|at| !refused.contains(&stack_file(&sources, **at))) {
                let above = by.is_none_or(|by| *at <= by);
                if let Some((low, high)) = layers[*at].within.filter(|_| above) {
                    prop_assert!((low..=high).contains(&number), "{} is outside of {} to {}", number, low, high);
                }
                let locks_before = layers[*at].locked && by.is_some_and(|by| *at < by);
                let came_later = by.is_some_and(|by| order.iter().position(|o| *o == by) > order.iter().position(|o| o == at));
                prop_assert!(!(locks_before && came_later), "set below a lock");
            }
        }
    }
}

/// What is said of `p.r` in a line of a layer: its effect and whether that is locked, for all workflows or for `pay-*`.
fn said_of_rule() -> impl Strategy<Value = (Option<&'static str>, bool, bool)> {
    let effect =
        prop::option::weighted(0.8, prop::sample::select(vec!["off", "note", "warn", "hold", "rollback"]));
    (effect, prop::bool::weighted(0.4), any::<bool>())
        .prop_filter("something is set", |(effect, locked, _)| effect.is_some() || *locked)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_nearer_file_changes_the_effect_that_a_base_locks(
        layers in prop::collection::vec(prop::collection::vec(said_of_rule(), 1..3), 1..5),
    ) {
        let mut sources = SourceMap::default();
        let program = program(POLICY, &mut sources);
        let workflows: [Arc<str>; 2] = ["pay-out".into(), "other".into()];
        let mut stack = Vec::new();
        for (at, said) in layers.iter().enumerate() {
            let set = |(effect, locked, _): &(Option<&str>, bool, bool)| {
                let effect = effect.map(|effect| format!("effect: {effect}, ")).unwrap_or_default();
                format!("{{ p.r: {{ {effect}locked: {locked} }} }}")
            };
            let general = said.iter().find(|(_, _, some)| !some).map(|said| format!("rules: {}\n", set(said)));
            let some = said.iter().find(|(_, _, some)| *some);
            let some = some.map(|said| format!("overrides: [{{ workflows: pay-*, rules: {} }}]\n", set(said)));
            let text = general.unwrap_or_default() + &some.unwrap_or_default();
            let file = sources.add(format!("{at}"), text.clone());
            stack.push(config::read(file, &text).0);
        }
        // However many nearer files follow, what is in force below a lock is what was so in the file that locks.
        for workflow in &workflows {
            let in_force = |depth: usize| {
                let (book, _) = settle(&program, &stack[..depth], &workflows);
                book.settings(workflow).rules[0].constant().unwrap().clone()
            };
            for depth in 1..=stack.len() {
                let base = in_force(depth);
                if base.locked.is_some() {
                    let all = in_force(stack.len());
                    prop_assert_eq!((base.effect, base.origin), (all.effect, all.origin), "{} at {}", workflow, depth);
                }
            }
        }
    }
}

fn stack_file(sources: &SourceMap, at: usize) -> crate::source::FileId {
    (0..).map(crate::source::FileId).find(|id| sources.name(*id) == at.to_string()).unwrap()
}

/// The value in force of a param for `w`, with its line, and what is wrong.
fn set(policy: &str, param: &str, configs: &[&str]) -> (String, Vec<String>) {
    let mut sources = SourceMap::default();
    let program = program(policy, &mut sources);
    let mut stack = Vec::new();
    for text in configs {
        let file = sources.add("c", *text);
        let (config, found) = config::read(file, text);
        assert_eq!(found, []);
        stack.push(config);
    }
    let (book, found) = settle(&program, &stack, &["w".into()]);
    let at = program.params.iter().position(|p| *p.name == *param).unwrap_or_else(|| panic!("no {param}"));
    let steps = &book.settings("w").params[at];
    let value = show_value(&program.params[at].ty, &steps.constant().unwrap().value);
    let problems = found.iter().filter(|d| d.severity == Severity::Error);
    (value, problems.map(|d| format!("{} {}", d.code, d.message)).collect())
}

#[test]
fn values_are_written_as_in_policies_and_snapshots() {
    for (param, written, shown) in [
        ("p.x", "85%", "85%"),
        ("p.x", "0.85", "85%"),
        ("p.x", "\"85%\"", "85%"),
        ("p.n", "-3.5", "-3.5"),
        ("p.b", "false", "false"),
        ("p.t", "two words", "\"two words\""),
        ("p.t", "5", "\"5\""),
        ("p.d", "2026-11-02", "2026-11-02"),
        ("p.m", "3 months", "3 months"),
        ("p.c", "0.5 USD", "0.5 USD"),
        ("p.c", "0.5", "0.5 USD"),
        ("p.w", "300 ms", "300 ms"),
    ] {
        let (value, problems) = set(POLICY, param, &[&format!("params: {{ {param}: {written} }}\n")]);
        assert_eq!((value.as_str(), problems), (shown, Vec::new()), "{written}");
    }
    for (param, written, code) in [
        ("p.x", "85", "T408"),
        ("p.x", "2 weeks", "T408"),
        ("p.x", "eighty", "T408"),
        ("p.x", "95%", "T409"),
        ("p.b", "no", "T408"),
        ("p.c", "5 EUR", "T408"),
        ("p.d", "2026-02-30", "T408"),
        ("p.m", "2 weeks", "T408"),
        ("p.m", "2 years", "T409"),
        ("p.w", "2", "T408"),
        ("p.y", "2", "T407"),
        ("q.x", "2", "T407"),
    ] {
        let known = if code == "T407" { "p.x" } else { param };
        let (_, problems) = set(POLICY, known, &[&format!("params: {{ {param}: {written} }}\n")]);
        assert!(problems.len() == 1 && problems[0].starts_with(code), "{written}: {problems:?}");
    }
}

#[test]
fn windows_and_confidences_take_not_every_value_of_their_type() {
    let policy = "\
snapshot every 1 week { a: share, xs: list of { good: bool } }
policy p {
  param w = 2 weeks
  param s = 90%
  param h = 50%
  rule r { require mean(a over w) >= 50% else hold }
  rule q { require share(xs where good) >= 50% with s confidence else hold }
}
";
    for (param, written, fits) in [
        ("p.w", "36 h", false),
        ("p.w", "0 days", false),
        ("p.w", "-1 week", false),
        ("p.w", "48 h", true),
        ("p.s", "100%", false),
        ("p.s", "0", false),
        ("p.s", "0.5", true),
        ("p.h", "100%", true),
    ] {
        let (_, problems) = set(policy, param, &[&format!("params: {{ {param}: {written} }}\n")]);
        assert_eq!(problems.is_empty(), fits, "{param} {written}: {problems:?}");
        assert!(problems.iter().all(|problem| problem.starts_with("T408")));
    }
}

#[test]
fn nearer_files_win_and_what_is_said_of_a_workflow_goes_before_what_is_said_of_all() {
    let of_all = |value: &str| format!("params: {{ p.x: {value} }}\n");
    let of_some = |glob: &str, value: &str| {
        format!("overrides: [{{ workflows: '{glob}', params: {{ p.x: {value} }} }}]\n")
    };
    for (configs, expected) in [
        (vec![of_all("60%"), of_all("70%")], "70%"),
        (vec![of_some("w", "60%"), of_all("70%")], "60%"),
        (vec![of_some("w", "60%"), of_some("*", "70%")], "70%"),
        (vec![of_some("v", "60%"), of_all("70%")], "70%"),
        (vec![of_all("60%") + &of_some("w", "65%"), "waivers: []\n".to_owned()], "65%"),
    ] {
        let configs: Vec<&str> = configs.iter().map(String::as_str).collect();
        assert_eq!(set(POLICY, "p.x", &configs), (expected.to_owned(), Vec::new()), "{configs:?}");
    }
}

/// The values of a param for `w`, each with the last digit of its first day in January, and the codes of what is said.
fn steps(param: &str, configs: &[&str]) -> (String, Vec<String>) {
    let mut sources = SourceMap::default();
    let program = program(POLICY, &mut sources);
    let mut stack = Vec::new();
    for text in configs {
        let (config, found) = config::read(sources.add("c", *text), text);
        assert_eq!(found, []);
        stack.push(config);
    }
    let (book, found) = settle(&program, &stack, &["w".into()]);
    let at = program.params.iter().position(|p| *p.name == *param).unwrap();
    let shown = |(from, setting): (Option<Date>, &ParamSetting)| {
        let from = from.map(|day| format!("{}:", day.day())).unwrap_or_default();
        from + &show_value(&program.params[at].ty, &setting.value)
    };
    let values: Vec<String> = book.settings("w").params[at].steps().map(shown).collect();
    (values.join(" "), found.iter().map(|d| d.code.to_string()).collect())
}

#[test]
fn on_each_day_counts_what_wins_of_all_that_has_begun() {
    let x = |said: &str| format!("params: {{ p.x: {said} }}\n");
    let w = |said: &str| format!("overrides: [{{ workflows: w, params: {{ p.x: {said} }} }}]\n");
    for (configs, values, codes) in [
        (vec![x("{ value: 60%, from: 2026-01-05 }")], "50% 5:60%", vec![]),
        (vec![x("[{ value: 60% }, { value: 70%, from: 2026-01-05 }]")], "60% 5:70%", vec![]),
        (
            vec![x("[{ value: 60%, from: 2026-01-09 }, { value: 70%, from: 2026-01-05 }]")],
            "50% 5:70% 9:60%",
            vec![],
        ),
        // A nearer file wins as soon as it has begun, and however long ago that was.
        (vec![x("{ value: 60%, from: 2026-01-05 }"), x("70%")], "70%", vec![]),
        (
            vec![x("{ value: 60%, from: 2026-01-05 }"), x("{ value: 70%, from: 2026-01-03 }")],
            "50% 3:70%",
            vec![],
        ),
        (
            vec![x("{ value: 60%, from: 2026-01-05 }"), x("{ value: 70%, from: 2026-01-07 }")],
            "50% 5:60% 7:70%",
            vec![],
        ),
        (vec![w("{ value: 60%, from: 2026-01-05 }"), x("70%")], "70% 5:60%", vec![]),
        // What a base narrows from a day on ends what began before, and refuses what begins later.
        (
            vec![x("{ within: 65% to 90%, value: 80%, from: 2026-01-05 }"), x("60%")],
            "60% 5:80%",
            vec!["T419"],
        ),
        (
            vec![
                x("{ within: 65% to 90%, value: 80%, from: 2026-01-05 }"),
                x("{ value: 60%, from: 2026-01-05 }"),
            ],
            "50% 5:80%",
            vec!["T409"],
        ),
        (
            vec![
                x("{ within: 65% to 90%, value: 80%, from: 2026-01-05 }"),
                x("[{ value: 60% }, { value: 70%, from: 2026-01-05 }]"),
            ],
            "60% 5:70%",
            vec![],
        ),
        // A range binds from its own day on, however the value goes on.
        (
            vec![x("[{ value: 80%, within: 70% to 90% }, { value: 75%, from: 2026-01-05 }]"), x("60%")],
            "80% 5:75%",
            vec!["T409"],
        ),
        (vec![x("{ locked: true, from: 2026-01-05 }"), x("60%")], "60% 5:50%", vec!["T419"]),
        (
            vec![x("{ locked: true, from: 2026-01-05 }"), x("{ value: 60%, from: 2026-01-06 }")],
            "50% 5:50%",
            vec!["T410"],
        ),
        // A range of a nearer file that a later value of the base does not fit.
        (vec![x("{ value: 60%, from: 2026-01-05 }"), x("{ within: 40% to 55% }")], "50% 5:60%", vec!["T419"]),
        (
            vec![
                x("{ within: 40% to 55%, from: 2026-01-05 }"),
                x("{ within: 40% to 70%, from: 2026-01-07 }"),
            ],
            "50% 5:50%",
            vec!["T412"],
        ),
    ] {
        let texts: Vec<&str> = configs.iter().map(String::as_str).collect();
        let (got, said) = steps("p.x", &texts);
        assert_eq!(
            (got.as_str(), said),
            (values, codes.into_iter().map(str::to_owned).collect()),
            "{configs:#?}"
        );
    }
}

proptest! {
    /// Of what has begun on a day, the same counts as if nothing had a first day.
    #[test]
    fn a_day_knows_nothing_of_what_begins_later(layers in prop::collection::vec((said(), 0..4u32), 1..5), day in 0..4u32) {
        let mut sources = SourceMap::default();
        let program = program(POLICY, &mut sources);
        let (mut dated, mut plain) = (Vec::new(), Vec::new());
        let mut place = BTreeMap::new();
        for (at, (said, from)) in layers.iter().enumerate() {
            let text = said.yaml();
            let with_day = text.replacen("p.x: { ", &format!("p.x: {{ from: 2026-01-0{}, ", from + 1), 1);
            let text = if from <= &day { text } else { "waivers: []\n".to_owned() };
            let (one, other) = (sources.add(format!("d{at}"), with_day.clone()), sources.add(format!("p{at}"), text.clone()));
            place.insert(one, other);
            dated.push(config::read(one, &with_day).0);
            plain.push(config::read(other, &text).0);
        }
        let workflows: [Arc<str>; 1] = ["pay-out".into()];
        let on = day_number(Date::constant(2026, 1, 1)) + i64::from(day);
        let (dated, plain) = (settle(&program, &dated, &workflows).0, settle(&program, &plain, &workflows).0);
        let (one, other) = (dated.settings("pay-out").param_on(0, on).unwrap(), plain.settings("pay-out").param_on(0, on).unwrap());
        prop_assert_eq!(&one.value, &other.value);
        prop_assert_eq!((&one.within, &one.bounds), (&other.within, &other.bounds));
        prop_assert_eq!(one.locked.map(|lock| lock.layer), other.locked.map(|lock| lock.layer));
        let origin = place.get(&one.origin.file).copied().unwrap_or(one.origin.file);
        prop_assert_eq!(origin, other.origin.file);
    }
}
