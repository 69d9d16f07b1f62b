"""`dvt artifact list`, `dvt artifact get`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from dvt_contracts.base import JsonValue
from dvt_contracts.models.engine.v1.artifact_ref import ArtifactRef
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.engine.v1.step_snapshot import StepSnapshot
from dvt_engine_core.errors import RejectedError
from pydantic import MISSING

from dvt.options import OutputOption, RunArgument, ShellParameter
from dvt.render import Column, show_list
from dvt.run_ids import find_run
from dvt.session import Session, with_session
from dvt.step_files import artifact_store

_COLUMNS: Final = (
    Column("STEP", lambda row: row["stepId"]),
    Column("NAME", lambda row: row["name"]),
    Column("SIZE", lambda row: row["sizeBytes"]),
    Column("MEDIA TYPE", lambda row: row["mediaType"]),
    Column("SHA256", lambda row: row["sha256"]),
    Column("ADDRESS", lambda row: row["address"], wide=True),
)


def list_artifacts(run: RunArgument, /, *, output: OutputOption = "table", shell: ShellParameter) -> int:
    """List the artifacts of a run; a large output, which is kept the same way, is among them.

    Example: dvt artifact list latest
    """

    async def work(session: Session) -> list[dict[str, JsonValue]]:
        stored = await session.engine.get_run_status(await find_run(session, run))
        return [{"stepId": step, **found.document()} for step, found in artifacts_of(stored.snapshot)]

    show_list(shell, with_session(shell, work), output, columns=_COLUMNS, name="name")
    return 0


def get(
    run: RunArgument,
    step: Annotated[str, Parameter(name="STEP", help="The step that wrote it.")],
    name: Annotated[str, Parameter(name="NAME", help="Its name.")],
    /,
    *,
    out: Annotated[Path | None, Parameter(name=["--out"], help="File to write; standard output without it.")] = None,
    shell: ShellParameter,
) -> int:
    """Write an artifact to a file or to standard output; its bytes are checked against its hash.

    Example: dvt artifact get latest report report.html --out report.html
    """

    async def work(session: Session) -> None:
        stored = await session.engine.get_run_status(await find_run(session, run))
        found = _chosen(stored.snapshot, step, name)
        chunks = artifact_store(session.settings).read(found)
        if out is None:
            async for chunk in chunks:
                shell.out_bytes(chunk)
            return
        temporary = _beside(out)
        try:
            with temporary.open("wb") as file:
                async for chunk in chunks:
                    file.write(chunk)
            temporary.replace(out)
        finally:
            temporary.unlink(missing_ok=True)
        shell.note(f"{out}: {found.size_bytes} bytes, sha256 {found.sha256}")

    with_session(shell, work)
    return 0


def artifacts_of(snapshot: RunSnapshot) -> Iterator[tuple[str, ArtifactRef]]:
    """Artifacts with their steps."""
    for step in snapshot.steps:
        for found in _of_step(step):
            yield step.step_id, found


def _of_step(step: StepSnapshot) -> Iterator[ArtifactRef]:
    if step.outcome is MISSING:
        return
    if step.outcome.artifacts is not MISSING:
        yield from step.outcome.artifacts
    if step.outcome.output_artifact is not MISSING:
        yield step.outcome.output_artifact


def _chosen(snapshot: RunSnapshot, step: str, name: str) -> ArtifactRef:
    known = list(artifacts_of(snapshot))
    for step_id, found in known:
        if (step_id, found.name) == (step, name):
            return found
    names = ", ".join(f"{step_id} {found.name}" for step_id, found in known) or "none"
    raise RejectedError(f"no artifact {name} of step {step}", code="ARTIFACT_NOT_FOUND", hint=f"The run has: {names}.")


def _beside(out: Path) -> Path:
    """A new file in the folder of `out`, so that what is there is replaced whole or not at all."""
    try:
        number, path = tempfile.mkstemp(dir=out.absolute().parent, prefix=f".{out.name}.")
    except OSError as error:
        raise RejectedError(f"cannot write {out}: {error.strerror}", code="USAGE") from error
    os.fchmod(number, 0o666 & ~_umask())
    os.close(number)
    return Path(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
