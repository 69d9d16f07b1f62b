"""Lookups over the transition tables."""

import pytest
from dvt_contracts.models.execution_semantics.v1.transition_tables import AttemptRule
from dvt_contracts.models.glossary.v1.status import RunStatus, RunSubstatus, StepStatus
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES

from dvt_engine_core.transitions import (
    FINAL_STEP,
    RULES,
    TERMINAL,
    RunState,
    expected_attempt,
    is_terminal_event,
    next_run_state,
    next_signal_status,
    next_step_status,
    rule_of,
)

EVERY_STATE = [
    None,
    *(RunState(status) for status in RunStatus),
    *(RunState(status, substatus) for status in (RunStatus.RUNNING, RunStatus.PAUSED) for substatus in RunSubstatus),
]


def test_a_state_is_named_by_status_and_substatus() -> None:
    assert RunState(RunStatus.RUNNING).name == "RUNNING"
    assert RunState(RunStatus.RUNNING, RunSubstatus.FAILING).name == "RUNNING/FAILING"


@pytest.mark.parametrize("event_type", [row.event for row in TRANSITION_TABLES.run])
def test_a_run_moves_where_the_table_says_and_nowhere_else(event_type: str) -> None:
    """[EXEC-001]."""
    row = next(row for row in TRANSITION_TABLES.run if row.event == event_type)
    for state in EVERY_STATE:
        after = next_run_state(event_type, state)
        name = state.name if state else "NONE"
        assert (after.name if after else None) == (row.to if name in row.from_ else None)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_no_run_event_leaves_a_terminal_status(status: RunStatus) -> None:
    """[EXEC-002]."""
    assert all(next_run_state(name, RunState(status)) is None for name in RULES)


@pytest.mark.parametrize("status", sorted(FINAL_STEP))
def test_no_step_event_leaves_a_final_status(status: StepStatus) -> None:
    for name in RULES:
        for reused in (False, True):
            found = [next_step_status(name, status=status, attempt=1, event_attempt=n, reused=reused) for n in range(4)]
            assert found == [None] * 4


def test_an_event_carries_the_attempt_of_its_rule() -> None:
    """[EXEC-004]."""
    assert [expected_attempt(AttemptRule.CURRENT, n) for n in (0, 1, 5)] == [0, 1, 5]
    assert [expected_attempt(AttemptRule.NEXT, n) for n in (0, 1, 5)] == [1, 2, 6]
    assert [expected_attempt(AttemptRule.FIRST_OR_CURRENT, n) for n in (0, 1, 5)] == [1, 1, 5]


def test_terminal_events_are_the_three_that_end_a_run() -> None:
    assert {name for name in RULES if is_terminal_event(name)} == {"RunCompleted", "RunFailed", "RunCancelled"}
    assert not is_terminal_event("RunPonderedOver")


def test_unknown_types_have_no_rule() -> None:
    assert rule_of("StepPonderedOver") is None
    assert rule_of("StepStarted") is RULES["StepStarted"]


def test_every_event_type_has_a_transition_and_every_transition_a_type() -> None:
    runs, steps, signals = TRANSITION_TABLES.run, TRANSITION_TABLES.step, TRANSITION_TABLES.signal
    assert {
        *(row.event for row in runs),
        *(row.event for row in steps),
        *(row.event for row in signals),
    } == RULES.keys()


def test_a_signal_is_applied_only_once_accepted() -> None:
    assert next_signal_status("SignalAccepted", None) == "ACCEPTED"
    assert next_signal_status("SignalApplied", "ACCEPTED") == "APPLIED"
    assert next_signal_status("SignalApplied", None) is None
    assert next_signal_status("SignalApplied", "REJECTED") is None
