"""What a run waits for, or why it ended as it did: told from plan and log, nothing else."""
