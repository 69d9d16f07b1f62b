"""How long Temporal waits, when it tries again, and on which queue; and what its verdict on a lost step means.

Shape: pure; used inside the workflow sandbox.
Units: timedeltas where Temporal wants them, integer milliseconds elsewhere.
"""

from datetime import timedelta
from typing import Final, Literal, TypeAlias, TypedDict

from dvt_contracts.models.glossary.v1.status import WorkerClass
from dvt_engine_core.interpreter import StepOrder
from temporalio import exceptions
from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType

#: Of load and record; steps name their own.
HEARTBEAT_TIMEOUT: Final = timedelta(seconds=10)
#: Deliveries of one logical attempt, counted by Temporal.
MAX_ENGINE_ATTEMPTS: Final = 5
#: The executor enforces the step's own limit. This bound only meets an activity that beats and never ends; it is long
#: because a finished step waits for a store that is away, and its result must not be lost to impatience.
BACKSTOP_GRACE: Final = timedelta(hours=1)
#: ApplicationError type of a delivery that a worker gave back when it went away.
WORKER_LOST: Final = "WORKER_LOST"

_SHARED: Final = "-all"

LostCode: TypeAlias = Literal["TIMEOUT", "WORKER_LOST", "LOST_CONTACT", "CANCELLED"]

STEP_RETRY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=100),
    maximum_interval=timedelta(seconds=5),
    maximum_attempts=MAX_ENGINE_ATTEMPTS,
    non_retryable_error_types=["TemporalTimeout:StartToClose"],
)
_FOR_EVER: Final = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10))
#: A defect fails the workflow, not its task: Temporal then starts it afresh and it goes on from the store.
WORKFLOW_RETRY: Final = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))


class ActivityOptions(TypedDict):
    """Options that every activity has."""

    start_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy
    cancellation_type: ActivityCancellationType


class LocalOptions(TypedDict):
    """Options of a call within the workflow task."""

    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


#: Load and record, first try.
AT_ONCE: Final = LocalOptions(
    start_to_close_timeout=timedelta(seconds=10), retry_policy=RetryPolicy(maximum_attempts=1)
)
#: Load and record, second try: repeated for ever while the store is away, noticed soon when their worker is lost.
PATIENTLY: Final = ActivityOptions(
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=HEARTBEAT_TIMEOUT,
    retry_policy=_FOR_EVER,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)


def step_options(order: StepOrder) -> ActivityOptions:
    """Options of a step's activity.

    Source: ExecutionSemantics, time limits and lost workers.
    """
    limit = timedelta(milliseconds=order.route.timeout_ms + order.cancel_grace_ms)
    return ActivityOptions(
        start_to_close_timeout=limit + BACKSTOP_GRACE,
        heartbeat_timeout=timedelta(milliseconds=order.route.heartbeat_timeout_ms),
        retry_policy=STEP_RETRY,
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    )


def class_queue(prefix: str, worker_class: WorkerClass) -> str:
    """Queue of a class of workers."""
    return f"{prefix}-{worker_class.value}"


def shared_queue(prefix: str) -> str:
    """The one queue of a prefix whose workers serve every class: steps then start without asking the server first."""
    return f"{prefix}{_SHARED}"


def sibling_queue(interpreter_queue: str, worker_class: WorkerClass) -> str:
    """Queue of a class of workers, beside the one on which an interpreter runs."""
    if interpreter_queue.endswith(_SHARED):
        return interpreter_queue
    return class_queue(interpreter_queue.removesuffix(f"-{WorkerClass.CONTROL.value}"), worker_class)


def reason(error: BaseException) -> BaseException | None:
    """What an activity failed with; Temporal wraps it, but not where it ran within the workflow task."""
    return error.cause if isinstance(error, exceptions.ActivityError) else error


def is_final(error: exceptions.FailureError) -> bool:
    """Whether trying again cannot help."""
    found = reason(error)
    return isinstance(found, exceptions.ApplicationError) and found.non_retryable


def lost_code(error: exceptions.ActivityError) -> LostCode:
    """What Temporal says of a step whose activity did not answer."""
    match error.cause:
        case exceptions.TimeoutError(type=exceptions.TimeoutType.START_TO_CLOSE):
            return "TIMEOUT"
        case (
            exceptions.TimeoutError(type=exceptions.TimeoutType.HEARTBEAT)
            | exceptions.ApplicationError(type="WORKER_LOST")
        ):
            return "WORKER_LOST"
        case exceptions.CancelledError():
            return "CANCELLED"
        case _:
            return "LOST_CONTACT"


def beat_interval(expected_within: timedelta, *, beating: int) -> timedelta:
    """Time between heartbeats of one of so many activities of a process.

    Shape: a third of the timeout at most. Beats bring the news of a cancellation, so few activities beat twice a
    second; many share 50 beats a second, each of which Temporal writes down.
    """
    return min(expected_within / 3, max(timedelta(seconds=0.5), timedelta(seconds=beating / 50)))
