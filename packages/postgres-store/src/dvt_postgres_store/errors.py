"""Errors of psycopg and its pool as the core's port errors, with nothing of statements or values in their text."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from dvt_engine_core.errors import DvtError, InconsistencyError, RejectedError, UnavailableError
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

#: SQLSTATE of a violated append authority: an alarm, never a retry.
_AUTHORITY = "DV901"
_SCHEMA_MISSING = {"3F000": "schema", "42P01": "table", "42883": "function", "42704": "type", "42703": "column"}
#: Not the statement's fault: the same call may succeed in a moment.
_TRANSIENT_CLASSES = ("08", "40", "53", "57")
_LOCK_TIMEOUT = "55P03"
_READ_ONLY = "25006"
_NO_RIGHTS = ("42501", "28000", "28P01")
#: Classes whose messages quote values: their originals stay out of tracebacks.
_QUOTES_VALUES = ("22", "23")


def is_connection_lost(error: psycopg.Error) -> bool:
    """Whether the connection is of no more use: cut, refused, shut down, or to a server that became read-only."""
    state = error.sqlstate or ""
    lost_client_side = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and not state
    return lost_client_side or state == _READ_ONLY or state.startswith(("08", "57P"))


def translate(error: psycopg.Error) -> DvtError:
    """The port error that says what a psycopg error means.

    Shape: the text names the SQLSTATE, never SQL, values or the connection's URL.
    """
    if isinstance(error, PoolClosed | TooManyRequests | PoolTimeout):
        return UnavailableError("no database connection became free in time", code="STORE_POOL_EXHAUSTED")
    state = error.sqlstate or ""
    if state == _READ_ONLY:
        return UnavailableError("the database server is read-only", code="STORE_UNAVAILABLE")
    if state == _AUTHORITY:
        return InconsistencyError("the append authority was violated: two writers held one run")
    if state in _NO_RIGHTS:
        return RejectedError(f"the database role lacks rights (SQLSTATE {state})", code="STORE_NO_RIGHTS")
    if state in _SCHEMA_MISSING:
        missing = f"a {_SCHEMA_MISSING[state]} of DVT is missing (SQLSTATE {state})"
        return RejectedError(missing, code="STORE_SCHEMA_MISSING")
    if is_connection_lost(error) or state == _LOCK_TIMEOUT or state.startswith(_TRANSIENT_CLASSES):
        detail = f" (SQLSTATE {state})" if state else ""
        return UnavailableError(f"the database cannot be reached or is busy{detail}", code="STORE_UNAVAILABLE")
    return RejectedError(f"the database refused the call (SQLSTATE {state or 'unknown'})", code="STORE_REJECTED")


@contextmanager
def translated() -> Iterator[None]:
    """Raise port errors in the place of psycopg's."""
    try:
        yield
    except psycopg.Error as error:
        quiet = (error.sqlstate or "").startswith(_QUOTES_VALUES)
        raise translate(error) from (None if quiet else error)
