# Generated from contracts/ by `nox -s generate`. Do not edit.


from collections.abc import Sequence
from typing import Annotated

from dvt_contracts.base import Contract, JsonObject
from pydantic import MISSING, ConfigDict, Field, StrictInt, StrictStr

from ...glossary.v1.ids import StepId, StepKind
from ...glossary.v1.status import OnLostWorker, RunIf, WorkerClass
from .retry import RetryPolicy


class PlanStep(Contract):
    """One step of a plan."""

    model_config = ConfigDict(
        extra="forbid",
        validate_by_name=True,
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )
    step_id: Annotated[StepId, Field(alias="stepId")]
    """Unique within the plan."""
    kind: StepKind
    """The executor that does the work."""
    depends_on: Annotated[Sequence[StepId], Field(alias="dependsOn", max_length=10000)] = []
    """Steps that must be terminal before this one is decided."""
    run_if: Annotated[RunIf, Field(alias="runIf")] = RunIf.ALL_SUCCEEDED
    """Readiness rule (capability plan.run-if for all-done)."""
    when: Annotated[StrictStr | MISSING, Field(max_length=4096, min_length=1)] = MISSING
    """CEL expression that yields bool (capability plan.when)."""
    with_: Annotated[JsonObject, Field(alias="with")] = {}
    """Parameters of the kind; values may be references."""
    retry: RetryPolicy | MISSING = MISSING
    """Retry policy of the step."""
    timeout_ms: Annotated[StrictInt, Field(alias="timeoutMs", ge=1, le=315360000000)] = 3600000
    """Limit of one execution, in milliseconds."""
    heartbeat_timeout_ms: Annotated[StrictInt, Field(alias="heartbeatTimeoutMs", ge=1000, le=86400000)] = 10000
    """Silence after which a worker counts as lost, in milliseconds."""
    on_lost_worker: Annotated[OnLostWorker, Field(alias="onLostWorker")] = OnLostWorker.RERUN
    """Rerun the attempt, or fail it for good."""
    worker_class: Annotated[WorkerClass, Field(alias="workerClass")] = WorkerClass.DATA
    """Which workers may run it."""
    code_version: Annotated[StrictStr | MISSING, Field(alias="codeVersion", max_length=256, min_length=1)] = MISSING
    """Version of the step's code; without one a later run never reuses its result."""
    output: JsonObject | MISSING = MISSING
    """JSON Schema 2020-12 of the step's output."""
