-- Judging one event: every question is one statement over primary keys.

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

-- How one event was judged, and what writing it takes.
CREATE TYPE dvt.judgement AS (
  verdict text,
  winner_seq bigint,       -- superseded: the record that fills the slot
  subject text,
  part text,
  slot text,
  intent text,
  next text,               -- state of the run, status of the step or signal after the event
  item_exists boolean,
  item_status text,
  attempt integer,
  start_seqs bigint[],
  outcome_seqs bigint[]
);

-- The usual case, a new step event that may follow: three primary keys, no more. No row where it is anything else.
-- OFFSET 0 keeps the planner from turning the rule's lookup into a join of its own making.
CREATE FUNCTION dvt.judge_step(
  p_run uuid, p_state text, p_type text, p_item text, p_attempt integer, p_reused boolean, p_key bytea
) RETURNS SETOF dvt.judgement LANGUAGE sql STABLE AS $$
  SELECT 'appended', NULL::bigint, 'step', t.part, t.slot, t.intent, t.next,
         s.run_id IS NOT NULL, coalesce(s.status, 'PENDING'), coalesce(s.attempt, 0), s.start_seqs, s.outcome_seqs
    FROM (SELECT) one
    LEFT JOIN dvt.step s ON s.run_id = p_run AND s.step_id = p_item
    CROSS JOIN LATERAL (
      SELECT x.part, x.slot, x.intent, x.next FROM dvt.transition x
       WHERE x.event_type = p_type AND x.run_state = p_state AND x.item_status = coalesce(s.status, 'PENDING')
         AND x.attempt_delta = p_attempt - coalesce(s.attempt, 0) AND x.reused = p_reused OFFSET 0) t
    LEFT JOIN dvt.event e ON e.run_id = p_run AND e.idempotency_key = p_key
   WHERE e.run_id IS NULL
$$;

-- Every case but the duplicate, in the order of the contract. `p_closed`: whatever is new is illegal.
CREATE FUNCTION dvt.judge(
  p_run uuid, p_state text, p_running_steps integer, p_last_run_seq bigint, p_closed boolean,
  p_type text, p_item text, p_attempt integer, p_reused boolean
) RETURNS SETOF dvt.judgement LANGUAGE sql STABLE AS $$
  SELECT CASE
           WHEN q.winner_seq IS NOT NULL THEN 'superseded'
           WHEN p_closed OR p_state IN ('COMPLETED', 'FAILED', 'CANCELLED') THEN 'illegal'
           WHEN q.subject IS NOT NULL AND q.next IS NULL THEN 'illegal'
           WHEN q.slot = 'terminal' AND p_running_steps > 0 THEN 'illegal'
           ELSE 'appended'  -- also an event of an unknown type, which changes nothing
         END,
         q.winner_seq, q.subject, q.part, q.slot, q.intent, q.next, q.item_exists, q.item_status, q.attempt,
         q.start_seqs, q.outcome_seqs
    FROM (
      SELECT y.subject, y.part, y.slot, y.intent, t.next,
             CASE y.slot
               WHEN 'start' THEN s.start_seqs[p_attempt]
               WHEN 'outcome' THEN s.outcome_seqs[p_attempt]
               WHEN 'decision' THEN g.decision_seq
               WHEN 'application' THEN g.application_seq
               WHEN 'terminal' THEN CASE WHEN p_state IN ('COMPLETED', 'FAILED', 'CANCELLED') THEN p_last_run_seq END
             END AS winner_seq,
             coalesce(s.run_id, g.run_id) IS NOT NULL AS item_exists,
             coalesce(s.status, g.status, y.absent) AS item_status, coalesce(s.attempt, 0) AS attempt,
             s.start_seqs, s.outcome_seqs
        FROM (SELECT p_type AS event_type) new
        LEFT JOIN dvt.event_type y ON y.event_type = new.event_type
        LEFT JOIN dvt.step s ON y.subject = 'step' AND s.run_id = p_run AND s.step_id = p_item
        LEFT JOIN dvt.signal g ON y.subject = 'signal' AND g.run_id = p_run AND g.signal_id = p_item
        LEFT JOIN dvt.transition t
               ON t.event_type = y.event_type AND t.run_state = p_state AND t.reused = p_reused
              AND t.item_status = coalesce(s.status, g.status, y.absent)
              AND t.attempt_delta = CASE WHEN y.subject = 'step' THEN p_attempt - coalesce(s.attempt, 0) ELSE 0 END) q
$$;

-- The record that a repeated key stands for; for a StepStarted with the outcome that its attempt has, if any.
CREATE FUNCTION dvt.find_duplicate(p_run uuid, p_type text, p_item text, p_attempt integer, p_key bytea)
RETURNS SETOF dvt.answer LANGUAGE sql STABLE AS $$
  SELECT 'duplicate', e.run_seq, e.persisted_at, e.body, o.run_seq, o.persisted_at, o.body,
         NULL::text, NULL::bigint, NULL::integer, NULL::text, NULL::text, NULL::integer
    FROM dvt.event e
    LEFT JOIN dvt.step s ON p_type = 'StepStarted' AND s.run_id = p_run AND s.step_id = p_item
    LEFT JOIN dvt.event o ON o.run_id = p_run AND o.run_seq = s.outcome_seqs[p_attempt]
   WHERE e.run_id = p_run AND e.idempotency_key = p_key
$$;

INSERT INTO dvt.schema_level (level) VALUES (5);
