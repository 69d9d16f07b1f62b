"""All rules of the gate, in the order in which they are told."""

from typing import Final

from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.rules import (
    baseline_ledger,
    clause_coverage,
    clause_form,
    clause_references,
    compat_examples,
    compat_samples,
    compat_shape,
    compat_vectors,
    descriptions,
    example_presence,
    example_reason,
    example_verdict,
    generated_code,
    golden_files,
    golden_origin,
    inline_examples,
    json_text,
    naming,
    openness,
    registries,
    schema_id,
    schema_meta,
    vectors,
)

RULES: Final[tuple[GateRule, ...]] = tuple(
    module.RULE
    for module in (
        json_text,
        schema_meta,
        schema_id,
        naming,
        openness,
        descriptions,
        inline_examples,
        example_verdict,
        example_reason,
        example_presence,
        registries,
        vectors,
        baseline_ledger,
        compat_shape,
        compat_samples,
        compat_examples,
        compat_vectors,
        clause_form,
        clause_references,
        clause_coverage,
        generated_code,
        golden_files,
        golden_origin,
    )
)
