# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum
from typing import Annotated

from dvt_contracts.base import Contract
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...engine.v1.actor import Actor
from ...glossary.v1.ids import (
    ActorId,
    ContractVersion,
    ErrorCode,
    EventId,
    RunId,
    Sha256,
    TenantId,
)
from ...glossary.v1.time import Instant


class AuditAuthentication(StrEnum):
    """How the caller proved who it is; `os-user` is the local mode."""

    JWT = "jwt"
    API_KEY = "api-key"
    OS_USER = "os-user"
    NONE = "none"


class AuditChannel(StrEnum):
    """Where it came in."""

    CLI = "cli"
    HTTP = "http"
    CONSOLE = "console"
    SCHEDULER = "scheduler"


class AuditDecision(StrEnum):
    """`allowed`: authorised and legal;

    `denied`: not authorised; `refused`: authorised, but not legal or not well formed.
    """

    ALLOWED = "allowed"
    DENIED = "denied"
    REFUSED = "refused"


class AuditEvidence(Contract):
    """The event of the run that records what was allowed; absent where none was written."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    run_id: Annotated[RunId, Field(alias="runId")]
    """Run that holds the event."""
    event_id: Annotated[EventId, Field(alias="eventId")]
    """The event, such as RunQueued or SignalAccepted."""


class AuditRequest(Contract):
    """How the request came."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    request_id: Annotated[StrictStr, Field(alias="requestId", max_length=128, min_length=1)]
    """Id of the request, as in its answer and in the logs."""
    channel: Annotated[AuditChannel, Field(title="AuditChannel")]
    """Where it came in."""
    source_address: Annotated[StrictStr | MISSING, Field(alias="sourceAddress", max_length=64, min_length=1)] = MISSING
    """Network address of the caller, as the trusted proxy told it."""
    authentication: Annotated[AuditAuthentication, Field(title="AuditAuthentication")]
    """How the caller proved who it is; `os-user` is the local mode."""
    traceparent: Annotated[
        StrictStr | MISSING,
        Field(pattern="^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"),
    ] = MISSING
    """W3C trace context of the request."""


class AuditResourceKind(StrEnum):
    """Kind of thing."""

    RUN = "run"
    STEP = "step"
    PLAN = "plan"
    ARTIFACT = "artifact"
    SCHEDULE = "schedule"
    OUTBOX = "outbox"
    POLICY = "policy"
    AUDIT = "audit"


class AuditResource(Contract):
    """On what; as asked, also where it does not exist."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    kind: Annotated[AuditResourceKind, Field(title="AuditResourceKind")]
    """Kind of thing."""
    id: Annotated[StrictStr, Field(max_length=256, min_length=1)]
    """Its id, as the caller gave it."""


class AuditRecord(Contract):
    """One line of the audit trail: who asked what, on what, and what was decided.

    Append-only, one chain per tenant, no payloads and no secrets. Design only: no store writes it yet.
    """

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        use_attribute_docstrings=True,
    )
    audit_version: Annotated[ContractVersion, Field(alias="auditVersion")]
    """Version of this record."""
    tenant_id: Annotated[TenantId, Field(alias="tenantId")]
    """Tenant whose trail it is; a request to another tenant's run is in the caller's trail."""
    audit_seq: Annotated[StrictInt, Field(alias="auditSeq", ge=1, le=9007199254740991)]
    """Position in the tenant's trail, contiguous from 1."""
    audit_id: Annotated[EventId, Field(alias="auditId")]
    """Identity of the record."""
    recorded_at: Annotated[Instant, Field(alias="recordedAt")]
    """The database's clock."""
    actor: Actor
    """Who asked, as far as that was established."""
    on_behalf_of: Annotated[ActorId | MISSING, Field(alias="onBehalfOf")] = MISSING
    """The user for whom a service asked."""
    action: Annotated[StrictStr, Field(max_length=64, pattern="^[a-z]+(-[a-z]+)*\\.[a-z]+(-[a-z]+)*$")]
    """What was asked: noun and verb, such as `run.start`, `signal.cancel`, `outbox.skip`."""
    resource: Annotated[AuditResource, Field(title="AuditResource")]
    """On what; as asked, also where it does not exist."""
    decision: Annotated[AuditDecision, Field(title="AuditDecision")]
    """`allowed`: authorised and legal;

    `denied`: not authorised; `refused`: authorised, but not legal or not well formed.
    """
    code: ErrorCode | MISSING = MISSING
    """Why denied or refused."""
    reason: Annotated[StrictStr | MISSING, Field(max_length=1024, min_length=1)] = MISSING
    """Reason that the caller gave, scrubbed of secrets."""
    arguments_hash: Annotated[Sha256 | MISSING, Field(alias="argumentsHash")] = MISSING
    """Hash of kind `inputs` of what was asked for; the arguments themselves are not kept here."""
    request: Annotated[AuditRequest, Field(title="AuditRequest")]
    """How the request came."""
    evidence: Annotated[AuditEvidence | MISSING, Field(title="AuditEvidence")] = MISSING
    """The event of the run that records what was allowed; absent where none was written."""
    previous_hash: Annotated[Sha256, Field(alias="previousHash")]
    """`recordHash` of the record before; for the first the hash of `dvt:audit:v1|` and the tenant."""
    record_hash: Annotated[Sha256, Field(alias="recordHash")]
    """Hash of this record without this member, previousHash included."""
