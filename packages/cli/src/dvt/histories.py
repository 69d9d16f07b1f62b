"""Logs and plans of runs, read whole: what diff, why and at work on."""

from __future__ import annotations

from dvt_contracts.models.events.v1.record import RawRecord
from dvt_engine_core.diff.history import History, read_history
from dvt_engine_core.ports.store import RunKey

from dvt.session import Session


async def log_of(session: Session, run: RunKey) -> list[RawRecord]:
    """The log of a run. Raises: RunNotFoundError."""
    await session.engine.get_run_status(run)
    return [record async for record in session.store.read_events(run)]


async def history_of(session: Session, run: RunKey) -> History:
    """A run with its plan, where that can be read. Raises: RunNotFoundError."""
    records = await log_of(session, run)
    plan = await session.plan_of(run)
    return read_history(records, run_id=run.run_id, tenant_id=run.tenant_id, plan=plan)
