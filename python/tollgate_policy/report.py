"""What came of it: typed, as dicts, and as tables."""

from __future__ import annotations

import html
import json
from functools import cached_property
from typing import Any

from .native import NativeAnswer


class Answer:
    """What a command says. ``str()`` is the terminal's text."""

    def __init__(self, native: NativeAnswer) -> None:
        self._native = native

    @property
    def exit(self) -> int:
        """The exit code of the command line: 0, 1 if something holds, 2 if something could not be judged."""
        return self._native.exit

    @cached_property
    def _dict(self) -> dict[str, Any]:
        return _located(json.loads(self._native.json), self._native)

    def to_dict(self) -> dict[str, Any]:
        """As ``--format json`` has it. A place in a row also has its ``cell``: ``table``, ``row`` and ``column``."""
        return self._dict

    def __str__(self) -> str:
        return self._native.text

    def __repr__(self) -> str:
        return f"<{type(self).__name__} exit={self.exit}>"


class Report(Answer):
    """Verdicts, a workflow each."""

    @cached_property
    def workflows(self) -> list[Workflow]:
        """All of them, in order."""
        return [Workflow(own) for own in self._dict["workflows"]]

    @property
    def diagnostics(self) -> list[dict[str, Any]]:
        """What is wrong with policies and snapshots."""
        return self._dict["diagnostics"]

    def __getitem__(self, workflow: str) -> Workflow:
        for own in self.workflows:
            if workflow in (own.workflow, own.name):
                return own
        raise KeyError(workflow)

    def to_arrow(self) -> Any:
        """A table with a row for each workflow."""
        import pyarrow

        return pyarrow.Table.from_pylist(self._rows(), schema=None) if self.workflows else pyarrow.table({})

    def to_pandas(self) -> Any:
        """The same for pandas."""
        import pandas

        return pandas.DataFrame(self._rows())

    def _rows(self) -> list[dict[str, Any]]:
        columns = ("workflow", "project", "stage", "asks", "decision")
        return [
            {column: getattr(own, column) for column in columns}
            | {
                "failed": [rule.rule for rule in own.rules if rule.outcome == "fail"],
                "undecided": [rule.rule for rule in own.rules if rule.outcome == "undecided"],
            }
            for own in self.workflows
        ]

    def _repr_html_(self) -> str:
        page = self._native.html() or ""
        return f'<iframe title="Tollgate report" style="width:100%;height:40em;border:0" srcdoc="{html.escape(page)}"></iframe>'


class _OfDict:
    def __init__(self, own: dict[str, Any]) -> None:
        self._own = own

    def to_dict(self) -> dict[str, Any]:
        """As ``--format json`` has it."""
        return self._own

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class Workflow(_OfDict):
    """A workflow with its verdict."""

    @property
    def workflow(self) -> str:
        return self._own["workflow"]

    @property
    def project(self) -> str | None:
        return self._own.get("project")

    @property
    def name(self) -> str:
        """With its project before it."""
        return f"{self.project}: {self.workflow}" if self.project else self.workflow

    @property
    def decision(self) -> str:
        """``advance``, ``continue``, ``hold``, ``rollback``, ``error`` or ``retired``."""
        return self._own["decision"]

    @property
    def stage(self) -> str | None:
        return self._own.get("stage")

    @property
    def asks(self) -> str | None:
        """The stage that it asks to move to."""
        return self._own.get("asks")

    @property
    def rules(self) -> list[Rule]:
        return [Rule(rule) for rule in self._own["rules"]]

    def __str__(self) -> str:
        return f"{self.name}: {self.decision}"


class Rule(_OfDict):
    """How a rule came out for a workflow."""

    @property
    def rule(self) -> str:
        """``policy.rule``"""
        return self._own["rule"]

    @property
    def outcome(self) -> str:
        """``pass``, ``fail``, ``undecided``, ``not_applicable``, ``waived`` or ``off``."""
        return self._own["outcome"]

    @property
    def applied(self) -> str | None:
        """What that does: ``note``, ``warn``, ``hold`` or ``rollback``."""
        return self._own.get("applied")

    @property
    def message(self) -> str | None:
        return self._own.get("message")

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """The values that were seen, each with its place."""
        return self._own["evidence"]

    def __str__(self) -> str:
        return f"{self.rule}: {self.outcome}"


def _located(value: Any, native: NativeAnswer) -> Any:
    """Adds the column of a row to each place that lies in one."""
    if isinstance(value, list):
        return [_located(one, native) for one in value]
    if not isinstance(value, dict):
        return value
    value = {key: _located(one, native) for key, one in value.items()}
    file, line = value.get("file"), value.get("line")
    if isinstance(file, str) and isinstance(line, int) and file.endswith("]") and "[" in file:
        column = native.column(file, line)
        if column is not None:
            table, _, row = file[:-1].partition("[")
            value["cell"] = {"table": table, "row": row, "column": column}
    return value
