"""Rebuilding and verifying all runs, over processes, resumed, beside writers."""

import asyncio

import psycopg
import pytest
from dvt_engine_core.errors import SequenceGapError
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import Database, PostgresStateStore
from dvt_postgres_store.sweeping import Progress, begin_rebuild, rebuild_all, verify_all
from dvt_postgres_store.verifying import Finding


async def _filled(url: str, count: int = 24) -> list[SampleRun]:
    async with Database(url) as database:
        store = PostgresStateStore(database)
        runs = [SampleRun() for _ in range(count)]
        for run in runs:
            await store.create_run(run.new())
            await store.append(run.key, [run.event("RunStarted"), run.event("StepStarted", "a")])
    return runs


def _rows(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return [
            row
            for table in ("run", "step", "signal")
            for row in connection.execute(f"SELECT * FROM dvt.{table} ORDER BY 1, 2".encode()).fetchall()
        ]


def test_rebuild_of_damaged_rows_makes_them_whole(database_url: str) -> None:
    asyncio.run(_filled(database_url))
    before = _rows(database_url)
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("DELETE FROM dvt.step")
        admin.execute("UPDATE dvt.run SET running_steps = 7, history_hash = '', started = NULL")
    told: list[tuple[int, float | None]] = []

    def tell(progress: Progress) -> None:
        told.append((progress.events, progress.left_s))

    progress = rebuild_all(database_url, workers=2, tell=tell)
    assert _rows(database_url) == before
    assert (progress.runs, progress.events, progress.left_s) == (24, 72, 0)
    assert told == sorted(told, key=lambda it: it[0])
    assert told[-1][0] == 72


def test_a_stopped_rebuild_goes_on_where_it_was(database_url: str) -> None:
    asyncio.run(_filled(database_url))

    async def half() -> None:
        async with Database(database_url) as database:
            await begin_rebuild(database, restart=False)

    asyncio.run(half())
    with psycopg.connect(database_url, autocommit=True) as admin:
        row = admin.execute("SELECT sum(last_run_seq)::int FROM dvt.run WHERE dvt.shard_of(run_id) < 8").fetchone()
        admin.execute(
            "UPDATE dvt.rebuild b SET done = true, events = (SELECT coalesce(sum(last_run_seq), 0) FROM dvt.run r"
            " WHERE dvt.shard_of(r.run_id) = b.shard) WHERE shard < 8"
        )
        admin.execute("UPDATE dvt.run SET running_steps = 7")
    assert row is not None
    progress = rebuild_all(database_url, workers=1)
    assert (progress.events, progress.skipped) == (72 - (row[0] or 0), row[0] or 0)
    with psycopg.connect(database_url) as connection:
        left = connection.execute("SELECT count(*) FROM dvt.run WHERE running_steps = 7").fetchone()
        done = connection.execute("SELECT count(*) FROM dvt.run WHERE dvt.shard_of(run_id) < 8").fetchone()
    assert left == done
    assert rebuild_all(database_url, workers=1).events == 72  # finished: the next one is a new one


def test_a_gap_ends_a_rebuild_and_is_found_by_verifying(database_url: str) -> None:
    (run, *_) = asyncio.run(_filled(database_url, 3))
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("ALTER TABLE dvt.event DISABLE TRIGGER ALL")
        admin.execute("DELETE FROM dvt.event WHERE run_id = %s AND run_seq = 2", [run.run_id])
    with pytest.raises(SequenceGapError):
        rebuild_all(database_url, workers=1)
    found: list[Finding] = []
    progress = verify_all(database_url, workers=2, found=found.append)
    assert progress.runs == 3
    assert ("I1", run.run_id, 3) in [(it.invariant, it.run_id, it.run_seq) for it in found]
