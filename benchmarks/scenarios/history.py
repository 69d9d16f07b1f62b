"""P15 and P15b: Temporal history events of a run beside a hand-written workflow with the same number of activities."""

import json
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from benchmarks.model import Figure, Scenario, Sides, Value
from benchmarks.surroundings import DVT, Surroundings, output_of, servers

FEW, MANY = 10, 30


def _plan(count: int) -> str:
    steps = [
        {"stepId": f"s{number}", "kind": "noop", "dependsOn": [f"s{number - 1}"] if number else []}
        for number in range(count)
    ]
    return json.dumps({"schemaVersion": "0.1", "planId": f"noop-{count}", "planVersion": "1", "steps": steps})


async def _events(client: Client, workflow_id: str) -> int:
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    return len(history.events)


@asynccontextmanager
async def opened() -> AsyncIterator[Sides]:
    """Run both sides with few and with many steps and count what Temporal wrote down."""
    async with servers() as around:
        client = await Client.connect(around.temporal_address)
        plain = {count: await _plain(client, around, count) for count in (FEW, MANY)}

        async def ours() -> Mapping[str, Value]:
            with tempfile.TemporaryDirectory() as folder:
                events = {count: await _ours(client, around, Path(folder), count) for count in (FEW, MANY)}
            return {"P15": (events[MANY] - events[FEW]) / (MANY - FEW), "P15b": events[FEW] - plain[FEW]}

        async def base() -> Mapping[str, Value]:
            events = {count: await _plain(client, around, count) for count in (FEW, MANY)}
            return {"P15": (events[MANY] - events[FEW]) / (MANY - FEW), "P15b": 0}

        yield Sides(ours, base)


async def _ours(client: Client, around: Surroundings, folder: Path, count: int) -> int:
    path = folder / f"noop-{count}.json"
    path.write_text(_plan(count), "utf-8")
    report = json.loads(await output_of([DVT, "run", "start", str(path), "-o", "json"], around.environment))
    return await _events(client, report["runId"])


async def _plain(client: Client, around: Surroundings, count: int) -> int:
    workflow_id = str(uuid.uuid4())
    script = [sys.executable, "-m", "benchmarks.plain.temporal_start"]
    await output_of([*script, around.temporal_address, str(count), workflow_id], around.environment)
    return await _events(client, workflow_id)


SCENARIO = Scenario(
    title=f"Temporal history of a linear plan of no-op steps ({FEW} and {MANY} steps)",
    figures=(
        Figure("P15", "history events per added step", "events", better="lower", goal=1.0),
        Figure("P15b", "fixed extra events per run", "events", better="lower", goal=12, base_is_zero=True),
    ),
    open=opened,
    runs=3,
)
