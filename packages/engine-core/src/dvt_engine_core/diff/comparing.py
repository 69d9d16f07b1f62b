"""Comparing two runs: the places where their logs part, the first in causal order before all others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Self

from dvt_contracts.models.engine.v1.run_diff import (
    ComparedRun,
    Divergence,
    DivergenceCause,
    DivergentEvent,
    OutcomeComparison,
    RunDiff,
)
from dvt_contracts.models.engine.v1.run_diff import DiffVerdict as Conclusion
from dvt_contracts.models.events.v1.signal_accepted import SignalAcceptedPayload
from dvt_contracts.models.events.v1.signal_applied import SignalAppliedPayload
from dvt_contracts.models.events.v1.signal_rejected import SignalRejectedPayload
from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.plan.v1.plan import Plan
from pydantic import MISSING

from dvt_engine_core.canonical import canonical_text
from dvt_engine_core.diff.causality import direct_causes, influenced
from dvt_engine_core.diff.history import RUN_STREAM, History, Stream, Told
from dvt_engine_core.diff.judging import Verdict, judge, judge_builds
from dvt_engine_core.errors import DvtError
from dvt_engine_core.facts import is_reuse
from dvt_engine_core.hashes import outcome_hash
from dvt_engine_core.plan.levels import graph_of, levels

MAX_DIVERGENCES: Final = 20
MAX_EXPLANATION: Final = 4096


@dataclass(frozen=True, slots=True)
class _Pair:
    """The first place of a stream at which the runs differ."""

    a: Told | None
    b: Told | None
    stream: Stream

    def told(self) -> Iterator[Told]:
        yield from (told for told in (self.a, self.b) if told)


def diff_runs(a: History, b: History) -> RunDiff:
    """Where the logs of two runs part, and why.

    Shape: any two runs, open ones included; what an open run has not come to yet is no difference. Events that no
    cause joins may come in any order. Ids, keys, times, actors, free text and redeliveries never count.
    Source: contract engine/v1/run_diff.
    """
    runs = (a, b)
    pairs = [pair for stream in _streams(a, b) if (pair := _first_pair(stream, a, b))]
    found = [_divergence(pair.a, pair.b, verdict) for pair, verdict in _roots(pairs, runs)]
    builds = judge_builds(runs)
    if builds and not any(pair.stream == RUN_STREAM and pair.a is a.events[0] for pair in pairs):
        found.insert(0, _divergence(a.streams[RUN_STREAM][1], b.streams[RUN_STREAM][1], builds))
    hashes = outcome_hash(a.snapshot), outcome_hash(b.snapshot)
    if None in hashes:
        outcome = OutcomeComparison.OPEN
    else:
        outcome = OutcomeComparison.EQUAL if hashes[0] == hashes[1] else OutcomeComparison.DIFFERENT
    same = Conclusion.SAME if a.ended and b.ended else Conclusion.SAME_SO_FAR
    return RunDiff(
        a=_side(a, hashes[0]),
        b=_side(b, hashes[1]),
        verdict=Conclusion.DIVERGED if found else same,
        outcome=outcome,
        divergences=found[:MAX_DIVERGENCES],
    )


def _streams(a: History, b: History) -> list[Stream]:
    return list(dict.fromkeys([*a.streams, *b.streams]))


def _first_pair(stream: Stream, a: History, b: History) -> _Pair | None:
    """The first place at which a stream differs; None where it does not, as far as both runs have come."""
    first, second = a.streams.get(stream, ()), b.streams.get(stream, ())
    if stream[0] == "step" and first and second and is_reuse(first[0].fact.payload) != is_reuse(second[0].fact.payload):
        return _reuse_pair(stream, (first, second), (a, b))
    for one, other in zip_longest(first, second):
        if (one is None and not a.ended) or (other is None and not b.ended):
            return None
        if one is None or other is None or not _same(one, other, (a, b)):
            return _Pair(one, other, stream)
    return None


def _same(one: Told, other: Told, runs: tuple[History, History]) -> bool:
    if one.event_type != other.event_type:
        return False
    if one.event_type == "RunQueued" and _same_effective_inputs(runs):
        return bool(one.says["plan"] == other.says["plan"])  # type: ignore[index, call-overload]  # see history
    return canonical_text(one.says) == canonical_text(other.says)


def _same_effective_inputs(runs: tuple[History, History]) -> bool:
    a, b = (run.started.inputs_hash if run.started else None for run in runs)
    return a is not None and a == b


def _reuse_pair(
    stream: Stream, told: tuple[tuple[Told, ...], tuple[Told, ...]], runs: tuple[History, History]
) -> _Pair | None:
    """A result that was reused on one side stands for the attempts that led to it on the other."""
    results = [next((one for one in reversed(side) if one.event_type == "StepCompleted"), None) for side in told]
    for result, run in zip(results, runs, strict=True):
        if result is None and not run.ended:
            return None
    payloads = [one.fact.payload if one else None for one in results]
    hashes = [
        (payload.output_hash, sorted((artifact.name, artifact.sha256) for artifact in payload.artifacts))
        for payload in payloads
        if isinstance(payload, StepCompletedPayload)
    ]
    if len(hashes) == len(runs) and hashes[0] == hashes[1]:
        return None
    return _Pair(results[0] or told[0][-1], results[1] or told[1][-1], stream)


def _roots(pairs: list[_Pair], runs: tuple[History, History]) -> list[tuple[_Pair, Verdict]]:
    """The pairs that no earlier difference led to, in causal order.

    Shape: where each was led to by another, events of the two runs overtook each other: then one pair, an `order`.
    """
    if not pairs:
        return []
    led = [influenced(direct_causes(run), _parted(run, pairs, side)) for side, run in enumerate(runs)]
    ordered = sorted(pairs, key=_CausalOrder.of(runs[0].plan).key)
    roots = [
        pair
        for pair in ordered
        if not (pair.a and pair.a.run_seq in led[0]) and not (pair.b and pair.b.run_seq in led[1])
    ]
    if roots:
        return [(pair, judge(pair.a, pair.b, runs)) for pair in roots]
    race = next((pair for pair in ordered if pair.stream == RUN_STREAM), ordered[0])
    text = judge(race.a, race.b, runs).explanation
    return [(race, Verdict(DivergenceCause.ORDER, text))]


def _parted(run: History, pairs: list[_Pair], side: int) -> frozenset[int]:
    """The events of a run from the first difference of their stream on."""
    first: dict[Stream, int] = {}
    for pair in pairs:
        told = (pair.a, pair.b)[side]
        first[pair.stream] = told.place if told else len(run.streams.get(pair.stream, ()))
    return frozenset(told.run_seq for told in run.events if told.place >= first.get(told.stream, len(run.events)))


@dataclass(frozen=True, slots=True)
class _CausalOrder:
    """Which of several differences to tell first; the same however independent events were interleaved."""

    places: Mapping[str, tuple[int, int]]

    @classmethod
    def of(cls, plan: Plan | None) -> Self:
        """Steps by depth, then in plan order."""
        if plan is None:
            return cls({})
        graph = graph_of(plan)
        return cls(
            {step_id: (level, n) for n, (step_id, level) in enumerate(zip(graph.step_ids, levels(graph), strict=True))}
        )

    def key(self, pair: _Pair) -> tuple[int, int, int, int]:
        run_seq = min(told.run_seq for told in pair.told())
        rank = {"signal": 1, "step": 2, "run": 3 if run_seq > 1 else 0}[pair.stream[0]]
        level, number = self.places.get(pair.stream[1], (0, 0)) if pair.stream[0] == "step" else (0, 0)
        return rank, level, number, run_seq


def _divergence(a: Told | None, b: Told | None, verdict: Verdict) -> Divergence:
    step = next((told.step_id for told in (a, b) if told), None)
    return Divergence(
        cause=verdict.cause,
        step_id=step or MISSING,
        pointer=MISSING if verdict.pointer is None else verdict.pointer,
        explanation=verdict.explanation[:MAX_EXPLANATION],
        a=_event(a) if a else MISSING,
        b=_event(b) if b else MISSING,
    )


def _event(told: Told) -> DivergentEvent:
    payload = told.fact.payload
    signals = SignalAcceptedPayload | SignalRejectedPayload | SignalAppliedPayload
    code = getattr(payload, "code", MISSING)
    return DivergentEvent(
        run_seq=told.run_seq,
        event_type=told.event_type,
        step_id=told.step_id or MISSING,
        attempt=told.fact.ordinal if told.step_id else MISSING,
        signal_type=payload.signal_type if isinstance(payload, signals) else MISSING,
        code=code if code is MISSING else str(code),
        output_hash=payload.output_hash if isinstance(payload, StepCompletedPayload) else MISSING,
    )


def _side(run: History, outcome: str | None) -> ComparedRun:
    queued = run.queued
    if queued is None:
        raise DvtError(f"run {run.snapshot.run_id} has no RunQueued")
    return ComparedRun(
        run_id=run.snapshot.run_id,
        plan_id=queued.plan_ref.plan_id,
        plan_version=queued.plan_ref.plan_version,
        plan_hash=queued.plan_ref.sha256,
        status=run.snapshot.status,
        last_run_seq=run.snapshot.last_run_seq,
        outcome_hash=outcome,
    )
