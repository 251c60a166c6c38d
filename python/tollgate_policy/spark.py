"""Tables of Spark: each workflow is judged by a Python worker that gets all of its rows.

Spark 4 or later, classic or through Spark Connect; the package has to be installed where the workers run.

>>> from tollgate_policy import Policies, spark
>>> verdicts = spark.judge(session.table("metrics"), Policies("policies"), as_of="2026-11-23")  # doctest: +SKIP

What all functions have in common:

- ``df`` has a row for each snapshot, as ``Policies.judge`` takes it. ``workflow`` is the column that names the
  workflow.
- ``as_of`` is the day of judgement. It is settled before the job starts, so all workers judge the same day.
- A value is named by ``table``, the row's ``key`` (a column, or several; without it the workflow and the date) and
  its column.
- A workflow whose data has errors has the decision ``error``. So have the rows without a workflow: together they get
  one row, whose workflow is null. Here the other workflows are still judged; ``Policies.judge`` concludes nothing.
- A workflow of which ``as_of`` leaves no snapshot has no row.
- Policies in a folder are read by each worker, so the folder has to be there on every machine. Texts go with the job.
- Workflows whose names look alike are not warned about: nobody sees two of them at once.

``fleet`` says whether a workflow is judged beside the others, because a policy reads ``workflows`` or a setting names
some of them. Then a first job, started by the call, collects the rows of all workflows without their lists, and every
worker gets them. Each workflow costs as much as all these rows, so twice the rows take four times as long. 2,100 rows
of 580 workflows took 52 seconds on two cores, and 3 where each was judged by itself. Rows without a workflow then
leave all others in error, as nobody knows whose they are. With ``None`` the texts of the policies are searched for
words that say so.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import pickle
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyspark
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from .native import TollgateError
from .policies import Policies, _again, day_of
from .report import Answer
from .rows import rows_of

__all__ = ["history", "impact", "judge", "sweep"]

DECISIONS = ("advance", "continue", "hold", "rollback", "error", "retired")
NO_SNAPSHOT_YET = "T512"  # all snapshots are later than the day that was asked for
READS_OTHERS = re.compile(r"^(?!\s*#).*\b(workflows|overrides|waivers)\b", re.MULTILINE)

_TEXTS = pa.list_(pa.string())
_RULE = pa.struct([(name, pa.string()) for name in ("rule", "outcome", "effect", "applied", "message")])
_VERDICT = pa.schema(
    [(name, pa.string()) for name in ("workflow", "project", "stage", "asks", "decision")]
    + [("rules", pa.list_(_RULE)), ("json", pa.string())]
)
_DAY = pa.schema(
    [(name, pa.string()) for name in ("workflow", "date", "stage", "asks", "decision")]
    + [(name, _TEXTS) for name in ("failed", "undecided", "warned", "because")]
)
_COUNTS = [f"{what}_{decision}" for what in ("workflows", "days") for decision in DECISIONS]
_COUNTED = pa.schema([("at", pa.int64()), ("value", pa.string())] + [(count, pa.int64()) for count in _COUNTS])
_CHANGE = pa.schema([(name, pa.string()) for name in ("workflow", "date", "from_decision", "to_decision")])
_SEEN = pa.schema([("workflow", pa.string()), ("rows", pa.binary())])

Rows = list[dict[str, Any]]


def judge(
    df: DataFrame,
    policies: Policies,
    *,
    as_of: Any = None,
    workflow: str = "workflow",
    key: str | Sequence[str] | None = None,
    table: str = "snapshots",
    fleet: bool | None = None,
) -> DataFrame:
    """The verdict on each workflow, a row each.

    ``workflow``, ``project``, ``stage``, ``asks``, ``decision``: text. ``rules``: array of structs of ``rule``,
    ``outcome``, ``effect``, ``applied``, ``message``. ``json``: the workflow's part of the report, with
    ``diagnostics``: the errors, and what is said of the workflow's rows.

    Raises :class:`TollgateError` below Spark 4, for a day that is none, and for a workflow's column that is not there.
    """
    df, case = _prepared(df, policies, day_of(as_of, ()), workflow, key, table, fleet)
    return _grouped(df, functools.partial(_verdict_rows, case), _VERDICT)


def history(
    df: DataFrame,
    policies: Policies,
    *,
    as_of: Any = None,
    workflow: str = "workflow",
    key: str | Sequence[str] | None = None,
    table: str = "snapshots",
    fleet: bool | None = None,
) -> DataFrame:
    """Every snapshot judged on its own day, a row each.

    ``workflow``, ``date``, ``stage``, ``asks``, ``decision``: text. ``failed``, ``undecided``, ``warned``,
    ``because``: arrays of text. ``date`` is as the report has it, a day or an instant. A workflow whose data has
    errors has one row, with the date null and the errors in ``because``.

    Raises as :func:`judge` does.
    """
    df, case = _prepared(df, policies, day_of(as_of, ()), workflow, key, table, fleet)
    return _grouped(df, functools.partial(_days, case), _DAY)


def sweep(
    df: DataFrame,
    policies: Policies,
    param: str,
    values: Iterable[Any],
    *,
    as_of: Any = None,
    workflow: str = "workflow",
    key: str | Sequence[str] | None = None,
    table: str = "snapshots",
    fleet: bool | None = None,
) -> DataFrame:
    """What other values of a param would decide, a row for each value in the order given.

    ``value``: text. ``workflows_advance``, and so for each of ``DECISIONS``: how many workflows as of the day.
    ``days_advance`` and so on: how many snapshots, each on its own day.

    A value counts as ``Policies(…, params={param: value})`` has it, so overrides for some workflows stay in force.

    Raises as :func:`judge` does, and for a value that the param cannot have.
    """
    df, case = _prepared(df, policies, day_of(as_of, ()), workflow, key, table, fleet)
    source, params, allow_outside = policies._given
    cases = []
    for text, value in {str(value): value for value in values}.items():
        given = (source, {**(params or {}), param: value}, allow_outside)
        cases.append((text, dataclasses.replace(case, given=_given(_again(*given)))))
    counted = _grouped(df, functools.partial(_counts, cases), _COUNTED)
    sums = [F.sum(count).alias(count) for count in _COUNTS]
    return counted.groupBy("at", "value").agg(*sums).orderBy("at").drop("at")


def impact(
    df: DataFrame,
    old: Policies,
    new: Policies,
    *,
    as_of: Any = None,
    workflow: str = "workflow",
    key: str | Sequence[str] | None = None,
    table: str = "snapshots",
    fleet: bool | None = None,
) -> DataFrame:
    """Where two policies decide differently, a row each.

    ``workflow``, ``date``, ``from_decision``, ``to_decision``: text. ``date`` is a snapshot's, judged on its own day,
    and null for the verdict as of the day of judgement. A decision is null where one of the two cannot read
    the workflow's data.

    Raises as :func:`judge` does.
    """
    day = day_of(as_of, ())
    rows, before = _prepared(df, old, day, workflow, key, table, fleet)
    _, after = _prepared(df, new, day, workflow, key, table, fleet)
    return _grouped(rows, functools.partial(_changes, before, after), _CHANGE)


@dataclasses.dataclass(frozen=True)
class _Case:
    """What a worker needs to judge the rows of a workflow."""

    given: bytes
    day: dict[str, Any]
    table: str
    key: list[str]
    others: dict[str | None, bytes]

    def answer(self, command: str, rows: Rows) -> dict[str, Any] | None:
        """A workflow's part of what a command says, with its diagnostics; none where it has no snapshot yet."""
        workflow = rows[0]["workflow"]
        beside = self.others if workflow else {}
        rows = rows + [row for name, seen in beside.items() if name != workflow for row in pickle.loads(seen)]
        day = self.day | {"workflows": [workflow] if beside else []}
        native = _compiled(self.given)._native
        try:
            named = rows_of(rows, self.table, self.key)
            judged = native.judge(named, day, False) if command == "judge" else native.history(named, day)
        except TollgateError as error:
            found = [{"severity": "error", "message": str(error), "labels": []}]
            return {"workflow": workflow, "decision": "error", "rules": [], "diagnostics": found}
        report = Answer(judged).to_dict()
        own, found = report["workflows"], report["diagnostics"]
        if not own and any(one["code"] == NO_SNAPSHOT_YET for one in found):
            return None
        of_rows = [any("cell" in label for label in one["labels"]) for one in found]
        kept = [one for one, of_row in zip(found, of_rows) if of_row or one["severity"] == "error"]
        first = own[0] if own else {"decision": "error", "rules": []}
        return first | {"workflow": workflow, "diagnostics": kept}


@functools.lru_cache(maxsize=256)
def _compiled(given: bytes) -> Policies:
    """Policies, compiled once in each process."""
    return _again(*pickle.loads(given)[1:])


def _given(policies: Policies) -> bytes:
    """What policies are made of, marked anew: a worker that lives on reads a folder again that may have changed."""
    return pickle.dumps((uuid.uuid4().hex, *policies._given))


def _verdict_rows(case: _Case, rows: Rows) -> Rows:
    own = case.answer("judge", rows)
    return [] if own is None else [own | {"json": json.dumps(own, ensure_ascii=False)}]


def _days(case: _Case, rows: Rows) -> Rows:
    own = case.answer("history", rows)
    if own is None:
        return []
    errors = [one["message"] for one in own["diagnostics"] if one["severity"] == "error"]
    unread = {"date": None, "decision": "error", "failed": [], "undecided": [], "warned": [], "because": errors}
    return [{"because": []} | day | {"workflow": own["workflow"]} for day in own.get("days", [unread])]


def _decisions(case: _Case, rows: Rows) -> dict[str | None, str]:
    """What is decided of a workflow: by the dates of its snapshots, and by null as of the day of judgement."""
    decided = {day["date"]: day["decision"] for day in _days(case, rows)}
    own = case.answer("judge", rows)
    return decided if own is None else decided | {None: own["decision"]}


def _counts(cases: list[tuple[str, _Case]], rows: Rows) -> Rows:
    counted = []
    for at, (value, case) in enumerate(cases):
        counts = dict.fromkeys(_COUNTS, 0)
        for date, decision in _decisions(case, rows).items():
            counts[f"{'workflows' if date is None else 'days'}_{decision}"] += 1
        counted.append({"at": at, "value": value} | counts)
    return counted


def _changes(before: _Case, after: _Case, rows: Rows) -> Rows:
    old, new = _decisions(before, rows), _decisions(after, rows)
    return [
        {"workflow": rows[0]["workflow"], "date": date, "from_decision": old.get(date), "to_decision": new.get(date)}
        for date in {**old, **new}
        if old.get(date) != new.get(date)
    ]


def _seen(case: _Case, rows: Rows) -> Rows:
    """What others see of a workflow: its rows without the elements of lists, or that its data has errors."""
    workflow, own = rows[0]["workflow"], case.answer("judge", rows)
    if workflow and own is not None and own["decision"] == "error":
        rows = [{"workflow": workflow, "date": "not to be read"}]
    return [{"workflow": workflow, "rows": pickle.dumps([_without_elements(row) for row in rows])}]


def _without_elements(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_elements(one) for name, one in value.items()}
    return [] if isinstance(value, list) else value


def _prepared(
    df: DataFrame,
    policies: Policies,
    day: dict[str, Any],
    workflow: str,
    key: str | Sequence[str] | None,
    table: str,
    fleet: bool | None,
) -> tuple[DataFrame, _Case]:
    """The rows with their workflow in ``workflow``, and how to judge them."""
    for what, version in (("pyspark", pyspark.__version__), ("Spark", df.sparkSession.version)):
        if int(version.split(".")[0]) < 4:
            raise TollgateError(f"this is {what} {version}; tables of Spark are judged by Spark 4.0 or later")
    if workflow not in df.columns:
        there = ", ".join(df.columns)
        raise TollgateError(f"there is no column `{workflow}` that names the workflow; there are {there}")
    if workflow != "workflow" and "workflow" in df.columns:
        raise TollgateError(f"`{workflow}` cannot name the workflow: there is another column called `workflow`")
    df = df.withColumnRenamed(workflow, "workflow").withColumn("workflow", F.col("workflow").cast("string"))
    columns = [key] if isinstance(key, str) else list(key or ("workflow", "date"))
    columns = ["workflow" if column == workflow else column for column in columns]
    policies._native.judge([], day, False)  # says now what is wrong with the day
    case = _Case(_given(policies), day, table, columns, {})
    if _reads_others(policies) if fleet is None else fleet:
        seen = _grouped(df, functools.partial(_seen, case), _SEEN).collect()
        case = dataclasses.replace(case, others={one["workflow"]: bytes(one["rows"]) for one in seen})
    return df, case


def _reads_others(policies: Policies) -> bool:
    """Whether a verdict may depend on other workflows, by the words of the policies and of their settings."""
    source, _, allow_outside = policies._given
    if isinstance(source, Mapping):
        return any(READS_OTHERS.search(text) for text in source.values())
    if source == "builtin":
        return False
    folder = Path(source).resolve()
    root = next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)
    files = (path for path in root.rglob("*") if path.suffix in (".gate", ".yaml", ".yml") and path.is_file())
    return allow_outside or any(READS_OTHERS.search(path.read_text(errors="replace")) for path in files)


def _grouped(df: DataFrame, work: Callable[[Rows], Rows], schema: pa.Schema) -> DataFrame:
    """What is made of the rows of each workflow, which one task gets together."""

    def of_workflow(rows):  # type: ignore[no-untyped-def]
        return pa.Table.from_pylist(work(rows.to_pylist()), schema=schema)

    return df.groupBy("workflow").applyInArrow(of_workflow, from_arrow_schema(schema))
