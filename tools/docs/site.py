"""Lay out the sources of the site under build/: the repository's own pages as they lie, and the reference."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from tools.docs import contract_page, glossary, registry_pages
from tools.docs.links import fitted
from tools.docs.schemas import Schema, load
from tools.files import ROOT, files
from tools.node_packages import folder_of

TARGET = ROOT / "build" / "docs"
GLOSSARY = "docs/glossary.md"
REFERENCE = "docs/reference"
FOLDERS = ("docs/", "contracts/", "generated/README.md", "golden-paths/", "packages/", "benchmarks/")
LEFT_OUT = ("/changelog.d/", "/examples/", "/tests/")
SCRIPT = "assets/mermaid.min.js"


def shown(name: str) -> bool:
    """Tell whether a file of the repository is a page of the site."""
    mine = name == "README.md" or name.startswith(FOLDERS)
    return mine and name.endswith(".md") and not any(part in name for part in LEFT_OUT)


def places(names: Iterable[str], schemas: tuple[Schema, ...]) -> dict[str, str]:
    """Return the page of the site for each path of the repository: pages themselves, folders by README, schemas."""
    found = {name: name for name in names}
    found |= {name.removesuffix("/README.md"): name for name in found if name.endswith("/README.md")}
    found |= {f"contracts/schemas/{schema.path}.json": f"{REFERENCE}/{schema.path}.md" for schema in schemas}
    found |= {f"contracts/registries/{name}": f"{REFERENCE}/{page}" for name, (page, _) in registry_pages.PAGES.items()}
    found["contracts/registries/execution-semantics/v1/transitions.json"] = "docs/state-machines.md"
    return found | {"contracts/schemas": f"{REFERENCE}/README.md"}


def pages(root: Path = ROOT) -> dict[str, str]:
    """Return the Markdown of all pages of the site by path, links fitted and words linked to the glossary."""
    schemas = load(root / "contracts" / "schemas")
    words = (root / GLOSSARY).read_text("utf-8")
    defined = glossary.terms()
    known = glossary.anchors(words, defined)
    own = {name: path.read_text("utf-8") for name, path in files(root) if shown(name)}
    own[GLOSSARY] = glossary.page(words, defined, "../contracts/schemas/")
    where = places(own, schemas)
    result = {name: fitted(name, markdown, root=root, places=where) for name, markdown in own.items()}
    result |= {f"{REFERENCE}/{schema.path}.md": contract_page.page(schema) for schema in schemas}
    result |= {f"{REFERENCE}/{name}": page for name, page in registry_pages.pages().items()}
    result[f"{REFERENCE}/README.md"] = contract_page.index(schemas)
    return {
        name: markdown if name == GLOSSARY else glossary.linked(markdown, known, "../" * name.count("/") + GLOSSARY)
        for name, markdown in result.items()
    }


def lay_out(target: Path = TARGET) -> int:
    """Write all pages and the Mermaid that draws them; returns their number. The folder is made anew."""
    shutil.rmtree(target, ignore_errors=True)
    found = pages()
    for name, markdown in found.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(markdown, "utf-8")
    script = target / SCRIPT
    script.parent.mkdir(parents=True)
    shutil.copy(folder_of("mermaid") / "node_modules" / "mermaid" / "dist" / "mermaid.min.js", script)
    return len(found)
