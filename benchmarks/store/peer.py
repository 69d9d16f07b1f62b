"""The peer: the Postgres recorder of the library `eventsourcing`, in its own threads, on the same server."""

import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from uuid import uuid4

from eventsourcing.persistence import StoredEvent  # type: ignore[import-not-found, unused-ignore]
from eventsourcing.postgres import (  # type: ignore[import-not-found, unused-ignore]
    PostgresApplicationRecorder,
    PostgresDatastore,
)

from benchmarks.store.pgbench import BODY


def recorder(url: str, *, threads: int) -> PostgresApplicationRecorder:
    """A recorder with its table, and a connection per thread."""
    at = urlsplit(url)
    store = PostgresDatastore(
        at.path[1:], at.hostname or "", at.port or 5432, at.username or "", "", pool_size=threads, max_overflow=threads
    )
    made = PostgresApplicationRecorder(store, events_table_name="peer_events")
    made.create_table()
    return made


def recording(made: PostgresApplicationRecorder, *, threads: int, seconds: float, size: int = 1) -> float:
    """Events per second of threads that each insert batches of an aggregate of their own."""

    def work(_: int) -> int:
        aggregate, version = uuid4(), 0
        while time.perf_counter() - begin < seconds:
            events = [StoredEvent(aggregate, version + at, "StepStarted", BODY.encode()) for at in range(size)]
            made.insert_events(events)
            version += size
        return version

    begin = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        done = sum(pool.map(work, range(threads)))
    return done / (time.perf_counter() - begin)
