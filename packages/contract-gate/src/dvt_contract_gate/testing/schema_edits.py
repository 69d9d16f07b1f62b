"""Edits of schemas that break how schemas are written."""

from typing import Final

from dvt_contract_gate.testing.edit import Edit, drop, put

_STEP: Final = "contracts/schemas/plan/v1/step.json"
_SQL: Final = "packages/postgres-store/src/dvt_postgres_store/migrations/0004_transitions.sql"
_WAIT: Final = {"type": "integer", "description": "Wait, in milliseconds.", "examples": [5]}
_NOTE: Final = {"type": "string", "description": "A note.", "examples": ["nightly"]}

SCHEMA_EDITS: Final[tuple[Edit, ...]] = (
    Edit(
        "GATE-JSON",
        "a member twice",
        lambda copy: copy.text(_STEP, '  "title": "PlanStep",', '  "title": "PlanStep",\n  "title": "PlanStep",'),
        _STEP,
        "twice",
    ),
    Edit(
        "GATE-JSON",
        "a comma too many",
        lambda copy: copy.text("contracts/examples/plan/v1/valid/plan.smallest.json", "\n}", ",\n}"),
        "contracts/examples/plan/v1/valid/plan.smallest.json",
        "no strict JSON",
    ),
    Edit(
        "GATE-SCHEMA-META",
        "a keyword with a value that it cannot have",
        lambda copy: copy.schema("plan/v1/step", put(5, "$comment")),
        _STEP,
        "no valid schema",
    ),
    Edit(
        "GATE-SCHEMA-META",
        "a reference to nothing",
        lambda copy: copy.schema("plan/v1/step", put("ids.json#/$defs/StepId", "properties", "stepId", "$ref")),
        _STEP,
        "nothing is at $ref",
    ),
    Edit(
        "GATE-SCHEMA-META",
        "another draft",
        lambda copy: copy.schema("plan/v1/step", put("http://json-schema.org/draft-07/schema#", "$schema")),
        _STEP,
        "not draft 2020-12",
    ),
    Edit(
        "GATE-SCHEMA-ID",
        "the $id of another schema",
        lambda copy: copy.schema("plan/v1/step", put("https://dvt.local/contracts/plan/v1/steps.json", "$id")),
        _STEP,
        "$id is",
    ),
    Edit(
        "GATE-NAMING",
        "a member in snake_case",
        lambda copy: copy.schema("plan/v1/step", put(_NOTE, "properties", "short_note")),
        _STEP,
        "short_note is not camelCase",
    ),
    Edit(
        "GATE-NAMING",
        "milliseconds without their unit in the name",
        lambda copy: copy.schema(
            "plan/v1/step",
            put(
                {"type": "integer", "description": "Wait, in milliseconds.", "examples": [5]},
                "properties",
                "waitBefore",
            ),
        ),
        _STEP,
        "waitBefore counts milliseconds",
    ),
    Edit(
        "GATE-NAMING",
        "an example that is not named in the form of examples",
        lambda copy: copy.move(
            "contracts/examples/plan/v1/valid/plan.diamond.json", "contracts/examples/plan/v1/valid/plan.Diamond.json"
        ),
        "contracts/examples/plan/v1/valid/plan.Diamond.json",
        "form of examples",
    ),
    Edit(
        "GATE-OPENNESS",
        "an object that says nothing of other members",
        lambda copy: copy.schema("events/v1/envelope", drop("additionalProperties")),
        "contracts/schemas/events/v1/envelope.json",
        "neither open nor closed",
    ),
    Edit(
        "GATE-DESCRIBED",
        "a member without description",
        lambda copy: copy.schema("plan/v1/step", drop("properties", "timeoutMs", "description")),
        _STEP,
        "timeoutMs is not described",
    ),
    Edit(
        "GATE-DESCRIBED",
        "a member without example",
        lambda copy: copy.schema("plan/v1/step", drop("properties", "timeoutMs", "examples")),
        _STEP,
        "timeoutMs shows no example",
    ),
    Edit(
        "GATE-INLINE-EXAMPLE",
        "an example that its own member refuses",
        lambda copy: copy.schema("plan/v1/step", put([0], "properties", "timeoutMs", "examples")),
        _STEP,
        "does not fit it",
    ),
    Edit(
        "GATE-REGISTRY",
        "a registry with a member that its schema does not know",
        lambda copy: copy.json("contracts/registries/errors/v1/codes.json", put("high", "codes", 0, "severity")),
        "contracts/registries/errors/v1/codes.json",
        "does not fit errors/v1/code_registry.json",
    ),
    Edit(
        "GATE-GENERATED",
        "a description changed and nothing generated",
        lambda copy: copy.schema("plan/v1/retry", put("How often.", "description")),
        "generated/src/dvt_contracts/models/plan/v1/retry.py",
        "not what the contracts say",
    ),
    Edit(
        "GATE-GENERATED",
        "a generated model edited by hand",
        lambda copy: copy.text("generated/src/dvt_contracts/models/plan/v1/retry.py", "class ", "# mine\nclass "),
        "generated/src/dvt_contracts/models/plan/v1/retry.py",
        "not what the contracts say",
    ),
    Edit(
        "GATE-GENERATED",
        "a row of the SQL table edited by hand",
        lambda copy: copy.text(_SQL, "-- Generated", "-- Written"),
        _SQL,
        "not what the contracts say",
    ),
)
