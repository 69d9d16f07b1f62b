"""Real PostgreSQL and Temporal servers for a machine with nothing configured, shared by every `dvt` of one home."""

from dvt.embedded.endpoints import Endpoints
from dvt.embedded.errors import EmbeddedCode, EmbeddedError
from dvt.embedded.holder import Held, describe, hold_servers
from dvt.embedded.state import ChildState, HolderState, SupervisorState

__all__ = [
    "ChildState",
    "EmbeddedCode",
    "EmbeddedError",
    "Endpoints",
    "Held",
    "HolderState",
    "SupervisorState",
    "describe",
    "hold_servers",
]
