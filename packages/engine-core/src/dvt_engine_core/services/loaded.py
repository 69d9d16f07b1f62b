"""Core state on the wire between the load step and an interpreter: JSON values only, ids once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dvt_contracts.models.glossary.v1.status import CancelCode, RunStatus, RunSubstatus, SignalType, StepStatus

from dvt_engine_core.folding import initial_state, moved
from dvt_engine_core.state import CoreState, OpenSignal, StepState
from dvt_engine_core.transitions import RunState
from dvt_engine_core.walk import CompactWalk


@dataclass(frozen=True, slots=True)
class LoadedRun:
    """What an interpreter needs to begin or go on; `walk` is None for a run that has ended.

    Shape: `steps` as (index, status, attempt, retryAt), those that are `due` or `accepted` by index, `step_inputs` the
    inputs of running attempts; `signals` open ones as (id, type) in `runSeq` order, `signal_steps` the steps they name.
    """

    walk: CompactWalk | None = None
    status: str = "RUNNING"
    substatus: str | None = None
    steps: Sequence[tuple[int, str, int, str | None]] = ()
    counts: dict[str, int] = field(default_factory=dict)
    signals: Sequence[tuple[str, str]] = ()
    applied: Sequence[str] = ()
    failed_step: str | None = None
    cancel: tuple[str, str] | None = None
    inputs_version: int = 0
    due: Sequence[int] = ()
    accepted: Sequence[int] = ()
    step_inputs: Sequence[tuple[int, int]] = ()
    signal_steps: dict[str, str] = field(default_factory=dict)
    failing_code: str | None = None
    started_at: str | None = None


def pack(state: CoreState) -> LoadedRun:
    """Core state with nothing in flight, on the wire."""
    run = state.run or RunState(RunStatus.PENDING)
    steps = sorted(state.steps.items())
    return LoadedRun(
        walk=CompactWalk.of(state.walk),
        status=run.status.value,
        substatus=run.substatus.value if run.substatus else None,
        steps=[(index, step.status.value, step.attempt, step.retry_at) for index, step in steps],
        counts=dict(state.counts),
        signals=[(signal.signal_id, signal.signal_type.value) for signal in state.open_signals.values()],
        applied=sorted(state.applied_signals),
        failed_step=state.failed_step,
        cancel=(state.cancel[0].value, state.cancel[1]) if state.cancel else None,
        inputs_version=state.inputs_version,
        due=[index for index, step in steps if step.due],
        accepted=[index for index, step in steps if step.accepted],
        step_inputs=[
            (index, step.inputs_version) for index, step in sorted(state.steps.items()) if step.inputs_version
        ],
        signal_steps={name: signal.step_id for name, signal in state.open_signals.items() if signal.step_id},
        failing_code=state.failing_code,
        started_at=state.started_at,
    )


def unpack(loaded: LoadedRun) -> CoreState:
    """Core state from the wire, not `loaded` yet: the interpreter's walk has no retry policies.

    Raises: ValueError for an ended run.
    """
    if loaded.walk is None:
        raise ValueError("the run has ended")
    state = replace(
        initial_state(loaded.walk.expand()),
        run=RunState(RunStatus(loaded.status), RunSubstatus(loaded.substatus) if loaded.substatus else None),
        counts=dict(loaded.counts),
        open_signals={
            name: OpenSignal(name, SignalType(kind), loaded.signal_steps.get(name)) for name, kind in loaded.signals
        },
        applied_signals=frozenset(loaded.applied),
        failing_code=loaded.failing_code,
        failed_step=loaded.failed_step,
        cancel=(CancelCode(loaded.cancel[0]), loaded.cancel[1]) if loaded.cancel else None,
        inputs_version=loaded.inputs_version,
        started_at=loaded.started_at,
        loaded=False,
    )
    due, accepted, inputs = set(loaded.due), set(loaded.accepted), dict(loaded.step_inputs)
    return moved(
        state,
        {
            index: StepState(
                StepStatus(status), attempt, retry_at, index in due, index in accepted, inputs.get(index, 0)
            )
            for index, status, attempt, retry_at in loaded.steps
        },
    )
