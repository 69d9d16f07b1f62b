"""The contracts of DVT as Python models, generated from JSON Schema."""

__all__: list[str] = []
