"""What a relay does next: a pure machine. `advance` takes what the last action brought and names the next one.

    Lease -> Fetch -> Publish -> Settle -> Fetch (after a full batch) or Wait -> Fetch ...

Any action may come back as Unavailable: the relay sleeps, longer each time. After an outage of the source it leases
anew, and settles first what was published and not settled, so that an outage causes no duplicates by itself. An outage
of the whole bus is nobody's failing message: no run is blocked. Time and chance come in as numbers; whoever performs
the actions decides what a millisecond is.

A relay that lost its shards without noticing (a zombie) does no harm: what it publishes are prefixes of what was
undelivered when it looked, so the first delivery of every event still comes in order, and what it acknowledges was
delivered. It stops at its next look, and consumers drop the repetitions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from dvt_engine_core.ports.outbox import ShardLease
from dvt_engine_core.ports.store import RunKey

from dvt_outbox_worker.actions import (
    Action,
    Block,
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
from dvt_outbox_worker.backoff import delay_ms
from dvt_outbox_worker.selection import publishable, settlement

MAX_BATCH: Final = 100
MAX_POLL_MS: Final = 100
_OUTAGE_DOUBLINGS: Final = 5
"""Source and bus are tried again after 3.2 s at the latest: a try is cheap, and everything waits for it."""


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """How a relay works; the defaults keep the contract, and nothing weaker is accepted.

    Units: milliseconds. `poll_ms` leaves room within the contract's 100 ms for waking up.
    Raises: ValueError for what the contract does not allow.
    Source: [RELAY-001].
    """

    batch: int = MAX_BATCH
    poll_ms: int = 80
    lease_ms: int = 5000
    renew_ms: int = 1000

    def __post_init__(self) -> None:
        if not 1 <= self.batch <= MAX_BATCH:
            raise ValueError(f"a batch holds 1 to {MAX_BATCH} messages, not {self.batch}")
        if not 1 <= self.poll_ms <= MAX_POLL_MS:
            raise ValueError(f"looks are 1 to {MAX_POLL_MS} ms apart, not {self.poll_ms}")
        if not 0 < self.renew_ms < self.lease_ms:
            raise ValueError(f"a lease of {self.lease_ms} ms cannot be kept by asking every {self.renew_ms} ms")


@dataclass(frozen=True, slots=True)
class RelayState:
    """Where a relay is: `action` is to be performed next, the rest is what it remembers."""

    settings: RelaySettings
    action: Action
    leases: tuple[ShardLease, ...] = ()
    asked_ms: int = 0
    looked_ms: int = 0
    full: bool = False
    failures: Mapping[RunKey, Block] = field(default_factory=lambda: MappingProxyType({}))
    outages: int = 0
    refusals: int = 0
    unsettled: Settle | None = None


def start(settings: RelaySettings, *, now_ms: int) -> RelayState:
    """Begin with nothing held."""
    return RelayState(settings, Lease(settings.lease_ms), asked_ms=now_ms)


def advance(state: RelayState, outcome: Outcome, *, now_ms: int, chance: float) -> RelayState:
    """Take the outcome of `state.action` and say what comes next.

    Units: `now_ms` of any clock that never goes back, the same for all calls; `chance` in [0, 1).
    Raises: TypeError if the outcome is none of the action's.
    """
    match state.action, outcome:
        case ((Lease() | Fetch() | Settle() | Wait() | Sleep()), Unavailable()):
            return _unavailable(state, chance=chance)
        case Lease(), Leased(leases):
            return _leased(replace(state, leases=leases, outages=0), now_ms=now_ms)
        case Fetch(), Fetched():
            return _fetched(replace(state, outages=0), outcome, now_ms=now_ms)
        case Publish(batch), Published(results):
            settle = settlement(batch, results, failures=state.failures, chance=chance)
            return _settle(replace(state, refusals=0), settle)
        case Publish(), Unavailable():
            sleep = Sleep(delay_ms(min(state.refusals, _OUTAGE_DOUBLINGS), chance=chance))
            return replace(state, action=sleep, refusals=state.refusals + 1)
        case Settle(), Done():
            settled = replace(state, unsettled=None, outages=0)
            return _look(settled, now_ms=now_ms) if state.full else _rest(settled, now_ms=now_ms)
        case ((Wait() | Sleep()), Done()):
            return _look(state, now_ms=now_ms)
        case _:
            raise TypeError(f"{type(outcome).__name__} does not answer {type(state.action).__name__}")


def _look(state: RelayState, *, now_ms: int) -> RelayState:
    if state.unsettled is not None:
        return replace(state, action=state.unsettled, full=True)
    if not state.leases or now_ms - state.asked_ms >= state.settings.renew_ms:
        return replace(state, action=Lease(state.settings.lease_ms), asked_ms=now_ms)
    return replace(state, action=Fetch(state.leases, state.settings.batch), looked_ms=now_ms)


def _rest(state: RelayState, *, now_ms: int) -> RelayState:
    """Wait for the rest of the time between two looks, counted from the last one."""
    left_ms = state.settings.poll_ms - (now_ms - state.looked_ms)
    return replace(state, action=Wait(left_ms)) if left_ms > 0 else _look(state, now_ms=now_ms)


def _leased(state: RelayState, *, now_ms: int) -> RelayState:
    if not state.leases:
        return replace(state, action=Sleep(state.settings.renew_ms))
    held = {lease.shard for lease in state.leases}
    failures = {run: block for run, block in state.failures.items() if block.message.shard in held}
    state = replace(state, failures=MappingProxyType(failures))
    return replace(state, action=Fetch(state.leases, state.settings.batch), looked_ms=now_ms)


def _fetched(state: RelayState, fetched: Fetched, *, now_ms: int) -> RelayState:
    if now_ms - state.asked_ms >= state.settings.lease_ms:
        return replace(state, action=Lease(state.settings.lease_ms), asked_ms=now_ms)
    batch = tuple(publishable(fetched.messages, state.leases))
    if not batch:
        return _rest(state, now_ms=now_ms)
    return replace(state, action=Publish(batch), full=len(fetched.messages) >= state.settings.batch)


def _settle(state: RelayState, settle: Settle) -> RelayState:
    failed = {block.message.run: block for block in settle.blocked}
    moved = {message.run for message in settle.delivered}
    kept = {run: block for run, block in state.failures.items() if run not in moved}
    return replace(state, action=settle, failures=MappingProxyType(kept | failed))


def _unavailable(state: RelayState, *, chance: float) -> RelayState:
    unsettled = state.action if isinstance(state.action, Settle) else state.unsettled
    sleep = Sleep(delay_ms(min(state.outages, _OUTAGE_DOUBLINGS), chance=chance))
    return replace(state, action=sleep, leases=(), outages=state.outages + 1, unsettled=unsettled)
