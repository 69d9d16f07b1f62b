"""Check, write and build the documentation.

`python -m tools.docs --check` is quick and needs no Node; `--write` writes the committed pages; without an option the
diagrams are parsed and the site is built into build/site.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator

from tools.docs import asyncapi, mermaid, references, roadmap, roles, site, state_machines
from tools.docs.links import BrokenLinkError
from tools.files import ROOT
from tools.node_packages import NodePackageError

BUILD = (sys.executable, "-m", "mkdocs", "build", "--strict")


def written() -> dict[str, str]:
    """Return the generated pages that are committed, by path."""
    return {
        state_machines.PAGE.relative_to(ROOT).as_posix(): state_machines.page(),
        roadmap.PAGE.relative_to(ROOT).as_posix(): roadmap.page(roadmap.load()),
        asyncapi.PAGE.relative_to(ROOT).as_posix(): asyncapi.page(),
        roles.PAGE.relative_to(ROOT).as_posix(): roles.page(),
    }


def quick_faults() -> Iterator[str]:
    """Yield committed pages that differ from what is generated, and names in documents that do not exist."""
    for name, page in written().items():
        path = ROOT / name
        if not path.is_file() or path.read_text("utf-8") != page:
            yield f"{name}:1: differs from its source; run `nox -s docs -- --write` and commit the page"
    yield from references.faults()


def build() -> None:
    """Parse all diagrams, then build the site; MkDocs is strict, so a warning fails."""
    fences = mermaid.all_fences()
    if found := mermaid.faults(fences):
        sys.exit("\n".join(found))
    number = site.lay_out()
    if found := asyncapi.faults():
        sys.exit("\n".join(found))
    print(f"{len(fences)} diagrams parsed by Mermaid, {number} pages laid out", flush=True)
    subprocess.run(BUILD, cwd=ROOT, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    print("site: build/site")


def main() -> None:
    """Do what the options ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare the committed pages and look up names")
    parser.add_argument("--write", action="store_true", help="write the committed pages")
    options = parser.parse_args()
    if options.write:
        for name, page in written().items():
            (ROOT / name).write_text(page, "utf-8")
    if found := list(quick_faults()):
        sys.exit("\n".join(found))
    if not (options.check or options.write):
        build()


if __name__ == "__main__":
    try:
        main()
    except (BrokenLinkError, NodePackageError, ValueError) as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
