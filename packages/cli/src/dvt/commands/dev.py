"""`dvt dev`."""

from __future__ import annotations

import time
from typing import Annotated, Final

from cyclopts import Parameter

from dvt.dev_feed import Feed, event_text, log_text
from dvt.options import ShellParameter
from dvt.servers import Servers, hold
from dvt.shell import Shell

_LOOK_S: Final = 0.2


def dev(
    *,
    ui: Annotated[bool, Parameter(help="Serve Temporal's web pages too.")] = False,
    shell: ShellParameter,
) -> int:
    """Keep the servers up and show what happens, until Ctrl-C.

    Worker, dispatcher and relay run beside the servers; other `dvt` commands use them, and runs that were left behind
    are finished. With servers of your own configured it is `dvt worker run --code-root-from-run`.

    Example: dvt dev --ui
    """
    if shell.settings.mode == "external":
        from dvt.commands.worker import run

        shell.note("dvt: servers are configured, nothing is started here")
        return run(code_root=None, code_root_from_run=True, shell=shell)
    with hold(shell, ui=ui) as servers:
        _hello(shell, servers, ui=ui)
        feeds = [
            Feed(shell.settings.home / "logs" / "host.log", log_text),
            Feed(shell.settings.home / "outbox" / "events.jsonl", event_text),
        ]
        try:
            while servers.alive():
                for feed in feeds:
                    for text in feed.new():
                        shell.out(text)
                time.sleep(_LOOK_S)
        except KeyboardInterrupt:
            shell.note("dvt: let go; the servers end unless another command holds them, the data stays")
            return 0
    shell.warn("dvt: the supervisor of the embedded servers has ended; see logs/supervisor.log in the home")
    return 1


def _hello(shell: Shell, servers: Servers, *, ui: bool) -> None:
    shell.note(f"dvt: home      {shell.settings.home}")
    shell.note(f"dvt: Temporal  {servers.temporal_address}")
    if ui:
        told = servers.temporal_ui_url or "no pages: the servers were started without --ui; end their holders first"
        shell.note(f"dvt: pages     {told}")
    shell.note("dvt: in another terminal: dvt run start PATH, dvt run list, dvt store sql 'SELECT ...'; Ctrl-C lets go")
