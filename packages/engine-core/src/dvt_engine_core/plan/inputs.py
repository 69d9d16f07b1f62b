"""Inputs of a run: defaults applied, judged by the plan's schema."""

from typing import Final

import jsonschema_rs
from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.errors.v1.fault import Fault
from dvt_contracts.models.plan.v1.plan import Plan
from pydantic import MISSING

from dvt_engine_core.canonical import canonical_bytes
from dvt_engine_core.errors import InvalidInputsError
from dvt_engine_core.plan.pointer import bounded, pointer

MAX_INPUT_BYTES: Final = 16 * 1024
_NOTHING: Final[JsonObject] = {"type": "object", "additionalProperties": False, "properties": {}}


def effective_inputs(plan: Plan, given: JsonObject) -> dict[str, JsonValue]:
    """Inputs with the defaults of top-level properties applied.

    Shape: a plan that declares no inputs takes none; at most 16 KiB of canonical text.
    Raises: InvalidInputsError [INPUTS_INVALID, INPUTS_TOO_LARGE] with every fault.
    """
    if len(canonical_bytes(given)) > MAX_INPUT_BYTES:
        raise InvalidInputsError(f"the inputs are over {MAX_INPUT_BYTES} bytes", code="INPUTS_TOO_LARGE")
    declared = _NOTHING if plan.inputs is MISSING else plan.inputs
    properties = declared.get("properties")
    defaults = {
        name: rule["default"]
        for name, rule in (properties.items() if isinstance(properties, dict) else ())
        if isinstance(rule, dict) and "default" in rule
    }
    inputs = {**defaults, **given}
    validator = jsonschema_rs.Draft202012Validator(dict(declared), offline=True)
    faults = [
        Fault(code="INPUTS_INVALID", message=error.message[:500], pointer=bounded(pointer(error.instance_path)))
        for error in validator.iter_errors(inputs)
    ]
    if faults:
        raise InvalidInputsError(faults=faults)
    return inputs
