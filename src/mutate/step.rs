//! One step up and one step down from a threshold: the smallest change that its author could have written instead.

use dashu_int::UBig;

use crate::ast::LiteralKind;
use crate::types::{Kind, show_date, show_time};
use crate::value::{DAY, Number, date_of_day, day_number};

/// The values beside a literal, each with how it is written; none beside a text or a truth value.
///
/// A number moves in its last written digit (80% to 81%, 0.05 USD to 0.06 USD), a length in days or weeks by a day, a
/// calendar span by a month, a date by a day, and a `window` by what it says: days less than the cadence of the snapshots
/// would move nothing.
pub(super) fn steps(
    kind: &LiteralKind,
    written: &str,
    window: Option<&Number>,
) -> Vec<(LiteralKind, String)> {
    [Number::ONE, -Number::ONE].iter().filter_map(|way| step(kind, written, window, way)).collect()
}

fn step(
    kind: &LiteralKind,
    written: &str,
    window: Option<&Number>,
    way: &Number,
) -> Option<(LiteralKind, String)> {
    let digit = last_digit(written) * way;
    let shown = |kind: Kind, number: &Number| kind.show_precisely(number, 4);
    Some(match kind {
        LiteralKind::Number(number) => {
            let next = number + digit;
            (LiteralKind::Number(next.clone()), shown(Kind::Number, &next))
        }
        LiteralKind::Share(share) => {
            let next = share + digit / Number::from(100);
            (LiteralKind::Share(next.clone()), shown(Kind::Share, &next))
        }
        LiteralKind::Unit(number, unit) => {
            let next = number + digit;
            let text = shown(Kind::Unit(unit.text.clone()), &next);
            (LiteralKind::Unit(next, unit.clone()), text)
        }
        LiteralKind::Duration(seconds) => {
            let step = window.cloned().unwrap_or_else(|| unit_step(written, last_digit(written)));
            let next = seconds + step * way;
            let days = &next / Number::from(DAY);
            let below_a_day = ["ms", "s", "min", "h"].iter().find(|unit| unit_of(written) == **unit);
            let text = match below_a_day {
                Some(unit) if next == Number::ZERO => format!("0 {unit}"),
                _ if days.is_int() => plural(&days, "day"),
                _ => shown(Kind::Duration, &next),
            };
            (LiteralKind::Duration(next), text)
        }
        LiteralKind::Calendar(months) => {
            let next = if *way > Number::ZERO { months.checked_add(1)? } else { months.checked_sub(1)? };
            (LiteralKind::Calendar(next), plural(&Number::from(next), "month"))
        }
        LiteralKind::Time(time) => {
            // Nobody thinks in less than a minute where no seconds are written.
            let minutes = (time / Number::from(60)).is_int();
            let next = time + way * Number::from(if minutes { 60 } else { 1 });
            (LiteralKind::Time(next.clone()), show_time(&next))
        }
        LiteralKind::Date(date) => {
            let day = if *way > Number::ZERO { day_number(*date) + 1 } else { day_number(*date) - 1 };
            (LiteralKind::Date(date_of_day(day)?), show_date(&Number::from(day)))
        }
        LiteralKind::Text(_) | LiteralKind::Bool(_) => return None,
    })
}

/// What the last digit of a number counts: 1 of `80%`, 1/100 of `0.05`.
fn last_digit(written: &str) -> Number {
    let number = written.trim_start_matches(['-', '+']);
    let fraction = number.split_once('.').map_or("", |(_, rest)| rest);
    let places = fraction.bytes().take_while(u8::is_ascii_digit).count();
    Number::ONE / Number::from(UBig::from(10u8).pow(places))
}

/// In seconds. Who writes weeks thinks in days.
fn unit_step(written: &str, digit: Number) -> Number {
    let (unit, parts) = match unit_of(written) {
        "ms" => (1, 1000),
        "s" => (1, 1),
        "min" => (60, 1),
        "h" => (3600, 1),
        _ => return Number::from(DAY),
    };
    digit * Number::from(unit) / Number::from(parts)
}

/// What stands behind a number.
fn unit_of(written: &str) -> &str {
    written.trim_start_matches(|c: char| !c.is_alphabetic())
}

fn plural(number: &Number, unit: &str) -> String {
    let ending = if *number == Number::ONE { "" } else { "s" };
    format!("{} {unit}{ending}", Kind::Number.show(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse_literal;

    fn beside(written: &str, window: Option<i64>) -> Vec<String> {
        let window = window.map(|days| Number::from(days * DAY));
        let kind = parse_literal(written).unwrap();
        steps(&kind, written, window.as_ref()).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn a_step_is_the_smallest_of_what_was_written() {
        for (written, up, down) in [
            ("80%", "81%", "79%"),
            ("0.5%", "0.6%", "0.4%"),
            ("0.05 USD", "0.06 USD", "0.04 USD"),
            ("3", "4", "2"),
            ("0.50", "0.51", "0.49"),
            ("2 weeks", "15 days", "13 days"),
            ("1 day", "2 days", "0 days"),
            ("300 ms", "301 ms", "299 ms"),
            ("1.5 h", "1.6 h", "1.4 h"),
            ("10 min", "11 min", "9 min"),
            ("1 min", "2 min", "0 min"),
            ("23 h", "1 day", "22 h"),
            ("2026-11-02T00:00Z", "2026-11-02T00:01Z", "2026-11-01T23:59Z"),
            ("2026-11-02T15:05:30+01:00", "2026-11-02T14:05:31Z", "2026-11-02T14:05:29Z"),
            ("6 months", "7 months", "5 months"),
            ("1 year", "13 months", "11 months"),
            ("2026-03-01", "2026-03-02", "2026-02-28"),
        ] {
            assert_eq!(beside(written, None), [up, down], "{written}");
        }
        assert_eq!(beside("4 weeks", Some(7)), ["35 days", "21 days"]);
        assert!(beside("true", None).is_empty());
        assert!(beside("\"a\"", None).is_empty());
    }
}
