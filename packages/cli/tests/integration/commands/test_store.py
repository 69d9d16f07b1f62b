"""`dvt store migrate --plan`, `rebuild` and `verify` on a database of one's own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from dvt_engine_core.testing.builders import SampleRun
from dvt_postgres_store import CODE_LEVEL, Database, PostgresStateStore
from dvt_postgres_store.testing.server import postgres_server


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres_server(tmp_path_factory.mktemp("postgres")) as server, server.database("stored") as url:
        yield url


def _dvt(url: str, home: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DVT_")}
    own = {"DVT_HOME": str(home), "DVT_POSTGRES_URL": url, "DVT_TEMPORAL_ADDRESS": "127.0.0.1:1"}
    return subprocess.run(
        [sys.executable, "-P", "-m", "dvt", *argv],
        capture_output=True,
        text=True,
        check=False,
        env=plain | own,
        cwd=home,
        timeout=60,
    )


async def _fill(url: str) -> str:
    async with Database(url) as database:
        store = PostgresStateStore(database)
        runs = [SampleRun() for _ in range(4)]
        for run in runs:
            await store.create_run(run.new())
            await store.append(run.key, [run.event("RunStarted"), run.event("StepStarted", "a")])
    return runs[-1].run_id


def test_plan_rebuild_and_verify(url: str, tmp_path: Path) -> None:
    """One story: what is to do, done; sound; damaged and found; rebuilt and sound again."""
    plan = _dvt(url, tmp_path, "store", "migrate", "--plan", "-o", "json")
    assert plan.returncode == 0, plan.stderr
    assert [step["level"] for step in json.loads(plan.stdout)] == list(range(1, CODE_LEVEL + 1))
    assert all(step["locks"] == [] for step in json.loads(plan.stdout))
    assert _dvt(url, tmp_path, "store", "migrate").returncode == 0
    assert _dvt(url, tmp_path, "store", "migrate", "--plan").stdout == "nothing to do\n"

    run_id = asyncio.run(_fill(url))
    sound = _dvt(url, tmp_path, "store", "verify", "--workers", "2")
    assert (sound.returncode, sound.stdout) == (0, "4 runs, 12 events verified: all invariants hold\n"), sound.stderr

    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("UPDATE dvt.step SET status = 'FAILED' WHERE run_id = %s", [run_id])
    damaged = _dvt(url, tmp_path, "store", "verify", "--workers", "2", "-o", "json")
    assert damaged.returncode == 3
    (finding,) = json.loads(damaged.stdout)["findings"]
    assert finding == {
        "invariant": "I13",
        "tenantId": "local",
        "runId": run_id,
        "runSeq": None,
        "detail": "step a: status",
    }
    assert run_id in _dvt(url, tmp_path, "store", "verify", "--workers", "1").stdout

    rebuilt = _dvt(url, tmp_path, "store", "rebuild", "--workers", "2", "-o", "json")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert {name: json.loads(rebuilt.stdout)[name] for name in ("runs", "events")} == {"runs": 4, "events": 12}
    assert _dvt(url, tmp_path, "store", "verify", "--workers", "1").returncode == 0


def test_a_server_that_is_away_is_no_traceback(tmp_path: Path) -> None:
    away = _dvt("postgresql://x@127.0.0.1:1/x", tmp_path, "store", "verify")
    assert away.returncode == 7
    assert "STORE_UNAVAILABLE" in away.stderr
    assert "Traceback" not in away.stderr
