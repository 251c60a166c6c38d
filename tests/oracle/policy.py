"""What policies and the configuration say: params, lets, computed fields, rules, and what is in force on which day."""

from dataclasses import dataclass, field

from values import day_of


@dataclass(eq=False)
class Param:
    """`value` is the default: of a table a dictionary by members, of a list a list."""

    name: str
    flavour: str
    value: object
    text: object  # of a table its entries' texts by key
    steps: list = field(default_factory=list)  # (first day or None, value, text), as the configuration sets it
    overrides: dict = field(default_factory=dict)  # the same, by workflow

    def on(self, day, workflow):
        """Its value on a day."""
        whole = self.value
        for steps in (self.steps, self.overrides.get(workflow, [])):
            found = begun(steps, day)
            if found is not None:
                whole = {**whole, **found} if isinstance(whole, dict) else found
        return whole


def begun(steps, day):
    """What the last step says that has begun."""
    found = [(first or 0, value) for first, value, *_ in steps if first is None or first <= day_of(day)]
    return max(found, key=lambda step: step[0])[1] if found else None


@dataclass(eq=False)
class Let:
    name: str
    inner: tuple


@dataclass(eq=False)
class Computed:
    """A field of a list's elements that a policy computes."""

    list: str
    name: str
    inner: tuple
    flavour: str
    never_negative: bool = False


@dataclass
class Rule:
    name: str  # with its policy: `p.r`
    conditions: list
    trigger: bool = False
    when: tuple | None = None
    effect: str = "hold"
    undecided: str | None = None
    gates: tuple = ()  # the steps of its gate
    shows: tuple | None = None  # an expression that the message shows
    settings: list = field(default_factory=list)  # (first day or None, effect or `off`), by the configuration
    waivers: dict = field(default_factory=dict)  # by workflow, the first day or None, and the last

    def in_force(self, day):
        return begun(self.settings, day) or self.effect

    def waived(self, workflow, *days):
        """Whether a waiver counts on one of some days."""
        if workflow not in self.waivers:
            return False
        first, last = self.waivers[workflow]
        return any((first is None or first <= day_of(day)) and day_of(day) <= last for day in days)


@dataclass
class Policy:
    name: str
    rules: list
    when: tuple | None = None
    params: list = field(default_factory=list)
    lets: list = field(default_factory=list)  # computed fields too
    named: list = field(default_factory=list)  # params and lets as others write them, with the flavour of their values


BUILT_IN = ("ladder.started", "ladder.skipped", "ladder.undeclared", "ladder.owed", "series.fresh")


def built_in():
    return {name: Rule(name, []) for name in BUILT_IN}
