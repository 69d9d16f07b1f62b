"""What is read is written again byte for byte, known or not."""

import json

import pytest
from dvt_contract_gate.sampling import TEXT, VALUES, instances
from dvt_contracts.base import JsonValue
from dvt_contracts.loader import UnknownEvent, parse_event, schemas
from dvt_contracts.models.events.v1.record import RawRecord
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generated.tests.contract_files import Example, Target, examples, model_of

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
EVENTS = [
    example
    for example in examples(valid=True)
    if example.target.path.startswith("events/") and example.target.path != "events/v1/record"
]
#: Families and schemas whose documents have defaults: reading them adds what was left out.
WITH_DEFAULTS = ("plan/", "signals/", "golden/v1/plan_script", "store/v1/read_events_request", "store/v1/run_query")


def text(document: JsonValue) -> str:
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("example", EVENTS, ids=lambda example: example.name)
def test_an_event_is_written_as_it_was_read(example: Example) -> None:
    """[EVENTS-005]."""
    assert isinstance(example.document, dict)
    assert text(parse_event(example.document).document()) == text(example.document)


@QUICK
@given(instances(str(Target("events/v1/catalog").schema["$ref"]), schemas()))
def test_any_event_is_written_as_it_was_read(document: dict[str, JsonValue]) -> None:
    """[EVENTS-002], [EVENTS-005]."""
    event = parse_event(document)
    assert not isinstance(event, UnknownEvent)
    assert text(event.document()) == text(document)
    record = RawRecord.parse({"runSeq": 1, "persistedAt": "2026-01-31T08:15:30.123Z", "event": document})
    assert text(record.event.document()) == text(document)


@QUICK
@given(
    instances(str(Target("events/v1/envelope").schema["$ref"]), schemas()),
    st.dictionaries(st.text(TEXT, min_size=1, max_size=8) | st.just("plan_id"), VALUES, max_size=4),
)
def test_an_unknown_event_survives_with_all_its_members(
    envelope: dict[str, JsonValue], more: dict[str, JsonValue]
) -> None:
    """[EVENTS-006], [EVENTS-007]."""
    document = {**more, **envelope, "eventType": "StepPonderedOver"}
    event = parse_event(document)
    assert isinstance(event, UnknownEvent)
    assert event.event_type == "StepPonderedOver"
    assert text(event.document()) == text(document)
    assert text(event.envelope.document()) == text(document)
    record = RawRecord.parse({"runSeq": 1, "persistedAt": "2026-01-31T08:15:30.123Z", "event": document})
    assert text(record.document()["event"]) == text(document)


@pytest.mark.parametrize(
    "example",
    [item for item in examples(valid=True) if not item.target.path.startswith((*WITH_DEFAULTS, "glossary/"))],
    ids=lambda example: example.name,
)
def test_a_document_without_defaults_is_written_as_it_was_read(example: Example) -> None:
    adapter = model_of(example.target)
    read = adapter.validate_python(example.document, by_alias=True, by_name=False)
    assert text(adapter.dump_python(read, mode="json", by_alias=True)) == text(example.document)


@pytest.mark.parametrize("example", examples(valid=True), ids=lambda example: example.name)
def test_writing_is_stable(example: Example) -> None:
    adapter = model_of(example.target)
    once = adapter.dump_python(adapter.validate_python(example.document, by_alias=True), mode="json", by_alias=True)
    twice = adapter.dump_python(adapter.validate_python(once, by_alias=True), mode="json", by_alias=True)
    assert once == twice
