-- Holds the writers of the run off until the transaction ends.
SELECT pg_advisory_xact_lock(dvt.lock_key(%(tenant)s, %(run)s::uuid))
