//! What must not change a verdict, on the examples and on generated repositories.
//!
//! *Writing*: the order of files, rules and keys, the names of files, line ends, comments and the style of the YAML say nothing.
//! *Losing a value* never opens a gate that was shut. *What comes later* never changes what was said of an earlier date.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use tollgate::diagnostic::Severity;
use tollgate::engine::{Answer, DayOptions, Workspace};
use tollgate::project::{Configuration, Inputs, Project, TextFile};
use tollgate::report::{Decision, Outcome, Report};
use tollgate::source::SourceMap;
use tollgate::value::{Date, Number};

use crate::merges::{Node, Tree, judged};
use crate::properties::{
    DECLARATIONS, FIELDS, Fields, condition, instants, own_elements, recorded, snapshot, yaml,
};
use crate::support::{files_under, relative, root};

/// Files by name, and the day of judgement, with the minute of it where the series run by instants.
#[derive(Clone, Debug)]
struct Repository {
    policies: Vec<(String, String)>,
    snapshots: Vec<(String, String)>,
    standing: Vec<(String, String)>,
    config: &'static str,
    day: Date,
    minute: Option<i64>,
}

impl Repository {
    /// An example, on the day on which its newest snapshots are judged.
    fn example(name: &str) -> Self {
        let minute = (name == "canary").then_some(15 * 60 + 12);
        let day = Date::constant(2026, 11, 23);
        let folder = root().join("examples").join(name);
        let own = files_under(&folder, &["gate"]);
        let shipped = files_under(&root().join("policies"), &["gate"]);
        let policies = if own.is_empty() { shipped } else { own };
        let read = |paths: Vec<std::path::PathBuf>| {
            let text = |path: &std::path::PathBuf| (relative(path), std::fs::read_to_string(path).unwrap());
            paths.iter().map(text).collect::<Vec<_>>()
        };
        let is_test = |(name, _): &(String, String)| name.ends_with(".test.gate");
        let (standing, snapshots) = read(files_under(&folder.join("rollouts"), &["yaml"]))
            .into_iter()
            .partition(|(name, _)| name.ends_with("/rollout.yaml"));
        let policies = read(policies).into_iter().filter(|file| !is_test(file)).collect();
        Self { policies, snapshots, standing, config: "", day, minute }
    }

    fn inputs(&self) -> Inputs {
        let files = |files: &[(String, String)]| {
            let file = |(name, text): &(String, String)| TextFile {
                name: name.clone(),
                content: Ok(text.clone().into()),
            };
            files.iter().map(file).collect()
        };
        let mut sources = SourceMap::default();
        let set = Some(self.config).filter(|config| !config.is_empty());
        let stack = set.map(|set| Configuration::add("tollgate.yaml", set, &mut sources));
        let stack = stack.into_iter().collect();
        let project = Project {
            stack,
            policies: files(&self.policies),
            snapshots: files(&self.snapshots),
            standing: files(&self.standing),
            ..Project::default()
        };
        Inputs { sources, projects: vec![project], ..Inputs::default() }
    }

    fn options(&self) -> DayOptions {
        let time = self.minute.map(|minute| Number::from(60 * minute));
        DayOptions { as_of: Some(self.day), time, ..DayOptions::on(self.day) }
    }

    fn judge(&self) -> Answer<Report> {
        Workspace::new().check(self.inputs(), &self.options().into())
    }

    fn has_errors(&self) -> bool {
        self.judge().diagnostics.iter().any(|found| found.severity == Severity::Error)
    }

    /// All that is said of each workflow, without the places where it is said.
    fn verdict(&self) -> Vec<(String, Decision, BTreeSet<String>)> {
        let report = self.judge().report;
        let said = |workflow: &tollgate::report::WorkflowReport| {
            let rules = workflow
                .rules
                .iter()
                .map(|rule| format!("{} {:?} {} {:?}", rule.rule, rule.outcome, rule.enforced, rule.message));
            (workflow.workflow.clone(), workflow.decision, rules.collect())
        };
        report.workflows.iter().map(said).collect()
    }

    /// Every text changed.
    fn texts(&self, policy: impl Fn(&str) -> String, snapshot: impl Fn(&str) -> String) -> Self {
        let all = |files: &[(String, String)], change: &dyn Fn(&str) -> String| {
            files.iter().map(|(name, text)| (name.clone(), change(text))).collect()
        };
        Self {
            policies: all(&self.policies, &policy),
            snapshots: all(&self.snapshots, &snapshot),
            standing: all(&self.standing, &snapshot),
            ..*self
        }
    }

    fn snapshots_as(&self, write: impl Fn(&Value) -> String) -> Self {
        self.texts(str::to_owned, |text| {
            documents(text).iter().map(|document| format!("---\n{}\n", write(document))).collect()
        })
    }

    fn reversed(&self) -> Self {
        let mut other = self.clone();
        for files in [&mut other.policies, &mut other.snapshots, &mut other.standing] {
            files.reverse();
        }
        other
    }

    /// The same series by minutes: a week is 70 of them, and a day 10.
    fn by_minutes(&self) -> Self {
        let policy = |text: &str| {
            let text = in_minutes(text);
            assert!(!counts_in_days(&text), "{text}");
            text
        };
        let snapshot = |text: &str| {
            let mut text = text.to_owned();
            for week in 0..4 {
                let (day, minute) = (5 + 7 * week, 600 + 70 * week);
                let time = format!("date: 2026-01-05T{:02}:{:02}Z", minute / 60, minute % 60);
                text = text.replace(&format!("date: 2026-01-{day:02}"), &time);
            }
            text
        };
        let weeks = i64::from(self.day.day() - 5) / 7;
        Self {
            day: Date::constant(2026, 1, 5),
            minute: Some(600 + 70 * weeks),
            ..self.texts(policy, snapshot)
        }
    }

    /// Files with other names in the same folders, in another order. A `rollout.yaml` keeps its own: that is what it is.
    fn renamed(&self) -> Self {
        let mut other = self.clone();
        for files in [&mut other.policies, &mut other.snapshots] {
            let last = files.len();
            for (index, (name, _)) in files.iter_mut().enumerate() {
                let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
                let (_, extension) = file.rsplit_once('.').unwrap();
                *name = format!("{folder}/{:05}.{extension}", last - index);
            }
            files.sort();
        }
        other
    }

    /// One file for each folder of snapshots.
    fn gathered(&self) -> Self {
        let mut other = self.clone();
        other.snapshots.clear();
        for (name, text) in &self.snapshots {
            let (folder, _) = name.rsplit_once('/').unwrap_or_default();
            let name = format!("{folder}/all.yaml");
            match other.snapshots.iter_mut().find(|(known, _)| *known == name) {
                Some((_, all)) => *all = format!("{}\n---\n{all}", text.trim_start_matches("---\n")),
                None => other.snapshots.push((name, text.trim_start_matches("---\n").to_owned())),
            }
        }
        other
    }
}

// --- ways to write the same ---------------------------------------------------------------------------------------------

/// The documents of a YAML text that uses nothing a value could not hold.
fn documents(text: &str) -> Vec<Value> {
    let text = format!("\n{text}");
    let parts = text.split("\n---\n").filter(|part| !part.trim().is_empty());
    parts.map(|part| serde_yaml::from_str(part).unwrap_or_else(|error| panic!("{error}: {part}"))).collect()
}

/// How a text may be quoted: one that starts with a letter is no number, share or duration, which may not be.
#[derive(Clone, Copy)]
enum Quotes {
    None,
    Single,
    Double,
}

fn scalar(value: &Value, quotes: Quotes) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let plain = text.chars().all(|c| c.is_alphanumeric() || "_-.%@ :".contains(c))
        && serde_yaml::from_str::<Value>(text).is_ok_and(|back| back == *value);
    let word = text.starts_with(char::is_alphabetic) || is_date(text) || is_time(text);
    match quotes {
        Quotes::None if plain => text.clone(),
        Quotes::Single if word && !text.contains('\'') => format!("'{text}'"),
        Quotes::Double if word => value.to_string(),
        Quotes::None | Quotes::Single | Quotes::Double if plain => text.clone(),
        Quotes::None | Quotes::Single | Quotes::Double => value.to_string(),
    }
}

fn is_time(text: &str) -> bool {
    text.split_once('T').is_some_and(|(day, time)| is_date(day) && time.ends_with('Z'))
}

/// Every instant of a text, an hour later in an offset that is an hour ahead.
fn an_hour_ahead(text: &str) -> String {
    let ahead = |word: &str| {
        let (day, time) = word.split_once('T')?;
        let (hour, minute) = time.strip_suffix('Z')?.split_once(':')?;
        let hour: u8 = hour.parse().ok().filter(|hour| *hour < 23 && is_date(day))?;
        Some(format!("{day}T{:02}:{minute}:00.0+01:00", hour + 1))
    };
    let words = text.split_inclusive([' ', ',', '\n']).map(|word| {
        let bare = word.trim_end_matches([' ', ',', '\n']);
        let end = &word[bare.len()..];
        format!("{}{end}", ahead(bare).unwrap_or_else(|| bare.to_owned()))
    });
    words.collect()
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.split('-').map(str::len).eq([4, 2, 2])
}

fn flow(value: &Value, quotes: Quotes) -> String {
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| flow(item, quotes)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| format!("{name}: {}", flow(value, quotes));
            format!("{{ {} }}", fields.iter().rev().map(field).collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => scalar(value, quotes),
    }
}

/// A line for each value, with a remark behind it where `remark` says so.
fn block(value: &Value, indent: usize, remark: &str) -> String {
    let margin = " ".repeat(indent);
    let inner = |value: &Value| match value {
        Value::Array(items) if !items.is_empty() => format!("\n{}", block(value, indent + 2, remark)),
        Value::Object(fields) if !fields.is_empty() => format!("\n{}", block(value, indent + 2, remark)),
        Value::Array(_)
        | Value::Object(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_) => {
            format!(" {}{remark}\n", flow(value, Quotes::None))
        }
    };
    match value {
        Value::Array(items) => items.iter().map(|item| format!("{margin}-{}", inner(item))).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{margin}{name}:{}", inner(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => inner(value),
    }
}

/// A policy file with the rules that stand side by side in the opposite order.
fn rules_reversed(text: &str) -> String {
    let rules = rules_of(text);
    let parents: BTreeSet<usize> = rules.iter().map(|(parent, _)| *parent).collect();
    let mut swapped: Vec<(std::ops::Range<usize>, &str)> = Vec::new();
    for parent in parents {
        let slots: Vec<_> =
            rules.iter().filter(|(of, _)| *of == parent).map(|(_, range)| range.clone()).collect();
        swapped.extend(slots.iter().cloned().zip(slots.iter().rev().map(|range| &text[range.clone()])));
    }
    swapped.sort_by_key(|(range, _)| range.start);
    let mut out = String::new();
    let mut done = 0;
    for (range, rule) in swapped {
        out.push_str(&text[done..range.start]);
        out.push_str(rule);
        done = range.end;
    }
    out + &text[done..]
}

/// Each rule's place, behind the place of the brace that it stands in.
fn rules_of(text: &str) -> Vec<(usize, std::ops::Range<usize>)> {
    let (mut open, mut rules, mut started) = (Vec::new(), Vec::new(), None);
    let (mut quoted, mut comment) = (false, false);
    let bytes = text.as_bytes();
    for at in 0..bytes.len() {
        match bytes[at] {
            b'\n' => comment = false,
            _ if comment => {}
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'#' => comment = true,
            b'{' => open.push(at),
            b'}' => {
                open.pop();
                if let Some((depth, start)) = started
                    && depth == open.len()
                {
                    rules.push((open.last().copied().unwrap_or_default(), start..at + 1));
                    started = None;
                }
            }
            b'r' if started.is_none()
                && text[at..].starts_with("rule ")
                && bytes[at - 1].is_ascii_whitespace() =>
            {
                started = Some((open.len(), at));
            }
            _ => {}
        }
    }
    rules
}

fn windows_line_ends(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// A remark at the end of every line of a policy, and on a line of its own.
fn remarked(text: &str) -> String {
    text.lines().map(|line| format!("{line} # \"a remark {{\n# another }}\n")).collect()
}

/// Every way to say the same, by name.
fn same(repository: &Repository) -> Vec<(&'static str, Repository)> {
    let unchanged = |text: &str| text.to_owned();
    vec![
        ("files in another order", repository.reversed()),
        ("files under other names", repository.renamed()),
        ("snapshots in one file", repository.gathered()),
        ("line ends of Windows", repository.texts(windows_line_ends, windows_line_ends)),
        ("remarks in policies", repository.texts(remarked, unchanged)),
        ("rules in another order", repository.texts(rules_reversed, unchanged)),
        ("flow style, keys in another order", repository.snapshots_as(|value| flow(value, Quotes::None))),
        ("words in single quotes", repository.snapshots_as(|value| flow(value, Quotes::Single))),
        ("words in double quotes", repository.snapshots_as(|value| flow(value, Quotes::Double))),
        ("instants in another offset", repository.texts(str::to_owned, an_hour_ahead)),
        ("block style", repository.snapshots_as(|value| block(value, 0, ""))),
        ("block style with remarks", repository.snapshots_as(|value| block(value, 0, "  # a remark"))),
    ]
}

fn is_said_the_same(repository: &Repository) {
    let verdict = repository.verdict();
    for (way, other) in same(repository) {
        let changed = other.verdict();
        for (one, two) in verdict.iter().zip(&changed) {
            assert_eq!(one, two, "{way}: {:#?}", other.judge().report.diagnostics);
        }
        assert_eq!(verdict.len(), changed.len(), "{way}");
    }
}

#[test]
fn how_the_examples_are_written_says_nothing() {
    for name in ["support-desk", "canary"] {
        let repository = Repository::example(name);
        let verdict = repository.verdict();
        assert!(verdict.len() > 2 && verdict.iter().all(|(_, decision, _)| *decision != Decision::Error));
        is_said_the_same(&repository);
    }
}

#[test]
fn a_repository_can_run_by_instants() {
    let conditions =
        ["p", "held(p) >= 1 week", "open", "any(items where first_seen < date)"].map(str::to_owned);
    let timed =
        by_instants(generated(&conditions, &[(vec![("1".to_owned(), true)], Vec::new(), true)], true));
    assert!(timed.snapshots[0].1.contains("date: 2026-01-05T10:00Z"), "{timed:#?}");
}

#[test]
fn the_ways_to_write_differ() {
    let repository = Repository::example("canary");
    for (way, other) in same(&repository) {
        let files = |repository: &Repository| {
            (repository.policies.clone(), repository.snapshots.clone(), repository.standing.clone())
        };
        assert_ne!(files(&repository), files(&other), "{way}");
    }
    let policy = "policy p { rule a { when x then hold \"}\" } gate s -> t { rule b { } # }\n rule c { } } rule d { } }";
    let reversed = "policy p { rule d { } gate s -> t { rule c { } # }\n rule b { } } rule a { when x then hold \"}\" } }";
    assert_eq!(rules_reversed(policy), reversed);
}

// --- generated repositories ---------------------------------------------------------------------------------------------

const VOCABULARY: &str = "
stages testing -> pilot -> full
snapshot every 1 week grace 3 days {
FIELDS
}
";

/// Policies of the conditions, each in another kind of rule.
fn policy(conditions: &[String]) -> String {
    let condition = |index: usize| conditions[index % conditions.len()].as_str();
    format!(
        "policy one when {} {{\n{DECLARATIONS}  rule required {{ require {} else hold }}\n  \
         rule triggered {{ when {} then hold }}\n  rule back {{ when {} then rollback }}\n}}\n\
         policy two {{\n{DECLARATIONS}  gate testing -> pilot \"g\" {{ rule first {{ when {} require {} else hold }} \
         rule second {{ when {} then hold }} }}\n}}\n",
        condition(0),
        condition(1),
        condition(2),
        condition(3),
        condition(4),
        condition(5),
        condition(1),
    )
}

fn repository(policy: String, snapshots: String) -> Repository {
    Repository {
        policies: vec![
            ("p/v.gate".to_owned(), VOCABULARY.replace("FIELDS", FIELDS)),
            ("p/p.gate".to_owned(), policy),
        ],
        snapshots: vec![("w/w.yaml".to_owned(), snapshots)],
        standing: Vec::new(),
        config: "",
        day: Date::constant(2026, 1, 26),
        minute: None,
    }
}

/// A repository of generated parts.
fn generated(conditions: &[String], series: &[Fields], asks: bool) -> Repository {
    let mut snapshots = yaml(series, false).replace("workflow: w,", "workflow: w, stage: testing,");
    if asks {
        let last = snapshots.rfind("stage: testing,").unwrap() + "stage: testing,".len();
        snapshots.insert_str(last, " advance_to: pilot,");
    }
    repository(policy(conditions), snapshots)
}

/// Rules that look at other workflows.
const OTHERS: &str = "
policy others {
  let pilots = count(workflows where stage == pilot or advance_to == pilot)
  rule quota \"{pilots}\" { require pilots <= 1 else hold }
  rule waits { require any(workflows where workflow == \"w0\" and p) and none(workflows where a > snapshot.a) else hold }
  rule lasting { require held(pilots >= 1) >= 1 week and previous(pilots) >= 1 else warn }
  gate testing -> pilot { rule room { require max(workflows.d where has d) <= 2 else hold } }
}
";

/// Several workflows, the first of which may ask for the next stage, by rules that look at all of them.
fn fleet(conditions: &[String], all: &[Vec<Fields>], asks: bool) -> Repository {
    let mut repository = generated(conditions, &[], false);
    repository.policies.push(("p/others.gate".to_owned(), OTHERS.to_owned()));
    let stages = ["testing", "pilot", "full"];
    let files = all.iter().enumerate().map(|(index, series)| {
        let mut text = generated(conditions, series, asks && index == 0).snapshots[0].1.clone();
        let stage = if index == 0 { "testing" } else { stages[(index + series.len()) % 3] };
        text = text.replace("workflow: w, stage: testing,", &format!("workflow: w{index}, stage: {stage},"));
        (format!("w{index}/w.yaml"), text)
    });
    repository.snapshots = files.collect();
    repository
}

/// Whether a condition can be one, and is not refused because it is never true.
fn is_accepted(condition: &String) -> bool {
    let policy = format!("policy p {{ {DECLARATIONS} rule r {{ when {condition} then hold }} }}");
    let text = VOCABULARY.replace("FIELDS", FIELDS) + &policy;
    let file = TextFile { name: "p.gate".to_owned(), content: Ok(text.into()) };
    Workspace::new().compile(vec![file]).exit == 0
}

fn conditions() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(condition().prop_filter("is never true", is_accepted), 6)
}

/// Those that say nothing of days.
fn conditions_of_weeks() -> impl Strategy<Value = Vec<String>> {
    let of_weeks = condition().prop_filter("counts in days", |condition| {
        !counts_in_days(&in_minutes(condition)) && !condition.contains("date")
    });
    prop::collection::vec(of_weeks.prop_filter("is never true", is_accepted), 6)
}

fn in_minutes(text: &str) -> String {
    let mut text = text.to_owned();
    for (weeks, minutes) in [
        // A trend is counted by the week, which is 144 times as long as 70 minutes.
        ("trend(a over 2 weeks)", "(trend(a over 140 min) / 144)"),
        ("1 week grace 3 days {", "70 min grace 30 min {\n  date: time required,"),
        ("1 week", "70 min"),
        ("2 weeks", "140 min"),
        ("3 weeks", "210 min"),
    ] {
        text = text.replace(weeks, minutes);
    }
    text
}

fn counts_in_days(text: &str) -> bool {
    ["week", "day", "month", "quarter", "year", "2026"].iter().any(|word| text.contains(word))
}

/// Some of them may ask what the record has.
fn any_conditions() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(recorded().prop_filter("is never true", is_accepted), 6)
}

/// The same repository, its series running by instants; as it was, where a condition is one of days.
fn by_instants(repository: Repository) -> Repository {
    let mut timed = repository.texts(str::to_owned, instants);
    let (_, vocabulary) = &mut timed.policies[0];
    *vocabulary = vocabulary.replacen("days {", "days { date: time required", 1);
    if timed.has_errors() { repository } else { timed }
}

/// Two workflows of which one is measured less often, and one ends.
fn kept_apart(mut repository: Repository) -> Repository {
    repository.config = "overrides: [{ workflows: [w1], cadence: { every: 13 weeks, grace: 2 weeks } }]\n";
    repository
        .standing
        .push(("w2/rollout.yaml".to_owned(), "workflow: w2\nretired: 2026-01-22\n".to_owned()));
    repository.standing.retain(|_| repository.snapshots.iter().any(|(name, _)| name == "w2/w.yaml"));
    if repository.snapshots.len() < 2 {
        repository.config = "";
    }
    repository
}

/// Every value that is there: of a snapshot, or of an element; and whether a list is.
fn values(series: &mut [Fields]) -> Vec<&mut bool> {
    let mut found = Vec::new();
    for (scalars, items, listed) in series {
        let fields = scalars.iter_mut().chain(items.iter_mut().flatten());
        found.extend(fields.map(|(_, there)| there).chain([listed]));
    }
    found.into_iter().filter(|there| **there).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn how_it_is_written_says_nothing(conditions in any_conditions(), series in prop::collection::vec(snapshot(), 1..4), asks: bool, instants: bool) {
        let repository = generated(&conditions, &series, asks);
        is_said_the_same(&if instants { by_instants(repository) } else { repository });
    }

    #[test]
    fn weeks_and_minutes_are_judged_alike(conditions in conditions_of_weeks(), all in prop::collection::vec(prop::collection::vec(snapshot(), 1..5), 1..3), asks: bool) {
        let weeks = fleet(&conditions, &all, asks);
        prop_assert_eq!(outcomes(&weeks), outcomes(&weeks.by_minutes()));
        let of_days = days(&weeks).len();
        prop_assert_eq!(of_days, days(&weeks.by_minutes()).len());
    }

    #[test]
    fn where_other_workflows_are_looked_at_the_order_says_nothing(conditions in any_conditions(), all in prop::collection::vec(prop::collection::vec(snapshot(), 1..3), 1..4), asks: bool) {
        let repository = kept_apart(fleet(&conditions, &all, asks));
        prop_assert!(!repository.has_errors());
        is_said_the_same(&repository);
        // Who is judged alone is judged beside all others.
        for (name, decision, rules) in repository.verdict() {
            let alone = DayOptions { workflows: vec![name.clone()], ..repository.options() };
            let report = Workspace::new().check(repository.inputs(), &alone.into()).report;
            prop_assert_eq!((&report.workflows[0].workflow, report.workflows[0].decision), (&name, decision), "{:?}", rules);
        }
    }

    #[test]
    fn another_workflow_changes_the_verdicts_of_rules_that_name_workflows_alone(conditions in any_conditions(), all in prop::collection::vec(prop::collection::vec(snapshot(), 1..3), 2..4), asks: bool) {
        let (one, more) = (fleet(&conditions, &all[..1], asks), kept_apart(fleet(&conditions, &all, asks)));
        let (before, after) = (one.verdict(), more.verdict());
        prop_assert!(after.iter().any(|(.., rules)| rules.iter().any(|rule| rule.starts_with("others.waits"))));
        let own = |verdict: &[(String, Decision, BTreeSet<String>)]| -> BTreeSet<String> {
            let rules = verdict.iter().filter(|(name, ..)| name == "w0").flat_map(|(.., rules)| rules.clone());
            rules.filter(|rule| !rule.starts_with("others.")).collect()
        };
        prop_assert_eq!(own(&before), own(&after));
        let without = |repository: &Repository| {
            let mut other = repository.clone();
            other.policies.retain(|(name, _)| name != "p/others.gate");
            other.verdict().into_iter().find(|(name, ..)| name == "w0")
        };
        prop_assert_eq!(without(&one), without(&more));
    }

    #[test]
    fn a_value_less_never_lets_go_on_what_was_held(conditions in conditions(), series in prop::collection::vec(snapshot(), 1..4), asks: bool, which: prop::sample::Index) {
        // What two snapshots say of one element may contradict: a value less would end that.
        let apart = |repository: Repository| repository.texts(str::to_owned, own_elements);
        let repository = apart(generated(&conditions, &series, asks));
        let before = &repository.judge().report.workflows[0];
        let mut less = series.clone();
        let mut there = values(&mut less);
        if there.is_empty() {
            return Ok(());
        }
        let lost = which.index(there.len());
        *there[lost] = false;
        let other = apart(generated(&conditions, &less, asks));
        let after = &other.judge().report.workflows[0];
        let goes_on = matches!(after.decision, Decision::Continue | Decision::Advance);
        let held = matches!(before.decision, Decision::Hold | Decision::Rollback);
        prop_assert!(!(held && goes_on), "{repository:#?}\n{other:#?}");
        let fires = after.decision == Decision::Rollback && before.decision != Decision::Rollback;
        prop_assert!(!fires, "a rollback needs evidence: {repository:#?}\n{other:#?}");
    }

    #[test]
    fn what_comes_later_changes_no_earlier_day(conditions in any_conditions(), series in prop::collection::vec(snapshot(), 2..4), instants: bool) {
        let of = |series| {
            let repository = generated(&conditions, series, false);
            if instants { by_instants(repository) } else { repository }
        };
        let (repository, earlier) = (of(&series), of(&series[..series.len() - 1]));
        let (all, some) = (days(&repository), days(&earlier));
        prop_assert_eq!(some.len() + 1, all.len());
        prop_assert_eq!(&all[..some.len()], &some[..]);
    }

    #[test]
    fn a_day_of_the_history_says_what_a_check_of_that_day_says(conditions in any_conditions(), series in prop::collection::vec(snapshot(), 2..5)) {
        let repository = generated(&conditions, &series, false);
        let history = Workspace::new().history(repository.inputs(), &repository.options()).report;
        let days = &history.workflows[0].days;
        prop_assert_eq!(days.len(), series.len());
        for day in days {
            let date: Date = day.date.parse().unwrap();
            let as_of = Repository { day: date, ..repository.clone() };
            let workflow = &as_of.judge().report.workflows[0];
            let named = |outcome| {
                let rules = workflow.rules.iter().filter(|rule| rule.outcome == outcome && rule.applied.is_some());
                // The history looks at no record: what a check notes of it changes no decision.
                let rules = rules.filter(|rule| !rule.rule.starts_with("record."));
                rules.map(|rule| rule.rule.clone()).collect::<Vec<_>>()
            };
            prop_assert_eq!(workflow.decision, day.decision, "{}", date);
            prop_assert_eq!(named(Outcome::Fail), day.failed.clone(), "{}", date);
            prop_assert_eq!(named(Outcome::Undecided), day.undecided.clone(), "{}", date);
        }
    }

    #[test]
    fn a_pull_request_that_adds_a_workflow_changes_no_other_verdict(conditions in any_conditions(), all in prop::collection::vec(prop::collection::vec(snapshot(), 1..3), 2..4), asks: bool) {
        let mut more = fleet(&conditions, &all, asks);
        more.policies.retain(|(name, _)| name != "p/others.gate");
        let mut one = more.clone();
        one.snapshots.truncate(all.len() - 1);
        let (base, branch) = (tree(&one), tree(&more));
        let alone = judged(&base, &base, &base, one.day).report;
        let report = judged(&base, &base, &branch, one.day).report;
        prop_assert_eq!(report.workflows.len(), all.len());
        for (before, after) in alone.workflows.iter().zip(&report.workflows) {
            let said = |workflow: &tollgate::report::WorkflowReport| serde_json::to_value(workflow).unwrap();
            prop_assert_eq!(said(before), said(after));
        }
    }
}

/// The files of a repository, as git has them.
fn tree(repository: &Repository) -> Tree {
    let files = repository.policies.iter().chain(&repository.snapshots).chain(&repository.standing);
    let config = ("tollgate.yaml".to_owned(), "policies: [p/]\nsnapshots: w*/*.yaml\n".to_owned());
    let all = files.cloned().chain([config]);
    all.map(|(name, text)| (name, Node::Text(text))).collect()
}

/// The decision on each workflow, and what came of each rule: all that is said, but for lengths and dates.
fn outcomes(repository: &Repository) -> Vec<(String, Decision, Vec<String>)> {
    let report = repository.judge().report;
    assert!(report.diagnostics.iter().all(|found| found.severity != Severity::Error), "{report:#?}");
    let of = |workflow: &tollgate::report::WorkflowReport| {
        let rules = workflow.rules.iter();
        let rules = rules.map(|rule| format!("{} {:?} {}", rule.rule, rule.outcome, rule.enforced));
        (workflow.workflow.clone(), workflow.decision, rules.collect())
    };
    report.workflows.iter().map(of).collect()
}

/// Each day of the history of each workflow, as it is reported.
fn days(repository: &Repository) -> Vec<Value> {
    let back = Workspace::new().history(repository.inputs(), &repository.options()).report;
    let of = |workflow: &tollgate::report::WorkflowHistory| {
        let day = |day| serde_json::json!([workflow.workflow, serde_json::to_value(day).unwrap()]);
        workflow.days.iter().map(day).collect::<Vec<_>>()
    };
    back.workflows.iter().flat_map(of).collect()
}

#[test]
fn what_comes_later_changes_no_earlier_day_of_the_examples() {
    let by_days = ["2026-10-01", "2026-11-06", "2026-11-15"];
    let by_instants = ["2026-11-23T14:40Z", "2026-11-23T15:00Z", "2026-11-23T15:10Z"];
    for (name, times) in [("support-desk", by_days), ("canary", by_instants)] {
        let whole = Repository::example(name);
        let all = days(&whole);
        assert!(all.len() > 30);
        for time in times {
            let mut earlier = whole.clone();
            earlier.snapshots.retain(|(_, text)| {
                text.lines().find_map(|line| line.strip_prefix("date: ")).is_some_and(|date| date < time)
            });
            assert!(earlier.snapshots.len() > 3 && earlier.snapshots.len() < whole.snapshots.len(), "{time}");
            for one in days(&earlier) {
                assert!(all.contains(&one), "{time}: {one}");
            }
        }
    }
}
