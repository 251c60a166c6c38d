//! Windows over the series: which snapshots are in one, and why these do not cover it.

use std::ops::Range;

use super::{Evaluator, Moment, Scope};
use crate::ast::{CalendarPeriod, Expr, NamedWindow, Over};
use crate::evidence::{ReasonKind, Reasons};
use crate::point::Axis;
use crate::source::Span;
use crate::value::{DAY, Date, Number, day_number};
use crate::vocabulary::Vocabulary;

/// The days of the calendar: the longest that a window can be.
const MAX_WINDOW: i64 = 10_000 * 366;
/// How many due days without a snapshot are named.
const MAX_NAMED: usize = 3;

/// The snapshots of a window.
pub(super) struct Window {
    pub(super) snapshots: Range<usize>,
    /// Why they do not cover it.
    pub(super) open: Option<Reasons>,
    /// Why they are too few for what is added up, beside that.
    pub(super) left_out: Option<Reasons>,
}

/// Where a window begins.
#[derive(Clone, Copy)]
enum WindowStart {
    /// With the oldest of so many snapshots.
    Newest(usize),
    /// With a snapshot, by its index.
    At(usize),
    /// Behind a tick.
    After(i64),
}

impl<'a> Evaluator<'a> {
    /// The window that ends at the scope's snapshot, or why its length is not known.
    pub(super) fn window(&self, over: &'a Over, scope: Scope<'_, 'a>) -> Result<Window, Reasons> {
        let at = scope.moment.at;
        let begins = self.start_of_window(over, scope)?;
        let start = self.first_of_window(begins, at);
        self.budget.spend(1);
        let snapshots = start..at + 1;
        let from = match begins {
            WindowStart::Newest(_) => return Ok(Window { snapshots, open: None, left_out: None }),
            WindowStart::At(_) => None,
            WindowStart::After(tick) => Some(tick),
        };
        let late = from.and_then(|from| self.begins_late(over, from, start, scope.moment));
        let left_out = self.left_out(from, start, at, late.is_some());
        let mut open = self.gap_within(snapshots.clone());
        if let Some(late) = late {
            open.get_or_insert_default().merge(&late);
        }
        Ok(Window { snapshots, open, left_out })
    }

    /// The snapshots of a window, and nothing of what they do not cover; none where its length is not known.
    pub(super) fn snapshots_of_window(&self, over: &'a Over, scope: Scope<'_, 'a>) -> Option<Range<usize>> {
        let at = scope.moment.at;
        let begins = self.start_of_window(over, scope).ok()?;
        Some(self.first_of_window(begins, at)..at + 1)
    }

    /// The index of the first snapshot of a window that ends at another one.
    fn first_of_window(&self, begins: WindowStart, at: usize) -> usize {
        match begins {
            WindowStart::Newest(count) => (at + 1).saturating_sub(count),
            WindowStart::At(start) => start,
            WindowStart::After(tick) => self.first_after(tick, at),
        }
    }

    fn start_of_window(&self, over: &'a Over, scope: Scope<'_, 'a>) -> Result<WindowStart, Reasons> {
        let at = scope.moment.at;
        let cut_off =
            |tick: i64| if self.tick(0) > tick { WindowStart::At(0) } else { WindowStart::After(tick) };
        Ok(match over {
            Over::Window(length) => WindowStart::After(self.tick(at) - self.length(length, scope)?),
            Over::AtMost(length) => cut_off(self.tick(at) - self.length(length, scope)?),
            Over::Snapshots(count) => {
                let count = self.amount(count, scope);
                let whole = count.known().and_then(|count| usize::try_from(count.floor()).ok());
                WindowStart::Newest(whole.ok_or_else(|| count.reasons())?)
            }
            Over::Named(NamedWindow::Stage, _) => WindowStart::At(self.stage_entry(at)),
            Over::Named(NamedWindow::All, _) => WindowStart::At(0),
            Over::Named(NamedWindow::Calendar(period), _) => {
                let first = first_day(*period, self.day(at).date());
                cut_off(self.axis().first_of_day(first).ticks() - 1)
            }
        })
    }

    /// Why a window behind the tick `from` is not covered where it begins.
    fn begins_late(&self, over: &Over, from: i64, start: usize, moment: Moment) -> Option<Reasons> {
        let at = moment.at;
        let reaches_back = self.tick(0) <= from;
        if reaches_back && !self.is_overdue(from, self.tick(start)) {
            return None;
        }
        match over {
            // It would be no other window if one waited.
            Over::Named(..) => self.gap_before(start),
            // Nor does waiting change what an earlier snapshot looked back at.
            Over::Window(_) | Over::AtMost(_) if reaches_back && at < moment.judged => self.gap_before(start),
            Over::Window(_) | Over::AtMost(_) | Over::Snapshots(_) => {
                let want = self.tick(at) - from;
                let first = if reaches_back { start } else { 0 };
                let seen = self.tick(first);
                let covered_from = self.cadence().filter(|_| reaches_back);
                let covered_from = covered_from.map_or(seen, |cadence| cadence.earliest_before(seen));
                Some(uncovered(self.axis(), (seen, self.tick(at)), want, covered_from + want))
            }
        }
    }

    /// Why a window holds too few snapshots for something to be added up: which due days in it, counted from the last
    /// snapshot before it or from the one that it begins with, have none. Those in a gap are said by the gap.
    fn left_out(&self, from: Option<i64>, start: usize, at: usize, late: bool) -> Option<Reasons> {
        let every = self.cadence()?.every;
        let anchor = if from.is_some() { start.saturating_sub(1) } else { start };
        let counted_from = self.tick(anchor);
        let from = from.map_or(counted_from, |from| from.max(counted_from));
        let newest = self.tick(at);
        let due = every.due_days(counted_from, newest) - every.due_days(counted_from, from);
        let seen = i64::try_from(at.saturating_sub(anchor)).unwrap_or(i64::MAX);
        let mut missing = due.saturating_sub(seen);
        if missing <= 0 {
            return None;
        }
        let mut next = every.due_after(counted_from, from);
        let mut days = Vec::new();
        let mut place = None;
        for snapshot in anchor + 1..=at {
            let tick = self.tick(snapshot);
            let said = if snapshot == start { late } else { self.gap_before(snapshot).is_some() };
            while missing > 0 && (tick - every.next(next)).abs() < (tick - next).abs() && self.budget.spend(1)
            {
                if !said {
                    days.extend(self.axis().in_calendar(next));
                    place = place.or_else(|| self.place_of_date(snapshot));
                }
                missing -= 1;
                next = every.next(next);
            }
            if days.len() > MAX_NAMED {
                break;
            }
            next = every.next(next);
        }
        while missing > 0 && days.len() <= MAX_NAMED && next <= newest && self.budget.spend(1) {
            days.extend(self.axis().in_calendar(next));
            missing -= 1;
            next = every.next(next);
        }
        let more = days.len() > MAX_NAMED;
        days.truncate(MAX_NAMED);
        let place = place.or_else(|| self.place_of_date(at));
        (!days.is_empty()).then(|| Reasons::of(ReasonKind::LeftOut { due: days, more }, place))
    }

    /// The index of the first snapshot, up to `at`, that is later than a tick.
    pub(super) fn first_after(&self, tick: i64, at: usize) -> usize {
        let up_to = self.snapshots.get(..=at).unwrap_or_default();
        up_to.partition_point(|snapshot| snapshot.date.ticks() <= tick)
    }

    /// How many ticks a length has.
    pub(super) fn length(&self, length: &'a Expr, scope: Scope<'_, 'a>) -> Result<i64, Reasons> {
        let seconds = self.amount(length, scope);
        // No series begins before the calendar does, so a longer window sees no more.
        let most = Number::from(MAX_WINDOW * DAY);
        let ticks = seconds.known().and_then(|seconds| self.axis().ticks(seconds.min(&most)));
        ticks.ok_or_else(|| seconds.reasons())
    }

    /// The rung of a snapshot.
    pub(super) fn stage(&self, at: usize) -> Option<usize> {
        let located = self.snapshots.get(at)?.record.fields.get(Vocabulary::STAGE)?.as_ref()?;
        usize::try_from(located.value.number()?.floor()).ok()
    }

    /// The gaps between neighbouring snapshots of a range.
    pub(super) fn gap_within(&self, range: Range<usize>) -> Option<Reasons> {
        let mut gaps: Option<Reasons> = None;
        for at in self.gaps_within(range.start + 1..range.end.max(range.start + 1)) {
            self.budget.spend(1);
            if let Some(gap) = self.gap_before(at) {
                gaps.get_or_insert_default().merge(&gap);
            }
        }
        gaps
    }

    /// Why a snapshot is too far from the one before it.
    pub(super) fn gap_before(&self, at: usize) -> Option<Reasons> {
        let before = self.snapshots.get(at.checked_sub(1)?)?;
        let snapshot = self.snapshots.get(at)?;
        self.is_overdue(self.tick(at - 1), self.tick(at)).then(|| {
            let gap = ReasonKind::Gap { from: before.date, to: snapshot.date };
            Reasons::of(gap, self.place_of_date(at))
        })
    }

    /// Whether the snapshot due after the one of a tick is late at another, its grace over too.
    pub(super) fn is_overdue(&self, tick: i64, on: i64) -> bool {
        self.cadence().is_some_and(|cadence| on > cadence.deadline(tick))
    }

    fn place_of_date(&self, at: usize) -> Option<Span> {
        let record = &self.snapshots.get(at)?.record;
        record.fields.get(Vocabulary::DATE)?.as_ref().map(|date| date.span)
    }
}

/// The day on which the period begins that a date lies in.
fn first_day(period: CalendarPeriod, date: Date) -> i64 {
    let since = match period {
        CalendarPeriod::Week => date.weekday().to_monday_zero_offset().into(),
        CalendarPeriod::Month => i64::from(date.day()) - 1,
        CalendarPeriod::Quarter => {
            let month = (date.month() - 1) / 3 * 3 + 1;
            day_number(date) - day_number(Date::constant(date.year(), month, 1))
        }
        CalendarPeriod::Year => i64::from(date.day_of_year()) - 1,
    };
    day_number(date) - since
}

/// A window of `want` ticks that is covered from one tick to another; `until`: the tick from which all would be.
pub(super) fn uncovered(axis: Axis, (since, to): (i64, i64), want: i64, until: i64) -> Reasons {
    let have = (to - since).clamp(0, want);
    let weeks = axis == Axis::Days && want % 7 == 0;
    let have = if weeks { have - have % 7 } else { have };
    let (have, want) = (axis.lapse(have), axis.lapse(want));
    let (since, until) = (axis.in_calendar(since), axis.in_calendar(until));
    Reasons::of(ReasonKind::Uncovered { have, want, since, until }, None)
}
