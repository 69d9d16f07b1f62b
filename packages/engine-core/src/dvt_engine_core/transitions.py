"""Legality is data: lookups over the transition tables of the contract, nothing decided here.

A run state is `STATUS` or `STATUS/SUBSTATUS`, `NONE` before `RunQueued`; a signal state is `NONE` before its decision.
"""

from dataclasses import dataclass
from typing import Final

from dvt_contracts.models.execution_semantics.v1.transition_tables import AttemptRule, EventRule, EventSubject
from dvt_contracts.models.glossary.v1.status import RunStatus, RunSubstatus, StepStatus
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES
from pydantic import MISSING

NONE: Final = "NONE"
TERMINAL: Final = frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED})
FINAL_STEP: Final = frozenset({StepStatus.SUCCEEDED, StepStatus.SKIPPED, StepStatus.CANCELLED})
RULES: Final[dict[str, EventRule]] = {rule.type: rule for rule in TRANSITION_TABLES.events}
STEP_EVENTS_LEGAL_IN: Final = frozenset(TRANSITION_TABLES.step_events_legal_in)
SIGNAL_EVENTS_LEGAL_IN: Final = frozenset(TRANSITION_TABLES.signal_events_legal_in)

_RUN: Final = {(row.event, state): row.to for row in TRANSITION_TABLES.run for state in row.from_}
_SIGNAL: Final = {(row.event, state): row.to for row in TRANSITION_TABLES.signal for state in row.from_}
_STEP: Final = {
    (row.event, row.reused is not MISSING, status): (row.to, row.attempt)
    for row in TRANSITION_TABLES.step
    for status in row.from_
}


@dataclass(frozen=True, slots=True)
class RunState:
    """Status and substatus of a run as one state of its machine."""

    status: RunStatus
    substatus: RunSubstatus | None = None

    @property
    def name(self) -> str:
        """`STATUS` or `STATUS/SUBSTATUS`."""
        return f"{self.status.value}/{self.substatus.value}" if self.substatus else self.status.value


def rule_of(event_type: str) -> EventRule | None:
    """What an event type is about; None for a type that this release does not know."""
    return RULES.get(event_type)


def is_terminal_event(event_type: str) -> bool:
    """Whether the event ends its run."""
    rule = RULES.get(event_type)
    return rule is not None and rule.subject is EventSubject.RUN and rule.part == "ended"


def next_run_state(event_type: str, state: RunState | None) -> RunState | None:
    """Where a run event leads from `state` (None: before RunQueued); None when illegal."""
    to = _RUN.get((event_type, state.name if state else NONE))
    if to is None:
        return None
    status, _, substatus = to.partition("/")
    return RunState(RunStatus(status), RunSubstatus(substatus) if substatus else None)


def next_step_status(
    event_type: str, *, status: StepStatus, attempt: int, event_attempt: int, reused: bool = False
) -> StepStatus | None:
    """Where a step event leads from `status` at `attempt`; None when illegal.

    Shape: `attempt` >= 0, 0 before the first; `event_attempt` as the event carries it.
    Source: ExecutionSemantics, step transitions.
    """
    found = _STEP.get((event_type, reused, status))
    if found is None:
        return None
    to, attempt_rule = found
    return to if event_attempt == expected_attempt(attempt_rule, attempt) else None


def expected_attempt(rule: AttemptRule, attempt: int) -> int:
    """The attempt that an event must carry, given the step's current one."""
    match rule:
        case AttemptRule.CURRENT:
            return attempt
        case AttemptRule.NEXT:
            return attempt + 1
        case AttemptRule.FIRST_OR_CURRENT:  # pragma: no branch - mypy proves the match whole
            return max(1, attempt)


def next_signal_status(event_type: str, status: str | None) -> str | None:
    """Where a signal event leads from `status` (None: no decision yet); None when illegal."""
    return _SIGNAL.get((event_type, status or NONE))
