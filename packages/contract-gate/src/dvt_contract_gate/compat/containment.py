"""Proofs that one schema takes everything that another takes, by jsonschema-rs."""

from enum import StrEnum

import jsonschema_rs
from dvt_contracts.base import JsonValue

from dvt_contract_gate.references import Schemas


class Proof(StrEnum):
    """What the library can say."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def covers(wider: Schemas, narrower: Schemas, reference: str) -> Proof:
    """Say whether `reference` in `wider` takes every document that it takes in `narrower`.

    Shape: schemas by `$id`; only YES is a proof, and a set that cannot be read gives UNKNOWN.
    """
    try:
        told = _canonical(wider, reference).covers(_canonical(narrower, reference))
    except (ValueError, jsonschema_rs.ReferencingError, jsonschema_rs.canonical.CanonicalizationError):
        return Proof.UNKNOWN
    return {"yes": Proof.YES, "no": Proof.NO}.get(str(told).lower().rpartition(".")[2], Proof.UNKNOWN)


def _canonical(schemas: Schemas, reference: str) -> jsonschema_rs.CanonicalSchema:
    registry = jsonschema_rs.Registry([(name, dict(schema)) for name, schema in schemas.items()])
    node: dict[str, JsonValue] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": reference}
    return jsonschema_rs.canonicalize(node, registry=registry, offline=True)
