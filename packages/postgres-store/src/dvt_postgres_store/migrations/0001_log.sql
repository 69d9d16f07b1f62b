-- The log of each run, and the rows of its live projection.
-- No CHECK constraints here: PostgreSQL parses each one again for every statement; `dvt.append` judges instead.

CREATE TABLE dvt.schema_level (
  level integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What never changes comes first, what changes together last: an update then logs one short stretch of the row.
CREATE TABLE dvt.run (
  run_id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  start_key text,
  fingerprint bytea NOT NULL,
  plan_id text NOT NULL,
  plan_version text NOT NULL,
  plan_sha256 bytea NOT NULL,
  queued_at timestamptz NOT NULL,
  queued text,
  started text,
  pause text,
  failing text,
  cancelling text,
  ended text,
  state text NOT NULL,  -- STATUS or STATUS/SUBSTATUS, as in dvt.transition
  status text NOT NULL GENERATED ALWAYS AS (split_part(state, '/', 1)) STORED,
  running_steps integer NOT NULL DEFAULT 0,
  last_run_seq bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  history_hash bytea NOT NULL,
  UNIQUE (tenant_id, start_key)
) WITH (fillfactor = 50);
CREATE INDEX run_by_tenant ON dvt.run (tenant_id, run_id);
CREATE INDEX run_by_status ON dvt.run (tenant_id, status, run_id);

-- A step that has events. `start`, `redelivery`, `outcome`, `skip` are the parts, each written only by its own event
-- types; the arrays hold the runSeq that fills the slot of each attempt.
CREATE TABLE dvt.step (
  run_id uuid NOT NULL,
  step_id text NOT NULL,
  start text,
  redelivery text,
  outcome text,
  skip text,
  start_seqs bigint[],
  outcome_seqs bigint[],
  attempt integer NOT NULL,
  status text NOT NULL,
  PRIMARY KEY (run_id, step_id)
) WITH (fillfactor = 60);

-- A signal that has events, with its two parts and the runSeq that fills the slot of each.
CREATE TABLE dvt.signal (
  run_id uuid NOT NULL,
  signal_id text NOT NULL,
  decision text,
  application text,
  decision_seq bigint,
  application_seq bigint,
  status text NOT NULL,
  PRIMARY KEY (run_id, signal_id)
);

-- The one source of truth. Both keys begin with the UUIDv7 of the run, so the table can be partitioned by it.
-- `body` is canonical text: jsonb would reorder keys and the hashes would be lost.
CREATE TABLE dvt.event (
  run_seq bigint NOT NULL,
  persisted_at timestamptz NOT NULL,
  run_id uuid NOT NULL,
  idempotency_key bytea NOT NULL,
  history_hash bytea NOT NULL,
  event_type text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (run_id, run_seq),
  UNIQUE (run_id, idempotency_key)
);

CREATE FUNCTION dvt.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on %.% refused: the event log is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'DV902';
END
$$;
CREATE TRIGGER event_is_immutable BEFORE UPDATE OR DELETE ON dvt.event
  FOR EACH ROW EXECUTE FUNCTION dvt.refuse_change();
CREATE TRIGGER event_is_not_truncated BEFORE TRUNCATE ON dvt.event
  FOR EACH STATEMENT EXECUTE FUNCTION dvt.refuse_change();
-- ALWAYS: also where replication, or somebody who sets session_replication_role, would skip triggers.
ALTER TABLE dvt.event ENABLE ALWAYS TRIGGER event_is_immutable;
ALTER TABLE dvt.event ENABLE ALWAYS TRIGGER event_is_not_truncated;

-- bodyHash of the contract. STABLE because convert_to is: an IMMUTABLE label would keep it from being inlined.
CREATE FUNCTION dvt.body_hash(body text) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to('["dvt:event:v1",' || body || ']', 'UTF8'))
$$;

-- h(0) of a run's chain; h(n) = sha256(h(n-1) || body_hash(n)).
CREATE FUNCTION dvt.chain_start(run_id uuid) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to('dvt:chain:v1|' || run_id::text, 'UTF8'))
$$;

-- For people: the log with readable bodies.
CREATE VIEW dvt.event_log AS
  SELECT r.tenant_id, e.run_id, e.run_seq, e.event_type, e.persisted_at, e.body::jsonb AS event,
         encode(e.idempotency_key, 'hex') AS idempotency_key, encode(e.history_hash, 'hex') AS history_hash
    FROM dvt.event e JOIN dvt.run r USING (run_id);

INSERT INTO dvt.schema_level (level) VALUES (1);
