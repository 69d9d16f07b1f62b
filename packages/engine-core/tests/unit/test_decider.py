"""Decisions: given a log, when something happens, then these facts and effects follow, in this order."""

from dataclasses import replace

import pytest
from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.step_cancelled import StepCancelledPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import CancelCode, SignalType, StepStatus
from pydantic import MISSING

from dvt_engine_core.causes import Cause, RetryDue, RunLoaded, SignalArrived, StepLost, StepReturned
from dvt_engine_core.decider import cancel_code, decide
from dvt_engine_core.facts import Fact
from dvt_engine_core.folding import evolve_all
from dvt_engine_core.testing.scenario import AT, Scenario, accepted, given
from dvt_engine_core.testing.world import plan_of

LINEAR = plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}, {"stepId": "c", "dependsOn": ["b"]})
PARALLEL = plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c"})
DIAMOND = plan_of(
    {"stepId": "a"},
    {"stepId": "b", "dependsOn": ["a"]},
    {"stepId": "c", "dependsOn": ["a"]},
    {"stepId": "d", "dependsOn": ["b", "c"]},
)
RETRIED = plan_of({"stepId": "a", "retry": {"maxAttempts": 3, "initialMs": 500}}, {"stepId": "b", "dependsOn": ["a"]})
BEGUN = ("RunQueued", "RunStarted")
CANCEL = SignalArrived("s", SignalType.CANCEL)


def succeeded(step: str, attempt: int = 1) -> StepReturned:
    return StepReturned(step, attempt, StepStatus.SUCCEEDED)


def failed(step: str, attempt: int = 1, retry_at: str | None = None) -> StepReturned:
    return StepReturned(step, attempt, StepStatus.FAILED, retry_at)


def cancelled(step: str, attempt: int = 1) -> StepReturned:
    return StepReturned(step, attempt, StepStatus.CANCELLED)


def payload(scenario: Scenario, event_type: str) -> object:
    return next(fact.payload for fact in scenario.decision.facts if fact.event_type == event_type)


class TestStarting:
    def test_a_step_starts_as_soon_as_its_own_dependencies_succeeded(self) -> None:
        """[EXEC-016]."""
        run = given(LINEAR, *BEGUN).when(RunLoaded()).then("dispatch a 1")
        run.when(succeeded("a")).then("dispatch b 1").when(succeeded("b")).then("dispatch c 1").when(
            succeeded("c")
        ).then("RunCompleted", "finish")

    def test_ready_steps_start_in_plan_order(self) -> None:
        """[EXEC-017]."""
        given(PARALLEL, *BEGUN).when(RunLoaded()).then("dispatch a 1", "dispatch b 1", "dispatch c 1")

    def test_a_join_waits_for_all_its_dependencies(self) -> None:
        run = given(DIAMOND, *BEGUN).when(RunLoaded()).then("dispatch a 1")
        run = run.when(succeeded("a")).then("dispatch b 1", "dispatch c 1")
        run.when(succeeded("c")).then().when(succeeded("b")).then("dispatch d 1").when(succeeded("d")).then(
            "RunCompleted", "finish"
        )

    def test_there_is_no_barrier_between_layers(self) -> None:
        plan = plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "after-b", "dependsOn": ["b"]})
        run = given(plan, *BEGUN).when(RunLoaded()).then("dispatch a 1", "dispatch b 1")
        run.when(succeeded("b")).then("dispatch after-b 1")

    def test_no_more_steps_are_in_flight_than_the_plan_allows(self) -> None:
        run = given({**PARALLEL, "maxParallelSteps": 2}, *BEGUN).when(RunLoaded()).then("dispatch a 1", "dispatch b 1")
        run.when(succeeded("b")).then("dispatch c 1").when(succeeded("c")).then()

    def test_nothing_starts_before_run_started(self) -> None:
        given(LINEAR, "RunQueued").when(RunLoaded()).then()


class TestRetry:
    def test_a_failure_with_a_time_waits_for_its_timer(self) -> None:
        run = given(RETRIED, *BEGUN).when(RunLoaded()).then("dispatch a 1")
        run = run.when(failed("a", retry_at=AT)).then(f"timer a {AT}")
        run.when(RetryDue("a")).then("dispatch a 2").when(succeeded("a", 2)).then("dispatch b 1")

    def test_a_timer_that_fires_twice_starts_one_attempt(self) -> None:
        run = given(RETRIED, *BEGUN, "StepStarted a 1", "StepFailed a 1 retry").when(RunLoaded()).then(f"timer a {AT}")
        run.when(RetryDue("a")).then("dispatch a 2").when(RetryDue("a")).then()

    def test_a_timer_of_a_step_that_needs_none_is_ignored(self) -> None:
        run = given(RETRIED, *BEGUN).when(RunLoaded())
        run.when(RetryDue("a")).then()
        given(RETRIED, *BEGUN).when(RetryDue("b")).then("dispatch a 1")

    def test_a_retry_waits_for_room_and_keeps_plan_order(self) -> None:
        plan = {**PARALLEL, "maxParallelSteps": 1}
        run = given(plan, *BEGUN).when(RunLoaded()).then("dispatch a 1")
        run = run.when(failed("a", retry_at=AT)).then(f"timer a {AT}", "dispatch b 1")
        run.when(RetryDue("a")).then().when(succeeded("b")).then("dispatch a 2")

    def test_a_step_out_of_attempts_is_not_tried_again(self) -> None:
        run = given(RETRIED, *BEGUN).when(RunLoaded()).when(failed("a"))
        run.then("RunFailing", "StepSkipped b 1", "RunFailed", "finish")


class TestFailFast:
    def test_what_runs_is_cancelled_and_the_rest_skipped(self) -> None:
        """[EXEC-021], [EXEC-022]."""
        plan = plan_of({"stepId": "a"}, {"stepId": "b"}, {"stepId": "c", "dependsOn": ["a"]}, {"stepId": "d"})
        run = given({**plan, "maxParallelSteps": 2}, *BEGUN).when(RunLoaded()).then("dispatch a 1", "dispatch b 1")
        run = run.when(failed("a"))
        run = run.then("RunFailing", "StepSkipped b 1", "StepSkipped c 1", "StepSkipped d 1", "cancel b")
        ended = run.when(cancelled("b")).then("RunFailed", "finish")
        assert payload(ended, "RunFailed") == RunFailedPayload(
            code="STEP_FAILED", message="step a is out of attempts", step_id="a"
        )

    def test_skips_name_the_reason_of_the_run(self) -> None:
        run = given(LINEAR, *BEGUN).when(RunLoaded()).when(failed("a"))
        skips = [fact.payload for fact in run.decision.facts if isinstance(fact.payload, StepSkippedPayload)]
        assert [skip.code.value for skip in skips] == ["RUN_FAILING", "RUN_FAILING"]

    def test_success_after_the_cancel_request_counts_and_the_run_still_fails(self) -> None:
        """[EXEC-024], [EXEC-025]."""
        run = given(PARALLEL, *BEGUN).when(RunLoaded()).when(failed("a"))
        run = run.then("RunFailing", "StepSkipped b 1", "StepSkipped c 1", "cancel b", "cancel c")
        run.when(succeeded("b")).then().when(cancelled("c")).then("RunFailed", "finish")

    def test_a_second_failure_while_failing_records_no_second_reason(self) -> None:
        run = given(PARALLEL, *BEGUN).when(RunLoaded()).when(failed("b")).when(failed("a")).then()
        ended = run.when(succeeded("c")).then("RunFailed", "finish")
        assert isinstance(failing := payload(ended, "RunFailed"), RunFailedPayload)
        assert failing.step_id == "b"

    def test_a_step_that_waits_for_its_retry_stays_failed(self) -> None:
        """[EXEC-023]."""
        run = given(PARALLEL, *BEGUN).when(RunLoaded()).when(failed("a", retry_at=AT)).then(f"timer a {AT}")
        run = run.when(succeeded("b")).when(failed("c")).then("RunFailing", "RunFailed", "finish")
        run.when(RetryDue("a")).then("finish")

    def test_a_timer_that_fires_while_failing_starts_nothing(self) -> None:
        run = given(PARALLEL, *BEGUN).when(RunLoaded()).when(failed("a", retry_at=AT)).when(failed("c"))
        run.then("RunFailing", "StepSkipped b 1", "cancel b").when(RetryDue("a")).then()

    def test_the_first_failed_step_of_the_plan_is_named(self) -> None:
        """[EVENTS-020]."""
        restored = given(PARALLEL, *BEGUN, "StepFailed c 1", "StepFailed b 1").when(RunLoaded())
        restored.then("RunFailing", "StepSkipped a 1", "RunFailed", "finish")
        assert isinstance(failing := payload(restored, "RunFailed"), RunFailedPayload)
        assert failing.step_id == "b"


class TestCancel:
    def test_a_cancel_stops_what_runs_and_skips_the_rest(self) -> None:
        """[EXEC-021], [EVENTS-020]."""
        run = given(LINEAR, *BEGUN, accepted("s")).when(RunLoaded()).then("dispatch a 1")
        run = run.when(CANCEL).then(
            "SignalApplied s", "RunCancelling", "StepSkipped a 1", "StepSkipped b 1", "StepSkipped c 1", "cancel a"
        )
        assert payload(run, "RunCancelling") == RunCancellingPayload(code=CancelCode.CANCELLED, signal_id="s")
        ended = run.when(cancelled("a")).then("RunCancelled", "finish")
        ended.when(CANCEL).then("finish")

    def test_a_cancel_ends_a_run_where_nothing_runs_at_once(self) -> None:
        run = given(RETRIED, *BEGUN, "StepStarted a 1", "StepFailed a 1 retry", accepted("s")).when(CANCEL)
        run.then("SignalApplied s", "RunCancelling", "StepSkipped b 1", "RunCancelled", "finish")

    def test_a_signal_is_applied_once(self) -> None:
        """[EXEC-029], [SIGNAL-010]."""
        run = given(PARALLEL, *BEGUN, accepted("s")).when(RunLoaded()).when(CANCEL)
        run.when(CANCEL).then()

    def test_a_second_cancel_is_moot(self) -> None:
        """[EXEC-029], [EVENTS-019]."""
        run = given(PARALLEL, *BEGUN).when(RunLoaded()).when(CANCEL)
        second = run.when(SignalArrived("t", SignalType.CANCEL)).then("SignalApplied t")
        assert isinstance(applied := payload(second, "SignalApplied"), SignalAppliedPayload)
        assert (applied.effect.value, applied.code) == ("moot", "RUN_ENDING")

    @pytest.mark.parametrize("log", [(), ("RunQueued",)])
    def test_before_the_start_a_signal_waits(self, log: tuple[str, ...]) -> None:
        """[SIGNAL-012]."""
        given(LINEAR, *log).when(CANCEL).then()

    def test_an_ended_run_takes_no_signal(self) -> None:
        given(LINEAR, *BEGUN, "RunFailed").when(CANCEL).then("finish")

    def test_a_cancel_of_a_failing_run_ends_it_cancelled(self) -> None:
        run = given(PARALLEL, *BEGUN).when(RunLoaded()).when(failed("a"))
        run = run.then("RunFailing", "StepSkipped b 1", "StepSkipped c 1", "cancel b", "cancel c")
        run = run.when(CANCEL).then("SignalApplied s", "RunCancelling")
        run.when(cancelled("b")).when(cancelled("c")).then("RunCancelled", "finish")

    def test_skips_of_a_cancelled_run_say_so(self) -> None:
        run = given(LINEAR, *BEGUN).when(RunLoaded()).when(CANCEL)
        assert payload(run, "StepSkipped") == StepSkippedPayload.parse({"code": "RUN_CANCELLED"})


class TestRestore:
    def test_steps_recorded_as_running_are_dispatched_again_under_the_same_attempt(self) -> None:
        """[EXEC-027]."""
        log = (*BEGUN, "StepStarted a 1", "StepFailed a 1", "StepStarted a 2", "StepStarted b 1")
        given(PARALLEL, *log).when(RunLoaded()).then("dispatch a 2", "dispatch b 1", "dispatch c 1")

    def test_they_count_against_the_limit(self) -> None:
        given({**PARALLEL, "maxParallelSteps": 1}, *BEGUN, "StepStarted c 1").when(RunLoaded()).then("dispatch c 1")

    def test_timers_are_set_again(self) -> None:
        """[EXEC-027]."""
        log = (*BEGUN, "StepStarted a 1", "StepFailed a 1 retry", "StepStarted b 1", "StepFailed b 1 retry")
        given(PARALLEL, *log).when(RunLoaded()).then(f"timer a {AT}", f"timer b {AT}", "dispatch c 1")

    def test_an_ending_run_dispatches_what_ran_and_cancels_it(self) -> None:
        log = (*BEGUN, "StepStarted a 1", "StepStarted b 1", "StepFailed b 1", "RunFailing")
        run = given(PARALLEL, *log).when(RunLoaded()).then("StepSkipped c 1", "dispatch a 1", "cancel a")
        run.when(cancelled("a")).then("RunFailed", "finish")

    def test_a_run_that_has_all_but_its_end_gets_it(self) -> None:
        log = (*BEGUN, "StepSkipped a 1", "StepSkipped b 1", "StepSkipped c 1")
        given(PARALLEL, *log).when(RunLoaded()).then("RunCompleted", "finish")

    def test_a_failing_of_a_deadline_names_no_step(self) -> None:
        failing = Fact("RunFailing", RunFailingPayload(code="RUN_DEADLINE"))
        run = given(plan_of({"stepId": "a"}), *BEGUN, failing).when(RunLoaded())
        run.then("StepSkipped a 1", "RunFailed", "finish")
        assert isinstance(told := payload(run, "RunFailed"), RunFailedPayload)
        assert (told.code, told.step_id) == ("RUN_DEADLINE", MISSING)


class TestLost:
    def lost(self, code: str = "WORKER_LOST", attempt: int = 1) -> StepLost:
        return StepLost("a", attempt, code, AT)  # type: ignore[arg-type]

    @pytest.mark.parametrize("log", [("StepStarted a 1",), ()])
    def test_a_lost_attempt_fails_whether_its_start_was_recorded_or_not(self, log: tuple[str, ...]) -> None:
        """[EXEC-019]."""
        run = given(LINEAR, *BEGUN, *log).when(self.lost())
        assert payload(run, "StepFailed") == StepFailedPayload(code="WORKER_LOST", final=True)
        run.then("StepFailed a 1", "RunFailing", "StepSkipped b 1", "StepSkipped c 1", "RunFailed", "finish")

    def test_the_retry_policy_holds_for_lost_workers_too(self) -> None:
        """[EXEC-019], [EVENTS-016]."""
        run = given(RETRIED, *BEGUN, "StepStarted a 1").when(self.lost())
        assert payload(run, "StepFailed") == StepFailedPayload(code="WORKER_LOST", retry_at="2026-01-31T08:15:30.623Z")

    def test_a_cancel_that_the_log_does_not_know_is_lost_contact(self) -> None:
        run = given(LINEAR, *BEGUN, "StepStarted a 1").when(self.lost("CANCELLED"))
        assert payload(run, "StepFailed") == StepFailedPayload(code="LOST_CONTACT", final=True)

    @pytest.mark.parametrize(("ending", "code"), [("RunFailing", "RUN_FAILING"), ("RunCancelling", "RUN_CANCELLED")])
    def test_in_an_ending_run_a_lost_step_that_ran_is_cancelled(self, ending: str, code: str) -> None:
        run = given(LINEAR, *BEGUN, "StepStarted a 1", ending).when(self.lost())
        assert payload(run, "StepCancelled") == StepCancelledPayload.parse({"code": code})

    def test_in_an_ending_run_a_lost_step_that_never_ran_is_skipped(self) -> None:
        given(plan_of({"stepId": "a"}), *BEGUN, "RunFailing").when(self.lost()).then(
            "StepSkipped a 1", "RunFailed", "finish"
        )

    @pytest.mark.parametrize(
        "log",
        [("StepStarted a 1", "StepCompleted a 1"), ("StepStarted a 1", "StepFailed a 1 retry", "StepStarted a 2")],
    )
    def test_an_outcome_or_a_later_attempt_stands(self, log: tuple[str, ...]) -> None:
        run = given(RETRIED, *BEGUN, *log).when(self.lost())
        assert not [fact for fact in run.decision.facts if fact.subject_id == "a"]

    def test_an_emergency_stop_is_named(self) -> None:
        state = given(LINEAR, *BEGUN, "RunCancelling").state
        assert cancel_code(state).value == "RUN_CANCELLED"
        assert cancel_code(replace(state, cancel=(CancelCode.EMERGENCY_STOP, "s"))).value == "EMERGENCY_STOP"


class TestRepeats:
    @pytest.mark.parametrize(
        "cause", [succeeded("a"), failed("a"), cancelled("a"), RetryDue("a"), failed("a", 2), RunLoaded()]
    )
    def test_a_late_or_repeated_cause_records_nothing(self, cause: Cause) -> None:
        run = given(LINEAR, *BEGUN).when(RunLoaded()).when(succeeded("a")).then("dispatch b 1")
        assert run.when(cause).decision.facts == ()

    def test_deciding_on_a_log_that_holds_a_part_gives_the_rest(self) -> None:
        state = given(LINEAR, *BEGUN, accepted("s")).state
        whole = decide(state, CANCEL).facts
        assert [fact.event_type for fact in whole] == [
            "SignalApplied",
            "RunCancelling",
            "StepSkipped",
            "StepSkipped",
            "StepSkipped",
            "RunCancelled",
        ]
        for known in range(2, len(whole) + 1):
            assert decide(evolve_all(state, whole[:known]), CANCEL).facts == whole[known:]
