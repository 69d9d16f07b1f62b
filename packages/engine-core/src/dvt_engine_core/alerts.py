"""What is told of an event that is not legal where it stands in its log."""

from typing import TYPE_CHECKING

from dvt_contracts.models.engine.v1.projector_alert import ProjectorAlert
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSubject
from dvt_contracts.models.glossary.v1.status import RunStatus, StepStatus
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES
from pydantic import MISSING

from dvt_engine_core.facts import Fact, is_reuse
from dvt_engine_core.transitions import (
    NONE,
    RULES,
    SIGNAL_EVENTS_LEGAL_IN,
    STEP_EVENTS_LEGAL_IN,
    is_terminal_event,
)

if TYPE_CHECKING:
    from dvt_engine_core.projector import RunRows


def alert_of(rows: "RunRows", fact: Fact, *, run_seq: int) -> ProjectorAlert:
    """Say what an illegal fact met, and from where it would have been legal.

    Shape: `rows` as the fact met them. The states told are those of the run where the run takes no event of this kind,
    else those of the step or signal.
    Source: [EXEC-008].
    """
    subject = RULES[fact.event_type].subject
    of_step = subject is EventSubject.STEP
    step = rows.steps.get(fact.subject_id or "") if of_step else None
    expected, actual = _states(rows, fact, subject)
    return ProjectorAlert(
        run_id=rows.run_id,
        run_seq=run_seq,
        event_type=fact.event_type,
        expected=expected,
        actual=actual,
        attempt=fact.ordinal if of_step else MISSING,
        step_attempt=(step.attempt if step else 0) if of_step else MISSING,
        running_steps=rows.running_steps if is_terminal_event(fact.event_type) else MISSING,
    )


def _states(rows: "RunRows", fact: Fact, subject: EventSubject) -> tuple[list[str], str]:
    run = rows.state.name if rows.state else NONE
    if subject is EventSubject.RUN:
        return [name for row in TRANSITION_TABLES.run if row.event == fact.event_type for name in row.from_], run
    legal_in = STEP_EVENTS_LEGAL_IN if subject is EventSubject.STEP else SIGNAL_EVENTS_LEGAL_IN
    if rows.state is None or rows.state.status not in legal_in:
        return [status.value for status in RunStatus if status in legal_in], run
    if subject is EventSubject.SIGNAL:
        signal = rows.signals.get(fact.subject_id or "")
        moves = [name for row in TRANSITION_TABLES.signal if row.event == fact.event_type for name in row.from_]
        return moves, signal.status if signal else NONE
    step = rows.steps.get(fact.subject_id or "")
    reused = is_reuse(fact.payload)
    statuses = [
        status.value
        for row in TRANSITION_TABLES.step
        if row.event == fact.event_type and (row.reused is not MISSING) is reused
        for status in row.from_
    ]
    return statuses, step.status if step else StepStatus.PENDING.value
