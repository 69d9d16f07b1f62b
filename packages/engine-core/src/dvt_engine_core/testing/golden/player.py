"""Plays a script on an engine: attempts end as it says and in its order, signals and crashes come at their moments.

An attempt whose start is the moment of a signal or a crash does not end before that has happened and, for a signal,
before it was applied or refused: so every engine meets the same. What the script does not fix is free.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from dvt_contracts.base import JsonValue
from dvt_contracts.loader import parse_event
from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.golden.v1.plan_script import (
    EndedAttempt,
    Moment,
    ScriptedCrash,
    ScriptedFailure,
    ScriptedLoss,
    ScriptedSignal,
    ScriptedSuccess,
    ScriptedTimeout,
)
from pydantic import MISSING

from dvt_engine_core.errors import DvtError, StepError
from dvt_engine_core.facts import Fact, fact_of
from dvt_engine_core.hashes import outcome_hash
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.golden.moments import Moments
from dvt_engine_core.testing.golden.path import GoldenPath
from dvt_engine_core.testing.golden.stage import Stage
from dvt_engine_core.transitions import TERMINAL

PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.002
_OUTCOMES: Final = frozenset({"StepCompleted", "StepFailed", "StepCancelled"})
_DECIDED: Final = frozenset({"SignalApplied", "SignalRejected"})


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a path. Shape: `refused` holds the codes of signals that the service refused, by signal id."""

    run: RunKey
    snapshot: RunSnapshot
    facts: tuple[Fact, ...]
    outcome_hash: str | None
    refused: dict[str, str]

    def answer(self, signal_id: str) -> str:
        """`applied`, the code with which a signal was refused, rejected or moot, or `unanswered`."""
        if signal_id in self.refused:
            return self.refused[signal_id]
        for fact in self.facts:
            if fact.subject_id == signal_id and fact.event_type in _DECIDED:
                code = getattr(fact.payload, "code", MISSING)
                return "applied" if code is MISSING else str(code)
        return "unanswered"


async def play(path: GoldenPath, stage: Stage) -> Played:
    """Play a path to its end. Raises: TimeoutError if the run does not end; what the engine service raises."""
    player = _Player(path, stage)
    async with asyncio.timeout(PATIENCE_S):
        return await player.play()


@dataclass(slots=True)
class _Player:
    path: GoldenPath
    stage: Stage
    moments: Moments = field(default_factory=Moments)
    refused: dict[str, str] = field(default_factory=dict)
    deliveries: Counter[tuple[str, int]] = field(default_factory=Counter)
    crashes: list[ScriptedCrash] = field(init=False)
    signals: list[ScriptedSignal] = field(init=False)
    losses: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        script = self.path.script
        self.crashes, self.signals = list(script.crashes), list(script.signals)

    async def play(self) -> Played:
        script = self.path.script
        self.stage.executor.default = self._behave
        await self.stage.hold()
        runs = {await self.stage.start(self.path.plan, script.inputs) for _ in range(script.starts)}
        (run,) = runs  # every start with the key is the same run
        if script.plan_tampered:
            await self.stage.tamper(run)
        await self._look(run)
        await self.stage.release()
        while not await self._ended(run):
            await self._look(run)
            await asyncio.sleep(_LOOK_S)
        await self._look(run)
        snapshot = (await self.stage.service.get_run_status(run)).snapshot
        return Played(run, snapshot, tuple(self.moments.facts), outcome_hash(snapshot), self.refused)

    async def _ended(self, run: RunKey) -> bool:
        return (await self.stage.service.get_run_status(run)).snapshot.status in TERMINAL

    async def _look(self, run: RunKey) -> None:
        """Take what is new in the log, and do what the script does at these moments."""
        async for record in self.stage.store.read_events(run, after=len(self.moments.facts)):
            fact = fact_of(parse_event(record.event.document()))
            if fact is None:
                raise ValueError(f"an event that no script knows: {record.event.document()}")
            self.moments.saw(fact)
        while self.signals and self.moments.passed(self.signals[0].after):
            await self._send(run, self.signals.pop(0))
        due = [crash for crash in self.crashes if self.moments.passed(crash.after)]
        self.crashes = [crash for crash in self.crashes if crash not in due]
        for _ in (*due, *self.losses):
            await self.stage.crash()
        self.losses.clear()

    async def _send(self, run: RunKey, signal: ScriptedSignal) -> None:
        actor = Actor(actor_id="script", role=signal.role, authenticated=False)
        try:
            await self.stage.service.signal(run, signal.request, actor=actor)
        except DvtError as refused:
            self.refused[signal.request.signal_id] = refused.code

    async def _behave(self, call: StepCall) -> JsonValue:
        attempt = (call.step_id, call.attempt)
        self.deliveries[attempt] += 1
        scripted = next((one for one in self.path.script.attempts if (one.step_id, one.attempt) == attempt), None)
        if isinstance(scripted, ScriptedLoss) and self.deliveries[attempt] <= scripted.losses:
            self.losses.append(attempt)
            await asyncio.Event().wait()
        if isinstance(scripted, ScriptedTimeout):
            await asyncio.Event().wait()
        while not self._may_end(attempt):
            await self.moments.change()
        if isinstance(scripted, ScriptedFailure):
            message = "as scripted" if scripted.message is MISSING else scripted.message
            raise StepError(message, code=scripted.code)
        return scripted.output if isinstance(scripted, ScriptedSuccess | ScriptedLoss) else None

    def _may_end(self, attempt: tuple[str, int]) -> bool:
        return self._in_turn(EndedAttempt(step_id=attempt[0], attempt=attempt[1])) and self._undisturbed(*attempt)

    def _in_turn(self, attempt: EndedAttempt) -> bool:
        order = self.path.script.completion_order
        if attempt not in order:
            return True
        earlier = order[: order.index(attempt)]
        return all(self.moments.recorded(_OUTCOMES, one.step_id, one.attempt) for one in earlier)

    def _undisturbed(self, step_id: str, attempt: int) -> bool:
        """Whether every signal and crash whose moment is the start of this attempt has happened."""
        start = ("StepStarted", step_id, attempt)
        if any(_at(crash.after) == start for crash in self.crashes):
            return False
        signals = [signal for signal in self.path.script.signals if _at(signal.after) == start]
        return all(signal not in self.signals and self._answered(signal.request.signal_id) for signal in signals)

    def _answered(self, signal_id: str) -> bool:
        return signal_id in self.refused or any(
            fact.subject_id == signal_id and fact.event_type in _DECIDED for fact in self.moments.facts
        )


def _at(moment: Moment) -> tuple[str, str | None, int]:
    return moment.event_type, None if moment.step_id is MISSING else moment.step_id, moment.count
