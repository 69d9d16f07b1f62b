"""What the interpreter rules are put to, and how they look at it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol, TypeAlias

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.loader import parse_event
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.engine.v1.signal_snapshot import SignalApplicationPart
from dvt_contracts.models.glossary.v1.status import RunSubstatus, SignalType
from dvt_contracts.models.signals.v1.signal_decision import SignalDecision
from dvt_contracts.models.signals.v1.signal_request import SignalRequest
from pydantic import MISSING

from dvt_engine_core.errors import StepError
from dvt_engine_core.facts import fact_of
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey, StateStore
from dvt_engine_core.services.workflow_engine import WorkflowEngine
from dvt_engine_core.testing.memory_runtime import ScriptedExecutor
from dvt_engine_core.testing.world import ACTOR, line, plan_of
from dvt_engine_core.transitions import TERMINAL

SOON_S: Final = 30.0


class EngineHarness(Protocol):
    """An engine that delivers its intents by itself and runs `executor` for steps of kind `noop`."""

    executor: ScriptedExecutor

    @property
    def store(self) -> StateStore:
        """Where the engine records."""
        ...

    @property
    def service(self) -> WorkflowEngine:
        """What callers use."""
        ...

    async def queue(self, plan: JsonObject, inputs: JsonObject | None = None) -> RunKey:
        """Push a plan and start a run of it."""
        ...

    async def tamper(self, run: RunKey) -> None:
        """Change the bytes of the run's plan in the plan store."""
        ...

    async def hold(self) -> None:
        """Stop delivering intents."""
        ...

    async def release(self) -> None:
        """Deliver intents again."""
        ...

    async def crash(self) -> None:
        """Lose every worker and interpreter process at once, as by SIGKILL, and bring up new ones."""
        ...


EngineFactory: TypeAlias = Callable[[], AbstractAsyncContextManager[EngineHarness]]


async def look(under: EngineHarness, run: RunKey) -> RunSnapshot:
    """Where a run stands."""
    return (await under.service.get_run_status(run)).snapshot


async def until(under: EngineHarness, run: RunKey, true: Callable[[RunSnapshot], bool]) -> RunSnapshot:
    """Wait until a snapshot satisfies a condition."""
    async with asyncio.timeout(SOON_S):
        while True:
            snapshot = await look(under, run)
            if true(snapshot):
                return snapshot
            await asyncio.sleep(0.01)


async def ended(under: EngineHarness, run: RunKey) -> RunSnapshot:
    """Wait for the end of a run."""
    return await until(under, run, lambda snapshot: snapshot.status in TERMINAL)


async def send(
    under: EngineHarness, run: RunKey, signal_type: SignalType, signal_id: str, **arguments: JsonValue
) -> SignalDecision:
    """Send a signal as an administrator; arguments as they are on the wire."""
    request = SignalRequest(signal_id=signal_id, signal_type=signal_type, arguments=arguments, reason="test")
    return await under.service.signal(run, request, actor=ACTOR)


async def reached(under: EngineHarness, run: RunKey, substatus: RunSubstatus) -> RunSnapshot:
    """Wait for a substatus."""
    return await until(under, run, lambda snapshot: snapshot.substatus is substatus)


async def applied(under: EngineHarness, run: RunKey, signal_id: str) -> tuple[str, str | None]:
    """Wait for the application of a signal: its effect and code."""

    def found(snapshot: RunSnapshot) -> SignalApplicationPart | None:
        parts = [item.application for item in snapshot.signals if item.signal_id == signal_id]
        return next((part for part in parts if part is not MISSING), None)

    part = found(await until(under, run, lambda snapshot: found(snapshot) is not None))
    assert part is not None
    return part.effect.value, None if part.code is MISSING else part.code


async def running(under: EngineHarness, run: RunKey, step_id: str) -> None:
    """Wait until a step runs."""

    def runs(snapshot: RunSnapshot) -> bool:
        return any(step.step_id == step_id and step.status.value == "RUNNING" for step in snapshot.steps)

    await until(under, run, runs)


async def finish(under: EngineHarness, *steps: JsonObject, **fields: JsonValue) -> tuple[RunKey, RunSnapshot]:
    """Run a plan to its end."""
    run = await under.queue(plan_of(*steps, **fields))
    return run, await ended(under, run)


async def read_told(under: EngineHarness, run: RunKey) -> list[str]:
    """The log as short lines."""
    facts = [fact_of(parse_event(record.event.document())) async for record in under.store.read_events(run)]
    return [line(fact) for fact in facts if fact]


def codes(snapshot: RunSnapshot) -> dict[str, str]:
    """Error, cancel and skip codes by step."""
    codes = {}
    for step in snapshot.steps:
        if step.outcome is not MISSING and step.outcome.code is not MISSING:
            codes[step.step_id] = step.outcome.code
        if step.skip is not MISSING:
            codes[step.step_id] = step.skip.code.value
    return codes


def output(snapshot: RunSnapshot, step_id: str) -> JsonValue:
    """Inline output of a step."""
    step = next(step for step in snapshot.steps if step.step_id == step_id)
    assert step.outcome is not MISSING
    return None if step.outcome.output is MISSING else step.outcome.output


async def hang(call: StepCall) -> JsonValue:
    """Never end by itself."""
    await asyncio.sleep(3600)
    return call.step_id


async def fails(call: StepCall) -> JsonValue:
    """Fail."""
    raise StepError(f"step {call.step_id} breaks", code="PYTHON_RAISED")


LINE: Final[Sequence[JsonObject]] = (
    {"stepId": "a", "with": {"output": 1}},
    {"stepId": "b", "dependsOn": ["a"]},
    {"stepId": "c", "dependsOn": ["b"]},
)
LINE_LOG: Final = [
    "RunQueued",
    "RunStarted",
    *(f"{event} {step} 1" for step in "abc" for event in ("StepStarted", "StepCompleted")),
    "RunCompleted",
]
