"""A worker and a dispatcher in this process, over a store in memory and a real Temporal server."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Self, TypeVar

from dvt_contracts.base import JsonObject
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.dispatcher import Dispatcher
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.system import SystemClock, SystemIds
from dvt_engine_core.testing.world import World
from dvt_engine_core.transitions import TERMINAL
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.worker import Replayer, WorkflowRunner

from dvt_temporal_adapter.activities import Activities
from dvt_temporal_adapter.connection import Connection, TemporalSettings
from dvt_temporal_adapter.controller import TemporalEngine
from dvt_temporal_adapter.converter import DATA_CONVERTER
from dvt_temporal_adapter.sandbox import workflow_runner
from dvt_temporal_adapter.surroundings import Surroundings
from dvt_temporal_adapter.worker import WorkerHost, WorkerSettings
from dvt_temporal_adapter.workflow import InterpreterWorkflow

SOON_S: Final = 30.0
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Stage:
    """Runs of a world on a server, with queues of their own."""

    address: str
    world: World = field(default_factory=World)
    one_queue: bool = False
    activities: Activities = field(init=False)
    connection: Connection = field(init=False)
    engine: TemporalEngine = field(init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Compose; nothing connects yet."""
        self.connection = Connection(
            TemporalSettings(self.address, queue_prefix=uuid.uuid4().hex, one_queue=self.one_queue)
        )
        self.engine = TemporalEngine(self.connection)
        self.activities = self.surroundings().activities()

    def surroundings(self) -> Surroundings:
        """The world as a worker sees it."""
        world = self.world
        kinds = {world.executor.kind: world.executor}
        return Surroundings(world.store, world.store, kinds, world.artifacts, world.logs, world.secrets)

    async def __aenter__(self) -> Self:
        """Begin with nothing served and nothing delivered."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop serving and delivering."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def deliver(self) -> asyncio.Task[None]:
        """Deliver intents from now on."""
        recorder = Recorder(self.world.store, SystemClock(), SystemIds())
        return self._begin(Dispatcher(self.world.store.intents, recorder, self.engine).run())

    def work(self, settings: WorkerSettings | None = None) -> asyncio.Task[None]:
        """Serve the stage's queues from now on."""
        host = WorkerHost(self.connection, self.activities, settings or WorkerSettings(drain_ms=0))
        return self._begin(host.run())

    async def ended(self, run: RunKey) -> RunSnapshot:
        """Wait for the end of a run."""
        return await self.until(run, lambda snapshot: snapshot.status in TERMINAL)

    async def until(self, run: RunKey, true: Callable[[RunSnapshot], bool]) -> RunSnapshot:
        """Wait until something is true of a run."""

        async def holds() -> RunSnapshot | None:
            snapshot = (await self.world.stored(run)).snapshot
            return snapshot if true(snapshot) else None

        return await eventually(holds)

    async def until_called(self, times: int = 1) -> None:
        """Wait until steps were executed that often."""

        async def called() -> bool:
            return len(self.world.executor.calls) >= times

        await eventually(called)

    async def finish(self, plan: JsonObject, inputs: JsonObject | None = None) -> RunKey:
        """Run a plan to its end."""
        run = await self.world.queue(plan, inputs)
        await self.ended(run)
        return run

    async def handle(self, run: RunKey) -> WorkflowHandle[InterpreterWorkflow, None]:
        """The workflow of a run."""
        client = await self.connection.client()
        return client.get_workflow_handle_for(InterpreterWorkflow.run, run.run_id)

    async def history(self, run: RunKey) -> WorkflowHistory:
        """The history of a run's workflow, once it is closed."""
        handle = await self.handle(run)
        async with asyncio.timeout(SOON_S):
            await handle.result()
        return await handle.fetch_history()

    def _begin(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.append(task)
        return task


async def eventually(answer: Callable[[], Awaitable[Answer | None]]) -> Answer:
    """Ask until there is an answer that counts."""
    async with asyncio.timeout(SOON_S):
        while True:
            given = await answer()
            if given:
                return given
            await asyncio.sleep(0.005)


@asynccontextmanager
async def stage(address: str, world: World | None = None) -> AsyncIterator[Stage]:
    """A stage that serves and delivers."""
    async with Stage(address, world or World()) as found:
        found.work()
        found.deliver()
        yield found


async def replay(history: WorkflowHistory, runner: WorkflowRunner | None = None) -> None:
    """Replay a history on the workflow as it is now, in its sandbox. Raises where it would decide otherwise."""
    replayer = Replayer(
        workflows=[InterpreterWorkflow],
        workflow_runner=runner or workflow_runner(),
        data_converter=DATA_CONVERTER,
    )
    await replayer.replay_workflow(history)


def events(history: WorkflowHistory) -> Counter[str]:
    """How many events of each type a history has."""
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)
