"""Facts and events: stamped, read back, never changed on the way."""

import pytest
from dvt_contracts.loader import UnknownEvent
from dvt_contracts.models.events.v1.step_started import StepStarted
from pydantic import MISSING, ValidationError

from dvt_engine_core.facts import Fact, RunIdentity, Stamp, fact_of, is_reuse, stamped
from dvt_engine_core.idempotency import event_key
from dvt_engine_core.testing.builders import PAYLOADS, REUSED, SampleRun
from dvt_engine_core.testing.scenario import AT

STAMP = Stamp("3f0e3c0e-9f0b-4a51-8c57-0d7f6d0d9b1e", AT)
RUN = SampleRun()


def subject(event_type: str) -> str | None:
    return None if event_type.startswith("Run") else "x"


@pytest.mark.parametrize("event_type", sorted(PAYLOADS))
def test_a_fact_becomes_an_event_and_a_fact_again(event_type: str) -> None:
    """[EVENTS-001]."""
    fact = Fact(event_type, PAYLOADS[event_type], subject(event_type), 1 if event_type.startswith("Signal") else 3)
    event = stamped(fact, RUN.identity, STAMP)
    assert fact_of(event) == fact
    assert (event.event_id, event.emitted_at, event.envelope_version) == (STAMP.event_id, AT, "0.1")
    assert event.idempotency_key == event_key(
        run_id=RUN.run_id,
        subject=fact.subject_id or "RUN",
        ordinal=fact.ordinal,
        event_type=event_type,
        plan_id="sample",
        plan_version="1",
    )


def test_the_engine_attempt_is_kept_beside_the_logical_one_and_in_no_key() -> None:
    """[GLOSSARY-005]."""
    fact = Fact("StepStarted", PAYLOADS["StepStarted"], "a", 1)
    first, third = (stamped(fact, RUN.identity, STAMP, engine_attempt=n) for n in (1, 3))
    bare = stamped(fact, RUN.identity, STAMP)
    assert isinstance(third, StepStarted)
    assert third.engine_attempt_id == 3
    assert isinstance(bare, StepStarted)
    assert bare.engine_attempt_id is MISSING
    assert first.idempotency_key == third.idempotency_key == bare.idempotency_key


def test_a_run_event_has_no_engine_attempt() -> None:
    event = stamped(Fact("RunDrained", PAYLOADS["RunDrained"]), RUN.identity, STAMP, engine_attempt=2)
    assert "engineAttemptId" not in event.document()


@pytest.mark.parametrize(
    "fact",
    [
        Fact("StepStarted", PAYLOADS["StepStarted"], None, 1),
        Fact("StepStarted", PAYLOADS["StepStarted"], "a|b", 1),
        Fact("StepStarted", PAYLOADS["StepStarted"], "a", 0),
        Fact("StepStarted", PAYLOADS["StepFailed"], "a", 1),
        Fact("RunPaused", PAYLOADS["RunPaused"], ordinal=0),
    ],
)
def test_a_fact_that_breaks_its_contract_is_never_written(fact: Fact) -> None:
    with pytest.raises(ValidationError):
        stamped(fact, RUN.identity, STAMP)


def test_an_unknown_event_says_nothing() -> None:
    event = RUN.unknown()
    assert isinstance(event, UnknownEvent)
    assert fact_of(event) is None


def test_only_a_completion_with_its_source_is_a_reuse() -> None:
    assert is_reuse(REUSED)
    assert not any(map(is_reuse, PAYLOADS.values()))


def test_the_identity_comes_from_plan_and_context() -> None:
    payload = RUN.new().queued.payload
    assert RunIdentity.of(RUN.run_id, plan=payload.plan_ref, context=payload.context) == RUN.identity
