"""`dvt run cancel`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from dvt_engine_core.errors import SignalRefusedError
from dvt_engine_core.system import SystemIds

from dvt.__main__ import INTERRUPTED
from dvt.options import OutputOption, RunArgument, ShellParameter
from dvt.render import show_one
from dvt.run_ids import find_run
from dvt.session import Session, with_session
from dvt.watching import watch_run


def cancel(
    run: RunArgument,
    /,
    *,
    reason: Annotated[str | None, Parameter(help="Why; kept in the log. Required.")] = None,
    wait: Annotated[bool, Parameter(help="Watch the run to its end.")] = False,
    signal_id: Annotated[str | None, Parameter(help="The same id is one signal, however often it is sent.")] = None,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Ask a run to end early: running steps may stop by themselves for the plan's cancelGraceMs, then are forced.

    Returns at once unless --wait; with it the exit code is that of the run: 3 for CANCELLED.

    Example: dvt run cancel latest --reason "wrong date"
    """
    if not (reason and reason.strip()):
        raise SignalRefusedError("cancelling a run needs a reason", code="REASON_REQUIRED", hint="Add --reason TEXT.")

    async def work(session: Session) -> int:
        key = await find_run(session, run)
        decision = await session.engine.cancel_run(
            key, signal_id=signal_id or SystemIds().event_id(), actor=session.actor(), reason=reason
        )
        if wait:
            return await watch_run(session, key, await session.plan_of(key), output)
        text = f"run {key.run_id}: cancel accepted (signal {decision.signal_id})"
        show_one(shell, decision.document(), output, name="runId", text=lambda: text)
        return 0

    try:
        return with_session(shell, work, host=True)
    except KeyboardInterrupt:
        return INTERRUPTED
