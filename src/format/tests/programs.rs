//! Generates policy files: every form of the language, on pages that nobody would write.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop, prop_oneof};

/// Stands in a generated text for the white space between two tokens, which is chosen last.
const GAP: char = '\u{1}';

const GAPS: [&str; 10] =
    [" ", " ", " ", "  ", "\n", "\n\n\n", "\t", " # behind\n", "\n# own line\n", " #\n\n    #two \n"];

/// A file.
pub(super) fn program() -> impl Strategy<Value = String> {
    let item = prop_oneof![1 => stages(), 2 => snapshot(), 4 => policy(), 2 => test()];
    let language = word(&["", "", "language\u{1}0.2"]);
    (language, vec(item, 1..3), vec(any::<u8>(), 32)).prop_map(|(language, items, seed)| {
        let mut choices = seed.iter().cycle();
        line(&[&language, &join(items, "\u{1}")])
            .chars()
            .map(|c| if c == GAP { gap(*choices.next().unwrap()).to_owned() } else { c.to_string() })
            .collect()
    })
}

fn gap(choice: u8) -> &'static str {
    GAPS[usize::from(choice) % GAPS.len()]
}

fn join(parts: Vec<String>, between: &str) -> String {
    parts.join(between)
}

/// Tokens and groups of them, one after the other.
fn line(parts: &[&str]) -> String {
    parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\u{1}")
}

fn word(words: &'static [&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(words).prop_map(str::to_owned).boxed()
}

/// Words that mean something elsewhere among them.
fn name() -> BoxedStrategy<String> {
    word(&[
        "adoption",
        "a",
        "count",
        "first",
        "stage",
        "users_who_use_it_every_day",
        "date",
        "x",
        "of",
        "given",
        "expect",
        "test",
        "within",
        "at_least",
        "note_it",
        "today",
        "first_seen",
        "snapshots",
        "month",
        "named",
        "standing",
    ])
}

fn path() -> BoxedStrategy<String> {
    prop_oneof![
        3 => name(),
        2 => (name(), name()).prop_map(|(a, b)| format!("{a}.{b}")),
        1 => word(&["it", "it.x", "snapshot.stage", "hold.count", "users.rule.when"]),
    ]
    .boxed()
}

fn optional(part: BoxedStrategy<String>) -> BoxedStrategy<String> {
    option::of(part).prop_map(Option::unwrap_or_default).boxed()
}

fn text() -> BoxedStrategy<String> {
    word(&[
        "\"\"",
        "\"text\"",
        "\"with # and \\\" and é\"",
        "\"a text that is so long that no line of the usual width holds it together with anything else on it\"",
    ])
}

fn template() -> BoxedStrategy<String> {
    prop_oneof![
        text(),
        word(&["\"{adoption} of {count(outputs where edit_time < 15%)}\"", "\"\\{no\\} {a + b}\""])
    ]
    .boxed()
}

fn literal() -> BoxedStrategy<String> {
    prop_oneof![
        4 => word(&["20", "0.05", ".5", "1e-3", "15%", "15 %", "2 weeks", "300 ms", "6 months", "0.05 USD", "2026-11-02", "2026-11-02T14:05Z", "2026-11-02T15:05:30.25+01:00", "5 min", "true", "false"]),
        1 => text(),
    ]
    .boxed()
}

fn signed() -> BoxedStrategy<String> {
    prop_oneof![4 => literal(), 1 => word(&["-4", "-\u{1}0.8", "-5%"])].boxed()
}

fn elements(
    of: BoxedStrategy<String>,
    from: usize,
    open: &'static str,
    close: &'static str,
) -> BoxedStrategy<String> {
    (vec(of, from..5), any::<bool>())
        .prop_map(move |(elements, trailing)| {
            let comma = if trailing && !elements.is_empty() { "," } else { "" };
            line(&[open, &join(elements, "\u{1},\u{1}"), comma, close])
        })
        .boxed()
}

fn expr() -> BoxedStrategy<String> {
    let leaf =
        prop_oneof![3 => path(), 2 => literal(), 1 => path().prop_map(|path| line(&["has", &path]))].boxed();
    leaf.prop_recursive(2, 12, 3, |inner| {
        let paren = inner.clone().prop_map(|inner| line(&["(", &inner, ")"])).boxed();
        let conditional = (inner.clone(), inner.clone(), inner.clone())
            .prop_map(|(c, a, b)| line(&["(", "if", &c, "then", &a, "else", &b, ")"]));
        let over = prop_oneof![
            word(&[
                "over\u{1}stage",
                "over\u{1}all",
                "over\u{1}week",
                "over\u{1}month",
                "over\u{1}quarter",
                "over\u{1}year"
            ]),
            word(&[
                "over\u{1}at\u{1}most\u{1}4 weeks",
                "over\u{1}5\u{1}snapshots",
                "over\u{1}p.n\u{1}snapshots"
            ]),
            word(&["over\u{1}4 weeks", "over\u{1}window * 2"])
        ]
        .boxed();
        let clause = |name: &'static str| {
            let inner = inner.clone();
            optional(inner.prop_map(move |inner| line(&[name, &inner])).boxed())
        };
        let keys = prefixed("by", elements(inner.clone(), 1, "[", "]"));
        let by = prop_oneof![2 => clause("by"), 1 => keys];
        let arg = (inner.clone(), clause("of"), clause("where"), clause("among"), by, optional(over))
            .prop_map(|(value, of, condition, among, by, over)| {
                line(&[&value, &of, &condition, &among, &by, &over])
            })
            .boxed();
        let call =
            (name(), elements(arg, 0, "(", ")")).prop_map(|(name, args)| line(&[&name, &args])).boxed();
        let list = || elements(inner.clone(), 0, "[", "]");
        let at_least = list().prop_map(|list| line(&["at", "least", "2", "of", &list]));
        let entry = (path(), inner.clone()).prop_map(|(table, key)| format!("{table}[\u{1}{key}\u{1}]"));
        let primary = prop_oneof![
            3 => paren, 1 => conditional, 4 => call, 2 => path(), 2 => literal(), 1 => at_least, 1 => entry
        ]
        .boxed();
        let arithmetic =
            vec((word(&["+", "-", "*", "/"]), optional(word(&["-", "-\u{1}-"])), primary.clone()), 0..3);
        let sum = (optional(word(&["-"])), primary, arithmetic).prop_map(|(sign, first, further)| {
            let further: Vec<_> =
                further.iter().map(|(op, sign, operand)| line(&[op, sign, operand])).collect();
            line(&[&sign, &first, &join(further, "\u{1}")])
        });
        let sum = sum.boxed();
        let set = prop_oneof![
            list(),
            sum.clone(),
            (sum.clone(), sum.clone()).prop_map(|(a, b)| line(&[&a, "to", &b]))
        ];
        let tail = prop_oneof![
            (
                word(&["<", "<=", ">", ">=", "==", "!="]),
                sum.clone(),
                optional(word(&["with\u{1}90%\u{1}confidence"]))
            )
                .prop_map(|(op, b, with)| line(&[&op, &b, &with])),
            (word(&["in", "not\u{1}in"]), set).prop_map(|(word, set)| line(&[&word, &set])),
            prefixed("matches", sum.clone()),
        ];
        let compared = (sum, optional(tail.boxed())).prop_map(|(a, tail)| line(&[&a, &tail])).boxed();
        let operand = (optional(word(&["not", "not\u{1}not"])), compared)
            .prop_map(|(not, a)| line(&[&not, &a]))
            .boxed();
        (operand.clone(), vec((word(&["and", "or"]), operand), 0..3)).prop_map(|(first, further)| {
            let further: Vec<_> = further.iter().map(|(op, operand)| line(&[op, operand])).collect();
            line(&[&first, &join(further, "\u{1}")])
        })
    })
    .boxed()
}

fn stages() -> BoxedStrategy<String> {
    vec(name(), 1..8).prop_map(|names| line(&["stages", &join(names, "\u{1}->\u{1}")])).boxed()
}

fn range(keyword: &'static str) -> BoxedStrategy<String> {
    optional((signed(), signed()).prop_map(move |(a, b)| line(&[keyword, &a, "to", &b])).boxed())
}

fn field() -> BoxedStrategy<String> {
    let one_of = elements(name(), 1, "[", "]").prop_map(|list| line(&["one", "of", &list])).boxed();
    let simple = word(&[
        "bool",
        "text",
        "date",
        "time",
        "duration",
        "count",
        "number",
        "number\u{1}USD",
        "share",
        "stage",
        "unknown",
    ]);
    let listed = (
        word(&["", "list\u{1}of", "list\u{1}of\u{1}list\u{1}of"]),
        prop_oneof![3 => simple, 1 => one_of],
        range("from"),
    )
        .prop_map(|(list, ty, range)| line(&[&list, &ty, &range]));
    let plain = (
        name(),
        listed,
        word(&[
            "",
            "",
            "key",
            "required",
            "changing",
            "standing",
            "required\u{1}changing",
            "kept\u{1}required",
            "named\u{1}\"pass rate\"",
            "standing\u{1}named\u{1}\"p\"\u{1}required",
        ]),
        optional(text()),
    )
        .prop_map(|(name, ty, mark, doc)| line(&[&name, ":", &ty, &mark, &doc]))
        .boxed();
    plain
        .prop_recursive(3, 12, 4, |inner| {
            let fields = || vec((inner.clone(), word(&[",", "\n"])), 0..5).prop_map(|fields| {
                join(fields.iter().map(|(field, end)| line(&[field, end])).collect(), "\u{1}")
            });
            prop_oneof![
                2 => inner.clone(),
                1 => (name(), word(&["", "standing", "named\u{1}\"n\"\u{1}standing"]), optional(text()), fields())
                    .prop_map(|(name, marks, doc, fields)| line(&[&name, &marks, &doc, "{", &fields, "}"])),
                1 => (name(), fields(), optional(text()))
                    .prop_map(|(name, fields, doc)| line(&[&name, ":", "list", "of", "{", &fields, "}", &doc])),
            ]
        })
        .boxed()
}

fn snapshot() -> BoxedStrategy<String> {
    let cadence = word(&[
        "",
        "every\u{1}1 week",
        "every\u{1}1 week\u{1}grace\u{1}3 days",
        "every\u{1}weekday",
        "every\u{1}weekday\u{1}grace\u{1}1 day",
        "every\u{1}5 min\u{1}grace\u{1}300 s",
    ]);
    let fields = vec((field(), word(&[",", "\n"])), 0..6);
    (cadence, fields)
        .prop_map(|(cadence, fields)| {
            let fields = join(fields.iter().map(|(field, end)| line(&[field, end])).collect(), "\u{1}");
            line(&["snapshot", &cadence, "{", &fields, "}"])
        })
        .boxed()
}

fn prefixed(keyword: &'static str, of: BoxedStrategy<String>) -> BoxedStrategy<String> {
    of.prop_map(move |of| line(&[keyword, &of])).boxed()
}

fn let_decl() -> BoxedStrategy<String> {
    let computed = word(&["outputs.light", "users.all.hold", "date.count"]);
    let name = prop_oneof![3 => name(), 1 => computed];
    (name, expr()).prop_map(|(name, value)| line(&["let", &name, "=", &value])).boxed()
}

fn rule() -> BoxedStrategy<String> {
    let effect = || {
        (word(&["note", "warn", "hold", "rollback"]), optional(template())).prop_map(|(a, b)| line(&[&a, &b]))
    };
    let trigger =
        (expr(), effect()).prop_map(|(when, effect)| line(&["when", &when, "then", &effect])).boxed();
    let requires = vec(prefixed("require", expr()), 1..4);
    let requirement = (optional(prefixed("when", expr())), requires, effect())
        .prop_map(|(when, requires, effect)| line(&[&when, &join(requires, "\u{1}"), "else", &effect]))
        .boxed();
    let undecided = word(&["undecided\u{1}pass", "undecided\u{1}warn", "undecided\u{1}hold"]);
    let tail =
        (optional(prefixed("link", text())), optional(prefixed("help", template())), optional(undecided))
            .prop_map(|(a, b, c)| line(&[&a, &b, &c]));
    (name(), optional(template()), prop_oneof![trigger, requirement], tail)
        .prop_map(|(name, title, body, tail)| line(&["rule", &name, &title, "{", &body, &tail, "}"]))
        .boxed()
}

fn gate() -> BoxedStrategy<String> {
    let step = (name(), name()).prop_map(|(from, to)| line(&[&from, "->", &to]));
    (vec(step, 1..4), optional(template()), vec(let_decl(), 0..2), rule())
        .prop_map(|(steps, title, lets, rule)| {
            let steps = join(steps, "\u{1},\u{1}");
            line(&["gate", &steps, &title, "{", &join(lets, "\u{1}"), &rule, "}"])
        })
        .boxed()
}

/// What a param is, or is set to: a value, a list or a table.
fn param_value() -> BoxedStrategy<String> {
    let list = elements(prop_oneof![signed(), name()].boxed(), 1, "[", "]");
    let key = prop_oneof![3 => name(), 2 => Just("else".to_owned()), 1 => text()];
    let entry = (key, signed()).prop_map(|(key, value)| line(&[&key, ":", &value]));
    let table = elements(entry.boxed(), 1, "{", "}");
    prop_oneof![4 => signed(), 1 => list, 2 => table].boxed()
}

fn policy() -> BoxedStrategy<String> {
    let param = (name(), param_value(), range("within"), optional(text()))
        .prop_map(|(name, value, within, doc)| line(&["param", &name, "=", &value, &within, &doc]));
    let items = vec(prop_oneof![2 => param, 2 => let_decl(), 2 => rule(), 1 => gate()], 0..4);
    (name(), optional(template()), optional(prefixed("when", expr())), items)
        .prop_map(|(name, title, when, items)| {
            line(&["policy", &name, &title, &when, "{", &join(items, "\u{1}"), "}"])
        })
        .boxed()
}

fn test_value() -> BoxedStrategy<String> {
    let two = (signed(), word(&["to", "of"]), signed())
        .prop_map(|(first, between, second)| line(&[&first, &between, &second]));
    prop_oneof![3 => signed(), 1 => two, 2 => Just("_".to_owned()), 2 => name()]
        .prop_recursive(3, 12, 4, |inner| {
            let repeated = (word(&["", "", "24\u{1}x"]), inner.clone())
                .prop_map(|(times, value)| line(&[&times, &value]));
            let entry = (name(), inner, word(&["", ","]))
                .prop_map(|(name, value, comma)| line(&[&name, ":", &value, &comma]));
            let record = vec(entry, 0..5).prop_map(|entries| line(&["{", &join(entries, "\u{1}"), "}"]));
            prop_oneof![elements(repeated.boxed(), 0, "[", "]"), record]
        })
        .boxed()
}

fn test() -> BoxedStrategy<String> {
    let assign = (path(), vec(test_value(), 1..9))
        .prop_map(|(path, values)| line(&[&path, "=", &join(values, "\u{1},\u{1}")]));
    let series = vec(assign, 0..4).prop_map(|assigns| line(&["{", &join(assigns, "\u{1}"), "}"]));
    let rhythm = word(&[
        "every\u{1}1 week\u{1}from\u{1}2026-01-05",
        "every\u{1}weekday\u{1}from\u{1}2026-01-05",
        "every\u{1}5 min\u{1}from\u{1}2026-01-05T10:00Z",
    ]);
    let series = (rhythm, series).prop_map(|(rhythm, series)| line(&[&rhythm, &series]));
    let other = || optional(prefixed("workflow", text()));
    let given =
        |of: BoxedStrategy<String>| (other(), of).prop_map(|(other, of)| line(&["given", &other, &of]));
    let set = prop_oneof![3 => path(), 1 => path().prop_map(|table| format!("{table}[\"a b\"]"))];
    let outcome = word(&["passes", "fails", "undecided", "not\u{1}applicable"]);
    let clause = prop_oneof![
        4 => given(series.boxed()),
        1 => given(prefixed("file", text())),
        1 => (set, param_value()).prop_map(|(path, value)| line(&["with", &path, "=", &value])),
        2 => (path(), outcome).prop_map(|(path, outcome)| line(&["expect", &path, &outcome])),
        1 => prefixed("expect", prefixed("decision", word(&["hold", "advance"]))),
    ];
    let as_of = word(&["", "as\u{1}of\u{1}2026-02-02", "as\u{1}of\u{1}2026-02-02T10:00Z"]);
    (text(), vec(clause, 0..5), as_of)
        .prop_map(|(title, clauses, as_of)| {
            line(&["test", &title, "{", &join(clauses, "\u{1}"), &as_of, "}"])
        })
        .boxed()
}
