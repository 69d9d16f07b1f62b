"""Paths the kernel or the servers cannot take, and programs that are not there."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from dvt.embedded import EmbeddedError, binaries
from dvt.embedded.binaries import find_postgres, find_temporal
from dvt.embedded.layout import LONGEST_HOME_BYTES, Layout
from dvt.embedded.short_path import LONGEST_ADDRESS_BYTES, short_path


@pytest.mark.parametrize("length", [0, 60, 200])
def test_a_socket_works_at_any_depth(tmp_path: Path, length: int) -> None:
    folder = tmp_path / ("d" * length)
    folder.mkdir(exist_ok=True)
    path = folder / "supervisor.sock"
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        with short_path(path) as address:
            server.bind(address)
        server.listen()
        with short_path(path) as address:
            assert len(os.fsencode(address)) <= LONGEST_ADDRESS_BYTES
            client.connect(address)
    assert path.is_socket()


def test_a_deep_temporary_folder_does_not_lengthen_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("t" * 120)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with short_path(deep / "supervisor.sock") as address:
        assert len(os.fsencode(address)) <= LONGEST_ADDRESS_BYTES


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "x" * LONGEST_HOME_BYTES])
def test_a_path_no_server_takes_is_refused_before_anything_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(EmbeddedError) as caught:
        Layout(tmp_path / "above" / name).prepare()
    assert caught.value.code == "EMBEDDED_HOME_UNWRITABLE"
    assert not (tmp_path / "above").exists()


def test_folders_are_private(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "home")
    layout.prepare()
    assert all(path.stat().st_mode & 0o077 == 0 for path in (layout.home, *layout.home.iterdir()))


def test_an_existing_home_keeps_its_permissions(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    before = home.stat().st_mode
    Layout(home).prepare()
    assert home.stat().st_mode == before


def test_a_named_postgres_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_postgres(tmp_path, "postgres (PostgreSQL) 17.2 (Special 17.2-1)")
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    found = find_postgres(None)
    assert (found.folder, found.major) == (tmp_path, 17)


def test_the_newest_of_the_wheel_is_taken_without_wishes_and_the_fitting_one_for_data() -> None:
    assert find_postgres(None).major == 18
    assert find_postgres(16).major == 16


@pytest.mark.parametrize("version", ["postgres (PostgreSQL) 14.9", "nonsense"])
def test_too_old_or_strange_programs_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    make_postgres(tmp_path, version)
    monkeypatch.setattr(binaries, "_postgres_folders", lambda: iter([tmp_path, tmp_path / "missing"]))
    with pytest.raises(EmbeddedError) as caught:
        find_postgres(None)
    assert caught.value.code == "EMBEDDED_NO_BINARIES"
    assert "PG_BIN" in caught.value.hint


def test_data_of_a_version_nobody_has_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_postgres(tmp_path, "postgres (PostgreSQL) 18.4")
    monkeypatch.setattr(binaries, "_postgres_folders", lambda: iter([tmp_path]))
    with pytest.raises(EmbeddedError) as caught:
        find_postgres(21)
    assert caught.value.code == "EMBEDDED_DATA_NEWER"
    assert "PostgreSQL 21; found here: 18" in caught.value.message


def test_a_missing_temporal_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda *_: "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("TEMPORAL_BIN", raising=False)
    with pytest.raises(EmbeddedError) as caught:
        find_temporal()
    assert caught.value.code == "EMBEDDED_NO_BINARIES"
    assert "temporal-bin" in caught.value.hint


def make_postgres(folder: Path, version: str) -> None:
    for name in ("postgres", "initdb"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho '{version}'\n")
        program.chmod(0o755)
