"""Judging a plan: every fault at once, with code, pointer, line and hint; linear in the size of the plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

import jsonschema_rs
from dvt_contracts.base import JsonObject, JsonValue
from dvt_contracts.loader import schema, schemas
from dvt_contracts.models.errors.v1.fault import Fault
from dvt_contracts.models.plan.v1.plan import Plan
from dvt_contracts.registries.codes import CODES
from pydantic import MISSING

from dvt_engine_core.errors import InvalidPlanError
from dvt_engine_core.plan.finding import Finding, Path, near_or_all
from dvt_engine_core.plan.graph import Graph, ancestors, find_cycle
from dvt_engine_core.plan.pointer import Scan, bounded, pointer, scan
from dvt_engine_core.plan.reference_faults import Referable, reference_findings
from dvt_engine_core.plan.references import looks_like_reference
from dvt_engine_core.plan.schema_hints import schema_hint
from dvt_engine_core.plan.spelling import did_you_mean
from dvt_engine_core.plan.text import read_json

MAX_EDGES: Final = 50_000
MAX_FAULTS: Final = 100
#: A plan may hold names of any length; what is said of them stays short.
_MAX_TEXT: Final = 500
_HINTS: Final = {entry.code: entry.hint for entry in CODES.codes}


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What became of reading a plan: the plan, or its faults."""

    plan: Plan | None
    faults: tuple[Fault, ...]


@cache
def _plan_validator() -> jsonschema_rs.Draft202012Validator:
    registry = jsonschema_rs.Registry([(name, dict(item)) for name, item in schemas().items()])
    return jsonschema_rs.Draft202012Validator(dict(schema("plan/v1/plan")), registry=registry, offline=True)


def check_plan(content: bytes, kinds: Mapping[str, JsonObject]) -> PlanReport:
    """Read and judge a plan.

    Shape: `kinds` maps each installed step kind to the JSON Schema of its parameters; returns the plan, or at most
    100 faults in the order of the text.
    Source: plan contract v1; pointers by RFC 6901.
    """
    value, broken = read_json(content)
    if broken:
        return PlanReport(None, broken)
    findings = list(_schema_findings(value))
    if isinstance(value, Mapping):
        findings += _step_findings(value, kinds)
    if findings:
        return PlanReport(None, _located(findings, scan(content.decode())))
    return PlanReport(Plan.parse(value), ())


def read_plan(content: bytes, kinds: Mapping[str, JsonObject]) -> Plan:
    """Read a plan.

    Raises: InvalidPlanError [PLAN_INVALID] with every fault.
    """
    report = check_plan(content, kinds)
    if report.plan is None:
        count = len(report.faults)
        raise InvalidPlanError(f"the plan has {count} fault{'s' if count > 1 else ''}", faults=report.faults)
    return report.plan


def _located(findings: list[Finding], where: Scan) -> tuple[Fault, ...]:
    faults = []
    for finding in findings[:MAX_FAULTS]:
        at = pointer(finding.path)
        place = where.places.get(at) or where.places.get(pointer(finding.path[:-1])) or where.places[""]
        hint = (finding.hint() or _HINTS.get(finding.code) or "")[:_MAX_TEXT]
        faults.append(
            Fault(
                code=finding.code,
                message=finding.message[:_MAX_TEXT],
                pointer=bounded(at),
                line=place.line,
                column=place.column,
                hint=hint or MISSING,
            )
        )
    return tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))


def _schema_findings(value: JsonValue) -> Iterator[Finding]:
    for error in _plan_validator().iter_errors(value):
        path = tuple(error.instance_path)
        match error.kind.name:
            case "additionalProperties":
                known = _known_fields(path)
                for name in error.kind.as_dict()["unexpected"]:
                    hint = partial(near_or_all, name, known, "known fields")
                    yield Finding("PLAN_UNKNOWN_FIELD", f"unknown field {name!r}", (*path, name), hint)
            case "maxItems":
                yield Finding("PLAN_TOO_LARGE", error.message, path)
            case "pattern" | "maxLength" if path[-1:] in (("planId",), ("planVersion",), ("stepId",)):
                yield Finding("PLAN_BAD_ID", error.message, path)
            case "const" if path == ("schemaVersion",):
                yield Finding("PLAN_SCHEMA_VERSION", error.message, path)
            case _:
                hint = partial(schema_hint, error, schema("plan/v1/plan"), noun="field")
                yield Finding("PLAN_SCHEMA", error.message, path, hint)


def _known_fields(path: Path) -> list[str]:
    name = "plan/v1/retry" if path[-1:] == ("retry",) else "plan/v1/step" if path[:1] == ("steps",) else "plan/v1/plan"
    properties = schema(name)["properties"]
    return list(properties) if isinstance(properties, Mapping) else []


def _step_findings(plan: Mapping[str, JsonValue], kinds: Mapping[str, JsonObject]) -> Iterator[Finding]:
    """Faults of steps that are at least objects with an id; the schema has told of the others."""
    told = plan.get("steps")
    steps = [
        (position, step)
        for position, step in enumerate(told if isinstance(told, list) else [])
        if isinstance(step, Mapping) and isinstance(step.get("stepId"), str)
    ]
    index: dict[str, int] = {}
    for number, (position, step) in enumerate(steps):
        step_id = str(step["stepId"])
        if step_id in index:
            yield Finding("PLAN_DUPLICATE_STEP", f"the step id {step_id!r} is taken", ("steps", position, "stepId"))
        index.setdefault(step_id, number)
    edges: list[list[int]] = []
    for position, step in steps:
        found: list[int] = []
        yield from _dependency_findings(step, index, ("steps", position, "dependsOn"), found)
        edges.append(found)
    yield from _schema_of("inputs", plan)
    if sum(map(len, edges)) > MAX_EDGES:
        yield Finding("PLAN_TOO_LARGE", f"more than {MAX_EDGES} edges", ("steps",))
        return
    graph = Graph.of([str(step["stepId"]) for _, step in steps], edges)
    cycle = find_cycle(graph)
    if cycle:
        names = " -> ".join(graph.step_ids[step] for step in (*cycle, cycle[0]))
        yield Finding("PLAN_CYCLE", f"a cycle: {names}", ("steps", steps[cycle[0]][0], "dependsOn"))
    before = None if cycle else ancestors(graph)
    outputs = {str(step["stepId"]): step["output"] for _, step in reversed(steps) if "output" in step}
    known = Referable(index, outputs, plan.get("inputs"))
    for number, (position, step) in enumerate(steps):
        at: Path = ("steps", position)
        yield from _kind_findings(step, kinds, at)
        yield from _schema_of("output", step, at)
        reach = None if before is None else before[number]
        yield from reference_findings(step.get("with"), known, reach, (*at, "with"))


def _dependency_findings(
    step: Mapping[str, JsonValue], index: Mapping[str, int], at: Path, found: list[int]
) -> Iterator[Finding]:
    names = step.get("dependsOn", [])
    taken: set[int] = set()
    for place, name in enumerate(names if isinstance(names, list) else []):
        if not isinstance(name, str):
            continue
        target = index.get(name)
        if target is None:
            hint = partial(did_you_mean, name, index)
            yield Finding("PLAN_UNKNOWN_DEPENDENCY", f"no step {name!r} in this plan", (*at, place), hint)
        elif name == step["stepId"]:
            yield Finding("PLAN_SELF_DEPENDENCY", f"step {name!r} depends on itself", (*at, place))
        elif target in taken:
            yield Finding("PLAN_DUPLICATE_DEPENDENCY", f"{name!r} is named twice", (*at, place))
        else:
            taken.add(target)
            found.append(target)


def _kind_findings(step: Mapping[str, JsonValue], kinds: Mapping[str, JsonObject], at: Path) -> Iterator[Finding]:
    kind, parameters = step.get("kind"), step.get("with", {})
    if not isinstance(kind, str):
        return
    if kind not in kinds:
        hint = partial(near_or_all, kind, sorted(kinds), "installed")
        yield Finding("PLAN_UNKNOWN_KIND", f"no executor of kind {kind!r} is installed", (*at, "kind"), hint)
        return
    if not isinstance(parameters, Mapping):
        return
    validator = jsonschema_rs.Draft202012Validator(dict(kinds[kind]), offline=True)
    for error in validator.iter_errors(dict(parameters)):
        if not _stands_in(parameters, tuple(error.instance_path)):
            hint = partial(schema_hint, error, kinds[kind], noun="parameter")
            yield Finding("PLAN_PARAMETERS", error.message, (*at, "with", *error.instance_path), hint)


def _stands_in(parameters: JsonValue, path: Path) -> bool:
    """Whether a reference stands at the path or above it, so that the value is not known yet."""
    value: JsonValue = parameters
    for part in path:
        if looks_like_reference(value):
            return True
        value = value[part] if isinstance(value, Mapping | list) else None  # type: ignore[index]
    return looks_like_reference(value)


def _schema_of(name: str, holder: Mapping[str, JsonValue], at: Path = ()) -> Iterator[Finding]:
    declared = holder.get(name)
    if isinstance(declared, Mapping):
        try:
            jsonschema_rs.Draft202012Validator(dict(declared), offline=True)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            yield Finding("PLAN_BAD_SCHEMA", str(error).partition("\n")[0], (*at, name))
        else:
            foreign = next(_foreign(declared), None)
            if foreign is not None:
                yield Finding("PLAN_BAD_SCHEMA", f"{foreign} lies outside the plan", (*at, name))


def _foreign(schema: JsonValue) -> Iterator[str]:
    """References of a schema that lead out of it; also to the meta-schemas, which the library knows by itself."""
    if isinstance(schema, Mapping):
        target = schema.get("$ref")
        if isinstance(target, str) and not target.startswith("#"):
            yield target
        for name, item in schema.items():
            if name not in {"const", "default", "enum", "examples"}:
                yield from _foreign(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from _foreign(item)
