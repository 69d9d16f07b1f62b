"""The pure core of DVT: decide, evolve, project, hash; ports as protocols."""

__all__: list[str] = []
