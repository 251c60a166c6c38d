//! Why something is not known.

use super::value::{counted, figure, preposition};
use crate::evidence::{CollectedGap, Looking, ReasonKind, SampleCount, SmallSample, Within};
use crate::point::{Lapse, Point};
use crate::stats::MIN_MEAN_SAMPLE;
use crate::text::quote;
use crate::types::Kind;
use crate::value::{DAY, Number};

/// The reason, as it stands behind a value or beside a line of the input.
pub fn reason(reason: &ReasonKind) -> String {
    match reason {
        ReasonKind::Missing { field, date } => format!("`{field}` is not in the snapshot of {date}"),
        ReasonKind::LeftEmpty { field, list: _, date } => {
            format!("`{field}` is left empty in the snapshot of {date}")
        }
        ReasonKind::Uncollected { field, list: _, date: _, gap: of } => {
            format!("`{field}` is unknown: {}", gap(of))
        }
        ReasonKind::CollectedInPart { list, gap: of } => {
            format!("`{}` is not known in full: {}", quote(list), gap(of))
        }
        ReasonKind::MissingInElement { field, date } => {
            format!("`{field}` is missing in an element of the snapshot of {date}")
        }
        ReasonKind::RecordedAsRange { field, low, high, date: _ } => {
            format!("`{field}` is recorded as a range, from {} to {}", figure(low), figure(high))
        }
        ReasonKind::WithoutCounts { field, date: _ } => {
            format!("`{field}` is recorded without its counts, which a confidence needs")
        }
        ReasonKind::Contradicted { field, other } => {
            format!("the snapshot of {other} has another `{field}` of the same element")
        }
        ReasonKind::MissingInWorkflow { field, workflow, date, gap: None } => {
            format!("`{field}` is not in the snapshot of `{workflow}` of {date}")
        }
        ReasonKind::MissingInWorkflow { field, workflow, date: _, gap: Some(of) } => {
            format!("`{field}` of `{workflow}` is unknown: {}", gap(of))
        }
        ReasonKind::StaleWorkflow { workflow, newest } => {
            format!("the newest snapshot of `{workflow}` is from {newest}, too old to use")
        }
        ReasonKind::UnreadWorkflow { workflow } => format!("the data of `{workflow}` has an error"),
        ReasonKind::Empty { list, among: None } => format!("no {list} to judge by"),
        ReasonKind::Empty { list, among: Some(among) } => format!("no {list} among `{among}` to judge by"),
        ReasonKind::NothingCounted { whole, condition: None } => format!("no `{whole}` to take a share of"),
        ReasonKind::NothingCounted { whole, condition: Some(condition) } => {
            format!("no `{whole}` to take a share of where `{condition}`")
        }
        ReasonKind::DividedByZero => "a division by something that may be zero".to_owned(),
        ReasonKind::NoSuchDate => "a date moves by whole days, within the calendar".to_owned(),
        ReasonKind::Branches => "it is undecided which branch of the `if` applies".to_owned(),
        ReasonKind::Uncovered { have, want, since, until: _ } => {
            let since = since.map(|since| format!(", since {since}")).unwrap_or_default();
            format!("{}{since}", covered(*have, *want))
        }
        ReasonKind::Gap { from, to } => format!("no snapshot between {from} and {to}"),
        ReasonKind::LeftOut { due, more } => {
            let plural = if due.len() > 1 || *more { "s" } else { "" };
            let are = if plural.is_empty() { "is" } else { "are" };
            let on = due.first().map_or("on", |first| preposition(*first));
            format!("the snapshot{plural} due {on} {} {are} missing", days(due, *more))
        }
        ReasonKind::NoneKnown { what, window } => format!("no `{what}` is known {}", within(window)),
        ReasonKind::NoEarlier { date } => format!("there is no snapshot before {date}"),
        ReasonKind::NoneSuch { condition } => format!("no earlier snapshot has `{condition}`"),
        ReasonKind::Later { date, day } => format!("{date} is later than {day}"),
        ReasonKind::Stale { newest, day } => {
            format!("the newest snapshot is from {newest}, too old to judge {day}")
        }
        ReasonKind::TooFew { sample, of: _ } => too_few(sample),
        ReasonKind::InBoth { count: 1, list } => {
            format!("1 element of `{list}` is, or may be, in both samples")
        }
        ReasonKind::InBoth { count, list } => {
            format!("{count} elements of `{list}` are, or may be, in both samples")
        }
        ReasonKind::MoreThanAll { seen, all } => {
            format!("{seen} elements, more than the {all} that they are drawn from")
        }
    }
}

/// «in the last 4 weeks», «since the workflow entered its stage»
fn within(window: &Within) -> String {
    match window {
        Within::Stage => "since the workflow entered its stage".to_owned(),
        Within::Last(length) => format!("in the last {length}"),
        Within::Series => "in the series".to_owned(),
        Within::Snapshots(1) => "in the newest snapshot".to_owned(),
        Within::Snapshots(count) => format!("in the newest {count} snapshots"),
        Within::Period(period) => format!("in the {period} of the snapshot"),
    }
}

/// «above the largest bucket, 2.5 s (prom)», «4 errors (evals)»
pub(super) fn gap(gap: &CollectedGap) -> String {
    let CollectedGap { from, why, errors } = gap;
    // The reason says it better.
    let count = errors.filter(|_| why.is_none());
    let count =
        count.map(|errors| if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") });
    let said: Vec<String> = why.iter().map(|why| why.to_string()).chain(count).collect();
    format!("{} ({})", said.join(", "), quote(from))
}

/// «2 of 4 weeks covered», «3 of 10 days covered», «12 min of 30 min covered»
fn covered(have: Lapse, want: Lapse) -> String {
    match have.days().zip(want.days()) {
        Some((have, want)) if want % 7 == 0 => {
            let want = Kind::Duration.show(&Number::from(want * DAY));
            format!("{} of {want} covered", have / 7)
        }
        Some((have, want)) => format!("{have} of {want} days covered"),
        None => format!("{} of {} covered", have.shown(), want.shown()),
    }
}

/// «2026-10-31, 2026-11-02 and 2026-11-03», «2026-10-31 and further days»
pub(super) fn days(days: &[Point], more: bool) -> String {
    let mut named: Vec<String> = days.iter().map(Point::to_string).collect();
    let further = match days.first() {
        Some(Point::Time(_)) => "further times",
        Some(Point::Day(_)) | None => "further days",
    };
    named.extend(more.then(|| further.to_owned()));
    match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

fn too_few(sample: &SmallSample) -> String {
    match sample {
        SmallSample::Counted { seen, level, population, looks, further: _ } => {
            let drawn = population.map(|all| format!(", drawn from {all},")).unwrap_or_default();
            format!("{}{drawn} shows {}", of_sample(seen), neither(level, *looks))
        }
        SmallSample::Values { count, level, looks, further: _ } => {
            // Of values that are looked at once there is Student's t alone.
            let how = if *looks == Looking::Growing { "" } else { ", approximately" };
            let (values, show) = if *count == 1 { ("value", "shows") } else { ("values", "show") };
            format!("{count} {values} {show} {}{how}", neither(level, *looks))
        }
        SmallSample::Shares { a, b, level, looks, further: _ } => {
            let (a, b) = (of_sample(a), of_sample(b));
            format!("{a} against {b} shows {}, approximately", neither(level, *looks))
        }
        SmallSample::Means { a, b, level, looks } => {
            format!("{a} values against {b} show {}, approximately", neither(level, *looks))
        }
        SmallSample::TooMany { count, most } => {
            format!("{count} values are too many for `at every look`: at most {most}")
        }
        SmallSample::Alike { count } if *count < MIN_MEAN_SAMPLE => {
            let plural = if *count == 1 { "value gives" } else { "values give" };
            format!("{count} {plural} a mean no bounds: it takes {MIN_MEAN_SAMPLE}")
        }
        SmallSample::Alike { count } => format!("{count} values that are all alike give a mean no bounds"),
    }
}

fn of_sample(seen: &SampleCount) -> String {
    let SampleCount { sure, sure_of, possible, possible_of } = seen;
    if sure_of == possible_of {
        return counted(*sure, *possible, *sure_of);
    }
    format!("between {sure} of {sure_of} and {possible} of {possible_of}")
}

/// «neither side at 90% confidence at every look», «… at every look, and this is look 3»
fn neither(level: &Number, looks: Looking) -> String {
    let neither = format!("neither side at {} confidence", Kind::Share.show(level));
    match looks {
        Looking::Once => neither,
        Looking::Growing => format!("{neither} at every look"),
        Looking::Nth(look) => format!("{neither} at every look, and this is look {look}"),
    }
}
