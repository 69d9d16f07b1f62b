"""Start, share, reuse, stop."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest
from dvt.embedded import describe, hold_servers
from dvt.embedded.layout import Layout
from dvt.embedded.starter import start_supervisor
from temporalio.client import Client

from packages.cli.tests.integration.embedded.support import (
    StartHolder,
    processes_of,
    query,
    wait_until,
    wait_until_gone,
)


async def test_both_servers_answer_when_the_hold_begins_and_end_with_it(home: Path) -> None:
    said: list[str] = []
    with hold_servers(home, on_progress=said.append) as held:
        assert query(held.endpoints, "SELECT current_database(), current_user") == [("dvt", "dvt")]
        client = await Client.connect(held.endpoints.temporal_address)
        description = await client.service_client.check_health()
        assert description
        assert held.alive
    assert "starting Temporal" in said
    wait_until_gone(home)


def test_nothing_weakens_durability(home: Path) -> None:
    with hold_servers(home) as held:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert query(held.endpoints, f"SHOW {setting}") == [("on",)]


def test_data_survives_an_orderly_end(home: Path) -> None:
    with hold_servers(home) as held:
        query(held.endpoints, "CREATE TABLE kept AS SELECT 42 AS answer")
    wait_until_gone(home)
    with hold_servers(home) as held:
        assert query(held.endpoints, "SELECT answer FROM kept") == [(42,)]


def test_two_cold_starts_at_once_share_the_servers_until_the_last_leaves(home: Path, start_holder: StartHolder) -> None:
    one, two = start_holder(home), start_holder(home)
    endpoints = one.endpoints()
    assert two.endpoints() == endpoints
    state = describe(home)
    assert state
    assert {holder.pid for holder in state.holders} == {one.popen.pid, two.popen.pid}
    one.leave()
    time.sleep(1.0)
    assert query(endpoints, "SELECT 1") == [(1,)]
    two.leave()
    wait_until_gone(home)


def test_the_next_command_reuses_warm_servers(used_home: Path) -> None:
    with hold_servers(used_home) as first:
        before = describe(used_home)
    with hold_servers(used_home) as second:
        after = describe(used_home)
        assert second.endpoints == first.endpoints
    assert before
    assert after
    assert before.pid == after.pid


def test_a_hold_during_the_end_waits_and_starts_afresh(used_home: Path) -> None:
    with hold_servers(used_home):
        before = describe(used_home)
    wait_until(lambda: describe(used_home) is None)
    assert processes_of(used_home), "meant to come while the servers are stopping"
    with hold_servers(used_home) as held:
        after = describe(used_home)
        assert query(held.endpoints, "SELECT 1") == [(1,)]
    assert before
    assert after
    assert before.pid != after.pid


def test_ctrl_c_at_the_holder_leaves_the_servers_alone(used_home: Path, start_holder: StartHolder) -> None:
    holder = start_holder(used_home)
    endpoints = holder.endpoints()
    with hold_servers(used_home):
        os.killpg(holder.popen.pid, signal.SIGINT)
        holder.popen.wait()
        time.sleep(0.5)
        assert describe(used_home), "the supervisor is on its way out"
        assert query(endpoints, "SELECT 1") == [(1,)]


def test_a_supervisor_nobody_comes_to_ends(used_home: Path) -> None:
    start_supervisor(Layout(used_home), lambda _text: None, ui=False)
    assert processes_of(used_home)
    wait_until_gone(used_home, within_s=15)


def test_describe_starts_nothing(home: Path) -> None:
    assert describe(home) is None
    assert not home.exists()


def test_state_names_holders_and_children_without_the_password(used_home: Path) -> None:
    with hold_servers(used_home) as held:
        state = describe(used_home)
    assert state
    assert [holder.pid for holder in state.holders] == [os.getpid()]
    assert [child.name for child in state.children] == ["postgres", "temporal"]
    assert all(child.pid and child.restarts == 0 for child in state.children)
    assert state.endpoints == held.endpoints
    assert held.endpoints.postgres_url not in repr(state)


def test_the_web_pages_come_when_asked_for(used_home: Path) -> None:
    with hold_servers(used_home, ui=True) as held:
        assert held.endpoints.temporal_ui_url
        port = int(held.endpoints.temporal_ui_url.rpartition(":")[2])
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


def test_only_the_loopback_interface_is_served_and_only_with_the_password(used_home: Path) -> None:
    with hold_servers(used_home) as held:
        assert "127.0.0.1" in held.endpoints.postgres_url
        assert held.endpoints.temporal_address.startswith("127.0.0.1:")
        assert query(held.endpoints, "SHOW listen_addresses") == [("127.0.0.1",)]
        assert query(held.endpoints, "SHOW unix_socket_directories") == [("",)]
        wrong = held.endpoints.postgres_url.replace("dvt:", "dvt:x", 1)
        with pytest.raises(Exception, match="password authentication failed"):
            query(type(held.endpoints)(wrong, ""), "SELECT 1")
    assert Layout(used_home).password.stat().st_mode & 0o077 == 0
