"""Vectors say what they show, without any code of ours: plain hashes, and lookups in the transition tables."""

import json
import struct
from hashlib import sha256
from typing import Any

import pytest
from dvt_contracts.base import canonical_fault
from dvt_contracts.registries.codes import CODES
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES

from generated.tests.contract_files import vectors

Case = dict[str, Any]
RULES = {rule.type: rule for rule in TRANSITION_TABLES.events}
ATTEMPT = {"current": lambda now: now, "next": lambda now: now + 1, "first-or-current": lambda now: max(1, now)}


def cases(file: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", vectors(file), ids=lambda case: str(case["name"]))


def hexed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@cases("glossary/v1/idempotency_key")
def test_a_key_is_the_hash_of_six_parts(case: Case) -> None:
    names = ("runId", "subject", "ordinal", "eventType", "planId", "planVersion")
    assert case["preimage"] == "|".join(str(case["input"][name]) for name in names)
    assert case["sha256"] == hexed(case["preimage"])


@cases("glossary/v1/canonical")
def test_canonical_text_is_the_same_value(case: Case) -> None:
    value = struct.unpack(">d", bytes.fromhex(case["ieee754"]))[0] if "ieee754" in case else json.loads(case["input"])
    if "refused" in case:
        assert canonical_fault(value)
        return
    assert json.loads(case["canonical"]) == value
    assert canonical_fault(value) is None
    if "sha256" in case:
        assert case["sha256"] == hexed(case["canonical"])


@cases("glossary/v1/hashes")
def test_a_hash_is_that_of_its_preimage(case: Case) -> None:
    if case["kind"] == "chain":
        head = sha256(f"dvt:chain:v1|{case['input']['runId']}".encode())
        for expected, event in zip(case["heads"], [*case["input"]["events"], None], strict=True):
            assert head.hexdigest() == expected
            text = json.dumps(event, sort_keys=True, separators=(",", ":"))
            head = sha256(head.digest() + sha256(f'["dvt:event:v1",{text}]'.encode()).digest())
    elif case["sha256"]:
        assert case["sha256"] == hexed(case["preimage"])


@cases("execution-semantics/v1/walks")
def test_a_walk_is_what_the_tables_say(case: Case) -> None:
    run, steps, signals = "NONE", dict[str, tuple[str, int]](), dict[str, str]()
    for event in case["log"]:
        kind = event["eventType"]
        if event.get("unknown"):
            assert kind not in RULES
            continue
        match RULES[kind].subject.value:
            case "run":
                to = next((row.to for row in TRANSITION_TABLES.run if row.event == kind and run in row.from_), None)
                ends = RULES[kind].part == "ended"
                legal = to is not None and not (ends and any(status == "RUNNING" for status, _ in steps.values()))
                run = str(to) if legal else run
            case "step":
                status, now = steps.get(event["stepId"], ("PENDING", 0))
                rows = [
                    row
                    for row in TRANSITION_TABLES.step
                    if (row.event, getattr(row, "reused", None) is True) == (kind, event.get("reused", False))
                    and status in row.from_
                    and event["attempt"] == ATTEMPT[row.attempt.value](now)
                ]
                legal = bool(rows) and run.partition("/")[0] in TRANSITION_TABLES.step_events_legal_in
                if legal:
                    steps[event["stepId"]] = (rows[0].to.value, event["attempt"])
            case _:
                state = signals.get(event["signalId"], "NONE")
                to = next(
                    (row.to for row in TRANSITION_TABLES.signal if row.event == kind and state in row.from_), None
                )
                legal = to is not None and run.partition("/")[0] in TRANSITION_TABLES.signal_events_legal_in
                signals |= {event["signalId"]: str(to)} if legal else {}
        assert legal is event["legal"], (event, run, steps, signals)
    assert run == case["run"]
    assert {name: list(state) for name, state in steps.items()} == case["steps"]
    assert signals == case["signals"]


def test_walks_show_every_transition_and_refuse_every_event_type() -> None:
    events = [event for case in vectors("execution-semantics/v1/walks") for event in case["log"]]
    legal = {event["eventType"] for event in events if event["legal"]}
    illegal = {event["eventType"] for event in events if not event["legal"]}
    assert legal >= RULES.keys()
    assert illegal >= RULES.keys()


@cases("plan/v1/verdicts")
def test_verdicts_use_codes_of_the_registry(case: Case) -> None:
    assert {fault["code"] for fault in case["faults"]} <= {entry.code for entry in CODES.codes}
    assert ("plan" in case) is not ("text" in case)
