import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from dvt_engine_core.errors import RejectedError, UnavailableError
from dvt_engine_core.ports.outbox import OutboxMessage, Outgoing, ShardLease
from dvt_engine_core.testing.memory_broker import MemoryBroker
from dvt_engine_core.testing.memory_outbox import MemoryOutbox
from dvt_engine_core.testing.samples import sample_record, sample_run
from dvt_outbox_worker.relay import RelaySettings
from dvt_outbox_worker.worker import RelayWorker

RUN = sample_run(1)
QUICK = RelaySettings(poll_ms=5, renew_ms=20, lease_ms=1000)


def fill(outbox: MemoryOutbox, first: int, last: int) -> None:
    outbox.append(RUN, *(sample_record(RUN, seq) for seq in range(first, last + 1)))


@asynccontextmanager
async def relaying(
    outbox: MemoryOutbox, broker: MemoryBroker, settings: RelaySettings = QUICK
) -> AsyncIterator[RelayWorker]:
    worker = RelayWorker(outbox, broker, owner="relay", settings=settings, chance=lambda: 0.5)
    running = asyncio.ensure_future(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await asyncio.wait_for(running, 5)


async def until(outbox: MemoryOutbox, delivered: int) -> None:
    async with asyncio.timeout(5):
        while outbox.delivered < delivered:  # noqa: ASYNC110 - the outbox tells nobody when it is empty
            await asyncio.sleep(0.002)


async def test_everything_is_delivered_in_order_and_counted() -> None:
    outbox, broker = MemoryOutbox(), MemoryBroker()
    fill(outbox, 1, 250)
    async with relaying(outbox, broker) as worker:
        await until(outbox, 250)
        fill(outbox, 251, 252)
        await until(outbox, 252)
    assert broker.sequences(RUN) == list(range(1, 253))
    assert (worker.counters.delivered, worker.counters.failures) == (252, 0)


async def test_news_end_the_waiting() -> None:
    class Patient(MemoryOutbox):
        async def wait(self, *, timeout_ms: int) -> None:
            await MemoryOutbox.wait(self, timeout_ms=timeout_ms * 10_000)

    outbox, broker = Patient(), MemoryBroker()
    async with relaying(outbox, broker):
        await asyncio.sleep(0.05)
        fill(outbox, 1, 1)
        await until(outbox, 1)


async def test_stopping_ends_the_waiting_too() -> None:
    class Deaf(MemoryOutbox):
        async def wait(self, *, timeout_ms: int) -> None:
            await asyncio.sleep(timeout_ms * 1000)

    async with relaying(Deaf(), MemoryBroker()):
        await asyncio.sleep(0.02)


async def test_the_batch_at_hand_is_finished_before_it_stops() -> None:
    @dataclass(slots=True)
    class Slow(MemoryBroker):
        begun: asyncio.Event = field(default_factory=asyncio.Event)

        async def publish(self, batch: Sequence[Outgoing]) -> tuple[str | None, ...]:
            self.begun.set()
            await asyncio.sleep(0.05)
            return await MemoryBroker.publish(self, batch)

    outbox, broker = MemoryOutbox(), Slow()
    fill(outbox, 1, 150)
    async with relaying(outbox, broker):
        await broker.begun.wait()
    assert (broker.sequences(RUN), outbox.delivered) == (list(range(1, 101)), 100)


async def test_shards_are_given_back_on_the_way_out() -> None:
    outbox = MemoryOutbox()
    async with relaying(outbox, MemoryBroker()):
        await asyncio.sleep(0.02)
        assert await outbox.lease("next", ttl_ms=1000) == ()
    assert len(await outbox.lease("next", ttl_ms=1000)) == 16


@pytest.mark.parametrize("error", [UnavailableError, RejectedError])
async def test_an_outage_of_the_source_is_survived_and_told_once(
    caplog: pytest.LogCaptureFixture, error: type[UnavailableError | RejectedError]
) -> None:
    """[RELAY-005]."""

    class Flaky(MemoryOutbox):
        down = True

        async def lease(self, owner: str, *, ttl_ms: int) -> tuple[ShardLease, ...]:
            if self.down:
                raise error
            return await MemoryOutbox.lease(self, owner, ttl_ms=ttl_ms)

    caplog.set_level(logging.INFO)
    outbox, broker = Flaky(), MemoryBroker()
    fill(outbox, 1, 1)
    async with relaying(outbox, broker) as worker:
        await asyncio.sleep(0.3)
        assert worker.counters.unavailable == {"outbox"}
        outbox.down = False
        await until(outbox, 1)
        assert worker.counters.unavailable == frozenset()
    assert [record.getMessage() for record in caplog.records] == [
        "outbox unavailable, trying until it is back",
        "outbox available again",
    ]
    assert vars(caplog.records[0])["code"] == error.default_code


async def test_an_outage_between_publish_and_acknowledge_repeats_nothing() -> None:
    class Forgetful(MemoryOutbox):
        tries = 0

        async def acknowledge(self, messages: Sequence[OutboxMessage]) -> None:
            self.tries += 1
            if self.tries < 3:
                raise UnavailableError
            await MemoryOutbox.acknowledge(self, messages)

    outbox, broker = Forgetful(), MemoryBroker()
    fill(outbox, 1, 3)
    async with relaying(outbox, broker):
        await until(outbox, 3)
    assert broker.sequences(RUN) == [1, 2, 3]


async def test_an_outage_of_the_bus_blocks_no_run_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """[RELAY-005]."""

    @dataclass(slots=True)
    class Gone(MemoryBroker):
        gone: bool = True

        async def publish(self, batch: Sequence[Outgoing]) -> tuple[str | None, ...]:
            if self.gone:
                raise UnavailableError("no broker", code="STORE_UNAVAILABLE")
            return await MemoryBroker.publish(self, batch)

    caplog.set_level(logging.INFO)
    outbox, broker = MemoryOutbox(), Gone()
    fill(outbox, 1, 2)
    async with relaying(outbox, broker) as worker:
        await asyncio.sleep(0.2)
        assert (await outbox.status()).blocked == ()
        assert worker.counters.unavailable == {"bus"}
        broker.gone = False
        await until(outbox, 2)
    assert [record.getMessage() for record in caplog.records] == [
        "bus unavailable, trying until it is back",
        "bus available again",
    ]


async def test_a_publisher_that_raises_is_a_publisher_that_failed(caplog: pytest.LogCaptureFixture) -> None:
    @dataclass(slots=True)
    class Buggy(MemoryBroker):
        calls: int = 0

        async def publish(self, batch: Sequence[Outgoing]) -> tuple[str | None, ...]:
            self.calls += 1
            if self.calls < 3:
                raise KeyError("oops")
            return await MemoryBroker.publish(self, batch)

    outbox, broker = MemoryOutbox(), Buggy()
    fill(outbox, 1, 2)
    async with relaying(outbox, broker) as worker:
        await until(outbox, 2)
    assert (worker.counters.failures, worker.counters.last_error) == (2, "KeyError: 'oops'")
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [vars(record)["run_seq"] for record in warnings] == [1]


async def test_a_fault_that_is_no_outage_ends_the_relay() -> None:
    class Broken(MemoryOutbox):
        async def fetch(self, leases: Sequence[ShardLease], *, limit: int) -> tuple[OutboxMessage, ...]:
            raise ZeroDivisionError(leases, limit)

    with pytest.raises(ZeroDivisionError):
        await RelayWorker(Broken(), MemoryBroker(), owner="relay").run()
