"""Canonical text: the fast path equals the library, and what is written is read back."""

import json
from collections.abc import Mapping
from typing import Any

import rfc8785
from dvt_contracts.base import JsonValue, canonical_fault
from hypothesis import given, settings
from hypothesis import strategies as st

from dvt_engine_core.canonical import canonical_bytes, canonical_text
from dvt_engine_core.plan.pointer import look, pointer, scan
from dvt_engine_core.plan.text import read_json
from dvt_engine_core.plan.validation import check_plan
from dvt_engine_core.testing.world import plan_of

SETTINGS = settings(max_examples=150, deadline=None)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=10)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
PLAIN = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abz/~ ", max_size=4), inner, max_size=4),
)
ANY = st.recursive(
    st.none()
    | INTEGERS
    | TEXT
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, -0.0, 1.0, 1e21]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | st.text("ab"), inner, max_size=4),
).filter(lambda value: canonical_fault(value) is None)


class TestCanonical:
    """GLOSSARY, hashes: preimages are RFC 8785 text."""

    @SETTINGS
    @given(PLAIN)
    def test_canonical_fast_path_equals_rfc8785(self, value: JsonValue) -> None:
        assert canonical_bytes(value) == rfc8785.dumps(value)

    @SETTINGS
    @given(ANY)
    def test_any_value_equals_rfc8785_and_is_read_back(self, value: JsonValue) -> None:
        """[GLOSSARY-016]."""
        text = canonical_text(value)
        assert text.encode() == rfc8785.dumps(value)
        again, faults = read_json(text.encode())
        assert faults == ()
        assert again == value
        assert canonical_text(again) == text

    @SETTINGS
    @given(st.dictionaries(TEXT, INTEGERS), st.randoms(use_true_random=False))
    def test_the_order_of_members_does_not_matter(self, value: dict[str, int], chance: Any) -> None:  # noqa: ANN401
        members = list(value.items())
        chance.shuffle(members)
        assert canonical_text(dict(members)) == canonical_text(value)


class TestPlaces:
    """Pointers by RFC 6901: every value of a text has a place, found again through its pointer."""

    @SETTINGS
    @given(ANY, st.sampled_from([None, 1, 3]))
    def test_every_value_is_placed_and_found(self, value: JsonValue, indent: int | None) -> None:
        text = json.dumps(value, indent=indent, ensure_ascii=False)
        found = scan(text)
        paths = dict(_paths(value, ()))
        assert found.places.keys() == {pointer(path) for path in paths}
        assert found.duplicates == []
        for path, item in paths.items():
            assert look(value, pointer(path)) is item


def _paths(value: JsonValue, path: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], JsonValue]]:
    items: list[tuple[str | int, JsonValue]] = []
    if isinstance(value, Mapping):
        items += value.items()
    elif isinstance(value, list):
        items += enumerate(value)
    return [(path, value), *(found for key, item in items for found in _paths(item, (*path, key)))]


class TestAnyText:
    """Plans: any bytes get a verdict, never an exception."""

    @SETTINGS
    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused(self, content: bytes) -> None:
        """[PLAN-006]."""
        value, faults = read_json(content)
        assert not faults or value is None

    @SETTINGS
    @given(st.text('{}[]",:\\ \n0123456789eE.-+truefalsn', max_size=60))
    def test_anything_like_json_is_read_or_refused(self, text: str) -> None:
        scan(text)
        assert check_plan(text.encode(), {"noop": {}}).faults

    @SETTINGS
    @given(st.dictionaries(st.sampled_from(["stepId", "kind", "dependsOn", "with", "retry", "output", "x"]), ANY), ANY)
    def test_any_step_gets_a_verdict(self, step: dict[str, JsonValue], inputs: JsonValue) -> None:
        content = json.dumps(plan_of({"stepId": "a"}, step, inputs=inputs)).encode()
        report = check_plan(content, {"noop": {"type": "object"}})
        assert (report.plan is None) is bool(report.faults)
