"""Proofs that one schema takes everything that another takes, by jsonschema-rs."""

from enum import StrEnum

import jsonschema_rs

from dvt_contract_gate.references import Schemas


class Proof(StrEnum):
    """What the library can say."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def covers(wider: Schemas, narrower: Schemas, name: str) -> Proof:
    """Say whether the schema `name` in `wider` takes every document that it takes in `narrower`.

    Shape: schemas by `$id`, with all that `name` refers to. Only YES is a proof; what cannot be read gives UNKNOWN.
    """
    try:
        told = _canonical(wider, name).covers(_canonical(narrower, name))
    except (ValueError, jsonschema_rs.ReferencingError, jsonschema_rs.canonical.CanonicalizationError):
        return Proof.UNKNOWN
    return {"yes": Proof.YES, "no": Proof.NO}.get(str(told).lower().rpartition(".")[2], Proof.UNKNOWN)


def _canonical(schemas: Schemas, name: str) -> jsonschema_rs.CanonicalSchema:
    registry = jsonschema_rs.Registry([(name, dict(schema)) for name, schema in schemas.items()])
    whole = jsonschema_rs.dereference(dict(schemas[name]), registry=registry)  # references are not looked behind
    return jsonschema_rs.canonicalize(whole, registry=registry, offline=True)
