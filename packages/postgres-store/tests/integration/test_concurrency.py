"""Writers of one run at the same time: a total order, one winner, no deadlock."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.store.v1.append_result import Appended, Duplicate, Illegal, Superseded
from dvt_contracts.models.store.v1.create_run_result import RunCreated, StartKeyConflict
from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.hashes import chain_next, chain_start
from dvt_engine_core.projector import project
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import Database, PostgresIntentQueue, PostgresStateStore


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[PostgresStateStore]:
    async with Database(database_url, min_size=8, max_size=8) as database:
        yield PostgresStateStore(database)


async def _started(store: PostgresStateStore) -> SampleRun:
    run = SampleRun()
    await store.create_run(run.new())
    await store.append(run.key, [run.event("RunStarted")])
    return run


async def _log(store: PostgresStateStore, run: SampleRun) -> list[RawRecord]:
    return [record async for record in store.read_events(run.key)]


async def _check_log(store: PostgresStateStore, run: SampleRun) -> None:
    """Contiguous, chained, and folding to the live snapshot without an alert."""
    log = await _log(store, run)
    assert [record.run_seq for record in log] == list(range(1, len(log) + 1))
    head = chain_start(run.run_id)
    for record in log:
        head = chain_next(head, canonical_text(record.event.document()))
    projection = project(log, run_id=run.run_id, tenant_id=run.tenant_id)
    live = await store.read_run(run.key)
    assert live is not None
    assert projection.alerts == ()
    assert (live.snapshot, live.history_hash) == (projection.snapshot, head.hex())


async def test_eight_writers_of_one_run_make_one_order(store: PostgresStateStore) -> None:
    run = await _started(store)

    async def work(writer: int) -> None:
        for number in range(10):
            step = f"w{writer}-{number}"
            (started,) = await store.append(run.key, [run.event("StepStarted", step)])
            (completed,) = await store.append(run.key, [run.event("StepCompleted", step)])
            assert isinstance(started, Appended)
            assert isinstance(completed, Appended)
            assert started.run_seq < completed.run_seq

    await asyncio.gather(*(work(writer) for writer in range(8)))
    await _check_log(store, run)
    assert len(await _log(store, run)) == 2 + 8 * 10 * 2


async def test_six_identical_appends_write_once(store: PostgresStateStore) -> None:
    run = await _started(store)
    events = [run.event("StepStarted", "a") for _ in range(6)]
    answers = [answer for (answer,) in await asyncio.gather(*(store.append(run.key, [event]) for event in events))]
    assert Counter(type(answer) for answer in answers) == {Appended: 1, Duplicate: 5}
    (winner,) = (number for number, answer in enumerate(answers) if isinstance(answer, Appended))
    stored = {answer.record.event.event_id for answer in answers if isinstance(answer, Duplicate)}
    assert stored == {events[winner].document()["eventId"]}
    await _check_log(store, run)


async def test_three_outcomes_at_once_have_one_winner(store: PostgresStateStore) -> None:
    run = await _started(store)
    for step in (f"s{number}" for number in range(10)):
        await store.append(run.key, [run.event("StepStarted", step)])
        outcomes = [run.event(name, step) for name in ("StepCompleted", "StepFailed", "StepCancelled")]
        answers = [answer for (answer,) in await asyncio.gather(*(store.append(run.key, [it]) for it in outcomes))]
        assert Counter(type(answer) for answer in answers) == {Appended: 1, Superseded: 2}
    await _check_log(store, run)


async def test_no_run_ends_beside_a_step_that_starts_at_that_moment(store: PostgresStateStore) -> None:
    for _ in range(15):
        run = await _started(store)
        (ended,), (began,) = await asyncio.gather(
            store.append(run.key, [run.event("RunCompleted")]), store.append(run.key, [run.event("StepStarted", "a")])
        )
        assert {type(ended), type(began)} == {Appended, Illegal}
        await _check_log(store, run)


async def test_batches_that_cross_do_not_deadlock(store: PostgresStateStore) -> None:
    run = await _started(store)
    steps = [f"s{number}" for number in range(20)]
    forth = [run.event("StepStarted", step) for step in steps]
    back = [run.event("StepStarted", step) for step in reversed(steps)]
    answers = await asyncio.gather(*(store.append(run.key, batch) for batch in (forth, back, forth, back)))
    assert Counter(type(answer) for batch in answers for answer in batch) == {Appended: 20, Duplicate: 60}
    await _check_log(store, run)


async def test_same_start_key_at_once_makes_one_run(store: PostgresStateStore, database: Database) -> None:
    runs = [SampleRun() for _ in range(8)]
    news = [run.new(start_key="nightly", fingerprint=("a" if n < 6 else "b") * 64) for n, run in enumerate(runs)]
    answers = await asyncio.gather(*(store.create_run(new) for new in news))
    assert len({answer.run_id for answer in answers}) == 1
    kinds = Counter(type(answer) for answer in answers)
    assert kinds[RunCreated] == 1
    assert kinds[StartKeyConflict] in (2, 6)
    assert len(await PostgresIntentQueue(database).take(limit=10, lease_ms=1000)) == 1


async def test_repeated_creation_finds_its_own_run(store: PostgresStateStore) -> None:
    new = SampleRun().new()
    answers = await asyncio.gather(*(store.create_run(new) for _ in range(4)))
    assert Counter(answer.outcome for answer in answers) == {"created": 1, "existing": 3}


async def test_rebuild_beside_writers_loses_nothing(store: PostgresStateStore) -> None:
    run = await _started(store)

    async def write() -> None:
        for number in range(30):
            await store.append(run.key, [run.event("StepStarted", f"s{number}")])
            await store.append(run.key, [run.event("StepFailed", f"s{number}")])

    async def rebuild() -> None:
        for _ in range(10):
            await store.rebuild(run.key)

    await asyncio.gather(write(), rebuild())
    await _check_log(store, run)
