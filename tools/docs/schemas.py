"""Read contract schemas into what a page shows: shapes with their fields, limits and openness."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.docs.json_nodes import Json, Node, as_node, compact, nodes, read, text, texts
from tools.files import ROOT

SCHEMAS = ROOT / "contracts" / "schemas"
LIMITS = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "pattern `{}`",
    "format": "format {}",
    "default": "default `{}`",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A row of a table: dotted name (`items[].stepId`), type as Markdown, and what the schema says."""

    name: str
    type: str
    required: bool
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One definition: an object with fields, or a value with limits."""

    name: str
    description: str
    kind: str
    openness: str
    fields: tuple[Field, ...]
    examples: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """One file of `contracts/schemas`; `path` is its place without suffix, such as `events/v1/step_failed`."""

    path: str
    title: str
    description: str
    shapes: tuple[Shape, ...]

    @property
    def family(self) -> str:
        """The family that owns the schema."""
        return self.path.split("/", 1)[0]


def relative(page: str, target: str) -> str:
    """Return the link from one contract page to another; both are paths such as `plan/v1/kinds/sql`."""
    return "../" * page.count("/") + target + ".md"


def reference(page: str, ref: str) -> str:
    """Return the Markdown link for a `$ref` that stands in the schema `page`."""
    file, _, fragment = ref.partition("#")
    name = fragment.rsplit("/", 1)[-1]
    target = page
    if file:
        parts = page.split("/")[:-1]
        for part in file.removesuffix(".json").split("/"):
            parts = parts[:-1] if part == ".." else [*parts, part]
        target = "/".join(parts)
    label = name or target.rsplit("/", 1)[-1]
    return f"[{label}]({relative(page, target) if file else ''}{f'#{name}' if name else ''})"


def type_of(page: str, node: Node) -> str:
    """Describe the values that a schema takes, in one line of Markdown."""
    if ref := text(node, "$ref"):
        label = reference(page, ref)
    elif "const" in node:
        label = f"always `{compact(node['const'])}`"
    elif isinstance(node.get("enum"), list):
        label = ", ".join(f"`{word}`" for word in texts(node["enum"]))
    elif alternatives := nodes(node.get("oneOf")) or nodes(node.get("anyOf")):
        label = "one of " + ", ".join(type_of(page, alternative) for alternative in alternatives)
    elif node.get("type") == "array":
        label = f"list of {type_of(page, as_node(node.get('items')))}"
    elif isinstance(node.get("type"), list):
        label = " or ".join(texts(node["type"]))
    else:
        label = text(node, "type") or "any value"
    limits = [form.format(limit(node[key])) for key, form in LIMITS.items() if key in node]
    return ", ".join([label, *limits])


def limit(value: Json) -> str:
    """Write a limit: a pattern as it stands, other values as JSON."""
    return value if isinstance(value, str) else compact(value)


def openness(node: Node) -> str:
    """Say whether an object takes properties that the schema does not name; empty for other values."""
    if node.get("type") != "object":
        return ""
    more = node.get("additionalProperties", node.get("unevaluatedProperties"))
    if more is False:
        return "closed: a property that is not named here is refused"
    if isinstance(more, dict):
        return "a map: any name, values as told"
    return "open: properties that are not named here are kept and ignored"


def fields(page: str, node: Node, prefix: str = "") -> Iterator[Field]:
    """Yield the fields of an object, those of nested objects after their parent."""
    required = texts(node.get("required"))
    for name, value in as_node(node.get("properties")).items():
        child = as_node(value)
        examples = child.get("examples")
        example = compact(examples[0]) if isinstance(examples, list) and examples else ""
        dotted = f"{prefix}{name}"
        yield Field(dotted, type_of(page, child), name in required, text(child, "description"), example)
        inner = as_node(child.get("items"))
        yield from fields(page, child, f"{dotted}.")
        yield from fields(page, inner, f"{dotted}[].")
        for alternative in nodes(child.get("oneOf")):
            yield from fields(page, alternative, f"{dotted}.")


def shape(page: str, node: Node, name: str) -> Shape:
    """Read one definition."""
    examples = node.get("examples")
    return Shape(
        name=name,
        description=text(node, "description"),
        kind=type_of(page, node),
        openness=openness(node),
        fields=tuple(fields(page, node)),
        examples=tuple(examples) if isinstance(examples, list) else (),
    )


def load(folder: Path = SCHEMAS) -> tuple[Schema, ...]:
    """Read all schemas, in the order of their paths."""
    loaded = []
    for file in sorted(folder.rglob("*.json")):
        path, node = file.relative_to(folder).with_suffix("").as_posix(), read(file)
        title = text(node, "title")
        own = [shape(path, node, title)] if {"type", "oneOf", "anyOf", "$ref"} & node.keys() else []
        inner = [shape(path, as_node(value), name) for name, value in as_node(node.get("$defs")).items()]
        loaded.append(Schema(path, title, text(node, "description"), (*own, *inner)))
    return tuple(loaded)
