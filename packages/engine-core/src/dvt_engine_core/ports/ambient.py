"""Time and ids, which the pure core never makes itself."""

from typing import Protocol


class Clock(Protocol):
    """The producer's clock."""

    def now(self) -> str:
        """UTC now as an Instant: milliseconds, Z, 24 characters."""
        ...


class Ids(Protocol):
    """Fresh identifiers."""

    def run_id(self) -> str:
        """A UUIDv7."""
        ...

    def event_id(self) -> str:
        """A UUIDv4."""
        ...
