"""Statements of one call, all or nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
from dvt_contracts.base import JsonValue
from dvt_contracts.models.plan.v1.kinds.sql import SqlParameters
from dvt_engine_core.errors import StepError
from dvt_engine_core.ports.execution import StepCall, StepResult
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from dvt_step_runtime.sql.faults import failed, unreachable
from dvt_step_runtime.sql.values import JSON_CONTEXT, to_json, to_postgres, without_values
from dvt_step_runtime.supervision.kindly import done_within, succeeded

_CONNECT_S: Final = 10
_NAME_BYTES: Final = 63  # the server cuts longer names, with a notice
_SETTINGS: Final = b"""select set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),
    set_config('IntervalStyle', 'iso_8601', true), set_config('bytea_output', 'hex', true),
    set_config('extra_float_digits', '1', true)"""

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


@asynccontextmanager
async def opened(call: StepCall, name: str) -> AsyncIterator[Connection]:
    """Open a named connection for a call. Raises: StepError [SQL_CONNECTION_UNKNOWN, SQL_UNAVAILABLE]."""
    url = call.secrets.connection(name)
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise StepError(f"the URL of connection `{name}` is malformed", code="SQL_CONNECTION_UNKNOWN") from None
    settings: dict[str, Any] = {
        "connect_timeout": _CONNECT_S,
        **given,
        "application_name": f"dvt {call.run.run_id} {call.step_id}"[:_NAME_BYTES],
    }
    try:
        connection = await psycopg.AsyncConnection.connect(
            **settings, autocommit=False, prepare_threshold=None, context=JSON_CONTEXT
        )
    except psycopg.Error as error:
        raise unreachable(name, error) from None  # its text has host and user
    try:
        yield connection
    finally:
        await connection.close()


async def run_statements(connection: Connection, call: StepCall, parameters: SqlParameters) -> StepResult:
    """Run the statements and commit. Raises: StepError [SQL_FAILED, SQL_TOO_MANY_ROWS, SQL_UNAVAILABLE]."""
    given = parameters.parameters
    connection.add_notice_handler(
        lambda notice: call.log.write(
            "log", f"{notice.severity}: {without_values(notice.message_primary or '', given)}\n"
        )
    )
    values = to_postgres({**given, "dvt_effect_key": call.effect_key})
    counts: list[JsonValue] = []
    last: psycopg.AsyncCursor[tuple[Any, ...]] | None = None
    place = "connection"
    try:
        await connection.execute(_SETTINGS)
        for number, statement in enumerate(parameters.statements, 1):
            place = f"statement {number}"
            cursor = await connection.cursor().execute(statement.encode(), values)
            if connection.info.transaction_status != TransactionStatus.INTRANS:
                raise StepError(f"{place} ended the transaction; leave that to the step", code="SQL_FAILED")
            if cursor.nextset():
                raise StepError(f"{place} is more than one; give each its own place in the list", code="SQL_FAILED")
            call.log.write("log", f"{place}: {cursor.statusmessage}\n")
            counts.append(max(cursor.rowcount, 0))
            last = cursor if cursor.description else last
        output = await _output(counts, last, parameters.rows)
        place = "commit"
        await _commit(connection, call.cancel_grace_ms)
    except psycopg.Error as error:
        raise failed(place, error, given) from None  # its details have values
    return StepResult(output)


async def _output(
    counts: list[JsonValue], last: psycopg.AsyncCursor[tuple[Any, ...]] | None, most: int
) -> dict[str, JsonValue]:
    if last is None:
        return {"rowCounts": counts, "columns": [], "rows": []}
    if last.rowcount > most:
        raise StepError(f"{last.rowcount} rows were returned, at most {most} are allowed", code="SQL_TOO_MANY_ROWS")
    columns, rows = await to_json(last)
    return {"rowCounts": counts, "columns": columns, "rows": rows}


async def _commit(connection: Connection, grace_ms: int) -> None:
    """Commit; a cancel that comes meanwhile is too late if the commit succeeds within the grace."""
    commit = asyncio.ensure_future(connection.commit())
    try:
        await asyncio.wait({commit})
    except asyncio.CancelledError:
        if not (await done_within(commit, grace_ms) and succeeded(commit)):
            commit.cancel()
            raise
    commit.result()
