"""Pause and resume, clause by clause."""

from dvt_contracts.models.glossary.v1.status import SignalType, StepStatus

from dvt_engine_core.causes import RetryDue, RunLoaded, SignalArrived, StepLost, StepReturned
from dvt_engine_core.testing.scenario import AT, Scenario, given
from dvt_engine_core.testing.world import plan_of

BEGUN = ("RunQueued", "RunStarted")
PLAN = plan_of({"stepId": "a", "retry": {"maxAttempts": 2}}, {"stepId": "b"}, {"stepId": "c", "dependsOn": ["a"]})
PAUSE = SignalArrived("p", SignalType.PAUSE)
RESUME = SignalArrived("r", SignalType.RESUME)


def succeeded(step: str, attempt: int = 1) -> StepReturned:
    return StepReturned(step, attempt, StepStatus.SUCCEEDED)


def failed(step: str, retry_at: str | None = None) -> StepReturned:
    return StepReturned(step, 1, StepStatus.FAILED, retry_at)


def paused() -> Scenario:
    run = given(PLAN, *BEGUN).when(RunLoaded()).then("dispatch a 1", "dispatch b 1")
    return run.when(PAUSE).then("SignalApplied p", "RunPaused")


class TestWhilePaused:
    """[EXEC-041] Outcomes are recorded and nothing else is decided; RunDrained when nothing dispatched is left."""

    def test_success_starts_nobody_until_the_resume(self) -> None:
        run = paused().when(succeeded("a")).then().when(succeeded("b")).then("RunDrained")
        run.when(RESUME).then("SignalApplied r", "RunResumed", "dispatch c 1")

    def test_a_failure_acts_on_resume(self) -> None:
        run = paused().when(failed("a")).then().when(RESUME)
        run.then("SignalApplied r", "RunResumed", "RunFailing", "StepSkipped b 1", "StepSkipped c 1", "cancel b")

    def test_a_retry_gets_its_timer_on_resume(self) -> None:
        run = paused().when(failed("a", AT)).then().when(succeeded("b")).then("RunDrained")
        run.when(RESUME).then("SignalApplied r", "RunResumed", f"timer a {AT}")

    def test_a_timer_that_fires_starts_its_attempt_on_resume(self) -> None:
        run = given(PLAN, *BEGUN).when(RunLoaded()).when(failed("a", AT)).then(f"timer a {AT}")
        run = run.when(PAUSE).when(RetryDue("a", AT)).then().when(succeeded("b")).then("RunDrained")
        run.when(RESUME).then("SignalApplied r", "RunResumed", "dispatch a 2")

    def test_a_pause_with_nothing_in_flight_is_drained_at_once(self) -> None:
        given(PLAN, *BEGUN).when(PAUSE).then("SignalApplied p", "RunPaused", "RunDrained")

    def test_a_run_resumed_while_draining_goes_on_with_what_runs(self) -> None:
        run = paused().when(RESUME).then("SignalApplied r", "RunResumed")
        run.when(succeeded("a")).then("dispatch c 1")

    def test_a_run_whose_steps_are_done_completes_on_resume(self) -> None:
        run = given(PLAN, *BEGUN).when(RunLoaded()).when(succeeded("a")).when(PAUSE)
        run = run.when(succeeded("b")).then().when(succeeded("c")).then("RunDrained")
        run.when(RESUME).then("SignalApplied r", "RunResumed", "RunCompleted", "finish")

    def test_a_lost_step_is_recorded_and_no_more(self) -> None:
        log = given(PLAN, *BEGUN, "StepStarted b 1", "RunPaused")
        log.when(StepLost("b", 1, "WORKER_LOST", AT)).then("StepFailed b 1", "RunDrained")


class TestAfterARestore:
    """[EXEC-027] Steps recorded as running are dispatched again under their attempt, also while PAUSED."""

    def test_what_was_recorded_as_running_runs_again(self) -> None:
        run = given(PLAN, *BEGUN, "StepStarted a 1", "RunPaused").when(RunLoaded()).then("dispatch a 1")
        run.when(succeeded("a")).then("RunDrained")

    def test_a_pause_that_was_not_drained_is(self) -> None:
        given(PLAN, *BEGUN, "RunPaused").when(RunLoaded()).then("RunDrained")


class TestEndingWhilePaused:
    """[EXEC-042] A cancel or an emergency stop of a paused run records RunResumed first."""

    def test_a_cancel(self) -> None:
        run = paused().when(SignalArrived("c", SignalType.CANCEL))
        skips = tuple(f"StepSkipped {step} 1" for step in "abc")
        run.then("SignalApplied c", "RunResumed", "RunCancelling", *skips, "cancel a", "cancel b")

    def test_an_emergency_stop(self) -> None:
        run = given(PLAN, *BEGUN, "RunPaused", "RunDrained").when(SignalArrived("e", SignalType.EMERGENCY_STOP))
        skips = tuple(f"StepSkipped {step} 1" for step in "abc")
        run.then("SignalApplied e", "RunResumed", "RunCancelling", *skips, "RunCancelled", "finish")
