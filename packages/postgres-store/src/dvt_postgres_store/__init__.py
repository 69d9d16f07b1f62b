"""The append authority of DVT on PostgreSQL: log, outbox and projection in one transaction."""

__all__: list[str] = []
