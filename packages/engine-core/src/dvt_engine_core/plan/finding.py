"""A fault on its way to its reader."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from dvt_engine_core.plan.spelling import did_you_mean, listed

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault before it has a line; its hint is only thought of when it is told."""

    code: str
    message: str
    path: Path
    hint: Callable[[], str | None] = lambda: None


def near_or_all(name: str, known: Collection[str], otherwise: str) -> str | None:
    """A hint that names what was meant, or lists what is known after `otherwise`."""
    return did_you_mean(name, known) or f"{otherwise}: {listed(known)}"
