"""`dvt contracts`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter
from dvt_engine_core.errors import ContractError

from dvt.options import ShellParameter

_UNSUCCESSFUL: Final = 3
_FolderOption = Annotated[Path, Parameter(name="--contracts", help="The folder `contracts`.")]


def check(
    path: Annotated[Path, Parameter(name="PATH", help="The folder `contracts`; else that of this folder.")] = Path(
        "contracts"
    ),
    /,
    *,
    output: Annotated[
        Literal["text", "json", "sarif"], Parameter(name=["--output", "-o"], help="Form of the report.")
    ] = "text",
    shell: ShellParameter,
) -> int:
    """Judge the contracts and what must agree with them: examples, vectors, clauses, generated code, releases.

    Leaves with 3 when something is to be corrected.

    Example: dvt contracts check
    """
    from dvt_contract_gate.checking import check as judge
    from dvt_contract_gate.report import json_report, sarif_report, text_report

    report = judge(_contracts(path))
    shell.out({"text": text_report, "json": json_report, "sarif": sarif_report}[output](report))
    return 0 if report.clean else _UNSUCCESSFUL


def diff(
    old: Annotated[str, Parameter(name="A", help="A folder, a released version such as 0.1, or a git revision.")],
    new: Annotated[str, Parameter(name="B", help="The same, for the newer state; else the folder `contracts`.")] = "",
    /,
    *,
    contracts: _FolderOption = Path("contracts"),
    output: Annotated[Literal["text", "json"], Parameter(name=["--output", "-o"], help="Form of the answer.")] = "text",
    shell: ShellParameter,
) -> int:
    """Explain what changed between two states of the contracts: breaking or not, for producers or consumers, why.

    Leaves with 3 when something breaks.

    Example: dvt contracts diff 0.1 HEAD
    """
    from dvt_contract_gate.diff import difference, json_difference, text_difference
    from dvt_contract_gate.revisions import UnknownStateError, find

    try:
        states = [find(name, contracts) for name in (old, new or str(contracts))]
    except UnknownStateError as error:
        raise ContractError(
            str(error), hint="Name a folder, a version below contracts/baselines, or a revision that git knows."
        ) from error
    found = difference(*states)
    shell.out({"text": text_difference, "json": json_difference}[output](found))
    return _UNSUCCESSFUL if found.breaking else 0


def _contracts(path: Path) -> Path:
    """The folder that holds `schemas`: `path`, or its `contracts`. Raises: ContractError."""
    for folder in (path, path / "contracts"):
        if (folder / "schemas").is_dir():
            return folder
    raise ContractError(f"{path} holds no contracts", hint="Go to the root of the repository, or name its `contracts`.")
