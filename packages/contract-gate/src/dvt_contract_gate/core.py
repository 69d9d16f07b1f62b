"""The parts of the core that stand on the generated models, imported when asked for.

A change of a contract may leave the core unable to be imported; the gate must still say what is wrong.
"""

from collections.abc import Callable, Iterable, Mapping

from dvt_contracts.base import JsonValue
from dvt_contracts.models.errors.v1.fault import Fault


def vector_checks() -> Mapping[str, Callable[[Mapping[str, JsonValue]], None]]:
    """The check of each file of vectors. Raises: ImportError."""
    from dvt_engine_core.testing.vectors import VECTOR_CHECKS  # noqa: PLC0415 - see above

    return VECTOR_CHECKS


def kit_clauses() -> Iterable[str]:
    """The clauses that conformance kits put to the test; () when the core cannot be imported."""
    try:
        from dvt_engine_core.testing.conformance.kits import KITS  # noqa: PLC0415 - see above
    except ImportError:
        return ()
    return [clause for clauses in KITS.values() for clause in clauses]


def plan_faults(content: bytes) -> tuple[Fault, ...]:
    """The faults of a plan, judged with the kinds that come with DVT; () when the core cannot be imported."""
    try:
        from dvt_engine_core.plan.validation import check_plan  # noqa: PLC0415 - see above
        from dvt_engine_core.testing.vectors import installed_kinds  # noqa: PLC0415 - see above
    except ImportError:
        return ()
    return check_plan(content, installed_kinds()).faults
