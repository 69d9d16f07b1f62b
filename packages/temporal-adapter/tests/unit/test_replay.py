"""Histories of every release decide the same on the workflow as it is now; a change of behaviour is noticed."""

from pathlib import Path

import pytest
from dvt_temporal_adapter.surroundings import builds
from dvt_temporal_adapter.testing.recording import CASES
from dvt_temporal_adapter.testing.stage import replay
from temporalio.client import WorkflowHistory
from temporalio.worker import UnsandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

HISTORIES = Path(__file__).parents[1] / "replay" / "histories"


def read(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.name, file.read_text("utf-8"))


def test_this_release_has_recorded_every_case() -> None:
    assert {f"{case}.{builds().adapter}.json" for case in CASES} <= {file.name for file in HISTORIES.iterdir()}


@pytest.mark.parametrize("file", sorted(HISTORIES.iterdir()), ids=lambda file: file.stem)
async def test_a_recorded_history_replays(file: Path) -> None:
    await replay(read(file))
    await replay(read(file), UnsandboxedWorkflowRunner())


async def test_a_step_that_is_no_longer_dispatched_is_noticed() -> None:
    text = (HISTORIES / f"linear.{builds().adapter}.json").read_text("utf-8")
    assert '"b:1"' in text
    with pytest.raises(NondeterminismError):
        await replay(WorkflowHistory.from_json("changed", text.replace('"b:1"', '"z:1"')))
