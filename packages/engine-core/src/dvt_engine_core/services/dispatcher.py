"""The dispatcher: delivers intents to the engine, at least once, retried with backoff until they arrive."""

import asyncio
from dataclasses import dataclass
from typing import Final

from dvt_contracts.models.glossary.v1.status import RunStatus, SignalType
from dvt_contracts.models.store.v1.intent import Intent, IntentType
from pydantic import MISSING

from dvt_engine_core.errors import PortError, UnavailableError
from dvt_engine_core.ports.engine import EngineAdapter, SignalDelivery
from dvt_engine_core.ports.store import IntentQueue, RunKey
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.services.run_loader import PENDING_ENDS, cancel_pending, identity_of
from dvt_engine_core.services.signal_log import arguments_of
from dvt_engine_core.transitions import TERMINAL

LEASE_MS: Final = 30_000
POLL_MS: Final = 1_000
_BATCH: Final = 50
_ON_STEPS: Final = frozenset({SignalType.RETRY_STEP, SignalType.SKIP_STEP})
_FIRST_DELAY_MS: Final = 100
_LONGEST_DELAY_MS: Final = 10_000


def delivery_delay_ms(attempts: int) -> int:
    """Delay after a failed delivery: 100 ms doubled each time, at most 10 s."""
    return min(_FIRST_DELAY_MS << min(attempts, 16), _LONGEST_DELAY_MS)


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Moves intents from the store to an engine. Any number may run; leases keep them apart."""

    intents: IntentQueue
    recorder: Recorder
    engine: EngineAdapter

    async def run(self) -> None:
        """Deliver for ever; cancel to stop. A store that is away is waited for."""
        while True:
            try:
                if not await self.deliver_due():
                    await self.intents.wait(timeout_ms=POLL_MS)
            except UnavailableError:
                await asyncio.sleep(POLL_MS / 1000)

    async def deliver_due(self) -> int:
        """Deliver what is due now; how many intents were taken."""
        taken = await self.intents.take(limit=_BATCH, lease_ms=LEASE_MS)
        await asyncio.gather(*(self._deliver(intent) for intent in taken))
        return len(taken)

    async def _deliver(self, intent: Intent) -> None:
        try:
            await self._send(intent)
        except PortError as error:
            delay = delivery_delay_ms(intent.attempts)
            await self.intents.postpone(intent.intent_id, delay_ms=delay, error=error.code)
            return
        await self.intents.finish(intent.intent_id)

    async def _send(self, intent: Intent) -> None:
        run = RunKey(intent.tenant_id, intent.run_id)
        stored = await self.recorder.store.read_run(run, steps=())
        if stored is None or stored.snapshot.status in TERMINAL:
            return
        if intent.intent_type is IntentType.START:
            await self.engine.start(run)
            return
        signal = next((item for item in stored.snapshot.signals if item.signal_id == intent.signal_id), None)
        if signal is None or signal.decision is MISSING or signal.application is not MISSING:
            return
        signal_type = signal.decision.signal_type
        pending = stored.snapshot.status is RunStatus.PENDING and signal_type in PENDING_ENDS
        identity = identity_of(run, stored.snapshot)
        if pending and await cancel_pending(self.recorder, identity, signal.signal_id, signal_type):
            return
        arguments = await arguments_of(self.recorder.store, run, signal.signal_id) if signal_type in _ON_STEPS else {}
        step_id = arguments.get("stepId")
        delivery = SignalDelivery(signal.signal_id, signal_type, arguments, str(step_id) if step_id else None)
        await self.engine.signal(run, delivery)
