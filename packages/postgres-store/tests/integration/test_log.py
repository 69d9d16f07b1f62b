"""The log: immutable, canonical, and the rows beside it can always be made again."""

import json

import psycopg
import pytest
from dvt_contracts.base import JsonObject
from dvt_contracts.loader import parse_event
from dvt_contracts.models.store.v1.append_result import Appended, Duplicate, Superseded
from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.errors import ContractError, DvtError, InvalidEventError, RejectedError
from dvt_engine_core.hashes import chain_next, chain_start, state_hash
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import Database, PostgresStateStore


async def _started(store: PostgresStateStore) -> SampleRun:
    run = SampleRun()
    await store.create_run(run.new())
    await store.append(run.key, [run.event("RunStarted")])
    return run


@pytest.fixture
def store(database: Database) -> PostgresStateStore:
    return PostgresStateStore(database)


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize(
    "statement", ["UPDATE dvt.event SET body = '{}'", "DELETE FROM dvt.event", "TRUNCATE dvt.event"]
)
async def test_event_log_is_append_only(
    store: PostgresStateStore, database_url: str, statement: str, role: str
) -> None:
    await _started(store)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"SET session_replication_role = {role}".encode())
        with pytest.raises(psycopg.Error) as caught:
            connection.execute(statement.encode())
    assert caught.value.sqlstate == "DV902"


async def test_stored_text_is_canonical_and_its_chain_the_cores(store: PostgresStateStore, database: Database) -> None:
    run = await _started(store)
    event = run.event("StepStarted", "größe-😀".encode().hex())
    odd: JsonObject = {**event.document(), "eventType": "SomethingNew", "zoë": [1.5, 1e30, "😀", {"b": None, "a": 1}]}
    await store.append(run.key, [event, parse_event({**odd, "idempotencyKey": "0" * 64})])
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT body, history_hash FROM dvt.event ORDER BY run_seq")
        rows = await cursor.fetchall()
    head = chain_start(run.run_id)
    for body, history_hash in rows:
        assert body == canonical_text(json.loads(str(body)))
        head = chain_next(head, str(body))
        assert history_hash == head


async def test_event_log_view_shows_bodies_as_jsonb(store: PostgresStateStore, database: Database) -> None:
    run = await _started(store)
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT run_seq, event->>'eventType', event_type FROM dvt.event_log WHERE run_id = %s ORDER BY run_seq",
            [run.run_id],
        )
        assert await cursor.fetchall() == [(1, "RunQueued", "RunQueued"), (2, "RunStarted", "RunStarted")]


async def test_nul_character_is_refused_before_the_database(store: PostgresStateStore) -> None:
    run = await _started(store)
    document = run.event("StepFailed", "a").document()
    document = {**document, "eventType": "SomethingNew", "note": "a\x00b"}
    with pytest.raises(ContractError):
        await store.append(run.key, [parse_event(document)])


async def test_oversized_event_is_refused_before_the_database(store: PostgresStateStore) -> None:
    run = await _started(store)
    document = {**run.event("RunCompleted").document(), "eventType": "SomethingNew", "note": "x" * 50_000}
    with pytest.raises(InvalidEventError):
        await store.append(run.key, [parse_event(document)])


async def test_key_of_another_type_is_still_a_duplicate(store: PostgresStateStore) -> None:
    """The key alone decides, whatever the new event says."""
    run = await _started(store)
    started = run.event("StepStarted", "a")
    await store.append(run.key, [started])
    for name, subject in (("StepStarted", "b"), ("StepCompleted", "a"), ("RunPaused", None), ("SignalAccepted", "s")):
        document = {**run.event(name, subject).document(), "idempotencyKey": started.document()["idempotencyKey"]}
        (answer,) = await store.append(run.key, [parse_event(document)])
        assert isinstance(answer, Duplicate), name
        assert answer.record.event.event_id == started.document()["eventId"]
    stored = await store.read_run(run.key)
    assert stored is not None
    assert stored.snapshot.last_run_seq == 3


async def test_other_key_for_a_taken_slot_is_superseded(store: PostgresStateStore) -> None:
    run = await _started(store)
    events = {name: run.event(name, subject) for name, subject in (("StepStarted", "a"), ("SignalAccepted", "s"))}
    applied = run.event("SignalApplied", "s")
    await store.append(run.key, [*events.values(), applied])
    for winner in (*events.values(), applied):
        document = {**winner.document(), "idempotencyKey": "f" * 64}
        (answer,) = await store.append(run.key, [parse_event(document)])
        assert isinstance(answer, Superseded), winner.event_type
        assert answer.record.event.event_id == winner.document()["eventId"]


async def test_refused_group_does_not_hold_back_the_next(store: PostgresStateStore) -> None:
    run = await _started(store)
    await store.append(run.key, [run.event("SignalAccepted", "s")])
    batch = [
        run.event("StepStarted", "a"),
        run.event("SignalApplied", "unknown"),
        run.event("StepStarted", "b"),
        run.event("SignalApplied", "s"),
        run.event("StepStarted", "c"),
    ]
    answers = await store.append(run.key, batch)
    assert [answer.outcome for answer in answers] == ["appended", "illegal", "illegal", "appended", "appended"]


async def test_late_outcome_of_a_zombie_leaves_the_redelivery(store: PostgresStateStore) -> None:
    run = await _started(store)
    for event in (run.event("StepStarted", "a"), run.event("StepRedelivered", "a"), run.event("StepCompleted", "a")):
        (answer,) = await store.append(run.key, [event])
        assert isinstance(answer, Appended)
    stored = await store.read_run(run.key)
    assert stored is not None
    (step,) = stored.snapshot.steps
    assert {"start", "redelivery", "outcome"} <= set(step.document())


async def test_rebuild_repairs_every_row_from_the_log(store: PostgresStateStore, database: Database) -> None:
    run = await _started(store)
    await store.append(run.key, [run.event("StepStarted", "a"), run.event("StepFailed", "a")])
    await store.append(run.key, [run.event("StepStarted", "a", 2), run.event("SignalAccepted", "s")])
    await store.append(run.key, [run.event("RunFailing"), run.event("StepStarted", "b")])
    before = await store.read_run(run.key)
    async with database.connection() as connection:
        await connection.execute("DELETE FROM dvt.step")
        await connection.execute("UPDATE dvt.signal SET decision = NULL, decision_seq = NULL, status = 'APPLIED'")
        await connection.execute(
            "UPDATE dvt.run SET state = 'COMPLETED', running_steps = 9, queued = NULL, history_hash = '',"
            " last_run_seq = 1"
        )
    rebuilt = await store.rebuild(run.key)
    after = await store.read_run(run.key)
    assert before is not None
    assert rebuilt is not None
    assert state_hash(rebuilt.snapshot) == state_hash(before.snapshot)
    assert before == rebuilt == after
    again = [
        (await store.append(run.key, [event]))[0].outcome
        for event in (
            run.event("StepCompleted", "a", 1),
            run.event("StepStarted", "a", 2),
            run.event("SignalRejected", "s"),
            run.event("RunFailed"),
        )
    ]
    assert again == ["superseded", "duplicate", "superseded", "illegal"]


async def test_rebuild_of_an_unknown_run_is_nothing(store: PostgresStateStore) -> None:
    assert await store.rebuild(SampleRun().key) is None


async def test_gap_in_the_log_stops_the_rebuild(store: PostgresStateStore, database_url: str) -> None:
    run = await _started(store)
    await store.append(run.key, [run.event("StepStarted", "a"), run.event("StepStarted", "b")])
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE dvt.event DISABLE TRIGGER ALL")
        connection.execute("DELETE FROM dvt.event WHERE run_seq = 3")
    before = await store.read_run(run.key)
    with pytest.raises(DvtError, match="event 3 is missing"):
        await store.rebuild(run.key)
    assert await store.read_run(run.key) == before


async def test_another_tenants_run_id_cannot_be_taken(store: PostgresStateStore) -> None:
    run = await _started(store)
    with pytest.raises(RejectedError):
        await store.create_run(SampleRun("other", run_id=run.run_id).new())


async def test_long_log_is_read_in_pages(store: PostgresStateStore) -> None:
    run = await _started(store)
    await store.append(run.key, [run.event("SignalAccepted", f"s{number}") for number in range(1200)])
    numbers = [record.run_seq async for record in store.read_events(run.key, after=100)]
    assert numbers == list(range(101, 1203))
    assert len([record async for record in store.read_events(run.key, limit=700)]) == 700
