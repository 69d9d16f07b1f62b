"""What went wrong with a database, without its address and without values."""

from typing import Final

import psycopg
from dvt_contracts.base import JsonObject
from dvt_engine_core.errors import StepError

from dvt_step_runtime.sql.values import without_values

_GONE: Final = ("08", "57P", "53300")
_REASONS: Final = (
    ("password authentication failed", "the password is not accepted"),
    ("no pg_hba.conf entry", "the server does not let this worker in"),
    ("does not exist", "its database or role does not exist"),
    ("too many", "the server has no connection left"),
    ("starting up", "the server is starting up"),
    ("timeout", "no answer in time"),
    ("refused", "nothing listens there"),
    ("could not translate host name", "its host is unknown"),
    ("resolve", "its host is unknown"),
)


def unreachable(name: str, error: psycopg.Error) -> StepError:
    """A connection that cannot be opened; libpq's own text names host, port and user."""
    text = str(error)
    reason = next((ours for theirs, ours in _REASONS if theirs in text), "it cannot be opened")
    return StepError(f"connection `{name}`: {reason}", code="SQL_UNAVAILABLE")


def failed(place: str, error: psycopg.Error, parameters: JsonObject) -> StepError:
    """A statement, or the commit, that failed."""
    state = error.sqlstate
    lost = state.startswith(_GONE) if state else isinstance(error, psycopg.OperationalError)
    if lost:
        return StepError(f"{place}: the connection was lost{f' ({state})' if state else ''}", code="SQL_UNAVAILABLE")
    said = error.diag.message_primary or str(error).partition("\n")[0]
    message = without_values(said, parameters)
    return StepError(f"{place}: {state} {message}" if state else f"{place}: {message}", code="SQL_FAILED")
