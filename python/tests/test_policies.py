"""The package against the command line's own examples, and against itself: files, dicts and tables give one verdict."""

from __future__ import annotations

import datetime
import decimal
import json
import os
import pickle
import random
import threading
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow
import pytest

import repositories
import tollgate_policy
from tollgate_policy import Policies, TollgateError, check, native
from tollgate_policy.policies import day_of
from tollgate_policy.report import Answer
from tollgate_policy.rows import rows_of

ROOT = Path(__file__).parents[2]
# How many generated repositories are judged; `.ci/full` asks for 2,000.
SEEDS = int(os.environ.get("TOLLGATE_SEEDS", "120"))
BLESSED = ROOT / "tests" / "blessed"

GATE = """
stages testing -> pilot
snapshot every 1 week grace 3 days {
  adoption: share
  users: count
  cost: number
  checked: date
  ready: bool
  outputs: list of { id: text key, edit_time: share }
}
policy house "Ours" {
  param least = 50% within 10% to 90%
  rule used "Half of the users use it" { require adoption >= least else hold }
  rule light "Outputs are light" { require share(outputs where edit_time < 15% over 2 weeks) >= 60% else rollback }
  rule cheap "It is cheap" { require cost <= 1.5 else warn }
  rule kept "It keeps being used" { when held(adoption < 30%) >= 2 weeks then rollback }
  gate testing -> pilot {
    rule ready "It is ready" { require ready and users >= 3 else hold }
    rule sure "Surely light" { require share(outputs where edit_time < 15% over stage) >= 40% with 80% confidence else hold }
  }
}
"""


def rows(seed: int, workflows: int = 3, weeks: int = 6) -> list[dict]:
    """Snapshots as somebody may have recorded them: with gaps, decimals and dates."""
    thrown = random.Random(seed)
    made = []
    for number in range(workflows):
        stage = "testing"
        for week in range(thrown.randint(1, weeks)):
            day = datetime.date(2026, 1, 5) + datetime.timedelta(weeks=week)
            asks = stage == "testing" and thrown.random() < 0.3
            row = {
                "workflow": f"w{number}",
                "date": day,
                "stage": stage,
                "advance_to": "pilot" if asks else None,
                "adoption": None if thrown.random() < 0.1 else round(thrown.random(), 3),
                "users": thrown.randint(0, 9),
                "cost": decimal.Decimal(thrown.randint(0, 300)) / 100,
                "checked": None if thrown.random() < 0.5 else datetime.datetime.combine(day, datetime.time()),
                "ready": thrown.random() < 0.7,
                "size": 1,
                "marks": [1],
                "outputs": [
                    {"id": f"{number}-{week}-{at}", "edit_time": round(thrown.random() * 0.4, 2)}
                    for at in range(thrown.randint(0, 8))
                ],
            }
            made.append(row)
            stage = "pilot" if asks and thrown.random() < 0.7 else stage
    return made


def told(report) -> list:
    """What was decided and seen, without the places."""
    return [
        (
            own.workflow,
            own.decision,
            own.stage,
            [(rule.rule, rule.outcome, rule.message, [seen["value"] for seen in rule.evidence]) for rule in own.rules],
        )
        for own in report.workflows
    ]


ARROW = pyarrow.schema(
    [
        ("workflow", pyarrow.string()),
        ("date", pyarrow.date32()),
        ("stage", pyarrow.string()),
        ("advance_to", pyarrow.string()),
        ("adoption", pyarrow.float64()),
        ("users", pyarrow.int64()),
        ("cost", pyarrow.decimal128(10, 2)),
        ("checked", pyarrow.timestamp("us")),
        ("ready", pyarrow.bool_()),
        ("outputs", pyarrow.list_(pyarrow.struct([("id", pyarrow.string()), ("edit_time", pyarrow.float64())]))),
    ]
)


def as_files(folder: Path, given: list[dict]) -> None:
    """The same as a repository."""
    (folder / "tollgate.yaml").write_text("policies: [house.gate]\n")
    (folder / "house.gate").write_text(GATE)
    for at, row in enumerate(given):
        own = {key: value for key, value in row.items() if value is not None}
        own |= {"date": str(row["date"]), "cost": float(row["cost"])}
        if "checked" in own:
            own["checked"] = str(own["checked"].date())
        file = folder / "rollouts" / row["workflow"] / f"{row['date']}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(own))


@pytest.mark.parametrize(("example", "day"), [*repositories.AS_OF.items(), ("organisation", "2026-11-23")])
def test_an_example_is_judged_as_the_command_line_judges_it(example: str, day: str) -> None:
    report = check(repositories.EXAMPLES / example, as_of=day)
    printed, found = repositories.printed(example), report.to_dict()["workflows"]
    assert found and report.exit == (example != "organisation/teams/support")
    if printed is not None:
        assert repositories.told(found) == repositories.told(printed)
        if example in ("canary", "organisation", "platform", "support-desk"):
            assert found == printed


@pytest.mark.parametrize(("example", "day"), repositories.AS_OF.items())
def test_an_example_told_as_a_table_is_judged_alike(example: str, day: str) -> None:
    policies, given = Policies(repositories.EXAMPLES / example), repositories.rows(repositories.EXAMPLES / example)
    files = check(repositories.EXAMPLES / example, as_of=day).to_dict()["workflows"]
    past = policies.history(as_of=day).to_dict()["workflows"]
    for rows in (given, repositories.table(given)):
        report = policies.judge(rows, as_of=day)
        assert repositories.told(report.to_dict()["workflows"]) == repositories.told(files)
        assert policies.history(rows, as_of=day).to_dict()["workflows"] == past


def test_every_example_is_held_to_the_command_line() -> None:
    """But for the organisation's root, which has several projects, each has its snapshots in a table."""
    settings = repositories.EXAMPLES.rglob("tollgate.yaml")
    projects = {str(file.parent.relative_to(repositories.EXAMPLES)) for file in settings}
    assert projects - {"organisation/platform"} == set(repositories.AS_OF)


def test_files_dicts_and_tables_give_one_verdict(tmp_path: Path) -> None:
    policies = Policies({"house.gate": GATE})
    for seed in range(SEEDS):
        given = rows(seed)
        report = policies.judge(given, as_of="2026-02-16")
        table = pyarrow.Table.from_pylist(given, schema=ARROW)
        others = {
            "arrow": table,
            "batches": table.to_batches()[0],
            "pandas": pandas.DataFrame(given),
            "polars": polars.from_arrow(table),
        }
        for name, other in others.items():
            assert told(policies.judge(other, as_of=datetime.date(2026, 2, 16))) == told(report), (seed, name)
        if seed % 4 == 0:
            folder = tmp_path / str(seed)
            folder.mkdir()
            as_files(folder, given)
            assert told(check(folder, as_of="2026-02-16")) == told(report), seed
            days = Policies(folder).history(as_of="2026-02-16").to_dict()["workflows"]
            decisions = [[day["decision"] for day in own["days"]] for own in days]
            beside = policies.history(table, as_of="2026-02-16").to_dict()["workflows"]
            assert decisions == [[day["decision"] for day in own["days"]] for own in beside], seed


def test_a_value_is_named_by_table_row_and_column() -> None:
    policies = Policies({"house.gate": GATE})
    report = policies.judge(rows(1), as_of="2026-02-16", table="ratings", key=["workflow", "date"])
    cells = {
        (rule.rule, seen["cell"]["table"], seen["cell"]["row"][:4], seen["cell"]["column"])
        for own in report.workflows
        for rule in own.rules
        for seen in rule.evidence
        if "cell" in seen
    }
    assert ("house.light", "ratings", "w0, ", "outputs") in cells and ("house.ready", "ratings", "w1, ", "ready") in cells
    assert "ratings[w0, 2026-" in str(report)


def test_two_equal_rows_are_two_snapshots() -> None:
    row = {"workflow": "a", "date": "2026-01-05", "stage": "pilot", "adoption": 0.6}
    report = Policies({"house.gate": GATE}).judge([row, dict(row)], as_of="2026-01-06", key="workflow")
    assert report["a"].decision == "error" and report.exit == 2
    said = {label["cell"]["row"] for found in report.diagnostics for label in found["labels"] if "cell" in label}
    assert said == {"a", "a, 2"}, str(report)


def test_two_columns_of_one_name_are_refused() -> None:
    policies = Policies({"house.gate": GATE})
    values = [["a"], ["2026-01-05"], ["pilot"], [0.1], [0.9]]
    names = ["workflow", "date", "stage", "adoption", "adoption"]
    for table in (pyarrow.table(values, names=names), pandas.DataFrame([[one[0] for one in values]], columns=names)):
        with pytest.raises(ValueError, match="two columns called `adoption`"):
            policies.judge(table, as_of="2026-01-06")


def test_params_are_other_values() -> None:
    row = {"workflow": "a", "date": "2026-01-05", "stage": "pilot", "adoption": 0.4}
    outcome = lambda policies: policies.judge([row], as_of="2026-01-06")["a"].rules[0].outcome  # noqa: E731
    assert outcome(Policies({"house.gate": GATE})) == "fail"
    assert outcome(Policies({"house.gate": GATE}, params={"house.least": "40%"})) == "pass"
    with pytest.raises(TollgateError, match="least"):
        Policies({"house.gate": GATE}, params={"house.least": "5%"})


def test_a_policy_that_is_wrong_is_an_exception_that_prints_its_line() -> None:
    with pytest.raises(TollgateError) as raised:
        Policies({"house.gate": GATE.replace("adoption >= least", "adaption >= least")})
    assert "nothing is called `adaption` here" in str(raised.value) and "house.gate:13" in str(raised.value)


def test_a_row_that_is_wrong_is_an_error_at_its_column() -> None:
    policies = Policies({"house.gate": GATE})
    broken = policies.judge([{"workflow": "a", "date": "2026-01-05", "stage": "pilot", "users": "many"}], as_of="2026-01-06")
    assert broken.exit == 2 and broken["a"].decision == "error"
    [label, *_] = broken.diagnostics[0]["labels"]
    assert label["cell"] == {"table": "snapshots", "row": "0", "column": "users"}
    for value, why in [(float("inf"), "infinite"), (object(), "no value of a snapshot")]:
        with pytest.raises(TollgateError, match=f"column `users`.*{why}"):
            policies.judge([{"workflow": "a", "date": "2026-01-05", "users": value}], as_of="2026-01-06")
    with pytest.raises(TypeError, match="no table"):
        policies.judge(3)
    with pytest.raises(TollgateError, match="is not a day"):
        policies.judge([], as_of="tomorrow")


def test_nothing_is_taken_for_what_it_is_not() -> None:
    policies = Policies({"house.gate": GATE})
    row = {"workflow": "a", "date": "2026-01-05", "stage": "pilot", "adoption": float("nan"), "cost": 1.1 + 2.2}
    seen = {rule.rule: rule for rule in policies.judge([row], as_of="2026-01-06")["a"].rules}
    assert seen["house.used"].outcome == "undecided"
    # A number is its shortest text, exactly.
    assert seen["house.cheap"].evidence[0]["amount"]["exact"] == "33000000000000003/10000000000000000"
    none = policies.judge([], as_of="2026-01-06")
    assert none.exit == 2 and none.workflows == []


def test_policies_pickle_and_are_shared_by_threads() -> None:
    policies = pickle.loads(pickle.dumps(Policies({"house.gate": GATE}, params={"house.least": "40%"})))
    given = rows(3)
    expected = told(policies.judge(given, as_of="2026-02-16"))
    found: list = []
    threads = [
        threading.Thread(target=lambda: found.append(told(policies.judge(given, as_of="2026-02-16")))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_results_are_tables_text_and_a_page() -> None:
    report = check(ROOT / "examples" / "support-desk", as_of="2026-11-23")
    frame, table = report.to_pandas(), report.to_arrow()
    assert list(frame["decision"]) == table["decision"].to_pylist() == [own.decision for own in report.workflows]
    assert "rollback" in list(frame["decision"]) and "rollback.not_adopted" in sum(frame["failed"], [])
    assert str(report).splitlines()[-1].startswith("3 of 14 workflows may go on")
    page = report._repr_html_()
    assert page.startswith("<iframe") and "Where the rollouts stand" in page and "<script>" not in page
    assert repr(report["email-translation"]) == "<Workflow email-translation: rollback>"
    with pytest.raises(KeyError):
        report["nobody"]


def test_sweep_lint_and_schema_are_those_of_the_command_line() -> None:
    policies = Policies(ROOT / "examples" / "support-desk")
    swept = policies.sweep("before_deployment.light_share", "75%", "85%", as_of="2026-11-23").to_dict()
    assert len(swept["sweeps"][0]["intervals"]) > 2
    with pytest.raises(TollgateError, match="did you mean"):
        policies.sweep("before_deployment.light_shar", "75%", "85%")
    schema = Policies({"house.gate": GATE}).schema()
    assert set(schema["properties"]) >= {"workflow", "date", "adoption", "outputs"}
    assert "no rule reads the field `checked`" in str(Policies({"house.gate": GATE}).lint())


def test_impact_is_the_difference_of_two_histories() -> None:
    old, new = (Policies({"house.gate": GATE}, params={"house.least": least}) for least in ("50%", "20%"))
    for seed in range(20):
        given = rows(seed)
        impact = old.impact(new, given, as_of="2026-02-16").to_dict()
        before, after = (own.history(given, as_of="2026-02-16").to_dict()["workflows"] for own in (old, new))
        changed = {
            (own["workflow"], then["date"], then["decision"], now["decision"])
            for own, other in zip(before, after)
            for then, now in zip(own["days"], other["days"])
            if then["decision"] != now["decision"]
        }
        told = {(flip["workflow"], flip["date"], flip["from"], flip["to"]) for flip in impact["verdicts"] if flip["date"]}
        assert told == changed, seed


def test_a_time_of_a_day_is_one_in_utc() -> None:
    fields = "snapshot every 5 min grace 1 min { date: time required, errors: share }"
    policies = Policies({"p.gate": fields + " policy p { rule q { require errors <= 2% else hold } }"})
    zone = datetime.timezone(datetime.timedelta(hours=2))
    at = datetime.datetime(2026, 11, 2, 16, 5, tzinfo=zone)
    report = policies.judge([{"workflow": "a", "date": at, "errors": 0.01}], as_of=at)
    assert report["a"].decision == "continue", str(report)
    assert report.to_dict()["as_of"] == "2026-11-02T14:05Z"


def test_the_docstrings_run() -> None:
    import doctest

    options = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    for module in (tollgate_policy, tollgate_policy.policies):
        tried = doctest.testmod(module, optionflags=options)
        assert tried.attempted > 0 and tried.failed == 0


SHORT = "stages a -> b\nsnapshot { n: count }\npolicy p { param least = 1 within 0 to 9  \"\"  rule r { RULE\n} }"


@pytest.mark.parametrize(
    ("rule", "settings", "reads"),
    [
        ("require n >= least else hold", "", False),
        ("require n >= least else hold  # of all workflows", "# overrides: none\n", False),
        ("require count(workflows) >= least else hold", "", True),
        ("require n >= least else hold", "overrides: [{ workflows: [x], params: { p.least: 2 } }]\n", True),
        (
            "require n >= least else hold",
            "waivers: [{ workflow: x, rule: p.r, until: 2026-12-01, because: late, owner: mira@example.com }]\n",
            True,
        ),
    ],
)
def test_policies_know_whether_they_look_at_other_workflows(
    tmp_path: Path, rule: str, settings: str, reads: bool
) -> None:
    gate = SHORT.replace("RULE", rule)
    assert Policies({"p.gate": gate, "tollgate.yaml": f"policies: [p.gate]\n{settings}"}).reads_fleet is reads
    (tmp_path / "team").mkdir()
    (tmp_path / "p.gate").write_text(gate)
    (tmp_path / "Everybody's settings").write_text(f"policies: [p.gate]\n{settings}")
    (tmp_path / "team" / "tollgate.yaml").write_text('extends: "../Everybody\'s settings"\n')
    assert Policies(tmp_path / "team", allow_outside=True).reads_fleet is reads
    assert not Policies("builtin").reads_fleet


FLEET = """
stages testing -> pilot -> full
snapshot every 1 week grace 3 days {
  adoption: share
  ready: bool required
  size: count required
  marks: list of count required
  owner: text named "Owned by"
  team { size: count, tags: list of text }
  outputs: list of { id: text key, edit_time: share }
}
policy fleet "Ours" {
  param most = 1 within 0 to 9  "How many may be in the pilot"
  let ahead = count(workflows where workflow != snapshot.workflow and adoption >= snapshot.adoption)
  rule stages { require count(distinct(workflows.stage)) >= 2 else warn "{count(distinct(workflows.stage))}" }
  rule alone { require count(workflows where has retired) <= 1 and ahead < 2 else note }
  rule waits { require none(workflows where stage == pilot and since(entered) > 2 weeks) else warn }
  rule falls { when held(count(workflows where adoption < 30%) >= 1) >= 1 week then hold }
  rule owned { require none(workflows where owner == "nobody") else warn "{ahead}" }
  rule light { require share(outputs where edit_time < 15% over 3 weeks) >= 50% else hold }
  gate testing -> pilot {
    rule room {
      require count(workflows where stage == pilot or advance_to == pilot) <= most
      else hold "{count(workflows where stage == pilot or advance_to == pilot)} of {count(workflows)}"
    }
    rule teams { require max(workflows.team.size where stage == pilot) <= 5 else hold }
  }
  gate pilot -> full { rule images { require any(workflows where workflow == "w1" and stage >= pilot) else hold } }
}
"""
FLEET_SETTINGS = """
policies: [fleet.gate]
overrides: [{ workflows: ["w[2-4]", "w9"], params: { fleet.most: 2 } }]
waivers: [{ workflow: w3, rule: fleet.room, until: 2026-12-01, because: late, owner: mira@example.com }]
"""


def fleet_rows(seed: int) -> dict[str, list[dict]]:
    """The snapshots of a fleet by workflow; those of some cannot be read."""
    thrown = random.Random(seed)
    made: dict[str, list[dict]] = {}
    for number in range(thrown.randint(2, 7)):
        stage, own = "testing", made.setdefault(f"w{number}", [])
        for week in range(thrown.randint(1, 6)):
            asks = {"testing": "pilot", "pilot": "full"}.get(stage) if thrown.random() < 0.4 else None
            row = {
                "workflow": f"w{number}",
                "date": datetime.date(2026, 1, 8) + datetime.timedelta(weeks=week),
                "stage": stage,
                "advance_to": asks,
                "adoption": None if thrown.random() < 0.1 else round(thrown.random(), 3),
                "ready": thrown.random() < 0.7,
                "size": 1,
                "marks": [1],
                "Owned by": thrown.choice(["mira", "nobody", None]),
                "team": {"size": thrown.randint(0, 9), "tags": ["a"] * thrown.randint(0, 2)},
                "retired": datetime.date(2026, 2, 28) if thrown.random() < 0.05 else None,
                "outputs": [
                    {"id": f"{number}-{week}-{at}", "edit_time": round(thrown.random() * 0.4, 2)}
                    for at in range(thrown.randint(0, 5))
                ],
            }
            own.append(row)
            if thrown.random() < 0.03:
                own.append(row | thrown.choice([{}, {"date": datetime.date(2026, 3, 1)}, {"ready": "perhaps"}]))
            stage = asks if asks and thrown.random() < 0.7 else stage
    return made


def without_labels(value: Any) -> Any:
    """What marks places: two marks on one row are one, which cannot be seen where its text is there twice."""
    if isinstance(value, dict):
        return {key: without_labels(one) for key, one in value.items() if key != "labels"}
    return [without_labels(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(SEEDS // 2))
@pytest.mark.parametrize("named", [False, True])
def test_a_workflow_beside_others_is_judged_as_with_all_of_their_rows(seed: int, named: bool) -> None:
    """Spark's workers judge so: nothing is known of the others but what policies look at."""
    texts = {"fleet.gate": FLEET} | ({"tollgate.yaml": FLEET_SETTINGS} if named else {})
    policies, day = Policies(texts), day_of([None, "2026-02-16", "2026-01-29"][seed % 3], ())
    day["today"] = "2026-02-16"
    key, of_all = ["workflow", "date"], fleet_rows(seed)
    told = native.NativePolicies.of_told(policies._native.told())
    alone = told.neighbourhood([], day)
    rows = {workflow: rows_of(own, "t", key) for workflow, own in of_all.items()}
    around = told.neighbourhood([(name, *alone.neighbour(name, own, day)) for name, own in rows.items()], day)
    every = [row for own in rows.values() for row in own]
    whole = Answer(policies._native.judge(every, day, False)).to_dict()
    judged = [
        found for own in rows.values() for found in Answer(around.judge(own, day)).to_dict()["workflows"]
    ]
    assert without_labels(judged) == without_labels(whole["workflows"])
    past = Answer(policies._native.history(every, day)).to_dict()["workflows"]
    told_past = [found for own in rows.values() for found in Answer(around.history(own, day)).to_dict()["workflows"]]
    assert [own["workflow"] for own in told_past] == [own["workflow"] for own in past]
    assert [own["days"] for own in told_past] == [own["days"] for own in past]
