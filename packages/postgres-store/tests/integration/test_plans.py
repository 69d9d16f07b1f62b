"""Plans by content."""

import pytest
from dvt_contracts.models.plan.v1.plan_ref import PlanRef
from dvt_engine_core.errors import RejectedError
from dvt_engine_core.hashes import plan_hash
from dvt_postgres_store import Database, PostgresPlanStore


async def test_plan_comes_back_byte_by_byte(database: Database) -> None:
    plans = PostgresPlanStore(database)
    content = bytes(range(256)) * 1000
    ref = await plans.put("local", content, plan_id="p", plan_version="1")
    assert ref.sha256 == plan_hash(content)
    assert ref.address == f"dvt-plan:sha256/{ref.sha256}"
    assert await plans.put("local", content, plan_id="p", plan_version="1") == ref
    assert await plans.fetch("local", ref) == content


async def test_plan_of_another_tenant_is_not_found(database: Database) -> None:
    plans = PostgresPlanStore(database)
    ref = await plans.put("local", b"{}", plan_id="p", plan_version="1")
    with pytest.raises(RejectedError) as caught:
        await plans.fetch("other", ref)
    assert caught.value.code == "PLAN_NOT_FOUND"


@pytest.mark.parametrize(
    "address", ["https://example.com/plan.json", "dvt-plan:sha256/", "dvt-plan:sha256/" + "A" * 64]
)
async def test_address_of_another_kind_is_not_found(database: Database, address: str) -> None:
    ref = PlanRef(address=address, sha256="a" * 64, plan_id="p", plan_version="1")
    with pytest.raises(RejectedError) as caught:
        await PostgresPlanStore(database).fetch("local", ref)
    assert caught.value.code == "PLAN_NOT_FOUND"
