"""The fixture family, stable and young."""

from pathlib import Path

import pytest
from dvt_contract_gate.testing.family import Family


@pytest.fixture
def stable(tmp_path: Path) -> Family:
    """The family at 1.0."""
    return Family(tmp_path, "1.0")


@pytest.fixture
def young(tmp_path: Path) -> Family:
    """The family at 0.4."""
    return Family(tmp_path, "0.4")
