"""What the scenario `store` is made of: pgbench scripts, callers in Python, the peer."""
