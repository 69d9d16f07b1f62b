"""Every scripted golden path comes out as expected, in memory and on PostgreSQL, and so does its undisturbed twin."""

from dataclasses import replace
from pathlib import Path

import pytest
from dvt_contracts.models.golden.v1.plan_script import PlanScript
from dvt_engine_core.testing.golden.expectation import Expectation, faults
from dvt_engine_core.testing.golden.memory import memory_stage
from dvt_engine_core.testing.golden.path import GoldenPath, scripted_paths
from dvt_engine_core.testing.golden.player import play
from dvt_postgres_store.testing.golden_stage import postgres_stage
from dvt_postgres_store.testing.server import TEMPLATE, PostgresServer

PATHS = Path(__file__).resolve().parents[1]
FOLDERS = scripted_paths(PATHS)
#: Paths whose outcome is that of the same plan when nothing disturbs it.
WITH_TWIN = ["pause_resume", "retry", "double_pause", "worker_killed_in_mid_step", "duplicate_start"]


def name_of(folder: Path) -> str:
    return folder.name


@pytest.fixture(scope="session")
def server(postgres: PostgresServer) -> PostgresServer:
    postgres.make_template()
    return postgres


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
async def test_in_memory(folder: Path) -> None:
    """[GOLDEN-004], [GOLDEN-005], [GOLDEN-006]; `emergency_stop` shows [SIGNAL-018]."""
    path = GoldenPath.read(folder)
    async with memory_stage() as stage:
        played = await play(path, stage)
    assert faults(path, played, Expectation.read(folder)) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
async def test_on_postgres(folder: Path, server: PostgresServer) -> None:
    path = GoldenPath.read(folder)
    with server.database(f"golden_{folder.name}", template=TEMPLATE) as url:
        async with postgres_stage(url) as stage:
            played = await play(path, stage)
    assert faults(path, played, Expectation.read(folder)) == []


@pytest.mark.parametrize("name", WITH_TWIN)
async def test_an_undisturbed_twin_has_the_same_outcome(name: str) -> None:
    path = GoldenPath.read(PATHS / name)
    twin = GoldenPath(path.name, path.plan, undisturbed(path.script))
    async with memory_stage() as stage:
        played = await play(twin, stage)
    assert played.outcome_hash == Expectation.read(PATHS / name).hashes.outcome_hash
    kinds = {fact.event_type for fact in played.facts}
    assert not kinds & {"StepFailed", "StepRedelivered", "RunPaused", "SignalAccepted"}


def undisturbed(script: PlanScript) -> PlanScript:
    """The same outputs, each at the first attempt."""
    outputs = {one.step_id: getattr(one, "output", None) for one in script.attempts}
    attempts = [
        {"stepId": step, "attempt": 1, "result": "succeeded", "output": output} for step, output in outputs.items()
    ]
    return PlanScript.parse({"scriptVersion": "0.1", "description": "Undisturbed.", "attempts": attempts})


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_its_readme_says_what_it_proves(folder: Path) -> None:
    text = (folder / "README.md").read_text("utf-8")
    assert text.startswith("# ")
    assert len(text.split()) > 25
    assert f"[`{folder.name}`]" in (PATHS / "README.md").read_text("utf-8")


async def test_another_course_of_events_is_named() -> None:
    """A gate that cannot fail proves nothing: one more failure, another output, a signal that does nothing."""
    path, expected = GoldenPath.read(PATHS / "retry"), Expectation.read(PATHS / "retry")
    script = path.script.document()
    twice = [
        {"stepId": "transform", "attempt": number, "result": "failed", "code": "PYTHON_RAISED"} for number in (1, 2)
    ]
    async with memory_stage() as stage:
        played = await play(replace(path, script=PlanScript.parse({**script, "attempts": twice})), stage)
    told = faults(path, played, expected)
    assert told[0] == (
        "log: event 4 of step transform: expected StepCompleted transform 2, got StepFailed transform 2 PYTHON_RAISED"
    )
    assert told[1].startswith("outcome hash: expected dc30b51b")
