"""What is decided of a signal before it acts: its form, who may send it, and whether the run can take it now.

The signal table says it all; the interpreter, which knows more of the run, looks up the same rows again.
"""

from typing import Final

from dvt_contracts.base import Contract
from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.glossary.v1.status import Role, SignalType, StepStatus
from dvt_contracts.models.signals.v1.cancel_arguments import CancelArguments
from dvt_contracts.models.signals.v1.emergency_stop_arguments import EmergencyStopArguments
from dvt_contracts.models.signals.v1.pause_arguments import PauseArguments
from dvt_contracts.models.signals.v1.resume_arguments import ResumeArguments
from dvt_contracts.models.signals.v1.retry_run_arguments import RetryRunArguments
from dvt_contracts.models.signals.v1.retry_step_arguments import RetryStepArguments
from dvt_contracts.models.signals.v1.signal_request import SignalRequest
from dvt_contracts.models.signals.v1.signal_table import SignalRow, StepCondition
from dvt_contracts.models.signals.v1.skip_step_arguments import SkipStepArguments
from dvt_contracts.models.signals.v1.update_parameters_arguments import UpdateParametersArguments
from dvt_contracts.registries.signal_table import SIGNAL_TABLE
from pydantic import MISSING, ValidationError

from dvt_engine_core.capabilities import gives
from dvt_engine_core.errors import SignalRefusedError

_RANK: Final = {role: rank for rank, role in enumerate((Role.VIEWER, Role.OPERATOR, Role.ENGINEER, Role.ADMIN))}
_RULES: Final = {rule.signal: rule for rule in SIGNAL_TABLE.signals}
_ARGUMENTS: Final[dict[SignalType, type[Contract]]] = {
    SignalType.PAUSE: PauseArguments,
    SignalType.RESUME: ResumeArguments,
    SignalType.CANCEL: CancelArguments,
    SignalType.RETRY_STEP: RetryStepArguments,
    SignalType.SKIP_STEP: SkipStepArguments,
    SignalType.RETRY_RUN: RetryRunArguments,
    SignalType.UPDATE_PARAMETERS: UpdateParametersArguments,
    SignalType.EMERGENCY_STOP: EmergencyStopArguments,
}


def check_request(request: SignalRequest, actor: Actor, *, adapter: str | None) -> None:
    """Judge a signal by itself: nothing of a refused one gets into the run.

    Raises: SignalRefusedError [SIGNAL_UNSUPPORTED, SIGNAL_ARGUMENTS, ROLE_MISSING, REASON_REQUIRED].
    Source: ExecutionSemantics, signals.
    """
    rule, name = _RULES[request.signal_type], request.signal_type.value
    if adapter is not None and not gives(adapter, rule.capability):
        raise SignalRefusedError(f"engine {adapter!r} does not take the signal {name}", code="SIGNAL_UNSUPPORTED")
    try:
        _ARGUMENTS[request.signal_type].parse(request.arguments)
    except ValidationError as error:
        first = error.errors()[0]
        at = "/".join(map(str, first["loc"]))
        raise SignalRefusedError(f"the signal {name}: {at} {first['msg']}".strip(), code="SIGNAL_ARGUMENTS") from None
    if _RANK[actor.role] < _RANK[rule.role]:
        raise SignalRefusedError(f"the signal {name} needs the role {rule.role.value}", code="ROLE_MISSING")
    if rule.reason_required and request.reason is MISSING:
        raise SignalRefusedError(f"the signal {name} needs a reason", code="REASON_REQUIRED")


def decided_row(snapshot: RunSnapshot, request: SignalRequest) -> SignalRow:
    """The row of the signal table that decides a signal: of a run and step only their status is known here.

    Shape: a step without events is PENDING. Rows with conditions that only an interpreter knows decide nothing.
    """
    run = snapshot.status.value if snapshot.substatus is MISSING else f"{snapshot.status}/{snapshot.substatus}"
    asked = request.arguments.get("stepId")
    status = next((found.status for found in snapshot.steps if found.step_id == asked), StepStatus.PENDING)
    step = StepCondition(status)
    return next(
        row
        for row in SIGNAL_TABLE.rows
        if request.signal_type in row.signals
        and (row.run is MISSING or run in row.run)
        and (row.step is MISSING or step in row.step)
        and not _hidden(row)
    )


def _hidden(row: SignalRow) -> bool:
    hidden = (row.waits_for_retry, row.dependents, row.cancel_code, row.inputs_valid, row.steps_done)
    return any(condition is not MISSING for condition in hidden)
