"""What `dvt doctor` learns from a running supervisor."""

from __future__ import annotations

from dataclasses import dataclass

from dvt.embedded.endpoints import Endpoints


@dataclass(frozen=True, slots=True)
class HolderState:
    """One process that keeps the servers up."""

    pid: int
    command: str
    since: str


@dataclass(frozen=True, slots=True)
class ChildState:
    """One server under the supervisor. `pid` is None while it is down between two starts."""

    name: str
    pid: int | None
    restarts: int


@dataclass(frozen=True, slots=True)
class SupervisorState:
    """A running supervisor. `endpoints` is None until both servers accept connections; times are ISO 8601 UTC."""

    pid: int
    since: str
    endpoints: Endpoints | None
    holders: tuple[HolderState, ...]
    children: tuple[ChildState, ...]
