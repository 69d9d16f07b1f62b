"""The registries of states, writers and capabilities are total."""

from collections.abc import Sequence
from typing import Final

from dvt_contracts.models.execution_semantics.v1.transition_tables import (
    RunTransition,
    SignalTransition,
    StepTransition,
)
from dvt_contracts.models.glossary.v1.status import RunStatus, RunSubstatus, StepStatus
from dvt_contracts.registries.capabilities import CAPABILITIES
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES
from pydantic import MISSING

ROWS: Final[tuple[tuple[str, Sequence[RunTransition | StepTransition | SignalTransition]], ...]] = (
    ("run", TRANSITION_TABLES.run),
    ("step", TRANSITION_TABLES.step),
    ("signal", TRANSITION_TABLES.signal),
)
SUBJECTS: Final = dict(ROWS)


def test_every_state_of_the_tables_is_explained() -> None:
    """[EXEC-031]."""
    for subject, rows in SUBJECTS.items():
        told = {entry.state for entry in TRANSITION_TABLES.states if entry.subject == subject}
        assert told == {state for row in rows for state in (*row.from_, row.to)} - {"NONE"}


def test_a_state_is_its_status_and_substatus() -> None:
    """[EXEC-031]."""
    for entry in TRANSITION_TABLES.states:
        substatus = "" if entry.substatus is MISSING else f"/{entry.substatus.value}"
        assert entry.state == entry.status + substatus
    runs = [entry for entry in TRANSITION_TABLES.states if entry.subject == "run"]
    assert {entry.status for entry in runs} == set(RunStatus)
    assert {entry.substatus for entry in runs} - {MISSING} == set(RunSubstatus)
    assert {entry.status for entry in TRANSITION_TABLES.states if entry.subject == "step"} == set(StepStatus)


def test_a_final_state_is_one_that_nothing_leaves() -> None:
    """[EXEC-002]."""
    for entry in TRANSITION_TABLES.states:
        leaves = any(entry.state in row.from_ for row in SUBJECTS[entry.subject.value])
        assert entry.final is not leaves


def test_every_event_has_its_writers_and_only_known_events_move() -> None:
    """[EVENTS-009], [EVENTS-010], [EVENTS-011], [EVENTS-012], [EVENTS-013]."""
    assert all(len(set(rule.writers)) == len(rule.writers) >= 1 for rule in TRANSITION_TABLES.events)
    moved = {row.event for rows in SUBJECTS.values() for row in rows}
    assert moved == {rule.type for rule in TRANSITION_TABLES.events}


def test_the_support_matrix_is_total() -> None:
    """[CAPABILITY-001]."""
    names = [entry.capability for entry in CAPABILITIES.capabilities]
    assert len(set(names)) == len(names)
    for adapter, levels in CAPABILITIES.adapters.items():
        assert list(levels) == names, adapter


def test_what_no_adapter_gives_is_proposed_and_what_one_gives_is_not() -> None:
    """[CAPABILITY-002]."""
    for entry in CAPABILITIES.capabilities:
        givers = {name for name, levels in CAPABILITIES.adapters.items() if levels[entry.capability] != "unsupported"}
        assert bool(givers) is (entry.lifecycle not in {"proposed", "removed"}), entry.capability
        assert entry.lifecycle != "stable" or givers - {"in-process"}, entry.capability


def test_a_deprecation_has_its_days_in_order() -> None:
    """[CAPABILITY-003]."""
    for entry in CAPABILITIES.capabilities:
        leaving = entry.lifecycle in {"deprecated", "removed"}
        assert (entry.deprecation is not MISSING) is leaving
        assert entry.deprecation is MISSING or entry.deprecation.announced < entry.deprecation.removal


def test_a_loss_is_told_for_every_degraded_capability_and_no_other() -> None:
    """[CAPABILITY-006]."""
    losses = {} if CAPABILITIES.losses is MISSING else CAPABILITIES.losses
    told = {(adapter, name) for adapter, texts in losses.items() for name in texts}
    assert told == {
        (adapter, name)
        for adapter, levels in CAPABILITIES.adapters.items()
        for name, level in levels.items()
        if level == "degraded"
    }
