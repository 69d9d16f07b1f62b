"""Updates of parameters: what was asked, whether it fits, and which inputs an attempt uses."""

from collections.abc import Mapping
from dataclasses import replace

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.loader import parse_event
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from pydantic import MISSING

from dvt_engine_core.causes import Cause, SignalArrived
from dvt_engine_core.errors import InvalidInputsError
from dvt_engine_core.facts import Fact, fact_of
from dvt_engine_core.plan.inputs import effective_inputs
from dvt_engine_core.ports.store import RunKey, StateStore
from dvt_engine_core.services.materials import Materials, RunMaterial


async def inputs_at(
    store: StateStore, run: RunKey, inputs: Mapping[str, JsonValue], version: int | None = None
) -> dict[str, JsonValue]:
    """Inputs with every update applied up to a version, all of them without one.

    Shape: `version` is the runSeq of an applied update, 0 for none.
    Source: ExecutionSemantics, attempts.
    """
    found = dict(inputs)
    if version == 0:
        return found
    for fact in await _facts(store, run, limit=version):
        if isinstance(fact.payload, SignalAppliedPayload) and fact.payload.parameters is not MISSING:
            found |= fact.payload.parameters
    return found


async def judged(materials: Materials, material: RunMaterial, run: RunKey, cause: Cause) -> Cause:
    """An update of parameters with what it changes, from the log, and whether the inputs fit the plan with it."""
    if not isinstance(cause, SignalArrived):
        return cause
    asked = await _asked(materials.store, run, cause.signal_id)
    now = await inputs_at(materials.store, run, material.inputs)
    try:
        effective_inputs(material.plan, {**now, **asked})
    except InvalidInputsError:
        return replace(cause, inputs_valid=False)
    return replace(cause, parameters=asked)


async def _asked(store: StateStore, run: RunKey, signal_id: str) -> JsonObject:
    for fact in await _facts(store, run):
        if fact.subject_id == signal_id and isinstance(fact.payload, SignalAcceptedPayload):
            parameters = fact.payload.arguments.get("parameters")
            return parameters if isinstance(parameters, Mapping) else {}
    return {}


async def _facts(store: StateStore, run: RunKey, *, limit: int | None = None) -> list[Fact]:
    return [
        fact
        async for record in store.read_events(run, limit=limit)
        if (fact := fact_of(parse_event(record.event.document()), record.run_seq))
    ]
