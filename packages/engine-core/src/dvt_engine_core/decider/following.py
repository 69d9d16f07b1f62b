"""What follows from a state by itself: the failure policy, propagated skips, draining, the end."""

from dvt_contracts.base import Empty
from dvt_contracts.models.events.v1.run_failing import RunFailingPayload
from dvt_contracts.models.events.v1.run_paused import RunPausedPayload
from dvt_contracts.models.events.v1.step_skipped import StepSkippedPayload
from dvt_contracts.models.glossary.v1.status import OnStepFailure, RunSubstatus, SkipCode, StepStatus

from dvt_engine_core.decider.ending import end, skips_of_the_ending
from dvt_engine_core.decider.run_facts import run_fact
from dvt_engine_core.facts import Fact
from dvt_engine_core.folding import evolve_all
from dvt_engine_core.state import CoreState


def follow(state: CoreState) -> tuple[Fact, ...]:
    """Facts that the state itself demands. While PAUSED only that it is drained.

    Source: ExecutionSemantics, a step out of attempts, ready, ending, pause.
    """
    if not state.running:
        return _drained(state)
    facts = _policy(state)
    state = evolve_all(state, facts)
    if state.paused:
        return (*facts, *_drained(state))
    if state.ending:
        skips = skips_of_the_ending(state)
        facts, state = (*facts, *skips), evolve_all(state, skips)
    while not state.ending and state.blocked:
        skips = tuple(_upstream(state, index) for index in state.blocked)
        facts, state = (*facts, *skips), evolve_all(state, skips)
    return (*facts, *end(state))


def _policy(state: CoreState) -> tuple[Fact, ...]:
    """What a step out of attempts does to the run."""
    policy = state.walk.on_step_failure
    if state.ending or not state.failed or policy is OnStepFailure.CONTINUE_INDEPENDENT:
        return ()
    pauses = policy is OnStepFailure.PAUSE
    failed = next(
        (
            index
            for index in sorted(state.failed)
            if (step := state.step(index)).out_of_attempts
            and index not in state.in_flight
            and not (pauses and step.accepted)
        ),
        None,
    )
    if failed is None:
        return ()
    step_id = state.walk.graph.step_ids[failed]
    if pauses:
        return (run_fact(state, "RunPaused", RunPausedPayload(step_id=step_id)),)
    return (run_fact(state, "RunFailing", RunFailingPayload(code="STEP_FAILED", step_id=step_id)),)


def _upstream(state: CoreState, index: int) -> Fact:
    """The skip of a step whose dependencies are all terminal and did not all succeed; a failed one weighs more."""
    ids, needed = state.walk.graph.step_ids, state.walk.graph.dependencies[index]
    failed = next((other for other in needed if state.step(other).status is StepStatus.FAILED), None)
    if failed is not None:
        payload = StepSkippedPayload(code=SkipCode.UPSTREAM_FAILED, cause_step_id=ids[failed])
    else:
        skipped = next(other for other in needed if state.step(other).status is not StepStatus.SUCCEEDED)
        payload = StepSkippedPayload(code=SkipCode.UPSTREAM_SKIPPED, cause_step_id=ids[skipped])
    return Fact("StepSkipped", payload, ids[index])


def _drained(state: CoreState) -> tuple[Fact, ...]:
    """RunDrained, once nothing of what was dispatched before the pause is left."""
    draining = state.run is not None and state.run.substatus is RunSubstatus.DRAINING
    busy = state.in_flight or any(step.status is StepStatus.RUNNING for step in state.steps.values())
    return (run_fact(state, "RunDrained", Empty()),) if draining and not busy else ()
