"""A run as it stood after any of its events, by the one fold."""

from collections.abc import Iterable
from itertools import islice

from dvt_contracts.models.events.v1.record import RawRecord

from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.errors import RefusedError
from dvt_engine_core.hashes import chain_next, chain_start
from dvt_engine_core.ports.store import RunKey, StoredRun
from dvt_engine_core.projector import Alert, project


def stored_at(records: Iterable[RawRecord], run_seq: int, *, run: RunKey) -> tuple[StoredRun, tuple[Alert, ...]]:
    """The run as it stood after its event `run_seq`, with the hash of its history up to there.

    Shape: `records` from the first one on; `run_seq` >= 1. Alerts tell events that were not legal where they stand.
    Raises: RefusedError [RUN_SEQ_UNKNOWN] if the log is shorter; SequenceGapError.
    Source: SnapshotProjector; semantics, historyHash.
    """
    log = tuple(islice(records, max(0, run_seq)))
    if run_seq < 1 or len(log) < run_seq:
        known = f"the last one is {len(log)}" if log else "the first one is 1"
        raise RefusedError(f"run {run.run_id} has no event {run_seq}; {known}", code="RUN_SEQ_UNKNOWN")
    head = chain_start(run.run_id)
    for record in log:
        head = chain_next(head, canonical_text(record.event.document()))
    projection = project(log, run_id=run.run_id, tenant_id=run.tenant_id)
    return StoredRun(projection.snapshot, head.hex()), projection.alerts
