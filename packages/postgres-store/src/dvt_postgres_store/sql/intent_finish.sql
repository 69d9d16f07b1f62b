DELETE FROM dvt.intent WHERE intent_id = %(intent_id)s
