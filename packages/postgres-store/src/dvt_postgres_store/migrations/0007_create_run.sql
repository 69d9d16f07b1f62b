-- The beginning of a run.

-- A run, its RunQueued, its outbox row and its start intent; or the run that the start key, or a repeated call, made.
CREATE FUNCTION dvt.create_run(
  p_tenant text, p_run uuid, p_start_key text, p_fingerprint bytea, p_plan_id text, p_plan_version text,
  p_plan_sha256 bytea, p_queued_at timestamptz, p_key bytea, p_body text, p_part text,
  OUT outcome text, OUT run_id uuid
) LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '2s'
AS $$
DECLARE
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_hash bytea := sha256(dvt.chain_start(p_run) || dvt.body_hash(p_body));
  v_state text;
  v_intent text;
  v_fingerprint bytea;
BEGIN
  SELECT t.next, y.intent INTO STRICT v_state, v_intent
    FROM dvt.transition t JOIN dvt.event_type y USING (event_type)
   WHERE t.event_type = 'RunQueued' AND t.run_state = 'NONE';
  INSERT INTO dvt.run (run_id, tenant_id, start_key, fingerprint, plan_id, plan_version, plan_sha256, queued_at, queued,
                       state, last_run_seq, updated_at, history_hash)
  VALUES (p_run, p_tenant, p_start_key, p_fingerprint, p_plan_id, p_plan_version, p_plan_sha256, p_queued_at, p_part,
          v_state, 1, v_now, v_hash)
  ON CONFLICT DO NOTHING;  -- waits for a concurrent start with the same key
  IF FOUND THEN
    INSERT INTO dvt.event (run_seq, persisted_at, run_id, idempotency_key, history_hash, event_type, body)
      VALUES (1, v_now, p_run, p_key, v_hash, 'RunQueued', p_body);
    INSERT INTO dvt.outbox (outbox_id, first_run_seq, last_run_seq, shard, run_id)
      VALUES (nextval('dvt.outbox_id'), 1, 1, dvt.shard_of(p_run), p_run);
    INSERT INTO dvt.intent (tenant_id, run_id, intent_type, created_at, due_at)
      VALUES (p_tenant, p_run, v_intent, v_now, v_now);
    outcome := 'created';
    create_run.run_id := p_run;
    RETURN;
  END IF;
  SELECT r.run_id, r.fingerprint INTO create_run.run_id, v_fingerprint
    FROM dvt.run r WHERE r.tenant_id = p_tenant AND r.start_key = p_start_key;
  IF NOT FOUND THEN
    SELECT r.run_id, r.fingerprint INTO create_run.run_id, v_fingerprint
      FROM dvt.run r WHERE r.tenant_id = p_tenant AND r.run_id = p_run;
  END IF;
  outcome := CASE WHEN create_run.run_id IS NULL THEN 'refused'  -- another tenant's run id
                  WHEN v_fingerprint = p_fingerprint THEN 'existing' ELSE 'conflict' END;
END
$$;

INSERT INTO dvt.schema_level (level) VALUES (7);
