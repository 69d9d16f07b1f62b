"""What the plan of migrations reads from their text."""

from dvt_postgres_store.migration_plan import Lock, planned


def test_what_is_new_locks_nothing() -> None:
    text = "-- A table.\nCREATE TABLE dvt.a (n int);\nCREATE INDEX a_n ON dvt.a (n);\nALTER TABLE dvt.a ADD m int;\n"
    (step,) = planned([("0042_a.sql", text)], {"run": 10})
    assert (step.level, step.name, step.what, step.locks, step.expected_s) == (42, "0042_a", "A table.", (), 1)


def test_locks_on_what_exists_are_shown_with_their_rows() -> None:
    text = (
        "-- More.\nALTER TABLE dvt.run ADD COLUMN x text;\nCREATE INDEX event_type ON dvt.event (event_type);\n"
        "CREATE TRIGGER t AFTER INSERT ON dvt.intent FOR EACH ROW EXECUTE FUNCTION dvt.f();\n"
        "UPDATE dvt.run SET x = '';\n"
    )
    (step,) = planned([("0043_more.sql", text)], {"run": 10, "event": 1_000_000})
    assert step.locks == (
        Lock("ACCESS EXCLUSIVE", "run", 10),
        Lock("SHARE", "event", 1_000_000),
        Lock("SHARE ROW EXCLUSIVE", "intent", 0),
        Lock("ROW EXCLUSIVE", "run", 10),
    )
    assert step.expected_s == 11
