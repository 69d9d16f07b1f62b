SELECT r.tenant_id, b.run_id::text, b.attempts, b.next_at, b.error
  FROM dvt.outbox_blocked b JOIN dvt.run r USING (run_id)
 ORDER BY b.next_at, b.run_id
