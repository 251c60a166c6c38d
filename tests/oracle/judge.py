"""Rules, gates and decisions: which rules apply to a series, how each comes out, and what follows."""

from dataclasses import dataclass

import constructs
from evaluate import condition, evaluate
from moments import newest
from stats import TooClose
from values import *

NOT_APPLICABLE, PASS, FAIL, WAIVED, OFF = "not_applicable", "pass", "fail", "waived", "off"


@dataclass(frozen=True)
class Verdict:
    outcome: str
    enforced: bool
    step: tuple | None = None


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


def judged(rule, governed, place):
    """As `outcome`, but a rollback does not fire only because days have passed without a measurement."""
    found = standing(rule, governed, place)
    stale = place.series.stale(place.at, place.day)
    if stale and rule.in_force(place.day) == "rollback" and found == FAIL:
        if standing(rule, governed, place.as_at(place.at)) != FAIL:
            return UNDECIDED
    return found


def holds(rule, found, day):
    effect = rule.in_force(day)
    if found == FAIL:
        return effect == "hold"
    in_doubt = rule.undecided or ("hold" if effect == "rollback" else effect)
    return found == UNDECIDED and in_doubt == "hold"


class Judgement:
    """Everything that is said of one workflow: `decision`, and `verdicts` by the rule's name, one for each step.

    Where rounding decides, a rule has no verdicts, and the workflow is too close to call."""

    def __init__(self, policies, built_in, series, as_of, broken=False):
        self.policies, self.built_in, self.workflow, self.as_of = policies, built_in, series.name, as_of
        self.series, self.world = series, series.world
        self.last = series.seen_on(as_of) - 1
        self.whole = newest(series, self.last, as_of)
        self.stale = series.stale(self.last, as_of)
        self.rank = series.rank(self.last)
        self.stage = self.world.ladder[self.rank]
        self.left = self.crossing(self.rank - 1)
        self.moved = None if self.left is None else (series.snapshots[self.left]["stage"], self.stage)
        wanted = self.whole.snapshot.get("advance_to")
        self.asked = (self.stage, wanted) if wanted and self.world.ladder.index(wanted) > self.rank else None
        self.verdicts, self.places, self.fired = {}, {}, {}
        self.met = {}  # by rule, what came up
        self.too_close = False
        ends = self.whole.snapshot.get("retired")
        if ends is not None and day_of(as_of) > ends:
            self.decision = "retired"
            return
        for policy in policies:
            for rule in policy.rules:
                constructs.met.clear()
                try:
                    self.verdicts[rule.name] = self.judge(rule, policy.when)
                except TooClose:
                    self.too_close = True
                self.met[rule.name] = set(constructs.met)
        try:
            self.built_in_rules()
        except TooClose:
            self.too_close = True
        self.decision = None if self.too_close else self.decide()
        if broken and constructs.on("errors_hold") and self.decision in ("continue", "advance"):
            self.decision = "hold"

    def crossing(self, rank):
        """The last snapshot in a stage of that rank or below it."""
        below = [i for i in range(self.last + 1) if self.series.rank(i) <= rank]
        return below[-1] if below else None

    def at(self, index):
        """A crossing, as if it had asked for the stage that came of it."""
        came = min(self.series.rank(i) for i in range(index + 1, self.last + 1))
        return newest(self.series.asking(index, self.world.ladder[came]), index, self.series.date(index))

    def judge(self, rule, governed):
        if not rule.gates:
            return [self.judge_at(rule, governed, self.whole, True, None)]
        found = []
        for step in rule.gates:
            if step == self.moved:
                found.append(self.judge_at(rule, None, self.at(self.left), True, step))
            elif step == self.asked:
                found.append(self.judge_at(rule, None, self.whole, True, step))
            elif step[0] == self.stage:
                found.append(self.judge_at(rule, None, self.whole, False, step))
        off = rule.in_force(self.as_of) == OFF
        return found or [Verdict(OFF if off else NOT_APPLICABLE, False)]

    def judge_at(self, rule, governed, place, enforced, step):
        effect = rule.in_force(place.day)
        if effect == OFF:
            return Verdict(OFF, False, step)
        found = judged(rule, governed, place)
        if enforced and step and step == self.asked and self.stale and found == PASS:
            found = UNDECIDED
        fired = found == FAIL and effect == "rollback"
        harmless = found == UNDECIDED and rule.undecided == "pass"
        days = (self.as_of, place.day) if step and step == self.moved else (self.as_of,)
        if found in (FAIL, UNDECIDED) and not fired and not harmless and rule.waived(self.workflow, *days):
            found = WAIVED
        self.places[rule.name, step] = place
        return Verdict(found, enforced, step)

    # --- built-in rules -------------------------------------------------------------------------------------------------

    def fire(self, name, day, step=None):
        rule = self.built_in[name]
        if rule.in_force(day) != OFF:
            days = (self.as_of, day) if step and step == self.moved and name != "ladder.owed" else (self.as_of,)
            waived = rule.waived(self.workflow, *days)
            self.fired[name, step] = (WAIVED if waived else FAIL, rule.in_force(day))

    def built_in_rules(self):
        rank, series = self.world.ladder.index, self.series
        lowest = min(series.rank(i) for i in range(self.last + 1))
        began_above = lowest > 0 if constructs.on("owed") else self.moved is None and series.rank(0) > 0
        if began_above and self.rank > 0:
            self.fire("ladder.started", series.date(0))
        for step, day in ((self.moved, self.left is not None and series.date(self.left)), (self.asked, self.as_of)):
            if not step:
                continue
            if rank(step[1]) > rank(step[0]) + 1:
                self.fire("ladder.skipped", day, step)
            elif step not in self.declared():
                self.fire("ladder.undeclared", day, step)
        if constructs.on("owed"):
            for step in list(zip(self.world.ladder, self.world.ladder[1:]))[: self.rank]:
                crossing = self.crossing(rank(step[0]))
                if crossing is not None and self.stopped(step, crossing):
                    self.fire("ladder.owed", series.date(crossing), step)
        if self.stale and constructs.on("fresh"):
            self.fire("series.fresh", self.as_of)

    def declared(self):
        return {step for policy in self.policies for rule in policy.rules for step in rule.gates}

    def stopped(self, step, crossing):
        """Whether something would have held had the step been asked for at its crossing, besides what speaks for itself."""
        place, day = self.at(crossing), self.series.date(crossing)
        lifted = lambda rule: rule.waived(self.workflow, self.as_of, day)
        last_move = crossing == self.left
        speaks = step == self.moved
        passed, stopped = False, False
        for policy in self.policies:
            for rule in policy.rules:
                effect = rule.in_force(day)
                if effect == OFF or (rule.gates and step not in rule.gates):
                    continue
                found = standing(rule, None if rule.gates else policy.when, place)
                fired = found == FAIL and effect == "rollback"
                lifts = lifted(rule) and not fired and (found == FAIL or (found == UNDECIDED and rule.undecided != "pass"))
                if rule.gates:
                    passed = passed or found == PASS or lifts
                if (fired or holds(rule, found, day)) and not lifts and not (rule.gates and speaks):
                    stopped = True
        if step not in self.declared():
            stopped = stopped or (not speaks and self.would_hold("ladder.undeclared", day))
        elif not passed and not speaks:
            stopped = True
        if self.series.snapshots[crossing]["stage"] != step[0] and not last_move:
            stopped = stopped or self.would_hold("ladder.skipped", day)
        return stopped

    def would_hold(self, name, day):
        rule = self.built_in[name]
        return rule.in_force(day) in ("hold", "rollback") and not rule.waived(self.workflow, self.as_of, day)

    # --- the decision ---------------------------------------------------------------------------------------------------

    def decide(self):
        enforced = [(rule, verdict, self.places.get((rule.name, verdict.step))) for policy in self.policies for rule in policy.rules
                    for verdict in self.verdicts[rule.name] if verdict.enforced]
        effects = [effect for found, effect in self.fired.values() if found == FAIL]
        if any(rule.in_force(place.day) == "rollback" and verdict.outcome == FAIL for rule, verdict, place in enforced):
            return "rollback"
        if "hold" in effects or any(holds(rule, verdict.outcome, place.day) for rule, verdict, place in enforced):
            return "hold"
        opened = {step: [verdict.outcome for _, verdict, _ in enforced if verdict.step == step] for step in (self.moved, self.asked) if step}
        if constructs.on("nobody") and any(step in self.declared() and not {PASS, WAIVED} & set(opened[step]) for step in opened):
            return "hold"
        if constructs.on("nothing_judged") and not self.fired and all(
                verdict.outcome in (NOT_APPLICABLE, OFF) for found in self.verdicts.values() for verdict in found):
            return "hold"
        just_moved = self.left is not None and self.left == self.last - 1
        steps = ([self.moved] if just_moved else []) + ([self.asked] if self.asked else [])
        # A waived rule keeps a gate from being closed to everybody; nobody advances by signatures alone.
        earned = steps and all(PASS in opened[step] for step in steps)
        return "advance" if earned and not (self.stale and constructs.on("fresh")) else "continue"
