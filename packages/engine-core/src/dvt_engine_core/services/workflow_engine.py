"""WorkflowEngine: starts runs, takes signals, tells where runs stand. Needs only the store; no engine need be up."""

from dataclasses import dataclass, field
from typing import Final

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.loader import parse_event
from dvt_contracts.models.engine.v1.actor import Actor
from dvt_contracts.models.engine.v1.run_context import RunContext
from dvt_contracts.models.engine.v1.run_snapshot import RunQueuedPart
from dvt_contracts.models.engine.v1.start_run_result import StartOutcome, StartRunResult
from dvt_contracts.models.events.v1.run_queued import RunQueued, RunQueuedPayload
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.signal_rejected import SignalRejectedPayload
from dvt_contracts.models.glossary.v1.status import SignalType
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from dvt_contracts.models.signals.v1.signal_decision import SignalDecision, SignalVerdict
from dvt_contracts.models.signals.v1.signal_request import SignalRequest
from dvt_contracts.models.signals.v1.signal_table import SignalEffectName, SignalRow, SignalRowDecision
from dvt_contracts.models.store.v1.append_result import Illegal, Superseded, UnknownRun
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
from dvt_engine_core.facts import Fact, RunIdentity, fact_of, stamped
from dvt_engine_core.freetext import clean
from dvt_engine_core.hashes import tagged_hash
from dvt_engine_core.plan.inputs import MAX_INPUT_BYTES
from dvt_engine_core.ports.ambient import Clock, Ids
from dvt_engine_core.ports.store import NewRun, RunKey, StateStore, StoredRun
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.services.signal_desk import check_request, decided_row
from dvt_engine_core.services.signal_log import inputs_at

PLAN_ADDRESS_PREFIX: Final = "dvt-plan:sha256/"


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

    Shape: `plan_addresses` are the prefixes of plan addresses that are allowed; `adapter` names the engine whose
    capabilities say which signals are taken, None takes them all.
    """

    store: StateStore
    clock: Clock
    ids: Ids
    plan_addresses: tuple[str, ...] = (PLAN_ADDRESS_PREFIX,)
    adapter: str | None = None

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
        payload = RunQueuedPayload(
            plan_ref=ref, inputs=request.inputs, context=request.context, start_key=request.start_key or MISSING
        )
        created = await self.store.create_run(self._new(key, payload))
        if isinstance(created, StartKeyConflict):
            raise StartKeyConflictError(
                f"start key {request.start_key!r} belongs to run {created.run_id}, with another plan or other inputs"
            )
        outcome = StartOutcome.CREATED if isinstance(created, RunCreated) else StartOutcome.EXISTING
        return StartRunResult(run_id=created.run_id, outcome=outcome)

    def _new(self, key: RunKey, payload: RunQueuedPayload, *, parent: str | None = None) -> NewRun:
        """A run to create; the same start is one of the same plan, inputs, tenant and retried run."""
        identity = RunIdentity.of(key.run_id, plan=payload.plan_ref, context=payload.context)
        event = stamped(Fact("RunQueued", payload), identity, Recorder(self.store, self.clock, self.ids).stamp())
        if not isinstance(event, RunQueued):  # pragma: no cover - the type was given
            raise TypeError(event.event_type)
        same: list[JsonValue] = [payload.plan_ref.document(), payload.inputs, key.tenant_id]
        fingerprint = tagged_hash("inputs", [*same, parent] if parent else same)
        return NewRun(key, event, fingerprint, None if payload.start_key is MISSING else payload.start_key)

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
        """Judge a signal and record the decision, with the intent of an accepted one, before it acts; an id only once.

        Shape: retry-run of an ended run answers with the new run; what the run cannot take now is `rejected`.
        Raises: RunNotFoundError, SignalRefusedError [SIGNAL_UNSUPPORTED, SIGNAL_ARGUMENTS, ROLE_MISSING,
        REASON_REQUIRED, RUN_TERMINAL], UnavailableError.
        Source: ExecutionSemantics, signals.
        """
        check_request(request, actor, adapter=self.adapter)
        snapshot = (await self.get_run_status(run)).snapshot
        if snapshot.queued is MISSING:
            raise RunNotFoundError(f"no run {run.run_id}")
        known = next((item for item in snapshot.signals if item.signal_id == request.signal_id), None)
        if known is not None and known.decision is not MISSING:
            return _decision(run, request, known.decision.code)
        row = decided_row(snapshot, request)
        match row.decision:
            case SignalRowDecision.REFUSED:
                raise SignalRefusedError(f"run {run.run_id} has ended {snapshot.status.value}", code="RUN_TERMINAL")
            case SignalRowDecision.ACCEPTED if row.effect is SignalEffectName.START_LINKED_RUN:
                return await self._retry_run(run, snapshot.queued, request, actor=actor)
            case _:
                identity = RunIdentity.of(run.run_id, plan=snapshot.queued.plan_ref, context=snapshot.queued.context)
                return await self._decide(run, identity, request, actor=actor, rejected=_code(row))

    async def _decide(
        self, run: RunKey, identity: RunIdentity, request: SignalRequest, *, actor: Actor, rejected: str | MISSING
    ) -> SignalDecision:
        reason = MISSING if request.reason is MISSING else clean(request.reason)
        fact = Fact(
            "SignalAccepted",
            SignalAcceptedPayload(
                signal_type=request.signal_type, arguments=request.arguments, actor=actor, reason=reason
            ),
            request.signal_id,
        )
        if rejected is not MISSING:
            refusal = SignalRejectedPayload(
                signal_type=request.signal_type, actor=actor, reason=reason, code=str(rejected)
            )
            fact = Fact("SignalRejected", refusal, request.signal_id)
        (result,) = await Recorder(self.store, self.clock, self.ids).append(identity, [fact])
        match result:
            case UnknownRun():
                raise RunNotFoundError(f"no run {run.run_id}")
            case Illegal():
                raise SignalRefusedError(f"run {run.run_id} has ended", code="RUN_TERMINAL")
            case Superseded(record=record):
                decided = fact_of(parse_event(record.event.document()))
                other = decided.payload if decided else None
                return _decision(run, request, other.code if isinstance(other, SignalRejectedPayload) else MISSING)
            case _:
                return _decision(run, request, rejected)

    async def _retry_run(
        self, run: RunKey, queued: RunQueuedPart, request: SignalRequest, *, actor: Actor
    ) -> SignalDecision:
        """A new run of the same plan with the inputs as last updated; its start key is the signal id."""
        key = RunKey(run.tenant_id, self.ids.run_id())
        context = RunContext.parse({**queued.context.document(), "actor": actor.document()})
        payload = RunQueuedPayload(
            plan_ref=queued.plan_ref,
            inputs=await inputs_at(self.store, run, queued.inputs),
            context=context,
            start_key=request.signal_id,
            parent_run_id=run.run_id,
            signal_id=request.signal_id,
            reason=MISSING if request.reason is MISSING else clean(request.reason),
        )
        created = await self.store.create_run(self._new(key, payload, parent=run.run_id))
        if isinstance(created, StartKeyConflict):
            raise StartKeyConflictError(f"start key {request.signal_id!r} belongs to run {created.run_id}")
        return SignalDecision(
            signal_id=request.signal_id, run_id=created.run_id, decision=SignalVerdict.ACCEPTED, code=MISSING
        )


def _code(row: SignalRow) -> str | MISSING:
    return row.code if row.decision is SignalRowDecision.REJECTED else MISSING


def _decision(run: RunKey, request: SignalRequest, code: str | MISSING) -> SignalDecision:
    verdict = SignalVerdict.ACCEPTED if code is MISSING else SignalVerdict.REJECTED
    return SignalDecision(signal_id=request.signal_id, run_id=run.run_id, decision=verdict, code=code)
