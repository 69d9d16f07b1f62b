"""The rules of StateStore: one per MUST clause of contracts/clauses/store-v1.md, run whole by every implementation."""

from typing import Final

from dvt_engine_core.testing.conformance.rule import Rule
from dvt_engine_core.testing.conformance.store_batch_rules import (
    a_refused_batch_holds_up_no_other,
    batches_of_many_runs_are_answered_as_if_alone,
)
from dvt_engine_core.testing.conformance.store_harness import StoreFactory, StoreUnderTest
from dvt_engine_core.testing.conformance.store_order_rules import (
    before_its_start_and_after_its_end_a_run_takes_no_step_events,
    of_different_outcomes_one_wins,
    of_identical_appends_one_is_written,
    steps_move_by_the_table_and_no_other_way,
    writers_of_one_run_leave_one_order,
)
from dvt_engine_core.testing.conformance.store_outcome_rules import (
    a_batch_is_judged_in_order_as_if_each_came_alone,
    a_foreign_run_is_an_unknown_run,
    a_known_key_returns_the_first_record,
    a_known_start_key_returns_the_same_run,
    a_repeated_start_tells_the_outcome_of_its_attempt,
    a_run_begins_with_run_queued_and_a_start_intent,
    a_signal_is_applied_with_all_its_effects_or_not_at_all,
    a_start_key_with_another_fingerprint_is_a_conflict,
    a_taken_slot_supersedes,
    an_append_may_name_the_only_status_it_is_legal_from,
    an_illegal_event_returns_the_state_and_writes_nothing,
    no_run_ends_beside_a_running_step,
    terminal_is_final,
)
from dvt_engine_core.testing.conformance.store_reading_rules import (
    a_read_may_name_its_steps,
    an_accepted_signal_brings_its_intent,
    an_event_is_stored_unchanged,
    intents_are_leased_postponed_and_finished,
    runs_are_listed_newest_first,
    the_history_hash_is_the_head_of_the_chain,
    the_live_projection_equals_the_fold,
    the_log_is_contiguous_and_read_in_order,
    unknown_types_are_kept_and_change_nothing,
)

__all__ = ["STORE_RULES", "StoreFactory", "StoreUnderTest"]

STORE_RULES: Final[tuple[Rule[StoreFactory], ...]] = tuple(
    Rule(f"STORE-{number:03}", check)
    for number, check in enumerate(
        (
            a_run_begins_with_run_queued_and_a_start_intent,
            a_known_start_key_returns_the_same_run,
            a_start_key_with_another_fingerprint_is_a_conflict,
            a_foreign_run_is_an_unknown_run,
            a_known_key_returns_the_first_record,
            a_repeated_start_tells_the_outcome_of_its_attempt,
            a_taken_slot_supersedes,
            terminal_is_final,
            an_illegal_event_returns_the_state_and_writes_nothing,
            no_run_ends_beside_a_running_step,
            an_append_may_name_the_only_status_it_is_legal_from,
            a_batch_is_judged_in_order_as_if_each_came_alone,
            a_signal_is_applied_with_all_its_effects_or_not_at_all,
            the_log_is_contiguous_and_read_in_order,
            an_event_is_stored_unchanged,
            the_history_hash_is_the_head_of_the_chain,
            the_live_projection_equals_the_fold,
            unknown_types_are_kept_and_change_nothing,
            an_accepted_signal_brings_its_intent,
            intents_are_leased_postponed_and_finished,
            runs_are_listed_newest_first,
            a_read_may_name_its_steps,
            steps_move_by_the_table_and_no_other_way,
            before_its_start_and_after_its_end_a_run_takes_no_step_events,
            of_identical_appends_one_is_written,
            of_different_outcomes_one_wins,
            writers_of_one_run_leave_one_order,
            batches_of_many_runs_are_answered_as_if_alone,
            a_refused_batch_holds_up_no_other,
        ),
        start=1,
    )
)
