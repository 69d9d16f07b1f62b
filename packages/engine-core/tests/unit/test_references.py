"""References inside parameters."""

import pytest
from dvt_contracts.base import JsonValue

from dvt_engine_core.plan.references import (
    MalformedReference,
    Reference,
    find_references,
    input_name,
    looks_like_reference,
    needs,
    read_reference,
    substitute,
)


@pytest.mark.parametrize(
    ("value", "reference"),
    [
        ({"$input": "/a/b"}, Reference("input", (), at="/a/b")),
        ({"$input": ""}, Reference("input", ())),
        ({"$output": {"step": "s"}}, Reference("output", (), "s")),
        ({"$output": {"step": "s", "at": "/x~1y"}}, Reference("output", (), "s", "/x~1y")),
        ({"$artifact": {"step": "s", "name": "n"}}, Reference("artifact", (), "s", "n")),
        ({"$secret": "t"}, Reference("secret", (), "t")),
        ({"$literal": {"$input": 3}}, Reference("literal", ())),
    ],
)
def test_a_reference_is_read(value: dict[str, JsonValue], reference: Reference) -> None:
    assert looks_like_reference(value)
    assert read_reference(value, ()) == reference


@pytest.mark.parametrize(
    "value",
    [
        {"$input": 1},
        {"$input": "a"},
        {"$input": "/~"},
        {"$input": "/~2"},
        {"$input": "/a", "x": 1},
        {"x": 1, "$input": "/a"},
        {"$output": "s"},
        {"$output": {}},
        {"$output": {"step": 1}},
        {"$output": {"step": "s", "at": "x"}},
        {"$output": {"step": "s", "at": None}},
        {"$output": {"step": "s", "more": 1}},
        {"$artifact": {"step": "s"}},
        {"$artifact": {"step": "s", "name": "n", "more": 1}},
        {"$secret": 3},
        {"$": 1},
        {"$env": "HOME"},
    ],
)
def test_what_only_looks_like_a_reference_is_malformed(value: dict[str, JsonValue]) -> None:
    found = read_reference(value, ("p",))
    assert isinstance(found, MalformedReference)
    assert found.path == ("p",)
    with pytest.raises(ValueError, match=r"\S"):
        substitute(value, lambda _: None)


def test_references_are_found_in_order_with_their_path() -> None:
    value: JsonValue = {"a": [{"$secret": "x"}, {"b": {"$input": "/y"}}], "c": {"$output": {"step": 1}}, "d": "$input"}
    found = list(find_references(value))
    assert [item.path for item in found] == [("a", 0), ("a", 1, "b"), ("c",)]
    assert needs({"w": value}) == (
        Reference("secret", ("w", "a", 0), "x"),
        Reference("input", ("w", "a", 1, "b"), at="/y"),
    )


def test_a_literal_is_not_looked_into() -> None:
    """[PLAN-018]."""
    value: JsonValue = {"$literal": [{"$input": "no"}]}
    assert [item for item in find_references(value) if isinstance(item, MalformedReference)] == []
    assert substitute(value, lambda _: "never") == [{"$input": "no"}]


def test_values_take_the_place_of_references_at_any_depth() -> None:
    value: JsonValue = {"a": [1, ({"$input": "/y"},)], "b": {"c": {"$secret": "s"}}, "d": None}
    assert substitute(value, lambda found: found.kind) == {"a": [1, ["input"]], "b": {"c": "secret"}, "d": None}


@pytest.mark.parametrize(("at", "name"), [("", None), ("/a", "a"), ("/a~1b/0", "a/b"), ("/", "")])
def test_an_input_reference_names_a_top_level_input(at: str, name: str | None) -> None:
    assert input_name(Reference("input", (), at=at)) == name
