"""What can go wrong with the embedded servers, as one error class with stable codes.

Light on purpose: a command imports this on its way to the first byte of output.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypedDict


class EmbeddedCode(StrEnum):
    """Stable codes; a code is never reused for another meaning."""

    PORT_IN_USE = "EMBEDDED_PORT_IN_USE"
    START_FAILED = "EMBEDDED_START_FAILED"
    HOME_HELD = "EMBEDDED_HOME_HELD"
    HOME_UNWRITABLE = "EMBEDDED_HOME_UNWRITABLE"
    NO_BINARIES = "EMBEDDED_NO_BINARIES"
    DATA_NEWER = "EMBEDDED_DATA_NEWER"
    ROOT_REFUSED = "EMBEDDED_ROOT_REFUSED"
    UNSUPPORTED = "EMBEDDED_UNSUPPORTED"


class ErrorFrame(TypedDict):
    """The error as it crosses the supervisor's socket."""

    code: str
    message: str
    hint: str
    log: str


class EmbeddedError(Exception):
    """The embedded servers could not be started or reached.

    `message` says what happened, `hint` what to do about it, `log` holds the last lines of the
    server's log when they say why ("" otherwise).
    """

    def __init__(self, code: EmbeddedCode | str, message: str, *, hint: str = "", log: str = "") -> None:
        super().__init__(message)
        self.code = str(code)
        self.message = message
        self.hint = hint
        self.log = log

    def __str__(self) -> str:
        """One line for a person; the log tail stays out of it."""
        return f"{self.message} [{self.code}]"

    def to_frame(self) -> ErrorFrame:
        """Give the error as plain data for the socket."""
        return ErrorFrame(code=self.code, message=self.message, hint=self.hint, log=self.log)

    @classmethod
    def from_frame(cls, frame: ErrorFrame) -> EmbeddedError:
        """Rebuild the error a supervisor sent."""
        return cls(frame["code"], frame["message"], hint=frame["hint"], log=frame["log"])


def unexpected(error: Exception) -> EmbeddedError:
    """Give the error for what nobody foresaw; the supervisor's log has the traceback."""
    message = f"The supervisor failed: {type(error).__name__}: {error}"
    return EmbeddedError(EmbeddedCode.START_FAILED, message, hint="See logs/supervisor.log in the home.")
