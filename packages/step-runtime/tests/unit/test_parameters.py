import pytest
from dvt_contracts.models.plan.v1.kinds.process import ProcessParameters
from dvt_engine_core.errors import StepError
from dvt_step_runtime.parameters import parameters_schema, read_parameters


@pytest.mark.parametrize("kind", ["noop", "process", "python", "sql"])
def test_a_schema_stands_alone(kind: str) -> None:
    assert "$ref" not in str(parameters_schema(kind))
    assert parameters_schema(kind)["$id"] == f"https://dvt.local/contracts/plan/v1/kinds/{kind}.json"


def test_a_reference_keeps_what_is_said_beside_it() -> None:
    properties = parameters_schema("python")["properties"]
    assert isinstance(properties, dict)
    assert properties["arguments"]["type"] == "object"
    assert properties["arguments"]["description"].startswith("Keyword arguments")


def test_a_refusal_names_places_and_never_values() -> None:
    with pytest.raises(StepError) as caught:
        read_parameters(ProcessParameters, {"argv": ["s3cret", ["s3cret"]], "environment": {"A": 5}})
    assert caught.value.code == "PLAN_PARAMETERS"
    assert "/argv" in caught.value.message
    assert "/environment/A" in caught.value.message
    assert "s3cret" not in caught.value.message
