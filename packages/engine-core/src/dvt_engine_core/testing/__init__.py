"""What tests stand on: doubles of the ports, and the conformance rules that every implementation owes."""

__all__: list[str] = []
