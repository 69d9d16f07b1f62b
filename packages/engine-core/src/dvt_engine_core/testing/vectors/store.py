"""Vectors of StateStore, put to the in-memory store: starts, and the order in which appends are judged."""

import asyncio
from collections.abc import Mapping
from typing import Any

from dvt_contracts.loader import AnyEvent, parse_event
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import Appended, AppendResult, Duplicate, Illegal, Superseded
from pydantic import MISSING

from dvt_engine_core.facts import Fact, Stamp, stamped
from dvt_engine_core.idempotency import RUN, event_key
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.builders import OTHER_RUN, PAYLOADS, REUSED, SampleRun
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.vectors.case import Case, equal
from dvt_engine_core.transitions import RULES


def _event(run: SampleRun, told: Mapping[str, Any]) -> AnyEvent:
    kind: str = told["eventType"]
    if kind not in RULES:
        key = event_key(
            run_id=run.run_id,
            subject=RUN,
            ordinal=told["occurrence"],
            event_type=kind,
            plan_id=run.identity.plan_id,
            plan_version=run.identity.plan_version,
        )
        return parse_event({**run.unknown(kind).document(), "idempotencyKey": key})
    subject: str | None = told.get("stepId", told.get("signalId"))
    payload = REUSED if told.get("reused") else PAYLOADS[kind]
    fact = Fact(kind, payload, subject, told.get("attempt", told.get("occurrence", 1)))
    return stamped(fact, run.identity, Stamp(run.ids.event_id(), told["emittedAt"]))


def _answer(result: AppendResult) -> dict[str, object]:
    told: dict[str, object] = {"outcome": result.outcome}
    match result:
        case Appended():
            told["runSeq"] = result.run_seq
        case Duplicate():
            told["runSeq"] = result.record.run_seq
            if result.attempt_outcome is not MISSING:
                told["attemptOutcome"] = result.attempt_outcome.run_seq
        case Superseded():
            told["runSeq"] = result.record.run_seq
        case Illegal():
            told["state"] = result.state.document()
        case _:
            pass
    return told


async def _append(case: Case) -> None:
    store, run = MemoryStore(), SampleRun()
    await store.create_run(run.new())
    written = 1
    for batch in case["appends"]:
        key = RunKey(batch.get("tenantId", "local"), OTHER_RUN if batch.get("unknownRun") else run.run_id)
        legal_from = RunStatus(batch["legalFrom"]) if "legalFrom" in batch else None
        events = [_event(run, told) for told in batch["events"]]
        results = await store.append(key, events, legal_from=legal_from)
        equal([_answer(result) for result in results], [told["answer"] for told in batch["events"]], "the answers are")
        written += sum(isinstance(result, Appended) for result in results)
        equal(len(store.events(run.key)), written)


def check_append(case: Case) -> None:
    """Every answer to every append, and nothing written but what is answered so. Raises: AssertionError."""
    asyncio.run(_append(case))


async def _start(case: Case) -> None:
    store, runs = MemoryStore(), list[str]()
    for told in case["starts"]:
        new = SampleRun(tenant_id=told["tenantId"]).new(start_key=told.get("startKey"), fingerprint=told["fingerprint"])
        result = await store.create_run(new)
        runs += [result.run_id] if result.outcome == "created" else []
        equal({"outcome": result.outcome, "run": runs.index(result.run_id) + 1}, told["answer"], "the answer is")


def check_start(case: Case) -> None:
    """Which run a start makes or finds. Raises: AssertionError."""
    asyncio.run(_start(case))
