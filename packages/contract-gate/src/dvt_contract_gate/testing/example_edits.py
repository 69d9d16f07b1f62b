"""Edits of examples, vectors, clauses and golden paths."""

from typing import Final

from dvt_contract_gate.testing.edit import Edit, drop, put

_EXAMPLES: Final = "contracts/examples"
_VECTORS: Final = "contracts/vectors"
_STORE: Final = "contracts/clauses/store-v1.md"
_HASHES: Final = "golden-paths/hello_world/expected/hashes.json"

EXAMPLE_EDITS: Final[tuple[Edit, ...]] = (
    Edit(
        "GATE-EXAMPLE-VERDICT",
        "a valid example loses a required member",
        lambda copy: copy.json(f"{_EXAMPLES}/plan/v1/valid/plan_ref.plan-store.json", drop("sha256")),
        f"{_EXAMPLES}/plan/v1/valid/plan_ref.plan-store.json",
        "a valid example of plan/v1/plan_ref is refused",
    ),
    Edit(
        "GATE-EXAMPLE-VERDICT",
        "an invalid example becomes right",
        lambda copy: copy.json(f"{_EXAMPLES}/plan/v1/invalid/retry.jitter.json", drop("jitter")),
        f"{_EXAMPLES}/plan/v1/invalid/retry.jitter.json",
        "an invalid example of plan/v1/retry is accepted",
    ),
    Edit(
        "GATE-EXAMPLE-REASON",
        "an invalid example breaks a second rule",
        lambda copy: copy.json(f"{_EXAMPLES}/plan/v1/invalid/plan_ref.no-hash.json", put("", "address")),
        f"{_EXAMPLES}/plan/v1/invalid/plan_ref.no-hash.json",
        "breaks 2 rules",
    ),
    Edit(
        "GATE-EXAMPLE-REASON",
        "an invalid example is named for another rule",
        lambda copy: copy.move(
            f"{_EXAMPLES}/plan/v1/invalid/retry.jitter.json", f"{_EXAMPLES}/plan/v1/invalid/retry.no-delay.json"
        ),
        f"{_EXAMPLES}/plan/v1/invalid/retry.no-delay.json",
        "named no-delay, but it breaks additionalProperties jitter",
    ),
    Edit(
        "GATE-EXAMPLE-MISSING",
        "an example is forgotten",
        lambda copy: copy.remove(f"{_EXAMPLES}/plan/v1/valid/plan_ref.plan-store.json"),
        "contracts/schemas/plan/v1/plan_ref.json",
        "plan/v1/plan_ref has no valid example",
    ),
    Edit(
        "GATE-EXAMPLE-MISSING",
        "an example of no schema",
        lambda copy: copy.write(f"{_EXAMPLES}/plan/v1/valid/plam.smallest.json", "{}\n"),
        f"{_EXAMPLES}/plan/v1/valid/plam.smallest.json",
        "which is no schema",
    ),
    Edit(
        "GATE-VECTORS",
        "an idempotency key with another digit",
        lambda copy: copy.json(f"{_VECTORS}/glossary/v1/idempotency_key.json", put("0" * 64, "cases", 0, "sha256")),
        f"{_VECTORS}/glossary/v1/idempotency_key.json",
        "first start of a step: ",
    ),
    Edit(
        "GATE-VECTORS",
        "canonical text with a space",
        lambda copy: copy.json(f"{_VECTORS}/glossary/v1/canonical.json", put("{} ", "cases", 0, "canonical")),
        f"{_VECTORS}/glossary/v1/canonical.json",
        "the example of the RFC: ",
    ),
    Edit(
        "GATE-VECTORS",
        "a hash of another value",
        lambda copy: copy.json(f"{_VECTORS}/glossary/v1/hashes.json", put("0" * 64, "cases", 0, "sha256")),
        f"{_VECTORS}/glossary/v1/hashes.json",
        "output: null: ",
    ),
    Edit(
        "GATE-VECTORS",
        "a walk that ends elsewhere",
        lambda copy: copy.json(f"{_VECTORS}/execution-semantics/v1/walks.json", put("FAILED", "cases", 0, "run")),
        f"{_VECTORS}/execution-semantics/v1/walks.json",
        "a run completes: ",
    ),
    Edit(
        "GATE-VECTORS",
        "a verdict with a fault that the plan has not",
        lambda copy: copy.json(
            f"{_VECTORS}/plan/v1/verdicts.json",
            put([{"code": "PLAN_CYCLE", "pointer": "/"}], "cases", 0, "faults"),
        ),
        f"{_VECTORS}/plan/v1/verdicts.json",
        "one step: ",
    ),
    Edit(
        "GATE-VECTORS",
        "a file of vectors that nothing recomputes",
        lambda copy: copy.write(f"{_VECTORS}/plan/v1/riddles.json", '{"cases": []}\n'),
        f"{_VECTORS}/plan/v1/riddles.json",
        "nothing recomputes plan/v1/riddles",
    ),
    Edit(
        "GATE-CLAUSE-FORM",
        "a number is left out",
        lambda copy: copy.append(_STORE, "- [STORE-999] It MUST wait; pending: A1.\n"),
        _STORE,
        "clause STORE-999 where",
    ),
    Edit(
        "GATE-CLAUSE-FORM",
        "a clause that promises nothing",
        lambda copy: copy.text(_STORE, "`create_run` MUST store", "`create_run` stores"),
        _STORE,
        "STORE-001 says no MUST",
    ),
    Edit(
        "GATE-CLAUSE-REFERENCE",
        "a clause names a clause that is not there",
        lambda copy: copy.text(_STORE, "([GLOSSARY-022])", "([GLOSSARY-922])"),
        _STORE,
        "[GLOSSARY-922] is no clause",
    ),
    Edit(
        "GATE-CLAUSE-COVERAGE",
        "a clause that nothing tests",
        lambda copy: copy.write("contracts/clauses/zebra-v1.md", "# Zebra\n\n- [ZEBRA-001] It MUST have stripes.\n"),
        "contracts/clauses/zebra-v1.md",
        "no rule, test or vector names ZEBRA-001",
    ),
    Edit(
        "GATE-CLAUSE-COVERAGE",
        "a test names a clause that is not there",
        lambda copy: copy.text("golden-paths/tests/conftest.py", '"""', '"""[GLOSSARY-922] '),
        "golden-paths/tests/conftest.py",
        "GLOSSARY-922 is no clause",
    ),
    Edit(
        "GATE-GOLDEN-FILES",
        "a plan with a step of an unknown kind",
        lambda copy: copy.json("golden-paths/hello_world/plan.json", put("pyton", "steps", 0, "kind")),
        "golden-paths/hello_world/plan.json",
        "PLAN_UNKNOWN_KIND",
    ),
    Edit(
        "GATE-GOLDEN-FILES",
        "a hash in another form",
        lambda copy: copy.json(_HASHES, put("sha256:00", "outcomeHash")),
        _HASHES,
        "does not fit golden/v1/hashes.json",
    ),
    Edit(
        "GATE-GOLDEN-ORIGIN",
        "an expectation that does not say where it comes from",
        lambda copy: copy.json(_HASHES, drop("commit")),
        _HASHES,
        "does not name its commit",
    ),
    Edit(
        "GATE-GOLDEN-ORIGIN",
        "an expectation that nobody recorded",
        lambda copy: copy.remove(_HASHES),
        _HASHES,
        "hello_world has no expected hashes",
    ),
)
