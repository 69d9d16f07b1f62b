"""What a store needs to know of an event to append it: computed here once, so that stores only judge and write."""

from dataclasses import dataclass
from typing import Final

from dvt_contracts.loader import AnyEvent, UnknownEvent
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSubject

from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.errors import InvalidEventError
from dvt_engine_core.facts import fact_of, is_reuse
from dvt_engine_core.projector import part_of
from dvt_engine_core.transitions import RULES

MAX_BODY_BYTES: Final = 48 * 1024
#: Event types that promise something to the engine: the store keeps an intent in the same transaction.
INTENT_TYPES: Final = {"RunQueued": "start", "SignalAccepted": "signal"}


@dataclass(frozen=True, slots=True)
class AppendItem:
    """One event ready to be judged and written.

    Shape: `subject` None for unknown types; `item_id` the step or signal id; `ordinal` the logical attempt (steps)
    or 0; `body` the canonical text; `part` and `part_text` the column of the row and its canonical text.
    """

    event_type: str
    key: str
    body: str
    subject: EventSubject | None
    item_id: str | None
    ordinal: int
    reused: bool
    part: str | None
    part_text: str | None


def append_item(event: AnyEvent) -> AppendItem:
    """Prepare an event for the append authority.

    Raises: InvalidEventError if the body is over 48 KiB (a CloudEvent must fit in 64).
    """
    body = canonical_text(event.document())
    if len(body.encode()) > MAX_BODY_BYTES:
        raise InvalidEventError(f"{event.event_type}: the event is over {MAX_BODY_BYTES} bytes")
    fact = fact_of(event)
    if fact is None or isinstance(event, UnknownEvent):
        envelope = event.envelope if isinstance(event, UnknownEvent) else None
        key = envelope.idempotency_key if envelope else ""
        return AppendItem(event.event_type, key, body, None, None, 0, reused=False, part=None, part_text=None)
    rule = RULES[fact.event_type]
    return AppendItem(
        event_type=fact.event_type,
        key=event.idempotency_key,
        body=body,
        subject=rule.subject,
        item_id=fact.subject_id,
        ordinal=fact.ordinal if rule.subject is EventSubject.STEP else 0,
        reused=is_reuse(fact.payload),
        part=rule.part,
        part_text=canonical_text(part_of(event)),
    )


def groups(items: list[AppendItem]) -> list[range]:
    """Cut a batch where a SignalApplied leads: such a group is written whole or not at all.

    Shape: ranges of indices that cover the batch in order.
    """
    if not items:
        return []
    cuts = [index for index, item in enumerate(items) if item.event_type == "SignalApplied"]
    starts = sorted({0, *cuts})
    return [range(start, end) for start, end in zip(starts, [*starts[1:], len(items)], strict=True)]
