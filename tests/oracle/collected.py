"""Where the values of a snapshot are from, as its key `collected` says it. No verdict depends on it: the oracle never reads it."""

import json
import random
from hashlib import sha256

WHYS = ["above the largest bucket, 2.5 s", "no rows", "the run was stopped", "no: `x`, #1 \u2013 \"y\""]
TOOLS = ["promptfoo 0.121.20", "prometheus 2.42.0", "sqlite 3.50.4"]


def write_collected(snapshot, workflow, world, below):
    """Entries for some fields, the same each time; `below` is the snapshot over its standing facts."""
    if not world.collected:
        return ""
    rng = random.Random(f"{workflow} {snapshot['date']}")
    lines = [f"  {key}: {entry(rng, kind, value)}\n" for key, kind, value in fields(world.fields, below, "") if rng.random() < 0.5]
    return "collected:\n" + "".join(lines)


def fields(kinds, values, above):
    """The fields and those of records, with the ways to them by the keys of YAML."""
    for name, kind in kinds.items():
        key, value = above + (kind.key_in_data or name), (values or {}).get(name)
        yield json.dumps(key), kind, value
        if kind.name == "record":
            yield from fields(kind.detail, value, key + ".")


def entry(rng, kind, value):
    said = {"from": rng.choice(["evals", "prom", "usage"])}
    some = {
        "tool": rng.choice(TOOLS), "file": "evals/results.json", "sha256": digest(rng), "query_sha256": digest(rng), "value_sha256": digest(rng),
        "at": "2026-11-27T23:59:59.999Z", "made": rng.choice(["2026-11-28", "2026-11-28T06:56Z"]),
        "errors": rng.choice([0, 1, 40]), "rows": rng.randrange(1000), "declared": rng.choice([True, False]),
    }
    said.update({key: text for key, text in some.items() if rng.random() < 0.4})
    # Of what is known there is no reason why it is not, but of a part of it.
    if rng.random() < 0.7 and (value is None or kind.name in ("list", "record")):
        said["unknown"] = rng.choice(WHYS)
    return json.dumps(said, ensure_ascii=False)


def digest(rng):
    return sha256(str(rng.random()).encode()).hexdigest()
