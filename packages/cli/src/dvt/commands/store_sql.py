"""`dvt store sql`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from dvt_contracts.base import JsonValue
from dvt_engine_core.errors import ContractError

from dvt.options import OutputOption, ShellParameter
from dvt.render import Column, show_list
from dvt.servers import hold

if TYPE_CHECKING:
    import psycopg

_MOST_ROWS = 1000


def sql(
    query: Annotated[str, Parameter(name="QUERY", help="One statement; it cannot write.")],
    /,
    *,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Ask the log a question in SQL: schema `dvt`, in a read-only transaction; at most 1,000 rows are shown.

    Example: dvt store sql "select run_seq, event_type from dvt.event order by persisted_at desc limit 10"
    """
    import psycopg

    with hold(shell, host=False) as servers:
        try:
            with psycopg.connect(servers.postgres_url, application_name="dvt-sql") as connection:
                connection.read_only = True
                cursor = connection.execute(query)  # the user's own text, on purpose
                names, rows = _taken(cursor)
        except (psycopg.ProgrammingError, psycopg.DataError, psycopg.errors.ReadOnlySqlTransaction) as error:
            message = str(error).strip().partition("\n")[0]
            raise ContractError(message, code="USAGE", hint="The log is in schema dvt: dvt.event, dvt.run.") from error
    columns = [Column(name.upper(), lambda row, name=name: row[name]) for name in names]  # type: ignore[misc]
    show_list(shell, rows, output, columns=columns, name=names[0] if names else "")
    return 0


def _taken(cursor: psycopg.Cursor[tuple[object, ...]]) -> tuple[list[str], list[dict[str, JsonValue]]]:
    if cursor.description is None:
        return [], []
    names = [column.name for column in cursor.description]
    return names, [
        {name: _json(value) for name, value in zip(names, row, strict=True)} for row in cursor.fetchmany(_MOST_ROWS)
    ]


def _json(value: object) -> JsonValue:
    match value:
        case None | bool() | int() | float() | str() | dict() | list():
            return value
        case bytes():
            return value.hex()
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case _:
            return str(value)
