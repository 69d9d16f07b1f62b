"""For tests: a real Temporal server of one's own."""
