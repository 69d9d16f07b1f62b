"""Servers for scenarios: the embedded ones with their host, in a data directory that goes away, and a plain worker."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dvt.embedded.holder import hold_servers

ROOT = Path(__file__).resolve().parents[1]
DVT = str(Path(sys.executable).parent / "dvt")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the servers are, and the environment in which commands find them."""

    temporal_address: str
    postgres_url: str
    environment: Mapping[str, str]


@asynccontextmanager
async def servers() -> AsyncIterator[Surroundings]:
    """Embedded servers with our host and a plain worker beside it, both warm before anything is measured."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "DVT_HOME": home, "PYTHONPATH": str(ROOT)}
        os.environ["DVT_HOME"] = home
        host = (sys.executable, "-m", "dvt.host")
        with await asyncio.to_thread(hold_servers, Path(home), host_argv=host) as held:
            address = held.endpoints.temporal_address
            worker = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "benchmarks.plain.temporal_worker",
                address,
                stdout=asyncio.subprocess.PIPE,
                env=environment,
                cwd=ROOT,
            )
            try:
                if worker.stdout is not None:
                    await worker.stdout.readline()
                yield Surroundings(address, held.endpoints.postgres_url, environment)
            finally:
                worker.kill()
                await worker.wait()


async def output_of(argv: list[str], environment: Mapping[str, str]) -> bytes:
    """Run a command to its end. Raises: RuntimeError with what it said if it failed."""
    process = await asyncio.create_subprocess_exec(
        *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=dict(environment), cwd=ROOT
    )
    out, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(argv)} exited with {process.returncode}: {said.decode()[-2000:]}")
    return out
