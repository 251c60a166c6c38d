"""Random worlds and series, the same for the same seed: well typed, and with values that often meet their thresholds."""

from fractions import Fraction

from constructs import on
from moments import Cadence
from values import Counted, Ranged, day_of, recorded_ends
from words import *
from world import World


def world(rng):
    if on("instants") and rng.random() < 0.15:
        every = rng.choice([5 * MINUTE, HOUR, HOUR, 6 * HOUR, None])
        return World(LADDER, field_types(rng), every, rng.choice([0, MINUTE, 5 * MINUTE]), True, on("quoted") and rng.random() < 0.3)
    every = rng.choice([7, 7, 7, 1, 14, None, *["weekday"] * (2 * on("weekday_cadence"))])
    return World(LADDER, field_types(rng), every, rng.choice([0, 1, 3]), quoted=on("quoted") and rng.random() < 0.3)


def cadences(rng, world, workflows):
    """Those of some workflows, as the configuration sets them."""
    if not on("cadence") or world.every is None:
        return {}
    every, grace = ([HOUR, 2 * HOUR, 1], [0, 10 * MINUTE]) if world.instants else ([1, 7, 14, 28], [0, 1, 5])
    return {name: Cadence(rng.choice(every), rng.choice(grace)) for name in workflows if rng.random() < 0.15}


def as_of(rng, world):
    """The day of judgement, or the instant; a day stands for its last second."""
    if not world.instants:
        return TODAY + rng.choice([-3, 0, 0, 0, 0, 7, 20])
    last_second = 1 - SECOND
    return Fraction(TODAY) + rng.choice([0, last_second, *[NOON] * 4, NOON + MINUTE, NOON + 7 * MINUTE, NOON + 3 * HOUR])


def value(rng, name, kind, day):
    if name == "runs":
        return runs(rng)
    match kind.name:
        case "record":
            inner = {n: value(rng, f"{name}.{n}", k, day) for n, k in kind.detail.items() if rng.random() < 0.8}
            return inner or {next(iter(kind.detail)): Fraction(1)}
        case "bool":
            return rng.random() < 0.6
        case "date":
            return Fraction(int(day) + rng.choice([-60, -31, -28, -14, -7, -3, 0, 3]))
        case "member":
            return rng.choice(kind.detail)
        case "text":
            return rng.choice(MODELS)
    if on("ranges") and rng.random() < 0.05:
        low, high = sorted(plain_value(rng, name, kind) for _ in range(2))
        return Ranged(low, high) if low < high else low
    if on("counted_shares") and kind.name == "share" and rng.random() < (0.5 if name in ("adoption", "quality") else 0.1):
        return counted(rng, kind)
    return plain_value(rng, name, kind)


def plain_value(rng, name, kind):
    """One number of those that a field may have."""
    return rng.choice([v for v in POOL[FLAVOUR[name]] if kind.high is None or kind.low <= v <= kind.high])


def counted(rng, kind):
    """A share by its counts, within the range that is declared for it."""
    whole = rng.choice([1, 2, 3, 5, 8, 20, 30, 60, 100, 1008])
    least, most = (max(0, kind.low), min(1, kind.high)) if kind.low is not None else (0, 1)
    low, high = (least * whole).__ceil__(), (most * whole).__floor__()
    return Counted(rng.choice([high, rng.randint(low, high), rng.randint(low, high), (low + 9 * high) // 10]), whole)


def runs(rng):
    """Three counts, of which the first is never less than the two others."""
    every = rng.choice(POOL["many"])
    some = {name: Fraction(rng.choice([0, 0, 1, every // 20, every // 10, every // 4, every // 2, every])) for name in ("failed", "slow")}
    counts = {"all": every, **{name: min(every, value) for name, value in some.items()}}
    if on("ranges") and rng.random() < 0.1 and counts["failed"] < every + 2:
        counts["failed"] = Ranged(counts["failed"], every + 2)
    return {name: value for name, value in counts.items() if rng.random() < 0.97} or {"slow": Fraction(0)}


def elements(rng, name, kind, day, known):
    """A list. What has a key and was there before mostly is as it was; some of it changed, and some says less."""
    size = rng.choice([0, 1, 2, 3, 4, 6, 8, 24])
    missing = rng.choice([0, 0.03, 0.2])
    if kind.name != "record":
        return [value(rng, name, kind, day) for _ in range(size)]
    items = []
    for n in rng.sample(range(1, 31), size):
        key = f"r{n}"
        item = element(rng, kind, day, missing)
        if name == "outputs" and not (on("no_key") and rng.random() < 0.02):
            item = {"id": key, **less_exact(rng, said_again(rng, known.get(key), item), kind)}
            known[key] = {**known.get(key, {}), **item}
        items.append(item or {next(iter(kind.detail)): AREAS[0]})
    return [item if item.keys() else {"open": True} for item in items]


def element(rng, kind, day, missing):
    return {n: value(rng, n, k, day) for n, k in kind.detail.items() if n != "id" and rng.random() >= missing}


def less_exact(rng, item, kind):
    """Some numbers again as ranges around them, which agree with what was said before."""
    if not on("ranges"):
        return item
    found = {}
    for name, value in item.items():
        if isinstance(value, Fraction) and kind.detail[name].name in ("share", "number", "duration") and rng.random() < 0.1:
            other = plain_value(rng, name, kind.detail[name])
            value = Ranged(min(value, other), max(value, other)) if other != value else value
        found[name] = value
    return found


def said_again(rng, before, item):
    if before is None or rng.random() < 0.1:
        return item
    kept = {name: found for name, found in before.items() if name != "id" and rng.random() < 0.93}
    for name in rng.sample(list(item), min(len(item), rng.choice([0, 0, 0, 1]))):
        kept[name] = item[name]
    return kept or item


def facts(rng, world):
    """What stands in a `rollout.yaml`: it lies under every snapshot."""
    names = [name for name, kind in world.fields.items() if kind.standing]
    names = rng.sample(names, min(len(names), rng.choice([0, 0, 1, 2, 4])))
    return {name: value(rng, name, world.fields[name], TODAY - 30) for name in names}


def series(rng, world, cadence):
    """Snapshots by date. Some come late, some leave fields out, and often a value stays as it was."""
    length = rng.choice([1, 2, 3, 4, 5, 6, 7, 8, 10])
    step = cadence.every if cadence.every not in (None, "weekday") else 1 if cadence.every else HOUR if world.instants else 7
    kept_up = on("due_before") and length > 1 and rng.random() < 0.5
    left_out = length - min(length - 1, rng.choice([1, 2, 2, 3, 4])) if kept_up else None
    # In fractions: a day that passed through a float is not the one that its text says.
    unit, newest = (Fraction(step) / 5, TODAY + NOON) if world.instants else (1, TODAY)
    day = newest - step * (length - 1) - rng.choice([0, 0, 0, 1, 2, 3, 6, 11, 15]) * unit
    stage, made, known = rng.choice([0, 0, 0, 0, 0, 0, 0, 1]), [], {}
    manner = rng.choice(["orderly", "orderly", "orderly", "wild", "to and fro"])
    missing = rng.choice([0, 0.05, 0.25]) if not kept_up else 0
    for i in range(length):
        before = made[-1] if made else {}
        snapshot = {"date": Fraction(day), "stage": LADDER[stage]}
        for name, kind in world.fields.items():
            if name in before and rng.random() < 0.4:
                snapshot[name] = before[name]
            elif rng.random() >= missing:
                snapshot[name] = elements(rng, name, kind.detail, day, known) if kind.name == "list" else value(rng, name, kind, day)
            elif rng.random() < 0.3:
                snapshot[name] = None  # written down as `null`
        if snapshot.get("requests") is not None and snapshot.get("errors") is not None:
            (_, most), (least, _) = map(recorded_ends, (snapshot["requests"], snapshot["errors"]))
            snapshot["requests"] = snapshot["requests"] if most >= least else least
        if rng.random() < 0.35:
            snapshot["advance_to"] = LADDER[rng.choice([stage + 1, stage + 1, stage + 1, stage + 2, stage]) % len(LADDER)]
        made.append(snapshot)
        day = day_kept_up(rng, day, cadence, step, i + 1 == left_out) if kept_up else next_day(rng, day, cadence, step, unit)
        by = {"orderly": [0, 0, 0, 1, 1], "wild": [0, 0, 0, 0, 0, 0, 1, 1, 2, -1], "to and fro": [0, 1, 1, -1, 0, 1, -2]}[manner]
        stage = min(len(LADDER) - 1, max(0, stage + rng.choice(by)))
    if on("every_look") and rng.random() < 0.15:
        for snapshot in made:
            if snapshot.get("ratings"):
                snapshot["ratings"] = snapshot["ratings"] + [rng.choice(POOL["score"]) for _ in range(rng.choice([50, 150, 310]))]
    return made


def next_day(rng, day, cadence, step, unit):
    if cadence.every == "weekday" and rng.random() < 0.8:
        return cadence.due_after(day)
    late = rng.choice([0, 0, 0, 0, 0, unit, -unit, cadence.grace, cadence.grace + unit, step])
    return day + max(unit, step + late)


def day_kept_up(rng, day, cadence, step, left_out):
    """The next day that a snapshot is due on; or, where one is left out, the one behind that, or some days later."""
    due = cadence.due_after if cadence.every else lambda day: day + step
    return due(due(day)) + rng.choice([0, 0, 0, 1, step // 2 + 1]) if left_out else due(day)


def retire(rng, snapshots, facts, as_of):
    """Ends some series, on a day at or after its last snapshot."""
    if on("retired") and rng.random() < 0.1:
        last = day_of(snapshots[-1]["date"])
        ends = max(last, day_of(as_of) + rng.choice([-5, -1, 0, 0, 5]))
        rng.choice([snapshots[-1], facts])["retired"] = Fraction(ends)
