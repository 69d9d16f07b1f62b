"""A plan on disk: found, read, judged whole, and made canonical, before anything is stored or started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dvt_contracts.base import JsonObject
from dvt_contracts.models.errors.v1.fault import Fault
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_engine_core.canonical import canonical_bytes
from dvt_engine_core.capabilities import missing_capabilities
from dvt_engine_core.errors import HashMismatchError, InvalidPlanError, RejectedError
from dvt_engine_core.hashes import plan_hash
from dvt_engine_core.plan.pointer import scan
from dvt_engine_core.plan.text import MAX_BYTES, read_json
from dvt_engine_core.plan.validation import read_plan

NAME: Final = "plan.json"
ENGINE: Final = "temporal"


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan that may run: its canonical bytes are what is pushed and hashed."""

    path: Path
    plan: Plan
    content: bytes
    sha256: str

    @property
    def folder(self) -> Path:
        """The plan's folder, absolute: where its code is."""
        return self.path.parent


def load_plan(path: Path, kinds: Mapping[str, JsonObject], *, expected_sha256: str | None = None) -> PlanFile:
    """Read and judge a plan file, or the plan.json of a folder.

    Shape: `kinds` as for the core's `read_plan`; a folder stands for its plan.json.
    Raises: RejectedError [PLAN_FILE_NOT_FOUND, PLAN_FILE_UNREADABLE], InvalidPlanError with every fault,
    HashMismatchError if the canonical bytes do not hash to `expected_sha256`.
    """
    file = path.expanduser().absolute()
    file = file / NAME if file.is_dir() else file
    raw = _read(file, path)
    try:
        plan = read_plan(raw, kinds)
    except InvalidPlanError as error:
        raise InvalidPlanError(error.message, faults=error.faults, file=_shown(file)) from None
    missing = missing_capabilities(plan, ENGINE)
    if missing:
        count = len(missing)
        raise InvalidPlanError(
            f"the plan has {count} fault{'s' if count > 1 else ''}", faults=_placed(missing, raw), file=_shown(file)
        )
    value, _ = read_json(raw)
    content = canonical_bytes(value)
    sha256 = plan_hash(content)
    if expected_sha256 is not None and sha256 != expected_sha256.lower():
        raise HashMismatchError(
            f"the plan hashes to {sha256}, not to {expected_sha256}: it was changed after its hash was taken",
            hint="Look at the changes, then give the new hash: `dvt plan lint` prints it.",
            file=_shown(file),
        )
    return PlanFile(file, plan, content, sha256)


def _read(file: Path, named: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_BYTES:
            fault = Fault(code="PLAN_TOO_LARGE", message=f"{file.stat().st_size} bytes are more than {MAX_BYTES}")
            raise InvalidPlanError("the plan has 1 fault", faults=[fault], file=_shown(file))
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        what = f"the folder {named} holds no {NAME}" if named.expanduser().is_dir() else f"there is no file {named}"
        raise RejectedError(what, code="PLAN_FILE_NOT_FOUND") from None
    except OSError as error:
        raise RejectedError(f"cannot read {named}: {error.strerror}", code="PLAN_FILE_UNREADABLE") from error


def _placed(faults: tuple[Fault, ...], raw: bytes) -> list[Fault]:
    """Faults that know their pointer, with its place in the text."""
    places = scan(raw.decode()).places
    found = []
    for fault in faults:
        place = places.get(str(fault.pointer), places[""])
        found.append(
            Fault(code=fault.code, message=fault.message, pointer=fault.pointer, line=place.line, column=place.column)
        )
    return found


def _shown(file: Path) -> str:
    """A file as its reader will find it: relative to the working folder where it lies below."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
