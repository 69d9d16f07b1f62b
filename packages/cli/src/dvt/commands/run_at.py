"""`dvt run at`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from dvt_engine_core.past import stored_at

from dvt.histories import log_of
from dvt.options import OutputOption, RunArgument, ShellParameter
from dvt.render import show_one
from dvt.report import run_report
from dvt.report_text import report_text
from dvt.run_ids import find_run
from dvt.session import Session, with_session


def at(
    run: RunArgument,
    seq: Annotated[int, Parameter(name="SEQ", validator=Number(gte=1), help="Number of an event: its runSeq.")],
    /,
    *,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Show a run as it stood after one of its events.

    With -o json it is the snapshot (engine/v1/run_snapshot), folded from the log, not read from live rows.

    Example: dvt run at latest 4
    """

    async def work(session: Session) -> None:
        key = await find_run(session, run)
        stored, alerts = stored_at(await log_of(session, key), seq, run=key)
        for alert in alerts:
            shell.warn(
                f"dvt: event {alert.run_seq}, {alert.event_type}, was not legal in {alert.actual}: it changed nothing"
            )
        report = run_report(stored, await session.plan_of(key))
        text = report_text(report, colour=False, steps=True, wide=output == "wide")
        show_one(shell, stored.snapshot.document(), output, name="runId", text=lambda: text)

    with_session(shell, work)
    return 0
