WITH steps AS (DELETE FROM dvt.step WHERE run_id = %(run)s::uuid)
DELETE FROM dvt.signal WHERE run_id = %(run)s::uuid
