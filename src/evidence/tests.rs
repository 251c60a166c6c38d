//! Properties of the evidence logic: the order of operands never matters, and learning more never turns a yes into a no
//! or back.

use proptest::prelude::*;

use super::*;

/// How much of a number is seen.
#[derive(Clone, Copy, Debug)]
enum Seen {
    Known,
    /// Between the number less and the number plus so much.
    Within(u8, u8),
    Nothing,
}

fn seen() -> impl Strategy<Value = Seen> {
    prop_oneof![
        Just(Seen::Known),
        (0..6u8, 0..6u8).prop_map(|(below, above)| Seen::Within(below, above)),
        Just(Seen::Nothing)
    ]
}

fn amount(number: i32, seen: Seen) -> Amount {
    match seen {
        Seen::Known => Amount::Known(number.into()),
        Seen::Within(below, above) => Amount::bounded(
            Interval::new((number - i32::from(below)).into(), (number + i32::from(above)).into()),
            Reasons::default(),
        ),
        Seen::Nothing => Amount::Unknown(Reasons::default()),
    }
}

/// A number as it is, and as much of it as is seen.
fn hidden_number() -> impl Strategy<Value = (Amount, Amount)> {
    (-9..10i32, seen()).prop_map(|(number, seen)| (amount(number, Seen::Known), amount(number, seen)))
}

fn truth() -> impl Strategy<Value = Truth> {
    prop_oneof![Just(Truth::Yes), Just(Truth::No), Just(Truth::Undecided(Reasons::default()))]
}

/// A condition as it is, and as much of it as is seen.
fn hidden_truth() -> impl Strategy<Value = (Truth, Truth)> {
    (any::<bool>(), any::<bool>()).prop_map(|(value, seen)| {
        (Truth::known(value), if seen { Truth::known(value) } else { Truth::Undecided(Reasons::default()) })
    })
}

/// Whether a condition that is seen in part allows what it turns out to be.
fn allows(partial: &Truth, whole: &Truth) -> bool {
    matches!(partial, Truth::Undecided(_)) || partial == whole
}

fn holds(partial: &Amount, whole: &Amount) -> bool {
    match (partial.interval(), whole.known()) {
        (None, _) => true,
        (Some(bounds), Some(number)) => bounds.contains(number),
        (Some(_), None) => false,
    }
}

proptest! {
    #[test]
    fn the_order_of_conditions_does_not_matter(a in truth(), b in truth(), c in truth(), n in 0..4usize) {
        let (forth, back) = ([a.clone(), b.clone(), c.clone()], [c, a, b]);
        prop_assert_eq!(Truth::all(forth.clone()), Truth::all(back.clone()));
        prop_assert_eq!(Truth::any(forth.clone()), Truth::any(back.clone()));
        prop_assert_eq!(Truth::at_least(n, forth), Truth::at_least(n, back));
    }

    #[test]
    fn not_swaps_all_and_any(a in truth(), b in truth()) {
        let neither = Truth::any([a.clone(), b.clone()]).negate();
        prop_assert_eq!(neither, Truth::all([a.negate(), b.negate()]));
    }

    #[test]
    fn learning_more_never_turns_a_condition(
        hidden in proptest::collection::vec(hidden_truth(), 0..5),
        n in 0..5usize,
    ) {
        let (whole, partial): (Vec<Truth>, Vec<Truth>) = hidden.into_iter().unzip();
        prop_assert!(allows(&Truth::all(partial.clone()), &Truth::all(whole.clone())));
        prop_assert!(allows(&Truth::any(partial.clone()), &Truth::any(whole.clone())));
        prop_assert!(allows(&Truth::at_least(n, partial), &Truth::at_least(n, whole)));
    }

    #[test]
    fn sums_and_products_commute((_, a) in hidden_number(), (_, b) in hidden_number()) {
        prop_assert_eq!(a.add(&b), b.add(&a));
        prop_assert_eq!(a.multiply(&b), b.multiply(&a));
        prop_assert_eq!(a.equal(&b), b.equal(&a));
    }

    #[test]
    fn bounds_hold_what_the_numbers_turn_out_to_be((a, some_a) in hidden_number(), (b, some_b) in hidden_number()) {
        prop_assert!(holds(&some_a.add(&some_b), &a.add(&b)));
        prop_assert!(holds(&some_a.subtract(&some_b), &a.subtract(&b)));
        prop_assert!(holds(&some_a.multiply(&some_b), &a.multiply(&b)));
        prop_assert!(holds(&some_a.divide(&some_b), &a.divide(&b)) || b == Amount::Known(Number::ZERO));
        prop_assert!(holds(&some_a.hull(&some_b, &Reasons::default()), &a));
        prop_assert!(allows(&some_a.less(&some_b), &a.less(&b)));
        prop_assert!(allows(&some_a.less_equal(&some_b), &a.less_equal(&b)));
        prop_assert!(allows(&some_a.equal(&some_b), &a.equal(&b)));
    }
}

#[test]
fn months_run_from_date_to_date() {
    let day = |text: &str| Amount::Known(day_number(text.parse().expect("a date")).into());
    let since = |to: &str| DateSpan { from: day("2026-01-31"), to: day(to) };
    let within_a_month = |to: &str| since(to).to.less_equal(&since(to).anniversary(1));
    assert_eq!(within_a_month("2026-02-28"), Truth::Yes);
    assert_eq!(within_a_month("2026-03-01"), Truth::No);
}

#[test]
fn either_of_two_spans_keeps_its_own_ends() {
    let day = |text: &str| Amount::Known(day_number(text.parse().expect("a date")).into());
    let span = |from: &str, to: &str| Elapsed::between(day(from), day(to));
    let why = Reasons::of(ReasonKind::Branches, None);
    // Two weeks in January, or two in June: taken apart, five months would lie between the outermost ends.
    let either = span("2026-01-01", "2026-01-15").hull(span("2026-06-01", "2026-06-15"), &why);
    let weeks = |count: i64| Amount::Known(Number::from(count * 7 * DAY));
    assert_eq!(either.seconds(), weeks(2));
    assert_eq!(either.decide(|span| span.seconds().less(&weeks(3))), Truth::Yes);
    assert_eq!(either.decide(|span| span.anniversary(1).less_equal(&span.to)), Truth::No);
    // One and three weeks: neither is two, and it is open which it is.
    let unlike = span("2026-01-01", "2026-01-08").hull(span("2026-06-01", "2026-06-22"), &why);
    assert_eq!(unlike.decide(|span| span.seconds().equal(&weeks(2))), Truth::No);
    assert_eq!(unlike.decide(|span| span.seconds().less(&weeks(2))), Truth::Undecided(why));
}

#[test]
fn many_spans_are_taken_together_and_stay_right() {
    let span = |from: i64, to: i64| Elapsed::between(Amount::Known(from.into()), Amount::Known(to.into()));
    let why = Reasons::of(ReasonKind::Branches, None);
    let all = (0..200).fold(span(0, 7), |all, at| all.hull(span(at, at + 7 + at % 3), &why));
    assert!(all.spans().count() <= MAX_SPANS);
    for length in 7..10 {
        let equal = |span: &DateSpan| span.seconds().equal(&Amount::Known((length * DAY).into()));
        assert!(matches!(all.decide(equal), Truth::Undecided(_)), "{length}");
    }
}

#[test]
fn reasons_are_counted_beyond_the_first_few() {
    let mut reasons = Reasons::default();
    for day in 1..=12 {
        let date = crate::value::Date::constant(2026, 1, day).into();
        reasons.merge(&Reasons::of(ReasonKind::Missing { field: "adoption".into(), date }, None));
    }
    assert_eq!((reasons.first.len(), reasons.more), (MAX_REASONS, 4));
}
