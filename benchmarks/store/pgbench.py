"""pgbench against our server: a script, some clients, some seconds; rate, latencies and WAL of it."""

import asyncio
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from dvt_postgres_store.testing.server import binaries

RUN_ID = "01980a3c-5f10-7c2e-9b57-{:012x}"
BODY = '{"eventType":"StepStarted","filler":"' + "x" * 370 + '"}'
PART = '{"at":"2026-01-01T00:00:00.000Z","effectKey":"' + "a" * 64 + '","inputsVersion":0}'

# The text is ours, nobody's input.
RAW = f"INSERT INTO bench_raw (body) VALUES ('{BODY}');\n"  # noqa: S608
EVENT_ONLY = f"""\\set n random(1, 1000000000000)
INSERT INTO bench_event (run_seq, persisted_at, run_id, idempotency_key, history_hash, event_type, body)
VALUES (:n::bigint, clock_timestamp(), '{RUN_ID.format(1)}'::uuid, decode(lpad(to_hex(:n::bigint), 64, '0'), 'hex'),
        decode(lpad(to_hex(:n::bigint), 64, '0'), 'hex'), 'StepStarted', '{BODY}');
"""  # noqa: S608
_APPEND = f"""SELECT outcome FROM dvt.append(
  'local', ('01980a3c-5f10-7c2e-9b57-' || lpad(to_hex(:client_id::integer), 12, '0'))::uuid, NULL,
  ARRAY['StepStarted'], ARRAY['s' || :n::text], ARRAY[1], ARRAY[false],
  ARRAY[decode(lpad(to_hex(:n::bigint), 64, '0'), 'hex')], ARRAY['{BODY}'], ARRAY['{PART}']);
"""  # noqa: S608
APPEND = "\\set n random(1000, 1000000000000)\n" + _APPEND
DUPLICATE = "\\set n random(1, 100)\n" + _APPEND


@dataclass(frozen=True, slots=True)
class Tally:
    """Units: transactions per second, milliseconds of each, bytes of WAL per transaction."""

    rate: float
    latencies_ms: Sequence[float]
    wal_bytes: float


async def pgbench(url: str, script: str, *, clients: int, seconds: int) -> Tally:
    """Run a script with prepared statements."""
    return await asyncio.to_thread(_pgbench, url, script, clients=clients, seconds=seconds)


def _pgbench(url: str, script: str, *, clients: int, seconds: int) -> Tally:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "script.sql")
        path.write_text(script, "utf-8")
        before = _wal(url)
        command = [str(binaries() / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2))]
        command += ["-T", str(seconds), "-l", "--log-prefix", f"{folder}/log", "-f", str(path), url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        after = _wal(url)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        lines = [line for log in Path(folder).glob("log*") for line in log.read_text("utf-8").splitlines()]
    latencies = [int(line.split()[2]) / 1000 for line in lines]
    rate = re.search(r"tps = ([0-9.]+)", done.stdout)
    if rate is None:
        raise RuntimeError(done.stdout)
    return Tally(float(rate[1]), latencies, (after - before) / max(1, len(latencies)))


def _wal(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint").fetchone()
    return int(str(row[0])) if row else 0
