"""`dvt run events`."""

from __future__ import annotations

import json
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number
from dvt_contracts.base import JsonObject
from dvt_contracts.models.events.v1.record import RawRecord

from dvt.__main__ import INTERRUPTED
from dvt.describe import event_line
from dvt.following import Stalled, follow
from dvt.options import OutputOption, RunArgument, ShellParameter
from dvt.paint import one_line
from dvt.render import Column, show_list, yaml
from dvt.run_ids import find_run
from dvt.session import Session, with_session
from dvt.shell import Shell


def _line(row: JsonObject) -> RawRecord:
    return RawRecord.parse(row)


_COLUMNS: Final = (
    Column("SEQ", lambda row: row["runSeq"]),
    Column("EMITTED", lambda row: event_line(_line(row)).at),
    Column("EVENT", lambda row: event_line(_line(row)).event_type),
    Column("SUBJECT", lambda row: event_line(_line(row)).subject),
    Column("ATTEMPT", lambda row: event_line(_line(row)).attempt),
    Column("DETAIL", lambda row: event_line(_line(row)).detail),
    Column("PERSISTED", lambda row: row["persistedAt"], wide=True),
    Column("KEY", lambda row: _line(row).event.idempotency_key, wide=True),
)


def events(
    run: RunArgument,
    /,
    *,
    after: Annotated[int, Parameter(validator=Number(gte=0), help="Only events after this runSeq.")] = 0,
    follow: Annotated[bool, Parameter(name=["--follow", "-f"], help="Wait for more, to the end.")] = False,
    output: OutputOption = "table",
    shell: ShellParameter,
) -> int:
    """Show the log of a run, in its order.

    With -o jsonl each event is printed as it comes.

    Example: dvt run events latest -o jsonl
    """

    async def work(session: Session) -> None:
        key = await find_run(session, run)
        if follow:
            await _follow(session, key.run_id, after, output)
            return
        await session.engine.get_run_status(key)
        rows = [record.document() async for record in session.store.read_events(key, after=after)]
        if output == "name":
            rows = [{**row, "eventId": _line(row).event.event_id} for row in rows]
        show_list(shell, rows, output, columns=_COLUMNS, name="eventId")

    try:
        with_session(shell, work, host=follow)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


async def _follow(session: Session, run_id: str, after: int, output: OutputOption) -> None:
    async for item in follow(session, session.key(run_id), after=after):
        if not isinstance(item, Stalled):
            _print(session.shell, item, output)


def _print(shell: Shell, record: RawRecord, output: OutputOption) -> None:
    line = event_line(record)
    match output:
        case "json" | "jsonl":
            shell.out(json.dumps(record.document(), ensure_ascii=False))
        case "yaml":
            shell.out(f"---\n{yaml(record.document())}")
        case "name":
            shell.out(record.event.event_id)
        case "table" | "wide":
            attempt = f" attempt {line.attempt}" if line.attempt else ""
            text = (
                f"{line.run_seq:>4}  {line.at}  {line.event_type:<16}  {line.subject}{attempt}  {one_line(line.detail)}"
            )
            shell.out(text.rstrip())
