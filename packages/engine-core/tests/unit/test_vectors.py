"""The core gives every value of the contract's vectors."""

import json
from pathlib import Path
from typing import Any

import pytest

from dvt_engine_core.testing.vectors import VECTOR_CHECKS

VECTORS = Path(__file__).resolve().parents[4] / "contracts" / "vectors"
CASES = [
    (file, case)
    for file in VECTOR_CHECKS
    for case in json.loads((VECTORS / f"{file}.json").read_text("utf-8"))["cases"]
]
#: One vector of each kind that has an expected value of its own.
KINDS = {
    (file, case["kind"]): (file, case) for file, case in CASES if case["kind"] == "refused" or "refused" not in case
}
#: Another expected value, by the member that holds it.
OTHER: dict[str, Any] = {
    "sha256": "0" * 64,
    "heads": [],
    "canonical": "{}",
    "refused": "the character U+0000",
    "kept": None,
    "run": "NONE",
    "snapshot": {},
    "retryAt": "2000-01-01T00:00:00.000Z",
    "faults": [{"code": "PLAN_CYCLE", "pointer": "/x"}],
    "effective": {"other": 1},
    "resolved": {"other": 1},
    "code": "PLAN_CYCLE",
    "decision": "other",
    "result": "other",
    "application": "other",
}


def other(case: dict[str, Any]) -> dict[str, Any]:
    """The vector with another expected value."""
    text = json.dumps({name: OTHER.get(name, value) for name, value in case.items()})
    changed: dict[str, Any] = json.loads(text.replace('"answer": {"outcome": "', '"answer": {"outcome": "un'))
    assert changed != case
    return changed


@pytest.mark.parametrize(("file", "case"), [pytest.param(file, case, id=case["id"]) for file, case in CASES])
def test_the_core_gives_the_value_of_the_vector(file: str, case: dict[str, Any]) -> None:
    """[GLOSSARY-007], [GLOSSARY-011], [GLOSSARY-019], [GLOSSARY-023], [GLOSSARY-025]."""
    VECTOR_CHECKS[file](case)


@pytest.mark.parametrize(("file", "case"), [pytest.param(*item, id=item[1]["kind"]) for item in KINDS.values()])
def test_another_value_is_seen(file: str, case: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        VECTOR_CHECKS[file](other(case))


def test_a_kind_without_a_check_is_seen() -> None:
    with pytest.raises(KeyError):
        VECTOR_CHECKS["plan/v1/verdicts"]({"kind": "guess"})
