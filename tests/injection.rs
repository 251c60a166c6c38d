//! What strangers write stays text: in every format of every command, as a name, a value, a title, a reason or a file's name.
//!
//! The same repository is drawn twice, with something harmless and with something that is active somewhere. Whatever gives
//! a format its structure has to be the same both times. No format is CSV, so there are no formulas to be neutralised; what
//! begins with `=` is quoted like any other text.

use serde_json::Value;

use crate::formats::EVIL;
use crate::support::Repo;

/// How what is written is read.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reader {
    /// By people, on a terminal or in a build server's log.
    Terminal,
    Json,
    Xml,
    /// GitHub's commands, one a line.
    Commands,
    Markdown,
    /// Markdown with marks of its own: backslashes before what would be one.
    Manual,
    Tap,
    /// By a browser.
    Html,
}

const DRAWN: &[(Reader, &[&str])] = &[
    (Reader::Terminal, &["check"]),
    (Reader::Terminal, &["check", "--full"]),
    (Reader::Terminal, &["check", "--quiet"]),
    (Reader::Terminal, &["check", "--narrate", "--full"]),
    (Reader::Json, &["check", "--format", "json"]),
    (Reader::Json, &["check", "--format", "sarif"]),
    (Reader::Json, &["check", "--format", "gitlab"]),
    (Reader::Xml, &["check", "--format", "junit"]),
    (Reader::Commands, &["check", "--format", "github"]),
    (Reader::Markdown, &["check", "--format", "markdown"]),
    (Reader::Tap, &["check", "--format", "tap"]),
    (Reader::Html, &["check", "--format", "html", "--source-url", "https://example.com/{file}#L{line}"]),
    (Reader::Manual, &["docs"]),
    (Reader::Terminal, &["history"]),
    (Reader::Terminal, &["history", "--narrate"]),
    (Reader::Json, &["history", "--format", "json"]),
    (Reader::Terminal, &["plan"]),
    (Reader::Terminal, &["plan", "--narrate"]),
    (Reader::Json, &["plan", "--format", "json"]),
    (Reader::Terminal, &["params"]),
    (Reader::Terminal, &["rules"]),
    (Reader::Json, &["params", "--format", "json"]),
    (Reader::Json, &["rules", "--format", "json"]),
    (Reader::Terminal, &["test", "--coverage"]),
    (Reader::Terminal, &["test", "--narrate"]),
    (Reader::Json, &["test", "--format", "json"]),
    (Reader::Xml, &["test", "--format", "junit"]),
    (Reader::Terminal, &["explain", "p.r"]),
    (Reader::Terminal, &["explain", "p.enough"]),
];

const HARMLESS: &str = "a harmless text of words";

/// In YAML and in policies alike.
fn quoted(text: &str) -> String {
    text.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect()
}

fn in_policy(text: &str) -> String {
    // What misleads readers is refused in a policy, whatever else it holds.
    let text = text.replace(|c| tollgate::text::misleading(&format!("{c}.")).is_some(), " ");
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('{', "\\{")
        .replace('}', "\\}")
        .replace('\n', "\\n")
}

/// A repository in which this text stands wherever a text may.
fn written(text: &str) -> Repo {
    let repository = Repo::new();
    let file = |name: &str, content: String| repository.write(name, content);
    let (yaml, policy) = (quoted(text), in_policy(text));
    file(
        "tollgate.yaml",
        format!(
            "policies: [policies/]\nlints: {{ pattern_as_text: off }}\nparams: {{ p.enough: {{ value: 60%, because: \"{yaml}\" }} }}\nwaivers:\n  - {{ rule: p.excused, workflow: \"{yaml}\", because: \"{yaml}\", owner: \"{yaml}\", until: 2026-12-31 }}\n"
        ),
    );
    file(
        "policies/p.gate",
        format!(
            "snapshot every 1 week grace 3 days {{ owner: text, good: bool, adoption: share }}
policy p \"{policy}\" {{
  param enough = 50% within 10% to 90% \"{policy}\"
  rule r \"{policy} {{owner}}\" {{ require good and adoption >= enough else hold \"{{owner}} {policy}\" help \"{{owner}}\" }}
  rule excused \"{policy}\" {{ require good else hold \"{policy}\" }}
  rule warned {{ require owner == \"{policy}!\" else warn }}
}}
"
        ),
    );
    file(
        "policies/p.test.gate",
        format!(
            "test \"{policy}\" {{ given every 1 week from 2026-11-02 {{ owner = \"w\" good = false adoption = 60% }} expect p.r passes }}\n"
        ),
    );
    let snapshot = |date: &str| {
        format!(
            "workflow: \"{yaml}\"\ndate: {date}\nowner: \"{yaml}\"\ngood: false\nadoption: 20%\n\"{yaml}\": 1\n"
        )
    };
    let name: String = text.chars().filter(|c| !matches!(c, '/' | '\0')).collect();
    file(&format!("rollouts/{name}.yaml"), snapshot("2026-11-20"));
    file("rollouts/earlier.yaml", snapshot("2026-11-13"));
    file("rollouts/broken.yaml", format!("workflow: other\ndate: 2026-11-20\ngood: \"{yaml}\"\n"));
    repository
}

fn run(repository: &Repo, arguments: &[&str]) -> String {
    let dated = matches!(arguments.first(), Some(&("check" | "history" | "plan")));
    let day: &[&str] = if dated { &["--as-of", "2026-11-23"] } else { &[] };
    let run = repository.run(&[arguments, day].concat());
    assert!(!run.out.is_empty(), "{arguments:?}: {}", run.err);
    run.out
}

/// What gives a format its structure, counted.
fn structure(reader: Reader, text: &str) -> Vec<usize> {
    let lines = |is: &dyn Fn(&str) -> bool| text.lines().filter(|line| is(line)).count();
    match reader {
        // Lines are broken where they are full, so that their number says nothing.
        Reader::Terminal => Vec::new(),
        Reader::Json => vec![shape(&serde_json::from_str(text).unwrap())],
        Reader::Xml => {
            let mut reader = quick_xml::Reader::from_str(text);
            let mut elements = 0;
            loop {
                match reader.read_event().unwrap() {
                    quick_xml::events::Event::Eof => return vec![elements],
                    quick_xml::events::Event::Start(_) | quick_xml::events::Event::Empty(_) => elements += 1,
                    _ => {}
                }
            }
        }
        Reader::Commands => vec![
            text.lines().count(),
            lines(&|line| {
                ["::error file=", "::warning file=", "::notice file="]
                    .iter()
                    .any(|start| line.starts_with(start))
            }),
        ],
        Reader::Markdown => {
            let tags = ["<details>", "</details>", "<summary>", "<script", "<code>", "</code>"];
            let mut counts: Vec<usize> = tags.iter().map(|tag| text.matches(tag).count()).collect();
            counts.extend([
                lines(&|line| line.starts_with('|')),
                text.matches('|').count(),
                text.lines().count(),
            ]);
            counts.extend(["](", "**", "`"].map(|mark| text.matches(mark).count()));
            counts
        }
        Reader::Manual => {
            let text = active(text);
            let marks = [
                "[", "]", "*", "_", "<", "|", "`", "&", "~", "$", "@", "#", "!2", "%3", "gh-1", "://",
                "www.", "\n",
            ];
            marks.iter().map(|mark| text.matches(mark).count()).collect()
        }
        Reader::Html => {
            // Between backticks stands code.
            let code = |tag: &str| tag.starts_with("<code>") || tag.starts_with("</code>");
            let tags = text.match_indices('<').filter(|(at, _)| !code(&text[*at..])).count();
            let of = |mark: &str| text.matches(mark).count();
            vec![tags, of("<script"), of("<style"), of("<a "), of("href=\"https://example.com/"), of("\"")]
        }
        Reader::Tap => vec![
            lines(&|line| line.starts_with("ok ") || line.starts_with("not ok ")),
            lines(&|line| line.contains("ok ") && !line.starts_with(' ') && line.contains(" # SKIP")),
            lines(&|line| line.trim() == "---" || line.trim() == "..."),
        ],
    }
}

/// What of a page is neither code nor behind a backslash, without the marks that an empty comment ends.
fn active(page: &str) -> String {
    let page =
        page.to_lowercase().replace("@<!-- -->", "").replace("#<!-- -->", "").replace("www.<!-- -->", "");
    let page = page.replace("<!-- -->", "\u{b6}");
    let mut out = String::new();
    let mut rest = page.as_str();
    while let Some(c) = rest.chars().next() {
        let ticks = rest.len() - rest.trim_start_matches('`').len();
        let (fence, after) = rest.split_at_checked(ticks).unwrap();
        if let Some((code, after)) = rest.strip_prefix("<code>").and_then(|rest| rest.split_once("</code>")) {
            assert!(!code.contains(['<', '|', '`', '\n']), "{code}");
            rest = after;
        } else if c == '\\' {
            rest = &rest[1 + rest[1..].chars().next().map_or(0, char::len_utf8)..];
        } else if let Some(end) = closing(after, fence).filter(|_| ticks > 0) {
            rest = &after[end + ticks..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Where a run of as many backticks stands in the same line.
fn closing(text: &str, fence: &str) -> Option<usize> {
    let line = text.lines().next().unwrap_or_default();
    let is_whole = |at: &usize| !line[..*at].ends_with('`') && !line[at + fence.len()..].starts_with('`');
    line.match_indices(fence).map(|(at, _)| at).find(is_whole)
}

/// How many values a document has, wherever they stand.
fn shape(value: &Value) -> usize {
    match value {
        Value::Array(all) => 1 + all.iter().map(shape).sum::<usize>(),
        Value::Object(all) => 1 + all.values().map(shape).sum::<usize>(),
        _ => 1,
    }
}

#[test]
fn what_strangers_write_stays_text_in_every_format() {
    let harmless = written(HARMLESS);
    let plain: Vec<_> =
        DRAWN.iter().map(|(reader, args)| structure(*reader, &run(&harmless, args))).collect();
    for evil in EVIL {
        let repository = written(evil);
        for ((reader, arguments), plain) in DRAWN.iter().zip(&plain) {
            let text = run(&repository, arguments);
            let case = format!("{evil:?} {arguments:?}:\n{text}");
            assert!(text.chars().all(|c| c == '\n' || !tollgate::text::is_hidden(c)), "{case}");
            // A line that is a command already is read as no other one.
            let is_command = |line: &str| {
                line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[")
            };
            assert!(*reader == Reader::Commands || !text.lines().any(is_command), "{case}");
            assert_eq!(&structure(*reader, &text), plain, "{case}");
        }
    }
}

/// In SARIF `[text](target)` in a message is a link.
#[test]
fn no_message_of_sarif_has_a_link() {
    fn messages<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Array(all) => all.iter().for_each(|inner| messages(inner, found)),
            Value::Object(all) => {
                for (key, inner) in all {
                    match inner.as_str() {
                        Some(text) if key == "text" => found.push(text),
                        _ => messages(inner, found),
                    }
                }
            }
            _ => {}
        }
    }
    let repository = written("[the log](https://evil.example/t) \\[x](y)");
    let log: Value = serde_json::from_str(&run(&repository, &["check", "--format", "sarif"])).unwrap();
    let mut found = Vec::new();
    messages(&log, &mut found);
    assert!(
        found.iter().any(|text| text.contains(r"\[the log\](https://evil.example/t) \\\[x\](y)")),
        "{found:#?}"
    );
    for text in found {
        let bare = text.replace(r"\\", "").replace(r"\[", "").replace(r"\]", "");
        assert!(!bare.contains(['[', ']']), "{text}");
    }
}
