"""`verify_run` finds every invariant that is broken, and nothing where all is well."""

import asyncio

import psycopg
import pytest
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import Database, PostgresStateStore
from dvt_postgres_store.verifying import Finding, stored_runs, verify_orphans, verify_run


async def _sound(store: PostgresStateStore) -> SampleRun:
    """A run with retries, an attempt that never started, a signal, and an end."""
    run = SampleRun()
    await store.create_run(run.new())
    await store.append(run.key, [run.event("RunStarted"), run.event("StepStarted", "a"), run.event("StepFailed", "a")])
    await store.append(run.key, [run.event("StepStarted", "a", 2), run.event("StepRedelivered", "a", 2)])
    await store.append(run.key, [run.event("StepFailed", "b"), run.event("StepStarted", "b", 2)])
    await store.append(run.key, [run.event("SignalAccepted", "s"), run.unknown(), run.event("StepSkipped", "c")])
    await store.append(run.key, [run.event("StepCompleted", "a", 2), run.event("StepCompleted", "b", 2)])
    return run


async def _findings(database: Database) -> list[Finding]:
    found = [
        finding
        async for row in stored_runs(database)
        for finding in (await verify_run(database, SampleRun(row.tenant_id, run_id=row.run_id).key)).findings
    ]
    return [*found, *await verify_orphans(database)]


async def test_sound_runs_have_no_findings(database: Database) -> None:
    store = PostgresStateStore(database)
    run = await _sound(store)
    verified = await verify_run(database, run.key)
    assert (verified.events, verified.findings) == (13, ())
    await store.rebuild(run.key)
    assert await _findings(database) == []


BREAKS = [
    ("I1", 4, "DELETE FROM dvt.event WHERE run_seq = 3"),
    ("I1", 2, "DELETE FROM dvt.event WHERE run_seq = 1"),
    ("I3", 4, "UPDATE dvt.event SET body = replace(body, 'PYTHON_RAISED', 'PYTHON_LOWERED') WHERE run_seq = 4"),
    ("I3", 4, "UPDATE dvt.event SET body = 'no event' WHERE run_seq = 4"),
    ("I3", 4, "UPDATE dvt.event SET history_hash = sha256('') WHERE run_seq = 4"),
    ("I3", 4, "UPDATE dvt.event SET event_type = 'StepCompleted' WHERE run_seq = 4"),
    ("I3", 4, "UPDATE dvt.event SET idempotency_key = sha256('') WHERE run_seq = 4"),
    ("I3", 13, "UPDATE dvt.run SET history_hash = sha256('')"),
    ("I4", 12, "DELETE FROM dvt.event WHERE run_seq = 13"),
    ("I4", 13, "UPDATE dvt.run SET last_run_seq = 12"),
    ("I5", None, "UPDATE dvt.run SET state = 'PAUSED/DRAINING'"),
    ("I5", None, "UPDATE dvt.run SET running_steps = 1"),
    ("I5", None, "UPDATE dvt.run SET started = NULL"),
    ("I5", 1, "DELETE FROM dvt.run"),
    ("I13", None, "UPDATE dvt.step SET redelivery = NULL WHERE step_id = 'a'"),
    ("I13", None, "UPDATE dvt.step SET attempt = 3 WHERE step_id = 'a'"),
    ("I13", None, "UPDATE dvt.step SET outcome_seqs[1] = 5 WHERE step_id = 'a'"),
    ("I13", None, "DELETE FROM dvt.step WHERE step_id = 'c'"),
    ("I13", None, "UPDATE dvt.step SET step_id = 'd' WHERE step_id = 'c'"),
    ("I13", None, "UPDATE dvt.signal SET status = 'APPLIED'"),
    ("I13", None, "DELETE FROM dvt.signal"),
]


@pytest.mark.parametrize(("invariant", "run_seq", "damage"), BREAKS, ids=[damage for _, _, damage in BREAKS])
async def test_each_broken_invariant_is_found(
    database: Database, database_url: str, *, invariant: str, run_seq: int | None, damage: str
) -> None:
    store = PostgresStateStore(database)
    run = await _sound(store)
    assert await _findings(database) == []
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("ALTER TABLE dvt.event DISABLE TRIGGER ALL")
        admin.execute(damage.encode())
    findings = await _findings(database)
    assert (invariant, run.run_id, run_seq) in [(it.invariant, it.run_id, it.run_seq) for it in findings], findings


async def test_a_key_or_slot_that_is_there_twice_is_found(database: Database, database_url: str) -> None:
    """[I2] An insert behind the append authority's back, its chain kept right so that only keys and slots tell."""
    store = PostgresStateStore(database)
    await _sound(store)
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("ALTER TABLE dvt.event DROP CONSTRAINT event_run_id_idempotency_key_key")
        admin.execute(
            "INSERT INTO dvt.event SELECT 14, persisted_at, e.run_id, idempotency_key,"
            " sha256(r.history_hash || dvt.body_hash(body)), event_type, body"
            " FROM dvt.event e JOIN dvt.run r USING (run_id) WHERE run_seq = 4"
        )
        admin.execute(
            "UPDATE dvt.run r SET last_run_seq = 14, history_hash = e.history_hash FROM dvt.event e"
            " WHERE e.run_id = r.run_id AND e.run_seq = 14"
        )
    found = [(it.invariant, it.run_seq, it.detail) for it in await _findings(database)]
    assert ("I2", 14, "has the key of event 4") in found
    assert ("I2", 14, "its slot is filled by event 4") in found
    assert "I8" in [invariant for invariant, _, _ in found]


async def test_writers_beside_it_are_no_findings(database: Database) -> None:
    store = PostgresStateStore(database)
    run = SampleRun()
    await store.create_run(run.new())
    await store.append(run.key, [run.event("RunStarted")])

    async def write() -> None:
        for number in range(60):
            await store.append(run.key, [run.event("StepStarted", f"s{number}")])
            await store.append(run.key, [run.event("StepCompleted", f"s{number}")])

    writing = asyncio.create_task(write())
    looks = 0
    while not writing.done():
        assert (await verify_run(database, run.key)).findings == ()
        looks += 1
    await writing
    assert looks > 3


async def test_it_writes_nothing(database: Database) -> None:
    """Even if it wanted to: its transaction is read-only."""
    store = PostgresStateStore(database)
    run = await _sound(store)
    before = await store.read_run(run.key)
    await verify_run(database, run.key)
    assert await store.read_run(run.key) == before
