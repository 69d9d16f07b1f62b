"""Puts a decision together.

It has three parts, in this order: what the cause itself says (a signal, a lost step, the deadline), what follows from
the state (failing, pausing, skipping, ending), and what may start now.
"""

from typing import assert_never

from dvt_engine_core.causes import Cause, DeadlinePassed, RetryDue, RunLoaded, SignalArrived, StepLost, StepReturned
from dvt_engine_core.decider.acting import effects_of
from dvt_engine_core.decider.ending import pass_deadline
from dvt_engine_core.decider.following import follow
from dvt_engine_core.decider.hearing import receive
from dvt_engine_core.decider.losing import give_up
from dvt_engine_core.decider.signals import apply_signal
from dvt_engine_core.decision import Decision
from dvt_engine_core.facts import Fact
from dvt_engine_core.folding import evolve_all
from dvt_engine_core.state import CoreState


def decide(state: CoreState, cause: Cause) -> Decision:
    """Decide what a cause leads to.

    Shape: any state; a repeated or late cause decides nothing. Facts are in recording order; deciding again on the
    fold that holds some of them gives the rest.
    Source: ExecutionSemantics, the decider.
    """
    heard = receive(state, cause)
    said = _said(heard, cause)
    after = evolve_all(heard, said)
    followed = follow(after) if after.loaded else ()
    facts = (*said, *followed)
    return Decision(facts, effects_of(evolve_all(after, followed), cause, facts))


def _said(state: CoreState, cause: Cause) -> tuple[Fact, ...]:
    match cause:
        case SignalArrived():
            return apply_signal(state, cause)
        case StepLost():
            return give_up(state, cause)
        case DeadlinePassed():
            return pass_deadline(state)
        case RunLoaded() | StepReturned() | RetryDue():
            return ()
        case _:  # pragma: no cover - mypy proves the match whole
            assert_never(cause)
