"""Expressions as tuples, and how they are written in a `.gate` file.

    ("literal", value, text)            ("paren", inner)
    ("param", name, Param)              ("let", name, Let)         ("entry", name, Param, key)     `floor[key]`
    ("field", path)                     a field of the snapshot
    ("own", path) ("it",)               a field of the element, the element
    ("computed", Computed)              a computed field of the element
    ("group_key", index, name)          a key of the group, by its name
    ("judged", path)                    `snapshot.path`
    ("arithmetic", op, a, b) ("negative", a) ("days_between", a, b) ("move_date", op, a, seconds, months, text)
    ("compare", op, a, b)               b may be ("months", n, text)
    ("in_range", a, low, high, inside) ("in_items", a, items, inside) ("in_list", a, path, inside)
    ("in_param", a, name, Param, inside) ("matches", a, pattern, inside)
    ("and", a, b) ("or", a, b) ("not", a) ("if", c, a, b) ("at_least", n, items) ("has", path) ("default", path, a)
    ("aggregate", function, source, field, where, among, by, over, amount)
        source: ("list", path), ("scalar", a), ("distinct", path, field, where, over), ("param_list", name, Param),
        ("workflows",), ("counts", a, b) for `share(a of b)`, or an aggregate with a `by`, which is a list of keys
    ("same_by", aggregate)              in a `where`: the same aggregate of the group that is looked at
    ("with_confidence", comparison, level, population or None, every) ("confidence", comparison, population or None, every)
        the left side may be ("arithmetic", "-", a, b), each a sample or a `previous` of one; every: whether `at every look`
    ("held", p) ("held_value", a) ("streak", p) ("since", day)
    ("previous", a, where, other) ("first", a, where) ("latest", a, where, over) ("change", a, over) ("trend", a, over)
    ("asks", stage)
    ("today",) ("now",) ("entered",) ("judged_entered",) ("first_seen",) ("weekday", day) ("hour", time) ("day", time)

Of `over`: days, "stage", "all", "week", "month", "quarter", "year", ("snapshots", n, text) or ("at_most", days, text).
"""

from fractions import Fraction

OR, AND, NOT, COMPARE, ADD, MULTIPLY, NEGATIVE, ATOM = range(8)


def write(node, least=OR):
    text, binds = written(node)
    return f"({text})" if binds < least else text


def written(node):
    match node:
        case ("literal", _, text):
            return text, NEGATIVE if text.startswith("-") else ATOM
        case ("param" | "let", name, _):
            return name, ATOM
        case ("entry", name, _, key):
            return f"{name}[{write(key)}]", ATOM
        case ("computed", field):
            return field.name, ATOM
        case ("group_key", _, name):
            return name, ATOM
        case ("same_by", inner):
            return write(inner), ATOM
        case ("today" | "now" | "entered" | "first_seen",):
            return node[0], ATOM
        case ("judged_entered",):
            return "snapshot.entered", ATOM
        case ("months", _, text):
            return text, ATOM
        case ("paren", inner):
            return f"({write(inner)})", ATOM
        case ("field" | "own", path):
            return ".".join(path), ATOM
        case ("it",):
            return "it", ATOM
        case ("judged", path):
            return "snapshot." + ".".join(path), ATOM
        case ("arithmetic", op, a, b):
            level = ADD if op in "+-" else MULTIPLY
            return f"{write(a, level)} {op} {write(b, level + 1)}", level
        case ("negative", a):
            return f"-{write(a, ATOM)}", NEGATIVE
        case ("days_between", a, b):
            return f"{write(a, ADD)} - {write(b, MULTIPLY)}", ADD
        case ("move_date", op, a, _, _, text):
            return f"{write(a, ADD)} {op} {text}", ADD
        case ("compare", op, a, b):
            return f"{write(a, ADD)} {op} {write(b, ADD)}", COMPARE
        case ("in_range", a, low, high, inside):
            return f"{write(a, ADD)} {'' if inside else 'not '}in {write(low, ADD)} to {write(high, ADD)}", COMPARE
        case ("in_items", a, items, inside):
            return f"{write(a, ADD)} {'' if inside else 'not '}in [{', '.join(map(write, items))}]", COMPARE
        case ("in_list", a, path, inside):
            return f"{write(a, ADD)} {'' if inside else 'not '}in {'.'.join(path)}", COMPARE
        case ("in_param", a, name, _, inside):
            return f"{write(a, ADD)} {'' if inside else 'not '}in {name}", COMPARE
        case ("matches", a, pattern, inside):
            text = f"{write(a, ADD)} matches {write(pattern, ADD)}"
            return (text, COMPARE) if inside else (f"not {text}", NOT)
        case ("with_confidence", comparison, level, population, every):
            return f"{write(comparison)} with {write(level, ATOM)} confidence{tail(population, every)}", COMPARE
        case ("confidence", comparison, population, every):
            return f"confidence({write(comparison)}{tail(population, every)})", ATOM
        case ("and", a, b):
            return f"{write(a, AND)} and {write(b, NOT)}", AND
        case ("or", a, b):
            return f"{write(a, OR)} or {write(b, AND)}", OR
        case ("not", a):
            return f"not {write(a, NOT)}", NOT
        case ("if", c, a, b):
            return f"(if {write(c)} then {write(a)} else {write(b)})", ATOM
        case ("at_least", n, items):
            return f"at least {n} of [{', '.join(map(write, items))}]", COMPARE
        case ("has", path):
            return f"has {write(path)}", COMPARE
        case ("default", path, other):
            return f"default({write(path)}, {write(other)})", ATOM
        case ("aggregate", *_):
            return aggregate(node), ATOM
        case ("distinct", path, field, where, over):
            return f"distinct({of(('list', path), field)}{clauses(where, None, None, over)})", ATOM
        case ("change" | "trend", inner, over):
            return f"{node[0]}({write(inner)} over {span(over)})", ATOM
        case ("latest", inner, where, over):
            return f"latest({write(inner)}{clauses(where, None, None, over)})", ATOM
        case ("previous", inner, where, other):
            return f"previous({write(inner)}{clauses(where, None, None, None)}{'' if other is None else ', ' + write(other)})", ATOM
        case ("first", inner, where):
            return f"first({write(inner)}{clauses(where, None, None, None)})", ATOM
        case ("held_value", inner):
            return f"held({write(inner)})", ATOM
        case ("asks", stage):
            return f"asks({stage})", ATOM
        case (function, inner):
            return f"{function}({write(inner)})", ATOM
    raise ValueError(f"no such expression: {node}")


def tail(population, every):
    return (f" of {write(population, ADD)}" if population else "") + " at every look" * every


def span(over):
    match over:
        case str():
            return over
        case ("snapshots", _, text):
            return f"{text} snapshots"
        case ("at_most", length, _):
            return f"at most {span(length)}"
    for unit, days in (("weeks", 7), ("days", 1), ("h", Fraction(1, 24)), ("min", Fraction(1, 1440))):
        if over % days == 0:
            return f"{over / days} {unit}" if isinstance(over, Fraction) else f"{over // days} {unit}"


def of(source, field):
    match source:
        case ("list", path):
            return ".".join(path) + (f".{write(field)}" if field else "")
        case ("scalar", inner):
            return write(inner)
        case ("param_list", name, _):
            return name
        case ("counts", a, b):
            return f"{write(a)} of {write(b)}"
        case ("workflows",):
            return "workflows" + (f".{write(field)}" if field else "")
    return write(source)


def clauses(where, among, by, over):
    text = "" if where is None else f" where {write(where)}"
    text += "" if among is None else f" among {write(among)}"
    keys = [write(key) for key in by or []]
    text += "" if by is None else f" by {keys[0]}" if len(keys) == 1 else f" by [{', '.join(keys)}]"
    return text + ("" if over is None else f" over {span(over)}")


def aggregate(node):
    _, function, source, field, where, among, by, over, amount = node
    amount = "" if amount is None else f", {write_share(amount)}"
    return f"{function}({of(source, field)}{clauses(where, among, by, over)}{amount})"


def write_share(amount):
    return f"{float(amount * 100):g}%"


def children(node):
    """The expressions inside an expression, however they are kept in its tuple; not those of the lets that it names."""
    for part in node[1:]:
        if isinstance(part, tuple) and part and isinstance(part[0], str) and part[0] in KINDS:
            yield part
        elif isinstance(part, list):
            yield from part


KINDS = {
    "literal", "param", "let", "entry", "paren", "field", "own", "computed", "group_key", "it", "judged", "arithmetic", "negative",
    "days_between", "move_date", "compare", "months", "in_range", "in_items", "in_list", "in_param", "matches", "and", "or", "not",
    "if", "at_least", "has", "default", "aggregate", "list", "scalar", "distinct", "param_list", "workflows", "counts", "same_by",
    "with_confidence", "confidence", "held", "held_value", "streak", "since", "previous", "first", "latest", "change", "trend", "asks",
    "today", "now", "entered", "judged_entered", "first_seen", "weekday", "hour", "day",
}


def whole(node, seen=()):
    """An expression and everything inside it, also of the lets that it names."""
    yield node
    if node[0] == "let" and node[2] not in seen:
        yield from whole(node[2].inner, (*seen, node[2]))
    if node[0] == "computed" and node[1] not in seen:
        yield from whole(node[1].inner, (*seen, node[1]))
    for child in children(node):
        yield from whole(child, seen)


def unfolded(node):
    """Without the names of lets and the parentheses around it."""
    match node:
        case ("let", _, let):
            return unfolded(let.inner)
        case ("paren", inner):
            return unfolded(inner)
    return node


def paths(node):
    """Every field of the snapshot that an expression looks at, and what else it looks at by its name."""
    for inner in whole(node):
        if inner[0] in ("field", "list", "judged"):
            yield inner[1]
        elif inner[0] in ("today", "now", "entered", "workflows", "since", "asks"):
            yield (inner[0],)
