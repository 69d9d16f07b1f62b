"""The sandbox in which interpreters run, on workers and in replays."""

from typing import Final

from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

#: Modules without state or effects, shared with the process: importing them anew would cost every start. What is left
#: to the sandbox is our workflow module alone.
PASSED_THROUGH: Final = (
    "dvt_contracts",
    "dvt_engine_core",
    "dvt_temporal_adapter.driver",
    "dvt_temporal_adapter.messages",
    "dvt_temporal_adapter.policies",
)


class InterpreterSandbox(SandboxedWorkflowRunner):
    """The SDK's sandbox, entered for decisions only.

    The SDK asks every workflow, in its sandbox and three times per payload, in which context to convert it; that costs
    a step more than its decision does. Our converter knows no contexts, which is the answer from outside.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """See WorkflowRunner."""
        instance = super().create_instance(det)
        vars(instance)["get_serialization_context"] = _no_context
        return instance


def workflow_runner() -> InterpreterSandbox:
    """The sandbox of interpreters."""
    return InterpreterSandbox(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


def _no_context(_command: object) -> None:
    return None
