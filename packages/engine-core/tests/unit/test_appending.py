"""What a store is told of an event."""

import pytest
from dvt_contracts.loader import parse_event
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSubject

from dvt_engine_core.appending import MAX_BODY_BYTES, append_item, groups
from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.errors import InvalidEventError
from dvt_engine_core.testing.builders import REUSED, SampleRun

RUN = SampleRun()


def test_a_step_event_is_told_with_step_attempt_and_part() -> None:
    event = RUN.event("StepStarted", "a", 2)
    item = append_item(event)
    assert (item.subject, item.item_id, item.ordinal, item.part) == (EventSubject.STEP, "a", 2, "start")
    assert (item.key, item.body) == (event.document()["idempotencyKey"], canonical_text(event.document()))
    assert item.part_text is not None
    assert '"attempt":2' in item.part_text
    assert not item.reused


def test_run_and_signal_events_have_no_attempt() -> None:
    assert [
        append_item(RUN.event("RunPaused", ordinal=3)).ordinal,
        append_item(RUN.event("SignalAccepted", "s")).ordinal,
    ] == [0, 0]


def test_a_reused_result_is_marked() -> None:
    assert append_item(RUN.event("StepCompleted", "a", payload=REUSED)).reused


def test_an_unknown_type_is_told_by_key_and_body_alone() -> None:
    event = RUN.unknown()
    item = append_item(event)
    assert (item.subject, item.item_id, item.part, item.part_text) == (None, None, None, None)
    assert item.key == event.document()["idempotencyKey"]


def test_an_event_over_48_kib_is_refused() -> None:
    """[EVENTS-004]."""
    room = MAX_BODY_BYTES - len(append_item(RUN.unknown()).body)
    event = RUN.unknown().document()
    append_item(parse_event({**event, "mood": "thoughtful" + "x" * room}))
    with pytest.raises(InvalidEventError, match="over 49152 bytes"):
        append_item(parse_event({**event, "mood": "thoughtful" + "x" * (room + 1)}))


def test_the_limit_counts_bytes_not_characters() -> None:
    event = RUN.unknown().document()
    with pytest.raises(InvalidEventError):
        append_item(parse_event({**event, "mood": "é" * (MAX_BODY_BYTES // 2)}))


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([], []),
        (["RunPaused"], [range(1)]),
        (["SignalApplied", "RunCancelling"], [range(2)]),
        (["StepSkipped", "SignalApplied", "RunCancelling", "SignalApplied"], [range(1), range(1, 3), range(3, 4)]),
    ],
)
def test_a_batch_is_cut_where_a_signal_is_applied(types: list[str], expected: list[range]) -> None:
    events = [RUN.event(name, None if name.startswith("Run") else "x") for name in types]
    assert groups([append_item(event) for event in events]) == expected
