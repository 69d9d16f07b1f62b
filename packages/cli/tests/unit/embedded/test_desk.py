"""Who signs in at a desk that has closed is hung up on, never promised servers that are ending."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from dvt.embedded import Endpoints
from dvt.embedded.desk import Desk
from dvt.embedded.layout import Layout
from dvt.embedded.lock import LockOwner
from dvt.embedded.protocol import Hello, HostRequest, decode
from dvt.embedded.servers import Servers
from dvt.embedded.short_path import short_path

OWNER = LockOwner(7, "2026-01-01T00:00:00Z", "1", "dvt", 1)
ENDPOINTS = Endpoints("postgresql://dvt:x@127.0.0.1:1/dvt", "127.0.0.1:2")


@asynccontextmanager
async def signed_in(desk: Desk, tmp_path: Path, host: HostRequest | None = None) -> AsyncIterator[asyncio.StreamReader]:
    with short_path(tmp_path / "s") as address:
        server = await asyncio.start_unix_server(desk.serve, address)
        reader, writer = await asyncio.open_unix_connection(address)
    writer.write(Hello("holder", 8, "dvt dev", host).line())
    async with asyncio.timeout(5):
        yield reader
    writer.close()
    await writer.wait_closed()
    server.close()
    await asyncio.sleep(0.05)


def make_desk(tmp_path: Path, changes: list[int]) -> Desk:
    servers = Servers(Layout(tmp_path), lambda _text: None, ui=False)
    desk = Desk(OWNER, servers, lambda: changes.append(desk.holders))
    return desk


async def test_an_open_desk_seats_and_tells(tmp_path: Path) -> None:
    changes: list[int] = []
    desk = make_desk(tmp_path, changes)
    desk.say("starting")
    async with signed_in(desk, tmp_path) as reader:
        frames = [decode(await reader.readline()), decode(await reader.readline())]
        desk.outcome.set_result(ENDPOINTS)
        frames.append(decode(await reader.readline()))
    assert [frame["type"] for frame in frames] == ["welcome", "progress", "ready"]
    assert changes == [1, 0]


async def test_a_closed_desk_hangs_up_and_seats_nobody(tmp_path: Path) -> None:
    changes: list[int] = []
    desk = make_desk(tmp_path, changes)
    desk.outcome.set_result(ENDPOINTS)
    desk.close()
    async with signed_in(desk, tmp_path) as reader:
        assert decode(await reader.readline())["type"] == "welcome"
        assert await reader.read() == b""
    assert changes == []


async def test_a_desk_that_closes_while_one_waits_promises_nothing(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, [])
    async with signed_in(desk, tmp_path) as reader:
        assert decode(await reader.readline())["type"] == "welcome"
        while not desk.holders:  # noqa: ASYNC110 - the desk tells a supervisor, not us
            await asyncio.sleep(0.01)
        desk.close()
        desk.outcome.set_result(ENDPOINTS)
        await asyncio.sleep(0.05)
    assert await reader.read() == b""


async def test_a_failure_nobody_foresaw_is_an_answer_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr(Servers, "add_host", fail)
    desk = make_desk(tmp_path, [])
    desk.outcome.set_result(ENDPOINTS)
    async with signed_in(desk, tmp_path, HostRequest(("true",), "/", {})) as reader:
        await reader.readline()
        frame = decode(await reader.readline())
    assert frame["error"]["code"] == "EMBEDDED_START_FAILED"
    assert "unforeseen" in frame["error"]["message"]
