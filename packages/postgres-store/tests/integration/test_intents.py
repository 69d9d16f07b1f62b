"""Intents: woken by other processes, taken once, never without their event."""

import asyncio
import time

import psycopg
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import Database, PostgresIntentQueue, PostgresStateStore
from dvt_postgres_store.statements import statement


async def test_waiting_ends_when_another_process_promises(database: Database, database_url: str) -> None:
    queue = PostgresIntentQueue(database)
    for _ in range(2):
        await queue.wait(timeout_ms=300)  # the first may end early: the listener begins to listen
    waiting = asyncio.ensure_future(queue.wait(timeout_ms=60_000))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    async with Database(database_url) as other:
        await PostgresStateStore(other).create_run(SampleRun().new())
    await asyncio.wait_for(waiting, 5)
    assert len(await queue.take(limit=5, lease_ms=1000)) == 1


async def test_waiting_without_intents_takes_its_time(database: Database) -> None:
    queue = PostgresIntentQueue(database)
    await queue.wait(timeout_ms=300)
    began = time.monotonic()
    await queue.wait(timeout_ms=300)
    assert 0.25 < time.monotonic() - began < 3


async def test_promise_between_take_and_wait_is_not_missed(database: Database) -> None:
    queue = PostgresIntentQueue(database)
    await queue.wait(timeout_ms=100)
    assert await queue.take(limit=5, lease_ms=1000) == ()
    await PostgresStateStore(database).create_run(SampleRun().new())
    await asyncio.sleep(0.1)  # told while nobody waits
    await asyncio.wait_for(queue.wait(timeout_ms=60_000), 5)


async def test_waiting_ends_when_a_postponed_intent_is_due(database: Database) -> None:
    queue = PostgresIntentQueue(database)
    await PostgresStateStore(database).create_run(SampleRun().new())
    (intent,) = await queue.take(limit=5, lease_ms=60_000)
    await queue.postpone(intent.intent_id, delay_ms=300, error="ENGINE_UNAVAILABLE")
    began = time.monotonic()
    while not await queue.take(limit=5, lease_ms=60_000):
        await asyncio.wait_for(queue.wait(timeout_ms=60_000), 5)
    assert 0.2 < time.monotonic() - began < 3


async def test_takers_at_the_same_time_share_the_intents(database: Database, database_url: str) -> None:
    queue, store = PostgresIntentQueue(database), PostgresStateStore(database)
    for _ in range(5):
        await store.create_run(SampleRun().new())
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        cursor = await other.execute(statement("intent_take"), {"limit": 3, "lease_ms": 60_000})
        theirs = {row[0] for row in await cursor.fetchall()}
        async with asyncio.timeout(5):  # the other taker has not committed: nobody waits for it
            ours = {intent.intent_id for intent in await queue.take(limit=10, lease_ms=60_000)}
        await other.commit()
    assert (len(theirs), len(ours), len(theirs | ours)) == (3, 2, 5)


async def test_lease_of_a_dead_taker_ends(database: Database) -> None:
    queue = PostgresIntentQueue(database)
    await PostgresStateStore(database).create_run(SampleRun().new())
    (first,) = await queue.take(limit=5, lease_ms=50)
    await asyncio.sleep(0.1)
    assert await queue.take(limit=5, lease_ms=50) == (first,)


async def test_long_error_is_shortened(database: Database) -> None:
    queue = PostgresIntentQueue(database)
    await PostgresStateStore(database).create_run(SampleRun().new())
    (intent,) = await queue.take(limit=5, lease_ms=0)
    await queue.postpone(intent.intent_id, delay_ms=0, error="x\x00" * 2000)
    (again,) = await queue.take(limit=5, lease_ms=0)
    assert again.last_error == ("x " * 2000)[:1024]
