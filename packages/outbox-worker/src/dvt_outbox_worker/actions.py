"""The two vocabularies of the relay: actions it asks for, and outcomes that come back."""

from dataclasses import dataclass
from typing import TypeAlias

from dvt_engine_core.ports.outbox import OutboxMessage, Outgoing, ShardLease


@dataclass(frozen=True, slots=True)
class Lease:
    """Take or keep shards for this long. Comes back as Leased."""

    ttl_ms: int


@dataclass(frozen=True, slots=True)
class Fetch:
    """Look for undelivered messages. Comes back as Fetched."""

    leases: tuple[ShardLease, ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Publish:
    """Hand a batch to the bus; of each run a prefix of what is undelivered. Comes back as Published."""

    batch: tuple[Outgoing, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Let a run wait, whose oldest message failed for the `failures`-th time in a row."""

    message: OutboxMessage
    delay_ms: int
    error: str
    failures: int


@dataclass(frozen=True, slots=True)
class Settle:
    """Acknowledge what was delivered, then block what failed, in this order. Comes back as Done; safe to repeat."""

    delivered: tuple[OutboxMessage, ...]
    blocked: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Rest until the source has news, at most this long. Comes back as Done."""

    timeout_ms: int


@dataclass(frozen=True, slots=True)
class Sleep:
    """Rest this long and leave the source alone. Comes back as Done."""

    timeout_ms: int


Action: TypeAlias = Lease | Fetch | Publish | Settle | Wait | Sleep


@dataclass(frozen=True, slots=True)
class Leased:
    """All shards that are held now."""

    leases: tuple[ShardLease, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the source found."""

    messages: tuple[OutboxMessage, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """The bus's answer per message: None, or why it failed."""

    results: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """The action happened; it has no answer."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Source or bus, whichever the action was for, could not be reached; whether the action happened is unknown."""


Outcome: TypeAlias = Leased | Fetched | Published | Done | Unavailable
