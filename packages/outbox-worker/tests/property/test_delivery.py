"""The relay under everything that can go wrong, step by step, with real state machines and doubles in memory.

RELAY-002: of a run, only a prefix of its undelivered events is published.
RELAY-003: only what the bus confirmed is acknowledged.
RELAY-006: whatever crashes, repeats or loses its lease: per run, the first deliveries are 1 to n in order.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

from dvt_engine_core.errors import UnavailableError
from dvt_engine_core.ports.outbox import Outgoing
from dvt_engine_core.testing.memory_broker import Delivery, MemoryBroker
from dvt_engine_core.testing.memory_outbox import MemoryOutbox
from dvt_engine_core.testing.samples import sample_record, sample_run
from dvt_outbox_worker.actions import (
    Action,
    Done,
    Fetch,
    Fetched,
    Lease,
    Leased,
    Outcome,
    Publish,
    Published,
    Settle,
    Sleep,
    Unavailable,
    Wait,
)
from dvt_outbox_worker.relay import RelaySettings, RelayState, advance, start
from hypothesis import given, settings
from hypothesis import strategies as st

SETTINGS = RelaySettings(batch=3)
RUNS = [sample_run(number) for number in (1, 17, 2)]  # two share a shard
RELAYS = 2


@dataclass(slots=True)
class World:
    """Two relays, one outbox, one bus, one clock."""

    now: int = 0
    fates: list[Delivery] = field(default_factory=list)
    source_gone: int = 0
    bus_gone: int = 0
    committed: Counter[int] = field(default_factory=Counter)
    crashes: int = 0
    outbox: MemoryOutbox = field(init=False)
    broker: MemoryBroker = field(init=False)
    relays: list[RelayState] = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = MemoryOutbox(now_ms=lambda: self.now)
        self.broker = MemoryBroker(fate=self.fate)
        self.relays = [start(SETTINGS, now_ms=0) for _ in range(RELAYS)]

    def fate(self, _: Outgoing) -> Delivery:
        return self.fates.pop(0) if self.fates else Delivery.ARRIVES

    def commit(self, number: int, count: int) -> None:
        first = self.committed[number] + 1
        self.committed[number] += count
        run = RUNS[number]
        self.outbox.append(run, *(sample_record(run, seq) for seq in range(first, first + count)))

    def crash(self, number: int) -> None:
        self.crashes += 1
        self.relays[number] = start(SETTINGS, now_ms=self.now)

    async def step(self, number: int, chance: float) -> None:
        state = self.relays[number]
        self.outbox.available = self.source_gone == 0
        self.source_gone, gone = max(0, self.source_gone - 1), self.bus_gone
        self.bus_gone = max(0, self.bus_gone - 1)
        try:
            outcome = await self.perform(state.action, f"relay-{number}", bus_gone=gone > 0)
        except UnavailableError:
            outcome = Unavailable()
        self.relays[number] = advance(state, outcome, now_ms=self.now, chance=chance)

    async def perform(self, action: Action, owner: str, *, bus_gone: bool) -> Outcome:
        match action:
            case Lease(ttl_ms):
                return Leased(await self.outbox.lease(owner, ttl_ms=ttl_ms))
            case Fetch(leases, limit):
                return Fetched(await self.outbox.fetch(leases, limit=limit))
            case Publish(batch):
                if bus_gone:
                    raise UnavailableError
                return Published(await self.broker.publish(batch))
            case Settle(delivered, blocked):
                arrived = [outgoing.message for outgoing in self.broker.arrived]
                assert all(message in arrived for message in delivered), "acknowledged, but never on the bus"
                await self.outbox.acknowledge(delivered)
                for block in blocked:
                    await self.outbox.block(block.message, delay_ms=block.delay_ms, error=block.error)
            case Wait(timeout_ms) | Sleep(timeout_ms):
                self.now += timeout_ms
        return Done()

    def check_order(self) -> None:
        for run in RUNS:
            seen = self.broker.first_sequences(run)
            assert seen == list(range(1, len(seen) + 1))

    async def calm(self) -> None:
        """No more faults: everything must come through."""
        self.fates.clear()
        self.source_gone = self.bus_gone = 0
        self.outbox.available = True
        deadline = self.now + 1_000_000
        while (await self.outbox.status()).undelivered:
            assert self.now < deadline, "events stay where they are"
            for number in range(RELAYS):
                await self.step(number, chance=0.5)
            self.check_order()
            self.now += 1000


Op: TypeAlias = tuple[str, int, int]

STEP = st.tuples(st.just("step"), st.integers(0, RELAYS - 1), st.integers(1, 6))
COMMIT = st.tuples(st.just("commit"), st.integers(0, len(RUNS) - 1), st.integers(1, 5))
CRASH = st.tuples(st.just("crash"), st.integers(0, RELAYS - 1), st.just(0))
TICK = st.tuples(st.just("tick"), st.sampled_from([1, 90, 1000, 5000, 40_000]), st.just(0))
FATE = st.tuples(st.just("fate"), st.integers(0, len(Delivery) - 1), st.integers(1, 3))
STEAL = st.tuples(st.just("steal"), st.integers(0, RELAYS - 1), st.integers(1, 8))
OUTAGE = st.tuples(st.just("outage"), st.integers(0, 5), st.integers(0, 5))

#: Mostly steps, so that most histories get somewhere; outages last for some steps.
OPS: st.SearchStrategy[Op] = st.one_of(*[STEP] * 8, *[COMMIT] * 3, *[FATE] * 2, *[STEAL] * 2, TICK, CRASH, OUTAGE)
HISTORIES = st.lists(OPS, min_size=30, max_size=90)


async def live(world: World, ops: list[Op], chance: float) -> None:
    for name, first, second in ops:
        match name:
            case "step":
                for _ in range(second):
                    await world.step(first, chance)
            case "commit":
                world.commit(first, second)
            case "crash":
                world.crash(first)
            case "tick":
                world.now += first
            case "fate":
                world.fates += [list(Delivery)[first]] * second
            case "steal":
                world.now += SETTINGS.lease_ms
                for _ in range(second):
                    await world.step(first, chance)
            case _:
                world.source_gone, world.bus_gone = first, second
        world.check_order()


@settings(max_examples=150, deadline=None)
@given(ops=HISTORIES, chance=st.floats(0, 1, exclude_max=True))
def test_nothing_is_lost_and_every_run_keeps_its_order(ops: list[Op], chance: float) -> None:
    async def scenario() -> World:
        world = World()
        await live(world, ops, chance)
        await world.calm()
        return world

    world = asyncio.run(scenario())
    for number, run in enumerate(RUNS):
        assert world.broker.first_sequences(run) == list(range(1, world.committed[number] + 1))
    status = asyncio.run(world.outbox.status())
    assert (status.undelivered, status.delivered, status.blocked) == (0, world.committed.total(), ())


@settings(max_examples=50, deadline=None)
@given(counts=st.lists(st.integers(1, 7), min_size=1, max_size=6))
def test_without_faults_nothing_is_repeated(counts: list[int]) -> None:
    async def scenario() -> World:
        world = World()
        for index, count in enumerate(counts):
            world.commit(index % len(RUNS), count)
            for _ in range(3):
                await world.step(0, 0.5)
        await world.calm()
        return world

    world = asyncio.run(scenario())
    assert len(world.broker.arrived) == world.committed.total()
