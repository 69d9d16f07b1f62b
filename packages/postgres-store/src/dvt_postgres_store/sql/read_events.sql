-- One page of a run's log. Appends of a run are serial, so what is visible has no gap.
SELECT e.run_seq, e.persisted_at, e.body
  FROM dvt.run r JOIN dvt.event e ON e.run_id = r.run_id
 WHERE r.tenant_id = %(tenant)s AND r.run_id = %(run)s::uuid AND e.run_seq > %(after)s
 ORDER BY e.run_seq LIMIT %(limit)s
