"""Random claims about samples: shares, means and differences of them, with confidence, of a population and at every look."""

from fractions import Fraction

from constructs import on
from expressions import Numbers, agg, of_list
from syntax import unfolded
from words import *

CLAIMED = ["<", "<=", ">", ">=", ">="]
# Two counts of a snapshot, of which the first is never more than the second.
PAIRS = [(("runs", "failed"), ("runs", "all")), (("runs", "slow"), ("runs", "all")), (("errors",), ("requests",))]
AVERAGED = [("outputs", "edit_time"), ("outputs", "marks"), ("outputs", "trust"), ("outputs", "price"), ("flags", "size"),
            *[("ratings", None)] * 3]


class Samples(Numbers):
    def sample(self, depth):
        """A share or a mean with a threshold, for `confidence`."""
        op = self.rng.choice(CLAIMED)
        if self.chance("difference", 0.15):
            return self.claimed(*self.apart())
        if self.samples and self.rng.random() < 0.15:
            return self.claimed(*self.rng.choice(self.samples))
        if self.chance("counts", 0.2):
            return self.claimed(self.counts(), "share")
        if self.chance("counted_shares", 0.12):
            return self.claimed(self.recorded_share(), "share")
        if self.rng.random() < 0.4:
            other_kind = ("compare", "!=", ("own", ("kind",)), ("literal", KINDS[0], KINDS[0]))
            flag = self.rng.choice([("own", ("ok",)), ("not", ("own", ("ok",))), other_kind])
            return ("compare", op, agg("share", of_list("outputs"), where=flag, among=self.among("outputs", 1), over=self.over(0.2)),
                    self.literal("share"))
        if self.rng.random() < 0.5:
            return ("compare", op, self.counted("share", depth), self.literal("share"))
        if self.rng.random() < 0.3:
            inner, flavour = self.named(self.rng.choice(UNITLESS), None)
            return ("compare", op, agg("mean", ("scalar", inner), over=self.days() * 2), self.literal(flavour))
        rows, field = self.rng.choice([("outputs", "edit_time"), ("outputs", "marks"), ("ratings", None)])
        mean = agg("mean", of_list(rows), field, self.where(rows, depth, 0.2), over=self.over())
        return ("compare", op, mean, self.literal(FLAVOUR[field or rows]))

    def claimed(self, sample, flavour):
        """A comparison, often one that even a small sample may show."""
        op, found = self.rng.choice(CLAIMED), [self.literal(flavour) for _ in range(self.rng.choice([1, 3]))]
        return ("compare", op, sample, (max if op in ("<", "<=") else min)(found, key=lambda literal: literal[1]))

    def confident(self, depth, every=None, sample=None):
        level, population = self.level(every), None
        given = sample is not None
        sample = sample or (self.claimed(*self.growing(depth)) if every and self.rng.random() < 0.7 else self.sample(depth))
        if not given and not every and on("population") and self.rng.random() < 0.5:
            population = self.population()
            while not of_share(sample):
                sample = self.sample(depth)
        every = self.chance("every_look", 0.3) if every is None else every
        return ("with_confidence", sample, level, population, every)

    def level(self, every=False):
        level = self.rng.choice([50, 60, 75, 80, 90, 95, 99] if not every else [50, 50, 60, 60, 75, 80, 90, 95])
        return ("literal", Fraction(level, 100), f"{level}%")

    def how_confident(self, depth):
        sample, population = self.sample(depth), None
        every = self.chance("every_look", 0.5)
        if every and self.rng.random() < 0.6:
            sample = self.claimed(*self.growing(depth))
        if self.chance("confidence_of", 0.7):
            while not of_share(sample):
                sample = self.sample(depth)
            population = self.population()
        return ("confidence", sample, population, every)

    def reached(self, depth):
        """A comparison of `confidence(…)` with what no sample reaches by chance."""
        percent = self.rng.choice([10, 20, 40, 60, 75, 80, 90])
        return ("compare", self.rng.choice(CLAIMED), self.how_confident(depth), ("literal", Fraction(percent, 100), f"{percent}%"))

    def population(self):
        """How many a sample is drawn from: a count."""
        if self.rng.random() < 0.6:
            many = self.rng.randint(0, 20)
            return ("literal", Fraction(many), str(many))
        node, flavour = self.named("plain", None)
        while flavour not in ("count", "many"):
            node, flavour = self.named("plain", None)
        return node

    # --- counts of snapshots --------------------------------------------------------------------------------------------

    def counts(self, over=False):
        """`share(A of B)`."""
        pair = (("field", path) for path in self.rng.choice(PAIRS))
        where = self.condition(0) if self.rng.random() < 0.25 else None
        return agg("share", ("counts", *pair), where=where, over=self.over(0.4) if over is False else over)

    def recorded_share(self):
        """A share field, whose snapshots may record its counts."""
        return ("field", (self.rng.choice(["adoption", "quality"]),))

    # --- differences ----------------------------------------------------------------------------------------------------

    def apart(self):
        """One sample less another, and the flavour of margins."""
        left, flavour = self.pick((4, self.lists_apart), (4, self.parts_apart), (4, self.times_apart), (4, self.means_apart))
        delta = {"share": "drift", "score": "delta", "edit": "drift", "count": "delta"}.get(flavour, flavour)
        return left, delta

    def some_share(self, rows, over, among=None):
        match rows:
            case "ratings":
                where = ("compare", self.rng.choice(["<", ">="]), ("it",), self.literal("score"))
            case "checks":
                return agg("share", of_list(rows), over=over)
            case _:
                where = self.flag(rows) if self.rng.random() < 0.7 else self.condition(0, rows)
        return agg("share", of_list(rows), where=where, among=among, over=over)

    def lists_apart(self):
        first, second = self.rng.sample(["outputs", "flags", "ratings", "checks"], 2)
        over = self.over(0.3)
        return ("arithmetic", "-", self.some_share(first, over), self.some_share(second, over)), "share"

    def parts_apart(self):
        """The elements of one list on the two sides of a condition, mostly: a few are on both, or nobody knows."""
        rows, name, words = self.rng.choice([("outputs", "kind", KINDS), ("outputs", "place", AREAS), ("flags", "zone", AREAS)])
        over = self.over(0.3)
        sides = self.rng.sample(words, 2) if self.rng.random() < 0.95 else [words[0]] * 2
        among = [("compare", "==", ("own", (name,)), ("literal", word, word)) for word in sides]
        if self.rng.random() < 0.3:
            among[1] = ("compare", "!=", *among[0][2:])
        return ("arithmetic", "-", *(self.some_share(rows, over, side) for side in among)), "share"

    def times_apart(self):
        """A sample less what it was."""
        rows = self.rng.choice(["outputs", "flags", "flags", "ratings", "ratings", "checks", "live", "mean", *["counts"] * on("counts")])
        over = self.rng.choice([None, None, None, self.days()])
        match rows:
            case "counts":
                now = self.counts(over)
            case "live":
                now = agg("share", ("scalar", ("field", ("live",))), over=over or self.days())
            case "mean":
                now = agg("mean", *self.rng.choice([(of_list("ratings"), None), (of_list("flags"), "size")]), over=over)
            case _:
                now = self.some_share(rows, over)
        where = self.looks_like_another() if self.rng.random() < 0.5 else None
        sides = [now, ("previous", now, where, None)]
        if self.rng.random() < 0.2:
            sides.reverse()
        return ("arithmetic", "-", *sides), "score" if rows == "mean" else "share"

    def means_apart(self):
        over = self.over(0.3)
        if self.rng.random() < 0.4:
            sides = self.rng.sample([("outputs", "marks"), ("flags", "size"), ("ratings", None)], 2)
            means = [agg("mean", of_list(rows), field, self.where(rows, 1, 0.2), over=over) for rows, field in sides]
            return ("arithmetic", "-", *means), "score"
        rows, field, name = self.rng.choice([("outputs", "marks", "ok"), ("outputs", "edit_time", "ok"), ("outputs", "trust", "kind"),
                                             ("flags", "size", "open"), ("flags", "size", "zone")])
        where = ("own", (name,))
        if name in MEMBERS:
            where = ("compare", "==", where, self.word_literal(name))
        means = [agg("mean", of_list(rows), field, side, over=over) for side in (where, ("not", where))]
        return ("arithmetic", "-", *means), FLAVOUR[field]

    # --- every look -----------------------------------------------------------------------------------------------------

    def growing(self, depth):
        """A sample that mostly only grows while a stage lasts, and the flavour of its values."""
        over = self.rng.choice(["stage", "stage", "all"])
        if self.chance("counts", 0.15):
            return self.counts(over), "share"
        if self.chance("counted_shares", 0.15):
            return self.recorded_share(), "share"
        if self.rng.random() < 0.15:
            condition = self.rng.choice([("field", path) for path in CONDITIONS] + [self.condition(0)])
            return agg("share", ("scalar", condition), over=over), "share"
        if self.rng.random() < 0.1:
            name = self.rng.choice(["adoption", "quality", "score", "drift"])
            return agg("mean", ("scalar", ("field", (name,))), over=over), FLAVOUR[name]
        if self.rng.random() < 0.35:
            rows, field = self.rng.choice(AVERAGED)
            where = self.that_stays(rows, depth) if rows != "ratings" and self.rng.random() < 0.4 else None
            return agg("mean", of_list(rows), field, where, over=over), FLAVOUR[field or rows]
        rows = self.rng.choice(["outputs", "outputs", "outputs", "flags", "ratings", "checks"])
        if rows in ("ratings", "checks"):
            return self.some_share(rows, over), "share"
        among = self.that_stays(rows, depth) if self.chance("among", 0.2) else None
        return agg("share", of_list(rows), where=self.that_stays(rows, depth), among=among, over=over), "share"

    def that_stays(self, rows, depth):
        """A condition of an element, mostly one that is not answered anew by a later snapshot."""
        field, flavour = self.rng.choice(self.own_numbers("plain", rows))
        return self.pick(
            (4, lambda: self.flag(rows)),
            (4, lambda: self.word(rows)),
            (3, lambda: ("compare", self.operator(), field, self.literal(flavour))),
            (1, lambda: ("compare", self.operator(), field, ("judged", ("score",)))),
            (1, lambda: ("compare", "==", ("field", ("stage",)), self.word_literal("stage"))),
            (1, lambda: ("compare", self.operator(), self.day(0, rows), self.day(0, rows))),
            (1, lambda: self.condition(depth - 1, rows)),
        )

    def look_beside(self, rows):
        """A claim in the `where` of another list."""
        others = {"outputs": ["flags", "ratings", "checks"], "flags": ["outputs", "ratings", "checks"]}[rows]
        share = self.some_share(self.rng.choice(others), self.over(0.6))
        return ("with_confidence", self.claimed(share, "share"), self.level(True), None, True)

    def look_at_group(self, source):
        """A claim about the group that is looked at."""
        rows, over = source[2][1][0], self.over(0.7)
        if self.rng.random() < 0.3:
            field = {"outputs": self.rng.choice(["edit_time", "marks", "trust"]), "flags": "size"}[rows]
            sample, flavour = agg("mean", of_list(rows), field, by=source[6], over=over), FLAVOUR[field]
        else:
            sample, flavour = agg("share", of_list(rows), where=self.flag(rows), by=source[6], over=over), "share"
        every = self.rng.random() < 0.7
        return ("with_confidence", self.claimed(("same_by", sample), flavour), self.level(every), None, every)


def of_share(sample):
    left = unfolded(sample[2])
    return left[0] == "field" or (left[0] == "aggregate" and left[1] == "share")
