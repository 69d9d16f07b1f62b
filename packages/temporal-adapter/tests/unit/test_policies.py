"""How long Temporal waits and where steps go, and what its verdicts mean."""

from datetime import timedelta

import pytest
from dvt_contracts.models.glossary.v1.status import WorkerClass
from dvt_engine_core.interpreter import StepOrder
from dvt_engine_core.walk import Route
from dvt_temporal_adapter.policies import (
    BACKSTOP_GRACE,
    LostCode,
    beat_interval,
    class_queue,
    is_final,
    lost_code,
    shared_queue,
    sibling_queue,
    step_options,
)
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    CancelledError,
    FailureError,
    RetryState,
    TerminatedError,
    TimeoutError,  # noqa: A004
    TimeoutType,
)
from temporalio.workflow import ActivityCancellationType


def wrapped(cause: BaseException) -> ActivityError:
    error = ActivityError(
        "failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="",
        activity_type="dvt.step",
        activity_id="1",
        retry_state=RetryState.MAXIMUM_ATTEMPTS_REACHED,
    )
    error.__cause__ = cause
    return error


def timed_out(kind: TimeoutType | None) -> TimeoutError:
    return TimeoutError("over", type=kind, last_heartbeat_details=[])


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (timed_out(TimeoutType.START_TO_CLOSE), "TIMEOUT"),
        (timed_out(TimeoutType.HEARTBEAT), "WORKER_LOST"),
        (ApplicationError("gone", type="WORKER_LOST"), "WORKER_LOST"),
        (CancelledError(), "CANCELLED"),
        (timed_out(TimeoutType.SCHEDULE_TO_START), "LOST_CONTACT"),
        (timed_out(None), "LOST_CONTACT"),
        (ApplicationError("no", type="INTERNAL"), "LOST_CONTACT"),
        (TerminatedError("by hand"), "LOST_CONTACT"),
    ],
)
def test_each_end_of_an_activity_has_a_code(cause: BaseException, code: LostCode) -> None:
    assert lost_code(wrapped(cause)) == code


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (ApplicationError("no", non_retryable=True), True),
        (wrapped(ApplicationError("no", non_retryable=True)), True),
        (ApplicationError("later"), False),
        (wrapped(ApplicationError("later")), False),
        (timed_out(TimeoutType.START_TO_CLOSE), False),
    ],
)
def test_only_an_error_that_says_so_is_final(error: FailureError, *, final: bool) -> None:
    assert is_final(error) is final


def test_a_steps_time_limit_leaves_room_for_its_grace_and_its_record() -> None:
    route = Route(WorkerClass.DATA, timeout_ms=60_000, heartbeat_timeout_ms=4_000)
    options = step_options(StepOrder("a", 1, 0, route, cancel_grace_ms=10_000))
    assert options["start_to_close_timeout"] == timedelta(seconds=70) + BACKSTOP_GRACE
    assert options["heartbeat_timeout"] == timedelta(seconds=4)
    assert options["cancellation_type"] is ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
    assert options["retry_policy"].maximum_attempts == 5
    assert options["retry_policy"].non_retryable_error_types == ["TemporalTimeout:StartToClose"]


@pytest.mark.parametrize("worker_class", list(WorkerClass))
@pytest.mark.parametrize("prefix", ["dvt", "team-control", "a-b"])
def test_steps_go_to_the_queue_of_their_class_beside_the_interpreters(prefix: str, worker_class: WorkerClass) -> None:
    control = class_queue(prefix, WorkerClass.CONTROL)
    assert sibling_queue(control, worker_class) == f"{prefix}-{worker_class.value}"


@pytest.mark.parametrize("worker_class", list(WorkerClass))
def test_steps_stay_on_a_queue_that_all_classes_share(worker_class: WorkerClass) -> None:
    assert sibling_queue(shared_queue("dvt"), worker_class) == "dvt-all"


@pytest.mark.parametrize(
    ("timeout_s", "beating", "interval_s"), [(10, 1, 0.5), (1, 1, 1 / 3), (10, 100, 2), (10, 10_000, 10 / 3)]
)
def test_beats_are_quick_for_few_and_bounded_for_many(timeout_s: float, beating: int, interval_s: float) -> None:
    found = beat_interval(timedelta(seconds=timeout_s), beating=beating)
    assert found.total_seconds() == pytest.approx(interval_s)
