from pathlib import Path

import pytest

from tools.check_proposal import branch_faults, faults, main, promised, unreleased

SCHEMA = "contracts/schemas/events/v1/step_failed.json"
CODE = "packages/engine-core/src/dvt_engine_core/decider.py"


def test_a_contract_needs_its_changelog_and_a_fixture() -> None:
    assert [fault.partition(": ")[0] for fault in faults([SCHEMA])] == [SCHEMA, SCHEMA]


@pytest.mark.parametrize("fixture", ["contracts/examples/events/v1/valid/x.json", "contracts/vectors/plan/v1/x.json"])
@pytest.mark.parametrize("log", ["contracts/CHANGELOG.md", "contracts/changelog/events.md"])
def test_a_contract_with_both_passes(fixture: str, log: str) -> None:
    assert list(faults([SCHEMA, fixture, log])) == []


@pytest.mark.parametrize("kind", ["registries/errors/v1/codes.json", "clauses/store-v1.md", "schemas/plan/v1/x.json"])
def test_registries_and_clauses_are_contracts_too(kind: str) -> None:
    assert len(list(faults([f"contracts/{kind}", "contracts/CHANGELOG.md"]))) == 1


def test_behaviour_needs_a_test_of_any_kind() -> None:
    assert [fault.partition(": ")[0] for fault in faults([CODE, "README.md"])] == [CODE]
    assert list(faults([CODE, "packages/engine-core/tests/unit/test_decider.py"])) == []
    assert list(faults([CODE, "golden-paths/retry/expected/hashes.json"])) == []


def test_statements_of_the_store_are_behaviour() -> None:
    assert len(list(faults(["packages/postgres-store/src/dvt_postgres_store/migrations/0009_x.sql"]))) == 1


def test_documents_and_tools_need_nothing() -> None:
    assert list(faults(["docs/adr/0009-x.md", "tools/lock.py", "contracts/README.md"])) == []


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("contracts/12-name-the-host", True),
        ("fix/7-retry", True),
        ("retry", False),
        ("fix/retry", False),
        ("Fix/7-retry", False),
        ("fix/7-Retry_now", False),
    ],
)
def test_a_branch_is_named_by_type_issue_and_slug(name: str, good: bool) -> None:  # noqa: FBT001
    assert (list(branch_faults(name)) == []) is good


def test_an_unknown_base_is_told() -> None:
    with pytest.raises(SystemExit, match="cannot compare with no-such-branch"):
        main(["no-such-branch"])


STORE = "packages/postgres-store/src/dvt_postgres_store/rows.py"


@pytest.mark.parametrize("adapter", [STORE, "packages/temporal-adapter/src/dvt_temporal_adapter/worker.py"])
def test_an_adapter_does_not_change_together_with_a_promised_contract(adapter: str) -> None:
    found = list(unreleased([SCHEMA, adapter], frozenset({"events"})))
    assert found == [f"{adapter}: an adapter changes together with {SCHEMA}; release the contract first"]


def test_clauses_and_registries_count_by_their_family() -> None:
    changed = ["contracts/clauses/store-v1.md", "contracts/registries/execution-semantics/v1/transitions.json", STORE]
    assert len(list(unreleased(changed, frozenset({"store", "execution-semantics"})))) == 2


@pytest.mark.parametrize("changed", [[SCHEMA, CODE], [SCHEMA], [STORE]])
def test_the_core_may_change_with_its_contract_and_each_side_alone(changed: list[str]) -> None:
    assert list(unreleased(changed, frozenset({"events"}))) == []


def test_a_family_is_promised_from_1_0_on(tmp_path: Path) -> None:
    for name in ("0.1/events.json", "0.1/store.json", "1.0/events.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}", "utf-8")
    assert promised(tmp_path) == {"events"}
    assert list(unreleased([SCHEMA, STORE], promised(tmp_path / "none"))) == []
