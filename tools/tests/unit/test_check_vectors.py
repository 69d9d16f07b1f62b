"""The checker in JavaScript finds all vectors right, and sees one of every kind that was changed."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.files import ROOT
from tools.node_packages import NODE

VECTORS = ROOT / "contracts" / "vectors"
Case = dict[str, Any]
CASES: list[tuple[str, Case]] = [
    (path.relative_to(VECTORS).as_posix(), case)
    for path in sorted(VECTORS.rglob("*.json"))
    for case in json.loads(path.read_text("utf-8"))["cases"]
]
#: Kinds that are CEL, which the checker counts and does not judge.
NOT_JUDGED = {"condition", "when"}
#: Members that hold what is expected, and what is not: another value for each.
EXPECTED: dict[str, Any] = {
    "preimage": "other",
    "sha256": "0" * 64,
    "heads": ["0" * 64],
    "canonical": "{}",
    "refused": "other",
    "kept": "other",
    "run": "NONE",
    "steps": {"other": ["RUNNING", 1]},
    "signals": {"other": "APPLIED"},
    "snapshot": {"runId": "other", "tenantId": "local"},
    "alerts": [{"runSeq": 99, "eventType": "RunStarted"}],
    "retryAt": "2000-01-01T00:00:00.000Z",
    "appends": [],
    "starts": [],
    "faults": [{"code": "PLAN_INVALID", "pointer": "/other", "line": 1, "column": 1}],
    "effective": {"other": 1},
    "resolved": {"other": 1},
    "public": {"other": 1},
    "code": "PLAN_INVALID",
    "decision": "other",
    "application": "other",
    "effect": "other",
}


def verdict(folder: Path, *cases: Case) -> subprocess.CompletedProcess[str]:
    """What the checker says of these vectors."""
    (folder / "cases.json").write_text(json.dumps({"description": "a test", "cases": cases}))
    command = [NODE, str(VECTORS / "check.mjs"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def changed(case: Case, member: str) -> Case:
    """The vector with another expected value; for answers the first of them is another."""
    if member in {"appends", "starts"}:
        text = json.dumps(case[member]).replace('"outcome": "', '"outcome": "un', 1)
        return {**case, "id": f"{case['id']} {member}", member: json.loads(text)}
    return {**case, "id": f"{case['id']} {member}", member: EXPECTED[member]}


def expectations(case: Case) -> list[str]:
    """Members of a vector that hold what is expected of it."""
    given = {"resolve": {"steps"}, "retry": {"code"}, "signal-application": {"steps"}}.get(case["kind"], set())
    return [name for name in EXPECTED if name in case and name not in given and case[name] != EXPECTED[name]]


#: Of every kind and expected member, the first vector that has it.
CHANGES = {
    (case["kind"], name): (case, name)
    for _, case in reversed(CASES)
    if case["kind"] not in NOT_JUDGED
    for name in expectations(case)
}


def test_all_vectors_hold() -> None:
    done = subprocess.run([NODE, str(VECTORS / "check.mjs")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    cel = sum(case["kind"] in NOT_JUDGED for _, case in CASES)
    assert f"{len(CASES):5}  vectors, 0 broken, {cel} not judged (CEL)\n" in done.stdout


def test_every_kind_can_be_changed() -> None:
    assert {kind for kind, _ in CHANGES} == {case["kind"] for _, case in CASES} - NOT_JUDGED


def test_a_changed_vector_of_every_kind_is_seen_by_its_id(tmp_path: Path) -> None:
    broken = [changed(case, name) for case, name in CHANGES.values()]
    done = verdict(tmp_path, *broken)
    assert done.returncode == 1
    told = {line.partition(":")[0] for line in done.stderr.splitlines()}
    assert told == {case["id"] for case in broken}


@pytest.mark.parametrize("legal", [True, False])
def test_another_legality_of_any_event_is_seen(tmp_path: Path, *, legal: bool) -> None:
    broken = []
    for case in (case for _, case in CASES if case["kind"].endswith("-walk")):
        for at, event in enumerate(case["log"]):
            if event["legal"] is legal:
                log = [
                    {**other, "legal": not legal} if place == at else other for place, other in enumerate(case["log"])
                ]
                broken.append({**case, "id": f"{case['id']} {at}", "log": log})
    done = verdict(tmp_path, *broken)
    assert {line.partition(":")[0] for line in done.stderr.splitlines()} == {case["id"] for case in broken}


def test_a_pointer_elsewhere_in_any_verdict_is_seen(tmp_path: Path) -> None:
    broken = []
    for case in (case for _, case in CASES if case["kind"] in {"verdict", "capabilities"} and case["faults"]):
        first, *others = case["faults"]
        faults = [{**first, "pointer": f"{first['pointer']}/other"}, *others]
        broken += [{**case, "faults": faults}, {**case, "id": f"{case['id']} fewer", "faults": others}]
    told = verdict(tmp_path, *broken).stderr.splitlines()
    assert {line.partition(":")[0] for line in told} == {case["id"] for case in broken}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"clause": "GLOSSARY-9999"}, "there is no clause GLOSSARY-9999"),
        ({"kind": "guess"}, "there is no kind guess"),
        ({"id": ""}, "its id is missing or taken"),
        ({"faults": [{"code": "PLAN_NONSENSE", "pointer": ""}]}, "there is no code PLAN_NONSENSE"),
        ({"input": None}, "it cannot be judged"),
    ],
)
def test_what_is_no_vector_is_told(tmp_path: Path, change: Case, message: str) -> None:
    done = verdict(tmp_path, {**CASES[0][1], **change} if "input" not in change else {**key(), **change})
    assert done.returncode == 1
    assert message in done.stderr


def test_an_id_twice_and_no_vector_at_all_are_told(tmp_path: Path) -> None:
    assert "taken" in verdict(tmp_path, key(), key()).stderr
    assert verdict(tmp_path).returncode == 1


def key() -> Case:
    """A vector of kind `key`."""
    return next(case for _, case in CASES if case["kind"] == "key")
