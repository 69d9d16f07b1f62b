-- The way out: which events are not delivered yet, and which were when.

-- One thin row per append: a range of events of one run. Payloads stay in the log and are stored once.
-- Ids are drawn under the run's lock, so within a run their order is that of runSeq; CACHE 1 keeps it so.
CREATE SEQUENCE dvt.outbox_id CACHE 1;
CREATE TABLE dvt.outbox (
  outbox_id bigint NOT NULL,
  first_run_seq bigint NOT NULL,
  last_run_seq bigint NOT NULL,
  shard smallint NOT NULL,
  run_id uuid NOT NULL,
  PRIMARY KEY (shard, outbox_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Outbox rows are deleted when delivered; what was delivered is remembered as ranges.
CREATE TABLE dvt.delivered (
  run_id uuid NOT NULL,
  first_run_seq bigint NOT NULL,
  last_run_seq bigint NOT NULL,
  delivered_at timestamptz NOT NULL,
  PRIMARY KEY (run_id, first_run_seq)
);

-- Always empty: PostgreSQL 15 and 16 do not see that `delivered_at IS NULL` finds nothing here, and read this instead.
CREATE INDEX delivered_never ON dvt.delivered (run_id) WHERE delivered_at IS NULL;

-- One holder per shard; the epoch grows with every change of hands.
CREATE TABLE dvt.outbox_shard (
  shard smallint PRIMARY KEY,
  owner text,
  epoch bigint NOT NULL DEFAULT 0,
  lease_until timestamptz NOT NULL DEFAULT '-infinity',
  delivered bigint NOT NULL DEFAULT 0
);
INSERT INTO dvt.outbox_shard (shard) SELECT generate_series(0, 15);

-- A run whose oldest message failed: only this run waits.
CREATE TABLE dvt.outbox_blocked (
  run_id uuid PRIMARY KEY,
  attempts integer NOT NULL,
  next_at timestamptz NOT NULL,
  error text NOT NULL
);

-- The last hex digit of a UUIDv7 is random.
CREATE FUNCTION dvt.shard_of(run_id uuid) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
  SELECT (get_byte(uuid_send(run_id), 15) & 15)::smallint
$$;

-- The relation of the outbox contract: every event once, delivered_at NULL until a bus confirmed it.
CREATE VIEW dvt.outbox_events AS
  SELECT (e.body::jsonb ->> 'eventId')::uuid AS event_id, e.run_id, e.event_type,
         encode(e.idempotency_key, 'hex') AS idempotency_key, e.body::jsonb AS payload,
         e.persisted_at AS created_at, NULL::timestamptz AS delivered_at
    FROM dvt.outbox o
    JOIN dvt.event e ON e.run_id = o.run_id AND e.run_seq BETWEEN o.first_run_seq AND o.last_run_seq
  UNION ALL
  SELECT (e.body::jsonb ->> 'eventId')::uuid, e.run_id, e.event_type,
         encode(e.idempotency_key, 'hex'), e.body::jsonb,
         e.persisted_at, d.delivered_at
    FROM dvt.delivered d
    JOIN dvt.event e ON e.run_id = d.run_id AND e.run_seq BETWEEN d.first_run_seq AND d.last_run_seq;

INSERT INTO dvt.schema_level (level) VALUES (2);
