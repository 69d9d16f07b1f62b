"""Signals that meet a run, corner by corner of the signal table. [SIGNAL-010] [SIGNAL-011]"""

import pytest
from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import CancelCode, SignalType, SkipCode, StepStatus
from pydantic import MISSING

from dvt_engine_core.causes import RetryDue, RunLoaded, SignalArrived, StepReturned
from dvt_engine_core.decider import updated
from dvt_engine_core.folding import evolve
from dvt_engine_core.testing.scenario import AT, Scenario, accepted, given
from dvt_engine_core.testing.world import plan_of

BEGUN = ("RunQueued", "RunStarted")
PLAN = plan_of(
    {"stepId": "a", "retry": {"maxAttempts": 2}},
    {"stepId": "b", "dependsOn": ["a"]},
    {"stepId": "x"},
    onStepFailure="continue-independent",
)


def signal(signal_type: SignalType, step_id: str | None = None, signal_id: str = "s") -> SignalArrived:
    return SignalArrived(signal_id, signal_type, step_id)


def answer(scenario: Scenario) -> tuple[str, object]:
    """Effect and code of the application that a decision records."""
    payload = scenario.decision.facts[0].payload
    assert isinstance(payload, SignalAppliedPayload)
    return payload.effect.value, None if payload.code is MISSING else payload.code


@pytest.mark.parametrize(
    ("log", "arrived", "code"),
    [
        (("RunPaused",), signal(SignalType.PAUSE), "RUN_PAUSED"),
        (("RunFailing",), signal(SignalType.PAUSE), "RUN_ENDING"),
        (("RunCancelling",), signal(SignalType.PAUSE), "RUN_ENDING"),
        ((), signal(SignalType.RESUME), "RUN_NOT_PAUSED"),
        (("RunFailing",), signal(SignalType.RESUME), "RUN_NOT_PAUSED"),
        (("RunCancelling",), signal(SignalType.CANCEL), "RUN_ENDING"),
        (("RunFailing",), signal(SignalType.RETRY_STEP, "a"), "RUN_ENDING"),
        (("RunCancelling",), signal(SignalType.SKIP_STEP, "a"), "RUN_ENDING"),
        ((), signal(SignalType.RETRY_STEP, "nobody"), "STEP_NOT_FOUND"),
        ((), signal(SignalType.SKIP_STEP, "nobody"), "STEP_NOT_FOUND"),
        (("StepStarted a 1",), signal(SignalType.RETRY_STEP, "a"), "STEP_RUNNING"),
        (("StepStarted a 1",), signal(SignalType.SKIP_STEP, "a"), "STEP_RUNNING"),
        (("StepStarted x 1", "StepCompleted x 1"), signal(SignalType.RETRY_STEP, "x"), "STEP_SUCCEEDED"),
        ((), signal(SignalType.RETRY_STEP, "a"), "STEP_NOT_FAILED"),
        (("StepSkipped a 1",), signal(SignalType.RETRY_STEP, "a"), "STEP_NOT_FAILED"),
        (("StepFailed a 1", "StepSkipped b 1"), signal(SignalType.RETRY_STEP, "a"), "STEP_DEPENDENTS_TERMINAL"),
        (("StepStarted x 1", "StepCompleted x 1"), signal(SignalType.SKIP_STEP, "x"), "STEP_TERMINAL"),
        (("StepSkipped a 1",), signal(SignalType.SKIP_STEP, "a"), "STEP_TERMINAL"),
        ((), SignalArrived("s", SignalType.UPDATE_PARAMETERS, inputs_valid=False), "INPUTS_INVALID"),
    ],
)
def test_a_signal_that_comes_to_nothing_says_why(log: tuple[str, ...], arrived: SignalArrived, code: str) -> None:
    run = given(PLAN, *BEGUN, *log, accepted("s", arrived.signal_type)).when(arrived)
    assert answer(run) == ("moot", code)
    assert [fact.event_type for fact in run.decision.facts].count("SignalApplied") == 1


def test_a_dispatched_step_counts_as_running() -> None:
    run = given(PLAN, *BEGUN).when(RunLoaded()).then("dispatch a 1", "dispatch x 1")
    assert answer(run.when(signal(SignalType.SKIP_STEP, "a"))) == ("moot", "STEP_RUNNING")


class TestRetryStep:
    """[SIGNAL-014] Starts a waiting attempt now and grants none; grants one to a step that is out of attempts."""

    def test_a_waiting_step_starts_now_and_its_timer_comes_too_late(self) -> None:
        run = given(PLAN, *BEGUN).when(RunLoaded())
        run = run.when(StepReturned("a", 1, StepStatus.FAILED, AT)).then(f"timer a {AT}")
        run = run.when(signal(SignalType.RETRY_STEP, "a")).then("SignalApplied s", "dispatch a 2")
        later = "2026-01-31T08:15:31.123Z"
        run = run.when(StepReturned("a", 2, StepStatus.FAILED, later)).then(f"timer a {later}")
        run.when(RetryDue("a", AT)).then().when(RetryDue("a", later)).then("dispatch a 3")

    def test_a_step_out_of_attempts_gets_one_more(self) -> None:
        plan = {**PLAN, "onStepFailure": "pause"}
        run = given(plan, *BEGUN, "StepFailed a 1", "RunPaused", "RunDrained").when(RunLoaded()).then()
        run = run.when(signal(SignalType.RETRY_STEP, "a")).then("SignalApplied s")
        again = run.when(signal(SignalType.RETRY_STEP, "a", "t")).then("SignalApplied t")
        assert answer(again) == ("applied", None)
        again.when(signal(SignalType.RESUME, None, "r")).then(
            "SignalApplied r", "RunResumed", "dispatch a 2", "dispatch x 1"
        )

    def test_the_grant_is_found_again_in_the_log(self) -> None:
        """[EXEC-027]"""
        told = accepted("s", SignalType.RETRY_STEP, {"stepId": "a"})
        applied = given(PLAN, *BEGUN, "StepFailed a 1").when(signal(SignalType.RETRY_STEP, "a")).decision.facts[0]
        run = given(PLAN, *BEGUN, "StepFailed a 1", told, applied).when(RunLoaded())
        run.then("dispatch a 2", "dispatch x 1")

    def test_a_grant_for_a_step_that_moved_on_changes_nothing(self) -> None:
        state = given(PLAN, *BEGUN, accepted("s", SignalType.RETRY_STEP, {"stepId": "a"})).state
        applied = given(PLAN, *BEGUN, "StepFailed a 1").when(signal(SignalType.RETRY_STEP, "a")).decision.facts[0]
        assert evolve(state, applied).steps == {}


class TestSkipStep:
    """[SIGNAL-015] The step ends SKIPPED with BY_OPERATOR; its dependents follow as after any skip."""

    def test_a_pending_step(self) -> None:
        run = given(PLAN, *BEGUN).when(RunLoaded()).when(signal(SignalType.SKIP_STEP, "b"))
        run.then("SignalApplied s", "StepSkipped b 1")
        assert run.decision.facts[1].payload == StepSkippedPayload(code=SkipCode.BY_OPERATOR)

    def test_a_failed_step_that_waits_for_its_retry(self) -> None:
        run = given(PLAN, *BEGUN, "StepStarted a 1", "StepFailed a 1 retry").when(RunLoaded())
        run = run.then(f"timer a {AT}", "dispatch x 1").when(signal(SignalType.SKIP_STEP, "a"))
        run = run.then("SignalApplied s", "StepSkipped a 1", "StepSkipped b 1").when(RetryDue("a", AT)).then()
        run.when(StepReturned("x", 1, StepStatus.SUCCEEDED)).then("RunCompleted", "finish")

    def test_while_paused_only_the_step_itself(self) -> None:
        run = given(PLAN, *BEGUN, "RunPaused", "RunDrained").when(signal(SignalType.SKIP_STEP, "a"))
        run = run.then("SignalApplied s", "StepSkipped a 1")
        run.when(signal(SignalType.RESUME, None, "r")).then(
            "SignalApplied r", "RunResumed", "StepSkipped b 1", "dispatch x 1"
        )


class TestEmergencyStop:
    """[SIGNAL-018] As a cancel, without grace and without clean-up steps."""

    def test_it_overrules_a_cancel(self) -> None:
        plan = plan_of({"stepId": "a"}, {"stepId": "tidy", "runIf": "all-done"}, {"stepId": "b", "runIf": "all-done"})
        run = given({**plan, "maxParallelSteps": 2}, *BEGUN).when(RunLoaded()).then("dispatch a 1", "dispatch tidy 1")
        run = run.when(signal(SignalType.CANCEL)).then(
            "SignalApplied s", "RunCancelling", "StepSkipped a 1", "cancel a"
        )
        stopped = run.when(signal(SignalType.EMERGENCY_STOP, None, "e")).then(
            "SignalApplied e", "RunCancelling", "StepSkipped tidy 1", "StepSkipped b 1", "cancel tidy"
        )
        fact = stopped.decision.facts[1]
        assert fact.payload == RunCancellingPayload(code=CancelCode.EMERGENCY_STOP, signal_id="e")
        assert fact.ordinal == 2
        again = stopped.when(signal(SignalType.EMERGENCY_STOP, None, "f"))
        assert answer(again) == ("moot", "RUN_ENDING")


class TestUpdateParameters:
    """[EXEC-044] [SIGNAL-016] A redelivery keeps the inputs of its attempt, the next attempt uses the newest."""

    def test_the_application_carries_what_changed(self) -> None:
        arrived = SignalArrived("s", SignalType.UPDATE_PARAMETERS, parameters={"n": 2})
        run = given(PLAN, *BEGUN).when(arrived)
        applied = run.decision.facts[0].payload
        assert isinstance(applied, SignalAppliedPayload)
        assert applied.parameters == {"n": 2}

    def test_the_version_goes_out_with_the_next_attempts_only(self) -> None:
        run = given({**PLAN, "maxParallelSteps": 1}, *BEGUN).when(RunLoaded()).then("dispatch a 1")
        arrived = SignalArrived("s", SignalType.UPDATE_PARAMETERS)
        run = Scenario(updated(run.state, arrived, 5)).when(StepReturned("a", 1, StepStatus.SUCCEEDED))
        versions = [getattr(effect, "inputs_version", None) for effect in run.decision.effects]
        assert versions == [5]
        assert run.state.applied_signals == {"s"}
