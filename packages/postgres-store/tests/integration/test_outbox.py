"""The outbox on PostgreSQL, beyond the kit: the relation of the contract, late commits, zombies."""

import asyncio

import psycopg
import pytest
from dvt_engine_core.appending import append_item
from dvt_engine_core.ports.outbox import OutboxMessage
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import Database, PostgresOutbox, PostgresStateStore


async def _run_with(store: PostgresStateStore, count: int) -> SampleRun:
    """A run with `count` events after RunQueued, in one append."""
    run = SampleRun()
    await store.create_run(run.new())
    await store.append(run.key, [run.event("SignalAccepted", f"s{number}") for number in range(count)])
    return run


async def _relation(database: Database) -> dict[int, bool]:
    """Of every event in the relation outbox_events: its runSeq, and whether it counts as delivered."""
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT e.run_seq, o.delivered_at IS NOT NULL FROM dvt.outbox_events o"
            " JOIN dvt.event_log e ON e.event->>'eventId' = o.event_id::text"
        )
        rows = await cursor.fetchall()
    found = {int(str(seq)): delivered is True for seq, delivered in rows}
    assert len(found) == len(rows), "an event stands twice in the relation"
    return found


async def _fetch(source: PostgresOutbox, *, limit: int = 100) -> tuple[OutboxMessage, ...]:
    return await source.fetch(await source.lease("relay", ttl_ms=60_000), limit=limit)


async def test_relation_tells_the_truth_before_and_after_each_acknowledgement(database: Database) -> None:
    source, store = PostgresOutbox(database), PostgresStateStore(database)
    await _run_with(store, 4)
    assert await _relation(database) == dict.fromkeys(range(1, 6), False)
    messages = await _fetch(source)
    for done in (1, 3, 3, 5):
        await source.acknowledge(messages[:done])
        assert await _relation(database) == {seq: seq <= done for seq in range(1, 6)}
    status = await source.status()
    assert (status.undelivered, status.oldest_age_ms, status.delivered) == (0, 0, 5)


async def test_relation_has_the_columns_of_the_contract(database: Database) -> None:
    await _run_with(PostgresStateStore(database), 1)
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'dvt' AND table_name = 'outbox_events' ORDER BY ordinal_position"
        )
        assert await cursor.fetchall() == [
            ("event_id", "uuid"),
            ("run_id", "uuid"),
            ("event_type", "text"),
            ("idempotency_key", "text"),
            ("payload", "jsonb"),
            ("created_at", "timestamp with time zone"),
            ("delivered_at", "timestamp with time zone"),
        ]
        cursor = await connection.execute(
            "SELECT payload->>'eventType' = event_type, payload->>'idempotencyKey' = idempotency_key,"
            " payload->>'eventId' = event_id::text FROM dvt.outbox_events"
        )
        assert set(await cursor.fetchall()) == {(True, True, True)}


async def test_late_commit_is_offered_although_later_ids_were_delivered(database: Database, database_url: str) -> None:
    """A writer draws its outbox id, others commit and are delivered, then it commits."""
    source, store = PostgresOutbox(database), PostgresStateStore(database)
    slow = await _run_with(store, 0)
    await source.acknowledge(await _fetch(source))
    item = append_item(slow.unknown())
    async with await psycopg.AsyncConnection.connect(database_url) as late:
        await late.execute(
            "SELECT dvt.append('local', %s, NULL, %s, '{NULL}', '{0}', '{f}', %s, %s, '{NULL}')",
            [slow.run_id, [item.event_type], [bytes.fromhex(item.key)], [item.body]],
        )
        run = await _run_with(store, 3)
        early = await _fetch(source)
        assert [(message.run, message.record.run_seq) for message in early] == [(run.key, seq) for seq in (1, 2, 3, 4)]
        await source.acknowledge(early)
        assert await _fetch(source) == ()
        await late.commit()
    (message,) = await _fetch(source)
    assert (message.run, message.record.run_seq) == (slow.key, 2)
    assert message.outbox_id < min(other.outbox_id for other in early)


async def test_zombie_gets_nothing_after_its_shards_changed_hands(database: Database) -> None:
    source = PostgresOutbox(database)
    await _run_with(PostgresStateStore(database), 1)
    old = await source.lease("zombie", ttl_ms=0)
    assert len(await source.fetch(old, limit=10)) == 2
    await asyncio.sleep(0.01)
    assert len(await source.lease("heir", ttl_ms=60_000)) == 16
    assert await source.fetch(old, limit=10) == ()


async def test_two_relays_share_the_shards_without_overlap(database: Database) -> None:
    source = PostgresOutbox(database)
    taken = await asyncio.gather(*(source.lease(f"relay-{number}", ttl_ms=60_000) for number in range(4)))
    shards = [lease.shard for leases in taken for lease in leases]
    assert sorted(shards) == list(range(16))


async def test_undelivered_rows_are_found_by_the_key(database: Database) -> None:
    """Finding undelivered events costs the same however many were delivered: no scan of log or deliveries."""
    store, source = PostgresStateStore(database), PostgresOutbox(database)
    await _run_with(store, 200)
    await source.acknowledge(await _fetch(source, limit=150))
    async with database.connection() as connection:
        await connection.execute(
            "INSERT INTO dvt.delivered SELECT gen_random_uuid(), 1, 1, now() FROM generate_series(1, 5000)"
        )
        await connection.execute("ANALYZE")
        cursor = await connection.execute("EXPLAIN SELECT count(*) FROM dvt.outbox_events WHERE delivered_at IS NULL")
        plan = "\n".join(str(line) for (line,) in await cursor.fetchall())
    assert "Seq Scan on delivered" not in plan, plan


@pytest.mark.parametrize("limit", [1, 3, 7])
async def test_any_batch_size_delivers_everything_in_order(database: Database, limit: int) -> None:
    store, source = PostgresStateStore(database), PostgresOutbox(database)
    runs = [await _run_with(store, 4) for _ in range(3)]
    seen: dict[RunKey, list[int]] = {run.key: [] for run in runs}
    while batch := await _fetch(source, limit=limit):
        assert len(batch) <= limit
        for message in batch:
            seen[message.run].append(message.record.run_seq)
        await source.acknowledge(batch)
    assert seen == {run.key: [1, 2, 3, 4, 5] for run in runs}
