"""Events of one run, built in one line each, for tests of stores and folds."""

from dataclasses import dataclass, field

from dvt_contracts.base import Empty
from dvt_contracts.loader import AnyEvent, parse_event
from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.engine.v1.builds import Builds
from dvt_contracts.models.engine.v1.run_context import RunContext
from dvt_contracts.models.events.v1.run_cancelled import RunCancelledPayload
from dvt_contracts.models.events.v1.run_cancelling import RunCancellingPayload
from dvt_contracts.models.events.v1.run_failed import RunFailedPayload
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.run_paused import RunPausedPayload
from dvt_contracts.models.events.v1.run_queued import RunQueued, RunQueuedPayload
from dvt_contracts.models.events.v1.run_resumed import RunResumedPayload
from dvt_contracts.models.events.v1.run_started import RunStartedPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.signal_rejected import SignalRejectedPayload
from dvt_contracts.models.events.v1.step_cancelled import StepCancelCode, StepCancelledPayload
from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.events.v1.step_started import StepStartedPayload
from dvt_contracts.models.glossary.v1.status import CancelCode, Role, SignalEffect, SignalType, SkipCode
from dvt_contracts.models.plan.v1.plan_ref import PlanRef

from dvt_engine_core.facts import Fact, Payload, RunIdentity, Stamp, stamped
from dvt_engine_core.hashes import output_hash
from dvt_engine_core.ports.ambient import Clock, Ids
from dvt_engine_core.ports.store import NewRun, RunKey
from dvt_engine_core.system import SystemClock, SystemIds

SHA = "a" * 64
OTHER_RUN = "01980a3c-5f10-7c2e-9b57-3f1f0c8a7d21"
ACTOR = Actor(actor_id="tester", role=Role.ADMIN, authenticated=False)
PAYLOADS: dict[str, Payload] = {
    "RunStarted": RunStartedPayload(
        step_count=3, inputs_hash=SHA, builds=Builds(core="test", adapter="test", projector="1")
    ),
    "RunPaused": RunPausedPayload(),
    "RunDrained": Empty(),
    "RunResumed": RunResumedPayload(),
    "RunFailing": RunFailingPayload(code="STEP_FAILED", step_id="a"),
    "RunCancelling": RunCancellingPayload(code=CancelCode.CANCELLED, signal_id="s"),
    "RunCompleted": Empty(),
    "RunFailed": RunFailedPayload(code="STEP_FAILED", step_id="a"),
    "RunCancelled": RunCancelledPayload(code=CancelCode.CANCELLED, signal_id="s"),
    "StepStarted": StepStartedPayload(inputs_version=0, effect_key=SHA),
    "StepRedelivered": Empty(),
    "StepCompleted": StepCompletedPayload(output_hash=output_hash(7), output=7, artifacts=[]),
    "StepFailed": StepFailedPayload(code="PYTHON_RAISED", message="no", final=True),
    "StepSkipped": StepSkippedPayload(code=SkipCode.RUN_FAILING),
    "StepCancelled": StepCancelledPayload(code=StepCancelCode.RUN_CANCELLED),
    "SignalAccepted": SignalAcceptedPayload(signal_type=SignalType.CANCEL, arguments={}, actor=ACTOR, reason="test"),
    "SignalRejected": SignalRejectedPayload(signal_type=SignalType.CANCEL, actor=ACTOR, code="ROLE_MISSING"),
    "SignalApplied": SignalAppliedPayload(signal_type=SignalType.CANCEL, effect=SignalEffect.APPLIED),
}
REUSED = StepCompletedPayload(output_hash=output_hash(7), output=7, artifacts=[], reused_from=OTHER_RUN)


@dataclass(slots=True)
class SampleRun:
    """A run whose events are one call each; ids and times are fresh each time, keys are not."""

    tenant_id: str = "local"
    plan_version: str = "1"
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=SystemIds)
    run_id: str = ""

    def __post_init__(self) -> None:
        """Mint a run id where none is given."""
        self.run_id = self.run_id or self.ids.run_id()

    @property
    def key(self) -> RunKey:
        """The run's key."""
        return RunKey(self.tenant_id, self.run_id)

    @property
    def identity(self) -> RunIdentity:
        """What its events repeat."""
        return RunIdentity(self.tenant_id, "default", "test", self.run_id, "sample", self.plan_version)

    def event(
        self, event_type: str, subject_id: str | None = None, ordinal: int = 1, payload: Payload | None = None
    ) -> AnyEvent:
        """An event of any type but RunQueued, with a usual payload unless one is given."""
        fact = Fact(event_type, payload or PAYLOADS[event_type], subject_id, ordinal)
        return stamped(fact, self.identity, Stamp(self.ids.event_id(), self.clock.now()))

    def unknown(self, event_type: str = "StepPonderedOver") -> AnyEvent:
        """An event of a type that this release does not know."""
        document = self.event("RunCompleted", ordinal=7).document()
        return parse_event({**document, "eventType": event_type, "mood": "thoughtful"})

    def new(self, *, start_key: str | None = None, fingerprint: str = SHA) -> NewRun:
        """The run to create."""
        ref = PlanRef(address=f"dvt-plan:sha256/{SHA}", sha256=SHA, plan_id="sample", plan_version=self.plan_version)
        context = RunContext(tenant_id=self.tenant_id, project_id="default", environment_id="test", actor=ACTOR)
        payload = RunQueuedPayload(plan_ref=ref, inputs={"name": "ana"}, context=context)
        queued = stamped(Fact("RunQueued", payload), self.identity, Stamp(self.ids.event_id(), self.clock.now()))
        if not isinstance(queued, RunQueued):
            raise TypeError(queued.event_type)
        return NewRun(self.key, queued, fingerprint, start_key)
