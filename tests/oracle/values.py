"""Evidence: numbers between bounds, answers of three kinds, runs between dates, and what is unknown.

A number is `Between(low, high)` of exact fractions, where `None` is no bound at all; a known number has two equal bounds. A
condition is YES, NO or UNDECIDED. Days are counted from the year 1, as `date.toordinal` does. What is not known is UNKNOWN.
"""

import calendar
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

UNKNOWN = "unknown"
YES, NO, UNDECIDED = "yes", "no", "undecided"


@dataclass(frozen=True)
class Between:
    low: Fraction | None
    high: Fraction | None

    @property
    def known(self):
        return self.low is not None and self.low == self.high


@dataclass(frozen=True)
class Run:
    """What runs between two days, at least and at most: both are pairs of a first and a last day."""

    shortest: tuple
    longest: tuple

    def seconds(self):
        lengths = [Fraction(last - start) * 86400 for start, last in (self.shortest, self.longest)]
        return Between(*lengths)


@dataclass(frozen=True)
class Ranged:
    """What a snapshot records as a range: `1 s to 2.5 s`."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Counted:
    """A share by its counts: `957 of 1008`."""

    part: int
    whole: int

    @property
    def share(self):
        return Fraction(self.part, self.whole)


RECORDED = (bool, int, Fraction, Ranged, Counted)  # values that are not texts, lists or records


def recorded_ends(value):
    """The least and the most that a recorded number may be; None of anything else."""
    match value:
        case Ranged(low, high):
            return low, high
        case Counted():
            return value.share, value.share
        case bool():
            return None
        case int() | Fraction():
            return value, value


def day_of(instant):
    """The day, in UTC, that an instant lies in."""
    return instant.__floor__()


def exactly(number):
    return Between(Fraction(number), Fraction(number))


def truth(value):
    return YES if value else NO


# --- conditions ---------------------------------------------------------------------------------------------------------


def negate(p):
    return {YES: NO, NO: YES, UNDECIDED: UNDECIDED}[p]


def conjunction(conditions):
    conditions = list(conditions)
    if NO in conditions:
        return NO
    return UNDECIDED if UNDECIDED in conditions else YES


def disjunction(conditions):
    return negate(conjunction(negate(p) for p in conditions))


def at_least(wanted, conditions):
    if conditions.count(YES) >= wanted:
        return YES
    return NO if len(conditions) - conditions.count(NO) < wanted else UNDECIDED


# --- comparing ----------------------------------------------------------------------------------------------------------


def certainly_below(a, b):
    """Whether everything that `a` can be is less than everything that `b` can be."""
    return a.high is not None and b.low is not None and a.high < b.low


def certainly_not_above(a, b):
    return a.high is not None and b.low is not None and a.high <= b.low


def compare(op, a, b):
    """How two numbers compare."""
    if UNKNOWN in (a, b):
        return UNDECIDED
    match op:
        case "<":
            sure, never = certainly_below(a, b), certainly_not_above(b, a)
        case "<=":
            sure, never = certainly_not_above(a, b), certainly_below(b, a)
        case ">" | ">=":
            return compare({">": "<", ">=": "<="}[op], b, a)
        case "==":
            sure = a.known and b.known and a == b
            never = certainly_below(a, b) or certainly_below(b, a)
        case "!=":
            return negate(compare("==", a, b))
    return YES if sure else NO if never else UNDECIDED


def add_months(day, months):
    """The same day of another month, or the last one that it has, at the same time of day."""
    start = date.fromordinal(int(day_of(day)))
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1])).toordinal() + day - day_of(day)


def compare_months(op, run, months):
    """A run is as long as some months if it ends where they end that begin when it does."""
    if run == UNKNOWN:
        return UNDECIDED
    beyond = [Fraction(last - add_months(start, months)) for start, last in (run.shortest, run.longest)]
    return compare(op, Between(*beyond), exactly(0))


# --- reckoning ----------------------------------------------------------------------------------------------------------


def plus(a, b):
    if UNKNOWN in (a, b):
        return UNKNOWN
    low = None if a.low is None or b.low is None else a.low + b.low
    high = None if a.high is None or b.high is None else a.high + b.high
    return Between(low, high)


def minus(a):
    if a == UNKNOWN:
        return UNKNOWN
    return Between(None if a.high is None else -a.high, None if a.low is None else -a.low)


INFINITE = float("inf")


def product(x, y):
    """Of two bounds. Nothing, however often, is nothing."""
    if x == 0 or y == 0:
        return Fraction(0)
    if INFINITE in (x, y) or -INFINITE in (x, y):
        return INFINITE if (x > 0) == (y > 0) else -INFINITE
    return x * y


def ends(a):
    return (-INFINITE if a.low is None else a.low), (INFINITE if a.high is None else a.high)


def from_ends(candidates):
    low, high = min(candidates), max(candidates)
    return Between(None if low == -INFINITE else low, None if high == INFINITE else high)


def times(a, b):
    if UNKNOWN in (a, b):
        return UNKNOWN
    return from_ends([product(x, y) for x in ends(a) for y in ends(b)])


def divide(a, b):
    if UNKNOWN in (a, b) or (compare("==", b, exactly(0)) != NO):
        return UNKNOWN
    inverse = [Fraction(0) if abs(y) == INFINITE else 1 / y for y in ends(b)]
    return from_ends([product(x, y) for x in ends(a) for y in inverse])


def hull(a, b):
    """What one of the two, nobody knows which, can be."""
    if UNKNOWN in (a, b):
        return UNKNOWN
    if isinstance(a, Between):
        return from_ends([*ends(a), *ends(b)])
    if a == b:
        return a
    return UNDECIDED if a in (YES, NO, UNDECIDED) else UNKNOWN
