"""From where an expression looks: the series of a workflow, one of its snapshots, a day, maybe an element of a list."""

import calendar
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from values import UNKNOWN, day_of

CONTRADICTED = "contradicted"  # of a field of which two snapshots say two things


@dataclass(frozen=True)
class Cadence:
    """`every` and `grace` in days; `every` may be "weekday", or None where there is no cadence."""

    every: object
    grace: object = 0

    def due_after(self, day):
        if self.every != "weekday":
            return day + self.every
        day = day + 1
        while date.fromordinal(int(day)).weekday() > 4:
            day += 1
        return day

    def gap(self, earlier, later):
        return self.every is not None and later > self.due_after(earlier) + self.grace


@dataclass
class Series:
    """The snapshots of a workflow, each a dictionary of what it holds, over its standing facts."""

    name: str
    snapshots: list
    cadence: Cadence
    world: object
    fleet: dict = field(default_factory=dict)  # all series of the project by name, this one too
    unread: bool = False  # whether some workflow's data could not be read
    memory: dict = field(default_factory=dict)  # what lets were worth

    def date(self, index):
        return self.snapshots[index]["date"]

    def rank(self, index):
        return self.world.ladder.index(self.snapshots[index]["stage"])

    def seen_on(self, day):
        """How many snapshots are there on a day."""
        return sum(1 for snapshot in self.snapshots if snapshot["date"] <= day)

    def stale(self, at, day):
        return self.cadence.gap(self.date(at), day)

    def gap_before(self, index):
        return self.cadence.gap(self.date(index - 1), self.date(index))

    def asking(self, at, stage):
        """The same series, had a snapshot asked for a stage."""
        snapshots = [{**snapshot, "advance_to": stage} if i == at else snapshot for i, snapshot in enumerate(self.snapshots)]
        asking = replace(self, snapshots=snapshots, memory={})
        asking.fleet = {**self.fleet, self.name: asking}
        return asking

    def entered(self, at):
        """The first snapshot of the stay in a stage that a snapshot belongs to."""
        while at > 0 and self.snapshots[at - 1]["stage"] == self.snapshots[at]["stage"]:
            at -= 1
        return at


@dataclass(frozen=True)
class Place:
    series: Series
    at: int
    day: object  # which params, lets and workflows are looked at
    today: object  # what `today`, `now` and `since` mean that are written here: the day of the whole aggregate
    judged: int  # the snapshot that `snapshot.x` means
    element: object = None
    list: tuple = ()  # the path of the list that the element is in
    group: tuple = ()  # the keys of the group that is being looked at

    @property
    def world(self):
        return self.series.world

    @property
    def snapshot(self):
        return self.series.snapshots[self.at]

    def as_at(self, index):
        day = self.series.date(index)
        return replace(self, at=index, day=day, today=day, element=None, list=(), group=())

    def of(self, item, path, over):
        """At an element. Over a window, what stands beside it is read at the snapshot that it stands in."""
        if over is None or item.at is None:
            return replace(self, element=item.value, list=path, group=item.group)
        return replace(self, element=item.value, list=path, group=item.group, at=item.at, day=self.series.date(item.at))


def newest(series, at, day):
    return Place(series, at, day, day, at)


@dataclass(frozen=True)
class Item:
    """An element of a list: its value, and the snapshot that it stands in. What has a key, and may have been measured anew in a
    later snapshot without the list, is not settled."""

    value: object
    at: int | None = None
    settled: bool = True
    group: tuple = ()


@dataclass(frozen=True)
class Elements:
    """It is not complete where there may be more of them."""

    items: list
    complete: bool = True


def raw(record, path):
    """What a record says, CONTRADICTED, or None where it says nothing."""
    for name in path:
        if record == CONTRADICTED:
            return CONTRADICTED
        if not isinstance(record, dict):
            return None
        record = record.get(name)
    return record


def lookup(record, path):
    found = raw(record, path)
    return UNKNOWN if found is None or found == CONTRADICTED else found


# --- windows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    inside: list
    covered: bool  # nothing is missing between its snapshots and at its start
    paid: bool  # it holds as many snapshots as fell due
    spared: bool = False  # it would not, if the days were counted on which one was due before it


def period_start(day, period):
    """The first day of the calendar period that a day lies in."""
    today = date.fromordinal(int(day_of(day)))
    match period:
        case "week":
            return today.toordinal() - today.weekday()
        case "month":
            return today.replace(day=1).toordinal()
        case "quarter":
            return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1).toordinal()
        case "year":
            return today.replace(month=1, day=1).toordinal()


def window(over, place):
    series, at = place.series, place.at
    dates = [series.date(i) for i in range(at + 1)]
    cut = False
    match over:
        case "stage":
            return from_snapshot(series, series.entered(at), at)
        case "all":
            return from_snapshot(series, 0, at)
        case ("snapshots", number, _):
            return Window(list(range(max(0, at + 1 - number), at + 1)), True, True)
        case "week" | "month" | "quarter" | "year":
            first = period_start(dates[at], over)
            # The end of the day before is the last day that does not count; with instants, what is before midnight.
            opens, cut = (first - Fraction(1, 10**12) if place.world.instants else first - 1), True
        case ("at_most", length, _):
            opens, cut = dates[at] - length, True
        case _:
            opens = dates[at] - over
    if cut and dates[0] > opens:
        return from_snapshot(series, 0, at)
    inside = [i for i in range(at + 1) if dates[i] > opens]
    before = [i for i in range(at + 1) if dates[i] <= opens]
    covered = bool(before) and not series.cadence.gap(opens, dates[inside[0]]) and not gaps(series, inside)
    due = lambda since: due_days(series, before[-1], inside, since)
    is_paid = bool(before) and len(inside) >= due(opens)
    return Window(inside, covered, is_paid, is_paid and len(inside) < due(dates[before[-1]]))


def from_snapshot(series, first, at):
    inside = list(range(first, at + 1))
    later = inside[1:]
    return Window(inside, not gaps(series, inside), len(later) >= due_days(series, first, later, series.date(first)))


def gaps(series, inside):
    return any(series.gap_before(i) for i in inside[1:])


def due_days(series, before, later, opens):
    """On how many days of a window a snapshot was due, counted from the one before it; up to the newest of the later ones."""
    if series.cadence.every is None or not later:
        return 0
    due, day = 0, series.cadence.due_after(series.date(before))
    while day <= series.date(later[-1]):
        due += day > opens
        day = series.cadence.due_after(day)
    return due
