"""Schema and model give one verdict, on drawn and on changed instances; exceptions are listed, with reasons."""

from functools import cache

import jsonschema_rs
import pytest
from dvt_contract_gate.sampling import changed, instances
from dvt_contracts.base import MAX_DEPTH, JsonValue
from dvt_contracts.loader import schemas
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generated.tests.contract_files import Target, examples, targets

QUICK = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
#: Members with one possible value: a model fills them in where a schema asks for them. Events are told apart by their
#: type before a model sees them, plans are judged by the schema first.
CONSTANTS = frozenset({"schemaVersion", "eventType"})


@cache
def validator(target: Target) -> jsonschema_rs.Draft202012Validator:
    registry = jsonschema_rs.Registry([(name, dict(schema)) for name, schema in schemas().items()])
    return jsonschema_rs.Draft202012Validator(target.schema, registry=registry, offline=True)


def only_a_constant_is_missing(target: Target, document: JsonValue) -> bool:
    errors = list(validator(target).iter_errors(document))
    return bool(errors) and all(
        error.kind.name == "required" and error.kind.as_dict()["property"] in CONSTANTS for error in errors
    )


def agree(target: Target, document: JsonValue) -> bool:
    takes = target.model_takes(document)
    return validator(target).is_valid(document) is takes or (takes and only_a_constant_is_missing(target, document))


@pytest.mark.parametrize("target", targets(), ids=str)
def test_drawn_instances_are_valid_for_both(target: Target) -> None:
    @QUICK
    @given(instances(str(target.schema["$ref"]), schemas()))
    def check(document: JsonValue) -> None:
        assert agree(target, document)

    check()


@pytest.mark.parametrize("target", targets(), ids=str)
def test_changed_instances_get_one_verdict(target: Target) -> None:
    shown = st.sampled_from([example.document for example in examples() if example.target == target])

    @QUICK
    @given(changed(instances(str(target.schema["$ref"]), schemas()) | shown))
    def check(document: JsonValue) -> None:
        assert agree(target, document), document

    check()


@pytest.mark.parametrize(
    ("target", "document", "why"),
    [
        (Target("glossary/v1/time", "DurationMs"), 1.0, "JSON Schema calls 1.0 an integer; our wire never writes it"),
        (Target("glossary/v1/json", "JsonValue"), "a\x00b", "no keyword of JSON Schema can forbid U+0000 at any depth"),
        (Target("glossary/v1/json", "JsonValue"), 2**53, "nor integers beyond 2^53-1"),
        (Target("glossary/v1/json", "JsonValue"), 1e17, "nor floats that are written as such integers"),
        (Target("glossary/v1/json", "JsonObject"), {"a": [[]] * 2**10, "b": 2**60}, "nor those inside an object"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_models_are_stricter_where_json_schema_cannot_say_it(target: Target, document: JsonValue, why: str) -> None:
    """[GLOSSARY-015]."""
    assert validator(target).is_valid(document), why
    assert not target.model_takes(document)


def test_values_are_64_deep_at_most() -> None:
    """[GLOSSARY-015]."""
    value: JsonValue = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    target = Target("glossary/v1/json", "JsonValue")
    assert target.model_takes(value)
    assert not target.model_takes([value])


def test_a_final_newline_is_part_of_a_text() -> None:
    target = Target("glossary/v1/ids", "StepId")
    assert not validator(target).is_valid("greet\n")
    assert not target.model_takes("greet\n")
