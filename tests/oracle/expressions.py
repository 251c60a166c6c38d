"""Random expressions that are numbers: fields, what is reckoned of them, aggregates, and what looks back."""

from datetime import date
from fractions import Fraction

from constructs import on
from syntax import whole
from words import *
from world import Type, write_value


def agg(function, source, field=None, where=None, among=None, by=None, over=None, amount=None):
    if isinstance(field, str):
        field = ("own", (field,))
    return ("aggregate", function, source, field, where, among, by, over, amount)


def of_list(name):
    return ("list", (name,))


class Numbers:
    """`rows` says of which list's elements is being spoken, if of any."""

    def __init__(self, rng, world, workflows=()):
        self.rng, self.world, self.workflows = rng, world, list(workflows)
        self.params, self.lets = [], []  # how they are written, with the flavour of their values
        self.tables, self.lists, self.computed = [], [], []
        self.samples = []  # lets that claims can be about, with the flavour of what they are held against

    def pick(self, *choices):
        """One of some weighted ways to go on."""
        weights, ways = zip(*choices)
        return self.rng.choices(ways, weights)[0]()

    def chance(self, construct, chance):
        return on(construct) and self.rng.random() < chance

    # --- leaves -------------------------------------------------------------------------------------------------------

    def literal(self, flavour):
        lapse = flavour == "span" and self.world.instants and self.rng.random() < 0.7
        value = self.rng.choice(POOL["lapse" if lapse else flavour])
        if flavour in ("share", "drift", "edit"):
            text = write_value(value, Type("share")) if self.rng.random() < 0.8 else write_value(value, Type("number"))
        elif flavour == "span":
            text = write_value(value, Type("duration"))
        else:
            text = write_value(value, {"usd": Type("number", "USD"), "duration": Type("duration")}.get(flavour, Type("number")))
        return ("literal", value, text)

    def whole_days(self):
        value = self.rng.choice(POOL["span"])
        return value, write_value(value, Type("duration"))

    def own_numbers(self, dimension, rows):
        wanted = DIMENSION[dimension] + ["edit"] * (dimension == "part")
        found = [(("own", tuple(n.split("."))), FLAVOUR[n]) for n in OWN.get(rows, []) if FLAVOUR.get(n) in wanted]
        found += [(("computed", made), made.flavour) for made in self.computed if made.list == rows and made.flavour in wanted]
        return found

    def named(self, dimension, rows):
        """A field of a dimension: of the snapshot, or of the element."""
        own = self.own_numbers(dimension, rows)
        if own and self.rng.random() < 0.8:
            return self.rng.choice(own)
        if rows == "ratings" and dimension == "plain" and self.rng.random() < 0.8:
            return ("it",), "score"
        wanted = DIMENSION[dimension]
        outside = [n for n in FLAVOUR if n.split(".")[0] in self.world.fields and FLAVOUR[n] in wanted and n != "ratings"]
        name = self.rng.choice(outside)
        judged = rows == "workflows" or self.rng.random() < (0.3 if rows else 0.04)
        return ("judged" if judged else "field", tuple(name.split("."))), FLAVOUR[name]

    def days(self):
        if self.world.instants:
            return self.rng.choice([1, 2, 2, 3, 4, 5, 7, 14]) * (self.world.every or HOUR)
        lengths = [7, 14, 14, 21, 28, 28, 35, 10]
        return self.rng.choice(lengths if self.world.every not in (1, "weekday") else [1, 2, 3, 4, 5, 7, 14])

    def over(self, chance=0.45):
        if self.rng.random() > chance:
            return None
        choices = [(10, self.days), (4, lambda: "stage")]
        forms = [("over_all", 6, lambda: "all"), ("calendar", 6, lambda: self.rng.choice(["week", "month", "month", "quarter", "year"])),
                 ("over_snapshots", 4, self.some_snapshots), ("at_most", 5, lambda: ("at_most", self.days(), ""))]
        return self.pick(*choices, *((weight, way) for name, weight, way in forms if on(name)))

    def some_snapshots(self):
        number = self.rng.choice([1, 2, 3, 5])
        return ("snapshots", number, str(number))

    # --- numbers ------------------------------------------------------------------------------------------------------

    def number(self, dimension, depth, rows=None):
        """An expression and the flavour of its values."""
        if depth <= 0 or (rows and self.rng.random() < 0.7):
            return self.named(dimension, rows)
        if rows:
            return self.reckoned(dimension, depth, rows)
        return self.pick(
            (6, lambda: self.named(dimension, rows)),
            (6, lambda: self.aggregate(dimension, depth)),
            (2, lambda: self.reckoned(dimension, depth, rows)),
            (3, lambda: self.looking_back(dimension, depth)),
            (1, lambda: self.chosen(dimension, depth)),
            (1, lambda: self.run_length(dimension, depth)),
            (2, lambda: self.let_or_param(dimension)),
        )

    def run_length(self, dimension, depth):
        if dimension == "time":
            return self.run(depth)
        if dimension == "usd":
            return self.named(dimension, None)
        if self.chance("asks", 0.6):
            return ("asks", self.rng.choice(self.world.ladder)), "count"
        return ("streak", self.condition(depth - 1)), "count"

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
                a, b = (self.number(other, depth - 1, rows)[0] for _ in range(2))
                return ("arithmetic", "/", a, b), DIMENSION[dimension][0]
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

    # --- along the series ---------------------------------------------------------------------------------------------

    def looking_back(self, dimension, depth):
        inner, flavour = self.number(dimension, depth - 1) if self.rng.random() < 0.3 else self.named(dimension, None)
        delta = {"share": "drift", "score": "delta", "count": "delta"}.get(flavour, flavour)
        match self.rng.choice(["previous", "previous", "first", "latest", "latest", "change", "trend"]):
            case "latest":
                where = self.condition(0) if self.chance("latest_where", 0.5) else None
                return ("latest", inner, where, self.over(1)), flavour
            case "change" | "trend" as function:
                return (function, inner, self.days()), delta
            case "previous":
                return ("previous", inner, *self.which(lambda: self.literal(flavour))), flavour
            case function:
                return (function, inner, self.condition(0) if self.chance("first_where", 0.5) else None), flavour

    def which(self, otherwise):
        """The `where` of `previous`, and what is said where there is none."""
        where = self.looks_like_another() if self.chance("previous_where", 0.5) else None
        return where, otherwise() if self.chance("previous_else", 0.4) else None

    def looks_like_another(self):
        """A condition for an earlier snapshot, often one that compares it with the judged one."""
        if self.rng.random() < 0.4:
            name = self.rng.choice(["area", "model", "live", "stage"])
            return ("compare", "!=", ("field", (name,)), ("judged", (name,)))
        return self.condition(0)

    def run(self, depth):
        """What runs between dates."""
        return self.pick(
            (4, lambda: ("held", self.condition(depth - 1))),
            (3 * on("held_value"), lambda: ("held_value", self.value_that_stays())),
            (2, lambda: ("since", self.day(depth - 1))),
            (1, lambda: ("days_between", self.day(depth - 1), self.day(depth - 1))),
            (3 * self.world.instants, lambda: ("since", self.moment(depth - 1))),
            (2 * self.world.instants, lambda: ("days_between", self.moment(depth - 1), self.moment(depth - 1))),
        ), "span"

    def value_that_stays(self):
        if self.rng.random() < 0.2:
            return agg("count", of_list(self.rng.choice(["flags", "areas"])))
        return ("field", self.rng.choice([("stage",), ("stage",), ("area",), ("model",), ("errors",), ("launched",)]))

    def day(self, depth, rows=None):
        if rows == "outputs" and self.rng.random() < 0.7:
            return self.first_seen() if self.chance("first_seen", 0.75) and self.world.key_of(("outputs",)) else ("own", ("made",))
        if self.rng.random() < 0.1:
            when = TODAY - self.rng.choice([60, 28, 14, 7, 0])
            return ("literal", when, date.fromordinal(when).isoformat())
        if self.chance("today", 0.2):
            return ("today",)
        if self.chance("entered", 0.25):
            return self.in_days(self.entered(rows))
        day = self.rng.choice([("field", ("launched",)), ("field", ("reviewed",)), self.in_days(self.date_field(rows))])
        if rows == "workflows" and day[0] == "field":
            day = ("judged", day[1])
        if depth > 0 and self.rng.random() < 0.3:
            return self.moved(day, *self.whole_days())
        return day

    def moment(self, depth, rows=None):
        """An instant, in a series that runs by instants."""
        when = TODAY + NOON - self.rng.choice([0, MINUTE, 5 * MINUTE, HOUR, 7 * HOUR])
        found = self.pick(
            (3, lambda: self.date_field(rows)),
            (2, lambda: ("now",)),
            (2 * on("entered"), lambda: self.entered(rows)),
            (3 * (on("first_seen") and rows == "outputs" and self.world.key_of(("outputs",)) is not None), lambda: ("first_seen",)),
            (1, lambda: ("literal", when, write_value(when, Type("time")))),
        )
        return self.moved(found, *self.literal("span")[1:]) if depth > 0 and self.rng.random() < 0.3 else found

    def moved(self, day, length, text):
        """A day or an instant, so much or some months earlier or later."""
        op, months = self.rng.choice("+-"), self.rng.choice([0, 0, 1, 3])
        return ("move_date", op, day, length, months, f"{months} months" if months else text)

    def in_days(self, node):
        return ("day", node) if self.world.instants else node

    def first_seen(self):
        return self.in_days(("first_seen",))

    def entered(self, rows):
        return ("entered",) if rows == "workflows" else self.rng.choice([("entered",), ("judged_entered",)])

    def date_field(self, rows=None):
        return ("own" if rows == "workflows" else "field", ("date",))

    # --- aggregates ---------------------------------------------------------------------------------------------------

    def where(self, rows, depth, chance=0.6):
        return self.condition(depth - 1, rows) if self.rng.random() < chance else None

    def doubtful_share(self):
        """A share of some of the outputs, by a word that a few of them lack."""
        word = self.rng.choice(["==", "!="]), ("own", ("kind",)), ("literal", KINDS[0], KINDS[0])
        over = self.days() if self.rng.random() < 0.3 else None
        return agg("share", of_list("outputs"), where=self.flag("outputs"), among=("compare", *word), over=over)

    def among(self, rows, depth):
        return self.condition(depth - 1, rows) if self.chance("among", 0.3) else None

    def by(self, rows):
        keys = {"outputs": ["kind", "ok", "place"], "flags": ["zone", "name"]}[rows]
        if self.chance("by_several", 0.5):
            return [("own", (name,)) for name in self.rng.sample(keys, 2)]
        flags = [("computed", made) for made in self.computed if made.list == rows and made.flavour == "bool"]
        if flags and self.rng.random() < 0.15:
            return [self.rng.choice(flags)]
        return [("own", (self.rng.choice(keys),))]

    def counted(self, function, depth):
        """`count share any all none`, of a list or of the values in a window."""
        if function == "count" and self.rng.random() < 0.15:
            return agg("count", self.distinct(depth))
        if function in ("any", "all", "none") and self.rng.random() < 0.12:
            return self.of_distinct(function, depth)
        if self.chance("workflows", 0.2):
            return agg(function, ("workflows",), where=self.condition(depth - 1, "workflows"))
        if self.chance("param_lists", 0.1) and self.lists:
            return self.of_required(function)
        if self.rng.random() < 0.2:
            return self.counted_values(function, depth)
        rows = self.rng.choice(["outputs", "outputs", "flags", "ratings", "checks", "areas"])
        if rows in OWN and function != "count" and self.rng.random() < 0.25:
            return agg(function, of_list(rows), self.flag(rows), among=self.among(rows, depth), over=self.over())
        if rows == "checks":
            return agg(function, of_list(rows), where=None if function != "count" else ("it",), over=self.over())
        where = self.where(rows, depth, 0.7 if function == "count" else 1)
        among = self.among(rows, depth) if where is not None else None
        return agg(function, of_list(rows), where=where, among=among, over=self.over())

    def flag(self, rows):
        """A condition that each element of a list holds."""
        made = [("computed", field) for field in self.computed if field.list == rows and field.flavour == "bool"]
        return self.rng.choice(made * 2 + [("own", (name,)) for name in OWN_FLAGS[rows]])

    def counted_values(self, function, depth):
        over = self.over(1)
        if function == "count":
            inner = self.named(self.rng.choice(UNITLESS), None)
            where = ("compare", self.operator(), ("it",), self.literal(inner[1])) if self.rng.random() < 0.8 else None
            among = self.condition(0) if where and self.chance("among", 0.3) else None
            return agg(function, ("scalar", inner[0]), where=where, among=among, over=over)
        if self.chance("among", 0.3):
            return agg(function, ("scalar", ("field", self.rng.choice(CONDITIONS))), where=("it",), among=self.condition(0), over=over)
        return agg(function, ("scalar", self.condition(depth - 1)), over=over)

    def distinct(self, depth):
        rows, field = self.rng.choice([("outputs", "kind"), ("outputs", "edit_time"), ("flags", "zone"), ("areas", None),
                                       ("flags", "size"), ("ratings", None), ("flags", "name")])
        where = self.where(rows, depth, 0.3) if rows in OWN else None
        return ("distinct", (rows,), None if field is None else ("own", (field,)), where, self.over())

    def of_distinct(self, function, depth):
        source = self.distinct(depth)
        rows = source[1][0] if source[2] is None else source[2][1][0]
        flavour = FLAVOUR.get(rows)
        if flavour is None:
            where = ("compare", "==", ("it",), self.word_literal(rows))
        else:
            where = ("compare", self.operator(), ("it",), self.literal(flavour))
        return agg(function, source, where=where)

    STATISTICS = ["sum", "mean", "median", "min", "max", "percentile"]

    def aggregate(self, dimension, depth):
        if dimension == "plain" and self.chance("longest", 0.12):
            return self.longest(depth), "count"
        if dimension in UNITLESS and self.rng.random() < 0.6:
            if self.rng.random() < 0.25:
                return self.of_groups(depth, dimension)
            function = {"plain": "count", "part": "share"}[dimension]
            if function == "share" and self.chance("counts", 0.15):
                return self.counts(), "share"
            return self.counted(function, depth), function
        function = self.rng.choice(self.STATISTICS + ["variance"] * (dimension in UNITLESS))
        amount = Fraction(self.rng.choice([10, 25, 50, 80, 90, 100]), 100) if function == "percentile" else None
        if self.rng.random() < 0.3:
            return self.of_values(dimension, depth, function, amount)
        rows = "workflows" if self.chance("workflows", 0.2) else self.rng.choice(["outputs", "outputs", "flags", "ratings"])
        fields = self.own_numbers(dimension, rows) if rows != "ratings" else [(None, "score")] * (dimension == "plain")
        if not fields:
            return self.named(dimension, None)
        field, flavour = self.rng.choice(fields)
        where = self.where(rows, depth, 0.4)
        over = self.over() if rows != "workflows" else None
        flavour = SQUARED.get(flavour, flavour) if function == "variance" else flavour
        source = of_list(rows) if rows != "workflows" else ("workflows",)
        return agg(function, source, field, where, over=over, amount=amount), flavour

    def added_up(self, depth):
        """A count of what a window holds, or a sum of it."""
        rows, over = self.rng.choice(["outputs", "flags"]), self.days()
        return self.pick(
            (3, lambda: agg("count", of_list(rows), where=self.where(rows, depth), over=over)),
            (1, lambda: agg("sum", of_list("flags"), "size", self.where("flags", depth, 0.3), over=over)),
            (1, lambda: agg("sum", ("scalar", ("field", ("errors",))), over=over)),
            (1, lambda: agg("count", ("distinct", ("flags",), ("own", (self.rng.choice(["zone", "name"]),)), None, over))),
        )

    def longest(self, depth):
        rows = self.rng.choice(["outputs", "flags", "checks"])
        where = ("it",) if rows == "checks" else self.condition(depth - 1, rows)
        return agg("longest", of_list(rows), where=where, over=self.over())

    def of_values(self, dimension, depth, function, amount):
        """An aggregate of the values of a scalar in a window."""
        inner, flavour = self.number(dimension, depth - 1) if self.rng.random() < 0.2 else self.named(dimension, None)
        if function == "sum" and inner[0] not in ("field",):
            inner, flavour = self.counted(counting := "share" if dimension == "part" else "count", depth), counting
        if flavour == "span" or dimension not in UNITLESS and flavour == "count":
            return self.named(dimension, None)
        where = self.condition(0) if self.chance("picked_values", 1) else None
        flavour = SQUARED.get(flavour, flavour) if function == "variance" else flavour
        return agg(function, ("scalar", inner), where=where, over=self.over(1), amount=amount), flavour

    def grouped(self, depth, dimension=None, keys=None, rows=None):
        """An aggregate with one value for each group, and their flavour."""
        dimension = dimension or self.rng.choice(UNITLESS)
        rows = rows or self.rng.choice(["outputs", "flags"])
        keys = keys or self.by(rows)
        if self.rng.random() < 0.6 or (rows == "flags" and dimension == "part"):
            function = {"plain": "count", "part": "share"}[dimension]
            where = self.where(rows, depth, 0.6 if function == "count" else 1)
            among = self.among(rows, depth) if where is not None else None
            return agg(function, of_list(rows), None, where, among, keys, self.over()), function
        function = self.rng.choice([*self.STATISTICS[:-1], "variance"])
        field = "size" if rows == "flags" else {"plain": "marks", "part": self.rng.choice(["edit_time", "trust"])}[dimension]
        where = self.where(rows, depth, 0.4)
        flavour = SQUARED.get(FLAVOUR[field], FLAVOUR[field]) if function == "variance" else FLAVOUR[field]
        return agg(function, of_list(rows), field, where, None, keys, self.over()), flavour

    def of_groups(self, depth, dimension):
        counts = dimension == "plain" and self.rng.random() < 0.3
        source, flavour = self.grouped(depth, None if counts else dimension)
        function = "count" if counts else self.rng.choice(["min", "max", "sum", "mean"])
        where = self.of_group(source, flavour, depth) if function == "count" else None
        return agg(function, source, where=where), "count" if function == "count" else flavour

    def of_group(self, source, flavour, depth):
        """A condition of the value of a group, its keys and what else there is of the group."""
        condition = ("compare", self.operator(), ("it",), self.entry_for(flavour, self.keys_of(source)) or self.literal(flavour))
        if self.chance("group_names", 0.6):
            kept = [node for node in self.keys_of(source)]
            if kept:
                condition = (self.rng.choice(["and", "or"]), condition, self.of_key(self.rng.choice(kept)))
        if self.chance("same_by", 0.7):
            other, kind = self.grouped(depth - 1, None, source[6], source[2][1][0])
            second = ("compare", self.operator(), ("same_by", other), self.literal(kind))
            condition = (self.rng.choice(["and", "or"]), condition, second)
        if self.chance("every_look", 0.3):
            condition = (self.rng.choice(["and", "or"]), condition, self.look_at_group(source))
        return condition

    def keys_of(self, source):
        return [("group_key", i, key[1][0]) for i, key in enumerate(source[6]) if key[0] == "own"]

    def of_key(self, key):
        name = key[2]
        return key if name not in MEMBERS else ("compare", self.rng.choice(["==", "!="]), key, self.word_literal(name))

    def entry_for(self, flavour, keys):
        """The entry of a table for one of some keys."""
        asked = [(key[2] if key[0] == "group_key" else key[1][-1], key) for key in keys]
        fitting = [(name, param, key) for name, param, by in self.tables for field, key in asked
                   if param.flavour == flavour and by == TABLE_OF.get(field)]
        if not fitting or self.rng.random() < 0.3:
            return None
        return ("entry", *self.rng.choice(fitting))
