"""Vectors say what they show, without any code of ours: plain hashes, and lookups in the transition tables."""

import json
import re
import struct
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
from dvt_contracts.base import canonical_fault
from dvt_contracts.registries.codes import CODES
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES

from generated.tests.contract_files import CONTRACTS, vectors

Case = dict[str, Any]
RULES = {rule.type: rule for rule in TRANSITION_TABLES.events}
ATTEMPT = {"current": lambda now: now, "next": lambda now: now + 1, "first-or-current": lambda now: max(1, now)}
FILES = sorted(
    path.relative_to(CONTRACTS / "vectors").as_posix().removesuffix(".json")
    for path in (CONTRACTS / "vectors").rglob("*.json")
)
CLAUSES = {
    name
    for path in (CONTRACTS / "clauses").glob("*.md")
    for name in re.findall(r"^- \[([A-Z]+-\d{3})\]", path.read_text("utf-8"), re.MULTILINE)
}
#: Codes of plans that no vector shows: they are about files and the allow-list.
NOT_OF_A_PLAN = {"PLAN_FILE_NOT_FOUND", "PLAN_FILE_UNREADABLE", "PLAN_ADDRESS_REFUSED"}


def cases(file: str, *kinds: str) -> pytest.MarkDecorator:
    found = [case for case in vectors(file) if not kinds or case["kind"] in kinds]
    return pytest.mark.parametrize("case", found, ids=lambda case: str(case["id"]))


def hexed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_every_vector_has_an_id_of_its_own_a_clause_and_a_kind() -> None:
    every = [case for file in FILES for case in vectors(file)]
    assert [name for name, count in Counter(case["id"] for case in every).items() if count > 1] == []
    assert {case["clause"] for case in every} <= CLAUSES
    assert all(case["kind"] and case["name"] for case in every)


def test_vectors_differ_in_more_than_their_names() -> None:
    names = {"id", "name", "clause", "source"}
    shown = [
        json.dumps([file, {name: part for name, part in case.items() if name not in names}], sort_keys=True)
        for file in FILES
        for case in vectors(file)
    ]
    assert [text for text, count in Counter(shown).items() if count > 1] == []


@cases("glossary/v1/idempotency_key", "key")
def test_a_key_is_the_hash_of_six_parts(case: Case) -> None:
    names = ("runId", "subject", "ordinal", "eventType", "planId", "planVersion")
    assert case["preimage"] == "|".join(str(case["input"][name]) for name in names)
    assert case["sha256"] == hexed(case["preimage"])


@cases("glossary/v1/idempotency_key", "event-key")
def test_an_event_gives_the_parts_of_its_key(case: Case) -> None:
    event = case["event"]
    subject = event.get("stepId", event.get("signalId", "RUN"))
    ordinal = event.get("logicalAttemptId", event.get("occurrence", 1))
    plan = (event["planId"], event["planVersion"])
    assert case["preimage"] == "|".join([event["runId"], subject, str(ordinal), event["eventType"], *plan])
    assert case["sha256"] == hexed(case["preimage"])


@cases("glossary/v1/canonical", "text", "double")
def test_canonical_text_is_the_same_value(case: Case) -> None:
    value = struct.unpack(">d", bytes.fromhex(case["ieee754"]))[0] if "ieee754" in case else json.loads(case["input"])
    assert json.loads(case["canonical"]) == value
    assert canonical_fault(value) is None
    if "sha256" in case:
        assert case["sha256"] == hexed(case["canonical"])


@cases("glossary/v1/canonical", "refused")
def test_what_is_refused_is_no_canonical_value(case: Case) -> None:
    if "ieee754" in case:
        assert canonical_fault(struct.unpack(">d", bytes.fromhex(case["ieee754"]))[0]) == case["refused"]
        return
    twice = []

    def members(pairs: list[tuple[str, object]]) -> dict[str, object]:
        twice.extend([True] * (len(pairs) - len(dict(pairs))))
        return dict(pairs)

    value = json.loads(case["input"], object_pairs_hook=members)
    fault = "a key twice" if twice else canonical_fault(value)
    assert fault == case["refused"].replace("nesting deeper than 64", "nesting too deep")


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


def table_rows() -> list[tuple[str, str, str]]:
    """Event, state before, state after: every step of the three machines."""
    tables = TRANSITION_TABLES
    run = [(row.event, str(state), str(row.to)) for row in tables.run for state in row.from_]
    step = [(row.event, state.value, row.to.value) for row in tables.step for state in row.from_]
    signal = [(row.event, str(state), str(row.to)) for row in tables.signal for state in row.from_]
    return [*run, *step, *signal]


def judged(case: Case) -> set[tuple[str, str, bool]]:
    """Event, state of its run, step or signal, and legality, for the events of a walk; of items in open runs alone."""
    items, seen = dict[str, str](), set()
    after = {(event, before): to for event, before, to in table_rows()}
    for event, run in zip(case["log"], states(case), strict=True):
        if event.get("unknown"):
            continue
        kind, item = event["eventType"], event.get("stepId", event.get("signalId"))
        place = f"{'step' if 'stepId' in event else 'signal'} {item}"
        before = run if item is None else items.get(place, "PENDING" if "stepId" in event else "NONE")
        if item is None or run.partition("/")[0] in TRANSITION_TABLES.step_events_legal_in:
            seen.add((kind, before, event["legal"]))
        if event["legal"] and item is not None:
            items[place] = after[kind, before]
    return seen


def test_walks_take_every_row_of_the_tables_from_every_state_and_refuse_everything_else() -> None:
    seen = {one for case in vectors("execution-semantics/v1/walks") for one in judged(case)}
    legal = {(event, before) for event, before, _ in table_rows()}
    every = {
        (rule.type, state.state)
        for rule in TRANSITION_TABLES.events
        for state in TRANSITION_TABLES.states
        if rule.subject.value == state.subject.value
    }
    assert legal - {(event, before) for event, before, taken in seen if taken} == set()
    assert every - legal - {(event, before) for event, before, taken in seen if not taken} == set()


def test_walks_send_signals_in_every_open_state() -> None:
    legal = {
        (event["eventType"], state)
        for case in vectors("execution-semantics/v1/walks")
        for event, state in zip(case["log"], states(case), strict=True)
        if event["legal"] and "signalId" in event
    }
    opened = {str(row.to) for row in TRANSITION_TABLES.run} - {"COMPLETED", "FAILED", "CANCELLED"}
    assert {state for _, state in legal} == opened


def states(case: Case) -> list[str]:
    """State of the run before each event of a walk."""
    found = ["NONE"]
    for event in case["log"]:
        row = next((row for row in TRANSITION_TABLES.run if row.event == event["eventType"]), None)
        found.append(str(row.to) if row and event["legal"] else found[-1])
    return found[:-1]


def test_verdicts_use_codes_of_the_registry_and_show_every_code_of_a_plan() -> None:
    registered = {entry.code for entry in CODES.codes}
    every = [case for file in FILES if file.startswith("plan/") for case in vectors(file)]
    shown = {fault["code"] for case in every for fault in case.get("faults", [])}
    shown |= {case["code"] for case in every if case.get("code")}
    assert shown <= registered
    assert {code for code in registered if code.startswith("PLAN_")} - NOT_OF_A_PLAN - shown == set()


@cases("plan/v1/verdicts", "verdict")
def test_a_plan_is_given_in_one_way(case: Case) -> None:
    assert sum(name in case for name in ("plan", "text", "hex", "parts")) == 1
