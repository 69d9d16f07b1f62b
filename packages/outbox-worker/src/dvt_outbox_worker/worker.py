"""The loop around the relay: performs its actions on a source and a bus, counts, and tells what went wrong, once."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import assert_never

from dvt_engine_core.errors import PortError
from dvt_engine_core.ports.outbox import EventPublisher, OutboxSource, Outgoing

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
from dvt_outbox_worker.relay import RelaySettings, advance, start

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RelayCounters:
    """What this relay did since it began. Repetitions on the bus cannot be counted here: only consumers see them.

    Shape: `unavailable` holds `outbox` and `bus` while they cannot be reached.
    """

    delivered: int = 0
    failures: int = 0
    last_error: str | None = None
    unavailable: frozenset[str] = frozenset()


def _monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class RelayWorker:
    """Delivers until it is stopped. The caller closes source and publisher.

    `owner` names this process among the relays of a source, and no other; `chance` gives numbers in [0, 1).
    """

    def __init__(
        self,
        source: OutboxSource,
        publisher: EventPublisher,
        *,
        owner: str,
        settings: RelaySettings | None = None,
        clock_ms: Callable[[], int] = _monotonic_ms,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._source = source
        self._publisher = publisher
        self._owner = owner
        self._settings = settings or RelaySettings()
        self._clock_ms = clock_ms
        self._chance = chance
        self._stopping = asyncio.Event()
        self._counters = RelayCounters()

    @property
    def counters(self) -> RelayCounters:
        """What happened so far."""
        return self._counters

    def stop(self) -> None:
        """Let `run` return after the batch at hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Deliver until stopped; then give the shards back, so that another relay need not wait for the lease to end.

        Raises: nothing that a source or a bus does by contract; other errors are faults and end the relay.
        """
        state = start(self._settings, now_ms=self._clock_ms())
        while not self._stopping.is_set() or isinstance(state.action, Publish | Settle):
            outcome = await self._attempt(state.action)
            state = advance(state, outcome, now_ms=self._clock_ms(), chance=self._chance())
        with suppress(PortError):
            await self._source.lease(self._owner, ttl_ms=0)

    async def _attempt(self, action: Action) -> Outcome:
        try:
            outcome = await self._perform(action)
        except PortError as error:
            self._note_outage("bus" if isinstance(action, Publish) else "outbox", error)
            return Unavailable()
        if not isinstance(action, Sleep):
            self._note_recovery("bus" if isinstance(action, Publish) else "outbox")
        return outcome

    async def _perform(self, action: Action) -> Outcome:
        match action:
            case Lease(ttl_ms):
                return Leased(await self._source.lease(self._owner, ttl_ms=ttl_ms))
            case Fetch(leases, limit):
                return Fetched(await self._source.fetch(leases, limit=limit))
            case Publish(batch):
                return Published(await self._publish(batch))
            case Settle():
                await self._settle(action)
            case Wait(timeout_ms):
                await self._unless_stopped(self._source.wait(timeout_ms=timeout_ms))
            case Sleep(timeout_ms):
                await self._unless_stopped(asyncio.sleep(timeout_ms / 1000))
            case _:
                assert_never(action)
        return Done()

    async def _publish(self, batch: Sequence[Outgoing]) -> tuple[str | None, ...]:
        try:
            return await self._publisher.publish(batch)
        except PortError:
            raise
        except Exception as error:
            log.debug("the publisher broke its contract by raising", exc_info=True)
            return (f"{type(error).__name__}: {error}",) * len(batch)

    async def _settle(self, settle: Settle) -> None:
        if settle.delivered:
            await self._source.acknowledge(settle.delivered)
        for block in settle.blocked:
            await self._source.block(block.message, delay_ms=block.delay_ms, error=block.error)
            if block.failures == 1:
                details = {"run_id": block.message.run.run_id, "run_seq": block.message.record.run_seq}
                log.warning("a run waits: its event was not published", extra={**details, "error": block.error})
        self._counters = replace(
            self._counters,
            delivered=self._counters.delivered + len(settle.delivered),
            failures=self._counters.failures + len(settle.blocked),
            last_error=settle.blocked[-1].error if settle.blocked else self._counters.last_error,
        )

    async def _unless_stopped(self, rest: Coroutine[None, None, None]) -> None:
        """Rest, but no longer than until `stop`."""
        resting = asyncio.ensure_future(rest)
        stopped = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({resting, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if resting.done():
                resting.result()
        finally:
            for task in (resting, stopped):
                task.cancel()
            await asyncio.gather(resting, stopped, return_exceptions=True)

    def _note_outage(self, side: str, error: PortError) -> None:
        if side not in self._counters.unavailable:
            log.warning(
                "%s unavailable, trying until it is back", side, extra={"code": error.code, "error": str(error)}
            )
        unavailable = self._counters.unavailable | {side}
        self._counters = replace(self._counters, last_error=str(error), unavailable=unavailable)

    def _note_recovery(self, side: str) -> None:
        if side in self._counters.unavailable:
            self._counters = replace(self._counters, unavailable=self._counters.unavailable - {side})
            log.info("%s available again", side)
