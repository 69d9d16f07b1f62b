"""Conformance kits: per port one tuple of rules, one rule per MUST clause, run by every implementation."""

__all__: list[str] = []
