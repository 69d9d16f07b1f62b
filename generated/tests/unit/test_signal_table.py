"""The signal table answers every corner, once, and names only what exists."""

from itertools import product
from typing import Final

import pytest
from dvt_contracts.loader import BASE_ID, schemas
from dvt_contracts.models.glossary.v1.status import SignalType
from dvt_contracts.models.signals.v1.signal_table import RunStateName, SignalRow, StepCondition
from dvt_contracts.registries.capabilities import CAPABILITIES
from dvt_contracts.registries.codes import CODES
from dvt_contracts.registries.signal_table import SIGNAL_TABLE
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES
from pydantic import MISSING

ON_STEPS: Final = (SignalType.RETRY_STEP, SignalType.SKIP_STEP)
#: Conditions that only the interpreter knows.
HIDDEN: Final = ("waits_for_retry", "dependents", "cancel_code", "inputs_valid", "steps_done")


def rows(signal: SignalType, run: RunStateName, step: StepCondition | None = None) -> list[SignalRow]:
    """Rows that may answer here, up to the first without a hidden condition."""
    fitting = [
        row
        for row in SIGNAL_TABLE.rows
        if signal in row.signals
        and (row.run is MISSING or run in row.run)
        and (row.step is MISSING or step in row.step)
    ]
    last = next((at for at, row in enumerate(fitting) if all(getattr(row, name) is MISSING for name in HIDDEN)), None)
    assert last is not None, f"no row answers {signal.value} in {run.value}, step {step}"
    return fitting[: last + 1]


CORNERS: Final = [
    *product(sorted(set(SignalType) - set(ON_STEPS)), RunStateName, [None]),
    *product(ON_STEPS, RunStateName, StepCondition),
]


@pytest.mark.parametrize(("signal", "run", "step"), CORNERS)
def test_every_corner_has_an_answer(signal: SignalType, run: RunStateName, step: StepCondition | None) -> None:
    """[SIGNAL-001]."""
    assert rows(signal, run, step)


def test_every_row_can_answer() -> None:
    """[SIGNAL-001]."""
    reached = {row.row for corner in CORNERS for row in rows(*corner)}
    assert reached == {row.row for row in SIGNAL_TABLE.rows}


def test_names_of_rows_differ() -> None:
    """[SIGNAL-003]."""
    names = [row.row for row in SIGNAL_TABLE.rows]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("row", SIGNAL_TABLE.rows, ids=lambda row: str(row.row))
def test_a_row_has_a_code_where_nothing_happens_and_an_effect_where_something_does(row: SignalRow) -> None:
    """[SIGNAL-002]."""
    acts = row.application == "applied" or (row.application is MISSING and row.decision == "accepted")
    assert (row.effect is not MISSING) is acts
    assert (row.code is not MISSING) is not acts
    assert row.code is MISSING or row.code in {entry.code for entry in CODES.codes}


def test_every_signal_has_its_role_schema_and_capability() -> None:
    assert [rule.signal for rule in SIGNAL_TABLE.signals] == [
        SignalType.PAUSE,
        SignalType.RESUME,
        SignalType.CANCEL,
        SignalType.RETRY_STEP,
        SignalType.SKIP_STEP,
        SignalType.RETRY_RUN,
        SignalType.UPDATE_PARAMETERS,
        SignalType.EMERGENCY_STOP,
    ]
    capabilities = {entry.capability for entry in CAPABILITIES.capabilities}
    for rule in SIGNAL_TABLE.signals:
        assert f"{BASE_ID}{rule.arguments}.json" in schemas()
        assert rule.arguments == f"signals/v1/{rule.signal.value.replace('-', '_')}_arguments"
        assert rule.capability in capabilities


def test_states_of_runs_are_those_of_the_transition_tables() -> None:
    moves = {state for row in TRANSITION_TABLES.run for state in (*row.from_, row.to)} - {"NONE"}
    assert {state.value for state in RunStateName} == moves
