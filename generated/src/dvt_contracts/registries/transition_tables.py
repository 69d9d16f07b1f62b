# Generated from contracts/ by `nox -s generate`. Do not edit.
"""Registry contracts/registries/execution-semantics/v1/transitions.json."""

from typing import Final

from dvt_contracts.models.execution_semantics.v1.transition_tables import (
    TransitionTables,
)

TRANSITION_TABLES: Final = TransitionTables.parse(
    {
        "version": "0.1",
        "events": [
            {"type": "RunQueued", "subject": "run", "part": "queued"},
            {"type": "RunStarted", "subject": "run", "part": "started"},
            {"type": "RunPaused", "subject": "run", "part": "pause"},
            {"type": "RunDrained", "subject": "run", "part": "pause"},
            {"type": "RunResumed", "subject": "run", "part": "pause"},
            {"type": "RunFailing", "subject": "run", "part": "failing"},
            {"type": "RunCancelling", "subject": "run", "part": "cancelling"},
            {"type": "RunCompleted", "subject": "run", "part": "ended", "slot": "terminal"},
            {"type": "RunFailed", "subject": "run", "part": "ended", "slot": "terminal"},
            {"type": "RunCancelled", "subject": "run", "part": "ended", "slot": "terminal"},
            {"type": "StepStarted", "subject": "step", "part": "start", "slot": "start"},
            {"type": "StepRedelivered", "subject": "step", "part": "redelivery"},
            {"type": "StepCompleted", "subject": "step", "part": "outcome", "slot": "outcome"},
            {"type": "StepFailed", "subject": "step", "part": "outcome", "slot": "outcome"},
            {"type": "StepCancelled", "subject": "step", "part": "outcome", "slot": "outcome"},
            {"type": "StepSkipped", "subject": "step", "part": "skip"},
            {"type": "SignalAccepted", "subject": "signal", "part": "decision", "slot": "decision"},
            {"type": "SignalRejected", "subject": "signal", "part": "decision", "slot": "decision"},
            {"type": "SignalApplied", "subject": "signal", "part": "application", "slot": "application"},
        ],
        "run": [
            {"event": "RunQueued", "from": ["NONE"], "to": "PENDING"},
            {"event": "RunStarted", "from": ["PENDING"], "to": "RUNNING"},
            {"event": "RunPaused", "from": ["RUNNING"], "to": "PAUSED/DRAINING"},
            {"event": "RunDrained", "from": ["PAUSED/DRAINING"], "to": "PAUSED/DRAINED"},
            {"event": "RunResumed", "from": ["PAUSED/DRAINING", "PAUSED/DRAINED"], "to": "RUNNING"},
            {"event": "RunFailing", "from": ["RUNNING"], "to": "RUNNING/FAILING"},
            {
                "event": "RunCancelling",
                "from": ["RUNNING", "RUNNING/FAILING", "RUNNING/CANCELLING"],
                "to": "RUNNING/CANCELLING",
            },
            {"event": "RunCompleted", "from": ["RUNNING", "RUNNING/FAILING", "RUNNING/CANCELLING"], "to": "COMPLETED"},
            {
                "event": "RunFailed",
                "from": ["PENDING", "RUNNING", "RUNNING/FAILING", "RUNNING/CANCELLING"],
                "to": "FAILED",
            },
            {
                "event": "RunCancelled",
                "from": ["PENDING", "RUNNING", "RUNNING/FAILING", "RUNNING/CANCELLING"],
                "to": "CANCELLED",
            },
        ],
        "step": [
            {"event": "StepStarted", "from": ["PENDING", "FAILED"], "to": "RUNNING", "attempt": "next"},
            {"event": "StepRedelivered", "from": ["RUNNING"], "to": "RUNNING", "attempt": "current"},
            {"event": "StepCompleted", "from": ["RUNNING"], "to": "SUCCEEDED", "attempt": "current"},
            {"event": "StepCompleted", "from": ["PENDING"], "to": "SUCCEEDED", "attempt": "next", "reused": True},
            {"event": "StepFailed", "from": ["RUNNING"], "to": "FAILED", "attempt": "current"},
            {"event": "StepFailed", "from": ["PENDING", "FAILED"], "to": "FAILED", "attempt": "next"},
            {"event": "StepCancelled", "from": ["RUNNING"], "to": "CANCELLED", "attempt": "current"},
            {"event": "StepSkipped", "from": ["PENDING", "FAILED"], "to": "SKIPPED", "attempt": "first-or-current"},
        ],
        "signal": [
            {"event": "SignalAccepted", "from": ["NONE"], "to": "ACCEPTED"},
            {"event": "SignalRejected", "from": ["NONE"], "to": "REJECTED"},
            {"event": "SignalApplied", "from": ["ACCEPTED"], "to": "APPLIED"},
        ],
        "stepEventsLegalIn": ["RUNNING", "PAUSED"],
        "signalEventsLegalIn": ["PENDING", "RUNNING", "PAUSED"],
    }
)
