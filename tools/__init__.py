"""Checks and generators of this repository; none of it is installed."""
