"""`dvt run list`."""

from __future__ import annotations

from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.run_summary import RunSummary
from dvt_engine_core.ports.store import RunQuery

from dvt.options import OutputOption, ShellParameter
from dvt.render import Column, show_list
from dvt.session import Session, with_session

_COLUMNS: Final = (
    Column("RUN", lambda row: row["runId"]),
    Column("PLAN", lambda row: f"{row['planId']} {row['planVersion']}"),
    Column("STATUS", lambda row: "/".join(str(row[name]) for name in ("status", "substatus") if name in row)),
    Column("EVENTS", lambda row: row["lastRunSeq"]),
    Column("QUEUED", lambda row: row["queuedAt"]),
    Column("UPDATED", lambda row: row["updatedAt"], wide=True),
    Column("PLAN HASH", lambda row: row["planHash"], wide=True),
)


def list_runs(
    *,
    status: Annotated[RunStatus | None, Parameter(help="Only runs of this status.")] = None,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=1000), help="At most so many.")] = 50,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """List runs, newest first.

    Example: dvt run list --status FAILED
    """

    async def work(session: Session) -> tuple[RunSummary, ...]:
        return await session.store.list_runs(session.settings.tenant, RunQuery(status=status, limit=limit))

    rows = [summary.document() for summary in with_session(shell, work)]
    show_list(shell, rows, output, columns=_COLUMNS, name="runId")
    return 0
