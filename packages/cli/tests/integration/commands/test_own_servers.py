"""Servers of one's own: nothing is started, nothing is migrated unasked, and who serves is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from packages.cli.tests.integration.commands.conftest import Place, WritePlan, endpoints_of, heard

NAMESPACE = "elsewhere"


def with_database(url: str, name: str) -> str:
    return url.rpartition("/")[0] + f"/{name}"


@pytest.fixture(scope="module")
def servers(warm_home: Path) -> dict[str, str]:
    """A database and a namespace that the warm home's own worker does not know."""
    at = endpoints_of(warm_home)
    with psycopg.connect(at.postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere")
    temporal = Path(sysconfig.get_path("scripts")) / "temporal"
    subprocess.run(
        [temporal, "operator", "namespace", "create", "--address", at.temporal_address, "-n", NAMESPACE],
        check=True,
        capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
    )
    return {
        "DVT_POSTGRES_URL": with_database(at.postgres_url, "elsewhere"),
        "DVT_TEMPORAL_ADDRESS": at.temporal_address,
        "DVT_TEMPORAL_NAMESPACE": NAMESPACE,
    }


@pytest.fixture
def own(servers: dict[str, str], tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "home", tmp_path, dict(servers))
    yield place
    place.clear()
    assert not (tmp_path / "home" / "postgres").exists(), "nothing is started"


def test_from_an_empty_database_to_a_served_run(own: Place, write_plan: WritePlan) -> None:
    plan = write_plan({"stepId": "a", "kind": "process", "with": {"argv": ["ls", "tasks.py"], "output": "text"}})
    unmigrated = own.here("run", "start", plan, "-o", "json")
    assert (unmigrated.code, unmigrated.problem()["code"]) == (5, "STORE_SCHEMA_MISSING")
    assert "dvt store migrate" in unmigrated.problem()["hint"]
    assert own.here("store", "migrate", "-o", "json").json()["before"] == 0
    assert "as before" in own.here("store", "migrate").out
    run = own.here("run", "start", plan, "--detach", "-o", "name").out.strip()
    waiting = own.start("run", "watch", run, "-o", "json")
    heard(waiting, "no worker has taken the run", "dvt worker run")
    worker = own.start("worker", "run", "--code-root-from-run")
    heard(worker, "serving")
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, err
    assert '"stdout": "tasks.py\\n"' in out
    own.environment["DVT_TEMPORAL_NAMESPACE"] = "nowhere"
    refused = own("worker", "run", "-o", "json")
    assert (refused.code, refused.problem()["code"]) == (2, "USAGE")
    refused = own("worker", "run")
    assert refused.code == 1
    assert "[ENGINE_REJECTED]" in refused.err
    assert "DVT_TEMPORAL_NAMESPACE" in refused.err
    worker.send_signal(signal.SIGINT)
    worker.communicate(timeout=30)
    assert worker.returncode == 0


def test_a_newer_schema_and_a_role_without_rights_are_refused(own: Place, servers: dict[str, str]) -> None:
    own.here("store", "migrate")
    url = servers["DVT_POSTGRES_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE nobody_here LOGIN PASSWORD 'x'")
        own.environment["DVT_POSTGRES_URL"] = url.replace(url.split("//")[1].split("@")[0], "nobody_here:x")
        for argv in (["run", "list"], ["store", "migrate"]):
            answer = own.here(*argv, "-o", "json")
            assert answer.code == 5, answer
            assert answer.problem()["code"] in {"STORE_NO_RIGHTS", "STORE_SCHEMA_MISSING"}
        own.environment["DVT_POSTGRES_URL"] = url
        connection.execute("INSERT INTO dvt.schema_level (level) VALUES (1000)")
    newer = own.here("run", "list", "-o", "json")
    assert (newer.code, newer.problem()["code"]) == (5, "STORE_SCHEMA_NEWER")
    assert newer.problem()["hint"] == "Update DVT."
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM dvt.schema_level WHERE level = 1000")


def test_servers_that_cannot_be_reached_are_unavailable(tmp_path: Path) -> None:
    place = Place(tmp_path / "home", tmp_path)
    place.environment = {
        "DVT_POSTGRES_URL": "postgresql://u:hunter2@127.0.0.1:9/d",
        "DVT_TEMPORAL_ADDRESS": "127.0.0.1:9",
    }
    answer = place.here("run", "list", "-o", "json")
    assert (answer.code, answer.problem()["code"], answer.problem()["retryable"]) == (7, "STORE_UNAVAILABLE", True)
    assert "hunter2" not in answer.err
    doctor = place.here("doctor", "-o", "json")
    failed = {row["name"] for row in doctor.json() if row["result"] == "fail"}
    assert (doctor.code, failed) == (1, {"database", "temporal"})
    assert "hunter2" not in doctor.out
