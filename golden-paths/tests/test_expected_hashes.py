"""Every golden path, run on real servers as a user would run it, ends as its expectation says."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dvt_contracts.models.golden.v1.hashes import ExpectedHashes

PATHS = Path(__file__).resolve().parents[1]
NAMES = sorted(path.parent.name for path in PATHS.glob("*/plan.json") if not path.with_name("script.json").exists())
DVT = str(Path(sys.executable).parent / "dvt")


def test_every_golden_path_has_an_expectation() -> None:
    assert NAMES
    missing = [name for name in NAMES if not (PATHS / name / "expected" / "hashes.json").exists()]
    assert missing == []


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One set of embedded servers for all golden paths, held by `dvt dev`."""
    found = {**os.environ, "DVT_HOME": str(tmp_path_factory.mktemp("home"))}
    dev = subprocess.Popen([DVT, "dev"], env=found, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield found
    dev.terminate()
    dev.wait(timeout=60)


@pytest.mark.parametrize("name", NAMES)
def test_golden_path(name: str, environment: dict[str, str]) -> None:
    """[GOLDEN-003]."""
    expected = ExpectedHashes.parse(json.loads((PATHS / name / "expected" / "hashes.json").read_text("utf-8")))
    command = [DVT, "run", "start", str(PATHS / name), "-o", "json"]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 0, finished.stderr
    report = json.loads(finished.stdout)
    assert (report["status"], report["outcomeHash"]) == (expected.status.value, expected.outcome_hash)
