"""Updates of parameters: whether the inputs fit the plan with what was asked."""

from collections.abc import Mapping
from dataclasses import replace

from dvt_engine_core.causes import SignalArrived
from dvt_engine_core.errors import InvalidInputsError
from dvt_engine_core.plan.inputs import effective_inputs
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.materials import Materials, RunMaterial
from dvt_engine_core.services.signal_log import arguments_of, inputs_at


async def judged(materials: Materials, material: RunMaterial, run: RunKey, cause: SignalArrived) -> SignalArrived:
    """An update of parameters with what it changes, from the log, and whether the inputs fit the plan with it."""
    parameters = (await arguments_of(materials.store, run, cause.signal_id)).get("parameters")
    asked = parameters if isinstance(parameters, Mapping) else {}
    now = await inputs_at(materials.store, run, material.inputs)
    try:
        effective_inputs(material.plan, {**now, **asked})
    except InvalidInputsError:
        return replace(cause, inputs_valid=False)
    return replace(cause, parameters=asked)
