-- Promises to engines, made in the transaction of the event that makes them; and the content-addressed plans.

CREATE TABLE dvt.intent (
  intent_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id text NOT NULL,
  run_id uuid NOT NULL,
  intent_type text NOT NULL,
  signal_id text,
  attempts integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  last_error text
);
CREATE INDEX intent_by_run ON dvt.intent (run_id);

-- A NOTIFY takes a lock that all notifying commits share: only intents, a few per run, pay for it.
CREATE FUNCTION dvt.notify_intent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('dvt_intent', '');
  RETURN NULL;
END
$$;
CREATE TRIGGER intent_is_told AFTER INSERT ON dvt.intent
  FOR EACH STATEMENT EXECUTE FUNCTION dvt.notify_intent();

CREATE TABLE dvt.plan (
  tenant_id text NOT NULL,
  sha256 bytea NOT NULL,
  content bytea NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, sha256)
);

INSERT INTO dvt.schema_level (level) VALUES (3);
