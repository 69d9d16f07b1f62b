"""The name that was meant: the nearest of those that are known, at a cost that a plan cannot blow up."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import islice
from typing import Final

_CONSIDERED: Final = 200
_SLACK: Final = 3
_LISTED: Final = 20
_LONGEST: Final = 128


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like `name`; None where none is.

    Shape: only names of about its length are looked at, at most 200 of them, so the cost is one comparison of
    lengths per known name and a constant.
    """
    if len(name) > _LONGEST:
        return None
    candidates: list[str] = []
    for other in known:
        if abs(len(other) - len(name)) <= _SLACK:
            candidates.append(other)
            if len(candidates) == _CONSIDERED:
                break
    for other in candidates:
        if other.casefold() == name.casefold():
            return other
    near = get_close_matches(name, candidates, n=1)
    return near[0] if near else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A hint that names the nearest known name; None where none is near."""
    near = nearest(name, known)
    return f"did you mean {near!r}?" if near else None


def listed(names: Collection[str]) -> str:
    """Names as a text, at most 20 of them."""
    more = len(names) - _LISTED
    return ", ".join(islice(names, _LISTED)) + (f" and {more} more" if more > 0 else "") or "none"
