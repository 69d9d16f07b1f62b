"""Comparing two runs by their logs: where they first part, and why."""
