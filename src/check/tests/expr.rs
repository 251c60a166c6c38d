//! Types and units of every form of expression.

use super::{accepts, found, rejects, type_of};

#[test]
fn literals_and_paths_have_their_types() {
    for (value, ty) in [
        ("15%", "share 15% to 15%"),
        ("20", "number 20 to 20"),
        ("0.05 USD", "number USD 0.05 USD to 0.05 USD"),
        ("2 weeks", "duration 2 weeks to 2 weeks"),
        ("6 months", "span of months"),
        ("2026-11-02", "date"),
        ("\"text\"", "text"),
        ("true", "bool"),
        ("adoption", "share 0% to 100%"),
        ("users.active", "count 0 to .."),
        ("outputs.edit_time", "list of share 0% to 1000%"),
        ("snapshot.cost", "number USD .. to .."),
        ("stage", "stage"),
        ("workflow", "text"),
        ("date", "date"),
        ("light", "share 0% to 100%"),
        ("p.light", "share 0% to 100%"),
        ("floor", "share 10% to 90%"),
        ("budget", "number USD 5 USD to 5 USD"),
        ("other.light", "share 0% to 100%"),
        ("moods", "list of one of [good, bad]"),
    ] {
        assert_eq!(type_of(value), ty, "{value}");
    }
}

#[test]
fn plain_numbers_mix_and_units_stay() {
    for (value, ty) in [
        ("adoption + 5%", "share 5% to 105%"),
        ("users.active + users.target", "count 0 to .."),
        ("users.active - users.target", "number .. to .."),
        ("users.active * adoption", "number 0 to .."),
        ("users.active + 1", "number 1 to .."),
        ("users.active / users.target", "number 0 to .."),
        ("adoption / 2", "number 0 to 0.5"),
        ("adoption * adoption", "share 0% to 100%"),
        ("cost / users.active", "number USD .. to .."),
        ("cost / cost", "number .. to .."),
        ("2 * cost + 1 USD", "number USD .. to .."),
        ("latency * 2 / latency", "number 0 to .."),
        ("-latency", "duration .. to 0 days"),
        ("-users.active", "number .. to 0"),
        ("launch + 2 weeks", "date"),
        ("launch - 3 months", "date"),
        ("launch + since(launch)", "date"),
        ("date - launch", "duration"),
        ("(date - launch) * 2", "duration .. to .."),
        ("(date - launch) / 1 week", "number .. to .."),
    ] {
        assert_eq!(type_of(value), ty, "{value}");
    }
    rejects(&[
        ("adoption + 2 weeks", "T204 `adoption` is a share, `2 weeks` is a duration"),
        ("cost + 5", "T204 `cost` is a number in USD, `5` is a number | write `5 USD`"),
        ("cost * tokens", "T204 `cost` times `tokens` is in a unit that the language does not have"),
        ("2 / cost", "T204 `2` divided by `cost` is in a unit"),
        ("cost / latency", "T204 `cost` divided by `latency`"),
        ("owner + 1", "T203 `owner` is a text, so it cannot be calculated with"),
        ("1 + outputs", "T203 `outputs` is a list of records, so it cannot be calculated"),
        ("2 weeks + launch", "T203 `2 weeks` is a duration, `launch` is a date | write the date first"),
        ("latency + 1 month", "T203 `latency` is a duration, `1 month` is a span of months"),
        ("launch + launch", "T203 `launch` is a date, so it cannot be calculated"),
        ("-ready", "T203 `ready` is a bool, so it cannot be calculated"),
    ]);
}

#[test]
fn comparisons_need_one_unit() {
    accepts(&[
        "adoption >= 50%",
        "users.active > 2",
        "cost <= 5 USD and cost <= budget",
        "latency < 300 ms",
        "date - launch > 2 weeks",
        "since(launch) <= 1 month",
        "since(launch) <= cadence",
        "since(launch) in 1 month to 3 months",
        "launch > 2026-01-01 and launch < day",
        "owner == \"ana\" and ready == true",
        "stage >= pilot and stage != full",
        "pilot <= stage",
        "advance_to == stage",
        "mood == good",
        "good == mood",
    ]);
    rejects(&[
        ("adoption >= 2 weeks", "T204 `adoption` is a share, `2 weeks` is a duration"),
        ("cost > 5", "T204 `cost` is a number in USD, `5` is a number | write `5 USD`"),
        ("cost > 5 TOKENS", "T204"),
        ("latency < 300", "T204 `latency` is a duration, `300` is a number | write the unit"),
        (
            "latency < 1 month",
            "T204 `latency` is a duration, `1 month` is a span of months | spans of months",
        ),
        ("cadence < 1 month", "T204"),
        ("owner < \"b\"", "T203 `owner` is a text, which has no order for `<`"),
        ("mood < good", "T203 `mood` is one of [good, bad], which has no order"),
        ("mood == \"good\"", "T203 `mood` is one of [good, bad], `\"good\"` is a text | write `good`"),
        ("mood == phase", "T203 `mood` and `phase` have no member in common"),
        ("outputs == outputs", "T203 `outputs` is a list of records, which cannot be compared"),
        ("stage == 2", "T203 `stage` is a stage, `2` is a number"),
        ("mood == goood", "T201 `goood` is not one of `good` and `bad` | did you mean `good`?"),
        ("stage == pilott", "T215 there is no stage `pilott` | did you mean `pilot`?"),
        ("stage == later", "T215 there is no stage `later` | the stages are `testing`, `pilot`"),
        ("good == 3", "T201 nothing is called `good` here | `good` is a member of `mood`"),
        ("pilot", "T201 nothing is called `pilot` here | `pilot` is a stage"),
    ]);
}

#[test]
fn a_member_wins_over_other_names_where_it_is_compared() {
    let clean = found(
        "policy p {
           let good = mood == good
           let bad = bad == mood
           let pilot = stage in [pilot, full]
           let alias = mood
           let late = alias == good
           let early = phase == late
         }",
    );
    assert_eq!(clean, [""; 0]);
}

#[test]
fn sets_hold_values_like_the_item() {
    accepts(&[
        "adoption in 20% to 30%",
        "stage in pilot to full",
        "stage not in [pilot, full]",
        "mood in [good]",
        "mood in moods",
        "good in moods",
        "owner in areas",
        "owner not in distinct(areas)",
        "users.active in [2, 3]",
        "owner in []",
        "launch in 2026-01-01 to day",
    ]);
    rejects(&[
        ("adoption in 2 weeks to 3 weeks", "T204"),
        ("owner in 1 to 2", "T203"),
        ("owner in [1]", "T203"),
        ("adoption in areas", "T203 `adoption` is a share, `areas` is a text"),
        ("owner in owner", "T203 write a range or a list after `in`; `owner` is a text"),
        ("owner in \"a\" to \"b\"", "T203 `owner` is a text, which has no order"),
        ("outputs in [1]", "T203"),
        ("mood in [goood]", "T201 `goood` is not one of"),
    ]);
}

#[test]
fn logic_takes_conditions() {
    accepts(&[
        "ready and not ready or light > 50%",
        "at least 1 of [ready, adoption > 5%]",
        "(if ready then adoption > 5% else true)",
    ]);
    rejects(&[
        ("ready and adoption", "T203 `and` and `or` join conditions; `adoption` is a share"),
        ("not adoption", "T203 `not` takes a condition; `adoption` is a share"),
        ("at least 1 of [adoption]", "T203 `at least … of` counts conditions"),
        ("at least 3 of [ready, ready]", "T224 3 conditions never hold of a list of 2"),
        ("at least 0 of [ready, ready]", "T224 at least 0 conditions always hold"),
        ("if adoption then 1 else 2", "T203 write a condition after `if`; `adoption` is a share"),
    ]);
}

#[test]
fn branches_have_one_type() {
    assert_eq!(type_of("if ready then 20% else 40%"), "share 20% to 40%");
    assert_eq!(type_of("if ready then 20% else 1"), "share 20% to 100%");
    assert_eq!(type_of("if ready then mood else mood"), "one of [good, bad]");
    assert_eq!(type_of("if ready then since(launch) else 2 weeks"), "duration .. to ..");
    rejects(&[
        ("if ready then 20% else 2 weeks", "T203 `20%` is a share, `2 weeks` is a duration"),
        ("if ready then owner else launch", "T203 `owner` is a text, `launch` is a date"),
    ]);
}

#[test]
fn has_and_default_need_a_field() {
    accepts(&[
        "has adoption",
        "has users",
        "has users.active and has snapshot.outputs",
        "any(outputs where has edit_time and has it.kind)",
        "default(ready, false)",
        "default(mood, good) == bad",
        "default(stage, pilot) == full",
    ]);
    assert_eq!(type_of("default(adoption, 0)"), "share 0% to 100%");
    assert_eq!(type_of("default(users.active, 2)"), "count 0 to ..");
    rejects(&[
        ("has light", "T219 `has` takes a field, but `light` is a let"),
        ("has floor", "T219 `has` takes a field, but `floor` is a param"),
        ("has outputs.edit_time", "T219 `has` takes a field, but `outputs.edit_time` is inside a list"),
        ("any(scores where has it)", "T219 `has` takes a field, but `it` is the element itself"),
        ("has adoptoin", "T201 nothing is called `adoptoin` here | did you mean `adoption`?"),
        ("default(light, 0)", "T219 `default` takes a field, but `light` is a let"),
        ("default(adoption + 1, 0)", "T219 `default` takes a field, but this is computed"),
        ("default(users, 0)", "T218 `users` is a record"),
        ("default(adoption, 2 weeks)", "T203"),
        ("default(adoption)", "T217 `default` takes a field and a value"),
        ("default(adoption where ready, 0)", "T217 `default` takes no `where` here"),
    ]);
}

#[test]
fn aggregates_go_through_lists() {
    for (value, ty) in [
        ("count(outputs)", "count 0 to .."),
        ("count(outputs where edit_time < 15% and kind == ordinary)", "count 0 to .."),
        ("share(outputs where it.edit_time < light)", "share 0% to 100%"),
        ("any(flags)", "bool"),
        ("none(flags where it)", "bool"),
        ("all(scores where it > 3)", "bool"),
        ("share(flags)", "share 0% to 100%"),
        ("count(flags)", "count 0 to .."),
        ("sum(scores)", "number 0 to .."),
        ("mean(outputs.edit_time where kind == atypical)", "share 0% to 1000%"),
        ("median(scores where it > 3)", "number 0 to 10"),
        ("min(reviews)", "date"),
        ("max(outputs.edit_time)", "share 0% to 1000%"),
        ("percentile(outputs.edit_time where kind == ordinary, 90%)", "share 0% to 1000%"),
        ("percentile(scores, floor)", "number 0 to 10"),
        ("distinct(areas)", "list of text"),
        ("distinct(outputs.kind where edit_time < 5%)", "list of one of [ordinary, atypical]"),
        ("count(distinct(outputs.kind))", "count 0 to .."),
        ("share(outputs where edit_time < 15% by kind)", "list of share 0% to 100%"),
        ("min(share(outputs where edit_time < 15% by kind))", "share 0% to 100%"),
        ("any(count(outputs by kind) where it >= 3)", "bool"),
        ("mean(outputs.edit_time by kind)", "list of share 0% to 1000%"),
        ("count(outputs where any(checks where it))", "count 0 to .."),
        ("count(outputs where all(parts where size > 3))", "count 0 to .."),
        ("mean(count(outputs by kind))", "number 0 to .."),
        ("max(count(outputs by kind))", "count 0 to .."),
    ] {
        assert_eq!(type_of(value), ty, "{value}");
    }
    rejects(&[
        ("count(adoption)", "T203 an aggregate takes a list; `adoption` is a share"),
        ("share(outputs)", "T217 `share` takes conditions, but `outputs` is a list of records"),
        ("any(scores)", "T217 `any` takes conditions, but `scores` is a list of numbers"),
        (
            "mean(outputs)",
            "T203 `mean` takes a list of numbers, but `outputs` is a list of records | name a field of its elements, as in `mean(outputs.edit_time)`",
        ),
        ("mean(flags)", "T203 `mean` takes a list of numbers, but `flags` is a list of bools"),
        ("sum(reviews)", "T203 `sum` takes a list of numbers"),
        ("distinct(outputs)", "T203 `distinct` compares single values"),
        ("distinct(areas by it)", "T217 `distinct` takes no `by` here"),
        ("count(outputs, outputs)", "T217 `count` takes one argument, but was given 2"),
        ("count()", "T217 `count` takes one argument, but was given 0"),
        ("percentile(scores)", "T217 `percentile` takes a list and a share"),
        (
            "percentile(scores, 90)",
            "T210 a percentile is a share from 0% to 100%, but `90` is outside that | did you mean `90%`?",
        ),
        ("percentile(scores, adoption)", "T203 a literal or a param is needed here"),
        ("percentile(scores, \"x\")", "T203 a share is needed here"),
        ("count(outputs where edit_time)", "T203 write a condition after `where`; `edit_time` is a share"),
        ("count(outputs by checks)", "T203 a group has one key"),
        ("cuont(outputs)", "T202 there is no function `cuont` | did you mean `count`?"),
        ("mean(outputs.checks)", "T218 `outputs.checks` leads through a list within a list"),
        ("mean(outputs.parts.size)", "T218 `outputs.parts.size` leads through a list within a list"),
        ("count(users)", "T218 `users` is a record"),
    ]);
}

#[test]
fn texts_show_single_values() {
    let rule =
        |message: &str| format!("policy p {{ rule r \"t\" {{ require ready else hold \"{message}\" }} }}");
    assert_eq!(
        found(&rule("{adoption} {owner} {stage} {mood} {launch} {ready} {count(outputs)} \\{x}")),
        [""; 0]
    );
    assert_eq!(
        found(&rule("{outputs} of {adoptoin}")),
        [
            "T203 a text shows single values; `outputs` is a list of records",
            "T201 nothing is called `adoptoin` here | did you mean `adoption`?"
        ]
    );
}

#[test]
fn an_unknown_unit_is_an_error() {
    rejects(&[
        ("cost > 5 USDD", "T214 there is no unit `USDD` | did you mean `USD`?"),
        ("cost > 5 usd", "T214 there is no unit `usd` | did you mean `USD`?"),
        ("latency < 2 weks", "T214 there is no unit `weks` | did you mean `weeks`?"),
        ("cost > 5 EURO", "T214 there is no unit `EURO` | no field is a `number EURO`"),
    ]);
}

/// Runs on a thread with a stack of `size` bytes.
fn with_stack<T: Send + 'static>(size: usize, f: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(size).spawn(f).unwrap().join().unwrap()
}

#[test]
fn the_deepest_expressions_fit_the_stack() {
    for (open, inner, close, levels) in [
        ("not (1 + 1 < 5 and ", "ready", ")", 2),
        ("2 * (1 - ", "1", ")", 2),
        ("at least 1 of [ready, ", "ready", "]", 1),
        ("held(", "ready", ") > 2 weeks", 3),
    ] {
        let depth = 120 / levels;
        let value = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
        let text = format!("{}policy p {{ let a = {value} }}", super::VOCABULARY);
        let (file, count) = with_stack(64 << 20, move || {
            let (file, count, found) = super::parse_text(&text);
            assert_eq!(found, []);
            (file, count)
        });
        // Half of what a thread of the pool has.
        with_stack(1 << 20, move || assert_eq!(super::show(&super::check(&[file], count).1), [""; 0]));
    }
}
