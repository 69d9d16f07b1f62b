"""Edits that break a promise to somebody, or a release itself."""

from typing import Final

from dvt_contract_gate.baselines import freeze
from dvt_contract_gate.snapshot import snapshot_of
from dvt_contract_gate.testing.edit import Change, Edit, add, both, drop, put, rename
from dvt_contract_gate.testing.workshop import RELEASED, Workshop
from dvt_contract_gate.tree import Tree

_STEP: Final = "contracts/schemas/plan/v1/step.json"
_SQL: Final = "contracts/schemas/plan/v1/kinds/sql.json"
_CLOSED: Final = False
_NOT_X: Final = {"pattern": "^[a-f]"}
_NOTE: Final = {"type": "string", "description": "A note.", "examples": ["nightly"]}


def _since_1_0(copy: Workshop, change: Change) -> None:
    """Release the plan family as 1.0, then change parameters of kind sql and tell of it."""
    copy.own("contracts/baselines/ledger.json")
    freeze(copy.contracts, "1.0", snapshot_of(Tree(copy.contracts), "1.0"), ["plan"])
    copy.text("contracts/CHANGELOG.md", "\n## 0.1", "\n## 1.0\n\n## 0.1")
    copy.schema("plan/v1/kinds/sql", change)


def _edited_baseline(copy: Workshop) -> None:
    copy.text(f"contracts/baselines/{RELEASED}/plan.json", "One step of a plan", "One step of the plan")


def _edited_ledger(copy: Workshop) -> None:
    copy.json("contracts/baselines/ledger.json", put("0" * 64, f"{RELEASED}/plan.json"))


def _unknown_baseline(copy: Workshop) -> None:
    copy.write("contracts/baselines/7.0/plan.json", '{"schemas": {}, "examples": {}, "vectors": {}}\n')


COMPAT_EDITS: Final[tuple[Edit, ...]] = (
    Edit(
        "GATE-COMPAT-SHAPE",
        "a member is renamed",
        lambda copy: copy.schema(
            "plan/v1/step", both(rename("sort", "properties", "kind"), put("sort", "required", 1)), tell=False
        ),
        _STEP,
        "member kind is called sort now since plan 0.1; breaks producers and consumers",
    ),
    Edit(
        "GATE-COMPAT-SHAPE",
        "a member is removed",
        lambda copy: copy.schema("plan/v1/step", drop("properties", "codeVersion"), tell=False),
        _STEP,
        "member codeVersion is gone since plan 0.1; breaks producers and consumers",
    ),
    Edit(
        "GATE-COMPAT-SHAPE",
        "a new required member",
        lambda copy: copy.schema(
            "plan/v1/step", both(put(_NOTE, "properties", "note"), add("note", "required")), tell=False
        ),
        _STEP,
        "member note is new and required since plan 0.1; breaks producers",
    ),
    Edit(
        "GATE-COMPAT-SHAPE",
        "an optional member becomes required",
        lambda copy: copy.schema("plan/v1/step", add("when", "required"), tell=False),
        _STEP,
        "member when is required now since plan 0.1; breaks producers",
    ),
    Edit(
        "GATE-COMPAT-SHAPE",
        "a required member becomes optional",
        lambda copy: copy.schema("plan/v1/step", drop("required", 1), tell=False),
        _STEP,
        "member kind is no longer required since plan 0.1; breaks consumers",
    ),
    Edit(
        "GATE-COMPAT-SHAPE",
        "a closed list grows",
        lambda copy: copy.schema("glossary/v1/status", add("robot", "$defs", "WorkerClass", "enum"), tell=False),
        "contracts/schemas/glossary/v1/status.json",
        '"robot" is new in a closed list since glossary 0.1; breaks consumers',
    ),
    Edit(
        "GATE-COMPAT-SHAPE",
        "a limit is lowered",
        lambda copy: copy.schema("plan/v1/step", put(100, "properties", "when", "maxLength"), tell=False),
        _STEP,
        "maxLength was 4096, is 100 since plan 0.1; breaks producers",
    ),
    Edit(
        "GATE-COMPAT-SHAPE",
        "another type",
        lambda copy: copy.schema("engine/v1/actor", put("string", "properties", "authenticated", "type"), tell=False),
        "contracts/schemas/engine/v1/actor.json",
        "type was boolean, is string since engine 0.1; breaks producers and consumers",
    ),
    Edit(
        "GATE-COMPAT-SHAPE",
        "an open object is closed",
        lambda copy: copy.schema(
            "events/v1/envelope",
            put(_CLOSED, "additionalProperties"),
            tell=False,
        ),
        "contracts/schemas/events/v1/envelope.json",
        "the object is closed now since events 0.1; breaks producers",
    ),
    Edit(
        "GATE-COMPAT-SHAPE",
        "an addition that the changelog does not tell of",
        lambda copy: copy.schema("plan/v1/step", put(_NOTE, "properties", "note"), tell=False),
        _STEP,
        "member note is new and optional since plan 0.1; compatible",
    ),
    Edit(
        "GATE-COMPAT-SAMPLES",
        "a keyword that only documents can judge",
        lambda copy: _since_1_0(copy, put(_NOT_X, "properties", "connection", "not")),
        _SQL,
        "refuses documents that plan 1.0 takes",
    ),
    Edit(
        "GATE-COMPAT-EXAMPLES",
        "a pattern that an example of a release does not fit",
        lambda copy: _since_1_0(copy, put("^w[a-z]{0,40}$", "properties", "connection", "pattern")),
        _SQL,
        "sql.every-field.json of plan 1.0 is refused now, breaks producers",
    ),
    Edit(
        "GATE-COMPAT-VECTORS",
        "a vector of a release is gone",
        lambda copy: copy.json("contracts/vectors/glossary/v1/idempotency_key.json", drop("cases", 0)),
        "contracts/vectors/glossary/v1/idempotency_key.json",
        "is gone: breaks implementations",
    ),
    Edit(
        "GATE-BASELINE",
        "a released baseline is edited",
        _edited_baseline,
        "contracts/baselines/0.1/plan.json",
        "released baseline 0.1/plan.json was edited",
    ),
    Edit(
        "GATE-BASELINE",
        "the ledger is edited",
        _edited_ledger,
        "contracts/baselines/0.1/plan.json",
        "released baseline 0.1/plan.json was edited",
    ),
    Edit(
        "GATE-BASELINE",
        "a released baseline is removed",
        lambda copy: copy.remove(f"contracts/baselines/{RELEASED}/audit.json"),
        "contracts/baselines/ledger.json",
        "released baseline 0.1/audit.json is gone",
    ),
    Edit(
        "GATE-BASELINE",
        "a baseline written by hand",
        _unknown_baseline,
        "contracts/baselines/7.0/plan.json",
        "a baseline that the ledger does not know",
    ),
)
