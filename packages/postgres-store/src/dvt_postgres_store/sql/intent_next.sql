-- Milliseconds until the next intent is due; NULL without intents.
SELECT greatest(0, ceil(extract(epoch FROM min(i.due_at) - clock_timestamp()) * 1000))::bigint AS due_in_ms
  FROM dvt.intent i
