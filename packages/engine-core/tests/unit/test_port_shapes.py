"""The shapes of the port StateStore are those of the contracts: one spelling, member by member."""

from dataclasses import fields

import pytest
from dvt_contracts.base import Contract
from dvt_contracts.models.store.v1.create_run_request import CreateRunRequest
from dvt_contracts.models.store.v1.run_query import RunQuery as RunQueryContract
from dvt_contracts.models.store.v1.stored_run import StoredRun as StoredRunContract

from dvt_engine_core.ports.store import NewRun, RunKey, RunQuery, StoredRun

KEY = {field.name for field in fields(RunKey)}


@pytest.mark.parametrize(
    ("shape", "contract", "apart"),
    [
        (NewRun, CreateRunRequest, {"key"}),
        (RunQuery, RunQueryContract, set()),
        (StoredRun, StoredRunContract, set()),
    ],
    ids=lambda item: getattr(item, "__name__", ""),
)
def test_a_shape_of_the_port_has_the_members_of_its_contract(
    shape: type[NewRun | RunQuery | StoredRun], contract: type[Contract], apart: set[str]
) -> None:
    members = {field.name for field in fields(shape)} - apart
    assert members == set(contract.model_fields) - KEY


def test_defaults_are_those_of_the_contract() -> None:
    query = RunQuery()
    told = RunQueryContract(tenant_id="local")
    assert (query.id_prefix, query.limit) == (told.id_prefix, told.limit)
