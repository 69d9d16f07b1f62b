"""Values between JSON and Postgres."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from dvt_contracts.base import JsonObject, JsonValue
from dvt_engine_core.errors import StepError
from psycopg.adapt import AdaptersMap
from psycopg.types.json import Jsonb
from psycopg.types.string import TextLoader

_NUMBERS_AND_DOCUMENTS: Final = frozenset({"bool", "int2", "int4", "float4", "float8", "json", "jsonb"})
_AT_A_TIME: Final = 1000


def _json_adapters() -> AdaptersMap:
    """Load what JSON has as JSON and every other type as the server writes it; by type, never by value."""
    adapters = AdaptersMap(psycopg.adapters)
    for info in psycopg.adapters.types:
        if info.name not in _NUMBERS_AND_DOCUMENTS:
            adapters.register_loader(info.oid, TextLoader)
    return adapters


@dataclass(frozen=True, slots=True)
class _Context:
    """What psycopg takes adapters from."""

    adapters: AdaptersMap
    connection: None = None


JSON_CONTEXT: Final = _Context(_json_adapters())


def to_postgres(parameters: JsonObject) -> dict[str, object]:
    """Parameters as psycopg takes them: arrays and objects as jsonb."""
    return {
        name: Jsonb(value) if isinstance(value, list | tuple | dict) else value for name, value in parameters.items()
    }


async def to_json(cursor: psycopg.AsyncCursor[tuple[Any, ...]]) -> tuple[list[str], list[dict[str, JsonValue]]]:
    """Columns and rows of a result, in portions, so that the loop is not held.

    Raises: StepError [SQL_FAILED] if two columns have one name.
    """
    columns = [column.name for column in cursor.description or ()]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise StepError(f"two columns are called `{twice[0]}`; rename one by `as`", code="SQL_FAILED")
    rows: list[dict[str, JsonValue]] = []
    while part := await cursor.fetchmany(_AT_A_TIME):
        rows += (dict(zip(columns, row, strict=True)) for row in part)
        await asyncio.sleep(0)
    return columns, rows


def without_values(message: str, parameters: JsonObject) -> str:
    """Replace parameter values in a server's message by their names: they may be secrets.

    Shape: a value in quotes is always replaced, a bare one from four characters on.
    """
    for name, value in sorted(_texts(parameters), key=lambda item: -len(item[1])):
        message = message.replace(f'"{value}"', f'"%({name})s"')
        if len(value) >= 4:  # noqa: PLR2004 - shorter ones are parts of common words
            message = message.replace(value, f"%({name})s")
    return message


def _texts(parameters: Mapping[str, JsonValue]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in parameters.items():
        stack = [value]
        while stack:
            match stack.pop():
                case dict() as members:
                    stack += members.values()
                case list() | tuple() as items:
                    stack += items
                case None | bool():
                    pass
                case item:
                    found.append((name, str(item)))
    return [(name, text) for name, text in found if text]
