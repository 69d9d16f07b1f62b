"""Warm child processes that run sync callables."""
