"""Write docs/asyncapi.json, the AsyncAPI document of the events, from their schemas, examples and the relay's names."""

import json
import re
from pathlib import Path

import jsonschema
from dvt_outbox_worker.message import wire_type

from tools.docs.contract_page import EXAMPLES
from tools.docs.json_nodes import Json, Node, as_node, nodes, read, text
from tools.docs.schemas import SCHEMAS
from tools.docs.state_machines import TABLES
from tools.files import ROOT
from tools.node_packages import folder_of

PAGE = ROOT / "docs" / "asyncapi.json"
VERSION = "3.1.0"
FORMAT = "application/schema+json;version=2020-12"
ABOUT = (
    "The events of DVT's runs, as they leave by the outbox: at least once, in order within a run. Each is sent as a "
    "CloudEvent 1.0 with the attributes of MESSAGE-001; the payload told here is its data. Consumers deduplicate by "
    "`dvtkey` (CONSUMER-001) and keep types that they do not know. Written by `nox -s docs -- --write`."
)


def file_of(event_type: str) -> str:
    """Return the name of an event's schema: `StepFailed` is in `step_failed`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event_type).lower()


def message(event_type: str) -> Node:
    """Describe the message of one event type, with its examples."""
    file = file_of(event_type)
    schema = read(SCHEMAS / "events" / "v1" / f"{file}.json")
    examples = sorted(EXAMPLES.joinpath("events/v1/valid").glob(f"{file}.*.json"))
    shown: list[Json] = [{"name": path.name.split(".")[1], "payload": read(path)} for path in examples]
    return {
        "name": wire_type(event_type),
        "title": event_type,
        "summary": text(schema, "description"),
        "contentType": "application/json",
        "payload": {
            "schemaFormat": FORMAT,
            "schema": {"$ref": f"../contracts/schemas/events/v1/{file}.json"},
        },
        "examples": shown,
    }


def document() -> Node:
    """Build the whole document."""
    types = [text(event, "type") for event in nodes(read(TABLES).get("events"))]
    references: Node = {name: {"$ref": f"#/components/messages/{name}"} for name in types}
    messages: Node = {name: message(name) for name in types}
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "DVT events",
            "version": f"{text(read(TABLES), 'version')}.0",
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "runEvents": {
                "title": "Events of runs",
                "description": "One channel; a bus keeps the order of what has the same `partitionkey`, the run id.",
                "messages": references,
            }
        },
        "operations": {
            "publishRunEvents": {
                "action": "send",
                "channel": {"$ref": "#/channels/runEvents"},
                "summary": "The relay publishes what the log has committed.",
            }
        },
        "components": {"messages": messages},
    }


def page() -> str:
    """Write the document as text."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def faults(path: Path = PAGE) -> list[str]:
    """List what the AsyncAPI schema finds wrong with a document, and references that lead nowhere."""
    home = folder_of("asyncapi") / "node_modules" / "@asyncapi" / "specs" / "schemas"
    judge = jsonschema.Draft7Validator(read(home / f"{VERSION}.json"))
    made = read(path)
    found = [
        f"{path.name}: /{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in judge.iter_errors(made)
    ]
    for name, told in as_node(as_node(made.get("components")).get("messages")).items():
        target = text(as_node(as_node(as_node(told).get("payload")).get("schema")), "$ref")
        if not (path.parent / target).is_file():
            found.append(f"{path.name}: {name}: nothing is at {target}")
    return found
