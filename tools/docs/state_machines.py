"""Draw the state diagrams from the transition tables; the page is committed, so that the repository's pages show it."""

from collections import defaultdict
from pathlib import Path

from tools.docs.json_nodes import Node, nodes, read, text, texts
from tools.files import ROOT

TABLES = ROOT / "contracts" / "registries" / "execution-semantics" / "v1" / "transitions.json"
PAGE = ROOT / "docs" / "state-machines.md"
INTRO = """# State machines

<!-- Written by `nox -s docs -- --write` from contracts/registries/execution-semantics; do not edit. -->

What may follow what, drawn from the
[transition tables](../contracts/registries/execution-semantics/v1/transitions.json) that the core, the projector and
the database look up. An event without an arrow here is illegal and is not written.
"""
NOTES = {
    "run": "A name after the slash is the substatus. A terminal status is final: nothing is appended after it.",
    "step": (
        "`next` raises the attempt by one, `current` keeps it, `first-or-current` is 1 for a step that never started."
        "\nSUCCEEDED, SKIPPED and CANCELLED are final."
    ),
    "signal": "A signal has one decision and one application.",
}


def name(state: str) -> str:
    """Return the identifier of a state in a diagram; the state before the first event is Mermaid's own."""
    return "[*]" if state == "NONE" else state.replace("/", "_")


def label(row: Node) -> str:
    """Say which event makes a transition, and what it asks for."""
    asks = ["reused"] if row.get("reused") is True else []
    attempt = text(row, "attempt")
    return f"{text(row, 'event')} ({', '.join([attempt, *asks])})" if attempt else text(row, "event")


def initial(rows: list[Node]) -> list[str]:
    """List the states that no event leads to, in order: where a subject stands before its first event."""
    reached = {text(row, "to") for row in rows}
    states = [state for row in rows for state in texts(row.get("from"))]
    return [state for state in dict.fromkeys(states) if state not in reached and state != "NONE"]


def final(rows: list[Node]) -> list[str]:
    """List the states that no event leaves, in order."""
    left = {state for row in rows for state in texts(row.get("from"))}
    return [state for state in dict.fromkeys(text(row, "to") for row in rows) if state not in left]


def diagram(rows: list[Node]) -> str:
    """Draw one table; events between the same two states share an arrow."""
    arrows: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        for state in texts(row.get("from")):
            arrows[name(state), name(text(row, "to"))].append(label(row))
    states = dict.fromkeys(state for row in rows for state in (*texts(row.get("from")), text(row, "to")))
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{state.replace("/", " / ")}" as {name(state)}' for state in states if "/" in state]
    lines += [f"  [*] --> {name(state)}" for state in initial(rows)]
    lines += [f"  {start} --> {end}: {', '.join(events)}" for (start, end), events in arrows.items()]
    lines += [f"  {name(state)} --> [*]" for state in final(rows)]
    return "```mermaid\n" + "\n".join(lines) + "\n```"


def meanings(document: Node, subject: str) -> str:
    """Return the table of the states of a subject."""
    rows = [
        f"| `{text(state, 'state')}` | {text(state, 'meaning')} |"
        for state in nodes(document.get("states"))
        if text(state, "subject") == subject
    ]
    return "\n".join(["| state | means |", "|---|---|", *rows])


def writers(document: Node, subject: str) -> str:
    """Return the table of who may write which event of a subject."""
    rows = [
        f"| `{text(event, 'type')}` | {', '.join(texts(event.get('writers')))} | {text(event, 'slot')} |"
        for event in nodes(document.get("events"))
        if text(event, "subject") == subject
    ]
    return "\n".join(["| event | written by | slot |", "|---|---|---|", *rows])


def page(tables: Path = TABLES) -> str:
    """Write the page of all state machines."""
    document = read(tables)
    parts = [INTRO]
    for subject, note in NOTES.items():
        parts.append(f"## {subject.capitalize()}\n\n{diagram(nodes(document.get(subject)))}\n\n{note}\n")
        parts.append(f"{meanings(document, subject)}\n\n{writers(document, subject)}\n")
    in_words = {
        "Step events are legal while the run is": texts(document.get("stepEventsLegalIn")),
        "Signal events are legal while the run is": texts(document.get("signalEventsLegalIn")),
    }
    parts.append("## Where the subjects meet\n")
    parts += [f"- {words} {', '.join(f'`{status}`' for status in statuses)}." for words, statuses in in_words.items()]
    parts.append("- A terminal event of the run is illegal while one of its steps is `RUNNING`.")
    return "\n".join(parts) + "\n"
