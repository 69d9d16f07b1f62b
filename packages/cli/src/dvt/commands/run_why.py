"""`dvt run why`."""

from __future__ import annotations

from dvt_contracts.models.engine.v1.run_why import RunWhy
from dvt_engine_core.why.explaining import explain_run

from dvt.histories import history_of
from dvt.options import OutputOption, RunArgument, ShellParameter
from dvt.render import show_one
from dvt.run_ids import find_run
from dvt.session import Session, with_session
from dvt.why_text import why_text


def why(run: RunArgument, /, *, output: OutputOption = "table", shell: ShellParameter) -> int:
    """Say what a run waits for, or why it ended as it did.

    Told from its plan and log alone: steps that wait and for what, retries, pauses, signals, failures, chains of skips.

    Example: dvt run why latest
    """

    async def work(session: Session) -> RunWhy:
        return explain_run(await history_of(session, await find_run(session, run)))

    report = with_session(shell, work)
    show_one(shell, report.document(), output, name="runId", text=lambda: why_text(report))
    return 0
