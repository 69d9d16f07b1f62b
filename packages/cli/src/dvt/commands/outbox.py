"""`dvt outbox status`."""

from __future__ import annotations

from dvt_contracts.base import JsonValue
from dvt_engine_core.ports.outbox import OutboxStatus

from dvt.options import OutputOption, ShellParameter
from dvt.render import show_one, table
from dvt.session import Session, with_session


def status(*, output: OutputOption = "table", shell: ShellParameter) -> int:
    """Show what is not delivered yet, and why.

    Example: dvt outbox status -o json
    """

    async def work(session: Session) -> OutboxStatus:
        return await session.outbox.status()

    found = with_session(shell, work)
    show_one(shell, _document(found), output, name="undelivered", text=lambda: _text(found))
    return 0


def _document(status: OutboxStatus) -> dict[str, JsonValue]:
    return {
        "undelivered": status.undelivered,
        "oldestAgeMs": status.oldest_age_ms,
        "delivered": status.delivered,
        "blocked": [
            {
                "tenantId": item.run.tenant_id,
                "runId": item.run.run_id,
                "attempts": item.attempts,
                "nextAt": item.next_at,
                "error": item.error,
            }
            for item in status.blocked
        ],
    }


def _text(status: OutboxStatus) -> str:
    lines = [f"delivered    {status.delivered}", f"undelivered  {status.undelivered}"]
    if status.undelivered:
        lines[-1] += f"  (oldest {status.oldest_age_ms / 1000:.1f} s)"
    if status.blocked:
        rows = [[item.run.run_id, str(item.attempts), item.next_at, item.error] for item in status.blocked]
        lines += ["", table(["BLOCKED RUN", "ATTEMPTS", "NEXT", "ERROR"], rows)]
    return "\n".join(lines)
