"""`dvt run diff`."""

from __future__ import annotations

from typing import Annotated, Final

from cyclopts import Parameter
from dvt_contracts.models.engine.v1.run_diff import DiffVerdict, RunDiff
from dvt_engine_core.diff.comparing import diff_runs

from dvt.diff_text import diff_text
from dvt.histories import history_of
from dvt.options import OutputOption, ShellParameter
from dvt.render import show_one
from dvt.run_ids import find_run
from dvt.session import Session, with_session

_DIVERGED: Final = 3


def diff(
    a: Annotated[str, Parameter(name="A", help="A run: id, a unique beginning of it, or `latest`.")],
    b: Annotated[str, Parameter(name="B", help="Another one.")],
    /,
    *,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Show where two runs part first, and why: plan, input, result, signal, order or engine build.

    Ids, keys and times do not count, nor does the order of events that no cause joins. Ends with 3 where they part.

    Example: dvt run diff 01980a3c latest
    """

    async def work(session: Session) -> RunDiff:
        first, second = [await history_of(session, await find_run(session, name)) for name in (a, b)]
        return diff_runs(first, second)

    report = with_session(shell, work)
    show_one(shell, report.document(), output, name="verdict", text=lambda: diff_text(report))
    return _DIVERGED if report.verdict is DiffVerdict.DIVERGED else 0
