"""GATE-VECTORS: every vector is recomputed by the core: keys, canonical text, hashes, walks, verdicts."""

from collections.abc import Iterator
from functools import cache

from dvt_contracts.base import JsonValue
from dvt_engine_core.plan.text import read_json

from dvt_contract_gate.core import vector_checks
from dvt_contract_gate.document import Document
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.tree import Tree

_ID = "GATE-VECTORS"
_ADVICE = "correct the vector; a value that was released never changes: the code that gives another one is wrong"


def _check(tree: Tree) -> Iterator[Finding]:
    try:
        checks = vector_checks()
    except ImportError as error:
        advice = "adapt the code to the contract: it uses a model or member that changed"
        yield Finding("packages/engine-core/README.md", 1, _ID, f"the core cannot be imported: {error}", advice)
        return
    base = tree.contracts / "vectors"
    found = {
        document.path.relative_to(base).as_posix().removesuffix(".json"): document
        for document in tree.documents("vectors")
    }
    for name, document in found.items():
        if name not in checks:
            advice = "add its check to dvt_engine_core.testing.vectors.VECTOR_CHECKS"
            yield document.finding(_ID, "", f"nothing recomputes {name}", advice)
            continue
        yield from _form(document)
        for at, message in case_faults(name, document.content):
            yield document.finding(_ID, ["cases", at], message, _ADVICE)
    for name in sorted(checks.keys() - found.keys()):
        file = f"contracts/vectors/{name}.json"
        yield Finding(file, 1, _ID, "the file of vectors is gone", "bring it back: released vectors stay")


def _form(document: Document) -> Iterator[Finding]:
    names = [case.get("name") for case in _cases(document.value)]
    for at, name in enumerate(names):
        if not isinstance(name, str) or name in names[:at]:
            advice = "give every case a name of its own"
            yield document.finding(_ID, ["cases", at], f"case {at} has no name of its own: {name}", advice)


def _cases(value: JsonValue) -> list[dict[str, JsonValue]]:
    cases = value.get("cases") if isinstance(value, dict) else None
    return [dict(case) for case in cases if isinstance(case, dict)] if isinstance(cases, list) else []


@cache
def case_faults(name: str, content: bytes) -> tuple[tuple[int, str], ...]:
    """The cases that do not hold, with the reason; kept by content, since recomputing takes most of the gate's time."""
    found = []
    for at, case in enumerate(_cases(read_json(content)[0])):
        try:
            vector_checks()[name](case)
        except AssertionError as error:
            found.append((at, f"{case.get('name')}: {error}"))
        except Exception as error:  # noqa: BLE001 - whatever a broken case leads to is a finding
            found.append((at, f"{case.get('name')}: cannot be recomputed: {type(error).__name__}: {error}"))
    return tuple(found)


RULE = GateRule(_ID, "vectors are recomputed: keys, canonical text, hashes, walks, verdicts", _check)
