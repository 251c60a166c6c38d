#!/usr/bin/env python3
"""Compares Tollgate with the oracle on random policies and series. See README.md beside this file."""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import generate
from repository import Repository
from shrink import shrink
from world import World

ROOT = Path(__file__).resolve().parents[2]


def batch(seed, options):
    """A world with its policies and series. Some have many rules that each speak for themselves, some few that decide."""
    rng = random.Random(seed)
    world = World(generate.LADDER, generate.field_types(rng), rng.choice([7, 7, 7, 1, 14, None]), rng.choice([0, 1, 3]))
    deciding = rng.random() < 0.4
    sizes = [rng.choice([1, 2]) for _ in range(rng.choice([2, 3]))] if deciding else [options.rules]
    depth = rng.choice([0, 1, 1, 2, 2, 3])
    as_of = generate.TODAY + rng.choice([-3, 0, 0, 0, 0, 7, 20])
    everything = {f"w{i}": generate.series(rng, world) for i in range(options.workflows * (4 if deciding else 1))}
    # A workflow of which nothing is seen yet has no verdict to compare.
    everything = {name: made for name, made in everything.items() if made[0]["date"] <= as_of}
    facts = {name: generate.facts(rng, world) for name in everything}
    policies = []
    for i, size in enumerate(sizes):
        policies.append(generate.policy(rng, world, f"p{i}", size, depth, deciding, policies, everything))
    return Repository(world, policies, everything, as_of, seed, facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500, help="how many rules on series to compare")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", type=int, default=30, help="rules in a policy")
    parser.add_argument("--workflows", type=int, default=12, help="series that they are judged on")
    parser.add_argument("--binary", type=Path, default=ROOT / "target/debug/tollgate")
    parser.add_argument("--count", action="store_true", help="go on to the end, and make only the first disagreement small")
    options = parser.parse_args()

    folder = Path(tempfile.mkdtemp(prefix="oracle-"))
    tally, seed, found = Counter(), options.seed * 1_000_000, 0
    try:
        while tally["cases"] < options.cases:
            repository = batch(seed, options)
            seed += 1
            repository.keep_what_checks(options.binary, folder, tally)
            differences = repository.differences(options.binary, folder, tally)
            tally["series"] += len(repository.series)
            if differences and not found:
                print(f"seed {repository.seed}: {len(differences)} disagreements; the first of them, made small:\n")
                print(shrink(repository, differences[0], options.binary, folder))
            found += len(differences)
            if found and not options.count:
                break
    finally:
        shutil.rmtree(folder)
    print(", ".join(f"{name}: {count}" for name, count in sorted(tally.items())))
    written = max(1, tally["rules written"])
    print(f"{100 * tally['rules that check'] / written:.0f}% of the rules checked")
    print(f"{found} disagreements")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
