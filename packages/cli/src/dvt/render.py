"""Results on standard output: tables for people, JSON, JSON lines, YAML and names for programs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from dvt.paint import one_line, paint, paint_status

if TYPE_CHECKING:
    from dvt_contracts.base import JsonObject, JsonValue

    from dvt.shell import Shell

Output: TypeAlias = Literal["table", "wide", "json", "jsonl", "yaml", "name"]
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_NOT_TEXT: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, the cell of a row; `wide` ones only with `-o wide`."""

    heading: str
    cell: Callable[[Mapping[str, JsonValue]], object]
    wide: bool = False


def show_list(
    shell: Shell, rows: Sequence[JsonObject], output: Output, *, columns: Sequence[Column], name: str
) -> None:
    """Print a list; `name` is the member that `-o name` prints."""
    match output:
        case "json":
            shell.out(json.dumps(rows, indent=2, ensure_ascii=False))
        case "jsonl":
            for row in rows:
                shell.out(json.dumps(row, ensure_ascii=False))
        case "yaml":
            shell.out(yaml(list(rows)))
        case "name":
            for row in rows:
                shell.out(str(row[name]))
        case "table" | "wide":
            shown = [column for column in columns if output == "wide" or not column.wide]
            cells = [[_text(column.cell(row)) for column in shown] for row in rows]
            shell.out(table([column.heading for column in shown], cells, colour=shell.colour(sys.stdout)))


def show_one(
    shell: Shell, value: JsonObject, output: Output, *, name: str, text: Callable[[], str], wide: bool = True
) -> None:
    """Print one thing; `text` makes the form for people."""
    match output:
        case "json":
            shell.out(json.dumps(value, indent=2, ensure_ascii=False))
        case "jsonl":
            shell.out(json.dumps(value, ensure_ascii=False))
        case "yaml":
            shell.out(yaml(value))
        case "name":
            shell.out(str(value[name]))
        case "table" | "wide":
            del wide
            shell.out(text())


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, colour: bool = False) -> str:
    """Columns of text, aligned."""
    widths = [max(len(row[at]) for row in (headings, *rows)) for at in range(len(headings))]

    def line(cells: Sequence[str], *, head: bool) -> str:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        padded[-1] = cells[-1]
        painted = [paint(cell, "bold", on=colour) if head else paint_status(cell, on=colour) for cell in padded]
        return "  ".join(painted).rstrip()

    return "\n".join([line(headings, head=True), *(line(row, head=False) for row in rows)])


def _text(value: object) -> str:
    return "-" if value in (None, "") else one_line(str(value))


def yaml(value: JsonValue) -> str:
    """A JSON value as block YAML, its texts quoted wherever they could be read as something else."""
    return "\n".join(_yaml(value, ""))


def _yaml(value: JsonValue, indent: str) -> list[str]:
    if isinstance(value, Mapping) and value:
        return [
            line for key, item in value.items() for line in _member(f"{indent}{_scalar(key)}:", item, f"{indent}  ")
        ]
    if isinstance(value, list | tuple) and value:
        return [line for item in value for line in _item(item, indent)]
    return [f"{indent}{_scalar(value)}"]


def _member(key: str, item: JsonValue, indent: str) -> list[str]:
    if isinstance(item, Mapping | list | tuple) and item:
        return [key, *_yaml(item, indent)]
    return [f"{key} {_scalar(item)}"]


def _item(item: JsonValue, indent: str) -> list[str]:
    first, *rest = _yaml(item, f"{indent}  ")
    return [f"{indent}- {first[len(indent) + 2 :]}", *rest]


def _scalar(value: JsonValue) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
        return value
    return json.dumps(value, ensure_ascii=False)
