"""The table of all checks."""

from collections.abc import Mapping
from typing import Final

from dvt_engine_core.testing.vectors.case import Check
from dvt_engine_core.testing.vectors.glossary import check_canonical, check_hash, check_key
from dvt_engine_core.testing.vectors.machine import check_projection, check_retry, check_walk
from dvt_engine_core.testing.vectors.plan import check_capabilities, check_inputs, check_load, check_verdict
from dvt_engine_core.testing.vectors.references import check_condition, check_resolve
from dvt_engine_core.testing.vectors.signals import check_signal
from dvt_engine_core.testing.vectors.store import check_append, check_start

#: The check of each file of vectors, by its path below contracts/vectors without `.json`.
VECTOR_CHECKS: Final[Mapping[str, Check]] = {
    "execution-semantics/v1/projections": check_projection,
    "execution-semantics/v1/retries": check_retry,
    "execution-semantics/v1/walks": check_walk,
    "glossary/v1/canonical": check_canonical,
    "glossary/v1/hashes": check_hash,
    "glossary/v1/idempotency_key": check_key,
    "plan/v1/capabilities": check_capabilities,
    "plan/v1/conditions": check_condition,
    "plan/v1/inputs": check_inputs,
    "plan/v1/load": check_load,
    "plan/v1/references": check_resolve,
    "plan/v1/verdicts": check_verdict,
    "signals/v1/signals": check_signal,
    "store/v1/appends": check_append,
    "store/v1/starts": check_start,
}
