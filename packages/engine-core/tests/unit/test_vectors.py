"""The core gives every value of the contract's vectors."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
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

Case = dict[str, Any]
VECTORS = Path(__file__).resolve().parents[4] / "contracts" / "vectors"


def without_references(node: dict[str, Any]) -> dict[str, Any]:
    """Parameters refer to open JSON values only."""
    reference = node.pop("$ref", "")
    return {**node, "type": "object"} if reference.endswith("/JsonObject") else node


KINDS: dict[str, JsonObject] = {
    kind: json.loads(json.dumps(schema(f"plan/v1/kinds/{kind}")), object_hook=without_references)
    for kind in ("noop", "process", "python", "sql")
}


def cases(file: str) -> pytest.MarkDecorator:
    found: list[Case] = json.loads((VECTORS / f"{file}.json").read_text("utf-8"))["cases"]
    return pytest.mark.parametrize("case", found, ids=lambda case: str(case["name"]))


@cases("glossary/v1/idempotency_key")
def test_keys(case: Case) -> None:
    given = case["input"]
    key = event_key(
        run_id=given["runId"],
        subject=given["subject"],
        ordinal=given["ordinal"],
        event_type=given["eventType"],
        plan_id=given["planId"],
        plan_version=given["planVersion"],
    )
    assert key == case["sha256"]


@cases("glossary/v1/canonical")
def test_canonical_text(case: Case) -> None:
    if "ieee754" in case:
        value = struct.unpack(">d", bytes.fromhex(case["ieee754"]))[0]
    elif "refused" in case:
        value, faults = read_json(case["input"].encode())
        assert {fault.code for fault in faults} <= {"PLAN_NOT_CANONICAL", "PLAN_TOO_LARGE"}
        assert faults
        return
    else:
        value, faults = read_json(case["input"].encode())
        assert faults == ()
    if "refused" in case:
        with pytest.raises(ContractError) as caught:
            canonical_text(value)
        assert caught.value.code == "OUTPUT_NOT_CANONICAL"
        assert case["refused"] in caught.value.message
    else:
        assert canonical_text(value) == case["canonical"]


def chain_heads(given: Case) -> list[str]:
    heads = [chain_start(given["runId"])]
    for event in given["events"]:
        heads.append(chain_next(heads[-1], canonical_text(event)))
    return [head.hex() for head in heads]


HASHES: dict[str, Callable[[Any], object]] = {
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
    "chain": chain_heads,
}


@cases("glossary/v1/hashes")
def test_hashes(case: Case) -> None:
    assert HASHES[case["kind"]](case["input"]) == case["heads" if case["kind"] == "chain" else "sha256"]


@cases("execution-semantics/v1/walks")
def test_walks(case: Case) -> None:
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
        assert write(rows, event) is told["legal"], told
        assert rows.last_run_seq == number
        if not told["legal"]:
            after = {name: (row.status, row.attempt) for name, row in rows.steps.items()}
            assert before == (rows.state, after, rows.parts)
    assert rows.state is not None
    assert rows.state.name == case["run"]
    assert {name: [row.status, row.attempt] for name, row in rows.steps.items()} == case["steps"]
    assert {name: row.status for name, row in rows.signals.items()} == case["signals"]


@cases("plan/v1/verdicts")
def test_verdicts(case: Case) -> None:
    text = case["text"] if "text" in case else json.dumps(case["plan"], indent=2)
    report = check_plan(text.encode(), KINDS)
    found = [(fault.code, fault.document().get("pointer")) for fault in report.faults]
    assert sorted(found, key=str) == sorted(((fault["code"], fault["pointer"]) for fault in case["faults"]), key=str)
    assert (report.plan is None) is bool(case["faults"])
