"""The examples run, and say what their texts promise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_the_notebook_goes_from_ratings_to_a_verdict_and_a_sweep(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(EXAMPLES)
    notebook = json.loads((EXAMPLES / "ratings.ipynb").read_text())
    names: dict = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)  # noqa: S102
    decisions = {own.workflow: own.decision for own in names["report"].workflows}
    assert decisions == {"claim-letters": "hold", "reply-drafts": "continue"}
    assert len(names["swept"].to_dict()["sweeps"][0]["intervals"]) > 2
    said = capsys.readouterr().out
    assert "ours.light — Most outputs need little editing" in said and "`ours.light_share` from 60% to 95%" in said
