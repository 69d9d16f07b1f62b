"""Worker, dispatcher and relay of one process, composed: the host beside embedded servers, or `dvt worker run`."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import structlog
from dvt_engine_core.errors import DvtError, UnavailableError
from dvt_engine_core.ports.execution import StepExecutors
from dvt_engine_core.services.dispatcher import Dispatcher
from dvt_engine_core.services.materials import RunMaterial
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.system import SystemClock, SystemIds
from dvt_outbox_worker.publishers.jsonl import JsonlPublisher
from dvt_outbox_worker.worker import RelayWorker
from dvt_postgres_store import (
    Database,
    PostgresIntentQueue,
    PostgresOutbox,
    PostgresPlanStore,
    PostgresStateStore,
)
from dvt_step_runtime.plugins import load_executors, prewarm
from dvt_step_runtime.secrets import EnvironmentSecrets
from dvt_temporal_adapter.connection import Connection, TemporalSettings
from dvt_temporal_adapter.controller import TemporalEngine
from dvt_temporal_adapter.surroundings import Surroundings
from dvt_temporal_adapter.worker import WorkerHost, WorkerSettings
from pydantic import MISSING

from dvt.config import Settings
from dvt.connections import LOCAL, connection_urls, prepare_data_database
from dvt.servers import Servers, ready
from dvt.step_files import artifact_store, step_logs

log = structlog.get_logger("dvt.services")
CodeRoot = Path | Literal["from-run"] | None
_AGAIN_S: Final = 0.5
_DRAIN_MS: Final = 0


@dataclass(frozen=True, slots=True)
class Serving:
    """What to serve, and how.

    Shape: `code_root` is the folder in which every run's code is, `from-run` for the folder that the run names,
    None for neither. `drain_ms` is what running steps get after a stop before they are given back: nothing beside
    embedded servers, which end at the same time.
    """

    settings: Settings
    servers: Servers
    code_root: CodeRoot
    drain_ms: int = _DRAIN_MS


def events_file(settings: Settings) -> Path:
    """Where the relay writes events."""
    return settings.home / "outbox" / "events.jsonl"


async def serve(serving: Serving, *, on_ready: Callable[[], None]) -> None:
    """Serve until cancelled; then nothing new is taken and running steps are given back.

    Raises: DvtError if the configuration, the database or Temporal's namespace is wrong. What is only away is
    waited for.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(_database(serving))
        store, intents = PostgresStateStore(database), PostgresIntentQueue(database)
        executors = load_executors()
        for executor in executors.values():
            stack.push_async_callback(executor.aclose)
        connection = Connection(
            TemporalSettings(
                serving.servers.temporal_address,
                serving.settings.temporal_namespace,
                one_queue=serving.servers.embedded,
            )
        )
        surroundings = Surroundings(
            store=store,
            plans=PostgresPlanStore(database),
            executors=executors,
            artifacts=artifact_store(serving.settings),
            logs=step_logs(serving.settings),
            secrets=EnvironmentSecrets(await _connections(serving)),
            code_root_of=_code_root_of(serving.code_root),
        )
        worker = WorkerHost(connection, surroundings.activities(), WorkerSettings(drain_ms=serving.drain_ms))
        recorder = Recorder(store, SystemClock(), SystemIds())
        relay = RelayWorker(PostgresOutbox(database), JsonlPublisher(events_file(serving.settings)), owner=_owner())
        dispatcher = Dispatcher(intents, recorder, TemporalEngine(connection))
        async with asyncio.TaskGroup() as group:
            group.create_task(_relay(relay), name="relay")
            group.create_task(worker.run(), name="worker")
            group.create_task(dispatcher.run(), name="dispatcher")
            group.create_task(_prewarmed(executors), name="prewarm")
            await worker.ready.wait()
            log.info("serving", kinds=sorted(executors), temporal=serving.servers.temporal_address)
            on_ready()


@asynccontextmanager
async def _database(serving: Serving) -> AsyncIterator[Database]:
    """The open database at the right schema; one that is away is waited for."""
    while True:
        database = Database(serving.servers.postgres_url, max_size=16)
        try:
            await database.open()
            await ready(database, serving.servers, log.info)
        except UnavailableError as error:
            await database.close()
            log.warning("waiting for the database", code=error.code)
            await asyncio.sleep(_AGAIN_S)
        except BaseException:
            await database.close()
            raise
        else:
            break
    try:
        yield database
    finally:
        await database.close()


async def _connections(serving: Serving) -> dict[str, str]:
    """URLs of connections; `local` is the embedded server's database for data unless the configuration says other."""
    urls = connection_urls(serving.settings.connections)
    if serving.servers.embedded and LOCAL not in urls:
        urls[LOCAL] = await asyncio.to_thread(prepare_data_database, serving.servers.postgres_url)
    return urls


def _code_root_of(code_root: CodeRoot) -> Callable[[RunMaterial], Path | None]:
    def of(material: RunMaterial) -> Path | None:
        if code_root != "from-run":
            return code_root
        named = material.context.code_root
        return None if named is MISSING else Path(named)

    return of


async def _prewarmed(executors: StepExecutors) -> None:
    """Get executors ready; one that cannot will say so when it is called."""
    try:
        await prewarm(executors.values())
    except Exception:
        log.exception("an executor could not get ready ahead")


async def _relay(relay: RelayWorker) -> None:
    """Run the relay; when cancelled it finishes its batch and gives its shards back."""
    running = asyncio.ensure_future(relay.run())
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        relay.stop()
        with suppress(TimeoutError, DvtError):
            await asyncio.wait_for(running, 2.0)
        raise


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{SystemIds().event_id()[:8]}"


def run_until_stopped(coroutine: Any) -> None:  # noqa: ANN401 - any coroutine
    """Run until it ends or SIGINT or SIGTERM asks to stop; either signal cancels it once."""
    import signal

    async def run() -> None:
        task = asyncio.ensure_future(coroutine)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())
