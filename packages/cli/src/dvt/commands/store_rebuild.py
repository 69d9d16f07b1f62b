"""`dvt store rebuild`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from dvt.options import OutputOption, ShellParameter
from dvt.render import show_one
from dvt.servers import hold
from dvt.sweep_progress import SweepProgress, summary


def rebuild(
    *,
    workers: Annotated[int, Parameter(help="Processes; each takes runs of its own.")] = 8,
    restart: Annotated[bool, Parameter(help="Begin anew instead of going on with a stopped rebuild.")] = False,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Make the rows of all runs again from their logs, while the system runs; a stopped one goes on where it was.

    Example: dvt store rebuild --workers 4
    """
    from dvt_postgres_store.sweeping import rebuild_all

    with hold(shell, host=False) as servers, SweepProgress(shell, "rebuilt") as progress:
        done = rebuild_all(servers.postgres_url, workers=max(1, workers), restart=restart, tell=progress)
    show_one(shell, summary(done), output, name="events", text=lambda: progress.line(done))
    return 0
