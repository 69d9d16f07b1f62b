"""Drawn documents of an old schema, judged by the new one: evidence where there is no proof."""

from collections.abc import Iterator

import jsonschema_rs
from dvt_contracts.base import JsonValue
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable

from dvt_contract_gate.references import Schemas
from dvt_contract_gate.sampling import instances

_HOW_MANY = 60


def refused_sample(old: Schemas, new: Schemas, reference: str) -> tuple[JsonValue, str] | None:
    """Look for a document that `reference` takes in `old` and refuses in `new`; with the reason.

    Shape: always the same draws for the same schemas; None when none was found.
    """
    try:
        before, after = _validator(old, reference), _validator(new, reference)
    except (ValueError, jsonschema_rs.ReferencingError):
        return None  # a schema that cannot be read is no evidence
    found: list[tuple[JsonValue, str]] = []

    @seed(0)
    @settings(
        max_examples=_HOW_MANY,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(instances(reference, old))
    def judge(document: JsonValue) -> None:
        if not found and before.is_valid(document):
            found.extend((document, error.message) for error in _first(after, document))

    try:
        judge()
    except (TypeError, Unsatisfiable):
        return None  # the sampler does not know a keyword, or nothing fits: no evidence
    return found[0] if found else None


def _first(
    validator: jsonschema_rs.Draft202012Validator, document: JsonValue
) -> Iterator[jsonschema_rs.ValidationError]:
    for error in validator.iter_errors(document):
        yield error
        return


def _validator(schemas: Schemas, reference: str) -> jsonschema_rs.Draft202012Validator:
    registry = jsonschema_rs.Registry([(name, dict(schema)) for name, schema in schemas.items()])
    return jsonschema_rs.Draft202012Validator({"$ref": reference}, registry=registry, offline=True)
