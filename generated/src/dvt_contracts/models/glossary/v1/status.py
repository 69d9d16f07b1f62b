# Generated from contracts/ by `nox -s generate`. Do not edit.


from enum import StrEnum


class CancelCode(StrEnum):
    """What kind of end was asked for."""

    CANCELLED = "CANCELLED"
    EMERGENCY_STOP = "EMERGENCY_STOP"


class OnLostWorker(StrEnum):
    """What a redelivered attempt does whose worker was lost."""

    RERUN = "rerun"
    FAIL = "fail"


class OnStepFailure(StrEnum):
    """What a run does with a step that is out of attempts."""

    FAIL_FAST = "fail-fast"
    FINISH_RUNNING = "finish-running"
    CONTINUE_INDEPENDENT = "continue-independent"
    PAUSE = "pause"


class Role(StrEnum):
    """Roles from weakest to strongest; each includes the ones before."""

    VIEWER = "Viewer"
    OPERATOR = "Operator"
    ENGINEER = "Engineer"
    ADMIN = "Admin"


class RunIf(StrEnum):
    """When a step is ready: after success of all dependencies, or whatever they became (clean-up)."""

    ALL_SUCCEEDED = "all-succeeded"
    ALL_DONE = "all-done"


class RunStatus(StrEnum):
    """Status of a run; COMPLETED, FAILED and CANCELLED are final."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class RunSubstatus(StrEnum):
    """What a RUNNING or PAUSED run is doing on its way out or to rest."""

    DRAINING = "DRAINING"
    DRAINED = "DRAINED"
    FAILING = "FAILING"
    CANCELLING = "CANCELLING"


class SignalEffect(StrEnum):
    """What the application of a signal came to."""

    APPLIED = "applied"
    MOOT = "moot"


class SignalType(StrEnum):
    """The signals of DVT; the signal table says who may send them and what they come to."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY_STEP = "retry-step"
    SKIP_STEP = "skip-step"
    RETRY_RUN = "retry-run"
    UPDATE_PARAMETERS = "update-parameters"
    EMERGENCY_STOP = "emergency-stop"


class SkipCode(StrEnum):
    """Why a step was skipped."""

    UPSTREAM_FAILED = "UPSTREAM_FAILED"
    UPSTREAM_SKIPPED = "UPSTREAM_SKIPPED"
    WHEN_FALSE = "WHEN_FALSE"
    RUN_FAILING = "RUN_FAILING"
    RUN_CANCELLED = "RUN_CANCELLED"
    BY_OPERATOR = "BY_OPERATOR"


class StepStatus(StrEnum):
    """Status of a step; FAILED may start again, SUCCEEDED, SKIPPED and CANCELLED are final."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


class WorkerClass(StrEnum):
    """The class of workers that may run a step; each has its own task queues."""

    CONTROL = "control"
    DATA = "data"
    ISOLATION = "isolation"
