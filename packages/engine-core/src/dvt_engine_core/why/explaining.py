"""`explain_run`: the answer to "why" about one run."""

from typing import Final

from dvt_contracts.models.engine.v1.run_why import RunWhy

from dvt_engine_core.diff.history import History
from dvt_engine_core.errors import DvtError
from dvt_engine_core.why.case import Case
from dvt_engine_core.why.ending import ending_reasons
from dvt_engine_core.why.skips import skip_chains
from dvt_engine_core.why.waiting import waiting_reasons

MAX_REASONS: Final = 100


def explain_run(history: History) -> RunWhy:
    """What an open run waits for, or why it ended as it did.

    Shape: told from plan and log alone, without a clock: what is due may be over. Without its plan, steps that have no
    event are not known.
    Raises: DvtError for a log without RunQueued.
    Source: contract engine/v1/run_why.
    """
    queued = history.queued
    if queued is None:
        raise DvtError(f"run {history.snapshot.run_id} has no RunQueued")
    case = Case.of(history)
    reasons = ending_reasons(case) if history.ended else waiting_reasons(case)
    return RunWhy(
        run_id=history.snapshot.run_id,
        plan_id=queued.plan_ref.plan_id,
        plan_version=queued.plan_ref.plan_version,
        status=history.snapshot.status,
        substatus=history.snapshot.substatus,
        last_run_seq=history.snapshot.last_run_seq,
        summary=reasons[0].text if reasons else f"the run ended {history.snapshot.status.value}",
        reasons=reasons[:MAX_REASONS],
        left_out=max(0, len(reasons) - MAX_REASONS),
        skipped=skip_chains(case, most=MAX_REASONS),
    )
