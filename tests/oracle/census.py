"""Which constructs a rule uses, and which a workflow of a repository."""

from syntax import unfolded, whole
from values import Ranged

BY_WINDOW = {"all": "over_all", "week": "calendar", "month": "calendar", "quarter": "calendar", "year": "calendar"}
BY_NODE = {"today": "today", "weekday": "weekday", "held_value": "held_value", "asks": "asks",
           "entered": "entered", "judged_entered": "entered",
           "first_seen": "first_seen", "computed": "computed", "group_key": "group_names", "same_by": "same_by", "matches": "matches",
           "entry": "tables", "in_param": "param_lists", "now": "instants", "hour": "instants", "day": "instants"}


def constructs_of(rule):
    found = {"gate_steps"} if len(rule.gates) > 1 else set()
    for expression in (rule.when, rule.shows, *rule.conditions):
        for node in whole(expression) if expression else ():
            found |= set(of_node(node))
    if any(first for first, *_ in rule.settings):
        found.add("dated")
    return found


def of_node(node):
    if node[0] in BY_NODE:
        yield BY_NODE[node[0]]
    match node:
        case ("with_confidence", comparison, _, population, every) | ("confidence", comparison, population, every):
            if population:
                yield "population" if node[0] == "with_confidence" else "confidence_of"
            if every:
                yield "every_look"
            if unfolded(comparison[2])[0] == "arithmetic":
                yield "difference"
            if unfolded(comparison[2])[0] == "field":
                yield "counted_shares"
        case ("aggregate", function, source, _, where, among, by, over, _):
            yield from of_window(over)
            yield from of_aggregate(function, source, where, among, by, over)
        case ("distinct", _, _, _, over) | ("change" | "trend", _, over):
            yield from of_window(over)
        case ("latest", _, where, over):
            yield from of_window(over)
            if where:
                yield "latest_where"
        case ("previous", _, where, other):
            if where:
                yield "previous_where"
            if other:
                yield "previous_else"
        case ("first", _, where) if where:
            yield "first_where"
        case ("let", _, let) if any(inner[0] == "let" and inner[2] is let for inner in whole(let.inner)):
            yield "recursion"
        case ("param", _, param) if any(first for first, *_ in param.steps):
            yield "dated"


def of_window(over):
    if isinstance(over, tuple):
        yield {"snapshots": "over_snapshots", "at_most": "at_most"}[over[0]]
    elif over in BY_WINDOW:
        yield BY_WINDOW[over]


def of_aggregate(function, source, where, among, by, over):
    if function == "longest":
        yield "longest"
    if among:
        yield "among"
    if by and len(by) > 1:
        yield "by_several"
    if source[0] in ("workflows", "param_list", "counts"):
        yield {"workflows": "workflows", "param_list": "param_lists", "counts": "counts"}[source[0]]
    if source[0] == "scalar" and where and over:
        yield "picked_values"
    if source[0] == "list" and over is not None:
        yield "instalments"
        yield "one_truth"
        if any(node[0] == "field" for clause in (where, among) if clause for node in whole(clause)):
            yield "snapshot_reading"
    if source[0] == "list" and function in ("mean", "median", "sum", "min", "max", "percentile"):
        yield "missing_means"


def of_workflow(repository, name):
    """What every rule meets that is judged on a workflow of a repository."""
    world, made = repository.world, repository.series[name]
    kinds = [*world.fields.values(), *world.fields["outputs"].detail.detail.values()]
    outputs = [item for snapshot in made for item in snapshot.get("outputs") or []]
    there = {
        "quoted": world.quoted, "named": any(kind.key_in_data for kind in kinds), "changing": any(kind.changing for kind in kinds),
        "standing": any(kind.standing for kind in kinds), "weekday_cadence": world.every == "weekday" and name not in repository.cadences,
        "broken": repository.broken, "broken_data": repository.broken_data, "instants": world.instants,
        "cadence": name in repository.cadences, "retired": "retired" in repository.facts.get(name, {}) or "retired" in made[-1],
        "collected": world.collected,
        "ranges": any(Ranged in map(type, values_in(snapshot)) for snapshot in made),
        "no_key": world.key_of(("outputs",)) and any("id" not in item for item in outputs),
    }
    return {construct for construct, is_so in there.items() if is_so}


def values_in(value):
    """Everything that a snapshot records, however deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for part in inner for found in values_in(part))]
