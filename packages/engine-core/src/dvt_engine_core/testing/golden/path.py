"""A golden path as it lies in its folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from dvt_contracts.base import JsonObject
from dvt_contracts.models.golden.v1.plan_script import PlanScript


@dataclass(frozen=True, slots=True)
class GoldenPath:
    """A scripted path. Shape: `name` is that of its folder, `plan` the document of `plan.json`."""

    name: str
    plan: JsonObject
    script: PlanScript

    @classmethod
    def read(cls, folder: Path) -> GoldenPath:
        """Read a folder with `plan.json` and `script.json`. Raises: OSError, ValueError."""
        plan: JsonObject = json.loads((folder / "plan.json").read_text("utf-8"))
        return cls(folder.name, plan, PlanScript.parse(json.loads((folder / "script.json").read_text("utf-8"))))


def scripted_paths(folder: Path) -> list[Path]:
    """The folders below that hold a script, by name."""
    return sorted(path.parent for path in folder.glob("*/script.json"))
