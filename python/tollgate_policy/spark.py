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
  one row, whose workflow is null.
- If rows have no workflow, all others have the decision ``error`` too: any of them may be the one that is not named.
- A workflow of which ``as_of`` leaves no snapshot has no row.
- Policies are read before the job starts, and go with it as texts. No worker needs their folder.
- Workflows whose names look alike are not warned about: nobody sees two of them at once.

``fleet`` says whether a workflow is judged beside the others. With ``None`` it is wherever that may change a verdict: a
policy reads ``workflows``, or there are overrides or waivers for some of them. ``False`` judges each as if it were alone.

For overrides and waivers the names of all workflows are collected first. For ``workflows`` a first job, started by the
call, collects the fields of all snapshots that policies read through it. Each worker reads them once, so the time grows
with the number of workflows, and the memory of a worker too.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import pickle
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyspark
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from .native import NativeNeighbourhood, NativePolicies, TollgateError, is_name
from .policies import Policies, _again, day_of
from .report import Answer
from .rows import rows_of

__all__ = ["history", "impact", "judge", "sweep"]

DECISIONS = ("advance", "continue", "hold", "rollback", "error", "retired")
NO_SNAPSHOT_YET = "T512"  # all snapshots are later than the day that was asked for
MAX_ROWS = 10_000  # of a workflow: what a verdict may read
NO_WORKFLOW = "some rows name no workflow, so they may belong to any of them"
_UNNAMED = "tollgate: rows without a workflow"  # the column that says so

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
_SEEN = pa.schema([("workflow", pa.string()), ("is_read", pa.bool_()), ("rows", pa.binary())])

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

    Raises :class:`TollgateError` below Spark 4, for an ``as_of`` that is not a day, and for a workflow's column that is not there.
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
        other = _again(source, {**(params or {}), param: value}, allow_outside)
        cases.append((text, dataclasses.replace(case, told=other._native.told())))
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
    after = dataclasses.replace(after, job=before.job)
    return _grouped(rows, functools.partial(_changes, before, after), _CHANGE)


@dataclasses.dataclass(frozen=True)
class _Case:
    """What a worker needs to judge the rows of a workflow."""

    job: str
    told: str
    day: dict[str, Any]
    table: str
    key: list[str]
    alone: bool
    others: bytes

    def native(self) -> NativeNeighbourhood:
        """What workflows are judged beside: made once in each process, and let go of when another job comes."""
        if self.job not in _made:
            _made.clear()
            _made[self.job] = {}
        of_job = _made[self.job]
        if self.told not in of_job:
            beside = [
                (workflow, is_read, pickle.loads(zlib.decompress(rows)) if rows else [])
                for workflow, is_read, rows in pickle.loads(self.others)
            ]
            of_job[self.told] = _compiled(self.told).neighbourhood(beside, self.day)
        return of_job[self.told]

    def native_of(self, workflow: str | None, named: list[tuple[str, dict[str, Any]]]) -> NativeNeighbourhood:
        """The same of a workflow that is judged as if it were alone, with its rows."""
        policies = _compiled(self.told)
        if _is_no_name(workflow):
            return policies.neighbourhood([], self.day)
        alone = policies.neighbourhood([(workflow, True, [])], self.day)
        if not policies.reads_workflows:
            return alone
        is_read, texts = alone.neighbour(workflow, named, self.day)
        return policies.neighbourhood([(workflow, is_read, texts)], self.day)

    def answer(self, command: str, rows: Rows, unnamed: bool) -> dict[str, Any] | None:
        """A workflow's part of what a command says, with its diagnostics; none where it has no snapshot yet."""
        workflow = rows[0]["workflow"]
        if unnamed and not _is_no_name(workflow):
            return _wrong(workflow, NO_WORKFLOW)
        try:
            named = rows_of(rows, self.table, self.key) or []
            native = self.native_of(workflow, named) if self.alone else self.native()
            day = self.day | {"workflows": [] if _is_no_name(workflow) else [workflow]}
            judged = native.judge(named, day) if command == "judge" else native.history(named, day)
        except TollgateError as error:
            return _wrong(workflow, str(error))
        report = Answer(judged).to_dict()
        own, found = report["workflows"], report["diagnostics"]
        if not own and any(one["code"] == NO_SNAPSHOT_YET for one in found):
            return None
        of_rows = [any("cell" in label for label in one["labels"]) for one in found]
        kept = [one for one, of_row in zip(found, of_rows) if of_row or one["severity"] == "error"]
        first = own[0] if own else {"decision": "error", "rules": []}
        return first | {"workflow": workflow, "diagnostics": kept}


_made: dict[str, dict[str, NativeNeighbourhood]] = {}


@functools.lru_cache(maxsize=64)
def _compiled(told: str) -> NativePolicies:
    return NativePolicies.of_told(told)


def _wrong(workflow: str | None, message: str) -> dict[str, Any]:
    found = [{"severity": "error", "message": message, "labels": []}]
    unread = {"stage": None, "asks": None, "newest": None, "snapshots": 0}
    return {"workflow": workflow, "decision": "error", "rules": []} | unread | {"diagnostics": found}


def _is_no_name(workflow: str | None) -> bool:
    """Whether a row with this name may be of any workflow."""
    return workflow is None or not is_name(workflow)


def _verdict_rows(case: _Case, rows: Rows, unnamed: bool) -> Rows:
    own = case.answer("judge", rows, unnamed)
    return [] if own is None else [own | {"json": json.dumps(own, ensure_ascii=False)}]


def _days(case: _Case, rows: Rows, unnamed: bool) -> Rows:
    own = case.answer("history", rows, unnamed)
    if own is None:
        return []
    errors = [one["message"] for one in own["diagnostics"] if one["severity"] == "error"]
    unread = {"date": None, "decision": "error", "failed": [], "undecided": [], "warned": [], "because": errors}
    return [{"because": []} | day | {"workflow": own["workflow"]} for day in own.get("days", [unread])]


def _decisions(case: _Case, rows: Rows, unnamed: bool) -> dict[str | None, str]:
    """What is decided of a workflow: by the dates of its snapshots, and by null as of the day of judgement."""
    decided = {day["date"]: day["decision"] for day in _days(case, rows, unnamed)}
    own = case.answer("judge", rows, unnamed)
    return decided if own is None else decided | {None: own["decision"]}


def _counts(cases: list[tuple[str, _Case]], rows: Rows, unnamed: bool) -> Rows:
    counted = []
    for at, (value, case) in enumerate(cases):
        counts = dict.fromkeys(_COUNTS, 0)
        for date, decision in _decisions(case, rows, unnamed).items():
            counts[f"{'workflows' if date is None else 'days'}_{decision}"] += 1
        counted.append({"at": at, "value": value} | counts)
    return counted


def _changes(before: _Case, after: _Case, rows: Rows, unnamed: bool) -> Rows:
    old, new = _decisions(before, rows, unnamed), _decisions(after, rows, unnamed)
    return [
        {"workflow": rows[0]["workflow"], "date": date, "from_decision": old.get(date), "to_decision": new.get(date)}
        for date in {**old, **new}
        if old.get(date) != new.get(date)
    ]


def _seen(case: _Case, rows: Rows, unnamed: bool) -> Rows:
    """What others see of a workflow: whether it could be read, and its rows with the fields that policies look at."""
    workflow, named = rows[0]["workflow"], rows_of(rows, case.table, case.key)
    if _is_no_name(workflow):
        return [{"workflow": workflow, "is_read": False, "rows": b""}]
    try:
        is_read, texts = case.native().neighbour(workflow, named, case.day)
    except TollgateError:
        is_read, texts = False, [(min(name for name, _ in named or ()), "")]
    return [{"workflow": workflow, "is_read": is_read, "rows": zlib.compress(pickle.dumps(texts), 1)}]


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
    twice = [column for column, count in Counter(df.columns).items() if count > 1]
    if twice:
        raise TollgateError(f"there are two columns called `{twice[0]}`: a snapshot has each field once")
    if workflow not in df.columns:
        there = ", ".join(df.columns)
        raise TollgateError(f"there is no column `{workflow}` that names the workflow; there are {there}")
    if workflow != "workflow" and "workflow" in df.columns:
        raise TollgateError(f"`{workflow}` cannot name the workflow: there is another column called `workflow`")
    df = df.withColumnRenamed(workflow, "workflow").withColumn("workflow", F.col("workflow").cast("string"))
    columns = [key] if isinstance(key, str) else list(key or ("workflow", "date"))
    columns = ["workflow" if column == workflow else column for column in columns]
    policies._native.judge([], day, False)  # says now what is wrong with the day
    beside = policies.reads_fleet if fleet is None else fleet
    alone = not beside and policies.reads_fleet
    case = _Case(uuid.uuid4().hex, policies._native.told(), day, table, columns, alone, pickle.dumps([]))
    if not beside:
        return _marked(df), case
    if policies._native.reads_workflows:
        found = _grouped(df.withColumn(_UNNAMED, F.lit(False)), functools.partial(_seen, case), _SEEN).collect()
        others = [(one["workflow"], one["is_read"], bytes(one["rows"])) for one in found]
    else:
        others = [(one["workflow"], True, b"") for one in df.select("workflow").distinct().collect()]
    named = [one for one in others if not _is_no_name(one[0])]
    df = df.withColumn(_UNNAMED, F.lit(len(named) < len(others)))
    return df, dataclasses.replace(case, job=uuid.uuid4().hex, others=pickle.dumps(named))


def _marked(df: DataFrame) -> DataFrame:
    """The rows, each with whether there are rows without a workflow."""

    def unnamed(batches):  # type: ignore[no-untyped-def]
        for batch in batches:
            found = any(_is_no_name(name) for name in set(batch.column(0).to_pylist()))
            yield pa.RecordBatch.from_pydict({_UNNAMED: [found]})

    found = df.select("workflow").mapInArrow(unnamed, from_arrow_schema(pa.schema([(_UNNAMED, pa.bool_())])))
    return df.crossJoin(F.broadcast(found.agg(F.max(_UNNAMED).alias(_UNNAMED))))


def _grouped(df: DataFrame, work: Callable[[Rows, bool], Rows], schema: pa.Schema) -> DataFrame:
    """What is made of the rows of each workflow, which one task gets together."""

    def of_workflow(rows):  # type: ignore[no-untyped-def]
        unnamed = rows.column(_UNNAMED)[0].as_py()
        # Of a workflow with more rows than a verdict may read, one row more is enough to say so.
        own = rows.drop_columns([_UNNAMED]).slice(0, MAX_ROWS + 1).to_pylist()
        return pa.Table.from_pylist(work(own, unnamed), schema=schema)

    return df.groupBy("workflow").applyInArrow(of_workflow, from_arrow_schema(schema))
