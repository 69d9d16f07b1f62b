"""What the signal table answers in each corner of ExecutionSemantics, section 4, written down a second time."""

from collections.abc import Mapping
from typing import Final

import pytest
from dvt_contracts.models.glossary.v1.status import SignalType
from dvt_contracts.models.signals.v1.signal_table import SignalRow
from dvt_contracts.registries.signal_table import SIGNAL_TABLE
from pydantic import MISSING

Facts = Mapping[str, str | bool]
OPEN: Final = ("PENDING", "RUNNING", "RUNNING/FAILING", "RUNNING/CANCELLING", "PAUSED/DRAINING", "PAUSED/DRAINED")
#: Signal, run, what else is so, and the answer: a code where nothing happens, else the effect.
APPLICATIONS: Final[list[tuple[str, str, Facts, str]]] = [
    ("pause", "PENDING", {}, "pause-run"),
    ("pause", "RUNNING", {}, "pause-run"),
    ("pause", "PAUSED/DRAINING", {}, "RUN_PAUSED"),
    ("pause", "PAUSED/DRAINED", {}, "RUN_PAUSED"),
    ("pause", "RUNNING/FAILING", {}, "RUN_ENDING"),
    ("pause", "RUNNING/CANCELLING", {}, "RUN_ENDING"),
    ("resume", "PENDING", {}, "RUN_NOT_PAUSED"),
    ("resume", "RUNNING", {}, "RUN_NOT_PAUSED"),
    ("resume", "RUNNING/FAILING", {}, "RUN_NOT_PAUSED"),
    ("resume", "PAUSED/DRAINING", {}, "resume-run"),
    ("resume", "PAUSED/DRAINED", {"steps_done": True}, "resume-run"),
    ("cancel", "PENDING", {}, "end-pending-run"),
    ("cancel", "RUNNING", {}, "begin-cancelling"),
    ("cancel", "RUNNING/FAILING", {}, "begin-cancelling"),
    ("cancel", "PAUSED/DRAINED", {}, "begin-cancelling"),
    ("cancel", "RUNNING/CANCELLING", {"cancel_code": "CANCELLED"}, "RUN_ENDING"),
    ("cancel", "RUNNING/CANCELLING", {"cancel_code": "EMERGENCY_STOP"}, "RUN_ENDING"),
    ("emergency-stop", "PENDING", {}, "end-pending-run"),
    ("emergency-stop", "RUNNING", {}, "begin-emergency-stop"),
    ("emergency-stop", "PAUSED/DRAINING", {}, "begin-emergency-stop"),
    ("emergency-stop", "RUNNING/CANCELLING", {"cancel_code": "CANCELLED"}, "begin-emergency-stop"),
    ("emergency-stop", "RUNNING/CANCELLING", {"cancel_code": "EMERGENCY_STOP"}, "RUN_ENDING"),
    ("retry-step", "PENDING", {"step": "PENDING"}, "RUN_NOT_STARTED"),
    ("retry-step", "RUNNING", {"step": "UNKNOWN"}, "STEP_NOT_FOUND"),
    (
        "retry-step",
        "RUNNING",
        {"step": "FAILED", "waits_for_retry": True, "dependents": "all-pending"},
        "start-attempt",
    ),
    (
        "retry-step",
        "RUNNING",
        {"step": "FAILED", "waits_for_retry": True, "dependents": "some-not-pending"},
        "start-attempt",
    ),
    ("retry-step", "PAUSED/DRAINED", {"step": "FAILED", "dependents": "all-pending"}, "grant-attempt"),
    ("retry-step", "RUNNING", {"step": "FAILED", "dependents": "some-not-pending"}, "STEP_DEPENDENTS_TERMINAL"),
    ("retry-step", "RUNNING/FAILING", {"step": "FAILED", "waits_for_retry": True}, "RUN_ENDING"),
    ("retry-step", "RUNNING/CANCELLING", {"step": "RUNNING"}, "RUN_ENDING"),
    ("retry-step", "RUNNING", {"step": "RUNNING"}, "STEP_RUNNING"),
    ("retry-step", "RUNNING", {"step": "SUCCEEDED"}, "STEP_SUCCEEDED"),
    ("retry-step", "RUNNING", {"step": "PENDING"}, "STEP_NOT_FAILED"),
    ("retry-step", "RUNNING", {"step": "SKIPPED"}, "STEP_NOT_FAILED"),
    ("retry-step", "RUNNING", {"step": "CANCELLED"}, "STEP_NOT_FAILED"),
    ("skip-step", "PENDING", {"step": "PENDING"}, "RUN_NOT_STARTED"),
    ("skip-step", "RUNNING", {"step": "PENDING"}, "skip-step"),
    ("skip-step", "PAUSED/DRAINED", {"step": "FAILED"}, "skip-step"),
    ("skip-step", "RUNNING", {"step": "RUNNING"}, "STEP_RUNNING"),
    ("skip-step", "RUNNING", {"step": "SUCCEEDED"}, "STEP_TERMINAL"),
    ("skip-step", "RUNNING", {"step": "SKIPPED"}, "STEP_TERMINAL"),
    ("skip-step", "RUNNING/FAILING", {"step": "PENDING"}, "RUN_ENDING"),
    ("skip-step", "RUNNING", {"step": "UNKNOWN"}, "STEP_NOT_FOUND"),
    ("update-parameters", "PENDING", {"inputs_valid": True}, "RUN_NOT_STARTED"),
    ("update-parameters", "RUNNING", {"inputs_valid": False}, "INPUTS_INVALID"),
    ("update-parameters", "RUNNING", {"inputs_valid": True}, "update-parameters"),
    ("update-parameters", "PAUSED/DRAINED", {"inputs_valid": True}, "update-parameters"),
]
CONDITIONS: Final = ("waits_for_retry", "dependents", "cancel_code", "inputs_valid", "steps_done")


def answer(signal: str, run: str, facts: Facts) -> SignalRow:
    """The first row whose conditions hold."""
    for row in SIGNAL_TABLE.rows:
        there = signal in row.signals and (row.run is MISSING or run in row.run)
        named = row.step is MISSING or facts.get("step") in row.step
        if there and named and all(getattr(row, name) in (MISSING, facts.get(name)) for name in CONDITIONS):
            return row
    raise LookupError(signal, run)


@pytest.mark.parametrize(("signal", "run", "facts", "expected"), APPLICATIONS)
def test_the_interpreter_answers(signal: str, run: str, facts: Facts, expected: str) -> None:
    """[SIGNAL-001], [SIGNAL-002]."""
    row = answer(signal, run, facts)
    told = row.code if row.application == "moot" else row.effect
    assert told == expected


@pytest.mark.parametrize("run", ["COMPLETED", "FAILED", "CANCELLED"])
@pytest.mark.parametrize("signal", sorted(set(SignalType) - {SignalType.RETRY_RUN}))
def test_an_ended_run_takes_no_signal_and_records_none(signal: str, run: str) -> None:
    """[SIGNAL-001]."""
    row = answer(signal, run, {"step": "FAILED"})
    assert (row.decision, row.application, row.code) == ("refused", "moot", "RUN_TERMINAL")


@pytest.mark.parametrize("run", OPEN)
def test_only_an_ended_run_is_retried(run: str) -> None:
    """[SIGNAL-001]."""
    refused = answer("retry-run", run, {})
    assert (refused.decision, refused.code) == ("rejected", "RUN_NOT_TERMINAL")
    accepted = answer("retry-run", "FAILED", {})
    assert (accepted.decision, accepted.effect) == ("accepted", "start-linked-run")


def test_a_resume_with_nothing_left_to_do_has_a_row_of_its_own() -> None:
    """[SIGNAL-001]."""
    assert answer("resume", "PAUSED/DRAINED", {"steps_done": True}).row == "resume.all-done"
    assert answer("resume", "PAUSED/DRAINED", {}).row == "resume.paused"


def test_roles_are_those_of_the_semantics() -> None:
    """[SIGNAL-006], [SIGNAL-007]."""
    assert {rule.signal.value: rule.role.value for rule in SIGNAL_TABLE.signals} == {
        "pause": "Operator",
        "resume": "Operator",
        "cancel": "Operator",
        "retry-step": "Engineer",
        "skip-step": "Engineer",
        "retry-run": "Engineer",
        "update-parameters": "Admin",
        "emergency-stop": "Admin",
    }
    assert {rule.signal.value for rule in SIGNAL_TABLE.signals if rule.reason_required} == {
        "cancel",
        "emergency-stop",
        "skip-step",
    }


def test_what_cannot_take_effect_is_accepted_only_where_the_service_cannot_know_it() -> None:
    """A row with a code is accepted for pause, resume and a second end, and for what only the plan tells."""
    accepted = {row.row for row in SIGNAL_TABLE.rows if row.code is not MISSING and row.decision == "accepted"}
    assert accepted == {
        "pause.paused",
        "pause.ending",
        "resume.not-paused",
        "cancel.cancelling",
        "emergency-stop.stopping",
        "step-control.unknown",
        "retry-step.dependents-terminal",
        "update-parameters.invalid",
    }
