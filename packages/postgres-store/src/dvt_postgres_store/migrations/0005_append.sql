-- The append authority: judges events of one run under the run's lock and writes log, projection and outbox together.

-- What became of one event. `run_seq`, `persisted_at`, `body` are the appended or the stored record; `attempt_*` the
-- recorded outcome of a repeated StepStarted's attempt; the rest is the state that an illegal event was judged against.
CREATE TYPE dvt.answer AS (
  outcome text,
  run_seq bigint,
  persisted_at timestamptz,
  body text,
  attempt_run_seq bigint,
  attempt_persisted_at timestamptz,
  attempt_body text,
  run_state text,
  last_run_seq bigint,
  running_steps integer,
  subject text,
  item_status text,
  attempt integer
);

-- Serialises the writers of one run. Another tenant's guess at a run id waits for another lock.
CREATE FUNCTION dvt.lock_key(tenant_id text, run_id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT uuid_hash_extended(run_id, hashtextextended(tenant_id, 7))
$$;

-- Everything that judging one event takes, in one statement. Inlined into its caller: one row, primary keys only.
CREATE FUNCTION dvt.look(
  p_run uuid, p_state text, p_type text, p_item text, p_attempt integer, p_reused boolean, p_key bytea
) RETURNS TABLE (
  subject text, part text, slot text, intent text, next text, item_exists boolean, item_status text, attempt integer,
  start_seqs bigint[], outcome_seqs bigint[], decision_seq bigint, application_seq bigint, known_seq bigint,
  run_is_over boolean
) LANGUAGE sql STABLE AS $$
  SELECT y.subject, y.part, y.slot, y.intent, t.next, coalesce(s.run_id, g.run_id) IS NOT NULL,
         coalesce(s.status, g.status, y.absent), coalesce(s.attempt, 0),
         s.start_seqs, s.outcome_seqs, g.decision_seq, g.application_seq, e.run_seq,
         p_state IN ('COMPLETED', 'FAILED', 'CANCELLED')
    FROM (SELECT p_type AS event_type) q
    LEFT JOIN dvt.event_type y ON y.event_type = q.event_type
    LEFT JOIN dvt.step s ON y.subject = 'step' AND s.run_id = p_run AND s.step_id = p_item
    LEFT JOIN dvt.signal g ON y.subject = 'signal' AND g.run_id = p_run AND g.signal_id = p_item
    LEFT JOIN dvt.transition t
           ON t.event_type = y.event_type AND t.run_state = p_state AND t.reused = p_reused
          AND t.item_status = coalesce(s.status, g.status, y.absent)
          AND t.attempt_delta = CASE WHEN y.subject = 'step' THEN p_attempt - coalesce(s.attempt, 0) ELSE 0 END
    LEFT JOIN dvt.event e ON e.run_id = p_run AND e.idempotency_key = p_key
$$;

-- A record that the log holds already, as an answer.
CREATE FUNCTION dvt.stored(p_outcome text, p_run uuid, p_seq bigint, p_attempt_seq bigint DEFAULT NULL)
RETURNS dvt.answer LANGUAGE sql STABLE AS $$
  SELECT p_outcome, e.run_seq, e.persisted_at, e.body, a.run_seq, a.persisted_at, a.body,
         NULL::text, NULL::bigint, NULL::integer, NULL::text, NULL::text, NULL::integer
    FROM dvt.event e LEFT JOIN dvt.event a ON a.run_id = p_run AND a.run_seq = p_attempt_seq
   WHERE e.run_id = p_run AND e.run_seq = p_seq
$$;

-- Events of one run, an answer for each, judged in order as if each came alone: unknown_run, duplicate, superseded,
-- illegal, appended. A SignalApplied leads a group with the events after it: if it is not appended, nothing of its
-- group is written. `p_legal_from` is the only run status from which the batch may be written.
-- Lock, then look: in READ COMMITTED the statement after the lock has a snapshot that sees the writer before us.
CREATE FUNCTION dvt.append(
  p_tenant text, p_run uuid, p_legal_from text, p_types text[], p_items text[], p_attempts integer[],
  p_reused boolean[], p_keys bytea[], p_bodies text[], p_parts text[]
) RETURNS SETOF dvt.answer LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '2s'
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off
AS $$
DECLARE
  v_run record;              -- the head of the run; moves along with the batch
  v_seen record;             -- what dvt.look saw for one event
  v_winner bigint;           -- runSeq of the event that fills the slot
  v_verdict text;
  v_answer dvt.answer;
  v_before bigint;           -- last runSeq before the batch
  v_held boolean := false;   -- the leader of this group was not appended
  v_refused boolean;         -- the run is not in the status that the caller named
  v_now timestamptz;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'append needs READ COMMITTED' USING ERRCODE = 'DV900';
  END IF;
  PERFORM pg_advisory_xact_lock(dvt.lock_key(p_tenant, p_run));  -- before the first write: no transaction id, no WAL
  SELECT r.state, r.status, r.running_steps, r.last_run_seq, r.history_hash
    INTO v_run FROM dvt.run r WHERE r.run_id = p_run AND r.tenant_id = p_tenant;
  IF NOT FOUND THEN
    v_answer.outcome := 'unknown_run';
    RETURN QUERY SELECT (v_answer).* FROM generate_series(1, cardinality(p_types));
    RETURN;
  END IF;
  v_before := v_run.last_run_seq;
  v_refused := coalesce(v_run.status <> p_legal_from, false);
  v_now := date_trunc('milliseconds', clock_timestamp());

  FOR i IN 1 .. cardinality(p_types) LOOP
    SELECT * INTO v_seen
      FROM dvt.look(p_run, v_run.state, p_types[i], p_items[i], p_attempts[i], p_reused[i], p_keys[i]);
    v_winner := CASE v_seen.slot
      WHEN 'start' THEN v_seen.start_seqs[p_attempts[i]]
      WHEN 'outcome' THEN v_seen.outcome_seqs[p_attempts[i]]
      WHEN 'decision' THEN v_seen.decision_seq
      WHEN 'application' THEN v_seen.application_seq
      WHEN 'terminal' THEN CASE WHEN v_seen.run_is_over THEN v_run.last_run_seq END
    END;
    v_held := v_held AND v_seen.slot IS DISTINCT FROM 'application';
    v_verdict := CASE
      WHEN v_seen.known_seq IS NOT NULL THEN 'duplicate'
      WHEN v_winner IS NOT NULL THEN 'superseded'
      WHEN v_held OR v_refused OR v_seen.run_is_over THEN 'illegal'
      WHEN v_seen.subject IS NOT NULL AND v_seen.next IS NULL THEN 'illegal'
      WHEN v_seen.slot = 'terminal' AND v_run.running_steps > 0 THEN 'illegal'
      ELSE 'appended'
    END;
    IF v_verdict <> 'appended' THEN
      v_held := v_held OR v_seen.slot IS NOT DISTINCT FROM 'application';
      v_answer := CASE v_verdict
        WHEN 'duplicate' THEN dvt.stored(v_verdict, p_run, v_seen.known_seq,
          CASE WHEN v_seen.slot = 'start' THEN v_seen.outcome_seqs[p_attempts[i]] END)
        WHEN 'superseded' THEN dvt.stored(v_verdict, p_run, v_winner)
        ELSE ROW(v_verdict, NULL, NULL, NULL, NULL, NULL, NULL, v_run.state, v_run.last_run_seq,
                 v_run.running_steps, v_seen.subject, v_seen.item_status, v_seen.attempt)::dvt.answer
      END;
      RETURN NEXT v_answer;
      CONTINUE;
    END IF;

    v_run.last_run_seq := v_run.last_run_seq + 1;
    v_run.history_hash := sha256(v_run.history_hash || dvt.body_hash(p_bodies[i]));
    INSERT INTO dvt.event (run_seq, persisted_at, run_id, idempotency_key, history_hash, event_type, body)
      VALUES (v_run.last_run_seq, v_now, p_run, p_keys[i], v_run.history_hash, p_types[i], p_bodies[i]);

    IF v_seen.subject = 'step' THEN
      v_run.running_steps := v_run.running_steps + (v_seen.next = 'RUNNING')::integer - (v_seen.item_status = 'RUNNING')::integer;
      IF v_seen.slot = 'start' THEN v_seen.start_seqs[p_attempts[i]] := v_run.last_run_seq; END IF;
      IF v_seen.slot = 'outcome' THEN v_seen.outcome_seqs[p_attempts[i]] := v_run.last_run_seq; END IF;
      IF v_seen.item_exists THEN
        UPDATE dvt.step s
           SET status = v_seen.next, attempt = p_attempts[i],
               start_seqs = v_seen.start_seqs, outcome_seqs = v_seen.outcome_seqs,
               start = CASE v_seen.part WHEN 'start' THEN p_parts[i] ELSE s.start END,
               redelivery = CASE v_seen.part WHEN 'redelivery' THEN p_parts[i] ELSE s.redelivery END,
               outcome = CASE v_seen.part WHEN 'outcome' THEN p_parts[i] ELSE s.outcome END,
               skip = CASE v_seen.part WHEN 'skip' THEN p_parts[i] ELSE s.skip END
         WHERE s.run_id = p_run AND s.step_id = p_items[i];
      ELSE
        INSERT INTO dvt.step (run_id, step_id, start, redelivery, outcome, skip, start_seqs, outcome_seqs, attempt, status)
        VALUES (p_run, p_items[i],
                CASE v_seen.part WHEN 'start' THEN p_parts[i] END, CASE v_seen.part WHEN 'redelivery' THEN p_parts[i] END,
                CASE v_seen.part WHEN 'outcome' THEN p_parts[i] END, CASE v_seen.part WHEN 'skip' THEN p_parts[i] END,
                v_seen.start_seqs, v_seen.outcome_seqs, p_attempts[i], v_seen.next);
      END IF;
    ELSIF v_seen.subject = 'signal' THEN
      INSERT INTO dvt.signal (run_id, signal_id, status, decision, decision_seq, application, application_seq)
      VALUES (p_run, p_items[i], v_seen.next,
              CASE v_seen.part WHEN 'decision' THEN p_parts[i] END, CASE v_seen.part WHEN 'decision' THEN v_run.last_run_seq END,
              CASE v_seen.part WHEN 'application' THEN p_parts[i] END, CASE v_seen.part WHEN 'application' THEN v_run.last_run_seq END)
      ON CONFLICT ON CONSTRAINT signal_pkey DO UPDATE
         SET status = excluded.status,
             decision = coalesce(excluded.decision, signal.decision),
             decision_seq = coalesce(excluded.decision_seq, signal.decision_seq),
             application = coalesce(excluded.application, signal.application),
             application_seq = coalesce(excluded.application_seq, signal.application_seq);
    ELSIF v_seen.subject = 'run' THEN
      v_run.state := v_seen.next;
      UPDATE dvt.run r
         SET state = v_seen.next,
             started = CASE v_seen.part WHEN 'started' THEN p_parts[i] ELSE r.started END,
             pause = CASE v_seen.part WHEN 'pause' THEN p_parts[i] ELSE r.pause END,
             failing = CASE v_seen.part WHEN 'failing' THEN p_parts[i] ELSE r.failing END,
             cancelling = CASE v_seen.part WHEN 'cancelling' THEN p_parts[i] ELSE r.cancelling END,
             ended = CASE v_seen.part WHEN 'ended' THEN p_parts[i] ELSE r.ended END
       WHERE r.run_id = p_run;
    END IF;
    IF v_seen.intent IS NOT NULL THEN
      INSERT INTO dvt.intent (tenant_id, run_id, intent_type, signal_id, created_at, due_at)
        VALUES (p_tenant, p_run, v_seen.intent, p_items[i], v_now, v_now);
    END IF;
    v_answer := ROW('appended', v_run.last_run_seq, v_now, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    RETURN NEXT v_answer;
  END LOOP;

  IF v_run.last_run_seq > v_before THEN
    INSERT INTO dvt.outbox (outbox_id, first_run_seq, last_run_seq, shard, run_id)
      VALUES (nextval('dvt.outbox_id'), v_before + 1, v_run.last_run_seq, dvt.shard_of(p_run), p_run);
    UPDATE dvt.run r
       SET running_steps = v_run.running_steps, last_run_seq = v_run.last_run_seq, updated_at = v_now,
           history_hash = v_run.history_hash
     WHERE r.run_id = p_run AND r.last_run_seq = v_before;
    IF NOT FOUND THEN  -- the lock was not held: an alarm, never a retry
      RAISE EXCEPTION 'append authority violated' USING ERRCODE = 'DV901';
    END IF;
  END IF;
END
$$;

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

INSERT INTO dvt.schema_level (level) VALUES (5);
