"""Kind `sql`."""

import asyncio

from dvt_contracts.base import JsonObject
from dvt_contracts.models.plan.v1.kinds.sql import SqlParameters
from dvt_engine_core.ports.execution import StepCall, StepResult

from dvt_step_runtime.parameters import parameters_schema, read_parameters
from dvt_step_runtime.sql.transaction import opened, run_statements
from dvt_step_runtime.supervision.kindly import end_kindly


class SqlExecutor:
    """Runs statements in one transaction on a named Postgres connection.

    Shape: the output is `{rowCounts, columns, rows}`, rows of the last statement that returns any, as objects.
    """

    kind = "sql"

    @property
    def parameters_schema(self) -> JsonObject:
        """Contract plan/v1/kinds/sql."""
        return parameters_schema(self.kind)

    async def execute(self, call: StepCall) -> StepResult:
        """Run them. Raises: StepError [SQL_*]."""
        parameters = read_parameters(SqlParameters, call.parameters)
        work = asyncio.ensure_future(_transaction(call, parameters))
        # psycopg answers a cancel with a cancel on the server and waits for it; a second one closes the connection
        return await end_kindly(work, ask=work.cancel, force=work.cancel, grace_ms=call.cancel_grace_ms)

    async def aclose(self) -> None:
        """Nothing is kept between calls."""


async def _transaction(call: StepCall, parameters: SqlParameters) -> StepResult:
    async with opened(call, parameters.connection) as connection:
        return await run_statements(connection, call, parameters)
