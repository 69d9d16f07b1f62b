"""Canonical text, where the vectors say nothing: shapes of Python."""

import pytest
from dvt_contracts.base import JsonValue

from dvt_engine_core.canonical import canonical_bytes, canonical_text
from dvt_engine_core.errors import ContractError
from dvt_engine_core.freetext import MAX_MESSAGE, clean


def test_tuples_are_arrays() -> None:
    assert canonical_text((1, ("a",), 0.5)) == '[1,["a"],0.5]'


def test_bytes_are_utf_8() -> None:
    assert canonical_bytes("é") == b'"\xc3\xa9"'


@pytest.mark.parametrize("value", [{1, 2}, b"x", {1: "a"}, object(), {"a": [{2: 3}]}])
def test_what_json_does_not_know_is_refused(value: JsonValue) -> None:
    """[GLOSSARY-015]."""
    with pytest.raises(ContractError, match="of type") as caught:
        canonical_text(value)
    assert caught.value.code == "OUTPUT_NOT_CANONICAL"


def test_a_document_may_wrap_a_value_of_the_greatest_depth_but_not_any_depth() -> None:
    value: JsonValue = 1
    for _ in range(64 + 16):
        value = [value]
    assert canonical_text(value)
    with pytest.raises(ContractError, match="nesting too deep"):
        canonical_text([value])


@pytest.mark.parametrize(
    ("text", "safe"),
    [("plain é", "plain é"), ("a\x00b", "a\ufffdb"), ("\ud800", "?"), ("x" * MAX_MESSAGE, "x" * MAX_MESSAGE)],
)
def test_free_text_is_made_storable(text: str, safe: str) -> None:
    """[GLOSSARY-017]."""
    assert clean(text) == safe


def test_long_free_text_is_cut_with_an_ellipsis() -> None:
    cut = clean("x" * (MAX_MESSAGE + 1))
    assert len(cut) == MAX_MESSAGE
    assert cut.endswith("x…")
