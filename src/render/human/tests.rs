//! The human form of hand-made judgements, in a fixed style.

use super::*;
use crate::engine::Answer;
use crate::report::read::ReadReport;
use crate::report::{
    DayReport, Decision, Denied, History, Metric, MetricThreshold, Place, Report, Summary, Threshold,
    VERSION, WorkflowHistory, WorkflowReport,
};
use crate::source::Span;
use crate::types::Kind;
use crate::value::Number;

const STYLE: Style = Style { color: false, unicode: true, width: 100 };

const POLICY: &str = "\
policy staged_rollout {
  gate pilot -> expanded {
    rule light_enough \"Most outputs need little editing\" {
      require light >= light_share with 90% confidence
      else hold
    }
  }
}
";

const SNAPSHOT: &str = "\
workflow: support-replies
date: 2026-11-16
stage: pilot
outputs:
  - { id: a1, edit_time: 5% }
  - { id: a2, edit_time: 40% }
";

fn span(sources: &SourceMap, file: u32, needle: &str) -> Span {
    let file = crate::source::FileId(file);
    let at = sources.get(file).unwrap().text.find(needle).unwrap();
    Span::new(file, at..at + needle.len())
}

fn sources() -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add("policies/staged_rollout.gate", POLICY);
    sources.add("rollouts/support-replies/2026-11-16.yaml", SNAPSHOT);
    sources
}

fn failed(sources: &SourceMap) -> RuleReport {
    let label = |file, needle, text: &str| crate::diagnostic::Label {
        span: span(sources, file, needle),
        text: text.to_owned(),
        is_value: true,
    };
    RuleReport {
        rule: "staged_rollout.light_enough".into(),
        title: "Most outputs need little editing".into(),
        gate: Some("pilot -> expanded".into()),
        enforced: true,
        outcome: Outcome::Fail,
        effect: EffectKind::Hold,
        message: Some("73.3% of the outputs are light; 80% are needed".into()),
        policy: Place { file: "policies/staged_rollout.gate".into(), line: 4, column: 15, cell: None },
        evidence: Vec::new(),
        effect_from: Place { file: "p.gate".into(), line: 1, column: 1, cell: None },
        thresholds: vec![Threshold {
            within: None,
            because: None,
            param: "staged_rollout.light_share".into(),
            value: "80%".into(),
            amount: None,
            from: Place { file: "tollgate.yaml".into(), line: 7, column: 1, cell: None },
            labelled: false,
        }],
        would_pass: Some("2 more light outputs".into()),
        applied: Some(EffectKind::Hold),
        places: Vec::new(),
        labels: vec![
            label(0, "light >= light_share with 90% confidence", "no"),
            label(0, "light ", "22 of 30 = 73.3%"),
            label(0, "light_share", "80%"),
            label(1, "outputs", "22 of 30 are light"),
        ],
        sources: Vec::new(),
        help: Some("Look at the outputs that were edited most, and at what they have in common.".into()),
        before_move: None,
    }
}

fn workflow(name: &str, decision: Decision, rules: Vec<RuleReport>) -> WorkflowReport {
    WorkflowReport {
        project: None,
        workflow: name.into(),
        stage: Some("pilot".into()),
        asks: None,
        as_of: None,
        decision,
        retired: None,
        snapshots: 6,
        newest: None,
        rules,
        because: Vec::new(),
        sources: Vec::new(),
        gates: Vec::new(),
    }
}

fn judgement(
    sources: SourceMap,
    workflows: Vec<WorkflowReport>,
    diagnostics: Vec<Diagnostic>,
) -> Answer<Report> {
    let report = Report {
        waivers: Vec::new(),
        version: VERSION,
        as_of: "2026-11-23".into(),
        read: ReadReport::default(),
        summary: Summary::default(),
        workflows,
        against: None,
        diagnostics: Vec::new(),
        denied: Denied::Nothing,
        by_instants: false,
    };
    Answer { report, diagnostics, sources, exit: 0, cancelled: false }
}

fn sample() -> Answer<Report> {
    let sources = sources();
    let failed = failed(&sources);
    let passed = RuleReport { outcome: Outcome::Pass, applied: None, enforced: false, ..failed.clone() };
    let undecided = RuleReport {
        rule: "staged_rollout.long_enough".into(),
        title: "The pilot ran for at least two weeks".into(),
        outcome: Outcome::Undecided,
        message: None,
        labels: Vec::new(),
        thresholds: Vec::new(),
        would_pass: Some("a snapshot of 2026-11-09".into()),
        help: None,
        ..failed.clone()
    };
    let mut holds = workflow("support-replies", Decision::Hold, vec![failed, undecided]);
    holds.asks = Some("expanded".into());
    let workflows = vec![
        workflow("invoices", Decision::Continue, vec![passed]),
        holds,
        workflow("triage", Decision::Continue, vec![]),
    ];
    let warning = Diagnostic::warning(Code::TooDeep, "`costs` is not declared in the vocabulary")
        .label(span(&sources, 1, "stage"), "did you mean `cost`?")
        .help("declare it, or remove it");
    judgement(sources, workflows, vec![warning])
}

#[test]
fn a_failed_rule_is_one_report_over_both_files() {
    insta::assert_snapshot!(render(&sample(), STYLE, &View::default()));
}

#[test]
fn ascii_is_ascii() {
    let text = render(&sample(), Style { unicode: false, ..STYLE }, &View::default());
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn quiet_is_a_line_each() {
    let mut judgement = sample();
    let place = span(&judgement.sources, 1, "2026-11-16");
    judgement
        .diagnostics
        .push(Diagnostic::error(Code::NumberOrDateInPolicy, "no such date").label(place, "here"));
    insta::assert_snapshot!(render_quiet(&judgement, STYLE), @"
    error[T103]: rollouts/support-replies/2026-11-16.yaml:2:7: no such date
    ✗ support-replies  pilot → expanded  hold  staged_rollout.light_enough, 1 undecided
    2 of 3 workflows may go on; 1 holds. 1 error left the judgement incomplete.
    ");
}

#[test]
fn hidden_characters_are_visible_everywhere() {
    let evil = "\u{1b}[31m\u{202e}x\u{0}\n::error::y";
    let mut sources = SourceMap::default();
    let file = sources.add(format!("a{evil}.yaml"), evil);
    let mut rule = failed(&self::sources());
    rule.labels =
        vec![crate::diagnostic::Label { span: Span::new(file, 0..4), text: evil.into(), is_value: false }];
    rule.title = evil.into();
    rule.message = Some(evil.into());
    rule.help = Some(evil.into());
    rule.would_pass = Some(evil.into());
    rule.rule = evil.into();
    let diagnostic = Diagnostic::error(Code::Syntax, evil).label(Span::new(file, 6..9), evil).help(evil);
    let mut workflow = workflow(evil, Decision::Hold, vec![rule]);
    workflow.stage = Some(evil.into());
    workflow.asks = Some(evil.into());
    let judgement = judgement(sources, vec![workflow.clone(), workflow], vec![diagnostic]);
    let linked = View { links: Some("file:///a".into()), ..View::default() };
    let unlinked = |text: String| text.replace("\u{1b}]8;;", "").replace("\u{1b}\\", "");
    for text in [
        render(&judgement, STYLE, &View::default()),
        unlinked(render(&judgement, STYLE, &linked)),
        render_quiet(&judgement, STYLE),
        narrate(&judgement, &View::default()),
    ] {
        assert!(text.chars().all(|c| c == '\n' || !crate::text::is_hidden(c)), "{text}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
    }
}

/// The text without the sequences that colour it.
fn strip_colors(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').unwrap().1)
}

#[test]
fn colors_are_all_that_color_adds() {
    let judgement = sample();
    let colored = render(&judgement, Style { color: true, ..STYLE }, &View::default());
    let plain = strip_colors(&colored);
    let trim = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&plain), trim(&render(&judgement, STYLE, &View::default())));
}

#[test]
fn no_label_is_too_odd_to_draw() {
    let text = "ä\t:\r\n\n\u{200b}大 x\n  \n";
    let spans = |file| {
        let ends =
            (0..=text.len() + 1).flat_map(move |start| [0, 1, 5, 40].map(|length| (start, start + length)));
        ends.map(move |(start, end)| Span::new(file, start..end))
    };
    let mut sources = SourceMap::default();
    let (one, two) = (sources.add("one", text), sources.add("two", text));
    let empty = sources.add("three", "");
    let mut page = Page::new(STYLE, &View::default());
    for first in spans(one) {
        for second in spans(one).step_by(3).chain([Span::new(two, 0..1), Span::new(empty, 0..9)]) {
            let diagnostic = Diagnostic::error(Code::Syntax, "odd").label(first, "a").label(second, "b");
            page.draw("error", &diagnostic, &sources);
            let drawn = std::mem::take(&mut page.out);
            assert!(drawn.contains(" a") && drawn.contains('b'), "{first:?} {second:?}\n{drawn}");
        }
    }
}

#[test]
fn a_crowd_of_labels_is_cut() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.yaml", "x\n".repeat(500));
    let mut diagnostic = Diagnostic::error(Code::Syntax, "too many");
    for line in 0..500 {
        diagnostic = diagnostic.label(Span::new(file, line * 2..line * 2 + 1), "here");
    }
    let text = render(&judgement(sources, Vec::new(), vec![diagnostic]), STYLE, &View::default());
    assert!(text.lines().count() < 50 && text.contains("more: 488 other places are not shown"), "{text}");
}

#[test]
fn the_narrated_form_is_words_alone() {
    let text = narrate(&sample(), &View::default());
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn no_line_of_a_workflow_is_wider_than_the_terminal() {
    let rules = || vec![failed(&sources()), failed(&sources()), failed(&sources())];
    let workflows =
        ["contract-summaries", "returns-handling"].map(|name| workflow(name, Decision::Hold, rules()));
    let judged = judgement(sources(), workflows.into(), Vec::new());
    for columns in [60, 80, 100] {
        let style = Style { width: columns, ..STYLE };
        for text in [render(&judged, style, &View::default()), render_quiet(&judged, style)] {
            let lines = text.lines().filter(|line| line.starts_with(['✗', '↩']));
            assert!(
                lines.clone().count() >= 2 && lines.clone().all(|line| line.chars().count() <= columns),
                "{text}"
            );
        }
    }
}

#[test]
fn ten_thousand_workflows_fit_on_a_page() {
    let rules = || vec![failed(&sources())];
    let many = |count: usize| -> Vec<WorkflowReport> {
        (0..count).map(|index| workflow(&format!("w{index:05}"), Decision::Hold, rules())).collect()
    };
    let mut workflows = many(10_000);
    workflows.push(workflow("z", Decision::Rollback, rules()));
    let crowd = judgement(sources(), workflows, Vec::new());
    let text = render(&crowd, STYLE, &View::default());
    assert!(text.lines().count() < 200, "{} lines", text.lines().count());
    assert!(text.starts_with("↩ z "), "the harshest comes first: {text}");
    let reports = text.matches("hold[T501]").count();
    let lines = text.lines().filter(|line| line.starts_with(['✗', '↩'])).count();
    assert!(reports == 1 && text.contains("fails in 10001 workflows: z, w00000") && lines > 40, "{text}");
    assert!(text.contains(&format!("and {} more: {} hold", 10_001 - lines, 10_001 - lines)), "{text}");
    let whole = render(&crowd, STYLE, &View { full: true, ..View::default() });
    assert_eq!(whole.matches("hold[T501]").count(), 10_001);
    for count in [1, 5, 6, 7, 19, 20, 21, 60, 200] {
        let text = render(&judgement(sources(), many(count), Vec::new()), STYLE, &View::default());
        assert!(text.lines().count() < 200, "{} lines of {count} workflows", text.lines().count());
    }
}

#[test]
fn the_narrated_form_is_no_longer_than_a_page() {
    let rules = |count: usize| (0..count).map(|_| failed(&sources())).collect::<Vec<_>>();
    for (count, each) in [(1, 1), (1, 60), (2, 60), (10, 1), (20, 1), (40, 1), (5_000, 1), (300, 0)] {
        let mut workflows: Vec<_> =
            (0..count).map(|n| workflow(&format!("w{n:04}"), Decision::Hold, rules(each))).collect();
        workflows.push(workflow("z", Decision::Rollback, rules(1)));
        let crowd = judgement(sources(), workflows, Vec::new());
        let text = narrate(&crowd, &View::default());
        assert!(text.lines().count() < 200, "{} lines of {count} times {each}", text.lines().count());
        assert_eq!(text.contains("--full tells every report"), text.starts_with("workflow z,"), "{text}");
        let told = text.lines().filter(|line| line.starts_with("workflow ")).count();
        let rest = format!("and {} more: {} hold.", count + 1 - told, count + 1 - told);
        assert!(told == count + 1 || text.contains(&rest), "{told} {count}\n{text}");
        let whole = narrate(&crowd, &View { full: true, ..View::default() });
        assert_eq!(whole.matches("light_enough - ").count(), count * each + 1);
    }
}

#[test]
fn a_workflow_with_many_failures_and_many_diagnostics_are_cut_between_reports() {
    let sources = sources();
    let rules = (0..50).map(|_| failed(&sources)).collect();
    let place = span(&sources, 1, "stage");
    let diagnostics =
        (0..100).map(|n| Diagnostic::error(Code::Syntax, format!("no {n}")).label(place, "here"));
    let crowd = judgement(self::sources(), vec![workflow("w", Decision::Hold, rules)], diagnostics.collect());
    let text = render(&crowd, STYLE, &View::default());
    assert!(text.lines().count() < 200, "{text}");
    assert!(text.contains("more errors, warnings and notes: `--full` shows them"), "{text}");
    assert!(text.contains("more of this workflow's rules"), "{text}");
    let text = narrate(&crowd, &View::default());
    assert!(text.lines().count() < 200, "{text}");
    assert!(text.contains("more errors, warnings and notes: --full tells them"), "{text}");
    assert!(text.contains("and more of this workflow's rules."), "{text}");
}

#[test]
fn only_what_failed_can_be_shown() {
    let view = View { only_failed: true, ..View::default() };
    for text in [render(&sample(), STYLE, &view), narrate(&sample(), &view)] {
        assert!(text.contains("support-replies") && !text.contains("invoices"), "{text}");
    }
}

#[test]
fn places_are_links_where_links_are_followed() {
    let view = View { links: Some("file:///home/a b%".into()), ..View::default() };
    let place = "rollouts/support-replies/2026-11-16.yaml";
    for unicode in [true, false] {
        for color in [true, false] {
            let text = render(&sample(), Style { unicode, color, ..STYLE }, &view);
            assert!(text.contains(&format!("[\u{1b}]8;;file:///home/a%20b%25/{place}\u{1b}\\")), "{text}");
            let shown = strip_colors(&text);
            assert!(shown.contains(&format!("\u{1b}\\{place}:4:1\u{1b}]8;;\u{1b}\\]")), "{shown}");
        }
    }
}

#[test]
fn only_what_opens_a_frame_is_a_link() {
    for (name, text) in
        [("builtin/a.gate", "x"), ("b\u{1b}.yaml", "x"), ("c.yaml", "╭─[../../etc:1:1] ,-[d:1:1]")]
    {
        let mut sources = SourceMap::default();
        let file = sources.add(name, text);
        let diagnostic =
            Diagnostic::error(Code::Syntax, "╭─[e:1:1]").label(Span::new(file, 0..1), "╭─[f:1:1]");
        let view = View { links: Some("file:///r".into()), ..View::default() };
        let text = render(&judgement(sources, Vec::new(), vec![diagnostic]), STYLE, &view);
        let links: Vec<_> = text.split("\u{1b}]8;;file://").skip(1).collect();
        assert_eq!(links.len(), usize::from(name == "c.yaml"), "{text}");
        assert!(links.iter().all(|link| link.starts_with("/r/c.yaml\u{1b}\\c.yaml:1:1\u{1b}")), "{text}");
    }
}

#[test]
fn the_history_is_ascii_where_that_is_all_there_is() {
    let day = DayReport {
        date: "2026-11-16".into(),
        stage: Some("pilot".into()),
        asks: Some("full".into()),
        decision: Decision::Hold,
        failed: vec!["a.b".into()],
        undecided: vec!["a.c".into(), "a.d".into()],
        warned: vec!["a.d".into()],
        because: Vec::new(),
    };
    let metric = Metric {
        name: "adoption".into(),
        first: "30%".into(),
        last: "40%".into(),
        values: vec![Some(0.3), None, Some(0.4)],
        kind: Kind::Share,
        low: Number::ZERO,
        high: Number::from_parts(1.into(), 2u8.into()),
        is_declared: false,
        thresholds: vec![MetricThreshold {
            asks: ">= 50%".into(),
            value: Number::from_parts(1.into(), 2u8.into()),
            rules: vec!["a.b".into()],
        }],
    };
    let workflow = WorkflowHistory {
        project: None,
        workflow: "w".into(),
        days: vec![day],
        retired: None,
        metrics: vec![metric],
    };
    let report = History {
        version: VERSION,
        as_of: String::new(),
        workflows: vec![workflow],
        diagnostics: Vec::new(),
    };
    let back =
        Answer { report, diagnostics: Vec::new(), sources: SourceMap::default(), exit: 0, cancelled: false };
    insta::assert_snapshot!(render_history(&back, Style { unicode: false, ..STYLE }, false), @"
    * w
      2026-11-16  pilot -> full  hold      a.b, a.c?; warned: a.d?
      adoption  30% -> 40%  (>= 50% in a.b)

    `?` after a rule: it was undecided
    `warned`: rules that failed or were undecided and stopped nothing
    ");
    insta::assert_snapshot!(render_history(&back, STYLE, false), @"
    • w
      2026-11-16  pilot → full  hold      a.b, a.c?; warned: a.d?
      adoption  ▅ ▇  30% → 40%  (0% to 50%; █ >= 50% in a.b)

    `?` after a rule: it was undecided
    `warned`: rules that failed or were undecided and stopped nothing
    bars: one for each snapshot, on the scale in parentheses, and a blank where nothing was recorded
    ");
}

#[test]
fn the_history_folds_what_goes_on_and_thins_what_is_too_long() {
    let day = |at: usize| DayReport {
        date: format!("2026-01-{:02}", at + 1),
        stage: Some("pilot".into()),
        asks: None,
        decision: Decision::Continue,
        failed: if at == 20 { vec!["a.b".into()] } else { Vec::new() },
        undecided: Vec::new(),
        warned: if at == 20 { vec!["a.b".into()] } else { Vec::new() },
        because: Vec::new(),
    };
    let metric = Metric {
        name: "adoption".into(),
        first: "0%".into(),
        last: "100%".into(),
        values: (0..300).map(|at| Some(f64::from(at) / 299.0)).collect(),
        kind: Kind::Share,
        low: Number::ZERO,
        high: Number::ONE,
        is_declared: true,
        thresholds: Vec::new(),
    };
    let workflow = WorkflowHistory {
        project: None,
        workflow: "w".into(),
        days: (0..30).map(day).collect(),
        retired: None,
        metrics: vec![metric],
    };
    let report = History {
        version: VERSION,
        as_of: String::new(),
        workflows: vec![workflow],
        diagnostics: Vec::new(),
    };
    let back =
        Answer { report, diagnostics: Vec::new(), sources: SourceMap::default(), exit: 0, cancelled: false };
    let narrow = Style { width: 60, ..STYLE };
    let text = render_history(&back, narrow, false);
    assert!(text.lines().all(|line| width(line) <= 60), "{text}");
    insta::assert_snapshot!(text, @"
    • w
      2026-01-01 to 2026-01-20  pilot  continue  20 snapshots
      2026-01-21                pilot  continue  warned: a.b
      2026-01-22 to 2026-01-30  pilot  continue  9 snapshots
      adoption  ▁▁▁▂▂▂▂▃▃▃▃▃▄▄▄▄▄▅▅▅▅▅▆▆▆▆▇▇▇▇▇███  0% → 100%
                (0% to 100%)

    `warned`: rules that failed or were undecided and stopped
    nothing
    snapshots in a row that went on in the same way share a
    line: `--full` shows each
    bars: one for each snapshot, on the scale in parentheses,
    and a blank where nothing was recorded; where a line would
    be too long, a bar is the last of several
    ");
    assert_eq!(render_history(&back, narrow, true).matches("continue").count(), 30);
}

#[test]
fn no_text_is_long_enough_to_fill_the_page() {
    let book = "lorem ipsum\n".repeat(20_000);
    let mut rule = failed(&sources());
    for label in &mut rule.labels {
        label.text.clone_from(&book);
    }
    rule.title.clone_from(&book);
    (rule.message, rule.help, rule.would_pass) = (Some(book.clone()), Some(book.clone()), Some(book.clone()));
    let workflow = workflow("w", Decision::Hold, vec![rule]);
    let judgement = judgement(sources(), vec![workflow], Vec::new());
    let text = render(&judgement, STYLE, &View::default());
    assert!(text.lines().count() < 200, "{text}");
    let text = narrate(&judgement, &View::default());
    assert!(text.lines().all(|line| line.len() < 1_500), "{text}");
}
