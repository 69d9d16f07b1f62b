"""Ports: what the core asks of the world, as small async Protocols with vendor-free types and errors."""
