"""Tables as rows, each with its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def dicts_of(snapshots: Any) -> list[dict[str, Any]]:
    """The rows of a table, or of anything that goes through dicts.

    Raises :class:`ValueError` if two columns have one name: a row would hold one of them, and nobody knows which.
    """
    is_arrow = hasattr(snapshots, "to_pylist")
    columns = snapshots.schema.names if is_arrow else [str(column) for column in getattr(snapshots, "columns", ())]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise ValueError(f"there are two columns called `{twice[0]}`: a snapshot has each field once")
    if is_arrow:  # a table or a record batch
        return snapshots.to_pylist()
    if hasattr(snapshots, "to_dicts"):  # polars
        return snapshots.to_dicts()
    if hasattr(snapshots, "to_dict") and hasattr(snapshots, "columns"):  # pandas
        return snapshots.to_dict("records")
    if isinstance(snapshots, Mapping):
        return [dict(snapshots)]
    if isinstance(snapshots, Iterable):
        return [dict(row) for row in snapshots]
    raise TypeError(f"a {type(snapshots).__name__} is no table, and holds no dicts")


def rows_of(
    snapshots: Any, table: str, key: str | Sequence[str] | None
) -> list[tuple[str, dict[str, Any]]] | None:
    """Each row with its name, `table[key]`; none where there is no table.

    Of several rows with one key the second is `table[key, 2]`: two rows are two snapshots, even if they are equal.
    """
    if snapshots is None:
        return None
    rows = dicts_of(snapshots)
    columns = [key] if isinstance(key, str) else list(key or ())
    named: list[tuple[str, dict[str, Any]]] = []
    times: dict[str, int] = {}
    for number, row in enumerate(rows):
        of = ", ".join(str(row.get(column)) for column in columns) if columns else str(number)
        times[of] = times.get(of, 0) + 1
        named.append((f"{table}[{of}]" if times[of] == 1 else f"{table}[{of}, {times[of]}]", row))
    return named
