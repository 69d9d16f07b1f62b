"""Plans are refused, degraded or run by the support matrix, and told why."""

from dvt_contracts.base import JsonValue
from dvt_contracts.models.capabilities.v1.capability_registry import CapabilityRegistry
from dvt_contracts.models.plan.v1.plan import Plan
from pydantic import MISSING

from dvt_engine_core.capability_report import capability_report
from dvt_engine_core.testing.world import plan_of


def registry(
    level: str = "native", *, lifecycle: str = "experimental", loss: str | None = None, **more: JsonValue
) -> CapabilityRegistry:
    """A registry in which the failure policy has this level on the engine `here`."""
    policy = {"capability": "plan.fail-fast", "lifecycle": lifecycle, "description": "x", "since": "0.1", **more}
    condition = {"capability": "plan.when", "lifecycle": "experimental", "description": "x", "since": "0.1"}
    losses = {"losses": {"here": {"plan.fail-fast": loss}}} if loss else {}
    return CapabilityRegistry.parse(
        {
            "version": "0.1",
            "capabilities": [policy, condition],
            "adapters": {"here": {"plan.fail-fast": level, "plan.when": "native"}},
            **losses,
        }
    )


PLAN = Plan.parse(plan_of({"stepId": "a", "when": "true"}))


def test_a_plan_runs_where_all_it_needs_is_given() -> None:
    report = capability_report(PLAN, "here", registry())
    assert report.verdict == "runs"
    assert [(found.capability, found.pointer) for found in report.findings] == [
        ("plan.fail-fast", "/onStepFailure"),
        ("plan.when", "/steps/0/when"),
    ]
    assert all(found.code is MISSING and found.message is MISSING for found in report.findings)


def test_one_unsupported_capability_refuses_the_plan_with_its_place() -> None:
    """[CAPABILITY-005]."""
    report = capability_report(PLAN, "here", registry("unsupported"))
    assert report.verdict == "refused"
    refused, runs = report.findings
    assert (refused.verdict, refused.code, refused.pointer) == ("refused", "PLAN_CAPABILITY", "/onStepFailure")
    assert runs.verdict == "runs"


def test_a_degraded_capability_runs_and_tells_what_is_lost() -> None:
    """[CAPABILITY-006]."""
    report = capability_report(PLAN, "here", registry("degraded", loss="Steps end late."))
    assert report.verdict == "runs-degraded"
    assert report.findings[0].message == "Steps end late."
    assert report.findings[0].code is MISSING


def test_a_loss_that_nobody_wrote_down_is_told_as_one() -> None:
    """[CAPABILITY-006]."""
    assert "less than plan.fail-fast" in str(capability_report(PLAN, "here", registry("degraded")).findings[0].message)


def test_an_unknown_engine_or_capability_is_unsupported() -> None:
    assert capability_report(PLAN, "there", registry()).verdict == "refused"
    asking = Plan.parse(plan_of({"stepId": "a"}, requires=["plan.magic"]))
    found = capability_report(asking, "here", registry()).findings[0]
    assert (found.capability, found.level, found.verdict) == ("plan.magic", "unsupported", "refused")
    assert found.lifecycle is MISSING


def test_a_removed_capability_is_refused_and_a_deprecated_one_says_when_it_goes() -> None:
    """[CAPABILITY-003]."""
    days: dict[str, JsonValue] = {"announced": "2026-06-01", "removal": "2027-06-01"}
    assert capability_report(PLAN, "here", registry(lifecycle="removed", deprecation=days)).verdict == "refused"
    leaving = registry(lifecycle="deprecated", deprecation={**days, "replacement": "plan.when"})
    report = capability_report(PLAN, "here", leaving)
    assert report.verdict == "runs"
    assert report.findings[0].message == "plan.fail-fast goes on 2027-06-01; use plan.when"
    assert capability_report(PLAN, "here", registry(lifecycle="deprecated", deprecation=days)).verdict == "runs"
