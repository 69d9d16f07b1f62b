"""Whole runs under a simulated loop: the real services, interpreter and append rules; time, ids and faults by seed.

One seed and one list of faults are one execution, on every machine and under every PYTHONHASHSEED.
"""
