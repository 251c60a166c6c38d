//! Evidence: what an expression is worth, how sure that is, and why it is not surer.
//!
//! Pure: knows neither the syntax tree nor the snapshots. A value is known, between two bounds, or unknown; a
//! condition is yes, no or undecided (strong Kleene logic). Nothing here turns the absence of a value into a value.

mod sample;

use std::sync::Arc;

use crate::interval::Interval;
use crate::point::{Lapse, Point};
use crate::report::why::Figure;
use crate::source::Span;
use crate::value::{DAY, Number, add_months, date_of_day, day_number};

pub use sample::{Further, Looking, SampleCount, SampleOwner, SmallSample};

/// How many reasons are kept apart; further ones are counted.
const MAX_REASONS: usize = 8;

/// One reason why something is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub kind: ReasonKind,
    /// Where in the input it would have been, or was not enough.
    pub span: Option<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReasonKind {
    /// A field that the snapshot of that date does not have.
    Missing { field: Arc<str>, date: Point },
    /// A field whose key the snapshot of that date has without a value.
    LeftEmpty { field: Arc<str>, list: bool, date: Point },
    /// A field that could not be collected for the snapshot of that date, by what that says itself.
    Uncollected { field: Arc<str>, list: bool, date: Point, gap: CollectedGap },
    /// A list, by its key in the snapshot, of which a part could not be collected.
    CollectedInPart { list: Arc<str>, gap: CollectedGap },
    /// A field that an element of a list does not have.
    MissingInElement { field: Arc<str>, date: Point },
    /// A value that the snapshot of that date records as a range.
    RecordedAsRange { field: Arc<str>, low: Figure, high: Figure, date: Point },
    /// A share that the snapshot of that date records without the counts that a confidence takes.
    WithoutCounts { field: Arc<str>, date: Point },
    /// A field of an element with a key of which the snapshot of another date says something else.
    Contradicted { field: Arc<str>, other: Point },
    /// A field that the newest snapshot of another workflow does not have, and what that says of it itself.
    MissingInWorkflow { field: Arc<str>, workflow: Arc<str>, date: Point, gap: Option<CollectedGap> },
    /// The newest snapshot of another workflow is older than the cadence and its grace.
    StaleWorkflow { workflow: Arc<str>, newest: Point },
    /// Another workflow has an error in its data.
    UnreadWorkflow { workflow: Arc<str> },
    /// A list without elements, where some are needed to judge by.
    Empty {
        list: Arc<str>,
        /// The condition that none of them satisfies, as the policy writes it; none where there are none at all.
        among: Option<Arc<str>>,
    },
    /// A count that adds up to nothing, where a share of it is taken.
    NothingCounted {
        /// The count, as the policy writes it.
        whole: Arc<str>,
        /// What picks the snapshots that are counted, as the policy writes it; none where all are.
        condition: Option<Arc<str>>,
    },
    /// A division by what is, or may be, zero.
    DividedByZero,
    /// A date and a length that is no whole number of days, or a date outside the calendar.
    NoSuchDate,
    /// An `if` whose condition is undecided, between words that differ.
    Branches,
    /// The snapshots in a window cover so many days of it, in whole weeks where the window is so long, from that of the day
    /// `since` on; one of the day `until`, without further gaps, would cover all.
    Uncovered { have: Lapse, want: Lapse, since: Option<Point>, until: Option<Point> },
    /// Two snapshots further apart than the cadence and its grace.
    Gap { from: Point, to: Point },
    /// Days in a window on which a snapshot was due for which none was taken: the first few of them.
    LeftOut { due: Vec<Point>, more: bool },
    /// Nothing known in a window.
    NoneKnown { what: Arc<str>, window: Within },
    /// There is no earlier snapshot to look at.
    NoEarlier { date: Point },
    /// No earlier snapshot satisfies a condition.
    NoneSuch { condition: Arc<str> },
    /// A date after the day that time is counted to.
    Later { date: Point, day: Point },
    /// The newest snapshot is older than the cadence and its grace.
    Stale { newest: Point, day: Point },
    /// A sample that shows neither side at the confidence asked for, and whose it is, once that is known.
    TooFew { sample: SmallSample, of: Option<SampleOwner> },
    /// So many elements that are, or may be, in both of two samples that are compared.
    InBoth { count: usize, list: Arc<str> },
    /// A sample of more than there are.
    MoreThanAll { seen: usize, all: usize },
}

/// What a snapshot says of why a field, or a part of it, could not be collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectedGap {
    /// The source that it was to be collected from.
    pub from: Arc<str>,
    /// In the words of whoever collected it.
    pub why: Option<Arc<str>>,
    /// How many elements ended with an error; none where there is no such thing.
    pub errors: Option<u64>,
}

/// What a window goes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// The snapshot with which the workflow entered its stage.
    Stage,
    /// The first snapshot.
    Series,
    /// So long, as the policy writes it.
    Last(Arc<str>),
    /// So many snapshots.
    Snapshots(usize),
    /// The beginning of a `week`, `month` …
    Period(&'static str),
}

/// Why something is not known: a set, in the order in which the reasons were met, of which the first few are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reasons {
    pub first: Vec<Reason>,
    /// How many more there were.
    pub more: usize,
}

impl Reasons {
    /// One reason.
    pub fn of(kind: ReasonKind, span: Option<Span>) -> Self {
        Self { first: vec![Reason { kind, span }], more: 0 }
    }

    /// Adds the reasons of another value.
    pub fn merge(&mut self, other: &Self) {
        for reason in &other.first {
            if self.first.contains(reason) {
                continue;
            }
            if self.first.len() < MAX_REASONS {
                self.first.push(reason.clone());
            } else {
                self.more = self.more.saturating_add(1);
            }
        }
        self.more = self.more.saturating_add(other.more);
    }

    /// The same, where it is known whose samples are too small.
    #[must_use]
    pub fn with_owner(mut self, owner: &SampleOwner) -> Self {
        for reason in &mut self.first {
            if let ReasonKind::TooFew { of, .. } = &mut reason.kind {
                of.get_or_insert_with(|| owner.clone());
            }
        }
        self
    }

    fn merged(mut self, other: &Self) -> Self {
        self.merge(other);
        self
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    Yes,
    No,
    Undecided(Reasons),
}

impl Truth {
    /// A condition that is decided.
    pub fn known(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }

    /// Decided by `value`, or undecided for these reasons.
    pub fn decided(value: Option<bool>, reasons: impl FnOnce() -> Reasons) -> Self {
        value.map_or_else(|| Self::Undecided(reasons()), Self::known)
    }

    /// No for yes, yes for no.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Undecided(reasons) => Self::Undecided(reasons),
        }
    }

    /// No if one is no, yes if all are yes.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::fold(conditions, &Self::No, Self::Yes)
    }

    /// Yes if one is yes, no if all are no.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::fold(conditions, &Self::Yes, Self::No)
    }

    fn fold(conditions: impl IntoIterator<Item = Self>, decisive: &Self, otherwise: Self) -> Self {
        let mut undecided: Option<Reasons> = None;
        for condition in conditions {
            match condition {
                Self::Undecided(reasons) => match &mut undecided {
                    Some(all) => all.merge(&reasons),
                    None => undecided = Some(reasons),
                },
                decided if decided == *decisive => return decided,
                Self::Yes | Self::No => {}
            }
        }
        undecided.map_or(otherwise, Self::Undecided)
    }

    /// Yes when at least `count` are yes, no when fewer can be.
    pub fn at_least(count: usize, conditions: impl IntoIterator<Item = Self>) -> Self {
        let conditions = conditions.into_iter().map(|condition| match condition {
            Self::Yes => Ok(true),
            Self::No => Ok(false),
            Self::Undecided(reasons) => Err(reasons),
        });
        at_least(count, conditions, |all, reasons| all.merged(&reasons))
            .map_or_else(Self::Undecided, Self::known)
    }

    /// `a == b`
    pub fn equal(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Undecided(a), Self::Undecided(b)) => Self::Undecided(a.clone().merged(b)),
            (Self::Undecided(reasons), _) | (_, Self::Undecided(reasons)) => Self::Undecided(reasons.clone()),
            (a, b) => Self::known(a == b),
        }
    }

    /// What holds if this does, or else what holds otherwise; of two that agree it does not matter which.
    #[must_use]
    pub fn choose(self, then: Self, otherwise: Self) -> Self {
        match self {
            Self::Yes => then,
            Self::No => otherwise,
            Self::Undecided(_) if then == otherwise => then,
            Self::Undecided(reasons) => Self::Undecided(reasons),
        }
    }
}

/// Whether at least `count` conditions are true, where some are open: these join to what leaves the answer open.
pub fn at_least<W>(
    count: usize,
    conditions: impl IntoIterator<Item = Result<bool, W>>,
    join: impl Fn(W, W) -> W,
) -> Result<bool, W> {
    let (mut sure, mut possible, mut open) = (0, 0, None);
    for condition in conditions {
        match condition {
            Ok(yes) => {
                sure += usize::from(yes);
                possible += usize::from(yes);
            }
            Err(why) => {
                possible += 1;
                open = Some(match open {
                    Some(all) => join(all, why),
                    None => why,
                });
            }
        }
    }
    match open {
        Some(why) if sure < count && count <= possible => Err(why),
        Some(_) | None => Ok(sure >= count),
    }
}

/// A number, or what is counted like one: a count, share, duration, date or stage.
#[derive(Clone, Debug, PartialEq)]
pub enum Amount {
    Known(Number),
    /// At least and at most so much; a bound may be open. Never a single point.
    Between(Interval, Reasons),
    Unknown(Reasons),
}

impl Amount {
    /// Known if the interval is a single number, else between its bounds for `reasons`.
    pub fn bounded(interval: Interval, reasons: Reasons) -> Self {
        match interval.as_point() {
            Some(number) => Self::Known(number.clone()),
            None => Self::Between(interval, reasons),
        }
    }

    /// Its bounds; none if it is unknown.
    pub fn interval(&self) -> Option<Interval> {
        match self {
            Self::Known(number) => Some(Interval::point(number.clone())),
            Self::Between(interval, _) => Some(interval.clone()),
            Self::Unknown(_) => None,
        }
    }

    /// The number, where it is known.
    pub fn known(&self) -> Option<&Number> {
        match self {
            Self::Known(number) => Some(number),
            Self::Between(..) | Self::Unknown(_) => None,
        }
    }

    /// Why it is not known; empty if it is.
    pub fn reasons(&self) -> Reasons {
        match self {
            Self::Known(_) => Reasons::default(),
            Self::Between(_, reasons) | Self::Unknown(reasons) => reasons.clone(),
        }
    }

    fn combine(&self, other: &Self, f: impl Fn(&Interval, &Interval) -> Option<Interval>) -> Self {
        let reasons = || self.reasons().merged(&other.reasons());
        let (Some(a), Some(b)) = (self.interval(), other.interval()) else {
            return Self::Unknown(reasons());
        };
        match f(&a, &b) {
            Some(interval) => Self::bounded(interval, reasons()),
            None => Self::Unknown(reasons().merged(&Reasons::of(ReasonKind::DividedByZero, None))),
        }
    }

    /// `a + b`
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        self.combine(other, |a, b| Some(a.add(b)))
    }

    /// `a - b`
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        self.combine(other, |a, b| Some(a.subtract(b)))
    }

    /// `a * b`
    #[must_use]
    pub fn multiply(&self, other: &Self) -> Self {
        self.combine(other, |a, b| Some(a.multiply(b)))
    }

    /// `a / b`; unknown where `b` is or may be zero.
    #[must_use]
    pub fn divide(&self, other: &Self) -> Self {
        self.combine(other, Interval::divide)
    }

    /// `-a`
    #[must_use]
    pub fn negate(&self) -> Self {
        Self::Known(Number::ZERO).subtract(self)
    }

    /// Either of the two, it is undecided which, for `reasons`.
    #[must_use]
    pub fn hull(&self, other: &Self, reasons: &Reasons) -> Self {
        let why = || reasons.clone().merged(&self.reasons()).merged(&other.reasons());
        match (self.interval(), other.interval()) {
            (Some(a), Some(b)) => Self::bounded(a.hull(&b), why()),
            _ => Self::Unknown(why()),
        }
    }

    fn compare(&self, other: &Self, f: impl Fn(&Interval, &Interval) -> Option<bool>) -> Truth {
        let reasons = || self.reasons().merged(&other.reasons());
        match (self.interval(), other.interval()) {
            (Some(a), Some(b)) => Truth::decided(f(&a, &b), reasons),
            _ => Truth::Undecided(reasons()),
        }
    }

    /// `a < b`
    pub fn less(&self, other: &Self) -> Truth {
        self.compare(other, Interval::less)
    }

    /// `a <= b`
    pub fn less_equal(&self, other: &Self) -> Truth {
        self.compare(other, Interval::less_equal)
    }

    /// `a == b`
    pub fn equal(&self, other: &Self) -> Truth {
        self.compare(other, Interval::equal)
    }
}

/// How many spans [`Elapsed`] keeps apart; what more there are is taken together with the last.
const MAX_SPANS: usize = 64;

/// What runs between two dates: it compares with lengths and with calendar spans. Where an undecided condition chooses
/// between several, it is one of them, and each keeps its own beginning and end.
#[derive(Clone, Debug, PartialEq)]
pub struct Elapsed {
    first: DateSpan,
    others: Vec<DateSpan>,
    /// Why it is not known which it is.
    choice: Reasons,
}

impl From<DateSpan> for Elapsed {
    fn from(first: DateSpan) -> Self {
        Self { first, others: Vec::new(), choice: Reasons::default() }
    }
}

impl Elapsed {
    /// From one date to another.
    pub fn between(from: Amount, to: Amount) -> Self {
        DateSpan { from, to }.into()
    }

    /// The spans of which it is one.
    pub fn spans(&self) -> impl Iterator<Item = &DateSpan> {
        [&self.first].into_iter().chain(&self.others)
    }

    /// The only span that it can be, if there is just one.
    pub fn only(&self) -> Option<&DateSpan> {
        self.others.is_empty().then_some(&self.first)
    }

    /// Its exact length in seconds.
    pub fn seconds(&self) -> Amount {
        let lengths = self.others.iter().map(DateSpan::seconds);
        lengths.fold(self.first.seconds(), |all, length| all.hull(&length, &self.choice))
    }

    /// Decided where each of its spans decides it alike.
    pub fn decide(&self, test: impl Fn(&DateSpan) -> Truth) -> Truth {
        let others = self.others.iter().map(&test);
        let undecided = |a: Truth, b: Truth| match (&a, &b) {
            (Truth::Yes, Truth::Yes) | (Truth::No, Truth::No) => a,
            _ => Truth::Undecided([&a, &b].into_iter().fold(self.choice.clone(), |mut all, truth| {
                if let Truth::Undecided(reasons) = truth {
                    all.merge(reasons);
                }
                all
            })),
        };
        others.fold(test(&self.first), undecided)
    }

    /// Either of the two, it is undecided which, for `reasons`.
    #[must_use]
    pub fn hull(mut self, other: Self, reasons: &Reasons) -> Self {
        for span in [other.first].into_iter().chain(other.others) {
            if self.spans().any(|known| *known == span) {
                continue;
            }
            let is_full = self.others.len() + 1 >= MAX_SPANS;
            match self.others.last_mut().filter(|_| is_full) {
                Some(last) => *last = last.hull(&span, reasons),
                None => self.others.push(span),
            }
        }
        if !self.others.is_empty() {
            self.choice.merge(reasons);
            self.choice.merge(&other.choice);
        }
        self
    }
}

/// From one date to another, each an [`Amount`] of days.
#[derive(Clone, Debug, PartialEq)]
pub struct DateSpan {
    pub from: Amount,
    pub to: Amount,
}

impl DateSpan {
    /// Its exact length in seconds.
    pub fn seconds(&self) -> Amount {
        self.to.subtract(&self.from).multiply(&Amount::Known(DAY.into()))
    }

    /// When `months` calendar months have run since its beginning, clamped to the month's end, at the same time of the day.
    pub fn anniversary(&self, months: i32) -> Amount {
        let moved = |day: &Number| {
            let whole = Number::from(day.floor());
            let date = date_of_day(i64::try_from(day.floor()).ok()?)?;
            let of_the_day = day - whole;
            add_months(date, months).map(|date| Number::from(day_number(date)) + of_the_day)
        };
        match &self.from {
            Amount::Known(day) => match moved(day) {
                Some(day) => Amount::Known(day),
                None => Amount::Unknown(Reasons::of(ReasonKind::NoSuchDate, None)),
            },
            Amount::Between(interval, reasons) => Amount::bounded(
                Interval {
                    low: interval.low.as_ref().and_then(moved),
                    high: interval.high.as_ref().and_then(moved),
                },
                reasons.clone(),
            ),
            Amount::Unknown(reasons) => Amount::Unknown(reasons.clone()),
        }
    }

    fn hull(&self, other: &Self, reasons: &Reasons) -> Self {
        Self { from: self.from.hull(&other.from, reasons), to: self.to.hull(&other.to, reasons) }
    }
}

/// A text or a member of `one of`.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    Known(Arc<str>),
    Unknown(Reasons),
}

impl Word {
    /// Why it is not known; empty if it is.
    pub fn reasons(&self) -> Reasons {
        match self {
            Self::Known(_) => Reasons::default(),
            Self::Unknown(reasons) => reasons.clone(),
        }
    }

    /// `a == b`
    pub fn equal(&self, other: &Self) -> Truth {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => Truth::known(a == b),
            (a, b) => Truth::Undecided(a.reasons().merged(&b.reasons())),
        }
    }

    /// Either of the two, it is undecided which, for `reasons`.
    #[must_use]
    pub fn hull(&self, other: &Self, reasons: &Reasons) -> Self {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) if a == b => self.clone(),
            (a, b) => Self::Unknown(
                Reasons::of(ReasonKind::Branches, None)
                    .merged(reasons)
                    .merged(&a.reasons())
                    .merged(&b.reasons()),
            ),
        }
    }
}

#[cfg(test)]
mod tests;
