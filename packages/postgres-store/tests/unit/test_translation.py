"""What psycopg's errors become."""

import psycopg
import pytest
from dvt_engine_core.errors import InconsistencyError, RejectedError, UnavailableError
from dvt_postgres_store.errors import is_connection_lost, translate, translated
from psycopg_pool import PoolTimeout


def _error(state: str | None, text: str = "Failing row contains (secret).") -> psycopg.Error:
    return psycopg.errors.lookup(state)(text) if state else psycopg.OperationalError(text)


@pytest.mark.parametrize(
    ("state", "kind", "code"),
    [
        (None, UnavailableError, "STORE_UNAVAILABLE"),
        ("08006", UnavailableError, "STORE_UNAVAILABLE"),
        ("25006", UnavailableError, "STORE_UNAVAILABLE"),
        ("40P01", UnavailableError, "STORE_UNAVAILABLE"),
        ("53300", UnavailableError, "STORE_UNAVAILABLE"),
        ("55P03", UnavailableError, "STORE_UNAVAILABLE"),
        ("57P01", UnavailableError, "STORE_UNAVAILABLE"),
        ("42501", RejectedError, "STORE_NO_RIGHTS"),
        ("28P01", RejectedError, "STORE_NO_RIGHTS"),
        ("3F000", RejectedError, "STORE_SCHEMA_MISSING"),
        ("42P01", RejectedError, "STORE_SCHEMA_MISSING"),
        ("42883", RejectedError, "STORE_SCHEMA_MISSING"),
        ("23505", RejectedError, "STORE_REJECTED"),
        ("22001", RejectedError, "STORE_REJECTED"),
    ],
)
def test_each_state_has_its_code(state: str | None, kind: type[Exception], code: str) -> None:
    error = translate(_error(state))
    assert isinstance(error, kind)
    assert error.code == code
    assert error.retryable == (kind is UnavailableError)
    assert "secret" not in str(error)


def test_pool_timeout_is_no_lost_server() -> None:
    assert translate(PoolTimeout("secret")).code == "STORE_POOL_EXHAUSTED"


def test_violated_authority_is_an_alarm() -> None:
    class Violated(psycopg.DatabaseError):
        sqlstate = "DV901"

    assert isinstance(translate(Violated()), InconsistencyError)


@pytest.mark.parametrize(
    ("state", "lost"), [(None, True), ("57P01", True), ("25006", True), ("57014", False), ("23505", False)]
)
def test_lost_connections_are_known(state: str | None, *, lost: bool) -> None:
    assert is_connection_lost(_error(state)) is lost


def test_messages_that_quote_values_stay_out_of_tracebacks() -> None:
    with pytest.raises(RejectedError) as caught, translated():
        raise _error("23505")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    with pytest.raises(UnavailableError) as kept, translated():
        raise _error("57P01")
    assert isinstance(kept.value.__cause__, psycopg.Error)
