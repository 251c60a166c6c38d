//! The limits of `SECURITY.md`: that its table says what the code says, and what happens at a limit and one past it.

use std::collections::BTreeSet;
use std::fs;

use tollgate::engine::{CheckOptions, DayOptions, TestOptions, Workspace};
use tollgate::project::{Configuration, Inputs, Project, Suite, Suites, TextFile};
use tollgate::source::SourceMap;
use tollgate::value::Date;

use crate::support::{Repo, Run, files_under, relative, root};

/// The rows of the table, cell by cell.
fn rows() -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let (_, table) = text.split_once("|---|---|---|---|---|\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().replace('`', "")).collect())
        .collect()
}

/// What `4 << 20`, `64 * 1024 * 1024` or `1_000` comes to.
fn value(expression: &str) -> u64 {
    let number = |text: &str| text.trim().replace('_', "").parse::<u64>().unwrap();
    match expression.split_once("<<") {
        Some((left, right)) => number(left) << number(right),
        None => expression.split('*').map(number).product(),
    }
}

/// What `64 MiB` or `1,000` comes to.
fn limit(cell: &str) -> u64 {
    let number = |text: &str| text.replace(',', "").parse::<u64>().unwrap();
    cell.strip_suffix(" MiB").map_or_else(|| number(cell), |mib| number(mib) << 20)
}

#[test]
fn the_table_of_limits_says_what_the_code_says() {
    let rows = rows();
    assert!(rows.len() > 20);
    for row in &rows {
        let [what, shown, name, file, why] = row.as_slice() else { panic!("{row:?}") };
        let code = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let found = code.lines().find_map(|line| {
            let (_, rest) = line.split_once(&format!("const {name}: "))?;
            rest.split_once(" = ")?.1.strip_suffix(';')
        });
        let found = found.unwrap_or_else(|| panic!("{what}: {file} has no {name}"));
        // SQLite takes its limit as a text.
        assert_eq!(value(found.trim_matches('"')), limit(shown), "{what}: {name} of {file}");
        assert!(!why.is_empty(), "{what}");
    }
    // The other way: whatever bounds what may be read or computed is in the table. What bounds a report's layout is not.
    let listed: BTreeSet<(String, String)> =
        rows.iter().map(|row| (row[3].clone(), row[2].clone())).collect();
    for path in files_under(&root().join("src"), &["rs"]) {
        let name = relative(&path);
        let is_input = ["src/project", "src/snapshot/limits", "src/value", "src/suite/given"];
        let is_budget = [
            "src/eval/budget",
            "src/lint.rs",
            "src/layers.rs",
            "src/config",
            "src/parse.rs",
            "src/check/call",
            "src/check/let_decl",
            "src/collect",
            "src/cli/collect",
        ];
        if !is_input.iter().chain(&is_budget).any(|start| name.starts_with(start)) {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            if let Some((_, constant)) = line.split_once("const MAX_") {
                let constant = format!("MAX_{}", constant.split(':').next().unwrap());
                assert!(listed.contains(&(name.clone(), constant.clone())), "{name}: {constant}");
            }
        }
    }
}

/// What a run is given: policy, configuration, snapshot.
#[derive(Clone, Default)]
struct Texts {
    policy: String,
    config: String,
    snapshot: String,
    test: String,
}

const POLICY: &str = "snapshot { x: number, list: list of number, outputs: list of { a: share } }\n\
                      policy p { rule r { require x >= 1 else hold } }\n";
/// What stands between the texts of several files.
const NEXT_FILE: &str = "\0";
const SNAPSHOT: &str = "workflow: w\ndate: 2026-01-05\nx: 1\n";

impl Texts {
    fn new() -> Self {
        Self { policy: POLICY.to_owned(), snapshot: SNAPSHOT.to_owned(), ..Self::default() }
    }

    fn policy(text: String) -> Self {
        Self { policy: text, ..Self::new() }
    }

    fn rules(text: &str) -> Self {
        Self::policy(format!("{}policy p {{\n{text}\n}}\n", POLICY.lines().next().unwrap()))
    }

    fn snapshot(rest: &str) -> Self {
        Self { snapshot: format!("{SNAPSHOT}{rest}"), ..Self::new() }
    }

    fn config(text: String) -> Self {
        Self { config: text, ..Self::new() }
    }

    fn test(given: &str) -> Self {
        let test = format!(
            "test \"t\" {{ given every 1 day from 2026-01-05 {{ {given} }} expect decision continue }}\n"
        );
        Self { test, ..Self::new() }
    }

    /// The codes and messages of everything that is wrong.
    fn problems(&self) -> Vec<String> {
        let file = |name: &str, text: &str| TextFile { name: name.to_owned(), content: Ok(text.into()) };
        let policies = vec![file("p.gate", &self.policy)];
        let found = if self.test.is_empty() {
            let mut sources = SourceMap::default();
            let stack = Some(&self.config)
                .filter(|text| !text.is_empty())
                .map(|text| Configuration::add("tollgate.yaml", text, &mut sources));
            let project = Project {
                stack: stack.into_iter().collect(),
                policies,
                snapshots: self.snapshot.split(NEXT_FILE).map(|text| file("w.yaml", text)).collect(),
                ..Project::default()
            };
            let today = Date::constant(2026, 1, 5);
            let options = CheckOptions::from(DayOptions { as_of: Some(today), ..DayOptions::on(today) });
            Workspace::new()
                .check(Inputs { sources, projects: vec![project], ..Inputs::default() }, &options)
                .diagnostics
        } else {
            let suite = Suite { policies, tests: vec![file("p.test.gate", &self.test)], ..Suite::default() };
            let run = Workspace::new()
                .test(Suites { suites: vec![suite], ..Suites::default() }, &TestOptions::default());
            let tests = run.report.files.into_iter().flat_map(|file| file.tests);
            let failures = tests.flat_map(|test| test.failures).map(|failure| failure.diagnostic);
            failures.chain(run.diagnostics).collect()
        };
        found.iter().map(|problem| format!("{} {problem}", problem.code)).collect()
    }
}

/// A limit: the constant and its file, the code of what is beyond, and what uses just so much of it.
type Case = (&'static str, &'static str, &'static str, fn(usize) -> Texts);

const CASES: &[Case] = &[
    ("src/snapshot/limits.rs", "MAX_BYTES", "T303", |n| {
        Texts::snapshot(&format!("#{}", " ".repeat(n - SNAPSHOT.len() - 1)))
    }),
    ("src/snapshot/limits.rs", "MAX_DOCUMENTS", "T303", |n| {
        let one = |at: usize| format!("---\n{{ workflow: w{at}, date: 2026-01-05, x: 1 }}\n");
        Texts { snapshot: (0..n).map(one).collect(), ..Texts::new() }
    }),
    // The three entries take two each, the list's key and the list two, and the document one.
    ("src/snapshot/limits.rs", "MAX_NODES", "T303", |n| {
        Texts::snapshot(&format!("list: [{}]", "1,".repeat(n - 9)))
    }),
    ("src/snapshot/limits.rs", "MAX_ALIAS_NODES", "T303", |n| {
        Texts::snapshot(&format!("list: &a [{}1]\noutputs: *a\n", "1,".repeat(n - 2)))
    }),
    ("src/snapshot/limits.rs", "MAX_DEPTH", "T303", |n| {
        Texts::snapshot(&format!("deep: {}{}", "[".repeat(n - 1), "]".repeat(n - 1)))
    }),
    ("src/snapshot/limits.rs", "MAX_UNDECLARED", "T303", |n| {
        Texts::snapshot(&(0..n).map(|at| format!("k{at}: 1\n")).collect::<String>())
    }),
    ("src/snapshot/limits.rs", "MAX_COLLECTED", "T303", |n| {
        let entries: String = (0..n).map(|at| format!("  k{at}: {{ from: a }}\n")).collect();
        Texts::snapshot(&format!("collected:\n{entries}"))
    }),
    ("src/snapshot/limits.rs", "MAX_COLLECTED_BYTES", "T340", |n| {
        Texts::snapshot(&format!("collected: {{ x: {{ from: {} }} }}\n", "a".repeat(n)))
    }),
    ("src/snapshot/limits.rs", "MAX_SHOWN", "T322", |n| {
        Texts::snapshot(&format!("list: [{}]", (0..n).map(|at| format!("a{at},")).collect::<String>()))
    }),
    ("src/value.rs", "MAX_DIGITS", "T310", |n| Texts::snapshot(&format!("list: [{}]", "9".repeat(n)))),
    ("src/value.rs", "MAX_EXPONENT", "T310", |n| Texts::snapshot(&format!("list: [1e{n}, 1e-{n}]"))),
    ("src/eval/budget.rs", "MAX_SERIES", "T520", |n| {
        let day = |at: usize| tollgate::value::date_of_day(20_458 - i64::try_from(at).unwrap()).unwrap();
        let one = |at: usize| format!("{{ workflow: w, date: {}, x: 1 }}\n", day(at));
        let days: Vec<String> = (0..n).map(one).collect();
        let files: Vec<String> = days.chunks(500).map(|days| days.join("---\n")).collect();
        Texts { snapshot: files.join(NEXT_FILE), ..Texts::new() }
    }),
    ("src/parse.rs", "MAX_POLICY_BYTES", "T111", |n| {
        Texts::policy(format!("{POLICY}#{}", " ".repeat(n - POLICY.len() - 1)))
    }),
    ("src/parse.rs", "MAX_NAME_BYTES", "T113", |n| {
        Texts::rules(&format!("let {0} = x\nrule r {{ require {0} >= 1 else hold }}", "a".repeat(n)))
    }),
    ("src/snapshot/limits.rs", "MAX_WORKFLOW_BYTES", "T113", |n| Texts {
        snapshot: SNAPSHOT.replace("workflow: w", &format!("workflow: {}", "w".repeat(n))),
        ..Texts::new()
    }),
    ("src/config/glob.rs", "MAX_PATTERN_BYTES", "T113", |n| {
        let config = "overrides: [{ workflows: [\"PATTERN\"], rules: { p.r: warn } }]\n";
        Texts::config(config.replace("PATTERN", &format!("w{}", "*".repeat(n - 1))))
    }),
    ("src/parse.rs", "MAX_DEPTH", "T102", |n| {
        Texts::rules(&format!("let a = x{}\nrule r {{ require a >= 1 else hold }}", " + x".repeat(n)))
    }),
    ("src/check/let_decl.rs", "MAX_HEIGHT", "T102", |n| {
        let next = |at: usize| format!("let l{at} = -l{}\n", at - 1);
        let lets: String = (1..=(n - 1) / 2).map(next).collect();
        let first = if n.is_multiple_of(2) { "-x" } else { "x" };
        Texts::rules(&format!(
            "let l0 = {first}\n{lets}rule r {{ require l{} >= 1 or x >= 1 else hold }}",
            (n - 1) / 2
        ))
    }),
    ("src/check/call.rs", "MAX_LISTS", "T102", |n| {
        let inner = (1..n).fold("a > 1%".to_owned(), |inner, _| format!("count(outputs where {inner}) > 0"));
        Texts::rules(&format!("rule r {{ require x >= 1 or count(outputs where {inner}) > 0 else hold }}"))
    }),
    ("src/suite/given.rs", "MAX_SNAPSHOTS", "T602", |n| {
        Texts::test(&format!("x = {}", vec!["1"; n].join(", ")))
    }),
    ("src/suite/given.rs", "MAX_ELEMENTS", "T602", |n| Texts::test(&format!("x = 1 list = [{} x 1]", n - 1))),
    ("src/config.rs", "MAX_BYTES", "T401", |n| Texts::config(format!("#{}", " ".repeat(n - 1)))),
    ("src/config/blocks.rs", "MAX_STEPS", "T402", |n| {
        let steps = |nth: usize| format!("{{ effect: warn, from: {:04}-01-01 }}", 1000 + nth);
        Texts::config(format!("rules:\n  p.r: [{}]\n", (0..n).map(steps).collect::<Vec<_>>().join(", ")))
    }),
    ("src/config/document.rs", "MAX_NODES", "T401", |n| {
        Texts::config(format!("policies: [{}]", vec!["a"; n - 3].join(",")))
    }),
    ("src/config/document.rs", "MAX_DEPTH", "T401", |n| {
        Texts::config(format!("unknown: {}{}", "[".repeat(n - 1), "]".repeat(n - 1)))
    }),
];

#[test]
fn at_a_limit_all_is_well_and_one_past_it_is_an_error() {
    let rows = rows();
    let mut wrong = Vec::new();
    for (file, name, code, texts) in CASES {
        let row = rows.iter().find(|row| row[3] == *file && row[2] == *name).unwrap();
        let most = usize::try_from(limit(&row[1])).unwrap();
        let beyond = |n: usize| {
            let problems = texts(n).problems();
            let first = problems.first().cloned().unwrap_or_default();
            (
                problems.iter().any(|problem| problem.contains(code)),
                first.chars().take(150).collect::<String>(),
            )
        };
        for (n, expected) in [(most, false), (most + 1, true)] {
            let (found, said) = beyond(n);
            if found != expected {
                wrong.push(format!("{file} {name} at {n}: {said}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A repository in which all is well, with one file more or another one in its place.
fn sound_but(name: &str, text: &str) -> Repo {
    Repo::new()
        .file("tollgate.yaml", "policies: [p/]\n")
        .file("p/p.gate", "policy p { rule r { require n >= 1 else hold } }\nsnapshot { n: count }\n")
        .file("p/p.test.gate", "test \"t\" { given file \"../rollouts/a.yaml\" expect decision continue }\n")
        .file("rollouts/a.yaml", "workflow: a\ndate: 2026-11-20\nn: 1\n")
        .file(name, text)
}

#[test]
fn a_glob_beyond_the_limits_is_an_error_wherever_it_is_written() {
    let braces = |depth: usize| format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
    type Place = (&'static str, &'static [&'static str], fn(&str) -> String);
    let places: &[Place] = &[
        ("tollgate.yaml", &["check", "--as-of", "2026-11-20"], |glob| {
            format!("policies: [p/]\nsnapshots: [\"rollouts/*.yaml\", \"{glob}\"]\n")
        }),
        ("tollgate.yaml", &["check", "--as-of", "2026-11-20"], |glob| {
            format!("policies: [p/, \"{glob}\"]\n")
        }),
        (".tollgateignore", &["fmt", "--check"], |glob| format!("{glob}\n")),
        ("p/p.test.gate", &["test"], |glob| {
            let glob = glob.replace('{', "\\{");
            format!("test \"t\" {{ given file \"../rollouts/{glob}.yaml\" expect decision continue }}\n")
        }),
    ];
    for (place, arguments, text) in places {
        for glob in [braces(300), "?".repeat(2_000)] {
            let run = sound_but(place, &text(&glob)).run(arguments);
            assert!(run.code == 2 && !run.err.contains("fault of its own"), "{place}: {run:?}");
            assert!(format!("{}{}", run.out, run.err).contains("is not a glob"), "{place}: {run:?}");
        }
        let sound = sound_but("x", "");
        assert!(sound.run(arguments).code < 2, "{place}: {:?}", sound.run(arguments));
    }
    let within = sound_but("tollgate.yaml", "policies: [p/]\nsnapshots: [\"rollouts/{a,{b,c}}.yaml\"]\n");
    assert_eq!(within.run(&["check", "--as-of", "2026-11-20"]).code, 0);
    within.write("rollouts/a.yaml", "workflow: a\ndate: 2026-11-20\nn: 0\n");
    assert_eq!(within.run(&["check", "--as-of", "2026-11-20"]).code, 1);
}

/// So many workflows, judged by a rule that fails with a message of so many bytes.
fn reported(workflows: usize, message: usize) -> Repo {
    let policy = format!(
        "policy p {{ rule r {{ require n >= 1 else hold \"{}\" }} }}\nsnapshot {{ n: count }}\n",
        "m".repeat(message)
    );
    let one = |at: usize| format!("workflow: w{at}\ndate: 2026-11-20\nn: 0\n");
    let snapshots: Vec<String> = (0..workflows).map(one).collect();
    Repo::new()
        .file("tollgate.yaml", "policies: [p/]\n")
        .file("p/p.gate", policy)
        .file("rollouts/all.yaml", snapshots.join("---\n"))
}

#[test]
fn a_report_beyond_the_budget_is_an_error_and_no_verdict_counts() {
    const CHECK: &[&str] = &["check", "--as-of", "2026-11-20", "--format", "json"];
    let within = reported(20, 200_000).run(CHECK);
    assert_eq!(within.code, 1, "{}", within.err);
    let beyond = reported(900, 200_000);
    for threads in ["1", "2", "5"] {
        let run = Run::of(beyond.command(CHECK).env("RAYON_NUM_THREADS", threads).output().unwrap());
        let report = run.json();
        assert_eq!((run.code, &report["summary"]["error"]), (2, &900.into()));
        assert_eq!(report["diagnostics"][0]["code"], "T521");
        assert!(run.out.len() < 1_000_000, "{}", run.out.len());
    }
}

#[test]
fn a_run_takes_no_more_steps_than_it_may() {
    // Numbers of some 16,000 bits, so that few operations take many steps.
    let squares: String = ["x", "a", "b", "c", "d", "f", "g"]
        .windows(2)
        .map(|w| format!("let {1} = {0} * {0}\n", w[0], w[1]))
        .collect();
    let policy = format!(
        "snapshot {{ x: number l: list of {{ e: count }} }}\n\
         policy p {{ {squares}rule r {{ require all(l where g * g + e > 9) else hold }} }}\n"
    );
    let x = "1234567890".repeat(4);
    let list = "{e: 1},".repeat(1_000);
    let texts = |workflows: usize| {
        let one = |at: usize| format!("workflow: w{at}\ndate: 2026-01-05\nx: {x}\nl: [{list}]\n");
        let snapshot = (0..workflows).map(one).collect::<Vec<_>>().join("---\n");
        Texts { policy: policy.clone(), snapshot, ..Texts::new() }
    };
    assert_eq!(texts(2).problems(), Vec::<String>::new());
    // Each of them takes less than a workflow may.
    let problems = texts(12).problems();
    assert!(problems.len() == 1 && problems[0].starts_with("T521"), "{problems:?}");
}

#[test]
fn overrides_by_workflows_by_rules_are_bounded() {
    let texts = |workflows: usize, rules: usize| {
        let rules: String =
            (0..rules).map(|at| format!("rule r{at} {{ require x >= 1 else hold }}\n")).collect();
        let own = |at: usize| format!("{{ workflows: [w{at}], rules: {{ p.r1: warn }} }}");
        let one = |at: usize| format!("{{ workflow: w{at}, date: 2026-01-05, x: 1 }}\n");
        Texts {
            config: format!("overrides: [{}]", (0..workflows).map(own).collect::<Vec<_>>().join(",")),
            snapshot: (0..workflows).map(one).collect::<Vec<_>>().join("---\n"),
            ..Texts::rules(&rules)
        }
    };
    assert_eq!(texts(20, 20).problems(), Vec::<String>::new());
    let problems = texts(800, 3_000).problems();
    assert!(problems[0].starts_with("T521 more than 2000000 settings"), "{problems:?}");
}

#[test]
fn standing_facts_have_a_size() {
    let facts = |bytes: usize| {
        Repo::new()
            .file("tollgate.yaml", "policies: [p/]\n")
            .file(
                "p/p.gate",
                "policy p { rule r { require n >= 1 else hold } }\nsnapshot { n: count t: text standing }\n",
            )
            .file("rollouts/rollout.yaml", format!("t: \"{}\"\n", "x".repeat(bytes - 6)))
            .file("rollouts/a.yaml", "workflow: a\ndate: 2026-11-20\nn: 1\n")
            .run(&["check", "--as-of", "2026-11-20"])
    };
    let within = facts(16 << 10);
    assert_eq!(within.code, 0, "{within:?}");
    let beyond = facts((16 << 10) + 1);
    assert!(beyond.code == 2 && beyond.out.contains("T303"), "{beyond:?}");
}

#[test]
fn lets_that_name_each_other_twice_are_told_once_or_not_at_all() {
    // Each is made of the one before twice over: 2^100 comparisons, if somebody looked at each.
    for (first, op, x) in [("x > 1", "or", "x: 1"), ("y > 1", "and", "x: 1")] {
        let lets: String = (1..100).map(|at| format!("let l{at} = l{0} {op} l{0}\n", at - 1)).collect();
        let policy = format!(
            "snapshot {{ x: number y: number }}\npolicy p {{ let l0 = {first}\n{lets}rule r {{ require l99 else hold }} }}\n"
        );
        let repo = Repo::new()
            .file("tollgate.yaml", "policies: [p/]\n")
            .file("p/p.gate", policy)
            .file("rollouts/a.yaml", format!("workflow: a\ndate: 2026-11-20\n{x}\n"));
        for arguments in [&["check", "--as-of", "2026-11-20"][..], &["lint"], &["explain", "p.r"], &["docs"]]
        {
            let run = repo.run(arguments);
            assert!(run.code < 2 && run.out.len() < 200_000, "{op} {arguments:?}: {} {}", run.code, run.err);
        }
    }
}

#[test]
fn a_text_is_not_repeated_in_full_for_each_time_that_it_is_named() {
    let named = "{t}".repeat(500);
    let run = Repo::new()
        .file("tollgate.yaml", "policies: [p/]\n")
        .file("p/p.gate", format!(
            "policy p {{ rule r {{ require n >= 1 else hold \"{named}\" }} }}\nsnapshot {{ n: count t: text }}\n"
        ))
        .file("rollouts/a.yaml", format!("workflow: a\ndate: 2026-11-20\nn: 0\nt: {}\n", "x".repeat(200_000)))
        .run(&["check", "--as-of", "2026-11-20", "--format", "json"]);
    assert!(run.code == 1 && run.out.len() < 2_000_000, "{} {}", run.code, run.out.len());
}

#[cfg(unix)]
#[test]
fn links_beside_links_are_not_followed_for_ever() {
    use std::os::unix::fs::symlink;
    let repo = sound_but("x", "");
    assert_eq!(repo.run(&["check", "--as-of", "2026-11-20"]).code, 0);
    // One link to what is there already changes nothing.
    fs::create_dir(repo.path("real")).unwrap();
    symlink(repo.path("real"), repo.path("rollouts/linked")).unwrap();
    assert_eq!(repo.run(&["check", "--as-of", "2026-11-20"]).code, 0);
    for depth in 0..30 {
        fs::create_dir(repo.path(&format!("d{depth}"))).unwrap();
        if depth > 0 {
            for link in ["a", "b"] {
                symlink(repo.path(&format!("d{depth}")), repo.path(&format!("d{}/{link}", depth - 1)))
                    .unwrap();
            }
        }
    }
    symlink(repo.path("d0"), repo.path("rollouts/many")).unwrap();
    let run = repo.run(&["check", "--as-of", "2026-11-20"]);
    assert!(run.code == 2 && run.out.contains("reached through links"), "{run:?}");
}

#[test]
fn files_of_nobody_beside_many_workflows_cost_no_product() {
    let mut repo = sound_but("x", "");
    let one = |at: usize| format!("{{ workflow: w{at}, date: 2026-11-20, n: 1 }}\n");
    repo = repo.file("rollouts/b.yaml", (0..900).map(one).collect::<Vec<_>>().join("---\n"));
    assert_eq!(repo.run(&["check", "--as-of", "2026-11-20"]).code, 0);
    for at in 0..300 {
        repo.write(&format!("rollouts/broken{at}.yaml"), "x");
    }
    let run = repo.run(&["check", "--as-of", "2026-11-20", "--format", "json"]);
    assert_eq!((run.code, &run.json()["summary"]["error"]), (2, &901.into()));
}
