INSERT INTO dvt.step (run_id, step_id, start, redelivery, outcome, skip, start_seqs, outcome_seqs, attempt, status)
VALUES (%(run)s::uuid, %(item)s, %(start)s, %(redelivery)s, %(outcome)s, %(skip)s,
        %(start_seqs)s::bigint[], %(outcome_seqs)s::bigint[], %(attempt)s, %(status)s)
