"""Random policies and the configuration of a project, and how both are written down."""

import json
from datetime import date
from fractions import Fraction

from conditions import Expressions
from constructs import on
from policy import Computed, Let, Param, Policy, Rule
from syntax import write
from words import *
from world import length

EFFECTS = ["note", "warn", "hold", "rollback"]
STEPS = list(zip(LADDER, LADDER[1:]))


def policy(rng, world, name, size, depth, deciding, others, workflows):
    expressions = Expressions(rng, world, workflows)
    for other in others:  # which this one may look at, by their names
        expressions.params += [((kind, f"{other.name}.{own}", what), flavour) for (kind, own, what), flavour in other.named]
    made = Policy(name, [])
    params(rng, expressions, made, workflows)
    if on("computed"):
        computed(rng, expressions, made)
    for i in range(3):
        inner, flavour = expressions.number(rng.choice(DIMENSIONS), 1)
        declare(expressions, made, f"let{i}", inner, flavour)
    for construct in ("every_look", "difference"):
        if on(construct):
            inner, flavour = expressions.growing(1) if construct == "every_look" else expressions.apart()
            let = declare(expressions, made, f"of_{construct}", inner, flavour)
            expressions.samples.append((("let", let.name, let), flavour))
    if on("recursion"):
        looking_back_at_itself(rng, expressions, made)
    made.named = [entry for entry in expressions.params if entry[0][2] in made.params] + expressions.lets
    made.named = [entry for entry in made.named if entry[1] != "bool"]
    if rng.random() < 0.3:
        made.when = expressions.condition(1)
    for i, gate in enumerate(gates(rng, size, deciding)):
        made.rules.append(rule(rng, expressions, f"{name}.r{i}", depth, gate))
        if deciding and rng.random() < (0.8 if not gate else 0.5):
            made.rules[-1].effect = rng.choice(["note", "warn"])
            made.rules[-1].undecided = None
        settle(rng, made.rules[-1], workflows)
    return made


def gates(rng, size, deciding):
    """The steps of the gate of each rule: none of a rule that stands."""
    if not deciding:
        return [(rng.choice(STEPS),) if rng.random() < 0.2 else () for _ in range(size)]
    # Few rules that stand in the way, and most gates declared.
    found, i = [], 0
    while i < len(STEPS):
        wide = on("gate_steps") and rng.random() < 0.35 and i + 1 < len(STEPS)
        if rng.random() < 0.8:
            found += [tuple(STEPS[i: i + 1 + wide])] * rng.choice([1, 1, 2])
        i += 1 + wide
    return found + [()] * size


def declare(expressions, made, name, inner, flavour):
    let = Let(name, inner)
    made.lets.append(let)
    expressions.lets.append((("let", name, let), flavour))
    return let


def computed(rng, expressions, made):
    for i, rows in enumerate(["outputs", "outputs", "flags"]):
        if rng.random() < 0.6:
            field = Computed(rows, f"own{i}", expressions.condition(1, rows), "bool")
        else:
            inner, flavour = expressions.number("plain" if rows == "flags" else rng.choice(["plain", "part"]), 1, rows)
            field = Computed(rows, f"own{i}", inner, flavour)
        made.lets.append(field)
        expressions.computed.append(field)


def looking_back_at_itself(rng, expressions, made):
    """Lets that use what they were at an earlier snapshot."""
    yes, no, zero = ("literal", True, "true"), ("literal", False, "false"), ("literal", Fraction(0), "0")
    let = Let("memory", yes)
    me = ("let", "memory", let)
    match rng.choice(["hysteresis", "hysteresis", "counter", "highest", "found"]):
        case "hysteresis":
            before = ("previous", me, None, rng.choice([yes, no, None]))
            let.inner = ("if", expressions.condition(1), yes, ("if", expressions.condition(0), no, before))
            flavour = "bool"
        case "counter":
            one = ("literal", Fraction(1), "1")
            let.inner = ("arithmetic", "+", ("previous", me, None, zero), ("if", expressions.condition(1), one, zero))
            flavour = "count"
        case "highest":
            field = ("field", ("errors",))
            before = ("previous", me, None, rng.choice([zero, None]))
            let.inner = ("if", ("compare", ">", field, before), field, before)
            flavour = "count"
        case "found":
            # Something that was yes at the last snapshot at which it was no, or which it never was.
            before = ("previous", ("field", rng.choice(CONDITIONS)), ("not", me), yes)
            let.inner = ("and", expressions.condition(0), before)
            flavour = "bool"
    made.lets.append(let)
    expressions.lets.append((me, flavour))


# --- params -------------------------------------------------------------------------------------------------------------


def params(rng, expressions, made, workflows):
    for i in range(3):
        flavour = rng.choice(["share", "count", "usd", "score", "span"])
        value = literal_of(rng, expressions, flavour)
        param = Param(f"limit{i}", flavour, value[1], value[2])
        fitting = lambda: literal_of(rng, expressions, flavour)[1:]
        param.steps = steps(rng, fitting, 0.3)
        if rng.random() < 0.2:
            param.overrides = {name: steps(rng, fitting, 1) for name in rng.sample(workflows, min(2, len(workflows)))}
        made.params.append(param)
        expressions.params.append((("param", param.name, param), flavour))
    if on("tables"):
        for i, by in enumerate(rng.sample(["kind", "area", "stage", "text"], 2)):
            param = table(rng, expressions, f"table{i}", by)
            made.params.append(param)
            expressions.tables.append((param.name, param, by))
    if on("param_lists"):
        kind = rng.choice(["area", "text", "kind", "count"])
        values = lambda: rng.sample({"area": AREAS, "text": MODELS, "kind": KINDS, "count": POOL["count"]}[kind], rng.choice([1, 2, 3]))
        shown = lambda found: "[" + ", ".join(f'"{v}"' if kind == "text" else str(v) for v in found) + "]"
        pair = lambda: (lambda found: (found, shown(found)))(values())
        param = Param("required", kind, *pair())
        param.steps = steps(rng, pair, 0.3)
        made.params.append(param)
        expressions.lists.append((param.name, param, kind))


def literal_of(rng, expressions, flavour):
    value = expressions.literal(flavour)
    while flavour == "share" and "%" not in value[2]:  # a bare number is no share
        value = expressions.literal(flavour)
    return value


def steps(rng, value, chance):
    """How the configuration sets something: once, or from some days on."""
    if rng.random() > chance:
        return []
    if not on("dated") or rng.random() < 0.5:
        return [(None, *value())]
    days = sorted(rng.sample(range(TODAY - 70, TODAY + 10), rng.choice([1, 2, 2])))
    first = [(None, *value())] if rng.random() < 0.5 else []
    return first + [(day, *value()) for day in days]


def table(rng, expressions, name, by):
    flavour = rng.choice(["share", "count", "score"])
    keys = {"kind": KINDS, "area": AREAS, "stage": LADDER, "text": MODELS}[by]
    every = by != "text" and rng.random() < 0.4
    picked = keys if every else rng.sample(keys, rng.choice([1, 2]))
    values, texts = {}, {}
    for key in [*picked] + ([] if every else ["else"]):
        _, values[key], texts[key] = literal_of(rng, expressions, flavour)
    param = Param(name, flavour, values, texts)
    if rng.random() < 0.3:
        changed = rng.choice(picked)
        param.steps = [(first, {changed: value}, text) for first, value, text in
                       steps(rng, lambda: literal_of(rng, expressions, flavour)[1:], 1)]
    return param


# --- rules --------------------------------------------------------------------------------------------------------------


def settle(rng, made, workflows):
    """What the configuration does to a rule: another effect, or a waiver."""
    if made.undecided is None:
        made.settings = steps(rng, lambda: (rng.choice([*EFFECTS, "off"]),), 0.1)
    for workflow in workflows:
        if rng.random() < 0.03:
            made.waivers[workflow] = waiver(rng)


def waiver(rng):
    """Its first day, if it has one, and its last: one that still counts, or one that once did."""
    last = rng.choice([TODAY + 40, TODAY + 40, TODAY + 40, TODAY - 20, TODAY - 10])
    return (last - rng.choice([30, 60]) if rng.random() < 0.3 else None, last)


def settle_built_in(rng, rules, workflows):
    for made in rules.values():
        made.settings = steps(rng, lambda: (rng.choice(["off", "note", "warn", "hold"]),), 0.12)
        for workflow in workflows:
            if rng.random() < 0.05:
                made.waivers[workflow] = waiver(rng)


def rule(rng, expressions, name, depth, gate):
    effect = rng.choices(EFFECTS, [2, 2, 4, 2 if not gate else 0.3])[0]
    if rng.random() < 0.15:
        return Rule(name, [("literal", True, "true")], True, effect="note", gates=gate, shows=expressions.shown(depth))
    trigger = rng.random() < 0.5
    conditions = [expressions.condition(depth) for _ in range(1 if trigger or rng.random() < 0.7 else 2)]
    made = Rule(name, conditions, trigger, effect=effect, gates=gate)
    if rng.random() < 0.25:
        made.when = expressions.condition(1)
        if trigger:  # a trigger has one condition only
            made.conditions, made.when = [("and", made.when, conditions[0])], None
    if rng.random() < 0.2:
        made.undecided = rng.choice(["pass", "warn", "hold"][: {"note": 1, "warn": 2}.get(effect, 3)])
    if rng.random() < 0.1:
        made.shows = expressions.shown(1)
    return made


# --- written down -------------------------------------------------------------------------------------------------------


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


def write_param(param):
    if not isinstance(param.text, dict):
        return f'  param {param.name} = {param.text} "a limit"'
    entries = (f"{key_text(key)}: {text}" for key, text in param.text.items())
    return f'  param {param.name} = {{ {", ".join(entries)} }} "limits"'


def key_text(key):
    return f'"{key}"' if key in MODELS else key


def write_let(let):
    name = f"{let.list}.{let.name}" if isinstance(let, Computed) else let.name
    return f"  let {name} = {write(let.inner)}"


def write_policy(made):
    """Its lines, each with what it declares."""
    lines = [(f'policy {made.name} "P"' + (f" when {write(made.when)}" if made.when else "") + " {", made)]
    lines += [(write_param(param), param) for param in made.params]
    lines += [(write_let(let), let) for let in made.lets]
    for gate in dict.fromkeys(rule.gates for rule in made.rules):
        rules = [(write_rule(rule), rule) for rule in made.rules if rule.gates == gate]
        named = ", ".join(f"{a} -> {b}" for a, b in gate)
        lines += rules if not gate else [(f'  gate {named} "G" {{', gate), *rules, ("  }", gate)]
    return [*lines, ("}", made)]


def write_steps(steps, key):
    """A setting: a value, or what it is from which day on."""
    if all(first is None for first, *_ in steps):
        return steps[0][-1]
    parts = [f"{{ {key}: {text}" + (f", from: {date.fromordinal(first).isoformat()}" if first else "") + " }" for first, *_, text in steps]
    return parts[0] if len(parts) == 1 else f"[{', '.join(parts)}]"


def setting_of(policy, param, steps):
    name = f"{policy.name}.{param.name}"
    if isinstance(param.text, dict):
        key = next(iter(steps[0][1]))
        name = f"'{name}[{key_text(key)}]'" if key in MODELS else f"{name}.{key}"
    return f"{name}: {write_steps(steps, 'value')}"


def write_config(policies, built_in, cadences, workflows):
    """The `tollgate.yaml`."""
    rules = [rule for policy in policies for rule in policy.rules] + list(built_in.values())
    day = lambda ordinal: date.fromordinal(ordinal).isoformat()
    waivers = [{"rule": rule.name, "workflow": workflow, "because": "a trial", "owner": "ana@example.com",
                **({"from": day(first)} if first else {}), "until": day(last)}
               for rule in rules for workflow, (first, last) in rule.waivers.items() if workflow in workflows]
    params = [(policy, param) for policy in policies for param in policy.params]
    overrides = [f"  - {{ workflows: [{workflow}], params: {{ {setting_of(policy, param, steps)} }} }}"
                 for policy, param in params for workflow, steps in param.overrides.items() if workflow in workflows]
    overrides += [f"  - {{ workflows: [{workflow}], cadence: {{ every: {length(made.every)}, grace: {length(made.grace)} }} }}"
                  for workflow, made in cadences.items()]
    sections = {
        "policies": ["  - policies/"],
        "params": [f"  {setting_of(policy, param, param.steps)}" for policy, param in params if param.steps],
        "rules": [f"  {rule.name}: {write_steps(rule.settings, 'effect')}" for rule in rules if rule.settings],
        "overrides": overrides,
        "waivers": [f"  - {json.dumps(waiver)}" for waiver in waivers],
    }
    return "".join("\n".join([f"{name}:", *lines, ""]) for name, lines in sections.items() if lines)
