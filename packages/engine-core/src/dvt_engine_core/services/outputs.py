"""Values between steps: resolving references of a step, and keeping its output, inline or spilled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import jsonschema_rs
from dvt_contracts.base import JsonObject, JsonValue, canonical_fault
from dvt_contracts.models.engine.v1.artifact_ref import ArtifactRef
from dvt_contracts.models.engine.v1.step_snapshot import StepOutcome
from dvt_contracts.models.events.v1.step_completed import StepCompletedPayload
from dvt_contracts.models.glossary.v1.status import StepStatus
from dvt_contracts.models.plan.v1.step import PlanStep
from pydantic import MISSING

from dvt_engine_core.canonical import canonical_bytes
from dvt_engine_core.errors import StepError
from dvt_engine_core.hashes import output_hash, step_key
from dvt_engine_core.plan.pointer import PointerError, look
from dvt_engine_core.plan.references import Reference, needs, substitute
from dvt_engine_core.ports.execution import ArtifactStore, SecretSource, StepResult
from dvt_engine_core.ports.store import RunKey, StateStore

MAX_INLINE_BYTES: Final = 16 * 1024
#: What output and artifacts may take of an event, which has 48 KiB with its envelope.
MAX_RESULT_BYTES: Final = 44 * 1024
MAX_ARTIFACTS: Final = 100
OUTPUT_ARTIFACT: Final = "output.json"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Parameters of a step with values in the place of references; `public` keeps secrets as references."""

    parameters: JsonObject
    public: JsonObject


@dataclass(frozen=True, slots=True)
class Values:
    """Looks up what references name and keeps what steps return."""

    store: StateStore
    artifacts: ArtifactStore
    secrets: SecretSource

    async def resolve(self, run: RunKey, step: PlanStep, inputs: Mapping[str, JsonValue]) -> Resolved:
        """Put values in the place of a step's references.

        Raises: StepError [REF_UNAVAILABLE, SECRET_UNKNOWN], UnavailableError.
        """
        references = needs(step.with_)
        if not references:
            parameters = substitute(step.with_, _never)
            return Resolved(_object(parameters), _object(parameters))
        outcomes = await self._outcomes(
            run, {found.name for found in references if found.kind in {"output", "artifact"}}
        )
        values = {found: await self._value(found, inputs, outcomes) for found in _unplaced(references)}

        def value(found: Reference) -> JsonValue:
            return values[found]

        def public(found: Reference) -> JsonValue:
            return {"$secret": found.name} if found.kind == "secret" else values[found]

        return Resolved(_object(substitute(step.with_, value)), _object(substitute(step.with_, public)))

    async def key(self, run: RunKey, step: PlanStep, inputs: Mapping[str, JsonValue]) -> str | None:
        """Step key that a step would have in a run; None where it has no code version.

        Raises: StepError [REF_UNAVAILABLE], UnavailableError. Secrets are not looked up.
        """
        references = needs(step.with_)
        outcomes = await self._outcomes(
            run, {found.name for found in references if found.kind in {"output", "artifact"}}
        )
        values: dict[Reference, JsonValue] = {}
        for found in _unplaced(references):
            secret = found.kind == "secret"
            values[found] = {"$secret": found.name} if secret else await self._value(found, inputs, outcomes)
        public = _object(substitute(step.with_, values.__getitem__))
        key = _key(step, Resolved(public, public))
        return None if key is MISSING else key

    async def _outcomes(self, run: RunKey, steps: set[str]) -> dict[str, StepOutcome]:
        if not steps:
            return {}
        stored = await self.store.read_run(run, steps=sorted(steps))
        return {
            step.step_id: step.outcome
            for step in (stored.snapshot.steps if stored else ())
            if step.status is StepStatus.SUCCEEDED and step.outcome is not MISSING
        }

    async def _value(
        self, found: Reference, inputs: Mapping[str, JsonValue], outcomes: Mapping[str, StepOutcome]
    ) -> JsonValue:
        try:
            match found.kind:
                case "input":
                    return look(dict(inputs), found.at)
                case "secret":
                    return self.secrets.secret(found.name)
                case "artifact":
                    artifacts = outcomes[found.name].artifacts
                    known = () if artifacts is MISSING else artifacts
                    return next(artifact.document() for artifact in known if artifact.name == found.at)
                case _:
                    return look(await self.output(outcomes[found.name]), found.at)
        except (PointerError, KeyError, StopIteration):
            what = f"{found.kind} {found.name} {found.at}".replace("  ", " ").strip()
            raise StepError(f"nothing at {what}", code="REF_UNAVAILABLE") from None

    async def output(self, outcome: StepOutcome) -> JsonValue:
        """Output of a step that succeeded, inline or spilled. Raises: RejectedError, UnavailableError."""
        if outcome.output_artifact is MISSING:
            return None if outcome.output is MISSING else outcome.output
        content = b"".join([chunk async for chunk in self.artifacts.read(outcome.output_artifact)])
        value: JsonValue = json.loads(content)
        return value

    async def keep(self, step: PlanStep, result: StepResult, resolved: Resolved) -> StepCompletedPayload:
        """Judge a result and make it the payload of StepCompleted; an output over 16 KiB becomes an artifact.

        Shape: also a smaller output does, where it would not fit into the event beside the artifacts.
        Raises: StepError [OUTPUT_NOT_CANONICAL, OUTPUT_INVALID, OUTPUT_TOO_LARGE], UnavailableError.
        """
        fault = canonical_fault(result.output)
        if fault:
            raise StepError(f"the output holds {fault}", code="OUTPUT_NOT_CANONICAL")
        _judge(step, result.output)
        artifacts = sorted(result.artifacts, key=lambda artifact: artifact.name)
        room = MAX_RESULT_BYTES - len(canonical_bytes([artifact.document() for artifact in artifacts]))
        if len(artifacts) > MAX_ARTIFACTS or room < 0:
            raise StepError(f"{len(artifacts)} artifacts do not fit into one event", code="OUTPUT_TOO_LARGE")
        text = canonical_bytes(result.output)
        inline = len(text) <= min(MAX_INLINE_BYTES, room)
        return StepCompletedPayload(
            output_hash=output_hash(result.output),
            output=result.output if inline else MISSING,
            output_artifact=MISSING if inline else await self._spill(text),
            artifacts=artifacts,
            step_key=_key(step, resolved),
        )

    async def _spill(self, text: bytes) -> ArtifactRef:
        return await self.artifacts.put(text, name=OUTPUT_ARTIFACT, media_type="application/json")


def _key(step: PlanStep, resolved: Resolved) -> str | MISSING:
    if step.code_version is MISSING:
        return MISSING
    return step_key(definition=step.document(), resolved=resolved.public, code_version=step.code_version)


def _judge(step: PlanStep, output: JsonValue) -> None:
    if step.output is MISSING:
        return
    validator = jsonschema_rs.Draft202012Validator(dict(step.output), offline=True)
    error = next(iter(validator.iter_errors(output)), None)
    if error is not None:
        raise StepError(f"the output misses its schema: {error.message[:500]}", code="OUTPUT_INVALID")


def _unplaced(references: tuple[Reference, ...]) -> list[Reference]:
    """References without their place, once each: as `substitute` asks for them."""
    return list(
        dict.fromkeys(
            Reference(found.kind, (), found.name, found.at) for found in references if found.kind != "literal"
        )
    )


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, Mapping) else {}


def _never(found: Reference) -> JsonValue:  # pragma: no cover - literals are not looked up
    raise LookupError(found.kind)
