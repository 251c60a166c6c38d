"""What there is to write about: the fields of a random world, and what their values and literals look like."""

from datetime import date
from fractions import Fraction

from constructs import on
from world import Type

LADDER = ["testing", "pilot", "expanded", "full"]
AREAS = ["east", "west", "north"]
KINDS = ["ordinary", "atypical", "incomplete"]
MODELS = ["claude-a", "claude-b", "gpt-a", "own"]
PATTERNS = ["claude-*", "*-a", "????-?", "*", "own", "*a*-*"]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
TODAY = date(2026, 6, 15).toordinal()
NOON, HOUR, MINUTE, SECOND = Fraction(1, 2), Fraction(1, 24), Fraction(1, 1440), Fraction(1, 86400)

# What values of a flavour look like, in snapshots and as literals: few of them, so that they meet.
POOL = {
    "share": [Fraction(n, 100) for n in (0, 10, 20, 25, 30, 40, 50, 60, 75, 80, 90, 100)],
    "drift": [Fraction(n, 100) for n in (-50, -20, -10, 0, 10, 20, 50)],
    "edit": [Fraction(n, 100) for n in (0, 5, 10, 15, 20, 40, 100, 250)],
    "count": [Fraction(n) for n in range(7)],
    "many": [Fraction(n) for n in (0, 1, 2, 5, 10, 20, 40, 60)],
    "score": [Fraction(n, 2) for n in range(2, 11)],
    "square": [Fraction(n, 400) for n in (0, 1, 2, 4, 8, 9, 16, 50)],
    "delta": [Fraction(n, 2) for n in range(-6, 7)] + [Fraction(n, 10) for n in (1, 2, 3, 7)] + [Fraction("3.3333")],
    "usd": [Fraction(n, 4) for n in range(9)],
    "duration": [Fraction(n, 10) for n in (0, 1, 2, 5, 10, 600, 1200, 36000, 864000)],
    "span": [Fraction(n * 86400) for n in (0, 1, 3, 7, 10, 14, 21, 28, 35, 42)],
    "lapse": [Fraction(n * 60) for n in (0, 1, 5, 6, 10, 15, 30, 60, 90, 120, 240, 360, 720, 1440)],
    "hour": [Fraction(n) for n in (0, 9, 10, 11, 12, 13, 23)],
}
# A share and a count or number do not go together; a quotient or product goes with both, and is made of both.
DIMENSION = {"plain": ["count", "many", "score", "delta"], "part": ["share", "drift", "square"], "usd": ["usd"], "time": ["duration"]}
DIMENSIONS = ["plain", "part", "part", "usd", "time"]
UNITLESS = ["plain", "part"]

FLAVOUR = {"adoption": "share", "quality": "share", "drift": "drift", "users.active": "count", "users.target": "count",
           "errors": "count", "score": "score", "delta": "delta", "cost": "usd", "latency": "duration", "edit_time": "edit",
           "price": "usd", "lag": "duration", "marks": "delta", "size": "count", "ratings": "score", "trust": "share",
           "runs.all": "many", "runs.failed": "count", "runs.slow": "count", "requests": "many"}
# What a variance of them looks like: no count is left of counts, and nothing is below zero.
SQUARED = {"share": "square", "drift": "square", "edit": "square", "count": "score", "many": "score"}
CONDITIONS = [("live",), ("ready",)]
MEMBERS = {"kind": KINDS, "zone": AREAS, "area": AREAS, "place": AREAS, "model": MODELS, "name": MODELS}
OWN = {"outputs": ["edit_time", "price", "lag", "marks", "trust", "kind", "place", "ok", "resolved"], "flags": ["size", "zone", "name", "open"],
       "workflows": ["adoption", "errors", "score", "cost", "users.active", "area", "model", "live"]}
OWN_WORDS = {"outputs": ["kind", "place"], "flags": ["zone", "name"], "workflows": ["area", "model"]}
OWN_FLAGS = {"outputs": ["ok", "resolved"], "flags": ["open"], "workflows": ["live"]}
TEXTS = ("model", "name")
# Which kind of table is asked by which field.
TABLE_OF = {"kind": "kind", "zone": "area", "place": "area", "area": "area", "stage": "stage", "model": "text", "name": "text"}


def field_types(rng):
    percent = lambda low, high: Type("share", low=Fraction(low, 100), high=Fraction(high, 100))
    key = rng.random() < 0.7
    changing = lambda chance: key and on("changing") and rng.random() < chance
    other_key = lambda text: text if on("named") and rng.random() < 0.3 else None
    stands = lambda: rng.random() < 0.4
    counts = {
        "runs": Type("record", {name: Type("count") for name in ("all", "failed", "slow")}), "requests": Type("count", key_in_data=other_key("calls")),
    } if on("counts") else {}
    return {
        **counts,
        "adoption": Type("share", standing=stands()),
        "quality": rng.choice([Type("share"), percent(0, 100)]),
        "drift": percent(-50, 50),
        "users": Type("record", {"active": Type("count", key_in_data=other_key("activeUsers")), "target": Type("count", low=0, high=50)},
                      standing=stands()),
        "errors": Type("count", key_in_data=other_key("error count")),
        "score": Type("number", low=1, high=5, standing=stands()),
        "delta": rng.choice([Type("number"), Type("number", low=-10, high=10)]),
        "cost": rng.choice([Type("number", "USD"), Type("number", "USD", 0, 100)]),
        "latency": Type("duration", key_in_data=other_key("p95")),
        "live": Type("bool", standing=stands()), "ready": Type("bool"),
        "launched": Type("date", standing=stands()), "reviewed": Type("date"),
        "area": Type("member", AREAS, standing=stands()), "model": Type("text", standing=stands()),
        "outputs": Type("list", Type("record", {
            "id": Type("text", key=key, key_in_data=other_key("no")), "edit_time": percent(0, 1000), "kind": Type("member", KINDS),
            "place": Type("member", AREAS), "ok": Type("bool", key_in_data=other_key("isOk")), "resolved": Type("bool", changing=changing(0.6)),
            "price": rng.choice([Type("number", "USD"), Type("number", "USD", 0, 100)]), "lag": Type("duration"),
            "trust": Type("share", changing=changing(0.3)), "made": Type("date"),
            "marks": rng.choice([Type("number"), Type("number", low=-10, high=10)])})),
        "flags": Type("list", Type("record", {
            "zone": Type("member", AREAS), "name": Type("text"), "size": rng.choice([Type("count"), Type("count", low=0, high=6)]),
            "open": Type("bool")}), key_in_data=other_key("flagList")),
        "ratings": Type("list", Type("number", low=1, high=5)),
        "checks": Type("list", Type("bool")),
        "areas": Type("list", Type("member", AREAS)),
    }
