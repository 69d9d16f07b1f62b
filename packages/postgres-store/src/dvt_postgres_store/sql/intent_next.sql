-- Milliseconds until the next intent is due, negative when overdue; NULL without intents.
SELECT ceil(extract(epoch FROM min(i.due_at) - clock_timestamp()) * 1000)::bigint AS due_in_ms FROM dvt.intent i
