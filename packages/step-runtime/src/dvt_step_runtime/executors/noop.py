"""Kind `noop`."""

from dvt_contracts.base import JsonObject
from dvt_contracts.models.plan.v1.kinds.noop import NoopParameters
from dvt_engine_core.ports.execution import StepCall, StepResult

from dvt_step_runtime.parameters import parameters_schema, read_parameters


class NoopExecutor:
    """Does nothing and returns what it was given."""

    kind = "noop"

    @property
    def parameters_schema(self) -> JsonObject:
        """Contract plan/v1/kinds/noop."""
        return parameters_schema(self.kind)

    async def execute(self, call: StepCall) -> StepResult:
        """Return `output`."""
        read_parameters(NoopParameters, call.parameters)
        return StepResult(call.parameters.get("output"))

    async def aclose(self) -> None:
        """Nothing to let go of."""
