"""Putting the core through the vectors of the contract: one check per file, for tests and for the contract gate."""

from dvt_engine_core.testing.vectors.case import Case
from dvt_engine_core.testing.vectors.checks import VECTOR_CHECKS
from dvt_engine_core.testing.vectors.plan import installed_kinds

__all__ = ["VECTOR_CHECKS", "Case", "installed_kinds"]
