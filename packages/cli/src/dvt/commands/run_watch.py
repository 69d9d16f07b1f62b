"""`dvt run watch`."""

from __future__ import annotations

import asyncio

from dvt.__main__ import INTERRUPTED
from dvt.detaching import Watched
from dvt.options import OutputOption, RunArgument, ShellParameter
from dvt.run_ids import find_run
from dvt.servers import Servers, hold
from dvt.session import opened
from dvt.watching import watch_run


def watch(run: RunArgument, /, *, output: OutputOption = "table", shell: ShellParameter) -> int:
    """Watch a run to its end; one that was left behind is finished.

    Exit code 0: COMPLETED, 3: FAILED or CANCELLED. Ctrl-C detaches, the run goes on.

    Example: dvt run watch latest
    """
    watched = Watched()

    async def work(servers: Servers) -> int:
        async with opened(shell, servers) as session:
            key = await find_run(session, run)
            watched.run_id = key.run_id
            return await watch_run(session, key, await session.plan_of(key), output)

    try:
        with hold(shell) as servers:
            watched.embedded = servers.embedded
            return asyncio.run(work(servers))
    except KeyboardInterrupt:
        watched.detached(shell)
        return INTERRUPTED
