//! YAML as such: what of it is taken, its errors, and files that are hostile.

use super::*;

#[test]
fn yaml_beyond_plain_records_is_refused() {
    for (text, expected) in [
        ("owner: !!str 5", "T304 the tag `!!str` is not supported"),
        ("users: !thing {active: 5}", "T304 the tag `!thing` is not supported"),
        ("<<: {owner: ana}", "T304 merge keys (`<<`) are not supported"),
        ("5: x", "T304 the key `5` is not text"),
        ("true: x", "T304 the key `true` is not text"),
        ("~: x", "T304 a key is empty"),
        ("? [a]\n: x", "T304 a list, a record or an alias cannot be a key"),
        ("users: &u {active: &u {}}", "T306"),
        ("users: &u {active: *u}", "T304 this alias contains itself"),
    ] {
        let problem = problem(text);
        assert!(problem.starts_with(expected), "{problem}");
    }
    let outcome = run(&[("f/a.yaml", &format!("%YAML 1.1\n---\n{HEAD}"))]);
    assert!(outcome.lines()[0].starts_with("T304 f/a.yaml:2 this document is declared as YAML 1.1"));
    let outcome = run(&[("f/a.yaml", &format!("%YAML 1.2\n---\n{HEAD}"))]);
    assert_eq!(outcome.names(), "w 1");
}

#[test]
fn aliases_stand_for_what_they_name() {
    let outcome = body(
        "outputs:\n  - &a {edit_time: 5%, kind: ordinary}\n  - *a\nowner: &o ana\nplan: {contact: *o}\n",
    );
    assert_eq!(outcome.lines(), Vec::<String>::new());
    let Value::List(outputs) = &outcome.value("outputs").unwrap().value else { panic!() };
    assert_eq!(outputs[0], outputs[1]);
    assert!(body("&k owner: ana\nplan: {contact: *k}").lines().is_empty());
}

#[test]
fn yaml_errors_are_at_their_line() {
    for (text, expected) in [
        ("owner: x\n\tcost: 5\n", "T302 f/a.yaml:5 a tab cannot be used as indentation (indent with spaces)"),
        ("users:\n\tactive: 5\n", "T302 f/a.yaml:5 a tab cannot be used as indentation (indent with spaces)"),
        (
            "owner: \"ana\ncost: 5\n",
            "T302 f/a.yaml:4 this quote is not closed (end the text with the same quote)",
        ),
        (
            "owner: a: b\n",
            "T302 f/a.yaml:4 a `:` is not expected here (a text that contains `: ` needs quotes:)",
        ),
        ("ratings: [1, 2\n", "T302 f/a.yaml:4 this bracket is not closed (close it)"),
        (
            "ratings: [1, 2}\n",
            "T302 f/a.yaml:4 this bracket does not close what was opened (check the brackets before it)",
        ),
        ("owner ana\n", "T302 f/a.yaml:4 this line has no `:` after its key"),
        ("owner: *ana\n", "T302 f/a.yaml:4 this alias has no anchor (quote a text that begins with `*`)"),
        ("owner: @ana\n", "T302 f/a.yaml:4 a text cannot begin with this character (quote the text)"),
        (
            "owner: \"\\q\"\n",
            "T302 f/a.yaml:4 this escape does not exist (write `\\\\` for a backslash, or use single quotes)",
        ),
        ("owner: a\u{1b}[31m\n", "T302 f/a.yaml:4 the control character `\\u{1b}` is not allowed in YAML"),
        ("# \0\n", "T302 f/a.yaml:4 the control character `\\0` is not allowed in YAML"),
    ] {
        let outcome = body(text);
        assert_eq!(outcome.lines(), [expected]);
        assert_eq!(outcome.names(), "[w]");
        let label = &outcome.diagnostics[0].labels[0];
        assert!(label.span.start < label.span.end, "{text}");
    }
}

#[test]
fn messages_show_control_characters_and_are_short() {
    let long = "x".repeat(900);
    let outcome =
        body(&format!("adoption: \"\\e[31m\"\nlaunched: \"\\e\\n\"\n\"\\e{long}\": 1\nlatency: {long}\n"));
    assert_eq!(outcome.diagnostics.len(), 4);
    for diagnostic in &outcome.diagnostics {
        let text = format!("{}{:?}", diagnostic.message, diagnostic.help);
        assert!(!text.contains(char::is_control) && text.len() < 300, "{text}");
    }
}

#[test]
fn files_that_could_not_be_read_are_errors() {
    let files = [("f/a.yaml", ""), ("g/b.yaml", HEAD)];
    let outcome = run_with(&files, &vocabulary(), |mut input| {
        input.read.problem = (input.read.file == FileId(1)).then(|| "permission denied".to_owned());
        input
    });
    assert_eq!(outcome.lines(), ["T301 f/a.yaml:1 this file could not be read: permission denied"]);
    assert_eq!(outcome.names(), "[f], w 1");
    for (text, names) in [("workflow: v\nx: \u{fffd}\n", "[v]"), ("workflow: v\u{fffd}", "[f]")] {
        let outcome = run_with(&[("f/a.yaml", text)], &vocabulary(), |mut input| {
            input.read.invalid_utf8_at = text.find('\u{fffd}');
            input
        });
        assert_eq!(outcome.diagnostics[0].message, "this file is not UTF-8 text");
        assert_eq!(outcome.names(), names);
    }
}

#[test]
fn without_stages_the_word_is_free() {
    let mut vocabulary = Vocabulary::built_in(Vec::new());
    let mut fields = vocabulary.snapshot.fields.clone();
    fields.push(field("stage", Type::Text));
    vocabulary.snapshot = Arc::new(RecordType { fields });
    let files = [("f/rollout.yaml", "stage: anything\n"), ("f/a.yaml", "workflow: w\ndate: 2026-11-02\n")];
    let outcome = run_with(&files, &vocabulary, |input| input);
    assert_eq!(outcome.lines(), Vec::<String>::new());
    assert_eq!(outcome.names(), "w 1");
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let outcome =
        body(&format!("ratings: [{}]\n", (0..500).map(|nth| format!("x{nth},")).collect::<String>()));
    assert_eq!(outcome.diagnostics.len(), 101);
    assert!(
        outcome
            .lines()
            .contains(&"T322 f/a.yaml:1 400 further problems in this file are not shown".to_owned())
    );
}

/// Every scalar of a record, with what it was read as.
fn scalars<'a>(located: &'a Located, found: &mut Vec<&'a Located>) {
    match &located.value {
        Value::List(elements) => elements.iter().for_each(|element| scalars(element, found)),
        Value::Record(record) => record.fields.iter().flatten().for_each(|field| scalars(field, found)),
        Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_) => {
            found.push(located)
        }
    }
}

#[test]
fn spans_lie_on_the_scalars_as_they_are_written() {
    let text = "\u{feff}workflow: 'w'\r\ndate: \"2026-11-02\"\r\n\"stage\": pilot # ü\r\nowner: \"ü\\n\"\r\nplan:\r\n  contact: |\r\n    öne\r\n    two\r\n\r\n  steps:\r\n  - >-\r\n    foo\r\n  - plain ü text\r\n  - {}\r\nratings: [1, 2.50]\r\n";
    let text = text.replace("  - {}\r\n", "");
    let outcome = run(&[("f/a.yaml", &text)]);
    assert_eq!(outcome.lines(), Vec::<String>::new());
    let record = &outcome.workflows[0].series.as_ref().unwrap().snapshots[0].record;
    let mut found = Vec::new();
    record.fields.iter().flatten().for_each(|field| scalars(field, &mut found));
    let texts: Vec<&str> = found.iter().map(|located| outcome.sources.text(located.span)).collect();
    let expected =
        ["'w'", "\"2026-11-02\"", "pilot", "1", "2.50", "\"ü\\n\"", "öne\r\n    two", "foo", "plain ü text"];
    assert_eq!(texts, expected);
    let keys: Vec<&str> =
        record.fields.iter().flatten().map(|located| outcome.sources.text(located.key)).collect();
    assert_eq!(keys, ["workflow", "date", "\"stage\"", "ratings", "owner", "plan"]);
}

/// The text of a snapshot with every field, some written in other ways.
fn whole(date: u8, flow: bool) -> String {
    let users = if flow { "users: {active: 4, target: 5}" } else { "users:\n  active: 4\n  target: 5" };
    format!(
        "workflow: w\ndate: 2026-11-{date:02}\nstage: pilot\nadoption: 62%\nsatisfaction: 4.5\n{users}\noutputs:\n- \
         {{id: a, edit_time: 5%}}\n- id: \"b\"\n  kind: atypical\ncost: 0.05 USD\nlatency: 300 ms\napproved: true\n\
         owner: |\n  ana\nratings: [1, 2]\nplan: &p {{contact: 'bo'}}\n"
    )
}

/// What a result says, without the names of files.
fn meaning(outcome: &Outcome) -> String {
    let show = |span: Span| format!("{}@{}", outcome.sources.text(span), span.start);
    let mut text = String::new();
    for workflow in &outcome.workflows {
        write!(text, "{} ", workflow.name).unwrap();
        for snapshot in workflow.series.iter().flat_map(|series| &series.snapshots) {
            let mut found = Vec::new();
            snapshot.record.fields.iter().flatten().for_each(|field| scalars(field, &mut found));
            let found = found.iter().map(|located| show(located.span)).collect::<Vec<_>>();
            write!(text, "{} {found:?} ", snapshot.date).unwrap();
        }
    }
    let mut messages: Vec<String> = outcome
        .diagnostics
        .iter()
        .map(|d| format!("{} {} {}", d.code, d.message, show(d.labels[0].span)))
        .collect();
    messages.sort();
    format!("{text} {messages:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,200}", noise in proptest::collection::vec(any::<char>(), 0..60)) {
        let noise: String = noise.into_iter().collect();
        run(&[("f/a.yaml", &text), ("f/b.yaml", &noise), ("f/rollout.yaml", &text)]);
    }

    #[test]
    fn yaml_like_text_is_read_without_panic(
        parts in proptest::collection::vec(
            prop::sample::select(vec![
                "workflow", "date", "users", "outputs", "owner", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", "&a ", "*a",
                "'", "\"", "|\n", ">-\n", "#", "---\n", "...\n", "!x ", "? ", "<<", "%", "\t", "5", "ü", "\r\n", "~", "\u{feff}", "5%",
            ]),
            0..60,
        )
    ) {
        let text = parts.concat();
        let outcome = run(&[("f/a.yaml", &text), ("f/rollout.yaml", &text)]);
        let errors = outcome.diagnostics.iter().any(|d| d.severity == Severity::Error);
        prop_assert_eq!(errors, outcome.workflows.iter().any(|workflow| workflow.series.is_none()));
        for diagnostic in &outcome.diagnostics {
            for label in &diagnostic.labels {
                prop_assert!(outcome.sources.get(label.span.file).unwrap().text.get(label.span.range()).is_some());
            }
        }
    }

    #[test]
    fn quoted_texts_are_found_where_they_are_written(
        texts in proptest::collection::vec(("[a-zü漢\u{1F600}0-9 '\"\\\\:#{}-]{0,12}", any::<bool>()), 1..6),
        bom: bool, crlf: bool, flow: bool,
    ) {
        let quote = |text: &str, double: bool| match double {
            true => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            false => format!("'{}'", text.replace('\'', "''")),
        };
        let written: Vec<String> = texts.iter().map(|(text, double)| quote(text, *double)).collect();
        let steps = if flow {
            format!(" [{}]", written.join(", "))
        } else {
            written.iter().map(|text| format!("\n  - {text}")).collect()
        };
        let mut text = format!("{HEAD}plan:\n  contact: ü\n  steps:{steps}\n");
        if bom {
            text.insert(0, '\u{feff}');
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let outcome = run(&[("f/a.yaml", &text)]);
        let Value::Record(plan) = &outcome.value("plan").unwrap().value else { panic!() };
        let Value::List(steps) = &plan.fields[1].as_ref().unwrap().value else { panic!() };
        prop_assert_eq!(steps.len(), texts.len());
        for ((step, written), (text, _)) in steps.iter().zip(&written).zip(&texts) {
            prop_assert_eq!(outcome.sources.text(step.span), written);
            prop_assert_eq!(&step.value, &Value::Text(text.as_str().into()));
        }
    }

    #[test]
    fn mutated_snapshots_are_read_without_panic(
        at in 0..400usize, length in 0..20usize, with in "[\\PC\n\t]{0,4}", flow: bool
    ) {
        let text = whole(2, flow);
        let start = text.floor_char_boundary(at.min(text.len()));
        let end = text.floor_char_boundary((start + length).min(text.len()));
        let mutated = format!("{}{with}{}", &text[..start], &text[end..]);
        let outcome = run(&[("f/a.yaml", &mutated), ("f/b.yaml", &whole(9, flow))]);
        // An error anywhere costs the workflow its series; a file that was read cleanly keeps it.
        let errors = outcome.diagnostics.iter().any(|d| d.severity == Severity::Error);
        prop_assert_eq!(errors, outcome.workflows.iter().any(|workflow| workflow.series.is_none()));
    }

    #[test]
    fn neither_order_nor_names_of_files_change_the_result(
        order in Just((0..4usize).collect::<Vec<_>>()).prop_shuffle(),
        names in Just(vec!["f/a.yaml", "f/b.yaml", "f/c.yaml", "f/d.yaml"]).prop_shuffle(),
        broken: bool,
    ) {
        let mut texts = [whole(2, true), whole(9, false), whole(16, true), format!("{}x: 1\n", whole(23, false))];
        if broken {
            texts[1] = texts[1].replace("62%", "62");
        }
        let plain: Vec<(&str, &str)> =
            ["f/a.yaml", "f/b.yaml", "f/c.yaml", "f/d.yaml"].into_iter().zip(texts.iter().map(|text| &**text)).collect();
        let mixed: Vec<(&str, &str)> = order.iter().map(|at| (names[*at], &*texts[*at])).collect();
        prop_assert_eq!(meaning(&run(&plain)), meaning(&run(&mixed)));
    }
}
