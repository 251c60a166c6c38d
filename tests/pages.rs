//! The page for a browser: it says what `check` and `history` print as JSON, asks nobody for anything, and stays small.

use std::collections::{BTreeMap, BTreeSet};
use std::path::MAIN_SEPARATOR;

use serde_json::{Value, to_value};

use tollgate::engine::{Answer, CheckOptions, DayOptions, SweepRange, Workspace};
use tollgate::project::{Inputs, Memory, Project, Start, TableNode, TextFile, inputs};
use tollgate::render::html::{HtmlView, LARGE, SourceUrl, render, render_site};
use tollgate::report::page::{Hide, PageReport};
use tollgate::report::{Decision, Outcome};
use tollgate::value::{Date, Number};

use crate::fuzzed::bytes;
use crate::fuzzed::generate::generate;
use crate::support::{Repo, files_under, root};

const EXAMPLES: [(&str, Date, Option<i64>); 5] = [
    ("ai-evals", Date::constant(2026, 11, 30), None),
    ("canary", Date::constant(2026, 11, 23), Some(15 * 60 + 12)),
    ("organisation", Date::constant(2026, 11, 23), None),
    ("platform", Date::constant(2026, 11, 23), None),
    ("support-desk", Date::constant(2026, 11, 23), None),
];

fn options(day: Date, minute: Option<i64>) -> CheckOptions {
    let time = minute.map(|minute| Number::from(60 * minute));
    DayOptions { as_of: Some(day), time, ..DayOptions::on(day) }.into()
}

/// The files of an example, as if they were all that there is.
fn example(name: &str) -> Inputs {
    let folder = root().join("examples").join(name);
    let mut files = Memory::default();
    for path in files_under(&folder, &["gate", "json", "yaml"]) {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace(MAIN_SEPARATOR, "/");
        files.insert(name, TableNode::File(std::fs::read(&path).unwrap()));
    }
    inputs(&Start::new(&files, ""))
}

fn page_of(inputs: Inputs, options: &CheckOptions) -> Answer<PageReport> {
    Workspace::new().page(inputs, options, None, None)
}

/// The page, the judgement and the history of the same inputs say the same.
fn agrees(inputs: &dyn Fn() -> Inputs, options: &CheckOptions, case: &str) -> Answer<PageReport> {
    let page = page_of(inputs(), options);
    let judged = Workspace::new().check(inputs(), options);
    assert_eq!(page.exit, judged.exit, "{case}");
    assert_eq!(to_value(&page.report.report).unwrap(), to_value(&judged.report).unwrap(), "{case}");
    let back = Workspace::new().history(inputs(), &options.day);
    let days: BTreeMap<String, Value> =
        back.report.workflows.iter().map(|own| (own.name(), to_value(&own.days).unwrap())).collect();
    for own in &page.report.workflows {
        // A series that could not be read has no history.
        let known = days.get(&own.name()).cloned().unwrap_or_else(|| Value::Array(Vec::new()));
        assert_eq!(to_value(&own.days).unwrap(), known, "{case}: {}", own.name());
        for chart in &own.charts {
            assert_eq!(chart.points.len(), own.days.len(), "{case}: {}", chart.expression);
        }
    }
    let params = Workspace::new().overview(inputs(), &options.day).report.params;
    assert!(page.report.params.iter().map(|param| &param.row).eq(&params), "{case}");
    page
}

/// The text of HTML, with its entities read.
fn plain(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The attributes `data-…` of every row of the list.
fn rows(html: &str) -> Vec<BTreeMap<String, String>> {
    let tags = html.split("<tr data-rank=").skip(1).map(|rest| rest.split_once('>').unwrap().0);
    let attributes = |tag: &str| {
        let tag = format!("data-rank={tag}");
        let parts = tag.split("data-").skip(1).map(|part| part.trim().split_once('=').unwrap());
        parts.map(|(name, value)| (name.to_owned(), plain(value.trim_matches('"')))).collect()
    };
    tags.map(attributes).collect()
}

/// What the page draws is what its report says: each workflow with its decision, each rule that stops it with its values.
fn shows(page: &Answer<PageReport>, html: &str, case: &str) {
    let report = &page.report.report;
    let shown: BTreeSet<(String, String)> =
        rows(html).into_iter().map(|row| (row["workflow"].clone(), row["decision"].clone())).collect();
    let text = |text: &str| text.lines().map(tollgate::text::visible).collect::<Vec<_>>().join("\n");
    let known = report.workflows.iter().map(|own| (text(&own.name()), own.decision.as_str().to_owned()));
    assert_eq!(shown, known.collect(), "{case}");
    let read = plain(html);
    for own in &report.workflows {
        let stops = |outcome| matches!(outcome, Outcome::Fail | Outcome::Undecided);
        for rule in
            own.rules.iter().filter(|rule| rule.enforced && rule.applied.is_some() && stops(rule.outcome))
        {
            assert!(read.contains(&text(&rule.rule)), "{case}: {}", rule.rule);
        }
    }
    for line in html.lines() {
        assert!(line.chars().all(|c| !tollgate::text::is_hidden(c)), "{case}: {line}");
    }
}

#[test]
fn the_page_of_every_example_says_what_check_and_history_say() {
    for (name, day, minute) in EXAMPLES {
        let options = options(day, minute);
        let page = agrees(&|| example(name), &options, name);
        let html = render(&page, &HtmlView::default());
        assert!(!page.report.workflows.is_empty(), "{name}");
        shows(&page, &html, name);
        assert!(html.len() < LARGE, "{name}: {}", html.len());
        // The same inputs give the same bytes.
        assert_eq!(html, render(&page_of(example(name), &options), &HtmlView::default()), "{name}");
        let charts: usize = page.report.workflows.iter().map(|own| own.charts.len()).sum();
        assert!(charts > 0, "{name}");
        // Every value of a rule that stops a workflow is in the page.
        for rule in page.report.report.workflows.iter().flat_map(|own| &own.rules) {
            if rule.enforced && rule.applied.is_some() && rule.outcome == Outcome::Fail {
                for seen in &rule.evidence {
                    assert!(plain(&html).contains(&seen.value), "{name}: {} {}", rule.rule, seen.value);
                }
            }
        }
    }
}

#[test]
fn the_page_of_generated_repositories_says_what_check_and_history_say() {
    let options = options(Date::constant(2026, 1, 26), None);
    let (mut drawn, mut days) = (0, 0);
    for seed in 0..200 {
        let (policy, snapshots) = generate(&bytes(seed).1);
        let file = |name: &str, text: &str| TextFile { name: name.to_owned(), content: Ok(text.into()) };
        let inputs = || {
            let project = Project {
                policies: vec![file("generated.gate", &policy)],
                snapshots: vec![file("w/generated.yaml", &snapshots)],
                ..Project::default()
            };
            Inputs { projects: vec![project], ..Inputs::default() }
        };
        let case = format!("seed {seed}");
        let page = agrees(&inputs, &options, &case);
        shows(&page, &render(&page, &HtmlView::default()), &case);
        drawn += page.report.workflows.iter().map(|own| own.charts.len()).sum::<usize>();
        days += page.report.workflows.iter().map(|own| own.days.len()).sum::<usize>();
    }
    assert!(drawn > 40 && days > 100, "{drawn} charts, {days} days");
}

#[test]
fn a_page_asks_nobody_for_anything() {
    let view = HtmlView { source_url: Some(SourceUrl::new("https://example.com/{file}#L{line}").unwrap()) };
    let page = page_of(example("support-desk"), &options(Date::constant(2026, 11, 23), None));
    let html = render(&page, &view);
    assert!(html.contains("default-src 'none'"), "{}", &html[..600]);
    for asks in
        ["src=", "@import", "url(http", "<link", "<iframe", "<object", "<form action", "fetch(", "XMLHttp"]
    {
        assert!(!html.contains(asks), "{asks}");
    }
    // No style and no script stands in an attribute: the policy would not let it in.
    assert!(!html.contains(" style=") && !html.contains(" onclick="));
    let links = html.matches("href=\"").count();
    let own = html.matches("href=\"#").count() + html.matches("href=\"https://example.com/rollouts/").count();
    assert_eq!(links, own);
    // Values of the list and of the lights lead to their lines.
    let (_, measure) = html.split_once("<div class=\"measure\">").unwrap();
    assert!(measure.split_once("</div>").unwrap().0.contains("href=\"https://example.com/rollouts/"));
    let lights = html.split("<td class=\"p\">").skip(1).map(|rest| rest.split_once("</td>").unwrap().0);
    assert!(lights.filter(|light| light.contains("href=\"https://example.com/rollouts/")).count() > 20);
}

#[test]
fn a_large_page_is_a_folder() {
    let page = page_of(example("platform"), &options(Date::constant(2026, 11, 23), None));
    let files = render_site(&page, &HtmlView::default());
    assert_eq!(files.len(), 1 + page.report.workflows.len());
    assert_eq!(files[0].0, "index.html");
    for (name, text) in &files[1..] {
        assert!(files[0].1.contains(&format!("href=\"{name}\"")), "{name}");
        assert!(text.contains("href=\"index.html\"") && text.contains("<svg class=\"c"), "{name}");
    }
}

/// A year of fifty workflows by the shipped policies: one of them, fifty times.
#[test]
fn a_page_of_fifty_workflows_of_a_year_is_small() {
    let mut asked = options(Date::constant(2026, 11, 23), None);
    asked.day.workflows = vec!["order-status".to_owned()];
    let mut page = page_of(example("support-desk"), &asked);
    let (report, own) = (page.report.report.workflows.pop().unwrap(), page.report.workflows.pop().unwrap());
    assert!(own.days.len() > 50);
    for at in 0..50 {
        let (mut report, mut own) = (report.clone(), own.clone());
        (report.workflow, own.workflow) = (format!("workflow-{at}"), format!("workflow-{at}"));
        page.report.report.workflows.push(report);
        page.report.workflows.push(own);
    }
    let html = render(&page, &HtmlView::default());
    assert_eq!(rows(&html).len(), 50);
    assert!(html.len() <= LARGE, "{}", html.len());
    // What is left out for that is said, and drawn where each workflow has a page.
    assert!(html.contains("A report in a folder draws them."));
    assert!(!render_site(&page, &HtmlView::default())[1].1.contains("A report in a folder draws them."));
}

#[test]
fn names_can_be_left_out() {
    let mut page = page_of(example("support-desk"), &options(Date::constant(2026, 11, 23), None));
    let before = render(&page, &HtmlView::default());
    let owners = page.report.names.owners.clone();
    assert!(owners.iter().any(|owner| before.contains(owner)) && before.contains("1120-01"));
    // Owners of parts of a workflow are owners, too.
    assert!(owners.contains(&"marcus@example.com".to_owned()), "{owners:?}");
    // A key that is a number is no threshold.
    page.report.names.keys.push("80".to_owned());
    let titles: Vec<String> = page.report.rules.iter().map(|rule| plain(&rule.title)).collect();
    page.report.hide(Hide { owners: true, keys: true });
    let after = render(&page, &HtmlView::default());
    for owner in &owners {
        assert!(!after.contains(owner), "{owner}");
    }
    assert!(!after.contains("1120-01") && after.contains("(hidden)"));
    assert!(after.contains("80%") && !after.contains("(hidden)%"));
    let read = plain(&after);
    for title in titles {
        assert!(read.contains(&title), "{title}");
    }
}

#[test]
fn a_command_line_that_makes_no_sense_says_what_to_do() {
    let repo = Repo::new().example("canary");
    for (arguments, said) in [
        (
            &["report", "--out", "x.html", "--source-url", "javascript:{file}"][..],
            "must begin with `https://`",
        ),
        (&["report", "--out", "x.html", "--source-url", "https://example.com"], "needs `{file}`"),
        (&["report", "--out", "x.html", "--source-url", "https://{file}/"], "needs a host before `{file}`"),
        (&["report", "--out", "x.html", "--redact", "names"], "possible values: owners, keys"),
        (&["report"], "--out <FILE>"),
        (&["report", "--out", "-"], "`check --format html` prints one"),
        (&["report", "--out", "x.html", "--sweep", "release.few"], "write a range as"),
        (&["report", "--out", "x.html", "--sweep", "release.fw=1..5"], "release.fw"),
        (&["check", "--redact", "owners"], "give `--format html=FILE` as well"),
        (&["report", "--out", "x.html", "--base", "no-such"], "is not in a git repository"),
    ] {
        let run = repo.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.err);
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn a_page_of_a_branch_says_what_changed() {
    let repo = Repo::new().example("platform");
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    let policy = repo.read("policies/platform.gate");
    repo.write("policies/platform.gate", policy.replacen("95%", "85%", 1));
    repo.remove("rollouts/triage/2026-11-23.json");
    let run = repo.run(&["report", "--out", "page.html", "--as-of", "2026-11-24", "--base", "main"]);
    assert_eq!((run.code, &*run.out), (0, ""), "{}", run.err);
    let html = repo.read("page.html");
    let (_, since) = html.split_once("id=\"since\"").unwrap();
    let (since, _) = since.split_once("</section>").unwrap();
    assert!(since.contains("triage") && since.contains("looser"), "{since}");
    // `check` writes the same, by the policies of the base.
    let run =
        repo.run(&["check", "--format", "html=checked.html", "--as-of", "2026-11-24", "--base", "main"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(repo.read("checked.html").contains("id=\"since\""));
}

/// A policy, a threshold that changes by date, a value between two others, and a snapshot that says nothing.
#[test]
fn a_chart_has_the_threshold_of_each_day_and_says_what_is_not_known() {
    let mut files = Memory::default();
    let mut file = |name: &str, text: &str| {
        files.insert(name, TableNode::File(text.as_bytes().to_vec()));
    };
    file(
        "tollgate.yaml",
        "policies: [p.gate]\nparams:\n  p.enough: [{ value: 50% }, { value: 70%, from: 2026-01-19, because: the board }]\n",
    );
    file(
        "p.gate",
        "snapshot every 1 week grace 3 days { adoption: share, errors: count }
policy p {
  param enough = 40% within 10% to 90%
  let used = adoption >= enough
  rule r \"Enough use it\" { require used else hold }
  rule s { when adoption < 30% and errors > 3 then hold }
  rule t { when not (errors <= 9) then warn }
}
",
    );
    let days = ["05: 40%", "12:", "19: 50% to 60%", "26: 80%"];
    for (day, adoption) in days.map(|day| day.split_once(':').unwrap()) {
        let adoption = if adoption.is_empty() { String::new() } else { format!("adoption:{adoption}\n") };
        file(
            &format!("rollouts/w/2026-01-{day}.yaml"),
            &format!("workflow: w\ndate: 2026-01-{day}\nerrors: 2\n{adoption}"),
        );
    }
    let page = page_of(inputs(&Start::new(&files, "")), &options(Date::constant(2026, 1, 26), None)).report;
    let [own] = page.workflows.as_slice() else { panic!("{:?}", page.report.diagnostics) };
    let chart = |name: &str| own.charts.iter().find(|chart| chart.expression == name).unwrap();
    let adoption = chart("adoption");
    let ends: Vec<_> = adoption.points.iter().map(|point| (point.low, point.high, &*point.shown)).collect();
    assert_eq!(
        ends,
        [
            (Some(0.4), Some(0.4), "40%"),
            (None, None, "unknown"),
            (Some(0.5), Some(0.6), "between 50% and 60%"),
            (Some(0.8), Some(0.8), "80%"),
        ]
    );
    // What a rule asks alone, by the value of each day; and what it takes two conditions for.
    let [enough, few] = adoption.bounds.as_slice() else { panic!("{:?}", adoption.bounds) };
    assert_eq!(
        (&*enough.bound, enough.is_asked, enough.is_alone, &*enough.rules[0]),
        ("p.enough", true, true, "p.r")
    );
    let steps: Vec<_> =
        enough.steps.iter().map(|step| (step.from, &*step.shown, step.because.as_deref())).collect();
    assert_eq!(steps, [(0, "50%", None), (2, "70%", Some("the board"))]);
    assert_eq!((few.is_asked, few.is_alone, few.steps[0].at), (false, false, Some(0.3)));
    // A trigger turned round asks for what it denies.
    let errors = chart("errors");
    let nine = errors.bounds.iter().find(|bound| bound.bound == "9").unwrap();
    assert_eq!((nine.op.as_str(), nine.is_asked, nine.is_alone), ("<=", true, true));
    assert!(!errors.changes() && adoption.changes());
    // The newest snapshot is good, and was the first to be.
    assert_eq!(own.since.as_deref(), Some("2026-01-26"));
    assert_eq!(own.due.as_ref().map(|due| (&*due.date, due.days_left)), Some(("2026-02-02", 7)));
    let html = render(
        &page_of(inputs(&Start::new(&files, "")), &options(Date::constant(2026, 1, 26), None)),
        &HtmlView::default(),
    );
    assert!(
        html.contains("class=\"gap\"")
            && html.contains("class=\"between\"")
            && html.contains("because: the board")
    );
}

/// A cell of the table of thresholds, by the team that it is for.
fn cell_of<'h>(html: &'h str, param: &str, team: &str) -> &'h str {
    let (_, rest) = html.split_once("<table class=\"teams\">").unwrap();
    let (_, row) = rest.split_once(&format!("<tr data-param=\"{param}\">")).unwrap();
    let (row, _) = row.split_once("</tr>").unwrap();
    let (_, cell) = row.split_once(&format!("<td data-label=\"{team}\">")).unwrap();
    cell.split_once("</td>").unwrap().0
}

#[test]
fn a_threshold_says_who_set_it_and_what_it_was() {
    let page = page_of(example("organisation"), &options(Date::constant(2026, 11, 23), None));
    let html = render(&page, &HtmlView::default());
    let inherited = cell_of(&html, "before_deployment.light_share", "teams/claims");
    assert!(inherited.contains("75%") && inherited.contains("inherited from"), "{inherited}");
    assert!(!inherited.contains("looser"), "{inherited}");
    let own = cell_of(&html, "before_deployment.light_share", "teams/claims: claim-letters");
    assert!(
        own.contains("△ tighter") && own.contains("regulator") && own.contains("dora@example.com"),
        "{own}"
    );
    let base = cell_of(&html, "before_deployment.light_share", "Organisation");
    assert!(
        base.contains("75%") && base.contains("steering committee") && base.contains("nobody is named"),
        "{base}"
    );
    // Effects of rules are thresholds, too.
    let effect = cell_of(&html, "monitoring.drift_seen", "teams/claims");
    assert!(effect.contains("hold") && effect.contains("△ tighter"), "{effect}");
    let other = cell_of(&html, "monitoring.drift_seen", "teams/support");
    assert!(other.contains("warn") && other.contains("inherited from"), "{other}");
}

#[test]
fn who_signed_a_setting_can_be_hidden() {
    let mut page = page_of(example("organisation"), &options(Date::constant(2026, 11, 23), None));
    page.report.hide(Hide { owners: true, keys: false });
    let html = render(&page, &HtmlView::default());
    let own = cell_of(&html, "before_deployment.light_share", "teams/claims: claim-letters");
    assert!(
        own.contains("regulator") && own.contains("(hidden)") && !html.contains("dora@example.com"),
        "{own}"
    );
}

#[test]
fn what_is_the_same_for_all_teams_is_listed_once() {
    let page = page_of(example("organisation"), &options(Date::constant(2026, 11, 23), None));
    let html = render(&page, &HtmlView::default());
    let (_, all) = html.split_once("<table class=\"params\">").unwrap();
    let rows = |param: &str| {
        all.split("<tr ")
            .filter(|row| row.starts_with(&format!("data-param=\"{param}\"")))
            .collect::<Vec<_>>()
    };
    let [same] = rows("staged_rollout.pilot_lasts")[..] else { panic!("it is the same for both teams") };
    assert!(same.contains("<td>teams/claims, teams/support</td>"), "{same}");
    let [all, letters] = rows("before_deployment.light_share")[..] else { panic!("one team overrides it") };
    assert!(all.contains("teams/claims, teams/support") && letters.contains("teams/claims: claim-letters"));
    let asked = html.matches("<code>monitoring.drift_seen</code></small></th><td>teams/").count();
    assert_eq!(asked, 2, "one team has another effect");
    assert!(
        html.contains("<code>staged_rollout.stalled</code></small></th><td>teams/claims, teams/support</td>")
    );
}

#[test]
fn the_head_says_who_needs_a_decision() {
    let page = page_of(example("support-desk"), &options(Date::constant(2026, 11, 23), None));
    let html = plain(&render(&page, &HtmlView::default()));
    let (head, list) = html.split_once("<section aria-labelledby=\"all\">").unwrap();
    let (_, today) = head.split_once("Needs a decision today").unwrap();
    let (today, held) = today.split_once("Held, and does not ask to move on").unwrap();
    let named = |part: &str, workflow: &str| part.contains(&format!(">{workflow}</a>"));
    for own in &page.report.report.workflows {
        let decides = own.asks.is_some() || [Decision::Rollback, Decision::Advance].contains(&own.decision);
        assert_eq!(named(today, &own.workflow), decides, "{}", own.workflow);
        assert_eq!(
            named(held, &own.workflow),
            !decides && own.decision == Decision::Hold,
            "{}",
            own.workflow
        );
    }
    // Who asks to move on and is held comes before who is held.
    let place = |workflow: &str| list.find(&format!("data-workflow=\"{workflow}\"")).unwrap();
    let held = |asks: bool| {
        let all = page.report.report.workflows.iter();
        all.filter(move |own| own.decision == Decision::Hold && own.asks.is_some() == asks)
            .map(|own| place(&own.workflow))
    };
    assert!(held(true).max() < held(false).min());
}

#[test]
fn a_sign_says_what_a_failure_does() {
    let page = page_of(example("organisation"), &options(Date::constant(2026, 11, 23), None));
    let html = plain(&render(&page, &HtmlView::default()));
    let (_, row) = html.split_once("data-workflow=\"teams/claims: claim-summaries\"").unwrap();
    let (row, _) = row.split_once("</tr>").unwrap();
    // A rule that only notes fails for its confidence: no number that is good enough has a cross.
    assert!(!row.contains('✗'), "{row}");
    let (_, light) = html.split_once("<td class=\"xn\">").unwrap();
    let (light, _) = light.split_once("</td>").unwrap();
    assert!(light.contains('i') && light.contains("at least 90%"), "{light}");
    assert!(html.contains("<td class=\"xn\">") && html.contains("<td class=\"x\">"));
    assert!(!html.contains("compared with") && !html.contains("at least at least"));
    assert!(!html.contains(": 1 snapshots") && html.contains(": 1 snapshot<"));
}

#[test]
fn a_workflow_says_since_when_it_is_below_standard() {
    let page = page_of(example("support-desk"), &options(Date::constant(2026, 11, 23), None));
    let own = page.report.workflows.iter().find(|own| own.workflow == "outage-notices").unwrap();
    let since = (own.below_since.as_deref(), own.since.as_deref());
    assert_eq!(since, (Some("2026-10-30"), Some("2026-11-20")));
    let html = render(&page, &HtmlView::default());
    let (_, row) = html.split_once("data-workflow=\"outage-notices\"").unwrap();
    let said = row.split_once("</tr>").unwrap().0;
    assert!(said.contains("below standard since") && said.contains("must roll back since"), "{said}");
    // The timeline has the dates of changes.
    let (_, course) = html.split_once("Timeline of outage-notices").unwrap();
    let (course, _) = course.split_once("</svg>").unwrap();
    assert!(course.contains("turned") && course.contains("2026-10-30"), "{course}");
}

#[test]
fn what_is_judged_otherwise_today_says_so_and_why_nothing_is_known() {
    let page = page_of(example("canary"), &options(Date::constant(2026, 11, 23), None));
    let html = plain(&render(&page, &HtmlView::default()));
    assert!(html.contains("2026-11-23T23:59:59Z (today)") && !html.contains("day of judgement"));
    let (_, history) = html.split_once("id=\"w-checkout\"").unwrap();
    let (_, today) = history.split_once("<tfoot>").unwrap();
    let (today, _) = today.split_once("</tfoot>").unwrap();
    assert!(today.contains("(today)") && today.contains("hold") && today.contains("series.fresh"), "{today}");
    let (_, light) = html.split_once("<td class=\"u\">").unwrap();
    let (light, _) = light.split_once("</td>").unwrap();
    assert!(light.contains("unknown: the newest snapshot is from") && !light.contains("at least"), "{light}");
}

#[test]
fn a_workflow_with_an_error_shows_what_is_known_of_it() {
    let repo = Repo::new().example("platform");
    let broken = repo.read("rollouts/triage/2026-11-23.json").replacen("\"date\"", "\"dates\"", 1);
    repo.write("rollouts/triage/2026-11-23.json", broken);
    let run = repo.run(&["report", "--out", "page.html", "--as-of", "2026-11-24"]);
    assert_eq!(run.code, 2, "{}", run.err);
    let html = plain(&repo.read("page.html"));
    let (_, row) = html.split_once("data-workflow=\"triage\"").unwrap();
    let (row, _) = row.split_once("</tr>").unwrap();
    assert!(
        row.contains("rollouts/triage/2026-11-23.json:") && row.contains("the last that can be read"),
        "{row}"
    );
}

#[test]
fn a_page_without_workflows_says_only_that() {
    let page = page_of(Inputs::default(), &options(Date::constant(2026, 11, 23), None));
    let html = render(&page, &HtmlView::default());
    assert!(
        html.contains("There is no workflow.") && !html.contains("<table") && !html.contains("<nav"),
        "{html}"
    );
}

#[test]
fn a_sweep_lists_every_flip_against_today() {
    let day = options(Date::constant(2026, 11, 23), None);
    let mut page = page_of(example("platform"), &day);
    let range = SweepRange { name: "order.at_once".to_owned(), from: "1".to_owned(), to: "5".to_owned() };
    page.report.sweeps = Workspace::new().sweeps(&example("platform"), &day.day, vec![range]).unwrap();
    let [sweep] = page.report.sweeps.as_slice() else { panic!("one sweep") };
    let html = plain(&render(&page, &HtmlView::default()));
    let (_, part) = html.split_once("id=\"sweeps\"").unwrap();
    assert!(part.contains("The snapshots are from 2025-11-24 to 2026-11-23."));
    let mut seen = 0;
    for interval in &sweep.intervals {
        assert_eq!(interval.flips.flipped.len(), interval.flips.days, "{}", interval.shown);
        for flip in &interval.flips.flipped {
            let days = page.report.workflows.iter().filter(|own| own.name() == flip.workflow);
            let day = days.flat_map(|own| &own.days).find(|day| day.date == flip.date).unwrap();
            // It is against what was decided by the values in force.
            assert_eq!(day.decision, flip.from, "{}: {}", flip.workflow, flip.date);
            assert!(
                part.contains(&format!("</a> {}: {} → ", flip.date, flip.from.as_str())),
                "{}",
                flip.date
            );
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}
