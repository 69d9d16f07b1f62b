SELECT i.intent_id, i.tenant_id, i.run_id::text, i.intent_type, i.signal_id, i.attempts, i.created_at, i.last_error
  FROM dvt.intent i
 WHERE i.tenant_id = %(tenant)s AND i.run_id = %(run)s::uuid
 ORDER BY i.intent_id
