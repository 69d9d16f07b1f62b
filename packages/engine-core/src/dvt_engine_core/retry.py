"""When a failed attempt is tried again: integers, no jitter, so that the log alone tells."""

from datetime import datetime, timedelta

from dvt_contracts.models.plan.v1.retry import Backoff, RetryPolicy

NO_RETRY = RetryPolicy()


def delay_ms(policy: RetryPolicy, failed_attempt: int) -> int:
    """Delay after the n-th failed attempt, in milliseconds.

    Shape: `failed_attempt` >= 1. Exponential doubles from initialMs up to maxMs.
    """
    if policy.backoff is Backoff.FIXED:
        return min(policy.initial_ms, policy.max_ms)
    doublings = min(failed_attempt - 1, 64)
    return min(policy.initial_ms << doublings, policy.max_ms)


def retry_at(
    policy: RetryPolicy, *, failed_attempt: int, code: str, emitted_at: str, retryable: bool = True
) -> str | None:
    """Instant of the next attempt: `emittedAt` of the failure plus the delay; None when no attempt follows.

    Source: ExecutionSemantics, attempts.
    """
    if not retryable or failed_attempt >= policy.max_attempts or code in policy.non_retryable:
        return None
    return instant_after(emitted_at, delay_ms(policy, failed_attempt))


def instant_after(instant: str, milliseconds: int) -> str:
    """An Instant some milliseconds later."""
    return instant_of(datetime.fromisoformat(instant) + timedelta(milliseconds=milliseconds))


def instant_of(moment: datetime) -> str:
    """The Instant of a moment in UTC."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds_between(earlier: str, later: str) -> int:
    """Milliseconds from one Instant to another; negative when they stand the other way round."""
    return round((datetime.fromisoformat(later) - datetime.fromisoformat(earlier)) / timedelta(milliseconds=1))
