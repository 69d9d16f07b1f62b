INSERT INTO dvt.signal (run_id, signal_id, decision, application, decision_seq, application_seq, status)
VALUES (%(run)s::uuid, %(item)s, %(decision)s, %(application)s, %(decision_seq)s, %(application_seq)s, %(status)s)
