"""The clauses that each conformance kit puts to the test, by family."""

from collections.abc import Mapping
from typing import Final

from dvt_engine_core.testing.conformance.executor_rules import EXECUTOR_RULES
from dvt_engine_core.testing.conformance.interpreter_rules import INTERPRETER_RULES
from dvt_engine_core.testing.conformance.outbox_rules import OUTBOX_RULES
from dvt_engine_core.testing.conformance.publisher_rules import PUBLISHER_RULES
from dvt_engine_core.testing.conformance.store_rules import STORE_RULES

KITS: Final[Mapping[str, tuple[str, ...]]] = {
    "ENGINE": tuple(rule.clause for rule in INTERPRETER_RULES),
    "EXECUTOR": tuple(rule.clause for rule in EXECUTOR_RULES),
    "OUTBOX": tuple(rule.clause for rule in OUTBOX_RULES),
    "PUBLISHER": tuple(rule.clause for rule in PUBLISHER_RULES),
    "STORE": tuple(rule.clause for rule in STORE_RULES),
}
