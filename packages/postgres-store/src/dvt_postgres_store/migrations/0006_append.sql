-- The append authority: judges events of one run under the run's lock, writes log, projection and outbox together.

-- Serialises the writers of one run. Another tenant's guess at a run id waits for another lock.
CREATE FUNCTION dvt.lock_key(tenant_id text, run_id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT uuid_hash_extended(run_id, hashtextextended(tenant_id, 7))
$$;

-- The three writers of the projection. Each event type writes its own part and leaves the others alone, so a late
-- outcome cannot erase a redelivery.
CREATE FUNCTION dvt.write_step(
  p_run uuid, p_step text, p_attempt integer, p_new dvt.judgement, p_seq bigint, p_part text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_new.slot = 'start' THEN p_new.start_seqs[p_attempt] := p_seq; END IF;
  IF p_new.slot = 'outcome' THEN p_new.outcome_seqs[p_attempt] := p_seq; END IF;
  IF p_new.item_exists THEN
    UPDATE dvt.step s
       SET status = p_new.next, attempt = p_attempt,
           start_seqs = p_new.start_seqs, outcome_seqs = p_new.outcome_seqs,
           start = CASE p_new.part WHEN 'start' THEN p_part ELSE s.start END,
           redelivery = CASE p_new.part WHEN 'redelivery' THEN p_part ELSE s.redelivery END,
           outcome = CASE p_new.part WHEN 'outcome' THEN p_part ELSE s.outcome END,
           skip = CASE p_new.part WHEN 'skip' THEN p_part ELSE s.skip END
     WHERE s.run_id = p_run AND s.step_id = p_step;
  ELSE
    INSERT INTO dvt.step (run_id, step_id, status, attempt, start_seqs, outcome_seqs, start, redelivery, outcome, skip)
    VALUES (p_run, p_step, p_new.next, p_attempt, p_new.start_seqs, p_new.outcome_seqs,
            CASE p_new.part WHEN 'start' THEN p_part END, CASE p_new.part WHEN 'redelivery' THEN p_part END,
            CASE p_new.part WHEN 'outcome' THEN p_part END, CASE p_new.part WHEN 'skip' THEN p_part END);
  END IF;
END
$$;

CREATE FUNCTION dvt.write_signal(p_run uuid, p_signal text, p_new dvt.judgement, p_seq bigint, p_part text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dvt.signal AS g (run_id, signal_id, status, decision, decision_seq, application, application_seq)
  VALUES (p_run, p_signal, p_new.next,
          CASE p_new.part WHEN 'decision' THEN p_part END, CASE p_new.part WHEN 'decision' THEN p_seq END,
          CASE p_new.part WHEN 'application' THEN p_part END, CASE p_new.part WHEN 'application' THEN p_seq END)
  ON CONFLICT (run_id, signal_id) DO UPDATE
     SET status = excluded.status,
         decision = coalesce(excluded.decision, g.decision),
         decision_seq = coalesce(excluded.decision_seq, g.decision_seq),
         application = coalesce(excluded.application, g.application),
         application_seq = coalesce(excluded.application_seq, g.application_seq);
END
$$;

CREATE FUNCTION dvt.write_run(p_run uuid, p_new dvt.judgement, p_part text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE dvt.run r
     SET state = p_new.next,
         started = CASE p_new.part WHEN 'started' THEN p_part ELSE r.started END,
         pause = CASE p_new.part WHEN 'pause' THEN p_part ELSE r.pause END,
         failing = CASE p_new.part WHEN 'failing' THEN p_part ELSE r.failing END,
         cancelling = CASE p_new.part WHEN 'cancelling' THEN p_part ELSE r.cancelling END,
         ended = CASE p_new.part WHEN 'ended' THEN p_part ELSE r.ended END
   WHERE r.run_id = p_run;
END
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
  v_new dvt.judgement;
  v_answer dvt.answer;
  v_before bigint;           -- last runSeq before the batch
  v_leads boolean;           -- this event leads a group
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
    SELECT * INTO v_new
      FROM dvt.judge_step(p_run, v_run.state, p_types[i], p_items[i], p_attempts[i], p_reused[i], p_keys[i]);
    IF NOT FOUND OR v_held OR v_refused THEN
      v_leads := p_types[i] = 'SignalApplied';
      v_held := v_held AND NOT v_leads;
      SELECT * INTO v_answer FROM dvt.find_duplicate(p_run, p_types[i], p_items[i], p_attempts[i], p_keys[i]);
      IF NOT FOUND THEN
        SELECT * INTO v_new
          FROM dvt.judge(p_run, v_run.state, v_run.running_steps, v_run.last_run_seq, v_held OR v_refused,
                         p_types[i], p_items[i], p_attempts[i], p_reused[i]);
        v_answer := ROW(v_new.verdict, NULL, NULL, NULL, NULL, NULL, NULL, v_run.state, v_run.last_run_seq,
                        v_run.running_steps, v_new.subject, v_new.item_status, v_new.attempt);
        IF v_new.verdict = 'superseded' THEN
          SELECT e.run_seq, e.persisted_at, e.body INTO v_answer.run_seq, v_answer.persisted_at, v_answer.body
            FROM dvt.event e WHERE e.run_id = p_run AND e.run_seq = v_new.winner_seq;
        END IF;
      END IF;
      IF v_answer.outcome <> 'appended' THEN
        v_held := v_held OR v_leads;
        RETURN NEXT v_answer;
        CONTINUE;
      END IF;
    END IF;

    v_run.last_run_seq := v_run.last_run_seq + 1;
    v_run.history_hash := sha256(v_run.history_hash || dvt.body_hash(p_bodies[i]));
    INSERT INTO dvt.event (run_seq, persisted_at, run_id, idempotency_key, history_hash, event_type, body)
      VALUES (v_run.last_run_seq, v_now, p_run, p_keys[i], v_run.history_hash, p_types[i], p_bodies[i]);

    IF v_new.subject = 'step' THEN
      v_run.running_steps := v_run.running_steps + (v_new.next = 'RUNNING')::integer
                             - (v_new.item_status = 'RUNNING')::integer;
      PERFORM dvt.write_step(p_run, p_items[i], p_attempts[i], v_new, v_run.last_run_seq, p_parts[i]);
    ELSIF v_new.subject = 'signal' THEN
      PERFORM dvt.write_signal(p_run, p_items[i], v_new, v_run.last_run_seq, p_parts[i]);
    ELSIF v_new.subject = 'run' THEN
      v_run.state := v_new.next;
      PERFORM dvt.write_run(p_run, v_new, p_parts[i]);
    END IF;
    IF v_new.intent IS NOT NULL THEN
      INSERT INTO dvt.intent (tenant_id, run_id, intent_type, signal_id, created_at, due_at)
        VALUES (p_tenant, p_run, v_new.intent, p_items[i], v_now, v_now);
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

INSERT INTO dvt.schema_level (level) VALUES (6);
