"""Writes the tables of these tests, with pyarrow 15 or later and PyYAML.

    python tests/tables/write.py
"""

import datetime
import decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "examples" / "support-desk" / "rollouts"


def over(standing, own):
    """The facts beside a snapshot, with what it says itself laid over them."""
    if isinstance(standing, dict) and isinstance(own, dict):
        return {key: over(standing.get(key), own.get(key, standing.get(key))) for key in {**standing, **own}}
    return own


def told(value):
    """A value that fits into a column with others: numbers of several kinds become texts."""
    if isinstance(value, dict):
        return {key: told(one) for key, one in value.items()}
    if isinstance(value, list):
        return [told(one) for one in value]
    return value if value is None or isinstance(value, bool) else str(value)


def support_desk():
    rows = []
    for file in sorted(EXAMPLE.glob("*/*.yaml")):
        if file.name == "rollout.yaml":
            continue
        beside = file.with_name("rollout.yaml")
        standing = yaml.safe_load(beside.read_text()) if beside.exists() else {}
        rows += [over(standing, one) for one in yaml.safe_load_all(file.read_text()) if one]
    rows.sort(key=lambda row: (row["workflow"], row["date"]))
    names = sorted({name for row in rows for name in row})
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        try:
            columns[name] = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            columns[name] = pa.array([told(value) for value in values])
    for part, (start, end) in enumerate([(0, 60), (60, len(rows))]):
        table = pa.table(columns).slice(start, end - start)
        pq.write_table(table, HERE / f"support-desk-{part}.parquet", row_group_size=25, compression="zstd")


def types():
    day, second = datetime.date(2026, 11, 2), datetime.datetime(2026, 11, 9)
    incident = pa.struct([("id", pa.string()), ("since", pa.timestamp("ns")), ("at", pa.timestamp("ms", "UTC"))])
    table = pa.table(
        {
            "team_workflow": pa.array(["claims", "claims", "yes", "a: b"]),
            "week": pa.array([day, second.date(), day, second.date()]),
            "loaded": pa.array([second] * 4, pa.timestamp("us", "UTC")),
            "adoption": pa.array([0.5, float("nan"), 0.1, None], pa.float32()),
            "paid": pa.array([decimal.Decimal("0.30"), None, decimal.Decimal("12345678901234567.89"), None]),
            "active_users": pa.array([3, None, 5, 7], pa.uint64()),
            "incidents": pa.array(
                [
                    [{"id": "a", "since": second, "at": second}, {"id": "b", "since": None, "at": second}],
                    [],
                    None,
                    [{"id": "1", "since": second, "at": None}],
                ],
                pa.list_(incident),
            ),
            "notes": pa.array(['a "b"\nc', "", "12", "\u2028 - ü"]),
            "tags": pa.array([[("x", 1)], [], None, None], pa.map_(pa.string(), pa.int8())),
        }
    )
    pq.write_table(table, HERE / "types.parquet", row_group_size=2)
    pq.write_table(table.slice(0, 0), HERE / "no-rows.parquet")
    broken = {"workflow": ["a", None, "a"], "date": [day] * 3, "incidents": pa.array([[], [], [None]], pa.list_(incident))}
    pq.write_table(pa.table(broken), HERE / "broken-rows.parquet")
    far = {"workflow": ["a", "b", "c"], "date": [day] * 3, "adoption": [0.5, float("inf"), 0.5]}
    pq.write_table(pa.table(far), HERE / "infinite.parquet")
    times = {"workflow": ["a"], "date": [day], "adoption": pa.array([1000], pa.time64("ns"))}
    pq.write_table(pa.table(times), HERE / "nanoseconds.parquet")
    pairs = pa.array([[("x", second)]], pa.map_(pa.string(), pa.timestamp("ns")))
    pq.write_table(pa.table({"workflow": ["a"], "date": [day], "pairs": pairs}), HERE / "pairs.parquet")
    pq.write_table(pa.table({"workflow": ["a"], "date": [day], "raw": [b"\x00"]}), HERE / "binary.parquet")


def pull_request():
    """What a branch may do to a table: `base`, and what becomes of it."""
    days = [datetime.date(2026, 10, 26), datetime.date(2026, 11, 2)]
    rows = [
        {"workflow": name, "date": day, "adoption": share, "other": 0.9}
        for name, shares in [("claims/eu", [0.5, 0.1]), ("letters", [0.5, 0.5])]
        for day, share in zip(days, shares, strict=True)
    ]
    more = {"workflow": "letters", "date": datetime.date(2026, 11, 9), "adoption": 0.6, "other": 0.9}
    sides = {
        "base": rows,
        "more": [*rows, more],
        "rewritten": [{**row, "adoption": 0.9} if row["workflow"] == "claims/eu" else row for row in rows],
        "removed": [row for row in rows if (row["workflow"], row["date"]) != ("claims/eu", days[1])],
    }
    for name, own in sides.items():
        pq.write_table(pa.Table.from_pylist(own), HERE / f"{name}.parquet")


support_desk()
types()
pull_request()
