"""SQL and core judge alike: the generated table row by row, and whole histories against the in-memory store."""

from itertools import product
from typing import Final

from dvt_contracts.loader import AnyEvent
from dvt_contracts.models.execution_semantics.v1.transition_tables import EventSubject
from dvt_contracts.models.glossary.v1.status import RunStatus, StepStatus
from dvt_contracts.registries.transition_tables import TRANSITION_TABLES
from dvt_engine_core.hashes import state_hash
from dvt_engine_core.testing.builders import REUSED, SampleRun
from dvt_engine_core.testing.memory_store import MemoryStore
from dvt_engine_core.transitions import (
    NONE,
    RULES,
    next_run_state,
    next_signal_status,
    next_step_status,
)
from dvt_postgres_store import Database, PostgresStateStore
from dvt_postgres_store.rows import run_state
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RUN_STATES: Final = [*dict.fromkeys(row.to for row in TRANSITION_TABLES.run)]
SIGNAL_STATES: Final = [NONE, *(row.to for row in TRANSITION_TABLES.signal)]
SETTINGS: Final = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)


async def _table(database: Database) -> dict[tuple[object, ...], object]:
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT event_type, run_state, item_status, attempt_delta, reused, next FROM dvt.transition"
        )
        return {row[:5]: row[5] for row in await cursor.fetchall()}


async def test_run_transitions_are_those_of_the_core(database: Database) -> None:
    table = await _table(database)
    for event_type, state in product(RULES, [NONE, *RUN_STATES]):
        if RULES[event_type].subject is EventSubject.RUN:
            expected = next_run_state(event_type, None if state == NONE else run_state(state))
            found = table.get((event_type, state, "", 0, False))
            assert found == (expected.name if expected else None), (event_type, state)


async def test_step_transitions_are_those_of_the_core(database: Database) -> None:
    table = await _table(database)
    attempts = [(status, attempt) for status in StepStatus for attempt in range(4)]
    possible = [(s, a) for s, a in attempts if (a == 0) == (s is StepStatus.PENDING)]
    for event_type, state, (status, attempt), carried, reused in product(
        RULES, RUN_STATES, possible, range(1, 5), (False, True)
    ):
        if RULES[event_type].subject is not EventSubject.STEP:
            continue
        expected = next_step_status(event_type, status=status, attempt=attempt, event_attempt=carried, reused=reused)
        legal = run_state(state).status in TRANSITION_TABLES.step_events_legal_in
        found = table.get((event_type, state, status.value, carried - attempt, reused))
        assert found == (expected if legal else None), (event_type, state, status, attempt, carried, reused)


async def test_signal_transitions_are_those_of_the_core(database: Database) -> None:
    table = await _table(database)
    for event_type, state, status in product(RULES, RUN_STATES, SIGNAL_STATES):
        if RULES[event_type].subject is EventSubject.SIGNAL:
            expected = next_signal_status(event_type, None if status == NONE else status)
            legal = run_state(state).status in TRANSITION_TABLES.signal_events_legal_in
            found = table.get((event_type, state, status, 0, False))
            assert found == (expected if legal else None), (event_type, state, status)


def _move() -> st.SearchStrategy[tuple[str, str | None, int, bool]]:
    """An event of any type: subjects and attempts are few, so that they meet."""
    by_subject = {subject: [name for name in RULES if RULES[name].subject is subject] for subject in EventSubject}
    names = st.sampled_from([name for name in by_subject[EventSubject.RUN] if name != "RunQueued"])
    return st.one_of(
        st.tuples(names, st.none(), st.integers(1, 2), st.just(value=False)),
        st.tuples(
            st.sampled_from(by_subject[EventSubject.STEP]), st.sampled_from("ab"), st.integers(1, 3), st.booleans()
        ),
        st.tuples(
            st.sampled_from(by_subject[EventSubject.STEP]), st.sampled_from("ab"), st.integers(1, 2), st.booleans()
        ),
        st.tuples(
            st.sampled_from(by_subject[EventSubject.SIGNAL]),
            st.sampled_from("st"),
            st.just(1),
            st.just(value=False),
        ),
        st.just(("StepPonderedOver", None, 1, False)),
    )


BATCHES: Final = st.lists(
    st.tuples(
        st.lists(_move(), min_size=1, max_size=6),
        st.sampled_from([None, None, None, RunStatus.RUNNING, RunStatus.PENDING]),
    ),
    min_size=4,
    max_size=14,
)


def _event(run: SampleRun, move: tuple[str, str | None, int, bool]) -> AnyEvent:
    event_type, subject, ordinal, reused = move
    if event_type not in RULES:
        return run.unknown(event_type)
    payload = REUSED if reused and event_type == "StepCompleted" else None
    return run.event(event_type, subject, ordinal, payload)


@SETTINGS
@given(batches=BATCHES, started=st.booleans())
async def test_any_history_is_answered_as_by_the_model(
    database: Database,
    *,
    batches: list[tuple[list[tuple[str, str | None, int, bool]], RunStatus | None]],
    started: bool,
) -> None:
    """The same batches get the same answers and end in the same state as in the store that spells the rules plainly."""
    store, model, run = PostgresStateStore(database), MemoryStore(), SampleRun()
    new = run.new()
    for target in (store, model):
        await target.create_run(new)
        if started:
            await target.append(run.key, [run.event("RunStarted")])
    first = await store.read_run(run.key)
    for moves, legal_from in batches:
        events = [_event(run, move) for move in moves]
        found = await store.append(run.key, events, legal_from=legal_from)
        expected = await model.append(run.key, events, legal_from=legal_from)
        for event, ours, theirs in zip(events, found, expected, strict=True):
            assert _comparable(ours.document()) == _comparable(theirs.document()), (event.event_type, legal_from)
    live, folded = await store.read_run(run.key), await model.read_run(run.key)
    rebuilt = await store.rebuild(run.key)
    assert first is not None
    assert live is not None
    assert folded is not None
    if not started:  # the model's RunStarted has another event id
        assert state_hash(live.snapshot) == state_hash(folded.snapshot)
        assert live.history_hash == folded.history_hash
    assert rebuilt == live == await store.read_run(run.key)


def _comparable(answer: object) -> object:
    """An answer without the database's clock and the ids of events written twice."""
    if isinstance(answer, dict):
        left_out = {"persistedAt", "eventId", "emittedAt"}
        return {name: _comparable(value) for name, value in answer.items() if name not in left_out}
    return answer
