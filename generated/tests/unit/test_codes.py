"""The registry of codes: sorted, complete for the code of the packages, and consistent with the vocabularies."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from dvt_contracts.models.errors.v1.code_registry import CodeEntry
from dvt_contracts.models.glossary.v1.status import CancelCode, SkipCode
from dvt_contracts.registries.codes import CODES

from generated.tests.contract_files import ROOT

REGISTERED: Final = {entry.code for entry in CODES.codes}
NAMES: Final = frozenset({"code", "default_code"})
#: What a code looks like: the first word of a registered one, and more.
FAMILY: Final = re.compile(
    rf"(?:{'|'.join({code.partition('_')[0] for code in REGISTERED if '_' in code})})(?:_[A-Z]+)+"
)
SOURCES: Final = sorted((ROOT / "packages").glob("*/src/**/*.py"))


def codes_of(source: Path) -> Iterator[str]:
    """Codes that a module gives: in a call, as default of a class, or in a text that looks like one."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        match node:
            case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
                yield code
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(code))) if name in NAMES:
                yield code
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(code))) if name in NAMES:
                yield code
            case ast.Constant(value=str(code)) if FAMILY.fullmatch(code) and not code.endswith("_RULES"):
                yield code


def test_every_code_that_a_package_gives_is_registered() -> None:
    """[ERROR-001]."""
    given = {code: source.name for source in SOURCES for code in codes_of(source)}
    assert len(given) > 20
    assert {code: where for code, where in given.items() if code not in REGISTERED} == {}


def test_codes_are_sorted_and_differ() -> None:
    """[ERROR-002]."""
    codes = [entry.code for entry in CODES.codes]
    assert codes == sorted(set(codes))


@pytest.mark.parametrize("vocabulary", [SkipCode, CancelCode])
def test_closed_vocabularies_are_registered(vocabulary: type[SkipCode | CancelCode]) -> None:
    """[ERROR-001]."""
    assert {code.value for code in vocabulary} <= REGISTERED


@pytest.mark.parametrize("entry", CODES.codes, ids=lambda entry: str(entry.code))
def test_exit_code_and_http_status_say_the_same(entry: CodeEntry) -> None:
    """[ERROR-003]."""
    match entry.http_status:
        case 200:
            assert entry.exit_code in {0, 3}
        case 404:
            assert entry.exit_code == 4
        case 403:
            assert entry.exit_code == 5
        case 503:
            assert entry.exit_code == 7
            assert entry.retryable
        case 409:
            assert entry.exit_code == 6
        case _:
            assert entry.exit_code in {1, 2, 5, 7}
