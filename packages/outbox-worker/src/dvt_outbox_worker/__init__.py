"""Publishes the DVT outbox: in order per run, at least once, as CloudEvents."""

__all__: list[str] = []
