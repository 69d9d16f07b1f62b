"""Canonical JSON (RFC 8785): the only text that is ever hashed."""

import json
from typing import Final

import rfc8785
from dvt_contracts.base import MAX_DEPTH, JsonValue, canonical_fault

from dvt_engine_core.errors import ContractError

#: A document wraps values that may themselves be MAX_DEPTH deep: record, event, payload, row, part.
_WRAPPING: Final = 16
_PLAIN: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _is_plain(value: object) -> bool:
    """Whether the standard library's text equals RFC 8785: no floats, ASCII keys (their order is then the same)."""
    match value:
        case dict():
            return all(isinstance(key, str) and key.isascii() for key in value) and all(map(_is_plain, value.values()))
        case list() | tuple():
            return all(map(_is_plain, value))
        case float():
            return False
        case _:
            return True


def canonical_text(value: JsonValue) -> str:
    """Write a JSON value as its one canonical text.

    Shape: a tree of JSON values, or a document that holds such; tuples count as arrays.
    Raises: ContractError [OUTPUT_NOT_CANONICAL] for what RFC 8785 cannot express or I-JSON forbids.
    Source: RFC 8785, RFC 7493; fast path proven equal by test_canonical_fast_path_equals_rfc8785.
    """
    fault = canonical_fault(value, depth=MAX_DEPTH + _WRAPPING)
    if fault:
        raise ContractError(f"not canonical JSON: {fault}", code="OUTPUT_NOT_CANONICAL")
    if _is_plain(value):
        return _PLAIN.encode(value)
    return rfc8785.dumps(value).decode()


def canonical_bytes(value: JsonValue) -> bytes:
    """Canonical text in UTF-8."""
    return canonical_text(value).encode()
