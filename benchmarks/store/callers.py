"""Callers of the store in one Python process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import count

import psycopg
from dvt_contracts.loader import AnyEvent
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import Database, PostgresStateStore

_numbers: Iterator[int] = count(1)


async def started(store: PostgresStateStore, run: SampleRun | None = None) -> SampleRun:
    """A run whose steps may start."""
    run = run or SampleRun()
    await store.create_run(run.new())
    await store.append(run.key, [run.event("RunStarted")])
    return run


def fresh(run: SampleRun, size: int = 1) -> list[AnyEvent]:
    """Events of steps that never were."""
    return [run.event("StepStarted", f"s{next(_numbers)}") for _ in range(size)]


async def rate(callers: int, seconds: float, call: Callable[[int], Awaitable[int]]) -> float:
    """Events per second of callers that each call again as soon as they are answered."""
    done = 0
    begin = time.perf_counter()

    async def caller(number: int) -> None:
        nonlocal done
        while time.perf_counter() - begin < seconds:
            events = await call(number)  # apart: `done += await ...` would add to what was known before the wait
            done += events

    await asyncio.gather(*(caller(number) for number in range(callers)))
    return done / (time.perf_counter() - begin)


async def appending(
    store: PostgresStateStore, callers: int, seconds: float, *, size: int = 1, hot: bool = False
) -> float:
    """Events per second of `callers` that append batches of `size`, each to its own run or all to one."""
    runs = [await started(store) for _ in range(1 if hot else callers)]

    async def call(number: int) -> int:
        run = runs[number % len(runs)]
        await store.append(run.key, fresh(run, size))
        return size

    return await rate(callers, seconds, call)


async def open_loop(seconds: float, per_s: int, call: Callable[[int], Awaitable[object]]) -> list[float]:
    """Milliseconds from the moment at which each call was due, so that a stall counts for all that it delays."""
    begin = time.perf_counter() + 0.05
    took: list[float] = []

    async def one(number: int) -> None:
        await call(number)
        took.append((time.perf_counter() - begin - number / per_s) * 1000)

    tasks = []
    for number in range(int(seconds * per_s)):
        await asyncio.sleep(max(0.0, begin + number / per_s - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    return took


async def torture(store: PostgresStateStore, amount: int) -> float:
    """Seconds per million appends of which two in three are repeats, in another order than the first ones."""
    runs = [await started(store) for _ in range(64)]
    events = [(run, fresh(run)) for run in runs for _ in range(amount // (3 * len(runs)))]
    shuffled = [events[(at * 7919) % len(events)] for at in range(3 * len(events))]
    todo = iter(shuffled)
    begin = time.perf_counter()

    async def caller() -> None:
        for run, batch in todo:
            await store.append(run.key, batch)

    await asyncio.gather(*(caller() for _ in range(64)))
    return (time.perf_counter() - begin) / len(shuffled) * 1_000_000


async def wal_of(database: Database, store: PostgresStateStore, *, steps: int, events: int) -> float:
    """WAL bytes per event of single appends to plans of so many steps."""
    runs = [await started(store) for _ in range(max(1, events // steps))]
    before = await _wal(database)
    for run in runs:
        for _ in range(min(steps, events)):
            await store.append(run.key, fresh(run))
    return (await _wal(database) - before) / events


async def _wal(database: Database) -> int:
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
        row = await cursor.fetchone()
    return int(str(row[0])) if row else 0


def copy_rate(url: str, amount: int) -> float:
    """Events per second of a COPY of the log to a client that throws it away."""
    begin = time.perf_counter()
    with psycopg.connect(url) as connection, connection.cursor().copy("COPY dvt.event TO STDOUT") as copied:
        for _ in copied:
            pass
    return amount / (time.perf_counter() - begin)
