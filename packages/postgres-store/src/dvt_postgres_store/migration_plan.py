"""What migrating a database would do, and what that holds up: read from the text of the migrations still to apply."""

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, LiteralString

import psycopg

from dvt_postgres_store.errors import translated
from dvt_postgres_store.migrate import _level, judge_level

#: Statements that lock a table which exists, with the lock they take; what only adds something new locks nothing.
_LOCKING: Final = (
    (re.compile(r"^ALTER TABLE (?:ONLY )?dvt\.(\w+)", re.MULTILINE), "ACCESS EXCLUSIVE"),
    (re.compile(r"^DROP TABLE (?:IF EXISTS )?dvt\.(\w+)", re.MULTILINE), "ACCESS EXCLUSIVE"),
    (re.compile(r"^CREATE (?:UNIQUE )?INDEX \w+ ON dvt\.(\w+)", re.MULTILINE), "SHARE"),
    (re.compile(r"^CREATE TRIGGER \w+ .*?ON dvt\.(\w+)", re.MULTILINE), "SHARE ROW EXCLUSIVE"),
    (re.compile(r"^UPDATE dvt\.(\w+)", re.MULTILINE), "ROW EXCLUSIVE"),
)
_CREATES: Final = re.compile(r"^CREATE TABLE dvt\.(\w+)", re.MULTILINE)
#: Rows that an index build or an update gets through in a second, at the least: for an upper bound.
_ROWS_PER_S: Final = 100_000
_SIZES: LiteralString = (
    "SELECT relname, greatest(reltuples, 0)::bigint FROM pg_class"
    " WHERE relnamespace = to_regnamespace('dvt') AND relkind IN ('r', 'p')"
)


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock on a table that exists, held until its migration commits; `rows` is PostgreSQL's own estimate."""

    mode: str
    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class PlannedMigration:
    """A migration still to apply. Units: `expected_s` seconds at most, by the rows that it may have to look at."""

    level: int
    name: str
    what: str
    locks: tuple[Lock, ...]
    expected_s: int


def migration_plan(url: str) -> tuple[PlannedMigration, ...]:
    """What `migrate` would apply, in order; () for a database that has everything. Changes nothing.

    Raises: RejectedError [STORE_SCHEMA_NEWER, STORE_NO_RIGHTS], UnavailableError.
    """
    with translated(), psycopg.connect(url, autocommit=True, application_name="dvt-migrate") as connection:
        level = _level(connection)
        sizes = {str(name): int(str(rows)) for name, rows in connection.execute(_SIZES).fetchall()}
    texts = sorted(
        (path.name, path.read_text("utf-8")) for path in (files("dvt_postgres_store") / "migrations").iterdir()
    )
    if level > int(texts[-1][0][:4]):
        judge_level(level)
    return planned([(name, text) for name, text in texts if int(name[:4]) > level], sizes)


def planned(migrations: list[tuple[str, str]], sizes: dict[str, int]) -> tuple[PlannedMigration, ...]:
    """The plan of migrations by name and text, for tables of these sizes."""
    made = {table for _, text in migrations for table in _CREATES.findall(text)}
    return tuple(_planned(name, text, sizes, made) for name, text in migrations)


def _planned(name: str, text: str, sizes: dict[str, int], made: set[str]) -> PlannedMigration:
    locks = dict.fromkeys(
        Lock(mode, table, sizes.get(table, 0))
        for pattern, mode in _LOCKING
        for table in pattern.findall(text)
        if table not in made
    )
    what = text.partition("\n")[0].removeprefix("-- ")
    seconds = 1 + sum(lock.rows for lock in locks) // _ROWS_PER_S
    return PlannedMigration(int(name[:4]), name.removesuffix(".sql"), what, tuple(locks), seconds)
