"""Legality by the table, and writers at once."""

import asyncio
from typing import Final

from dvt_contracts.models.glossary.v1.status import StepStatus
from dvt_contracts.models.store.v1.append_result import (
    Appended,
    Duplicate,
    Illegal,
    Superseded,
)

from dvt_engine_core.hashes import state_hash
from dvt_engine_core.projector import project
from dvt_engine_core.testing.conformance.store_harness import (
    StoreFactory,
    appended,
    created,
    one,
    read_log,
)
from dvt_engine_core.transitions import RULES, next_step_status

_WAYS: Final[dict[str, list[tuple[str, int]]]] = {
    "fresh": [],
    "running": [("StepStarted", 1)],
    "succeeded": [("StepStarted", 1), ("StepCompleted", 1)],
    "failed": [("StepStarted", 1), ("StepFailed", 1)],
    "running again": [("StepStarted", 1), ("StepFailed", 1), ("StepStarted", 2)],
    "cancelled": [("StepStarted", 1), ("StepCancelled", 1)],
    "skipped": [("StepSkipped", 1)],
    "never started, failed": [("StepFailed", 1)],
}
_END: Final = {
    "fresh": (StepStatus.PENDING, 0),
    "running": (StepStatus.RUNNING, 1),
    "succeeded": (StepStatus.SUCCEEDED, 1),
    "failed": (StepStatus.FAILED, 1),
    "running again": (StepStatus.RUNNING, 2),
    "cancelled": (StepStatus.CANCELLED, 1),
    "skipped": (StepStatus.SKIPPED, 1),
    "never started, failed": (StepStatus.FAILED, 1),
}


async def steps_move_by_the_table_and_no_other_way(factory: StoreFactory) -> None:
    """From every state every step event with every attempt is appended exactly where the table allows it."""
    async with factory() as under:
        for way, path in _WAYS.items():
            status, attempt = _END[way]
            for event_type in (name for name, rule in RULES.items() if rule.subject.value == "step"):
                run = await created(under.store)
                for number in range(4):
                    step = f"s{number}"
                    await appended(under.store, run, *(run.event(name, step, ordinal) for name, ordinal in path))
                    result = await one(under.store, run, run.event(event_type, step, max(1, number)))
                    legal = next_step_status(event_type, status=status, attempt=attempt, event_attempt=max(1, number))
                    repeated = (event_type, max(1, number)) in path
                    wanted = Appended if legal and not repeated else (Duplicate, Superseded, Illegal)
                    assert isinstance(result, wanted), (way, event_type, number, result)


async def before_its_start_and_after_its_end_a_run_takes_no_step_events(factory: StoreFactory) -> None:
    """Step events are legal only while a run is RUNNING or PAUSED."""
    async with factory() as under:
        run = await created(under.store, started=False)
        assert isinstance(await one(under.store, run, run.event("StepStarted", "a")), Illegal)
        await appended(under.store, run, run.event("RunStarted"), run.event("RunPaused"), run.event("StepStarted", "a"))
        await appended(
            under.store, run, run.event("StepCompleted", "a"), run.event("RunDrained"), run.event("RunResumed")
        )
        assert isinstance(await one(under.store, run, run.event("RunDrained", ordinal=2)), Illegal)
        await appended(under.store, run, run.event("RunPaused", ordinal=2), run.event("RunResumed", ordinal=2))


async def of_identical_appends_one_is_written(factory: StoreFactory) -> None:
    """Of identical appends at once one is appended, all others are duplicates of it."""
    async with factory() as under:
        run = await created(under.store)
        results = await asyncio.gather(*(one(under.store, run, run.event("StepStarted", "a")) for _ in range(6)))
        assert sorted(result.outcome for result in results) == ["appended"] + ["duplicate"] * 5
        assert len(await read_log(under.store, run.key)) == 3


async def of_different_outcomes_one_wins(factory: StoreFactory) -> None:
    """Of different outcomes of one attempt at once one is appended, the others are superseded by it."""
    async with factory() as under:
        run = await created(under.store)
        await appended(under.store, run, run.event("StepStarted", "a"))
        outcomes = [run.event(name, "a") for name in ("StepCompleted", "StepFailed", "StepCancelled")]
        results = await asyncio.gather(*(one(under.store, run, event) for event in outcomes))
        assert sorted(result.outcome for result in results) == ["appended", "superseded", "superseded"]
        winner = (await read_log(under.store, run.key))[-1]
        assert all(result.record == winner for result in results if isinstance(result, Superseded))


async def writers_of_one_run_leave_one_order(factory: StoreFactory) -> None:
    """Many writers of one run leave a contiguous log whose fold is the live projection."""
    async with factory() as under:
        run = await created(under.store)

        async def step(name: str) -> None:
            for event_type in ("StepStarted", "StepRedelivered", "StepCompleted"):
                await appended(under.store, run, run.event(event_type, name))

        await asyncio.gather(*(step(f"s{number}") for number in range(8)))
        log = await read_log(under.store, run.key)
        assert [record.run_seq for record in log] == list(range(1, 27))
        live = await under.store.read_run(run.key)
        assert live is not None
        assert state_hash(live.snapshot) == state_hash(project(log, run_id=run.run_id, tenant_id="local").snapshot)
