"""Tables of Spark against the package itself: the same rows, however they lie, give the same verdicts."""

from __future__ import annotations

import datetime
import importlib.util
import json
import os
import random
import runpy
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pyspark", reason="pyspark is not installed")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java, which is not installed", allow_module_level=True)

import pyarrow
from pyspark.sql import DataFrame, SparkSession

import repositories
from tollgate_policy import Policies, TollgateError, check, spark

AS_OF = "2026-02-16"
KEY = ["workflow", "date"]
COLUMNS = """workflow string, date date, stage string, advance_to string, adoption double, ready boolean,
    team struct<size: bigint, tags: array<string>>, outputs array<struct<id: string, edit_time: double>>"""

HOUSE = """
stages testing -> pilot -> full
snapshot every 1 week grace 3 days {
  adoption: share
  ready: bool
  team { size: count, tags: list of text }
  outputs: list of { id: text key, edit_time: share }
}
policy house "Ours" {
  param least = 50% within 10% to 90%  "The share that must be using it"
  RULES
}
"""
RULES = {
    "gates": """
  rule used { require adoption >= least else hold "adoption is {adoption}" }
  gate testing -> pilot, pilot -> full { rule ready { require ready and team.size >= 3 else hold } }""",
    "confidence": """
  rule light { require share(outputs where edit_time < 15% over stage) >= least with 80% confidence else hold }
  rule bad { when share(outputs where edit_time > 30%) >= 40% then rollback }
  gate testing -> pilot { rule tried { require count(outputs over all) >= 5 else hold } }""",
    "held": """
  rule down { when held(adoption < least) >= 1 week then rollback "down to {adoption}" }
  gate testing -> pilot { rule kept { require held(stage == testing) >= 1 week else hold } }
  gate pilot -> full { rule up { require streak(ready) >= 2 else hold } }""",
    "windows": """
  rule mean { require mean(adoption over at most 3 weeks) >= least else warn }
  rule falls { when change(adoption over 2 weeks) < -40% then hold }
  gate testing -> pilot { rule any { require any(outputs where edit_time < 5% over 2 weeks) else hold } }""",
    "quota": """
  rule used { require adoption >= least else warn }
  gate testing -> pilot { rule room {
    require count(workflows where stage == pilot or advance_to == pilot) <= 1
    else hold "{count(workflows where stage == pilot or advance_to == pilot)} of {count(workflows)}"
  } }
  rule ahead { when held(count(workflows where adoption >= least) == 0) >= 1 week then hold }""",
}


def house(rules: str, **params: str) -> Policies:
    settings = {f"house.{name}": value for name, value in params.items()}
    return Policies({"house.gate": HOUSE.replace("RULES", RULES[rules])}, settings)


def rows(seed: int) -> list[dict]:
    """Snapshots as somebody may have recorded them, in no order; some workflows have two of one day."""
    thrown = random.Random(seed)
    made = []
    for number in range(thrown.randint(2, 5)):
        stage = "testing"
        for week in range(thrown.randint(1, 6)):
            asks = {"testing": "pilot", "pilot": "full"}.get(stage) if thrown.random() < 0.3 else None
            made.append(
                {
                    "workflow": f"w{number}",
                    "date": datetime.date(2026, 1, 8) + datetime.timedelta(weeks=week),
                    "stage": stage,
                    "advance_to": asks,
                    "adoption": None if thrown.random() < 0.1 else round(thrown.random(), 3),
                    "ready": thrown.random() < 0.7,
                    "team": {"size": thrown.randint(0, 9), "tags": ["a"] * thrown.randint(0, 2)},
                    "outputs": [
                        {"id": f"{number}-{week}-{at}", "edit_time": round(thrown.random() * 0.4, 2)}
                        for at in range(thrown.randint(0, 8))
                    ],
                }
            )
            stage = asks if asks and thrown.random() < 0.7 else stage
    if thrown.random() < 0.2:
        made.append(dict(made[0]))
    thrown.shuffle(made)
    return made


@pytest.fixture(scope="session")
def session() -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    started = (
        SparkSession.builder.master("local[2,4]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.sql.shuffle.partitions", "3")
        .config("spark.sql.adaptive.coalescePartitions.enabled", "false")
        .getOrCreate()
    )
    started.sparkContext.setLogLevel("OFF")
    yield started
    started.stop()


def table(session: SparkSession, given: list[dict], columns: str = COLUMNS) -> DataFrame:
    return session.createDataFrame(given, columns)


def collected(df: DataFrame) -> list[dict]:
    found = [row.asDict(recursive=True) for row in df.collect()]
    return sorted(found, key=lambda row: (row.get("workflow") or "", row.get("date") or ""))


def without_diagnostics(row: dict) -> dict:
    own = json.loads(row["json"])
    del own["diagnostics"]
    return own


def laid(df: DataFrame, seed: int) -> DataFrame:
    return [df.repartition(1), df.repartition(7), df.repartition(4, "date")][seed % 3]


RULE = ("rule", "outcome", "effect", "applied", "message")
DAY = ("workflow", "date", "stage", "asks", "decision", "failed", "undecided", "warned")


def days(policies: Policies, given: object) -> list[tuple]:
    found = policies.history(given, as_of=AS_OF).to_dict()["workflows"]
    return [(own["workflow"], *(day[key] for key in DAY[1:])) for own in found for day in own["days"]]


@pytest.mark.parametrize("seed", range(50))
def test_spark_decides_as_the_package_does(session: SparkSession, seed: int) -> None:
    given = rows(seed)
    policies = house(list(RULES)[seed % len(RULES)])
    doubled = {row["workflow"] for row in given if given.count(row) > 1}
    df = laid(table(session, given), seed)
    judged = collected(spark.judge(df, policies, as_of=AS_OF))
    seen = collected(spark.history(df, policies, as_of=AS_OF))
    assert {row["workflow"] for row in seen if row["date"] is None} == doubled
    for same in (given, pyarrow.Table.from_pylist(given, schema=df.limit(0).toArrow().schema)):
        plain = policies.judge(same, as_of=AS_OF).workflows
        assert [(row["workflow"], row["decision"], row["stage"], row["asks"]) for row in judged] == [
            (own.workflow, own.decision, own.stage, own.asks) for own in plain
        ]
        assert [[tuple(rule[key] for key in RULE) for rule in row["rules"]] for row in judged] == [
            [tuple(rule.to_dict()[key] for key in RULE) for rule in own.rules] for own in plain
        ]
        assert [tuple(row[key] for key in DAY) for row in seen if row["date"]] == days(policies, same)
    keyed = policies.judge(given, as_of=AS_OF, key=KEY).to_dict()["workflows"]
    assert [without_diagnostics(row) for row in judged] == keyed


def test_the_random_rows_come_to_every_decision() -> None:
    found: Counter[str] = Counter()
    for seed in range(50):
        judged = house(list(RULES)[seed % len(RULES)]).judge(rows(seed), as_of=AS_OF)
        found.update(own.decision for own in judged.workflows)
    assert set(found) == {"advance", "continue", "hold", "rollback", "error"}


@pytest.mark.parametrize(("example", "day"), repositories.AS_OF.items())
def test_an_example_is_judged_as_the_command_line_judges_it(session: SparkSession, example: str, day: str) -> None:
    folder = repositories.EXAMPLES / example
    df = laid(session.createDataFrame(repositories.table(repositories.rows(folder))), len(example))
    judged = [without_diagnostics(row) for row in collected(spark.judge(df, Policies(folder), as_of=day))]
    assert judged and repositories.told(judged) == repositories.told(check(folder, as_of=day).to_dict()["workflows"])
    printed = repositories.printed(example)
    assert printed is None or repositories.told(judged) == repositories.told(printed)


@pytest.mark.parametrize("rules", ["held", "quota"])
def test_no_way_to_lay_the_rows_changes_anything(session: SparkSession, rules: str) -> None:
    df, policies = table(session, rows(3) + [row | {"workflow": "z"} for row in rows(4)[:1]]), house(rules)
    ways = [df.repartition(1), df.repartition(7), df.repartition(7, "date"), df.orderBy("date"), df.coalesce(1)]
    first, *others = [collected(spark.judge(way, policies, as_of=AS_OF)) for way in ways]
    assert len(first) >= 3 and all(other == first for other in others)


def test_a_worker_that_is_killed_loses_nothing(
    session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker, grouped = str(tmp_path / "killed"), spark._grouped

    def with_a_killer(df, work, schema):  # type: ignore[no-untyped-def]
        def killing(*own):  # type: ignore[no-untyped-def]
            import os
            import signal

            if not os.path.exists(marker):
                open(marker, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
            return work(*own)

        return grouped(df, killing, schema)

    given = [row | {"workflow": f"{row['workflow']} {seed}"} for seed in range(8) for row in rows(seed)]
    expected = collected(spark.judge(table(session, given), house("held"), as_of=AS_OF))
    monkeypatch.setattr(spark, "_grouped", with_a_killer)
    judged = collected(spark.judge(table(session, given), house("held"), as_of=AS_OF))
    assert Path(marker).exists() and judged == expected
    assert len({row["workflow"] for row in judged}) == len(judged) == len({row["workflow"] for row in given})


@pytest.mark.parametrize("rules", ["gates", "quota"])
def test_a_sweep_counts_what_each_value_decides(session: SparkSession, rules: str) -> None:
    given = rows(1)
    values = ["80%", "20%", "50%"]
    swept = spark.sweep(table(session, given), house(rules), "house.least", values, as_of=AS_OF).collect()
    assert [row["value"] for row in swept] == values
    for row in swept:
        policies = house(rules, least=row["value"])
        today = Counter(own.decision for own in policies.judge(given, as_of=AS_OF).workflows)
        past = Counter(day[DAY.index("decision")] for day in days(policies, given))
        assert {name: count for name, count in row.asDict().items() if name != "value"} == {
            **{f"workflows_{decision}": today[decision] for decision in spark.DECISIONS},
            **{f"days_{decision}": past[decision] for decision in spark.DECISIONS},
        }
    assert len({tuple(row)[1:] for row in swept}) > 1
    with pytest.raises(TollgateError, match="least"):
        spark.sweep(table(session, given), house(rules), "house.least", ["5%"])


def test_the_impact_is_what_differs(session: SparkSession) -> None:
    given, old, new = rows(1), house("gates"), house("gates", least="80%")
    changes = spark.impact(table(session, given), old, new, as_of=AS_OF).collect()
    decided = []
    for policies in (old, new):
        today = {(own.workflow, None): own.decision for own in policies.judge(given, as_of=AS_OF).workflows}
        decided.append(today | {(day[0], day[1]): day[DAY.index("decision")] for day in days(policies, given)})
    before, after = decided
    expected = {(*at, before[at], after[at]) for at in before if before[at] != after[at]}
    assert expected and len(changes) == len(expected) and {tuple(row) for row in changes} == expected
    assert spark.impact(table(session, given), old, old, as_of=AS_OF).count() == 0


def test_rows_that_are_wrong_have_a_row_of_their_own(session: SparkSession) -> None:
    columns = "workflow string, date string, stage string, adoption string, ready boolean"
    row = {"workflow": "fine", "date": "2026-02-12", "stage": "testing", "adoption": "62%", "ready": True}
    given = [row, row | {"workflow": "text", "adoption": "most of them"}, row | {"workflow": "early", "date": "2026-03-01"}]
    df, policies = table(session, given, columns), house("gates")
    judged = {row["workflow"]: row for row in spark.judge(df, policies, as_of=AS_OF).collect()}
    assert set(judged) == {"fine", "text"}  # of `early` there is nothing yet
    assert [judged[name]["decision"] for name in ("fine", "text")] == ["continue", "error"]
    assert judged["fine"]["decision"] == policies.judge(given, as_of=AS_OF)["fine"].decision
    wrong = {name: json.loads(row["json"])["diagnostics"] for name, row in judged.items()}
    assert "most of them" in wrong["text"][0]["message"]
    assert wrong["text"][0]["labels"][0]["file"] == "snapshots[text, 2026-02-12]"
    told = {row["workflow"]: row for row in spark.history(df, policies, as_of=AS_OF).collect()}
    assert told["fine"]["date"] == "2026-02-12" and told["fine"]["because"] == []
    assert (told["text"]["date"], told["text"]["decision"]) == (None, "error") and told["text"]["because"]
    swept = spark.sweep(df, policies, "house.least", ["50%"], as_of=AS_OF).first()
    assert (swept["workflows_error"], swept["workflows_continue"]) == (1, 1) and swept["days_error"] == 0


@pytest.mark.parametrize("nameless", [None, "", " ", "ü" * 101])
def test_a_row_without_a_workflow_may_be_of_any(session: SparkSession, nameless: str | None) -> None:
    columns = "workflow string, date string, stage string, adoption string, ready boolean"
    row = {"workflow": "fine", "date": "2026-02-12", "stage": "testing", "adoption": "62%", "ready": True}
    given = [row, row | {"workflow": "early", "date": "2026-03-01"}]
    given += [row | {"workflow": nameless}, row | {"workflow": nameless, "date": "2026-02-13"}]
    df = table(session, given, columns)
    for policies in (house("gates"), house("quota")):
        plain = policies.judge(given, as_of=AS_OF)
        judged = {row["workflow"]: row for row in spark.judge(df, policies, as_of=AS_OF).collect()}
        assert set(judged) == {nameless, "early", "fine"} == {nameless, *(own.workflow for own in plain.workflows)}
        assert {row["decision"] for row in judged.values()} == {"error"} == {own.decision for own in plain.workflows}
        assert without_diagnostics(judged["fine"].asDict()) == plain["fine"].to_dict()
        said = [one["message"] for one in json.loads(judged[nameless]["json"])["diagnostics"]]
        assert said == [one["message"] for one in plain.diagnostics if one["severity"] == "error"] and len(said) == 2
        told = {row["workflow"]: row for row in spark.history(df, policies, as_of=AS_OF).collect()}
        assert policies.history(given, as_of=AS_OF).to_dict()["workflows"] == [] and set(told) == set(judged)
        assert all((row["date"], row["decision"]) == (None, "error") and row["because"] for row in told.values())
    swept = spark.sweep(df, house("gates"), "house.least", ["50%"], as_of=AS_OF).first()
    assert swept["workflows_error"] == 3 and swept["days_error"] == 0


@pytest.mark.parametrize("nameless", ["\u00a0", "a\u202eb", "a\x7fb"])
def test_a_name_that_is_refused_may_be_any(session: SparkSession, nameless: str) -> None:
    columns = "workflow string, date string, stage string, adoption string, ready boolean"
    row = {"workflow": "fine", "date": "2026-02-12", "stage": "testing", "adoption": "62%", "ready": True}
    given = [row, row | {"workflow": nameless}]
    plain = house("gates").judge(given, as_of=AS_OF)
    assert {own.decision for own in plain.workflows} == {"error"}
    for fleet in (None, True):
        judged = spark.judge(table(session, given, columns), house("gates"), as_of=AS_OF, fleet=fleet).collect()
        assert {row["decision"] for row in judged} == {"error"}


def test_a_workflow_that_is_judged_alone_sees_itself(session: SparkSession) -> None:
    rule = "rule us { when count(workflows where adoption >= 50%) >= 1 then rollback }"
    text = "stages testing -> pilot\nsnapshot { adoption: share\n x: count required }\npolicy p { " + rule + " }"
    columns = "workflow string, date string, stage string, adoption double, x int"
    row = {"workflow": "a", "date": "2026-02-12", "stage": "pilot", "adoption": 0.5, "x": 1}
    policies = Policies({"p.gate": text})
    assert [own.decision for own in policies.judge([row], as_of=AS_OF).workflows] == ["rollback"]
    for fleet in (None, False, True):
        judged = spark.judge(table(session, [row], columns), policies, as_of=AS_OF, fleet=fleet).collect()
        assert [row["decision"] for row in judged] == ["rollback"], fleet


def test_two_columns_of_one_name_are_refused(session: SparkSession) -> None:
    day = datetime.date(2026, 2, 12)
    df = table(session, [{"workflow": "a", "date": day, "stage": "testing", "adoption": 0.5}])
    with pytest.raises(TollgateError, match="two columns called `adoption`"):
        spark.judge(df.withColumnRenamed("stage", "adoption"), house("gates"), as_of=AS_OF)


def test_a_value_that_no_snapshot_may_have_takes_only_its_workflow(session: SparkSession) -> None:
    row = {"workflow": "a", "date": datetime.date(2026, 2, 12), "stage": "testing", "adoption": 0.5}
    df = table(session, [row, row | {"workflow": "b", "adoption": float("inf")}])
    for fleet in (False, True):
        judged = collected(spark.judge(df, house("gates"), as_of=AS_OF, fleet=fleet))
        assert [row["decision"] == "error" for row in judged] == [False, True]
        assert "infinite" in judged[1]["json"]


def test_what_is_wrong_with_the_question_is_said_at_once(session: SparkSession) -> None:
    df = table(session, rows(0))
    with pytest.raises(TollgateError, match="nothing is called `adoptoin` here"):
        Policies({"house.gate": HOUSE.replace("RULES", "rule r { require adoptoin >= 1% else hold }")})
    with pytest.raises(TollgateError, match="is not a day"):
        spark.judge(df, house("gates"), as_of="tomorrow")
    with pytest.raises(TollgateError, match="no column `name`.*there are workflow, date"):
        spark.judge(df, house("gates"), workflow="name")
    with pytest.raises(TollgateError, match="another column called `workflow`"):
        spark.judge(df, house("gates"), workflow="stage")


def test_spark_below_4_is_refused(session: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyspark.__version__", "3.5.6")
    with pytest.raises(TollgateError, match="pyspark 3.5.6; .* Spark 4.0 or later"):
        spark.judge(table(session, rows(0)), house("gates"))


def test_without_a_day_it_is_today_for_all(session: SparkSession) -> None:
    today = datetime.datetime.now(datetime.timezone.utc).date()
    row = {"workflow": "now", "date": today, "stage": "testing", "adoption": 0.5, "ready": True, "team": {"size": 4}}
    given = [row] + [row | {"workflow": f"in {days}", "date": today + datetime.timedelta(days)} for days in (1, 9)]
    judged = collected(spark.judge(table(session, given), house("gates")))
    assert {row["workflow"]: row["decision"] for row in judged} == {
        own.workflow: own.decision for own in house("gates").judge(given).workflows
    }
    assert [row["workflow"] for row in judged if row["decision"] == "error"] == ["in 9"]


def test_a_column_may_name_the_workflow_and_another_the_row(session: SparkSession) -> None:
    df = table(session, rows(1)).withColumnRenamed("workflow", "service")
    judged = collected(spark.judge(df, house("gates"), as_of=AS_OF, workflow="service", key="service", table="metrics"))
    assert [row["workflow"] for row in judged] == sorted({row["workflow"] for row in rows(1)})
    assert all(json.loads(row["json"])["newest"]["file"].startswith(f"metrics[{row['workflow']}") for row in judged)


def test_a_setting_for_one_workflow_is_no_error_for_another(session: SparkSession) -> None:
    """By itself, a workflow whose name is close to that of a waiver would look like a slip in the waiver."""
    settings = """
policies: [house.gate]
overrides: [{ workflows: [reply-1], params: { house.least: 80% } }]
waivers: [{ workflow: reply-2, rule: house.used, until: 2026-12-01, because: late, owner: mira@example.com }]
"""
    policies = Policies({"house.gate": HOUSE.replace("RULES", RULES["gates"]), "tollgate.yaml": settings})
    row = {"date": datetime.date(2026, 2, 12), "stage": "testing", "advance_to": "pilot", "adoption": 0.7}
    row |= {"ready": True, "team": {"size": 4, "tags": []}, "outputs": []}
    given = [row | {"workflow": f"reply-{at}"} for at in (1, 2, 3)]
    plain = policies.judge(given, as_of=AS_OF)
    for fleet, same in ((None, True), (False, False)):
        judged = collected(spark.judge(table(session, given), policies, as_of=AS_OF, fleet=fleet))
        assert ([row["decision"] for row in judged] == [own.decision for own in plain.workflows]) is same


def test_what_others_have_in_their_lists_counts_where_it_is_wrong(session: SparkSession) -> None:
    given = [row for row in rows(1) if row["workflow"] != "w0"]
    twice = [{"id": "same", "edit_time": 0.1}, {"id": "same", "edit_time": 0.2}]
    asks = rows(1)[0] | {"stage": "testing", "advance_to": "pilot", "date": datetime.date(2026, 2, 14)}
    given += [asks | {"workflow": "asks"}, asks | {"workflow": "broken", "outputs": twice}]
    judged = collected(spark.judge(table(session, given), house("quota"), as_of=AS_OF))
    plain = house("quota").judge(given, as_of=AS_OF).workflows
    assert [(row["workflow"], row["decision"]) for row in judged] == [(own.workflow, own.decision) for own in plain]
    assert [[rule["message"] for rule in row["rules"]] for row in judged] == [
        [rule.message for rule in own.rules] for own in plain
    ]


@pytest.mark.parametrize("rules", ["gates", "quota"])
def test_the_folder_of_the_policies_is_read_before_the_job_starts(
    session: SparkSession, tmp_path: Path, rules: str
) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "house.gate").write_text(HOUSE.replace("RULES", RULES[rules]))
    (tmp_path / "everybody").write_text("policies: [house.gate]\noverrides: [{ workflows: [w1], params: { house.least: 10% } }]\n")
    (tmp_path / "team" / "tollgate.yaml").write_text("extends: ../everybody\n")
    policies, given = Policies(tmp_path / "team", {"house.least": "60%"}, allow_outside=True), rows(3)
    expected = policies.judge(given, as_of=AS_OF).workflows
    judged = spark.judge(table(session, given), policies, as_of=AS_OF)
    swept = spark.sweep(table(session, given), policies, "house.least", ["40%", "80%"], as_of=AS_OF)
    shutil.rmtree(tmp_path / "team")
    (tmp_path / "everybody").unlink()
    assert [(row["workflow"], row["decision"]) for row in collected(judged)] == [
        (own.workflow, own.decision) for own in expected
    ]
    assert {own.decision for own in expected} > {"error"} or swept.count() == 2


def test_a_worker_compiles_once_and_not_for_each_workflow(
    session: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    grouped = spark._grouped

    def counting(df, work, schema):  # type: ignore[no-untyped-def]
        def counted(*own):  # type: ignore[no-untyped-def]
            import os

            from tollgate_policy import spark

            before, judged = set(spark._made), work(*own)
            return [row | {"json": f"{os.getpid()} {len(set(spark._made) - before)}"} for row in judged]

        return grouped(df, counted, schema)

    monkeypatch.setattr(spark, "_grouped", counting)
    given = [row | {"workflow": f"{row['workflow']} {seed}"} for seed in range(8) for row in rows(seed)]
    counts = Counter(row["json"] for row in spark.judge(table(session, given), house("gates"), as_of=AS_OF).collect())
    made = Counter(count.split()[0] for count in counts.elements() if not count.endswith(" 0"))
    assert set(made.values()) == {1} and len(made) < counts.total()


def test_the_example_job_writes_verdicts(
    session: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = rows(1)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "house.gate").write_text(HOUSE.replace("RULES", RULES["gates"]))
    table(session, given).write.parquet(str(tmp_path / "metrics"))
    job = str(Path(__file__).parents[1] / "examples" / "judge_table.py")
    paths = [str(tmp_path / name) for name in ("metrics", "policies", "verdicts")]
    monkeypatch.setattr(sys, "argv", [job, *paths, "--as-of", AS_OF])
    runpy.run_path(job, run_name="__main__")
    written = collected(session.read.parquet(paths[2]))
    plain = house("gates").judge(given, as_of=AS_OF).workflows
    assert [(row["workflow"], row["decision"]) for row in written] == [(own.workflow, own.decision) for own in plain]
    printed = capsys.readouterr().out
    assert all(own.decision in printed for own in plain)


@pytest.mark.skipif(importlib.util.find_spec("grpc") is None, reason="Spark Connect needs grpcio")
def test_spark_connect_judges_alike() -> None:
    code = """
import datetime, sys
from pyspark.sql import SparkSession
from tollgate_policy import Policies, spark
session = SparkSession.builder.remote("local[2]").config("spark.sql.shuffle.partitions", "2").getOrCreate()
day = datetime.date(2026, 2, 12)
df = session.createDataFrame([("a", day, 0.4), ("b", day, 0.9)], "workflow string, date date, adoption double")
policies = Policies({"p.gate": '''
snapshot { adoption: share }
policy p { param least = 50% within 10% to 95%  "least"
  rule r { require adoption >= least and count(workflows) == 2 else hold } }'''})
judged = spark.judge(df, policies, as_of="2026-02-16").orderBy("workflow").select("workflow", "decision")
print([tuple(row) for row in judged.collect()])
print(spark.history(df, policies, as_of="2026-02-16").count(), spark.impact(df, policies, policies).count())
print(spark.sweep(df, policies, "p.least", ["30%"], as_of="2026-02-16").first()["workflows_continue"])
print("connect" in type(df).__module__)
"""
    environment = os.environ | {"PYTHONPATH": str(Path(spark.__file__).parents[1]), "PYSPARK_PYTHON": sys.executable}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.split("\n") == ["[('a', 'hold'), ('b', 'continue')]", "2 0", "2", "True", ""]
