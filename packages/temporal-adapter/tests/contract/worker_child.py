"""A worker in a process of its own over PostgreSQL, to be killed: each line of its input says where to work next."""

import asyncio
import json
import os
import sys
import threading
from queue import SimpleQueue

from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemoryLogs, MemorySecrets
from dvt_postgres_store.database import Database
from dvt_postgres_store.plans import PostgresPlanStore
from dvt_postgres_store.store import PostgresStateStore
from dvt_temporal_adapter.connection import Connection, TemporalSettings
from dvt_temporal_adapter.surroundings import Surroundings
from dvt_temporal_adapter.testing.remote_steps import RemoteExecutor
from dvt_temporal_adapter.worker import WorkerHost, WorkerSettings


async def work(address: str, prefix: str, database_url: str, desk: int) -> None:
    async with Database(database_url) as database:
        surroundings = Surroundings(
            store=PostgresStateStore(database),
            plans=PostgresPlanStore(database),
            executors={"noop": RemoteExecutor(desk)},
            artifacts=MemoryArtifacts(),
            logs=MemoryLogs(),
            secrets=MemorySecrets(),
        )
        connection = Connection(TemporalSettings(address, queue_prefix=prefix))
        await WorkerHost(connection, surroundings.activities(), WorkerSettings(drain_ms=0)).run()


async def work_until_told_otherwise(told: "SimpleQueue[str]") -> None:
    working: asyncio.Task[None] | None = None
    while True:
        line = await asyncio.to_thread(told.get)
        if working:
            working.cancel()
            await asyncio.wait({working})
        if line.strip():
            working = asyncio.create_task(work(*json.loads(line)))


def hear(told: "SimpleQueue[str]") -> None:
    for line in sys.stdin:
        told.put(line)
    os._exit(0)


if __name__ == "__main__":
    lines: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=hear, args=(lines,), daemon=True).start()
    asyncio.run(work_until_told_otherwise(lines))
