"""What a repository declares: the ladder, the cadence and the fields of a snapshot; and how values are written in YAML."""

import json
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from syntax import span
from values import Counted, Ranged

SECONDS = {"ms": Fraction(1, 1000), "s": 1, "min": 60, "h": 3600, "days": 86400, "weeks": 604800}


@dataclass(frozen=True)
class Type:
    """`name` as in the language, `detail` its unit, members, element or fields, `low` and `high` its declared range."""

    name: str
    detail: object = None
    low: Fraction | None = None
    high: Fraction | None = None
    key: bool = False
    changing: bool = False
    standing: bool = False
    key_in_data: str | None = None  # what `named` says

    def marks(self):
        named = f" named {json.dumps(self.key_in_data)}" if self.key_in_data else ""
        marks = (" key" * self.key, " changing" * self.changing, " standing" * self.standing, named)
        return "".join(marks)

    def declared(self):
        match self.name:
            case "list":
                return f"list of {self.detail.declared()}"
            case "record":
                inner = ", ".join(f"{name}: {kind.declared()}{kind.marks()}" for name, kind in self.detail.items())
                return f"{{ {inner} }}"
            case "member":
                return f"one of [{', '.join(self.detail)}]"
        unit = f" {self.detail}" if self.detail else ""
        bounds = "" if self.low is None else f" from {self.bound(self.low)} to {self.bound(self.high)}"
        return self.name + unit + bounds

    def bound(self, value):
        return write_value(value, self) if self.name == "share" else f"{float(value):g}"


@dataclass
class World:
    ladder: list
    fields: dict
    every: object  # days, "weekday", or no cadence
    grace: object
    instants: bool = False
    quoted: bool = False  # whether quantities are written in quotes
    collected: bool = False  # whether snapshots say where their values are from

    def type_of(self, path):
        """Of a field; a list's elements have no step of their own in a path."""
        fields, found = self.fields, None
        for name in path:
            found = fields[name]
            inner = found.detail if found.name == "list" else found
            fields = inner.detail if inner.name == "record" else {}
        return found

    def key_of(self, path):
        inner = self.type_of(path).detail
        keys = [name for name, kind in inner.detail.items() if kind.key] if inner.name == "record" else []
        return keys[0] if keys else None

    def never_negative(self, path):
        kind = self.type_of(path)
        kind = kind.detail if kind.name == "list" else kind
        if kind.name in ("count", "duration"):
            return True
        return kind.low >= 0 if kind.low is not None else kind.name == "share"

    def declared(self):
        cadence = "" if self.every is None else f"every {length(self.every)} grace {length(self.grace)} "
        lines = [f"stages {' -> '.join(self.ladder)}", f"snapshot {cadence}{{"]
        if self.instants:
            lines.append("  date: time required")
        for name, kind in self.fields.items():
            if kind.name == "record":
                marks, declared = kind.marks(), kind.declared()
                lines.append(f"  {name}{marks} {declared}")
            else:
                lines.append(f"  {name}: {kind.declared()}{kind.marks()}")
        return "\n".join(lines) + "\n}\n"


def length(every):
    """A cadence or a grace."""
    return every if every == "weekday" else span(every) if every else "0 days"


def decimal(value):
    return f"{float(value):.12g}"


def instant(value):
    day = value.__floor__()
    seconds = (value - day) * 86400
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{date.fromordinal(int(day)).isoformat()}T{int(hours):02}:{int(minutes):02}" + (f":{int(seconds):02}" if seconds else "") + "Z"


def write_value(value, kind, quoted=False):
    """A value as YAML, which is also how most literals are written."""
    if value is None:
        return "null"
    match value:
        case Ranged(low, high):
            return quote(f"{write_value(low, kind)} to {write_value(high, kind)}", quoted)
        case Counted(part, whole):
            return quote(f"{part} of {whole}", quoted)
    match kind.name:
        case "list":
            return "[" + ", ".join(write_value(item, kind.detail, quoted) for item in value) + "]"
        case "record":
            inner = (f"{key_of(name, kind.detail[name])}: {write_value(item, kind.detail[name], quoted)}" for name, item in value.items())
            return "{ " + ", ".join(inner) + " }"
        case "bool":
            return "true" if value else "false"
        case "share":
            return quote(f"{decimal(value * 100)}%", quoted)
        case "duration":
            unit = next(unit for unit in ("weeks", "days", "h", "min", "s", "ms") if value % SECONDS[unit] == 0)
            return quote(f"{value / SECONDS[unit]} {unit}", quoted)
        case "date":
            return date.fromordinal(int(value)).isoformat()
        case "time":
            return instant(value)
        case "count" | "number":
            return quote(f"{decimal(value)} {kind.detail}", quoted) if kind.detail else decimal(value)
    return str(value)


def quote(text, quoted):
    return f'"{text}"' if quoted else text


def key_of(name, kind):
    """As a key of YAML."""
    return json.dumps(kind.key_in_data) if kind.key_in_data else name


def built_in(world):
    return {"date": Type("time" if world.instants else "date"), "stage": Type("stage"), "advance_to": Type("stage"), "retired": Type("date")}


def write_fields(values, world):
    kinds = {**built_in(world), **world.fields}
    return "".join(f"{key_of(name, kinds[name])}: {write_value(value, kinds[name], world.quoted)}\n" for name, value in values.items())


def write_snapshot(snapshot, workflow, world):
    return f"workflow: {workflow}\n" + write_fields(snapshot, world)
