"""Golden paths as commands play, judge and record them."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from dvt_contracts.base import JsonValue
from dvt_contracts.models.golden.v1.hashes import ExpectedHashes
from dvt_engine_core.errors import ContractError
from dvt_engine_core.system import SystemClock
from dvt_engine_core.testing.golden.comparison import log_of
from dvt_engine_core.testing.golden.expectation import Expectation, faults, signal_faults
from dvt_engine_core.testing.golden.memory import memory_stage
from dvt_engine_core.testing.golden.path import GoldenPath, scripted_paths
from dvt_engine_core.testing.golden.player import Played, play
from dvt_engine_core.testing.golden.stage import InProcessStage

NewStage: TypeAlias = Callable[[str], AbstractAsyncContextManager[InProcessStage]]


class Engine(StrEnum):
    """What a path is played on: the in-process engine over one of these stores."""

    MEMORY = "memory"
    POSTGRES = "postgres"


def found(folder: Path, names: tuple[str, ...]) -> list[Path]:
    """The folders of paths. Raises: ContractError [USAGE] for a name without `plan.json` and `script.json`."""
    known = {path.name: path for path in scripted_paths(folder)}
    missing = [name for name in names if name not in known]
    if missing or not known:
        raise ContractError(
            f"{folder} has no golden path with a script {', '.join(missing)}".rstrip(),
            code="USAGE",
            hint=f"Known: {', '.join(known) or 'none'}. Paths without a script run with `dvt run start`.",
        )
    return [known[name] for name in names or known]


@asynccontextmanager
async def _stages(engine: Engine) -> AsyncIterator[NewStage]:
    """Makes a stage for each path; the server of all of them is gone afterwards."""
    if engine is Engine.MEMORY:
        yield lambda _: memory_stage()
        return
    from dvt_postgres_store.testing.golden_stage import postgres_stage
    from dvt_postgres_store.testing.server import TEMPLATE, postgres_server

    with tempfile.TemporaryDirectory(prefix="dvt-golden-") as folder, postgres_server(Path(folder)) as server:
        server.make_template()

        @asynccontextmanager
        async def new(name: str) -> AsyncIterator[InProcessStage]:
            with server.database(name, template=TEMPLATE) as url:
                async with postgres_stage(url) as stage:
                    yield stage

        yield new


async def checked(folders: Sequence[Path], engine: Engine) -> AsyncIterator[dict[str, JsonValue]]:
    """Play paths and judge them. Units: `durationMs` milliseconds from start to end of a run."""
    async with _stages(engine) as new:
        for folder in folders:
            path = _path(folder)
            async with new(path.name) as stage:
                begun = time.monotonic()
                played = await play(path, stage)
                duration_ms = round((time.monotonic() - begun) * 1000)
            wrong = _judged(folder, path, played)
            yield {
                "path": path.name,
                "engine": engine.value,
                "result": "fail" if wrong else "ok",
                "status": played.snapshot.status.value,
                "events": len(played.facts),
                "durationMs": duration_ms,
                "outcomeHash": played.outcome_hash,
                "faults": list[JsonValue](wrong),
            }


def _judged(folder: Path, path: GoldenPath, played: Played) -> list[str]:
    if not (folder / "expected").is_dir():
        return [f"nothing is expected yet; `dvt golden record {path.name}` keeps what came of it"]
    return faults(path, played, _expectation(folder))


def _expectation(folder: Path) -> Expectation:
    """Raises: ContractError [USAGE] if the files of `expected/` are missing or not as the contract says."""
    try:
        return Expectation.read(folder)
    except (OSError, ValueError) as error:
        raise ContractError(f"{folder / 'expected'}: {error}") from error


def _path(folder: Path) -> GoldenPath:
    """Raises: ContractError [USAGE] if plan or script are not as the contract says."""
    try:
        return GoldenPath.read(folder)
    except (OSError, ValueError) as error:
        raise ContractError(f"{folder}: {error}") from error


async def record_path(folder: Path, *, adr: str | None) -> str:
    """Play a path in memory and keep what came of it; says what was written.

    Raises: ContractError [USAGE] where an expectation would change without a decision, signals are not answered as
    the script says, or no commit can be named.
    """
    path = _path(folder)
    async with memory_stage() as stage:
        played = await play(path, stage)
    wrong = signal_faults(path, played)
    if wrong:
        raise ContractError(f"{path.name}: {'; '.join(wrong)}", code="USAGE", hint="Correct the script or the code.")
    log, hashes = log_of(played.facts).document(), _hashes(played)
    if (folder / "expected").is_dir() and not _decided(folder, adr):
        apart = faults(path, played, _expectation(folder))
        if not apart:
            return f"{path.name}: as expected, nothing written"
        raise ContractError(
            f"{path.name} has another expectation: {apart[0]}",
            code="USAGE",
            hint="A change needs a decision: write an ADR and name it with --adr NNNN.",
        )
    (folder / "expected").mkdir(exist_ok=True)
    for name, document in (("hashes", hashes.document()), ("log", log)):
        (folder / "expected" / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    return f"{path.name}: {played.snapshot.status.value} {played.outcome_hash}"


def _hashes(played: Played) -> ExpectedHashes:
    git = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607
    if git.returncode:
        raise ContractError("no commit can be named for this execution", code="USAGE", hint="Run in a git checkout.")
    return ExpectedHashes.parse(
        {
            "outcomeHash": played.outcome_hash,
            "status": played.snapshot.status.value,
            "engine": "in-process",
            "commit": git.stdout.strip(),
            "runId": played.run.run_id,
            "recordedAt": SystemClock().now(),
        }
    )


def _decided(folder: Path, adr: str | None) -> bool:
    """Whether the decision that was named exists. Raises: ContractError [USAGE] if it does not."""
    if adr is None:
        return False
    decisions = folder.absolute().parent.parent / "docs" / "adr"
    if not (adr.isdecimal() and any(decisions.glob(f"{adr}-*.md"))):
        raise ContractError(f"there is no decision {adr} in {decisions}", code="USAGE")
    return True
