"""P1-P6, P8-P11, P18, P19, P28 and the open loop: appends and rebuilds beside what plain PostgreSQL does."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import Database, PostgresStateStore
from dvt_postgres_store.sweeping import rebuild_all
from dvt_postgres_store.testing.server import TEMPLATE, postgres_server

from benchmarks.model import Figure, Scenario, Sides, Value
from benchmarks.store.callers import appending, copy_rate, fresh, open_loop, started, torture, wal_of
from benchmarks.store.pgbench import APPEND, BODY, DUPLICATE, EVENT_ONLY, RAW, RUN_ID, pgbench

SECONDS = 1
REBUILT_RUNS, REBUILT_STEPS = 120, 20
PER_S, CONNECTIONS = 500, 40


def _rebuild_rate(url: str, workers: int) -> float:
    """Events per second once the workers stand."""
    first: list[float] = []
    progress = rebuild_all(url, workers=workers, restart=True, tell=lambda _: first.append(time.monotonic()))
    return progress.events / (first[-1] - first[0] + 1e-9) if len(first) > 1 else progress.rate


async def _fill(url: str) -> None:
    async with Database(url) as database:
        store = PostgresStateStore(database)
        runs = [await started(store) for _ in range(REBUILT_RUNS)]
        await asyncio.gather(*(store.append(run.key, fresh(run, REBUILT_STEPS - 2)) for run in runs))


async def _prepare(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_raw (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)")
        connection.execute("CREATE TABLE bench_event (LIKE dvt.event INCLUDING ALL)")
    async with Database(url) as database:
        for client in range(8):
            await started(PostgresStateStore(database), SampleRun(run_id=RUN_ID.format(client)))


@asynccontextmanager
async def opened() -> AsyncIterator[Sides]:
    """A durable server with two migrated databases: one for appends, one whose rows are rebuilt."""
    try:
        from benchmarks.store.peer import recorder, recording  # noqa: PLC0415 - only this scenario needs the group
    except ModuleNotFoundError as error:
        raise SystemExit("install the group first: uv pip install --group bench") from error
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # noqa: ASYNC240 - nothing is measured yet
        with postgres_server(Path(folder) / "server", durable=True) as server:
            server.make_template()
            with (
                server.database("rebuilt", template=TEMPLATE) as rebuilt,
                server.database("b", template=TEMPLATE) as url,
            ):
                await _prepare(url)
                await _fill(rebuilt)
                peer = await asyncio.to_thread(recorder, url, threads=8)
                amount = REBUILT_RUNS * REBUILT_STEPS
                async with Database(url, max_size=CONNECTIONS) as database:
                    store = PostgresStateStore(database)
                    spread = [await started(store) for _ in range(100)]

                    async def one(number: int) -> None:
                        run = spread[number % len(spread)]
                        await store.append(run.key, fresh(run))

                    async def raw(_: int) -> None:
                        async with database.connection() as connection:
                            await connection.execute("INSERT INTO bench_raw (body) VALUES (%s)", [BODY])

                    async def ours() -> Mapping[str, Value]:
                        alone = await pgbench(url, APPEND, clients=1, seconds=SECONDS)
                        eight = await pgbench(url, APPEND, clients=8, seconds=SECONDS)
                        known = await pgbench(url, DUPLICATE, clients=8, seconds=SECONDS)
                        python = await appending(store, 8, SECONDS)
                        tens = await appending(store, 8, SECONDS, size=10)
                        return {
                            "P1": eight.rate,
                            "P2": python,
                            "P3": await appending(store, 64, SECONDS),
                            "P4": await appending(store, 8, SECONDS, size=50),
                            "P5": alone.latencies_ms,
                            "P6": eight.rate,
                            "P8": eight.wal_bytes,
                            "P9": await wal_of(database, store, steps=500, events=500),
                            "P10": known.rate,
                            "P10-wal": known.wal_bytes,
                            "P11": await torture(store, 4800),
                            "P18": await asyncio.to_thread(_rebuild_rate, rebuilt, 1),
                            "P19": await asyncio.to_thread(_rebuild_rate, rebuilt, 2),
                            "P28": await appending(store, 100, SECONDS, hot=True),
                            "open-loop": await open_loop(SECONDS * 2, PER_S, one),
                            "peer-1": python,
                            "peer-10": tens,
                        }

                    async def base() -> Mapping[str, Value]:
                        alone = await pgbench(url, RAW, clients=1, seconds=SECONDS)
                        eight = await pgbench(url, RAW, clients=8, seconds=SECONDS)
                        event = await pgbench(url, EVENT_ONLY, clients=8, seconds=SECONDS)
                        new = await pgbench(url, APPEND, clients=8, seconds=SECONDS)
                        threads = {"threads": 8, "seconds": SECONDS}
                        return {
                            **dict.fromkeys(("P1", "P2", "P3", "P4"), eight.rate),
                            "P5": alone.latencies_ms,
                            "P6": event.rate,
                            "P8": eight.wal_bytes,
                            "P9": await wal_of(database, store, steps=5, events=500),
                            "P10": new.rate,
                            "P10-wal": 0,
                            "P11": 0,
                            "P18": await asyncio.to_thread(copy_rate, rebuilt, amount),
                            "P19": await asyncio.to_thread(_rebuild_rate, rebuilt, 1),
                            "P28": await appending(store, 1, SECONDS),
                            "open-loop": await open_loop(SECONDS * 2, PER_S, raw),
                            "peer-1": await asyncio.to_thread(recording, peer, **threads),
                            "peer-10": await asyncio.to_thread(recording, peer, size=10, **threads),
                        }

                    yield Sides(ours, base)
                await asyncio.to_thread(peer.datastore.close)


SCENARIO = Scenario(
    title="Appends, batches, duplicates and rebuilds beside raw INSERT, COPY and the recorder of eventsourcing",
    figures=(
        Figure("P1", "append by SQL, 8 clients | raw INSERT, 8 clients", "1/s", goal=0.55),
        Figure("P2", "append from Python, 8 callers | the same", "1/s", goal=0.35),
        Figure("P3", "append from Python, 64 callers, coalesced | the same", "1/s", goal=2.0),
        Figure("P4", "batches of 50 from Python, events | the same", "1/s", goal=4.0),
        Figure("P5", "append at 1 client | raw INSERT at 1 client", "ms", better="lower", goal=1.4),
        Figure("P6", "event, outbox, projection | event-only insert", "1/s", goal=0.60),
        Figure("P8", "WAL per event | raw INSERT", "B", better="lower", goal=2.4),
        Figure("P9", "WAL per event, 500 steps | 5 steps", "B", better="lower", goal=1.1),
        Figure("P10", "duplicate append | new append", "1/s", goal=2.5),
        Figure("P10-wal", "WAL per duplicate", "B", better="lower", goal=0.0, base_is_zero=True),
        Figure("P11", "1M appends, 2 of 3 repeats, from 4,800", "s", better="lower", goal=180, base_is_zero=True),
        Figure("P18", "rebuild, 1 worker | COPY TO STDOUT", "1/s", goal=0.35),
        Figure("P19", "rebuild, 2 processes | 1 process", "1/s", goal=1.7),
        Figure("P28", "one run, 100 callers | one caller on its own run", "1/s", goal=10),
        Figure("open-loop", "append, 500/s open loop | INSERT by psycopg", "ms", better="lower"),
        Figure("peer-1", "append, 8 callers | eventsourcing, 8 threads", "1/s"),
        Figure("peer-10", "batches of 10, events | the same of eventsourcing", "1/s"),
    ),
    open=opened,
    runs=3,
)
