"""Executors of the built-in DVT step kinds: noop, python, process, sql."""

__all__: list[str] = []
