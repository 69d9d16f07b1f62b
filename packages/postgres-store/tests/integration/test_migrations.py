"""Migrations: repeatable, concurrent, safe after a crash, and refused where they must be."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from dvt_engine_core.errors import DvtError, RejectedError, UnavailableError
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import CODE_LEVEL, Database, PostgresStateStore, migrate, require_schema, schema_level
from dvt_postgres_store.testing.server import PostgresServer


def _tables(url: str) -> list[tuple[str, ...]]:
    """Every column of the schema, the library's own tables left out."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'dvt' AND table_name NOT LIKE '%yoyo%' ORDER BY 1, 2"
        ).fetchall()


async def _level(url: str) -> int:
    async with Database(url) as database:
        return await schema_level(database)


async def _refusal(url: str) -> str:
    async with Database(url) as database:
        with pytest.raises(RejectedError) as caught:
            await require_schema(database)
    return caught.value.code


async def test_empty_database_is_migrated_once(empty_database: str) -> None:
    assert await _level(empty_database) == 0
    assert await _refusal(empty_database) == "STORE_SCHEMA_MISSING"
    assert migrate(empty_database) == 0
    tables = _tables(empty_database)
    assert await _level(empty_database) == CODE_LEVEL
    assert migrate(empty_database) == CODE_LEVEL
    assert _tables(empty_database) == tables


async def test_several_processes_may_migrate_at_once(empty_database: str, database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        levels = list(pool.map(lambda _: migrate(empty_database), range(4)))
    assert 0 in levels
    assert _tables(empty_database) == _tables(database_url)
    async with Database(empty_database) as database:
        await require_schema(database)
        await PostgresStateStore(database).create_run(SampleRun().new())


async def test_database_of_a_newer_version_is_refused(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO dvt.schema_level (level) VALUES (%s)", [CODE_LEVEL + 1])
    assert await _refusal(database_url) == "STORE_SCHEMA_NEWER"
    with pytest.raises(RejectedError) as caught:
        migrate(database_url)
    assert caught.value.code == "STORE_SCHEMA_NEWER"


@pytest.mark.parametrize("crash", ["after a migration, before its mark", "holding the library's lock"])
def test_migration_goes_on_after_a_crash(empty_database: str, database_url: str, crash: str) -> None:
    migrate(empty_database)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("DROP TABLE dvt.rebuild")
        connection.execute("DELETE FROM dvt.schema_level WHERE level = %s", [CODE_LEVEL])
        connection.execute("DELETE FROM dvt._yoyo_migration WHERE migration_id LIKE '0010%'")
        if crash.startswith("after"):
            connection.execute("DELETE FROM dvt._yoyo_migration")
        else:
            connection.execute("DROP TABLE dvt._yoyo_log, dvt._yoyo_migration, dvt._yoyo_version")
            connection.execute("INSERT INTO dvt.yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
    assert migrate(empty_database) == CODE_LEVEL - 1
    assert _tables(empty_database) == _tables(database_url)


async def test_role_without_rights_is_told_so(postgres: PostgresServer, empty_database: str, database_url: str) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(
            "DO $$ BEGIN CREATE ROLE nobody_much LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
    for url in (empty_database, database_url):
        poor = url.replace("postgres@", "nobody_much@")
        if url == empty_database:
            with pytest.raises(DvtError) as caught:
                migrate(poor)
            assert caught.value.code == "STORE_NO_RIGHTS"
        else:
            assert await _refusal(poor) == "STORE_NO_RIGHTS"


def test_server_that_is_not_there_is_told_so() -> None:
    with pytest.raises(UnavailableError) as caught:
        migrate("postgresql://someone:s3cret@127.0.0.1:1/dvt")
    assert caught.value.code == "STORE_UNAVAILABLE"
    assert "s3cret" not in str(caught.value)
