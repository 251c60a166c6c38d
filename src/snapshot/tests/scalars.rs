//! What single values are read as, and what is wrong with them.

use super::*;

#[test]
fn amounts_are_read_from_their_text() {
    for (text, expected) in [
        ("adoption: 15%", "0.15"),
        ("adoption: 15 %", "0.15"),
        ("adoption: 0.15", "0.15"),
        ("adoption: 0", "0"),
        ("adoption: 100%", "1"),
        ("drift: -0.8", "-0.8"),
        ("drift: -80%", "-0.8"),
        ("satisfaction: 4.50", "4.5"),
        ("satisfaction: 1", "1"),
        ("satisfaction: 5", "5"),
        ("cost: 0.05 USD", "0.05"),
        ("cost: 0.05", "0.05"),
        ("cost: 5USD", "5"),
        ("cost: -5e-1 USD", "-0.5"),
        ("errors: 1e3", "1000"),
        ("errors: 017", "17"),
        ("errors: +.5", "0.5"),
        ("errors: 0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("latency: 300 ms", "0.3"),
        ("latency: 300ms", "0.3"),
        ("latency: 2.5 s", "2.5"),
        ("latency: 5 min", "300"),
        ("latency: 3 h", "10800"),
        ("latency: 1 day", "86400"),
        ("latency: 2 days", "172800"),
        ("latency: 1 week", "604800"),
        ("latency: 6 weeks", "3628800"),
        ("latency: 0 s", "0"),
    ] {
        assert_eq!(number(text), decimal(expected), "{text}");
    }
}

#[test]
fn dates_stages_and_words_may_be_quoted() {
    for text in ["launched: 2026-11-02", "launched: \"2026-11-02\"", "launched: '2026-11-02'"] {
        assert_eq!(number(text), Number::from(20_759), "{text}");
    }
    assert_eq!(number("advance_to: expanded"), Number::from(2));
    assert_eq!(number("advance_to: 'full'"), Number::from(3));
    let outcome = body("outputs: [{kind: atypical}, {kind: 'ordinary', edit_time: 150%}]");
    assert_eq!(outcome.lines(), Vec::<String>::new());
}

#[test]
fn a_text_is_any_scalar_as_it_is_written() {
    for (text, expected) in [
        ("owner: ana", "ana"),
        ("owner: 'it''s'", "it's"),
        ("owner: 05", "05"),
        ("owner: true", "true"),
        ("owner: ''", ""),
        ("owner: |\n  two\n  lines", "two\nlines\n"),
        ("owner: 'null'", "null"),
    ] {
        let outcome = body(text);
        assert_eq!(outcome.value("owner").unwrap().value, Value::Text(expected.into()), "{text}");
    }
}

#[test]
fn null_is_missing() {
    for text in ["owner:", "owner: ~", "owner: null", "users: null", "outputs: ~", "approved:"] {
        let outcome = body(text);
        assert_eq!(outcome.lines(), Vec::<String>::new());
        assert_eq!(outcome.value(text.split(':').next().unwrap()), None, "{text}");
    }
    let outcome = run(&[("f/a.yaml", "workflow: w\ndate: ~\nstage: pilot\n")]);
    assert_eq!(outcome.lines(), ["T312 f/a.yaml:1 `date` is missing from this snapshot"]);
}

#[test]
fn bools_are_true_and_false_alone() {
    assert_eq!(body("approved: true").value("approved").unwrap().value, Value::Bool(true));
    assert_eq!(body("approved: false").value("approved").unwrap().value, Value::Bool(false));
    assert_eq!(
        problem("approved: no"),
        "T306 `approved` is not true or false: YAML 1.2 has only `true` and `false`, and reads `no` as text (`true` and `false` are written in full, in lower case:)"
    );
    assert!(problem("approved: True").ends_with("(`true` and `false` are written in full, in lower case:)"));
    assert!(problem("approved: 1").ends_with("(`true` and `false` are written in full, in lower case:)"));
    assert_eq!(
        problem("approved: 'true'"),
        "T306 `true` is quoted and so a text; `approved` is true or false (it is quoted, and so a text:)"
    );
}

#[test]
fn quoted_numbers_are_texts_unless_they_say_their_unit() {
    for text in
        ["adoption: '0.15'", "users: {active: \"4\"}", "latency: '3'", "errors: |-\n  5", "cost: ' 3 USD'"]
    {
        assert!(problem(text).starts_with("T306"), "{text}");
    }
    for text in ["adoption: '15%'", "latency: \"3 h\"", "cost: '0.05 USD'", "drift: '-1 %'"] {
        assert_eq!(run(&[("a.yaml", &format!("{HEAD}{text}\n"))]).lines(), Vec::<String>::new(), "{text}");
    }
    assert_eq!(problem("latency: '3 apples'").split(' ').next(), Some("T309"));
}

#[test]
fn a_bare_number_for_a_share_is_at_most_one() {
    assert_eq!(problem("adoption: 15"), "T308 15 is 1500%: write 15% or 0.15");
    assert_eq!(problem("drift: -1.5"), "T308 -1.5 is -150%: write -1.5% or -0.015");
    assert_eq!(problem("outputs: [{edit_time: 2}]"), "T308 2 is 200%: write 2% or 0.02");
    assert_eq!(problem("adoption: 1"), "T317 1 for a share is read as 100% (write 100% or 1%)");
    assert_eq!(problem("adoption: 1.0"), "T317 1.0 for a share is read as 100% (write 100% or 1%)");
    assert_eq!(problem("drift: -1"), "T317 -1 for a share is read as -100% (write -100% or -1%)");
}

#[test]
fn ranges_are_enforced() {
    assert_eq!(
        problem("satisfaction: 6"),
        "T307 6 is outside 1 to 5, the range of `satisfaction` (correct the value, or the declared range of the field)"
    );
    assert_eq!(
        problem("adoption: 101%"),
        "T307 101% is outside 0% to 100%, the range of `adoption` (correct the value, or the declared range of the field)"
    );
    assert_eq!(
        problem("users: {active: -1}"),
        "T307 -1 is below 0, the least that `users.active` can be (correct the value, or the declared range of the field)"
    );
    assert_eq!(
        problem("latency: -3 h"),
        "T307 -3 h is negative; `latency` is a duration (correct the value, or the declared range of the field)"
    );
    assert_eq!(
        problem("outputs: [{edit_time: 1001%}]"),
        "T307 1001% is outside 0% to 1000%, the range of `outputs.edit_time` (correct the value, or the declared range of the field)"
    );
    let outcome = body("satisfaction: 6");
    let labels = &outcome.diagnostics[0].labels;
    assert_eq!(outcome.sources.text(labels[0].span), "6");
    assert_eq!(outcome.sources.text(labels[1].span), "satisfaction");
}

#[test]
fn counts_are_whole() {
    assert_eq!(number("errors: 4.0"), decimal("4"));
    assert_eq!(body("users: {active: 4.0}").lines(), Vec::<String>::new());
    assert_eq!(problem("users: {active: 2.5}"), "T306 2.5 is not a whole number; `users.active` is a count");
}

#[test]
fn units_must_fit() {
    for (text, expected) in [
        ("cost: 0.05 EUR", "T309 0.05 EUR is in EUR, `cost` is in USD (convert it to USD)"),
        ("cost: 5 usd", "T309 5 usd is in usd, `cost` is in USD (the unit is written `USD`:)"),
        ("errors: 5 USD", "T309 5 USD has the unit USD, `errors` is a number without one (it has no unit:)"),
        ("errors: 15%", "T309 15% is a share, `errors` is a number (write only the number)"),
        ("users: {active: 5%}", "T309 5% is a share, `users.active` is a count (write only the number)"),
        (
            "adoption: 15 percent",
            "T309 15 percent has the unit percent, `adoption` is a share (the unit is written `%`:)",
        ),
        (
            "latency: 30",
            "T309 30 has no unit; `latency` is a duration (write for example `30 s`, `30 min`, `30 h` or `30 days`)",
        ),
        (
            "latency: 2 months",
            "T309 2 months has no fixed length; `latency` is a duration (write it in days or weeks)",
        ),
        (
            "latency: 1 year",
            "T309 1 year has no fixed length; `latency` is a duration (write it in days or weeks)",
        ),
        (
            "latency: 3 hours",
            "T309 `hours` is not a unit of time; `latency` is a duration (the unit is written `h`:)",
        ),
        ("latency: 3 wekes", "T309 `wekes` is not a unit of time; `latency` is a duration (write `3 weeks`)"),
        (
            "latency: 3 parsecs",
            "T309 `parsecs` is not a unit of time; `latency` is a duration (the units are `ms`, `s`, `min`, `h`, `days` and `weeks`)",
        ),
        (
            "latency: 3%",
            "T309 `%` is not a unit of time; `latency` is a duration (the units are `ms`, `s`, `min`, `h`, `days` and `weeks`)",
        ),
    ] {
        assert_eq!(problem(text), expected);
    }
}

#[test]
fn numbers_that_cannot_be_are_refused_with_the_reason() {
    for text in ["errors: .nan", "errors: .inf", "adoption: -.inf", "users: {active: NaN}", "latency: .Inf"] {
        assert!(problem(text).contains("is not a number that can be judged"), "{text}");
    }
    let digits = "9".repeat(41);
    assert_eq!(
        problem(&format!("errors: {digits}")),
        format!("T310 {digits} has more than 40 digits (round it)")
    );
    assert!(problem("errors: 1e999999999").starts_with("T310 1e999999999 has an exponent beyond 40"));
    assert!(problem("adoption: 1e-41%").starts_with("T310 1e-41% has an exponent beyond 40"));
    for text in
        ["errors: 1_000", "errors: '1,000'", "errors: 1,000", "errors: 0x1F", "errors: 1.2.3", "errors: 1-2"]
    {
        let problem = problem(text);
        assert!(
            problem.starts_with("T310")
                && [
                    "is not a number (",
                    "no separators:",
                    "expected a number",
                    "a range is written with `to`:"
                ]
                .iter()
                .any(|said| problem.contains(said))
                || problem.contains("quoted"),
            "{problem}"
        );
    }
    assert_eq!(problem("errors: many"), "T306 `errors` is a number, but here is `many` (expected a number)");
}

#[test]
fn dates_must_be_in_the_calendar() {
    assert_eq!(
        problem("launched: 2026-02-30"),
        "T311 2026-02-30 is not in the calendar: February 2026 has 28 days"
    );
    assert_eq!(
        problem("launched: 2026-13-01"),
        "T311 2026-13-01 is not in the calendar: there is no such month"
    );
    for text in ["launched: 2026-11-02T10:00", "launched: 02.11.2026", "launched: yesterday", "launched: 5"] {
        assert!(problem(text).contains("is not a date; `launched` is one ("), "{}", problem(text));
    }
}

#[test]
fn words_must_be_declared() {
    assert_eq!(problem("advance_to: expandd"), "T320 `expandd` is not a stage (did you mean `expanded`?)");
    assert_eq!(
        problem("advance_to: production"),
        "T320 `production` is not a stage (declared are `testing`, `pilot`, `expanded`, `full`)"
    );
    assert_eq!(
        problem("outputs: [{kind: atipical}]"),
        "T320 `atipical` is not a possible value of `outputs.kind` (did you mean `atypical`?)"
    );
}
