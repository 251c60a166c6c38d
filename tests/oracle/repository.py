"""Policies and series as files, what the binary says of them, and where the oracle says something else."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field, replace

from census import constructs_of, of_workflow
from collected import write_collected
from evaluate import evaluate
from lists import groups_of_extreme
from judge import FAIL, WAIVED, Judgement
from moments import Cadence, Series
from policies import write_config, write_policy
from policy import Computed, Let, Param, Rule, built_in
from shown import matches
from stats import TooClose
from syntax import children, whole
from values import YES, day_of
from words import SECOND
from world import Type, write_fields, write_snapshot, write_value

TIME_LIMIT = 120
NEVER_TRUE, NEVER_FAILS = "T205", "T211"


@dataclass
class Difference:
    workflow: str
    rule: str | None  # without one, it is about the decision
    expected: object
    found: object


@dataclass
class Repository:
    world: object
    policies: list
    series: dict
    as_of: object  # a day, or an instant where series run by instants
    seed: int
    facts: dict = field(default_factory=dict)  # of workflows that have a `rollout.yaml`
    cadences: dict = field(default_factory=dict)  # of workflows that have one of their own
    built_in: dict = field(default_factory=built_in)  # the rules of the ladder, with their effects and waivers
    broken: bool = False  # whether there is a policy file with an error
    broken_data: bool = False  # whether there is a workflow with an error in its data
    wrongly_refused: list = field(default_factory=list)

    def write(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        for name, text in self.texts().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)

    def texts(self):
        texts = {"tollgate.yaml": write_config(self.policies, self.built_in, self.cadences, self.series), "policies/world.gate": self.world.declared()}
        for policy in self.policies:
            texts[f"policies/{policy.name}.gate"] = "".join(f"{line}\n" for line, _ in write_policy(policy))
        for name, snapshots in self.series.items():
            facts = self.facts.get(name, {})
            documents = [
                write_snapshot(snapshot, name, self.world) + write_collected(snapshot, name, self.world, over(facts, snapshot))
                for snapshot in snapshots
            ]
            texts[f"rollouts/{name}/series.yaml"] = "---\n".join(documents)
            if self.facts.get(name):
                texts[f"rollouts/{name}/rollout.yaml"] = write_fields(self.facts[name], self.world)
        if self.broken:
            texts["policies/broken.gate"] = 'policy broken "B" { rule r "R" { require no_such_field == 1 else warn } }\n'
        if self.broken_data:
            texts["rollouts/unread.yaml"] = "workflow: unread\ndate: 2026-06-01\nstage: nowhere\n"
        return texts

    def report(self, binary, folder):
        self.write(folder)
        command = [binary, "check", "--format", "json", "--as-of", self.judged_on(), folder]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT)
        if done.returncode not in (0, 1, 2) or not done.stdout:  # a program that fails by a fault of its own ends with 2, too
            raise RuntimeError(f"seed {self.seed}: exit code {done.returncode} and no report: {done.stderr[-2000:]}")
        return json.loads(done.stdout)

    def judged_on(self):
        """The day of judgement as it is written, or the instant; the last second of a day may be written as the day."""
        last_second = self.as_of + SECOND == day_of(self.as_of) + 1
        return write_value(self.as_of, Type("time" if self.world.instants and not last_second else "date"))

    # --- what checks ----------------------------------------------------------------------------------------------------

    def keep_what_checks(self, binary, folder, tally):
        """Drops the rules and lets that are no policy, such as a comparison that the declared ranges rule out."""
        tally["rules written"] += sum(len(policy.rules) for policy in self.policies)
        while errors := self.errors(binary, folder):
            for policy in self.policies:
                self.drop(policy, errors.get(f"policies/{policy.name}.gate", {}), tally)
        tally["rules that check"] += sum(len(policy.rules) for policy in self.policies)

    def errors(self, binary, folder):
        """The lines with errors, by file."""
        # What a param is set to for a workflow is read where there is such a workflow.
        set_for = {name for policy in self.policies for param in policy.params for name in param.overrides if name in self.series}
        first = {name: [{part: self.series[name][0][part] for part in ("date", "stage")}] for name in sorted(set_for)}
        alone = replace(self, series=first, facts={}, cadences={}, broken=False, broken_data=False)
        found = lines_of(alone.report(binary, folder), lambda diagnostic: diagnostic["severity"] == "error")
        if "policies/world.gate" in found:
            raise RuntimeError(f"the world does not check: {found}\n{self.world.declared()}")
        return found

    def drop(self, policy, errors, tally):
        texts, declared = zip(*write_policy(policy))
        for line in errors:
            bad = declared[line - 1]
            if NEVER_TRUE in errors[line] and isinstance(bad, Rule):
                self.doubt(bad, errors[line])
            tally["refused: " + re.sub(r"`[^`]*`|[-\d.%]+", "…", errors[line])[:60]] += 1
            if bad is policy:
                policy.when = None
            elif any(bad is rule for rule in policy.rules):
                policy.rules = [rule for rule in policy.rules if rule is not bad]
            elif isinstance(bad, Rule):
                pass  # dropped already, with a let that it used
            elif not isinstance(bad, (Let, Computed)):
                raise RuntimeError(f"{policy.name}:{line}: {errors[line]}: {texts[line - 1]}")
            else:
                policy.lets = [let for let in policy.lets if let is not bad]
                self.forget(bad)

    def doubt(self, rule, error):
        """Looks for a snapshot at which the only comparison of a rule is true, that was refused because it never is."""
        claimed = [node for e in expressions(rule) for node in comparisons(e)]
        if len(claimed) != 1 or of_an_element(claimed[0]):
            return
        for name, judgement in self.judgements().items():
            for at in range(judgement.last + 1):
                if surely(claimed[0], judgement.whole.as_at(at)):
                    self.wrongly_refused.append(Difference(name, rule.name, f"true at snapshot {at + 1}", error))
                    return

    def forget(self, let):
        """Drops everything that uses a let, by whichever name."""
        for policy in self.policies:
            policy.rules = [rule for rule in policy.rules if not any(uses(e, let) for e in expressions(rule))]
            used = [other for other in policy.lets if uses(other.inner, let)]
            policy.lets = [other for other in policy.lets if other not in used]
            if policy.when and uses(policy.when, let):
                policy.when = None
            for other in used:
                self.forget(other)

    # --- what differs ---------------------------------------------------------------------------------------------------

    def differences(self, binary, folder, tally=None):
        tally = tally if tally is not None else {}
        report = self.report(binary, folder)
        if wrong := [one for one in report["diagnostics"] if one["severity"] == "error" and "tollgate.yaml" in str(one["labels"])]:
            raise RuntimeError(f"the configuration does not check: {wrong[0]['message']}")
        verdicts = {workflow["workflow"]: workflow for workflow in report["workflows"]}
        found = list(self.wrongly_refused)
        never_failing = lines_of(report, lambda diagnostic: diagnostic["code"] == NEVER_FAILS)
        for name, judgement in self.judgements().items():
            found += self.compare(name, judgement, verdicts[name], tally)
            found += self.failing(name, judgement, never_failing, tally)
        return found

    def judgements(self):
        fleet = {}
        for name, snapshots in self.series.items():
            kept = [{"workflow": name, **over(self.facts.get(name, {}), snapshot)} for snapshot in snapshots]
            cadence = self.cadences.get(name) or Cadence(self.world.every, self.world.grace)
            fleet[name] = Series(name, kept, cadence, self.world, fleet, self.broken_data)
        return {name: Judgement(self.policies, self.built_in, series, self.as_of, self.broken) for name, series in fleet.items()}

    def failing(self, name, judgement, never_failing, tally):
        """The rules that fail although a warning says that they never do."""
        for policy in self.policies:
            declared = [what for _, what in write_policy(policy)]
            for line, warning in never_failing.get(f"policies/{policy.name}.gate", {}).items():
                rule = declared[line - 1]
                count(tally, "never failing")
                found = judgement.verdicts.get(rule.name, []) if isinstance(rule, Rule) else []
                if any(verdict.outcome == FAIL for verdict in found):
                    yield Difference(name, rule.name, FAIL, warning)

    def compare(self, name, judgement, verdict, tally):
        count(tally, f"decision {judgement.decision or 'too close to call'}")
        if "retired" in (judgement.decision, verdict["decision"]):
            same = judgement.decision == verdict["decision"]
            return [] if same else [Difference(name, None, judgement.decision, verdict["decision"])]
        found, of_all = [], of_workflow(self, name)
        for policy in self.policies:
            for rule in policy.rules:
                if rule.name not in judgement.verdicts:
                    count(tally, "outcome too close to call")
                    continue
                said = [one for one in verdict["rules"] if one["rule"] == rule.name]
                found += self.compare_rule(name, rule, judgement, said, tally)
                for construct in constructs_of(rule) | judgement.met[rule.name] | of_all:
                    count(tally, ("construct", construct))
        return found if judgement.too_close else found + self.compare_whole(name, judgement, verdict)

    def compare_rule(self, name, rule, judgement, said, tally):
        count(tally, "cases")
        expected = {verdict.step: verdict for verdict in judgement.verdicts[rule.name]}
        for verdict in expected.values():
            count(tally, "outcome " + verdict.outcome)
        told = {None if None in expected else step_of(one): (one["outcome"], one["enforced"]) for one in said}
        wanted = {step: (verdict.outcome, verdict.enforced) for step, verdict in expected.items()}
        if told != wanted:
            return [Difference(name, rule.name, wanted, told)]
        found = []
        for one in said:
            step = None if None in expected else step_of(one)
            if rule.shows and expected[step].outcome == FAIL:
                place = judgement.places[rule.name, step]
                try:
                    value = evaluate(rule.shows, place)
                except TooClose:
                    continue
                count(tally, "values")
                if not matches(one["message"], value, groups_of_extreme(rule.shows, place)):
                    found.append(Difference(name, rule.name, value, one["message"]))
        return found

    def compare_whole(self, name, judgement, verdict):
        """The built-in rules and the decision."""
        fired = {}
        for one in verdict["rules"]:
            if one["rule"].split(".")[0] in ("ladder", "series") and one["outcome"] in (FAIL, WAIVED):
                step = step_of(one) if one["rule"] == "ladder.owed" else None
                fired[one["rule"], step] = one["outcome"], one["effect"]
        expected = {(rule, step if rule == "ladder.owed" else None): found for (rule, step), found in judgement.fired.items()}
        if fired != expected:
            return [Difference(name, None, expected, fired)]
        if verdict["decision"] != judgement.decision:
            return [Difference(name, None, judgement.decision, verdict["decision"])]
        return []


def surely(node, place):
    try:
        return evaluate(node, place) == YES
    except TooClose:
        return False


def step_of(told):
    return tuple(told["gate"].split(" -> ")) if told.get("gate") else None


def lines_of(report, wanted):
    """What is said of the lines of the policies, by file and line."""
    found = {}
    for diagnostic in report["diagnostics"]:
        label = (diagnostic["labels"] or [{"file": None}])[0]
        if wanted(diagnostic) and label["file"]:
            name = label["file"][label["file"].index("policies/"):]
            found.setdefault(name, {})[label["line"]] = f"{diagnostic['code']} {diagnostic['message']}"
    return found


COMPARISONS = ("compare", "in_range", "in_items", "in_list")


def comparisons(node):
    found = [node] if node[0] in COMPARISONS else []
    return found + [inner for child in children(node) for inner in comparisons(child)]


def of_an_element(node):
    return node[0] in ("own", "it", "computed", "group_key", "same_by", "first_seen") or any(map(of_an_element, children(node)))


def over(facts, snapshot):
    """A snapshot over what stands below it: it wins key by key, also inside of records."""
    both = {**facts, **snapshot}
    return {name: over(facts[name], value) if isinstance(value, dict) and name in facts else value for name, value in both.items()}


def count(tally, what):
    tally[what] = tally.get(what, 0) + 1


def expressions(rule):
    return [e for e in (rule.when, rule.shows, *rule.conditions) if e]


def uses(node, let):
    return any(inner[0] in ("let", "computed") and inner[-1] is let for inner in whole(node))
