"""Plans: reading, judging, and the graph that a run walks."""
