"""Core state: the fold of a run's log as decisions see it, plus what is in flight. `folding` moves it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dvt_contracts.models.glossary.v1.status import (
    CancelCode,
    OnStepFailure,
    RunStatus,
    RunSubstatus,
    SignalType,
    StepStatus,
)

from dvt_engine_core.transitions import FINAL_STEP, TERMINAL, RunState
from dvt_engine_core.walk import Walk

ENDING: Final = frozenset({RunSubstatus.FAILING, RunSubstatus.CANCELLING})


@dataclass(frozen=True, slots=True)
class StepState:
    """Where a step stands.

    Shape: of a FAILED one, `retry_at` is set while another attempt follows by itself, `due` once it may start (its
    time has come, or an operator asked), `accepted` when a resume under the policy pause took the failure as it is.
    Of a RUNNING one, `inputs_version` names the inputs of its attempt.
    """

    status: StepStatus = StepStatus.PENDING
    attempt: int = 0
    retry_at: str | None = None
    due: bool = False
    accepted: bool = False
    inputs_version: int = 0

    @property
    def out_of_attempts(self) -> bool:
        """Whether it failed for good."""
        return self.status is StepStatus.FAILED and self.retry_at is None and not self.due

    @property
    def waits(self) -> bool:
        """Whether it failed and another attempt follows."""
        return self.status is StepStatus.FAILED and not self.out_of_attempts

    @property
    def done(self) -> bool:
        """Whether nothing more will come of it by itself."""
        return self.out_of_attempts or self.status in FINAL_STEP


_FRESH: Final = StepState()


@dataclass(frozen=True, slots=True)
class OpenSignal:
    """An accepted signal that was not applied yet."""

    signal_id: str
    signal_type: SignalType
    step_id: str | None = None


@dataclass(frozen=True, slots=True)
class CoreState:
    """State of one run.

    Shape: steps by index, only those that left PENDING, `failed` the FAILED ones among them; `unmet` counts
    dependencies that are not settled, `unsettled` the steps; `ready` holds steps that may start and did not, `blocked`
    those that must be skipped, both in plan order. What only an interpreter knows: `in_flight` maps steps to the
    attempt dispatched, `asked` were asked to stop, `tried` met the skip of an ending; `loaded` is False until
    RunLoaded, before which signals are applied and nothing else happens; `overdue` is set when the deadline passed.
    """

    walk: Walk
    run: RunState | None = None
    steps: Mapping[int, StepState] = field(default_factory=dict)
    failed: frozenset[int] = frozenset()
    unmet: Mapping[int, int] = field(default_factory=dict)
    unsettled: int = 0
    ready: tuple[int, ...] = ()
    blocked: tuple[int, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    open_signals: Mapping[str, OpenSignal] = field(default_factory=dict)
    applied_signals: frozenset[str] = frozenset()
    started_at: str | None = None
    failing_code: str | None = None
    failed_step: str | None = None
    cancel: tuple[CancelCode, str] | None = None
    inputs_version: int = 0
    in_flight: Mapping[int, int] = field(default_factory=dict)
    asked: frozenset[int] = frozenset()
    tried: frozenset[int] = frozenset()
    loaded: bool = True
    overdue: bool = False

    def step(self, index: int) -> StepState:
        """State of a step."""
        return self.steps.get(index, _FRESH)

    @property
    def terminal(self) -> bool:
        """Whether the run has ended."""
        return self.run is not None and self.run.status in TERMINAL

    @property
    def running(self) -> bool:
        """Whether the run is RUNNING, ending or not."""
        return self.run is not None and self.run.status is RunStatus.RUNNING

    @property
    def paused(self) -> bool:
        """Whether the run is PAUSED."""
        return self.run is not None and self.run.status is RunStatus.PAUSED

    @property
    def ending(self) -> bool:
        """Whether the run is FAILING or CANCELLING."""
        return self.run is not None and self.run.substatus in ENDING

    @property
    def stopped(self) -> bool:
        """Whether an emergency stop ends the run."""
        return self.cancel is not None and self.cancel[0] is CancelCode.EMERGENCY_STOP

    def kept(self, index: int) -> bool:
        """Whether an ending leaves a step alone: clean-up steps, but for an emergency stop."""
        return index in self.walk.clean_up and not self.stopped

    def stops(self, index: int) -> bool:
        """Whether the ending of the run asks a running step to stop.

        Source: ExecutionSemantics: finish-running waits for what runs, unless a cancel or the deadline comes.
        """
        if not self.ending or self.kept(index):
            return False
        waits = self.walk.on_step_failure is OnStepFailure.FINISH_RUNNING and self.failing_code != "RUN_DEADLINE"
        return self.cancel is not None or self.overdue or not waits

    def settled(self, index: int) -> bool:
        """Whether a step is terminal for what depends on it and for the end of the run.

        Shape: a step that waits for its retry is not, unless the run ends without it.
        """
        step = self.steps.get(index)
        if step is None or index in self.in_flight:
            return False
        return step.done or (step.waits and self.ending and not self.kept(index))
