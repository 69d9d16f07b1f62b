"""Where the files of steps are: artifacts and logs, in the data directory."""

from __future__ import annotations

from dvt_engine_core.ports.execution import ArtifactStore, StepLogs

from dvt.config import Settings


def artifact_store(settings: Settings) -> ArtifactStore:
    """Artifacts of this home."""
    from dvt_step_runtime.artifacts import DirectoryArtifactStore

    return DirectoryArtifactStore(settings.home / "artifacts")


def step_logs(settings: Settings) -> StepLogs:
    """Logs of this home."""
    from dvt_step_runtime.logs import DirectoryStepLogs

    return DirectoryStepLogs(settings.home / "step-logs")
