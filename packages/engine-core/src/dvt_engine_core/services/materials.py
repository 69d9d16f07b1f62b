"""What a worker must know of a run to act on it: plan, inputs, identity; checked once and kept by run and by hash."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.models.engine.v1.run_context import RunContext
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.errors.v1.fault import Fault
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from pydantic import MISSING

from dvt_engine_core.capabilities import missing_capabilities
from dvt_engine_core.errors import DvtError, HashMismatchError, InvalidPlanError, RunNotFoundError
from dvt_engine_core.facts import RunIdentity
from dvt_engine_core.hashes import plan_hash
from dvt_engine_core.plan.inputs import effective_inputs
from dvt_engine_core.plan.validation import read_plan
from dvt_engine_core.ports.plans import PlanSource
from dvt_engine_core.ports.store import RunKey, StateStore
from dvt_engine_core.services.signal_log import inputs_at
from dvt_engine_core.walk import Walk

_KEPT_RUNS: Final = 256
_KEPT_PLANS: Final = 64
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class RunMaterial:
    """A run's plan with its effective inputs, both proven against reference and schema."""

    identity: RunIdentity
    context: RunContext
    plan: Plan
    plan_ref: PlanRef
    walk: Walk
    inputs: Mapping[str, JsonValue]


@dataclass(slots=True)
class Materials:
    """Finds the material of a run and keeps the latest in memory.

    Shape: `kinds` maps installed step kinds to the schemas of their parameters; `adapter` names the engine whose
    capabilities count.
    """

    store: StateStore
    plans: PlanSource
    kinds: Mapping[str, JsonObject]
    adapter: str
    _runs: OrderedDict[RunKey, RunMaterial] = field(default_factory=OrderedDict)
    _plans: OrderedDict[tuple[str, str], tuple[Plan, Walk]] = field(default_factory=OrderedDict)
    _inputs: OrderedDict[tuple[RunKey, int], dict[str, JsonValue]] = field(default_factory=OrderedDict)

    async def of(self, run: RunKey) -> RunMaterial:
        """Material of a run.

        Raises: RunNotFoundError; HashMismatchError, InvalidPlanError, InvalidInputsError, RejectedError for a plan
        that must not run; UnavailableError.
        """
        if run in self._runs:
            self._runs.move_to_end(run)
            return self._runs[run]
        stored = await self.store.read_run(run, steps=())
        if stored is None:
            raise RunNotFoundError(f"no run {run.run_id}")
        material = await self.prepare(run, stored.snapshot)
        _keep(self._runs, run, material, limit=_KEPT_RUNS)
        return material

    async def inputs(self, run: RunKey, material: RunMaterial, version: int) -> Mapping[str, JsonValue]:
        """Inputs of an attempt that was dispatched with an inputs version. Raises: UnavailableError."""
        if version == 0:
            return material.inputs
        if (run, version) not in self._inputs:
            inputs = await inputs_at(self.store, run, material.inputs, version)
            _keep(self._inputs, (run, version), inputs, limit=_KEPT_RUNS)
        return self._inputs[run, version]

    async def prepare(self, run: RunKey, snapshot: RunSnapshot) -> RunMaterial:
        """Material from a run's RunQueued. Raises as `of`."""
        if snapshot.queued is MISSING:
            raise DvtError(f"run {run.run_id} has no RunQueued")
        queued = snapshot.queued
        plan, walk = await self._plan(run.tenant_id, queued.plan_ref)
        return RunMaterial(
            identity=RunIdentity.of(run.run_id, plan=queued.plan_ref, context=queued.context),
            context=queued.context,
            plan=plan,
            plan_ref=queued.plan_ref,
            walk=walk,
            inputs=effective_inputs(plan, queued.inputs),
        )

    async def _plan(self, tenant_id: str, ref: PlanRef) -> tuple[Plan, Walk]:
        known = self._plans.get((tenant_id, ref.sha256))
        if known:
            plan, walk = known
        else:
            content = await self.plans.fetch(tenant_id, ref)
            if plan_hash(content) != ref.sha256:
                raise HashMismatchError(f"the bytes at {ref.address} hash to {plan_hash(content)}, not to {ref.sha256}")
            plan = read_plan(content, self.kinds)
            walk = Walk.of(plan)
            _keep(self._plans, (tenant_id, ref.sha256), (plan, walk), limit=_KEPT_PLANS)
        if (plan.plan_id, plan.plan_version) != (ref.plan_id, ref.plan_version):
            fault = Fault(code="PLAN_ID_MISMATCH", message=f"the plan is {plan.plan_id} {plan.plan_version}")
            raise InvalidPlanError(fault.message, code=fault.code, faults=[fault])
        missing = missing_capabilities(plan, self.adapter)
        if missing:
            raise InvalidPlanError(missing[0].message, code="PLAN_CAPABILITY", faults=missing)
        return plan, walk


def _keep(known: OrderedDict[Key, Value], key: Key, value: Value, *, limit: int) -> None:
    """Keep a value, and forget the oldest beyond the limit."""
    known[key] = value
    if len(known) > limit:
        known.popitem(last=False)
