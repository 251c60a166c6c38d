"""Random worlds, policies and series, the same for the same seed: well typed, and with values that often meet their thresholds."""

import json
from datetime import date
from fractions import Fraction

from judge import Policy, Rule
from syntax import write
from world import Type, write_value

LADDER = ["testing", "pilot", "expanded", "full"]
AREAS = ["east", "west", "north"]
KINDS = ["ordinary", "atypical", "incomplete"]
TODAY = date(2026, 6, 15).toordinal()

# What values of a flavour look like, in snapshots and as literals: few of them, so that they meet.
POOL = {
    "share": [Fraction(n, 100) for n in (0, 10, 20, 25, 30, 40, 50, 60, 75, 80, 90, 100)],
    "drift": [Fraction(n, 100) for n in (-50, -20, -10, 0, 10, 20, 50)],
    "edit": [Fraction(n, 100) for n in (0, 5, 10, 15, 20, 40, 100, 250)],
    "count": [Fraction(n) for n in range(7)],
    "score": [Fraction(n, 2) for n in range(2, 11)],
    "square": [Fraction(n, 400) for n in (0, 1, 2, 4, 8, 9, 16, 50)],
    "delta": [Fraction(n, 2) for n in range(-6, 7)] + [Fraction(n, 10) for n in (1, 2, 3, 7)] + [Fraction("3.3333")],
    "usd": [Fraction(n, 4) for n in range(9)],
    "duration": [Fraction(n, 10) for n in (0, 1, 2, 5, 10, 600, 1200, 36000, 864000)],
    "span": [Fraction(n * 86400) for n in (0, 1, 3, 7, 10, 14, 21, 28, 35, 42)],
}
# A share and a count or number do not go together; a quotient or product goes with both, and is made of both.
DIMENSION = {"plain": ["count", "score", "delta"], "part": ["share", "drift", "square"], "usd": ["usd"], "time": ["duration"]}
DIMENSIONS = ["plain", "part", "part", "usd", "time"]
UNITLESS = ["plain", "part"]


def field_types(rng):
    percent = lambda low, high: Type("share", low=Fraction(low, 100), high=Fraction(high, 100))
    key = rng.random() < 0.7
    return {
        "adoption": Type("share"),
        "quality": rng.choice([Type("share"), percent(0, 100)]),
        "drift": percent(-50, 50),
        "users": Type("record", {"active": Type("count"), "target": Type("count", low=0, high=50)}),
        "errors": Type("count"),
        "score": Type("number", low=1, high=5),
        "delta": rng.choice([Type("number"), Type("number", low=-10, high=10)]),
        "cost": rng.choice([Type("number", "USD"), Type("number", "USD", 0, 100)]),
        "latency": Type("duration"),
        "live": Type("bool"), "ready": Type("bool"),
        "launched": Type("date"), "reviewed": Type("date"),
        "area": Type("member", AREAS),
        "outputs": Type("list", Type("record", {
            "id": Type("text", key=key), "edit_time": percent(0, 1000), "kind": Type("member", KINDS), "ok": Type("bool"),
            "price": rng.choice([Type("number", "USD"), Type("number", "USD", 0, 100)]), "lag": Type("duration"),
            "marks": rng.choice([Type("number"), Type("number", low=-10, high=10)])})),
        "flags": Type("list", Type("record", {"zone": Type("member", AREAS), "size": Type("count"), "open": Type("bool")})),
        "ratings": Type("list", Type("number", low=1, high=5)),
        "checks": Type("list", Type("bool")),
        "areas": Type("list", Type("member", AREAS)),
    }


FLAVOUR = {"adoption": "share", "quality": "share", "drift": "drift", "users.active": "count", "users.target": "count",
           "errors": "count", "score": "score", "delta": "delta", "cost": "usd", "latency": "duration", "edit_time": "edit",
           "price": "usd", "lag": "duration", "marks": "delta", "size": "count", "ratings": "score"}
# What a variance of them looks like: no count is left of counts, and nothing is below zero.
SQUARED = {"share": "square", "drift": "square", "edit": "square", "count": "score"}
CONDITIONS = [("live",), ("ready",)]
MEMBERS = {"kind": KINDS, "zone": AREAS, "area": AREAS}
OWN = {"outputs": ["edit_time", "price", "lag", "marks", "kind", "ok"], "flags": ["size", "zone", "open"]}


class Expressions:
    """Random expressions. `rows` says of which list's elements is being spoken, if of any."""

    def __init__(self, rng, world):
        self.rng, self.world = rng, world
        self.params, self.lets = [], []

    def pick(self, *choices):
        """One of some weighted ways to go on."""
        weights, ways = zip(*choices)
        return self.rng.choices(ways, weights)[0]()

    # --- leaves -------------------------------------------------------------------------------------------------------

    def literal(self, flavour):
        value = self.rng.choice(POOL[flavour])
        if flavour in ("share", "drift", "edit"):
            text = write_value(value, Type("share")) if self.rng.random() < 0.8 else write_value(value, Type("number"))
        elif flavour == "span":
            text = write_value(value, Type("duration"))
        else:
            text = write_value(value, {"usd": Type("number", "USD"), "duration": Type("duration")}.get(flavour, Type("number")))
        return ("literal", value, text)

    def named(self, dimension, rows):
        """A field of a dimension: of the snapshot, or of the element."""
        wanted = DIMENSION[dimension]
        own = [n for n in OWN.get(rows, []) if FLAVOUR.get(n) in wanted + ["edit"] * (dimension == "part")]
        if own and self.rng.random() < 0.8:
            name = self.rng.choice(own)
            return ("own", (name,)), FLAVOUR[name]
        if rows in ("ratings",) and dimension == "plain" and self.rng.random() < 0.8:
            return ("it",), "score"
        outside = [n for n in FLAVOUR if n.split(".")[0] in self.world.fields and FLAVOUR[n] in wanted and n != "ratings"]
        name = self.rng.choice(outside)
        path = tuple(name.split("."))
        judged = self.rng.random() < (0.3 if rows else 0.04)
        return ("judged" if judged else "field", path), FLAVOUR[name]

    def days(self):
        lengths = [7, 14, 14, 21, 28, 28, 35, 10]
        return self.rng.choice(lengths if self.world.every != 1 else [1, 2, 3, 4, 5, 7, 14])

    def over(self, chance=0.4):
        if self.rng.random() > chance:
            return None
        return "stage" if self.rng.random() < 0.25 else self.days()

    # --- numbers ------------------------------------------------------------------------------------------------------

    def number(self, dimension, depth, rows=None):
        """An expression and the flavour of its values."""
        if depth <= 0 or (rows and self.rng.random() < 0.7):
            return self.named(dimension, rows)
        if rows:
            return self.reckoned(dimension, depth, rows)
        return self.pick(
            (6, lambda: self.named(dimension, rows)),
            (5, lambda: self.aggregate(dimension, depth)),
            (2, lambda: self.reckoned(dimension, depth, rows)),
            (2, lambda: self.looking_back(dimension, depth)),
            (1, lambda: self.chosen(dimension, depth)),
            (1, lambda: self.run_length(dimension, depth)),
            (1, lambda: self.let_or_param(dimension)),
        )

    def run_length(self, dimension, depth):
        if dimension == "time":
            return self.run(depth)
        return self.named(dimension, None) if dimension == "usd" else (("streak", self.condition(depth - 1)), "count")

    def let_or_param(self, dimension):
        known = [(node, flavour) for node, flavour in self.params + self.lets
                 if flavour in DIMENSION[dimension] or (dimension == "time" and flavour == "span")]
        return self.rng.choice(known) if known else self.named(dimension, None)

    def reckoned(self, dimension, depth, rows):
        a, flavour = self.number(dimension, depth - 1, rows)
        match self.rng.choice("++--*/n"):
            case "*":
                if dimension in UNITLESS:
                    a = self.number(self.rng.choice(UNITLESS), depth - 1, rows)[0]
                return ("arithmetic", "*", a, self.number(self.rng.choice(UNITLESS), depth - 1, rows)[0]), flavour
            case "/" if dimension in UNITLESS and self.rng.random() < 0.4:
                other = self.rng.choice(["usd", "time"])
                return ("arithmetic", "/", self.number(other, depth - 1, rows)[0], self.number(other, depth - 1, rows)[0]), DIMENSION[dimension][0]
            case "/":
                if dimension in UNITLESS:
                    a = self.number(self.rng.choice(UNITLESS), depth - 1, rows)[0]
                return ("arithmetic", "/", a, self.number(self.rng.choice(UNITLESS), depth - 1, rows)[0]), flavour
            case "n":
                return ("negative", a), flavour
            case op:
                b = self.literal(flavour) if self.rng.random() < 0.3 else self.number(dimension, depth - 1, rows)[0]
                return ("arithmetic", op, a, b), flavour

    def chosen(self, dimension, depth):
        a, flavour = self.number(dimension, depth - 1)
        if self.rng.random() < 0.5:
            path, flavour = self.named(dimension, None)
            other = self.literal(flavour) if self.rng.random() < 0.7 else self.number(dimension, depth - 1)[0]
            return ("default", path, other), flavour
        return ("if", self.condition(depth - 1), a, self.number(dimension, depth - 1)[0]), flavour

    def looking_back(self, dimension, depth):
        inner, flavour = self.number(dimension, depth - 1) if self.rng.random() < 0.3 else self.named(dimension, None)
        delta = {"share": "drift", "score": "delta", "count": "delta", "duration": "duration", "usd": "usd"}.get(flavour, flavour)
        match self.rng.choice(["previous", "first", "latest", "change", "trend"]):
            case "latest":
                return ("latest", inner, self.over(1)), flavour
            case "change" | "trend" as function:
                return (function, inner, self.days()), delta
            case function:
                return (function, inner), flavour

    def run(self, depth):
        """What runs between dates."""
        return self.pick(
            (5, lambda: ("held", self.condition(depth - 1))),
            (2, lambda: ("since", self.day(depth - 1))),
            (1, lambda: ("days_between", self.day(depth - 1), self.day(depth - 1))),
        ), "span"

    def day(self, depth):
        if self.rng.random() < 0.1:
            when = TODAY - self.rng.choice([60, 28, 14, 7, 0])
            return ("literal", when, date.fromordinal(when).isoformat())
        day = self.rng.choice([("field", ("launched",)), ("field", ("reviewed",)), ("field", ("date",))])
        if depth > 0 and self.rng.random() < 0.3:
            op, months = self.rng.choice("+-"), self.rng.choice([0, 0, 1, 3])
            length = self.literal("span")
            return ("move_date", op, day, length[1], months, f"{months} months" if months else length[2])
        return day

    # --- aggregates ---------------------------------------------------------------------------------------------------

    def where(self, rows, depth, chance=0.6):
        return self.condition(depth - 1, rows) if self.rng.random() < chance else None

    def by(self, rows):
        return (self.rng.choice(["kind", "ok"]),) if rows == "outputs" else ("zone",)

    def counted(self, function, depth):
        """`count share any all none`, of a list or of the values in a window."""
        if function == "count" and self.rng.random() < 0.15:
            return ("aggregate", "count", self.distinct(depth), None, None, None, None, None)
        if function in ("any", "all", "none") and self.rng.random() < 0.15:
            return self.of_distinct(function, depth)
        if self.rng.random() < 0.2:
            over = self.over(1)
            if function == "count":
                inner = self.named(self.rng.choice(UNITLESS), None)
                where = ("compare", self.operator(), ("it",), self.literal(inner[1])) if self.rng.random() < 0.8 else None
                return ("aggregate", function, ("scalar", inner[0]), None, where, None, over, None)
            return ("aggregate", function, ("scalar", self.condition(depth - 1)), None, None, None, over, None)
        rows = self.rng.choice(["outputs", "outputs", "flags", "ratings", "checks", "areas"])
        if rows in OWN and function != "count" and self.rng.random() < 0.15:
            field = {"outputs": "ok", "flags": "open"}[rows]
            return ("aggregate", function, ("list", (rows,)), (field,), None, None, self.over(), None)
        if rows == "checks":
            where = None if function != "count" else ("it",)
        else:
            where = self.where(rows, depth, 0.7 if function == "count" else 1)
        return ("aggregate", function, ("list", (rows,)), None, where, None, self.over(), None)

    def distinct(self, depth):
        rows, field = self.rng.choice([("outputs", ("kind",)), ("outputs", ("edit_time",)), ("flags", ("zone",)), ("areas", None),
                                       ("flags", ("size",)), ("ratings", None)])
        where = self.where(rows, depth, 0.3) if rows in OWN else None
        return ("distinct", (rows,), field, where, self.over())

    def of_distinct(self, function, depth):
        source = self.distinct(depth)
        rows = source[1][0] if source[2] is None else source[2][0]
        flavour = FLAVOUR.get(rows)
        if flavour is None:
            where = ("compare", "==", ("it",), self.word_literal(MEMBERS.get(rows, AREAS)))
        else:
            where = ("compare", self.operator(), ("it",), self.literal(flavour))
        return ("aggregate", function, source, None, where, None, None, None)

    STATISTICS = ["sum", "mean", "median", "min", "max", "percentile"]

    def aggregate(self, dimension, depth):
        if dimension in UNITLESS and self.rng.random() < 0.6:
            if self.rng.random() < 0.25:
                return self.of_groups(depth, dimension)
            function = {"plain": "count", "part": "share"}[dimension]
            return self.counted(function, depth), function
        function = self.rng.choice(self.STATISTICS + ["variance"] * (dimension in UNITLESS))
        amount = Fraction(self.rng.choice([10, 25, 50, 80, 90, 100]), 100) if function == "percentile" else None
        if self.rng.random() < 0.3:
            inner, flavour = self.number(dimension, depth - 1) if self.rng.random() < 0.2 else self.named(dimension, None)
            if function == "sum" and inner[0] not in ("field",):
                inner, flavour = self.counted(counting := "share" if dimension == "part" else "count", depth), counting
            if flavour == "span" or dimension not in UNITLESS and flavour == "count":
                return self.named(dimension, None)
            flavour = SQUARED.get(flavour, flavour) if function == "variance" else flavour
            return ("aggregate", function, ("scalar", inner), None, None, None, self.over(1), amount), flavour
        rows, field = self.rng.choice({"plain": [("outputs", "marks"), ("flags", "size"), ("ratings", None)], "part": [("outputs", "edit_time")],
                                       "usd": [("outputs", "price")], "time": [("outputs", "lag")]}[dimension])
        where = self.where(rows, depth, 0.4)
        flavour = FLAVOUR[field or rows]
        flavour = SQUARED.get(flavour, flavour) if function == "variance" else flavour
        return ("aggregate", function, ("list", (rows,)), None if field is None else (field,), where, None, self.over(), amount), flavour

    def grouped(self, depth, dimension=None):
        """An aggregate with one value for each group, and their flavour."""
        dimension = dimension or self.rng.choice(UNITLESS)
        rows = self.rng.choice(["outputs", "flags"])
        if self.rng.random() < 0.6 or (rows == "flags" and dimension == "part"):
            function = {"plain": "count", "part": "share"}[dimension]
            where = self.where(rows, depth, 0.6 if function == "count" else 1)
            return ("aggregate", function, ("list", (rows,)), None, where, self.by(rows), self.over(), None), function
        function = self.rng.choice([*self.STATISTICS[:-1], "variance"])
        field = "size" if rows == "flags" else {"plain": "marks", "part": "edit_time"}[dimension]
        where = self.where(rows, depth, 0.4)
        flavour = SQUARED.get(FLAVOUR[field], FLAVOUR[field]) if function == "variance" else FLAVOUR[field]
        return ("aggregate", function, ("list", (rows,)), (field,), where, self.by(rows), self.over(), None), flavour

    def of_groups(self, depth, dimension):
        counts = dimension == "plain" and self.rng.random() < 0.3
        source, flavour = self.grouped(depth, None if counts else dimension)
        function = "count" if counts else self.rng.choice(["min", "max", "sum", "mean"])
        where = ("compare", self.operator(), ("it",), self.literal(flavour)) if function == "count" else None
        return ("aggregate", function, source, None, where, None, None, None), "count" if function == "count" else flavour

    # --- conditions ---------------------------------------------------------------------------------------------------

    def operator(self):
        return self.rng.choice(["<", "<=", ">", ">=", ">=", "<", "==", "!="])

    def condition(self, depth, rows=None):
        if depth > 0 and self.rng.random() < (0.25 if rows else 0.35):
            return self.pick(
                (3, lambda: ("and", self.condition(depth - 1, rows), self.condition(depth - 1, rows))),
                (3, lambda: ("or", self.condition(depth - 1, rows), self.condition(depth - 1, rows))),
                (2, lambda: ("not", self.condition(depth - 1, rows))),
                (1, lambda: ("paren", self.condition(depth - 1, rows))),
                (1, lambda: ("at_least", self.rng.choice([1, 2, 2, 3]), [self.condition(depth - 1, rows) for _ in range(3)])),
                (1, lambda: ("if", *(self.condition(depth - 1, rows) for _ in range(3)))),
            )
        if rows:
            return self.of_element(depth, rows)
        return self.pick(
            (8, lambda: self.compared(depth)),
            (3, lambda: self.word(None)),
            (2, lambda: self.rng.choice([("field", p) for p in CONDITIONS])),
            (3, lambda: self.counted(self.rng.choice(["any", "all", "none"]), depth)),
            (1, lambda: self.any_group(depth)),
            (1, lambda: ("has", ("field", self.rng.choice([("adoption",), ("users", "active"), ("outputs",), ("reviewed",)])))),
            (4, lambda: self.confident(depth)),
            (2, lambda: self.length(depth)),
            (1, lambda: ("previous", ("field", self.rng.choice(CONDITIONS)))),
            (1, lambda: ("default", ("field", self.rng.choice(CONDITIONS)), ("literal", True, "true"))),
            (1, lambda: self.dates(depth)),
        )

    def of_element(self, depth, rows):
        if rows == "areas":
            return ("compare", self.rng.choice(["==", "!="]), ("it",), self.word_literal(AREAS))
        if rows == "ratings":
            return ("compare", self.operator(), ("it",), self.literal("score"))
        flags = {"outputs": "ok", "flags": "open"}[rows]
        return self.pick(
            (5, lambda: self.compared(depth, rows)),
            (3, lambda: self.word(rows)),
            (2, lambda: ("own", (flags,))),
            (1, lambda: ("has", ("own", (self.rng.choice(OWN[rows]),)))),
        )

    def word_literal(self, words):
        word = self.rng.choice(words)
        return ("literal", word, word)

    def word(self, rows):
        """A comparison of words: members, or stages, which have an order too."""
        name = {"outputs": "kind", "flags": "zone"}.get(rows)
        if name is None and self.rng.random() < 0.6:
            stage = ("field", ("stage",))
            if self.rng.random() < 0.3:
                return ("in_items", stage, [self.word_literal(LADDER) for _ in range(2)], self.rng.random() < 0.7)
            return ("compare", self.rng.choice(["==", "==", "!=", ">=", "<", "<=", ">"]), stage, self.word_literal(LADDER))
        if name is None and self.rng.random() < 0.3:
            looked = ("field", self.rng.choice([("stage",), ("area",), ("live",)]))
            then = (self.rng.choice(["previous", "first"]), looked)
            return ("compare", self.rng.choice(["==", "!="] + [">", "<="] * (looked[1] == ("stage",))), looked, then)
        if name is None and self.rng.random() < 0.2:
            return ("compare", self.rng.choice(["==", "!="]), *(("field", path) for path in CONDITIONS))
        path = ("field", ("area",)) if name is None else ("own", (name,))
        words = MEMBERS[path[1][0]]
        if name is None and self.rng.random() < 0.3:
            return ("in_list", path, ("areas",), self.rng.random() < 0.7)
        if self.rng.random() < 0.3:
            items = [self.word_literal(words) for _ in range(self.rng.choice([1, 2, 2]))]
            return ("in_items", path, items, self.rng.random() < 0.7)
        return ("compare", self.rng.choice(["==", "!="]), path, self.word_literal(words))

    def compared(self, depth, rows=None):
        dimension = self.rng.choice(DIMENSIONS) if rows != "flags" else "plain"
        a, flavour = self.number(dimension, depth, rows)
        if self.rng.random() < 0.12:
            low, high = sorted((self.literal(flavour), self.literal(flavour)), key=lambda node: node[1])
            return ("in_range", a, low, high, self.rng.random() < 0.7)
        if self.rng.random() < 0.05:
            return ("in_items", a, [self.literal(flavour) for _ in range(2)], self.rng.random() < 0.7)
        if self.rng.random() < 0.25:
            b = self.number(dimension, depth - 1, rows)[0]
        elif self.rng.random() < 0.3 and any(kind == flavour for _, kind in self.params):
            b = self.rng.choice([node for node, kind in self.params if kind == flavour])
        else:
            b = self.literal(flavour)
        return ("compare", self.operator(), a, b)

    def length(self, depth):
        """A comparison of what runs between dates."""
        a, _ = self.run(depth)
        if self.rng.random() < 0.3:
            months = self.rng.choice([1, 1, 2, 12])
            text = "1 year" if months == 12 else f"{months} months" if months > 1 else "1 month"
            return ("compare", self.rng.choice(["<", "<=", ">", ">="]), a, ("months", months, text))
        return ("compare", self.operator(), a, self.literal("span"))

    def dates(self, depth):
        return ("compare", self.operator(), self.day(depth), self.day(depth))

    def any_group(self, depth):
        source, flavour = self.grouped(depth)
        where = ("compare", self.operator(), ("it",), self.literal(flavour))
        return ("aggregate", self.rng.choice(["any", "all", "none"]), source, None, where, None, None, None)

    def sample(self, depth):
        """A share or a mean with a threshold, for `confidence`."""
        op = self.rng.choice(["<", "<=", ">", ">=", ">="])
        if self.rng.random() < 0.4:
            other_kind = ("compare", "!=", ("own", ("kind",)), ("literal", KINDS[0], KINDS[0]))
            flag = self.rng.choice([("own", ("ok",)), ("not", ("own", ("ok",))), other_kind])
            share = ("aggregate", "share", ("list", ("outputs",)), None, flag, None, self.over(0.2), None)
            return ("compare", op, share, self.literal("share"))
        if self.rng.random() < 0.5:
            return ("compare", op, self.counted("share", depth), self.literal("share"))
        if self.rng.random() < 0.3:
            inner, flavour = self.named(self.rng.choice(UNITLESS), None)
            mean = ("aggregate", "mean", ("scalar", inner), None, None, None, self.days() + 14, None)
            return ("compare", op, mean, self.literal(flavour))
        rows, field = self.rng.choice([("outputs", "edit_time"), ("outputs", "marks"), ("ratings", None)])
        mean = ("aggregate", "mean", ("list", (rows,)), field and (field,), self.where(rows, depth, 0.2), None, self.over(), None)
        return ("compare", op, mean, self.literal(FLAVOUR[field or rows]))

    def confident(self, depth):
        level = self.rng.choice([50, 60, 75, 80, 90, 95, 99])
        return ("with_confidence", self.sample(depth), ("literal", Fraction(level, 100), f"{level}%"))

    def shown(self, depth):
        """An expression whose value a message shows."""
        return self.pick(
            (4, lambda: self.number(self.rng.choice(DIMENSIONS), depth)[0]),
            (1, lambda: ("confidence", self.sample(depth))),
            (1, lambda: self.run(depth)[0]),
            (1, lambda: self.condition(depth)),
        )


# --- policies -----------------------------------------------------------------------------------------------------------

EFFECTS = ["note", "warn", "hold", "rollback"]


def policy(rng, world, name, size, depth, deciding, others, workflows):
    expressions = Expressions(rng, world)
    for other in others:  # which this one may look at, by their names
        expressions.params += [((kind, f"{other.name}.{own}", *rest), flavour) for (kind, own, *rest), flavour in other.named]
    made = Policy(name, [])
    for i in range(3):
        flavour = rng.choice(["share", "count", "usd", "score", "span"])
        _, _, text = value = expressions.literal(flavour)
        while flavour == "share" and "%" not in text:  # a bare number is no share
            _, _, text = value = expressions.literal(flavour)
        other = expressions.literal(flavour)
        if rng.random() < 0.3 and ("%" in text) == ("%" in other[2]):
            value = other
            made.settings[f"{name}.limit{i}"] = value[2]
        param = ("param", f"limit{i}", value[1], text)
        made.params.append(param)
        expressions.params.append((param, flavour))
    for i in range(3):
        inner, flavour = expressions.number(rng.choice(DIMENSIONS), 1)
        let = ("let", f"let{i}", inner)
        made.lets.append(let)
        expressions.lets.append((let, flavour))
    made.named = expressions.params[-3:] + expressions.lets
    if rng.random() < 0.3:
        made.when = expressions.condition(1)
    steps = list(zip(LADDER, LADDER[1:]))
    gates = [rng.choice(steps) if rng.random() < 0.2 else None for _ in range(size)]
    if deciding:  # few rules that stand in the way, and most gates declared
        gates = [step for step in steps if rng.random() < 0.7] + [None] * size
    for i, gate in enumerate(gates):
        made.rules.append(rule(rng, expressions, f"{name}.r{i}", depth, gate))
        if deciding and rng.random() < (0.8 if gate is None else 0.5):
            made.rules[-1].effect = rng.choice(["note", "warn"])
            made.rules[-1].undecided = None
        settle(rng, made.rules[-1], workflows)
    return made


def settle(rng, made, workflows):
    """What the configuration does to a rule: another effect, or a waiver."""
    if made.undecided is None and rng.random() < 0.1:
        made.setting = rng.choice([*EFFECTS, "off"])
    for workflow in workflows:
        if rng.random() < 0.03:
            made.waivers[workflow] = rng.random() < 0.7


def rule(rng, expressions, name, depth, gate):
    effect = rng.choices(EFFECTS, [2, 2, 4, 2 if gate is None else 0.3])[0]
    if rng.random() < 0.15:
        return Rule(name, [("literal", True, "true")], True, effect="note", gate=gate, shows=expressions.shown(depth))
    trigger = rng.random() < 0.5
    conditions = [expressions.condition(depth) for _ in range(1 if trigger or rng.random() < 0.7 else 2)]
    made = Rule(name, conditions, trigger, effect=effect, gate=gate)
    if rng.random() < 0.25:
        made.when = expressions.condition(1)
        if trigger:  # a trigger has one condition only
            made.conditions, made.when = [("and", made.when, conditions[0])], None
    if rng.random() < 0.2:
        made.undecided = rng.choice(["pass", "warn", "hold"][: {"note": 1, "warn": 2}.get(effect, 3)])
    if rng.random() < 0.1:
        made.shows = expressions.shown(1)
    return made


def write_rule(made):
    text = [f'  rule {made.name.split(".")[1]} "R" {{']
    if made.when:
        text.append(f"when {write(made.when)}")
    message = f' "{{{write(made.shows)}}}"' if made.shows else ""
    if made.trigger:
        text.append(f"when {write(made.conditions[0])} then {made.effect}{message}")
    else:
        text += [f"require {write(c)}" for c in made.conditions] + [f"else {made.effect}{message}"]
    if made.undecided:
        text.append(f"undecided {made.undecided}")
    return " ".join(text) + " }"


def write_policy(made):
    """Its lines, each with what it declares."""
    lines = [(f'policy {made.name} "P"' + (f" when {write(made.when)}" if made.when else "") + " {", made)]
    lines += [(f'  param {param[1]} = {param[3]} "a limit"', param) for param in made.params]
    lines += [(f"  let {let[1]} = {write(let[2])}", let) for let in made.lets]
    for gate in dict.fromkeys(rule.gate for rule in made.rules):
        rules = [(write_rule(rule), rule) for rule in made.rules if rule.gate == gate]
        lines += rules if gate is None else [(f'  gate {gate[0]} -> {gate[1]} "G" {{', gate), *rules, ("  }", gate)]
    return [*lines, ("}", made)]


def write_config(policies, as_of):
    """The `tollgate.yaml`."""
    rules = [rule for policy in policies for rule in policy.rules]
    until = {True: as_of, False: as_of - 1}
    waivers = [{"rule": rule.name, "workflow": workflow, "because": "a trial", "owner": "ana@example.com",
                "until": date.fromordinal(until[counts]).isoformat()}
               for rule in rules for workflow, counts in rule.waivers.items()]
    sections = {
        "policies": ["  - policies/"],
        "params": [f"  {name}: {value}" for policy in policies for name, value in policy.settings.items()],
        "rules": [f"  {rule.name}: {rule.setting}" for rule in rules if rule.setting],
        "waivers": [f"  - {json.dumps(waiver)}" for waiver in waivers],
    }
    return "".join("\n".join([f"{name}:", *lines, ""]) for name, lines in sections.items() if lines)


# --- series -------------------------------------------------------------------------------------------------------------


def value(rng, name, kind, day):
    match kind.name:
        case "list":
            size = rng.choice([0, 1, 2, 3, 4, 6, 8, 24])
            names = rng.sample(range(1, 31), size)
            missing = rng.choice([0, 0.03, 0.2])
            return [element(rng, name, kind.detail, f"r{n}", day, missing) for n in names]
        case "record":
            inner = {n: value(rng, f"{name}.{n}", k, day) for n, k in kind.detail.items() if rng.random() < 0.8}
            return inner or {next(iter(kind.detail)): Fraction(1)}
        case "bool":
            return rng.random() < 0.6
        case "date":
            return Fraction(day + rng.choice([-60, -31, -28, -14, -7, -3, 0, 3]))
        case "member":
            return rng.choice(kind.detail)
    return rng.choice(POOL[FLAVOUR[name]])


def element(rng, name, kind, key, day, missing):
    if kind.name != "record":
        return value(rng, name, kind, day)
    # The key is never left out: an element without one is named by nothing.
    return {n: key if k.name == "text" else value(rng, n, k, day)
            for n, k in kind.detail.items() if k.name == "text" or rng.random() >= missing}


def facts(rng, world):
    """What stands in a `rollout.yaml`: it lies under every snapshot."""
    names = rng.sample([name for name in world.fields if name != "outputs"], rng.choice([0, 0, 0, 2, 4]))
    return {name: value(rng, name, world.fields[name], TODAY - 30) for name in names}


def series(rng, world):
    """Snapshots by date. Some come late, some leave fields out, and often a value stays as it was."""
    length = rng.choice([1, 2, 3, 4, 5, 6, 7, 8, 10])
    step = world.every or 7
    day = TODAY - step * (length - 1) - rng.choice([0, 0, 0, 1, 2, 3, 6, 11, 15])
    stage, made = rng.choice([0, 0, 0, 0, 0, 0, 0, 1]), []
    orderly = rng.random() < 0.6
    missing = rng.choice([0, 0.05, 0.25])
    for _ in range(length):
        before = made[-1] if made else {}
        snapshot = {"date": day, "stage": LADDER[stage]}
        for name, kind in world.fields.items():
            if name in before and rng.random() < 0.4:
                snapshot[name] = before[name]
            elif rng.random() >= missing:
                snapshot[name] = value(rng, name, kind, day)
            elif rng.random() < 0.3:
                snapshot[name] = None  # written down as `null`
        if rng.random() < 0.35:
            snapshot["advance_to"] = LADDER[rng.choice([stage + 1, stage + 1, stage + 1, stage + 2, stage]) % len(LADDER)]
        made.append(snapshot)
        day += max(1, step + rng.choice([0, 0, 0, 0, 0, 1, -1, world.grace, world.grace + 1, step]))
        step = rng.choice([0, 0, 0, 1, 1] if orderly else [0, 0, 0, 0, 0, 0, 1, 1, 2, -1])
        stage = min(len(LADDER) - 1, max(0, stage + step))
    return made
