"""Following a run's log as it grows, from the store alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.store.v1.intent import Intent
from dvt_engine_core.errors import RunNotFoundError, UnavailableError
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.transitions import TERMINAL

from dvt.session import Session

TERMINAL_EVENTS: Final = frozenset({"RunCompleted", "RunFailed", "RunCancelled"})
_QUICK_S: Final = 0.02
_SLOW_S: Final = 0.1
_QUICK_FOR_S: Final = 10.0
_SILENCE_S: Final = 2.0
_SILENCE_OF_OURS_S: Final = 10.0
_REMIND_S: Final = 30.0
_OUTAGE_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Stalled:
    """Nobody takes a promise of this run: the oldest one that is not delivered."""

    intent: Intent


async def follow(session: Session, run: RunKey, *, after: int = 0) -> AsyncIterator[RawRecord | Stalled]:
    """Records from `after` on, as they come, to the end of the run; now and then why nothing comes.

    Shape: looks every 20 ms, after ten quiet seconds every 100 ms (an append notifies nobody: that would put the
    commits of all runs in a row). A short outage of the store is waited for.
    Raises: RunNotFoundError; UnavailableError if the store stays away.
    """
    stored = await session.store.read_run(run, steps=())
    if stored is None:
        raise RunNotFoundError(f"no run {run.run_id}")
    ended_at = stored.snapshot.last_run_seq if stored.snapshot.status in TERMINAL else None
    patience_s = _SILENCE_OF_OURS_S if session.servers.embedded else _SILENCE_S  # our own worker may just be starting
    seen, heard, told = after, time.monotonic(), 0.0
    while ended_at is None or seen < ended_at:
        try:
            async for record in session.store.read_events(run, after=seen):
                seen, heard = record.run_seq, time.monotonic()
                yield record
                if record.event.event_type in TERMINAL_EVENTS:
                    return
        except UnavailableError:
            if time.monotonic() - heard > _OUTAGE_S or not session.servers.alive():
                raise
        quiet_s = time.monotonic() - heard
        if quiet_s > patience_s and time.monotonic() - told > (_REMIND_S if told else 0):
            stalled = await _stalled(session, run)
            if stalled:
                told = time.monotonic()
                yield stalled
        await asyncio.sleep(_QUICK_S if quiet_s < _QUICK_FOR_S else _SLOW_S)


async def _stalled(session: Session, run: RunKey) -> Stalled | None:
    """The oldest promise that waits."""
    try:
        pending = await session.intents.pending(run)
    except UnavailableError:
        return None
    return Stalled(pending[0]) if pending else None
