"""Generate the models, registries and schema bundle of `dvt-contracts` from `contracts/`; `--check` only compares."""

import argparse
import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
PACKAGE = ROOT / "generated" / "src" / "dvt_contracts"
HEADER = "# Generated from contracts/ by `nox -s generate`. Do not edit.\n"
WIDTH = 120
UNTYPED = re.compile(r'(?ms)^\w+ = TypeAliasType\("\w+", (?:Annotated\[)?Any\b[^\n]*\)\n(""".*?"""\n)?')
DOCSTRING = re.compile(r'^( *)"""(.+)"""$', re.MULTILINE)
OPEN_TYPES = {name: f"dvt_contracts.base.{name}" for name in ("JsonValue", "JsonObject", "Empty")}
FLAGS = """
--ignore-pyproject --input-file-type jsonschema --schema-version 2020-12 --schema-version-mode strict --strict-refs
--output-model-type pydantic_v2.BaseModel --base-class dvt_contracts.base.Contract
--target-python-version 3.11 --target-pydantic-version 2.14 --disable-timestamp
--use-annotated --field-constraints --use-standard-collections --use-union-operator
--use-specialized-enum --use-subclass-enum --enum-field-as-literal none --capitalise-enum-members
--use-single-value-enum-as-const --use-one-literal-as-default --deserialize-default-values enum decimal
--enable-faux-immutability --use-generic-container-types --use-type-alias
--use-title-as-name --infer-union-variant-names --use-schema-description --use-field-description
--use-single-line-docstring --use-attribute-docstrings --use-double-quotes --use-exact-imports
--strict-nullable --use-missing-sentinel --strict-types int float bool str
--snake-case-field --allow-population-by-field-name
--use-default-kwarg --keep-model-order --disable-future-imports --read-unevaluated-properties
--formatters ruff-format
""".split()
REGISTRIES = {
    "execution-semantics/v1/transitions.json": (
        "execution_semantics.v1.transition_tables",
        "TransitionTables",
        "TRANSITION_TABLES",
    ),
    "capabilities/v1/capabilities.json": ("capabilities.v1.capability_registry", "CapabilityRegistry", "CAPABILITIES"),
    "errors/v1/codes.json": ("errors.v1.code_registry", "CodeRegistry", "CODES"),
    "signals/v1/signal_table.json": ("signals.v1.signal_table", "SignalTable", "SIGNAL_TABLE"),
}


def bind(node: object) -> object:
    """Bind open JSON values to their hand-written types and drop examples, which belong to the schema only."""
    if isinstance(node, list):
        return [bind(item) for item in node]
    if not isinstance(node, dict):
        return node
    target = str(node.get("$ref", ""))
    if "/json.json#/$defs/" in target:
        kept = {key: value for key, value in node.items() if key in ("description", "default")}
        return kept | {"customTypePath": OPEN_TYPES[target.rsplit("/", 1)[1]]}
    if node.get("type") == "boolean" and node.get("const") is True:  # Literal[True] would take 1
        return {"description": node["description"], "customTypePath": "dvt_contracts.base.JustTrue"}
    return {key: bind(value) for key, value in node.items() if key != "examples" or isinstance(value, dict)}


def bare(node: object) -> object:
    """Leave out what validation does not need."""
    if isinstance(node, list):
        return [bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: bare(value) for key, value in node.items() if not (key == "examples" and isinstance(value, list))}


def models(target: Path, scratch: Path) -> None:
    """Write one module per schema under `target`."""
    bound = scratch / "schemas"
    for path in sorted((CONTRACTS / "schemas").rglob("*.json")):
        copy = bound / path.relative_to(CONTRACTS / "schemas")
        if copy.name != "json.json":
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(json.dumps(bind(json.loads(path.read_text("utf-8")))), "utf-8")
    header = scratch / "header.txt"
    header.write_text(HEADER)
    tool = Path(sys.executable).parent / "datamodel-codegen"
    command = [str(tool), "--input", str(bound), "--output", str(target), "--custom-file-header-path", str(header)]
    env = {**os.environ, "RUFF_NO_CACHE": "true"}
    run = subprocess.run([*command, *FLAGS], check=False, capture_output=True, text=True, env=env)
    if run.returncode:
        sys.exit(f"datamodel-codegen failed:\n{run.stdout}{run.stderr}")
    for module in target.rglob("*.py"):
        module.write_text(broken(UNTYPED.sub("", module.read_text("utf-8"))), "utf-8")


def registries(target: Path) -> None:
    """Write each registry as a typed constant."""
    target.mkdir()
    names = []
    for file, (module, model, constant) in sorted(REGISTRIES.items()):
        document = json.loads((CONTRACTS / "registries" / file).read_text("utf-8"))
        name = constant.lower()
        names.append((name, constant))
        body = (
            f'{HEADER}"""Registry contracts/registries/{file}."""\n\nfrom typing import Final\n\n'
            f"from dvt_contracts.models.{module} import {model}\n\n{constant}: Final = {model}.parse({document!r})\n"
        )
        (target / f"{name}.py").write_text(body, "utf-8")
    (target / "__init__.py").write_text(f'{HEADER}"""Registries as data."""\n', "utf-8")


def bundle(target: Path) -> None:
    """Write all schemas as one JSON text by `$id`, so that validating needs no file."""
    schemas = [json.loads(path.read_text("utf-8")) for path in sorted((CONTRACTS / "schemas").rglob("*.json"))]
    for schema in schemas:
        schema.pop("$schema")
    text = json.dumps({schema["$id"]: bare(schema) for schema in schemas}, sort_keys=True, ensure_ascii=True)
    body = f'{HEADER}"""All schemas by $id, as JSON text."""\n\nfrom typing import Final\n\nSCHEMAS: Final = (\n'
    width = 96
    body += "".join(f"    {text[at : at + width]!r}\n" for at in range(0, len(text), width)) + ")\n"
    target.write_text(body, "utf-8")


def broken(module: str) -> str:
    """Break every docstring that does not fit its line: the first sentence, then the rest."""
    return DOCSTRING.sub(_broken, module)


def _broken(found: re.Match[str]) -> str:
    indent, said = found.groups()
    if len(found[0]) <= WIDTH:
        return found[0]
    paragraphs = [
        textwrap.wrap(part, WIDTH - len(indent) - 3, break_long_words=False, break_on_hyphens=False)
        for part in re.split(r"(?<=[.;]) ", said, maxsplit=1)
    ]
    body = "\n\n".join("\n".join(indent + line for line in lines) for lines in paragraphs)
    return f'{indent}"""{body[len(indent) :]}\n{indent}"""'


def tidy(target: Path) -> None:
    """Format and clean what was generated, independent of the project's own lint rules."""
    ruff = str(Path(sys.executable).parent / "ruff")
    env = {**os.environ, "RUFF_NO_CACHE": "true"}
    for command in (
        ["check", "--isolated", "--fix-only", "-q", "--select", "F,I"],
        ["format", "--isolated", "-q", "--line-length", "120"],
    ):
        subprocess.run([ruff, *command, str(target)], check=True, env=env)


def generate(target: Path) -> None:
    """Generate everything below `target`, which must not exist."""
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        models(target / "models", Path(scratch))
    registries(target / "registries")
    bundle(target / "schema_bundle.py")
    tidy(target)


def differences(left: Path, right: Path) -> list[str]:
    """Paths that differ between two trees, caches left out."""
    files = {path.relative_to(tree) for tree in (left, right) for path in tree.rglob("*.py")}
    return sorted(
        str(name)
        for name in files
        if not (
            (left / name).exists() and (right / name).exists() and filecmp.cmp(left / name, right / name, shallow=False)
        )
    )


def main() -> int:
    """Generate in place, or compare with `--check`; 1 when the committed code is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare with what is committed")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "fresh"
        generate(fresh)
        stale: list[str] = []
        for name in ("models", "registries", "schema_bundle.py"):
            new, old = fresh / name, PACKAGE / name
            if check:
                if new.is_dir():
                    stale += [f"{name}/{path}" for path in differences(new, old)]
                elif not old.exists() or new.read_bytes() != old.read_bytes():
                    stale.append(name)
                continue
            shutil.rmtree(old, ignore_errors=True) if new.is_dir() else old.unlink(missing_ok=True)
            shutil.move(new, old)
    for name in stale:
        print(
            f"generated/src/dvt_contracts/{name}: differs from contracts/; run `nox -s generate`, never edit it",
            file=sys.stderr,
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
