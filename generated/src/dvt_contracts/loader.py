"""Two-step readers: the envelope first, then the known event or `UnknownEvent`; and the schemas by path."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from pydantic import TypeAdapter

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.events.v1.catalog import RunEvent
from dvt_contracts.models.events.v1.envelope import Envelope
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES
from dvt_contracts.schema_bundle import SCHEMAS

BASE_ID: Final = "https://dvt.local/contracts/"
KNOWN_TYPES: Final = frozenset(rule.type for rule in TRANSITION_TABLES.events)


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event of a type that this release does not know: kept as it is, never state, never fatal."""

    envelope: Envelope
    raw: JsonObject

    @property
    def event_type(self) -> str:
        """Type as written."""
        return self.envelope.event_type

    def document(self) -> dict[str, JsonValue]:
        """The event unchanged."""
        return dict(self.raw)


AnyEvent: TypeAlias = RunEvent | UnknownEvent


def parse_event(document: Mapping[str, JsonValue]) -> AnyEvent:
    """Read an event in write shape.

    Raises: pydantic.ValidationError if the envelope, or an event of a known type, breaks the contract.
    Source: house rule of two-step readers; RunEventCatalog.
    """
    if document.get("eventType") in KNOWN_TYPES:
        return _events().validate_python(document, by_alias=True, by_name=False)
    return UnknownEvent(Envelope.parse(document), document)


@cache
def _events() -> TypeAdapter[RunEvent]:
    """The validator of known events: built when the first one is read, as it takes longer than the imports here."""
    return TypeAdapter(RunEvent)


@cache
def schemas() -> Mapping[str, JsonObject]:
    """All schemas by their absolute `$id`."""
    bundle: Mapping[str, JsonObject] = json.loads(SCHEMAS)
    return bundle


def schema(path: str) -> JsonObject:
    """One schema by its path under `contracts/schemas`, without `.json`."""
    return schemas()[f"{BASE_ID}{path}.json"]
