UPDATE dvt.intent
   SET attempts = attempts + 1, last_error = %(error)s,
       due_at = clock_timestamp() + make_interval(secs => %(delay_ms)s / 1000.0)
 WHERE intent_id = %(intent_id)s
