"""Decisions as given, when, then: facts and effects as short lines, in the order in which they must come.

A fact is its type with step and attempt, or signal, as in `StepStarted a 1`; an effect begins with a small letter:
`dispatch a 1`, `timer a <Instant>`, `deadline <Instant>`, `cancel a`, `finish`.
"""

from dataclasses import dataclass, field
from typing import assert_never

from dvt_contracts.base import JsonObject
from dvt_contracts.models.events.v1.run_queued import RunQueuedPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.glossary.v1.status import SignalType
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.models.plan.v1.plan_ref import PlanRef

from dvt_engine_core.causes import Cause
from dvt_engine_core.decider import decide, launched, receive
from dvt_engine_core.decision import CancelStep, Decision, DispatchStep, Effect, FinishRun, StartDeadline, StartTimer
from dvt_engine_core.facts import Fact, Payload
from dvt_engine_core.folding import evolve_all, initial_state
from dvt_engine_core.state import CoreState
from dvt_engine_core.testing.builders import ACTOR, PAYLOADS, SHA
from dvt_engine_core.testing.world import CONTEXT, line
from dvt_engine_core.transitions import RULES
from dvt_engine_core.walk import Walk

AT = "2026-01-31T08:15:30.123Z"
_REF = PlanRef(address=f"dvt-plan:sha256/{SHA}", sha256=SHA, plan_id="sample", plan_version="1")
_QUEUED = RunQueuedPayload(plan_ref=_REF, inputs={}, context=CONTEXT)
_RETRIED = StepFailedPayload(code="PYTHON_RAISED", retry_at=AT)


def fact(text: str) -> Fact:
    """A fact from its line, with a usual payload; `StepFailed a 1 retry` is tried again at `AT`."""
    event_type, *rest = text.split()
    subject = RULES[event_type].subject.value
    payload: Payload = _QUEUED if event_type == "RunQueued" else PAYLOADS[event_type]
    if rest[2:] == ["retry"]:
        payload = _RETRIED
    if subject == "run":
        return Fact(event_type, payload, ordinal=int(rest[0]) if rest else 1, emitted_at=AT)
    return Fact(event_type, payload, rest[0], int(rest[1]) if subject == "step" else 1)


def accepted(signal_id: str, signal_type: SignalType = SignalType.CANCEL, arguments: JsonObject | None = None) -> Fact:
    """An accepted signal."""
    payload = SignalAcceptedPayload(signal_type=signal_type, arguments=arguments or {}, actor=ACTOR)
    return Fact("SignalAccepted", payload, signal_id)


def effect_line(effect: Effect) -> str:
    """An effect as a short line."""
    match effect:
        case DispatchStep():
            return f"dispatch {effect.step_id} {effect.attempt}"
        case StartTimer():
            return f"timer {effect.step_id} {effect.at}"
        case StartDeadline():
            return f"deadline {effect.at}"
        case CancelStep():
            return f"cancel {effect.step_id}"
        case FinishRun():
            return "finish"
        case _:
            assert_never(effect)


def lines(decision: Decision) -> tuple[str, ...]:
    """A decision as short lines, facts first."""
    return (*map(line, decision.facts), *map(effect_line, decision.effects))


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run on its way; every `when` goes on from where the one before left it, as an interpreter does."""

    state: CoreState
    decision: Decision = field(default_factory=Decision)

    def when(self, cause: Cause) -> "Scenario":
        """Hear a cause: record what it leads to, then act."""
        heard = receive(self.state, cause)
        decision = decide(heard, cause)
        return Scenario(launched(evolve_all(heard, decision.facts), decision.effects), decision)

    def then(self, *expected: str) -> "Scenario":
        """Assert facts and effects of the decision, all of them, in order."""
        told = lines(self.decision)
        assert told == expected, f"\n  decided: {told}\n expected: {expected}"
        return self


def given(plan: JsonObject, *told: str | Fact) -> Scenario:
    """A run of a plan whose log tells these facts; nothing is in flight."""
    facts = [fact(text) if isinstance(text, str) else text for text in told]
    return Scenario(evolve_all(initial_state(Walk.of(Plan.parse(plan))), facts))
