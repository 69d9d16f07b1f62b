"""P26: `dvt run start` of hello-world, command to exit, beside a script that runs a hand-written workflow."""

import sys
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from benchmarks.model import Figure, Scenario, Sides, Value
from benchmarks.surroundings import DVT, output_of, servers

STEPS = 3


@asynccontextmanager
async def opened() -> AsyncIterator[Sides]:
    """Servers, host and plain worker are up and warm; both commands are whole processes."""
    async with servers() as around:

        async def ours() -> Mapping[str, Value]:
            before = time.perf_counter()
            await output_of([DVT, "run", "start", "golden-paths/hello_world", "-o", "json"], around.environment)
            return {"P26": time.perf_counter() - before}

        async def base() -> Mapping[str, Value]:
            script = [sys.executable, "-m", "benchmarks.plain.temporal_start"]
            before = time.perf_counter()
            await output_of([*script, around.temporal_address, str(STEPS), str(uuid.uuid4())], around.environment)
            return {"P26": time.perf_counter() - before}

        yield Sides(ours, base)


SCENARIO = Scenario(
    title="dvt run start of hello-world beside a plain Temporal script, servers and workers up",
    figures=(Figure("P26", "command to exit", "s", better="lower", goal=1.5),),
    open=opened,
    runs=10,
)
