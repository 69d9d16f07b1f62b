"""The schema of the database: which level it has, and bringing it to the level of this code."""

from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import LiteralString
from urllib.parse import quote, urlencode

import psycopg
from dvt_engine_core.errors import RejectedError
from psycopg.conninfo import conninfo_to_dict

from dvt_postgres_store.database import Database
from dvt_postgres_store.errors import translated

#: Level of the schema that this code is written for: the number of its last migration.
CODE_LEVEL = 10
#: Any fixed number: who migrates this database holds it.
_LOCK = 0x647674_6D696772
_LEVEL: LiteralString = "SELECT max(level) FROM dvt.schema_level"
_HAS_LEDGER: LiteralString = "SELECT to_regclass('dvt.schema_level') IS NOT NULL"


@dataclass(frozen=True, slots=True)
class _Level:
    level: int


async def schema_level(database: Database) -> int:
    """Level of the database's schema; 0 where it has none. One statement."""
    try:
        (row,) = await database.rows(_Level, "schema_level", {})
    except RejectedError as error:
        if error.code == "STORE_SCHEMA_MISSING":
            return 0
        raise
    return row.level


def judge_level(level: int) -> None:
    """Refuse a database that this code cannot work with.

    Raises: RejectedError [STORE_SCHEMA_MISSING] if it must be migrated first, [STORE_SCHEMA_NEWER] if a newer
        version of DVT migrated it.
    """
    if level > CODE_LEVEL:
        text = f"the database has schema level {level}, this version of DVT knows {CODE_LEVEL}"
        raise RejectedError(text, code="STORE_SCHEMA_NEWER")
    if level < CODE_LEVEL:
        text = f"the database has schema level {level}, this version of DVT needs {CODE_LEVEL}"
        raise RejectedError(text, code="STORE_SCHEMA_MISSING")


async def require_schema(database: Database) -> None:
    """Refuse a database whose schema is not that of this code, as `judge_level` says."""
    judge_level(await schema_level(database))


def migrate(url: str) -> int:
    """Bring the schema to the level of this code and return the level it had.

    Shape: safe to repeat and to call from several processes at once: one works, the others wait and find it done.
    Raises: RejectedError [STORE_SCHEMA_NEWER, STORE_NO_RIGHTS], UnavailableError.
    """
    with translated(), psycopg.connect(url, autocommit=True, application_name="dvt-migrate") as connection:
        before = _level(connection)
        if before < CODE_LEVEL:
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # freed with the connection
            connection.execute("CREATE SCHEMA IF NOT EXISTS dvt")
            _apply(url, applied=_level(connection))
            return before
    if before > CODE_LEVEL:
        judge_level(before)
    return before


def _level(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    if connection.execute(_HAS_LEDGER).fetchone() != (True,):
        return 0
    row = connection.execute(_LEVEL).fetchone()
    return row[0] if row and isinstance(row[0], int) else 0


def _apply(url: str, *, applied: int) -> None:
    """Apply what is missing.

    yoyo marks a migration after committing it, so a crash may fall between: our ledger, written by the migration
    itself, is the truth, and what it holds is marked before anything is applied.
    """
    from yoyo import get_backend, read_migrations  # type: ignore[import-untyped]  # noqa: PLC0415 - slow, seldom needed

    with as_file(files("dvt_postgres_store") / "migrations") as folder, get_backend(_yoyo_url(url)) as backend:
        backend.break_lock()  # we hold the real one: a row here is what a crash left
        migrations = backend.to_apply(read_migrations(str(folder)))
        done = migrations.filter(lambda migration: int(migration.id[:4]) <= applied)
        backend.mark_migrations(done)
        backend.apply_migrations(backend.to_apply(migrations))


def _yoyo_url(url: str) -> str:
    """The same database as yoyo wants it, with yoyo's own tables in our schema."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    return f"postgresql+psycopg:///?{urlencode({**parts, 'schema': 'dvt'}, quote_via=quote)}"
