"""The core gives every value of the contract's vectors."""

import json
from pathlib import Path
from typing import Any

import pytest

from dvt_engine_core.testing.vectors import VECTOR_CHECKS

VECTORS = Path(__file__).resolve().parents[4] / "contracts" / "vectors"
CASES = [
    pytest.param(file, case, id=f"{file}: {case['name']}")
    for file in VECTOR_CHECKS
    for case in json.loads((VECTORS / f"{file}.json").read_text("utf-8"))["cases"]
]


@pytest.mark.parametrize(("file", "case"), CASES)
def test_the_core_gives_the_value_of_the_vector(file: str, case: dict[str, Any]) -> None:
    VECTOR_CHECKS[file](case)


@pytest.mark.parametrize("file", sorted(VECTOR_CHECKS))
def test_another_value_is_seen(file: str) -> None:
    cases = json.loads((VECTORS / f"{file}.json").read_text("utf-8"))["cases"]
    case = next(case for case in cases if "refused" not in case)
    changed = {
        "sha256": "0" * 64,
        "canonical": "{}",
        "run": "NONE",
        "faults": [{"code": "PLAN_CYCLE", "pointer": "/x"}],
    }
    other = {**case, **{name: value for name, value in changed.items() if name in case}}
    with pytest.raises(AssertionError):
        VECTOR_CHECKS[file](other)
