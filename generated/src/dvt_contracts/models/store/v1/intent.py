# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import RunId, SignalId, TenantId
from ...glossary.v1.time import Instant


class IntentType(StrEnum):
    """Start the run, or deliver a signal."""

    START = "start"
    SIGNAL = "signal"


class Intent(Contract):
    """A promise to an engine, stored with the event that made it and delivered at least once."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    intent_id: Annotated[StrictInt, Field(alias="intentId", ge=1, le=9007199254740991)]
    """Position in the queue."""
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant that owns it."""
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that this is about."""
    intent_type: Annotated[IntentType, Field(alias="intentType", title="IntentType")]
    """Start the run, or deliver a signal."""
    signal_id: Annotated[SignalId | MISSING, Field(alias="signalId")] = MISSING
    """The signal to deliver."""
    attempts: Annotated[StrictInt, Field(ge=0, le=9007199254740991)]
    """Deliveries tried so far."""
    created_at: Annotated[Instant, Field(alias="createdAt")]
    """When promised."""
    last_error: Annotated[StrictStr | MISSING, Field(alias="lastError", max_length=1024)] = MISSING
    """Why the last delivery failed, for people."""
