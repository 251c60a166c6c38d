//! What is said of places: under the policy's expressions, and beside the lines of the input.

use super::breach::breach;
use super::change::{among_those, together};
use super::reason::reason;
use super::threshold;
use super::value::{figure, preposition, reading, when};
use crate::diagnostic::Label;
use crate::evidence::ReasonKind;
use crate::point::Point;
use crate::report::why::{
    Against, Dated, Earlier, ElementName, Figure, GroupName, Held, Pointer, RuleVerdict, Said,
};
use crate::source::SourceMap;

/// How many dates of a run are named.
const NAMED_DATES: usize = 5;

/// The places of a rule that failed or is undecided: the policy's and the input's.
pub fn labels(rule: &RuleVerdict, sources: &SourceMap) -> Vec<Label> {
    let label = |Pointer { span, said: what }: &Pointer| Label {
        span: *span,
        text: said(what, sources),
        is_value: is_value(what),
    };
    rule.pointers.iter().map(label).collect()
}

/// Whether it is said of an expression what that is worth: `is` may stand between them.
fn is_value(what: &Said) -> bool {
    match what {
        Said::Value(_)
        | Said::Param(_)
        | Said::Approximately { .. }
        | Said::Empty
        | Said::FirstOfThem
        | Said::On(..)
        | Said::CountedTo(_) => true,
        Said::Unknown(..)
        | Said::Against(_)
        | Said::OfGroup(_)
        | Said::Groups(..)
        | Said::Elements { .. }
        | Said::Window(_)
        | Said::Run { .. }
        | Said::RunOfStage { .. }
        | Said::NoRun { .. }
        | Said::Extreme { .. }
        | Said::Breach(_) => false,
    }
}

pub(super) fn said(what: &Said, sources: &SourceMap) -> String {
    match what {
        Said::Value(value) => reading(value),
        Said::Unknown(why, earlier) => match earlier {
            Earlier::Unasked => reason(why),
            Earlier::Never if matches!(why, ReasonKind::Uncollected { .. }) => {
                format!("{}; no snapshot before it has one", reason(why))
            }
            Earlier::Never => format!("{}, nor in any before it", reason(why)),
            Earlier::On(date) => format!("{}; last recorded {}", reason(why), when(*date)),
        },
        Said::Param(held) => param(held, sources),
        Said::Against(against) => elements(against),
        Said::Approximately { shown: true } => "shown, approximately".to_owned(),
        Said::Approximately { shown: false } => "shown not to hold, approximately".to_owned(),
        Said::Empty => "empty".to_owned(),
        Said::FirstOfThem => "the first of them".to_owned(),
        Said::OfGroup(keys) => format!("of {}", group_keys(keys)),
        Said::Groups(first, more) => {
            let groups = first.iter().map(group).collect::<Vec<_>>().join(", ");
            if *more > 0 { format!("{groups} and {more} more") } else { groups }
        }
        Said::Elements { list, count: 1 } => format!("`{list}`: 1 element"),
        Said::Elements { list, count } => format!("`{list}`: {count} elements"),
        Said::On(value, date) => format!("{} {}", figure(value), when(*date)),
        Said::CountedTo(date) => format!("counted to {date}"),
        Said::Window(seen) => {
            let on = |dated: &Dated| match &dated.figure {
                Some(value) => format!("{} {} {}", figure(value), preposition(dated.date), short_date(dated)),
                None => short_date(dated),
            };
            some_of(seen, on)
        }
        Said::Run { condition, held } => {
            let at = |dated: &Dated| match &dated.figure {
                Some(value) => format!("{} ({})", short_date(dated), figure(value)),
                None => short_date(dated),
            };
            format!("`{condition}` at {}", some_of(held, at))
        }
        Said::RunOfStage { condition, since } => format!("`{condition}` since {since}"),
        Said::NoRun { condition, date, now: Some(now) } => {
            format!("not `{condition}` {}: {}", when(*date), figure(now))
        }
        Said::NoRun { condition, date, now: None } => format!("not `{condition}` {}", when(*date)),
        Said::Extreme { largest: true, element } => format!("the largest: {}", name(element)),
        Said::Extreme { largest: false, element } => format!("the smallest: {}", name(element)),
        Said::Breach(of) => breach(of),
    }
}

/// The value of a param, with the place where it was set unless that is the declaration.
fn param(held: &Held, sources: &SourceMap) -> String {
    let threshold = threshold(held, sources);
    if held.configured { format!("{} ({})", threshold.value, threshold.source()) } else { threshold.value }
}

/// «7 of 30 do not satisfy `edit_time < 15%`: r03, r07, r11 and 4 more»
fn elements(against: &Against) -> String {
    let Against { matching, total, satisfy, condition, among, named } = against;
    let among = among_those(among);
    let verb = match (satisfy, matching) {
        (true, 1) => "satisfies",
        (true, _) => "satisfy",
        (false, 1) => "does not satisfy",
        (false, _) => "do not satisfy",
    };
    let mut text = format!("{matching} of {total}{among} {verb} `{}`", together(condition));
    if named.is_empty() {
        return text;
    }
    text.push_str(": ");
    text.push_str(&named.iter().map(name).collect::<Vec<_>>().join(", "));
    let more = matching - named.len();
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

fn name(element: &ElementName) -> String {
    match element {
        ElementName::Text(text) => text.to_string(),
        ElementName::Group(of) => group(of),
        ElementName::Nth(number) => format!("#{number}"),
        ElementName::Date(date) => date.to_string(),
    }
}

/// «`billing` 1 of 2 = 50%»
fn group(group: &GroupName) -> String {
    format!("{} {}", group_keys(&group.keys), reading(&group.value))
}

/// «`t0`, `aws`»
pub(super) fn group_keys(keys: &[Figure]) -> String {
    keys.iter().map(|key| format!("`{}`", figure(key))).collect::<Vec<_>>().join(", ")
}

/// Without the year, or of an instant the day, where that was said before.
fn short_date(dated: &Dated) -> String {
    let shown = dated.date.to_string();
    let rest = match dated.date {
        Point::Day(_) => shown.split_once('-'),
        Point::Time(_) => shown.split_once('T'),
    };
    rest.filter(|_| dated.short).map_or_else(|| shown.clone(), |(_, rest)| rest.to_owned())
}

/// The first few and the last of what was seen at many snapshots, and how many there were.
fn some_of(seen: &[Dated], tell: impl Fn(&Dated) -> String) -> String {
    let join = |some: &[Dated]| some.iter().map(&tell).collect::<Vec<_>>().join(", ");
    match (seen.get(..NAMED_DATES - 2), seen.last()) {
        (Some(first), Some(last)) if seen.len() > NAMED_DATES => {
            format!("{}, …, {}, {} snapshots", join(first), tell(last), seen.len())
        }
        _ => join(seen),
    }
}
