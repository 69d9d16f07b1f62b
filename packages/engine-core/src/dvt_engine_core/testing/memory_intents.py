"""An in-memory IntentQueue, fed by the appends of the memory store."""

import asyncio
from dataclasses import dataclass, replace

from dvt_contracts.models.store.v1.intent import Intent, IntentType
from pydantic import MISSING

from dvt_engine_core.appending import INTENT_TYPES, AppendItem
from dvt_engine_core.ports.ambient import Clock
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.retry import instant_after


@dataclass(frozen=True, slots=True)
class _Entry:
    intent: Intent
    due: str


class MemoryIntents:
    """IntentQueue for tests."""

    def __init__(self, clock: Clock) -> None:
        """Begin empty; `clock` stands for the database's."""
        self._clock = clock
        self._entries: dict[int, _Entry] = {}
        self._last = 0
        self._promised = asyncio.Event()

    def promise(self, run: RunKey, item: AppendItem) -> None:
        """Keep the intent of an appended event, if it has one."""
        kind = INTENT_TYPES.get(item.event_type)
        if kind is None:
            return
        self._last += 1
        now = self._clock.now()
        signal_id = item.item_id if kind == "signal" and item.item_id else MISSING
        intent = Intent(
            intent_id=self._last,
            tenant_id=run.tenant_id,
            run_id=run.run_id,
            intent_type=IntentType(kind),
            signal_id=signal_id,
            attempts=0,
            created_at=now,
        )
        self._entries[self._last] = _Entry(intent, now)
        self._promised.set()

    async def take(self, *, limit: int, lease_ms: int) -> tuple[Intent, ...]:
        """See IntentQueue."""
        now = self._clock.now()
        due = [entry for _, entry in sorted(self._entries.items()) if entry.due <= now][:limit]
        for entry in due:
            self._entries[entry.intent.intent_id] = replace(entry, due=instant_after(now, lease_ms))
        return tuple(entry.intent for entry in due)

    async def finish(self, intent_id: int) -> None:
        """See IntentQueue."""
        self._entries.pop(intent_id, None)

    async def postpone(self, intent_id: int, *, delay_ms: int, error: str) -> None:
        """See IntentQueue."""
        entry = self._entries.get(intent_id)
        if entry is None:
            return
        document = entry.intent.document() | {"attempts": entry.intent.attempts + 1, "lastError": error[:1024]}
        self._entries[intent_id] = _Entry(Intent.parse(document), instant_after(self._clock.now(), delay_ms))

    async def wait(self, *, timeout_ms: int) -> None:
        """See IntentQueue."""
        self._promised.clear()
        try:
            await asyncio.wait_for(self._promised.wait(), min(timeout_ms, 20) / 1000)
        except TimeoutError:
            return

    async def pending(self, run: RunKey) -> tuple[Intent, ...]:
        """See IntentQueue."""
        entries = [entry.intent for _, entry in sorted(self._entries.items())]
        return tuple(intent for intent in entries if (intent.tenant_id, intent.run_id) == (run.tenant_id, run.run_id))
