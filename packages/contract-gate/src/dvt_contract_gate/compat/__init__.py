"""What a change of a schema breaks, and for whom."""
