"""Inputs from the command line and from a file: read, typed by the plan's schema, and judged before a run is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.errors.v1.fault import Fault
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_engine_core.errors import ContractError, InvalidInputsError, RejectedError
from dvt_engine_core.plan.inputs import effective_inputs
from dvt_engine_core.plan.pointer import Place, pointer, scan
from dvt_engine_core.plan.text import read_json
from pydantic import MISSING


def read_inputs(plan: Plan, pairs: Sequence[str], file: Path | None) -> dict[str, JsonValue]:
    """Inputs as given, `--input` over `--inputs`.

    Shape: what is returned has no defaults applied; that it satisfies the plan has been proven.
    Raises: InvalidInputsError [INPUTS_NOT_JSON, INPUTS_INVALID, INPUTS_TOO_LARGE] with every fault and, for those of
    the file, its place; ContractError [USAGE]; RejectedError [PLAN_FILE_NOT_FOUND] never: a missing file is USAGE.
    """
    given, places = _from_file(file) if file else ({}, {})
    named = dict(_pair(plan, pair) for pair in pairs)
    given = {**given, **named}
    try:
        effective_inputs(plan, given)
    except InvalidInputsError as error:
        faults = [_placed(fault, places, named) for fault in error.faults]
        known = ", ".join(_properties(plan)) or "none"
        raise InvalidInputsError(
            error.message,
            code=error.code,
            faults=faults,
            file=str(file) if file else None,
            hint=error.hint if not faults else f"the plan declares: {known}",
        ) from None
    return given


def read_changes(plan: Plan, pairs: Sequence[str], file: Path | None) -> dict[str, JsonValue]:
    """Inputs that change, `--input` over `--inputs`; whether the result satisfies the plan is judged when they apply.

    Raises: as `read_inputs`; ContractError [USAGE] if nothing changes.
    """
    given = dict(_from_file(file)[0]) if file else {}
    given |= dict(_pair(plan, pair) for pair in pairs)
    if not given:
        raise ContractError("nothing changes", code="USAGE", hint="Name inputs: --input name=value, or --inputs FILE.")
    return given


def _from_file(file: Path) -> tuple[dict[str, JsonValue], Mapping[str, Place]]:
    try:
        raw = file.expanduser().read_bytes()
    except OSError as error:
        raise RejectedError(f"cannot read {file}: {error.strerror}", code="INPUTS_NOT_JSON") from error
    value, faults = read_json(raw)
    if faults:
        told = [_as_input_fault(fault) for fault in faults]
        raise InvalidInputsError(f"{file.name} is not JSON", code="INPUTS_NOT_JSON", faults=told, file=str(file))
    if not isinstance(value, Mapping):
        raise InvalidInputsError(f"{file.name} is not a JSON object", code="INPUTS_NOT_JSON", file=str(file))
    return dict(value), scan(raw.decode()).places


def _as_input_fault(fault: Fault) -> Fault:
    return Fault(
        code="INPUTS_NOT_JSON",
        message=fault.message,
        pointer=fault.pointer,
        line=fault.line,
        column=fault.column,
    )


def _pair(plan: Plan, text: str) -> tuple[str, JsonValue]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ContractError(f"--input {text!r} is not name=value", code="USAGE", hint="Write --input name=world.")
    types = _types(_properties(plan).get(name))
    if types == {"string"}:
        return name, value
    try:
        return name, json.loads(value, parse_constant=_no_constant)
    except ValueError:
        if not types or "string" in types:
            return name, value
        wanted = " or ".join(sorted(types))
        fault = Fault(
            code="INPUTS_INVALID",
            message=f"--input {name}: {value!r} is not JSON, and the plan wants {wanted}",
            pointer=pointer([name]),
            hint=f"write {_example(types, name)}",
        )
        raise InvalidInputsError(faults=[fault]) from None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _example(types: set[str], name: str) -> str:
    if "array" in types:
        return f"--input '{name}=[1, 2]'"
    if "object" in types:
        return f"--input '{name}={{\"a\": 1}}'"
    return f"--input {name}={'true' if 'boolean' in types else '42'}"


def _properties(plan: Plan) -> Mapping[str, JsonValue]:
    declared = {} if plan.inputs is MISSING else plan.inputs
    properties = declared.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _types(rule: JsonValue) -> set[str]:
    """Types that a property's schema names; nothing where it names none."""
    declared = rule.get("type") if isinstance(rule, Mapping) else None
    if isinstance(declared, str):
        return {declared}
    return {str(item) for item in declared} if isinstance(declared, list) else set()


def _placed(fault: Fault, places: Mapping[str, Place], named: JsonObject) -> Fault:
    """A fault with its place in the file, where the value came from there."""
    at = "" if fault.pointer is MISSING else fault.pointer
    top = at.split("/")[1] if "/" in at else None
    place = None if top in named else places.get(at)
    return Fault(
        code=fault.code,
        message=fault.message,
        pointer=at,
        line=place.line if place else MISSING,
        column=place.column if place else MISSING,
    )
