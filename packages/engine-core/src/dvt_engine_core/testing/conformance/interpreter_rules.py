"""The rules of interpreters: one scenario per clause of execution-semantics, run whole by every engine adapter."""

from typing import Final

from dvt_engine_core.testing.conformance.engine_harness import EngineFactory, EngineHarness
from dvt_engine_core.testing.conformance.interpreter_ending_rules import (
    a_cancel_ends_what_runs_and_skips_the_rest,
    a_crash_in_mid_step_changes_no_outcome,
    a_lost_worker_may_fail_the_step,
    a_run_cancelled_before_its_start_has_no_steps,
    a_second_start_changes_nothing,
    fail_fast_cancels_and_skips,
    what_succeeds_after_a_cancel_request_is_completed,
)
from dvt_engine_core.testing.conformance.interpreter_refusal_rules import (
    a_tampered_plan_is_refused,
    an_unsupported_feature_is_refused,
    inputs_that_miss_the_schema_fail_the_run,
)
from dvt_engine_core.testing.conformance.interpreter_walk_rules import (
    a_diamond_joins,
    a_failed_step_is_tried_again_by_its_policy,
    a_large_output_becomes_an_artifact,
    a_linear_plan_runs_in_order,
    a_step_over_its_limit_times_out,
    an_output_that_json_cannot_carry_fails_the_step,
    independent_steps_run_together,
    inputs_reach_steps_with_defaults,
    no_more_steps_than_allowed_are_in_flight,
)
from dvt_engine_core.testing.conformance.rule import Rule

__all__ = ["INTERPRETER_RULES", "EngineFactory", "EngineHarness"]

INTERPRETER_RULES: Final[tuple[Rule[EngineFactory], ...]] = tuple(
    Rule(f"ENGINE-{number:03}", check)
    for number, check in enumerate(
        (
            a_linear_plan_runs_in_order,
            independent_steps_run_together,
            a_diamond_joins,
            inputs_reach_steps_with_defaults,
            a_failed_step_is_tried_again_by_its_policy,
            fail_fast_cancels_and_skips,
            a_cancel_ends_what_runs_and_skips_the_rest,
            what_succeeds_after_a_cancel_request_is_completed,
            a_run_cancelled_before_its_start_has_no_steps,
            a_step_over_its_limit_times_out,
            no_more_steps_than_allowed_are_in_flight,
            a_crash_in_mid_step_changes_no_outcome,
            a_lost_worker_may_fail_the_step,
            a_tampered_plan_is_refused,
            an_unsupported_feature_is_refused,
            inputs_that_miss_the_schema_fail_the_run,
            a_large_output_becomes_an_artifact,
            an_output_that_json_cannot_carry_fails_the_step,
            a_second_start_changes_nothing,
        ),
        start=1,
    )
)
