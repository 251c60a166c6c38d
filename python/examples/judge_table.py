"""A Spark job: judges a table of snapshots by the policies in a folder, and writes the verdicts.

    spark-submit judge_table.py s3://bucket/metrics policies s3://bucket/verdicts --as-of 2026-11-23
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pyspark.sql import SparkSession

from tollgate_policy import Policies, spark


def texts_of(folder: Path) -> dict[str, str]:
    """Policies and settings by their names: texts go with the job, and a folder would have to be on every machine."""
    files = sorted([*folder.rglob("*.gate"), *folder.rglob("tollgate.yaml")])
    return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in files}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshots", help="Parquet with a row for each snapshot")
    parser.add_argument("policies", type=Path, help="folder with .gate files, and tollgate.yaml where the settings are")
    parser.add_argument("verdicts", help="where to write a row for each workflow, as Parquet; replaced if it is there")
    parser.add_argument("--as-of", help="the day of judgement, such as 2026-11-23; without it, today in UTC")
    parser.add_argument("--workflow", default="workflow", help="the column that names the workflow")
    given = parser.parse_args()

    session = SparkSession.builder.appName("tollgate").getOrCreate()
    snapshots = session.read.parquet(given.snapshots)
    policies = Policies(texts_of(given.policies))
    verdicts = spark.judge(snapshots, policies, as_of=given.as_of, workflow=given.workflow)
    verdicts.write.mode("overwrite").parquet(given.verdicts)
    session.read.parquet(given.verdicts).groupBy("decision").count().orderBy("decision").show()


if __name__ == "__main__":
    main()
