"""Calls to the server: what may be tried again and what may not. Activities: what Temporal repeats."""

import pytest
from dvt_engine_core.errors import HashMismatchError, RejectedError, RunNotFoundError, UnavailableError
from dvt_temporal_adapter.errors import told_to_temporal, translated
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

ADDRESS = "temporal.example:7233"
RETRYABLE = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.UNKNOWN,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.DATA_LOSS,
}


@pytest.mark.parametrize("status", [status for status in RPCStatusCode if status is not RPCStatusCode.OK])
def test_each_status_is_either_unavailable_or_rejected(status: RPCStatusCode) -> None:
    with pytest.raises((UnavailableError, RejectedError)) as caught, translated(ADDRESS):
        raise RPCError("why", status, b"")
    assert caught.value.retryable is (status in RETRYABLE)
    assert caught.value.code == ("ENGINE_UNAVAILABLE" if status in RETRYABLE else "ENGINE_REJECTED")
    assert "why" in caught.value.message
    assert ADDRESS in caught.value.message
    assert isinstance(caught.value.__cause__, RPCError)


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionRefusedError("no"), RuntimeError("Failed client connect")])
def test_no_connection_is_unavailable(error: Exception) -> None:
    with pytest.raises(UnavailableError, match="ENGINE_UNAVAILABLE"), translated(ADDRESS):
        raise error


def test_temporal_repeats_what_is_retryable() -> None:
    with pytest.raises(ApplicationError) as caught, told_to_temporal():
        raise UnavailableError("away")
    assert (caught.value.type, caught.value.non_retryable) == ("STORE_UNAVAILABLE", False)


@pytest.mark.parametrize("error", [RunNotFoundError("no run"), HashMismatchError("other bytes")])
def test_temporal_does_not_repeat_what_cannot_change(error: RunNotFoundError | HashMismatchError) -> None:
    with pytest.raises(ApplicationError) as caught, told_to_temporal():
        raise error
    assert (caught.value.type, caught.value.non_retryable) == (error.code, True)


def test_a_defect_passes_as_it_is() -> None:
    with pytest.raises(KeyError), told_to_temporal():
        raise KeyError
