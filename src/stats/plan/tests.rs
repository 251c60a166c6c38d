use proptest::prelude::*;

use super::*;
use crate::stats::tests::{FREE, percent};

fn test(threshold: u32, confidence: Option<u32>) -> ShareTest {
    ShareTest {
        threshold: percent(threshold),
        strict: false,
        confidence: confidence.map(percent),
        looks: Looking::Once,
        population: None,
    }
}

fn growing(threshold: u32) -> ShareTest {
    ShareTest { looks: Looking::Growing, ..test(threshold, Some(90)) }
}

/// As a percentage with so many decimals.
fn shown(rate: f64, decimals: usize) -> String {
    format!("{:.decimals$}", rate * 100.0)
}

#[test]
fn so_many_samples_are_needed() {
    for (threshold, truth, of_levels) in [
        (80, 85, [(197, 7), (297, 10), (398, 14)]),
        (80, 90, [(50, 2), (75, 3), (94, 4)]),
        (80, 95, [(21, 1), (32, 2), (37, 2)]),
        (50, 70, [(24, 1), (33, 2), (42, 2)]),
        (90, 95, [(101, 4), (152, 6), (203, 7)]),
        (95, 99, [(85, 3), (105, 4), (124, 5)]),
    ] {
        for (level, (needed, weeks)) in [80, 90, 95].into_iter().zip(of_levels) {
            let found = test(threshold, Some(level)).needed((0, 0), &percent(truth), POWER, FREE);
            let what = format!("{threshold} % of a true {truth} % with {level} %");
            assert_eq!(found, NeededSamples::So(needed), "{what}");
            assert_eq!(needed.div_ceil(30), weeks, "{what}");
        }
    }
}

/// With 75 or more, and with some fewer than these from 63 on.
#[test]
fn chances_rise_and_fall_like_the_teeth_of_a_saw() {
    let (test, truth) = (test(80, Some(90)), percent(90));
    let chance = |of| test.chance((0, 0), of, &truth, FREE).unwrap();
    assert_eq!((1..100).find(|of| chance(*of) >= POWER), Some(63));
    assert!(chance(74) < POWER && (75..400).all(|of| chance(of) >= POWER));
    assert_eq!(test.fewest_good(75, FREE), Some(Some(65)));
    assert_eq!(format!("{:.10}", chance(75)), "0.8737197748");
}

#[test]
fn so_many_weeks_are_needed_at_every_look() {
    for (threshold, truth, weeks) in [(80, 85, 23), (80, 90, 5), (80, 95, 2), (50, 70, 3)] {
        let course = (SampleCourse::All { good: 0, of: 0 }, 30);
        let rates = growing(threshold).passed_within(30, course, &percent(truth), FREE).unwrap();
        let found = rates.iter().position(|rate| *rate >= POWER).map(|at| at + 1);
        assert_eq!(found, Some(weeks), "{threshold} % of a true {truth} %");
    }
}

#[test]
fn the_shipped_gates_open_so_often() {
    let truths = [70, 75, 80, 85, 90].map(percent);
    let row = |test: &ShareTest, of: usize, decimals: [usize; 5]| {
        let cell = |(truth, decimals): (&Number, usize)| {
            shown(test.chance((0, 0), of, truth, FREE).unwrap(), decimals)
        };
        truths.iter().zip(decimals).map(cell).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row(&test(80, None), 30, [0; 5]), "16 35 61 85 97");
    assert_eq!(row(&test(80, Some(90)), 30, [1, 0, 0, 0, 0]), "0.2 1 4 15 41");
    assert_eq!(row(&test(80, None), 60, [0; 5]), "6 23 58 89 99");
    let course = (SampleCourse::All { good: 0, of: 0 }, 30);
    let by_week_4 = |truth: &Number, decimals: usize| {
        shown(growing(80).passed_within(4, course, truth, FREE).unwrap()[3], decimals)
    };
    let cells = truths.iter().zip([0, 1, 0, 0, 0]).map(|(truth, decimals)| by_week_4(truth, decimals));
    assert_eq!(cells.collect::<Vec<_>>(), ["0", "0.2", "2", "19", "74"]);
}

#[test]
fn asking_again_is_followed_exactly() {
    let fresh = (SampleCourse::Newest(1), 30);
    let point = test(80, None).passed_within(4, fresh, &percent(70), FREE).unwrap();
    assert_eq!(format!("{:.12}", point[3]), "0.500996754854");
    let confident = test(80, Some(90)).passed_within(8, fresh, &percent(80), FREE).unwrap();
    assert_eq!(format!("{:.12}", confident[7]), "0.303353277695");
    // The first two weeks together, then the second and third.
    let two = test(80, None).passed_within(11, (SampleCourse::Newest(2), 30), &percent(75), FREE).unwrap();
    assert_eq!([0, 2, 10].map(|look| shown(two[look], 0)), ["23", "47", "88"]);
    let four = |truth: u32| {
        let course = (SampleCourse::Newest(4), 30);
        let rates = test(80, None).passed_within(23, course, &percent(truth), FREE).unwrap();
        [0, 4, 8, 22].map(|look| rates[look])
    };
    assert_eq!(four(70).map(|rate| shown(rate, 1)), ["0.9", "3.4", "5.7", "13.6"]);
    assert_eq!(four(75).map(|rate| shown(rate, 0)), ["12", "32", "48", "79"]);
}

/// The table of the manual's page on evidence, at 1, 4, 12 and 26 looks.
#[test]
fn looks_err_as_the_manual_says() {
    let (fresh, all) = (SampleCourse::Newest(1), SampleCourse::All { good: 0, of: 0 });
    let nth = ShareTest { looks: Looking::Nth(1), ..test(80, Some(90)) };
    for (test, course, truth, expected) in [
        (test(80, None), fresh, 70, ["16", "50", "88", "99"]),
        (test(80, None), all, 70, ["16", "18", "18", "18"]),
        (test(80, Some(90)), fresh, 80, ["4.4", "17", "42", "69"]),
        (test(80, Some(90)), all, 80, ["4.4", "14", "25", "32"]),
        (nth, fresh, 80, ["4.4", "5.7", "6.1", "6.1"]),
        (growing(80), all, 80, ["1.1", "2.1", "2.9", "3.4"]),
    ] {
        let rates = test.passed_within(26, (course, 30), &percent(truth), FREE).unwrap();
        let cell = |look: usize| shown(rates[look], if rates[look] < 0.0995 { 1 } else { 0 });
        assert_eq!([0, 3, 11, 25].map(cell), expected, "{course:?}");
    }
}

#[test]
fn the_shipped_rollbacks_err_so_often() {
    // Fewer than 24 of 30, four weeks in a row.
    let below = ShareTest { strict: true, ..test(20, None) }.chance((0, 0), 30, &percent(20), FREE).unwrap();
    let rates = runs_within(52, 4, below);
    assert_eq!([25, 51].map(|look| shown(rates[look], 0)), ["31", "54"]);
    // The outputs of four weeks together, with 99 %, in half a year of which the first three weeks have none.
    let pooled = ShareTest { strict: true, ..test(20, Some(99)) };
    let cells = [20, 18, 15].map(|bad| {
        let course = (SampleCourse::Newest(4), 30);
        pooled.passed_within(23, course, &percent(bad), FREE).unwrap()[22]
    });
    assert_eq!(cells.map(|rate| shown(rate, 2)), ["9.08", "1.66", "0.05"]);
}

#[test]
fn what_there_is_counts() {
    // 20 good ones of 20: 20 of 21 pass, 9 in 10 times 22 of 22.
    let test = test(80, Some(90));
    assert_eq!(test.needed((20, 20), &percent(90), POWER, FREE), NeededSamples::So(0));
    assert_eq!(test.chance((14, 16), 2, &percent(90), FREE), Some(0.0));
    // 25 of 29 need 28 of 32 or more.
    let more = test.needed((14, 16), &percent(90), POWER, FREE);
    let NeededSamples::So(more) = more else { panic!("{more:?}") };
    let chance = |more| test.chance((14, 16), more, &percent(90), FREE).unwrap();
    assert!(chance(more - 1) < POWER && (more..more + 300).all(|more| chance(more) >= POWER), "{more}");
}

#[test]
fn what_is_not_better_than_asked_never_passes_surely() {
    for truth in [10, 79, 80] {
        assert_eq!(test(80, Some(90)).needed((0, 0), &percent(truth), POWER, FREE), NeededSamples::Never);
        assert_eq!(test(80, None).needed((0, 0), &percent(truth), POWER, FREE), NeededSamples::Never);
    }
    let close = Number::from_parts(8_001.into(), 10_000u16.into());
    assert_eq!(test(80, Some(90)).needed((0, 0), &close, POWER, FREE), NeededSamples::TooMany);
    assert_eq!(test(80, Some(90)).needed((0, 0), &Number::ONE, POWER, FREE), NeededSamples::So(11));
    assert_eq!(test(100, None).needed((0, 0), &Number::ONE, POWER, FREE), NeededSamples::So(1));
    assert_eq!(test(80, Some(90)).needed((0, 0), &percent(90), POWER, &|_| false), NeededSamples::Unsought);
}

/// 4 of 4, or 9 of 12.
#[test]
fn few_users_are_drawn_without_replacement() {
    let of_twelve = ShareTest { population: Some(12), ..test(50, Some(90)) };
    assert_eq!(of_twelve.fewest_good(12, FREE), Some(Some(6)));
    assert_eq!(of_twelve.chance((0, 0), 12, &percent(50), FREE), Some(1.0));
    assert_eq!(of_twelve.needed((0, 0), &percent(25), POWER, FREE), NeededSamples::Never);
    let needed = of_twelve.needed((0, 0), &percent(75), POWER, FREE);
    let NeededSamples::So(needed) = needed else { panic!("{needed:?}") };
    let chance = |of| of_twelve.chance((0, 0), of, &percent(75), FREE).unwrap();
    assert!((needed..=12).all(|of| chance(of) >= POWER) && chance(needed - 1) < POWER, "{needed}");
}

proptest! {
    #[test]
    fn the_number_needed_is_the_last_that_does_not_do_and_one_more(
        threshold in 40u32..93, better in 5u32..20, level in proptest::option::of(50u32..97), strict: bool,
        of in 0usize..40, good in 0usize..40,
    ) {
        let truth = percent((threshold + better).min(99));
        let (test, seen) = (ShareTest { strict, ..test(threshold, level) }, (good.min(of), of));
        let NeededSamples::So(needed) = test.needed(seen, &truth, POWER, FREE) else {
            return Err(TestCaseError::fail("it can be found"));
        };
        let chance = |more: usize| test.chance(seen, more, &truth, FREE).unwrap();
        prop_assert!(needed == 0 || chance(needed - 1) < POWER, "{}", needed);
        for more in needed..needed + 150 {
            prop_assert!(chance(more) >= POWER, "{} of {}", more, needed);
        }
    }
}

#[test]
fn what_takes_too_long_is_not_followed() {
    assert_eq!(runs_within(3, usize::MAX, 0.5), [0.0; 3]);
    for (course, each) in [
        (SampleCourse::Newest(usize::MAX), 1),
        (SampleCourse::Newest(2), usize::MAX),
        (SampleCourse::All { good: 0, of: usize::MAX }, usize::MAX),
    ] {
        assert_eq!(test(80, None).passed_within(26, (course, each), &Number::ONE, FREE), None);
    }
    let course = (SampleCourse::Newest(4), 1_000);
    assert_eq!(test(80, None).passed_within(26, course, &percent(90), FREE), None);
    let course = (SampleCourse::All { good: 0, of: 0 }, 1_000_000_000);
    assert_eq!(test(80, None).passed_within(26, course, &percent(79), FREE), None);
    assert_eq!(
        test(80, Some(90)).passed_within(1, (SampleCourse::Newest(1), 9), &percent(79), &|_| false),
        None
    );
}

/// Every outcome of a few small looks, one by one.
fn one_by_one(test: &ShareTest, looks: usize, (course, each): (SampleCourse, usize), p: f64) -> f64 {
    let mut passed = 0.0;
    for outcome in 0..1_usize << (looks * each) {
        let (mut good, mut of) =
            if let SampleCourse::All { good, of } = course { (good, of) } else { (0, 0) };
        let came = |look: usize| (outcome >> (look * each) & ((1 << each) - 1)).count_ones() as usize;
        let mut looked = test.clone();
        let is_passed = (0..looks).any(|look| {
            (good, of) = match course {
                SampleCourse::Newest(wide) if look + 1 < wide => return false,
                SampleCourse::Newest(wide) => ((look + 1 - wide..=look).map(came).sum(), wide * each),
                SampleCourse::All { .. } => (good + came(look), of + each),
            };
            let passes = looked.passes(good, of, FREE).unwrap();
            looked = looked.next();
            passes
        });
        let ones = f64::from(outcome.count_ones());
        let zeros = (looks * each) as f64 - ones;
        passed += if is_passed { p.powf(ones) * (1.0 - p).powf(zeros) } else { 0.0 };
    }
    passed
}

#[test]
fn followed_chances_are_those_of_all_outcomes() {
    let nth = ShareTest { looks: Looking::Nth(1), ..test(30, Some(60)) };
    for (test, course, looks) in [
        (test(60, None), SampleCourse::Newest(1), 4),
        (nth, SampleCourse::Newest(1), 4),
        (test(60, None), SampleCourse::Newest(2), 3),
        (test(50, Some(80)), SampleCourse::Newest(2), 4),
        (test(60, None), SampleCourse::Newest(3), 3),
        (test(70, None), SampleCourse::Newest(4), 2),
        (test(60, None), SampleCourse::All { good: 2, of: 4 }, 4),
        (
            ShareTest { looks: Looking::Growing, ..test(30, Some(80)) },
            SampleCourse::All { good: 0, of: 0 },
            4,
        ),
    ] {
        // The first look at two weeks is after the second.
        let all = if let SampleCourse::Newest(wide) = course { looks + wide - 1 } else { looks };
        let found = test.passed_within(looks, (course, 3), &percent(60), FREE).unwrap();
        let expected = one_by_one(&test, all, (course, 3), 0.6);
        assert!((found[looks - 1] - expected).abs() < 1e-12, "{course:?}: {found:?} {expected}");
    }
}

#[test]
fn spreads_are_those_of_the_binomial_distribution() {
    for (draws, p) in [(30, 0.8), (1, 0.01), (1_000, 0.999), (7, 0.5)] {
        let spread = Spread::binomial(draws, p);
        let from: f64 = spread.chances.iter().skip(1).sum();
        let tail = quick_upper_tail(spread.from + 1, draws, &Number::try_from(p).unwrap());
        assert!((from - tail).abs() < 1e-9, "{draws} with {p}: {from} {tail}");
    }
    assert_eq!((Spread::binomial(5, 0.0).from, Spread::binomial(5, 1.0).from), (0, 5));
}
