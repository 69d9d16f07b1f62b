"""Homes of every kind, ports that are taken, data of another version."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from dvt.embedded import EmbeddedError, hold_servers
from dvt.embedded.binaries import find_postgres
from dvt.embedded.child import Child
from dvt.embedded.client import connect, frames
from dvt.embedded.layout import Layout
from dvt.embedded.ports import free_port
from dvt.embedded.postgres import PostgresServer
from dvt.embedded.protocol import Hello
from dvt.embedded.temporal import TemporalServer

from packages.cli.tests.integration.embedded.support import StartHolder, query, wait_until_gone


@pytest.mark.parametrize(
    "name", ["spaces, 'quotes', 100%20cent?and=more#ünïcode ✓", "/".join(["a-long-name" * 10] * 3 + ["a" * 70])]
)
def test_any_path_works(home: Path, name: str) -> None:
    inner = home / name
    with hold_servers(inner) as held:
        assert query(held.endpoints, "SELECT 1") == [(1,)]
        assert (inner / "temporal" / "temporal.db").exists()


def test_a_relative_path_and_a_link_lead_to_the_same_servers(used_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (used_home / "link").symlink_to(used_home / "real")
    monkeypatch.chdir(used_home)
    with hold_servers(Path("real")) as one, hold_servers(used_home / "link") as two:
        assert one.endpoints == two.endpoints


async def test_postgres_takes_another_port_when_the_chosen_one_is_taken(used_home: Path) -> None:
    layout = Layout(used_home)
    layout.prepare()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], taken.getsockname()[1], good := free_port()])
        server = PostgresServer(layout, print, ports=lambda: next(ports))
        child = await server.start()
        await server.stop(child)
    assert f":{good}/" in server.url


async def test_temporal_takes_other_ports_when_one_chosen_is_taken(used_home: Path) -> None:
    layout = Layout(used_home)
    layout.prepare()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], free_port(), 1, free_port(), taken.getsockname()[1], 1])
        server = TemporalServer(layout, print, ports=lambda: next(ports, None) or free_port())
        child: Child = await server.start()
        await server.stop(child)
    assert server.address != f"127.0.0.1:{taken}"


async def test_a_port_that_is_always_taken_is_an_error_with_the_servers_words(used_home: Path) -> None:
    layout = Layout(used_home)
    layout.prepare()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for kind in (PostgresServer, TemporalServer):
            with pytest.raises(EmbeddedError) as caught:
                await kind(layout, print, ports=lambda: taken.getsockname()[1]).start()
            assert caught.value.code == "EMBEDDED_PORT_IN_USE"
            assert "in use" in caught.value.log.lower()


def test_data_of_an_older_version_finds_its_own_binaries(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = find_postgres(16)
    monkeypatch.setenv("PG_BIN", str(older.folder))
    with hold_servers(home) as held:
        assert query(held.endpoints, "SHOW server_version_num")[0][0] > "16"  # type: ignore[operator]
    wait_until_gone(home)
    monkeypatch.delenv("PG_BIN")
    with hold_servers(home) as held:
        assert str(query(held.endpoints, "SHOW server_version_num")[0][0]).startswith("16")


def test_data_of_a_version_nobody_has_is_refused_before_anything_starts(home: Path, start_holder: StartHolder) -> None:
    layout = Layout(home)
    layout.prepare()
    layout.cluster.mkdir(parents=True)
    (layout.cluster / "PG_VERSION").write_text("99\n")
    answer = start_holder(home).answer()
    assert answer["code"] == "EMBEDDED_DATA_NEWER"
    assert "99" in str(answer["message"])


def test_files_of_somebody_else_are_not_overwritten(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "precious").write_text("")
    with pytest.raises(EmbeddedError) as caught:
        hold_servers(home)
    assert caught.value.code == "EMBEDDED_START_FAILED"
    assert (home / "postgres" / "precious").exists()
    assert not list(home.glob("postgres.new-*"))


def test_a_home_that_cannot_be_made_is_named(home: Path) -> None:
    home.write_text("a file")
    with pytest.raises(EmbeddedError) as caught:
        hold_servers(home / "below")
    assert caught.value.code == "EMBEDDED_HOME_UNWRITABLE"
    home.unlink()


def test_a_home_too_long_for_the_servers_is_refused(home: Path) -> None:
    with pytest.raises(EmbeddedError) as caught:
        hold_servers(home / "/".join(["a" * 100] * 5))
    assert caught.value.code == "EMBEDDED_HOME_UNWRITABLE"
    assert "too long" in caught.value.message


def test_a_server_that_ends_at_once_is_an_error_with_its_last_words(used_home: Path, start_holder: StartHolder) -> None:
    program = used_home.parent / "temporal"
    program.write_text("#!/bin/sh\necho the disk is on fire; exit 3\n")
    program.chmod(0o755)
    answer = start_holder(used_home, env={"TEMPORAL_BIN": str(program)}).answer()
    assert answer["code"] == "EMBEDDED_START_FAILED"
    assert answer["log"] == "the disk is on fire"


def test_another_version_hears_who_holds_the_home(used_home: Path) -> None:
    layout = Layout(used_home)
    with hold_servers(used_home):
        connection = connect(layout)
        assert connection
        hello = Hello("holder", os.getpid(), "dvt of the future", protocol=99)
        with connection, pytest.raises(EmbeddedError) as caught:
            list(frames(layout, connection, hello, wait_s=5))
    assert caught.value.code == "EMBEDDED_HOME_HELD"
    assert "protocol 1, not 99" in caught.value.message
    assert "since" in caught.value.message
