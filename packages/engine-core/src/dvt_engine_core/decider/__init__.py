"""The decider: `decide(state, cause) -> Decision`. Pure, total, and the same on every engine."""

from dvt_engine_core.decider.deciding import decide
from dvt_engine_core.decider.hearing import launched, receive, updated
from dvt_engine_core.decider.losing import cancel_code

__all__ = ["cancel_code", "decide", "launched", "receive", "updated"]
