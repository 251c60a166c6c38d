#!/usr/bin/env python3
"""Compares Tollgate with the oracle on random policies and series. See README.md beside this file."""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import constructs
import generate
import policies
from moments import Cadence
from policy import built_in
from repository import Repository
from selftest import selftest
from shrink import shrink

# In a run of so many cases or more, each construct has to be in one of so many, and what is met while judging, too.
LONG, SHARE, MET_SHARE = 20_000, 40, 200

ROOT = Path(__file__).resolve().parents[2]


def batch(seed, options):
    """A world with its policies and series. Some have many rules that each speak for themselves, some few that decide."""
    rng = random.Random(seed)
    world = generate.world(rng)
    deciding = rng.random() < 0.4
    sizes = [rng.choice([1, 2]) for _ in range(rng.choice([2, 3]))] if deciding else [options.rules]
    depth = rng.choice([0, 1, 1, 2, 2, 3])
    # Drawn apart, so that the cases of a seed stay what they are.
    world.collected = constructs.on("collected") and random.Random(f"collected {seed}").random() < 0.4
    as_of = generate.as_of(rng, world)
    names = [f"w{i}" for i in range(options.workflows * (4 if deciding else 1))]
    cadences = generate.cadences(rng, world, names)
    everything = {name: generate.series(rng, world, cadences.get(name) or Cadence(world.every, world.grace)) for name in names}
    # A workflow of which nothing is seen yet has no verdict to compare.
    everything = {name: made for name, made in everything.items() if made[0]["date"] <= as_of}
    cadences = {name: made for name, made in cadences.items() if name in everything}
    facts = {name: generate.facts(rng, world) for name in everything}
    for name, made in everything.items():
        generate.retire(rng, made, facts[name], as_of)
    made = []
    for i, size in enumerate(sizes):
        made.append(policies.policy(rng, world, f"p{i}", size, depth, deciding, made, list(everything)))
    rules = built_in()
    if constructs.on("owed") and constructs.on("fresh"):
        policies.settle_built_in(rng, rules, everything)
    if world.every is None:  # without a cadence there is no such rule
        rules["series.fresh"] = built_in()["series.fresh"]
    broken, unread = (constructs.on(name) and rng.random() < 0.1 for name in ("broken", "broken_data"))
    return Repository(world, made, everything, as_of, seed, facts, cadences, rules, broken, unread)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500, help="how many rules on series to compare")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", type=int, default=30, help="rules in a policy")
    parser.add_argument("--workflows", type=int, default=12, help="series that they are judged on")
    parser.add_argument("--binary", type=Path, default=ROOT / "target/debug/tollgate")
    parser.add_argument("--count", action="store_true", help="go on after the first disagreement, and count them all")
    parser.add_argument("--only", metavar="A,B", help="of what language 0.2 brought, these constructs alone")
    parser.add_argument("--without", metavar="A,B", help="all constructs but these")
    parser.add_argument("--with", metavar="A,B", dest="later", help="these constructs too, which the program may not understand yet")
    parser.add_argument("--constructs", action="store_true", help="print how many cases used each construct")
    options = parser.parse_args()
    selftest()
    constructs.choose(options.only, options.without, options.later)

    folder = Path(tempfile.mkdtemp(prefix="oracle-"))
    tally, seed, found, first = Counter(), options.seed * 1_000_000, 0, None
    try:
        while tally["cases"] < options.cases and (options.count or not found):
            repository = batch(seed, options)
            seed += 1
            repository.keep_what_checks(options.binary, folder, tally)
            differences = repository.differences(options.binary, folder, tally)
            tally["series"] += len(repository.series)
            if differences and not found:
                first = repository, differences[0]
            found += len(differences)
        rare = summary(tally, found, options)
        if first:
            print(f"seed {first[0].seed}: the first disagreement, made small:\n", flush=True)
            print(shrink(*first, options.binary, folder))
    finally:
        shutil.rmtree(folder)
    return 1 if found or rare else 0


def summary(tally, found, options):
    """Prints what was compared, and gives what was too rare."""
    used = {name: count for name, count in tally.items() if isinstance(name, tuple)}
    print(", ".join(f"{name}: {count}" for name, count in sorted(item for item in tally.items() if item[0] not in used)))
    used = {name: used.get(("construct", name), 0) for name in constructs.WRITTEN | constructs.MET if constructs.on(name)}
    if options.constructs:
        print("; ".join(f"{name} {count}" for name, count in used.items()))
        print("claims:", "; ".join(f"{kind} {answer} {count}" for (kind, answer), count in sorted(constructs.claims.items())))
    written = max(1, tally["rules written"])
    print(f"{100 * tally['rules that check'] / written:.0f}% of the rules checked")
    print(f"{found} disagreements", flush=True)
    if options.cases < LONG or found:
        return []
    rare = [name for name, count in used.items() if count * (MET_SHARE if name in constructs.MET else SHARE) < options.cases]
    if rare:
        print(f"too rare for so long a run: {', '.join(rare)}; the generator has to write more of them")
    return rare


if __name__ == "__main__":
    sys.exit(main())
