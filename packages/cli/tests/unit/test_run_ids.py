"""Run ids as people type them, and following a run, over the store in memory."""

from __future__ import annotations

from typing import Any

import pytest
from dvt.following import Stalled, follow
from dvt.run_ids import find_run
from dvt.servers import Servers
from dvt.session import Session
from dvt.shell import Shell
from dvt_engine_core.errors import ContractError, RunNotFoundError
from dvt_engine_core.testing.memory_outbox import MemoryOutbox
from dvt_engine_core.testing.world import World, plan_of

PLAN = plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]})


def session_over(world: World) -> Session:
    shell = Shell()
    outbox: Any = MemoryOutbox
    servers = Servers("", "", embedded=False)
    return Session(shell, shell.settings, servers, world.store, world.store.intents, world.store, outbox)


async def test_a_unique_beginning_the_whole_id_and_latest_name_a_run() -> None:
    world = World()
    run = await world.queue(PLAN)
    session = session_over(world)
    for text in (run.run_id, run.run_id.upper(), run.run_id[:20], run.run_id.replace("-", "")[:18], "latest"):
        assert await find_run(session, text) == run


async def test_a_beginning_of_several_runs_is_refused_with_their_ids() -> None:
    world = World()
    runs = [await world.queue(PLAN) for _ in range(3)]
    with pytest.raises(ContractError) as caught:
        await find_run(session_over(world), runs[0].run_id[:2])
    assert (caught.value.code, caught.value.exit_code) == ("ID_AMBIGUOUS", 2)
    assert all(run.run_id in caught.value.message for run in runs)


@pytest.mark.parametrize("text", ["latest", "ffff", "no id", "", "%"])
async def test_what_names_no_run_is_not_found(text: str) -> None:
    with pytest.raises(RunNotFoundError) as caught:
        await find_run(session_over(World()), text)
    assert caught.value.exit_code == 4


async def test_a_finished_run_is_followed_to_its_end_and_from_behind_its_end_at_once() -> None:
    world = World()
    run = await world.finish(PLAN)
    session = session_over(world)
    told = [item.event.event_type async for item in follow(session, run) if not isinstance(item, Stalled)]
    assert (told[0], told[-1]) == ("RunQueued", "RunCompleted")
    assert [item async for item in follow(session, run, after=len(told))] == []


async def test_a_run_that_nobody_takes_is_told_with_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dvt.following._SILENCE_S", 0.01)
    world = World()
    run = await world.queue(PLAN)
    async for item in follow(session_over(world), run):
        if isinstance(item, Stalled):
            assert item.intent.run_id == run.run_id
            break
