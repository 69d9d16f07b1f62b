"""The gate of the DVT contracts: does the world still hold after this change?"""

from dvt_contract_gate.checking import Report, check
from dvt_contract_gate.finding import Finding, Level

__all__ = ["Finding", "Level", "Report", "check"]
