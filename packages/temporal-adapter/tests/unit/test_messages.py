"""What travels: small, the same text in every release, and whole on the other side."""

import json

import pytest
from dvt_contracts.models.glossary.v1.status import SignalType, StepStatus
from dvt_engine_core.causes import Cause, DeadlinePassed, RetryDue, RunLoaded, SignalArrived, StepLost, StepReturned
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.loaded import LoadedRun
from dvt_engine_core.standpoint import Standpoint
from dvt_engine_core.walk import CompactWalk
from dvt_temporal_adapter.converter import DATA_CONVERTER, SharedPayloadConverter
from dvt_temporal_adapter.messages import (
    RecordAnswer,
    RecordRequest,
    SignalMessage,
    StepAnswer,
    StepRequest,
    record_request,
)

AT = "2026-01-31T08:15:30.123Z"
RUN = RunKey("local", "01980a3c-5f10-7c2e-9b57-3f1f0c8a7d21")
CAUSES: tuple[Cause, ...] = (
    RunLoaded(),
    StepReturned("a", 1, StepStatus.FAILED, AT),
    StepLost("a", 2, "WORKER_LOST", AT),
    RetryDue("a"),
    RetryDue("a", AT),
    DeadlinePassed(),
    SignalArrived("c1", SignalType.CANCEL),
    SignalArrived("c1", SignalType.RETRY_STEP, "a"),
)
CONVERTER = DATA_CONVERTER.payload_converter


def there_and_back(value: object) -> object:
    (payload,) = CONVERTER.to_payloads([value])
    return CONVERTER.from_payload(payload, type(value))


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: type(cause).__name__)
def test_a_cause_arrives_as_it_was_sent(cause: Cause) -> None:
    seen = Standpoint({0: 1, 12: 3}, loaded=False)
    arrived = there_and_back(record_request(RUN, cause, seen))
    assert isinstance(arrived, RecordRequest)
    assert (arrived.cause, arrived.seen) == (cause, seen)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (RUN, {"tenant_id": "local", "run_id": RUN.run_id}),
        (
            StepRequest(RUN, "a", 2, 7),
            {"run": {"tenant_id": "local", "run_id": RUN.run_id}, "step_id": "a", "attempt": 2, "inputs_version": 7},
        ),
        (StepAnswer(StepStatus.FAILED, AT), {"status": "FAILED", "retry_at": AT}),
        (
            RecordAnswer(StepAnswer(StepStatus.SKIPPED)),
            {"told": {"status": "SKIPPED", "retry_at": None}, "inputs_version": 0},
        ),
        (
            SignalMessage("c1", SignalType.CANCEL),
            {"signal_id": "c1", "signal_type": "cancel", "step_id": None},
        ),
        (
            LoadedRun(
                CompactWalk(["a"], [[]], [("data", 1, 2)], [0], 3, "fail-fast", 4, [0], 5),
                steps=[(0, "RUNNING", 1, None)],
                signals=[],
                applied=[],
                due=[],
                accepted=[],
                step_inputs=[(0, 7)],
            ),
            {
                "walk": {
                    "step_ids": ["a"],
                    "dependencies": [[]],
                    "routes": [["data", 1, 2]],
                    "route_of": [0],
                    "max_parallel": 3,
                    "on_step_failure": "fail-fast",
                    "cancel_grace_ms": 4,
                    "clean_up": [0],
                    "deadline_ms": 5,
                },
                "status": "RUNNING",
                "substatus": None,
                "steps": [[0, "RUNNING", 1, None]],
                "counts": {},
                "signals": [],
                "applied": [],
                "failed_step": None,
                "cancel": None,
                "inputs_version": 0,
                "due": [],
                "accepted": [],
                "step_inputs": [[0, 7]],
                "signal_steps": {},
                "failing_code": None,
                "started_at": None,
            },
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_text_on_the_wire_stays_the_same(value: object, text: object) -> None:
    (payload,) = CONVERTER.to_payloads([value])
    assert json.loads(payload.data) == text
    assert there_and_back(value) == value


def test_members_that_a_release_does_not_send_have_defaults() -> None:
    (payload,) = CONVERTER.to_payloads([{"run": {"tenant_id": "local", "run_id": RUN.run_id}}])
    assert CONVERTER.from_payload(payload, RecordRequest) == RecordRequest(RUN)


def test_the_largest_request_stays_below_a_kibibyte() -> None:
    run = RunKey("t" * 63, RUN.run_id)
    lost = StepLost("s" * 128, 10**6, "LOST_CONTACT", AT)
    seen = Standpoint({9_900 + index: 1 for index in range(50)})
    for request in (StepRequest(run, "s" * 128, 10**6, 2**53 - 1), record_request(run, lost, seen)):
        (payload,) = CONVERTER.to_payloads([request])
        assert payload.ByteSize() < 1024


def test_converters_share_their_validators() -> None:
    one, other = SharedPayloadConverter(), SharedPayloadConverter()
    assert all(a is b for a, b in zip(one.converters.values(), other.converters.values(), strict=True))
