"""Batches and coalesced appends are answered as the same appends one by one."""

import asyncio
from typing import Final

import psycopg
import pytest
from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import Appended, AppendResult
from dvt_engine_core.errors import RejectedError, UnavailableError
from dvt_engine_core.hashes import state_hash
from dvt_engine_core.ports.store import RunBatch
from dvt_engine_core.projector import project
from dvt_engine_core.testing.builders import REUSED, SampleRun
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.transitions import RULES
from dvt_postgres_store import Database, PostgresStateStore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Move = tuple[str, str | None, int, bool]
SETTINGS: Final = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)
STEPS: Final = [name for name, rule in RULES.items() if rule.subject.value == "step"]
OTHERS: Final = [name for name, rule in RULES.items() if rule.subject.value != "step" and name != "RunQueued"]


def _usual() -> st.SearchStrategy[list[Move]]:
    """What happens in a run almost always: steps that start and complete, each its own."""
    move = st.tuples(
        st.sampled_from(["StepStarted", "StepStarted", "StepCompleted"]),
        st.sampled_from("abcdefgh"),
        st.just(1),
        st.just(value=False),
    )
    return st.lists(move, min_size=1, max_size=4, unique_by=lambda it: it[1])


def _any() -> st.SearchStrategy[list[Move]]:
    step = st.tuples(st.sampled_from(STEPS), st.sampled_from("abc"), st.integers(1, 3), st.booleans())
    other = st.tuples(st.sampled_from(OTHERS), st.sampled_from("st"), st.just(1), st.just(value=False))
    return st.lists(st.one_of(step, step, other), min_size=1, max_size=5)


CALLS: Final = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 4),
            st.one_of(_usual(), _usual(), _usual(), _any()),
            st.sampled_from([None, None, None, None, RunStatus.RUNNING, RunStatus.PENDING]),
        ),
        min_size=2,
        max_size=6,
    ),
    min_size=1,
    max_size=8,
)


def _event(run: SampleRun, move: Move) -> AnyEvent:
    event_type, subject, ordinal, reused = move
    about = subject if event_type.startswith(("Step", "Signal")) else None
    return run.event(event_type, about, ordinal, REUSED if reused and event_type == "StepCompleted" else None)


def _comparable(answer: AppendResult) -> object:
    document = answer.document()
    return {name: value for name, value in document.items() if name != "persistedAt"} | {
        name: {**record, "persistedAt": None} for name, record in document.items() if isinstance(record, dict)
    }


@SETTINGS
@given(calls=CALLS)
async def test_batches_of_any_history_are_answered_as_one_by_one(
    database: Database, calls: list[list[tuple[int, list[Move], RunStatus | None]]]
) -> None:
    """[STORE-028] The same answers, the same states, the same chains as from appends of one batch at a time."""
    store, model = PostgresStateStore(database), MemoryStore()
    runs = [SampleRun() for _ in range(5)]
    for number, run in enumerate(runs):
        new, started = run.new(), run.event("RunStarted")
        for target in (store, model):
            await target.create_run(new)
            if number:  # one has yet to start
                await target.append(run.key, [started])
    for call in calls:
        batches = [RunBatch(runs[at].key, [_event(runs[at], it) for it in moves], legal) for at, moves, legal in call]
        for batch, found in zip(batches, await store.append_many(batches), strict=True):
            expected = await model.append(batch.run, batch.events, legal_from=batch.legal_from)
            assert isinstance(found, tuple)
            assert [_comparable(it) for it in found] == [_comparable(it) for it in expected], batch
    for run in runs:  # an answer that tells of running steps
        event = run.event("RunDrained", ordinal=9)
        (ours,), (theirs,) = await store.append(run.key, [event]), await model.append(run.key, [event])
        assert _comparable(ours) == _comparable(theirs)
        live, folded = await store.read_run(run.key), await model.read_run(run.key)
        assert live is not None
        assert folded is not None
        assert live.history_hash == folded.history_hash
        assert state_hash(live.snapshot) == state_hash(folded.snapshot)
        assert await store.rebuild(run.key) == live


async def _started(store: PostgresStateStore, count: int) -> list[SampleRun]:
    runs = [SampleRun() for _ in range(count)]
    for run in runs:
        await store.create_run(run.new())
        await store.append(run.key, [run.event("RunStarted")])
    return runs


async def _check_logs(store: PostgresStateStore, runs: list[SampleRun], *, length: int) -> None:
    for run in runs:
        log = [record async for record in store.read_events(run.key)]
        assert [record.run_seq for record in log] == list(range(1, length + 1))
        live = await store.read_run(run.key)
        assert live is not None
        projection = project(log, run_id=run.run_id, tenant_id=run.tenant_id)
        assert projection.alerts == ()
        assert live.snapshot == projection.snapshot


async def test_two_processes_that_coalesce_meet_in_the_same_runs(database_url: str) -> None:
    """Neither waits for the other with locks in hand, and what one holds the other writes later: all is written."""
    async with Database(database_url) as one, Database(database_url) as two:
        stores = [PostgresStateStore(one), PostgresStateStore(two)]
        runs = await _started(stores[0], 4)

        async def work(worker: int) -> None:
            store = stores[worker % 2]
            for number, run in enumerate(runs * 3):
                name = f"w{worker}-{number}"
                for event_type in ("StepStarted", "StepCompleted"):
                    (answer,) = await store.append(run.key, [run.event(event_type, name)])
                    assert isinstance(answer, Appended)

        await asyncio.gather(*(work(worker) for worker in range(16)))
        await _check_logs(stores[0], runs, length=2 + 16 * 3 * 2)


async def test_a_run_that_is_held_holds_up_no_other(database: Database, database_url: str) -> None:
    store = PostgresStateStore(database)
    held, *others = await _started(store, 6)
    with psycopg.connect(database_url) as writer:
        writer.execute("SELECT pg_advisory_xact_lock(dvt.lock_key('local', %s))", [held.run_id])
        waiting = [asyncio.create_task(store.append(held.key, [held.event("StepStarted", name)])) for name in "ab"]
        async with asyncio.timeout(1):
            for name in "xyz":
                await asyncio.gather(*(store.append(run.key, [run.event("StepStarted", name)]) for run in others))
        assert not any(task.done() for task in waiting)
    for number, task in enumerate(waiting):
        (answer,) = await task
        assert isinstance(answer, Appended)
        assert answer.run_seq == 3 + number


async def test_a_lock_that_stays_is_an_error_of_its_own_run_only(database: Database, database_url: str) -> None:
    store = PostgresStateStore(database)
    held, other = await _started(store, 2)
    with psycopg.connect(database_url) as writer:
        writer.execute("SELECT pg_advisory_xact_lock(dvt.lock_key('local', %s))", [held.run_id])
        refused, written = await store.append_many(
            [RunBatch(run.key, [run.event("StepStarted", "a")]) for run in (held, other)]
        )
    assert isinstance(refused, UnavailableError)
    assert isinstance(written, tuple)


async def test_one_batch_that_the_database_refuses_sinks_no_other(database: Database, database_url: str) -> None:
    store = PostgresStateStore(database)
    runs = await _started(store, 8)
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(
            f"ALTER TABLE dvt.event ADD CONSTRAINT trap CHECK (run_id <> '{runs[3].run_id}') NOT VALID".encode()
        )
    results = await store.append_many([RunBatch(run.key, [run.event("StepStarted", "a")]) for run in runs])
    assert [type(result) for result in results] == [RejectedError if at == 3 else tuple for at in range(8)]


async def test_closing_lets_what_was_given_be_written(database_url: str) -> None:
    async with Database(database_url) as database:
        store = PostgresStateStore(database)
        (run,) = await _started(store, 1)
        appends = [asyncio.create_task(store.append(run.key, [run.event("StepStarted", f"s{n}")])) for n in range(20)]
        await asyncio.sleep(0)
    assert [type(answer) for (answer,) in await asyncio.gather(*appends)] == [Appended] * 20


@pytest.mark.parametrize("size", [1, 7, 600])
async def test_hot_run_leaves_one_order(database: Database, size: int) -> None:
    store = PostgresStateStore(database)
    (run,) = await _started(store, 1)
    await asyncio.gather(*(store.append(run.key, [run.event("StepStarted", f"s{n}")]) for n in range(size)))
    await _check_logs(store, [run], length=2 + size)
