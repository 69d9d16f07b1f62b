"""A release is frozen once and never changes."""

import json

import pytest
from dvt_contract_gate.baselines import freeze, ledger, load, versions
from dvt_contract_gate.checking import check
from dvt_contract_gate.revisions import UnknownStateError, find
from dvt_contract_gate.rules import baseline_ledger
from dvt_contract_gate.snapshot import snapshot_of
from dvt_contract_gate.testing.family import Family
from dvt_contract_gate.tree import Tree


def test_a_release_holds_what_was_there(stable: Family) -> None:
    now = snapshot_of(Tree(stable.contracts), "1.0")
    stable.change(lambda s: s.update(title="Packet"))
    then = load(stable.contracts, "1.0")
    assert then == now
    assert versions(stable.contracts) == ["1.0"]
    assert list(ledger(stable.contracts)) == ["1.0/fixture.json"]


def test_a_version_is_given_once(stable: Family) -> None:
    before = ledger(stable.contracts)
    with pytest.raises(FileExistsError, match="never changes"):
        freeze(stable.contracts, "1.0", snapshot_of(Tree(stable.contracts), "1.0"))
    assert ledger(stable.contracts) == before


def test_versions_are_ordered_by_number(stable: Family) -> None:
    for version in ("1.10", "1.9"):
        freeze(stable.contracts, version, snapshot_of(Tree(stable.contracts), version))
    assert versions(stable.contracts) == ["1.0", "1.9", "1.10"]


def test_a_byte_more_is_seen(stable: Family) -> None:
    path = stable.contracts / "baselines" / "1.0" / "fixture.json"
    path.write_bytes(path.read_bytes() + b"\n")
    errors = check(stable.contracts, [baseline_ledger.RULE]).errors
    assert [error.message for error in errors] == ["released baseline 1.0/fixture.json was edited"]
    assert "git checkout -- contracts/baselines/1.0/fixture.json" in errors[0].advice


def test_a_state_is_a_folder_or_a_release(stable: Family) -> None:
    assert find(str(stable.contracts), stable.contracts).schemas == find("1.0", stable.contracts).schemas
    assert find(str(stable.contracts.parent), stable.contracts).schemas
    with pytest.raises(UnknownStateError, match="no-such"):
        find("no-such", stable.contracts)


def test_a_bundle_is_readable_by_anybody(stable: Family) -> None:
    bundle = json.loads((stable.contracts / "baselines" / "1.0" / "fixture.json").read_text("utf-8"))
    assert (bundle["family"], bundle["version"]) == ("fixture", "1.0")
    assert list(bundle["schemas"]) == ["https://dvt.local/contracts/fixture/v1/parcel.json"]
    assert bundle["examples"]["fixture/v1/valid/parcel.small.json"]["grams"] == 120
