"""SIGKILL at the worst moment: nothing stays behind, nothing blocks the next start."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from dvt.embedded import ChildState, SupervisorState, describe, hold_servers
from dvt.embedded.layout import Layout
from dvt.embedded.lock import read_owner

from packages.cli.tests.integration.embedded.support import StartHolder, kill, query, wait_until, wait_until_gone


def supervisor(home: Path) -> SupervisorState:
    state = describe(home)
    assert state
    return state


def child(home: Path, name: str) -> ChildState:
    return next(child for child in supervisor(home).children if child.name == name)


def test_servers_end_with_a_killed_holder(used_home: Path, start_holder: StartHolder) -> None:
    holder = start_holder(used_home)
    holder.endpoints()
    holder.kill()
    wait_until_gone(used_home)


def test_servers_die_with_a_killed_supervisor_and_the_next_start_recovers(used_home: Path) -> None:
    with hold_servers(used_home) as held:
        query(held.endpoints, "CREATE TABLE kept AS SELECT 42 AS answer")
        kill(supervisor(used_home).pid)
        with hold_servers(used_home) as again:  # at once, while the orphaned postmaster is still shutting down
            assert query(again.endpoints, "SELECT answer FROM kept") == [(42,)]
        assert not held.alive
    wait_until_gone(used_home)


def test_a_killed_supervisor_takes_every_child_with_it(used_home: Path, start_holder: StartHolder) -> None:
    holder = start_holder(used_home, "sleep", "1000")
    holder.endpoints()
    state = supervisor(used_home)
    kill(state.pid)
    wait_until_gone(used_home)
    for one in state.children:
        wait_until(lambda pid=one.pid: not Path(f"/proc/{pid}").exists(), what=lambda name=one.name: str(name))  # type: ignore[misc]


@pytest.mark.parametrize("whole_session", [True, False])
def test_a_start_killed_while_the_cluster_is_made_leaves_none(
    home: Path, start_holder: StartHolder, *, whole_session: bool
) -> None:
    holder = start_holder(home)
    holder.wait_until_it_says("creating the PostgreSQL")
    wait_until(lambda: any(home.glob("postgres.new-*/data/base")))
    owner = read_owner(Layout(home).lock)
    assert owner
    holder.kill()
    if whole_session:
        kill(owner.pid)
    wait_until_gone(home)
    assert not Layout(home).postgres.exists()
    with hold_servers(home) as held:
        assert query(held.endpoints, "SELECT 1") == [(1,)]
        assert not list(home.glob("postgres.new-*"))


def test_a_killed_postgres_comes_back_at_the_same_place_with_its_data(used_home: Path) -> None:
    with hold_servers(used_home) as held:
        query(held.endpoints, "CREATE TABLE kept AS SELECT 42 AS answer")
        kill(child(used_home, "postgres").pid)
        wait_until(lambda: child(used_home, "postgres").restarts == 1 and child(used_home, "postgres").pid is not None)
        wait_until(lambda: answers(held.endpoints.postgres_url))
        assert query(held.endpoints, "SELECT answer FROM kept") == [(42,)]


@pytest.mark.parametrize("delay_s", [0.0, 0.06, 0.15])
def test_a_start_killed_while_temporals_tables_are_made_does_not_block(
    home: Path, start_holder: StartHolder, delay_s: float
) -> None:
    holder = start_holder(home)
    wait_until((home / "temporal" / "temporal.db").exists)
    time.sleep(delay_s)
    owner = read_owner(Layout(home).lock)
    assert owner
    kill(owner.pid)
    holder.kill()
    with hold_servers(home) as held:
        assert query(held.endpoints, "SELECT 1") == [(1,)]


def answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_killed_temporal_comes_back_at_the_same_place(used_home: Path) -> None:
    with hold_servers(used_home) as held:
        before = child(used_home, "temporal").pid
        kill(before)
        wait_until(lambda: child(used_home, "temporal").pid not in (None, before))
        assert supervisor(used_home).endpoints == held.endpoints


def test_a_pid_file_whose_pid_is_another_process_now_does_not_block(used_home: Path) -> None:
    with hold_servers(used_home):
        pass
    wait_until_gone(used_home)
    with subprocess.Popen(["sleep", "1000"]) as other:
        try:
            pid_file = Layout(used_home).cluster / "postmaster.pid"
            pid_file.write_text(f"{other.pid}\n{Layout(used_home).cluster}\n1\n5432\n\n127.0.0.1\n 1 1\nready\n")
            with hold_servers(used_home) as held:
                assert query(held.endpoints, "SELECT 1") == [(1,)]
            assert other.poll() is None, "an innocent process was killed"
        finally:
            other.kill()


def test_a_lost_password_file_is_replaced(used_home: Path) -> None:
    with hold_servers(used_home) as held:
        before = held.endpoints.postgres_url
    wait_until_gone(used_home)
    Layout(used_home).password.unlink()
    with hold_servers(used_home) as held:
        assert held.endpoints.postgres_url != before
        assert query(held.endpoints, "SELECT 1") == [(1,)]


def test_a_stale_socket_and_a_torn_lock_file_do_not_block(used_home: Path) -> None:
    with hold_servers(used_home):
        kill(supervisor(used_home).pid)
    wait_until_gone(used_home)
    assert Layout(used_home).socket.exists(), "a killed supervisor leaves its socket"
    Layout(used_home).lock.write_text('{"pid": 1, "sta')
    with hold_servers(used_home) as held:
        assert query(held.endpoints, "SELECT 1") == [(1,)]
