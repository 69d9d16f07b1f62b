"""A rule of the gate: an id, what it asks, and the check."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dvt_contract_gate.finding import Finding
from dvt_contract_gate.tree import Tree


@dataclass(frozen=True, slots=True)
class GateRule:
    """One thing that the gate asks of the contracts; `check` yields a finding for each place that does not comply."""

    id: str
    asks: str
    check: Callable[[Tree], Iterable[Finding]]
