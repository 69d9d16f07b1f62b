"""What a failure does to a run, clause by clause: policies, skips, clean-up, the deadline."""

from dataclasses import replace
from typing import ClassVar

import pytest
from dvt_contracts.base import JsonObject
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.run_paused import RunPausedPayload
from dvt_contracts.models.events.v1.run_resumed import RunResumedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import SignalType, StepStatus
from pydantic import MISSING

from dvt_engine_core.causes import DeadlinePassed, RetryDue, RunLoaded, SignalArrived, StepLost, StepReturned
from dvt_engine_core.testing.scenario import AT, Scenario, given
from dvt_engine_core.testing.world import plan_of

BEGUN = ("RunQueued", "RunStarted")
PARALLEL = plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c", "dependsOn": ["a"]})
TIDY = plan_of(
    {"stepId": "a"},
    {"stepId": "b", "dependsOn": ["a"]},
    {"stepId": "tidy", "dependsOn": ["b"], "runIf": "all-done", "retry": {"maxAttempts": 2}},
)
CANCEL = SignalArrived("s", SignalType.CANCEL)
STOP = SignalArrived("e", SignalType.EMERGENCY_STOP)
RESUME = SignalArrived("r", SignalType.RESUME)


def succeeded(step: str, attempt: int = 1) -> StepReturned:
    return StepReturned(step, attempt, StepStatus.SUCCEEDED)


def failed(step: str, attempt: int = 1, retry_at: str | None = None) -> StepReturned:
    return StepReturned(step, attempt, StepStatus.FAILED, retry_at)


def cancelled(step: str) -> StepReturned:
    return StepReturned(step, 1, StepStatus.CANCELLED)


def under(policy: str, plan: JsonObject = PARALLEL) -> Scenario:
    return given({**plan, "onStepFailure": policy}, *BEGUN).when(RunLoaded())


def skips(scenario: Scenario) -> dict[str, tuple[str, object]]:
    """Skip codes of a decision, with the step that caused them."""
    return {
        str(fact.subject_id): (fact.payload.code.value, fact.payload.cause_step_id)
        for fact in scenario.decision.facts
        if isinstance(fact.payload, StepSkippedPayload)
    }


class TestSkips:
    """[EXEC-033] A step that cannot run is skipped once all its direct dependencies are terminal."""

    PLAN = plan_of(
        {"stepId": "a"},
        {"stepId": "b"},
        {"stepId": "c", "dependsOn": ["a", "b"]},
        {"stepId": "d", "dependsOn": ["c"]},
        {"stepId": "e", "dependsOn": ["d", "a"]},
    )

    def test_a_skip_waits_for_all_dependencies_and_names_its_cause(self) -> None:
        run = under("continue-independent", self.PLAN).then("dispatch a 1", "dispatch b 1")
        run = run.when(failed("a")).then().when(succeeded("b"))
        assert skips(run) == {
            "c": ("UPSTREAM_FAILED", "a"),
            "d": ("UPSTREAM_SKIPPED", "c"),
            "e": ("UPSTREAM_FAILED", "a"),
        }
        run.then("StepSkipped c 1", "StepSkipped d 1", "StepSkipped e 1", "RunFailed", "finish")

    def test_skips_fail_no_run(self) -> None:
        """[EXEC-039]"""
        run = under("continue-independent", self.PLAN).when(StepReturned("a", 1, StepStatus.SKIPPED))
        run = run.when(succeeded("b"))
        run.then("StepSkipped c 1", "StepSkipped d 1", "StepSkipped e 1", "RunCompleted", "finish")
        assert skips(run) == {
            "c": ("UPSTREAM_SKIPPED", "a"),
            "d": ("UPSTREAM_SKIPPED", "c"),
            "e": ("UPSTREAM_SKIPPED", "a"),
        }


class TestContinueIndependent:
    """[EXEC-037] Only the dependents of a step out of attempts are skipped."""

    def test_all_else_goes_on_and_the_run_fails_at_its_end(self) -> None:
        run = under("continue-independent").when(failed("a")).then("StepSkipped c 1")
        ended = run.when(succeeded("b")).then("RunFailed", "finish")
        payload = ended.decision.facts[0].payload
        assert payload == RunFailedPayload(code="STEP_FAILED", message="step a is out of attempts", step_id="a")

    def test_a_step_with_attempts_left_skips_nobody(self) -> None:
        run = under("continue-independent").when(failed("a", retry_at=AT)).then(f"timer a {AT}")
        run.when(succeeded("b")).then().when(RetryDue("a", AT)).then("dispatch a 2")


class TestFinishRunning:
    """[EXEC-036] What runs is waited for, what is pending is skipped."""

    def test_what_runs_is_waited_for(self) -> None:
        run = under("finish-running").when(failed("a")).then("RunFailing", "StepSkipped b 1", "StepSkipped c 1")
        run.when(succeeded("b")).then("RunFailed", "finish")

    def test_a_cancel_then_stops_it(self) -> None:
        run = under("finish-running").when(failed("a")).when(CANCEL)
        run.then("SignalApplied s", "RunCancelling", "cancel b").when(cancelled("b")).then("RunCancelled", "finish")

    def test_the_deadline_then_stops_it_without_a_second_reason(self) -> None:
        run = under("finish-running").when(failed("a")).when(DeadlinePassed()).then("cancel b")
        ended = run.when(cancelled("b")).then("RunFailed", "finish")
        assert isinstance(payload := ended.decision.facts[0].payload, RunFailedPayload)
        assert payload.code == "STEP_FAILED"

    def test_a_lost_step_that_nobody_stopped_fails(self) -> None:
        run = given({**PARALLEL, "onStepFailure": "finish-running"}, *BEGUN, "StepStarted b 1", "StepFailed a 1")
        run = run.when(RunLoaded()).then("RunFailing", "StepSkipped c 1", "dispatch b 1")
        log = given({**PARALLEL, "onStepFailure": "finish-running"}, *BEGUN, "StepStarted b 1", "RunFailing")
        log.when(StepLost("b", 1, "WORKER_LOST", AT)).then(
            "StepFailed b 1", "StepSkipped a 1", "StepSkipped c 1", "RunFailed", "finish"
        )


class TestPauseOnFailure:
    """[EXEC-038] Under `pause` a step out of attempts pauses the run and is named."""

    def test_the_step_is_named_and_what_runs_drains(self) -> None:
        run = under("pause").when(failed("a")).then("RunPaused")
        assert run.decision.facts[0].payload == RunPausedPayload(step_id="a")
        run.when(succeeded("b")).then("RunDrained")

    def test_a_resume_accepts_every_failure_that_stands(self) -> None:
        """[EXEC-043]"""
        run = under("pause").when(failed("a")).then("RunPaused").when(failed("b")).then("RunDrained")
        run.when(RESUME).then("SignalApplied r", "RunResumed", "StepSkipped c 1", "RunFailed", "finish")

    def test_a_later_failure_pauses_again(self) -> None:
        plan = plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c", "dependsOn": ["b"]}, onStepFailure="pause")
        run = given(plan, *BEGUN).when(RunLoaded()).when(failed("a")).when(RESUME)
        run = run.then("SignalApplied r", "RunResumed")
        run = run.when(failed("b")).then("RunPaused", "RunDrained")
        assert run.decision.facts[0].ordinal == 2

    def test_a_retried_step_is_no_failure_any_more(self) -> None:
        run = under("pause").when(failed("a")).when(succeeded("b")).then("RunDrained")
        run = run.when(SignalArrived("t", SignalType.RETRY_STEP, "a")).then("SignalApplied t")
        run = run.when(RESUME).then("SignalApplied r", "RunResumed", "dispatch a 2")
        run.when(failed("a", 2)).then("RunPaused", "RunDrained")

    def test_a_skipped_step_is_no_failure_any_more(self) -> None:
        run = under("pause").when(failed("a")).when(succeeded("b")).then("RunDrained")
        run = run.when(SignalArrived("t", SignalType.SKIP_STEP, "a")).then("SignalApplied t", "StepSkipped a 1")
        run.when(RESUME).then("SignalApplied r", "RunResumed", "StepSkipped c 1", "RunCompleted", "finish")


class TestCleanUp:
    """[EXEC-032] [EXEC-035] Steps with runIf all-done."""

    def test_it_runs_after_a_failure_and_changes_no_ending(self) -> None:
        run = under("fail-fast", TIDY).when(failed("a"))
        run = run.then("RunFailing", "StepSkipped b 1", "dispatch tidy 1")
        ended = run.when(failed("tidy")).then("RunFailed", "finish")
        assert isinstance(payload := ended.decision.facts[0].payload, RunFailedPayload)
        assert payload.step_id == "a"

    def test_it_keeps_its_retries_in_an_ending(self) -> None:
        run = under("fail-fast", TIDY).when(failed("a")).when(failed("tidy", retry_at=AT)).then(f"timer tidy {AT}")
        run.when(RetryDue("tidy", AT)).then("dispatch tidy 2").when(succeeded("tidy", 2)).then("RunFailed", "finish")

    def test_a_cancel_leaves_it_alone(self) -> None:
        run = under("fail-fast", TIDY).when(succeeded("a")).when(succeeded("b")).then("dispatch tidy 1")
        run = run.when(CANCEL).then("SignalApplied s", "RunCancelling")
        run.when(succeeded("tidy")).then("RunCancelled", "finish")

    def test_an_emergency_stop_does_not(self) -> None:
        run = under("fail-fast", TIDY).when(succeeded("a")).when(succeeded("b"))
        run = run.when(STOP).then("SignalApplied e", "RunCancelling", "StepSkipped tidy 1", "cancel tidy")
        run.when(cancelled("tidy")).then("RunCancelled", "finish")
        waiting = under("fail-fast", TIDY).when(failed("a")).when(failed("tidy", retry_at=AT))
        waiting.when(STOP).then("SignalApplied e", "RunCancelling", "RunCancelled", "finish")

    def test_it_waits_until_what_runs_before_it_has_stopped(self) -> None:
        plan = plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "tidy", "dependsOn": ["a"], "runIf": "all-done"})
        run = under("fail-fast", plan).when(failed("b")).then("RunFailing", "StepSkipped a 1", "cancel a")
        run.when(cancelled("a")).then("dispatch tidy 1")

    def test_a_dependency_that_waits_for_its_retry_is_given_up_by_the_ending(self) -> None:
        plan = plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "tidy", "dependsOn": ["a"], "runIf": "all-done"})
        run = under("fail-fast", plan).when(failed("a", retry_at=AT)).then(f"timer a {AT}")
        run = run.when(failed("b")).then("RunFailing", "dispatch tidy 1")
        run.when(RetryDue("a", AT)).then().when(succeeded("tidy")).then("RunFailed", "finish")

    def test_its_own_failure_is_a_failure_where_the_run_does_not_end_yet(self) -> None:
        run = under("fail-fast", TIDY).when(succeeded("a")).when(succeeded("b")).when(failed("tidy"))
        run.then("RunFailing", "RunFailed", "finish")

    @pytest.mark.parametrize("code", ["WORKER_LOST", "CANCELLED"])
    def test_a_lost_one_is_tried_again_in_an_ending(self, code: str) -> None:
        log = given(TIDY, *BEGUN, "StepFailed a 1", "RunFailing", "StepSkipped b 1", "StepStarted tidy 1")
        told = log.when(StepLost("tidy", 1, code, AT))  # type: ignore[arg-type]
        assert [fact.event_type for fact in told.decision.facts] == ["StepFailed"]
        told.when(RetryDue("tidy")).then("dispatch tidy 2")

    def test_a_lost_one_that_never_started_fails_too(self) -> None:
        log = given(TIDY, *BEGUN, "StepFailed a 1", "RunFailing", "StepSkipped b 1")
        told = log.when(StepLost("tidy", 1, "WORKER_LOST", AT))
        assert [fact.event_type for fact in told.decision.facts] == ["StepFailed"]


class TestDeadline:
    """[EXEC-040] `deadlineMs` counts from RunStarted; past it the run ends as by fail-fast, with RUN_DEADLINE."""

    PLAN: ClassVar = {**PARALLEL, "deadlineMs": 1000, "onStepFailure": "continue-independent"}

    def test_it_is_set_at_load_from_the_start_of_the_run(self) -> None:
        at = "2026-01-31T08:15:31.123Z"
        given(self.PLAN, *BEGUN).when(RunLoaded()).then(f"deadline {at}", "dispatch a 1", "dispatch b 1")
        given(self.PLAN, *BEGUN, "RunPaused").when(RunLoaded()).then("RunDrained", f"deadline {at}")
        given(self.PLAN, *BEGUN, "RunCancelling").when(RunLoaded()).then(
            *(f"StepSkipped {step} 1" for step in "abc"), "RunCancelled", "finish"
        )

    def test_what_runs_is_cancelled_and_the_rest_skipped(self) -> None:
        run = given(self.PLAN, *BEGUN).when(RunLoaded()).when(DeadlinePassed())
        run = run.then("RunFailing", *(f"StepSkipped {step} 1" for step in "abc"), "cancel a", "cancel b")
        assert run.decision.facts[0].payload == RunFailingPayload(code="RUN_DEADLINE")
        ended = run.when(succeeded("a")).then().when(cancelled("b")).then("RunFailed", "finish")
        assert isinstance(payload := ended.decision.facts[0].payload, RunFailedPayload)
        assert (payload.code, payload.step_id) == ("RUN_DEADLINE", MISSING)

    def test_a_paused_run_is_resumed_first(self) -> None:
        """[EXEC-042]"""
        run = given(self.PLAN, *BEGUN, "RunPaused", "RunDrained").when(RunLoaded()).when(DeadlinePassed())
        run.then("RunResumed", "RunFailing", *(f"StepSkipped {step} 1" for step in "abc"), "RunFailed", "finish")
        assert run.decision.facts[0].payload == RunResumedPayload()

    def test_a_run_that_ends_already_has_its_reason(self) -> None:
        run = given(self.PLAN, *BEGUN).when(RunLoaded()).when(CANCEL)
        run.when(DeadlinePassed()).then()
        given(self.PLAN, "RunQueued").when(DeadlinePassed()).then()

    def test_finish_running_does_not_wait_past_it(self) -> None:
        run = given({**self.PLAN, "onStepFailure": "finish-running"}, *BEGUN).when(RunLoaded()).when(DeadlinePassed())
        run.then("RunFailing", *(f"StepSkipped {step} 1" for step in "abc"), "cancel a", "cancel b")


def test_before_a_load_is_over_signals_are_applied_and_nothing_else() -> None:
    """[EXEC-027] Open signals come first, in their order."""
    loading = Scenario(replace(given(PARALLEL, *BEGUN, "StepFailed a 1").state, loaded=False))
    loading = loading.when(RESUME).then("SignalApplied r")
    run = loading.when(SignalArrived("t", SignalType.RETRY_STEP, "a")).then("SignalApplied t")
    run.when(RunLoaded()).then("dispatch a 2", "dispatch b 1")
