"""Free text that people read: error messages and reasons. Never hashed into an outcome, always safe to store."""

from typing import Final

MAX_MESSAGE: Final = 4000


def clean(text: str) -> str:
    """Make text storable: U+0000 and lone surrogates are replaced, at most 4,000 characters.

    Source: ExecutionSemantics, values.
    """
    safe = text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")
    return safe if len(safe) <= MAX_MESSAGE else safe[: MAX_MESSAGE - 1] + "\N{HORIZONTAL ELLIPSIS}"
