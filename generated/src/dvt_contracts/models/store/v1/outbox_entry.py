# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field

from ...events.v1.envelope import Envelope
from ...glossary.v1.ids import EventId, EventTypeName, IdempotencyKey, RunId
from ...glossary.v1.time import Instant


class OutboxEntry(Contract):
    """One row of the relation outbox_events; `deliveredAt` absent means undelivered."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    event_id: Annotated[EventId, Field(alias="eventId")]
    """Identity of the event."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    event_type: Annotated[EventTypeName, Field(alias="eventType")]
    """Type of the event."""
    idempotency_key: Annotated[IdempotencyKey, Field(alias="idempotencyKey")]
    """Consumers deduplicate by it."""
    payload: Envelope
    """The event in write shape."""
    created_at: Annotated[Instant, Field(alias="createdAt")]
    """persistedAt of the event."""
    delivered_at: Annotated[Instant | MISSING, Field(alias="deliveredAt")] = MISSING
    """When the bus confirmed it."""
