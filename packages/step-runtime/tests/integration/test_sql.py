"""Statements on a real PostgreSQL server."""

import asyncio

import psycopg
import pytest
from dvt_contracts.base import JsonObject, JsonValue
from dvt_engine_core.errors import StepError
from dvt_engine_core.testing.memory_runtime import MemoryLog
from dvt_step_runtime.executors.sql import SqlExecutor
from dvt_step_runtime.testing.waiting import NewCall, logged, until

RUN = "0198f0a0-0000-7000-8000-000000000000"


async def run(
    new_call: NewCall, url: str, *statements: str, parameters: JsonObject | None = None, **options: JsonValue
) -> dict[str, JsonValue]:
    given = {"connection": "warehouse", "statements": statements, "parameters": parameters or {}, **options}
    call = new_call(given, url=url)
    output = (await SqlExecutor().execute(call)).output
    assert isinstance(output, dict)
    return output


async def refused(
    new_call: NewCall, url: str, *statements: str, parameters: JsonObject | None = None, **options: JsonValue
) -> StepError:
    with pytest.raises(StepError) as caught:
        await run(new_call, url, *statements, parameters=parameters, **options)
    return caught.value


async def one(new_call: NewCall, url: str, expression: str, **parameters: JsonValue) -> JsonValue:
    output = await run(new_call, url, f"select {expression} as value", parameters=parameters)
    match output["rows"]:
        case [{"value": value}]:
            return value
        case rows:
            pytest.fail(f"{rows}")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1", 1),
        ("1::int2", 1),
        ("1::bigint", "1"),
        ("9223372036854775807", "9223372036854775807"),
        ("1.10", "1.10"),
        ("1.5::float8", 1.5),
        ("true", True),
        ("null", None),
        ("'ü'::text", "ü"),
        ("'a'::char(3)", "a  "),
        ("date '2026-01-31'", "2026-01-31"),
        ("time '10:00'", "10:00:00"),
        ("timestamp '2026-01-31 10:00'", "2026-01-31 10:00:00"),
        ("timestamptz '2026-01-31 10:00+02'", "2026-01-31 08:00:00+00"),
        ("interval '1 day 2 hours'", "P1DT2H"),
        ("'0198f0a0-0000-7000-8000-000000000000'::uuid", RUN),
        ("'\\xff'::bytea", "\\xff"),
        ("int4range(1, 3)", "[1,3)"),
        ("'{\"a\": [1, null]}'::jsonb", {"a": [1, None]}),
        ("array[1, 2]", [1, 2]),
        ("array[1::bigint, null]", ["1", None]),
        ("array[1.10, 2]", ["1.10", "2"]),
        ("array[date '2026-01-31']", ["2026-01-31"]),
        ("inet '10.0.0.1'", "10.0.0.1"),
        ("row(1, 'a')", "(1,a)"),
        ("count(*)", "1"),
    ],
)
async def test_values_become_json_by_their_type(
    new_call: NewCall, empty_database: str, expression: str, value: JsonValue
) -> None:
    found = await one(new_call, empty_database, expression)
    assert (type(found), found) == (type(value), value)


async def test_parameters_go_by_name_and_documents_as_jsonb(new_call: NewCall, empty_database: str) -> None:
    rows: JsonValue = [{"species": "Adelie", "mass": 3750.5}, {"species": "Gentoo", "mass": None}]
    output = await run(
        new_call,
        empty_database,
        "create table penguin (species text primary key, mass float8, share text default '100%%')",
        "insert into penguin (species, mass) select r.species, r.mass"
        " from jsonb_to_recordset(%(rows)s) as r (species text, mass float8)",
        "update penguin set mass = %(mass)s where mass is null",
        "select species, mass, share from penguin"
        " where species in (select jsonb_array_elements_text(%(wanted)s)) order by species",
        "delete from penguin where false",
        parameters={"rows": rows, "mass": 1, "wanted": ["Gentoo", "Adelie"], "unused": None},
    )
    assert output == {
        "rowCounts": [0, 2, 1, 2, 0],
        "columns": ["species", "mass", "share"],
        "rows": [
            {"species": "Adelie", "mass": 3750.5, "share": "100%"},
            {"species": "Gentoo", "mass": 1.0, "share": "100%"},
        ],
    }


async def test_an_empty_result_has_columns(new_call: NewCall, empty_database: str) -> None:
    output = await run(new_call, empty_database, "select 1 as a, 2 as b where false")
    assert output == {"rowCounts": [0], "columns": ["a", "b"], "rows": []}


async def test_text_in_parameters_is_data(new_call: NewCall, empty_database: str) -> None:
    attack = "'); drop table t; -- %s \\ \" ;"
    assert await one(new_call, empty_database, "%(a)s::text", a=attack) == attack


async def test_the_effect_key_and_the_step_are_known_to_the_server(new_call: NewCall, empty_database: str) -> None:
    found = await one(new_call, empty_database, "array[%(dvt_effect_key)s, current_setting('application_name')]")
    assert found == ["e" * 64, f"dvt {RUN} work"]


async def test_all_or_nothing(new_call: NewCall, empty_database: str) -> None:
    await run(new_call, empty_database, "create table t (a int primary key)")
    error = await refused(new_call, empty_database, "insert into t values (1)", "insert into t values (1)")
    assert (error.code, error.message) == (
        "SQL_FAILED",
        'statement 2: 23505 duplicate key value violates unique constraint "t_pkey"',
    )
    output = await run(new_call, empty_database, "select a from t")
    assert output["rows"] == []


async def test_a_fault_at_commit_is_the_steps(new_call: NewCall, empty_database: str) -> None:
    await run(new_call, empty_database, "create table t (a int unique deferrable initially deferred)")
    error = await refused(new_call, empty_database, "insert into t values (1), (1)")
    assert (error.code, error.message[:14]) == ("SQL_FAILED", "commit: 23505 ")


@pytest.mark.parametrize("statement", ["commit", "rollback"])
async def test_the_transaction_is_not_the_plans_to_end(new_call: NewCall, empty_database: str, statement: str) -> None:
    error = await refused(new_call, empty_database, "create table t ()", statement)
    assert (error.code, error.message) == ("SQL_FAILED", "statement 2 ended the transaction; leave that to the step")


async def test_rows_have_a_cap_and_nothing_happens_beyond_it(new_call: NewCall, empty_database: str) -> None:
    await run(new_call, empty_database, "create table t (a int)")
    error = await refused(new_call, empty_database, "insert into t select generate_series(1, 3) returning a", rows=2)
    assert (error.code, error.message) == ("SQL_TOO_MANY_ROWS", "3 rows were returned, at most 2 are allowed")
    output = await run(new_call, empty_database, "select generate_series(1, 5)", "select a from t", rows=2)
    assert output["rowCounts"] == [5, 0]


async def test_columns_of_one_name_are_refused(new_call: NewCall, empty_database: str) -> None:
    error = await refused(new_call, empty_database, "select 1 as a, 2 as a")
    assert (error.code, error.message) == ("SQL_FAILED", "two columns are called `a`; rename one by `as`")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("select %(a)s::int", 'statement 1: 22P02 invalid input syntax for type integer: "%(a)s"'),
        ("select %(missing)s", "statement 1: query parameter missing: missing"),
        ("select * from nowhere", 'statement 1: 42P01 relation "nowhere" does not exist'),
        (
            "do $$ begin raise notice 's3cret'; raise exception 'because s3cret'; end $$",
            "statement 1: P0001 because %(a)s",
        ),
        ("select 1; select 2", "statement 1 is more than one; give each its own place in the list"),
    ],
)
async def test_errors_have_state_and_message_but_no_values(
    new_call: NewCall, empty_database: str, log: MemoryLog, statement: str, said: str
) -> None:
    error = await refused(new_call, empty_database, statement, parameters={"a": "s3cret"})
    assert (error.code, error.message) == ("SQL_FAILED", said)
    assert error.__cause__ is None
    assert "s3cret" not in str(log.lines)


async def test_what_happened_is_in_the_log(new_call: NewCall, empty_database: str, log: MemoryLog) -> None:
    await run(new_call, empty_database, "create table t (a int)", "do $$ begin raise warning 'careful'; end $$")
    assert log.lines == ["log: statement 1: CREATE TABLE", "log: WARNING: careful", "log: statement 2: DO"]


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("postgresql://u:s3cret@127.0.0.1:1/db", "SQL_UNAVAILABLE", "connection `warehouse`: nothing listens there"),
        ("postgresql://u:s3cret@h.invalid/db", "SQL_UNAVAILABLE", "connection `warehouse`: its host is unknown"),
        ("s3cret", "SQL_CONNECTION_UNKNOWN", "the URL of connection `warehouse` is malformed"),
        ("", "SQL_CONNECTION_UNKNOWN", ""),
    ],
)
async def test_a_connection_that_fails_is_told_by_name_only(new_call: NewCall, url: str, code: str, said: str) -> None:
    error = await refused(new_call, url, "select 1")
    assert error.code == code
    assert said in error.message
    assert "s3cret" not in f"{error!r}"
    assert error.__cause__ is None  # libpq's text names host, port and user


async def test_a_database_that_does_not_exist_is_unavailable(new_call: NewCall, empty_database: str) -> None:
    error = await refused(new_call, f"{empty_database}_no", "select 1")
    assert (error.code, error.message) == (
        "SQL_UNAVAILABLE",
        "connection `warehouse`: its database or role does not exist",
    )


async def test_a_backend_that_dies_can_be_tried_again(new_call: NewCall, empty_database: str) -> None:
    error = await refused(new_call, empty_database, "select pg_terminate_backend(pg_backend_pid())")
    assert (error.code, error.retryable) == ("SQL_UNAVAILABLE", True)


async def test_a_cancel_stops_the_statement_on_the_server(
    new_call: NewCall, empty_database: str, log: MemoryLog
) -> None:
    endless = "do $$ begin raise notice 'started'; perform pg_sleep(600); end $$"
    work = asyncio.create_task(run(new_call, empty_database, "create table t ()", endless))
    await logged(log, "log: NOTICE: started")
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    def idle() -> bool:
        with psycopg.connect(empty_database) as connection:
            query = "select count(*) from pg_stat_activity where application_name like 'dvt %'"
            row = connection.execute(query).fetchone()
            return row == (0,)

    await until(idle)
    assert await one(new_call, empty_database, "to_regclass('t')::text") is None
