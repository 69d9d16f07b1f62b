"""What every OutboxSource owes: clauses OUTBOX-001 to OUTBOX-012 of contracts/clauses/outbox-v1.md.

An implementation's whole test is one function over `OUTBOX_RULES`, each called with a factory of its harness.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol, TypeAlias

from dvt_engine_core.ports.outbox import SHARDS, OutboxMessage, OutboxSource
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.conformance.rule import Rule

HELD_MS: Final = 60_000
SHORT_MS: Final = 200
SOON_S: Final = 5.0


class OutboxHarness(Protocol):
    """A source whose outbox is empty at first, and the ways to fill it."""

    @property
    def source(self) -> OutboxSource:
        """The implementation."""
        ...

    async def new_run(self, *, shard: int) -> RunKey:
        """Create a run whose id falls into this shard (its last hex digit), with exactly one committed event."""
        ...

    async def commit(self, run: RunKey, count: int) -> None:
        """Commit the next `count` events of a run, of any type, in one transaction."""
        ...


OutboxFactory: TypeAlias = Callable[[], AbstractAsyncContextManager[OutboxHarness]]


def _seqs(messages: Sequence[OutboxMessage], run: RunKey) -> list[int]:
    return [message.record.run_seq for message in messages if message.run == run]


async def _all(source: OutboxSource, *, limit: int = 100) -> tuple[OutboxMessage, ...]:
    return await source.fetch(await source.lease("a", ttl_ms=HELD_MS), limit=limit)


async def _eventually(source: OutboxSource, run: RunKey) -> list[int]:
    """Fetch until something of the run is offered."""
    deadline = time.monotonic() + SOON_S
    while not (found := _seqs(await _all(source), run)):
        assert time.monotonic() < deadline, "a due run was not offered"
        await asyncio.sleep(0.02)
    return found


async def offered_until_acknowledged(factory: OutboxFactory) -> None:
    """OUTBOX-001."""
    async with factory() as harness:
        run = await harness.new_run(shard=3)
        await harness.commit(run, 2)
        offered = await _all(harness.source)
        assert _seqs(offered, run) == [1, 2, 3]
        assert await _all(harness.source) == offered, "a look must not take anything away"
        await harness.source.acknowledge(offered)
        assert await _all(harness.source) == ()


async def offered_in_order_within_each_run(factory: OutboxFactory) -> None:
    """OUTBOX-002."""
    async with factory() as harness:
        runs = [await harness.new_run(shard=shard) for shard in (5, 5, 6)]
        for count in (1, 2, 1):
            for run in runs:
                await harness.commit(run, count)
        offered = await _all(harness.source)
        assert [_seqs(offered, run) for run in runs] == [[1, 2, 3, 4, 5]] * 3


async def no_more_than_the_limit(factory: OutboxFactory) -> None:
    """OUTBOX-003."""
    async with factory() as harness:
        run = await harness.new_run(shard=1)
        await harness.commit(run, 6)
        offered = await _all(harness.source, limit=4)
        assert _seqs(offered, run) == [1, 2, 3, 4]


async def only_the_shards_asked_for(factory: OutboxFactory) -> None:
    """OUTBOX-004."""
    async with factory() as harness:
        runs = [await harness.new_run(shard=shard) for shard in (0, 9, 15)]
        leases = await harness.source.lease("a", ttl_ms=HELD_MS)
        assert sorted(lease.shard for lease in leases) == list(range(SHARDS))
        offered = await harness.source.fetch([lease for lease in leases if lease.shard == 9], limit=100)
        assert [(message.run, message.shard) for message in offered] == [(runs[1], 9)]
        assert await harness.source.fetch([], limit=100) == ()


async def one_holder_at_a_time(factory: OutboxFactory) -> None:
    """OUTBOX-005."""
    async with factory() as harness:
        source = harness.source
        first = await source.lease("a", ttl_ms=HELD_MS)
        assert await source.lease("b", ttl_ms=HELD_MS) == ()
        assert await source.lease("a", ttl_ms=SHORT_MS) == first, "who keeps a shard keeps its epoch"
        await asyncio.sleep(SHORT_MS * 2 / 1000)
        second = {lease.shard: lease.epoch for lease in await source.lease("b", ttl_ms=HELD_MS)}
        assert all(second[lease.shard] > lease.epoch for lease in first)
        assert await source.lease("a", ttl_ms=SHORT_MS) == ()


async def lease_of_no_time_gives_back(factory: OutboxFactory) -> None:
    """OUTBOX-006."""
    async with factory() as harness:
        await harness.source.lease("a", ttl_ms=HELD_MS)
        await harness.source.lease("a", ttl_ms=0)
        await asyncio.sleep(0.01)
        assert len(await harness.source.lease("b", ttl_ms=HELD_MS)) == SHARDS


async def prefix_is_acknowledged(factory: OutboxFactory) -> None:
    """OUTBOX-007."""
    async with factory() as harness:
        run = await harness.new_run(shard=2)
        await harness.commit(run, 3)
        offered = await _all(harness.source)
        await harness.source.acknowledge(offered[:2])
        assert _seqs(await _all(harness.source), run) == [3, 4]
        assert (await harness.source.status()).undelivered == 2


async def acknowledged_twice_and_late(factory: OutboxFactory) -> None:
    """OUTBOX-008."""
    async with factory() as harness:
        run = await harness.new_run(shard=2)
        await harness.commit(run, 3)
        offered = await harness.source.fetch(await harness.source.lease("a", ttl_ms=0), limit=100)
        await asyncio.sleep(0.01)
        assert await harness.source.lease("b", ttl_ms=HELD_MS)
        await harness.source.acknowledge(offered[:3])
        await harness.source.acknowledge(offered[:2])
        status = await harness.source.status()
        assert (status.undelivered, status.delivered) == (1, 3)


async def only_the_failed_run_waits(factory: OutboxFactory) -> None:
    """OUTBOX-009."""
    async with factory() as harness:
        source = harness.source
        failing, other = await harness.new_run(shard=7), await harness.new_run(shard=7)
        await harness.commit(failing, 1)
        poison = next(message for message in await _all(source) if message.run == failing)
        await source.block(poison, delay_ms=HELD_MS, error="first")
        offered = await _all(source)
        assert (_seqs(offered, failing), _seqs(offered, other)) == ([], [1])
        await source.block(poison, delay_ms=SHORT_MS, error="second")
        (blocked,) = (await source.status()).blocked
        assert (blocked.run, blocked.attempts, blocked.error) == (failing, 2, "second")
        assert await _eventually(source, failing) == [1, 2]


async def acknowledge_ends_the_waiting(factory: OutboxFactory) -> None:
    """OUTBOX-010."""
    async with factory() as harness:
        source = harness.source
        run = await harness.new_run(shard=8)
        await harness.commit(run, 1)
        offered = await _all(source)
        await source.block(offered[0], delay_ms=HELD_MS, error="down")
        await source.acknowledge(offered[:1])
        assert _seqs(await _all(source), run) == [2]
        assert (await source.status()).blocked == ()


async def delivered_message_blocks_nothing(factory: OutboxFactory) -> None:
    """OUTBOX-011."""
    async with factory() as harness:
        source = harness.source
        run = await harness.new_run(shard=8)
        await harness.commit(run, 1)
        offered = await _all(source)
        await source.acknowledge(offered[:1])
        await source.block(offered[0], delay_ms=HELD_MS, error="late news of a zombie")
        assert _seqs(await _all(source), run) == [2]
        assert (await source.status()).blocked == ()


async def waiting_ends_with_news_or_in_time(factory: OutboxFactory) -> None:
    """OUTBOX-012."""
    async with factory() as harness:
        run = await harness.new_run(shard=4)
        await harness.source.acknowledge(await _all(harness.source))
        await harness.source.wait(timeout_ms=SHORT_MS)  # news of the past may end one wait early
        started = time.monotonic()
        await harness.source.wait(timeout_ms=SHORT_MS)
        assert SHORT_MS / 1000 * 0.9 <= time.monotonic() - started < SOON_S, "nothing happened"
        waiting = asyncio.ensure_future(harness.source.wait(timeout_ms=60_000))
        await asyncio.sleep(0.05)
        await harness.commit(run, 1)
        await asyncio.wait_for(waiting, SOON_S)


OUTBOX_RULES: Final[tuple[Rule[OutboxFactory], ...]] = (
    Rule("OUTBOX-001", offered_until_acknowledged),
    Rule("OUTBOX-002", offered_in_order_within_each_run),
    Rule("OUTBOX-003", no_more_than_the_limit),
    Rule("OUTBOX-004", only_the_shards_asked_for),
    Rule("OUTBOX-005", one_holder_at_a_time),
    Rule("OUTBOX-006", lease_of_no_time_gives_back),
    Rule("OUTBOX-007", prefix_is_acknowledged),
    Rule("OUTBOX-008", acknowledged_twice_and_late),
    Rule("OUTBOX-009", only_the_failed_run_waits),
    Rule("OUTBOX-010", acknowledge_ends_the_waiting),
    Rule("OUTBOX-011", delivered_message_blocks_nothing),
    Rule("OUTBOX-012", waiting_ends_with_news_or_in_time),
)
