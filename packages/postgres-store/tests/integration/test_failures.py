"""Failures of server, connection and pool, as the port has them."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from dvt_engine_core.errors import DvtError, RejectedError, UnavailableError
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import Database, PostgresStateStore
from dvt_postgres_store.testing.server import TEMPLATE, postgres_server


async def _refused(store: PostgresStateStore) -> DvtError:
    with pytest.raises(DvtError) as caught:
        await store.read_run(SampleRun().key)
    return caught.value


async def test_exhausted_pool_is_retryable(database_url: str) -> None:
    async with Database(database_url, max_size=1, acquire_timeout_s=0.1) as database, database.connection():
        error = await _refused(PostgresStateStore(database))
    assert isinstance(error, UnavailableError)
    assert (error.code, error.retryable) == ("STORE_POOL_EXHAUSTED", True)


async def test_a_cancel_is_never_lost_in_the_wait_for_a_connection(database_url: str) -> None:
    async def for_ever(database: Database) -> None:
        while True:
            async with database.connection():
                await asyncio.sleep(0)

    async with Database(database_url, max_size=1) as database:
        for ticks in range(40):  # wherever the cancel meets the connection on its way to the waiting task
            async with database.connection():
                waiting = asyncio.create_task(for_ever(database))
                await asyncio.sleep(0.001)
            for _ in range(ticks):
                await asyncio.sleep(0)
            waiting.cancel()
            done, _ = await asyncio.wait({waiting}, timeout=5)
            assert done, f"still running {ticks} ticks after the connection was free"


async def test_one_cut_connection_makes_the_pool_replace_all_that_are_dead(database_url: str) -> None:
    run = SampleRun()
    async with Database(database_url, min_size=4) as database:
        store = PostgresStateStore(database)
        await store.create_run(run.new())
        with psycopg.connect(database_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        error = await _refused(store)
        assert isinstance(error, UnavailableError)
        assert (error.code, error.retryable) == ("STORE_UNAVAILABLE", True)
        for _ in range(4):
            assert await store.read_run(run.key) is not None


async def test_lock_that_is_held_too_long_is_retryable(database: Database, database_url: str) -> None:
    store, run = PostgresStateStore(database), SampleRun()
    await store.create_run(run.new())
    with psycopg.connect(database_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(dvt.lock_key('local', %s))", [run.run_id])
        with pytest.raises(UnavailableError) as caught:
            await store.append(run.key, [run.event("RunStarted")])
    assert caught.value.retryable
    (answer,) = await store.append(run.key, [run.event("RunStarted")])
    assert answer.outcome == "appended"


async def test_statement_that_takes_too_long_is_ended_and_retryable(database_url: str) -> None:
    async with Database(database_url, statement_timeout_s=0.1) as database:
        with pytest.raises(UnavailableError) as caught:
            async with database.connection() as connection:
                await connection.execute("SELECT pg_sleep(5)")
        assert caught.value.retryable
        assert await PostgresStateStore(database).read_run(SampleRun().key) is None


async def test_read_only_server_is_recognised(database_url: str) -> None:
    """A demoted primary: its connections are given up, so that a retry can reach the new one."""
    name = database_url.rsplit("/", 1)[1]
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    async with Database(database_url) as demoted:
        store = PostgresStateStore(demoted)
        with pytest.raises(UnavailableError, match="read-only"):
            await store.create_run(SampleRun().new())
        with psycopg.connect(database_url, autocommit=True) as admin:
            admin.execute("SET default_transaction_read_only = off")
            admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())
        await store.create_run(SampleRun().new())


async def test_other_isolation_is_refused_before_anything_is_judged(database_url: str) -> None:
    """The statement after the lock must see what the writer before committed."""
    url = f"{database_url}?options=-c%20default_transaction_isolation%3Dserializable"
    async with Database(url) as database:
        store, run = PostgresStateStore(database), SampleRun()
        await store.create_run(run.new())
        with pytest.raises(RejectedError):
            await store.append(run.key, [run.event("RunStarted")])


async def test_no_error_text_shows_data(database: Database, database_url: str) -> None:
    store, run = PostgresStateStore(database), SampleRun()
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("ALTER TABLE dvt.event ADD CONSTRAINT trap CHECK (run_seq < 2)")
    await store.create_run(run.new())
    with pytest.raises(RejectedError) as caught:
        await store.append(run.key, [run.event("SignalAccepted", "very-secret-signal")])
    shown = f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {caught.value.problem()}"
    assert "very-secret-signal" not in shown
    assert "23514" in shown
    assert caught.value.__suppress_context__


async def test_missing_schema_is_named(empty_database: str) -> None:
    async with Database(empty_database) as database:
        error = await _refused(PostgresStateStore(database))
    assert error.code == "STORE_SCHEMA_MISSING"


async def test_restarted_server_is_found_again(tmp_path: Path) -> None:
    with postgres_server(tmp_path / "one") as server:
        server.make_template()
        async with Database(server.url(TEMPLATE), acquire_timeout_s=1) as database:
            store, run = PostgresStateStore(database), SampleRun()
            await store.create_run(run.new())
            server.stop()
            codes = [(await _refused(store)).code for _ in range(2)]
            server.start()
            assert codes == ["STORE_UNAVAILABLE"] * 2, "a server that is away is no busy pool"
            async with asyncio.timeout(10):
                while not await _found(store, run):  # noqa: ASYNC110 - nobody tells that a server is back
                    await asyncio.sleep(0.05)


async def _found(store: PostgresStateStore, run: SampleRun) -> bool:
    try:
        return await store.read_run(run.key) is not None
    except UnavailableError:
        return False


async def test_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(UnavailableError) as caught:
        await Database("postgresql://someone@127.0.0.1:1/dvt", connect_timeout_s=0.3).open()
    assert caught.value.code == "STORE_UNAVAILABLE"
