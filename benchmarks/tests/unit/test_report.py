import json
from pathlib import Path

import pytest

from benchmarks import __main__, report
from benchmarks.model import Figure, Latency, Outcome

OUTCOME = Outcome(
    figure=Figure("P26", "command to exit", "s", better="lower", goal=1.5),
    ours=1.23456,
    base=1.0,
    ratio=1.23456,
    ratios=(1.2, 1.26912),
    runs=2,
    ours_latency=Latency(p50=0.1, p99=0.2),
    base_latency=Latency(p50=0.05, p99=0.3),
)


def test_an_entry_holds_both_sides_and_the_ratio() -> None:
    entry = report.entry(OUTCOME)
    assert {key: entry[key] for key in ("ours", "base", "ratio", "unit", "runs")} == {
        "ours": 1.235,
        "base": 1.0,
        "ratio": 1.235,
        "unit": "s",
        "runs": 2,
    }
    assert entry["latency"] == {"ours": {"p50": 0.1, "p99": 0.2}, "base": {"p50": 0.05, "p99": 0.3}}


def test_the_table_shows_goal_and_latency() -> None:
    _, row = report.table([OUTCOME]).splitlines()
    assert "1.5 reached" in row
    assert "0.1 / 0.2" in row


def test_the_machine_is_described_without_its_name() -> None:
    assert set(report.machine()) == {"cpu", "cores", "memoryGib", "system", "python"}


def test_a_folder_without_git_has_no_commit(tmp_path: Path) -> None:
    assert report.commit(tmp_path) == "unknown"


SCENARIO_SOURCE = """
from contextlib import asynccontextmanager
from benchmarks.model import Figure, Scenario, Sides

@asynccontextmanager
async def opened():
    async def ours(): return {"P0": 2}
    async def base(): return {"P0": 1}
    yield Sides(ours, base)

SCENARIO = Scenario(title="made up", figures=(Figure("P0", "x", "s"),), open=opened)
"""


def test_a_scenario_is_found_by_name_measured_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "benchmarks" / "scenarios").mkdir(parents=True)
    (tmp_path / "benchmarks" / "scenarios" / "made_up.py").write_text(SCENARIO_SOURCE, "utf-8")
    monkeypatch.setattr(__main__, "HERE", tmp_path / "benchmarks")
    monkeypatch.setattr("benchmarks.scenarios.__path__", [str(tmp_path / "benchmarks" / "scenarios")])
    __main__.main(["made_up", "--runs", "3"])
    written = json.loads((tmp_path / "benchmarks" / "results" / "made_up.json").read_text("utf-8"))
    assert (written["P0"]["ratio"], written["P0"]["runs"]) == (2, 3)
    assert {"machine", "date", "commit"} < set(written)
    assert "made up" in capsys.readouterr().out


def test_an_unknown_scenario_is_answered_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        __main__.main(["no_such_scenario"])
    assert "no scenario no_such_scenario" in str(end.value)
    assert capsys.readouterr().out == ""
