"""Vectors of GLOSSARY: keys, canonical text, hashes."""

import json
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.events.v1.record import RawRecord
from dvt_contracts.models.plan.v1.step import PlanStep
from pydantic import MISSING

from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.errors import ContractError
from dvt_engine_core.facts import Fact, RunIdentity, Stamp, stamped
from dvt_engine_core.freetext import clean
from dvt_engine_core.hashes import (
    body_hash,
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
from dvt_engine_core.testing.builders import PAYLOADS
from dvt_engine_core.testing.vectors.case import Case, by_kind, equal

_REFUSALS: Final = {"nesting deeper than 64": "PLAN_TOO_LARGE", "a key twice": "PLAN_DUPLICATE_KEY"}


def _check_key(case: Case) -> None:
    given = case["input"]
    key = event_key(
        run_id=given["runId"],
        subject=given["subject"],
        ordinal=given["ordinal"],
        event_type=given["eventType"],
        plan_id=given["planId"],
        plan_version=given["planVersion"],
    )
    equal(key, case["sha256"], "the key is")


def _check_event_key(case: Case) -> None:
    given = case["event"]
    subject = given.get("stepId", given.get("signalId"))
    ordinal = given.get("logicalAttemptId", given.get("occurrence", 1))
    fact = Fact(given["eventType"], PAYLOADS[given["eventType"]], subject, ordinal)
    run = RunIdentity("local", "default", "dev", given["runId"], given["planId"], given["planVersion"])
    stamp = Stamp(
        given.get("eventId", "3f0e3c0e-9f0b-4a51-8c57-000000000001"), given.get("emittedAt", "2026-01-01T00:00:00.000Z")
    )
    event = stamped(fact, run, stamp, engine_attempt=given.get("engineAttemptId"))
    equal(event.idempotency_key, case["sha256"], "the key is")


def _double(case: Case) -> float:
    value: float = struct.unpack(">d", bytes.fromhex(case["ieee754"]))[0]
    return value


def _check_text(case: Case) -> None:
    value, faults = read_json(case["input"].encode())
    equal(faults, ())
    equal(canonical_text(value), case["canonical"], "the text is")


def _check_double(case: Case) -> None:
    equal(canonical_text(_double(case)), case["canonical"], "the text is")


def _check_refused(case: Case) -> None:
    why = case["refused"]
    if "ieee754" not in case:
        _, faults = read_json(case["input"].encode())
        equal({fault.code for fault in faults}, {_REFUSALS.get(why, "PLAN_NOT_CANONICAL")})
        return
    try:
        text = canonical_text(_double(case))
    except ContractError as error:
        equal(error.code, "OUTPUT_NOT_CANONICAL")
        assert why in error.message, error.message  # noqa: PT017 - no test framework here
    else:
        raise AssertionError(f"it is not refused: {text}")


def _check_free_text(case: Case) -> None:
    text: str = json.loads(case["input"])
    equal(clean(text) == text, case["kept"])
    canonical_text(clean(text))


def _chain_heads(given: Case) -> list[str]:
    heads = [chain_start(given["runId"])]
    for event in given["events"]:
        heads.append(chain_next(heads[-1], canonical_text(event)))
    return [head.hex() for head in heads]


def _step_key(given: Case) -> str | None:
    version = PlanStep.parse(given["definition"]).code_version
    equal(None if version is MISSING else version, given["codeVersion"])
    if version is MISSING:
        return None
    return step_key(definition=given["definition"], resolved=given["resolved"], code_version=version)


_HASHES: Final[Mapping[str, Callable[[Any], object]]] = {
    "plan": lambda given: plan_hash(given.encode()),
    "artifact": lambda given: plan_hash(given.encode()),
    "output": output_hash,
    "inputs": inputs_hash,
    "receipt": lambda given: tagged_hash("receipt", given),
    "event": lambda given: tagged_hash("event", given),
    "record": lambda given: body_hash(canonical_text(RawRecord.parse(given).event.document())).hex(),
    "step-key": _step_key,
    "effect": lambda given: effect_key(run_id=given["runId"], step_id=given["stepId"], attempt=given["attempt"]),
    "state": lambda given: state_hash(RunSnapshot.parse(given)),
    "outcome": lambda given: outcome_hash(RunSnapshot.parse(given)),
    "chain": _chain_heads,
}

check_key = by_kind({"key": _check_key, "event-key": _check_event_key})
check_canonical = by_kind(
    {"text": _check_text, "double": _check_double, "refused": _check_refused, "free-text": _check_free_text}
)


def check_hash(case: Case) -> None:
    """Every kind of hash. Raises: AssertionError; KeyError for a kind that the core has not."""
    expected = case["heads" if case["kind"] == "chain" else "sha256"]
    equal(_HASHES[case["kind"]](case["input"]), expected, "the hash is")
