"""TemporalEngine: starts, signals and describes interpreters. Implements EngineAdapter."""

from dvt_contracts.models.engine.v1.engine_run_ref import EngineRunRef, TemporalRunRef
from dvt_contracts.models.glossary.v1.status import WorkerClass
from dvt_engine_core.ports.engine import EngineDescription, SignalDelivery
from dvt_engine_core.ports.store import RunKey
from pydantic import MISSING
from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from dvt_temporal_adapter.connection import Connection
from dvt_temporal_adapter.errors import translated
from dvt_temporal_adapter.messages import INTERPRETER, SIGNAL, SignalMessage
from dvt_temporal_adapter.policies import WORKFLOW_RETRY


class TemporalEngine:
    """Interpreters as workflows, one per run, workflow id = run id.

    A second start finds the open workflow. Where the last one is closed a new one begins: its load step ends it at
    once if the run has ended, else it goes on from the log (a workflow ended by hand, a store restored from a copy).
    The store's slots keep records single either way, so no id policy has to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def start(self, run: RunKey) -> EngineRunRef:
        """See EngineAdapter."""
        return await self._start(run, None)

    async def signal(self, run: RunKey, delivery: SignalDelivery) -> None:
        """See EngineAdapter; the arguments stay in the log, where the interpreter's load and record steps read them."""
        await self._start(run, SignalMessage(delivery.signal_id, delivery.signal_type, delivery.step_id))

    async def cancel(self, run: RunKey) -> None:
        """See EngineAdapter. A workflow that is closed or unknown is fine."""
        client = await self._connection.client()
        with translated(self._connection.settings.address):
            try:
                await client.get_workflow_handle(run.run_id).terminate(
                    reason="stopped without a record, by an operator",
                    rpc_timeout=self._connection.settings.call_timeout,
                )
            except RPCError as error:
                if not _no_such_workflow(error):
                    raise

    async def describe(self, run: RunKey) -> EngineDescription:
        """See EngineAdapter."""
        client = await self._connection.client()
        with translated(self._connection.settings.address):
            try:
                found = await client.get_workflow_handle(run.run_id).describe(
                    rpc_timeout=self._connection.settings.call_timeout
                )
            except RPCError as error:
                if not _no_such_workflow(error):
                    raise
                return EngineDescription(self._ref(run, None), "unknown")
        is_open = found.status is WorkflowExecutionStatus.RUNNING
        return EngineDescription(self._ref(run, found.run_id), "open" if is_open else "closed", _detail(found))

    async def _start(self, run: RunKey, signal: SignalMessage | None) -> EngineRunRef:
        client = await self._connection.client()
        settings = self._connection.settings
        with translated(settings.address):
            handle = await client.start_workflow(
                INTERPRETER,
                run,
                id=run.run_id,
                task_queue=settings.queue(WorkerClass.CONTROL),
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                retry_policy=WORKFLOW_RETRY,
                start_signal=SIGNAL if signal else None,
                start_signal_args=[signal] if signal else [],
                rpc_timeout=settings.call_timeout,
            )
        return self._ref(run, handle.result_run_id)

    def _ref(self, run: RunKey, engine_run_id: str | None) -> EngineRunRef:
        return TemporalRunRef(
            namespace=self._connection.settings.namespace,
            workflow_id=run.run_id,
            engine_run_id=engine_run_id or MISSING,
        )


def _no_such_workflow(error: RPCError) -> bool:
    """Whether the call failed for lack of an open or known workflow (a missing namespace is NOT_FOUND too)."""
    return error.status is RPCStatusCode.NOT_FOUND and "namespace" not in error.message.lower()


def _detail(found: WorkflowExecutionDescription) -> str:
    """Temporal's status, and what it repeats in vain."""
    status = found.status.name.lower() if found.status else "unknown"
    troubles = [
        f"{pending.activity_type.name} attempt {pending.attempt}: {pending.last_failure.message}"
        for pending in found.raw_description.pending_activities
        if pending.HasField("last_failure")
    ]
    return "; ".join([status, *troubles])
