"""What a callable raised, as a failure of its step and as text for its log."""

import traceback
from pathlib import Path
from types import TracebackType

from dvt_step_runtime.failures import StepFailed

_OURS = str(Path(__file__).parent.parent)
_LONGEST = 2000


def failure(error: BaseException) -> dict[str, str]:
    """Code and message of a failure."""
    if isinstance(error, StepFailed):
        return {"code": error.code, "message": error.message}
    name = type(error).__qualname__
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - the user's __str__
        text = ""
    return {"code": "PYTHON_RAISED", "message": f"{name}: {text}"[:_LONGEST] if text else name}


def described(error: BaseException) -> str:
    """Traceback of an error without the frames of this package, which explain nothing to its author."""
    trace = error.__traceback__
    while trace is not None and _is_ours(trace):
        trace = trace.tb_next
    if trace is None and isinstance(error, StepFailed):
        cause = error.__cause__
        return f"[{error.code}] {error.message}\n" + (described(cause) if cause else "")
    return "".join(traceback.format_exception(type(error), error, trace))


def _is_ours(trace: TracebackType) -> bool:
    return trace.tb_frame.f_code.co_filename.startswith(_OURS)
