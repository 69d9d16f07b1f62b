"""Between our errors and Temporal's.

Outwards, calls to the server: UnavailableError [ENGINE_UNAVAILABLE] where trying again may help, RejectedError
[ENGINE_REJECTED] where it will not. Inwards, activities: a DvtError becomes an ApplicationError with its code as type.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from dvt_engine_core.errors import DvtError, PortError, RejectedError, UnavailableError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

_HINTS: Final = {
    RPCStatusCode.NOT_FOUND: "Create the namespace, or set DVT_TEMPORAL_NAMESPACE to one that is there.",
    RPCStatusCode.UNAUTHENTICATED: "Check the API key or the client certificate.",
    RPCStatusCode.PERMISSION_DENIED: "The credentials lack rights on this namespace.",
    RPCStatusCode.INVALID_ARGUMENT: "The server refused the request itself; its version may be too old.",
}
_REJECTED: Final = frozenset(_HINTS) | {
    RPCStatusCode.ALREADY_EXISTS,
    RPCStatusCode.FAILED_PRECONDITION,
    RPCStatusCode.OUT_OF_RANGE,
    RPCStatusCode.UNIMPLEMENTED,
}


def port_error(error: RPCError, address: str) -> PortError:
    """A failed call to the server, as the port's error."""
    if error.status in _REJECTED:
        message = f"Temporal at {address} refused: {error.message}"
        return RejectedError(message, code="ENGINE_REJECTED", hint=_HINTS.get(error.status))
    return unavailable(address, f"{error.status.name}: {error.message}")


def unavailable(address: str, detail: str) -> UnavailableError:
    """A server that does not answer."""
    return UnavailableError(f"Temporal at {address} cannot be reached ({detail})", code="ENGINE_UNAVAILABLE")


@contextmanager
def translated(address: str) -> Iterator[None]:
    """Let what a call to the server raises come out as port errors."""
    try:
        yield
    except RPCError as error:
        raise port_error(error, address) from error
    except (TimeoutError, OSError) as error:
        raise unavailable(address, type(error).__name__) from error
    except RuntimeError as error:  # what the client raises where no connection comes about
        raise unavailable(address, str(error)) from error


@contextmanager
def told_to_temporal() -> Iterator[None]:
    """Let DvtErrors leave an activity as ApplicationErrors: Temporal repeats what is retryable and nothing else.

    Shape: other exceptions pass; Temporal repeats those too, and they stay visible until a release mends them.
    """
    try:
        yield
    except DvtError as error:
        raise ApplicationError(error.message, type=error.code, non_retryable=not error.retryable) from error
