UPDATE dvt.run
   SET state = %(state)s, queued = %(queued)s, started = %(started)s, pause = %(pause)s, failing = %(failing)s,
       cancelling = %(cancelling)s, ended = %(ended)s, running_steps = %(running_steps)s,
       last_run_seq = %(last_run_seq)s, history_hash = %(history_hash)s::bytea
 WHERE run_id = %(run)s::uuid
