"""What changed between two states of the contracts: breaking or not, for whom, and why."""

import json
from dataclasses import dataclass

from dvt_contracts.base import JsonValue
from dvt_contracts.loader import BASE_ID
from dvt_engine_core.plan.pointer import pointer

from dvt_contract_gate.compat.change import Change, Party
from dvt_contract_gate.compat.closure import closure
from dvt_contract_gate.compat.compare import compare
from dvt_contract_gate.compat.containment import Proof, covers
from dvt_contract_gate.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Proven:
    """What containment says of one schema that is in both states.

    Shape: `for_producers`: the new takes all that the old took; `for_consumers`: the old takes all that the new does.
    """

    schema: str
    for_producers: Proof
    for_consumers: Proof


@dataclass(frozen=True, slots=True)
class Difference:
    """Two states, and what lies between them."""

    old: str
    new: str
    changes: tuple[Change, ...]
    proofs: tuple[Proven, ...]

    @property
    def breaking(self) -> bool:
        """Whether anybody is broken; an undecided change counts unless containment proves that it harms nobody."""
        return any(change.breaking or self.unproven(change) for change in self.changes)

    def unproven(self, change: Change) -> bool:
        """Whether a change cannot be judged by its keyword and is not proven to keep what was valid."""
        proof = next((told for told in self.proofs if told.schema == change.schema), None)
        return change.undecided and (proof is None or proof.for_producers is not Proof.YES)


def difference(old: Snapshot, new: Snapshot) -> Difference:
    """Compare two states."""
    changes = tuple(compare(old.schemas, new.schemas))
    touched = sorted({change.schema for change in changes})
    proofs = [_proven(old, new, path) for path in touched if BASE_ID + path in old.schemas.keys() & new.schemas.keys()]
    return Difference(old.label, new.label, changes, tuple(proofs))


def _proven(old: Snapshot, new: Snapshot, path: str) -> Proven:
    before, after = closure(old.schemas, BASE_ID + path), closure(new.schemas, BASE_ID + path)
    return Proven(path, covers(after, before, BASE_ID + path), covers(before, after, BASE_ID + path))


def text_difference(found: Difference) -> str:
    """The difference for a person, schema by schema."""
    if not found.changes:
        return f"{found.old} and {found.new} promise the same"
    proofs = {proof.schema: proof for proof in found.proofs}
    lines = []
    for schema in sorted({change.schema for change in found.changes}):
        mine = [change for change in found.changes if change.schema == schema]
        lines.append(schema)
        for change in mine:
            lines.append(f"  {pointer(change.parts) or '(the schema)'}: {change.message} [{change.kind}]")
            lines.append(f"      {_verdict(found, change)}")
        if schema in proofs:
            lines.append(f"  containment: {_contained(proofs[schema])}")
    broken = sum(change.breaking or found.unproven(change) for change in found.changes)
    lines.append(f"{found.old} -> {found.new}: {len(found.changes)} changes, {broken} breaking")
    return "\n".join(lines)


def _verdict(found: Difference, change: Change) -> str:
    if change.breaking:
        return f"breaks {' and '.join(change.breaks)}: {change.why}"
    if found.unproven(change):
        return "cannot be proven harmless: counts as breaking producers"
    if change.undecided:
        return "compatible: proven by containment"
    return f"compatible{f': {change.why}' if change.why else ''}"


def _contained(proof: Proven) -> str:
    told = {Proof.YES: "proven", Proof.NO: "disproven", Proof.UNKNOWN: "not decided"}
    return (
        f"the new schema takes all that the old one took: {told[proof.for_producers]}; "
        f"the old one takes all that the new one does: {told[proof.for_consumers]}"
    )


def json_difference(found: Difference) -> str:
    """The difference as one JSON document."""
    changes: list[JsonValue] = [
        {
            "schema": change.schema,
            "pointer": pointer(change.parts),
            "kind": change.kind,
            "message": change.message,
            "breaking": change.breaking or found.unproven(change),
            "breaks": [party.value for party in change.breaks] or ([Party.PRODUCERS.value] * found.unproven(change)),
            "why": change.why,
        }
        for change in found.changes
    ]
    proofs: list[JsonValue] = [
        {"schema": told.schema, "newTakesOld": told.for_producers.value, "oldTakesNew": told.for_consumers.value}
        for told in found.proofs
    ]
    head: dict[str, JsonValue] = {"old": found.old, "new": found.new, "breaking": found.breaking}
    return json.dumps({**head, "changes": changes, "containment": proofs}, indent=2, ensure_ascii=False)
