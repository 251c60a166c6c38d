//! Ranges, and shares by their counts.

use super::*;
use crate::value::{CountedShare, RecordedRange};

fn value(text: &str) -> Value {
    body(text).value(text.split(':').next().unwrap()).unwrap_or_else(|| panic!("{text}")).value.clone()
}

fn range(low: &str, high: &str) -> Value {
    Value::Range(Box::new(RecordedRange { low: decimal(low), high: decimal(high) }))
}

#[test]
fn a_range_lies_between_two_amounts() {
    for (text, low, high) in [
        ("latency: 1 s to 2.5 s", "1", "2.5"),
        ("latency: 1 to 2.5 s", "1", "2.5"),
        ("latency: 300ms to 2 min", "0.3", "120"),
        ("latency: '1 s to 2.5 s'", "1", "2.5"),
        ("adoption: 10% to 20%", "0.1", "0.2"),
        ("adoption: 0.1 to 0.2", "0.1", "0.2"),
        ("drift: -80% to -5 %", "-0.8", "-0.05"),
        ("cost: 1 USD to 1.5 USD", "1", "1.5"),
        ("cost: 1 to 1.5 USD", "1", "1.5"),
        ("cost: 1 USD to 1.5", "1", "1.5"),
        ("errors: -1  to  3", "-1", "3"),
        ("errors: \"3 to 4\"", "3", "4"),
        ("satisfaction: 1 to 5", "1", "5"),
    ] {
        assert_eq!(value(text), range(low, high), "{text}");
    }
    assert_eq!(value("latency: 1 s to 1000 ms"), Value::Number(Number::ONE));
    let outcome = body("users: { active: 3 to 5 }\noutputs: [{ id: a, edit_time: 2% to 9% }]");
    assert_eq!(outcome.lines(), Vec::<String>::new());
}

#[test]
fn a_range_that_cannot_be_is_refused_where_it_is_wrong() {
    for (text, expected) in [
        (
            "latency: 2.5 s to 1 s",
            "T310 this range runs backwards: 2.5 s is more than 1 s (write the lower end first:)",
        ),
        (
            "latency: 2.5 to 1 s",
            "T310 this range runs backwards: 2.5 s is more than 1 s (write the lower end first:)",
        ),
        (
            "latency: 1 to 2",
            "T309 1 has no unit; `latency` is a duration (write for example `1 s`, `1 min`, `1 h` or `1 days`)",
        ),
        ("adoption: 10 to 20%", "T309 only one end of 10 to 20% has a `%` (write it at both ends:)"),
        (
            "adoption: 90% to 101%",
            "T307 101% is outside 0% to 100%, the range of `adoption` (correct the value, or the declared range of the field)",
        ),
        ("users: { active: 1 to 2.5 }", "T306 2.5 is not a whole number; `users.active` is a count"),
        ("cost: 1 USD to 2 EUR", "T309 2 EUR is in EUR, `cost` is in USD (convert it to USD)"),
        ("errors: 1 to inf", "T310 `errors` is a number, but here is `1 to inf` (expected a number)"),
        (
            "launched: 2026-11-02 to 2026-11-05",
            "T311 `2026-11-02 to 2026-11-05` is not a date; `launched` is one (a date has no time of day:)",
        ),
        ("errors: 1 to 2 to 3", "T310 `errors` is a number, but here is `2 to 3` (expected a number)"),
    ] {
        assert_eq!(problem(text), expected, "{text}");
    }
    // Each end has its own place.
    let outcome = body("satisfaction: 2 to 6");
    let label = &outcome.diagnostics[0].labels[0];
    assert_eq!(outcome.sources.text(label.span), "6");
    let outcome = body("satisfaction: '2 to 6'");
    assert_eq!(outcome.sources.text(outcome.diagnostics[0].labels[0].span), "6");
}

#[test]
fn a_share_may_be_what_was_counted() {
    let counts = |part: &str, whole: &str| {
        Value::Counted(Box::new(CountedShare::new(decimal(part), decimal(whole)).unwrap()))
    };
    for text in ["adoption: 957 of 1008", "adoption: '957 of 1008'", "adoption: 957.0  of  1008"] {
        assert_eq!(value(text), counts("957", "1008"), "{text}");
    }
    assert_eq!(value("adoption: 0 of 3"), counts("0", "3"));
    let share = value("adoption: 24 of 30");
    assert_eq!(share.number(), Some(&decimal("0.8")));
    let Value::Counted(counted) = share else { panic!("{share:?}") };
    assert_eq!(counted.counts(), Some((24, 30)));
}

#[test]
fn counts_that_cannot_be_are_refused() {
    for (text, expected) in [
        (
            "adoption: 0 of 0",
            "T310 0 of 0 is a share of nothing, so `adoption` is unknown (leave an unknown value empty:)",
        ),
        (
            "outputs: [{ id: a, edit_time: 3 of 0 }]",
            "T310 3 of 0 is a share of nothing, so `outputs.edit_time` is unknown (leave an unknown value empty:)",
        ),
        (
            "adoption: 1008 of 957",
            "T332 1008 of 957 is more than all of them (write the part first, and then all that were counted:)",
        ),
        (
            "adoption: -1 of 5",
            "T306 -1 is not a count, which is a whole number from 0 (write both counts, as in `957 of 1008`, or the share, as in `94.9%`)",
        ),
        ("errors: 957 of 1008", "T309 957 of 1008 is a share, `errors` is a number (write only the number:)"),
        (
            "users: { active: 3 of 4 }",
            "T309 3 of 4 is a share, `users.active` is a count (write only the number:)",
        ),
        (
            "latency: 3 of 4",
            "T309 3 of 4 is a share, `latency` is a duration (write a duration as `300 ms` or `2 weeks`)",
        ),
        (
            "adoption: 1 of 1000000000000000001",
            "T310 `1000000000000000001` is too large a count to take a share of (correct it, or count in larger pieces)",
        ),
    ] {
        assert_eq!(problem(text), expected, "{text}");
    }
    assert_eq!(
        problem("share_below: 3 of 4"),
        "T307 3 of 4 is outside 0% to 50%, the range of `share_below` (correct the value, or the declared range of the field)"
    );
    assert!(problem("adoption: 85% of users").contains("only the value belongs here"));
}

#[test]
fn what_is_written_otherwise_is_understood() {
    for (text, instead) in [
        ("latency: 1-2 s", "1 s to 2 s"),
        ("latency: 1 s – 2 s", "1 s to 2 s"),
        ("latency: between 1 s and 2 s", "1 s to 2 s"),
        ("adoption: 10-20%", "10% to 20%"),
        ("errors: 1..2", "1 to 2"),
        ("adoption: 39/46", "39 of 46"),
        ("adoption: 39 out of 46", "39 of 46"),
        ("adoption: 957 of 1,008", "957 of 1008"),
        ("adoption: 4.5/5", "90%"),
    ] {
        let outcome = body(text);
        let fix = outcome.diagnostics[0].fix.as_ref().unwrap_or_else(|| panic!("{text}"));
        assert!(format!("{fix:?}").contains(&format!("{instead:?}")), "{text}: {fix:?}");
    }
}
