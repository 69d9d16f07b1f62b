"""Checks of what documents say: links, names, the roadmap, diagrams."""

import re
from pathlib import Path

import pytest

from tools.docs import references, roadmap, roles, state_machines
from tools.docs.__main__ import quick_faults
from tools.docs.json_nodes import Json, Node, nodes, read, texts
from tools.docs.links import BrokenLinkError, fitted
from tools.docs.mermaid import fences
from tools.files import ROOT

PLACES = {"docs/b.md": "docs/b.md", "packages/x": "packages/x/README.md", "s/t.json": "docs/reference/t.md"}


def fit(text: str, root: Path = ROOT) -> str:
    return fitted("docs/a.md", text, root=root, places=PLACES)


def test_links_lead_to_the_page_that_shows_their_target() -> None:
    assert fit("[b](b.md#x) [x](../packages/x) [t](../s/t.json#T)") == (
        "[b](b.md#x) [x](../packages/x/README.md) [t](reference/t.md#T)"
    )


def test_a_link_to_code_becomes_its_label_and_addresses_stay() -> None:
    assert fit("[the session](../noxfile.py), [https](https://example.org/), [here](#x)") == (
        "the session, [https](https://example.org/), [here](#x)"
    )


def test_a_link_to_nowhere_is_named_with_file_and_line() -> None:
    with pytest.raises(BrokenLinkError, match=r"docs/a.md:2: nothing is at gone.md"):
        fit("fine\n[x](gone.md)")


def test_links_in_fences_are_text() -> None:
    assert fit("```\n[x](gone.md)\n```\n") == "```\n[x](gone.md)\n```\n"


THERE = {
    "tests": frozenset({"test_good"}),
    "test files": frozenset({"test_file.py"}),
    "clauses": frozenset({"STORE-004"}),
    "rows": frozenset({"F2"}),
}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("held by `test_gone`", "test_gone is not among the tests"),
        ("see `a/test_gone.py`", "test_gone.py is not among the test files"),
        (f"as STORE-{999} says", f"STORE-{999} is not among the clauses"),
        ("pending F2 and Z9; pending H9", "H9 is not among the rows"),
    ],
)
def test_a_name_that_does_not_exist_is_named_with_file_and_line(line: str, name: str) -> None:
    assert [fault.partition("; ")[0] for fault in references.page_faults("p.md", f"\n{line}\n", THERE)] == [
        f"p.md:2: {name}"
    ]


def test_names_that_exist_and_sha_256_pass() -> None:
    line = "`test_good`, `test_file.py`, STORE-004, SHA-256, ADR-0008, pending F2"
    assert list(references.page_faults("p.md", line, THERE)) == []


def test_a_test_of_this_repository_is_found_in_async_form_too() -> None:
    assert "test_event_log_is_append_only" in references.known()["tests"]


def test_committed_pages_are_as_generated_and_name_what_exists() -> None:
    assert list(quick_faults()) == []


def data(**changes: Json) -> Node:
    base: Node = {
        "phases": [{"id": "a", "name": "A", "weeks": 1, "after": [], "rows": ["A1"]}],
        "rows": [{"row": "A1", "what": "x", "state": "open", "missing": "all"}],
    }
    return base | changes


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"rows": [{"row": "A1", "state": "nearly", "shown": "x", "missing": "y"}]}, "has the state 'nearly'"),
        ({"rows": [{"row": "A1", "state": "done"}]}, "says not where"),
        ({"rows": [{"row": "A1", "state": "partly", "shown": "x"}]}, "says not what is missing"),
        ({"rows": [{"row": "A1", "state": "done", "shown": "docs, docs/gone.md"}]}, "docs/gone.md, which is not there"),
        ({"rows": []}, "which is not there"),
        ({"phases": []}, "belongs to no phase"),
        ({"phases": [{"id": "a", "after": ["b"], "rows": ["A1"]}]}, "does not stand before it"),
    ],
)
def test_a_roadmap_that_contradicts_itself_is_refused(changes: Node, fault: str) -> None:
    assert any(fault in found for found in roadmap.faults(data(**changes)))


def test_the_critical_path_is_the_longest_chain() -> None:
    phases: list[Node] = [
        {"id": "a", "weeks": 1, "after": []},
        {"id": "b", "weeks": 5, "after": ["a"]},
        {"id": "c", "weeks": 2, "after": ["a"]},
        {"id": "d", "weeks": 1, "after": ["b", "c"]},
    ]
    assert roadmap.critical_path(phases) == ["a", "b", "d"]


def test_the_roadmap_has_every_row() -> None:
    rows = {row for phase in nodes(roadmap.load()["phases"]) for row in texts(phase["rows"])}
    counts = {"A": 8, "B": 12, "C": 7, "D": 6, "E": 6, "F": 8, "G": 2, "H": 6}
    assert rows == {f"{letter}{number}" for letter, most in counts.items() for number in range(1, most + 1)}


def test_every_transition_of_the_tables_is_drawn() -> None:
    drawn = state_machines.page()
    document = read(state_machines.TABLES)
    for subject in ("run", "step", "signal"):
        for row in nodes(document[subject]):
            for start in texts(row["from"]):
                arrow = f"{state_machines.name(start)} --> {state_machines.name(str(row['to']))}: "
                assert re.search(rf"{re.escape(arrow)}.*{row['event']}", drawn), (arrow, row["event"])


def test_sequences_speak_of_events_that_exist() -> None:
    known = {str(row["type"]) for row in nodes(read(state_machines.TABLES)["events"])}
    page = (ROOT / "docs/sequences.md").read_text("utf-8")
    told = {word for fence in fences("x", page) for word in re.findall(r"\b(?:Run|Step|Signal)[A-Z]\w+", fence.text)}
    assert told - known == set()
    assert len(told) > 10


def test_every_signal_of_the_contract_stands_in_the_table_of_roles() -> None:
    assert roles.table().count("\n") == 1 + len(nodes(read(roles.TABLE)["signals"]))
