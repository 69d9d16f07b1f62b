"""What schemas have in common: members of events, names of hashes and durations, what audit leaves out."""

import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

import pytest
from dvt_contracts.loader import BASE_ID, KNOWN_TYPES, parse_event, schemas
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES
from pydantic import ValidationError

from generated.tests.contract_files import CONTRACTS

SUBJECT: Final = {rule.type: rule.subject.value for rule in TRANSITION_TABLES.events}
OWN_MEMBERS: Final = {"run": {"occurrence"}, "step": {"stepId", "logicalAttemptId"}, "signal": {"signalId"}}


def path_of(event_type: str) -> str:
    return "events/v1/" + re.sub("(?<!^)(?=[A-Z])", "_", event_type).lower()


def schema_of(path: str) -> Mapping[str, Any]:
    return schemas()[f"{BASE_ID}{path}.json"]


def members(node: object, name: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every described member of a schema, at any depth, with its name."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "properties":
                yield from value.items()
            yield from members(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from members(item, name)


@pytest.mark.parametrize("event_type", sorted(KNOWN_TYPES))
def test_an_event_asks_for_what_its_subject_needs_and_for_its_payload(event_type: str) -> None:
    """[EVENTS-003]."""
    schema = schema_of(path_of(event_type))
    envelope = schema_of("events/v1/envelope")["required"]
    assert set(schema["required"]) == {*envelope, *OWN_MEMBERS[SUBJECT[event_type]], "payload"}


@pytest.mark.parametrize(
    ("event_type", "carried"),
    [
        ("RunStarted", {"stepCount", "inputsHash", "builds"}),
        ("StepStarted", {"inputsVersion", "effectKey"}),
        ("StepCompleted", {"outputHash", "artifacts"}),
        ("SignalApplied", {"signalType", "effect"}),
        ("RunFailing", {"code"}),
        ("RunCancelling", {"code", "signalId"}),
    ],
)
def test_a_payload_asks_for_what_its_event_must_carry(event_type: str, carried: set[str]) -> None:
    """[EVENTS-015], [EVENTS-018], [EVENTS-019], [EVENTS-020]."""
    assert set(schema_of(path_of(event_type))["properties"]["payload"]["required"]) == carried


@pytest.mark.parametrize("event_type", sorted(KNOWN_TYPES))
def test_a_known_event_that_breaks_its_schema_is_refused(event_type: str) -> None:
    """[EVENTS-008]."""
    folder = CONTRACTS / "examples" / "events" / "v1" / "valid"
    stem = path_of(event_type).rpartition("/")[2]
    event = json.loads(min(folder.glob(f"{stem}.*.json")).read_text("utf-8"))
    assert parse_event(event).event_type == event_type
    for broken in ({**event, "payload": None}, {**event, "more": 1}, {**event, "runId": "1"}):
        with pytest.raises(ValidationError):
            parse_event(broken)


def test_a_hash_is_named_so() -> None:
    """[GLOSSARY-018]: what is called a hash is one, and what is one is called so, keys and fingerprints apart."""
    found = {
        (name, node["$ref"].rpartition("/")[2])
        for _, schema in schemas().items()
        for name, node in members(schema)
        if "$ref" in node
    }
    named = {name for name, _ in found if name == "sha256" or name.endswith("Hash")}
    assert named == {name for name, target in found if target == "Sha256"} - {"effectKey", "stepKey", "fingerprint"}


def test_a_duration_is_in_milliseconds_and_says_so() -> None:
    """[GLOSSARY-014]."""
    durations = {
        name: node for _, schema in schemas().items() for name, node in members(schema) if re.search("Ms$", name)
    }
    assert len(durations) > 5
    for name, node in durations.items():
        assert node.get("type") == "integer" or node["$ref"].endswith("/DurationMs"), name


def test_where_an_engine_runs_a_run_is_told_once_and_kept_out_of_every_hash() -> None:
    """[SERVICE-007]: only RunStarted and the answers of adapters hold it, the snapshot does not."""
    holders = {
        identifier.removeprefix(BASE_ID)
        for identifier, schema in schemas().items()
        if "engine_run_ref.json" in json.dumps(schema) and not identifier.endswith("engine_run_ref.json")
    }
    assert holders == {"events/v1/run_started.json"}


def test_an_audit_record_has_no_room_for_arguments() -> None:
    """[AUDIT-001]: every object is closed, no member takes any JSON, and texts are short."""
    schema = schema_of("audit/v1/audit_record")
    text = json.dumps(schema)
    assert "JsonValue" not in text
    assert "JsonObject" not in text
    assert '"additionalProperties": true' not in text
    texts = {name: node for name, node in members(schema) if node.get("type") == "string" and "enum" not in node}
    assert all(node.get("maxLength", 128) <= 1024 for node in texts.values())


def test_the_example_records_of_the_audit_are_one_chain() -> None:
    """[AUDIT-004]."""
    folder = CONTRACTS / "examples" / "audit" / "v1" / "valid"
    records = [json.loads(file.read_text("utf-8")) for file in folder.glob("audit_record.*.json")]
    head = sha256(b"dvt:audit:v1|local").hexdigest()
    assert len(records) > 2
    for number, record in enumerate(sorted(records, key=lambda record: int(record["auditSeq"])), start=1):
        assert (record["auditSeq"], record["previousHash"]) == (number, head)
        told = record.pop("recordHash")
        assert told == sha256(json.dumps(record, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
        head = told
