"""Vectors of the plan: verdicts, inputs, capabilities, and plans by reference."""

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from dvt_contracts.base import JsonObject
from dvt_contracts.loader import schema
from dvt_contracts.models.capabilities.v1.capability_registry import CapabilityRegistry
from dvt_contracts.models.events.v1.run_queued import RunQueued, RunQueuedPayload
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from dvt_contracts.registries.capabilities import CAPABILITIES

from dvt_engine_core.capabilities import missing_capabilities
from dvt_engine_core.errors import DvtError, InvalidInputsError
from dvt_engine_core.facts import Fact, Stamp, stamped
from dvt_engine_core.plan.inputs import effective_inputs
from dvt_engine_core.plan.validation import check_plan
from dvt_engine_core.ports.store import NewRun
from dvt_engine_core.services.materials import Materials
from dvt_engine_core.testing.builders import SampleRun
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.testing.vectors.case import Case, by_kind, equal, text_of
from dvt_engine_core.testing.world import CONTEXT, plan_of

_ADAPTER = "of-the-vector"


def _without_references(node: dict[str, Any]) -> dict[str, Any]:
    """Parameters refer to open JSON values only."""
    reference = node.pop("$ref", "")
    return {**node, "type": "object"} if reference.endswith("/JsonObject") else node


@cache
def installed_kinds() -> Mapping[str, JsonObject]:
    """The kinds that the verdicts on plans count on, with the schemas of their parameters."""
    return {
        kind: json.loads(json.dumps(schema(f"plan/v1/kinds/{kind}")), object_hook=_without_references)
        for kind in ("noop", "process", "python", "sql")
    }


def _check_verdict(case: Case) -> None:
    content = json.dumps(case["plan"], indent=2).encode() if "plan" in case else text_of(case)
    report = check_plan(content, installed_kinds())
    found = [(fault.code, fault.document().get("pointer")) for fault in report.faults]
    expected = [(fault["code"], fault["pointer"]) for fault in case["faults"]]
    equal(sorted(found, key=str), sorted(expected, key=str), "the faults are")
    equal(report.plan is None, bool(case["faults"]))


def _check_place(case: Case) -> None:
    names = ("code", "pointer", "line", "column")
    report = check_plan(text_of(case), installed_kinds())
    equal(
        [{name: fault.document().get(name) for name in names} for fault in report.faults],
        case["faults"],
        "the faults are",
    )


check_verdict = by_kind({"verdict": _check_verdict, "place": _check_place})


def check_inputs(case: Case) -> None:
    """Effective inputs, or every fault of those given. Raises: AssertionError."""
    declared = {"inputs": case["declared"]} if "declared" in case else {}
    given = json.loads(text_of(case)) if "parts" in case else case["given"]
    try:
        found = effective_inputs(Plan.parse(plan_of({"stepId": "a"}, **declared)), given)
    except InvalidInputsError as error:
        told = [(fault.code, fault.document().get("pointer")) for fault in error.faults] or [(error.code, None)]
        expected = [(fault["code"], fault["pointer"]) for fault in case.get("faults", [])]
        equal(sorted(told, key=str), sorted(expected, key=str), "the faults are")
    else:
        equal(found, given if "parts" in case and "effective" in case else case.get("effective"))


def check_capabilities(case: Case) -> None:
    """What a plan needs and an adapter does not give. Raises: AssertionError."""
    registry = CapabilityRegistry.parse({**CAPABILITIES.document(), "adapters": {_ADAPTER: case["supported"]}})
    faults = missing_capabilities(Plan.parse(case["plan"]), _ADAPTER, registry)
    found = [{"code": fault.code, "pointer": str(fault.pointer)} for fault in faults]
    equal(sorted(found, key=str), sorted(case["faults"], key=str), "the faults are")


async def _refusal(case: Case) -> str | None:
    store, run, ref = MemoryStore(), SampleRun(), case["ref"]
    plan_ref = PlanRef.parse({"address": f"dvt-plan:sha256/{ref['sha256']}", **ref})
    if case["stored"] is not None:
        store.overwrite_plan("local", plan_ref, case["stored"].encode())
    payload = RunQueuedPayload(plan_ref=plan_ref, inputs={}, context=CONTEXT)
    queued = stamped(Fact("RunQueued", payload), run.identity, Stamp(run.ids.event_id(), run.clock.now()))
    if not isinstance(queued, RunQueued):
        raise TypeError(queued.event_type)
    await store.create_run(NewRun(run.key, queued, "f" * 64))
    try:
        await Materials(store, store, installed_kinds(), "in-process").of(run.key)
    except DvtError as error:
        return error.code
    return None


def check_load(case: Case) -> None:
    """Why a plan by reference is refused. Raises: AssertionError."""
    equal(asyncio.run(_refusal(case)), case["code"], "the refusal is")
