"""What of a batch may go out, and what an answer of the bus means: the order within a run is kept here."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dvt_engine_core.ports.outbox import OutboxMessage, Outgoing, ShardLease
from dvt_engine_core.ports.store import RunKey

from dvt_outbox_worker.actions import Block, Settle
from dvt_outbox_worker.backoff import delay_ms

ERROR_LIMIT: Final = 500


def publishable(messages: Sequence[OutboxMessage], leases: Sequence[ShardLease]) -> Iterator[Outgoing]:
    """Yield what may be published now, with the epoch of its lease.

    Shape: per run without a gap from its first message on; nothing of a shard that is not held.
    Source: [RELAY-002].
    """
    epochs = {lease.shard: lease.epoch for lease in leases}
    last: dict[RunKey, int] = {}
    for message in messages:
        seq = message.record.run_seq
        if message.shard in epochs and seq == last.get(message.run, seq - 1) + 1:
            last[message.run] = seq
            yield Outgoing(message, epochs[message.shard])


def settlement(
    batch: Sequence[Outgoing], results: Sequence[str | None], *, failures: Mapping[RunKey, Block], chance: float
) -> Settle:
    """Judge the answers to a batch: per run, what came before its first failure is delivered, the failure blocks it.

    Shape: answers that do not match the batch count as failures, since nothing is known then; `failures` holds
    the last failure of runs that failed in the batch before.
    Source: [RELAY-003], [RELAY-004].
    """
    if len(results) != len(batch):
        results = [f"the bus gave {len(results)} answers to {len(batch)} messages"] * len(batch)
    delivered: list[OutboxMessage] = []
    moved: set[RunKey] = set()
    blocked: dict[RunKey, Block] = {}
    for outgoing, error in zip(batch, results, strict=True):
        message = outgoing.message
        if message.run in blocked:
            continue
        if error is None:
            delivered.append(message)
            moved.add(message.run)
            continue
        before = failures.get(message.run)
        count = 0 if before is None or message.run in moved else before.failures
        delay = delay_ms(count, chance=chance)
        blocked[message.run] = Block(message, delay, _storable(error), failures=count + 1)
    return Settle(tuple(delivered), tuple(blocked.values()))


def _storable(error: str) -> str:
    """An error text as any database takes it: bounded, no U+0000, no lone surrogates."""
    return error.encode("utf-8", "replace").decode().replace("\x00", "?")[:ERROR_LIMIT]
