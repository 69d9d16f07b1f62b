"""Inputs with defaults, judged by the plan; and what a plan needs of an engine."""

import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.registries.capabilities import CAPABILITIES

from dvt_engine_core.capabilities import missing_capabilities, required_capabilities
from dvt_engine_core.errors import InvalidInputsError
from dvt_engine_core.plan.inputs import MAX_INPUT_BYTES, effective_inputs
from dvt_engine_core.testing.world import plan_of

SCHEMA: JsonObject = {
    "type": "object",
    "properties": {"name": {"type": "string", "default": "world"}, "n": {"type": "integer"}, "any": True},
    "required": ["name"],
}


def plan(**fields: JsonValue) -> Plan:
    return Plan.parse(plan_of({"stepId": "a"}, **fields))


def test_defaults_are_applied_where_nothing_is_given() -> None:
    """[PLAN-021]."""
    assert effective_inputs(plan(inputs=SCHEMA), {}) == {"name": "world"}
    assert effective_inputs(plan(inputs=SCHEMA), {"name": "ana", "n": 3}) == {"name": "ana", "n": 3}


@pytest.mark.parametrize("schema", [{"type": "object"}, {"properties": {}}, {"type": "object", "properties": True}])
def test_a_schema_without_properties_has_no_defaults(schema: JsonObject) -> None:
    try:
        assert effective_inputs(plan(inputs=schema), {}) == {}
    except ValueError:
        assert schema["properties"] is True


def test_every_fault_is_told_with_its_pointer() -> None:
    with pytest.raises(InvalidInputsError) as caught:
        effective_inputs(plan(inputs=SCHEMA), {"name": 1, "n": "x"})
    assert sorted(str(fault.pointer) for fault in caught.value.faults) == ["/n", "/name"]
    assert {fault.code for fault in caught.value.faults} == {"INPUTS_INVALID"}


def test_a_long_name_makes_a_short_pointer() -> None:
    with pytest.raises(InvalidInputsError) as caught:
        effective_inputs(plan(inputs={"additionalProperties": {"type": "null"}}), {"x" * 9000: {}})
    assert caught.value.faults[0].pointer == ""


def test_a_plan_that_declares_no_inputs_takes_none() -> None:
    """[PLAN-021]."""
    assert effective_inputs(plan(), {}) == {}
    with pytest.raises(InvalidInputsError):
        effective_inputs(plan(), {"name": "ana"})


def test_inputs_over_16_kib_are_refused() -> None:
    open_plan = plan(inputs={"type": "object"})
    fits = {"x": "y" * (MAX_INPUT_BYTES - 8)}
    assert effective_inputs(open_plan, fits) == fits
    with pytest.raises(InvalidInputsError) as caught:
        effective_inputs(open_plan, {"x": fits["x"] + "y"})
    assert caught.value.code == "INPUTS_TOO_LARGE"


@pytest.mark.parametrize(
    ("fields", "step", "needed"),
    [
        ({}, {}, {"plan.fail-fast": "/onStepFailure"}),
        ({"onStepFailure": "pause"}, {}, {"plan.pause-on-failure": "/onStepFailure"}),
        ({"onStepFailure": "finish-running"}, {}, {"plan.finish-running": "/onStepFailure"}),
        ({"onStepFailure": "continue-independent"}, {}, {"plan.continue-independent": "/onStepFailure"}),
        ({"deadlineMs": 1}, {}, {"plan.fail-fast": "/onStepFailure", "plan.deadline": "/deadlineMs"}),
        ({}, {"when": "true"}, {"plan.fail-fast": "/onStepFailure", "plan.when": "/steps/1/when"}),
        ({}, {"runIf": "all-done"}, {"plan.fail-fast": "/onStepFailure", "plan.run-if": "/steps/1/runIf"}),
        ({"requires": ["x.y", "plan.fail-fast", "x.y"]}, {}, {"plan.fail-fast": "/requires/1", "x.y": "/requires/0"}),
    ],
)
def test_a_plan_needs_what_it_uses_and_what_it_asks_for(
    fields: dict[str, JsonValue], step: dict[str, JsonValue], needed: dict[str, str]
) -> None:
    read = Plan.parse(plan_of({"stepId": "a"}, {"stepId": "b", **step}, {"stepId": "c", **step}, **fields))
    assert required_capabilities(read) == needed


def test_what_the_engine_lacks_is_told_with_the_place_that_needs_it() -> None:
    """[PLAN-022], [CAPABILITY-005]."""
    faults = missing_capabilities(plan(deadlineMs=1, requires=["signals.pause"]), "conductor")
    assert [(fault.code, fault.pointer) for fault in faults] == [
        ("PLAN_CAPABILITY", "/requires/0"),
        ("PLAN_CAPABILITY", "/onStepFailure"),
        ("PLAN_CAPABILITY", "/deadlineMs"),
    ]
    assert missing_capabilities(plan(deadlineMs=1, requires=["signals.pause"]), "temporal") == ()


def test_an_unknown_engine_gives_nothing() -> None:
    assert [fault.message for fault in missing_capabilities(plan(), "abacus")] == [
        "engine 'abacus' does not support plan.fail-fast"
    ]


def test_every_adapter_lists_known_capabilities_only() -> None:
    known = {entry.capability for entry in CAPABILITIES.capabilities}
    assert all(levels.keys() <= known for levels in CAPABILITIES.adapters.values())
