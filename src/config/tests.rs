//! The rules of the configuration, each shown on the text that it is about.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{Config, Setting, read};
use crate::source::SourceMap;

struct Outcome {
    config: Config,
    /// `T403 2 message (help)`, with the line.
    problems: Vec<String>,
    sources: SourceMap,
}

fn run(text: &str) -> Outcome {
    let mut sources = SourceMap::default();
    let file = sources.add("tollgate.yaml", text);
    let (config, diagnostics) = read(file, text);
    let line = |d: &crate::diagnostic::Diagnostic| {
        let (line, _) = sources.line_column(d.labels[0].span);
        assert!(
            d.labels.iter().all(|label| sources.get(file).unwrap().text.get(label.span.range()).is_some())
        );
        let help = d.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
        format!("{} {line} {}{help}", d.code, d.message)
    };
    let problems = diagnostics.iter().map(line).collect();
    Outcome { config, problems, sources }
}

fn values(settings: Option<&Vec<Setting<String>>>) -> Vec<&str> {
    settings.unwrap().iter().map(|setting| &*setting.value).collect()
}

#[test]
fn settings_have_their_places() {
    let outcome =
        run("\u{feff}policies: [builtin, 'pölicies/', \"builtin:x\"]\r\nsnapshots: rollouts/**/*.yaml\r\n");
    assert_eq!(outcome.problems, Vec::<String>::new());
    assert_eq!(values(outcome.config.policies.as_ref()), ["builtin", "pölicies/", "builtin:x"]);
    assert_eq!(values(outcome.config.snapshots.as_ref()), ["rollouts/**/*.yaml"]);
    let settings = outcome.config.policies.iter().chain(&outcome.config.snapshots).flatten();
    let written: Vec<&str> = settings.map(|setting| outcome.sources.text(setting.span)).collect();
    assert_eq!(written, ["builtin", "'pölicies/'", "\"builtin:x\"", "rollouts/**/*.yaml"]);
    let outcome = run("snapshots:\n- a\n- b # c\n");
    assert_eq!(values(outcome.config.snapshots.as_ref()), ["a", "b"]);
    assert_eq!(outcome.config.policies, None);
}

#[test]
fn an_empty_file_is_an_error() {
    for text in ["", "# later\n", "---\n"] {
        let outcome = run(text);
        assert_eq!(outcome.config, Config::default(), "{text}");
        let said = outcome.problems.join("\n");
        assert!(said.starts_with("T418 1 ") && outcome.problems.len() == 1, "{text}: {said}");
    }
    assert_eq!(run("{}").problems, Vec::<String>::new());
}

#[test]
fn params_rules_overrides_and_waivers_are_read() {
    let outcome = run("\
extends: ../base.yaml
params:
  p.share: 85%
  p.long: { value: 2 weeks, within: 1 week to 4 weeks, because: board, locked: true }
  p.number: 0.85
rules: { p.a: off, p.b: { effect: rollback, locked: true, because: x } }
overrides:
- workflows: pay-*
  params: { p.share: 95% }
- workflows: [a, b?]
  rules: { p.a: hold }
waivers:
- { rule: p.a, workflow: a, stage: pilot, because: b, owner: c, from: 2026-01-01, until: 2026-12-31 }
");
    assert_eq!(outcome.problems, Vec::<String>::new());
    let Config { extends, block, overrides, waivers, unsure, .. } = outcome.config;
    assert_eq!((extends.unwrap().value.as_str(), unsure), ("../base.yaml", false));
    let shown: Vec<_> = block
        .params
        .iter()
        .map(|p| (p.value.as_ref().unwrap().value.as_str(), p.within.is_some(), p.locked.is_some()))
        .collect();
    assert_eq!(shown, [("85%", false, false), ("2 weeks", true, true), ("0.85", false, false)]);
    let effects: Vec<_> = block.rules.iter().map(|rule| rule.effect.as_ref().unwrap().value).collect();
    assert_eq!(effects, [None, Some(crate::ast::EffectKind::Rollback)]);
    assert!(overrides[0].workflows[0].value.matches("pay-out"));
    assert!(overrides[1].workflows[1].value.matches("b1"));
    assert_eq!(waivers[0].until.value.to_string(), "2026-12-31");
}

#[test]
fn what_is_wrong_in_a_setting_takes_it_out_whole() {
    for (text, expected) in [
        ("params: 5\n", "T402 1 `params` is a map"),
        ("params: { p.x: }\n", "T402 1 `p.x` has no value"),
        ("params: { p.x: [1] }\n", "T402 1 `p.x` is a single value"),
        ("params: { p.x: {} }\n", "T402 1 nothing is set of `p.x`"),
        (
            "params: { p.x: { valeu: 5 } }\n",
            "T403 1 `valeu` is not a setting of a param (did you mean `value`?)",
        ),
        ("params: { p.x: { value: 5, within: 3 } }\n", "T402 1 `within` is a range, such as `55% to 90%`"),
        ("params: { p.x: { value: 5, locked: 'true' } }\n", "T402 1 `locked` is `true` or `false`"),
        ("params: { p.x: 5, p.x: 6 }\n", "T405 1 `p.x` is set twice"),
        ("rules: { p.x: holdd }\n", "T402 1 `holdd` is not an effect (did you mean `hold`?)"),
        (
            "overrides: [{ params: { p.x: 5 } }]\n",
            "T402 1 an override needs `workflows` (add `workflows: [support-*]`)",
        ),
        (
            "overrides: [{ workflows: [], params: { p.x: 5 } }]\n",
            "T402 1 an override needs `workflows` (add `workflows: [support-*]`)",
        ),
        (
            "overrides: [{ workflows: a, params: { p.x: { locked: true } } }]\n",
            "T402 1 an override gives `p.x` no value",
        ),
        (
            "overrides: [{ workflows: a, rules: { p.x: { locked: true } } }]\n",
            "T402 1 an override gives `p.x` no effect",
        ),
        ("waivers: [5]\n", "T402 1 `waivers` is a list of maps, each with a `rule`"),
        (
            "waivers: [{ rule: p.a, workflow: a, because: b, owner: c, until: 2026-02-30 }]\n",
            "T411 1 `2026-02-30` is not a date of the calendar (a waiver without a clear end waives nothing)",
        ),
        (
            "waivers: [{ rule: p.a, workflow: a, because: b, until: 2026-12-31 }]\n",
            "T411 1 a waiver needs `owner` (add `owner: ana@example.com`)",
        ),
        (
            "waivers: [{ rule: p.a, workflow: a, because: b, owner: c, from: 2027-01-01, until: 2026-12-31 }]\n",
            "T411 1 this waiver ends before it begins",
        ),
    ] {
        let outcome = run(text);
        let first = outcome.problems.first().map(String::as_str).unwrap_or_default();
        assert!(first.starts_with(expected), "{text}: {:?}", outcome.problems);
        let Config { block, waivers, .. } = outcome.config;
        // Of a setting that is there twice the first one counts.
        assert!(
            block.params.len() + block.rules.len() + waivers.len()
                <= usize::from(expected.starts_with("T405"))
        );
    }
}

#[test]
fn unknown_and_repeated_settings_are_refused() {
    let outcome = run("policy: [builtin]\npolices: [x]\ncolour: blue\nsnapshots: a\nsnapshots: b\n5: x\n");
    assert_eq!(
        outcome.problems,
        [
            "T403 1 `policy` is not a setting (there are `extends`, `policies`, `snapshots`, `params`, `rules`, `overrides`, `waivers`, `lints`)",
            "T403 2 `polices` is not a setting (did you mean `policies`?)",
            "T403 3 `colour` is not a setting (there are `extends`, `policies`, `snapshots`, `params`, `rules`, `overrides`, `waivers`, `lints`)",
            "T405 5 `snapshots` is set twice (remove one of the two)",
            "T402 6 this key is not text",
        ]
    );
    assert_eq!(values(outcome.config.snapshots.as_ref()), ["a"]);
}

#[test]
fn settings_have_their_types() {
    for (text, expected) in [
        ("policies: builtin\n", "T402 1 `policies` is a list (write `policies: [builtin]`)"),
        ("policies:\n", "T402 1 `policies` has no value"),
        ("policies: {a: b}\n", "T402 1 `policies` is a list of texts"),
        ("policies: [5]\n", "T402 1 `policies` is a list of texts"),
        ("policies:\n- a\n-\n", "T402 1 `policies` is a list of texts"),
        ("policies: [[a]]\n", "T402 1 `policies` is a list of texts"),
        ("snapshots: true\n", "T402 1 `snapshots` is a text or a list of texts"),
        ("snapshots: ['']\n", "T402 1 a text of `snapshots` is empty"),
        ("- a\n", "T402 1 a configuration consists of settings"),
        ("x", "T402 1 a configuration consists of settings"),
    ] {
        assert_eq!(run(text).problems, [expected], "{text}");
    }
    // YAML 1.2: a folder may be called `no`.
    assert_eq!(values(run("snapshots: no\n").config.snapshots.as_ref()), ["no"]);
}

#[test]
fn yaml_errors_are_at_their_line() {
    for (text, expected) in [
        ("policies: [a\n", "T401 1 this is not YAML: unclosed bracket '['"),
        ("policies:\n\t- a\n", "T401 2 a tab cannot be used as indentation (indent with spaces)"),
        (
            "policies: [a]\n<<: {b: c}\n",
            "T401 2 merge keys (`<<`) are not supported (write the settings out)",
        ),
        ("policies: !x [a]\n", "T401 1 tags are not supported (remove the tag)"),
        ("snapshots: *a\n", "T401 1 this alias has no anchor (quote a text that begins with `*`)"),
        ("policies: &a [*a]\n", "T401 1 this alias is part of what it stands for (write the value out)"),
        ("policies: [a]\n---\nb: c\n", "T401 2 a configuration is one YAML document (remove the `---`)"),
    ] {
        assert_eq!(run(text).problems, [expected], "{text}");
    }
}

#[test]
fn hostile_files_end_soon_in_a_clear_error() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..1_000 {
        bomb.push_str(&format!("a{at}: &a{at} [*a{0}, *a{0}, *a{0}]\n", at - 1));
    }
    let cases = [
        ("[".repeat(100_000), "larger than any"),
        ("{a: ".repeat(125_000), "larger than any"),
        ("- ".repeat(100_000), "larger than any"),
        ("? ".repeat(100_000), "larger than any"),
        ("a: 1\n".repeat(200_000), "larger than any"),
        ("#".repeat(2 << 20), "larger than any"),
        ("\u{1}\u{fffd}".repeat(10_000), "unexpected character: `\\u{1}'"),
        ((0..9_000).map(|at| format!("policie{at}: 1\n")).collect(), "did you mean `policies`?"),
        (bomb, "larger than any"),
    ];
    for (text, expected) in cases {
        let start = Instant::now();
        let outcome = run(&text);
        let crop: String = text.chars().take(20).collect();
        assert!(start.elapsed() < Duration::from_secs(10), "{crop} {:?}", start.elapsed());
        assert!(outcome.problems[0].contains(expected), "{crop}: {}", outcome.problems[0]);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,200}", noise in proptest::collection::vec(any::<char>(), 0..60)) {
        run(&text);
        run(&noise.into_iter().collect::<String>());
    }

    #[test]
    fn yaml_like_text_is_read_without_panic(
        parts in proptest::collection::vec(
            prop::sample::select(vec![
                "policies", "snapshots", "rules", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", "&a ", "*a", "'", "\"",
                "|\n", "#", "---\n", "!x ", "? ", "<<", "%", "\t", "5", "ü", "\r\n", "~", "\u{feff}",
            ]),
            0..60,
        )
    ) {
        run(&parts.concat());
    }
}
