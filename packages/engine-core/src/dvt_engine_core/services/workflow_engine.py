"""WorkflowEngine: starts runs, takes signals, tells where runs stand. Needs only the store; no engine need be up."""

from dataclasses import dataclass, field
from typing import Final

from dvt_contracts.base import JsonObject
from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.engine.v1.run_context import RunContext
from dvt_contracts.models.engine.v1.start_run_result import StartOutcome, StartRunResult
from dvt_contracts.models.events.v1.run_queued import RunQueued, RunQueuedPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.glossary.v1.status import Role, SignalType
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from dvt_contracts.models.signals.v1.signal_decision import SignalDecision, SignalVerdict
from dvt_contracts.models.signals.v1.signal_request import SignalRequest
from dvt_contracts.models.store.v1.append_result import Illegal, UnknownRun
from dvt_contracts.models.store.v1.create_run_result import RunCreated, StartKeyConflict
from pydantic import MISSING

from dvt_engine_core.canonical import canonical_bytes
from dvt_engine_core.errors import (
    InvalidInputsError,
    PlanRefusedError,
    RunNotFoundError,
    SignalRefusedError,
    StartKeyConflictError,
)
from dvt_engine_core.facts import Fact, RunIdentity, stamped
from dvt_engine_core.freetext import clean
from dvt_engine_core.hashes import tagged_hash
from dvt_engine_core.plan.inputs import MAX_INPUT_BYTES
from dvt_engine_core.ports.ambient import Clock, Ids
from dvt_engine_core.ports.store import NewRun, RunKey, StateStore, StoredRun
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.transitions import TERMINAL

PLAN_ADDRESS_PREFIX: Final = "dvt-plan:sha256/"
_RANK: Final = {role: rank for rank, role in enumerate((Role.VIEWER, Role.OPERATOR, Role.ENGINEER, Role.ADMIN))}
#: Signals that this version takes, and the weakest role that may send them.
_ROLES: Final = {SignalType.CANCEL: Role.OPERATOR}
_DESTRUCTIVE: Final = frozenset({SignalType.CANCEL})


@dataclass(frozen=True, slots=True)
class StartRequest:
    """A start as a caller asks for it."""

    plan_ref: PlanRef
    context: RunContext
    inputs: JsonObject = field(default_factory=dict)
    start_key: str | None = None


@dataclass(frozen=True, slots=True)
class WorkflowEngine:
    """The engine as its callers see it.

    Shape: `plan_addresses` are the prefixes of plan addresses that are allowed.
    """

    store: StateStore
    clock: Clock
    ids: Ids
    plan_addresses: tuple[str, ...] = (PLAN_ADDRESS_PREFIX,)

    async def start_run(self, request: StartRequest) -> StartRunResult:
        """Store a run with its start intent, or find the run of this start key.

        Raises: PlanRefusedError [PLAN_ADDRESS_REFUSED], InvalidInputsError [INPUTS_TOO_LARGE],
        StartKeyConflictError [START_KEY_CONFLICT], UnavailableError.
        Source: WorkflowEngine; a known start key with the same fingerprint returns that run as it is.
        """
        ref = request.plan_ref
        if not ref.address.startswith(self.plan_addresses):
            raise PlanRefusedError(f"the plan address {ref.address!r} is not on the allow-list")
        if len(canonical_bytes(request.inputs)) > MAX_INPUT_BYTES:
            raise InvalidInputsError(f"the inputs are over {MAX_INPUT_BYTES} bytes", code="INPUTS_TOO_LARGE")
        key = RunKey(request.context.tenant_id, self.ids.run_id())
        queued = self._queued(request, key)
        fingerprint = tagged_hash("inputs", [ref.document(), request.inputs, request.context.tenant_id])
        created = await self.store.create_run(NewRun(key, queued, fingerprint, request.start_key))
        if isinstance(created, StartKeyConflict):
            raise StartKeyConflictError(
                f"start key {request.start_key!r} belongs to run {created.run_id}, with another plan or other inputs"
            )
        outcome = StartOutcome.CREATED if isinstance(created, RunCreated) else StartOutcome.EXISTING
        return StartRunResult(run_id=created.run_id, outcome=outcome)

    def _queued(self, request: StartRequest, key: RunKey) -> RunQueued:
        payload = RunQueuedPayload(
            plan_ref=request.plan_ref,
            inputs=request.inputs,
            context=request.context,
            start_key=request.start_key or MISSING,
        )
        identity = RunIdentity.of(key.run_id, plan=request.plan_ref, context=request.context)
        event = stamped(Fact("RunQueued", payload), identity, Recorder(self.store, self.clock, self.ids).stamp())
        if not isinstance(event, RunQueued):  # pragma: no cover - the type was given
            raise TypeError(event.event_type)
        return event

    async def get_run_status(self, run: RunKey) -> StoredRun:
        """Where a run stands, from the store. Raises: RunNotFoundError."""
        stored = await self.store.read_run(run)
        if stored is None:
            raise RunNotFoundError(f"no run {run.run_id}")
        return stored

    async def cancel_run(self, run: RunKey, *, signal_id: str, actor: Actor, reason: str) -> SignalDecision:
        """Ask a run to end early: the signal cancel. Raises as `signal`."""
        request = SignalRequest(signal_id=signal_id, signal_type=SignalType.CANCEL, reason=clean(reason))
        return await self.signal(run, request, actor=actor)

    async def signal(self, run: RunKey, request: SignalRequest, *, actor: Actor) -> SignalDecision:
        """Authorise a signal and record its acceptance with its intent, before it acts; the same id only once.

        Raises: RunNotFoundError, SignalRefusedError [SIGNAL_UNSUPPORTED, ROLE_MISSING, REASON_REQUIRED, RUN_TERMINAL].
        Source: ExecutionSemantics, signals.
        """
        self._authorise(request, actor)
        stored = await self.get_run_status(run)
        if stored.snapshot.queued is MISSING:
            raise RunNotFoundError(f"no run {run.run_id}")
        known = any(item.signal_id == request.signal_id for item in stored.snapshot.signals)
        if stored.snapshot.status in TERMINAL and not known:
            raise SignalRefusedError(f"run {run.run_id} has ended {stored.snapshot.status.value}", code="RUN_TERMINAL")
        queued = stored.snapshot.queued
        payload = SignalAcceptedPayload(
            signal_type=request.signal_type,
            arguments=request.arguments,
            actor=actor,
            reason=MISSING if request.reason is MISSING else clean(request.reason),
        )
        identity = RunIdentity.of(run.run_id, plan=queued.plan_ref, context=queued.context)
        recorder = Recorder(self.store, self.clock, self.ids)
        (result,) = await recorder.append(identity, [Fact("SignalAccepted", payload, request.signal_id)])
        match result:
            case UnknownRun():
                raise RunNotFoundError(f"no run {run.run_id}")
            case Illegal():
                raise SignalRefusedError(f"run {run.run_id} has ended", code="RUN_TERMINAL")
            case _:
                return SignalDecision(signal_id=request.signal_id, run_id=run.run_id, decision=SignalVerdict.ACCEPTED)

    @staticmethod
    def _authorise(request: SignalRequest, actor: Actor) -> None:
        role = _ROLES.get(request.signal_type)
        name = request.signal_type.value
        if role is None:
            raise SignalRefusedError(f"the signal {name} is not supported yet", code="SIGNAL_UNSUPPORTED")
        if _RANK[actor.role] < _RANK[role]:
            raise SignalRefusedError(f"the signal {name} needs the role {role.value}", code="ROLE_MISSING")
        if request.signal_type in _DESTRUCTIVE and request.reason is MISSING:
            raise SignalRefusedError(f"the signal {name} needs a reason", code="REASON_REQUIRED")
