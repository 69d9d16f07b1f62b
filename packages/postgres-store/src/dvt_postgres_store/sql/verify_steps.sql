-- Slots by attempt, from 1: the arrays themselves may begin later.
SELECT s.step_id AS item, s.status, s.attempt, s.start, s.redelivery, s.outcome, s.skip,
       ARRAY(SELECT s.start_seqs[n] FROM generate_series(1, s.attempt) n ORDER BY n) AS start_seqs,
       ARRAY(SELECT s.outcome_seqs[n] FROM generate_series(1, s.attempt) n ORDER BY n) AS outcome_seqs
  FROM dvt.step s WHERE s.run_id = %(run)s::uuid
