"""Progress on a terminal: one line per step that matters now, redrawn a few times a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Final, Self

from dvt_contracts.models.events.v1.record import RawRecord
from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from dvt.describe import event_line
from dvt.paint import STATUS, one_line
from dvt.progress import RunProgress, StepProgress, took_text
from dvt.shell import Shell

_MOST_LINES: Final = 16
_DONE: Final = frozenset({"SUCCEEDED", "SKIPPED", "CANCELLED"})


class LiveProgress:
    """A table that moves; it stays on the screen when the run has ended."""

    def __init__(self, shell: Shell, run: RunProgress) -> None:
        colour = shell.colour(sys.stderr)
        console = Console(file=sys.stderr, no_color=not colour, highlight=False, markup=False)
        self._run = run
        self._spinner = Spinner("dots")
        self._live = Live(console=console, get_renderable=self._table, refresh_per_second=10, redirect_stdout=False)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def hear(self, record: RawRecord) -> None:
        """Take an event; the next redraw shows it."""
        self._run.hear(event_line(record))

    def say(self, text: str) -> None:
        """Print a line above the table."""
        self._live.console.print(Text(text))

    def _table(self) -> RenderableType:
        shown = self._shown()
        table = Table.grid(padding=(0, 2))
        for step in shown:
            table.add_row(*self._row(step))
        hidden = len(self._run.steps) - len(shown)
        if hidden:
            done = sum(step.status in _DONE for step in self._run.steps.values())
            table.add_row("", Text(f"{done} of {len(self._run.steps)} steps done; {hidden} not shown", "dim"))
        return table

    def _shown(self) -> list[StepProgress]:
        steps = list(self._run.steps.values())
        if len(steps) <= _MOST_LINES:
            return steps
        urgent = [step for step in steps if step.status in {"RUNNING", "FAILED"}]
        latest = sorted((step for step in steps if step.status in _DONE), key=lambda step: step.ended_s or 0)
        chosen = {step.step_id for step in [*urgent[:_MOST_LINES], *latest[::-1]][:_MOST_LINES]}
        return [step for step in steps if step.step_id in chosen]

    def _row(self, step: StepProgress) -> tuple[RenderableType, ...]:
        style = STATUS.get(step.status, "")
        mark: RenderableType = self._spinner if step.status == "RUNNING" else Text(_MARKS.get(step.status, " "), style)
        end = time.time() if step.status == "RUNNING" else step.ended_s
        tries = f"attempt {step.attempt}" if step.attempt > 1 else ""
        note = one_line(step.note)[:80]
        return (
            mark,
            Text(step.step_id),
            Text(step.status, style),
            Text(took_text(step.started_s, end)),
            tries,
            Text(note),
        )


_MARKS: Final = {"SUCCEEDED": "✓", "FAILED": "✗", "SKIPPED": "-", "CANCELLED": "×", "PENDING": "·"}  # noqa: RUF001
