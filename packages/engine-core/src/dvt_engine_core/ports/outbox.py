"""The way out: undelivered events by shard, and publishers that take them to a bus."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from dvt_contracts.models.events.v1.record import RawRecord

from dvt_engine_core.ports.store import RunKey

SHARDS: Final = 16


@dataclass(frozen=True, slots=True)
class ShardLease:
    """A shard held for a while; `epoch` grows with each change of hands and goes out with every message."""

    shard: int
    epoch: int


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One committed event that is not delivered yet. `outbox_id` orders the messages of a shard."""

    outbox_id: int
    shard: int
    run: RunKey
    record: RawRecord


@dataclass(frozen=True, slots=True)
class BlockedRun:
    """A run whose oldest message failed: only this run waits."""

    run: RunKey
    attempts: int
    next_at: str
    error: str


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """How far the way out lags behind the log."""

    undelivered: int
    oldest_age_ms: int
    delivered: int
    blocked: tuple[BlockedRun, ...]


class OutboxSource(Protocol):
    """Undelivered events, in order within each run; no cursor: a row stays until it is acknowledged."""

    async def lease(self, owner: str, *, ttl_ms: int) -> tuple[ShardLease, ...]:
        """Take or keep shards; times are the database's, so client clocks do not matter.

        Shape: `ttl_ms` 0 gives all shards of the owner back.
        """
        ...

    async def fetch(self, leases: Sequence[ShardLease], *, limit: int) -> tuple[OutboxMessage, ...]:
        """Oldest undelivered messages of these shards, runs that wait after a failure left out."""
        ...

    async def acknowledge(self, messages: Sequence[OutboxMessage]) -> None:
        """Mark messages delivered; per run a prefix of what was fetched. Right also after a lost lease."""
        ...

    async def block(self, message: OutboxMessage, *, delay_ms: int, error: str) -> None:
        """Let the run of a failed message wait; its attempts grow by one. An acknowledge of the run clears it."""
        ...

    async def wait(self, *, timeout_ms: int) -> None:
        """Return as soon as there may be messages, at the latest after the timeout."""
        ...

    async def status(self) -> OutboxStatus:
        """Lag and blocked runs."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for a publisher: the event with the epoch of the relay that sends it."""

    message: OutboxMessage
    epoch: int


class EventPublisher(Protocol):
    """A bus. Publishing the same event twice is fine; consumers deduplicate by idempotency key."""

    async def publish(self, batch: Sequence[Outgoing]) -> tuple[str | None, ...]:
        """Deliver in order; per message None, or why it failed. A failed run's later messages must not be sent.

        Raises: UnavailableError if the whole bus is away; no run is to blame then, and none is blocked.
        """
        ...

    async def aclose(self) -> None:
        """Flush and let go."""
        ...
