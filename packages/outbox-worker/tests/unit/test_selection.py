from dvt_engine_core.ports.outbox import OutboxMessage, Outgoing, ShardLease
from dvt_engine_core.testing.samples import sample_record, sample_run
from dvt_outbox_worker.actions import Block
from dvt_outbox_worker.selection import ERROR_LIMIT, publishable, settlement


def message(run: int, seq: int) -> OutboxMessage:
    key = sample_run(run)
    return OutboxMessage(outbox_id=seq, shard=run % 16, run=key, record=sample_record(key, seq))


def batch(*numbers: tuple[int, int]) -> list[Outgoing]:
    return [Outgoing(message(run, seq), epoch=1) for run, seq in numbers]


def places(outgoings: list[Outgoing]) -> list[tuple[int, int]]:
    return [(one.message.shard, one.message.record.run_seq) for one in outgoings]


def test_each_message_goes_out_with_the_epoch_of_its_shard() -> None:
    sent = list(publishable([message(1, 1), message(2, 1)], [ShardLease(1, 7), ShardLease(2, 9)]))
    assert [(one.message.shard, one.epoch) for one in sent] == [(1, 7), (2, 9)]


def test_a_shard_that_is_not_held_is_left_alone() -> None:
    assert places(list(publishable([message(1, 1), message(2, 1)], [ShardLease(2, 1)]))) == [(2, 1)]


def test_a_run_goes_out_to_its_first_gap() -> None:
    found = [message(1, 4), message(2, 1), message(1, 5), message(1, 7), message(1, 8), message(2, 2)]
    sent = list(publishable(found, [ShardLease(1, 1), ShardLease(2, 1)]))
    assert places(sent) == [(1, 4), (2, 1), (1, 5), (2, 2)]


def test_a_repeated_message_goes_out_once() -> None:
    assert places(list(publishable([message(1, 1), message(1, 1), message(1, 2)], [ShardLease(1, 1)]))) == [
        (1, 1),
        (1, 2),
    ]


def test_a_run_is_delivered_up_to_its_failure_and_blocked_there() -> None:
    sent = batch((1, 1), (2, 1), (1, 2), (1, 3), (2, 2))
    settle = settlement(sent, [None, None, "full", None, None], failures={}, chance=0)
    assert [(one.shard, one.record.run_seq) for one in settle.delivered] == [(1, 1), (2, 1), (2, 2)]
    assert [(block.message, block.delay_ms, block.error) for block in settle.blocked] == [(message(1, 2), 100, "full")]


def test_failures_in_a_row_double_the_delay() -> None:
    before = {sample_run(1): Block(message(1, 1), 200, "down", failures=2)}
    (block,) = settlement(batch((1, 1)), ["down"], failures=before, chance=0).blocked
    assert (block.failures, block.delay_ms) == (3, 400)


def test_progress_starts_the_count_anew() -> None:
    before = {sample_run(1): Block(message(1, 1), 200, "down", failures=2)}
    (block,) = settlement(batch((1, 1), (1, 2)), [None, "down"], failures=before, chance=0).blocked
    assert (block.failures, block.delay_ms) == (1, 100)


def test_answers_that_do_not_match_the_batch_deliver_nothing() -> None:
    settle = settlement(batch((1, 1), (2, 1)), [None], failures={}, chance=0)
    assert settle.delivered == ()
    assert [block.message.shard for block in settle.blocked] == [1, 2]


def test_an_empty_reason_is_a_failure_too() -> None:
    assert settlement(batch((1, 1)), [""], failures={}, chance=0).delivered == ()


def test_any_database_can_keep_the_reason() -> None:
    (block,) = settlement(batch((1, 1)), ["a\x00b\udcff" + "x" * 9999], failures={}, chance=0).blocked
    assert block.error.startswith("a?b?x")
    assert len(block.error.encode()) == ERROR_LIMIT
