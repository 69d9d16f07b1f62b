"""Capability check: what a plan needs against what an engine adapter gives; refused before any step runs."""

from dvt_contracts.models.capabilities.v1.capability_registry import CapabilityRegistry
from dvt_contracts.models.errors.v1.fault import Fault
from dvt_contracts.models.glossary.v1.status import OnStepFailure, RunIf
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.registries.capabilities import CAPABILITIES
from pydantic import MISSING

from dvt_engine_core.plan.references import needs

_POLICY = {
    OnStepFailure.FAIL_FAST: "plan.fail-fast",
    OnStepFailure.FINISH_RUNNING: "plan.finish-running",
    OnStepFailure.CONTINUE_INDEPENDENT: "plan.continue-independent",
    OnStepFailure.PAUSE: "plan.pause-on-failure",
}


def required_capabilities(plan: Plan) -> dict[str, str]:
    """Capabilities that a plan needs, each with the pointer to what needs it first."""
    needed = {capability: f"/requires/{position}" for position, capability in reversed(list(enumerate(plan.requires)))}
    needed.setdefault(_POLICY[plan.on_step_failure], "/onStepFailure")
    if plan.deadline_ms is not MISSING:
        needed.setdefault("plan.deadline", "/deadlineMs")
    for position, step in enumerate(plan.steps):
        if step.when is not MISSING:
            needed.setdefault("plan.when", f"/steps/{position}/when")
        if step.run_if is RunIf.ALL_DONE:
            needed.setdefault("plan.run-if", f"/steps/{position}/runIf")
        if step.retry is not MISSING:
            needed.setdefault("plan.retry", f"/steps/{position}/retry")
        if any(found.kind != "literal" for found in needs(step.with_)):
            needed.setdefault("plan.references", f"/steps/{position}/with")
    return needed


def missing_capabilities(plan: Plan, adapter: str, registry: CapabilityRegistry = CAPABILITIES) -> tuple[Fault, ...]:
    """Faults for what `adapter` does not give, in the order of the plan's needs; () when it can run the plan."""
    return tuple(
        Fault(code="PLAN_CAPABILITY", message=f"engine {adapter!r} does not support {capability}", pointer=at)
        for capability, at in required_capabilities(plan).items()
        if not gives(adapter, capability, registry)
    )


def gives(adapter: str, capability: str, registry: CapabilityRegistry = CAPABILITIES) -> bool:
    """Whether an engine adapter has a capability."""
    return registry.adapters.get(adapter, {}).get(capability, "unsupported") != "unsupported"
