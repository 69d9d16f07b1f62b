"""PlanStore on PostgreSQL: the exact bytes of plans under their SHA-256."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from dvt_engine_core.errors import RejectedError

from dvt_postgres_store.database import Database

_SCHEME: Final = "dvt-plan:sha256/"
_ADDRESS: Final = re.compile(re.escape(_SCHEME) + r"([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class _Plan:
    content: bytes


class PostgresPlanStore:
    """The content-addressed plans of one database. Implements PlanStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, tenant_id: str, content: bytes, *, plan_id: str, plan_version: str) -> PlanRef:
        """Keep a plan's bytes under their SHA-256; repeating it changes nothing."""
        digest = sha256(content)
        await self._database.execute("plan_put", {"tenant": tenant_id, "sha256": digest.digest(), "content": content})
        name = digest.hexdigest()
        return PlanRef(address=f"{_SCHEME}{name}", sha256=name, plan_id=plan_id, plan_version=plan_version)

    async def fetch(self, tenant_id: str, ref: PlanRef) -> bytes:
        """Bytes of a plan; whether they are the right ones is for the core to check.

        Raises: RejectedError [PLAN_NOT_FOUND].
        """
        address = _ADDRESS.fullmatch(ref.address)
        if address is None:
            raise RejectedError("the address is not one of this plan store", code="PLAN_NOT_FOUND")
        digest = bytes.fromhex(address[1])
        rows = await self._database.rows(_Plan, "plan_fetch", {"tenant": tenant_id, "sha256": digest})
        if not rows:
            raise RejectedError("no plan is stored under this address", code="PLAN_NOT_FOUND")
        return rows[0].content
