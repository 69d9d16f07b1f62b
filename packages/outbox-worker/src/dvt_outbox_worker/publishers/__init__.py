"""Buses: one module each, behind the port EventPublisher."""

__all__: list[str] = []
