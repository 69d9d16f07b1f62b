"""One tree of errors; the docstring of a class is its default message, its code is in errors/v1/codes.json.

DvtError
├─ ContractError        the input breaks a contract: InvalidPlanError, InvalidInputsError, InvalidEventError
├─ RefusedError         well formed, not legal now: StartKeyConflictError, RunNotFoundError, SignalRefusedError,
│                       PlanRefusedError
├─ InconsistencyError   stored facts disagree, page someone: HashMismatchError, SequenceGapError
├─ StepError            the work of a step failed; becomes StepFailed, never leaves a worker
└─ PortError            raised by adapters only: UnavailableError (retryable), RejectedError
"""

from collections.abc import Sequence
from typing import ClassVar

from dvt_contracts.models.errors.v1.fault import Fault
from dvt_contracts.models.errors.v1.problem import Problem
from dvt_contracts.registries.codes import CODES
from pydantic import MISSING

_ENTRIES = {entry.code: entry for entry in CODES.codes}
_MESSAGE_LIMIT = 4000


class DvtError(Exception):
    """DVT itself failed."""

    default_code: ClassVar[str] = "INTERNAL"
    default_retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        hint: str | None = None,
        faults: Sequence[Fault] = (),
        file: str | None = None,
    ) -> None:
        self.code = code or self.default_code
        entry = _ENTRIES.get(self.code)
        self.message = message or (type(self).__doc__ or "").partition("\n")[0]
        self.hint = hint or (entry.hint if entry else None)
        self.retryable = entry.retryable if entry else self.default_retryable
        self.exit_code = entry.exit_code if entry else 1
        self.faults = tuple(faults)
        self.file = file
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}"

    def problem(self) -> Problem:
        """The error as a document of the contract errors/v1/problem."""
        return Problem(
            code=self.code,
            message=self.message[:_MESSAGE_LIMIT],
            hint=self.hint or MISSING,
            retryable=self.retryable,
            file=self.file or MISSING,
            faults=self.faults or MISSING,
        )


class ContractError(DvtError):
    """The input breaks a contract."""

    default_code = "USAGE"


class InvalidPlanError(ContractError):
    """The plan has faults."""

    default_code = "PLAN_INVALID"


class InvalidInputsError(ContractError):
    """The inputs miss the plan's schema."""

    default_code = "INPUTS_INVALID"


class InvalidEventError(ContractError):
    """An event breaks its contract."""

    default_code = "INTERNAL"


class RefusedError(DvtError):
    """Well formed, but not legal now."""

    default_code = "STORE_REJECTED"


class StartKeyConflictError(RefusedError):
    """The start key is known with another plan or other inputs."""

    default_code = "START_KEY_CONFLICT"


class RunNotFoundError(RefusedError):
    """There is no such run."""

    default_code = "RUN_NOT_FOUND"


class SignalRefusedError(RefusedError):
    """The signal was refused."""

    default_code = "RUN_TERMINAL"


class PlanRefusedError(RefusedError):
    """The plan reference was refused."""

    default_code = "PLAN_ADDRESS_REFUSED"


class InconsistencyError(DvtError):
    """Stored facts disagree."""


class HashMismatchError(InconsistencyError):
    """The plan's bytes do not have the hash of its reference."""

    default_code = "PLAN_HASH_MISMATCH"


class SequenceGapError(InconsistencyError):
    """The log of a run has a gap."""


class StepError(DvtError):
    """The work of a step failed."""

    default_code = "STEP_FAILED"


class PortError(DvtError):
    """A system that DVT depends on failed."""


class UnavailableError(PortError):
    """A system that DVT depends on cannot be reached."""

    default_code = "STORE_UNAVAILABLE"
    default_retryable = True


class RejectedError(PortError):
    """A system that DVT depends on refused the call."""

    default_code = "STORE_REJECTED"
