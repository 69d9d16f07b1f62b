"""What an engine adapter makes of a plan, capability by capability, with what it loses; told before any step runs."""

from dvt_contracts.models.capabilities.v1.capability_registry import Capability, CapabilityRegistry
from dvt_contracts.models.capabilities.v1.support import Lifecycle, SupportLevel
from dvt_contracts.models.capabilities.v1.validation_report import (
    CapabilityFinding,
    CapabilityVerdict,
    PlanCapabilityVerdict,
    ValidationReport,
)
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.registries.capabilities import CAPABILITIES
from pydantic import MISSING

from dvt_engine_core.capabilities import required_capabilities


def capability_report(plan: Plan, adapter: str, registry: CapabilityRegistry = CAPABILITIES) -> ValidationReport:
    """Judge a plan by the support matrix.

    Shape: one finding per capability that the plan needs, in the order of the plan's needs; an unknown adapter gives
    nothing, an unknown capability is unsupported.
    Source: [CAPABILITY-005], [CAPABILITY-006].
    """
    known = {entry.capability: entry for entry in registry.capabilities}
    findings = [
        _finding(name, pointer, adapter=adapter, entry=known.get(name), registry=registry)
        for name, pointer in required_capabilities(plan).items()
    ]
    verdicts = {finding.verdict.value for finding in findings}
    worst = next((verdict for verdict in ("refused", "runs-degraded") if verdict in verdicts), "runs")
    return ValidationReport(
        registry_version=registry.version,
        adapter=adapter,
        plan_id=plan.plan_id,
        plan_version=plan.plan_version,
        verdict=PlanCapabilityVerdict(worst),
        findings=findings,
    )


def _finding(
    name: str, pointer: str, *, adapter: str, entry: Capability | None, registry: CapabilityRegistry
) -> CapabilityFinding:
    level = registry.adapters.get(adapter, {}).get(name, SupportLevel.UNSUPPORTED)
    gone = entry is None or entry.lifecycle is Lifecycle.REMOVED
    if gone or level is SupportLevel.UNSUPPORTED:
        verdict, message = CapabilityVerdict.REFUSED, f"engine {adapter!r} does not support {name}"
    elif level is SupportLevel.DEGRADED:
        verdict, message = CapabilityVerdict.RUNS_DEGRADED, _loss(name, adapter, registry)
    else:
        verdict, message = CapabilityVerdict.RUNS, _leaving(entry)
    return CapabilityFinding(
        capability=name,
        level=level,
        lifecycle=entry.lifecycle if entry else MISSING,
        pointer=pointer,
        verdict=verdict,
        code="PLAN_CAPABILITY" if verdict is CapabilityVerdict.REFUSED else MISSING,
        message=message or MISSING,
    )


def _loss(name: str, adapter: str, registry: CapabilityRegistry) -> str:
    losses = {} if registry.losses is MISSING else registry.losses.get(adapter, {})
    return losses.get(name, f"engine {adapter!r} gives less than {name} promises")


def _leaving(entry: Capability | None) -> str:
    if entry is None or entry.deprecation is MISSING:
        return ""
    instead = "" if entry.deprecation.replacement is MISSING else f"; use {entry.deprecation.replacement}"
    return f"{entry.capability} goes on {entry.deprecation.removal}{instead}"
