"""A vector as its file holds it, and what all checks share."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

#: One vector: `id`, `clause`, `kind`, `name`; which other members it has depends on the kind.
Case: TypeAlias = Mapping[str, Any]
Check: TypeAlias = Callable[[Case], None]


def equal(found: object, expected: object, what: str = "it is") -> None:
    """Say what differs; `what` is how the message begins. Raises: AssertionError."""
    assert found == expected, f"{what} {found}, not {expected}"


def by_kind(checks: Mapping[str, Check]) -> Check:
    """The check of a file whose cases are of several kinds; KeyError for a kind without a check."""

    def check(case: Case) -> None:
        checks[case["kind"]](case)

    return check


def text_of(case: Case) -> bytes:
    """The text of a vector that gives it as `text`, `hex` or `parts`."""
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    return (case["text"] if "text" in case else "".join(map(_piece, case["parts"]))).encode()


def _piece(part: str | Mapping[str, Any]) -> str:
    if isinstance(part, str):
        return part
    join: str = part.get("join", "")
    return join.join(part["each"].replace("{i}", str(number)) for number in range(1, part["times"] + 1))
