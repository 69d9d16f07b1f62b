"""Where the bytes of plans come from."""

from typing import Protocol

from dvt_contracts.models.plan.v1.plan_ref import PlanRef


class PlanSource(Protocol):
    """Plans by reference. Integrity is checked by the core, never here."""

    async def fetch(self, tenant_id: str, ref: PlanRef) -> bytes:
        """Bytes of a plan.

        Raises: RejectedError [PLAN_NOT_FOUND], UnavailableError.
        """
        ...


class PlanStore(PlanSource, Protocol):
    """A content-addressed plan store: address `dvt-plan:sha256/<hex>`."""

    async def put(self, tenant_id: str, content: bytes, *, plan_id: str, plan_version: str) -> PlanRef:
        """Keep a plan's bytes under their SHA-256; repeating it changes nothing."""
        ...
