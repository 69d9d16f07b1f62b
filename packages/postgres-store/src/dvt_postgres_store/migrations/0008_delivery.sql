-- Fetching and acknowledging: the two hot statements of the relay.

-- The oldest undelivered events of the shards that the caller still holds, runs that wait left out. No cursor: a row
-- stays until it is acknowledged, so a late commit is simply seen later.
CREATE FUNCTION dvt.outbox_fetch(p_shards smallint[], p_epochs bigint[], p_limit integer)
RETURNS TABLE (
  shard smallint, outbox_id bigint, tenant_id text, run_id uuid, run_seq bigint, persisted_at timestamptz, body text
) LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off
AS $$
  SELECT o.shard, o.outbox_id, r.tenant_id, o.run_id, e.run_seq, e.persisted_at, e.body
    FROM unnest(p_shards, p_epochs) AS held (shard, epoch)
    JOIN dvt.outbox_shard s ON s.shard = held.shard AND s.epoch = held.epoch
    CROSS JOIN LATERAL (
      SELECT x.* FROM dvt.outbox x
       WHERE x.shard = held.shard
         AND NOT EXISTS (SELECT FROM dvt.outbox_blocked b WHERE b.run_id = x.run_id AND b.next_at > clock_timestamp())
       ORDER BY x.outbox_id LIMIT p_limit) o
    JOIN dvt.run r ON r.run_id = o.run_id
    JOIN dvt.event e ON e.run_id = o.run_id AND e.run_seq BETWEEN o.first_run_seq AND o.last_run_seq
   ORDER BY o.outbox_id, e.run_seq LIMIT p_limit
$$;

-- `p_upto[i]` is the last runSeq of row `p_ids[i]` that the bus confirmed: the row is deleted, or shortened, and the
-- range remembered in the same statement. Repeating it, or doing it without the lease, changes nothing that is wrong.
CREATE FUNCTION dvt.outbox_ack(p_shards smallint[], p_ids bigint[], p_upto bigint[]) RETURNS void LANGUAGE sql
  SET search_path = pg_catalog, pg_temp
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off
AS $$
  WITH done AS MATERIALIZED (
    SELECT o.shard, o.outbox_id, o.run_id, o.first_run_seq, o.last_run_seq, least(a.upto, o.last_run_seq) AS upto
      FROM unnest(p_shards, p_ids, p_upto) AS a (shard, outbox_id, upto)
      JOIN dvt.outbox o ON o.shard = a.shard AND o.outbox_id = a.outbox_id
     WHERE a.upto >= o.first_run_seq
     ORDER BY o.shard, o.outbox_id
       FOR UPDATE OF o),
  whole AS (
    DELETE FROM dvt.outbox o USING done d
     WHERE o.shard = d.shard AND o.outbox_id = d.outbox_id AND d.upto = d.last_run_seq),
  part AS (
    UPDATE dvt.outbox o SET first_run_seq = d.upto + 1 FROM done d
     WHERE o.shard = d.shard AND o.outbox_id = d.outbox_id AND d.upto < d.last_run_seq),
  freed AS (
    DELETE FROM dvt.outbox_blocked b WHERE b.run_id IN (SELECT d.run_id FROM done d)),
  counted AS (
    UPDATE dvt.outbox_shard s SET delivered = s.delivered + c.n
      FROM (SELECT d.shard, sum(d.upto - d.first_run_seq + 1) AS n FROM done d GROUP BY d.shard) c
     WHERE s.shard = c.shard)
  INSERT INTO dvt.delivered (run_id, first_run_seq, last_run_seq, delivered_at)
  SELECT i.run_id, min(i.first_run_seq), max(i.upto), date_trunc('milliseconds', clock_timestamp())
    FROM (SELECT d.*, d.upto - sum(d.upto - d.first_run_seq + 1) OVER (PARTITION BY d.run_id ORDER BY d.first_run_seq)
                 AS island FROM done d) i
   GROUP BY i.run_id, i.island
$$;

INSERT INTO dvt.schema_level (level) VALUES (8);
