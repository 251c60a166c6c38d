//! What would make a failed rule pass, or decide an undecided one.

use super::reason::days;
use super::said::group_keys;
use super::show_range;
use super::value::figure;
use crate::evidence::Further;
use crate::point::Point;
use crate::report::why::{Bound, Change, Counts, Elements, Figure, Missing, NeededPart};
use crate::types::Kind;
use crate::value::Number;

/// How many things to record are named, and how many places to record something in.
const NAMED: usize = 4;

/// The change, in words that follow «would pass:» or «would decide:».
pub(super) fn change(wanted: &Change) -> String {
    match wanted {
        Change::All(changes) => changes.iter().map(change).collect::<Vec<_>>().join("; and "),
        Change::Decide(changes) => decide(changes),
        Change::Turn { of, to } => format!("`{of}` {to}, now {}", !to),
        Change::Word { of, word, other: false } => format!("`{of}` of `{word}`"),
        Change::Word { of, word, other: true } => format!("`{of}` other than `{word}`"),
        Change::OneOf { of, members } => format!("`{of}` of {}", members.join(" or ")),
        Change::Reach { of, bound, to, now } => {
            format!("`{of}` {}{}, now {}", before(*bound), figure(to), figure(now))
        }
        Change::NoValue { of, ty } => {
            let range = ty.quantity().and_then(|quantity| show_range(ty, &quantity.range));
            let range = range.map(|range| format!(", which is {range}")).unwrap_or_default();
            format!("no value of `{of}`{range}")
        }
        Change::Date { of, bound, to } => format!("`{of}` {}", day(*bound, to)),
        Change::Elements(wanted) => elements(wanted),
        Change::Counts(wanted) => counts(wanted),
        Change::Part(NeededPart { of, needed, now, total }) => {
            let bound = before(if needed > now { Bound::AtLeast } else { Bound::AtMost });
            let share = Kind::Share.show(&(Number::from(*needed) / Number::from((*total).max(1))));
            format!("`{of}` {bound}{needed} of {total} = {share}, now {now}")
        }
        Change::Repeat { condition, more } => {
            let plural = if *more == Number::ONE { "" } else { "s" };
            format!("`{condition}` in {} more snapshot{plural}", more.floor())
        }
        Change::GoOn { condition, until, no_gap, is_value } => {
            let gap = if *no_gap { "no gap and " } else { "" };
            let same = if *is_value { "the same " } else { "" };
            format!("a snapshot of {} or later, with {gap}{same}`{condition}` until then", figure(until))
        }
        Change::Begin { condition, length } => format!("`{condition}`, and then for {}", figure(length)),
        Change::Wait { until } => format!("waiting until {}", figure(until)),
        Change::Add { more, list, among, condition } => {
            let elements = if *more == 1 { "element" } else { "elements" };
            format!("{more} more {elements} in `{list}`{} with `{}`", among_those(among), together(condition))
        }
        Change::Samples { more, list, among, condition, satisfying } => {
            let word = if *satisfying { "with" } else { "without" };
            format!("{more} further {list}{} in a row {word} `{}`", among_those(among), together(condition))
        }
        Change::GoodSamples { further, of, claim: _ } => good_samples(*further, of),
        Change::Record { fields, file, snapshot } => record(fields, file, *snapshot),
        Change::NextSnapshot => "wait for the next snapshot".to_owned(),
        Change::SnapshotFrom(day) => format!("wait for a snapshot of {day} or later, with no gap until then"),
        Change::SnapshotWithin { first, last: None } => format!("a snapshot of {first}"),
        Change::SnapshotWithin { first, last: Some(last) } => format!("a snapshot of {first} to {last}"),
        Change::Snapshots { of, more } => {
            let what = if of.len() > 1 || *more { "snapshots" } else { "a snapshot" };
            format!("{what} of {}", days(of, *more))
        }
        Change::SnapshotsApart { at_most, from, to } => {
            format!("snapshots at most {} apart between {from} and {to}", at_most.shown())
        }
        Change::Agree(field) => {
            format!("correct `{field}` where it is wrong; if it may change, its field is `changing`")
        }
        Change::Reached(date) => format!("wait until {date}, or correct that date"),
    }
}

/// Whether it is to record what is missing.
pub(super) fn is_to_record(wanted: &Change) -> bool {
    if let Change::All(changes) | Change::Decide(changes) = wanted {
        return changes.iter().any(is_to_record);
    }
    matches!(wanted, Change::Record { .. })
}

/// «9 further good samples of `billing` in a row»
fn good_samples(further: Further, of: &[Figure]) -> String {
    let of = if of.is_empty() { String::new() } else { format!(" of {}", group_keys(of)) };
    match further {
        Further::So(1) => format!("1 further good sample{of}"),
        Further::So(more) => format!("{more} further good samples{of} in a row"),
        Further::Never => {
            format!("no number of good samples{of}: the threshold cannot be shown to be reached")
        }
        Further::Beyond { more: 0, most } => {
            format!("no further sample{of}: a mean at every look takes at most {most} values")
        }
        Further::Beyond { more, most } => {
            format!(
                "more than {more} further good samples{of}, and a mean at every look takes at most {most} values"
            )
        }
        Further::Unsought => String::new(),
    }
}

/// What stands before the value that an amount would have to reach.
fn before(bound: Bound) -> &'static str {
    match bound {
        Bound::AtLeast => "of at least ",
        Bound::MoreThan => "of more than ",
        Bound::AtMost => "of at most ",
        Bound::LessThan => "of less than ",
        Bound::Exactly => "of ",
        Bound::OtherThan => "other than ",
    }
}

/// «of 2026-11-02 or later»
fn day(bound: Bound, day: &Figure) -> String {
    let day = figure(day);
    match bound {
        Bound::OtherThan => format!("other than {day}"),
        Bound::Exactly => format!("of {day}"),
        Bound::AtLeast | Bound::MoreThan => format!("of {day} or later"),
        Bound::AtMost | Bound::LessThan => format!("of {day} or earlier"),
    }
}

/// «2 more of the 30 outputs with `edit_time < light_edit` (24 of 30 = 80%)»
fn elements(wanted: &Elements) -> String {
    let Elements { needed, sure, possible, total, list, among, condition, is_share } = wanted;
    let with = if condition.is_empty() { String::new() } else { format!(" with `{}`", together(condition)) };
    let with = format!("{}{with}", among_those(among));
    if *needed == 0 {
        return format!("none of the {total} {list}{with}, now {sure}");
    }
    if (*needed, *total) == (1, 1) {
        return format!("the only one of the {list}{with}, now {possible}");
    }
    if needed == total && !is_share {
        return format!("all {total} {list}{with}, now {possible}");
    }
    let part = if *is_share {
        let share = Number::from(*needed) / Number::from((*total).max(1));
        format!("{needed} of {total} = {}", Kind::Share.show(&share))
    } else {
        format!("{needed} of {total}")
    };
    // What is not known of an element does not count for it, nor against.
    if needed > sure {
        format!("{} more of the {total} {list}{with} ({part})", needed - sure)
    } else {
        format!("{} fewer of the {total} {list}{with} ({part})", possible.saturating_sub(*needed))
    }
}

/// «10 fewer `errors` of the 5000 `requests` where `stage == full` (50 of 5000 = 1%)»
fn counts(wanted: &Counts) -> String {
    let Counts { part, needed, sure, possible, whole, total, picked } = wanted;
    let picked = picked.as_ref().map(|picked| format!(" where `{picked}`")).unwrap_or_default();
    let of = format!("`{part}` of the {total} `{whole}`{picked}");
    if *needed == 0 {
        return format!("no {of}, now {sure}");
    }
    let share = Number::from(*needed) / Number::from((*total).max(1));
    let reached = format!("({needed} of {total} = {})", Kind::Share.show(&share));
    // What is not known does not count for it, nor against.
    if needed > sure {
        format!("{} more {of} {reached}", needed - sure)
    } else {
        format!("{} fewer {of} {reached}", possible.saturating_sub(*needed))
    }
}

/// « among `tag == critical`»
pub(super) fn among_those(among: &[String]) -> String {
    if among.is_empty() { String::new() } else { format!(" among `{}`", together(among)) }
}

/// The parts of a condition that all have to hold.
pub(super) fn together(parts: &[String]) -> String {
    let part = |part: &String| {
        let several = parts.len() > 1 && part.contains(" or ");
        if several { format!("({part})") } else { part.clone() }
    };
    parts.iter().map(part).collect::<Vec<_>>().join(" and ")
}

/// What is to be recorded comes first, in a few places at most.
fn decide(changes: &[Change]) -> String {
    let is_record = |change: &&Change| matches!(change, Change::Record { .. });
    let records = changes.iter().filter(is_record).take(NAMED);
    let others = changes.iter().filter(|change| !is_record(change));
    let claimed = |change: &Change| match change {
        Change::GoodSamples { claim, .. } => Some(claim.clone()),
        _ => None,
    };
    let mut claims: Vec<String> = changes.iter().filter_map(claimed).collect();
    claims.dedup();
    // Of several claims it is said which one each number is for.
    let told = |one: &Change| match claimed(one).filter(|_| claims.len() > 1) {
        Some(claim) => format!("{} for `{claim}`", change(one)),
        None => change(one),
    };
    records.chain(others).map(told).collect::<Vec<_>>().join("; ")
}

fn record(fields: &[Missing], file: &str, snapshot: Option<Point>) -> String {
    let missing = |missing: &Missing| match missing {
        Missing::Field(field, None) => format!("`{field}`"),
        Missing::Field(field, Some(line)) => format!("`{field}` (line {line})"),
        Missing::List(list) => format!("`{list}` (`[]` if there were none)"),
        Missing::Element(list) => format!("at least one of `{list}`"),
        Missing::Exact(field, line) => format!("one value for `{field}` (line {line})"),
        Missing::Counts(field, line) => {
            format!("`{field}` (line {line}) by its counts, as in `957 of 1008`,")
        }
    };
    let named = fields.iter().take(NAMED).map(missing).collect::<Vec<_>>().join(", ");
    let more = fields.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let place = match snapshot {
        Some(date) => format!("the snapshot of {date} in {file}"),
        None => file.to_owned(),
    };
    format!("record {named}{more} in {place}")
}
