"""The example repositories as tables: what their files say, a row for each snapshot."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
# With the day, or the time, that the command line's own tests judge them on.
AS_OF = {
    "ai-evals": "2026-11-28",
    "canary": "2026-11-23T15:12Z",
    "organisation/teams/claims": "2026-11-23",
    "organisation/teams/support": "2026-11-23",
    "platform": "2026-11-23",
    "support-desk": "2026-11-23",
}


class _Plain(yaml.SafeLoader):
    """Reads what a snapshot reads: dates and amounts are texts."""


_Plain.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", list("tf")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("float", r"^[-+]?[0-9]+\.[0-9]+$", list("-+0123456789")),
):
    _Plain.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def read(file: Path) -> list[dict[str, Any]]:
    """The documents of a file."""
    return [found for found in yaml.load_all(file.read_text(), _Plain) if found]  # noqa: S506


def rows(folder: Path) -> list[dict[str, Any]]:
    """The snapshots below a folder, each upon the standing facts beside it."""
    files = sorted(file for file in folder.glob("rollouts/*/*") if file.name != "rollout.yaml")
    found = []
    for file in files:
        standing = file.with_name("rollout.yaml")
        beneath = read(standing)[0] if standing.exists() else {}
        own = {"workflow": file.parent.name}
        found += [_over(own | beneath, snapshot) for snapshot in read(file)]
    columns = list({column: None for row in found for column in row})
    return [{column: row.get(column) for column in columns} for row in found]


def _over(beneath: Any, upper: Any) -> Any:
    """A record over another one, key by key; anything else in its place."""
    if not (isinstance(beneath, dict) and isinstance(upper, dict)):
        return upper
    return beneath | {key: _over(beneath.get(key), value) for key, value in upper.items()}


def table(given: list[dict[str, Any]]) -> pyarrow.Table:
    """The same as Arrow has it."""
    return pyarrow.Table.from_pylist(given)


def printed(example: str) -> list[dict[str, Any]] | None:
    """The workflows as the command line's blessed report has them; none where that is of several projects or of none."""
    folder, _, team = example.partition("/")
    report = ROOT / "tests" / "blessed" / folder / "plain" / "check.json"
    if not report.exists():
        return None
    workflows = json.loads(report.read_text())["workflows"]
    return [own for own in workflows if not team or own["project"] == team]


def told(workflows: list[dict[str, Any]]) -> list[tuple]:
    """Decisions, outcomes and values, without places."""
    return [
        (own["workflow"], own["decision"], own["stage"], own["asks"], [_told_rule(rule) for rule in own["rules"]])
        for own in workflows
    ]


def _told_rule(rule: dict[str, Any]) -> tuple:
    # A text of a table stands in quotes.
    values = [(seen["expression"].strip('"'), seen["value"]) for seen in rule["evidence"]]
    return (rule["rule"], rule["outcome"], rule["effect"], rule["applied"], rule["message"], values)
