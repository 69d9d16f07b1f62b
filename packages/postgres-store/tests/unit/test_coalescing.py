"""The queue that gathers appends, with a courier that the test holds in its hand."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from dvt_contracts.models.store.v1.append_result import Appended
from dvt_engine_core.appending import append_item
from dvt_engine_core.errors import DvtError, RejectedError, UnavailableError
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store.coalescing import AppendQueue, Batch, Results

SAMPLE = SampleRun()


def _batch(run: str, step: str, *, events: int = 1) -> Batch:
    items = tuple(append_item(SAMPLE.event("StepStarted", f"{step}{n or ''}")) for n in range(events))
    return Batch(RunKey("local", run), items)


def _names(batches: Sequence[Batch]) -> list[str]:
    return [f"{batch.run.run_id}{batch.items[0].item_id}" for batch in batches]


@dataclass
class _Courier:
    """Notes what it carries; returns when `gate` opens."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[list[str]] = field(default_factory=list)
    outwaited: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    refused: dict[str, DvtError] = field(default_factory=dict)

    async def carry(self, batches: Sequence[Batch]) -> Sequence[Results | None]:
        self.calls.append(_names(batches))
        await self.gate.wait()
        for name in _names(batches):
            if name in self.refused:
                raise self.refused[name]
        return [None if batch.run.run_id in self.held else _written(batch) for batch in batches]

    async def outwait(self, batch: Batch) -> Results:
        self.outwaited += _names([batch])
        await asyncio.sleep(0)
        return _written(batch)


def _written(batch: Batch) -> Results:
    return tuple(Appended(run_seq=1, persisted_at="2026-01-01T00:00:00.000Z") for _ in batch.items)


async def _turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def _give(queue: AppendQueue, *batches: Batch) -> list[asyncio.Task[Results]]:
    return [asyncio.create_task(queue.append(batch)) for batch in batches]


async def test_flights_share_what_waits_and_the_next_gather_meanwhile() -> None:
    courier = _Courier()
    queue = AppendQueue(courier)
    first = _give(queue, *(_batch(run, "a") for run in "1234"))
    await _turns()
    assert courier.calls == [["1a", "2a"], ["3a", "4a"]]
    more = _give(queue, *(_batch(run, "a") for run in "56789"))
    await _turns()
    assert len(courier.calls) == 2
    courier.gate.set()
    await asyncio.gather(*first, *more)
    assert [len(call) for call in courier.calls[2:]] == [3, 2]


async def test_a_lone_append_departs_at_once() -> None:
    courier = _Courier()
    (task,) = _give(AppendQueue(courier), _batch("1", "a"))
    await _turns()
    assert courier.calls == [["1a"]]
    courier.gate.set()
    assert len(await task) == 1


async def test_a_run_is_in_one_flight_only_and_its_batches_keep_their_order() -> None:
    courier = _Courier()
    queue = AppendQueue(courier)
    tasks = _give(queue, _batch("1", "a"))
    await _turns()
    tasks += _give(queue, *(_batch("1", step) for step in "bcd"), _batch("2", "a"))
    await _turns()
    assert courier.calls == [["1a"], ["2a"]]
    courier.gate.set()
    await asyncio.gather(*tasks)
    assert courier.calls[2:] == [["1b", "1c", "1d"]]


async def test_runs_take_turns_where_a_call_is_full() -> None:
    courier = _Courier()
    queue = AppendQueue(courier, flights=1, most_events=3)
    tasks = _give(queue, *(_batch("1", step) for step in "abcde"), _batch("2", "a"))
    await _turns()
    courier.gate.set()
    await asyncio.gather(*tasks)
    assert courier.calls == [["1a", "1b", "1c"], ["2a", "1d", "1e"]]


async def test_a_batch_over_every_bound_goes_alone() -> None:
    courier = _Courier()
    courier.gate.set()
    queue = AppendQueue(courier, flights=1, most_events=2)
    await asyncio.gather(*_give(queue, _batch("1", "a", events=5), _batch("2", "a")))
    assert courier.calls == [["1a"], ["2a"]]


async def test_characters_are_bounded_too() -> None:
    courier = _Courier()
    courier.gate.set()
    size = _batch("1", "a").characters
    queue = AppendQueue(courier, flights=1, most_characters=2 * size + size // 2)
    await asyncio.gather(*_give(queue, *(_batch(run, "a") for run in "12345")))
    assert [len(call) for call in courier.calls] == [2, 2, 1]


async def test_a_caller_that_is_cancelled_in_the_queue_writes_nothing() -> None:
    courier = _Courier()
    queue = AppendQueue(courier, flights=1)
    flying, gone, staying = _give(queue, _batch("1", "a"), _batch("1", "b"), _batch("1", "c"))
    late = _give(queue, _batch("2", "a"))
    del flying
    await _turns()
    assert courier.calls == [["1a", "1b", "1c", "2a"]]
    gone.cancel()  # in flight: written all the same
    second, third = _give(queue, _batch("1", "d"), _batch("3", "a"))
    await _turns()
    second.cancel()
    courier.gate.set()
    await asyncio.gather(staying, third, *late)
    await queue.drain()
    assert courier.calls[1:] == [["3a"]]
    assert gone.cancelled()


async def test_a_batch_that_is_refused_is_refused_alone() -> None:
    courier = _Courier(refused={"2a": RejectedError("no", code="STORE_REJECTED")})
    courier.gate.set()
    queue = AppendQueue(courier, flights=1)
    results = await asyncio.gather(*_give(queue, *(_batch(run, "a") for run in "123")), return_exceptions=True)
    assert [type(result) for result in results] == [tuple, RejectedError, tuple]
    assert courier.calls == [["1a", "2a", "3a"], ["1a"], ["2a"], ["3a"]]


async def test_an_outage_is_told_to_every_caller_at_once() -> None:
    courier = _Courier(refused={"2a": UnavailableError("gone", hint="later")})
    courier.gate.set()
    queue = AppendQueue(courier, flights=1)
    results = await asyncio.gather(*_give(queue, *(_batch(run, "a") for run in "123")), return_exceptions=True)
    assert len(courier.calls) == 1
    assert len({id(result) for result in results}) == 3
    for result in results:
        assert isinstance(result, UnavailableError)
        assert (result.message, result.hint, result.retryable) == ("gone", "later", True)


async def test_held_runs_are_waited_for_beside_the_flights() -> None:
    courier = _Courier(held={"1"})
    courier.gate.set()
    queue = AppendQueue(courier, flights=1)
    await asyncio.gather(*_give(queue, _batch("1", "a"), _batch("1", "b"), _batch("2", "a")))
    assert courier.outwaited == ["1a", "1b"]
    courier.held.clear()
    await asyncio.gather(*_give(queue, _batch("1", "c")))
    assert courier.calls[-1] == ["1c"]


async def test_a_defect_reaches_its_callers_and_the_queue_goes_on() -> None:
    courier = _Courier()
    courier.gate.set()
    queue = AppendQueue(courier, flights=1)

    async def broken(_: Sequence[Batch]) -> Sequence[Results | None]:
        raise ZeroDivisionError

    whole, courier.carry = courier.carry, broken  # type: ignore[method-assign, assignment]
    with pytest.raises(ZeroDivisionError):
        await queue.append(_batch("1", "a"))
    courier.carry = whole  # type: ignore[method-assign]
    assert len(await queue.append(_batch("1", "a"))) == 1
    await queue.drain()
