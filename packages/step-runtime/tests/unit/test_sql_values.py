import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from dvt_step_runtime.sql.faults import failed, unreachable
from dvt_step_runtime.sql.values import to_json, to_postgres, without_values
from psycopg.types.json import Jsonb


def test_arrays_and_objects_go_as_jsonb() -> None:
    given = to_postgres({"a": [1], "b": {"c": 1}, "d": "text", "e": 1, "f": None, "g": True})
    assert [name for name, value in given.items() if isinstance(value, Jsonb)] == ["a", "b"]
    assert (given["d"], given["e"], given["f"], given["g"]) == ("text", 1, None, True)


@pytest.mark.parametrize(
    ("message", "parameters", "said"),
    [
        ('invalid input syntax for type integer: "x"', {"a": "x"}, 'invalid input syntax for type integer: "%(a)s"'),
        ('value "99999999999" is out of range', {"a": 99999999999}, 'value "%(a)s" is out of range'),
        ("token s3cret is bad", {"a": {"deep": ["s3cret"]}}, "token %(a)s is bad"),
        ('relation "t" does not exist', {"a": 1, "b": "no"}, 'relation "t" does not exist'),
        ("s3cret-long", {"a": "s3cret", "b": "s3cret-long"}, "%(b)s"),
        ("null true", {"a": None, "b": True, "c": ""}, "null true"),
    ],
)
def test_values_are_taken_out_of_messages(message: str, parameters: dict[str, object], said: str) -> None:
    assert without_values(message, parameters) == said  # type: ignore[arg-type]


def test_an_unreachable_server_is_described_without_its_address() -> None:
    error = psycopg.OperationalError('connection to server at "db.internal", port 5: Connection refused, user "u"')
    said = unreachable("warehouse", error)
    assert (said.code, said.retryable) == ("SQL_UNAVAILABLE", True)
    assert said.message == "connection `warehouse`: nothing listens there"


def test_client_side_faults_have_no_state() -> None:
    said = failed("statement 1", psycopg.ProgrammingError("query parameter missing: a"), {})
    assert (said.code, said.message) == ("SQL_FAILED", "statement 1: query parameter missing: a")


def test_a_lost_connection_can_be_tried_again() -> None:
    for error in (psycopg.OperationalError("consuming input failed: x"), psycopg.errors.AdminShutdown("y")):
        assert failed("commit", error, {}).code == "SQL_UNAVAILABLE"
    assert failed("commit", psycopg.errors.SerializationFailure("z"), {}).code == "SQL_FAILED"


@dataclass
class LoadedCursor:
    """A result that is here already: reading it never waits."""

    rows: list[tuple[int]]
    description: list[SimpleNamespace] = field(default_factory=lambda: [SimpleNamespace(name="n")])

    async def fetchmany(self, size: int) -> list[tuple[int]]:
        part, self.rows = self.rows[:size], self.rows[size:]
        return part


async def test_the_loop_runs_while_rows_are_read() -> None:
    cursor = cast("psycopg.AsyncCursor[tuple[Any, ...]]", LoadedCursor([(n,) for n in range(5000)]))
    work = asyncio.create_task(to_json(cursor))
    ticks = 0
    while not work.done():
        await asyncio.sleep(0)
        ticks += 1
    assert ticks >= 5
    assert await work == (["n"], [{"n": n} for n in range(5000)])
