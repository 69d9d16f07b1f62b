"""What a worker stands on, and the activities over it: the one place that says which service is patient."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final

from dvt_contracts.models.engine.v1.builds import Builds
from dvt_engine_core.ports.ambient import Clock, Ids
from dvt_engine_core.ports.execution import ArtifactStore, SecretSource, StepExecutor, StepLogs
from dvt_engine_core.ports.plans import PlanSource
from dvt_engine_core.ports.store import StateStore
from dvt_engine_core.projector import PROJECTOR_VERSION
from dvt_engine_core.services.materials import Materials, RunMaterial
from dvt_engine_core.services.outputs import Values
from dvt_engine_core.services.recording import Recorder
from dvt_engine_core.services.reuse import Reuse
from dvt_engine_core.services.run_loader import RunLoader
from dvt_engine_core.services.run_recorder import RunRecorder
from dvt_engine_core.services.step_attempt import StepAttempts
from dvt_engine_core.system import SystemClock, SystemIds

from dvt_temporal_adapter.activities import Activities
from dvt_temporal_adapter.patience import PatientPlans, PatientStore

#: Name of this engine in the capability registry.
ADAPTER: Final = "temporal"


def no_code_root(_: RunMaterial) -> Path | None:
    """Honour no folder of a run's context."""
    return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a worker process stands on.

    Shape: `executors` by step kind; `code_root_of` says which folder of a run's context this worker honours.
    """

    store: StateStore
    plans: PlanSource
    executors: Mapping[str, StepExecutor]
    artifacts: ArtifactStore
    logs: StepLogs
    secrets: SecretSource
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=SystemIds)
    code_root_of: Callable[[RunMaterial], Path | None] = no_code_root

    def activities(self) -> Activities:
        """Activities of this process.

        Shape: within a step the store is waited for in place; a load or record fails instead, and Temporal repeats
        it, where an operator sees why. The material of runs is shared.
        """
        patient = PatientStore(self.store)
        kinds = {kind: executor.parameters_schema for kind, executor in self.executors.items()}
        materials = Materials(patient, PatientPlans(self.plans), kinds, ADAPTER)
        recorder = Recorder(self.store, self.clock, self.ids)
        values = Values(patient, self.artifacts, self.secrets)
        return Activities(
            loader=RunLoader(materials, recorder, builds(), Reuse(values)),
            attempts=StepAttempts(
                materials=materials,
                recorder=Recorder(patient, self.clock, self.ids),
                values=values,
                executors=self.executors,
                logs=self.logs,
                code_root_of=self.code_root_of,
            ),
            recorder=RunRecorder(materials, recorder),
        )


def builds() -> Builds:
    """Versions that decide and project, as RunStarted carries them."""
    return Builds(core=version("dvt-engine-core"), adapter=version("dvt-temporal-adapter"), projector=PROJECTOR_VERSION)
