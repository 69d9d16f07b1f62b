"""References of a step, judged: the step, input or place that each of them names must be there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from dvt_contracts.base import JsonValue

from dvt_engine_core.plan.finding import Finding, Path, near_or_all
from dvt_engine_core.plan.output_schema import nothing_at
from dvt_engine_core.plan.references import MalformedReference, Reference, find_references, input_name
from dvt_engine_core.plan.spelling import did_you_mean


@dataclass(frozen=True, slots=True)
class Referable:
    """What references of a plan may name.

    Shape: `steps` maps ids to indices, `outputs` the ids of steps that declare one to their output's schema; `inputs`
    is the schema of the inputs as written, or None.
    """

    steps: Mapping[str, int]
    outputs: Mapping[str, JsonValue]
    inputs: JsonValue


def reference_findings(parameters: JsonValue, known: Referable, reach: int | None, at: Path) -> Iterator[Finding]:
    """Faults of the references inside `parameters`.

    Shape: `reach` is the bit set of the step's transitive dependencies, None where the graph is not known.
    Source: PLAN-015, PLAN-016, PLAN-017, PLAN-023.
    """
    for found in find_references(parameters):
        path = (*at, *found.path)
        if isinstance(found, MalformedReference):
            yield Finding("PLAN_BAD_REFERENCE", found.why, path)
        elif found.kind == "input":
            yield from _input_findings(found, known.inputs, path)
        elif found.kind in {"output", "artifact"}:
            yield from _step_findings(found, known, reach, path)


def _step_findings(found: Reference, known: Referable, reach: int | None, path: Path) -> Iterator[Finding]:
    name, target = found.name, known.steps.get(found.name)
    if target is None:
        hint = partial(did_you_mean, name, known.steps)
        yield Finding("PLAN_REFERENCE_UNKNOWN_STEP", f"no step {name!r} in this plan", path, hint)
        return
    if reach is not None and not reach >> target & 1:
        message = f"step {name!r} need not have run before"
        yield Finding("PLAN_REFERENCE_NOT_ANCESTOR", message, path, lambda: f"add {name!r} to dependsOn")
    if found.kind == "output" and name in known.outputs:
        nothing = nothing_at(known.outputs[name], found.at)
        if nothing:
            message = f"the output of {name!r} has nothing at {found.at}: {nothing.why}"
            yield Finding("PLAN_REFERENCE_OUTPUT", message, path, lambda: nothing.hint)


def _input_findings(found: Reference, inputs: JsonValue, path: Path) -> Iterator[Finding]:
    name = input_name(found)
    schema = inputs if isinstance(inputs, Mapping) else {}
    members = schema.get("properties")
    declared = members if isinstance(members, Mapping) else {}
    if name is None or name in declared or schema.get("additionalProperties") not in (None, False):
        return
    hint = partial(near_or_all, name, declared, "declared")
    yield Finding("PLAN_REFERENCE_INPUT", f"the plan declares no input {name!r}", path, hint)
