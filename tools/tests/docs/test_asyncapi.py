import json
from pathlib import Path

from tools.docs import asyncapi
from tools.docs.json_nodes import as_node


def test_the_document_is_valid_asyncapi() -> None:
    assert asyncapi.faults() == []


def test_a_document_that_breaks_the_standard_is_refused(tmp_path: Path) -> None:
    document = asyncapi.document()
    document["operations"] = {"publish": {"action": "shout", "channel": {"$ref": "#/channels/runEvents"}}}
    (tmp_path / "asyncapi.json").write_text(json.dumps(document), "utf-8")
    assert any("/operations/publish" in fault for fault in asyncapi.faults(tmp_path / "asyncapi.json"))


def test_a_schema_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "asyncapi.json").write_text(asyncapi.page(), "utf-8")
    assert any("StepFailed: nothing is at" in fault for fault in asyncapi.faults(tmp_path / "asyncapi.json"))


def test_every_event_type_is_a_message_with_examples() -> None:
    messages = as_node(as_node(asyncapi.document()["components"])["messages"])
    assert len(messages) == 19
    assert all(as_node(message)["examples"] for message in messages.values())
