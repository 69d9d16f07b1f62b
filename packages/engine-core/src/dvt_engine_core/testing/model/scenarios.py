"""What the model is searched with, and the mutants that it must refute."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

from dvt_engine_core.testing.model.rules import PENDING, Event
from dvt_engine_core.testing.model.system import Design, Scenario

_BEGUN: Final = (0, Event("RunStarted"))
_STARTED: Final = (0, Event("StepStarted"))
_COMPLETED: Final = (0, Event("StepCompleted"))
_FAILED: Final = (0, Event("StepFailed"))

DELIVERY: Final = Scenario(
    "two runs of one shard, a relay and a zombie",
    ((_BEGUN, _STARTED), ((1, Event("RunStarted")),)),
    relays=2,
    steals=1,
)
ONE_RUN: Final = Scenario(
    "a step delivered twice to two workers, a relay and a zombie",
    ((_BEGUN, _STARTED, _COMPLETED), (_STARTED, _FAILED)),
    relays=2,
    steals=1,
)
ENDING: Final = Scenario(
    "an ending beside a retry",
    (
        (_BEGUN, _STARTED, _FAILED, (0, Event("StepStarted", 2)), (0, Event("StepCompleted", 2))),
        ((0, Event("StepFailed", patient=True)), (0, Event("RunFailed", patient=True))),
    ),
)
CANCEL: Final = Scenario(
    "a dispatcher's cancel beside the load",
    ((_BEGUN, _STARTED, _COMPLETED, (0, Event("RunCompleted"))), ((0, Event("RunCancelled", legal_from=PENDING)),)),
)
#: A writer that waits for what never comes.
_STUCK: Final = Scenario("a patient writer", (((0, Event("RunStarted")), (0, Event("StepFailed", patient=True))),))
SCENARIOS: Final = (DELIVERY, ONE_RUN, ENDING, CANCEL)

#: Searched by `nox -s model` only: it takes a minute.
LONG: Final = replace(
    DELIVERY,
    name="two events of each of two runs, a lease that changes hands twice",
    writers=((_BEGUN, _STARTED), ((1, Event("RunStarted")), (1, Event("StepStarted")))),
    steals=2,
)


class Mutant(NamedTuple):
    """One thing done otherwise, the scenario that shows it, and how it is refuted."""

    name: str
    scenario: Scenario
    fault: str


def _mutant(name: str, scenario: Scenario, design: Design, fault: str) -> Mutant:
    return Mutant(name, replace(scenario, design=design), fault)


MUTANTS: Final = (
    _mutant("cursor instead of deletion", DELIVERY, Design(delete_when_delivered=False), "I9"),
    _mutant("look before lock", ONE_RUN, Design(look_under_lock=False), "I1"),
    _mutant("probe after insert", ONE_RUN, Design(probe_before_insert=False), "I7"),
    _mutant("ack before publish", DELIVERY, Design(publish_before_ack=False), "I9"),
    _mutant("no epoch", DELIVERY, Design(fetch_needs_epoch=False), "a relay without the lease fetched"),
    _mutant("consumer drops by epoch", DELIVERY, Design(consumer_ignores_epoch=False), "I9"),
    _mutant("no slots", ONE_RUN, Design(slots=False), "I7"),
    _mutant("terminal event beside a live step", ENDING, Design(live_step_guard=False), "I8"),
    _mutant("dispatcher's cancel without its status", CANCEL, Design(names_status=False), "I8"),
    _mutant("a writer that waits for ever", _STUCK, Design(), "liveness"),
)
