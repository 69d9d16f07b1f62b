"""Errors as a user meets them: one tree, one document, one text. Nothing here imports what the error did not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dvt.paint import paint

if TYPE_CHECKING:
    from dvt_contracts.models.errors.v1.fault import Fault
    from dvt_engine_core.errors import DvtError

_MOST_FAULTS = 20
_WORKER_REFUSED = "Worker validation failed: "


def to_dvt_error(error: BaseException) -> DvtError:
    """The error of the tree that says what any exception means; what it does not know is INTERNAL."""
    from dvt_engine_core.errors import ContractError, DvtError, PortError, RejectedError, UnavailableError

    from dvt.embedded.errors import EmbeddedError

    if isinstance(error, BaseExceptionGroup):
        return to_dvt_error(error.exceptions[0])
    if isinstance(error, DvtError):
        return error
    if isinstance(error, EmbeddedError):
        message = f"{error.message}\n{_indented(error.log)}" if error.log else error.message
        return PortError(message, code=error.code, hint=error.hint or None)
    psycopg = sys.modules.get("psycopg")
    if psycopg is not None and isinstance(error, psycopg.OperationalError):
        return UnavailableError("the database cannot be reached or is busy")
    if isinstance(error, RuntimeError) and str(error).startswith(_WORKER_REFUSED):
        message = _first_line(error).removeprefix(_WORKER_REFUSED).partition(": Status")[0]
        hint = "Create the namespace, or set DVT_TEMPORAL_NAMESPACE to one that is there."
        return RejectedError(f"Temporal refuses the worker: {message}", code="ENGINE_REJECTED", hint=hint)
    if type(error).__module__.startswith("cyclopts"):
        return ContractError(_first_line(error), code="USAGE")
    return DvtError(f"{type(error).__name__}: {_first_line(error)}")


def problem_text(error: DvtError, *, colour: bool = False) -> str:
    """The error for a person: what, where, and what to do.

    Shape: faults as `file:line:column pointer message [CODE]`, at most 20 of them.
    """
    lines = [f"{paint('error', 'red', on=colour)}: {error.message} [{error.code}]"]
    if error.file and not error.faults:
        lines.append(f"  in {error.file}")
    lines += [_fault_text(fault, error) for fault in error.faults[:_MOST_FAULTS]]
    if len(error.faults) > _MOST_FAULTS:
        lines.append(f"  ... and {len(error.faults) - _MOST_FAULTS} more; -o json shows all")
    if error.hint and not any(_hint_of(fault) for fault in error.faults):
        lines.append(f"{paint('hint', 'cyan', on=colour)}: {error.hint}")
    return "\n".join(lines)


def problem_line(error: DvtError) -> str:
    """The error as a document of errors/v1/problem, on one line."""
    import json

    return json.dumps(error.problem().document(), ensure_ascii=False)


def _fault_text(fault: Fault, error: DvtError) -> str:
    from pydantic import MISSING

    place = [error.file or ""]
    if fault.line is not MISSING:
        place.append(str(fault.line))
    if fault.column is not MISSING:
        place.append(str(fault.column))
    where = ":".join(part for part in place if part)
    pointer = f" {fault.pointer or '(whole document)'}" if fault.pointer is not MISSING else ""
    text = f"  {where}{pointer}: {fault.message} [{fault.code}]" if where or pointer else f"  {fault.message}"
    hint = _hint_of(fault)
    return f"{text}\n      {hint}" if hint else text


def _hint_of(fault: Fault) -> str | None:
    from pydantic import MISSING

    return None if fault.hint is MISSING else fault.hint


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _indented(text: str) -> str:
    return "\n".join(f"  | {line}" for line in text.splitlines()[-10:])
