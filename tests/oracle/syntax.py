"""Expressions as tuples, and how they are written in a `.gate` file.

    ("literal", value, text)            ("param", name, value, text)     ("let", name, inner)      ("paren", inner)
    ("field", path)                     a field of the snapshot
    ("own", path) ("it",)               a field of the element, the element
    ("judged", path)                    `snapshot.path`
    ("arithmetic", op, a, b) ("negative", a) ("days_between", a, b) ("move_date", op, a, seconds, months, text)
    ("compare", op, a, b)               b may be ("months", n, text)
    ("in_range", a, low, high, inside) ("in_items", a, items, inside) ("in_list", a, path, inside)
    ("and", a, b) ("or", a, b) ("not", a) ("if", c, a, b) ("at_least", n, items) ("has", path) ("default", path, a)
    ("aggregate", function, source, field, where, by, over, amount)
        source: ("list", path), ("scalar", a), ("distinct", path, field, where, over) or an aggregate with a `by`
    ("with_confidence", comparison, level) ("confidence", comparison)
    ("held", p) ("streak", p) ("since", day) ("previous", a) ("first", a)
    ("latest", a, over) ("change", a, over) ("trend", a, over)          over: days, or "stage"
"""

OR, AND, NOT, COMPARE, ADD, MULTIPLY, NEGATIVE, ATOM = range(8)


def write(node, least=OR):
    text, binds = written(node)
    return f"({text})" if binds < least else text


def written(node):
    match node:
        case ("literal", _, text):
            return text, NEGATIVE if text.startswith("-") else ATOM
        case ("param" | "let", name, *_):
            return name, ATOM
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
        case ("with_confidence", comparison, level):
            return f"{write(comparison)} with {write(level, ATOM)} confidence", COMPARE
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
            return f"distinct({of(('list', path), field)}{clauses(where, None, over)})", ATOM
        case ("latest" | "change" | "trend", inner, over):
            return f"{node[0]}({write(inner)} over {span(over)})", ATOM
        case (function, inner):
            return f"{function}({write(inner)})", ATOM
    raise ValueError(f"no such expression: {node}")


def span(over):
    if over == "stage":
        return "stage"
    return f"{over // 7} weeks" if over % 7 == 0 else f"{over} days"


def of(source, field):
    if source[0] == "list":
        return ".".join(source[1] + (field or ()))
    return write(source[1]) if source[0] == "scalar" else write(source)


def clauses(where, by, over):
    text = "" if where is None else f" where {write(where)}"
    text += "" if by is None else f" by {'.'.join(by)}"
    return text + ("" if over is None else f" over {span(over)}")


def aggregate(node):
    _, function, source, field, where, by, over, amount = node
    amount = "" if amount is None else f", {write_share(amount)}"
    return f"{function}({of(source, field)}{clauses(where, by, over)}{amount})"


def write_share(amount):
    return f"{float(amount * 100):g}%"


def children(node):
    """The expressions inside an expression, however they are kept in its tuple."""
    for part in node[1:]:
        if isinstance(part, tuple) and part and isinstance(part[0], str) and part[0] in KINDS:
            yield part
        elif isinstance(part, list):
            yield from part


KINDS = {
    "literal", "param", "let", "paren", "field", "own", "it", "judged", "arithmetic", "negative", "days_between", "move_date",
    "compare", "months", "in_range", "in_items", "in_list", "and", "or", "not", "if", "at_least", "has", "default", "aggregate",
    "list", "scalar", "distinct", "with_confidence", "confidence", "held", "streak", "since", "previous", "first", "latest",
    "change", "trend",
}


def paths(node):
    """Every field of the snapshot that an expression looks at."""
    if node[0] in ("field", "list", "judged"):
        yield node[1]
    for child in children(node):
        yield from paths(child)
