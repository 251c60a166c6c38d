"""What an expression is worth, judged as at one snapshot of a series: docs/language.md and docs/evidence.md, word for word.

Expressions are the tuples of `syntax.py`. Nothing here is fast: every window, run and group is walked anew each time.
"""

import re
from dataclasses import replace
from fractions import Fraction

import constructs
from along import along_the_series
from claims import claim
from lists import aggregate, held_by
from moments import CONTRADICTED, lookup, raw
from values import *

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
NO_STAGE = "no stage"  # what a workflow asks for that asks for nothing


def scalar(value):
    """A value as it stands in a snapshot, as evidence."""
    if isinstance(value, bool):
        return truth(value)
    found = recorded_ends(value)
    return value if found is None else Between(*map(Fraction, found))


def number(value):
    return value.seconds() if isinstance(value, Run) else value


def condition(value):
    return UNDECIDED if value == UNKNOWN else value


def evaluate(node, place):
    match node:
        case ("literal", value, _):
            return scalar(value)
        case ("param", _, param):
            return scalar(param.on(place.day, place.series.name))
        case ("entry", _, param, key):
            return entry(param, evaluate(key, place), place)
        case ("let", _, let):
            return let_value(let, place)
        case ("paren", inner):
            return evaluate(inner, place)
        case ("field", path):
            return scalar(lookup(place.snapshot, path))
        case ("own", path):
            return scalar(lookup(place.element, path))
        case ("computed", field):
            return evaluate(field.inner, place)
        case ("it",):
            return place.element if not isinstance(place.element, RECORDED) else scalar(place.element)
        case ("group_key", index, _):
            return scalar(place.group[index])
        case ("judged", path):
            return scalar(lookup(place.series.snapshots[place.judged], path))
        case ("arithmetic", op, a, b):
            return arithmetic(op, number(evaluate(a, place)), number(evaluate(b, place)))
        case ("negative", a):
            return minus(number(evaluate(a, place)))
        case ("days_between", a, b):
            return days_between(evaluate(a, place), evaluate(b, place))
        case ("move_date", op, a, seconds, months, _):
            return moved(op, evaluate(a, place), seconds, months)
        case ("compare" | "in_range" | "in_items" | "in_list" | "in_param" | "matches", *_):
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
            return truth(raw(place.snapshot, path) is not None)
        case ("has", ("own", path)):
            return truth(raw(place.element, path) not in (None, NO_STAGE))
        case ("default", path, other):
            return evaluate(other, place) if raw_of(path, place) is None else evaluate(path, place)
        case ("aggregate", *_):
            return aggregate(node, place)
        case ("same_by", inner):
            return aggregate(inner, place, place.group)
        case ("with_confidence" | "confidence", *_):
            return claim(node, place)
        case _:
            return dates(node, place)


def dates(node, place):
    match node:
        case ("today",):
            return exactly(day_of(place.today))
        case ("now",):
            return exactly(place.today)
        case ("entered",):
            if isinstance(place.element, dict) and "entered" in place.element and place.list == ("workflows",):
                return scalar(place.element["entered"])
            return exactly(place.series.date(place.series.entered(place.at)))
        case ("judged_entered",):
            return exactly(place.series.date(place.series.entered(place.judged)))
        case ("first_seen",):
            return first_seen(place)
        case ("weekday", day):
            value = evaluate(day, place)
            return UNKNOWN if value == UNKNOWN or not value.known else WEEKDAYS[(int(day_of(value.low)) - 1) % 7]
        case ("day", instant):
            value = evaluate(instant, place)
            return UNKNOWN if value == UNKNOWN else Between(Fraction(day_of(value.low)), Fraction(day_of(value.high)))
        case ("hour", instant):
            value = evaluate(instant, place)
            if value == UNKNOWN:
                return UNKNOWN
            return exactly(((value.low - day_of(value.low)) * 24).__floor__()) if value.known else UNKNOWN
        case ("since", day):
            start = evaluate(day, place)
            now = place.today if is_time(day, place) else Fraction(day_of(place.today))
            if start == UNKNOWN or start.high > now:
                return UNKNOWN
            return Run((start.high, now), (start.low, now))
    return along_the_series(node, place)


def is_time(node, place):
    """Whether an expression is an instant, and not a date."""
    match node:
        case ("literal", _, text):
            return "T" in text
        case ("move_date", _, inner, *_):
            return is_time(inner, place)
        case ("field" | "own" | "judged", path):
            return place.world.instants and path == ("date",)
    return place.world.instants and node[0] in ("now", "entered", "judged_entered", "first_seen")


def let_value(let, place):
    """A let speaks of the snapshot that is looked at, and of its day: not of the element, nor of the day of an aggregate."""
    at = (id(let), place.at, place.day, place.judged)
    if at not in place.series.memory:
        inner = replace(place, today=place.day, element=None, list=(), group=())
        place.series.memory[at] = evaluate(let.inner, inner)
    return place.series.memory[at]


def raw_of(path, place):
    within = {"field": place.snapshot, "own": place.element, "judged": place.series.snapshots[place.judged]}[path[0]]
    return raw(within, path[1])


def first_seen(place):
    key = place.world.key_of(place.list)
    mine = lookup(place.element, (key,))
    if mine == UNKNOWN:
        return UNKNOWN
    for index, snapshot in enumerate(place.series.snapshots):
        if any(item.get(key) == mine for item in raw(snapshot, place.list) or []):
            return exactly(place.series.date(index))


def entry(param, key, place):
    """The entry of a table; of a key that is not known it lies between the lowest and the highest."""
    entries = param.on(place.day, place.series.name)
    if key not in (UNKNOWN, UNDECIDED):
        return scalar(entries.get(key, entries.get("else")))
    values = [scalar(value) for value in entries.values()]
    found = values[0]
    for value in values[1:]:
        found = hull(found, value)
    return found


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


def moved(op, day, seconds, months):
    if day == UNKNOWN:
        return UNKNOWN
    sign = 1 if op == "+" else -1
    shift = lambda d: Fraction(add_months(d, sign * months)) if months else d + sign * seconds / 86400
    return Between(shift(day.low), shift(day.high))


def days_between(later, earlier):
    if UNKNOWN in (later, earlier):
        return UNKNOWN
    return Run((earlier.high, later.low), (earlier.low, later.high))


def comparison(node, place):
    match node:
        case ("compare", op, a, ("months", months, _)):
            return compare_months(op, evaluate(a, place), months)
        case ("compare", op, a, b):
            return compare_any(op, evaluate(a, place), evaluate(b, place), place.world)
        case ("in_range", a, low, high, inside):
            value = evaluate(a, place)
            answer = conjunction([compare_any(">=", value, evaluate(low, place), place.world),
                                  compare_any("<=", value, evaluate(high, place), place.world)])
        case ("in_items", a, items, inside):
            value = evaluate(a, place)
            answer = disjunction(compare_any("==", value, evaluate(item, place), place.world) for item in items)
        case ("in_list", a, path, inside):
            value, items = evaluate(a, place), held_by(path, place)
            if items == UNKNOWN:
                return UNDECIDED
            answer = disjunction(compare_any("==", value, scalar(item), place.world) for item in items)
        case ("in_param", a, _, param, inside):
            value, items = evaluate(a, place), param.on(place.day, place.series.name)
            answer = disjunction(compare_any("==", value, scalar(item), place.world) for item in items)
        case ("matches", a, pattern, inside):
            value, pattern = evaluate(a, place), evaluate(pattern, place)
            answer = UNDECIDED if value == UNKNOWN else truth(fits(value, pattern))
    return answer if inside else negate(answer)


def fits(text, pattern):
    parts = [".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern]
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def compare_any(op, a, b, world):
    """Of two values of one type: conditions and words are equal or not, stages stand on the ladder, the rest is numbers."""
    if UNKNOWN in (a, b) or UNDECIDED in (a, b):
        return UNDECIDED
    if NO_STAGE in (a, b):
        return truth(op == "!=")
    if isinstance(a, str) and op not in ("==", "!="):
        a, b = (exactly(world.ladder.index(stage)) for stage in (a, b))
    if isinstance(a, str):
        return truth((a == b) == (op == "=="))
    return compare(op, number(a), number(b))
