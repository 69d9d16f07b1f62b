"""StateStore, the append authority and its reads; and the queue of intents that it keeps."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.events.v1.run_queued import RunQueued
from dvt_contracts.models.glossary.v1.status import RunStatus
from dvt_contracts.models.store.v1.append_result import AppendResult
from dvt_contracts.models.store.v1.create_run_result import CreateRunResult
from dvt_contracts.models.store.v1.intent import Intent
from dvt_contracts.models.store.v1.run_summary import RunSummary

from dvt_engine_core.errors import DvtError


@dataclass(frozen=True, slots=True)
class RunKey:
    """A run of a tenant; a run of another tenant is an unknown run."""

    tenant_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to create: its first event, and what makes its start idempotent.

    Shape: `fingerprint` is the hash of plan reference, inputs and tenant; `start_key` None means never the same start.
    """

    key: RunKey
    queued: RunQueued
    fingerprint: str
    start_key: str | None = None


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as stored: its snapshot, and the head of its hash chain."""

    snapshot: RunSnapshot
    history_hash: str


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs to list, newest first.

    Shape: `id_prefix` lower-case hex of a run id; `before` a run id, for the next page; `limit` 1..1000.
    """

    status: RunStatus | None = None
    id_prefix: str = ""
    before: str | None = None
    limit: int = 50


class StateStore(Protocol):
    """The one source of truth: an append-only log per run, and its live projection."""

    async def create_run(self, run: NewRun) -> CreateRunResult:
        """Store a run, its RunQueued and its start intent in one transaction, or find it by its start key."""
        ...

    async def append(
        self, run: RunKey, events: Sequence[AnyEvent], *, legal_from: RunStatus | None = None
    ) -> tuple[AppendResult, ...]:
        """Append events of one run in one transaction and one round trip; an answer per event, in order.

        Shape: judged in order as if each came alone; a group led by SignalApplied is all or nothing;
        `legal_from` is the only run status from which the batch may be written (else every answer is illegal).
        SignalAccepted brings its intent with it.
        Raises: UnavailableError (retry: keys make it safe), InvalidEventError.
        Source: StateStore, ExecutionSemantics: unknown_run, duplicate, superseded, illegal, appended, in this order.
        """
        ...

    async def read_run(self, run: RunKey, *, steps: Collection[str] | None = None) -> StoredRun | None:
        """The live snapshot of a run, assembled from its rows; None for an unknown run.

        Shape: with `steps` the snapshot holds the rows of these steps only (a step that looks up the outputs of its
        dependencies must not pay for the whole plan).
        """
        ...

    def read_events(self, run: RunKey, *, after: int = 0, limit: int | None = None) -> AsyncIterator[RawRecord]:
        """Records with runSeq greater than `after`, in order; nothing for an unknown run."""
        ...

    async def list_runs(self, tenant_id: str, query: RunQuery) -> tuple[RunSummary, ...]:
        """Runs of a tenant, newest first."""
        ...

    async def rebuild(self, run: RunKey) -> StoredRun | None:
        """Fold the log again, replace the live rows by the fold, and return it."""
        ...


@dataclass(frozen=True, slots=True)
class RunBatch:
    """Events of one run to append together, as `StateStore.append` takes them."""

    run: RunKey
    events: Sequence[AnyEvent]
    legal_from: RunStatus | None = None


#: What became of a batch: an answer per event, or the error that it met, with nothing of it written or known.
BatchResult: TypeAlias = tuple[AppendResult, ...] | DvtError


class BatchStateStore(StateStore, Protocol):
    """A store that appends to many runs in one call; every store of ours can."""

    async def append_many(self, batches: Sequence[RunBatch]) -> tuple[BatchResult, ...]:
        """Append batches of many runs, each answered as if it had come alone; batches of one run in their order.

        Shape: an error of one batch keeps no other from being written, so it stands in the place of its answers.
        """
        ...


class IntentQueue(Protocol):
    """Promises to engines, stored with the events that made them; delivered at least once."""

    async def take(self, *, limit: int, lease_ms: int) -> tuple[Intent, ...]:
        """Take due intents, oldest first; another taker sees them again only after the lease."""
        ...

    async def finish(self, intent_id: int) -> None:
        """Forget a delivered intent."""
        ...

    async def postpone(self, intent_id: int, *, delay_ms: int, error: str) -> None:
        """Give an intent back, due after a delay, with the reason of its failure (a code or short text)."""
        ...

    async def wait(self, *, timeout_ms: int) -> None:
        """Return as soon as an intent may be due, at the latest after the timeout."""
        ...

    async def pending(self, run: RunKey) -> tuple[Intent, ...]:
        """Intents of one run that are not delivered yet."""
        ...
