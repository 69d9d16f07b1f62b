"""The one clock and the one source of ids of the process."""

from datetime import UTC, datetime

import uuid_utils

from dvt_engine_core.retry import instant_of


class SystemClock:
    """The machine's clock, in UTC milliseconds."""

    def now(self) -> str:
        """UTC now as an Instant."""
        return instant_of(datetime.now(UTC))


class SystemIds:
    """Random ids."""

    def run_id(self) -> str:
        """A UUIDv7."""
        return str(uuid_utils.uuid7())

    def event_id(self) -> str:
        """A UUIDv4."""
        return str(uuid_utils.uuid4())
