"""The caller's own process beside the servers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from dvt.embedded import ChildState, describe, hold_servers

from packages.cli.tests.integration.embedded.support import kill, wait_until, wait_until_gone

# Writes what it was given, then tells of an orderly end.
HOST = """
import os, signal, sys, time
from pathlib import Path
place = Path(sys.argv[1])
names = ("DVT_POSTGRES_URL", "DVT_TEMPORAL_ADDRESS", "DVT_HOME", "TOKEN_OF_THE_HOLDER")
(place / "given").write_text("\\n".join([os.environ.get(name, "") for name in names] + [os.getcwd()]))
def end(*_):
    (place / "drained").write_text("")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("host is up", flush=True)
(place / f"up-{os.getpid()}").write_text("")
while True:
    time.sleep(10)
"""


def host(home: Path) -> ChildState | None:
    state = describe(home)
    assert state
    return next((child for child in state.children if child.name == "host"), None)


def argv(place: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", HOST, str(place))


def test_the_host_finds_the_servers_and_the_holders_surroundings(
    used_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_OF_THE_HOLDER", "mine")
    monkeypatch.chdir(tmp_path)
    with hold_servers(used_home, host_argv=argv(tmp_path)) as held:
        wait_until(lambda: any(tmp_path.glob("up-*")))
        given = (tmp_path / "given").read_text().splitlines()
        endpoints = held.endpoints
        assert given == [endpoints.postgres_url, endpoints.temporal_address, str(used_home), "mine", str(tmp_path)]
        assert "host is up" in (used_home / "logs" / "host.log").read_text()
    wait_until_gone(used_home)
    assert (tmp_path / "drained").exists()


def test_a_killed_host_is_started_again(used_home: Path, tmp_path: Path) -> None:
    with hold_servers(used_home, host_argv=argv(tmp_path)):
        wait_until(lambda: len(list(tmp_path.glob("up-*"))) == 1)
        before = host(used_home)
        assert before
        kill(before.pid)
        wait_until(lambda: len(list(tmp_path.glob("up-*"))) == 2)
        after = host(used_home)
        assert after
        assert after.restarts == 1


def test_a_later_holder_brings_the_host_and_a_second_host_is_not_started(used_home: Path, tmp_path: Path) -> None:
    with hold_servers(used_home):
        assert host(used_home) is None
        with hold_servers(used_home, host_argv=argv(tmp_path)):
            wait_until(lambda: any(tmp_path.glob("up-*")))
            first = host(used_home)
        with hold_servers(used_home, host_argv=("false",)):
            assert host(used_home) == first


def test_a_host_that_cannot_start_is_an_error_of_who_asked_only(used_home: Path) -> None:
    from dvt.embedded import EmbeddedError

    with hold_servers(used_home):
        with pytest.raises(EmbeddedError) as caught:
            hold_servers(used_home, host_argv=("/nowhere/at-all",))
        assert caught.value.code == "EMBEDDED_START_FAILED"
        assert describe(used_home)
