"""What an expression is worth, judged as at one snapshot of a series: docs/language.md and docs/evidence.md, word for word.

Expressions are the tuples of `syntax.py`; a snapshot is a dictionary of what it holds, in which what is missing is no key.
Nothing here is fast: every window, run and group is walked anew each time.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

import stats
from syntax import paths
from values import *


@dataclass(frozen=True)
class Place:
    """From where an expression looks: at one snapshot of a series, on one day, maybe at one element of a list."""

    series: list
    at: int
    day: int
    judged: dict
    world: object  # what is declared: `ladder` and `fields`, and `gap`, the most days between snapshots or None
    element: object = None

    @property
    def snapshot(self):
        return self.series[self.at]

    def as_at(self, index):
        return replace(self, at=index, day=self.series[index]["date"], element=None)

    def gap_between(self, earlier, later):
        return self.world.gap is not None and later - earlier > self.world.gap

    def gap_before(self, index):
        return self.gap_between(self.series[index - 1]["date"], self.series[index]["date"])


@dataclass(frozen=True)
class Elements:
    """The elements of a list. It is not complete where there may be more of them, and those behind the first `settled` may be
    others by now: they have a key, and a newer snapshot lacks the list."""

    items: list
    complete: bool = True
    settled: int | None = None

    def sure(self):
        return self.items[: self.settled]

    def is_settled(self, index):
        return self.settled is None or index < self.settled


def lookup(record, path):
    for name in path:
        if not isinstance(record, dict) or record.get(name) is None:
            return UNKNOWN
        record = record[name]
    return record


def scalar(raw):
    """A value as it stands in a snapshot, as evidence."""
    if isinstance(raw, bool):
        return truth(raw)
    return exactly(raw) if isinstance(raw, (int, Fraction)) else raw


def number(value):
    return value.seconds() if isinstance(value, Run) else value


def condition(value):
    return UNDECIDED if value == UNKNOWN else value


def evaluate(node, place):
    match node:
        case ("literal", value, _) | ("param", _, value, _):
            return scalar(value)
        case ("let", _, inner) | ("paren", inner):
            return evaluate(inner, place)
        case ("field", path):
            return scalar(lookup(place.snapshot, path))
        case ("own", path):
            return scalar(lookup(place.element, path))
        case ("it",):
            return place.element
        case ("judged", path):
            return scalar(lookup(place.judged, path))
        case ("arithmetic", op, a, b):
            return arithmetic(op, number(evaluate(a, place)), number(evaluate(b, place)))
        case ("negative", a):
            return minus(number(evaluate(a, place)))
        case ("days_between", a, b):
            return days_between(evaluate(a, place), evaluate(b, place))
        case ("move_date", op, a, seconds, months, _):
            day = evaluate(a, place)
            if day == UNKNOWN:
                return UNKNOWN
            sign = 1 if op == "+" else -1
            shift = lambda d: Fraction(add_months(d, sign * months)) if months else d + sign * seconds / 86400
            return Between(shift(day.low), shift(day.high))
        case ("compare" | "in_range" | "in_items" | "in_list", *_):
            return comparison(node, place)
        case ("and", a, b):
            return conjunction([condition(evaluate(a, place)), condition(evaluate(b, place))])
        case ("or", a, b):
            return disjunction([condition(evaluate(a, place)), condition(evaluate(b, place))])
        case ("not", a):
            return negate(condition(evaluate(a, place)))
        case ("at_least", wanted, items):
            return at_least(wanted, [condition(evaluate(item, place)) for item in items])
        case ("if", test, yes, no):
            answer = condition(evaluate(test, place))
            if answer != UNDECIDED:
                return evaluate(yes if answer == YES else no, place)
            return hull(*(branch if branch in (YES, NO, UNDECIDED) else number(branch)
                          for branch in (evaluate(yes, place), evaluate(no, place))))
        case ("has", ("field", path)):
            return truth(lookup(place.snapshot, path) != UNKNOWN)
        case ("has", ("own", path)):
            return truth(lookup(place.element, path) != UNKNOWN)
        case ("default", path, other):
            value = evaluate(path, place)
            return evaluate(other, place) if value == UNKNOWN else value
        case ("aggregate", *_):
            return aggregate(node, place)
        case ("with_confidence" | "confidence", *_):
            return confidence(node, place)
        case _:
            return along_the_series(node, place)


def arithmetic(op, a, b):
    match op:
        case "+":
            return plus(a, b)
        case "-":
            return plus(a, minus(b))
        case "*":
            return times(a, b)
        case "/":
            return divide(a, b)


def days_between(later, earlier):
    if UNKNOWN in (later, earlier):
        return UNKNOWN
    return Run((earlier.high, later.low), (earlier.low, later.high))


def comparison(node, place):
    match node:
        case ("compare", op, a, ("months", months, _)):
            return compare_months(op, evaluate(a, place), months)
        case ("compare", op, a, b):
            return compare_any(op, evaluate(a, place), evaluate(b, place), place)
        case ("in_range", a, low, high, inside):
            value = evaluate(a, place)
            answer = conjunction([compare_any(">=", value, evaluate(low, place), place),
                                  compare_any("<=", value, evaluate(high, place), place)])
        case ("in_items", a, items, inside):
            value = evaluate(a, place)
            answer = disjunction(compare_any("==", value, evaluate(item, place), place) for item in items)
        case ("in_list", a, path, inside):
            value, held = evaluate(a, place), lookup(place.snapshot, path)
            if held == UNKNOWN:
                return UNDECIDED
            answer = disjunction(compare_any("==", value, scalar(item), place) for item in held)
    return answer if inside else negate(answer)


def compare_any(op, a, b, place):
    """Of two values of one type: conditions and words are equal or not, stages stand on the ladder, the rest is numbers."""
    if UNKNOWN in (a, b) or UNDECIDED in (a, b):
        return UNDECIDED
    if isinstance(a, str) and op not in ("==", "!="):
        a, b = (exactly(place.world.ladder.index(stage)) for stage in (a, b))
    if isinstance(a, str):
        return truth((a == b) == (op == "=="))
    return compare(op, number(a), number(b))


# --- lists and windows --------------------------------------------------------------------------------------------------


def window(over, place):
    """The snapshots of a window, and whether nothing is missing between them and at its start."""
    newest = place.snapshot["date"]
    if over == "stage":
        start = place.at
        while start > 0 and place.series[start - 1]["stage"] == place.snapshot["stage"]:
            start -= 1
        inside, covered = list(range(start, place.at + 1)), True
    else:
        opens = newest - over
        inside = [i for i in range(place.at + 1) if place.series[i]["date"] > opens]
        first = place.series[inside[0]]["date"]
        covered = place.series[0]["date"] <= opens and not place.gap_between(opens, first)
    return inside, covered and not any(place.gap_before(i) for i in inside[1:])


def pooled(path, over, place):
    """The elements of a list field; over a window those of all its snapshots, an element with a key once, as in the newest."""
    if over is None:
        found = lookup(place.snapshot, path)
        return UNKNOWN if found == UNKNOWN else Elements(found)
    inside, complete = window(over, place)
    key, seen, items, settled = place.world.key_of(path), set(), [], None
    for index in reversed(inside):
        found = lookup(place.series[index], path)
        if found == UNKNOWN:
            complete = False
            settled = len(items) if key is not None and settled is None else settled
            continue
        for item in found:
            if key is None or item[key] not in seen:
                items.append(item)
        if key is not None:
            seen.update(item[key] for item in found)
    return Elements(items, complete, settled)


def elements(source, over, place):
    """What an aggregate is of: raw elements of a list, one value of a scalar for each snapshot, or values of groups."""
    match source:
        case ("list", path):
            return pooled(path, over, place)
        case ("scalar", inner):
            inside, complete = window(over, place)
            values = [evaluate(inner, place.as_at(i)) for i in inside]
            if unfolded(inner)[0] in ("field", "judged"):
                known = [v for v in values if v not in (UNKNOWN, UNDECIDED)]
                return Elements(known, complete and len(known) == len(values))
            return Elements(values, complete)
        case ("distinct", path, field, where, distinct_over):
            found = pooled(path, distinct_over, place)
            if found == UNKNOWN:
                return UNKNOWN
            different = []
            for item in found.sure():
                picked = pick(where, item, place)
                value = item if field is None else lookup(item, field)
                if picked == UNDECIDED or (picked == YES and value == UNKNOWN):
                    return UNKNOWN
                if picked == YES and value not in different:
                    different.append(value)
            return Elements(different, found.complete)
        case ("aggregate", *_):
            return aggregate(source, place)


def pick(where, item, place):
    if where is None:
        # What an expression was at a snapshot where nothing of it is known may be nothing to count.
        return UNDECIDED if item in (UNKNOWN, UNDECIDED) else YES
    inner = item if isinstance(item, (dict, Between)) else scalar(item)
    return condition(evaluate(where, replace(place, element=inner)))


COUNTING = ("count", "share", "any", "all", "none")


def aggregate(node, place):
    _, function, source, field, where, by, over, amount = node
    found = elements(source, over, place)
    if found == UNKNOWN:
        return UNKNOWN
    picks = [(item, pick_or_itself(node, item, place)) for item in found.items]
    if by is None:
        if function != "count" or where is not None:
            picks = [(item, picked if found.is_settled(i) else UNDECIDED) for i, (item, picked) in enumerate(picks)]
        return one_aggregate(node, picks, found.complete, place.world)
    picks = picks[: found.settled]
    if function not in COUNTING:
        picks = [(item, picked) for item, picked in picks if picked != NO]
    groups, complete = {}, found.complete
    for item, picked in picks:
        key = lookup(item, by)
        if key == UNKNOWN:
            return UNKNOWN
        groups.setdefault(key, []).append((item, picked))
    if function not in COUNTING:
        maybe = [key for key, group in groups.items() if all(picked == UNDECIDED for _, picked in group)]
        groups = {key: group for key, group in groups.items() if key not in maybe}
        complete = complete and not maybe
    return Elements([one_aggregate(node, group, found.complete, place.world) for group in groups.values()], complete)


def pick_or_itself(node, item, place):
    """Whether an element is picked: of a list of conditions, `share any all none` count those that are true."""
    _, function, _, field, where, _, _, _ = node
    if where is None and function in COUNTING[1:]:
        return condition(scalar(item if field is None else lookup(item, field)))
    return pick(where, item, place)


def one_aggregate(node, picks, complete, world):
    _, function, source, field, where, _, _, amount = node
    if function in COUNTING:
        return counting(function, [picked for _, picked in picks], complete)
    if source[0] == "scalar":
        picks = [(item, YES if where is None else picked) for item, picked in picks]
    sure = [number(scalar(item if field is None else lookup(item, field))) for item, picked in picks if picked == YES]
    known = [value for value in sure if value != UNKNOWN]
    if complete and len(known) == len(sure) and all(picked != UNDECIDED for _, picked in picks):
        return statistic(function, known, amount)
    if function == "sum" and never_negative(source, field, world):
        return Between(sum((value.low for value in known), Fraction(0)), None)
    return UNKNOWN


def never_negative(source, field, world):
    """Whether what is summed cannot be negative, by what is declared of it."""
    match source:
        case ("list", path):
            return world.never_negative(path + (field or ()))
        case ("scalar", ("field", path)):
            return world.never_negative(path)
        case ("scalar", ("aggregate", *_) as inner) | (("aggregate", *_) as inner):
            _, function, of_what, of_field, *_ = inner
            return function in ("count", "share", "variance") or never_negative(of_what, of_field, world)
    return False


def counting(function, picks, complete):
    sure, possible, n = picks.count(YES), len(picks) - picks.count(NO), len(picks)
    match function:
        case "count":
            return Between(Fraction(sure), Fraction(possible) if complete else None)
        case "share":
            return Between(Fraction(sure, n), Fraction(possible, n)) if complete and n else UNKNOWN
        case "any":
            return YES if sure else UNDECIDED if possible or not complete else NO
        case "none":
            return negate(counting("any", picks, complete))
        case "all":
            return NO if possible < n else YES if complete and sure == n and n else UNDECIDED


def statistic(function, values, amount):
    lows, highs = [v.low for v in values], [v.high for v in values]
    if function == "variance":
        return exactly(variance(lows)) if len(values) > 1 and all(v.known for v in values) else UNKNOWN
    if not values:
        return exactly(0) if function == "sum" else UNKNOWN
    if None in lows or None in highs:
        return open_statistic(function, lows, highs, amount)
    return Between(plain(function, lows, amount), plain(function, highs, amount))


def open_statistic(function, lows, highs, amount):
    """Of values of which some have no bound on a side: what is beyond every number sorts as infinite."""
    low = plain(function, [-INFINITE if v is None else v for v in lows], amount)
    high = plain(function, [INFINITE if v is None else v for v in highs], amount)
    return Between(None if low == -INFINITE else low, None if high == INFINITE else high)


def variance(sample):
    mean = Fraction(sum(sample), len(sample))
    return sum((value - mean) ** 2 for value in sample) / (len(sample) - 1)


def plain(function, values, amount):
    values, n = sorted(values), len(values)
    match function:
        case "sum":
            return sum(values)
        case "mean":
            return sum(values) / n
        case "min":
            return values[0]
        case "max":
            return values[-1]
        case "median":
            return (values[(n - 1) // 2] + values[n // 2]) / 2
        case "percentile":
            return next(v for i, v in enumerate(values, 1) if Fraction(i, n) >= amount)


# --- confidence ---------------------------------------------------------------------------------------------------------


def unfolded(node):
    return unfolded(node[-1]) if node[0] in ("let", "paren") else node


def confidence(node, place):
    match node:
        case ("with_confidence", ("compare", op, a, b), level):
            level = evaluate(level, place).low
        case ("confidence", ("compare", op, a, b)):
            level = None
    sample, target = unfolded(a), number(evaluate(b, place))
    _, function, source, field, where, _, over, _ = sample
    found = elements(source, over, place)
    silent = UNDECIDED if level is not None else UNKNOWN
    if UNKNOWN in (found, target) or not found.complete or not found.items:
        return silent
    picks = [(item, pick_or_itself(sample, item, place)) for item in found.items]
    if function == "share":
        sure, possible = (counting("count", [p for _, p in picks], True).low, counting("count", [p for _, p in picks], True).high)
        if level is not None:
            return stats.share_verdict(op, int(sure), int(possible), len(picks), level, target.low, target.high)
        return exactly(stats.share_confidence(op, int(sure), int(possible), len(picks), target.low))
    values = [scalar(item if field is None else lookup(item, field)) for item, picked in picks if picked != NO]
    if any(picked == UNDECIDED for _, picked in picks) or any(v == UNKNOWN or not v.known for v in values):
        return silent
    values = [v.low for v in values]
    if level is not None:
        return stats.mean_verdict(op, values, level, target.low, target.high)
    reached = stats.mean_confidence(op, values, target.low)
    return UNKNOWN if reached is None else exactly(reached)


# --- along the series ---------------------------------------------------------------------------------------------------


def along_the_series(node, place):
    match node:
        case ("held", inner):
            days = [place.series[i]["date"] for i in run_of(inner, place, True)]
            may = [place.series[i]["date"] for i in run_of(inner, place, False)]
            newest = place.snapshot["date"]
            return Run((min(days, default=newest), newest), (min(may, default=newest), newest))
        case ("streak", inner):
            return Between(*(Fraction(len(run_of(inner, place, sure))) for sure in (True, False)))
        case ("since", day):
            start = evaluate(day, place)
            if start == UNKNOWN or start.high > place.day:
                return UNKNOWN
            return Run((start.high, place.day), (start.low, place.day))
        case ("previous", inner):
            return evaluate(inner, place.as_at(place.at - 1)) if place.at > 0 else UNKNOWN
        case ("first", inner):
            return evaluate(inner, place.as_at(0))
        case ("latest", inner, over):
            for index in reversed(window(over, place)[0]):
                value = evaluate(inner, place.as_at(index))
                if value not in (UNKNOWN, UNDECIDED):
                    return value
            return UNKNOWN
        case ("change", inner, over):
            base = base_of(over, place)
            if base is None:
                return UNKNOWN
            now, then = (number(evaluate(inner, place.as_at(i))) for i in (place.at, base))
            return plus(now, minus(then))
        case ("trend", inner, over):
            return trend(inner, over, place)
    raise ValueError(f"no such expression: {node}")


def run_of(inner, place, sure):
    """The newest snapshots in a row in which a condition is surely true, without a gap, or in which it may be."""
    run = []
    for index in range(place.at, -1, -1):
        answer = condition(evaluate(inner, place.as_at(index)))
        if answer == NO or (sure and answer == UNDECIDED):
            break
        run.append(index)
        if sure and index > 0 and place.gap_before(index) and not of_stage_alone(inner):
            break
    return run


def of_stage_alone(inner):
    return set(paths(inner)) == {("stage",)}


def base_of(over, place):
    """The latest snapshot at or before the start of a window, unless it is a gap away from there."""
    start = place.snapshot["date"] - over
    before = [i for i in range(place.at + 1) if place.series[i]["date"] <= start]
    if not before or place.gap_between(place.series[before[-1]]["date"], start):
        return None
    return before[-1]


def trend(inner, over, place):
    base = base_of(over, place)
    if base is None or any(place.gap_before(i) for i in range(base + 1, place.at + 1)):
        return UNKNOWN
    days = [Fraction(place.series[i]["date"], 7) for i in range(base, place.at + 1)]
    values = [number(evaluate(inner, place.as_at(i))) for i in range(base, place.at + 1)]
    middle = sum(days) / len(days)
    spread = sum((day - middle) ** 2 for day in days)
    slope = exactly(0)
    for day, value in zip(days, values):
        slope = plus(slope, times(value, exactly((day - middle) / spread)))
    return slope
