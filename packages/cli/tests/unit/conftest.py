"""A working folder, a home and an environment of the test's own; and `dvt` called within this process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from dvt.__main__ import run

Json: TypeAlias = Any


@dataclass(frozen=True)
class Answer:
    """What a call of `dvt` came to."""

    code: int
    out: str
    err: str

    def json(self) -> Json:
        return json.loads(self.out)

    def problem(self) -> Json:
        return json.loads(self.err.splitlines()[-1])


Dvt = Callable[..., Answer]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("DVT_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "a place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DVT_HOME", str(tmp_path / "home"))
    return folder


@pytest.fixture
def dvt(capsys: pytest.CaptureFixture[str]) -> Dvt:
    def call(*argv: str) -> Answer:
        capsys.readouterr()
        code = run(argv)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture
def write_plan(place: Path) -> Callable[..., Path]:
    """Writes a plan of these steps, or of this text, to `plan.json` and returns its path."""

    def write(*steps: dict[str, Any], text: str | None = None, **fields: Json) -> Path:
        listed = [{"kind": "noop", **step} for step in steps]
        plan = {"schemaVersion": "0.1", "planId": "sample", "planVersion": "1", **fields, "steps": listed}
        path = place / "plan.json"
        path.write_text(json.dumps(plan, indent=2) if text is None else text, "utf-8")
        return path

    return write
