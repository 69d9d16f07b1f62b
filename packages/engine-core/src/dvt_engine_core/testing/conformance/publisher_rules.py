"""What every EventPublisher owes: clauses PUBLISHER-001 to PUBLISHER-007 of contracts/clauses/outbox-v1.md."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from dvt_contracts.base import JsonObject

from dvt_engine_core.ports.outbox import EventPublisher, OutboxMessage, Outgoing
from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.samples import sample_record, sample_run


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as a consumer finds it: the idempotency key beside the body, and the body."""

    key: str
    body: JsonObject


class PublisherHarness(Protocol):
    """A publisher on a bus of its own, and a look at the bus."""

    @property
    def publisher(self) -> EventPublisher:
        """The implementation."""
        ...

    async def arrivals(self) -> Sequence[Arrival]:
        """Everything that arrived, repetitions too, in order of arrival within each run."""
        ...

    async def break_bus(self) -> None:
        """Let the bus refuse everything from now on."""
        ...

    async def repair_bus(self) -> None:
        """Let it work again."""
        ...


PublisherFactory: TypeAlias = Callable[[], AbstractAsyncContextManager[PublisherHarness]]


def _batch(run: int, *, count: int, event_type: str = "StepRedelivered") -> list[Outgoing]:
    key = sample_run(run)
    return [
        Outgoing(OutboxMessage(seq, run % 16, key, sample_record(key, seq, event_type=event_type)), epoch=1)
        for seq in range(1, count + 1)
    ]


def _ids(arrivals: Sequence[Arrival], batch: Sequence[Outgoing]) -> list[object]:
    """Event ids that arrived of the run of a batch."""
    run_id = batch[0].message.run.run_id
    return [arrival.body["eventId"] for arrival in arrivals if arrival.body["runId"] == run_id]


def _sent(batch: Sequence[Outgoing]) -> list[object]:
    return [outgoing.message.record.event.event_id for outgoing in batch]


async def none_means_it_arrived(factory: PublisherFactory) -> None:
    """PUBLISHER-001."""
    async with factory() as harness:
        batch = _batch(1, count=3)
        assert await harness.publisher.publish(batch) == (None, None, None)
        assert _ids(await harness.arrivals(), batch) == _sent(batch)
        assert await harness.publisher.publish([]) == ()


async def order_within_a_run_is_kept(factory: PublisherFactory) -> None:
    """PUBLISHER-002."""
    async with factory() as harness:
        first, second = _batch(1, count=40), _batch(2, count=40)
        mixed = [outgoing for pair in zip(first, second, strict=True) for outgoing in pair]
        for start in range(0, len(mixed), 16):
            part = mixed[start : start + 16]
            assert await harness.publisher.publish(part) == (None,) * len(part)
        arrivals = await harness.arrivals()
        assert [_ids(arrivals, first), _ids(arrivals, second)] == [_sent(first), _sent(second)]


async def the_same_event_again_is_fine(factory: PublisherFactory) -> None:
    """PUBLISHER-003."""
    async with factory() as harness:
        batch = _batch(1, count=2)
        for _ in range(2):
            assert await harness.publisher.publish(batch) == (None, None)
        arrivals = await harness.arrivals()
        assert list(dict.fromkeys(_ids(arrivals, batch))) == _sent(batch)
        assert len({arrival.key for arrival in arrivals}) == len(batch)


async def body_and_key_travel_unchanged(factory: PublisherFactory) -> None:
    """PUBLISHER-004."""
    async with factory() as harness:
        batch = [*_batch(1, count=1), *_batch(2, count=1, event_type="NobodyKnowsThis")]
        assert await harness.publisher.publish(batch) == (None, None)
        for outgoing in batch:
            event = outgoing.message.record.event
            (arrival,) = [one for one in await harness.arrivals() if one.body["runId"] == event.run_id]
            assert arrival.body == event.document()
            assert arrival.key == arrival.body["idempotencyKey"] == event.idempotency_key


async def failure_is_an_answer(factory: PublisherFactory) -> None:
    """PUBLISHER-005: and what was answered with a failure can be published again."""
    async with factory() as harness:
        batch = _batch(1, count=3)
        await harness.break_bus()
        results = await harness.publisher.publish(batch)
        assert len(results) == len(batch)
        assert all(isinstance(result, str) and result for result in results)
        await harness.repair_bus()
        assert await harness.publisher.publish(batch) == (None, None, None)
        assert list(dict.fromkeys(_ids(await harness.arrivals(), batch))) == _sent(batch)


async def unsendable_event_stops_its_run_only(factory: PublisherFactory) -> None:
    """PUBLISHER-006."""
    async with factory() as harness:
        ill, well = _batch(1, count=3), _batch(2, count=3)
        ill[1] = _unsendable(ill[1])
        mixed = [outgoing for pair in zip(ill, well, strict=True) for outgoing in pair]
        results = await harness.publisher.publish(mixed)
        assert (results[0], results[1], results[3], results[5]) == (None, None, None, None)
        assert results[2]
        assert results[4]
        arrivals = await harness.arrivals()
        assert (_ids(arrivals, ill), _ids(arrivals, well)) == (_sent(ill[:1]), _sent(well))


def _unsendable(outgoing: Outgoing) -> Outgoing:
    """The same message with a body that no JSON text can say: a lone surrogate."""
    message = outgoing.message
    document = {**message.record.document(), "event": {**message.record.event.document(), "note": "\ud800"}}
    return Outgoing(
        OutboxMessage(message.outbox_id, message.shard, message.run, type(message.record).parse(document)), 1
    )


async def batches_do_not_mix(factory: PublisherFactory) -> None:
    """PUBLISHER-007."""
    async with factory() as harness:
        batches = [_batch(run, count=30) for run in range(8)]
        answers = await asyncio.gather(*(harness.publisher.publish(batch) for batch in batches))
        assert answers == [(None,) * 30] * 8
        arrivals = await harness.arrivals()
        assert [_ids(arrivals, batch) for batch in batches] == [_sent(batch) for batch in batches]


PUBLISHER_RULES: Final[tuple[Rule[PublisherFactory], ...]] = (
    Rule("PUBLISHER-001", none_means_it_arrived),
    Rule("PUBLISHER-002", order_within_a_run_is_kept),
    Rule("PUBLISHER-003", the_same_event_again_is_fine),
    Rule("PUBLISHER-004", body_and_key_travel_unchanged),
    Rule("PUBLISHER-005", failure_is_an_answer),
    Rule("PUBLISHER-006", unsendable_event_stops_its_run_only),
    Rule("PUBLISHER-007", batches_do_not_mix),
)
