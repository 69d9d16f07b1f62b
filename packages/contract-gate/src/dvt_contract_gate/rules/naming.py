"""GATE-NAMING: files, members and words look alike everywhere."""

import re
from collections.abc import Iterator
from typing import Final

from dvt_contract_gate.document import Document
from dvt_contract_gate.finding import Finding
from dvt_contract_gate.rule import GateRule
from dvt_contract_gate.schema_nodes import Node, nodes
from dvt_contract_gate.tree import Tree

_ID = "GATE-NAMING"
_PATH: Final = re.compile(r"[a-z]+(-[a-z]+)*/v[1-9][0-9]*(/[a-z]+(_[a-z]+)*)*/[a-z][a-z0-9]*(_[a-z0-9]+)*\.json")
_EXAMPLE: Final = re.compile(r"[a-z0-9_]+(\.[A-Z][A-Za-z0-9]*)?\.[a-z0-9]+(-[a-z0-9]+)*\.json")
_MEMBER: Final = re.compile(r"\$?[a-z][A-Za-z0-9]*")
_TITLE: Final = re.compile(r"[A-Z][A-Za-z0-9]*")
_UNIT: Final = re.compile(r"milliseconds?\b|\bms\b")


def _check(tree: Tree) -> Iterator[Finding]:
    for path, document in tree.schemas.items():
        if not _PATH.fullmatch(path):
            advice = "name it <family>/v<major>/<snake_case>.json"
            yield document.finding(_ID, "", f"the path {path} is not in the form of schemas", advice)
        for node in nodes(document.members):
            yield from _names(document, node)
    for example in tree.examples:
        file = example.document.path.name
        if example.verdict not in {"valid", "invalid"} or not _EXAMPLE.fullmatch(file):
            advice = "name it <family>/v1/{valid,invalid}/<schema>[.<Definition>].<case-in-kebab>.json"
            yield example.document.finding(_ID, "", f"the path of {file} is not in the form of examples", advice)


def _names(document: Document, node: Node) -> Iterator[Finding]:
    if node.keyword == "properties" and not _MEMBER.fullmatch(node.name):
        yield document.finding(_ID, [*node.parts], f"member {node.name} is not camelCase", "rename it to camelCase")
    if node.keyword == "$defs" and not _TITLE.fullmatch(node.name):
        yield document.finding(_ID, [*node.parts], f"definition {node.name} is not PascalCase", "rename it")
    title = node.schema.get("title")
    if isinstance(title, str) and not _TITLE.fullmatch(title):
        yield document.finding(_ID, [*node.parts, "title"], f"title {title!r} is no PascalCase name", "rename it")
    if node.keyword in {"", "$defs"} and title is None:
        advice = 'add a "title" in PascalCase: the model is named by it'
        yield document.finding(_ID, [*node.parts], "the schema has no title", advice)
    if node.keyword == "$defs" and isinstance(title, str) and title != node.name:
        yield document.finding(_ID, [*node.parts, "title"], f"title {title} of definition {node.name}", "use one name")
    if node.keyword == "properties" and node.schema.get("type") == "integer":
        said = str(node.schema.get("description", ""))
        if _UNIT.search(said) and not node.name.endswith("Ms"):
            message = f"member {node.name} counts milliseconds without saying so"
            yield document.finding(_ID, [*node.parts], message, f"rename it to {node.name}Ms")


RULE = GateRule(_ID, "files snake_case, members camelCase, definitions and titles PascalCase, units in names", _check)
