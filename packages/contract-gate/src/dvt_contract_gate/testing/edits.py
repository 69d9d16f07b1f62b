"""All edits of the self-test."""

from typing import Final

from dvt_contract_gate.testing.compat_edits import COMPAT_EDITS
from dvt_contract_gate.testing.edit import Edit
from dvt_contract_gate.testing.example_edits import EXAMPLE_EDITS
from dvt_contract_gate.testing.schema_edits import SCHEMA_EDITS

EDITS: Final[tuple[Edit, ...]] = (*SCHEMA_EDITS, *EXAMPLE_EDITS, *COMPAT_EDITS)
