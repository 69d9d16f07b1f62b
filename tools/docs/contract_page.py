"""Write the page of a contract: what it is, its table, its examples, its history."""

import json
from collections.abc import Iterator
from pathlib import Path

from tools.docs.history import history
from tools.docs.json_nodes import compact
from tools.docs.schemas import Schema, Shape
from tools.files import ROOT

EXAMPLES = ROOT / "contracts" / "examples"
SHOWN = 3
SHORT = 100
HEAD = "| field | type | required | description | example |\n|---|---|---|---|---|"


def cell(value: str) -> str:
    """Keep a text within its table cell."""
    return value.replace("|", "\\|").replace("\n", " ")


def code(value: str) -> str:
    """Write a value as code within a table; long ones are cut."""
    cut = value if len(value) <= SHORT else value[: SHORT - 1] + "…"
    fence = "``" if "`" in cut else "`"
    return f"{fence}{cell(cut)}{fence}" if cut else ""


def table(shape: Shape) -> Iterator[str]:
    """Yield the table of an object, or the kind of a value."""
    if not shape.fields:
        yield shape.kind
        yield from (f"Example: {code(compact(example))}" for example in shape.examples[:1])
        return
    rows = [
        f"| `{field.name}` | {cell(field.type)} | {'yes' if field.required else 'no'} "
        f"| {cell(field.description)} | {code(field.example)} |"
        for field in shape.fields
    ]
    yield "\n".join([HEAD, *rows])


def section(shape: Shape, *, known: str) -> str:
    """Write one definition; a description that the page has `known` is not repeated."""
    parts = [f"## {shape.name} {{ #{shape.name} }}", "" if shape.description == known else shape.description]
    if shape.openness:
        parts.append(f"This object is {shape.openness}.")
    return "\n\n".join(filter(None, [*parts, *table(shape)]))


def examples(path: str, folder: Path = EXAMPLES) -> str:
    """Show the examples of a schema: some valid ones whole, of the invalid ones the rule that each breaks."""
    family, name = "/".join(path.split("/")[:2]), "/".join(path.split("/")[2:])
    last = name.rsplit("/", 1)[-1]
    valid = sorted(folder.joinpath(family, "valid").glob(f"{name}.*.json"))
    invalid = sorted(folder.joinpath(family, "invalid").glob(f"{name}.*.json"))
    parts = []
    for file in valid[:SHOWN]:
        body = json.dumps(json.loads(file.read_text("utf-8")), indent=2, ensure_ascii=False)
        parts.append(f"`{file.stem.removeprefix(f'{last}.')}`:\n\n```json\n{body}\n```")
    if more := [f"`{file.stem.removeprefix(f'{last}.')}`" for file in valid[SHOWN:]]:
        parts.append(f"Valid too: {', '.join(more)}.")
    if broken := [f"`{file.stem.removeprefix(f'{last}.')}`" for file in invalid]:
        parts.append(f"Refused, each for the one reason that its name tells: {', '.join(broken)}.")
    if not parts:
        return ""
    return "\n\n".join([f"All of them: `contracts/examples/{family}/{{valid,invalid}}/{name}.*.json`.", *parts])


def clauses(schema: Schema, root: Path = ROOT) -> str:
    """Link the clauses of the schema's family, where it has some; the page lies in `docs/reference`."""
    file = f"contracts/clauses/{schema.family}-v1.md"
    up = "../" * (schema.path.count("/") + 2)
    return f"[clauses]({up}{file}), " if (root / file).is_file() else ""


def page(schema: Schema) -> str:
    """Write the page of one schema."""
    parts = [
        f"# {schema.title}",
        schema.description,
        f"Family {schema.family}; {clauses(schema)}schema `contracts/schemas/{schema.path}.json`.",
        *(section(shape, known=schema.description) for shape in schema.shapes),
    ]
    if shown := examples(schema.path):
        parts += ["## Examples", shown]
    parts += [f"## History of {schema.family}", history(schema.family)]
    return "\n\n".join(parts) + "\n"


def index(schemas: tuple[Schema, ...]) -> str:
    """Write the list of all contract pages, by family."""
    parts = ["# Reference of the contracts", "One page for each schema, written from the schema itself."]
    for family in sorted({schema.family for schema in schemas}):
        rows = [
            f"| [{schema.title}]({schema.path}.md) | {cell(schema.description)} |"
            for schema in schemas
            if schema.family == family
        ]
        parts += [f"## {family}", "\n".join(["| contract | what it is |", "|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"
