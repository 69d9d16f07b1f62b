"""A rule: one MUST clause as a check that any implementation can be put through."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Factory = TypeVar("Factory")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Factory]):
    """A clause such as `STORE-004`, and its check: it takes the implementation's factory and asserts.

    Shape: `needs` names the capabilities without which the clause asks nothing of an implementation.
    """

    clause: str
    check: Callable[[Factory], Awaitable[None]]
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name for a test report: the clause, and what the check is called."""
        return f"{self.clause} {self.check.__name__}"
