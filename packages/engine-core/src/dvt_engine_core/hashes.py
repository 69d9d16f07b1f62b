"""Every hash of DVT: SHA-256 over the canonical text of `["dvt:<kind>:v1", value]`, in bare lower-case hex."""

from hashlib import sha256

from dvt_contracts.base import JsonValue
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.engine.v1.step_snapshot import StepSnapshot
from pydantic import MISSING

from dvt_engine_core.canonical import canonical_text


def tagged_hash(kind: str, value: JsonValue) -> str:
    """Hash of a value under a domain tag, so that no two kinds share a preimage."""
    return sha256(f'["dvt:{kind}:v1",{canonical_text(value)}]'.encode()).hexdigest()


def plan_hash(content: bytes) -> str:
    """Hash of a plan: of its exact bytes."""
    return sha256(content).hexdigest()


def body_hash(body: str) -> bytes:
    """Hash of an event's canonical text in write shape, as raw bytes."""
    return sha256(f'["dvt:event:v1",{body}]'.encode()).digest()


def chain_start(run_id: str) -> bytes:
    """`h(0)` of a run's hash chain."""
    return sha256(f"dvt:chain:v1|{run_id}".encode()).digest()


def chain_next(head: bytes, body: str) -> bytes:
    """`h(n) = SHA256(h(n-1) || bodyHash(n))` on raw bytes; its hex is the historyHash."""
    return sha256(head + body_hash(body)).digest()


def output_hash(value: JsonValue) -> str:
    """Hash of a step's output value, inline or spilled."""
    return tagged_hash("output", value)


def inputs_hash(value: JsonValue) -> str:
    """Hash of the effective inputs, defaults applied."""
    return tagged_hash("inputs", value)


def step_key(*, definition: JsonValue, resolved: JsonValue, code_version: str) -> str:
    """Hash of what a step's result depends on: definition, resolved parameters, code version."""
    return tagged_hash("step-key", [definition, resolved, code_version])


def state_hash(snapshot: RunSnapshot) -> str:
    """Hash of the whole snapshot, projectorVersion included."""
    return tagged_hash("state", snapshot.document())


def outcome_hash(snapshot: RunSnapshot) -> str | None:
    """Hash of what a run came to; None while it is open.

    Shape: plan id, version and hash, inputs, final status, and per step status, output hash, artifact
    hashes and error or skip code. No ids of runs, times, attempts, actors, free text.
    Source: ExecutionSemantics, hashes.
    """
    if snapshot.ended is MISSING or snapshot.queued is MISSING:
        return None
    plan = snapshot.queued.plan_ref
    return tagged_hash(
        "outcome",
        {
            "planId": plan.plan_id,
            "planVersion": plan.plan_version,
            "planHash": plan.sha256,
            "inputsHash": None if snapshot.started is MISSING else snapshot.started.inputs_hash,
            "status": snapshot.status.value,
            "steps": {step.step_id: _step_outcome(step) for step in snapshot.steps},
        },
    )


def _step_outcome(step: StepSnapshot) -> JsonValue:
    outcome: dict[str, JsonValue] = {"status": step.status.value}
    if step.skip is not MISSING and step.status.value == "SKIPPED":
        return outcome | {"code": step.skip.code.value}
    if step.outcome is MISSING:
        return outcome
    if step.outcome.output_hash is not MISSING:
        outcome["outputHash"] = step.outcome.output_hash
    if step.outcome.artifacts is not MISSING and step.outcome.artifacts:
        outcome["artifacts"] = {artifact.name: artifact.sha256 for artifact in step.outcome.artifacts}
    if step.outcome.code is not MISSING:
        outcome["code"] = step.outcome.code
    return outcome
