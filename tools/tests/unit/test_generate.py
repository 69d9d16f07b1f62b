"""What the generator does to schemas before models come of them, and how it compares trees."""

import ast
import json
from pathlib import Path

import pytest

from tools.generate import bare, bind, bundle, differences, registries


def test_open_values_are_bound_to_their_hand_written_types() -> None:
    node = {
        "properties": {
            "output": {"$ref": "../../glossary/v1/json.json#/$defs/JsonValue", "description": "d", "examples": [1]}
        }
    }
    assert bind(node) == {
        "properties": {"output": {"description": "d", "customTypePath": "dvt_contracts.base.JsonValue"}}
    }


def test_a_default_of_an_open_value_is_kept() -> None:
    node = {"$ref": "json.json#/$defs/JsonObject", "default": {}}
    assert bind({"a": [{**node, "$ref": "glossary/v1/json.json#/$defs/JsonObject"}]}) == {
        "a": [{"default": {}, "customTypePath": "dvt_contracts.base.JsonObject"}]
    }


def test_other_references_stay() -> None:
    node = {"$ref": "../../glossary/v1/ids.json#/$defs/RunId", "description": "d"}
    assert bind(node) == node


@pytest.mark.parametrize("strip", [bind, bare])
def test_examples_of_a_schema_go_but_a_member_called_examples_stays(strip: object) -> None:
    node = {"properties": {"examples": {"type": "array", "examples": [[]]}}, "examples": [{"examples": []}]}
    assert callable(strip)
    assert strip(node) == {"properties": {"examples": {"type": "array"}}}


def test_the_bundle_holds_every_schema_by_its_id(tmp_path: Path) -> None:
    target = tmp_path / "schema_bundle.py"
    bundle(target)
    (assigned,) = [node for node in ast.parse(target.read_text("utf-8")).body if isinstance(node, ast.AnnAssign)]
    assert assigned.value is not None
    schemas = json.loads(ast.literal_eval(assigned.value))
    files = {path.relative_to("contracts/schemas").as_posix() for path in Path("contracts/schemas").rglob("*.json")}
    assert {name.removeprefix("https://dvt.local/contracts/") for name in schemas} == files
    assert all("$schema" not in schema for schema in schemas.values())


def test_every_registry_becomes_a_typed_constant(tmp_path: Path) -> None:
    registries(tmp_path / "registries")
    text = (tmp_path / "registries" / "codes.py").read_text("utf-8")
    assert text.startswith("# Generated")
    assert "CODES: Final = CodeRegistry.parse({" in text


def test_differences_are_lost_new_and_changed_modules_and_nothing_else(tmp_path: Path) -> None:
    left, right = tmp_path / "left", tmp_path / "right"
    for tree, files in (
        (left, {"same": "1", "changed": "1", "lost": "1"}),
        (right, {"same": "1", "changed": "2", "new": ""}),
    ):
        (tree / "v1").mkdir(parents=True)
        for name, text in files.items():
            (tree / "v1" / f"{name}.py").write_text(text, "utf-8")
    (right / "v1" / "cache.pyc").write_text("x", "utf-8")
    assert differences(left, right) == ["v1/changed.py", "v1/lost.py", "v1/new.py"]
    assert differences(left, left) == []
