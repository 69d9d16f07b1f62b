"""How much of everything there is."""

from collections.abc import Mapping

from dvt_contract_gate.clauses import coverage
from dvt_contract_gate.tree import Tree


def counts(tree: Tree) -> dict[str, int]:
    """Count schemas, examples, vectors and clauses."""
    vectors = 0
    for document in tree.documents("vectors"):
        cases = document.members.get("cases")
        vectors += len(cases) if isinstance(cases, list | tuple | Mapping) else 0
    told = coverage(tree)
    return {
        "schemas": len(tree.schemas),
        "examples valid": sum(example.valid for example in tree.examples),
        "examples invalid": sum(not example.valid for example in tree.examples),
        "vectors": vectors,
        "clauses": len(told.clauses),
        "clauses covered": len(told.covered),
        "clauses pending": len(told.pending),
    }
