"""Golden paths: a plan, a script of what happens to it, and what must come of it on every engine."""
