"""What looks back along the series: runs, earlier values, changes and trends."""

from fractions import Fraction

import evaluate as judge
from moments import window
from syntax import paths
from values import *

NOTHING = (UNKNOWN, UNDECIDED)


def along_the_series(node, place):
    match node:
        case ("held", inner):
            return held(lambda index: asked(inner, place.as_at(index)), place, of_stage_alone(inner))
        case ("held_value", inner):
            now = judge.evaluate(inner, place.as_at(place.at))
            if now in NOTHING:
                return UNKNOWN
            same = lambda index: judge.compare_any("==", judge.evaluate(inner, place.as_at(index)), now, place.world)
            return held(same, place, of_stage_alone(inner))
        case ("streak", inner):
            answers = lambda index: asked(inner, place.as_at(index))
            return Between(*(Fraction(len(run_of(answers, place, sure, of_stage_alone(inner)))) for sure in (True, False)))
        case ("previous", inner, where, other):
            return nearest(inner, where, other, range(place.at - 1, -1, -1), place)
        case ("first", inner, where):
            return nearest(inner, where, None, range(place.at + 1), place)
        case ("latest", inner, where, over):
            return latest(inner, where, over, place)
        case ("asks", stage):
            looked_at = place.series.snapshots[:place.at + 1]
            return exactly(sum(snapshot.get("advance_to") == stage for snapshot in looked_at))
        case ("change", inner, over):
            base = base_of(over, place)
            if base is None:
                return UNKNOWN
            now, then = (judge.number(judge.evaluate(inner, place.as_at(i))) for i in (place.at, base))
            return plus(now, minus(then))
        case ("trend", inner, over):
            return trend(inner, over, place)
    raise ValueError(f"no such expression: {node}")


def asked(inner, place):
    return judge.condition(judge.evaluate(inner, place))


def held(answer, place, stage_alone):
    newest = place.series.date(place.at)
    days = [place.series.date(i) for i in run_of(answer, place, True, stage_alone)]
    may = [place.series.date(i) for i in run_of(answer, place, False, stage_alone)]
    return Run((min(days, default=newest), newest), (min(may, default=newest), newest))


def run_of(answer, place, sure, stage_alone):
    """The newest snapshots in a row in which a condition is surely true, without a gap, or in which it may be."""
    run = []
    for index in range(place.at, -1, -1):
        found = answer(index)
        if found == NO or (sure and found == UNDECIDED):
            break
        run.append(index)
        if sure and index > 0 and place.series.gap_before(index) and not stage_alone:
            break
    return run


def of_stage_alone(inner):
    return set(paths(inner)) == {("stage",)}


def nearest(inner, where, other, order, place):
    """What an expression was at the first snapshot, in an order, of which a condition is true; `other` where there is none."""
    for index in order:
        answer = YES if where is None else asked(where, place.as_at(index))
        if answer == UNDECIDED:
            return UNKNOWN
        if answer == YES:
            return judge.evaluate(inner, place.as_at(index))
    return UNKNOWN if other is None else judge.evaluate(other, place)


def latest(inner, where, over, place):
    for index in reversed(window(over, place).inside):
        value = judge.evaluate(inner, place.as_at(index))
        answer = YES if where is None else asked(where, place.as_at(index))
        if value in NOTHING or answer == NO:
            continue
        return value if answer == YES else UNKNOWN
    return UNKNOWN


def base_of(over, place):
    """The latest snapshot at or before the start of a window, unless it is a gap away from there."""
    series = place.series
    start = series.date(place.at) - over
    before = [i for i in range(place.at + 1) if series.date(i) <= start]
    if not before or series.cadence.gap(series.date(before[-1]), start):
        return None
    return before[-1]


def trend(inner, over, place):
    base = base_of(over, place)
    if base is None or any(place.series.gap_before(i) for i in range(base + 1, place.at + 1)):
        return UNKNOWN
    days = [Fraction(place.series.date(i)) / 7 for i in range(base, place.at + 1)]
    values = [judge.number(judge.evaluate(inner, place.as_at(i))) for i in range(base, place.at + 1)]
    middle = sum(days) / len(days)
    spread = sum((day - middle) ** 2 for day in days)
    slope = exactly(0)
    for day, value in zip(days, values):
        slope = plus(slope, times(value, exactly((day - middle) / spread)))
    return slope
