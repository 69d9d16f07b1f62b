"""Every rule of the gate is shown able to fail: each edit of a copy turns its rule red, and no other."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from dvt_contract_gate.catalogue import RULES
from dvt_contract_gate.checking import check
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.testing.edit import Edit
from dvt_contract_gate.testing.edits import EDITS
from dvt_contract_gate.testing.workshop import Workshop, take

ROOT = Path(__file__).resolve().parents[4]
GENERATES = "GATE-GENERATED"
#: Generating takes seconds, and any edit of a schema makes what is generated stale: it is run for its own edits only.
QUICK = [rule for rule in RULES if rule.id != GENERATES]
WHOLE = list(RULES)


def told(copy: Workshop, *, whole: bool) -> dict[tuple[str, str, str], Finding]:
    """What the gate says, without lines: they move with every edit."""
    report = check(copy.contracts, WHOLE if whole else QUICK)
    return {(finding.rule, finding.file, finding.message): finding for finding in report.errors}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copies")


@pytest.fixture(scope="module")
def original(folder: Path) -> Path:
    """The repository as it is now; the working tree may change while the edits are tried."""
    return take(ROOT, folder / "original")


@pytest.fixture
def copy(folder: Path, original: Path) -> Iterator[Workshop]:
    root = folder / "copy"  # one path for all: what is known of unedited files is kept by path
    yield Workshop(root, original)
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def before(folder: Path, original: Path) -> Iterator[dict[bool, set[tuple[str, str, str]]]]:
    """What the gate says of the unedited copy: nothing, where the repository is as it must be."""
    copy = Workshop(folder / "unedited", original)
    yield {False: set(told(copy, whole=False)), True: set()}
    shutil.rmtree(copy.root)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_turns_its_rule_red(edit: Edit, copy: Workshop, before: dict[bool, set[tuple[str, str, str]]]) -> None:
    whole = edit.rule == GENERATES
    edit.change(copy)
    new = [finding for key, finding in told(copy, whole=whole).items() if key not in before[False]]
    assert {finding.rule for finding in new} == {edit.rule}
    assert {finding.file for finding in new} == {edit.file}
    assert all(edit.says in finding.message and finding.advice and finding.line >= 1 for finding in new)
    assert len(new) == 1 or not edit.once


def test_every_rule_has_an_edit() -> None:
    assert {edit.rule for edit in EDITS} == {rule.id for rule in RULES}
