"""The rules of interpreters: one scenario per clause of execution-semantics, run whole by every engine adapter."""

from collections.abc import Awaitable, Callable
from typing import Final

from dvt_engine_core.capabilities import gives
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
from dvt_engine_core.testing.conformance.interpreter_policy_rules import (
    a_condition_decides_whether_a_step_runs,
    clean_up_runs_whatever_happened,
    continue_independent_skips_dependents_only,
    finish_running_waits_for_what_runs,
    pause_on_failure_waits_for_an_operator,
    resume_accepts_a_failure,
    the_deadline_ends_a_run,
)
from dvt_engine_core.testing.conformance.interpreter_refusal_rules import (
    a_tampered_plan_is_refused,
    an_unsupported_feature_is_refused,
    inputs_that_miss_the_schema_fail_the_run,
)
from dvt_engine_core.testing.conformance.interpreter_signal_rules import (
    a_cancel_of_a_paused_run_resumes_it_first,
    a_crash_while_paused_dispatches_again_what_ran,
    a_pause_drains_and_a_resume_goes_on,
    a_pause_of_a_pending_run_comes_before_its_first_step,
    a_retried_run_reuses_what_has_not_changed,
    a_retry_by_an_operator_does_not_wait,
    a_skipped_step_gives_way,
    an_emergency_stop_leaves_no_grace_and_no_clean_up,
    updated_parameters_reach_the_next_attempts,
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

__all__ = ["INTERPRETER_RULES", "EngineFactory", "EngineHarness", "rules_of"]

#: Rules that ask something only of engines with these capabilities.
_NEEDS: Final[dict[Callable[[EngineFactory], Awaitable[None]], tuple[str, ...]]] = {
    finish_running_waits_for_what_runs: ("plan.finish-running",),
    continue_independent_skips_dependents_only: ("plan.continue-independent",),
    pause_on_failure_waits_for_an_operator: ("plan.pause-on-failure", "signals.pause", "signals.step-control"),
    resume_accepts_a_failure: ("plan.pause-on-failure", "signals.pause"),
    clean_up_runs_whatever_happened: ("plan.run-if",),
    the_deadline_ends_a_run: ("plan.deadline", "plan.continue-independent", "signals.pause"),
    a_condition_decides_whether_a_step_runs: ("plan.when", "plan.continue-independent"),
    a_pause_drains_and_a_resume_goes_on: ("signals.pause",),
    a_pause_of_a_pending_run_comes_before_its_first_step: ("signals.pause",),
    a_crash_while_paused_dispatches_again_what_ran: ("signals.pause",),
    a_cancel_of_a_paused_run_resumes_it_first: ("signals.pause",),
    an_emergency_stop_leaves_no_grace_and_no_clean_up: ("signals.emergency-stop", "plan.run-if"),
    a_skipped_step_gives_way: ("signals.step-control",),
    a_retry_by_an_operator_does_not_wait: ("signals.step-control",),
    updated_parameters_reach_the_next_attempts: ("signals.update-parameters",),
    a_retried_run_reuses_what_has_not_changed: ("signals.retry-run", "plan.finish-running"),
}

INTERPRETER_RULES: Final[tuple[Rule[EngineFactory], ...]] = tuple(
    Rule(f"ENGINE-{number:03}", check, _NEEDS.get(check, ()))
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
            *_NEEDS,
        ),
        start=1,
    )
)


def rules_of(adapter: str) -> tuple[Rule[EngineFactory], ...]:
    """Rules that the capabilities of an adapter ask it to keep, by the registry."""
    return tuple(rule for rule in INTERPRETER_RULES if all(gives(adapter, needed) for needed in rule.needs))
