"""When a failed attempt is tried again."""

import pytest
from dvt_contracts.models.plan.v1.retry import RetryPolicy

from dvt_engine_core.retry import NO_RETRY, delay_ms, instant_after, milliseconds_between, retry_at
from dvt_engine_core.testing.scenario import AT


def policy(**fields: object) -> RetryPolicy:
    return RetryPolicy.parse({"maxAttempts": 100, **fields})


@pytest.mark.parametrize(
    ("fields", "delays"),
    [
        ({"backoff": "fixed", "initialMs": 700, "maxMs": 5000}, [700, 700, 700]),
        ({"backoff": "fixed", "initialMs": 700, "maxMs": 100}, [100, 100, 100]),
        ({"backoff": "exponential", "initialMs": 100, "maxMs": 250}, [100, 200, 250]),
        ({"backoff": "exponential", "initialMs": 0, "maxMs": 250}, [0, 0, 0]),
    ],
)
def test_delays_follow_the_policy(fields: dict[str, object], delays: list[int]) -> None:
    assert [delay_ms(policy(**fields), attempt) for attempt in (1, 2, 3)] == delays


def test_a_late_attempt_waits_no_longer_than_the_longest_delay() -> None:
    assert delay_ms(policy(backoff="exponential", initialMs=1, maxMs=60_000), 10_000) == 60_000


def test_the_next_attempt_is_the_failure_plus_the_delay() -> None:
    """[EXEC-018]."""
    again = retry_at(policy(initialMs=1500), failed_attempt=1, code="X_Y", emitted_at=AT)
    assert again == "2026-01-31T08:15:31.623Z"


@pytest.mark.parametrize(
    ("chosen", "attempt", "code", "retryable"),
    [
        (NO_RETRY, 1, "TIMEOUT", True),
        (policy(maxAttempts=3), 3, "TIMEOUT", True),
        (policy(nonRetryable=["SQL_FAILED"]), 1, "SQL_FAILED", True),
        (policy(), 1, "REF_UNAVAILABLE", False),
    ],
)
def test_no_attempt_follows(chosen: RetryPolicy, attempt: int, code: str, retryable: bool) -> None:  # noqa: FBT001
    """[EXEC-018]."""
    assert retry_at(chosen, failed_attempt=attempt, code=code, emitted_at=AT, retryable=retryable) is None


@pytest.mark.parametrize(
    ("instant", "later", "after"),
    [
        ("2026-12-31T23:59:59.999Z", 1, "2027-01-01T00:00:00.000Z"),
        ("2028-02-28T23:59:59.000Z", 1000, "2028-02-29T00:00:00.000Z"),
        (AT, 0, AT),
    ],
)
def test_instants_keep_their_form(instant: str, later: int, after: str) -> None:
    assert instant_after(instant, later) == after
    assert milliseconds_between(instant, after) == later
    assert milliseconds_between(after, instant) == -later
