"""Vectors of signals: refused by themselves, decided by the service, applied by the interpreter."""

from collections.abc import Mapping
from typing import Any

from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.glossary.v1.status import CancelCode, Role, SignalType
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.models.signals.v1.signal_request import SignalRequest
from pydantic import MISSING

from dvt_engine_core.causes import SignalArrived
from dvt_engine_core.decider.signals import row_of
from dvt_engine_core.errors import SignalRefusedError
from dvt_engine_core.facts import Payload, fact_of
from dvt_engine_core.folding import evolve_all, initial_state
from dvt_engine_core.projector import RunRows, assemble, write
from dvt_engine_core.services.signal_desk import check_request, decided_row
from dvt_engine_core.testing.builders import SampleRun
from dvt_engine_core.testing.vectors.case import Case, by_kind, equal
from dvt_engine_core.testing.world import plan_of
from dvt_engine_core.walk import Walk


def _event(run: SampleRun, told: Mapping[str, Any]) -> AnyEvent:
    kind: str = told["eventType"]
    if kind == "RunQueued":
        return run.new().queued
    payload: Payload | None = None
    if "retryAt" in told:
        payload = StepFailedPayload(code="PYTHON_RAISED", message="no", retry_at=told["retryAt"])
    if "code" in told:
        payload = RunCancellingPayload(code=CancelCode(told["code"]), signal_id="s")
    return run.event(kind, told.get("stepId"), told.get("attempt", 1), payload)


def _check_request(case: Case) -> None:
    actor = Actor(actor_id="ana", role=Role(case["role"]), authenticated=True)
    try:
        check_request(SignalRequest.parse(case["request"]), actor, adapter=None)
    except SignalRefusedError as error:
        equal(error.code, case["code"])
    else:
        equal(None, case["code"])


def _check_decision(case: Case) -> None:
    run = SampleRun()
    rows = RunRows(run.run_id, run.tenant_id)
    assert all(write(rows, _event(run, told)) for told in case["log"]), "an event of the log is illegal"
    row = decided_row(assemble(rows), SignalRequest.parse({"signalId": "t", **case["signal"]}))
    code = None if row.decision.value == "accepted" or row.code is MISSING else row.code
    equal((row.decision.value, code), (case["decision"], case["code"]))


def _check_application(case: Case) -> None:
    run, signal = SampleRun(), case["signal"]
    plan = plan_of(*({"stepId": name, "dependsOn": needed} for name, needed in case["steps"].items()))
    facts = [fact for told in case["log"] if (fact := fact_of(_event(run, told)))]
    state = evolve_all(initial_state(Walk.of(Plan.parse(plan))), facts)
    cause = SignalArrived(
        "t",
        SignalType(signal["signalType"]),
        step_id=signal["arguments"].get("stepId"),
        parameters=signal["arguments"].get("parameters"),
        inputs_valid=case.get("inputsValid", True),
    )
    row = row_of(state, cause)
    found = (
        None if row.application is MISSING else row.application.value,
        None if row.effect is MISSING else row.effect.value,
        None if row.code is MISSING else row.code,
    )
    equal(found, (case["application"], case["effect"], case["code"]))


check_signal = by_kind(
    {"signal-request": _check_request, "signal-decision": _check_decision, "signal-application": _check_application}
)
