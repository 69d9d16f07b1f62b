"""What must be the same on every engine, and the first place where it is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from dvt_contracts.base import JsonObject
from dvt_contracts.models.golden.v1.expected_log import ExpectedLog, LoggedEvent
from dvt_contracts.models.plan.v1.plan import Plan
from pydantic import MISSING

from dvt_engine_core.facts import Fact


def logged(fact: Fact) -> LoggedEvent:
    """A fact without ids, keys, times and free text."""
    step = fact.event_type.startswith("Step")
    code: object = getattr(fact.payload, "code", None)
    return LoggedEvent(
        event_type=fact.event_type,
        subject=fact.subject_id or MISSING,
        attempt=fact.ordinal if step else MISSING,
        code=str(code) if isinstance(code, str) else MISSING,
    )


def log_of(facts: Sequence[Fact]) -> ExpectedLog:
    """A log as golden paths keep it."""
    return ExpectedLog(events=[logged(fact) for fact in facts])


def told(event: LoggedEvent | None) -> str:
    """An event in a few words."""
    if event is None:
        return "nothing"
    parts = (event.event_type, event.subject, event.attempt, event.code)
    return " ".join(str(part) for part in parts if part is not MISSING)


def divergence(expected: ExpectedLog, actual: ExpectedLog, plan: JsonObject) -> str | None:
    """The first difference that matters: in a subject's own sequence, or against an edge of the plan; None if none."""
    wanted, found = _by_subject(expected), _by_subject(actual)
    for subject in [*wanted, *(name for name in found if name not in wanted)]:
        pairs = zip(_padded(wanted[subject], found[subject]), _padded(found[subject], wanted[subject]), strict=True)
        for number, (one, other) in enumerate(pairs, start=1):
            if one != other:
                return f"event {number} of {subject}: expected {told(one)}, got {told(other)}"
    return _against_edges(actual, Plan.parse(plan))


def _by_subject(log: ExpectedLog) -> dict[str, list[LoggedEvent]]:
    subjects: dict[str, list[LoggedEvent]] = defaultdict(list)
    for event in log.events:
        kind = "step" if event.attempt is not MISSING else "signal"
        subjects["the run" if event.subject is MISSING else f"{kind} {event.subject}"].append(event)
    return subjects


def _padded(events: list[LoggedEvent], other: list[LoggedEvent]) -> list[LoggedEvent | None]:
    return [*events, *[None] * (len(other) - len(events))]


def _against_edges(log: ExpectedLog, plan: Plan) -> str | None:
    """Nothing of a step comes before all of its dependencies had their last event, its skip in an ending excepted."""
    last = {event.subject: at for at, event in enumerate(log.events) if event.attempt is not MISSING}
    first = {
        event.subject: at for at, event in reversed(list(enumerate(log.events))) if event.event_type == "StepStarted"
    }
    for step in plan.steps:
        for dependency in step.depends_on:
            if step.step_id in first and last.get(dependency, -1) > first[step.step_id]:
                return f"step {step.step_id} began before {dependency}, on which it depends, had ended"
    return None
