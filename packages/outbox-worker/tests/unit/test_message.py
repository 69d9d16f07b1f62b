"""MESSAGE-001, MESSAGE-002."""

import json
from datetime import datetime
from pathlib import Path
from typing import TypedDict

import pytest
from cloudevents.core.formats.json import JSONFormat
from dvt_contracts.base import JsonValue
from dvt_contracts.loader import KNOWN_TYPES, schemas
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_engine_core.hashes import body_hash
from dvt_engine_core.ports.outbox import OutboxMessage, Outgoing
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.samples import sample_record, sample_run
from dvt_outbox_worker.message import cloud_event, wire_type

KAFKA_LIMIT = 64 * 1024


class Vector(TypedDict):
    name: str
    epoch: int
    record: dict[str, JsonValue]
    attributes: dict[str, str | int]
    data: str


VECTORS: list[Vector] = json.loads((Path(__file__).parent / "cloud_events.json").read_text("utf-8"))


def outgoing(record: RawRecord, *, epoch: int = 1) -> Outgoing:
    run = RunKey(record.event.tenant_id, record.event.run_id)
    return Outgoing(OutboxMessage(1, 1, run, record), epoch)


@pytest.fixture(params=VECTORS, ids=lambda vector: vector["name"])
def vector(request: pytest.FixtureRequest) -> Vector:
    found: Vector = request.param
    return found


def test_the_message_is_the_one_of_the_vector(vector: Vector) -> None:
    made = cloud_event(outgoing(RawRecord.parse(vector["record"]), epoch=vector["epoch"]))
    assert list(made.attributes.items()) == list(vector["attributes"].items())
    assert made.data == vector["data"]
    assert json.loads(made.structured()) == {**vector["attributes"], "data": vector["record"]["event"]}


def test_the_sdk_reads_what_was_written(vector: Vector) -> None:
    made = cloud_event(outgoing(RawRecord.parse(vector["record"]), epoch=vector["epoch"]))
    read = JSONFormat().read(None, made.structured())
    assert read.get_data() == vector["record"]["event"]
    instant = datetime.fromisoformat(str(vector["attributes"]["time"]))
    assert dict(read.get_attributes()) == {**vector["attributes"], "time": instant}


def test_a_message_is_one_line(vector: Vector) -> None:
    text = cloud_event(outgoing(RawRecord.parse(vector["record"]))).structured()
    assert "\n" not in text
    assert "\r" not in text


def test_the_hash_chain_can_be_followed_from_the_data() -> None:
    record = sample_record(sample_run(1), 1)
    assert body_hash(cloud_event(outgoing(record)).data).hex() == body_hash(_stored_text(record)).hex()


def _stored_text(record: RawRecord) -> str:
    return json.dumps(record.event.document(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize("event_type", sorted(KNOWN_TYPES))
def test_the_schema_of_every_known_type_exists_and_describes_it(event_type: str) -> None:
    record = sample_record(sample_run(1), 1, event_type=event_type)
    schema = schemas()[str(cloud_event(outgoing(record)).attributes["dataschema"])]
    assert schema["title"] == event_type


def test_types_stay_different() -> None:
    types = ["StepCompleted", "Stepcompleted", "StepCOmpleted", "S3Copied", "S3copied"]
    assert [wire_type(name) for name in types] == [
        "dvt.step.completed.v1",
        "dvt.stepcompleted.v1",
        "dvt.step.c.ompleted.v1",
        "dvt.s3.copied.v1",
        "dvt.s3copied.v1",
    ]


def test_the_base_of_the_source_is_configurable() -> None:
    made = cloud_event(outgoing(sample_record(sample_run(1), 1)), base="https://dvt.example.com/eu")
    assert made.attributes["source"] == "https://dvt.example.com/eu/tenants/local/projects/default/environments/dev"


def test_the_order_of_sequence_as_text_is_the_order_of_the_log() -> None:
    run = sample_run(1)
    sequences = [cloud_event(outgoing(sample_record(run, seq))).attributes["sequence"] for seq in (2, 9, 10, 100)]
    assert sequences == sorted(sequences, key=str)


def test_the_largest_event_fits_what_a_bus_must_forward() -> None:
    name = "s" * 128
    slug = "t" * 63
    event: dict[str, JsonValue] = {
        **sample_record(sample_run(1), 1).event.document(),
        "stepId": name,
        "planId": name,
        "planVersion": name,
        "tenantId": slug,
        "projectId": slug,
        "environmentId": slug,
    }
    room = 48 * 1024 - len(json.dumps(event, separators=(",", ":"))) - len(',"note":""')
    record = RawRecord.parse(
        {"runSeq": 1, "persistedAt": "2026-01-31T08:15:30.123Z", "event": {**event, "note": "x" * room}}
    )
    assert len(cloud_event(outgoing(record)).structured().encode()) <= KAFKA_LIMIT
