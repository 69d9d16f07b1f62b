-- Events, steps and signals of runs that have no row; they would be seen by nobody.
SELECT o.run_id::text, min(o.run_seq) AS run_seq FROM (
  SELECT e.run_id, e.run_seq FROM dvt.event e
  UNION ALL SELECT s.run_id, NULL FROM dvt.step s
  UNION ALL SELECT g.run_id, NULL FROM dvt.signal g) o
 WHERE NOT EXISTS (SELECT FROM dvt.run r WHERE r.run_id = o.run_id)
 GROUP BY o.run_id ORDER BY o.run_id LIMIT 100
