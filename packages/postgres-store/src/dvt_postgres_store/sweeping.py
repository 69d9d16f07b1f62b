"""All runs at once: rebuilding and verifying, partitioned by run over worker processes, with progress.

The shard of a run (its last hex digit) says which worker has it; a shard is one worker's at a time.
"""

import asyncio
import multiprocessing
import queue
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from dvt_engine_core.ports.store import RunKey

from dvt_postgres_store.database import Database
from dvt_postgres_store.rebuilding import rebuild_rows
from dvt_postgres_store.verifying import ALL_SHARDS, Finding, stored_runs, verify_orphans, verify_run

WORKERS: Final = 8
#: A worker tells of its progress, and marks it, after so many runs or events.
_RUNS: Final = 50
_EVENTS: Final = 2000


@dataclass(frozen=True, slots=True)
class Stored:
    """What there is: a row of `stored_events`."""

    runs: int
    events: int


@dataclass(frozen=True, slots=True)
class Shard:
    """A row of `rebuild_state`."""

    shard: int
    after: str | None
    events: int
    done: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What a worker did since it told last."""

    runs: int
    events: int
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Progress:
    """How far a sweep has come. Units: `events` and `runs` counted, seconds from its begin."""

    total: Stored
    runs: int = 0
    events: int = 0
    skipped: int = 0  # events of runs that an earlier, stopped rebuild has done
    began: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Events per second, of this sweep."""
        return self.events / max(time.monotonic() - self.began, 1e-9)

    @property
    def left_s(self) -> float | None:
        """Seconds left at this rate; None before the first event."""
        left = max(0, self.total.events - self.skipped - self.events)
        return left / self.rate if self.events else None


Tell: TypeAlias = Callable[[Progress], None]


async def stored(database: Database) -> Stored:
    """How many runs and events there are; one pass over the rows of runs."""
    (found,) = await database.rows(Stored, "stored_events", {})
    return found


async def begin_rebuild(database: Database, *, restart: bool) -> tuple[Shard, ...]:
    """The state of the rebuild that goes on, or of a new one."""
    if restart:
        await database.execute("rebuild_forget", {})
    await database.execute("rebuild_begin", {})
    return tuple(await database.rows(Shard, "rebuild_state", {}))


def rebuild_all(url: str, *, workers: int = WORKERS, restart: bool = False, tell: Tell = lambda _: None) -> Progress:
    """Make the rows of all runs again from their logs, while the system runs; each run's writers wait for their own.

    Shape: a rebuild that was stopped goes on where it was, unless `restart`.
    Raises: SequenceGapError if the log of a run has a gap; UnavailableError, RejectedError.
    """
    total, shards = asyncio.run(_prepared(url, restart=restart))
    progress = Progress(total, skipped=sum(shard.events for shard in shards))
    open_shards = [shard.shard for shard in shards if not shard.done]
    for step in _swept(url, _rebuild_shard, open_shards, workers):
        _count(progress, step, tell)
    asyncio.run(_finished(url))
    return progress


def verify_all(
    url: str, *, workers: int = WORKERS, tell: Tell = lambda _: None, found: Callable[[Finding], None] = lambda _: None
) -> Progress:
    """Check all runs against their logs, read-only, while the system runs; `found` hears of each finding.

    Raises: UnavailableError, RejectedError.
    """
    total, orphans = asyncio.run(_looked(url))
    progress = Progress(total)
    for finding in orphans:
        found(finding)
    for step in _swept(url, _verify_shard, list(ALL_SHARDS), workers):
        for finding in step.findings:
            found(finding)
        _count(progress, step, tell)
    return progress


def _count(progress: Progress, step: Step, tell: Tell) -> None:
    progress.runs += step.runs
    progress.events += step.events
    tell(progress)


async def _prepared(url: str, *, restart: bool) -> tuple[Stored, tuple[Shard, ...]]:
    async with Database(url, statement_timeout_s=0) as database:
        return await stored(database), await begin_rebuild(database, restart=restart)


async def _finished(url: str) -> None:
    async with Database(url, statement_timeout_s=0) as database:
        await database.execute("rebuild_forget", {})


async def _looked(url: str) -> tuple[Stored, tuple[Finding, ...]]:
    async with Database(url, statement_timeout_s=0) as database:
        return await stored(database), await verify_orphans(database)


class _Steps(Protocol):
    def put(self, step: Step, /) -> None: ...


Work: TypeAlias = Callable[[str, int, _Steps], None]


def _swept(url: str, work: Work, shards: list[int], workers: int) -> Iterator[Step]:
    """What the workers tell while they go through shards."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(min(workers, len(shards) or 1), context) as pool:
        steps = manager.Queue()
        with _given_up(pool):
            futures: list[Future[None]] = [pool.submit(work, url, shard, steps) for shard in shards]
            while not all(future.done() for future in futures):
                yield from _some(steps, wait_s=0.2)
                for future in futures:
                    if future.done():
                        future.result()
            yield from _some(steps, wait_s=0)


@contextmanager
def _given_up(pool: ProcessPoolExecutor) -> Iterator[None]:
    """Where one worker fails, or somebody interrupts, what has not begun does not begin."""
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _some(steps: "queue.Queue[Step]", *, wait_s: float) -> Iterable[Step]:
    try:
        yield steps.get(timeout=wait_s) if wait_s else steps.get_nowait()
        while True:
            yield steps.get_nowait()
    except queue.Empty:
        return


def _rebuild_shard(url: str, shard: int, steps: _Steps) -> None:
    asyncio.run(_rebuilding(url, shard, steps))


async def _rebuilding(url: str, shard: int, steps: _Steps) -> None:
    async with Database(url, max_size=2, statement_timeout_s=0) as database:
        (state,) = [row for row in await database.rows(Shard, "rebuild_state", {}) if row.shard == shard]
        async for runs in _pages(database, shard, state.after):
            events = 0
            async with database.connection() as connection:
                for run in runs:
                    events += (await rebuild_rows(connection, run)).rows.last_run_seq
            await _mark(database, shard, after=runs[-1].run_id, events=events)
            steps.put(Step(len(runs), events))
        await _mark(database, shard, after=None, events=0, done=True)


async def _mark(database: Database, shard: int, *, after: str | None, events: int, done: bool = False) -> None:
    await database.execute("rebuild_mark", {"shard": shard, "after": after, "events": events, "done": done})


def _verify_shard(url: str, shard: int, steps: _Steps) -> None:
    asyncio.run(_verifying(url, shard, steps))


async def _verifying(url: str, shard: int, steps: _Steps) -> None:
    async with Database(url, max_size=2, statement_timeout_s=0) as database:
        async for runs in _pages(database, shard, None):
            checked = [await verify_run(database, run) for run in runs]
            findings = tuple(finding for one in checked for finding in one.findings)
            steps.put(Step(len(runs), sum(one.events for one in checked), findings))


async def _pages(database: Database, shard: int, after: str | None) -> AsyncIterator[list[RunKey]]:
    """Runs of a shard, some at a time: few of long logs."""
    page: list[RunKey] = []
    events = 0
    async for row in stored_runs(database, shards=[shard], after=after):
        page.append(RunKey(row.tenant_id, row.run_id))
        events += row.last_run_seq
        if len(page) >= _RUNS or events >= _EVENTS:
            yield page
            page, events = [], 0
    if page:
        yield page
