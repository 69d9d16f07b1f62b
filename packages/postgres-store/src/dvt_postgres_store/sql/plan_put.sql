INSERT INTO dvt.plan (tenant_id, sha256, content) VALUES (%(tenant)s, %(sha256)s::bytea, %(content)s::bytea)
ON CONFLICT DO NOTHING
