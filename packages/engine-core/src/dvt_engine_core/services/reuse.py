"""Reuse of results when a run is retried: decided once, at load, before any dispatch."""

from dataclasses import dataclass

from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from pydantic import MISSING

from dvt_engine_core.errors import StepError
from dvt_engine_core.facts import Fact, is_reuse
from dvt_engine_core.hashes import inputs_hash
from dvt_engine_core.ports.store import RunKey
from dvt_engine_core.services.materials import RunMaterial
from dvt_engine_core.services.outputs import Values
from dvt_engine_core.services.recording import read_facts
from dvt_engine_core.services.signal_log import inputs_at

_BEFORE_STEPS = frozenset({"RunQueued", "RunStarted", "SignalAccepted", "SignalRejected"})


@dataclass(frozen=True, slots=True)
class Reuse:
    """Finds the results of a run that another one need not work for again."""

    values: Values

    async def of(self, run: RunKey, parent: RunKey, material: RunMaterial) -> tuple[Fact, ...]:
        """Completions to record in `run`, from those of `parent`; () once anything else has happened.

        Shape: a step whose dependencies are all reused, whose step key is unchanged and which names a code version; a
        condition is the same only with the same inputs. In plan order of the dependencies.
        Raises: UnavailableError.
        Source: ExecutionSemantics, reuse.
        """
        log = await read_facts(self.values.store, run)
        if not all(fact.event_type in _BEFORE_STEPS or is_reuse(fact.payload) for fact in log):
            return ()
        done = {
            str(fact.subject_id): fact.payload
            for fact in await read_facts(self.values.store, parent)
            if isinstance(fact.payload, StepCompletedPayload)
        }
        same_inputs = await self._same_inputs(parent, material)
        steps, graph = material.plan.steps, material.walk.graph
        reused: dict[int, Fact] = {}
        for index in graph.order():
            step, result = steps[index], done.get(graph.step_ids[index])
            if result is None or result.step_key is MISSING or not all(n in reused for n in graph.dependencies[index]):
                continue
            if step.when is not MISSING and not same_inputs:
                continue
            try:
                key = await self.values.key(parent, step, material.inputs)
            except StepError:
                continue
            if key == result.step_key:
                payload = StepCompletedPayload.parse({**result.document(), "reusedFrom": parent.run_id})
                reused[index] = Fact("StepCompleted", payload, step.step_id)
        return tuple(reused.values())

    async def _same_inputs(self, parent: RunKey, material: RunMaterial) -> bool:
        """Whether the parent began with these inputs and kept them."""
        stored = await self.values.store.read_run(parent, steps=())
        if stored is None or stored.snapshot.started is MISSING or stored.snapshot.queued is MISSING:
            return False
        given = stored.snapshot.queued.inputs
        kept = await inputs_at(self.values.store, parent, given) == dict(given)
        return kept and stored.snapshot.started.inputs_hash == inputs_hash(material.inputs)
