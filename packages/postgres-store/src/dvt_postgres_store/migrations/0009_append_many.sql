-- Appends to many runs in one transaction, each answered as if `dvt.append` had been called for it alone.

-- The chain of a run over the new events of a batch, in order; `head` is the hash before the first of them.
CREATE FUNCTION dvt.chain_step(hash bytea, head bytea, body_hash bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN sha256(coalesce(hash, head) || body_hash);
END
$$;
CREATE AGGREGATE dvt.chain(head bytea, body_hash bytea) (SFUNC = dvt.chain_step, STYPE = bytea);

-- `runSeq`s by attempt with one more: attempts without a record are NULL.
CREATE FUNCTION dvt.with_slot(seqs bigint[], attempt integer, run_seq bigint) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS
$$
  SELECT CASE WHEN attempt = 1 THEN ARRAY[run_seq]
              ELSE coalesce(seqs, '{}')
                   || array_fill(NULL::bigint, ARRAY[attempt - 1 - coalesce(cardinality(seqs), 0)]) || run_seq END
$$;

-- The usual items of a call, judged and written by one statement: runs all of whose new events are of steps, each of
-- another step, legal, and changing the status of their step. Such an event cannot be a duplicate: what was recorded
-- of its attempt would forbid the change. Answers the runSeq of each item that it wrote.
-- The caller holds the runs' locks; batches of runs that it could not lock are in `p_busy`.
-- LATERAL ... OFFSET 0 and ctid pin the plan to one probe of a primary key per item, whatever statistics say.
CREATE FUNCTION dvt.append_plain(
  p_now timestamptz, p_busy integer[], p_tenants text[], p_runs uuid[], p_legal_from text[], p_batches integer[],
  p_types text[], p_items text[], p_attempts integer[], p_reused boolean[], p_keys bytea[], p_bodies text[],
  p_parts text[], OUT items integer[], OUT run_seqs bigint[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_runs bigint;
  v_heads bigint;
BEGIN
  WITH judged AS MATERIALIZED (
    SELECT k.n::integer AS n, p_tenants[k.batch] AS tenant, p_runs[k.batch] AS run_id, k.event_type, k.item, k.attempt,
           k.key, k.body, k.part_text, r.run_row, r.last_run_seq, r.history_hash, r.running_steps,
           s.step_row, s.status, s.start_seqs, s.outcome_seqs, t.next, t.part, t.slot,
           t.next IS NOT NULL AND NOT k.batch = ANY (p_busy)
             AND coalesce(r.status = p_legal_from[k.batch], p_legal_from[k.batch] IS NULL) AS plain,
           count(*) OVER (PARTITION BY p_tenants[k.batch], p_runs[k.batch], k.item) AS same_step
      FROM unnest(p_batches, p_types, p_items, p_attempts, p_reused, p_keys, p_bodies, p_parts) WITH ORDINALITY
             AS k (batch, event_type, item, attempt, reused, key, body, part_text, n)
      LEFT JOIN LATERAL (
        SELECT x.ctid AS run_row, x.state, x.status, x.last_run_seq, x.history_hash, x.running_steps
          FROM dvt.run x
         WHERE x.run_id = p_runs[k.batch] AND x.tenant_id = p_tenants[k.batch] OFFSET 0) r ON true
      LEFT JOIN LATERAL (
        SELECT x.ctid AS step_row, x.status, x.attempt, x.start_seqs, x.outcome_seqs
          FROM dvt.step x WHERE x.run_id = p_runs[k.batch] AND x.step_id = k.item OFFSET 0) s ON true
      LEFT JOIN LATERAL (
        SELECT x.next, x.part, x.slot
          FROM dvt.transition x
         WHERE x.event_type = k.event_type AND x.run_state = r.state
           AND x.item_status = coalesce(s.status, 'PENDING') AND x.attempt_delta = k.attempt - coalesce(s.attempt, 0)
           AND x.reused = k.reused AND x.next <> x.item_status OFFSET 0) t ON true),
  chosen AS MATERIALIZED (
    SELECT j.* FROM (
      SELECT q.*, bool_and(q.plain AND q.same_step = 1) OVER (PARTITION BY q.tenant, q.run_id) AS run_is_plain
        FROM judged q) j
     WHERE j.run_is_plain),
  item AS MATERIALIZED (
    SELECT c.*, c.last_run_seq + row_number() OVER w AS run_seq,
           dvt.chain(c.history_hash, dvt.body_hash(c.body)) OVER w AS hash,
           c.running_steps + sum((c.next = 'RUNNING')::integer
                                 - (coalesce(c.status, '') = 'RUNNING')::integer) OVER w AS running,
           lead(c.n) OVER w IS NULL AS is_head
      FROM chosen c
    WINDOW w AS (PARTITION BY c.run_id ORDER BY c.n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)),
  logged AS (
    INSERT INTO dvt.event (run_seq, persisted_at, run_id, idempotency_key, history_hash, event_type, body)
    SELECT i.run_seq, p_now, i.run_id, i.key, i.hash, i.event_type, i.body FROM item i ORDER BY i.n),
  promised AS (
    INSERT INTO dvt.outbox (outbox_id, first_run_seq, last_run_seq, shard, run_id)
    SELECT nextval('dvt.outbox_id'), i.last_run_seq + 1, i.run_seq, dvt.shard_of(i.run_id), i.run_id
      FROM item i WHERE i.is_head),
  new_step AS (
    INSERT INTO dvt.step (run_id, step_id, status, attempt, start_seqs, outcome_seqs, start, redelivery, outcome, skip)
    SELECT i.run_id, i.item, i.next, i.attempt,
           CASE i.slot WHEN 'start' THEN dvt.with_slot(NULL, i.attempt, i.run_seq) END,
           CASE i.slot WHEN 'outcome' THEN dvt.with_slot(NULL, i.attempt, i.run_seq) END,
           CASE i.part WHEN 'start' THEN i.part_text END, CASE i.part WHEN 'redelivery' THEN i.part_text END,
           CASE i.part WHEN 'outcome' THEN i.part_text END, CASE i.part WHEN 'skip' THEN i.part_text END
      FROM item i WHERE i.step_row IS NULL),
  old_step AS (
    UPDATE dvt.step s
       SET status = i.next, attempt = i.attempt,
           start_seqs = CASE i.slot WHEN 'start' THEN dvt.with_slot(s.start_seqs, i.attempt, i.run_seq)
                                    ELSE s.start_seqs END,
           outcome_seqs = CASE i.slot WHEN 'outcome' THEN dvt.with_slot(s.outcome_seqs, i.attempt, i.run_seq)
                                      ELSE s.outcome_seqs END,
           start = CASE i.part WHEN 'start' THEN i.part_text ELSE s.start END,
           redelivery = CASE i.part WHEN 'redelivery' THEN i.part_text ELSE s.redelivery END,
           outcome = CASE i.part WHEN 'outcome' THEN i.part_text ELSE s.outcome END,
           skip = CASE i.part WHEN 'skip' THEN i.part_text ELSE s.skip END
      FROM item i WHERE s.ctid = i.step_row),
  head AS (
    UPDATE dvt.run r
       SET running_steps = i.running, last_run_seq = i.run_seq, updated_at = p_now, history_hash = i.hash
      FROM item i WHERE i.is_head AND r.ctid = i.run_row AND r.last_run_seq = i.last_run_seq
    RETURNING 1)
  SELECT coalesce(array_agg(i.n), '{}'), array_agg(i.run_seq), count(*) FILTER (WHERE i.is_head),
         (SELECT count(*) FROM head)
    INTO items, run_seqs, v_runs, v_heads FROM item i;
  IF v_runs <> v_heads THEN  -- a lock was not held: an alarm, never a retry
    RAISE EXCEPTION 'append authority violated' USING ERRCODE = 'DV901';
  END IF;
END
$$;

-- Batches of many runs. Batch b is `p_tenants[b], p_runs[b], p_legal_from[b]` and the items with `p_batches[n] = b`, in
-- order; several batches may be of one run and are judged one after the other. Answers come in any order, one per item.
-- A run that somebody else writes at this moment is not waited for: its items answer `busy`, with nothing written. So
-- calls cannot deadlock, and one run that is held up holds up no other.
CREATE FUNCTION dvt.append_many(
  p_tenants text[], p_runs uuid[], p_legal_from text[], p_batches integer[], p_types text[], p_items text[],
  p_attempts integer[], p_reused boolean[], p_keys bytea[], p_bodies text[], p_parts text[]
) RETURNS TABLE (item integer, answer dvt.answer) LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '2s'
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off
  SET enable_hashjoin = off
  SET enable_mergejoin = off
  SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  v_busy integer[];
  v_items integer[];
  v_run_seqs bigint[];
  v_now timestamptz;
  v_first integer;
  v_last integer := 0;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'append needs READ COMMITTED' USING ERRCODE = 'DV900';
  END IF;
  SELECT coalesce(array_agg(b.n), '{}') INTO v_busy
    FROM unnest(p_tenants, p_runs) WITH ORDINALITY AS b (tenant_id, run_id, n)
   WHERE NOT pg_try_advisory_xact_lock(dvt.lock_key(b.tenant_id, b.run_id));
  v_now := date_trunc('milliseconds', clock_timestamp());
  SELECT w.items, w.run_seqs INTO v_items, v_run_seqs
    FROM dvt.append_plain(v_now, v_busy, p_tenants, p_runs, p_legal_from, p_batches, p_types, p_items, p_attempts,
                          p_reused, p_keys, p_bodies, p_parts) w;
  RETURN QUERY
    SELECT w.n, ROW('appended', w.run_seq, v_now, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::dvt.answer
      FROM unnest(v_items, v_run_seqs) AS w (n, run_seq);
  IF cardinality(v_items) = cardinality(p_types) THEN
    RETURN;
  END IF;

  FOR b IN 1 .. cardinality(p_runs) LOOP  -- what is left, a batch at a time
    v_first := v_last + 1;
    v_last := v_first;
    WHILE p_batches[v_last + 1] = b LOOP v_last := v_last + 1; END LOOP;
    CONTINUE WHEN v_first = ANY (v_items);
    IF b = ANY (v_busy) THEN
      RETURN QUERY
        SELECT n, ROW('busy', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::dvt.answer
          FROM generate_series(v_first, v_last) n;
    ELSE
      RETURN QUERY
        SELECT v_first - 1 + a.n::integer,
               ROW(a.outcome, a.run_seq, a.persisted_at, a.body, a.attempt_run_seq, a.attempt_persisted_at,
                   a.attempt_body, a.run_state, a.last_run_seq, a.running_steps, a.subject, a.item_status,
                   a.attempt)::dvt.answer
          FROM dvt.append(p_tenants[b], p_runs[b], p_legal_from[b], p_types[v_first:v_last], p_items[v_first:v_last],
                          p_attempts[v_first:v_last], p_reused[v_first:v_last], p_keys[v_first:v_last],
                          p_bodies[v_first:v_last], p_parts[v_first:v_last]) WITH ORDINALITY
                 AS a (outcome, run_seq, persisted_at, body, attempt_run_seq, attempt_persisted_at, attempt_body,
                       run_state, last_run_seq, running_steps, subject, item_status, attempt, n);
    END IF;
  END LOOP;
END
$$;

INSERT INTO dvt.schema_level (level) VALUES (9);
