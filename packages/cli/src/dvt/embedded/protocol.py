"""The lines between a holder and its supervisor: one JSON object each, over a Unix socket.

Holder to supervisor: one `Hello`, then nothing; the open connection is what holds the servers.
Supervisor to holder: `welcome`, any number of `progress`, then one of `ready`, `error`, `state`.
`welcome` and `error` keep their shape in every later protocol, so that two versions can tell each other apart.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict, cast

from dvt.embedded.endpoints import Endpoints
from dvt.embedded.errors import EmbeddedError, ErrorFrame
from dvt.embedded.state import ChildState, HolderState, SupervisorState

if TYPE_CHECKING:
    from typing import Self

PROTOCOL = 1
LONGEST_LINE_BYTES = 8 * 1024 * 1024  # a hello carries a whole environment


class EndpointsFrame(TypedDict):
    """`Endpoints` as plain data."""

    postgres_url: str
    temporal_address: str
    temporal_ui_url: str | None


class Frame(TypedDict, total=False):
    """One line from the supervisor; `type` says which other keys are there."""

    type: Literal["welcome", "progress", "ready", "error", "state", "listening"]
    protocol: int
    pid: int
    since: str
    command: str
    text: str
    endpoints: EndpointsFrame | None
    error: ErrorFrame
    holders: list[dict[str, str | int]]
    children: list[dict[str, str | int | None]]


@dataclass(frozen=True, slots=True)
class HostRequest:
    """A process to run beside the servers, with the surroundings of the holder that asks for it."""

    argv: tuple[str, ...]
    cwd: str
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Hello:
    """The first and only line of a client. An `observer` reads the state and holds nothing."""

    role: Literal["holder", "observer"]
    pid: int
    command: str
    host: HostRequest | None = None
    protocol: int = PROTOCOL

    def line(self) -> bytes:
        """Encode for the socket."""
        return encode(asdict(self))

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Decode a client's line. Raises: ValueError when it is not one of ours."""
        try:
            raw = json.loads(line)
            asked = raw["host"]
            host = HostRequest(tuple(asked["argv"]), asked["cwd"], dict(asked["environment"])) if asked else None
            return cls(raw["role"], int(raw["pid"]), raw["command"], host, int(raw["protocol"]))
        except (KeyError, TypeError, AttributeError) as error:
            message = "not a hello"
            raise ValueError(message) from error


Payload: TypeAlias = "Frame | dict[str, object]"


def encode(payload: Payload) -> bytes:
    """Encode one line."""
    return json.dumps(payload, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> Frame:
    """Decode one line of a supervisor. Raises: ValueError when it is not a frame."""
    raw: object = json.loads(line)
    if not isinstance(raw, dict) or "type" not in raw:
        message = "not a frame"
        raise ValueError(message)
    return cast("Frame", raw)


def progress_frame(text: str) -> Frame:
    """Say what is happening now."""
    return Frame(type="progress", text=text)


def ready_frame(endpoints: Endpoints) -> Frame:
    """Say that both servers accept connections."""
    return Frame(type="ready", endpoints=_endpoints_frame(endpoints))


def error_frame(error: EmbeddedError) -> Frame:
    """Say that the servers will not come up."""
    return Frame(type="error", error=error.to_frame())


def state_frame(state: SupervisorState) -> Frame:
    """Describe the supervisor to an observer."""
    return Frame(
        type="state",
        pid=state.pid,
        since=state.since,
        endpoints=_endpoints_frame(state.endpoints) if state.endpoints else None,
        holders=[asdict(holder) for holder in state.holders],
        children=[asdict(child) for child in state.children],
    )


def read_endpoints(frame: Frame) -> Endpoints:
    """Take the endpoints out of a `ready` frame."""
    raw = frame["endpoints"]
    if raw is None:
        message = "no endpoints"
        raise ValueError(message)
    return Endpoints(**raw)


def read_state(frame: Frame) -> SupervisorState:
    """Take the state out of a `state` frame."""
    raw = frame["endpoints"]
    return SupervisorState(
        pid=frame["pid"],
        since=frame["since"],
        endpoints=Endpoints(**raw) if raw else None,
        holders=tuple(HolderState(**holder) for holder in frame["holders"]),  # type: ignore[arg-type] # same names
        children=tuple(ChildState(**child) for child in frame["children"]),  # type: ignore[arg-type] # same names
    )


def _endpoints_frame(endpoints: Endpoints) -> EndpointsFrame:
    return EndpointsFrame(
        postgres_url=endpoints.postgres_url,
        temporal_address=endpoints.temporal_address,
        temporal_ui_url=endpoints.temporal_ui_url,
    )
