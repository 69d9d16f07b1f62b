from tools.record_golden import expectation, may_replace, names

REPORT = {"outcomeHash": "a" * 64, "status": "COMPLETED", "runId": "01980a3c-5f10-7c2e-9b57-3f1f0c8a7d21"}


def test_an_expectation_names_the_run_and_the_commit_it_came_from() -> None:
    """[GOLDEN-001]."""
    found = expectation(dict(REPORT), "c" * 40)
    assert (found["outcomeHash"], found["commit"], found["runId"]) == ("a" * 64, "c" * 40, REPORT["runId"])


def test_an_expectation_changes_only_by_a_decision() -> None:
    """[GOLDEN-002]."""
    new = expectation(dict(REPORT), "c" * 40)
    other = {**new, "outcomeHash": "b" * 64}
    assert may_replace(None, new, None)
    assert may_replace(new, new, None)
    assert not may_replace(other, new, None)
    assert may_replace(other, new, "0004")


def test_hello_world_is_a_golden_path() -> None:
    assert "hello_world" in names()
