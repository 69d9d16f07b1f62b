"""Points of a run, and who waits for them."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from dvt_contracts.models.golden.v1.plan_script import Moment
from pydantic import MISSING

from dvt_engine_core.facts import Fact


@dataclass(slots=True)
class Moments:
    """What was recorded so far, counted as scripts count."""

    facts: list[Fact] = field(default_factory=list)
    _counts: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def saw(self, fact: Fact) -> None:
        """Count a recorded fact and wake who waits."""
        self.facts.append(fact)
        self._counts[fact.event_type, None] += 1
        if fact.subject_id is not None:
            self._counts[fact.event_type, fact.subject_id] += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def passed(self, moment: Moment) -> bool:
        """Whether a moment has been."""
        step = None if moment.step_id is MISSING else moment.step_id
        return self._counts[moment.event_type, step] >= moment.count

    def recorded(self, event_types: frozenset[str], subject_id: str, ordinal: int) -> bool:
        """Whether a subject has one of these events."""
        return any(
            (fact.subject_id, fact.ordinal) == (subject_id, ordinal) and fact.event_type in event_types
            for fact in self.facts
        )

    async def change(self) -> None:
        """Wait for the next fact."""
        await self._changed.wait()
