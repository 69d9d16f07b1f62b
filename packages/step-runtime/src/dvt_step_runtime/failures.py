"""What a callable of kind `python` raises, or sees raised, to end its step. Light to import."""

import re

_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,63}")


class StepFailed(Exception):  # noqa: N818 - users raise it: it is named as the event that it becomes
    """Raised by a callable to fail its step with a stable code of its own.

    Shape: `code` in upper case, 3 to 64 of A-Z 0-9 _; plans may name it under `retry.nonRetryable`.
    Raises: ValueError for another code.
    """

    def __init__(self, code: str, message: str) -> None:
        if not _CODE.fullmatch(code):
            raise ValueError(f"a step's code looks like OUT_OF_STOCK, not {code!r}")
        super().__init__(message)
        self.code = code
        self.message = message


class StepCancelled(BaseException):
    """Raised inside a sync callable when its step is cancelled or out of time: clean up in `finally` and let it pass.

    Not an Exception, so that `except Exception` does not swallow it.
    """
