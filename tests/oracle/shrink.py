"""The smallest repository that still shows a disagreement, as far as dropping things one by one gets."""

import copy
from dataclasses import replace
from time import monotonic

from policy import built_in
from syntax import children, whole

# After so many seconds it is small enough.
PATIENCE = 120


def shrink(repository, difference, binary, folder):
    """Its text."""
    small, begun = alone(repository, difference), monotonic()

    def still_differs(candidate):
        try:
            if candidate.errors(binary, folder):
                return None
            found = candidate.differences(binary, folder)
        except Exception:
            return None
        return next((d for d in found if (d.rule is None) == (difference.rule is None)), None)

    last = still_differs(small)
    changed = last is not None
    while changed:
        changed = False
        for candidate in smaller(small, difference.workflow):
            if monotonic() - begun > PATIENCE:
                break
            if found := still_differs(candidate):
                small, last, changed = candidate, found, True
                break
    return describe(small, last or difference)


def alone(repository, difference):
    """The repository with the workflow in question, and the rule if it is about one."""
    repository = copy.deepcopy(repository)
    policies = repository.policies
    if difference.rule is not None:
        for policy in policies:
            policy.rules = [rule for rule in policy.rules if rule.name == difference.rule]
        policies = [policy for policy in policies if policy.rules or is_named(policy, policies)]
    return replace(repository, policies=policies)


def is_named(policy, policies):
    """Whether another policy names one of its lets or params."""
    own = [*policy.params, *policy.lets]
    others = [other for other in policies if other is not policy]
    used = [node for other in others for e in expressions_of(other) for node in whole(e) if node[0] in ("param", "let", "entry")]
    return any(what is made for node in used for what in node[2:3] for made in own)


def expressions_of(policy):
    found = [policy.when] if policy.when else []
    found += [let.inner for let in policy.lets]
    return found + [e for rule in policy.rules for e in (rule.when, rule.shows, *rule.conditions) if e]


def smaller(repository, name):
    """Everything that is one step smaller, the big steps first."""
    others = [other for other in repository.series if other != name]
    if others:
        yield with_workflows(repository, [name])
        for part in (others[: len(others) // 2], others[len(others) // 2:]) if len(others) > 1 else ():
            yield with_workflows(repository, [name, *part])
        for other in others:
            yield with_workflows(repository, [kept for kept in repository.series if kept != other])
    for part, nothing in (("broken", False), ("broken_data", False), ("cadences", {}), ("facts", {}), ("built_in", built_in())):
        if getattr(repository, part) and (part != "built_in" or any(r.settings or r.waivers for r in repository.built_in.values())):
            yield replace(repository, **{part: nothing})
    snapshots = repository.series[name]

    def with_series(series):
        return replace(repository, series={**repository.series, name: series})

    for i in range(len(snapshots) - 1):
        yield with_series(snapshots[i + 1:])
    for field in {part: None for snapshot in snapshots for part in snapshot if part not in ("date", "stage")}:
        yield with_series([{part: value for part, value in snapshot.items() if part != field} for snapshot in snapshots])
    for i in range(len(snapshots)):
        if len(snapshots) > 1:
            yield with_series(snapshots[:i] + snapshots[i + 1:])
    for p, policy in enumerate(repository.policies):
        for made in smaller_policies(policy):
            yield replace(repository, policies=repository.policies[:p] + made + repository.policies[p + 1:])
    for i, snapshot in enumerate(snapshots):
        for changed in smaller_snapshots(snapshot):
            yield with_series(snapshots[:i] + [changed] + snapshots[i + 1:])


def with_workflows(repository, names):
    of = lambda kept: {name: made for name, made in kept.items() if name in names}
    return replace(repository, series=of(repository.series), facts=of(repository.facts), cadences=of(repository.cadences))


def smaller_policies(policy):
    if not policy.rules:
        yield []
    if policy.when:
        yield [replace(policy, when=None)]
    for i in range(len(policy.rules)):
        rest = policy.rules[:i] + policy.rules[i + 1:]
        yield [replace(policy, rules=rest)] if rest else []
    for kept in ("params", "lets"):
        for unused in getattr(policy, kept):
            yield [replace(policy, **{kept: [x for x in getattr(policy, kept) if x is not unused]})]
    for i, rule in enumerate(policy.rules):
        for made in smaller_rules(rule):
            yield [replace(policy, rules=policy.rules[:i] + [made] + policy.rules[i + 1:])]


def of_an_element(node):
    """Whether it speaks of an element that is none of its own."""
    inside = node[0] == "aggregate" or node[0] == "distinct"
    return node[0] in ("own", "it", "group_key") or (not inside and any(map(of_an_element, children(node))))


def smaller_rules(rule):
    for part, nothing in (("when", None), ("undecided", None), ("gates", ()), ("settings", [])):
        if getattr(rule, part):
            yield replace(rule, **{part: nothing})
    if rule.waivers:
        yield replace(rule, waivers={})
    if rule.shows and rule.conditions[0] != ("literal", True, "true"):
        yield replace(rule, shows=None)
    for i, condition in enumerate(rule.conditions):
        if len(rule.conditions) > 1:
            yield replace(rule, conditions=rule.conditions[:i] + rule.conditions[i + 1:])
        for made in smaller_expressions(condition):
            if of_an_element(made):
                continue
            yield replace(rule, conditions=rule.conditions[:i] + [made] + rule.conditions[i + 1:])
    for part in ("when", "shows"):
        if getattr(rule, part):
            for made in smaller_expressions(getattr(rule, part)):
                yield replace(rule, **{part: made})


def smaller_expressions(node):
    """Parts of an expression, and the expression with a smaller part. Those that do not check are passed over by the caller."""
    if node[0] == "same_by":
        # Without the same `by` it would be another aggregate, that is written alike.
        made_smaller = smaller_expressions(node[1])
        yield from (("same_by", made) for made in made_smaller if made[0] == "aggregate" and made[6] == node[1][6])
        return
    yield from children(node)
    if node[0] == "aggregate":
        _, function, source, field, where, among, by, over, amount = node
        if where and function not in ("share", "any", "all", "none", "longest"):
            yield ("aggregate", function, source, field, None, None, by, over, amount)
        if among:
            yield ("aggregate", function, source, field, where, None, by, over, amount)
        if over:
            yield ("aggregate", function, source, field, where, among, by, None, amount)
        if by:
            yield ("aggregate", function, source, field, where, among, None, over, amount)
    if node[0] in ("previous", "first", "latest"):
        for i in range(2, len(node)):
            if node[i] is not None and (node[0], i) != ("latest", 3):
                yield node[:i] + (None,) + node[i + 1:]
    if node[0] == "let":
        yield node[2].inner
    for i, part in enumerate(node[1:], 1):
        if isinstance(part, list):
            for j, item in enumerate(part):
                for made in smaller_expressions(item):
                    yield node[:i] + (part[:j] + [made] + part[j + 1:],) + node[i + 1:]
        elif any(part is child for child in children(node)):
            for made in smaller_expressions(part):
                yield node[:i] + (made,) + node[i + 1:]


def smaller_snapshots(snapshot):
    for name in snapshot:
        if name not in ("date", "stage"):
            yield {kept: value for kept, value in snapshot.items() if kept != name}
    for name, value in snapshot.items():
        if isinstance(value, list):
            for i, item in enumerate(value):
                yield {**snapshot, name: value[:i] + value[i + 1:]}
                if isinstance(item, dict):
                    for part in item:
                        if part != "id":
                            less = {kept: inner for kept, inner in item.items() if kept != part}
                            if less:
                                yield {**snapshot, name: value[:i] + [less] + value[i + 1:]}


def describe(repository, difference):
    what = difference.rule or "the decision"
    parts = [f"{text.strip()}\n" for name, text in repository.texts().items()]
    said = f"  oracle: {difference.expected}\n  tollgate: {difference.found}\n"
    return "\n".join(parts) + f"\nas of {repository.judged_on()}: {what} of {difference.workflow}\n{said}"
