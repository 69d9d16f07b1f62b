"""An explicit-state model of append authority, relay and consumer, searched to its last state; needs no library."""
