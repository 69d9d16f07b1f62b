"""The idempotency key: one formula, here and nowhere else."""

from hashlib import sha256
from typing import Final

RUN: Final = "RUN"


def event_key(*, run_id: str, subject: str, ordinal: int, event_type: str, plan_id: str, plan_version: str) -> str:
    """Key of an event, stable over every retry of its append.

    Shape: `subject` is the step id, `RUN` or the signal id; `ordinal` the logical attempt, the occurrence or 1.
    Source: GLOSSARY, idempotency key: SHA-256 of `runId|stepId|logicalAttemptId|eventType|planId|planVersion`.
    """
    return sha256(f"{run_id}|{subject}|{ordinal}|{event_type}|{plan_id}|{plan_version}".encode()).hexdigest()


def effect_key(*, run_id: str, step_id: str, attempt: int) -> str:
    """Key that an executor passes on with its effects, the same for every delivery of one logical attempt."""
    return sha256(f"dvt:effect:v1|{run_id}|{step_id}|{attempt}".encode()).hexdigest()
