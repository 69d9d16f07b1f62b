"""OutboxSource in memory: what the relay is tried on, and the first implementation of the outbox rules."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dvt_contracts.models.events.v1.record import RawRecord

from dvt_engine_core.errors import UnavailableError
from dvt_engine_core.ports.outbox import SHARDS, BlockedRun, OutboxMessage, OutboxStatus, ShardLease
from dvt_engine_core.ports.store import RunKey


@dataclass(slots=True)
class _Shard:
    owner: str | None = None
    epoch: int = 0
    until_ms: int = 0


@dataclass(slots=True)
class _Block:
    attempts: int
    due_ms: int
    error: str


@dataclass(slots=True)
class _Entry:
    message: OutboxMessage
    appended_ms: int


def _system_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class MemoryOutbox:
    """An outbox fed by `append`; `now_ms` is its clock, the one that leases and delays are measured by.

    Set `available` to False and every call raises UnavailableError, as a database that is down.
    """

    now_ms: Callable[[], int] = _system_ms
    available: bool = True
    delivered: int = 0
    _entries: list[_Entry] = field(default_factory=list)
    _blocks: dict[RunKey, _Block] = field(default_factory=dict)
    _shards: list[_Shard] = field(default_factory=lambda: [_Shard() for _ in range(SHARDS)])
    _last_id: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def append(self, run: RunKey, *records: RawRecord) -> None:
        """Commit events of a run, as one append: they share an outbox id."""
        self._last_id += 1
        shard = int(run.run_id[-1], 16)
        for record in records:
            self._entries.append(_Entry(OutboxMessage(self._last_id, shard, run, record), self.now_ms()))
        self._news.set()

    async def lease(self, owner: str, *, ttl_ms: int) -> tuple[ShardLease, ...]:
        """Take what is free or expired, keep what is held; 0 ms gives everything back."""
        now = self._now()
        held = []
        for number, shard in enumerate(self._shards):
            if shard.owner != owner and now < shard.until_ms:
                continue
            if shard.owner != owner:
                shard.owner, shard.epoch = owner, shard.epoch + 1
            shard.until_ms = now + ttl_ms
            held.append(ShardLease(number, shard.epoch))
        return tuple(held)

    async def fetch(self, leases: Sequence[ShardLease], *, limit: int) -> tuple[OutboxMessage, ...]:
        """Oldest first; a stale lease is not noticed here, as it is not by a reader that was paused after its check."""
        now = self._now()
        shards = {lease.shard for lease in leases}
        waiting = {run for run, block in self._blocks.items() if now < block.due_ms}
        ready = [e.message for e in self._entries if e.message.shard in shards and e.message.run not in waiting]
        return tuple(ready[:limit])

    async def acknowledge(self, messages: Sequence[OutboxMessage]) -> None:
        """Forget messages; those that are gone already count for nothing."""
        self._now()
        gone = {(message.run, message.record.run_seq) for message in messages}
        kept = [e for e in self._entries if (e.message.run, e.message.record.run_seq) not in gone]
        self.delivered += len(self._entries) - len(kept)
        self._entries[:] = kept
        for run, _ in gone:
            self._blocks.pop(run, None)

    async def block(self, message: OutboxMessage, *, delay_ms: int, error: str) -> None:
        """Let the run wait; nothing happens for a message that was delivered meanwhile."""
        due = self._now() + delay_ms
        if any(
            (e.message.run, e.message.record.run_seq) == (message.run, message.record.run_seq) for e in self._entries
        ):
            before = self._blocks.get(message.run)
            self._blocks[message.run] = _Block(before.attempts + 1 if before else 1, due, error)

    async def wait(self, *, timeout_ms: int) -> None:
        """Return at the next append, or after the timeout."""
        self._now()
        try:
            await asyncio.wait_for(self._news.wait(), timeout_ms / 1000)
        except TimeoutError:
            return
        self._news.clear()

    async def status(self) -> OutboxStatus:
        """What is left, and who waits."""
        now = self._now()
        oldest = min((entry.appended_ms for entry in self._entries), default=now)
        blocked = tuple(BlockedRun(run, b.attempts, _instant(b.due_ms), b.error) for run, b in self._blocks.items())
        return OutboxStatus(len(self._entries), now - oldest, self.delivered, blocked)

    def _now(self) -> int:
        if not self.available:
            raise UnavailableError
        return self.now_ms()


def _instant(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
