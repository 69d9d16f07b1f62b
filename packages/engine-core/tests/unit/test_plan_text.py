"""Reading JSON text strictly, and finding places in it."""

import json

import pytest
from dvt_contracts.base import JsonValue

from dvt_engine_core.plan.pointer import Place, PointerError, look, parts_of, pointer, scan
from dvt_engine_core.plan.text import MAX_BYTES, read_json


@pytest.mark.parametrize("text", ['{"a": [1, 2.5, "x", true, null]}', "7", '"\\""', "[]", '{"[": "{", "b": "\\\\"}'])
def test_what_is_json_is_read_as_json_reads_it(text: str) -> None:
    assert read_json(text.encode()) == (json.loads(text), ())


@pytest.mark.parametrize(
    ("content", "code", "line", "column"),
    [
        (b'{"a": 1,\n  "b": }', "PLAN_NOT_JSON", 2, 8),
        (b"", "PLAN_NOT_JSON", 1, 1),
        (b'{"a": 1} x', "PLAN_NOT_JSON", 1, 10),
        (b"{'a': 1}", "PLAN_NOT_JSON", 1, 2),
        (b'{"a":\n 1, "b": 2,\n "a": 3}', "PLAN_DUPLICATE_KEY", 3, 2),
    ],
)
def test_a_fault_has_its_place(content: bytes, code: str, line: int, column: int) -> None:
    value, (fault,) = read_json(content)
    assert value is None
    assert (fault.code, fault.line, fault.column) == (code, line, column)


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b'"\xff"', "PLAN_NOT_JSON", "not UTF-8 at byte 1"),
        ("\ufeff{}".encode("utf-8"), "PLAN_NOT_JSON", None),
        ('"a"'.encode("utf-16"), "PLAN_NOT_JSON", None),
        (b"[NaN]", "PLAN_NOT_CANONICAL", "NaN is not JSON"),
        (b"[-Infinity]", "PLAN_NOT_CANONICAL", None),
        (b'"\\ud800"', "PLAN_NOT_CANONICAL", "found a lone surrogate"),
        (b'{"\\u0000": 1}', "PLAN_NOT_CANONICAL", None),
        (b"9007199254740992", "PLAN_NOT_CANONICAL", None),
        (b"1" * 5000, "PLAN_NOT_CANONICAL", None),
        (b"1e999", "PLAN_NOT_CANONICAL", None),
        (b" " * MAX_BYTES + b"1", "PLAN_TOO_LARGE", None),
        (b"[" * 100_000, "PLAN_TOO_LARGE", None),
        (b'{"a":' * 65, "PLAN_TOO_LARGE", None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_not_plain_json_is_refused(content: bytes, code: str, message: str | None) -> None:
    """[PLAN-001], [PLAN-003]."""
    value, faults = read_json(content)
    assert value is None
    assert [fault.code for fault in faults] == [code]
    assert message in (None, faults[0].message)


def test_a_long_key_that_is_there_twice_makes_a_short_pointer() -> None:
    key = "k" * 9000
    _, (fault,) = read_json(f'{{"a": {{"{key}": 1, "{key}": 2}}}}'.encode())
    assert (fault.code, fault.pointer) == ("PLAN_DUPLICATE_KEY", "/a")


def test_brackets_in_texts_count_for_no_depth() -> None:
    text = json.dumps({"a": "[" * 500, "b": '\\"[' * 500})
    assert read_json(text.encode())[1] == ()


def test_a_text_of_the_greatest_size_is_read() -> None:
    assert read_json(b" " * (MAX_BYTES - 1) + b"1") == (1, ())


def test_a_pointer_is_escaped() -> None:
    path: list[str | int] = ["a/b", 0, "m~n", ""]
    assert pointer(path) == "/a~1b/0/m~0n/"
    assert parts_of(pointer(path)) == ["a/b", "0", "m~n", ""]
    assert parts_of("/~01") == ["~1"]
    assert (pointer([]), parts_of("")) == ("", [])


RFC: JsonValue = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "m~n": 8, " ": 7, "k": {"0": "zero"}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", RFC),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/m~0n", 8),
        ("/ ", 7),
        ("/k/0", "zero"),
    ],
)
def test_a_pointer_names_a_value(text: str, value: JsonValue) -> None:
    assert look(RFC, text) == value


@pytest.mark.parametrize("text", ["/none", "/foo/2", "/foo/-", "/foo/00", "/foo/-1", "/foo/²", "/foo/0/x", "//"])
def test_a_pointer_to_nothing_is_an_error(text: str) -> None:
    with pytest.raises(PointerError):
        look(RFC, text)


def test_every_value_has_the_place_where_it_begins() -> None:
    text = '{\n  "a": [1,\n    {"b/c": "x\\n}"}\n  ],\n  "d~": true}'
    assert scan(text).places == {
        "": Place(1, 1),
        "/a": Place(2, 3),
        "/a/0": Place(2, 9),
        "/a/1": Place(3, 5),
        "/a/1/b~1c": Place(3, 6),
        "/d~0": Place(5, 3),
    }


def test_equal_keys_are_duplicates_wherever_they_stand() -> None:
    """[PLAN-002]."""
    found = scan('[{"a": 1, "a": {"b": 1, "b": 2}}, {"a": 1}]').duplicates
    assert found == [("/0/a", Place(1, 11)), ("/0/a/b", Place(1, 25))]


def test_keys_that_are_escaped_differently_are_the_same_key() -> None:
    assert [path for path, _ in scan('{"a": 1, "\\u0061": 2}').duplicates] == ["/a"]


@pytest.mark.parametrize("text", ["", "}", "]]", ",", ":", '{"a', '{"\\x": 1}', "{1: 2}", '{"a": 1, "b"', "[1,,2]"])
def test_what_cannot_be_read_is_left_out_without_a_fault(text: str) -> None:
    assert "" in scan(text).places
