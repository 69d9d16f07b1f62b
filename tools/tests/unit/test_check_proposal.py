import pytest

from tools.check_proposal import branch_faults, faults, main

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
