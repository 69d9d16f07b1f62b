import pytest
from dvt_engine_core.ports.outbox import OutboxMessage, Outgoing, ShardLease
from dvt_engine_core.testing.samples import sample_record, sample_run
from dvt_outbox_worker.actions import (
    Done,
    Fetch,
    Fetched,
    Lease,
    Leased,
    Outcome,
    Publish,
    Published,
    Settle,
    Sleep,
    Unavailable,
    Wait,
)
from dvt_outbox_worker.relay import RelaySettings, RelayState, advance, start

HELD = (ShardLease(1, 1), ShardLease(2, 1))
SETTINGS = RelaySettings(batch=2)


def message(run: int, seq: int = 1) -> OutboxMessage:
    key = sample_run(run)
    return OutboxMessage(outbox_id=seq, shard=run % 16, run=key, record=sample_record(key, seq))


def after(*outcomes: Outcome | tuple[int, Outcome], settings: RelaySettings = SETTINGS) -> RelayState:
    """Drive a fresh relay; an outcome may come with the time at which it came, else no time passes."""
    now_ms = 1000
    state = start(settings, now_ms=now_ms)
    for item in outcomes:
        now_ms, outcome = item if isinstance(item, tuple) else (now_ms, item)
        state = advance(state, outcome, now_ms=now_ms, chance=0)
    return state


def test_it_begins_by_taking_shards_and_looks_into_them() -> None:
    assert after().action == Lease(5000)
    assert after(Leased(HELD)).action == Fetch(HELD, 2)


def test_without_a_shard_it_sleeps_and_asks_again() -> None:
    assert after(Leased(())).action == Sleep(1000)
    assert after(Leased(()), Done()).action == Lease(5000)


def test_what_is_found_is_published_then_settled() -> None:
    found = after(Leased(HELD), Fetched((message(1),)))
    assert found.action == Publish((Outgoing(message(1), 1),))
    settled = advance(found, Published((None,)), now_ms=1000, chance=0)
    assert settled.action == Settle((message(1),), ())


def test_after_a_full_batch_it_looks_again_at_once() -> None:
    """[RELAY-001]."""
    full = after(Leased(HELD), Fetched((message(1), message(2))), Published((None, None)), Done())
    assert full.action == Fetch(HELD, 2)


def test_after_less_than_a_batch_it_waits() -> None:
    assert isinstance(after(Leased(HELD), Fetched((message(1),)), Published((None,)), Done()).action, Wait)
    assert isinstance(after(Leased(HELD), Fetched(())).action, Wait)


def test_a_full_batch_of_nothing_publishable_waits_instead_of_spinning() -> None:
    assert isinstance(after(Leased(HELD), Fetched((message(5), message(6)))).action, Wait)


@pytest.mark.parametrize(("took_ms", "left_ms"), [(0, 80), (30, 50), (79, 1)])
def test_two_looks_are_never_more_than_100_ms_apart(took_ms: int, left_ms: int) -> None:
    """[RELAY-001]."""
    assert after(Leased(HELD), (1000 + took_ms, Fetched(()))).action == Wait(left_ms)


def test_a_slow_look_is_followed_by_the_next_at_once() -> None:
    assert after(Leased(HELD), (1080, Fetched(()))).action == Fetch(HELD, 2)


def test_leases_are_renewed_in_time() -> None:
    waiting = after(Leased(HELD), Fetched(()))
    assert isinstance(advance(waiting, Done(), now_ms=1999, chance=0).action, Fetch)
    assert advance(waiting, Done(), now_ms=2000, chance=0).action == Lease(5000)


def test_what_was_fetched_is_dropped_when_the_lease_may_be_over() -> None:
    assert isinstance(after(Leased(HELD), (5999, Fetched((message(1),)))).action, Publish)
    assert after(Leased(HELD), (6000, Fetched((message(1),)))).action == Lease(5000)


def test_failures_count_up_until_the_run_moves() -> None:
    state = after(Leased(HELD))
    delays = []
    for answer in ("down", "down", "down", None, "down"):
        state = advance(state, Fetched((message(1),)), now_ms=1000, chance=0)
        state = advance(state, Published((answer,)), now_ms=1000, chance=0)
        assert isinstance(state.action, Settle)
        delays += [block.delay_ms for block in state.action.blocked]
        state = advance(advance(state, Done(), now_ms=1000, chance=0), Done(), now_ms=1000, chance=0)
    assert delays == [100, 200, 400, 100]


def test_failures_of_a_lost_shard_are_forgotten() -> None:
    failed = after(Leased(HELD), Fetched((message(1),)), Published(("down",)), Done(), (2000, Done()))
    assert failed.failures
    assert not advance(failed, Leased((ShardLease(2, 1),)), now_ms=2000, chance=0).failures


def test_an_outage_of_the_source_lets_it_sleep_longer_each_time_then_lease_anew() -> None:
    state = after(Leased(HELD))
    sleeps = []
    for _ in range(8):
        state = advance(state, Unavailable(), now_ms=1000, chance=0)
        assert isinstance(state.action, Sleep)
        sleeps.append(state.action.timeout_ms)
        state = advance(state, Done(), now_ms=1000, chance=0)
        assert state.action == Lease(5000)
    assert sleeps == [100, 200, 400, 800, 1600, 3200, 3200, 3200]
    state = advance(advance(state, Leased(HELD), now_ms=1000, chance=0), Unavailable(), now_ms=1000, chance=0)
    assert state.action == Sleep(100)


def test_what_an_outage_left_unsettled_is_settled_before_anything_else() -> None:
    state = after(Leased(HELD), Fetched((message(1),)), Published((None,)), Unavailable(), Done())
    assert state.action == Settle((message(1),), ())
    state = advance(state, Unavailable(), now_ms=1000, chance=0)
    state = advance(state, Done(), now_ms=1000, chance=0)
    assert state.action == Settle((message(1),), ())
    state = advance(state, Done(), now_ms=1000, chance=0)
    assert (state.action, state.unsettled) == (Lease(5000), None)


def test_an_outage_of_the_bus_blocks_no_run_and_keeps_the_shards() -> None:
    state = after(Leased(HELD))
    sleeps = []
    for _ in range(3):
        state = advance(state, Fetched((message(1),)), now_ms=1000, chance=0)
        state = advance(state, Unavailable(), now_ms=1000, chance=0)
        assert isinstance(state.action, Sleep)
        sleeps.append(state.action.timeout_ms)
        state = advance(state, Done(), now_ms=1000, chance=0)
    assert sleeps == [100, 200, 400]
    assert (state.action, dict(state.failures)) == (Fetch(HELD, 2), {})
    answered = advance(state, Fetched((message(1),)), now_ms=1000, chance=0)
    assert advance(answered, Published(("down",)), now_ms=1000, chance=0).refusals == 0


@pytest.mark.parametrize("outcome", [Done(), Fetched(()), Published(())])
def test_an_answer_to_another_question_is_a_fault(outcome: Outcome) -> None:
    with pytest.raises(TypeError, match="does not answer Lease"):
        after(outcome)


@pytest.mark.parametrize(
    "settings",
    [{"batch": 0}, {"batch": 101}, {"poll_ms": 0}, {"poll_ms": 101}, {"lease_ms": 900}, {"renew_ms": 0}],
    ids=str,
)
def test_settings_weaker_than_the_contract_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"not \d+|cannot be kept"):
        RelaySettings(**settings)
