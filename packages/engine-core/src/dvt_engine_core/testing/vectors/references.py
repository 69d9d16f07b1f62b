"""Vectors of what a step meets at its start: values in the place of its references, and its condition."""

import asyncio
from collections.abc import Mapping
from typing import Any

from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.engine.v1.artifact_ref import ArtifactRef
from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.plan.v1.step import PlanStep

from dvt_engine_core.errors import StepError
from dvt_engine_core.hashes import output_hash
from dvt_engine_core.plan.conditions import condition_fault, holds
from dvt_engine_core.services.outputs import Values
from dvt_engine_core.testing.builders import SampleRun
from dvt_engine_core.testing.memory_runtime import MemoryArtifacts, MemorySecrets
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.vectors.case import Case, by_kind, equal


def _events(run: SampleRun, step_id: str, told: Mapping[str, Any]) -> list[AnyEvent]:
    if told["status"] == "SKIPPED":
        return [run.event("StepSkipped", step_id)]
    if told["status"] == "FAILED":
        return [run.event("StepStarted", step_id), run.event("StepFailed", step_id)]
    payload = StepCompletedPayload(
        output_hash=output_hash(told["output"]),
        output=told["output"],
        artifacts=[ArtifactRef.parse(artifact) for artifact in told["artifacts"]],
    )
    return [run.event("StepStarted", step_id), run.event("StepCompleted", step_id, 1, payload)]


async def _resolve(case: Case) -> None:
    store, run = MemoryStore(), SampleRun()
    await store.create_run(run.new())
    await store.append(run.key, [run.event("RunStarted")])
    for step_id, told in case["steps"].items():
        await store.append(run.key, _events(run, step_id, told))
    step = PlanStep.parse({"stepId": "now", "kind": "noop", "with": case["parameters"]})
    values = Values(store, MemoryArtifacts(), MemorySecrets(case["secrets"]))
    try:
        found = await values.resolve(run.key, step, case["inputs"])
    except StepError as error:
        equal(error.code, case.get("code"))
    else:
        equal((found.parameters, found.public), (case.get("resolved"), case.get("public")))


def check_resolve(case: Case) -> None:
    """Values in the place of references, or the code with which the step fails. Raises: AssertionError."""
    asyncio.run(_resolve(case))


def _check_when(case: Case) -> None:
    equal("PLAN_BAD_WHEN" if condition_fault(case["when"]) else None, case["code"])


def _check_condition(case: Case) -> None:
    try:
        found = "start" if holds(case["when"], inputs=case["inputs"], steps=case["steps"]) else "skip"
    except StepError as error:
        found = error.code
    equal(found, case["result"])


check_condition = by_kind({"when": _check_when, "condition": _check_condition})
