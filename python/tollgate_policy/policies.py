"""Policies that are compiled once."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import native
from .report import Answer, Report
from .rows import rows_of


def day_of(as_of: Any, workflows: Iterable[str]) -> dict[str, Any]:
    """A day of judgement as the native module takes it."""
    if isinstance(as_of, datetime.datetime):
        utc = datetime.timezone.utc
        as_of = as_of.replace(tzinfo=as_of.tzinfo or utc).astimezone(utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    elif isinstance(as_of, datetime.date):
        as_of = as_of.isoformat()
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    return {"as_of": as_of, "today": today, "workflows": list(workflows)}


def check(
    path: str | os.PathLike[str],
    *,
    as_of: Any = None,
    workflows: Iterable[str] = (),
    deny_warnings: bool = False,
    allow_outside: bool = False,
) -> Report:
    """Judges the repository in a folder, as ``tollgate check`` does.

    ``as_of`` is the day of judgement (``"2026-11-23"`` or a ``datetime.date``), or a time of it in UTC; without it, it is now.
    What is wrong with the files is in the report: ``report.diagnostics``, and ``report.exit`` is 2.
    """
    return Report(native.check(os.fspath(path), day_of(as_of, workflows), deny_warnings, allow_outside))


class Policies:
    """Policies with their settings.

    ``source`` is the folder of a repository, or texts by their names: ``.gate`` files, and ``tollgate.yaml`` where the
    settings are. Without a ``tollgate.yaml`` all texts judge; ``"builtin"`` stands for the shipped pack alone.
    ``params`` are other values of params, as ``tollgate.yaml`` would have them.

    Raises :class:`TollgateError` with the diagnostics if a policy or a setting is wrong.

    >>> Policies({"a.gate": "policy a { rule b { require c >= 1 else hold } }"})
    Traceback (most recent call last):
    ...
    tollgate_policy.native.TollgateError: error[T201]: nothing is called `c` here
    ...
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | Mapping[str, str],
        params: Mapping[str, Any] | None = None,
        *,
        allow_outside: bool = False,
    ) -> None:
        self._given = (source, params, allow_outside)
        params = dict(params or {})
        if isinstance(source, str) and source == "builtin":
            source = {"tollgate.yaml": "policies: [builtin]\n"}
        if isinstance(source, Mapping):
            texts = dict(source)
            if "tollgate.yaml" not in texts:
                names = ", ".join(f'"{name}"' for name in sorted(texts) if not name.endswith(".test.gate"))
                texts["tollgate.yaml"] = f"policies: [{names}]\n"
            self._native = native.NativePolicies.of_texts(texts, params)
        else:
            self._native = native.NativePolicies.of_folder(os.fspath(source), params, allow_outside)

    def __reduce__(self) -> Any:
        source, params, allow_outside = self._given
        return (_again, (source, params, allow_outside))

    @property
    def reads_fleet(self) -> bool:
        """Whether the verdict on a workflow may depend on which others there are.

        It may if a policy reads ``workflows``, or if there are overrides or waivers for some workflows alone.

        >>> Policies({"a.gate": "policy a { rule b { require count(workflows) >= 1 else hold } }"}).reads_fleet
        True
        """
        return self._native.reads_workflows or self._native.names_workflows

    def judge(
        self,
        snapshots: Any = None,
        *,
        as_of: Any = None,
        workflows: Iterable[str] = (),
        deny_warnings: bool = False,
        table: str = "snapshots",
        key: str | Sequence[str] | None = None,
    ) -> Report:
        """Judges snapshots: dicts, or a table of pandas, polars or Arrow. Without any, those beside the policies.

        Each row is a snapshot with at least ``workflow`` and ``date``. What is null, NaN or NaT is missing. A value is named
        by ``table``, the row's ``key`` (a column, or several; the row's number without it) and its column.
        """
        rows = rows_of(snapshots, table, key)
        return Report(self._native.judge(rows, day_of(as_of, workflows), deny_warnings))

    def history(
        self,
        snapshots: Any = None,
        *,
        as_of: Any = None,
        workflows: Iterable[str] = (),
        table: str = "snapshots",
        key: str | Sequence[str] | None = None,
    ) -> Answer:
        """Judges every snapshot on its own day, as ``tollgate history`` does."""
        return Answer(self._native.history(rows_of(snapshots, table, key), day_of(as_of, workflows)))

    def sweep(
        self,
        param: str,
        low: Any,
        high: Any,
        snapshots: Any = None,
        *,
        as_of: Any = None,
        workflows: Iterable[str] = (),
        table: str = "snapshots",
        key: str | Sequence[str] | None = None,
    ) -> Answer:
        """What every value of a param between two would have decided, over all history.

        The values are written as in a policy: ``policies.sweep("house.least", "60%", "90%", rows)``.
        """
        rows = rows_of(snapshots, table, key)
        return Answer(self._native.sweep(rows, day_of(as_of, workflows), [(param, str(low), str(high))]))

    def impact(
        self,
        proposed: Policies,
        snapshots: Any = None,
        *,
        as_of: Any = None,
        workflows: Iterable[str] = (),
        table: str = "snapshots",
        key: str | Sequence[str] | None = None,
    ) -> Answer:
        """What the proposed policies would decide otherwise, of each snapshot on its own day and today: ``tollgate impact``."""
        rows = rows_of(snapshots, table, key)
        return Answer(self._native.impact(proposed._native, rows, day_of(as_of, workflows)))

    def lint(self) -> Answer:
        """What is doubtful in the policies, as ``tollgate lint`` says it."""
        return Answer(self._native.lint())

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of a snapshot."""
        import json

        return json.loads(self._native.schema())


def _again(source: Any, params: Any, allow_outside: bool) -> Policies:
    return Policies(source, params, allow_outside=allow_outside)
