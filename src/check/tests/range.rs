//! Ranges, and what they make impossible or certain.

use super::{accepts, found, rejects, type_of};

#[test]
fn a_comparison_that_can_never_be_true_is_an_error() {
    rejects(&[
        ("adoption >= 50", "T205 `adoption` is at most 100%, so it is never >= 5000% | did you mean `50%`?"),
        ("50 <= adoption", "T205 `adoption` is at most 100%, so it is never >= 5000% | did you mean `50%`?"),
        ("adoption < 0%", "T205 `adoption` is at least 0%, so it is never < 0%"),
        ("satisfaction > 5", "T205 `satisfaction` is at most 5, so it is never > 5"),
        ("satisfaction == 0", "T205 `satisfaction` is at least 1, so it is never == 0"),
        ("satisfaction == 7", "T205 `satisfaction` is at most 5, so it is never == 7"),
        ("adoption + 1 > 2", "T205 the left side is at most 200%, so it is never > 200%"),
        (
            "satisfaction > 5 + users.active",
            "T205 `satisfaction` is at most 5, so it is never > the right side, which is at least 5",
        ),
        ("light > 100%", "T205 `light` is at most 100%"),
        ("count(outputs) < 0", "T205 `count(…)` is at least 0"),
        ("mean(scores) > 10", "T205 `mean(…)` is at most 10"),
        ("floor > 95%", "T205 `floor` is at most 90%"),
        ("budget > 6 USD", "T205 `budget` is always 5 USD, so it is never > 6 USD"),
        ("1 > 2", "T205 `1` is always 1, so it is never > 2"),
        (
            "adoption in 20 to 30",
            "T205 `adoption` is between 0% and 100%, so it is never in that range | did you mean `20%`?",
        ),
        (
            "users.active in 20 to 10",
            "T205 the range is empty: from `20` to `10` | write the lower end first",
        ),
        ("satisfaction in [7, 8]", "T205 `satisfaction` is between 1 and 5, so it is never one of those"),
        (
            "satisfaction not in 0 to 10",
            "T205 `satisfaction` is between 1 and 5, so it is always in that range",
        ),
        ("stage > full", "T205 `stage` is at most `full`, so it is never > `full`"),
        ("stage in full to pilot", "T205 the range is empty: from `full` to `pilot`"),
        ("launch in 2026-02-01 to 2026-01-01", "T205 the range is empty"),
        ("change(adoption over 2 weeks) > 100%", "T205"),
        ("not (adoption > 100%)", "T205"),
        (
            "adoption > fifty",
            "T204 `adoption` is a share, `fifty` is a number | did you mean the share `50%`?",
        ),
        ("since(launch) in 3 months to 1 month", "T205 the range is empty"),
    ]);
}

#[test]
fn what_may_be_true_is_no_error() {
    accepts(&[
        "adoption >= 100%",
        "satisfaction in [5, 6]",
        "adoption in 50% to 200%",
        "cost > 1000000 USD",
        "sum(scores) > 1000",
        "trend(adoption over 4 weeks) > 500%",
        "users.active / users.target > 500%",
        "date - launch > 9999 days",
        "stage >= full",
        "cost / users.active < 0 USD",
        "launch > day",
        "since(launch) > 1 year",
        "adoption - adoption > 0%",
        "since(launch) in 2 weeks to 1 month",
        "since(launch) in 1 month to 5 weeks",
    ]);
}

#[test]
fn ranges_go_through_arithmetic() {
    for (value, ty) in [
        ("satisfaction * 2 - 1", "number 1 to 9"),
        ("adoption / satisfaction", "number 0 to 1"),
        ("satisfaction / adoption", "number 1 to .."),
        ("latency / -latency", "number .. to 0"),
        ("1 / (adoption - 50%)", "number .. to .."),
        ("if ready then satisfaction else 10", "number 1 to 10"),
        ("default(satisfaction, 0)", "number 0 to 5"),
        ("sum(outputs.edit_time)", "share 0% to .."),
        ("floor + 5%", "share 15% to 95%"),
    ] {
        assert_eq!(type_of(value), ty, "{value}");
    }
}

#[test]
fn bounds_do_not_grow_without_end() {
    let mut policy = String::from("policy p { let a0 = 123456789 * satisfaction\n");
    for at in 1..100 {
        policy.push_str(&format!("let a{at} = a{0} * a{0}\n", at - 1));
    }
    policy.push_str("let last = a99 > 5 }");
    assert_eq!(found(&policy), [""; 0]);
}

#[test]
fn a_rule_that_can_never_fail_is_a_warning() {
    let rule = |body: &str| found(&format!("policy p {{ param on = false rule r \"r\" {{ {body} }} }}"));
    let warning = [
        "T211 rule `r` can never fail | correct the condition; to disable the rule on purpose, switch it `off` where it is not wanted",
    ];
    for body in [
        "require adoption <= 100% else hold",
        "require adoption >= 0% and count(outputs) >= 0 else hold",
        "require ready or adoption >= 0% else hold",
        "when not (adoption <= 100%) then hold",
        "when false then hold",
        "when ready and false require ready else hold",
        "require at least 1 of [adoption >= 0%, ready] else hold",
    ] {
        assert_eq!(rule(body), warning, "{body}");
    }
    for body in [
        "require adoption <= 99% else hold",
        "require adoption >= 0% require ready else hold",
        "when on require ready else hold",
        "when adoption <= 100% then hold",
        "require at least 2 of [adoption >= 0%, ready] else hold",
        "require cost > -1000 USD else hold",
    ] {
        assert_eq!(rule(body), [""; 0], "{body}");
    }
}
