"""Record one history per case and release: `python -m dvt_temporal_adapter.testing.recording FOLDER`.

A recorded history is never written again: it stands for the runs that were open when a later release was installed.
"""

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from dvt_contracts.base import JsonObject, JsonValue
from dvt_engine_core.errors import StepError
from dvt_engine_core.ports.execution import StepCall
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.testing.world import ACTOR, plan_of
from temporalio.client import WorkflowHistory

from dvt_temporal_adapter.surroundings import builds
from dvt_temporal_adapter.testing.server import temporal_server
from dvt_temporal_adapter.testing.stage import Stage, stage

_WORKER: Final = re.compile(r'"\d+@[^"]*"')


async def _hang(_: StepCall) -> JsonValue:
    await asyncio.sleep(3600)
    return None


async def _fail_at_first(call: StepCall) -> JsonValue:
    if call.attempt == 1:
        raise StepError("not yet", code="PYTHON_RAISED")
    return None


async def _linear(at: Stage) -> RunKey:
    return await at.finish(
        plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}, {"stepId": "c", "dependsOn": ["b"]})
    )


async def _diamond(at: Stage) -> RunKey:
    sides: list[JsonObject] = [{"stepId": name, "dependsOn": ["top"]} for name in ("left", "right")]
    return await at.finish(plan_of({"stepId": "top"}, *sides, {"stepId": "join", "dependsOn": ["left", "right"]}))


async def _retry(at: Stage) -> RunKey:
    at.world.executor.behaviours["a"] = _fail_at_first
    return await at.finish(plan_of({"stepId": "a", "retry": {"maxAttempts": 2, "initialMs": 20}}))


async def _fail_fast(at: Stage) -> RunKey:
    async def fail_late(_: StepCall) -> JsonValue:
        await at.until_called(2)
        raise StepError("no", code="PYTHON_RAISED")

    at.world.executor.behaviours |= {"slow": _hang, "bad": fail_late}
    return await at.finish(plan_of({"stepId": "slow"}, {"stepId": "bad"}, {"stepId": "next", "dependsOn": ["bad"]}))


async def _cancel(at: Stage) -> RunKey:
    at.world.executor.behaviours["a"] = _hang
    run = await at.world.queue(plan_of({"stepId": "a"}, {"stepId": "b", "dependsOn": ["a"]}))
    await at.until_called()
    await at.world.service.cancel_run(run, signal_id="c1", actor=ACTOR, reason="test")
    await at.ended(run)
    return run


CASES: Final[dict[str, Callable[[Stage], Awaitable[RunKey]]]] = {
    "linear": _linear,
    "diamond": _diamond,
    "retry": _retry,
    "fail_fast": _fail_fast,
    "cancel": _cancel,
}


def text_of(history: WorkflowHistory) -> str:
    """A history as a line of JSON that names no machine."""
    return _WORKER.sub('"worker"', json.dumps(json.loads(history.to_json()))) + "\n"


async def record(address: str, folder: Path) -> list[Path]:
    """Record what the folder lacks for this release; the files written."""
    written = []
    for name, play in CASES.items():
        file = folder / f"{name}.{builds().adapter}.json"
        if file.exists():
            continue
        async with stage(address) as at:
            file.write_text(text_of(await at.history(await play(at))), encoding="utf-8")
        written.append(file)
    return written


if __name__ == "__main__":
    with temporal_server() as server:
        asyncio.run(record(server.address, Path(sys.argv[1])))
