"""Applying signals: the signal table says what each comes to in which corner, this brings it about."""

from typing import Final

from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.run_paused import RunPausedPayload
from dvt_contracts.models.events.v1.run_resumed import RunResumedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import CancelCode, RunStatus, SignalEffect, SkipCode, StepStatus
from dvt_contracts.models.signals.v1.signal_table import DependentsCondition, SignalEffectName, SignalRow
from dvt_contracts.registries.signal_table import SIGNAL_TABLE
from pydantic import MISSING

from dvt_engine_core.causes import SignalArrived
from dvt_engine_core.decider.run_facts import run_fact
from dvt_engine_core.facts import Fact
from dvt_engine_core.state import CoreState

_UNKNOWN: Final = "UNKNOWN"


def apply_signal(state: CoreState, cause: SignalArrived) -> tuple[Fact, ...]:
    """Apply a signal once, or say why it comes to nothing; SignalApplied leads its group.

    Shape: () where the run has not started or has ended, and for a signal that was applied before.
    Source: ExecutionSemantics, signals; registry signal_table.
    """
    if state.run is None or state.run.status is RunStatus.PENDING or state.terminal:
        return ()
    if cause.signal_id in state.applied_signals:
        return ()
    row = row_of(state, cause)
    effect = SignalEffect.MOOT if row.effect is MISSING else SignalEffect.APPLIED
    changed = row.effect is SignalEffectName.UPDATE_PARAMETERS and cause.parameters is not None
    payload = SignalAppliedPayload(
        signal_type=cause.signal_type,
        effect=effect,
        code=row.code,
        parameters=cause.parameters if changed and cause.parameters is not None else MISSING,
    )
    return (Fact("SignalApplied", payload, cause.signal_id), *_brought_about(state, cause, row))


def row_of(state: CoreState, cause: SignalArrived) -> SignalRow:
    """The corner of the signal table in which a signal meets the run."""
    return next(row for row in SIGNAL_TABLE.rows if cause.signal_type in row.signals and _fits(row, state, cause))


def _fits(row: SignalRow, state: CoreState, cause: SignalArrived) -> bool:
    index = state.walk.graph.index.get(cause.step_id or "")
    run = state.run.name if state.run else None
    conditions: tuple[tuple[object, object], ...] = (
        (row.waits_for_retry, index is not None and state.step(index).waits),
        (row.dependents, _dependents(state, index)),
        (row.cancel_code, state.cancel[0] if state.cancel else None),
        (row.inputs_valid, cause.inputs_valid),
        (row.steps_done, state.unsettled == 0 and not state.in_flight),
    )
    return (
        (row.run is MISSING or run in row.run)
        and (row.step is MISSING or _condition(state, index) in row.step)
        and all(wanted is MISSING or wanted == found for wanted, found in conditions)
    )


def _condition(state: CoreState, index: int | None) -> str:
    """Status of the step that a signal names; one that was dispatched counts as running."""
    if index is None:
        return _UNKNOWN
    return StepStatus.RUNNING if index in state.in_flight else state.step(index).status


def _dependents(state: CoreState, index: int | None) -> DependentsCondition:
    dependents = () if index is None else state.walk.graph.dependents[index]
    decided = any(other in state.steps or other in state.in_flight for other in dependents)
    return DependentsCondition.SOME_NOT_PENDING if decided else DependentsCondition.ALL_PENDING


def _brought_about(state: CoreState, cause: SignalArrived, row: SignalRow) -> tuple[Fact, ...]:
    signal_id = cause.signal_id
    match row.effect:
        case SignalEffectName.PAUSE_RUN:
            return (run_fact(state, "RunPaused", RunPausedPayload(signal_id=signal_id)),)
        case SignalEffectName.RESUME_RUN:
            return (run_fact(state, "RunResumed", RunResumedPayload(signal_id=signal_id)),)
        case SignalEffectName.BEGIN_CANCELLING:
            return _cancelling(state, CancelCode.CANCELLED, signal_id)
        case SignalEffectName.BEGIN_EMERGENCY_STOP:
            return _cancelling(state, CancelCode.EMERGENCY_STOP, signal_id)
        case SignalEffectName.SKIP_STEP if cause.step_id is not None:
            attempt = max(1, state.step(state.walk.graph.index[cause.step_id]).attempt)
            return (Fact("StepSkipped", StepSkippedPayload(code=SkipCode.BY_OPERATOR), cause.step_id, attempt),)
        case _:  # the fold of SignalApplied itself grants attempts and updates parameters
            return ()


def _cancelling(state: CoreState, code: CancelCode, signal_id: str) -> tuple[Fact, ...]:
    """A paused run is resumed first."""
    resumed = run_fact(state, "RunResumed", RunResumedPayload(signal_id=signal_id))
    cancelling = run_fact(state, "RunCancelling", RunCancellingPayload(code=code, signal_id=signal_id))
    return (resumed, cancelling) if state.paused else (cancelling,)
