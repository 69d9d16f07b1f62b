"""`dvt run get`."""

from __future__ import annotations

from dvt.options import OutputOption, RunArgument, ShellParameter
from dvt.report_text import show_report
from dvt.run_ids import find_run
from dvt.session import Session, with_session
from dvt.watching import report_of, show_failure


def get(run: RunArgument, /, *, output: OutputOption = "table", shell: ShellParameter) -> int:
    """Show a run with its steps and hashes.

    Example: dvt run get latest -o json
    """

    async def work(session: Session) -> None:
        key = await find_run(session, run)
        report = await report_of(session, key, await session.plan_of(key))
        await show_failure(session, key, report)
        show_report(shell, report, output, steps=True)

    with_session(shell, work)
    return 0
