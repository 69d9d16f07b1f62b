"""`dvt run logs`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number
from dvt_engine_core.errors import RejectedError
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.transitions import TERMINAL

from dvt.__main__ import INTERRUPTED
from dvt.options import RunArgument, ShellParameter
from dvt.run_ids import find_run
from dvt.session import Session, with_session
from dvt.step_files import step_logs

_LOOK_S: Final = 0.2
Log = tuple[str, int]


def logs(
    run: RunArgument,
    step: Annotated[str | None, Parameter(name="STEP", help="Only this step.")] = None,
    /,
    *,
    attempt: Annotated[int | None, Parameter(validator=Number(gte=1), help="Only this attempt.")] = None,
    follow: Annotated[bool, Parameter(name=["--follow", "-f"], help="Wait for more, to the end.")] = False,
    shell: ShellParameter,
) -> int:
    """Show what the steps of a run printed: standard output, standard error and logging of every attempt.

    Example: dvt run logs latest report --attempt 1
    """

    async def work(session: Session) -> None:
        key = await find_run(session, run)
        reader = _Reader(session, key, step, attempt)
        await reader.check()
        await reader.show()
        while follow and not await reader.ended():
            await asyncio.sleep(_LOOK_S)
            await reader.show()
        if follow:
            await reader.show()

    try:
        with_session(shell, work, host=follow)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


class _Reader:
    """Shows what is new of the chosen logs of a run."""

    def __init__(self, session: Session, run: RunKey, step: str | None, attempt: int | None) -> None:
        self._session = session
        self._run = run
        self._step = step
        self._attempt = attempt
        self._logs = step_logs(session.settings)
        self._shown: dict[Log, int] = {}
        self._last: Log | None = None
        self._place: dict[str, int] = {}

    async def check(self) -> None:
        """Learn the plan's order. Raises: RunNotFoundError; RejectedError [STEP_NOT_FOUND]."""
        stored = await self._session.engine.get_run_status(self._run)
        plan = await self._session.plan_of(self._run)
        known = [step.step_id for step in plan.steps] if plan else [step.step_id for step in stored.snapshot.steps]
        self._place = {step_id: place for place, step_id in enumerate(known)}
        if self._step is not None and self._step not in known:
            from difflib import get_close_matches

            near = get_close_matches(self._step, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"The plan has: {', '.join(known[:20])}."
            raise RejectedError(f"the run has no step {self._step!r}", code="STEP_NOT_FOUND", hint=hint)

    async def ended(self) -> bool:
        """Whether nothing more will come."""
        stored = await self._session.store.read_run(self._run, steps=())
        return stored is None or stored.snapshot.status in TERMINAL

    async def show(self) -> None:
        """Print what is new, a heading wherever another log goes on."""
        for log in self._ordered(await self._logs.attempts(self._run)):
            text = await self._logs.read(self._run, step_id=log[0], attempt=log[1]) or ""
            new = text[self._shown.get(log, 0) :]
            if not new and log in self._shown:
                continue
            if log != self._last:
                self._session.shell.note(f"--- {log[0]}, attempt {log[1]}")
                self._last = log
            if new:
                self._session.shell.out(new)
            self._shown[log] = len(text)

    def _ordered(self, found: Sequence[Log]) -> list[Log]:
        chosen = [
            log
            for log in found
            if (self._step is None or log[0] == self._step) and (self._attempt is None or log[1] == self._attempt)
        ]
        return sorted(chosen, key=lambda log: (self._place.get(log[0], len(self._place)), log))
