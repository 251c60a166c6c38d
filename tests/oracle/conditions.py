"""Random expressions that are conditions, of a snapshot or of an element of a list."""

from fractions import Fraction

from constructs import on
from expressions import agg, of_list
from samples import Samples
from syntax import write
from words import *


class Expressions(Samples):
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
        flags = [node for node, flavour in self.lets if flavour == "bool"]
        return self.pick(
            (8, lambda: self.compared(depth)),
            (3, lambda: self.word(None)),
            (2, lambda: self.rng.choice([("field", p) for p in CONDITIONS])),
            (2 if flags else 0, lambda: self.rng.choice(flags)),
            (4, lambda: self.counted(self.rng.choice(["any", "all", "none"]), depth)),
            (2, lambda: self.any_group(depth)),
            (1, lambda: ("has", ("field", self.rng.choice([("adoption",), ("users", "active"), ("outputs",), ("reviewed",)])))),
            (4, lambda: self.confident(depth)),
            (2.5 * on("every_look"), lambda: self.confident(depth, True)),
            (1.5 * on("counts"), lambda: self.held_against(self.counts(), "share")),
            (2 * on("difference"), lambda: self.confident(depth, None, self.claimed(*self.apart()))),
            (2 * on("counted_shares"), lambda: self.confident(depth, None, self.claimed(self.recorded_share(), "share"))),
            (2 * on("confidence_of"), lambda: self.reached(depth)),
            (3, lambda: self.length(depth)),
            (1, lambda: ("previous", ("field", self.rng.choice(CONDITIONS)), *self.which(lambda: ("literal", True, "true")))),
            (1, lambda: ("default", ("field", self.rng.choice(CONDITIONS)), ("literal", True, "true"))),
            (1.5, lambda: self.dates(depth)),
            (4 * on("due_before"), lambda: self.instalments(depth)),
            (1.5 * on("doubtful"), lambda: self.held_against(self.doubtful_share(), "share")),
            (on("picked_values"), lambda: self.held_against(*self.of_values(self.rng.choice(DIMENSIONS), depth, "max", None))),
            (on("longest"), lambda: self.held_against(self.longest(depth), "count")),
            (on("first_where"), lambda: self.where_it_was("first")),
            (on("latest_where"), lambda: self.where_it_was("latest")),
            (on("weekday"), self.on_weekday),
            (1.5 * on("asks"), self.tries),
            (on("first_seen") and self.world.key_of(("outputs",)) is not None, self.of_new_ones),
            (on("matches"), lambda: self.matching(("field", ("model",)))),
        )

    def held_against(self, node, flavour):
        return ("compare", self.operator(), node, self.literal(flavour))

    def instalments(self, depth):
        """A condition that is sure only where everything is there that is added up in a window."""
        if self.rng.random() < 0.4:
            rows = self.rng.choice(["outputs", "flags"])
            return agg(self.rng.choice(["any", "all", "none"]), of_list(rows), where=self.condition(depth - 1, rows), over=self.days())
        most = Fraction(self.rng.choice([2, 5, 10, 20, 40]))
        return ("compare", self.rng.choice(["<", "<=", "<=", "==", ">"]), self.added_up(depth), ("literal", most, str(most)))

    def where_it_was(self, function):
        """A comparison of what a field was at a snapshot of some kind."""
        inner, flavour = self.named(self.rng.choice(DIMENSIONS), None)
        where = self.looks_like_another()
        found = (function, inner, where) if function == "first" else (function, inner, where, self.over(1))
        return self.held_against(found, flavour)

    def of_new_ones(self):
        """How many outputs were first seen since a day, or before."""
        since = ("compare", self.operator(), self.first_seen(), self.day(0))
        return self.held_against(agg("count", of_list("outputs"), where=since, over=self.over(0.8)), "count")

    def on_weekday(self):
        day = ("weekday", self.day(0))
        word = lambda: (lambda name: ("literal", name, name))(self.rng.choice(WEEKDAYS))
        return ("in_items", day, [word(), word()], True) if self.rng.random() < 0.5 else ("compare", "==", day, word())

    def tries(self):
        """How often a stage was asked for."""
        number = self.rng.choice([1, 1, 2, 3])
        return ("compare", self.operator(), ("asks", self.rng.choice(LADDER[1:])), ("literal", Fraction(number), str(number)))

    def matching(self, path):
        pattern = self.rng.choice(PATTERNS)
        return ("matches", path, ("literal", pattern, f'"{pattern}"'), self.rng.random() < 0.8)

    def of_element(self, depth, rows):
        if rows == "areas":
            return ("compare", self.rng.choice(["==", "!="]), ("it",), self.word_literal("area"))
        if rows == "ratings":
            return ("compare", self.operator(), ("it",), self.literal("score"))
        beside = 3 if on("snapshot_reading") and rows != "workflows" else 0
        return self.pick(
            (5, lambda: self.compared(depth, rows)),
            (3, lambda: self.word(rows)),
            (2, lambda: self.flag(rows)),
            (1, lambda: ("has", ("own", tuple(self.rng.choice(OWN[rows]).split("."))))),
            (1.5 if rows in ("outputs", "workflows") else 0, lambda: self.dates(depth, rows)),
            (1.2 if rows == "outputs" else 0, lambda: self.since_own(rows)),
            (beside, lambda: self.beside(depth)),
            (0.7 * on("every_look") if rows in ("outputs", "flags") else 0, lambda: self.look_beside(rows)),
            (2 if rows == "workflows" else 0, self.of_workflow),
        )

    def since_own(self, rows):
        return ("compare", self.operator(), ("since", self.day(0, rows)), self.literal("span"))

    def beside(self, depth):
        """A condition of the snapshot in which an element stands: none that a name of the element could be taken for."""
        flags = [node for node, flavour in self.lets if flavour == "bool"]
        return self.pick(
            (4, lambda: ("compare", self.rng.choice(["==", ">=", "<"]), ("field", ("stage",)), self.word_literal("stage"))),
            (2, lambda: self.rng.choice([("field", p) for p in CONDITIONS])),
            (2 if flags else 0, lambda: self.rng.choice(flags)),
            (1, lambda: ("has", ("field", self.rng.choice([("adoption",), ("reviewed",)])))),
            (1, lambda: self.counted(self.rng.choice(["any", "none"]), 0)),
            (1, lambda: self.dates(0)),
            (on("asks"), self.tries),
        )

    def of_workflow(self):
        """What every workflow says of itself."""
        return self.pick(
            (3, lambda: ("compare", self.rng.choice(["==", "==", "!=", ">=", "<"]), ("own", ("stage",)), self.word_literal("stage"))),
            (3, lambda: ("compare", self.rng.choice(["==", "==", "!=", ">="]), ("own", ("advance_to",)), self.word_literal("stage"))),
            (1, lambda: ("has", ("own", ("advance_to",)))),
            (1, lambda: ("compare", self.rng.choice(["==", "!="]), ("own", ("workflow",)), self.workflow_name())),
            (0.5 * on("asks"), self.tries),
        )

    def workflow_name(self):
        name = self.rng.choice(self.workflows or ["w0"])
        return self.rng.choice([("literal", name, f'"{name}"'), ("judged", ("workflow",))])

    def word_literal(self, name):
        word = self.rng.choice(LADDER if name == "stage" else MEMBERS.get(name, AREAS))
        return ("literal", word, f'"{word}"' if name in TEXTS else word)

    def word(self, rows):
        """A comparison of words: members, texts, or stages, which have an order too."""
        if rows is None and self.rng.random() < 0.5:
            return self.stage_word()
        if rows is None and self.rng.random() < 0.25:
            looked = ("field", self.rng.choice([("stage",), ("area",), ("live",), ("model",)]))
            function = self.rng.choice(["previous", "first"])
            where = self.looks_like_another() if self.chance(f"{function}_where", 0.4) else None
            then = (function, looked, where) if function == "first" else (function, looked, where, None)
            return ("compare", self.rng.choice(["==", "!="] + [">", "<="] * (looked[1] == ("stage",))), looked, then)
        if rows is None and self.rng.random() < 0.15:
            return ("compare", self.rng.choice(["==", "!="]), *(("field", path) for path in CONDITIONS))
        if rows is None and self.chance("weekday", 0.2):
            return self.on_weekday()
        name = self.rng.choice(OWN_WORDS[rows] if rows else ["area", "area", "model"])
        path = ("own", (name,)) if rows else ("field", (name,))
        if name in TEXTS and self.chance("matches", 0.6):
            return self.matching(path)
        fitting = [(shown, param) for shown, param, kind in self.lists if kind == TABLE_OF[name]]
        if fitting and self.chance("param_lists", 0.6):
            return ("in_param", path, *self.rng.choice(fitting), self.rng.random() < 0.7)
        if name in ("area", "zone", "place") and rows != "workflows" and self.rng.random() < 0.2:
            return ("in_list", path, ("areas",), self.rng.random() < 0.7)
        if self.rng.random() < 0.3:
            items = [self.word_literal(name) for _ in range(self.rng.choice([1, 2, 2]))]
            return ("in_items", path, items, self.rng.random() < 0.7)
        return ("compare", self.rng.choice(["==", "!="]), path, self.word_literal(name))

    def stage_word(self):
        stage = ("field", ("stage",))
        if self.rng.random() < 0.3:
            return ("in_items", stage, [self.word_literal("stage") for _ in range(2)], self.rng.random() < 0.7)
        return ("compare", self.rng.choice(["==", "==", "!=", ">=", "<", "<=", ">"]), stage, self.word_literal("stage"))

    def of_required(self, function):
        """What is there of a list that a param demands."""
        shown, param, kind = self.rng.choice(self.lists)
        source = ("param_list", shown, param)
        lists = {"area": [("areas",), ("flags", "zone"), ("outputs", "place")], "text": [("flags", "name")], "count": [("flags", "size")],
                 "kind": [("outputs", "kind")]}
        return agg(function, source, where=("in_list", ("it",), self.rng.choice(lists[kind]), self.rng.random() < 0.8))

    def compared(self, depth, rows=None):
        dimension = self.rng.choice(DIMENSIONS) if rows != "flags" else "plain"
        a, flavour = self.number(dimension, depth, rows)
        if self.rng.random() < 0.12:
            low, high = sorted((self.literal(flavour), self.literal(flavour)), key=lambda node: node[1])
            return ("in_range", a, low, high, self.rng.random() < 0.7)
        if self.rng.random() < 0.05:
            return ("in_items", a, [self.literal(flavour) for _ in range(2)], self.rng.random() < 0.7)
        keys = [("own", (name,)) for name in OWN_WORDS[rows]] if rows in OWN_WORDS else [("field", (n,)) for n in ("area", "stage", "model")]
        entry = self.entry_for(flavour, keys) if self.chance("tables", 0.6) else None
        if entry:
            b = entry
        elif self.rng.random() < 0.25:
            b = self.number(dimension, depth - 1, rows)[0]
        elif self.rng.random() < 0.3 and any(kind == flavour for _, kind in self.params):
            b = self.rng.choice([node for node, kind in self.params if kind == flavour])
        else:
            b = self.literal(flavour)
        return ("compare", self.operator(), a, b)

    def length(self, depth):
        """A comparison of what runs between dates."""
        a, _ = self.run(depth)
        if self.rng.random() < 0.3 and not (a[0] == "days_between" and self.world.instants):
            months = self.rng.choice([1, 1, 2, 12])
            text = "1 year" if months == 12 else f"{months} months" if months > 1 else "1 month"
            return ("compare", self.rng.choice(["<", "<=", ">", ">="]), a, ("months", months, text))
        return ("compare", self.operator(), a, self.literal("span"))

    def dates(self, depth, rows=None):
        if self.world.instants and self.rng.random() < 0.5:
            if self.rng.random() < 0.3:
                return self.held_against(("hour", self.moment(depth, rows)), "hour")
            return ("compare", self.operator(), self.moment(depth, rows), self.moment(depth, rows))
        return ("compare", self.operator(), self.day(depth, rows), self.day(depth, rows))

    def any_group(self, depth):
        source, flavour = self.grouped(depth)
        return agg(self.rng.choice(["any", "all", "none"]), source, where=self.of_group(source, flavour, depth))

    def shown(self, depth):
        """An expression whose value a message shows: without quotes, which would end the message."""
        found = self.value_to_show(depth)
        while '"' in write(found):
            found = self.value_to_show(depth)
        return found

    def value_to_show(self, depth):
        return self.pick(
            (4, lambda: self.number(self.rng.choice(DIMENSIONS), depth)[0]),
            (1, lambda: self.how_confident(depth)),
            (2 * on("due_before"), lambda: self.added_up(depth)),
            (2 * on("doubtful"), self.doubtful_share),
            (1, lambda: self.run(depth)[0]),
            (1, lambda: self.condition(depth)),
        )
