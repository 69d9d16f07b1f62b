"""The score of the self-test, printed when it ends."""

import re

import pytest
from dvt_contract_gate.catalogue import RULES

_ID = re.compile(r"test_an_edit_turns_its_rule_red\[(GATE-[A-Z-]+): ")


_OUTCOMES = ("passed", "failed", "error")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all-edits", action="store_true", help="try every edit, not only the first of each rule")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    seen, kept, left = set[str](), list[pytest.Item](), list[pytest.Item]()
    for item in items:
        found = _ID.search(item.nodeid)
        first = found is None or found[1] not in seen
        (kept if first or config.getoption("--all-edits") else left).append(item)
        seen |= {found[1]} if found else set()
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    stats = terminalreporter.stats
    outcomes = {
        outcome: [found[1] for report in stats.get(outcome, []) if (found := _ID.search(report.nodeid))]
        for outcome in _OUTCOMES
    }
    shown = set(outcomes["passed"]) - set(outcomes["failed"]) - set(outcomes["error"])
    if any(outcomes.values()):
        edits = sum(map(len, outcomes.values()))
        terminalreporter.write_line(f"{len(shown)} of {len(RULES)} rules shown able to fail, by {edits} edits")
