"""An in-memory StateStore with its intent queue and plan store: the append rules of the contract, spelled plainly."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field

from dvt_contracts.loader import AnyEvent, parse_event
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSlot, EventSubject
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from dvt_contracts.models.store.v1.append_result import (
    Appended,
    AppendResult,
    Duplicate,
    Illegal,
    Superseded,
    UnknownRun,
)
from dvt_contracts.models.store.v1.create_run_result import (
    CreateRunResult,
    RunCreated,
    RunExisting,
    StartKeyConflict,
)
from dvt_contracts.models.store.v1.run_state import RunState as StateAnswer
from dvt_contracts.models.store.v1.run_summary import RunSummary
from pydantic import MISSING

from dvt_engine_core.appending import AppendItem, append_item, groups
from dvt_engine_core.errors import DvtError, RejectedError
from dvt_engine_core.facts import Fact, fact_of
from dvt_engine_core.hashes import chain_next, chain_start, plan_hash
from dvt_engine_core.ports.ambient import Clock
from dvt_engine_core.ports.store import BatchResult, NewRun, RunBatch, RunKey, RunQuery, StoredRun
from dvt_engine_core.projector import RunRows, assemble, fold, next_status, write
from dvt_engine_core.system import SystemClock
from dvt_engine_core.testing.memory_intents import MemoryIntents
from dvt_engine_core.transitions import RULES, TERMINAL


@dataclass(slots=True)
class _Run:
    rows: RunRows
    head: bytes
    fingerprint: str
    bodies: list[tuple[str, str]] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    slots: dict[tuple[str, str | None, int], int] = field(default_factory=dict)

    def record(self, run_seq: int) -> RawRecord:
        persisted_at, body = self.bodies[run_seq - 1]
        return RawRecord.parse({"runSeq": run_seq, "persistedAt": persisted_at, "event": json.loads(body)})


def _slot(item: AppendItem) -> tuple[str, str | None, int] | None:
    rule = RULES.get(item.event_type)
    if rule is None or rule.slot is MISSING:
        return None
    return (rule.slot.value, item.item_id, item.ordinal if rule.subject is EventSubject.STEP else 0)


class MemoryStore:
    """StateStore and PlanStore for tests, in one process and one event loop; `intents` is its queue."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Begin empty; `clock` stands for the database's."""
        self._clock = clock or SystemClock()
        self._runs: dict[RunKey, _Run] = {}
        self._start_keys: dict[tuple[str, str], RunKey] = {}
        self._plans: dict[tuple[str, str], bytes] = {}
        self.intents = MemoryIntents(self._clock)
        self.appended = asyncio.Event()

    async def create_run(self, run: NewRun) -> CreateRunResult:
        """See StateStore."""
        if run.start_key is not None:
            known = self._start_keys.get((run.key.tenant_id, run.start_key))
            if known is not None:
                same = self._runs[known].fingerprint == run.fingerprint
                return RunExisting(run_id=known.run_id) if same else StartKeyConflict(run_id=known.run_id)
            self._start_keys[run.key.tenant_id, run.start_key] = run.key
        rows = RunRows(run.key.run_id, run.key.tenant_id)
        self._runs[run.key] = _Run(rows, chain_start(run.key.run_id), run.fingerprint)
        await self.append(run.key, [run.queued])
        return RunCreated(run_id=run.key.run_id)

    async def append(
        self, run: RunKey, events: Sequence[AnyEvent], *, legal_from: RunStatus | None = None
    ) -> tuple[AppendResult, ...]:
        """See StateStore."""
        items = [append_item(event) for event in events]
        stored = self._runs.get(run)
        if stored is None:
            return tuple(UnknownRun() for _ in events)
        state = stored.rows.state
        refused = legal_from is not None and (state is None or state.status is not legal_from)
        results: list[AppendResult] = []
        for group in groups(items):
            results += self._append_group(run, stored, [(items[at], events[at]) for at in group], refused=refused)
        self.appended.set()
        return tuple(results)

    async def append_many(self, batches: Sequence[RunBatch]) -> tuple[BatchResult, ...]:
        """See BatchStateStore."""
        results: list[BatchResult] = []
        for batch in batches:
            try:
                results.append(await self.append(batch.run, batch.events, legal_from=batch.legal_from))
            except DvtError as error:
                results.append(error)
        return tuple(results)

    def _append_group(
        self, run: RunKey, stored: _Run, group: list[tuple[AppendItem, AnyEvent]], *, refused: bool
    ) -> list[AppendResult]:
        """A group led by SignalApplied is written only if that is appended."""
        (first, event), *rest = group
        result = self._append_one(run, stored, first, event, refused=refused)
        held = first.event_type == "SignalApplied" and not isinstance(result, Appended)
        return [result, *(self._append_one(run, stored, item, event, refused=refused or held) for item, event in rest)]

    def _append_one(
        self, run: RunKey, stored: _Run, item: AppendItem, event: AnyEvent, *, refused: bool
    ) -> AppendResult:
        answer = self._judge(stored, item, event, refused=refused)
        if answer is not None:
            return answer
        write(stored.rows, event)
        seq = stored.rows.last_run_seq
        now = self._clock.now()
        stored.bodies.append((now, item.body))
        stored.head = chain_next(stored.head, item.body)
        stored.keys[item.key] = seq
        slot = _slot(item)
        if slot:
            stored.slots[slot] = seq
        self.intents.promise(run, item)
        return Appended(run_seq=seq, persisted_at=now)

    def _judge(self, stored: _Run, item: AppendItem, event: AnyEvent, *, refused: bool) -> AppendResult | None:
        """In this order: duplicate, superseded, illegal; None where the event may be written."""
        known = stored.keys.get(item.key)
        if known is not None:
            return Duplicate(record=stored.record(known), attempt_outcome=self._attempt_outcome(stored, item))
        slot = _slot(item)
        if slot and slot in stored.slots:
            return Superseded(record=stored.record(stored.slots[slot]))
        fact = fact_of(event)
        state = stored.rows.state
        if fact is None:
            legal = state is not None and state.status not in TERMINAL
        else:
            legal = next_status(stored.rows, fact) is not None
        return None if legal and not refused else self._illegal(stored, item)

    @staticmethod
    def _attempt_outcome(stored: _Run, item: AppendItem) -> RawRecord | MISSING:
        if item.event_type != "StepStarted":
            return MISSING
        seq = stored.slots.get((EventSlot.OUTCOME.value, item.item_id, item.ordinal))
        return stored.record(seq) if seq else MISSING

    @staticmethod
    def _illegal(stored: _Run, item: AppendItem) -> Illegal:
        rows = stored.rows
        state: dict[str, object] = {"lastRunSeq": rows.last_run_seq, "runningSteps": rows.running_steps}
        if rows.state:
            state["runStatus"] = rows.state.status
            if rows.state.substatus:
                state["runSubstatus"] = rows.state.substatus
        if item.subject is EventSubject.STEP:
            step = rows.steps.get(item.item_id or "")
            state |= {"stepStatus": step.status if step else "PENDING", "attempt": step.attempt if step else 0}
        if item.subject is EventSubject.SIGNAL and (item.item_id or "") in rows.signals:
            state["signalStatus"] = rows.signals[item.item_id or ""].status
        return Illegal(state=StateAnswer.parse(state))

    async def read_run(self, run: RunKey, *, steps: Collection[str] | None = None) -> StoredRun | None:
        """See StateStore."""
        stored = self._runs.get(run)
        if stored is None:
            return None
        rows = stored.rows
        if steps is not None:
            rows = copy.copy(rows)
            rows.steps = {name: row for name, row in stored.rows.steps.items() if name in steps}
        return StoredRun(assemble(rows), stored.head.hex())

    async def read_events(self, run: RunKey, *, after: int = 0, limit: int | None = None) -> AsyncIterator[RawRecord]:
        """See StateStore."""
        stored = self._runs.get(run)
        last = len(stored.bodies) if stored else 0
        for seq in range(after + 1, min(last, after + limit if limit is not None else last) + 1):
            if stored:
                yield stored.record(seq)

    async def list_runs(self, tenant_id: str, query: RunQuery) -> tuple[RunSummary, ...]:
        """See StateStore."""
        found = []
        for key in sorted(self._runs, key=lambda key: key.run_id, reverse=True):
            stored = self._runs[key]
            snapshot = assemble(stored.rows)
            wanted = key.tenant_id == tenant_id and key.run_id.startswith(query.id_prefix)
            if not wanted or (query.before and key.run_id >= query.before):
                continue
            if query.status in (None, snapshot.status):
                found.append(_summary(snapshot, stored.bodies[-1][0]))
        return tuple(found[: query.limit])

    async def rebuild(self, run: RunKey) -> StoredRun | None:
        """See StateStore."""
        stored = self._runs.get(run)
        if stored is None:
            return None
        rows = RunRows(run.run_id, run.tenant_id)
        fold(rows, [stored.record(seq) for seq in range(1, len(stored.bodies) + 1)])
        stored.rows = rows
        return StoredRun(assemble(rows), stored.head.hex())

    async def put(self, tenant_id: str, content: bytes, *, plan_id: str, plan_version: str) -> PlanRef:
        """See PlanStore."""
        digest = plan_hash(content)
        self._plans[tenant_id, digest] = content
        return PlanRef(address=f"dvt-plan:sha256/{digest}", sha256=digest, plan_id=plan_id, plan_version=plan_version)

    async def fetch(self, tenant_id: str, ref: PlanRef) -> bytes:
        """See PlanSource."""
        content = self._plans.get((tenant_id, ref.address.removeprefix("dvt-plan:sha256/")))
        if content is None:
            raise RejectedError(f"no plan at {ref.address}", code="PLAN_NOT_FOUND")
        return content

    def overwrite_plan(self, tenant_id: str, ref: PlanRef, content: bytes) -> None:
        """Change the bytes at an address, as somebody with access to the store could."""
        self._plans[tenant_id, ref.sha256] = content

    def events(self, run: RunKey) -> list[AnyEvent]:
        """The log of a run as events, for assertions."""
        return [parse_event(json.loads(body)) for _, body in self._runs[run].bodies]

    def facts(self, run: RunKey) -> list[Fact]:
        """The log of a run as facts, for assertions."""
        return [fact for event in self.events(run) if (fact := fact_of(event))]


def _summary(snapshot: RunSnapshot, updated_at: str) -> RunSummary:
    if snapshot.queued is MISSING:
        raise ValueError(snapshot.run_id)
    plan = snapshot.queued.plan_ref
    return RunSummary(
        run_id=snapshot.run_id,
        plan_id=plan.plan_id,
        plan_version=plan.plan_version,
        plan_hash=plan.sha256,
        status=snapshot.status,
        substatus=snapshot.substatus,
        last_run_seq=snapshot.last_run_seq,
        queued_at=snapshot.queued.at,
        updated_at=updated_at,
    )
