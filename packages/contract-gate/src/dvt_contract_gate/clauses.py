"""Clauses, and the conformance rules, tests and vectors that name them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from dvt_contract_gate.core import kit_clauses
from dvt_contract_gate.tree import Tree

_CLAUSE: Final = re.compile(r"^- \[([A-Z]+-\d{3})\] (.+(?:\n  .+)*)$", re.MULTILINE)
_NAMED: Final = re.compile(r"\b([A-Z]{2,}-\d{3})\b(?!-)")
_PENDING: Final = re.compile(r"\bpending: ([A-Z]{1,3}\d+[a-z]?)\b")
#: Where a clause is put to the test.
_WITNESSES: Final = (
    "packages/*/src/**/testing/**/*.py",
    "packages/*/tests/**/*.py",
    "generated/tests/**/*.py",
    "golden-paths/tests/**/*.py",
    "tools/tests/**/*.py",
    "contracts/vectors/**/*.json",
)
_KITS: Final = "packages/engine-core/src/dvt_engine_core/testing/conformance/kits.py"
#: The gate's own tests speak of clauses that they make up.
_NO_WITNESS: Final = "packages/contract-gate/"


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered sentence.

    Shape: `file` relative to the repository; `row` of the roadmap that it waits for, empty when none.
    """

    name: str
    text: str
    file: str
    line: int

    @property
    def family(self) -> str:
        """The part before the number."""
        return self.name.partition("-")[0]

    @property
    def row(self) -> str:
        """The row that will put it to the test."""
        found = _PENDING.search(self.text)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place of a test, rule or vector that names a clause."""

    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Clauses, and who names them."""

    clauses: tuple[Clause, ...]
    mentions: tuple[Mention, ...]

    @property
    def covered(self) -> frozenset[str]:
        """Names of the clauses that a rule, test or vector names."""
        return frozenset(clause.name for clause in self.clauses) & {mention.name for mention in self.mentions}

    @property
    def pending(self) -> frozenset[str]:
        """Names of the clauses that wait for a row."""
        return frozenset(clause.name for clause in self.clauses if clause.row)


def clauses(tree: Tree) -> Iterator[Clause]:
    """Yield every clause, file by file."""
    for path in sorted((tree.contracts / "clauses").glob("*.md")):
        text = path.read_text("utf-8")
        for found in _CLAUSE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Clause(found[1], found[2], path.relative_to(tree.root).as_posix(), line)


def coverage(tree: Tree) -> Coverage:
    """Read clauses and mentions; ids of families that have no clauses (SHA-256) are no mentions."""
    found = tuple(clauses(tree))
    families = {clause.family for clause in found}
    named = [Mention(name, _KITS, 1) for name in kit_clauses()]
    named += [
        Mention(name, path.relative_to(tree.root).as_posix(), line)
        for pattern in _WITNESSES
        for path in sorted(tree.root.glob(pattern))
        if not path.relative_to(tree.root).as_posix().startswith(_NO_WITNESS)
        for name, line in _mentions(path, path.stat().st_mtime_ns)
        if name.partition("-")[0] in families
    ]
    return Coverage(found, tuple(named))


@cache
def _mentions(path: Path, _changed: int) -> tuple[tuple[str, int], ...]:
    text = path.read_text("utf-8")
    return tuple((found[1], text.count("\n", 0, found.start()) + 1) for found in _NAMED.finditer(text))
