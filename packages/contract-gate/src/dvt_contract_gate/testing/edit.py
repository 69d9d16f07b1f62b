"""One edit that must turn one rule red, and the small changes of JSON that edits are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from dvt_contract_gate.testing.workshop import Workshop

Part: TypeAlias = str | int
Change: TypeAlias = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit, the rule that it must turn red, the file that the rule must name, and words of its message.

    Shape: with `once` the rule must tell it in exactly one message.
    """

    rule: str
    what: str
    change: Callable[[Workshop], None]
    file: str
    says: str
    once: bool = True

    @property
    def name(self) -> str:
        """Name for a test report."""
        return f"{self.rule}: {self.what}"


def _inside(document: Any, path: tuple[Part, ...]) -> Any:  # noqa: ANN401 - any JSON
    for part in path:
        document = document[part]
    return document


def put(value: object, *path: Part) -> Change:
    """Set a member or item."""

    def change(document: Any) -> None:  # noqa: ANN401 - any JSON
        _inside(document, path[:-1])[path[-1]] = value

    return change


def drop(*path: Part) -> Change:
    """Delete a member or item."""

    def change(document: Any) -> None:  # noqa: ANN401 - any JSON
        del _inside(document, path[:-1])[path[-1]]

    return change


def add(value: object, *path: Part) -> Change:
    """Append to an array."""

    def change(document: Any) -> None:  # noqa: ANN401 - any JSON
        _inside(document, path).append(value)

    return change


def rename(new: str, *path: Part) -> Change:
    """Give a member another name."""

    def change(document: Any) -> None:  # noqa: ANN401 - any JSON
        holder = _inside(document, path[:-1])
        holder[new] = holder.pop(path[-1])

    return change


def both(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def change(document: Any) -> None:  # noqa: ANN401 - any JSON
        for one in changes:
            one(document)

    return change
