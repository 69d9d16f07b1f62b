# Generated from contracts/ by `nox -s generate`. Do not edit.


from typing import Annotated

from pydantic import Field
from typing_extensions import TypeAliasType

from .run_cancelled import RunCancelled
from .run_cancelling import RunCancelling
from .run_completed import RunCompleted
from .run_drained import RunDrained
from .run_failed import RunFailed
from .run_failing import RunFailing
from .run_paused import RunPaused
from .run_queued import RunQueued
from .run_resumed import RunResumed
from .run_started import RunStarted
from .signal_accepted import SignalAccepted
from .signal_applied import SignalApplied
from .signal_rejected import SignalRejected
from .step_cancelled import StepCancelled
from .step_completed import StepCompleted
from .step_failed import StepFailed
from .step_redelivered import StepRedelivered
from .step_skipped import StepSkipped
from .step_started import StepStarted

RunEvent = TypeAliasType(
    "RunEvent",
    Annotated[
        RunQueued
        | RunStarted
        | RunPaused
        | RunDrained
        | RunResumed
        | RunFailing
        | RunCancelling
        | RunCompleted
        | RunFailed
        | RunCancelled
        | StepStarted
        | StepRedelivered
        | StepCompleted
        | StepFailed
        | StepSkipped
        | StepCancelled
        | SignalAccepted
        | SignalRejected
        | SignalApplied,
        Field(discriminator="event_type", title="RunEvent"),
    ],
)
"""RunEventCatalog: every event type of version 0.1 in write shape.

Readers go through the envelope first and keep types they do not know.
"""
