"""Sending a signal, and waiting for what becomes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dvt_contracts.base import JsonObject
from dvt_contracts.models.engine.v1.signal_snapshot import SignalSnapshot
from dvt_contracts.models.glossary.v1.status import SignalType
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.models.signals.v1.signal_decision import SignalDecision, SignalVerdict
from dvt_contracts.models.signals.v1.signal_request import SignalRequest
from dvt_engine_core.errors import RejectedError, SignalRefusedError
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.system import SystemIds
from dvt_engine_core.transitions import TERMINAL
from pydantic import MISSING

from dvt.__main__ import INTERRUPTED
from dvt.render import Output, show_one
from dvt.run_ids import find_run
from dvt.session import Session, with_session
from dvt.shell import Shell

_LOOK_S: Final = 0.05
_REMIND_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Order:
    """A signal as somebody asks for it. Shape: `wait` is for its application; `arguments` may depend on the plan."""

    run: str
    signal_type: SignalType
    reason: str | None
    signal_id: str | None
    wait: bool
    output: Output
    arguments: Callable[[Plan], JsonObject] = lambda _: {}

    async def request(self, session: Session, run: RunKey) -> SignalRequest:
        """What is sent. Raises: RejectedError [PLAN_NOT_FOUND] if the run's plan cannot be read."""
        plan = await session.plan_of(run)
        if plan is None:
            raise RejectedError(f"the plan of run {run.run_id} cannot be read", code="PLAN_NOT_FOUND")
        return SignalRequest(
            signal_id=self.signal_id or SystemIds().event_id(),
            signal_type=self.signal_type,
            arguments=self.arguments(plan),
            reason=self.reason.strip() if self.reason and self.reason.strip() else MISSING,
        )


def send(shell: Shell, order: Order) -> int:
    """Send a signal and print its decision or, when it is waited for, its application.

    Raises: SignalRefusedError with the code of the signal table when it is refused, rejected or moot.
    """

    async def work(session: Session) -> int:
        run = await find_run(session, order.run)
        decision = await session.engine.signal(run, await order.request(session, run), actor=session.actor())
        name = order.signal_type.value
        if decision.decision is SignalVerdict.REJECTED:
            raise refused(name, run, decision.code)
        said = f"run {decision.run_id}: {name} accepted (signal {decision.signal_id})"
        if decision.run_id != run.run_id:
            said = f"run {decision.run_id} started: {name} of run {run.run_id}"
        elif order.wait:
            await _applied(session, run, decision, name)
            said = f"run {decision.run_id}: {name} applied (signal {decision.signal_id})"
        show_one(shell, decision.document(), order.output, name="runId", text=lambda: said)
        return 0

    try:
        return with_session(shell, work, host=True)
    except KeyboardInterrupt:
        return INTERRUPTED


def refused(name: str, run: RunKey, code: str | MISSING) -> SignalRefusedError:
    """A signal that has no effect, as an error."""
    return SignalRefusedError(
        f"{name} has no effect on run {run.run_id} as it stands",
        code="SIGNAL_UNSUPPORTED" if code is MISSING else str(code),
    )


async def _applied(session: Session, run: RunKey, decision: SignalDecision, name: str) -> None:
    """Wait until a signal was applied; one that is open when the run ends is moot. Raises: SignalRefusedError."""
    reminded = time.monotonic()
    while True:
        snapshot = (await session.engine.get_run_status(run)).snapshot
        found = next(item for item in snapshot.signals if item.signal_id == decision.signal_id)
        if found.application is not MISSING:
            return _effective(found, run, name)
        if snapshot.status in TERMINAL:
            raise refused(name, run, "RUN_TERMINAL")
        if time.monotonic() - reminded > _REMIND_S:
            reminded = time.monotonic()
            session.shell.note(f"dvt: {name} is accepted and not applied yet; `dvt run why {run.run_id}` tells more")
        await asyncio.sleep(_LOOK_S)


def _effective(signal: SignalSnapshot, run: RunKey, name: str) -> None:
    if signal.application is not MISSING and signal.application.code is not MISSING:
        raise refused(name, run, signal.application.code)
