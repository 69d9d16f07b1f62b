"""Pointers judged by schemas, against values that fit the schemas."""

import jsonschema_rs
from dvt_contracts.base import JsonValue
from hypothesis import given, settings
from hypothesis import strategies as st

from dvt_engine_core.plan.output_schema import nothing_at
from dvt_engine_core.plan.pointer import PointerError, look, pointer

NAMES = st.sampled_from(["a", "b", "0", "1"])
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
TYPES = st.sampled_from(["object", "array", "string", "integer", "null"])


def node(inner: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[JsonValue]:
    schemas = st.lists(inner, min_size=1, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
            "properties": st.dictionaries(NAMES, inner, max_size=2),
            "additionalProperties": inner,
            "patternProperties": st.just({"^a": True}),
            "items": inner,
            "prefixItems": schemas,
            "maxItems": st.integers(0, 2),
            "allOf": schemas,
            "anyOf": schemas,
            "oneOf": schemas,
            "const": VALUES,
            "enum": st.lists(VALUES, min_size=1, max_size=2),
            "$ref": st.sampled_from(["#", "#/$defs/a", "#/properties/a"]),
            "not": inner,
        },
    )


SCHEMAS = st.recursive(st.booleans() | st.builds(lambda name: {"type": name}, TYPES), node, max_leaves=6)


@settings(max_examples=400, deadline=None)
@given(SCHEMAS, SCHEMAS, st.lists(VALUES, min_size=1, max_size=4), st.lists(NAMES, min_size=1, max_size=3))
def test_where_a_fitting_value_has_something_the_pointer_is_never_refused(
    schema: JsonValue, shared: JsonValue, values: list[JsonValue], parts: list[str]
) -> None:
    """[PLAN-023] A pointer is refused only where the schema allows nothing."""
    root = {**schema, "$defs": {"a": shared}} if isinstance(schema, dict) else schema is True
    at = pointer(parts)
    if nothing_at(root, at) is None:
        return
    try:
        validator = jsonschema_rs.Draft202012Validator(root, offline=True)
    except (ValueError, jsonschema_rs.ReferencingError):
        return
    for value in values:
        try:
            look(value, at)
        except PointerError:
            continue
        assert not validator.is_valid(value)
