"""What must come of a golden path, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from dvt_contracts.models.golden.v1.expected_log import ExpectedLog
from dvt_contracts.models.golden.v1.hashes import ExpectedHashes

from dvt_engine_core.testing.golden.comparison import divergence, log_of
from dvt_engine_core.testing.golden.path import GoldenPath
from dvt_engine_core.testing.golden.player import Played


@dataclass(frozen=True, slots=True)
class Expectation:
    """The folder `expected/` of a path."""

    hashes: ExpectedHashes
    log: ExpectedLog

    @classmethod
    def read(cls, folder: Path) -> Expectation:
        """Read `expected/hashes.json` and `expected/log.json` of a path's folder. Raises: OSError, ValueError."""
        hashes, log = (json.loads((folder / "expected" / f"{name}.json").read_text("utf-8")) for name in _FILES)
        return cls(ExpectedHashes.parse(hashes), ExpectedLog.parse(log))


_FILES = ("hashes", "log")


def faults(path: GoldenPath, played: Played, expected: Expectation) -> list[str]:
    """Every way in which an execution is not as expected, the first divergence of the log before the hash it causes."""
    found = list(signal_faults(path, played))
    status = played.snapshot.status
    if status is not expected.hashes.status:
        found.append(f"status: expected {expected.hashes.status.value}, got {status.value}")
    apart = divergence(expected.log, log_of(played.facts), path.plan)
    if apart:
        found.append(f"log: {apart}")
    if played.outcome_hash != expected.hashes.outcome_hash:
        found.append(f"outcome hash: expected {expected.hashes.outcome_hash}, got {played.outcome_hash}")
    return found


def signal_faults(path: GoldenPath, played: Played) -> list[str]:
    """Signals that were answered otherwise than the script says."""
    found = []
    for signal in path.script.signals:
        wanted = signal.expected if isinstance(signal.expected, str) else "applied"
        got = played.answer(signal.request.signal_id)
        if got != wanted:
            found.append(f"signal {signal.request.signal_id}: expected {wanted}, got {got}")
    return found
