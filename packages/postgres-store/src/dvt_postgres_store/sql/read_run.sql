-- A run with its steps and signals in one snapshot. The type json keeps the text of parts as it was written.
SELECT r.state, r.last_run_seq, encode(r.history_hash, 'hex') AS history_hash,
       json_build_object(
         'queued', r.queued::json, 'started', r.started::json, 'pause', r.pause::json, 'failing', r.failing::json,
         'cancelling', r.cancelling::json, 'ended', r.ended::json)::text AS parts,
       (SELECT coalesce(json_agg(json_build_array(
                 s.step_id, s.status, s.attempt,
                 json_build_object('start', s.start::json, 'redelivery', s.redelivery::json,
                                   'outcome', s.outcome::json, 'skip', s.skip::json))), '[]')::text
          FROM dvt.step s
         WHERE s.run_id = r.run_id AND (%(steps)s::text[] IS NULL OR s.step_id = ANY (%(steps)s::text[]))) AS steps,
       (SELECT coalesce(json_agg(json_build_array(
                 g.signal_id, g.status, 1,
                 json_build_object('decision', g.decision::json, 'application', g.application::json))), '[]')::text
          FROM dvt.signal g WHERE g.run_id = r.run_id) AS signals
  FROM dvt.run r
 WHERE r.tenant_id = %(tenant)s AND r.run_id = %(run)s::uuid
