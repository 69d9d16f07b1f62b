"""Workers of this process: one per worker class, drained when told to stop."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from dvt_contracts.models.glossary.v1.status import WorkerClass
from dvt_engine_core.errors import UnavailableError
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.worker import Worker

from dvt_temporal_adapter.activities import Activities
from dvt_temporal_adapter.connection import Connection
from dvt_temporal_adapter.errors import translated, unavailable
from dvt_temporal_adapter.sandbox import workflow_runner
from dvt_temporal_adapter.workflow import InterpreterWorkflow

_RECONNECT_S: Final = 1.0
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a process takes on.

    Shape: the control class runs interpreters, load and record beside its own steps; with one queue for all classes
    every process serves all.
    Units: integer milliseconds. `drain_ms` is what running steps get after a stop before they are given back;
    `sticky_ms` is how long a task waits for the worker that holds its workflow in memory, and so for a dead one.
    """

    classes: tuple[WorkerClass, ...] = tuple(WorkerClass)
    max_steps: int = 100
    max_interpreters_in_memory: int = 1_000
    drain_ms: int = 30_000
    sticky_ms: int = 3_000


class WorkerHost:
    """Serves the queues of the chosen classes until it is cancelled."""

    def __init__(self, connection: Connection, activities: Activities, settings: WorkerSettings | None = None) -> None:
        self.settings = settings or WorkerSettings()
        self.ready = asyncio.Event()
        self._connection = connection
        self._activities = activities

    async def run(self) -> None:
        """Serve; cancel to stop. A server that is away is waited for.

        Shape: once cancelled nothing new is taken, running steps may end within the drain time, then they are
        cancelled and given back: another worker takes them over.
        Raises: RejectedError [ENGINE_REJECTED, CONFIG_INVALID] where namespace, credentials or files are wrong.
        """
        while True:
            try:
                await self._serve(await self._client())
            except UnavailableError as error:
                self.ready.clear()
                _log.warning("%s; trying again", error)
                await asyncio.sleep(_RECONNECT_S)

    async def _client(self) -> Client:
        """The client, once the server has shown its namespace."""
        client = await self._connection.client()
        settings = self._connection.settings
        with translated(settings.address):
            request = DescribeNamespaceRequest(namespace=settings.namespace)
            await client.workflow_service.describe_namespace(request, timeout=settings.call_timeout)
        return client

    async def _serve(self, client: Client) -> None:
        """Serve until cancelled. Raises: UnavailableError where a worker cannot go on."""
        classes = (WorkerClass.CONTROL,) if self._connection.settings.one_queue else self.settings.classes
        workers = [self.build(client, worker_class) for worker_class in classes]
        try:
            async with asyncio.TaskGroup() as group:
                for worker in workers:
                    group.create_task(worker.run())
                self.ready.set()
        except ExceptionGroup as failed:
            raise unavailable(self._connection.settings.address, str(failed.exceptions[0])) from failed

    def build(self, client: Client, worker_class: WorkerClass) -> Worker:
        """A worker for one class."""
        activities, settings = self._activities, self.settings
        control = worker_class is WorkerClass.CONTROL
        return Worker(
            client,
            task_queue=self._connection.settings.queue(worker_class),
            workflows=[InterpreterWorkflow] if control else [],
            activities=[activities.load, activities.record, activities.step] if control else [activities.step],
            workflow_runner=workflow_runner(),
            max_cached_workflows=settings.max_interpreters_in_memory,
            max_concurrent_activities=settings.max_steps,
            sticky_queue_schedule_to_start_timeout=timedelta(milliseconds=settings.sticky_ms),
            graceful_shutdown_timeout=timedelta(milliseconds=settings.drain_ms),
            max_heartbeat_throttle_interval=timedelta(milliseconds=100),
            default_heartbeat_throttle_interval=timedelta(milliseconds=100),
        )
