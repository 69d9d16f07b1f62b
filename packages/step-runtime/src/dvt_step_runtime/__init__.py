"""Executors of the built-in DVT step kinds. What callables import is here; executors are found by `plugins`."""

from dvt_step_runtime.context import StepContext
from dvt_step_runtime.failures import StepCancelled, StepFailed

__all__ = ["StepCancelled", "StepContext", "StepFailed"]
