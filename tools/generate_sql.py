"""Write the transition tables of the contract as SQL for the append authority; `--check` only compares."""

import argparse
import sys
from itertools import product
from pathlib import Path

from dvt_contracts.models.execution_semantics.v1.transition_tables import AttemptRule, StepTransition
from dvt_contracts.models.glossary.v1.status import StepStatus
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES
from dvt_engine_core.appending import INTENT_TYPES
from dvt_engine_core.transitions import NONE, TERMINAL
from pydantic import MISSING

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "packages/postgres-store/src/dvt_postgres_store/migrations/0004_transitions.sql"
HEAD = """\
-- Generated from contracts/registries/execution-semantics by tools/generate_sql.py. Do not edit.

-- What an event type is about; `absent` is the status of an item that has no row.
CREATE TABLE dvt.event_type (
  event_type text PRIMARY KEY,
  subject text NOT NULL,
  part text NOT NULL,
  slot text,
  intent text,
  absent text NOT NULL
);
INSERT INTO dvt.event_type (event_type, subject, part, slot, intent, absent) VALUES
"""
MIDDLE = """
-- What may follow what: run events have no item (status ''), `attempt_delta` is the attempt that a step event carries
-- minus the one of its row. `next` is the new state of the run, or status of the step or signal. The last three
-- columns repeat dvt.event_type, so that the usual append needs one lookup.
CREATE TABLE dvt.transition (
  event_type text NOT NULL REFERENCES dvt.event_type,
  run_state text NOT NULL,
  item_status text NOT NULL,
  attempt_delta integer NOT NULL,
  reused boolean NOT NULL,
  next text NOT NULL,
  part text NOT NULL,
  slot text,
  intent text,
  PRIMARY KEY (event_type, run_state, item_status, attempt_delta, reused)
);
INSERT INTO dvt.transition (event_type, run_state, item_status, attempt_delta, reused, next, part, slot, intent)
VALUES
"""
TAIL = """
ANALYZE dvt.event_type;
ANALYZE dvt.transition;

INSERT INTO dvt.schema_level (level) VALUES (4);
"""
ABSENT = {"run": "", "step": StepStatus.PENDING.value, "signal": NONE}


def literal(value: str | int | None) -> str:
    """Write a value as SQL; names of the contract hold no quotes."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return f"'{value}'"


def rows(values: list[tuple[str | int | None, ...]]) -> str:
    """Write rows of a VALUES list, one a line."""
    return ",\n".join(f"  ({', '.join(map(literal, row))})" for row in values) + ";\n"


def attempt_delta(transition: StepTransition, status: StepStatus) -> int:
    """Attempt of the event minus attempt of the row; a pending step has none yet, so its row counts 0."""
    match transition.attempt:
        case AttemptRule.CURRENT:
            return 0
        case AttemptRule.NEXT:
            return 1
        case AttemptRule.FIRST_OR_CURRENT:
            return 1 if status is StepStatus.PENDING else 0


def event_types() -> list[tuple[str | int | None, ...]]:
    """List every event type with what it is about."""
    return [
        (
            rule.type,
            rule.subject.value,
            rule.part,
            None if rule.slot is MISSING else rule.slot.value,
            INTENT_TYPES.get(rule.type),
            ABSENT[rule.subject.value],
        )
        for rule in TRANSITION_TABLES.events
    ]


def transitions() -> list[tuple[str | int | None, ...]]:
    """List every legal step of the machines, one row per run state."""
    tables = TRANSITION_TABLES
    states = list(dict.fromkeys(row.to for row in tables.run))
    step_states = [state for state in states if state.partition("/")[0] in set(tables.step_events_legal_in)]
    signal_states = [state for state in states if state.partition("/")[0] in set(tables.signal_events_legal_in)]
    found: list[tuple[str, str, str, int, bool, str]] = [
        (row.event, state, "", 0, False, row.to) for row in tables.run for state in row.from_
    ]
    found += [
        (row.event, state, status.value, attempt_delta(row, status), row.reused is not MISSING, row.to.value)
        for row in tables.step
        for status, state in product(row.from_, step_states)
    ]
    found += [
        (row.event, state, status, 0, False, row.to)
        for row in tables.signal
        for status, state in product(row.from_, signal_states)
    ]
    about = {event: (part, slot, intent) for event, _, part, slot, intent, _ in event_types()}
    return [(*row, *about[row[0]]) for row in found]


def text() -> str:
    """Write the whole migration.

    Raises: ValueError if a terminal state has a way out.
    """
    table = transitions()
    if any(row[1] in TERMINAL for row in table):
        raise ValueError("a terminal state has a transition")
    return HEAD + rows(event_types()) + MIDDLE + rows(table) + TAIL


def main() -> int:
    """Write in place, or compare with `--check`; 1 when the committed file is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare with what is committed")
    if not parser.parse_args().check:
        TARGET.write_text(text(), "utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text("utf-8") == text():
        return 0
    print(f"{TARGET.relative_to(ROOT)}: differs from contracts/; run tools/generate_sql.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
