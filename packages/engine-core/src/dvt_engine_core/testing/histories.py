"""Runs as diff and why read them, from facts told in short lines."""

from collections.abc import Sequence
from random import Random

from dvt_contracts.base import JsonObject
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.plan.v1.plan import Plan

from dvt_engine_core.diff.history import History, read_history
from dvt_engine_core.facts import Fact, RunIdentity, Stamp, stamped
from dvt_engine_core.testing.scenario import fact
from dvt_engine_core.testing.seeded import seeded_run


def records_of(facts: Sequence[str | Fact], *, seed: int = 0) -> tuple[RunIdentity, tuple[RawRecord, ...]]:
    """The log of a run that tells these facts, with ids and times that depend on `seed`; lines as in `scenario`."""
    run = seeded_run(Random(seed))  # noqa: S311 - the same ids for the same seed
    for _ in range(seed):
        run.clock.now()
    events = [
        stamped(fact(told) if isinstance(told, str) else told, run.identity, Stamp(run.ids.event_id(), run.clock.now()))
        for told in facts
    ]
    records = [
        RawRecord.parse({"runSeq": number, "persistedAt": run.clock.now(), "event": event.document()})
        for number, event in enumerate(events, start=1)
    ]
    return run.identity, tuple(records)


def history_of(plan: JsonObject | None, *facts: str | Fact, seed: int = 0) -> History:
    """A run of a plan whose log tells these facts after RunQueued and RunStarted."""
    return whole_history_of(plan, "RunQueued", "RunStarted", *facts, seed=seed)


def whole_history_of(plan: JsonObject | None, *facts: str | Fact, seed: int = 0) -> History:
    """A run of a plan whose log tells these facts, RunQueued first."""
    run, records = records_of(facts, seed=seed)
    parsed = None if plan is None else Plan.parse(plan)
    return read_history(records, run_id=run.run_id, tenant_id=run.tenant_id, plan=parsed)
