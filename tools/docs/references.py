"""Check that what documents name exists: tests, clauses of contracts, rows of the roadmap."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.docs.json_nodes import nodes, read, text
from tools.files import ROOT, files

WATCHED = ("docs/security/", "docs/adr/", "docs/roadmap.json", "docs/capabilities.md", "contracts/clauses/")
PENDING = re.compile(r"\bpending:? (?P<rows>[A-H]\d+(?:(?:, | and )[A-H]\d+)*)")
ROADMAP = Path("docs/roadmap.json")


def known(root: Path = ROOT) -> dict[str, frozenset[str]]:
    """Collect the names that a document may use, by kind: tests, test files, clauses, rows."""
    tests: set[str] = set()
    test_files: set[str] = set()
    clauses: set[str] = set()
    for name, path in files(root):
        if path.suffix == ".py" and path.name.startswith("test_"):
            test_files.add(path.name)
            tests |= set(re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE))
        elif name.startswith("contracts/clauses/"):
            clauses |= set(re.findall(r"^- \[([A-Z]+-\d{3})\]", path.read_text("utf-8"), re.MULTILINE))
    rows = {text(row, "row") for row in nodes(read(root / ROADMAP).get("rows"))}
    found = {"tests": tests, "test files": test_files, "clauses": clauses, "rows": rows}
    return {kind: frozenset(names) for kind, names in found.items()}


def named(line: str) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, name, hint) for every name that a line holds."""
    instead = "name one that is there, or write `pending ROW`"
    yield from (("test files", name, instead) for name in re.findall(r"`(?:[\w/.-]*/)?(test_\w+\.py)`", line))
    yield from (("tests", name, instead) for name in re.findall(r"`(test_\w+)`", line))
    yield from (
        ("clauses", name, "see contracts/clauses") for name in re.findall(r"\b(?!SHA-)([A-Z]{3,}-\d{3})\b", line)
    )
    for rows in PENDING.findall(line):
        yield from (("rows", row, "see docs/roadmap.json") for row in re.findall(r"[A-H]\d+", rows))


def page_faults(file: str, page: str, there: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield the names on a page that do not exist, as `file:line: what to do`."""
    for number, line in enumerate(page.splitlines(), 1):
        for kind, name, hint in named(line):
            if name not in there[kind]:
                yield f"{file}:{number}: {name} is not among the {kind}; {hint}"


def faults(root: Path = ROOT) -> list[str]:
    """List the names in the watched documents that do not exist."""
    there = known(root)
    return [
        fault
        for name, path in files(root)
        if name.startswith(WATCHED)
        for fault in page_faults(name, path.read_text("utf-8"), there)
    ]
