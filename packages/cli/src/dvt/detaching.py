"""Leaving a run alone: what Ctrl-C and --detach must tell."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dvt.shell import Shell


@dataclass(slots=True)
class Watched:
    """What an interrupted watcher must tell; `run_id` is "" before there is a run."""

    run_id: str = ""
    embedded: bool = False

    def detached(self, shell: Shell) -> None:
        """Say how to go on."""
        if not self.run_id:
            shell.warn("dvt: interrupted; no run was started")
            return
        shell.warn(f"dvt: detached; run {self.run_id} is not cancelled")
        shell.warn(f"     watch it:  dvt run watch {self.run_id}")
        shell.warn(f"     cancel it: dvt run cancel {self.run_id} --reason TEXT")
        if self.embedded:
            shell.warn("     The embedded servers end with the last command that holds them; the run then waits")
            shell.warn("     for the next `dvt run watch` or `dvt dev` and goes on. `dvt dev` keeps them up.")


def tell_if_servers_end(shell: Shell, home: Path, run_id: str) -> None:
    """Say that nobody else holds the embedded servers, so that a run that was not watched will wait."""
    from dvt.embedded import describe

    state = describe(home)
    if state and any(holder.pid != os.getpid() for holder in state.holders):
        return
    shell.warn("dvt: nothing else holds the embedded servers: they end now, and the run waits for them")
    shell.warn(f"     finish it: dvt run watch {run_id}   or keep servers up: dvt dev")
