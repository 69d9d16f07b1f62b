"""Inputs: typed by the plan, judged before anything is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dvt.inputs import read_inputs
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_engine_core.errors import DvtError, InvalidInputsError
from dvt_engine_core.testing.world import plan_of

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "count": {"type": "integer", "minimum": 1},
        "flag": {"type": "boolean"},
        "rows": {"type": "array"},
        "maybe": {"type": ["string", "integer"]},
        "any": {},
    },
    "additionalProperties": False,
}


def plan(inputs: dict[str, Any] | None = SCHEMA) -> Plan:
    return Plan.parse(plan_of({"stepId": "a"}, **({"inputs": inputs} if inputs else {})))


def refused(*pairs: str, file: Path | None = None) -> InvalidInputsError:
    with pytest.raises(InvalidInputsError) as caught:
        read_inputs(plan(), pairs, file)
    return caught.value


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("name=42", "42"),
        ("name=a=b", "a=b"),
        ("name=", ""),
        ("count=42", 42),
        ("flag=true", True),
        ("rows=[1, 2]", [1, 2]),
        ("maybe=7", 7),
        ("maybe=seven", "seven"),
        ("any=null", None),
        ("any=plain text", "plain text"),
    ],
)
def test_a_value_is_typed_by_the_schema_of_its_input(pair: str, value: object) -> None:
    assert read_inputs(plan(), [pair], None) == {pair.partition("=")[0]: value}


def test_text_where_the_plan_wants_a_number_is_refused_with_an_example() -> None:
    (fault,) = refused("count=many").faults
    assert (fault.code, fault.pointer) == ("INPUTS_INVALID", "/count")
    assert "wants integer" in fault.message
    assert fault.hint == "write --input count=42"


def test_all_faults_are_told_at_once_and_what_the_plan_declares() -> None:
    error = refused("count=0", "flag=1")
    assert [fault.pointer for fault in error.faults] == ["/count", "/flag"]
    assert "name, count, flag" in (error.hint or "")


def test_an_input_that_the_plan_does_not_declare_is_refused() -> None:
    (fault,) = refused("nmae=x").faults
    assert "nmae" in fault.message


def test_a_plan_without_inputs_takes_none() -> None:
    assert read_inputs(plan(None), [], None) == {}
    with pytest.raises(InvalidInputsError):
        read_inputs(plan(None), ["a=1"], None)


def test_faults_of_a_file_have_their_place_and_the_command_line_wins(tmp_path: Path) -> None:
    file = tmp_path / "inputs.json"
    file.write_text('{\n  "name": "x",\n  "count": 0\n}', "utf-8")
    error = refused(file=file)
    assert [(fault.pointer, fault.line, fault.column) for fault in error.faults] == [("/count", 3, 3)]
    assert error.file == str(file)
    assert read_inputs(plan(), ["count=5"], file) == {"name": "x", "count": 5}


@pytest.mark.parametrize("text", ["[1]", "{", '{"a": 1, "a": 2}', '{"a": NaN}'])
def test_a_file_that_is_no_json_object_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "inputs.json"
    file.write_text(text, "utf-8")
    assert refused(file=file).code == "INPUTS_NOT_JSON"


def test_a_file_that_is_not_there_and_a_pair_without_a_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DvtError, match="cannot read"):
        read_inputs(plan(), [], tmp_path / "none.json")
    with pytest.raises(DvtError, match="is not name=value") as caught:
        read_inputs(plan(), ["nameworld"], None)
    assert caught.value.exit_code == 2


def test_inputs_over_16_kib_are_refused() -> None:
    assert refused("name=" + "x" * 20_000).code == "INPUTS_TOO_LARGE"
