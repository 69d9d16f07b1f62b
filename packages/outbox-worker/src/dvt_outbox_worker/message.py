"""An event as it travels: CloudEvents 1.0.

Own, not the SDK's: the SDK parses `time` and writes it anew with microseconds, while an instant of DVT keeps its 24
characters everywhere. The SDK is the oracle of the tests instead.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

from dvt_contracts.base import JsonValue
from dvt_contracts.loader import BASE_ID, KNOWN_TYPES
from dvt_contracts.models.events.v1.envelope import Envelope
from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.ports.outbox import Outgoing

DEFAULT_BASE: Final = "https://dvt.local"
CONTENT_TYPE: Final = "application/json"
EVENTS_MAJOR: Final = "v1"
_SEQUENCE_DIGITS: Final = 16
"""Digits of 2^53-1: with that many, text order is number order."""
_WORD: Final = re.compile(r"(?<=.)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """A CloudEvent in two parts, as bindings in binary mode want it.

    Shape: `attributes` in a fixed order, names lower-case; `data` is the event in write shape as its canonical
    text, so that the hash chain can be checked from the messages alone.
    """

    attributes: dict[str, str | int]
    data: str

    def structured(self) -> str:
        """The whole event as one JSON object on one line, without the newline."""
        head = json.dumps(self.attributes, separators=(",", ":"))
        return f'{head[:-1]},"data":{self.data}}}'


def cloud_event(outgoing: Outgoing, *, base: str = DEFAULT_BASE) -> CloudEvent:
    """Make the message of an event, also of one whose type this release does not know.

    Shape: `base` is an absolute URI without a trailing slash.
    Raises: ContractError if the event is no canonical JSON (such an event cannot have been appended).
    Source: [MESSAGE-001]; CloudEvents 1.0.2, extensions sequence, partitioning, recordedtime.
    """
    record = outgoing.message.record
    event = record.event
    document = event.document()
    attributes: dict[str, str | int] = {
        "specversion": "1.0",
        "id": event.event_id,
        "source": f"{base}/tenants/{event.tenant_id}/projects/{event.project_id}/environments/{event.environment_id}",
        "type": wire_type(event.event_type),
        "subject": _subject(event, document.get("stepId")),
        "time": event.emitted_at,
        "datacontenttype": CONTENT_TYPE,
        "dataschema": _schema_id(event.event_type),
        "sequence": f"{record.run_seq:0{_SEQUENCE_DIGITS}d}",
        "partitionkey": event.run_id,
        "recordedtime": record.persisted_at,
        "dvtkey": event.idempotency_key,
        "dvttenant": event.tenant_id,
        "dvtepoch": outgoing.epoch,
    }
    return CloudEvent(attributes, canonical_text(document))


def wire_type(event_type: str) -> str:
    """`StepCompleted` as `dvt.step.completed.v1`; every capital begins a word, so different types stay different."""
    return f"dvt.{_WORD.sub('.', event_type).lower()}.{EVENTS_MAJOR}"


def _subject(event: Envelope, step_id: JsonValue) -> str:
    run = f"runs/{event.run_id}"
    return f"{run}/steps/{step_id}" if isinstance(step_id, str) and step_id else run


def _schema_id(event_type: str) -> str:
    """`$id` of what the data keeps to: its own schema, or the envelope's for a type that is not known."""
    name = _WORD.sub("_", event_type).lower() if event_type in KNOWN_TYPES else "envelope"
    return f"{BASE_ID}events/{EVENTS_MAJOR}/{name}.json"
