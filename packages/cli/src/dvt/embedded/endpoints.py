"""Where the embedded servers listen."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Loopback addresses of running servers. `postgres_url` holds the password, so `repr` leaves it out."""

    postgres_url: str = field(repr=False)
    temporal_address: str
    temporal_ui_url: str | None = None

    def environment(self, home: str) -> dict[str, str]:
        """Give the variables by which a child process finds the servers."""
        return {
            "DVT_POSTGRES_URL": self.postgres_url,
            "DVT_TEMPORAL_ADDRESS": self.temporal_address,
            "DVT_HOME": home,
        }
