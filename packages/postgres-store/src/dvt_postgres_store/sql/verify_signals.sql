SELECT g.signal_id AS item, g.status, 1 AS attempt, g.decision, g.application, g.decision_seq, g.application_seq
  FROM dvt.signal g WHERE g.run_id = %(run)s::uuid
