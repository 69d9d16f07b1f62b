"""What golden paths call the same, and the first difference they name."""

import pytest
from dvt_contracts.base import JsonObject
from dvt_contracts.models.golden.v1.expected_log import ExpectedLog

from dvt_engine_core.testing.golden.comparison import divergence, told
from dvt_engine_core.testing.world import plan_of

PLAN: JsonObject = plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c", "dependsOn": ["a"]})


def log(*events: str) -> ExpectedLog:
    """A log of `Type subject attempt code`."""
    listed = []
    for event in events:
        event_type, *rest = event.split()
        names = ("subject", "attempt", "code") if event_type.startswith("Step") else ("subject", "code")
        values = {name: int(value) if name == "attempt" else value for name, value in zip(names, rest, strict=False)}
        listed.append({"eventType": event_type, **values})
    return ExpectedLog.parse({"events": listed})


EXPECTED = log(
    "RunQueued", "RunStarted", "StepStarted a 1", "StepStarted b 1", "StepCompleted a 1", "StepStarted c 1",
    "StepFailed b 1 PYTHON_RAISED", "StepCompleted c 1", "RunFailed",
)  # fmt: skip


def test_independent_subjects_may_interleave_otherwise() -> None:
    other = log(
        "RunQueued", "RunStarted", "StepStarted b 1", "StepStarted a 1", "StepFailed b 1 PYTHON_RAISED",
        "StepCompleted a 1", "StepStarted c 1", "StepCompleted c 1", "RunFailed",
    )  # fmt: skip
    assert divergence(EXPECTED, other, PLAN) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "StepFailed b 1 PYTHON_RAISED",
            "StepFailed b 1 TIMEOUT",
            "event 2 of step b: expected StepFailed b 1 PYTHON_RA",
        ),
        ("StepFailed b 1 PYTHON_RAISED", "", "event 2 of step b: expected StepFailed b 1 PYTHON_RAISED, got nothing"),
        ("RunFailed", "RunCompleted", "event 3 of the run: expected RunFailed, got RunCompleted"),
        ("RunFailed", "SignalAccepted s\nRunFailed", "event 1 of signal s: expected nothing, got SignalAccepted s"),
        ("StepCompleted a 1\nStepStarted c 1", "StepStarted c 1\nStepCompleted a 1", "step c began before a"),
    ],
)
def test_the_first_difference_is_named(old: str, new: str, said: str) -> None:
    changed = "\n".join(map(told, EXPECTED.events)).replace(old, new).splitlines()
    assert said in str(divergence(EXPECTED, log(*filter(None, changed)), PLAN))
