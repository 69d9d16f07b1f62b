"""Frames cross the socket unchanged; what is no frame is refused."""

from __future__ import annotations

import pytest
from dvt.embedded import (
    ChildState,
    EmbeddedCode,
    EmbeddedError,
    Endpoints,
    HolderState,
    SupervisorState,
)
from dvt.embedded.protocol import (
    Hello,
    HostRequest,
    decode,
    encode,
    error_frame,
    read_endpoints,
    read_state,
    ready_frame,
    state_frame,
)

ENDPOINTS = Endpoints("postgresql://dvt:secret@127.0.0.1:1/dvt", "127.0.0.1:2", "http://127.0.0.1:3")


def test_hello_crosses_with_its_host() -> None:
    host = HostRequest(("python", "-m", "x y"), "/a b", {"KEY": "välue\n"})
    for hello in (Hello("holder", 7, "dvt dev", host), Hello("observer", 7, "dvt doctor")):
        assert Hello.parse(hello.line()) == hello
        assert hello.line().count(b"\n") == 1


def test_endpoints_cross() -> None:
    assert read_endpoints(decode(encode(ready_frame(ENDPOINTS)))) == ENDPOINTS


@pytest.mark.parametrize("endpoints", [ENDPOINTS, None])
def test_state_crosses(endpoints: Endpoints | None) -> None:
    holders = (HolderState(8, "dvt dev", "2026-01-01T00:00:00Z"),)
    children = (ChildState("postgres", 9, 0), ChildState("host", None, 3))
    state = SupervisorState(7, "2026-01-01T00:00:00Z", endpoints, holders, children)
    assert read_state(decode(encode(state_frame(state)))) == state


def test_an_error_crosses_with_code_hint_and_log() -> None:
    sent = EmbeddedError(EmbeddedCode.PORT_IN_USE, "taken", hint="wait", log="line one\nline two")
    got = EmbeddedError.from_frame(decode(encode(error_frame(sent)))["error"])
    assert (got.code, got.message, got.hint, got.log) == ("EMBEDDED_PORT_IN_USE", "taken", "wait", sent.log)
    assert str(got) == "taken [EMBEDDED_PORT_IN_USE]"


@pytest.mark.parametrize("line", [b"", b"[]\n", b"3\n", b"{}\n", b"nonsense\n", b"\xff\n"])
def test_what_is_not_ours_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own error is one
        decode(line)
    with pytest.raises(ValueError):  # noqa: PT011
        Hello.parse(line)


def test_the_password_stays_out_of_repr() -> None:
    assert "secret" not in repr(ENDPOINTS)
