"""Progress of work over all runs: events, rate and time left, on standard error."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from dvt.shell import Shell

if TYPE_CHECKING:
    from dvt_contracts.base import JsonObject
    from dvt_postgres_store.sweeping import Progress

#: Seconds between two lines where nothing can be written over.
_PAUSE_S: Final = 5.0
_PAUSE_LIVE_S: Final = 0.2


class SweepProgress:
    """Shows how far a sweep has come: one line that changes on a terminal, a line every few seconds elsewhere."""

    def __init__(self, shell: Shell, verb: str) -> None:
        self._shell = shell
        self._verb = verb
        self._told_at = time.monotonic()
        self._live = shell.live()
        self._drawn = False

    def __call__(self, progress: Progress) -> None:
        """Show it, unless it was shown just now."""
        now = time.monotonic()
        if now - self._told_at < (_PAUSE_LIVE_S if self._live else _PAUSE_S):
            return
        self._told_at = now
        if self._live:
            sys.stderr.write(f"\r\x1b[K{self.line(progress)}")
            sys.stderr.flush()
            self._drawn = True
        else:
            self._shell.note(self.line(progress))

    def line(self, progress: Progress) -> str:
        """Events of how many, rate, time left."""
        at, total = progress.events + progress.skipped, progress.total.events
        share = f" ({min(100, 100 * at // total)} %)" if total else ""
        line = f"{self._verb} {at} of {total} events{share}, {progress.runs} runs, {progress.rate:.0f} events/s"
        left = progress.left_s
        return f"{line}, {_span(left)} left" if left else line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def summary(progress: Progress) -> JsonObject:
    """The result for programs."""
    return {
        "runs": progress.runs,
        "events": progress.events,
        "skippedEvents": progress.skipped,
        "eventsPerSecond": round(progress.rate),
    }


def _span(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02d} min"  # noqa: PLR2004 - a minute
