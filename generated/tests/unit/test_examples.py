"""Every example is judged as its folder says, by the schema and by the model.

The schema is read by another library than in the contract gate: the two must agree.
"""

from hashlib import sha256

import pytest
from dvt_contracts.loader import schemas
from jsonschema import Draft202012Validator
from referencing.jsonschema import DRAFT202012, SchemaRegistry

from generated.tests.contract_files import Example, Target, examples

REGISTRY = SchemaRegistry().with_resources(
    (name, DRAFT202012.create_resource(schema)) for name, schema in schemas().items()
)
#: Invalid examples that a model takes, and why that is no danger.
MODEL_TAKES = {
    "plan/v1/invalid/plan.no-schema-version.json": "a model fills in a constant; plans are judged by the schema first",
}


def schema_takes(target: Target, document: object) -> bool:
    return Draft202012Validator(target.schema, registry=REGISTRY).is_valid(document)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_the_schema_judges_an_example_as_its_folder_says(example: Example) -> None:
    assert schema_takes(example.target, example.document) is example.valid


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_the_model_judges_an_example_as_its_folder_says(example: Example) -> None:
    assert example.target.model_takes(example.document) is (example.valid or example.name in MODEL_TAKES)


def test_example_events_carry_the_key_of_the_formula() -> None:
    for example in examples(valid=True):
        event = example.document
        if example.target.path.startswith("events/") and isinstance(event, dict) and "payload" in event:
            subject = event.get("stepId", event.get("signalId", "RUN"))
            ordinal = event.get("logicalAttemptId", event.get("occurrence", 1))
            preimage = "|".join(
                map(str, (event["runId"], subject, ordinal, event["eventType"], event["planId"], event["planVersion"]))
            )
            known = "mood" not in event
            assert not known or event["idempotencyKey"] == sha256(preimage.encode()).hexdigest(), example.name
