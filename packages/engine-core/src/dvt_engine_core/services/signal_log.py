"""What signals carried, from the log: their arguments, and the inputs that updates of parameters made."""

from collections.abc import Mapping

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from pydantic import MISSING

from dvt_engine_core.ports.store import RunKey, StateStore
from dvt_engine_core.services.recording import read_facts


async def inputs_at(
    store: StateStore, run: RunKey, inputs: Mapping[str, JsonValue], version: int | None = None
) -> dict[str, JsonValue]:
    """Inputs with every update applied up to a version, all of them without one.

    Shape: `version` is the runSeq of an applied update.
    Source: ExecutionSemantics, attempts.
    """
    found = dict(inputs)
    for fact in await read_facts(store, run, limit=version):
        if isinstance(fact.payload, SignalAppliedPayload) and fact.payload.parameters is not MISSING:
            found |= fact.payload.parameters
    return found


async def arguments_of(store: StateStore, run: RunKey, signal_id: str) -> JsonObject:
    """Arguments of an accepted signal, from the log; empty where there is none."""
    found = (
        fact.payload.arguments
        for fact in await read_facts(store, run)
        if fact.subject_id == signal_id and isinstance(fact.payload, SignalAcceptedPayload)
    )
    return next(found, {})
