SELECT p.content FROM dvt.plan p WHERE p.tenant_id = %(tenant)s AND p.sha256 = %(sha256)s::bytea
