"""Lay out the sources of the site under build/: the repository's own pages as they lie, and the reference."""

import shutil
from pathlib import Path

from tools.docs import contract_page, glossary
from tools.docs.links import fitted
from tools.docs.schemas import load
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


def pages(root: Path = ROOT) -> dict[str, str]:
    """Return the Markdown of all pages of the site by path, links fitted and words linked to the glossary."""
    schemas = load(root / "contracts" / "schemas")
    words = (root / GLOSSARY).read_text("utf-8")
    defined = glossary.terms()
    known = glossary.anchors(words, defined)
    own = {name: path.read_text("utf-8") for name, path in files(root) if shown(name)}
    own[GLOSSARY] = glossary.page(words, defined, "reference/")
    made = {f"{REFERENCE}/{schema.path}.md": contract_page.page(schema) for schema in schemas}
    made[f"{REFERENCE}/README.md"] = contract_page.index(schemas)
    together = own | made
    result = {}
    for name, markdown in together.items():
        fit = fitted(name, markdown, root=root, on_site=together.__contains__)
        up = "../" * name.count("/")
        result[name] = fit if name == GLOSSARY else glossary.linked(fit, known, f"{up}{GLOSSARY}")
    return result


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
