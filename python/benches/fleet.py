"""Measures how fast a fleet is judged: a table of workflows × weeks × outputs, by the ten rules of `benches/ten_rules.gate`.

    python python/benches/fleet.py --workflows 20000 --weeks 104

Each program runs in a process of its own, and says what it decided: all have to agree. Memory is the peak (`VmHWM`) of the largest
process that judges, be it the program or one of Spark's Python workers, and of Spark's machine (Java) beside it. Linux only.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

GATE = (Path(__file__).parents[2] / "benches" / "ten_rules.gate").read_text()
OUTPUTS = 30
GROUP = 50  # workflows in a row group: what is in memory at once
FIRST = datetime.date(2024, 11, 25)
AS_OF = "2026-11-23"


def counts(*names: str) -> pa.DataType:
    return pa.struct([(name, pa.int64()) for name in names])


SCHEMA = pa.schema(
    [
        ("workflow", pa.string()),
        ("date", pa.date32()),
        ("stage", pa.string()),
        ("adoption", pa.float64()),
        ("satisfaction", pa.float64()),
        ("users", counts("active", "target")),
        ("uptime", pa.float64()),
        ("error_rate", pa.float64()),
        ("feedback", pa.struct([("channel", pa.bool_()), ("reports", pa.int64()), ("acted_on", pa.int64())])),
        ("issues", counts("open", "big")),
        ("incidents", pa.list_(pa.struct([("id", pa.string())]))),
        ("outputs", pa.list_(pa.struct([("id", pa.string()), ("edit_time", pa.float64()), ("kind", pa.string())]))),
    ]
)


def rows(first: int, last: int, weeks: int) -> Iterator[dict]:
    """The snapshots of some workflows: one of ten fails a rule."""
    for number in range(first, last):
        thrown = random.Random(number)
        bad = number % 10 == 3
        for week in range(weeks):
            yield {
                "workflow": f"workflow-{number:05}",
                "date": FIRST + datetime.timedelta(weeks=week + 104 - weeks),
                "stage": "pilot",
                "adoption": 0.31 if bad else round(0.6 + thrown.random() * 0.3, 2),
                "satisfaction": round(4 + thrown.random(), 1),
                "users": {"active": 2 + thrown.randrange(4), "target": 40},
                "uptime": 0.999,
                "error_rate": 0.01,
                "feedback": {"channel": True, "reports": thrown.randrange(10), "acted_on": 1},
                "issues": {"open": 2, "big": 0},
                "incidents": [],
                "outputs": [
                    {"id": f"{week}-{at}", "edit_time": round(thrown.random() * 0.14, 2), "kind": "ordinary"}
                    for at in range(OUTPUTS)
                ],
            }


def write(file: Path, workflows: int, weeks: int) -> None:
    with pq.ParquetWriter(file, SCHEMA) as writer:
        for first in range(0, workflows, GROUP):
            made = list(rows(first, min(first + GROUP, workflows), weeks))
            writer.write_table(pa.Table.from_pylist(made, schema=SCHEMA))


def groups(file: Path) -> Iterator[pa.Table]:
    reader = pq.ParquetFile(file)
    for at in range(reader.num_row_groups):
        yield reader.read_row_group(at)


def library(file: Path) -> Counter:
    from tollgate_policy import Policies

    policies = Policies({"ten.gate": GATE})
    decided: Counter = Counter()
    for table in groups(file):
        decided.update(own.decision for own in policies.judge(table, as_of=AS_OF).workflows)
    return decided


def passes(row: dict) -> str:
    """The ten rules as somebody writes them in a hurry, on the newest snapshot."""
    light = sum(one["edit_time"] < 0.15 for one in row["outputs"]) / max(len(row["outputs"]), 1)
    if row["error_rate"] > 0.02 or row["incidents"]:
        return "rollback"
    holds = (
        row["adoption"] < 0.4
        or row["satisfaction"] < 3.5
        or not 2 <= row["users"]["active"] <= 5
        or row["uptime"] < 0.99
        or row["issues"]["big"] > 0
        or len(row["outputs"]) < 20
        or light < 0.8
    )
    return "hold" if holds else "continue"


def naive(file: Path) -> Counter:
    decided: Counter = Counter()
    for table in groups(file):
        newest: dict[str, dict] = {}
        for row in table.to_pylist():
            if row["workflow"] not in newest or row["date"] > newest[row["workflow"]]["date"]:
                newest[row["workflow"]] = row
        decided.update(passes(row) for row in newest.values())
    return decided


def session(cores: int):  # type: ignore[no-untyped-def]
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{cores}]").config("spark.driver.memory", "4g")
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "200")
    return builder.getOrCreate()


def spark(file: Path, cores: int) -> Counter:
    from tollgate_policy import Policies, spark

    verdicts = spark.judge(session(cores).read.parquet(str(file)), Policies({"ten.gate": GATE}), as_of=AS_OF)
    return Counter({row["decision"]: row["count"] for row in verdicts.groupBy("decision").count().collect()})


def spark_sql(file: Path, cores: int) -> Counter:
    made = session(cores)
    made.read.parquet(str(file)).createOrReplaceTempView("snapshots")
    decided = made.sql("""
        WITH newest AS (
          SELECT *, row_number() OVER (PARTITION BY workflow ORDER BY date DESC) AS age FROM snapshots
        )
        SELECT CASE
          WHEN error_rate > 0.02 OR size(incidents) > 0 THEN 'rollback'
          WHEN adoption < 0.4 OR satisfaction < 3.5 OR users.active NOT BETWEEN 2 AND 5 OR uptime < 0.99
            OR issues.big > 0 OR size(outputs) < 20
            OR size(filter(outputs, one -> one.edit_time < 0.15)) / size(outputs) < 0.8 THEN 'hold'
          ELSE 'continue' END AS decision, count(*) AS count
        FROM newest WHERE age = 1 GROUP BY 1
    """)
    return Counter({row["decision"]: row["count"] for row in decided.collect()})


PROGRAMS = {
    "library": library,
    "naive": naive,
    "spark-1": lambda file: spark(file, 1),
    "spark-2": lambda file: spark(file, 2),
    "spark-sql-2": lambda file: spark_sql(file, 2),
}


def look(root: int, known: dict[int, tuple[str, int, int]]) -> None:
    """Of a process and all below it: the name, the peak of its memory in KiB, and its processor time in ticks, up to now."""
    status: dict[int, dict[str, str]] = {}
    ticks: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            lines = (folder / "status").read_text().splitlines()
            spent = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
        except OSError:  # it has ended
            continue
        status[int(folder.name)] = dict(line.split(":", 1) for line in lines if ":" in line)
        ticks[int(folder.name)] = sum(map(int, spent))
    for pid, own in status.items():
        above, seen = pid, set()
        while above in status and above not in seen and above != root:
            seen.add(above)
            above = int(status[above]["PPid"])
        if above == root and "VmHWM" in own:
            known[pid] = (own["Name"].strip(), int(own["VmHWM"].split()[0]), ticks[pid])


def run(name: str, asked: list[str]) -> tuple[dict, float, int, int]:
    """What a program says, its processor time in seconds, and the peaks of the processes that judge and of Java, in MiB."""
    begun = subprocess.Popen(
        [sys.executable, __file__, "--run", name, *asked], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    known: dict[int, tuple[str, int, int]] = {}
    while begun.poll() is None:
        look(begun.pid, known)
        time.sleep(0.2)
    said = begun.stdout.read() if begun.stdout else ""
    if begun.returncode:
        sys.exit(f"{name} ended with {begun.returncode}")
    most = [max([own[1] for own in known.values() if (own[0] == "java") is java], default=0) >> 10 for java in (False, True)]
    spent = sum(own[2] for own in known.values()) / os.sysconf("SC_CLK_TCK")
    return json.loads(said.splitlines()[-1]), spent, most[0], most[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workflows", type=int, default=200)
    parser.add_argument("--weeks", type=int, default=104)
    parser.add_argument("--folder", type=Path, default=Path("target"), help="where the table is written")
    parser.add_argument("--only", choices=PROGRAMS, nargs="*", default=list(PROGRAMS))
    parser.add_argument("--run", choices=PROGRAMS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    file = given.folder / f"fleet-{given.workflows}-{given.weeks}.parquet"
    if given.run:
        begun = time.perf_counter()
        decided = PROGRAMS[given.run](file)
        took = time.perf_counter() - begun
        print(json.dumps({"seconds": took, "decided": sorted(decided.items())}))
        return
    if not file.exists():
        given.folder.mkdir(parents=True, exist_ok=True)
        write(file, given.workflows, given.weeks)
    snapshots = given.workflows * given.weeks
    print(f"{snapshots:,} snapshots of {given.workflows:,} workflows, {file.stat().st_size >> 20} MiB as Parquet")
    print("| program | s | snapshots/s | processor, s | peak, MiB | of Java, MiB |\n|---|---|---|---|---|---|", flush=True)
    agreed = set()
    for name in given.only:
        asked = ["--workflows", str(given.workflows), "--weeks", str(given.weeks), "--folder", str(given.folder)]
        told, spent, peak, java = run(name, asked)
        agreed.add(json.dumps(told["decided"]))
        seconds = told["seconds"]
        print(f"| {name} | {seconds:.1f} | {snapshots / seconds:,.0f} | {spent:,.0f} | {peak:,} | {java or ''} |", flush=True)
    print("all decide alike" if len(agreed) == 1 else f"they decide otherwise: {agreed}")
    sys.exit(len(agreed) != 1)


if __name__ == "__main__":
    main()
