"""Lists, windows of them, groups and what is counted, added up or estimated of them."""

from dataclasses import replace
from fractions import Fraction

import constructs
import evaluate as judge
from moments import CONTRADICTED, Elements, Item, lookup, raw, window
from syntax import unfolded
from values import *

COUNTING = ("count", "share", "any", "all", "none")
# Of these a window needs every instalment; `any all none` only of a list.
ADDED_UP = ("sum", "count", "longest", "distinct")
OF_LISTS = ("any", "all", "none")


def held_by(path, place):
    """The values that `in` looks through: a list, or a field of the elements of one."""
    names = path[:1] if place.world.type_of(path[:1]).name == "list" else path
    found = raw(place.snapshot, names)
    if found is None:
        return UNKNOWN
    return [lookup(item, path[len(names):]) if len(path) > len(names) else item for item in found]




# --- what there is ------------------------------------------------------------------------------------------------------


def enough(seen, adds_up):
    """Whether nothing is missing in a window. What is added up needs every instalment."""
    if not adds_up or not constructs.on("instalments"):
        return seen.covered
    if seen.covered and seen.spared:
        constructs.met.add("due_before")
    return seen.covered and seen.paid


def pooled(path, over, place, function):
    """The elements of a list field; over a window those of all its snapshots, in their order, each with a key once."""
    if over is None:
        found = raw(place.snapshot, path)
        return UNKNOWN if found is None else Elements([Item(value, place.at) for value in found])
    seen = window(over, place)
    complete, settled = enough(seen, function in ADDED_UP + OF_LISTS), True
    key, taken, items = place.world.key_of(path), {}, []
    for index in reversed(seen.inside):
        found = raw(place.series.snapshots[index], path)
        if found is None:
            complete, settled = False, settled and key is None
            continue
        at_this = []
        for value in found:
            name = value.get(key) if key is not None else None
            if name is None:
                at_this.append((Item(value, index, settled), [value]))
            elif name in taken:
                taken[name].append(value)
            else:
                taken[name] = said = [value]
                at_this.append((Item(value, index, settled), said))
        items = at_this + items
    kinds = place.world.type_of(path).detail
    return Elements([replace(item, value=merged(said, kinds)) for item, said in items], complete)


def merged(said, kind):
    """One element of what snapshots say of it, the newest first: where two differ nothing is known, unless it may change."""
    if len(said) == 1 or not constructs.on("one_truth"):
        return said[0]
    whole = {}
    for name, inner in kind.detail.items():
        values = [value[name] for value in said if value.get(name) is not None]
        if not values:
            continue
        if inner.name == "record":
            whole[name] = merged(values, inner)
        elif inner.changing:
            whole[name] = values[0]
        else:
            whole[name] = agreed(values)
    return whole


def agreed(values):
    """What snapshots that say these things agree on: of ranges what all of them allow."""
    found = [recorded_ends(value) for value in values]
    if None in found:
        return values[0] if all(value == values[0] for value in values) else CONTRADICTED
    low, high = max(least for least, _ in found), min(most for _, most in found)
    return Ranged(low, high) if low < high else low if low == high else CONTRADICTED


def elements(source, over, place, function):
    """What an aggregate is of: elements of a list, one value of a scalar for each snapshot, or values of groups."""
    match source:
        case ("list", path):
            return pooled(path, over, place, function)
        case ("scalar", inner):
            return values_along(inner, over, place, function)
        case ("distinct", path, field, where, distinct_over):
            return distinct(path, field, where, distinct_over, place)
        case ("param_list", _, param):
            return Elements([Item(value) for value in param.on(place.day, place.series.name)])
        case ("workflows",):
            return workflows(place)
        case ("aggregate", *_):
            return aggregate(source, place)


def values_along(inner, over, place, function):
    seen = window(over, place)
    complete = enough(seen, function in ADDED_UP)
    values = [Item(judge.evaluate(inner, place.as_at(i)), i) for i in seen.inside]
    if unfolded(inner)[0] in ("field", "judged"):
        known = [item for item in values if item.value not in (UNKNOWN, UNDECIDED)]
        return Elements(known, complete and len(known) == len(values))
    return Elements(values, complete)


def distinct(path, field, where, over, place):
    found = pooled(path, over, place, "distinct")
    if found == UNKNOWN:
        return UNKNOWN
    different = []
    for item in found.items:
        if not item.settled:
            continue
        there = place.of(item, path, moved_to(over))
        picked = pick(where, there)
        value = value_of(field, there)
        if picked == UNDECIDED or (picked == YES and is_doubtful(value)):
            return UNKNOWN
        if picked == YES and value not in different:
            different.append(value)
    return Elements([Item(value) for value in different], found.complete)


def is_doubtful(value):
    """Whether nobody can say that it is one value, and which."""
    return value in (UNKNOWN, UNDECIDED) or isinstance(value, Between) and not value.known


def workflows(place):
    """Every workflow of the project by its newest snapshot on the day that is looked at."""
    items = []
    for other in place.series.fleet.values():
        count = other.seen_on(place.day)
        if not count:
            continue
        snapshot = other.snapshots[count - 1]
        ends = snapshot.get("retired")
        if ends is not None and day_of(place.day) > ends:
            continue
        kept = {name: snapshot.get(name) for name in ("stage", "date")}
        if not other.stale(count - 1, place.day):
            kept.update((name, value) for name, value in snapshot.items() if name in place.world.fields)
        kept["workflow"] = other.name
        kept["advance_to"] = snapshot.get("advance_to") or judge.NO_STAGE
        kept["entered"] = other.date(other.entered(count - 1))
        items.append(Item(kept))
    return Elements(items, not place.series.unread)


def moved_to(over):
    return over if constructs.on("reading") else None


def value_of(field, there):
    if field is not None:
        return judge.evaluate(field, there)
    return judge.evaluate(("it",), there)


def pick(where, there):
    if where is None:
        # What an expression was at a snapshot where nothing of it is known may be nothing to count.
        return UNDECIDED if there.element in (UNKNOWN, UNDECIDED) else YES
    return judge.condition(judge.evaluate(where, there))


# --- aggregates ---------------------------------------------------------------------------------------------------------


class Pick:
    """Of one element: whether it is picked, or good; whether it is a member; and what is reckoned with."""

    def __init__(self, node, item, place):
        _, function, source, field, where, among, _, over, _ = node
        path = source[1] if source[0] == "list" else ("workflows",) if source[0] == "workflows" else ()
        there = place.of(item, path, moved_to(over))
        self.there, self.item = there, item
        self.member = YES if among is None else judge.condition(judge.evaluate(among, there))
        if self.member == UNDECIDED:
            constructs.met.add("doubtful")
        if where is None and function in COUNTING[1:]:
            # Of a list of conditions those count that are true.
            self.good = judge.condition(value_of(field, there))
        else:
            self.good = pick(where, there)
        if not item.settled and (function != "count" or where is not None or among is not None):
            self.good = self.member = UNDECIDED
        self.field = field

    def value(self):
        return judge.number(value_of(self.field, self.there))


def aggregate(node, place, group=None):
    """Of a group, if one is given: that of the elements that have its keys."""
    _, function, source, field, where, among, by, over, amount = node
    if source[0] == "counts":
        counted = picked_counts(node, place)
        return UNKNOWN if counted is None else Between(*(Fraction(*pair) for pair in counted[:2]))
    found = elements(source, over, place, function)
    if found == UNKNOWN:
        return UNKNOWN
    if by is None:
        if function == "longest":
            return longest(node, found, place)
        return one_aggregate(node, [Pick(node, item, place) for item in found.items], found.complete, place.world)
    picks = [Pick(node, item, place) for item in found.items if item.settled]
    if function not in COUNTING:
        picks = [made for made in picks if made.good != NO]
    groups, complete = {}, found.complete
    for made in picks:
        keys = tuple(judge.evaluate(key, made.there) for key in by)
        if any(map(is_doubtful, keys)):
            return UNKNOWN
        groups.setdefault(keys, []).append(made)
    if group is not None:
        return one_aggregate(node, groups.get(group, []), found.complete, place.world)
    if function not in COUNTING:
        maybe = [keys for keys, inside in groups.items() if all(made.good == UNDECIDED for made in inside)]
        groups = {keys: inside for keys, inside in groups.items() if keys not in maybe}
        complete = complete and not maybe
    return Elements([Item(one_aggregate(node, inside, found.complete, place.world), group=keys)
                     for keys, inside in groups.items()], complete)


def one_aggregate(node, picks, complete, world):
    _, function, source, field, where, _, _, _, amount = node
    if function in COUNTING:
        return counting(function, [(made.good, made.member) for made in picks], complete)
    if source[0] == "scalar" and where is None:
        sure, doubted = picks, False
    else:
        sure, doubted = [made for made in picks if made.good == YES], any(made.good == UNDECIDED for made in picks)
    values = [made.value() for made in sure]
    known = [value for value in values if value != UNKNOWN]
    if complete and not doubted:
        if len(known) == len(values):
            return statistic(function, known, amount)
        if (ends := declared_ends(function, source, field, world)) is not None:
            return statistic(function, [ends if value == UNKNOWN else value for value in values], amount)
    if function == "sum" and never_negative(source, field, world):
        return Between(sum((value.low for value in known), Fraction(0)), None)
    return UNKNOWN


def picked_counts(node, place):
    """Of `share(A of B)` both sums, at the lowest and at the highest that the share may be, and the snapshots that they may be of; none
    where something is missing, or where nothing surely counts. What a snapshot counts that is perhaps picked are members in doubt."""
    _, _, (_, *pair), _, where, _, _, over, _ = node
    inside = [place.at]
    if over is not None:
        seen = window(over, place)
        if not enough(seen, True):
            return None
        inside = seen.inside
    sums, taken = {answer: [0, 0, 0] for answer in (YES, UNDECIDED)}, []
    for index in inside:
        there = place.of(Item(True, index), (), over)
        picked = YES if where is None else judge.condition(judge.evaluate(where, there))
        if picked == NO:
            continue
        values = [judge.evaluate(field, there) for field in pair]
        if UNKNOWN in values or not values[1].known:
            return None
        part, whole = values
        # A part that is a range is no more than its whole.
        counts = int(part.low), int(min(part.high, whole.low)), int(whole.low)
        sums[picked] = [before + count for before, count in zip(sums[picked], counts)]
        taken.append(index)
    (good, best, all_of_them), (maybe_good, maybe_best, maybe) = sums[YES], sums[UNDECIDED]
    if not all_of_them:
        return None
    return (good, all_of_them + maybe - maybe_good), (best + maybe_best, all_of_them + maybe_best), taken


def groups_of_extreme(node, place):
    """The keys, as they are shown, of the groups that a `min` or `max` comes from, where it is known."""
    node = unfolded(node)
    if node[0] != "aggregate" or node[1] not in ("min", "max") or node[2][0] != "aggregate":
        return ()
    value, found = aggregate(node, place), aggregate(node[2], place)
    if value == UNKNOWN or not value.known:
        return ()
    return [", ".join(map(str, item.group)) for item in found.items if item.value == value]


def declared_ends(function, source, field, world):
    """The ends of the declared range of a list's field, with which missing values are filled in."""
    if not constructs.on("missing_means") or function == "variance" or source[0] not in ("list", "workflows"):
        return None
    if field and field[0] != "own":
        return None
    kind = world.type_of((source[1] if source[0] == "list" else ()) + (field[1] if field else ()))
    kind = kind.detail if kind.name == "list" else kind
    if kind.low is None:
        return Between(Fraction(0), Fraction(1)) if kind.name == "share" else None
    return Between(kind.low, kind.high)


def never_negative(source, field, world):
    """Whether what is summed cannot be negative, by what is declared of it."""
    if field is not None and field[0] == "computed":
        return field[1].never_negative
    match source:
        case ("list", path):
            return world.never_negative(path + (field[1] if field else ()))
        case ("workflows",):
            return field is not None and world.never_negative(field[1])
        case ("scalar", ("field", path)):
            return world.never_negative(path)
        case ("scalar", ("aggregate", *_) as inner) | (("aggregate", *_) as inner):
            _, function, of_what, of_field, *_ = inner
            return function in ("count", "share", "variance") or never_negative(of_what, of_field, world)
    return False


def completions(picks):
    """The good ones and all, at the lowest and at the highest share that a list of answers may stand for."""
    sure = [good for good, member in picks if member == YES]
    maybe = [good for good, member in picks if member == UNDECIDED]
    bad = sum(good != YES for good in maybe)
    fine = sum(good != NO for good in maybe)
    lowest = sure.count(YES), len(sure) + bad
    return lowest, (len(sure) - sure.count(NO) + fine, len(sure) + fine)


def counting(function, picks, complete):
    surely = [good for good, member in picks if member == YES]
    possibly = [good for good, member in picks if member != NO]
    match function:
        case "count":
            return Between(Fraction(surely.count(YES)), Fraction(len(possibly) - possibly.count(NO)) if complete else None)
        case "share":
            return Between(*(Fraction(*part) for part in completions(picks))) if complete and surely else UNKNOWN
        case "any":
            return YES if YES in surely else UNDECIDED if len(possibly) > possibly.count(NO) or not complete else NO
        case "none":
            return negate(counting("any", picks, complete))
        case "all":
            if NO in surely:
                return NO
            return YES if complete and surely and all(good == YES for good in possibly) else UNDECIDED


def longest(node, found, place):
    answers = [(Pick(node, item, place).good, item.at) for item in found.items]

    def run(accepted, broken_between):
        longest_yet, length, before = 0, 0, None
        for answer, at in answers:
            length = 0 if answer not in accepted else 1 if broken_between and at != before else length + 1
            longest_yet, before = max(longest_yet, length), at
        return Fraction(longest_yet)

    if found.complete:
        return Between(run([YES], False), run([YES, UNDECIDED], False))
    return Between(run([YES], True), None)


def statistic(function, values, amount):
    lows, highs = [v.low for v in values], [v.high for v in values]
    if function == "variance":
        return exactly(variance(lows)) if len(values) > 1 and all(v.known for v in values) else UNKNOWN
    if not values:
        return exactly(0) if function == "sum" else UNKNOWN
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
