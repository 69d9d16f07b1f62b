"""What generated pages say of a contract."""

import json
from pathlib import Path

import pytest

from tools.docs import contract_page, glossary, history, registry_pages, schemas
from tools.docs.json_nodes import Node, nodes, read

OPEN = {
    "title": "Thing",
    "description": "A thing.",
    "type": "object",
    "properties": {
        "runId": {"$ref": "../../glossary/v1/ids.json#/$defs/RunId", "description": "The run.", "examples": ["r"]},
        "parts": {
            "type": "array",
            "description": "Parts.",
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {"size": {"type": "integer", "minimum": 1, "description": "Bytes."}},
                "required": ["size"],
            },
        },
    },
    "required": ["runId"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "store/v1").mkdir(parents=True)
    (tmp_path / "store/v1/thing.json").write_text(json.dumps(OPEN), "utf-8")
    return tmp_path


def test_a_page_has_a_row_for_every_property_and_nested_ones_after_their_parent(folder: Path) -> None:
    (schema,) = schemas.load(folder)
    assert [(row.name, row.required) for row in schema.shapes[0].fields] == [
        ("runId", True),
        ("parts", False),
        ("parts[].size", True),
    ]


def test_a_reference_links_to_the_definition(folder: Path) -> None:
    (schema,) = schemas.load(folder)
    assert schema.shapes[0].fields[0].type == "[RunId](../../glossary/v1/ids.md#RunId)"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "open: "),
        ({"additionalProperties": True}, "open: "),
        ({"additionalProperties": False}, "closed: "),
        ({"additionalProperties": {"type": "string"}}, "a map: "),
    ],
)
def test_a_page_says_whether_an_object_is_open(more: Node, said: str) -> None:
    assert schemas.openness({"type": "object", **more}).startswith(said)


def test_limits_stand_beside_the_type() -> None:
    assert schemas.type_of("x/v1/y", {"type": "integer", "minimum": 1}) == "integer, ≥ 1"
    assert schemas.type_of("x/v1/y", {"const": True}) == "always `true`"


def test_examples_are_those_of_the_schema_and_of_no_other_with_its_beginning(tmp_path: Path) -> None:
    valid, invalid = tmp_path / "store/v1/valid", tmp_path / "store/v1/invalid"
    valid.mkdir(parents=True)
    invalid.mkdir()
    for name in ("run.small.json", "run_state.other.json"):
        (valid / name).write_text('{"a": 1}', "utf-8")
    (invalid / "run.no-id.json").write_text("{}", "utf-8")
    shown = contract_page.examples("store/v1/run", tmp_path)
    assert "`small`" in shown
    assert "`no-id`" in shown
    assert "other" not in shown


def test_every_contract_has_a_page_with_history_and_openness() -> None:
    for schema in schemas.load():
        page = contract_page.page(schema)
        assert f"## History of {schema.family}" in page
        assert page.count("This object is ") == sum(bool(shape.openness) for shape in schema.shapes)


def test_every_schema_with_examples_shows_them() -> None:
    paths = {schema.path for schema in schemas.load()}
    shown = {path for path in paths if contract_page.examples(path)}
    assert paths - shown == set()


CHANGELOG = """\
# Changelog

## 0.2

- plan: `plan/v1/step` has a new field,
  on two lines.
- events, errors: a code of both.

## 0.1

- events: first.
"""


def test_history_holds_the_items_of_the_family_with_their_versions() -> None:
    assert list(history.entries(CHANGELOG, "plan")) == [("0.2", "`plan/v1/step` has a new field, on two lines.")]
    assert [version for version, _ in history.entries(CHANGELOG, "events")] == ["0.2", "0.1"]
    assert list(history.entries(CHANGELOG, "store")) == []


KNOWN = {"runId": "term-runId"}


def test_a_known_word_links_to_the_glossary_and_others_stay() -> None:
    text = "The `runId` of `runId.x`, ``runId`` and `other`."
    linked = "The [`runId`](../g.md#term-runId) of `runId.x`, ``runId`` and `other`."
    assert glossary.linked(text, KNOWN, "../g.md") == linked


@pytest.mark.parametrize(
    "text", ["# About `runId`\n", "[the `runId`](x.md)", "```\n`runId`\n```\n", "<!-- `runId` -->"]
)
def test_headings_links_fences_and_comments_are_left_alone(text: str) -> None:
    assert glossary.linked(text, KNOWN, "g.md") == text


def test_words_in_prose_have_one_anchor_for_all_their_spellings() -> None:
    words = "**example, vector**: both.\n"
    assert glossary.explained(words) == {"example": "term-example", "vector": "term-example"}
    assert glossary.page(words, (), "s/").startswith('<span id="term-example"></span>**example, vector**')


def test_every_definition_and_closed_word_of_the_glossary_family_is_a_term() -> None:
    words = {term.word for term in glossary.terms()}
    assert {"RunId", "runId", "Instant", "DRAINING", "UPSTREAM_FAILED", "StepRedelivered"} <= words


def test_every_code_signal_row_and_capability_stands_on_its_page() -> None:
    pages = registry_pages.pages()
    for registry, (page, _) in registry_pages.PAGES.items():
        document = read(registry_pages.REGISTRIES / registry)
        for list_name, key in (("codes", "code"), ("rows", "row"), ("capabilities", "capability")):
            for row in nodes(document.get(list_name)):
                assert f"`{row[key]}`" in pages[page]


def test_a_level_with_a_loss_tells_it_and_a_missing_one_is_unsupported() -> None:
    assert registry_pages.level("native") == "native"
    assert registry_pages.level({"level": "degraded", "loss": "no order"}) == "degraded, no order"
    assert registry_pages.level(None) == "unsupported"
