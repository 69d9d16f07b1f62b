"""Deterministic, auditable execution of data plans: the command line."""

__all__: list[str] = []
