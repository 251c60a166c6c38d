"""What a repository declares: the ladder, the cadence and the fields of a snapshot; and how values are written in YAML."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from syntax import span

SECONDS = {"ms": Fraction(1, 1000), "s": 1, "min": 60, "h": 3600, "days": 86400, "weeks": 604800}


@dataclass(frozen=True)
class Type:
    """`name` as in the language, `detail` its unit, members, element or fields, `low` and `high` its declared range."""

    name: str
    detail: object = None
    low: Fraction | None = None
    high: Fraction | None = None
    key: bool = False

    def declared(self):
        match self.name:
            case "list":
                return f"list of {self.detail.declared()}"
            case "record":
                inner = ", ".join(f"{name}: {kind.declared()}{' key' if kind.key else ''}" for name, kind in self.detail.items())
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
    every: int | None  # days
    grace: int

    @property
    def gap(self):
        return None if self.every is None else self.every + self.grace

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
        lines = [f"stages {' -> '.join(self.ladder)}", "snapshot {" if self.every is None else
                 f"snapshot every {span(self.every)} grace {self.grace} days {{"]
        for name, kind in self.fields.items():
            # What a `rollout.yaml` may hold: anything but the outputs.
            mark = "" if name == "outputs" else " standing"
            record = kind.name == "record"
            lines.append(f"  {name}{mark} {kind.declared()}" if record else f"  {name}: {kind.declared()}{mark}")
        return "\n".join(lines) + "\n}\n"


def decimal(value):
    return f"{float(value):.12g}"


def write_value(value, kind):
    """A value as YAML, which is also how most literals are written."""
    if value is None:
        return "null"
    match kind.name:
        case "list":
            return "[" + ", ".join(write_value(item, kind.detail) for item in value) + "]"
        case "record":
            return "{ " + ", ".join(f"{name}: {write_value(item, kind.detail[name])}" for name, item in value.items()) + " }"
        case "bool":
            return "true" if value else "false"
        case "share":
            return f"{decimal(value * 100)}%"
        case "duration":
            unit = next(unit for unit in ("weeks", "days", "h", "min", "s", "ms") if value % SECONDS[unit] == 0)
            return f"{value / SECONDS[unit]} {unit}"
        case "date":
            return date.fromordinal(int(value)).isoformat()
        case "count" | "number":
            return decimal(value) + (f" {kind.detail}" if kind.detail else "")
    return str(value)


BUILT_IN = {"date": Type("date"), "stage": Type("stage"), "advance_to": Type("stage")}


def write_fields(values, world):
    return "".join(f"{name}: {write_value(value, BUILT_IN.get(name) or world.fields[name])}\n" for name, value in values.items())


def write_snapshot(snapshot, workflow, world):
    return f"workflow: {workflow}\n" + write_fields(snapshot, world)
