"""Rules, gates and decisions: which rules apply to a series, how each comes out, and what follows."""

from dataclasses import dataclass, field

from evaluate import Place, condition, evaluate
from values import *

NOT_APPLICABLE, PASS, FAIL, WAIVED, OFF = "not_applicable", "pass", "fail", "waived", "off"


@dataclass
class Rule:
    name: str  # with its policy: `p.r`
    conditions: list
    trigger: bool = False
    when: tuple | None = None
    effect: str = "hold"
    undecided: str | None = None
    gate: tuple | None = None
    shows: tuple | None = None  # an expression that the message shows
    setting: str | None = None  # another effect, or `off`, by the configuration
    waivers: dict = field(default_factory=dict)  # by workflow, whether it still counts

    @property
    def in_force(self):
        return self.setting or self.effect


@dataclass
class Policy:
    name: str
    rules: list
    when: tuple | None = None
    params: list = field(default_factory=list)
    lets: list = field(default_factory=list)
    settings: dict = field(default_factory=dict)  # params that the configuration sets, with the text of their values
    named: list = field(default_factory=list)  # params and lets with the flavour of their values


@dataclass(frozen=True)
class Verdict:
    outcome: str
    enforced: bool


def outcome(rule, governed, place):
    """How a rule comes out; `governed` says whether its policy applies."""
    applies = conjunction([governed, condition(evaluate(rule.when, place)) if rule.when else YES])
    if applies == NO:
        return NOT_APPLICABLE
    answer = conjunction([condition(evaluate(c, place)) for c in rule.conditions])
    if rule.trigger:
        answer = negate(answer)
    if answer == YES:
        return PASS
    return FAIL if answer == NO and applies == YES else UNDECIDED


def standing(rule, governed, place):
    return outcome(rule, condition(evaluate(governed, place)) if governed else YES, place)


def judged(rule, governed, place, stale):
    """As `outcome`, but a rollback does not fire only because days have passed without a measurement."""
    found = standing(rule, governed, place)
    if stale and rule.in_force == "rollback" and found == FAIL:
        newest = place.as_at(place.at)
        if standing(rule, governed, newest) != FAIL:
            return UNDECIDED
    return found


def holds(rule, verdict):
    if not verdict.enforced:
        return False
    if verdict.outcome == FAIL:
        return rule.in_force == "hold"
    in_doubt = rule.undecided or ("hold" if rule.in_force == "rollback" else rule.in_force)
    return verdict.outcome == UNDECIDED and in_doubt == "hold"


class Judgement:
    """Everything that is said of one workflow: `decision`, and `verdicts` by the rule's name."""

    def __init__(self, policies, workflow, series, as_of, world):
        self.world, self.workflow = world, workflow
        self.series = [snapshot for snapshot in series if snapshot["date"] <= as_of]
        self.whole = self.seen_from(len(self.series), as_of)
        newest = self.series[-1]
        self.stale = world.gap is not None and as_of - newest["date"] > world.gap
        rank = world.ladder.index
        self.stage = newest["stage"]
        earlier = [i for i, snapshot in enumerate(self.series) if rank(snapshot["stage"]) < rank(self.stage)]
        self.left = earlier[-1] if earlier else None
        self.moved = None if self.left is None else (self.series[self.left]["stage"], self.stage)
        wanted = newest.get("advance_to")
        self.asked = (self.stage, wanted) if wanted and rank(wanted) > rank(self.stage) else None
        self.verdicts = {}
        self.places = {}
        for policy in policies:
            for rule in policy.rules:
                self.judge(rule, policy.when)
        self.decision = self.decide([rule for policy in policies for rule in policy.rules])

    def seen_from(self, length, day):
        series = self.series[:length]
        return Place(series, length - 1, day, series[-1], self.world)

    def judge(self, rule, governed):
        place, enforced = self.whole, True
        if rule.in_force == OFF:
            self.verdicts[rule.name] = Verdict(OFF, False)
            return
        if rule.gate is None:
            found = judged(rule, governed, place, self.stale)
        elif rule.gate == self.moved:
            place = self.seen_from(self.left + 1, self.series[self.left]["date"])
            found = outcome(rule, YES, place)
        elif rule.gate == self.asked:
            found = judged(rule, None, place, self.stale)
            if self.stale and found == PASS:
                found = UNDECIDED
        elif rule.gate[0] == self.stage:
            found, enforced = judged(rule, None, place, self.stale), False
        else:
            found, enforced = NOT_APPLICABLE, False
        fired = found == FAIL and rule.in_force == "rollback"
        harmless = found == UNDECIDED and rule.undecided == "pass" and enforced
        if found in (FAIL, UNDECIDED) and not fired and not harmless and rule.waivers.get(self.workflow):
            found = WAIVED
        self.verdicts[rule.name] = Verdict(found, enforced)
        self.places[rule.name] = place

    def ladder(self, gates):
        """The built-in rules that fire."""
        rank, steps = self.world.ladder.index, [step for step in (self.moved, self.asked) if step]
        fired = set()
        if self.moved is None and rank(self.series[0]["stage"]) > 0 and rank(self.stage) > 0:
            fired.add("ladder.started")
        for step in steps:
            if rank(step[1]) > rank(step[0]) + 1:
                fired.add("ladder.skipped")
            elif step not in gates:
                fired.add("ladder.undeclared")
        return fired

    def decide(self, rules):
        verdicts = self.verdicts
        self.fired = self.ladder({rule.gate for rule in rules})
        if any(rule.in_force == "rollback" and verdicts[rule.name] == Verdict(FAIL, True) for rule in rules):
            return "rollback"
        if self.fired or any(holds(rule, verdicts[rule.name]) for rule in rules):
            return "hold"
        just_moved = self.left is not None and self.left == len(self.series) - 2
        steps = ([self.moved] if just_moved else []) + ([self.asked] if self.asked else [])
        earned = [any(rule.gate == step and verdicts[rule.name].outcome == PASS for rule in rules) for step in steps]
        return "advance" if earned and all(earned) else "continue"
