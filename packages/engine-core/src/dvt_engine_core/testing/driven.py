"""Runs driven by hand: real decisions and real legality, no loop and no store; what comes next is drawn by lot.

Steps record as activities do, decisions are recorded as the record step does: decided again on the fold of the log.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from dvt_contracts.base import JsonObject
from dvt_contracts.models.engine.v1.run_snapshot import RunSnapshot
from dvt_contracts.models.events.v1.step_failed import StepFailedPayload
from dvt_contracts.models.glossary.v1.status import SignalType, StepStatus
from dvt_contracts.models.plan.v1.plan import Plan

from dvt_engine_core.causes import Cause, DeadlinePassed, RetryDue, RunLoaded, SignalArrived, StepReturned
from dvt_engine_core.decider import decide, launched, receive, updated
from dvt_engine_core.decision import CancelStep, Decision, DispatchStep, FinishRun, StartDeadline, StartTimer
from dvt_engine_core.facts import Fact, Payload, fact_of
from dvt_engine_core.folding import evolve_all
from dvt_engine_core.hashes import outcome_hash
from dvt_engine_core.projector import RunRows, assemble, next_status, write
from dvt_engine_core.retry import retry_at
from dvt_engine_core.standpoint import Standpoint
from dvt_engine_core.state import CoreState
from dvt_engine_core.testing.builders import PAYLOADS, SampleRun
from dvt_engine_core.testing.scenario import accepted, lines
from dvt_engine_core.testing.seeded import seeded_run
from dvt_engine_core.testing.world import line
from dvt_engine_core.walk import Walk

#: Whether an attempt of a step succeeds.
Behaviour = Callable[[str, int], bool]
#: A step of the world that may come next: begin or end of an attempt, a timer, a signal.
Coming = tuple[str, str, int]


def succeed(_step_id: str, _attempt: int) -> bool:
    """Every attempt succeeds."""
    return True


@dataclass(slots=True)
class DrivenRun:
    """A run between its start and its end.

    Shape: `log` holds the facts recorded, `trace` what was decided; `coming` what may happen next; `decisions` what the
    record step decided on the log, `taken` what the interpreter decided there.
    """

    plan: JsonObject
    chance: Random
    behaviour: Behaviour = succeed
    log: list[Fact] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    coming: list[Coming] = field(default_factory=list)
    decisions: list[tuple[CoreState, Cause, Decision]] = field(default_factory=list)
    taken: list[Decision] = field(default_factory=list)
    walk: Walk = field(init=False)
    state: CoreState = field(init=False)
    _run: SampleRun = field(init=False)
    _rows: RunRows = field(init=False)
    _asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Queue and start the run; nothing is dispatched yet."""
        self.walk = Walk.of(Plan.parse(self.plan))
        self.state = Standpoint().start(self.walk)
        self._run = seeded_run(self.chance)
        self._rows = RunRows(self._run.run_id, self._run.tenant_id)
        queued = self._run.new().queued
        write(self._rows, queued)
        self.log += [fact for fact in (fact_of(queued),) if fact]
        self.record(Fact("RunStarted", PAYLOADS["RunStarted"]))
        self.load()

    def load(self) -> None:
        """Begin, or begin again after a crash: what was in flight is forgotten, open signals are applied first."""
        self.state, self.coming, self._asked = replace(self.fold(), loaded=False), [], set()
        for signal in list(self.state.open_signals.values()):
            self.hear(SignalArrived(signal.signal_id, signal.signal_type, signal.step_id))
        self.hear(RunLoaded())

    def _kept(self, fact: Fact) -> bool:
        """Record a fact of a decision; the skip of a step that was dispatched may be refused."""
        return self.record(fact) or fact.event_type == "StepSkipped"

    def fold(self, seen: Standpoint | None = None) -> CoreState:
        """Core state from the log, as an interpreter sees it; without one, nothing is in flight."""
        return evolve_all((seen or Standpoint()).start(self.walk), self.log)

    def snapshot(self) -> RunSnapshot:
        """The live projection."""
        return assemble(self._rows)

    def outcome(self) -> str | None:
        """Outcome hash of the run."""
        return outcome_hash(self.snapshot())

    def record(self, fact: Fact) -> bool:
        """Append a fact: a repeat changes nothing and is fine; False where it is illegal."""
        if any(
            (known.event_type, known.subject_id, known.ordinal) == (fact.event_type, fact.subject_id, fact.ordinal)
            for known in self.log
        ):
            return True
        if next_status(self._rows, fact) is None:
            return False
        event = self._run.event(fact.event_type, fact.subject_id, fact.ordinal, fact.payload)
        write(self._rows, event)
        self.log += [recorded for recorded in (fact_of(event, self._rows.last_run_seq),) if recorded]
        return True

    def hear(self, cause: Cause) -> None:
        """Decide, record, act."""
        if isinstance(cause, SignalArrived) and cause.signal_type is SignalType.UPDATE_PARAMETERS:
            self._update(cause)
            return
        decision = decide(self.state, cause)
        self.trace += [type(cause).__name__, *lines(decision)]
        if decision.facts:
            seen = Standpoint.of(self.state)
            before = self.fold(seen)
            decided = decide(before, cause)
            self.decisions.append((before, cause, decided))
            self.taken.append(decision)
            while False in [self._kept(fact) for fact in decided.facts]:
                decided = decide(self.fold(seen), cause)
        after = evolve_all(receive(self.state, cause), decision.facts)
        for effect in decision.effects:
            match effect:
                case DispatchStep():
                    self.coming.append(("begin", effect.step_id, effect.attempt))
                case StartTimer():
                    self.coming.append(("due", f"{effect.step_id}@{effect.at}", 1))
                case CancelStep():
                    self._asked.add(effect.step_id)
                case StartDeadline():
                    self.coming.append(("deadline", "", 1))
                case FinishRun():
                    self.coming = []
        self.state = launched(after, decision.effects)

    def _update(self, cause: SignalArrived) -> None:
        """Only the record step judges an update of parameters; the interpreter hears which inputs count then."""
        judged = replace(cause, parameters={"n": len(self.log)})
        for fact in decide(self.fold(Standpoint.of(self.state)), judged).facts:
            self.record(fact)
        self.state = updated(self.state, cause, self.fold().inputs_version)

    def cancel(self, signal_id: str = "s") -> None:
        """Accept a cancel; it is delivered sooner or later."""
        self.send(signal_id, SignalType.CANCEL)

    def send(self, signal_id: str, signal_type: SignalType, step_id: str | None = None) -> None:
        """Accept a signal; it is delivered sooner or later."""
        if self.record(accepted(signal_id, signal_type, {"stepId": step_id} if step_id else {})):
            self.coming.append(("signal", signal_id, 1))

    def go_on(self, number: int | None = None) -> None:
        """Let one of the things that are coming happen, drawn by lot or chosen by number."""
        chosen = self.chance.randrange(len(self.coming)) if number is None else number % len(self.coming)
        what, name, attempt = self.coming.pop(chosen)
        match what:
            case "begin" if self.record(Fact("StepStarted", PAYLOADS["StepStarted"], name, attempt)):
                self.coming.append(("end", name, attempt))
            case "begin":
                self.hear(StepReturned(name, attempt, StepStatus(self._rows.steps[name].status)))
            case "end":
                self._end(name, attempt)
            case "due":
                self.hear(RetryDue(*name.split("@")))
            case "deadline":
                self.hear(DeadlinePassed())
            case _:
                signal = self.fold().open_signals.get(name)
                if signal:
                    self.hear(SignalArrived(name, signal.signal_type, signal.step_id))

    def _end(self, step_id: str, attempt: int) -> None:
        event_type, payload, again = self._outcome(step_id, attempt)
        self.record(Fact(event_type, payload, step_id, attempt))
        self.hear(StepReturned(step_id, attempt, StepStatus(self._rows.steps[step_id].status), again))

    def _outcome(self, step_id: str, attempt: int) -> tuple[str, Payload, str | None]:
        if self.behaviour(step_id, attempt):
            return "StepCompleted", PAYLOADS["StepCompleted"], None
        if step_id in self._asked:
            return "StepCancelled", PAYLOADS["StepCancelled"], None
        policy = self.walk.retry_of(self.walk.graph.index[step_id])
        again = retry_at(policy, failed_attempt=attempt, code="PYTHON_RAISED", emitted_at=self._run.clock.now())
        payload = StepFailedPayload(code="PYTHON_RAISED", retry_at=again) if again else PAYLOADS["StepFailed"]
        return "StepFailed", payload, again

    def finish(self) -> "DrivenRun":
        """Let everything happen, in any order; a run that waits for an operator is resumed."""
        while not self.state.terminal:
            if not self.coming:
                assert self.state.paused, f"nothing comes any more: {self.told()}"
                self.send(f"resume-{len(self.log)}", SignalType.RESUME)
            self.go_on()
        return self

    def told(self) -> list[str]:
        """The log as short lines."""
        return [line(fact) for fact in self.log]
