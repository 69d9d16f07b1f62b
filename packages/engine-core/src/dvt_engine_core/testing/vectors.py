"""Putting the core through the vectors of the contract: one check per file, for tests and for the contract gate."""

import json
import struct
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from dvt_contracts.base import JsonObject
from dvt_contracts.loader import schema
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot

from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.errors import ContractError
from dvt_engine_core.hashes import (
    chain_next,
    chain_start,
    inputs_hash,
    outcome_hash,
    output_hash,
    plan_hash,
    state_hash,
    step_key,
    tagged_hash,
)
from dvt_engine_core.idempotency import effect_key, event_key
from dvt_engine_core.plan.text import read_json
from dvt_engine_core.plan.validation import check_plan
from dvt_engine_core.projector import RunRows, write
from dvt_engine_core.testing.builders import REUSED, SampleRun

#: One vector as its file holds it; which members it has depends on the file.
Case: TypeAlias = Mapping[str, Any]


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


def check_key(case: Case) -> None:
    """glossary/v1/idempotency_key: the one formula. Raises: AssertionError."""
    given = case["input"]
    key = event_key(
        run_id=given["runId"],
        subject=given["subject"],
        ordinal=given["ordinal"],
        event_type=given["eventType"],
        plan_id=given["planId"],
        plan_version=given["planVersion"],
    )
    assert key == case["sha256"], f"the key is {key}, not {case['sha256']}"


def check_canonical(case: Case) -> None:
    """glossary/v1/canonical: the text of RFC 8785, or a refusal. Raises: AssertionError."""
    if "ieee754" in case:
        value = struct.unpack(">d", bytes.fromhex(case["ieee754"]))[0]
    else:
        value, faults = read_json(case["input"].encode())
        if "refused" in case:
            assert faults, "the text is read"
            assert {fault.code for fault in faults} <= {"PLAN_NOT_CANONICAL", "PLAN_TOO_LARGE"}, faults
            return
        assert faults == (), faults
    if "refused" not in case:
        assert canonical_text(value) == case["canonical"], f"the text is {canonical_text(value)}"
        return
    try:
        text = canonical_text(value)
    except ContractError as error:
        assert error.code == "OUTPUT_NOT_CANONICAL"  # noqa: PT017 - no test framework here
        assert case["refused"] in error.message, error.message  # noqa: PT017
    else:
        raise AssertionError(f"it is not refused: {text}")


def _chain_heads(given: Case) -> list[str]:
    heads = [chain_start(given["runId"])]
    for event in given["events"]:
        heads.append(chain_next(heads[-1], canonical_text(event)))
    return [head.hex() for head in heads]


_HASHES: Final[Mapping[str, Callable[[Any], object]]] = {
    "plan": lambda given: plan_hash(given.encode()),
    "output": output_hash,
    "inputs": inputs_hash,
    "event": lambda given: tagged_hash("event", given),
    "step-key": lambda given: step_key(
        definition=given["definition"], resolved=given["resolved"], code_version=given["codeVersion"]
    ),
    "effect": lambda given: effect_key(run_id=given["runId"], step_id=given["stepId"], attempt=given["attempt"]),
    "state": lambda given: state_hash(RunSnapshot.parse(given)),
    "outcome": lambda given: outcome_hash(RunSnapshot.parse(given)),
    "chain": _chain_heads,
}


def check_hash(case: Case) -> None:
    """glossary/v1/hashes: every kind of hash. Raises: AssertionError; KeyError for a kind that the core has not."""
    found = _HASHES[case["kind"]](case["input"])
    expected = case["heads" if case["kind"] == "chain" else "sha256"]
    assert found == expected, f"the hash is {found}, not {expected}"


def check_walk(case: Case) -> None:
    """execution-semantics/v1/walks: what may follow what, and where it ends. Raises: AssertionError."""
    run = SampleRun()
    rows = RunRows(run.run_id, run.tenant_id)
    for number, told in enumerate(case["log"], start=1):
        before = (rows.state, {name: (row.status, row.attempt) for name, row in rows.steps.items()}, dict(rows.parts))
        if told.get("unknown"):
            event = run.unknown(told["eventType"])
        elif told["eventType"] == "RunQueued":
            event = run.new().queued
        else:
            subject = told.get("stepId", told.get("signalId"))
            payload = REUSED if told.get("reused") else None
            event = run.event(told["eventType"], subject, told.get("attempt", 1), payload)
        assert write(rows, event) is told["legal"], f"event {number}, {told['eventType']}, is judged otherwise"
        assert rows.last_run_seq == number
        if not told["legal"]:
            after = {name: (row.status, row.attempt) for name, row in rows.steps.items()}
            assert before == (rows.state, after, rows.parts), f"event {number} is illegal and changes the state"
    assert rows.state is not None
    assert rows.state.name == case["run"], f"the run ends {rows.state.name}"
    steps = {name: [row.status, row.attempt] for name, row in rows.steps.items()}
    assert steps == case["steps"], f"the steps end {steps}"
    signals = {name: row.status for name, row in rows.signals.items()}
    assert signals == case["signals"], f"the signals end {signals}"


def check_verdict(case: Case) -> None:
    """plan/v1/verdicts: codes and pointers of all faults of a plan. Raises: AssertionError."""
    text = case["text"] if "text" in case else json.dumps(case["plan"], indent=2)
    report = check_plan(text.encode(), installed_kinds())
    found = [(fault.code, fault.document().get("pointer")) for fault in report.faults]
    expected = [(fault["code"], fault["pointer"]) for fault in case["faults"]]
    assert sorted(found, key=str) == sorted(expected, key=str), f"the faults are {found}"
    assert (report.plan is None) is bool(case["faults"])


#: The check of each file of vectors, by its path below contracts/vectors without `.json`.
VECTOR_CHECKS: Final[Mapping[str, Callable[[Case], None]]] = {
    "execution-semantics/v1/walks": check_walk,
    "glossary/v1/canonical": check_canonical,
    "glossary/v1/hashes": check_hash,
    "glossary/v1/idempotency_key": check_key,
    "plan/v1/verdicts": check_verdict,
}
