"""The clock of the supervisor, for people's eyes only."""

from __future__ import annotations

import time


def utc_now() -> str:
    """Give the time as ISO 8601 in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
