# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from pydantic import Field, StrictStr
from typing_extensions import TypeAliasType

ActorId = TypeAliasType(
    "ActorId",
    Annotated[StrictStr, Field(max_length=256, min_length=1, title="ActorId")],
)
"""Who asked: a user or service name as the authenticating layer knows it."""


ArtifactName = TypeAliasType(
    "ArtifactName",
    Annotated[StrictStr, Field(pattern="^[A-Za-z0-9_.-]{1,128}$", title="ArtifactName")],
)
"""Names an artifact within the step that wrote it."""


CapabilityId = TypeAliasType(
    "CapabilityId",
    Annotated[
        StrictStr,
        Field(
            max_length=128,
            pattern="^[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*$",
            title="CapabilityId",
        ),
    ],
)
"""Names a capability of an engine adapter: dotted lower-case words."""


ContractVersion = TypeAliasType(
    "ContractVersion",
    Annotated[
        StrictStr,
        Field(pattern="^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)$", title="ContractVersion"),
    ],
)
"""Version of a contract family as major.minor."""


EnvironmentId = TypeAliasType(
    "EnvironmentId",
    Annotated[
        StrictStr,
        Field(pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", title="EnvironmentId"),
    ],
)
"""The stage that a run belongs to: a slug of at most 63 characters."""


ErrorCode = TypeAliasType(
    "ErrorCode",
    Annotated[StrictStr, Field(pattern="^[A-Z][A-Z0-9_]{2,63}$", title="ErrorCode")],
)
"""A stable code of the errors registry, or of a step's own domain."""


EventId = TypeAliasType(
    "EventId",
    Annotated[
        StrictStr,
        Field(
            pattern="^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
            title="EventId",
        ),
    ],
)
"""Identifies one event on every wire: a UUIDv4 in lower case.

A repeated append may carry a new one; the stored one wins.
"""


EventTypeName = TypeAliasType(
    "EventTypeName",
    Annotated[StrictStr, Field(pattern="^[A-Z][A-Za-z0-9]{2,63}$", title="EventTypeName")],
)
"""The type of an event, past tense; readers keep unknown ones."""


IdempotencyKey = TypeAliasType(
    "IdempotencyKey",
    Annotated[StrictStr, Field(pattern="^[0-9a-f]{64}$", title="IdempotencyKey")],
)
"""Lower-case hex SHA-256 of `runId|stepId|logicalAttemptId|eventType|planId|planVersion`;

the only formula. Run events put `RUN` and the occurrence, signal events the signal id and 1, in the places of step
id and attempt.
"""


PlanId = TypeAliasType(
    "PlanId",
    Annotated[StrictStr, Field(pattern="^[A-Za-z0-9_.-]{1,128}$", title="PlanId")],
)
"""Names a plan across its versions."""


PlanVersion = TypeAliasType(
    "PlanVersion",
    Annotated[StrictStr, Field(pattern="^[A-Za-z0-9_.-]{1,128}$", title="PlanVersion")],
)
"""Names one version of a plan; a string, compared by equality only."""


ProjectId = TypeAliasType(
    "ProjectId",
    Annotated[
        StrictStr,
        Field(pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", title="ProjectId"),
    ],
)
"""Groups runs of a tenant: a slug of at most 63 characters."""


RunId = TypeAliasType(
    "RunId",
    Annotated[
        StrictStr,
        Field(
            pattern="^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
            title="RunId",
        ),
    ],
)
"""Identifies one run: a UUIDv7 in lower case, minted by the engine service, never by a caller."""


Sha256 = TypeAliasType("Sha256", Annotated[StrictStr, Field(pattern="^[0-9a-f]{64}$", title="Sha256")])
"""A SHA-256 digest as 64 lower-case hex digits."""


SignalId = TypeAliasType(
    "SignalId",
    Annotated[StrictStr, Field(pattern="^[A-Za-z0-9_.-]{1,128}$", title="SignalId")],
)
"""Identifies a signal within its run; chosen by the caller or minted by the service. The same id is the same signal."""


StartKey = TypeAliasType("StartKey", Annotated[StrictStr, Field(pattern="^[!-~]{1,256}$", title="StartKey")])
"""Makes a start idempotent for ever: unique per tenant, visible ASCII without spaces."""


StepId = TypeAliasType(
    "StepId",
    Annotated[StrictStr, Field(pattern="^[A-Za-z0-9_.-]{1,128}$", title="StepId")],
)
"""Names a step within its plan. A suffix [n] for mapped steps is reserved."""


StepKind = TypeAliasType(
    "StepKind",
    Annotated[StrictStr, Field(pattern="^[a-z][a-z0-9_-]{0,63}$", title="StepKind")],
)
"""Names the executor that does the work of a step; extensions bring their own kinds."""


TenantId = TypeAliasType(
    "TenantId",
    Annotated[
        StrictStr,
        Field(pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", title="TenantId"),
    ],
)
"""The tenant that owns a run: a slug of at most 63 characters."""
