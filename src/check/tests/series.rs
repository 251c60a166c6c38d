//! Functions along the series, windows and confidence.

use super::{accepts, rejects, run, type_of};

#[test]
fn series_functions_have_their_types() {
    for (value, ty) in [
        ("held(adoption < floor)", "duration"),
        ("streak(ready)", "count 0 to .."),
        ("since(launch)", "duration"),
        ("previous(adoption)", "share 0% to 100%"),
        ("first(stage)", "stage"),
        ("count(previous(outputs))", "count 0 to .."),
        ("latest(satisfaction over 2 weeks)", "number 1 to 5"),
        ("latest(satisfaction over stage)", "number 1 to 5"),
        ("change(adoption over window)", "share -100% to 100%"),
        ("change(users.active over 2 weeks)", "number .. to .."),
        ("trend(adoption over 4 weeks)", "share .. to .."),
        ("adoption - previous(adoption)", "share -100% to 100%"),
    ] {
        assert_eq!(type_of(value), ty, "{value}");
    }
    rejects(&[
        (
            "held(adoption)",
            "T203 `held` takes a condition, a stage, a word, a count or a date; `adoption` is a share",
        ),
        ("since(adoption)", "T203 `since` takes a date, but `adoption` is a share"),
        ("trend(owner over 2 weeks)", "T203 `owner` is a text, so it cannot be calculated"),
        ("change(adoption)", "T217 `change` looks back over a window, but none is given"),
        ("latest(adoption)", "T217 `latest` looks back over a window"),
        ("change(adoption over stage)", "T212 `change` compares with a fixed time earlier"),
        ("held(ready over 2 weeks)", "T217 `held` takes no `over` here"),
        ("held(ready where it)", "T217 `held` takes no `where` here"),
        ("trend(adoption where it > 3 over 2 weeks)", "T217 `trend` takes no `where` here"),
        ("held(ready, ready)", "T217 `held` takes one argument, but was given 2"),
    ]);
}

#[test]
fn windows_are_whole_days() {
    for (value, ty) in [
        ("mean(adoption over 4 weeks)", "share 0% to 100%"),
        ("mean(adoption over window)", "share 0% to 100%"),
        ("min(adoption over stage)", "share 0% to 100%"),
        ("any(ready over 2 weeks)", "bool"),
        ("all(stage == pilot over 2 weeks)", "bool"),
        ("count(ready where it over 2 weeks)", "count 0 to .."),
        ("count(adoption where it > 50% over 2 weeks)", "count 0 to .."),
        ("share(outputs where edit_time < 15% over 4 weeks)", "share 0% to 100%"),
        ("any(count(outputs by kind over 4 weeks) where it >= 3)", "bool"),
        ("count(distinct(stage over 4 weeks))", "count 0 to .."),
        ("max(mean(adoption over 1 week) over 4 weeks)", "share 0% to 100%"),
    ] {
        assert_eq!(type_of(value), ty, "{value}");
    }
    rejects(&[
        ("mean(adoption over 36 h)", "T212"),
        ("mean(adoption over 0 days)", "T212"),
        ("mean(adoption over 1 month)", "T212 windows are in days or weeks, `1 month` is a span of months"),
        ("mean(adoption over 50%)", "T212 a window is a duration, but `50%` is a share"),
        ("mean(adoption over latency)", "T212 a window must be a literal or a param, not computed"),
        ("mean(adoption over cadence)", "T212"),
        ("count(ready over 2 weeks)", "T217 `count` counts every snapshot of the window here"),
        ("mean(owner over 2 weeks)", "T203 `mean` takes a list of numbers"),
    ]);
    let no_stages = "snapshot { adoption: share } policy p { let x = mean(adoption over stage) }";
    assert_eq!(
        super::show(&run(&[no_stages]).2),
        [
            "T215 `over stage` needs stages, but none are declared | declare the ladder, as in `stages testing -> pilot -> full`"
        ]
    );
}

#[test]
fn an_element_is_in_one_snapshot_only() {
    accepts(&[
        "any(outputs where edit_time < mean(adoption over 4 weeks))",
        "any(outputs where held(adoption > 5%) > 2 weeks)",
        "any(reviews where since(it) > 2 weeks)",
        "held(any(outputs where edit_time > 5%)) > 2 weeks",
    ]);
    rejects(&[
        ("any(outputs where held(edit_time > 5%) > 2 weeks)", "T225 `edit_time` belongs to one element"),
        ("any(outputs where previous(it.edit_time) > 5%)", "T225 `it` belongs to one element"),
        ("any(outputs where count(checks over 2 weeks) > 1)", "T225 `checks` belongs to one element"),
    ]);
}

#[test]
fn there_is_confidence_of_shares_and_means() {
    accepts(&[
        "light >= 80% with 90% confidence",
        "p.light > 80% with level confidence",
        "other.light < floor with 0.9 confidence",
        "mean(outputs.edit_time) <= 15% with 95% confidence",
        "mean(adoption over 4 weeks) <= 15% with 95% confidence",
        "adoption >= 80% with 90% confidence",
        "adoption >= 80% with 90% confidence at every look",
        "adoption >= 80% with 90% confidence of users.active",
        "confidence(adoption >= 80%) >= 90%",
    ]);
    assert_eq!(type_of("confidence(light >= 80%)"), "share 0% to 100%");
    rejects(&[
        ("outputs.edit_time >= 80% with 90% confidence", "T203"),
        (
            "users.active >= 80 with 90% confidence",
            "T213 confidence applies to comparisons of `share(…)`, `mean(…)` or a share field, and `users.active` is something else",
        ),
        ("adoption + 1% >= 80% with 90% confidence", "T213"),
        ("adoption - previous(adoption) >= 80% with 90% confidence", "T213"),
        ("any(outputs where edit_time >= 80% with 90% confidence)", "T213"),
        (
            "80% <= light with 90% confidence",
            "T213 confidence applies to comparisons of `share(…)`, `mean(…)` or a share field, and `80%` is something else",
        ),
        (
            "median(scores) >= 8 with 90% confidence",
            "T213 confidence applies to comparisons of `share(…)`, `mean(…)` or a share field, and `median(…)` is something else",
        ),
        ("light == 80% with 90% confidence", "T213 a confidence needs one comparison"),
        (
            "light >= 80% with 90 confidence",
            "T213 a confidence is between 0% and 100%, but `90` can be outside that | did you mean `90%`?",
        ),
        ("light >= 80% with 100% confidence", "T213"),
        ("light >= 80% with 0% confidence", "T213"),
        ("light >= 80% with light confidence", "T203 a literal or a param is needed here"),
        ("confidence(light)", "T203 a confidence needs a comparison; `light` is a share"),
        ("confidence(ready)", "T213 a confidence needs one comparison"),
        ("confidence(light >= 80% by ready)", "T217 `confidence` takes no `by` here"),
        ("light >= 110% with 90% confidence", "T205"),
    ]);
}
