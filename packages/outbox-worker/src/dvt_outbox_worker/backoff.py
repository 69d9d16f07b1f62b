"""How long to wait before trying again: longer each time, for ever, never longer than the contract allows."""

from typing import Final

FIRST_MS: Final = 100
LONGEST_MS: Final = 30_000 - 100
"""At most 30 s lie between two tries; the look that finds a run due may come up to 100 ms after it is."""
_DOUBLINGS: Final = 9
"""100 ms doubled nine times is beyond the longest; more doublings only make big integers."""


def delay_ms(failures: int, *, chance: float) -> int:
    """Delay before the next try, in milliseconds.

    Shape: `failures` >= 0 consecutive failures before this one; `chance` in [0, 1] spreads the
    delay over the upper half of 100 ms x 2^failures, so that relays that failed together do not return together.
    Source: [RELAY-004].
    """
    full = min(FIRST_MS << min(failures, _DOUBLINGS), LONGEST_MS)
    return full - int(chance * (full // 2))
