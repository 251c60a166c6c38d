"""Claims about samples: `A >= B with C confidence`, of a population, at every look; and `confidence(A >= B)`."""

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction

import constructs
import evaluate as judge
import lists
import looks
import stats
from moments import raw
from syntax import children, unfolded
from values import *

FLIPPED = {"<": ">", "<=": ">="}


@dataclass(frozen=True)
class Share:
    """The good ones and all, at the lowest and at the highest that the share may be, and which elements it may be of."""

    lowest: tuple
    highest: tuple
    of: frozenset


@dataclass(frozen=True)
class Mean:
    """The values, some of them perhaps UNKNOWN or between bounds, and which elements they may be of."""

    values: list
    of: frozenset

    @property
    def exact(self):
        """The numbers, where all of them are known."""
        return None if any(map(lists.is_doubtful, self.values)) else [value.low for value in self.values]


@dataclass(frozen=True)
class Difference:
    first: object
    second: object


def claim(node, place):
    """A condition, or the highest confidence at which it would be yes."""
    match node:
        case ("with_confidence", ("compare", op, a, b), level, population, every):
            alpha = 1 - judge.evaluate(level, place).low
        case ("confidence", ("compare", op, a, b), population, every):
            alpha = None
    answer = answered(op, a, b, alpha, population, every, place)
    count(node, answer, place.world)
    if answer is None:
        return UNDECIDED if alpha is not None else UNKNOWN
    return answer if alpha is not None else exactly(max(Fraction(0), answer))


def answered(op, a, b, alpha, population, every, place):
    """None where nothing can be said."""
    target, sample = judge.number(judge.evaluate(b, place)), sample_of(a, place)
    if sample is None or target == UNKNOWN or (alpha is None and not target.known):
        return None
    if population:
        population = judge.number(judge.evaluate(population, place))
        if population == UNKNOWN or not population.known:
            return None
        population = int(population.low)
    if every and population is None and by_evidence(unfolded(a), place.world) and is_settled(a, place.series):
        constructs.met.add("every_look_by_e")
        return evidence(op, sample, alpha, target, unfolded(a), place.world)
    times = Fraction(1)
    if every:
        look = which_look(a, place)
        times = Fraction(look * (look + 1))
    if alpha is not None:
        return verdict(op, sample, 1 - alpha / times, target, population)
    reached = confidence(op, sample, target.low, population)
    return None if reached is None else 1 - times * (1 - reached)


def verdict(op, sample, level, target, population):
    match sample:
        case Share() if population is not None:
            return stats.census_verdict(op, sample.lowest, sample.highest, level, target.low, target.high, population)
        case Share():
            return stats.share_verdict(op, sample.lowest, sample.highest, level, target.low, target.high)
        case Mean():
            return None if sample.exact is None else stats.mean_verdict(op, sample.exact, level, target.low, target.high)
        case Difference(Share() as a, Share() as b):
            return stats.shares_apart(op, (a.lowest, b.highest), (a.highest, b.lowest), level, target.low, target.high)
        case Difference(a, b):
            if None in (a.exact, b.exact):
                return None
            return stats.means_apart(op, a.exact, b.exact, level, target.low, target.high)


def confidence(op, sample, target, population):
    match sample:
        case Share() if population is not None:
            return stats.census_confidence(op, sample.lowest, sample.highest, target, population)
        case Share():
            return stats.share_confidence(op, sample.lowest, sample.highest, target)
        case Mean():
            return None if sample.exact is None else stats.mean_confidence(op, sample.exact, target)
        case Difference(Share() as a, Share() as b):
            return stats.shares_apart_confidence(op, (a.lowest, b.highest), (a.highest, b.lowest), target)
        case Difference(a, b):
            return None if None in (a.exact, b.exact) else stats.means_apart_confidence(op, a.exact, b.exact, target)


def count(node, answer, world):
    """What came of a claim, by what it is."""
    *_, population, every = node
    left = unfolded(node[1][2])
    kinds = [("every_look_by_e" if population is None and by_evidence(left, world) else "every_look")] if every else []
    kinds += ["population"] if population else []
    kinds += ["difference"] if left[0] == "arithmetic" else []
    kinds += ["counts"] if left[0] == "aggregate" and left[2][0] == "counts" else []
    kinds += ["counted_shares"] if left[0] == "field" else []
    said = answer if answer in (YES, NO, UNDECIDED) else "nothing" if answer is None else "shown"
    constructs.claims.update((kind, said) for kind in kinds or ["plain"])


# --- samples ------------------------------------------------------------------------------------------------------------


def sample_of(node, place):
    """None where there is nothing to say of it."""
    node = unfolded(node)
    if node[0] == "arithmetic":
        return difference(node[2], node[3], place)
    group = None
    if node[0] == "same_by":
        node, group = unfolded(node[1]), place.group
    if node[0] == "field":
        return of_recorded(raw(place.snapshot, node[1]))
    _, function, source, _, _, _, by, over, _ = node
    if source[0] == "counts":
        return of_counts(node, place)
    found = lists.elements(source, over, place, function)
    if found == UNKNOWN or not found.complete or not found.items:
        return None
    picks = [(name, lists.Pick(node, item, place)) for name, item in named(found.items, source, place)]
    if group is not None:
        picks = of_group(picks, by, group)
    if not picks:
        return None
    if function == "share":
        return share_of(picks)
    if any(made.good == UNDECIDED for _, made in picks):
        return None
    picks = [(name, made) for name, made in picks if made.good == YES]
    values = [made.value() for _, made in picks]
    return Mean(values, frozenset(name for name, _ in picks)) if values else None


def share_of(picks):
    if not any(made.member == YES for _, made in picks):
        return None
    members = frozenset(name for name, made in picks if made.member != NO)
    return Share(*lists.completions([(made.good, made.member) for _, made in picks]), members)


def of_recorded(value):
    """The sample that a share field records by its counts; none where it records the share alone."""
    if not isinstance(value, Counted):
        return None
    counts = value.part, value.whole
    return Share(counts, counts, frozenset())


def of_counts(node, place):
    found = lists.picked_counts(node, place)
    if found is None:
        return None
    lowest, highest, snapshots = found
    return Share(lowest, highest, frozenset(("snapshot", at) for at in snapshots))


def of_group(picks, by, group):
    keys = [(name, made, tuple(judge.evaluate(key, made.there) for key in by)) for name, made in picks if made.item.settled]
    if any(lists.is_doubtful(value) for _, _, found in keys for value in found):
        return None
    return [(name, made) for name, made, found in keys if found == group]


def named(items, source, place):
    """Elements with what makes them the same in two samples: their key, or their place in a snapshot's list."""
    if source[0] != "list":
        return [(("snapshot", item.at), item) for item in items]
    path, key, before, found = source[1], place.world.key_of(source[1]), Counter(), []
    for item in items:
        mine = item.value.get(key) if key is not None else None
        found.append(((path, mine) if mine is not None else (path, item.at, before[item.at]), item))
        before[item.at] += mine is None
    return found


def difference(a, b, place):
    first, second = side(a, place), side(b, place)
    if first is None or second is None or first.of & second.of:
        return None
    return Difference(first, second)


def side(node, place):
    """One of the two samples, maybe that of an earlier snapshot."""
    node = unfolded(node)
    if node[0] != "previous":
        return sample_of(node, place)
    _, inner, where, _ = node
    for index in range(place.at - 1, -1, -1):
        there = place.as_at(index)
        answer = YES if where is None else judge.condition(judge.evaluate(where, there))
        if answer == UNDECIDED:
            return None
        if answer == YES:
            return sample_of(inner, there)
    return None


# --- every look ---------------------------------------------------------------------------------------------------------


def which_look(node, place):
    """How many snapshots of the stay there are in which what is claimed of is known: the newest is one of them."""
    first = place.series.entered(place.at)
    if place.element is not None:  # inside of a `where` every snapshot is a look
        return place.at - first + 1
    earlier = (judge.evaluate(node, place.as_at(index)) for index in range(first, place.at))
    return 1 + sum(value not in (UNKNOWN, Between(None, None)) for value in earlier)


def by_evidence(node, world):
    """Whether E can be had: of a share, or of a mean between two declared ends, whose sample only grows."""
    if node[0] == "same_by":
        node = unfolded(node[1])
    if node[0] != "aggregate" or node[7] not in ("stage", "all") or not only_grows(node, world):
        return False
    return node[1] == "share" or ends(node, world) is not None


def only_grows(node, world):
    """Whether what is in the sample stays there, as it was."""
    _, _, source, field, where, among, by, over, _ = node
    path = source[1] if source[0] == "list" else ()
    keyed = bool(path) and world.key_of(path) is not None
    clauses = [clause for clause in (field, where, among, *(by or [])) if clause]
    for inner, of_list in (found for clause in clauses for found in read(clause, path)):
        if inner[0] in ("judged", "judged_entered", "today", "now", "since"):
            return False
        if inner[0] == "own" and of_list and of_list != ("workflows",) and world.type_of(of_list + inner[1]).changing:
            return False
        # An element with a key counts where it was last seen: what its snapshot says changes when another one holds it.
        if keyed and (inner[0] in OF_SNAPSHOT or (inner[0] == "entered" and over != "stage")):
            return False
    return source[0] != "scalar" or not any(inner[0] in ("judged", "judged_entered") for inner, _ in read(source[1], ()))


def is_settled(node, series):
    """Whether each param has one value from the first snapshot on."""
    begun = series.date(0)
    for inner, _ in read(node, ()):
        if inner[0] in ("param", "entry"):
            param = inner[2]
            steps = (*param.steps, *param.overrides.get(series.name, []))
            days = [first for first, *_ in steps if first is not None and first > day_of(begun)]
            if any(param.on(day, series.name) != param.on(begun, series.name) for day in days):
                return False
    return True


OF_SNAPSHOT = ("field", "list", "in_list", "counts", "asks", "workflows")


def read(node, path, seen=()):
    """An expression and everything inside it, also of what it names, each with the list of whose elements it speaks."""
    yield node, path
    match node:
        case ("let", _, let):
            # One that looks back at itself is read once.
            if id(let) not in seen:
                yield from read(let.inner, (), (*seen, id(let)))
        case ("computed", made):
            yield from read(made.inner, (made.list,), seen)
        case ("aggregate", _, source, field, where, among, by, _, _):
            yield from read(source, path, seen)
            inside = source[1] if source[0] == "list" else ("workflows",) if source[0] == "workflows" else ()
            for clause in (field, where, among, *(by or [])):
                yield from read(clause, inside, seen) if clause else ()
        case ("distinct", inside, field, where, _):
            for clause in (field, where):
                yield from read(clause, inside, seen) if clause else ()
        case _:
            for child in children(node):
                yield from read(child, path, seen)


def ends(node, world):
    """The ends of the declared range of what is averaged."""
    _, _, source, field, _, _, _, _, _ = node
    match source, field and unfolded(field):
        case ("list", path), None:
            kind = world.type_of(path).detail
        case ("list", path), ("own", name):
            kind = world.type_of(path + name)
        case ("scalar", inner), None if unfolded(inner)[0] == "field":
            kind = world.type_of(unfolded(inner)[1])
        case _:
            return None
    if kind.low is None:
        return (Fraction(0), Fraction(1)) if kind.name == "share" else None
    return kind.low, kind.high


@dataclass(frozen=True)
class Trial:
    """A sample as E sees it: at the lowest and at the highest that it may be, with what E of these is."""

    lowest: tuple
    highest: tuple
    turn: object
    found: object
    reaches: object

    def turned(self):
        return replace(self, lowest=self.turn(self.highest), highest=self.turn(self.lowest))


def evidence(op, sample, alpha, target, node, world):
    """The answer by E: yes is asked of the lowest that the sample may be, no of the highest."""
    bounds = [target.low, target.high]
    if isinstance(sample, Share):
        of_bad = lambda pair: (pair[1] - pair[0], pair[1])
        trial = Trial(sample.lowest, sample.highest, of_bad, looks.share_evidence, looks.share_reaches)
    elif len(sample.values) > looks.MOST_VALUES:
        constructs.claims["more values than E takes", "undecided"] += 1
        return None
    else:
        low, high = ends(unfolded(node[1]) if node[0] == "same_by" else node, world)
        scaled = lambda value: (value - low) / (high - low)
        pairs = [(low, high) if value == UNKNOWN else (value.low, value.high) for value in sample.values]
        filled = [([scaled(value) for value in side],) for side in zip(*pairs)]
        trial = Trial(*filled, lambda values: ([1 - value for value in values[0]],), looks.mean_evidence, looks.mean_reaches)
        bounds = [None if bound is None else scaled(bound) for bound in bounds]
    if op in FLIPPED:
        op, trial, bounds = FLIPPED[op], trial.turned(), [None if bound is None else 1 - bound for bound in reversed(bounds)]
    return shown(op, trial, alpha, *bounds)


def shown(op, trial, alpha, low, high):
    """Of what is claimed to be above a target that lies between low and high."""
    always = high is not None and (high <= 0 if op == ">=" else high < 0)
    if alpha is None:
        found = looks.inf if always else trial.found(*trial.lowest, high)
        return Fraction(0) if found == 0 else 1 - Fraction(1 / found)
    if always or (high is not None and trial.reaches(1 / alpha, *trial.lowest, high)):
        return YES
    never = low is not None and (low > 1 if op == ">=" else low >= 1)
    turned = trial.turned()
    return NO if never or (low is not None and turned.reaches(1 / alpha, *turned.lowest, 1 - low)) else UNDECIDED
